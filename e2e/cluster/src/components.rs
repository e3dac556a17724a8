//! What a cluster is made of, as processes of the node: how each is started and how it shows that it
//! works.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail};
use reqwest::Certificate;

use crate::addons::POD_IMAGE;
use crate::command::{command, run};
use crate::layout::{
    API_PORT, CNI_PROGRAMS, DNS_ADDRESS, EDGE_HEALTH_PORT, EDGE_PORT, ETCD_PEER_PORT, ETCD_PORT, Layout,
    METRICS_PORT, NODE_ADDRESS, NODE_NAME, POD_BRIDGE, POD_NETWORK, SERVICE_NETWORK, fill,
};
use crate::processes::{self, Program};
use crate::programs::Programs;

/// On a machine that compiles beside it, a start takes its time.
const ANSWERS_WITHIN: Duration = Duration::from_secs(120);
const ASKED_WITHIN: Duration = Duration::from_secs(5);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Component {
    Etcd,
    Containerd,
    ApiServer,
    ControllerManager,
    Scheduler,
    Kubelet,
    KubeProxy,
    Volumes,
    Metrics,
    Edge,
}

impl Component {
    /// In the order of their start; those of one row need nothing of each other. They end in the
    /// opposite order.
    pub const ROWS: [&[Component]; 4] = [
        &[Component::Etcd, Component::Containerd],
        &[Component::ApiServer],
        &[Component::ControllerManager, Component::Scheduler, Component::Kubelet, Component::KubeProxy],
        &[Component::Volumes, Component::Metrics, Component::Edge],
    ];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Component::Etcd => "etcd",
            Component::Containerd => "containerd",
            Component::ApiServer => "kube-apiserver",
            Component::ControllerManager => "kube-controller-manager",
            Component::Scheduler => "kube-scheduler",
            Component::Kubelet => "kubelet",
            Component::KubeProxy => "kube-proxy",
            Component::Volumes => "local-path-provisioner",
            Component::Metrics => "metrics-server",
            Component::Edge => "traefik",
        }
    }

    /// How long it may take to end when asked.
    #[must_use]
    pub fn grace(self) -> Duration {
        match self {
            // It would wait a minute for whoever watches it, and they never finish.
            Component::ApiServer => Duration::from_secs(5),
            _ => Duration::from_secs(20),
        }
    }

    /// Every component, in the order of their start.
    pub fn all() -> impl DoubleEndedIterator<Item = Component> {
        Component::ROWS.into_iter().flatten().copied()
    }
}

/// The components of one cluster.
#[derive(Debug, Clone)]
pub struct Components {
    layout: Layout,
    programs: Programs,
}

impl Components {
    #[must_use]
    pub fn new(layout: Layout, programs: Programs) -> Components {
        Components { layout, programs }
    }

    /// The files that the components read, by their names below the directory of them.
    fn files(&self) -> Vec<(&'static str, String)> {
        let state = self.layout.root().to_string_lossy();
        let (edge, health) = (EDGE_PORT.to_string(), EDGE_HEALTH_PORT.to_string());
        let values = [
            ("state", &*state),
            ("pod_image", POD_IMAGE),
            ("cni_programs", CNI_PROGRAMS),
            ("pod_bridge", POD_BRIDGE),
            ("pod_network", POD_NETWORK),
            ("dns_address", DNS_ADDRESS),
            ("edge_port", &edge),
            ("edge_health_port", &health),
        ];
        [
            ("containerd.toml", include_str!("../config/containerd.toml")),
            ("cni/bidd.conflist", include_str!("../config/cni.conflist")),
            ("kubelet.yaml", include_str!("../config/kubelet.yaml")),
            ("volumes.json", include_str!("../config/volumes.json")),
            ("volume-pod.yaml", include_str!("../config/volume-pod.yaml")),
            ("edge.yaml", include_str!("../config/edge.yaml")),
        ]
        .into_iter()
        .map(|(name, template)| (name, fill(template, &values)))
        .collect()
    }

    /// Writes the files that the components read.
    ///
    /// # Errors
    /// Where one cannot be written.
    pub fn configure(&self) -> anyhow::Result<()> {
        let config = self.layout.config();
        fs::create_dir_all(config.join("cni")).with_context(|| config.display().to_string())?;
        for (name, text) in self.files() {
            let path = config.join(name);
            fs::write(&path, text).with_context(|| path.display().to_string())?;
        }
        let volumes = self.layout.volumes();
        fs::create_dir_all(&volumes).with_context(|| volumes.display().to_string())
    }

    /// A digest of everything that the components are and are told. A cluster of another recipe is not
    /// completed, it is made anew.
    #[must_use]
    pub fn recipe(&self) -> String {
        let mut hash = blake3::Hasher::new();
        for (name, text) in self.files() {
            hash.update(name.as_bytes()).update(text.as_bytes());
        }
        for component in Component::all() {
            let program = self.program(component);
            hash.update(program.path.as_os_str().as_encoded_bytes());
            hash.update(program.arguments.join("\0").as_bytes());
        }
        hash.finalize().to_hex().to_string()
    }

    /// Starts those of a row that do not run, and waits until all of it answers.
    ///
    /// # Errors
    /// As [`processes::answering`].
    pub async fn start_row(&self, row: &[Component]) -> anyhow::Result<()> {
        for component in row {
            processes::start(&self.layout, &self.program(*component))?;
        }
        for component in row {
            self.wait(*component).await?;
        }
        Ok(())
    }

    /// Starts one unless it runs, and waits until it answers.
    ///
    /// # Errors
    /// As [`processes::answering`].
    pub async fn start(&self, component: Component) -> anyhow::Result<()> {
        self.start_row(&[component]).await
    }

    /// # Errors
    /// As [`processes::stop`].
    pub async fn stop(&self, component: Component) -> anyhow::Result<()> {
        processes::stop(&self.layout, &self.program(component)).await
    }

    /// # Errors
    /// As [`processes::kill`].
    pub async fn kill(&self, component: Component) -> anyhow::Result<()> {
        processes::kill(&self.layout, &self.program(component)).await
    }

    /// # Errors
    /// As [`processes::running`].
    pub fn runs(&self, component: Component) -> anyhow::Result<bool> {
        Ok(processes::running(&self.layout, &self.program(component))?.is_some())
    }

    async fn wait(&self, component: Component) -> anyhow::Result<()> {
        let program = self.program(component);
        processes::answering(&self.layout, &program, ANSWERS_WITHIN, async || self.ask(component).await).await
    }

    /// Asks a component once whether it works.
    async fn ask(&self, component: Component) -> anyhow::Result<()> {
        let url = match component {
            Component::Containerd => {
                let socket = self.layout.containerd_socket();
                let address = socket.to_string_lossy();
                return run(command("ctr", &["--address", &address, "--connect-timeout", "2s", "version"]))
                    .await
                    .map(drop);
            }
            // It serves nothing; that it runs is seen elsewhere.
            Component::Volumes => return Ok(()),
            Component::Etcd => format!("http://127.0.0.1:{ETCD_PORT}/health"),
            Component::ApiServer => format!("https://{NODE_ADDRESS}:{API_PORT}/readyz"),
            Component::ControllerManager => "https://127.0.0.1:10257/healthz".to_owned(),
            Component::Scheduler => "https://127.0.0.1:10259/healthz".to_owned(),
            Component::Kubelet => "http://127.0.0.1:10248/healthz".to_owned(),
            Component::KubeProxy => "http://127.0.0.1:10256/healthz".to_owned(),
            Component::Metrics => format!("https://{NODE_ADDRESS}:{METRICS_PORT}/livez"),
            Component::Edge => format!("http://127.0.0.1:{EDGE_HEALTH_PORT}/ping"),
        };
        let answer = self.client()?.get(&url).send().await?;
        if !answer.status().is_success() {
            bail!("{url} answers {}: {}", answer.status(), answer.text().await.unwrap_or_default());
        }
        Ok(())
    }

    fn client(&self) -> anyhow::Result<reqwest::Client> {
        let authority = fs::read(self.layout.pki().join("ca.crt"))?;
        Ok(reqwest::Client::builder()
            .tls_certs_only([Certificate::from_pem(&authority)?])
            .no_proxy()
            .timeout(ASKED_WITHIN)
            .build()?)
    }

    /// How a component is run.
    #[must_use]
    pub fn program(&self, component: Component) -> Program {
        let (path, arguments) = match component {
            Component::Etcd => ("/usr/bin/etcd".into(), self.etcd()),
            Component::Containerd => {
                ("/usr/bin/containerd".into(), vec![format!("--config={}", self.config("containerd.toml"))])
            }
            Component::ApiServer => self.built(component, self.api_server()),
            Component::ControllerManager => self.built(component, self.controller_manager()),
            Component::Scheduler => self.built(component, self.scheduler()),
            Component::Kubelet => self.built(component, self.kubelet()),
            Component::KubeProxy => self.built(component, self.kube_proxy()),
            Component::Volumes => self.built(component, self.volumes()),
            Component::Metrics => self.built(component, self.metrics()),
            Component::Edge => {
                self.built(component, vec![format!("--configFile={}", self.config("edge.yaml"))])
            }
        };
        let mut environment = BTreeMap::new();
        if component == Component::Edge {
            environment.insert("KUBECONFIG", self.kubeconfig("edge"));
        }
        Program { name: component.name(), path, arguments, environment, grace: component.grace() }
    }

    fn built(&self, component: Component, arguments: Vec<String>) -> (PathBuf, Vec<String>) {
        (self.programs.path(component.name()), arguments)
    }

    fn config(&self, name: &str) -> String {
        self.layout.config().join(name).to_string_lossy().into_owned()
    }

    fn pki(&self, name: &str) -> String {
        self.layout.pki().join(name).to_string_lossy().into_owned()
    }

    fn kubeconfig(&self, who: &str) -> String {
        self.layout.kubeconfig(who).to_string_lossy().into_owned()
    }

    fn below(&self, name: &str) -> String {
        self.layout.root().join(name).to_string_lossy().into_owned()
    }

    fn etcd(&self) -> Vec<String> {
        let client = format!("http://127.0.0.1:{ETCD_PORT}");
        let peer = format!("http://127.0.0.1:{ETCD_PEER_PORT}");
        vec![
            format!("--data-dir={}", self.below("etcd")),
            format!("--listen-client-urls={client}"),
            format!("--advertise-client-urls={client}"),
            format!("--listen-peer-urls={peer}"),
            format!("--initial-advertise-peer-urls={peer}"),
            format!("--initial-cluster=default={peer}"),
            // It survives being killed; only a power cut would lose something, and that ends the cluster.
            "--unsafe-no-fsync".to_owned(),
        ]
    }

    fn api_server(&self) -> Vec<String> {
        vec![
            format!("--etcd-servers=http://127.0.0.1:{ETCD_PORT}"),
            format!("--bind-address={NODE_ADDRESS}"),
            format!("--advertise-address={NODE_ADDRESS}"),
            format!("--secure-port={API_PORT}"),
            format!("--service-cluster-ip-range={SERVICE_NETWORK}"),
            format!("--client-ca-file={}", self.pki("ca.crt")),
            format!("--tls-cert-file={}", self.pki("apiserver.crt")),
            format!("--tls-private-key-file={}", self.pki("apiserver.key")),
            format!("--service-account-key-file={}", self.pki("service-accounts.pub")),
            format!("--service-account-signing-key-file={}", self.pki("service-accounts.key")),
            "--service-account-issuer=https://kubernetes.default.svc.cluster.local".to_owned(),
            "--authorization-mode=Node,RBAC".to_owned(),
            "--enable-admission-plugins=NodeRestriction".to_owned(),
            format!("--kubelet-certificate-authority={}", self.pki("ca.crt")),
            format!("--kubelet-client-certificate={}", self.pki("kubelet-client.crt")),
            format!("--kubelet-client-key={}", self.pki("kubelet-client.key")),
            // The node's name means nothing to the host's resolver.
            "--kubelet-preferred-address-types=InternalIP".to_owned(),
            format!("--requestheader-client-ca-file={}", self.pki("ca.crt")),
            "--requestheader-allowed-names=front-proxy".to_owned(),
            "--requestheader-extra-headers-prefix=X-Remote-Extra-".to_owned(),
            "--requestheader-group-headers=X-Remote-Group".to_owned(),
            "--requestheader-username-headers=X-Remote-User".to_owned(),
            format!("--proxy-client-cert-file={}", self.pki("front-proxy.crt")),
            format!("--proxy-client-key-file={}", self.pki("front-proxy.key")),
            // The API server's own requests are not seen by kube-proxy's rules for pods.
            "--enable-aggregator-routing=true".to_owned(),
        ]
    }

    fn controller_manager(&self) -> Vec<String> {
        let kubeconfig = self.kubeconfig("controller-manager");
        vec![
            format!("--kubeconfig={kubeconfig}"),
            format!("--authentication-kubeconfig={kubeconfig}"),
            format!("--authorization-kubeconfig={kubeconfig}"),
            "--bind-address=127.0.0.1".to_owned(),
            format!("--tls-cert-file={}", self.pki("controller-manager.crt")),
            format!("--tls-private-key-file={}", self.pki("controller-manager.key")),
            "--use-service-account-credentials".to_owned(),
            format!("--service-account-private-key-file={}", self.pki("service-accounts.key")),
            format!("--root-ca-file={}", self.pki("ca.crt")),
            format!("--cluster-signing-cert-file={}", self.pki("ca.crt")),
            format!("--cluster-signing-key-file={}", self.pki("ca.key")),
            format!("--flex-volume-plugin-dir={}", self.below("volume-plugins")),
            "--leader-elect=false".to_owned(),
            "--kube-api-qps=100".to_owned(),
            "--kube-api-burst=200".to_owned(),
            // A deal of a test is over before the usual five minutes in which a new pod's load is not
            // believed, and is looked at more often than every 15 seconds.
            "--horizontal-pod-autoscaler-cpu-initialization-period=10s".to_owned(),
            "--horizontal-pod-autoscaler-sync-period=5s".to_owned(),
        ]
    }

    fn scheduler(&self) -> Vec<String> {
        let kubeconfig = self.kubeconfig("scheduler");
        vec![
            format!("--kubeconfig={kubeconfig}"),
            format!("--authentication-kubeconfig={kubeconfig}"),
            format!("--authorization-kubeconfig={kubeconfig}"),
            "--bind-address=127.0.0.1".to_owned(),
            format!("--tls-cert-file={}", self.pki("scheduler.crt")),
            format!("--tls-private-key-file={}", self.pki("scheduler.key")),
            "--leader-elect=false".to_owned(),
        ]
    }

    fn kubelet(&self) -> Vec<String> {
        vec![
            format!("--config={}", self.config("kubelet.yaml")),
            format!("--kubeconfig={}", self.kubeconfig("kubelet")),
            format!("--hostname-override={NODE_NAME}"),
            format!("--node-ip={NODE_ADDRESS}"),
            format!("--root-dir={}", self.below("kubelet")),
        ]
    }

    fn kube_proxy(&self) -> Vec<String> {
        let mut arguments = vec![
            format!("--kubeconfig={}", self.kubeconfig("kube-proxy")),
            format!("--hostname-override={NODE_NAME}"),
            "--proxy-mode=nftables".to_owned(),
            format!("--cluster-cidr={POD_NETWORK}"),
            format!("--nodeport-addresses={NODE_ADDRESS}/32"),
            "--healthz-bind-address=127.0.0.1:10256".to_owned(),
            "--metrics-bind-address=127.0.0.1:10249".to_owned(),
        ];
        // The machine's own tables of connections stay as they are.
        for untouched in
            ["max-per-core=0", "min=0", "tcp-timeout-established=0s", "tcp-timeout-close-wait=0s"]
        {
            arguments.push(format!("--conntrack-{untouched}"));
        }
        arguments
    }

    fn volumes(&self) -> Vec<String> {
        vec![
            "start".to_owned(),
            format!("--kubeconfig={}", self.kubeconfig("volumes")),
            format!("--config={}", self.config("volumes.json")),
            "--provisioner-name=rancher.io/local-path".to_owned(),
            "--namespace=local-path-storage".to_owned(),
            "--service-account-name=volume".to_owned(),
            format!("--helper-image={POD_IMAGE}"),
            format!("--helper-pod-file={}", self.config("volume-pod.yaml")),
        ]
    }

    fn metrics(&self) -> Vec<String> {
        let kubeconfig = self.kubeconfig("metrics");
        vec![
            format!("--kubeconfig={kubeconfig}"),
            format!("--authentication-kubeconfig={kubeconfig}"),
            format!("--authorization-kubeconfig={kubeconfig}"),
            format!("--bind-address={NODE_ADDRESS}"),
            format!("--secure-port={METRICS_PORT}"),
            format!("--tls-cert-file={}", self.pki("metrics.crt")),
            format!("--tls-private-key-file={}", self.pki("metrics.key")),
            format!("--kubelet-certificate-authority={}", self.pki("ca.crt")),
            "--kubelet-preferred-address-types=InternalIP".to_owned(),
            // The resolution must be longer than the timeout.
            "--metric-resolution=10s".to_owned(),
            "--kubelet-request-timeout=5s".to_owned(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_component_is_in_one_row_and_has_a_name_of_its_own() {
        let mut names: Vec<_> = Component::all().map(Component::name).collect();
        assert_eq!(names.len(), 10);
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 10);
    }

    #[test]
    fn no_file_is_left_with_a_gap() {
        let components = Components::new(Layout::new("/state".into()), Programs::at("/cache".into()));
        for (name, text) in components.files() {
            for gap in ["{state", "{pod", "{edge", "{dns", "{cni"] {
                assert!(!text.contains(gap), "{name}: {gap}");
            }
        }
    }

    #[test]
    fn other_programs_are_another_recipe() {
        let recipe = |programs: &str| {
            Components::new(Layout::new("/state".into()), Programs::at(programs.into())).recipe()
        };
        assert_eq!(recipe("/cache/a"), recipe("/cache/a"));
        assert_ne!(recipe("/cache/a"), recipe("/cache/b"));
    }
}
