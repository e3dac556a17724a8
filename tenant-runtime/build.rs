//! Builds again when the deal's pages change, which are embedded into the binary.

use std::{env, fs, path::PathBuf};

fn main() {
    let package =
        PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo names the package's directory"));
    let pages = package.join("../web/dist/deal");
    // Cargo takes a missing path for one that changed, on every build.
    fs::create_dir_all(&pages).expect("the directory for the built pages can be made");
    println!("cargo::rerun-if-changed={}", pages.display());
}
