//! What tells one process from every other that ever had its pid.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// A process, once and for all: the kernel gives no two processes of one boot the same pid and the
/// same start time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Identity {
    pub pid: i32,
    /// Clock ticks from the boot to the start of the process (field 22 of `/proc/<pid>/stat`).
    pub start_ticks: u64,
    /// The kernel's random id of this boot.
    pub boot: String,
}

impl Identity {
    /// The process that has this pid now, or `None` where none is alive. A zombie is not alive:
    /// where nobody reaps orphans, it stays in the table for good.
    ///
    /// # Errors
    /// Where `/proc` cannot be read.
    pub fn of(pid: i32) -> io::Result<Option<Identity>> {
        let stat = match fs::read_to_string(format!("/proc/{pid}/stat")) {
            Ok(stat) => stat,
            Err(error) if is_gone(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        let Some((state, start_ticks)) = parse_stat(&stat) else {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "a line of /proc/<pid>/stat is malformed",
            ));
        };
        if matches!(state, 'Z' | 'X' | 'x') {
            return Ok(None);
        }
        Ok(Some(Identity { pid, start_ticks, boot: boot_id()? }))
    }

    /// Whether that very process is still alive.
    ///
    /// # Errors
    /// Where `/proc` cannot be read.
    pub fn is_alive(&self) -> io::Result<bool> {
        Ok(Identity::of(self.pid)?.as_ref() == Some(self))
    }

    /// The process of this user that runs `program` in `directory` (both absolute), if there is one.
    /// It finds a child that was started but not yet written down when its parent was killed.
    ///
    /// # Errors
    /// Where `/proc` cannot be listed.
    pub fn running_in(directory: &Path, program: &Path) -> io::Result<Option<Identity>> {
        // Debian's redis-server is a link to another file; the kernel shows the file.
        let program = fs::canonicalize(program).unwrap_or_else(|_| program.to_path_buf());
        for entry in fs::read_dir("/proc")? {
            let entry = entry?;
            let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok()) else {
                continue;
            };
            // Unreadable entries belong to other users or have just gone: neither is ours.
            let Ok(cwd) = fs::read_link(entry.path().join("cwd")) else { continue };
            let Ok(executable) = fs::read_link(entry.path().join("exe")) else { continue };
            if cwd == directory && same_program(&executable, &program) {
                return Identity::of(pid);
            }
        }
        Ok(None)
    }
}

/// Whether the link of `/proc/<pid>/exe` is this program; the kernel marks a file that was replaced
/// since (a rebuilt binary) as deleted.
fn same_program(executable: &Path, program: &Path) -> bool {
    let executable = executable.to_string_lossy();
    Path::new(executable.strip_suffix(" (deleted)").unwrap_or(&executable)) == program
}

fn is_gone(error: &io::Error) -> bool {
    // ESRCH comes when the process ends between opening and reading.
    error.kind() == io::ErrorKind::NotFound
        || error.raw_os_error() == Some(rustix::io::Errno::SRCH.raw_os_error())
}

/// State and start time. The command's name stands in parentheses and may contain anything, so the
/// fields are counted from the last closing one.
fn parse_stat(stat: &str) -> Option<(char, u64)> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace();
    let state = fields.next()?.chars().next()?;
    let start_ticks = fields.nth(18)?.parse().ok()?;
    Some((state, start_ticks))
}

fn boot_id() -> io::Result<String> {
    Ok(fs::read_to_string("/proc/sys/kernel/random/boot_id")?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_name_with_parentheses_does_not_confuse_the_fields() {
        let stat = "42 (a) b) (c) S 1 42 42 0 -1 4194304 122 0 0 0 0 0 0 0 20 0 1 0 125664 3133440 360";
        assert_eq!(parse_stat(stat), Some(('S', 125_664)));
        assert_eq!(parse_stat("42 (short) S 1"), None);
    }

    #[test]
    fn this_process_is_alive_and_another_start_time_is_not() {
        let pid = i32::try_from(std::process::id()).unwrap();
        let me = Identity::of(pid).unwrap().expect("this process runs");
        assert!(me.is_alive().unwrap());
        let earlier = Identity { start_ticks: me.start_ticks - 1, ..me.clone() };
        assert!(!earlier.is_alive().unwrap());
        let other_boot = Identity { boot: "another".to_owned(), ..me };
        assert!(!other_boot.is_alive().unwrap());
    }
}
