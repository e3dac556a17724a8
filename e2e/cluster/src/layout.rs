//! Where the cluster's files lie, its addresses and its ports; and the environment variables that move
//! them, read once.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// The node's own address, on a bridge of its own: pods reach the host by it, and the API server
/// listens there. All addresses are from 198.18.0.0/15, which no network uses (RFC 2544).
pub const NODE_ADDRESS: &str = "198.19.0.1";
pub const POD_NETWORK: &str = "198.18.0.0/24";
pub const SERVICE_NETWORK: &str = "198.18.128.0/20";
pub const DNS_ADDRESS: &str = "198.18.128.10";

pub const NODE_NAME: &str = "node";
pub const NODE_BRIDGE: &str = "bidd0";
pub const POD_BRIDGE: &str = "bidd1";

/// The port of the edge on 127.0.0.1.
pub const EDGE_PORT: u16 = 8088;
pub const EDGE_HEALTH_PORT: u16 = 8089;
pub const API_PORT: u16 = 6443;
/// Not etcd's usual ones, where another may be listening.
pub const ETCD_PORT: u16 = 12379;
pub const ETCD_PEER_PORT: u16 = 12380;
pub const METRICS_PORT: u16 = 10260;

/// Where Debian puts the programs that give pods their networks.
pub const CNI_PROGRAMS: &str = "/usr/lib/cni";

/// How directories begin that are of no use once whoever made them has ended.
pub const WORKSHOP: &str = ".work-";

/// What the environment says.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `BIDD_CLUSTER_STATE`.
    pub state: PathBuf,
    /// `bidd/cluster` below `XDG_CACHE_HOME` or `~/.cache`.
    pub cache: PathBuf,
    /// `KUBECONFIG`, unless it names our own: a cluster that somebody else looks after.
    pub foreign: Option<PathBuf>,
    /// `IMAGE_REGISTRY`: where images are pushed for a cluster that is not ours.
    pub registry: Option<String>,
    /// `IMAGE_TAG`.
    pub tag: String,
}

impl Settings {
    /// # Errors
    /// Where neither `XDG_CACHE_HOME` nor `HOME` is set.
    pub fn from_env() -> anyhow::Result<Settings> {
        let state = named("BIDD_CLUSTER_STATE").unwrap_or_else(|| "/var/lib/bidd-cluster".into());
        let cache = named("XDG_CACHE_HOME")
            .or_else(|| named("HOME").map(|home| home.join(".cache")))
            .context("neither XDG_CACHE_HOME nor HOME is set: there is nowhere to keep what is built")?
            .join("bidd/cluster");
        let own = Layout::new(state.clone()).kubeconfig("admin");
        let foreign = named("KUBECONFIG").filter(|path| *path != own);
        let registry = env::var("IMAGE_REGISTRY").ok().filter(|registry| !registry.is_empty());
        let tag =
            env::var("IMAGE_TAG").ok().filter(|tag| !tag.is_empty()).unwrap_or_else(|| "dev".to_owned());
        Ok(Settings { state, cache, foreign, registry, tag })
    }

    /// One at a time: builds, loads, and whatever changes the cluster. Waits for its turn. The directories
    /// in which things are built lie in the cache, and have names of their own.
    ///
    /// # Errors
    /// Where the cache cannot be written.
    pub fn lock(&self) -> anyhow::Result<File> {
        fs::create_dir_all(&self.cache).with_context(|| self.cache.display().to_string())?;
        let path = self.cache.join("lock");
        let file = File::create(&path).with_context(|| path.display().to_string())?;
        file.lock().with_context(|| path.display().to_string())?;
        // What an interrupted build left; nobody else is at work.
        for entry in fs::read_dir(&self.cache)? {
            let entry = entry?;
            if entry.file_name().as_encoded_bytes().starts_with(WORKSHOP.as_bytes()) && entry.path().is_dir()
            {
                fs::remove_dir_all(entry.path()).with_context(|| entry.path().display().to_string())?;
            }
        }
        Ok(file)
    }
}

fn named(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// The directory of the running cluster. Removing the cluster removes it.
#[derive(Debug, Clone)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    #[must_use]
    pub fn new(root: PathBuf) -> Layout {
        Layout { root }
    }

    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The running processes, as they were written down.
    #[must_use]
    pub fn records(&self) -> PathBuf {
        self.root.join("processes.json")
    }

    /// A digest of what the cluster was made of.
    #[must_use]
    pub fn recipe(&self) -> PathBuf {
        self.root.join("recipe")
    }

    /// What the kernel's settings were before.
    #[must_use]
    pub fn kernel_settings(&self) -> PathBuf {
        self.root.join("kernel-settings.json")
    }

    #[must_use]
    pub fn pki(&self) -> PathBuf {
        self.root.join("pki")
    }

    #[must_use]
    pub fn config(&self) -> PathBuf {
        self.root.join("config")
    }

    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.root.join("logs")
    }

    #[must_use]
    pub fn log(&self, component: &str) -> PathBuf {
        self.logs().join(format!("{component}.log"))
    }

    /// The working directory of a component, which belongs to it alone.
    #[must_use]
    pub fn home(&self, component: &str) -> PathBuf {
        self.root.join("run").join(component)
    }

    #[must_use]
    pub fn kubeconfig(&self, who: &str) -> PathBuf {
        self.root.join(format!("{who}.kubeconfig"))
    }

    #[must_use]
    pub fn containerd_socket(&self) -> PathBuf {
        self.root.join("containerd.sock")
    }

    /// The directories of the volumes, one each.
    #[must_use]
    pub fn volumes(&self) -> PathBuf {
        self.root.join("volumes")
    }
}

/// Fills `{name}` in a file that comes with this crate.
#[must_use]
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(template.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// The repository that this is run in; from elsewhere, the one that it was compiled in.
///
/// # Errors
/// Where the working directory cannot be told.
pub fn source() -> anyhow::Result<PathBuf> {
    let here = env::current_dir().context("the working directory")?;
    let compiled = Path::new(env!("CARGO_MANIFEST_DIR"));
    Ok(here
        .ancestors()
        .chain(compiled.ancestors())
        .find(|directory| directory.join("e2e/cluster/programs/go.mod").is_file())
        .with_context(|| format!("{} is not within the repository; run this from there", here.display()))?
        .to_path_buf())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_named_is_filled() {
        let filled = fill("{ a: {state}/x, b: {node} {other} }", &[("state", "/s"), ("node", "n")]);
        assert_eq!(filled, "{ a: /s/x, b: n {other} }");
    }

    #[test]
    fn the_repository_is_found_from_within() {
        assert!(source().unwrap().join("Cargo.lock").is_file());
    }
}
