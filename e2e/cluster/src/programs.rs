//! The programs that no Debian package has, built from Go modules: Kubernetes, its DNS, its metrics,
//! volumes and edge, helm, and the reader of NetworkPolicies. They are kept outside the tree, under a
//! name that changes with anything that goes into them.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use e2e_platform::screen::Screen;
use tokio::time::Instant;

use crate::command::{command, run};
use crate::layout::WORKSHOP;

/// What `kubectl version` is to say; Go's linker has to be told.
const VERSION: &str = "v1.34.4";

const MODULES: &str = "e2e/cluster/programs";

/// The packages of the first module, and the programs that they become.
const PACKAGES: [&str; 7] = [
    "./kubernetes",
    "./dns",
    "./pod",
    "sigs.k8s.io/metrics-server/cmd/metrics-server",
    "github.com/traefik/traefik/v3/cmd/traefik",
    "helm.sh/helm/v3/cmd/helm",
    "github.com/mattfenwick/cyclonus/cmd/cyclonus",
];

/// The names under which the one program of Kubernetes is started.
const ROLES: [&str; 6] =
    ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "kubectl"];

/// What Debian has of a cluster, and what images are built with.
const DEBIAN_PACKAGES: &str = include_str!("../../setup/cluster-packages");

/// The directory of built programs.
#[derive(Debug, Clone)]
pub struct Programs {
    directory: PathBuf,
}

impl Programs {
    #[must_use]
    pub fn at(directory: PathBuf) -> Programs {
        Programs { directory }
    }

    /// Those that fit this source, whether they are built or not.
    ///
    /// # Errors
    /// Where there is no Go, which is part of what they are made of.
    pub async fn of(source: &Path, cache: &Path) -> anyhow::Result<Programs> {
        Ok(Programs::at(cache.join(key(&source.join(MODULES)).await?)))
    }

    /// The same, built now if they are not there. Its caller holds the lock.
    ///
    /// # Errors
    /// Where there is no Go, or a module cannot be fetched or built.
    pub async fn ready(source: &Path, cache: &Path, screen: &Screen) -> anyhow::Result<Programs> {
        let programs = Programs::of(source, cache).await?;
        if !programs.directory.is_dir() {
            screen.line(
                "building Kubernetes and what belongs to it from Go modules, once: some 20 minutes on 2 cores",
            );
            let begun = Instant::now();
            programs.build(&source.join(MODULES)).await?;
            screen.line(&format!("built in {} s", begun.elapsed().as_secs()));
        }
        Ok(programs)
    }

    /// Builds beside and renames, so that what is there is whole.
    async fn build(&self, modules: &Path) -> anyhow::Result<()> {
        let cache = self.directory.parent().context("the cache has no parent")?;
        fs::create_dir_all(cache).with_context(|| cache.display().to_string())?;
        let beside = tempfile::Builder::new().prefix(WORKSHOP).tempdir_in(cache)?;
        let bin = beside.path().join("bin");
        fs::create_dir(&bin)?;
        go_build(modules, &bin, &PACKAGES).await?;
        go_build(&modules.join("volumes"), &bin, &["github.com/rancher/local-path-provisioner"]).await?;
        for role in ROLES {
            symlink("kubernetes", bin.join(role))?;
        }
        copy_gateway_api(modules, &beside.path().join("gateway-api")).await?;
        fs::rename(beside.keep(), &self.directory).with_context(|| self.directory.display().to_string())
    }

    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.join("bin").join(name)
    }

    /// The Gateway API's resource definitions, standard channel.
    #[must_use]
    pub fn gateway_api(&self) -> PathBuf {
        self.directory.join("gateway-api")
    }
}

/// Makes sure that the Debian packages are there.
///
/// # Errors
/// Where one is missing and cannot be installed.
pub async fn packages(source: &Path) -> anyhow::Result<()> {
    let names: Vec<&str> = DEBIAN_PACKAGES.lines().collect();
    run(command(source.join("e2e/setup/packages"), &names)).await.map(drop)
}

/// A name for everything that decides what is built: the modules, our own sources, and the compiler.
async fn key(modules: &Path) -> anyhow::Result<String> {
    let go = run(command("go", &["env", "GOVERSION", "GOOS", "GOARCH", "CGO_ENABLED"]))
        .await
        .context("Go builds the cluster's programs: install it (https://go.dev/dl) and put it on the PATH")?;
    let mut hash = blake3::Hasher::new();
    hash.update(go.as_bytes()).update(VERSION.as_bytes());
    for (name, content) in sources(modules)? {
        hash.update(name.to_string_lossy().as_bytes());
        hash.update(&(content.len() as u64).to_le_bytes()).update(&content);
    }
    Ok(hash.finalize().to_hex()[..16].to_owned())
}

fn sources(directory: &Path) -> anyhow::Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut left = vec![directory.to_path_buf()];
    while let Some(next) = left.pop() {
        for entry in fs::read_dir(&next).with_context(|| next.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() {
                left.push(path);
            } else if path
                .extension()
                .is_some_and(|kind| ["go", "mod", "sum"].iter().any(|wanted| kind == *wanted))
            {
                found.insert(path.strip_prefix(directory)?.to_path_buf(), fs::read(&path)?);
            }
        }
    }
    if found.is_empty() {
        bail!("{} holds no Go module", directory.display());
    }
    Ok(found)
}

async fn go_build(module: &Path, bin: &Path, packages: &[&str]) -> anyhow::Result<()> {
    let (major, minor) =
        VERSION.trim_start_matches('v').split_once('.').context("a version without a dot")?;
    let minor = minor.split('.').next().unwrap_or_default();
    let set = "-X k8s.io/component-base/version";
    let flags = format!("-s -w {set}.gitVersion={VERSION} {set}.gitMajor={major} {set}.gitMinor={minor}");
    let out = format!("{}/", bin.display());
    let mut go = command("go", &["build", "-trimpath", "-ldflags", &flags, "-o", &out]);
    go.args(packages).current_dir(module);
    run(go).await.map(drop)
}

/// The module's files are read-only where Go keeps them, and may be cleaned away.
async fn copy_gateway_api(modules: &Path, to: &Path) -> anyhow::Result<()> {
    let mut go = command("go", &["list", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/gateway-api"]);
    go.current_dir(modules);
    let from = PathBuf::from(run(go).await?.trim()).join("config/crd/standard");
    fs::create_dir(to)?;
    for entry in fs::read_dir(&from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        fs::write(to.join(entry.file_name()), fs::read(entry.path())?)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_is_named_by_all_of_its_sources() {
        let modules = crate::layout::source().unwrap().join(MODULES);
        let sources = sources(&modules).unwrap();
        for name in ["go.mod", "go.sum", "kubernetes/main.go", "volumes/go.sum"] {
            assert!(sources.contains_key(Path::new(name)), "{name}");
        }
        assert!(sources[Path::new("go.mod")].windows(VERSION.len()).any(|at| at == VERSION.as_bytes()));
    }
}
