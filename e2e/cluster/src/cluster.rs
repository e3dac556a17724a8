//! One cluster, to be driven: ours, or the one that `KUBECONFIG` names.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use e2e_platform::screen::Screen;
use kube::config::{KubeConfigOptions, Kubeconfig};
use tokio::time::Instant;

use crate::command::{command, run, run_with_input, tail};
use crate::components::{Component, Components};
use crate::layout::{self, EDGE_PORT, Layout, Settings};
use crate::programs::{self, Programs};
use crate::{addons, down, images, node, pki, processes};

/// What the chart puts on its pods.
const PLATFORM: &str = "app.kubernetes.io/part-of=ddib";

pub struct Cluster {
    kubeconfig: PathBuf,
    layout: Layout,
    /// What only a cluster of ours has.
    own: Option<Own>,
}

struct Own {
    programs: Programs,
    components: Components,
}

impl Cluster {
    /// Brings the cluster up. One that runs is reused, and what is missing of it is started; with
    /// `KUBECONFIG` set, that cluster is used.
    ///
    /// # Errors
    /// Where a part does not come up in time: what it said.
    pub async fn up(screen: &Screen) -> anyhow::Result<Cluster> {
        let settings = Settings::from_env()?;
        if let Some(foreign) = settings.foreign {
            screen.line(&format!("using the cluster of {}; nothing is built or started", foreign.display()));
            return Ok(Cluster::foreign(foreign, settings.state));
        }
        node::permitted()?;
        let _lock = settings.lock()?;
        let source = layout::source()?;
        programs::packages(&source).await?;
        let programs = Programs::ready(&source, &settings.cache, screen).await?;
        let archives = images::for_the_node(&source, &settings.cache, &programs, screen).await?;

        let begun = Instant::now();
        let cluster = Cluster::own(Layout::new(settings.state), programs);
        if cluster.settle(screen).await? {
            screen.line("the cluster is up already");
            return Ok(cluster);
        }
        cluster.raise(&archives, screen).await?;
        screen.line(&format!(
            "up in {} s: edge http://127.0.0.1:{EDGE_PORT}, KUBECONFIG={}",
            begun.elapsed().as_secs(),
            cluster.kubeconfig.display()
        ));
        Ok(cluster)
    }

    /// Looks at what is there. Returns whether that is a whole cluster; a part of one is completed
    /// afterwards, and what was made of other things, or ended with the machine, is taken down.
    async fn settle(&self, screen: &Screen) -> anyhow::Result<bool> {
        let made_of = fs::read_to_string(self.layout.recipe()).ok();
        let status = self.status()?;
        if made_of.as_ref() == Some(&self.local()?.components.recipe())
            && status.iter().any(|(_, runs)| *runs)
        {
            let whole = status.iter().all(|(_, runs)| *runs);
            return Ok(whole && self.kubectl(&["get", "--raw", "/readyz"]).await.is_ok());
        }
        if self.layout.root().exists() {
            screen.line("what is left of another cluster goes first");
            down::take_down(&self.layout, screen).await?;
        }
        Ok(false)
    }

    async fn raise(&self, archives: &[PathBuf], screen: &Screen) -> anyhow::Result<()> {
        let components = &self.local()?.components;
        let root = self.layout.root();
        fs::create_dir_all(root).with_context(|| root.display().to_string())?;
        node::prepare(&self.layout).await?;
        pki::prepare(&self.layout).await?;
        components.configure()?;
        fs::write(self.layout.recipe(), components.recipe()).context("what the cluster is made of")?;
        let [first, api, workers, servers] = Component::ROWS;
        components.start_row(first).await?;
        for archive in archives {
            self.load_image(archive).await?;
        }
        components.start_row(api).await?;
        screen.line("the API server answers");
        components.start_row(workers).await?;
        addons::apply_gateway_api(self).await?;
        addons::apply(self).await?;
        components.start_row(servers).await?;
        screen.line("every component runs; waiting for the node, DNS and metrics");
        addons::wait(self).await
    }

    /// The cluster that runs, or what is left of one.
    ///
    /// # Errors
    /// Where nothing runs.
    pub async fn existing() -> anyhow::Result<Cluster> {
        let settings = Settings::from_env()?;
        if let Some(foreign) = settings.foreign {
            return Ok(Cluster::foreign(foreign, settings.state));
        }
        let source = layout::source()?;
        let programs = Programs::of(&source, &settings.cache).await?;
        let cluster = Cluster::own(Layout::new(settings.state), programs);
        if !cluster.status()?.iter().any(|(_, runs)| *runs) {
            bail!("no cluster runs: `make cluster` brings it up");
        }
        Ok(cluster)
    }

    fn own(layout: Layout, programs: Programs) -> Cluster {
        let components = Components::new(layout.clone(), programs.clone());
        Cluster { kubeconfig: layout.kubeconfig("admin"), layout, own: Some(Own { programs, components }) }
    }

    fn foreign(kubeconfig: PathBuf, state: PathBuf) -> Cluster {
        Cluster { kubeconfig, layout: Layout::new(state), own: None }
    }

    /// Takes the cluster down without a trace, whatever there is of it. A cluster that is not ours is
    /// left alone.
    ///
    /// # Errors
    /// What could not be removed.
    pub async fn down(screen: &Screen) -> anyhow::Result<()> {
        down::run(screen).await
    }

    fn local(&self) -> anyhow::Result<&Own> {
        self.own.as_ref().with_context(|| {
            format!("this needs a cluster of our own, not the one of {}", self.kubeconfig.display())
        })
    }

    /// Whether the cluster is ours, so that its parts may be stopped and started.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.own.is_some()
    }

    /// The administrator's.
    #[must_use]
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    pub(crate) fn programs(&self) -> anyhow::Result<&Programs> {
        Ok(&self.local()?.programs)
    }

    /// Where the directories of volumes are, one each.
    #[must_use]
    pub fn volumes(&self) -> PathBuf {
        self.layout.volumes()
    }

    /// A client with the administrator's rights.
    ///
    /// # Errors
    /// Where the kubeconfig cannot be read.
    pub async fn client(&self) -> anyhow::Result<kube::Client> {
        let kubeconfig = if self.is_local() {
            Kubeconfig::read_from(&self.kubeconfig)?
        } else {
            // The variable may name several files.
            Kubeconfig::from_env()?.context("KUBECONFIG is not set any more")?
        };
        let config = kube::Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await?;
        Ok(kube::Client::try_from(config)?)
    }

    /// Runs `kubectl` and returns what it printed.
    ///
    /// # Errors
    /// Where it fails: its status and what it said.
    pub async fn kubectl(&self, arguments: &[&str]) -> anyhow::Result<String> {
        run(self.tool("kubectl", arguments)).await
    }

    /// Applies manifests, as this crate's field manager.
    ///
    /// # Errors
    /// As [`Cluster::kubectl`].
    pub async fn apply(&self, manifests: &str) -> anyhow::Result<String> {
        let arguments =
            ["apply", "--server-side", "--force-conflicts", "--field-manager=bidd-cluster", "-f", "-"];
        run_with_input(self.tool("kubectl", &arguments), manifests).await
    }

    /// Runs `helm` and returns what it printed.
    ///
    /// # Errors
    /// Where it fails: its status and what it said.
    pub async fn helm(&self, arguments: &[&str]) -> anyhow::Result<String> {
        run(self.tool("helm", arguments)).await
    }

    fn tool(&self, name: &str, arguments: &[&str]) -> tokio::process::Command {
        let path = self.own.as_ref().map_or_else(|| name.into(), |own| own.programs.path(name));
        let mut tool = command(path, arguments);
        tool.env("KUBECONFIG", &self.kubeconfig);
        tool
    }

    /// One of the built programs, by name: `helm`, `kubectl`, `cyclonus`.
    ///
    /// # Errors
    /// Where the cluster is not ours, so that nothing was built for it.
    pub fn program(&self, name: &str) -> anyhow::Result<PathBuf> {
        Ok(self.programs()?.path(name))
    }

    /// Stops a component, as its end of life would.
    ///
    /// # Errors
    /// Where the cluster is not ours, or the process cannot be told.
    pub async fn stop(&self, component: Component) -> anyhow::Result<()> {
        self.local()?.components.stop(component).await
    }

    /// Kills a component.
    ///
    /// # Errors
    /// As [`Cluster::stop`].
    pub async fn kill(&self, component: Component) -> anyhow::Result<()> {
        self.local()?.components.kill(component).await
    }

    /// Starts a component, unless it runs, and waits until it answers.
    ///
    /// # Errors
    /// Where it does not answer in time: what it said.
    pub async fn start(&self, component: Component) -> anyhow::Result<()> {
        self.local()?.components.start(component).await
    }

    /// Restarts containerd. The pods go on: their shims are no children of it.
    ///
    /// # Errors
    /// As [`Cluster::start`].
    pub async fn restart_containerd(&self) -> anyhow::Result<()> {
        self.stop(Component::Containerd).await?;
        self.start(Component::Containerd).await
    }

    /// Every component and whether it runs.
    ///
    /// # Errors
    /// As [`Cluster::stop`].
    pub fn status(&self) -> anyhow::Result<Vec<(Component, bool)>> {
        let components = &self.local()?.components;
        Component::all().map(|component| Ok((component, components.runs(component)?))).collect()
    }

    /// What there is to know after a failure: deals, pods, what happened last, and what those
    /// containers said that are not ready.
    pub async fn diagnosis(&self) -> String {
        let mut told = String::new();
        for question in [
            &["get", "nodes,timedeals", "-o", "wide"][..],
            &["get", "pods", "--all-namespaces", "-o", "wide"],
            &["get", "events", "--all-namespaces", "--sort-by=.lastTimestamp"],
        ] {
            let answer = self.kubectl(question).await.unwrap_or_else(|error| format!("{error:#}"));
            told.push_str(&format!("$ kubectl {}\n{}\n", question.join(" "), tail(&answer, 10_000)));
        }
        for (component, runs) in self.status().unwrap_or_default() {
            if !runs {
                told.push_str(&format!("{} does not run\n", component.name()));
                told.push_str(&processes::log_end(&self.layout.log(component.name())));
                told.push('\n');
            }
        }
        let platform = ["logs", "--all-containers", "--prefix", "--tail=60", "-l", PLATFORM, "-n", "bidd"];
        told.push_str(&self.kubectl(&platform).await.unwrap_or_else(|error| format!("{error:#}")));
        told
    }

    /// Gives an image that was loaded another name.
    ///
    /// # Errors
    /// Where there is no such image.
    pub async fn tag_image(&self, image: &str, other: &str) -> anyhow::Result<()> {
        self.ctr(&["images", "tag", "--force", image, other]).await.map(drop)
    }

    /// Loads an archive of an image into the node.
    ///
    /// # Errors
    /// Where containerd refuses it.
    pub async fn load_image(&self, archive: &Path) -> anyhow::Result<()> {
        self.ctr(&["images", "import", &archive.to_string_lossy()]).await.map(drop)
    }

    async fn ctr(&self, arguments: &[&str]) -> anyhow::Result<String> {
        self.local()?;
        let socket = self.layout.containerd_socket();
        let mut ctr = command("ctr", &["--address", &*socket.to_string_lossy(), "--namespace", "k8s.io"]);
        ctr.args(arguments);
        run(ctr).await
    }
}
