//! The directory of one deal: whose it is, its ports, its configuration, its secrets, its Redis'
//! data, and the processes that work in it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tenant_runtime_core::config::{DealConfig, secrets};

use super::{ExecutorError, Programs, redis};
use crate::process::{Liveness, Records, Service, Supervisor};
use crate::state::Layout;
use crate::{files, ports, random};

const ROUTED: &str = "routed";
const RUNTIME: &str = "runtime";
const REDIS: &str = "redis";
/// Long enough for a payment's approval that is under way (15 s at the gateway).
const RUNTIME_GRACE: Duration = Duration::from_secs(20);
const REDIS_GRACE: Duration = Duration::from_secs(10);

/// `deal.json`: written once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct About {
    /// The uid of the `TimeDeal` that this directory belongs to.
    pub uid: String,
    pub slug: String,
    pub redis_port: u16,
    pub runtime_port: u16,
}

pub struct Home {
    directory: PathBuf,
    about: About,
    supervisor: Supervisor,
}

/// The deals that have a directory.
///
/// # Errors
/// Where the directory cannot be listed.
pub fn names(layout: &Layout) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(layout.deals())? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

impl Home {
    /// The directory of that deal, or `None` where there is none.
    pub fn open(layout: &Layout, deal: &str) -> io::Result<Option<Home>> {
        let directory = layout.deals().join(deal);
        let Some(about) = files::read_json::<About>(&directory.join("deal.json"))? else { return Ok(None) };
        let supervisor = Supervisor::new(Records::open(directory.join("processes.json"))?);
        Ok(Some(Home { directory, about, supervisor }))
    }

    /// Makes the directory, whole or not at all.
    pub fn make(layout: &Layout, deal: &str, uid: &str, slug: &str) -> Result<(), ExecutorError> {
        let mut free = ports::Chooser::default();
        let about = About {
            uid: uid.to_owned(),
            slug: slug.to_owned(),
            redis_port: free.next()?,
            runtime_port: free.next()?,
        };
        // By that name a sweep removes it, should it stay unfinished.
        let unfinished = layout.deals().join(format!(".gone-{deal}-{}", uuid::Uuid::new_v4().simple()));
        for part in [REDIS, RUNTIME, "secrets"] {
            files::create_dir(&unfinished.join(part))?;
        }
        files::write_json(&unfinished.join("deal.json"), &about)?;
        fs::rename(&unfinished, layout.deals().join(deal))?;
        Ok(())
    }

    pub fn about(&self) -> &About {
        &self.about
    }

    /// The runtime's own listener, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.about.runtime_port)
    }

    /// The configuration in place.
    pub fn config(&self) -> io::Result<Option<DealConfig>> {
        files::read_json(&self.directory.join("config.json"))
    }

    pub fn write_config(&self, config: &DealConfig) -> io::Result<()> {
        files::write_json(&self.directory.join("config.json"), config)
    }

    /// Creates what is absent and regenerates nothing: tickets, passes and the draw hang on it.
    pub fn ensure_secrets(&self, layout: &Layout, secret_ref: &str) -> Result<(), ExecutorError> {
        for name in [secrets::DEAL_KEY, secrets::DRAW_SECRET, secrets::REDIS_PASSWORD, secrets::CONTROL_TOKEN]
        {
            files::write_new(&self.secret(name), || random::hex(32).into_bytes())?;
        }
        for name in [secrets::LEDGER_TOKEN, secrets::MERCHANT_KEY] {
            if self.secret(name).exists() {
                continue;
            }
            let given = layout.secrets().join(secret_ref).join(name);
            if !given.exists() {
                return Err(ExecutorError::NoSecret(format!("{secret_ref}/{name}")));
            }
            let value = files::read_line(&given)?;
            files::write(&self.secret(name), value.as_bytes())?;
        }
        Ok(())
    }

    pub fn redis_password(&self) -> io::Result<String> {
        files::read_line(&self.secret(secrets::REDIS_PASSWORD))
    }

    pub fn control_token(&self) -> io::Result<String> {
        files::read_line(&self.secret(secrets::CONTROL_TOKEN))
    }

    pub fn ledger_token(&self) -> io::Result<String> {
        files::read_line(&self.secret(secrets::LEDGER_TOKEN))
    }

    pub fn want_redis(&self, programs: &Programs) -> io::Result<()> {
        if self.supervisor.wanted(REDIS).is_some() {
            return Ok(());
        }
        let directory = self.directory.join(REDIS);
        let configuration = directory.join("redis.conf");
        let text = redis::configuration(self.about.redis_port, &directory, &self.redis_password()?);
        files::write(&configuration, text.as_bytes())?;
        self.supervisor.want(Service {
            name: REDIS.to_owned(),
            program: programs.redis_server.clone(),
            arguments: vec![configuration.display().to_string()],
            environment: BTreeMap::new(),
            directory,
            log: self.directory.join("redis.log"),
            grace: REDIS_GRACE,
            // Without the password any answer is a refusal, and any answer will do.
            liveness: Liveness::Answers { port: self.about.redis_port, say: "PING\r\n", hear: "-NOAUTH" },
        });
        Ok(())
    }

    pub fn want_runtime(&self, programs: &Programs) -> io::Result<()> {
        if self.supervisor.wanted(RUNTIME).is_some() {
            return Ok(());
        }
        let path = |path: &Path| path.display().to_string();
        let environment = BTreeMap::from([
            ("DDIB_CONFIG".to_owned(), path(&self.directory.join("config.json"))),
            ("DDIB_SECRETS".to_owned(), path(&self.directory.join("secrets"))),
            ("DDIB_REDIS".to_owned(), format!("127.0.0.1:{}", self.about.redis_port)),
            ("DDIB_LISTEN".to_owned(), format!("127.0.0.1:{}", self.about.runtime_port)),
        ]);
        self.supervisor.want(Service {
            name: RUNTIME.to_owned(),
            program: programs.tenant_runtime.clone(),
            arguments: vec!["all".to_owned()],
            environment,
            directory: self.directory.join(RUNTIME),
            log: self.directory.join("runtime.log"),
            grace: RUNTIME_GRACE,
            liveness: Liveness::Answers {
                port: self.about.runtime_port,
                say: "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                hear: "HTTP/1.1 200",
            },
        });
        Ok(())
    }

    pub async fn stop_runtime(&self, programs: &Programs) -> io::Result<()> {
        self.supervisor.stop(RUNTIME, &programs.tenant_runtime, &self.directory.join(RUNTIME)).await
    }

    /// Ends the runtime, then its Redis.
    pub async fn stop(&self, programs: &Programs) -> io::Result<()> {
        self.stop_runtime(programs).await?;
        self.supervisor.stop(REDIS, &programs.redis_server, &self.directory.join(REDIS)).await
    }

    /// Whether the edge forwards to this deal, kept for the next start: shoppers are not sent away
    /// while the lifecycle has not looked yet.
    pub fn is_routed(&self) -> bool {
        self.directory.join(ROUTED).exists()
    }

    pub fn set_routed(&self, routed: bool) -> io::Result<()> {
        let marker = self.directory.join(ROUTED);
        if routed { files::write_new(&marker, Vec::new).map(drop) } else { files::remove(&marker) }
    }

    /// Why one of the processes does not run, where that is known.
    pub fn failure(&self) -> Option<String> {
        self.supervisor.failure(REDIS).or_else(|| self.supervisor.failure(RUNTIME))
    }

    /// Removes the directory with everything in it.
    pub fn remove(&self) -> io::Result<()> {
        files::remove_dir(&self.directory)
    }

    fn secret(&self, name: &str) -> PathBuf {
        self.directory.join("secrets").join(name)
    }
}
