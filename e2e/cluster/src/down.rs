//! Takes the cluster down without a trace. It knows what a cluster leaves where, not what was running:
//! half a cluster, or one whose records are lost, goes the same way.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use e2e_platform::process::{Identity, Process, Records};
use e2e_platform::screen::Screen;
use tokio::time::Instant;

use crate::command::{command, run as finish};
use crate::components::Component;
use crate::layout::{Layout, NODE_BRIDGE, POD_BRIDGE, Settings};
use crate::node;

const GONE_WITHIN: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The group under which kubelet puts every pod.
const POD_CGROUP: &str = "kubepods";
/// Where the plugins of the pods' networks remember what they answered; it cannot be moved.
const CNI_RESULTS: &str = "/var/lib/cni/results";
/// Where kubelet names the logs of containers by links; it cannot be moved.
const LOG_LINKS: &str = "/var/log/containers";
/// Where kubelet listens for drivers of devices; it cannot be moved.
const DEVICE_SOCKET: &str = "/var/lib/kubelet/device-plugins/kubelet.sock";

/// # Errors
/// What could not be removed.
pub async fn run(screen: &Screen) -> anyhow::Result<()> {
    let settings = Settings::from_env()?;
    if let Some(foreign) = settings.foreign {
        screen.line(&format!("the cluster of {} is not ours; nothing is taken down", foreign.display()));
        return Ok(());
    }
    node::permitted()?;
    let _lock = settings.lock()?;
    let layout = Layout::new(settings.state);
    if !layout.root().exists() && leftovers(&layout)?.is_empty() {
        screen.line("there is no cluster");
        return Ok(());
    }
    let begun = Instant::now();
    take_down(&layout, screen).await?;
    screen.line(&format!("down in {} s; nothing is left", begun.elapsed().as_secs()));
    Ok(())
}

/// Takes down whatever there is of the cluster in this directory. Its caller holds the lock.
///
/// # Errors
/// What could not be removed.
pub async fn take_down(layout: &Layout, screen: &Screen) -> anyhow::Result<()> {
    stop(layout, screen).await?;
    unmount(layout).await?;
    clean_up(layout).await?;
    let left = leftovers(layout)?;
    if !left.is_empty() {
        bail!("the cluster is down, but this is left of it: {}", left.join(", "));
    }
    Ok(())
}

/// Ends every process: the components in the opposite order of their start, the pods once nobody
/// restarts them, and then whatever still works in the cluster's directory.
async fn stop(layout: &Layout, screen: &Screen) -> anyhow::Result<()> {
    let recorded = if layout.root().exists() { Some(Records::open(layout.records())?) } else { None };
    for component in Component::all().rev() {
        // Once kubelet is gone nobody restarts them, and the API server waits for those that watch it.
        if component == Component::ApiServer {
            end(pods()?).await?;
        }
        if let Some(identity) = recorded.as_ref().and_then(|records| records.get(component.name()))
            && let Some(process) = Process::open(identity)?
        {
            let (begun, grace) = (Instant::now(), component.grace());
            process.stop(grace).await;
            if begun.elapsed() >= grace {
                screen.line(&format!("{} did not end when asked and was killed", component.name()));
            }
        }
    }
    // The shims of containers, and components that were never written down.
    end(ours(layout)?).await
}

async fn end(identities: Vec<Identity>) -> anyhow::Result<()> {
    let mut processes = Vec::new();
    for identity in identities {
        if let Some(process) = Process::open(identity)? {
            process.kill();
            processes.push(process);
        }
    }
    for process in processes {
        let ended = tokio::time::timeout(GONE_WITHIN, process.ended()).await;
        ended.with_context(|| format!("process {} cannot be ended", process.identity().pid))?;
    }
    Ok(())
}

/// The processes that work in the cluster's directory: components and shims, not somebody's shell.
fn ours(layout: &Layout) -> anyhow::Result<Vec<Identity>> {
    let mut found = within(&layout.root().join("run"))?;
    found.extend(within(&layout.root().join("containerd-run"))?);
    Ok(found)
}

/// Every process whose working directory is below `directory`.
fn within(directory: &Path) -> anyhow::Result<Vec<Identity>> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let entry = entry?;
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok()) else {
            continue;
        };
        // What cannot be read has just gone, or is the kernel's.
        let Ok(works_in) = fs::read_link(entry.path().join("cwd")) else { continue };
        if works_in.starts_with(directory) {
            found.extend(Identity::of(pid)?);
        }
    }
    Ok(found)
}

/// Every process in a pod.
fn pods() -> anyhow::Result<Vec<Identity>> {
    let mut found = Vec::new();
    for group in pod_cgroups() {
        for directory in below(&group) {
            let Ok(pids) = fs::read_to_string(directory.join("cgroup.procs")) else { continue };
            for pid in pids.lines().filter_map(|line| line.parse::<i32>().ok()) {
                found.extend(Identity::of(pid)?);
            }
        }
    }
    found.sort_by_key(|identity| identity.pid);
    found.dedup();
    Ok(found)
}

/// The groups of pods: one, or one for each controller where the kernel still has those.
fn pod_cgroups() -> Vec<PathBuf> {
    let root = Path::new("/sys/fs/cgroup");
    let controllers = fs::read_dir(root).into_iter().flatten().flatten().map(|entry| entry.path());
    std::iter::once(root.to_path_buf())
        .chain(controllers)
        .map(|parent| parent.join(POD_CGROUP))
        .filter(|group| group.is_dir())
        .collect()
}

/// A directory and all below it, the deepest first.
fn below(directory: &Path) -> Vec<PathBuf> {
    let mut found = vec![directory.to_path_buf()];
    let mut next = 0;
    while next < found.len() {
        let entries = fs::read_dir(&found[next]).into_iter().flatten().flatten();
        let directories = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        let directories: Vec<_> = directories.map(|entry| entry.path()).collect();
        found.extend(directories);
        next += 1;
    }
    found.reverse();
    found
}

/// Takes every mount below the cluster's directory away, so that removing it removes nothing else.
async fn unmount(layout: &Layout) -> anyhow::Result<()> {
    let mounts = mounts(layout.root())?;
    if mounts.is_empty() {
        return Ok(());
    }
    let mut umount = command("umount", &["--lazy"]);
    // The last one may lie on an earlier one.
    umount.args(mounts.iter().rev());
    finish(umount).await.map(drop)
}

fn mounts(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let table = fs::read_to_string("/proc/self/mountinfo").context("the table of mounts")?;
    let points = table.lines().filter_map(|line| line.split(' ').nth(4)).map(PathBuf::from);
    Ok(points.filter(|point| point.starts_with(directory)).collect())
}

async fn clean_up(layout: &Layout) -> anyhow::Result<()> {
    for bridge in [POD_BRIDGE, NODE_BRIDGE] {
        node::remove_bridge(bridge).await?;
    }
    for family in proxy_tables().await? {
        finish(command("nft", &["delete", "table", family, "kube-proxy"])).await?;
    }
    for group in pod_cgroups() {
        remove_cgroup(&group).await?;
    }
    for socket in shim_sockets(layout) {
        remove_file(&socket)?;
    }
    for result in network_results() {
        remove_file(&result)?;
    }
    for link in log_links(layout) {
        remove_file(&link)?;
    }
    if !listens(Path::new(DEVICE_SOCKET)) {
        remove_file(Path::new(DEVICE_SOCKET))?;
    }
    for directory in [
        "/run/containerd/s",
        "/run/containerd",
        CNI_RESULTS,
        "/var/lib/cni",
        LOG_LINKS,
        "/var/lib/kubelet/device-plugins",
        "/var/lib/kubelet",
    ] {
        // Only if nobody else has something in it.
        let _ = fs::remove_dir(directory);
    }
    node::restore(layout)?;
    // Nothing is mounted there any more, so this stays within.
    match fs::remove_dir_all(layout.root()) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| layout.root().display().to_string())
        }
        _ => Ok(()),
    }
}

/// The families in which kube-proxy keeps a table of rules.
async fn proxy_tables() -> anyhow::Result<Vec<&'static str>> {
    let tables = finish(command("nft", &["list", "tables"])).await?;
    let has = |family: &str| tables.lines().any(|line| line.trim() == format!("table {family} kube-proxy"));
    Ok(["ip", "ip6"].into_iter().filter(|family| has(family)).collect())
}

/// A group can be removed once its last process has been reaped, which the kernel does in its own time.
async fn remove_cgroup(group: &Path) -> anyhow::Result<()> {
    let until = Instant::now() + GONE_WITHIN;
    for directory in below(group) {
        loop {
            match fs::remove_dir(&directory) {
                Ok(()) => break,
                Err(error) if error.kind() == io::ErrorKind::NotFound => break,
                Err(error) if Instant::now() >= until => {
                    return Err(error).with_context(|| format!("cgroup {}", directory.display()));
                }
                Err(_) => tokio::time::sleep(LOOK_EVERY).await,
            }
        }
    }
    Ok(())
}

/// The sockets of our shims, which lie where those of every containerd do. Each is named in its bundle.
fn shim_sockets(layout: &Layout) -> Vec<PathBuf> {
    let tasks = layout.root().join("containerd-run/io.containerd.runtime.v2.task/k8s.io");
    let bundles = fs::read_dir(tasks).into_iter().flatten().flatten();
    bundles
        .filter_map(|bundle| fs::read_to_string(bundle.path().join("address")).ok())
        .filter_map(|address| address.trim().strip_prefix("unix://").map(PathBuf::from))
        .collect()
}

/// What was answered for our network, and for the loopback of the same sandboxes:
/// `<network>-<sandbox>-<interface>`.
fn network_results() -> Vec<PathBuf> {
    let directory = Path::new(CNI_RESULTS);
    let names = fs::read_dir(directory).into_iter().flatten().flatten();
    let names = names.filter_map(|entry| entry.file_name().into_string().ok());
    let sandboxes = names.filter_map(|name| {
        name.strip_prefix("bidd-")
            .and_then(|rest| rest.split_once('-'))
            .map(|(sandbox, _)| sandbox.to_owned())
    });
    sandboxes
        .flat_map(|sandbox| [format!("bidd-{sandbox}-eth0"), format!("cni-loopback-{sandbox}-lo")])
        .map(|name| directory.join(name))
        .collect()
}

fn log_links(layout: &Layout) -> Vec<PathBuf> {
    let links = fs::read_dir(LOG_LINKS).into_iter().flatten().flatten().map(|entry| entry.path());
    links.filter(|link| fs::read_link(link).is_ok_and(|to| to.starts_with(layout.root()))).collect()
}

fn listens(socket: &Path) -> bool {
    std::os::unix::net::UnixStream::connect(socket).is_ok()
}

fn remove_file(path: &Path) -> anyhow::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| path.display().to_string())
        }
        _ => Ok(()),
    }
}

/// What is still there of a cluster, for people.
fn leftovers(layout: &Layout) -> anyhow::Result<Vec<String>> {
    let mut left = Vec::new();
    left.extend(ours(layout)?.iter().map(|identity| format!("process {}", identity.pid)));
    left.extend(mounts(layout.root())?.iter().map(|mount| format!("mount {}", mount.display())));
    let bridges = [POD_BRIDGE, NODE_BRIDGE].into_iter().filter(|bridge| node::bridge_exists(bridge));
    left.extend(bridges.map(|bridge| format!("bridge {bridge}")));
    left.extend(pod_cgroups().iter().map(|group| format!("cgroup {}", group.display())));
    left.extend(log_links(layout).iter().map(|link| format!("link {}", link.display())));
    if layout.root().exists() {
        left.push(layout.root().display().to_string());
    }
    Ok(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deepest_directories_come_first() {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir_all(directory.path().join("a/b/c")).unwrap();
        let found = below(directory.path());
        let names: Vec<_> = found.iter().map(|path| path.strip_prefix(directory.path()).unwrap()).collect();
        assert_eq!(names, ["a/b/c", "a/b", "a", ""].map(Path::new));
    }

    #[test]
    fn this_process_works_in_its_own_directory() {
        let here = std::env::current_dir().unwrap();
        let me = i32::try_from(std::process::id()).unwrap();
        assert!(within(&here).unwrap().iter().any(|identity| identity.pid == me));
        assert!(within(Path::new("/nowhere")).unwrap().is_empty());
    }

    #[test]
    fn the_root_is_a_mount() {
        assert!(mounts(Path::new("/")).unwrap().contains(&PathBuf::from("/")));
        assert!(mounts(Path::new("/nowhere")).unwrap().is_empty());
    }
}
