//! What all handlers and tasks of a process share.

use std::ops::Deref;
use std::sync::Arc;

use arc_swap::ArcSwap;
use control_plane_telemetry::clock::Clock;
use control_plane_telemetry::health::Readiness;
use control_plane_telemetry::metrics::Metrics;
use control_plane_telemetry::shutdown::Shutdown;
use control_plane_token::{Audience, GuestVerifier, TokenError, Verifier};
use jiff::Timestamp;
use rand::Rng as _;
use tenant_runtime_core::config::{DealConfig, Settings};
use tenant_runtime_core::invitation::InvitationKey;
use tenant_runtime_core::pass::PassKey;
use tenant_runtime_core::proof::ProofKey;
use tenant_runtime_core::ticket::TicketKey;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::config::{EnterRates, Role, Secrets};
use crate::orders::approval::Approvals;
use crate::orders::{self, Finds, Holds, Meter};
use crate::payment::{Till, TillError};
use crate::queue::room::Room;
use crate::redis::keys::Keys;
use crate::redis::{Call, Step, Store};

/// A handle on the process's state; cheap to clone.
#[derive(Clone)]
pub struct Runtime(Arc<Parts>);

pub struct Parts {
    /// The runtime that the process was started on.
    home: Handle,
    pub role: Role,
    pub config: DealConfig,
    pub secrets: Secrets,
    pub store: Store,
    pub keys: Keys,
    pub clock: Clock,
    /// Checks shopper tokens, with public keys alone.
    pub shoppers: Verifier,
    /// Checks the links of this deal's guests, likewise.
    pub guests: GuestVerifier,
    pub invitations: InvitationKey,
    pub tickets: TicketKey,
    pub passes: PassKey,
    pub proofs: ProofKey,
    /// The settings in force, as far as this process knows: refreshed from Redis.
    pub settings: ArcSwap<Settings>,
    /// The waiting room, as this process saw it last.
    pub room: Room,
    /// Whoever orders, gathered into calls.
    pub holds: Holds,
    /// Whoever asks for an order, gathered into calls.
    pub finds: Finds,
    /// Whoever comes back from the gateway, and whoever has paid, gathered into calls.
    pub approvals: Approvals,
    /// How orders move, for Prometheus.
    pub meter: Meter,
    /// The gateway, the ledger, and the chain over the deal's events.
    pub till: Till,
    pub metrics: Metrics,
    pub readiness: Readiness,
    pub shutdown: Shutdown,
}

impl Deref for Runtime {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// What a runtime is put together from.
pub struct Ingredients {
    pub role: Role,
    pub config: DealConfig,
    pub secrets: Secrets,
    pub store: Store,
    pub clock: Clock,
    pub shutdown: Shutdown,
    pub enter_rates: EnterRates,
}

/// The deal's configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    #[error("`identity.jwks` cannot be used")]
    Identity(#[from] TokenError),
    #[error("the payment configuration cannot be used")]
    Payment(#[from] TillError),
}

impl Runtime {
    /// # Errors
    /// Where the configured public keys or addresses cannot be used.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn new(ingredients: Ingredients) -> Result<Runtime, SetupError> {
        let Ingredients { role, config, secrets, store, clock, shutdown, enter_rates } = ingredients;
        let metrics = Metrics::new();
        let identity = &config.identity;
        let shoppers = Verifier::from_jwks(&identity.jwks, &identity.issuer, Audience::Deals)?;
        let guests = GuestVerifier::from_jwks(&identity.jwks, &identity.issuer, &config.deal)?;
        let till = Till::open(&config, &secrets, &metrics)?;
        Ok(Runtime(Arc::new(Parts {
            home: Handle::current(),
            role,
            till,
            holds: orders::holds(),
            finds: orders::finds(),
            approvals: Approvals::default(),
            meter: Meter::new(&metrics),
            keys: Keys::new(&config.deal),
            invitations: InvitationKey::new(&secrets.deal_key, &config.deal),
            tickets: TicketKey::new(&secrets.deal_key, &config.deal),
            passes: PassKey::new(&secrets.deal_key, &config.deal),
            proofs: ProofKey::new(&secrets.deal_key, &config.deal),
            settings: ArcSwap::from_pointee(config.settings.clone()),
            room: Room::new(&metrics, enter_rates),
            metrics,
            readiness: Readiness::starting(),
            config,
            secrets,
            store,
            clock,
            shoppers,
            guests,
            shutdown,
        })))
    }

    /// Does what is not to be broken off where its shopper closes the page. It runs on the runtime that the
    /// process was started on, on whichever core has time for it: the threads that serve keep what they have.
    pub fn spawn<F>(&self, work: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        self.home.spawn(work)
    }

    /// Begins a call of a step on the deal's Redis, by the deal's clock.
    #[must_use]
    pub fn step(&self, step: &'static Step) -> Call {
        self.store.step(step, self.keys.clock(), self.reckoned_ms())
    }

    /// What time it is in the deal as this process reckons it, in milliseconds: what it was when the room
    /// was last looked at, and how long ago that is. No clock that jumps changes that. A process that has
    /// not looked yet takes its own clock's word.
    fn reckoned_ms(&self) -> i64 {
        let look = self.room.look();
        look.reckoned_ms().unwrap_or_else(|| self.clock.now().as_millisecond())
    }

    /// The time by the deal's own clock, which is Redis' without its jumps: what passes are measured with.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let now = self.clock.now();
        let look = self.room.look();
        if look.is_stale(now) {
            return now;
        }
        Timestamp::from_millisecond(look.deal_now_ms(now)).unwrap_or(now)
    }

    /// Whether cookies must only travel over TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.config.origin.starts_with("https://")
    }

    /// Fresh randomness of the operating system's seeding.
    #[must_use]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        rand::rng().fill_bytes(&mut bytes);
        bytes
    }
}
