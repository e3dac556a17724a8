//! The programs that deals are made of, found before anything is started.

use std::env;
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    #[error(
        "redis-server was not found: install it (`apt-get install redis-server`) or name it in BIDD_REDIS_SERVER"
    )]
    NoRedis,
    #[error(
        "tenant-runtime was not found beside bidd ({}): build it (`cargo build -p tenant-runtime`) or name it in BIDD_TENANT_RUNTIME", .0.display()
    )]
    NoRuntime(PathBuf),
    #[error("{variable} names {}, which is not a file", path.display())]
    NotAFile { variable: &'static str, path: PathBuf },
    #[error("the path of this program cannot be read")]
    OwnPath(#[source] std::io::Error),
}

/// Absolute paths.
#[derive(Debug, Clone)]
pub struct Programs {
    pub redis_server: PathBuf,
    pub tenant_runtime: PathBuf,
}

impl Programs {
    /// `BIDD_REDIS_SERVER` or the search path; `BIDD_TENANT_RUNTIME` or this program's directory.
    ///
    /// # Errors
    /// Where one is missing, saying how to get it.
    pub fn find() -> Result<Programs, ProgramError> {
        let redis_server = match named("BIDD_REDIS_SERVER")? {
            Some(path) => path,
            None => in_search_path("redis-server").ok_or(ProgramError::NoRedis)?,
        };
        let tenant_runtime = match named("BIDD_TENANT_RUNTIME")? {
            Some(path) => path,
            None => {
                let this = env::current_exe().map_err(ProgramError::OwnPath)?;
                let directory = this.parent().unwrap_or(Path::new("/")).to_path_buf();
                // A test's binary lies one directory below the programs.
                [directory.clone(), directory.join("..")]
                    .iter()
                    .find_map(|directory| directory.join("tenant-runtime").canonicalize().ok())
                    .ok_or(ProgramError::NoRuntime(directory))?
            }
        };
        Ok(Programs { redis_server, tenant_runtime })
    }
}

fn named(variable: &'static str) -> Result<Option<PathBuf>, ProgramError> {
    let Some(path) = env::var_os(variable).map(PathBuf::from) else { return Ok(None) };
    match path.canonicalize() {
        // The name as given: redis-server decides by its own name what it is.
        Ok(real) if real.is_file() => Ok(Some(if path.is_absolute() {
            path
        } else {
            real.with_file_name(path.file_name().unwrap_or_default())
        })),
        _ => Err(ProgramError::NotAFile { variable, path }),
    }
}

fn in_search_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|directory| directory.join(program)).find(|candidate| candidate.is_file())
}
