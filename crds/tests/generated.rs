//! The committed YAML is what the types generate.

use kube::CustomResourceExt;

/// Run with `BIDD_UPDATE_GENERATED=1` to rewrite the file.
#[test]
fn the_generated_yaml_is_what_is_committed() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/timedeals.yaml");
    let generated = format!(
        "# Generated from the types in crds/src: BIDD_UPDATE_GENERATED=1 cargo test -p crds\n{}",
        serde_yaml::to_string(&crds::TimeDeal::crd()).expect("a CRD is plain data")
    );
    if std::env::var_os("BIDD_UPDATE_GENERATED").is_some() {
        std::fs::write(path, &generated).expect("the crate's directory is writable");
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == generated, "crds/timedeals.yaml is stale; rewrite it with BIDD_UPDATE_GENERATED=1");
}
