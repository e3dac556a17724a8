//! Who of several operators is at work: the one that holds the Lease.
//!
//! The Lease is changed by compare-and-swap on its resource version alone. Whether a holder is alive
//! is judged by when *we* saw the Lease change, on our own steady clock: the times written in it are
//! for people, and clocks that differ hurt nobody.
//!
//! A leader that is about to be replaced must have stopped writing. It may write only until
//! [`Terms::renew_within`] after it last *began* to renew with success ([`Fence`]); another takes over
//! no sooner than [`Terms::lease`] after that renewal reached the API server. The difference is what a
//! request that has been sent may still be under way.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use control_plane_telemetry::clock::Clock;
use control_plane_telemetry::shutdown::Shutdown;
use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, ObjectMeta};
use kube::api::PostParams;
use kube::{Api, Client};

/// The name of the Lease.
const NAME: &str = "bidd-operator";

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// So long without a change of the Lease, its holder counts as gone.
    pub lease: Duration,
    /// So long without a renewal, a leader stops. Shorter than the lease.
    pub renew_within: Duration,
    /// The pause between two looks.
    pub retry: Duration,
}

impl Default for Terms {
    fn default() -> Self {
        Terms {
            lease: Duration::from_secs(15),
            renew_within: Duration::from_secs(10),
            retry: Duration::from_secs(2),
        }
    }
}

/// What was found in the Lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Empty where nobody holds it.
    pub holder: String,
    pub resource_version: String,
}

/// What to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// There is none: create it.
    Create,
    /// It is ours: renew it.
    Renew,
    /// It is nobody's, or its holder is gone: take it.
    Take,
    /// Somebody else is at work.
    Wait,
}

/// Judges, told the time on a steady clock.
#[derive(Debug)]
pub struct Election {
    identity: String,
    lease: Duration,
    /// The resource version last seen, and when it was first seen.
    seen: Option<(String, Duration)>,
}

impl Election {
    #[must_use]
    pub fn new(identity: &str, lease: Duration) -> Election {
        Election { identity: identity.to_owned(), lease, seen: None }
    }

    /// What to do about a Lease that was found at `now`.
    pub fn judge(&mut self, found: Option<&Found>, now: Duration) -> Step {
        let Some(found) = found else { return Step::Create };
        let since = match &self.seen {
            Some((version, since)) if *version == found.resource_version => *since,
            _ => {
                self.seen = Some((found.resource_version.clone(), now));
                now
            }
        };
        if found.holder == self.identity {
            Step::Renew
        } else if found.holder.is_empty() || now.saturating_sub(since) >= self.lease {
            Step::Take
        } else {
            Step::Wait
        }
    }
}

/// Whether this process may write. Shared with the client, which asks before every change.
#[derive(Clone)]
pub struct Fence {
    started: Instant,
    /// In milliseconds since the start; zero where it never was open.
    open_until: Arc<AtomicU64>,
}

impl Fence {
    #[must_use]
    pub fn closed() -> Fence {
        Fence { started: Instant::now(), open_until: Arc::default() }
    }

    #[must_use]
    pub fn is_open(&self) -> bool {
        millis(self.now()) < self.open_until.load(Ordering::SeqCst)
    }

    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    fn open_until(&self, at: Duration) {
        self.open_until.store(millis(at), Ordering::SeqCst);
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[derive(Debug, thiserror::Error)]
#[error("the Lease could not be renewed in time; another operator may be at work")]
pub struct Deposed;

/// Takes part in the election.
pub struct Candidate {
    api: Api<Lease>,
    identity: String,
    terms: Terms,
    fence: Fence,
    election: Election,
    clock: Clock,
}

impl Candidate {
    /// `client` must be one that asks no fence.
    #[must_use]
    pub fn new(client: Client, namespace: &str, identity: &str, fence: Fence, clock: Clock) -> Candidate {
        let terms = Terms::default();
        Candidate {
            api: Api::namespaced(client, namespace),
            identity: identity.to_owned(),
            terms,
            fence,
            election: Election::new(identity, terms.lease),
            clock,
        }
    }

    /// Returns as the leader, or at the shutdown: `false` then.
    pub async fn win(&mut self, shutdown: &Shutdown) -> bool {
        loop {
            if self.attempt().await {
                tracing::info!(identity = self.identity, "leading");
                return true;
            }
            tokio::select! {
                () = shutdown.triggered() => return false,
                () = tokio::time::sleep(self.terms.retry) => {}
            }
        }
    }

    /// Stays the leader; returns when it is none any more.
    pub async fn stay(&mut self) -> Deposed {
        while self.fence.is_open() {
            tokio::time::sleep(self.terms.retry).await;
            self.attempt().await;
        }
        Deposed
    }

    /// Lets the next one take over at once.
    pub async fn resign(&mut self) {
        self.fence.open_until(Duration::ZERO);
        let work = async {
            let Some(lease) = self.api.get_opt(NAME).await? else { return Ok(()) };
            if found(&lease).holder == self.identity {
                self.swap(lease, "").await?;
            }
            Ok::<(), kube::Error>(())
        };
        match tokio::time::timeout(self.terms.renew_within, work).await {
            Ok(Ok(())) => tracing::info!("the Lease is given back"),
            Ok(Err(error)) => tracing::warn!(%error, "the Lease could not be given back; it will run out"),
            Err(_) => tracing::warn!("giving back the Lease took too long; it will run out"),
        }
    }

    /// One look at the Lease, and what follows. Whether it is ours afterwards.
    async fn attempt(&mut self) -> bool {
        let begun = self.fence.now();
        match tokio::time::timeout(self.terms.renew_within, self.look()).await {
            Ok(Ok(true)) => {
                self.fence.open_until(begun + self.terms.renew_within);
                true
            }
            Ok(Ok(false)) => {
                self.fence.open_until(Duration::ZERO);
                false
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "the Lease could not be read or changed");
                false
            }
            Err(_) => {
                tracing::warn!("the API server did not answer about the Lease in time");
                false
            }
        }
    }

    async fn look(&mut self) -> Result<bool, kube::Error> {
        let lease = self.api.get_opt(NAME).await?;
        let seen = lease.as_ref().map(found);
        match (self.election.judge(seen.as_ref(), self.fence.now()), lease) {
            (Step::Renew | Step::Take, Some(lease)) => {
                let identity = self.identity.clone();
                lost_is_no_error(self.swap(lease, &identity).await)
            }
            (Step::Wait, _) => Ok(false),
            (Step::Create | Step::Renew | Step::Take, _) => {
                let metadata = ObjectMeta { name: Some(NAME.to_owned()), ..ObjectMeta::default() };
                let spec = Some(self.spec(None, &self.identity));
                let lease = Lease { metadata, spec };
                lost_is_no_error(self.api.create(&PostParams::default(), &lease).await.map(drop))
            }
        }
    }

    /// Refused by the API server where the Lease has changed since it was read.
    async fn swap(&self, mut lease: Lease, holder: &str) -> Result<(), kube::Error> {
        lease.spec = Some(self.spec(lease.spec.take(), holder));
        self.api.replace(NAME, &PostParams::default(), &lease).await.map(drop)
    }

    fn spec(&self, before: Option<LeaseSpec>, holder: &str) -> LeaseSpec {
        let before = before.unwrap_or_default();
        let now = Some(MicroTime(self.clock.now()));
        let is_new = before.holder_identity.as_deref() != Some(holder);
        LeaseSpec {
            holder_identity: Some(holder.to_owned()),
            lease_duration_seconds: i32::try_from(self.terms.lease.as_secs()).ok(),
            acquire_time: if is_new { now.clone() } else { before.acquire_time.clone() },
            renew_time: now,
            lease_transitions: Some(before.lease_transitions.unwrap_or(0).saturating_add(i32::from(is_new))),
            ..before
        }
    }
}

fn found(lease: &Lease) -> Found {
    let holder = lease.spec.as_ref().and_then(|spec| spec.holder_identity.clone());
    Found {
        holder: holder.unwrap_or_default(),
        resource_version: lease.metadata.resource_version.clone().unwrap_or_default(),
    }
}

/// Somebody else was faster.
fn lost_is_no_error(result: Result<(), kube::Error>) -> Result<bool, kube::Error> {
    match result {
        Ok(()) => Ok(true),
        Err(kube::Error::Api(status)) if status.code == 409 => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(holder: &str, version: u32) -> Found {
        Found { holder: holder.to_owned(), resource_version: version.to_string() }
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_holder_is_gone_when_we_have_seen_no_change_for_the_length_of_the_lease() {
        let mut election = Election::new("b", seconds(15));
        assert_eq!(election.judge(Some(&found("a", 1)), seconds(100)), Step::Wait, "however old it is");
        assert_eq!(election.judge(Some(&found("a", 1)), seconds(114)), Step::Wait);
        assert_eq!(election.judge(Some(&found("a", 2)), seconds(114)), Step::Wait, "renewed");
        assert_eq!(election.judge(Some(&found("a", 2)), seconds(128)), Step::Wait);
        assert_eq!(election.judge(Some(&found("a", 2)), seconds(129)), Step::Take);
    }

    #[test]
    fn what_is_nobodys_is_taken_and_what_is_ours_is_renewed() {
        let mut election = Election::new("b", seconds(15));
        assert_eq!(election.judge(None, seconds(0)), Step::Create);
        assert_eq!(election.judge(Some(&found("", 1)), seconds(1)), Step::Take);
        assert_eq!(election.judge(Some(&found("b", 2)), seconds(2)), Step::Renew);
        assert_eq!(election.judge(Some(&found("a", 3)), seconds(3)), Step::Wait, "taken from us");
    }

    #[test]
    fn a_leader_stops_before_another_may_begin() {
        let terms = Terms::default();
        assert!(terms.renew_within < terms.lease);
        assert!(terms.retry < terms.renew_within);
        let fence = Fence::closed();
        assert!(!fence.is_open());
        fence.open_until(fence.now() + seconds(3_600));
        assert!(fence.is_open());
        fence.open_until(Duration::ZERO);
        assert!(!fence.is_open());
    }
}
