//! The configuration of a deal's Redis.

use std::path::Path;

/// An acknowledged step survives `kill -9` (`appendfsync always`); nothing is ever evicted; nobody
/// but this machine reaches it, and nobody without the password.
#[must_use]
pub fn configuration(port: u16, directory: &Path, password: &str) -> String {
    let directory = directory.display();
    format!(
        r#"bind 127.0.0.1
port {port}
protected-mode yes
requirepass {password}
dir "{directory}"
daemonize no
appendonly yes
appendfsync always
save ""
maxmemory 512mb
maxmemory-policy noeviction
maxclients 1000
timeout 0
tcp-keepalive 60
enable-protected-configs no
enable-debug-command no
enable-module-command no
"#
    )
}
