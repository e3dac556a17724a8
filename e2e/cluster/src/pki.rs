//! The cluster's certificates and the credentials made of them. Each component has an identity of its
//! own, so that what it may do is what its role says.

use std::fs;
use std::path::Path;

use anyhow::Context as _;

use crate::command::{command, run};
use crate::layout::{API_PORT, Layout, NODE_ADDRESS, fill};

/// Years would do as well: the cluster is thrown away long before.
const DAYS: &str = "3650";

/// A certificate: its file name, whom it stands for, and the names under which it serves, if it does.
struct Identity {
    name: &'static str,
    subject: &'static str,
    serves: &'static [&'static str],
    kubeconfig: bool,
}

const IDENTITIES: [Identity; 11] = [
    Identity {
        name: "apiserver",
        subject: "/CN=kube-apiserver",
        serves: &[
            "DNS:kubernetes",
            "DNS:kubernetes.default",
            "DNS:kubernetes.default.svc",
            "IP:198.19.0.1",
            // The first address of the services, by Kubernetes' own rule.
            "IP:198.18.128.1",
        ],
        kubeconfig: false,
    },
    // Requests of the aggregator are believed only if they come with this name.
    Identity { name: "front-proxy", subject: "/CN=front-proxy", serves: &[], kubeconfig: false },
    Identity {
        name: "kubelet-client",
        subject: "/O=system:masters/CN=kubelet-client",
        serves: &[],
        kubeconfig: false,
    },
    Identity { name: "admin", subject: "/O=system:masters/CN=admin", serves: &[], kubeconfig: true },
    Identity {
        name: "controller-manager",
        subject: "/CN=system:kube-controller-manager",
        serves: &["IP:127.0.0.1"],
        kubeconfig: true,
    },
    Identity {
        name: "scheduler",
        subject: "/CN=system:kube-scheduler",
        serves: &["IP:127.0.0.1"],
        kubeconfig: true,
    },
    Identity {
        name: "kubelet",
        subject: "/O=system:nodes/CN=system:node:node",
        serves: &["DNS:node", "IP:198.19.0.1"],
        kubeconfig: true,
    },
    Identity { name: "kube-proxy", subject: "/CN=system:kube-proxy", serves: &[], kubeconfig: true },
    Identity {
        name: "metrics",
        subject: "/CN=bidd:metrics",
        serves: &["DNS:metrics-server.kube-system.svc", "IP:198.19.0.1"],
        kubeconfig: true,
    },
    Identity { name: "volumes", subject: "/CN=bidd:volumes", serves: &[], kubeconfig: true },
    Identity { name: "edge", subject: "/CN=bidd:edge", serves: &[], kubeconfig: true },
];

/// Makes what is not there yet.
///
/// # Errors
/// Where `openssl` fails or a file cannot be written.
pub async fn prepare(layout: &Layout) -> anyhow::Result<()> {
    let directory = layout.pki();
    fs::create_dir_all(&directory).with_context(|| directory.display().to_string())?;
    if !directory.join("ca.crt").exists() {
        openssl(&directory, "req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -subj /CN=bidd -keyout ca.key -out ca.crt -days", &[DAYS]).await?;
    }
    if !directory.join("service-accounts.pub").exists() {
        openssl(
            &directory,
            "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out service-accounts.key",
            &[],
        )
        .await?;
        openssl(&directory, "pkey -in service-accounts.key -pubout -out service-accounts.pub", &[]).await?;
    }
    for identity in &IDENTITIES {
        certify(&directory, identity).await?;
        if identity.kubeconfig {
            let path = layout.kubeconfig(identity.name);
            fs::write(&path, kubeconfig(layout, identity.name))
                .with_context(|| path.display().to_string())?;
        }
    }
    Ok(())
}

async fn certify(directory: &Path, identity: &Identity) -> anyhow::Result<()> {
    let certificate = format!("{}.crt", identity.name);
    if directory.join(&certificate).exists() {
        return Ok(());
    }
    let key = format!("{}.key", identity.name);
    let usage = if identity.serves.is_empty() { "clientAuth" } else { "clientAuth,serverAuth" };
    let usage = format!("extendedKeyUsage={usage}");
    let names = format!("subjectAltName={}", identity.serves.join(","));
    let mut rest = vec!["-keyout", &key, "-out", &certificate, "-subj", identity.subject, "-addext", &usage];
    if !identity.serves.is_empty() {
        rest.extend(["-addext", &names]);
    }
    rest.extend(["-days", DAYS]);
    openssl(directory, "req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -CA ca.crt -CAkey ca.key -addext basicConstraints=critical,CA:FALSE", &rest).await
}

async fn openssl(directory: &Path, fixed: &str, rest: &[&str]) -> anyhow::Result<()> {
    let arguments: Vec<&str> = fixed.split(' ').chain(rest.iter().copied()).collect();
    let mut openssl = command("openssl", &arguments);
    openssl.current_dir(directory);
    run(openssl).await.map(drop)
}

fn kubeconfig(layout: &Layout, who: &str) -> String {
    let state = layout.root().to_string_lossy();
    let api = format!("https://{NODE_ADDRESS}:{API_PORT}");
    fill(include_str!("../config/kubeconfig.yaml"), &[("state", &state), ("api", &api), ("who", who)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{NODE_NAME, SERVICE_NETWORK};

    #[test]
    fn the_names_in_certificates_are_the_clusters_own() {
        let api = &IDENTITIES[0].serves;
        assert!(api.contains(&format!("IP:{NODE_ADDRESS}").as_str()));
        let services = SERVICE_NETWORK.trim_end_matches("0/20");
        assert!(api.contains(&format!("IP:{services}1").as_str()));
        let kubelet = IDENTITIES.iter().find(|identity| identity.name == "kubelet").unwrap();
        assert!(kubelet.subject.ends_with(&format!(":{}", NODE_NAME)));
    }
}
