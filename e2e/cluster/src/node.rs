//! What the cluster needs of the machine itself: a bridge that holds the node's address, and a few
//! settings of the kernel, which are put back afterwards.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use rustix::process::geteuid;

use crate::command::{command, run};
use crate::layout::{Layout, NODE_ADDRESS, NODE_BRIDGE};

/// A setting below `/proc/sys`, and what it must at least be; `None` where a component sets it by
/// itself, so that it is only put back.
const SETTINGS: [(&str, Option<u64>); 9] = [
    ("net/ipv4/ip_forward", Some(1)),
    // Packets between two pods do not leave their bridge; answers from behind a Service would otherwise
    // come from the wrong address.
    ("net/bridge/bridge-nf-call-iptables", Some(1)),
    ("fs/inotify/max_user_instances", Some(1024)),
    ("vm/overcommit_memory", None),
    ("vm/panic_on_oom", None),
    ("kernel/panic", None),
    ("kernel/panic_on_oops", None),
    ("kernel/keys/root_maxkeys", None),
    ("kernel/keys/root_maxbytes", None),
];

/// # Errors
/// Where this is not Linux on a machine that is ours: what is missing, and what to do instead.
pub fn permitted() -> anyhow::Result<()> {
    if !cfg!(target_os = "linux") || !geteuid().is_root() {
        bail!(
            "a cluster of one's own needs root on Linux (it makes bridges, mounts and cgroups): run this as root, or set KUBECONFIG to use another cluster"
        );
    }
    Ok(())
}

/// Lays the bridge and sets the kernel up, once or again.
///
/// # Errors
/// Where the kernel refuses one of them.
pub async fn prepare(layout: &Layout) -> anyhow::Result<()> {
    lay_bridge().await?;
    if !Path::new("/proc/sys/net/bridge").exists() {
        run(command("modprobe", &["br_netfilter"]))
            .await
            .context("packets on a bridge cannot be filtered without the kernel's br_netfilter")?;
    }
    remember(layout)?;
    for (name, least) in SETTINGS {
        if let Some(least) = least
            && read(name)?.parse::<u64>().is_ok_and(|value| value < least)
        {
            write(name, &least.to_string())?;
        }
    }
    Ok(())
}

async fn lay_bridge() -> anyhow::Result<()> {
    if !bridge_exists(NODE_BRIDGE) {
        run(command("ip", &["link", "add", NODE_BRIDGE, "type", "bridge"])).await?;
    }
    let address = format!("{NODE_ADDRESS}/32");
    run(command("ip", &["address", "replace", &address, "dev", NODE_BRIDGE])).await?;
    run(command("ip", &["link", "set", NODE_BRIDGE, "up"])).await.map(drop)
}

/// Whether there is a network device of that name.
#[must_use]
pub fn bridge_exists(name: &str) -> bool {
    Path::new("/sys/class/net").join(name).exists()
}

/// # Errors
/// Where the kernel refuses.
pub async fn remove_bridge(name: &str) -> anyhow::Result<()> {
    if bridge_exists(name) {
        run(command("ip", &["link", "delete", name])).await?;
    }
    Ok(())
}

fn remember(layout: &Layout) -> anyhow::Result<()> {
    let path = layout.kernel_settings();
    if path.exists() {
        return Ok(());
    }
    let mut before = BTreeMap::new();
    for (name, _) in SETTINGS {
        before.insert(name, read(name)?);
    }
    fs::write(&path, serde_json::to_vec_pretty(&before)?).with_context(|| path.display().to_string())
}

/// Puts the kernel's settings back to what they were.
///
/// # Errors
/// Where they cannot be read or written.
pub fn restore(layout: &Layout) -> anyhow::Result<()> {
    let path = layout.kernel_settings();
    let Ok(text) = fs::read(&path) else { return Ok(()) };
    let before: BTreeMap<String, String> =
        serde_json::from_slice(&text).with_context(|| path.display().to_string())?;
    for (name, value) in before {
        if read(&name)? != value {
            write(&name, &value)?;
        }
    }
    Ok(())
}

fn setting(name: &str) -> PathBuf {
    Path::new("/proc/sys").join(name)
}

fn read(name: &str) -> anyhow::Result<String> {
    let path = setting(name);
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    Ok(text.trim().to_owned())
}

fn write(name: &str, value: &str) -> anyhow::Result<()> {
    let path = setting(name);
    fs::write(&path, value).with_context(|| format!("{} cannot be set to {value}", path.display()))
}
