//! The lifecycle's executor on one machine: for each deal a directory, a `redis-server` and a
//! `tenant-runtime` with all roles, configured as pods would be.
//!
//! It decides nothing: `operator-core` says what shall be there. It never touches a directory that
//! carries another deal's uid, and never regenerates a secret.

mod home;
mod programs;
mod redis;

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crds::TimeDeal;
use operator::inside::{Inside, InsideError};
use operator::{Desired, Executor, Observed, Presence, RolesReady, RuntimeDesired};

use self::home::Home;
pub use self::programs::{ProgramError, Programs};
use crate::edge::Routes;
use crate::state::Layout;

#[derive(Debug, thiserror::Error)]
pub enum ExecutorError {
    #[error("the deal has no name or no uid")]
    Unnamed,
    #[error("{0} belongs to another deal")]
    Foreign(PathBuf),
    #[error("the platform has no secret named {0}")]
    NoSecret(String),
    #[error("{0}")]
    Child(String),
    #[error(transparent)]
    Port(#[from] crate::ports::PortError),
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Inside(#[from] InsideError),
}

/// Runs deals as processes.
pub struct Processes {
    layout: Layout,
    programs: Programs,
    routes: Routes,
    inside: Inside,
    homes: Mutex<HashMap<String, Arc<Home>>>,
}

impl Processes {
    #[must_use]
    pub fn new(layout: Layout, programs: Programs, routes: Routes, control_plane_url: &str) -> Processes {
        let inside = Inside::new(control_plane_url);
        Processes { layout, programs, routes, inside, homes: Mutex::default() }
    }

    /// Forwards again to the deals that were forwarded to when the last platform ended.
    ///
    /// # Errors
    /// Where the directory of a deal cannot be read.
    pub fn restore_routes(&self) -> Result<(), ExecutorError> {
        for name in home::names(&self.layout)? {
            if let Some(home) = self.home(&name)?.filter(|home| home.is_routed()) {
                self.routes.open(&home.about().slug, &name, home.about().runtime_port);
            }
        }
        Ok(())
    }

    /// Ends every process of every deal, and keeps their directories: the next start goes on.
    ///
    /// # Errors
    /// Where the directory of the deals cannot be read.
    pub async fn stop_all(&self) -> io::Result<()> {
        for name in home::names(&self.layout)? {
            match self.home(&name) {
                Ok(Some(home)) => home.stop(&self.programs).await?,
                Ok(None) => {}
                Err(error) => tracing::error!(deal = name, %error, "a deal's directory cannot be read"),
            }
        }
        Ok(())
    }

    /// The home of a deal that has one.
    fn home(&self, deal: &str) -> Result<Option<Arc<Home>>, ExecutorError> {
        let mut homes = self.homes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(home) = homes.get(deal) {
            return Ok(Some(Arc::clone(home)));
        }
        let Some(home) = Home::open(&self.layout, deal)? else { return Ok(None) };
        let home = Arc::new(home);
        homes.insert(deal.to_owned(), Arc::clone(&home));
        Ok(Some(home))
    }

    /// The home of this deal, made if there is none; refused where it is another's.
    fn own_home(&self, deal: &Named<'_>, slug: &str) -> Result<Arc<Home>, ExecutorError> {
        if self.home(deal.name)?.is_none() {
            Home::make(&self.layout, deal.name, deal.uid, slug)?;
        }
        let home = self
            .home(deal.name)?
            .ok_or_else(|| ExecutorError::Foreign(self.layout.deals().join(deal.name)))?;
        if home.about().uid == deal.uid {
            Ok(home)
        } else {
            Err(ExecutorError::Foreign(self.layout.deals().join(deal.name)))
        }
    }

    fn forget(&self, deal: &str) {
        self.homes.lock().unwrap_or_else(PoisonError::into_inner).remove(deal);
    }

    async fn present(&self, deal: &TimeDeal, desired: &RuntimeDesired) -> Result<(), ExecutorError> {
        // The processes are made anew with the platform, never with the deal: nothing of them to freeze.
        let RuntimeDesired { config, secret_ref, roles: _, routed, frozen: _, seal } = desired;
        let named = Named::of(deal)?;
        let slug = &deal.spec.company.slug;
        let home = self.own_home(&named, slug)?;
        home.ensure_secrets(&self.layout, secret_ref)?;
        home.want_redis(&self.programs)?;

        let in_place = home.config()?;
        let restart = in_place.as_ref().is_some_and(|in_place| {
            let settings = config.settings.clone();
            *config != tenant_runtime_core::config::DealConfig { settings, ..in_place.clone() }
        });
        if restart {
            home.stop_runtime(&self.programs).await?;
        }
        if restart || in_place.is_none() {
            home.write_config(config)?;
        }
        home.want_runtime(&self.programs)?;
        home.set_routed(*routed)?;
        if *routed {
            self.routes.open(slug, named.name, home.about().runtime_port);
        } else {
            self.routes.close(slug, named.name);
        }
        let running = in_place.filter(|_| !restart);
        if running.is_some_and(|in_place| in_place.settings != config.settings) {
            self.inside.push_settings(&home.url(), &home.control_token()?, &config.settings).await?;
            // Only now: what lies in the file is what was applied.
            home.write_config(config)?;
        }
        if *seal {
            self.inside.seal(&home.url(), &home.control_token()?).await?;
        }
        match home.failure() {
            Some(reason) => Err(ExecutorError::Child(reason)),
            None => Ok(()),
        }
    }

    async fn absent(&self, deal: &TimeDeal) -> Result<(), ExecutorError> {
        let named = Named::of(deal)?;
        self.routes.close(&deal.spec.company.slug, named.name);
        let Some(home) = self.home(named.name)? else { return Ok(()) };
        if home.about().uid != named.uid {
            return Err(ExecutorError::Foreign(self.layout.deals().join(named.name)));
        }
        home.stop(&self.programs).await?;
        home.remove()?;
        self.forget(named.name);
        Ok(())
    }
}

impl Executor for Processes {
    type Error = ExecutorError;

    async fn observe(&self, deal: &TimeDeal) -> Result<Observed, ExecutorError> {
        let named = Named::of(deal)?;
        let Some(home) = self.home(named.name)? else { return Ok(Observed::nothing()) };
        let uid = home.about().uid.clone();
        if uid != named.uid {
            return Ok(Observed { presence: Presence::Present { uid }, ..Observed::nothing() });
        }
        let url = home.url();
        // A token that cannot be read is one answer less, not the end of the look.
        let report = async { self.inside.report(&url, &home.control_token().ok()?).await };
        let head = async { self.inside.ledger_head(named.name, &home.ledger_token().ok()?).await };
        let (redis_ready, ready, report, ledger) =
            tokio::join!(redis::answers(&home), self.inside.is_ready(&url), report, head);
        Ok(Observed {
            presence: Presence::Present { uid },
            config: home.config()?.map(Box::new),
            redis_ready,
            // One process has all roles.
            roles_ready: RolesReady { queue: ready, shop: ready, payment: ready },
            report,
            ledger,
            obstacle: None,
        })
    }

    async fn apply(&self, deal: &TimeDeal, desired: &Desired) -> Result<(), ExecutorError> {
        match desired {
            Desired::Untouched => Ok(()),
            Desired::Absent => self.absent(deal).await,
            Desired::Present(runtime) => self.present(deal, runtime).await,
        }
    }
}

/// A deal's name and uid; every stored deal has both.
struct Named<'a> {
    name: &'a str,
    uid: &'a str,
}

impl<'a> Named<'a> {
    fn of(deal: &'a TimeDeal) -> Result<Named<'a>, ExecutorError> {
        match (deal.metadata.name.as_deref(), deal.metadata.uid.as_deref()) {
            (Some(name), Some(uid)) => Ok(Named { name, uid }),
            _ => Err(ExecutorError::Unnamed),
        }
    }
}
