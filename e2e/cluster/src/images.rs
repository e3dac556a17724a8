//! Images from our Dockerfiles, built with docker where its daemon answers and with buildah otherwise,
//! and loaded into the node. Archives are kept beside the built programs and built again only if
//! something that goes into them has changed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use e2e_platform::screen::Screen;
use tempfile::TempDir;
use tokio::time::Instant;

use crate::addons::{DNS_IMAGE, POD_IMAGE};
use crate::cluster::Cluster;
use crate::command::{command, run};
use crate::layout::{self, Settings, WORKSHOP};
use crate::programs::{self, Programs};

/// What an image stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Root {
    Nothing,
    /// What a program of ours links to and reads.
    Base,
    Redis,
}

impl Root {
    /// As `e2e/setup/rootfs` knows it.
    fn name(self) -> Option<&'static str> {
        match self {
            Root::Nothing => None,
            Root::Base => Some("base"),
            Root::Redis => Some("redis"),
        }
    }
}

/// An image as it is wanted.
struct Recipe<'a> {
    /// With its tag.
    image: String,
    /// Relative to the repository.
    dockerfile: &'static str,
    root: Root,
    /// The program that goes in; it is called what the Dockerfile calls it.
    program: Option<(&'a Path, &'static str)>,
}

/// Our images.
pub struct Images;

impl Images {
    /// Builds the four images of the platform out of the programs beside this one, and loads them into
    /// the cluster. Into a cluster that is not ours they are pushed, if `IMAGE_REGISTRY` says where.
    ///
    /// # Errors
    /// Where a program was not built yet, or an image cannot be.
    pub async fn build(screen: &Screen) -> anyhow::Result<()> {
        let settings = Settings::from_env()?;
        let _lock = settings.lock()?;
        let source = layout::source()?;
        programs::packages(&source).await?;
        let beside = programs_beside()?;
        let forge = Forge::new(&source, &settings.cache).await?;
        let registry = settings.registry.as_deref().unwrap_or("bidd.local");
        let named = |name: &str| format!("{registry}/{name}:{}", settings.tag);
        let mut archives = Vec::new();
        for (name, dockerfile) in [
            ("control-plane", "control-plane/Dockerfile"),
            ("tenant-runtime", "tenant-runtime/Dockerfile"),
            ("operator", "operator/Dockerfile"),
        ] {
            let program = beside.join(name);
            let program = Some((program.as_path(), name));
            let recipe = Recipe { image: named(name), dockerfile, root: Root::Base, program };
            archives.push((recipe.image.clone(), forge.build(&recipe, screen).await?));
        }
        let dockerfile = "tenant-runtime/redis/Dockerfile";
        let redis = Recipe { image: named("redis"), dockerfile, root: Root::Redis, program: None };
        archives.push((redis.image.clone(), forge.build(&redis, screen).await?));
        deliver(&settings, &forge, &archives, screen).await
    }
}

async fn deliver(
    settings: &Settings,
    forge: &Forge,
    archives: &[(String, PathBuf)],
    screen: &Screen,
) -> anyhow::Result<()> {
    if let Some(registry) = &settings.registry {
        for (image, archive) in archives {
            forge.builder.push(image, archive).await?;
        }
        screen.line(&format!("pushed to {registry}"));
        return Ok(());
    }
    if settings.foreign.is_some() {
        screen.line(
            "KUBECONFIG names a cluster of somebody else's, into which nothing can be loaded from here.",
        );
        screen.plain("  Push:  IMAGE_REGISTRY=registry.example.com/bidd make images");
        screen.plain("  or, with kind or k3d, hand it the archives:");
        for (image, archive) in archives {
            screen.plain(&format!("    {image}  {}", archive.display()));
        }
        return Ok(());
    }
    let cluster = match Cluster::existing().await {
        Ok(cluster) => cluster,
        Err(none) => {
            screen.line(&format!("built, and loaded nowhere: {none:#}"));
            return Ok(());
        }
    };
    for (_, archive) in archives {
        cluster.load_image(archive).await?;
    }
    screen.line("loaded into the cluster");
    Ok(())
}

/// The archives of the images without which no pod runs on the node.
///
/// # Errors
/// Where one cannot be built.
pub async fn for_the_node(
    source: &Path,
    cache: &Path,
    programs: &Programs,
    screen: &Screen,
) -> anyhow::Result<Vec<PathBuf>> {
    let forge = Forge::new(source, cache).await?;
    let mut archives = Vec::new();
    for (image, name, dockerfile, root) in [
        (POD_IMAGE, "pod", "e2e/cluster/programs/pod/Dockerfile", Root::Nothing),
        (DNS_IMAGE, "dns", "e2e/cluster/programs/dns/Dockerfile", Root::Base),
    ] {
        let program = programs.path(name);
        let program = Some((program.as_path(), name));
        archives
            .push(forge.build(&Recipe { image: image.to_owned(), dockerfile, root, program }, screen).await?);
    }
    Ok(archives)
}

/// The directory of this program, which is where cargo puts those that go into images; a test lies one
/// below.
fn programs_beside() -> anyhow::Result<PathBuf> {
    let this = std::env::current_exe().context("the path of this program")?;
    this.ancestors()
        .skip(1)
        .take(2)
        .find(|directory| directory.join("control-plane").is_file())
        .map(Path::to_path_buf)
        .with_context(|| {
            format!("the programs are not beside {}: `cargo build --workspace --bins` first", this.display())
        })
}

/// Who builds images, and where they are kept.
struct Forge {
    source: PathBuf,
    archives: PathBuf,
    builder: Builder,
}

enum Builder {
    Docker,
    Buildah(Store),
}

/// A store for buildah, which goes when this goes, and so does what buildah leaves elsewhere, whatever
/// it is told, where nothing was before.
struct Store {
    directory: TempDir,
    elsewhere: Vec<&'static Path>,
}

impl Store {
    fn new(cache: &Path) -> anyhow::Result<Store> {
        let elsewhere = ["/etc/cni", "/etc/containers/networks", "/run/containers", "/var/lib/containers"];
        let elsewhere = elsewhere.into_iter().map(Path::new).filter(|path| !path.exists()).collect();
        Ok(Store { directory: tempfile::Builder::new().prefix(WORKSHOP).tempdir_in(cache)?, elsewhere })
    }

    fn buildah(&self, arguments: &[&str]) -> tokio::process::Command {
        let mut buildah = command("buildah", &["--storage-driver", "vfs", "--root"]);
        let directory = self.directory.path();
        buildah.arg(directory.join("images")).arg("--runroot").arg(directory.join("run")).args(arguments);
        buildah
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        for path in &self.elsewhere {
            let _ = fs::remove_dir_all(path);
        }
    }
}

impl Forge {
    async fn new(source: &Path, cache: &Path) -> anyhow::Result<Forge> {
        let archives = cache.join("images");
        fs::create_dir_all(&archives).with_context(|| archives.display().to_string())?;
        let daemon = run(command("docker", &["version", "--format", "{{.Server.Version}}"])).await;
        let builder = match daemon {
            Ok(_) => Builder::Docker,
            Err(_) => Builder::Buildah(Store::new(cache)?),
        };
        Ok(Forge { source: source.to_path_buf(), archives, builder })
    }

    /// Builds an image unless its archive is there, says how large it is and how long it took, and
    /// returns the archive.
    async fn build(&self, recipe: &Recipe<'_>, screen: &Screen) -> anyhow::Result<PathBuf> {
        let begun = Instant::now();
        let root = match recipe.root.name() {
            Some(name) => Some(self.root(name).await?),
            None => None,
        };
        let staging = tempfile::tempdir()?;
        let dockerfile = fs::read(self.source.join(recipe.dockerfile)).context(recipe.dockerfile)?;
        fs::write(staging.path().join("Dockerfile"), &dockerfile)?;
        let mut hash = blake3::Hasher::new();
        hash.update(recipe.image.as_bytes()).update(&dockerfile);
        if let Some(root) = &root {
            hash.update(root.file_name().unwrap_or_default().as_encoded_bytes());
        }
        if let Some((program, name)) = recipe.program {
            hash.update(&self.stage(program, &staging.path().join(name)).await?);
        }
        let archive = self.archives.join(archive_name(&recipe.image, &hash.finalize().to_hex()[..16]));
        let fresh = !archive.exists();
        if fresh {
            self.forget_older(&recipe.image)?;
            let beside = archive.with_extension("part");
            self.make(staging.path(), root.as_deref(), &recipe.image, &beside).await?;
            fs::rename(&beside, &archive).with_context(|| archive.display().to_string())?;
        }
        let size = megabytes(fs::metadata(&archive)?.len());
        let took =
            if fresh { format!("built in {}", seconds(begun.elapsed())) } else { "unchanged".to_owned() };
        screen.line(&format!("image {}: {size}, {took}", recipe.image));
        Ok(archive)
    }

    /// Puts a program into the context, without what only a debugger reads. Returns its digest.
    async fn stage(&self, program: &Path, to: &Path) -> anyhow::Result<[u8; 32]> {
        if !program.is_file() {
            bail!("{} was not built: `cargo build --workspace --bins` first", program.display());
        }
        let mut strip = command("strip", &["--strip-debug", "-o"]);
        strip.arg(to).arg(program);
        run(strip).await?;
        Ok(*blake3::hash(&fs::read(to)?).as_bytes())
    }

    /// The root of an image, made once for each recipe of it.
    async fn root(&self, name: &str) -> anyhow::Result<PathBuf> {
        let recipe = self.source.join("e2e/setup/rootfs");
        let key = blake3::hash(&fs::read(&recipe)?).to_hex();
        let path = self.archives.join(format!("root-{name}-{}.tar", &key[..16]));
        if !path.exists() {
            let beside = path.with_extension("part.tar");
            run(command(&recipe, &[name, &beside.to_string_lossy()])).await?;
            fs::rename(&beside, &path).with_context(|| path.display().to_string())?;
        }
        Ok(path)
    }

    async fn make(&self, staging: &Path, root: Option<&Path>, image: &str, to: &Path) -> anyhow::Result<()> {
        let mut arguments = Vec::new();
        if let Some(root) = root {
            let context = tempfile::tempdir()?;
            fs::write(context.path().join("Dockerfile"), "FROM scratch\nADD root.tar /\n")?;
            fs::copy(root, context.path().join("root.tar"))?;
            let base = "bidd.local/root:latest";
            self.builder.build(context.path(), base, &[]).await?;
            arguments.push(format!("BASE={base}"));
        }
        self.builder.build(staging, image, &arguments).await?;
        self.builder.save(image, to).await
    }

    /// Archives of earlier builds are of no use any more.
    fn forget_older(&self, image: &str) -> anyhow::Result<()> {
        let prefix = archive_name(image, "");
        let prefix = prefix.trim_end_matches(".tar");
        for entry in fs::read_dir(&self.archives)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(prefix) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

impl Builder {
    async fn build(&self, context: &Path, image: &str, arguments: &[String]) -> anyhow::Result<()> {
        let mut build = match self {
            Builder::Docker => command("docker", &["build", "--quiet"]),
            Builder::Buildah(store) => {
                // Chroot: nothing is run while an image is built, so nothing needs to be isolated.
                store.buildah(&[
                    "build",
                    "--quiet",
                    "--isolation",
                    "chroot",
                    "--format",
                    "docker",
                    "--pull-never",
                ])
            }
        };
        for argument in arguments {
            build.args(["--build-arg", argument]);
        }
        build.args(["--tag", image]).arg(context);
        run(build).await.map(drop)
    }

    async fn save(&self, image: &str, to: &Path) -> anyhow::Result<()> {
        let save = match self {
            Builder::Docker => command("docker", &["save", "--output", &*to.to_string_lossy(), image]),
            Builder::Buildah(store) => store.buildah(&[
                "push",
                "--quiet",
                image,
                &format!("docker-archive:{}:{image}", to.display()),
            ]),
        };
        run(save).await.map(drop)
    }

    async fn push(&self, image: &str, archive: &Path) -> anyhow::Result<()> {
        match self {
            Builder::Docker => {
                run(command("docker", &["load", "--quiet", "--input", &*archive.to_string_lossy()])).await?;
                run(command("docker", &["push", "--quiet", image])).await.map(drop)
            }
            Builder::Buildah(store) => {
                run(store.buildah(&["pull", "--quiet", &format!("docker-archive:{}", archive.display())]))
                    .await?;
                // As docker does: a registry of this very machine needs no certificate.
                let verify = format!("--tls-verify={}", !is_of_this_machine(image));
                run(store.buildah(&["push", "--quiet", &verify, image, &format!("docker://{image}")]))
                    .await
                    .map(drop)
            }
        }
    }
}

/// Whether an image's registry is reached over loopback, as kind's and k3d's are.
fn is_of_this_machine(image: &str) -> bool {
    let host = image.split(['/', ':']).next().unwrap_or_default();
    host == "localhost" || host.parse().is_ok_and(|address: std::net::Ipv4Addr| address.is_loopback())
}

/// `bidd.local/operator:dev` becomes `bidd.local-operator-dev-<key>.tar`.
fn archive_name(image: &str, key: &str) -> String {
    format!("{}-{key}.tar", image.replace(['/', ':'], "-"))
}

fn megabytes(bytes: u64) -> String {
    let tenths = bytes / 100_000;
    format!("{}.{} MB", tenths / 10, tenths % 10)
}

fn seconds(time: std::time::Duration) -> String {
    let tenths = time.as_millis() / 100;
    format!("{}.{} s", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_is_named_after_its_image_alone() {
        assert_eq!(archive_name("bidd.local/operator:dev", "k"), "bidd.local-operator-dev-k.tar");
        // No image's archives are taken for another's.
        let older = archive_name("bidd.local/operator:dev", "");
        assert!(!archive_name("bidd.local/operator:dev2", "k").starts_with(older.trim_end_matches(".tar")));
    }

    #[test]
    fn a_registry_of_this_machine_is_told_from_others() {
        for image in ["localhost:5000/bidd/operator:dev", "127.0.0.1:5000/operator:dev", "localhost/operator"]
        {
            assert!(is_of_this_machine(image), "{image}");
        }
        for image in ["registry.example.com/bidd/operator:dev", "localhost.example.com/operator:dev"] {
            assert!(!is_of_this_machine(image), "{image}");
        }
    }

    #[test]
    fn sizes_and_times_have_one_decimal() {
        assert_eq!(megabytes(13_278_720), "13.2 MB");
        assert_eq!(seconds(std::time::Duration::from_millis(3_456)), "3.4 s");
    }
}
