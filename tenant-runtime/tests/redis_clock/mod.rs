//! The clock of one `redis-server`, which a test can move, and with it no other program's.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::process::Command;

use jiff::SignedDuration;
use tempfile::NamedTempFile;

pub struct RedisClock {
    /// By how much it is wrong, as `e2e-clock` reads it.
    offset: NamedTempFile,
}

impl RedisClock {
    /// The machine's.
    pub fn right() -> RedisClock {
        let clock = RedisClock { offset: NamedTempFile::new().unwrap() };
        clock.is_wrong_by(SignedDuration::ZERO);
        clock
    }

    /// Makes it the clock of a program that is about to be started.
    pub fn of<'a>(&self, program: &'a mut Command) -> &'a mut Command {
        program.env("LD_PRELOAD", library()).env("E2E_CLOCK_OFFSET", self.offset.path())
    }

    /// From now on it is ahead of the machine's by so much, or behind.
    pub fn is_wrong_by(&self, error: SignedDuration) {
        let micros = i64::try_from(error.as_micros()).unwrap();
        let file: &File = self.offset.as_file();
        file.write_all_at(&micros.to_ne_bytes(), 0).unwrap();
    }
}

/// Cargo puts it beside the tests' own programs.
fn library() -> PathBuf {
    let library = std::env::current_exe().unwrap().with_file_name("libe2e_clock.so");
    assert!(library.exists(), "{} was not built with the tests", library.display());
    library
}
