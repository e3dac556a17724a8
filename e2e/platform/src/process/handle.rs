//! A running process, held by a file descriptor of the kernel's: it cannot be confused with a later
//! process of the same pid, whether it is our child or was adopted.

use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open, pidfd_send_signal};

use super::Identity;

/// Between two looks whether a process still lives. The descriptor could tell at once, but asking it
/// asynchronously takes unsafe code.
const LOOK_EVERY: Duration = Duration::from_millis(50);

pub struct Process {
    identity: Identity,
    descriptor: OwnedFd,
}

impl Process {
    /// Takes hold of a process, or `None` where it has ended.
    ///
    /// # Errors
    /// Where the kernel refuses the descriptor.
    pub fn open(identity: Identity) -> io::Result<Option<Process>> {
        let Some(pid) = Pid::from_raw(identity.pid) else { return Ok(None) };
        let descriptor = match pidfd_open(pid, PidfdFlags::empty()) {
            Ok(descriptor) => descriptor,
            Err(rustix::io::Errno::SRCH) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        // Only now is it certain whom the descriptor belongs to.
        if !identity.is_alive()? {
            return Ok(None);
        }
        Ok(Some(Process { identity, descriptor }))
    }

    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Returns when the process has ended.
    pub async fn ended(&self) {
        // What cannot be read is not there any more.
        while self.identity.is_alive().unwrap_or(false) {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Asks the process to end, and ends it and its group after `grace`.
    pub async fn stop(&self, grace: Duration) {
        let _ = pidfd_send_signal(&self.descriptor, Signal::TERM);
        if tokio::time::timeout(grace, self.ended()).await.is_ok() {
            return;
        }
        tracing::warn!(pid = self.identity.pid, "did not end when asked, killing it");
        self.kill();
        self.ended().await;
    }

    /// Ends the process and its group at once.
    pub fn kill(&self) {
        // The group's id is the leader's pid, which cannot be given away while the leader lives.
        if self.identity.is_alive().unwrap_or(false)
            && let Some(group) = Pid::from_raw(self.identity.pid)
        {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = pidfd_send_signal(&self.descriptor, Signal::KILL);
    }
}
