//! Kakao, near enough to build against: Kakao Login with OpenID Connect, and KakaoPay single payment with its pages;
//! and beside it, under `/toss`, Toss Payments, which shares its journal and its faults.
//!
//! It follows what Kakao and Toss document of the calls, the fields and the error codes, and for demonstrations and tests it can
//! be made to misbehave in every way that a client must survive.
//!
//! Simulated:
//! - Login: `/oauth/authorize` (a page of ready-made people instead of a password; `prompt=none&login_hint=` skips it),
//!   `/oauth/token` (code and refresh, client secret, one-time codes of ten minutes, PKCE S256 when a challenge was sent,
//!   KOE errors), RS256 `id_token` with `nonce`, discovery and keys, `/v2/user/me`, `/v1/user/{logout,unlink}`.
//! - Pay: `ready`, `approve`, `order`, `cancel` with all amount fields and partial cancels, the QR page and the phone's
//!   page, fifteen minutes of a TID, one-time `pg_token`, -785 for a second approve or cancel at the same moment.
//! - Toss: the script that a shop's page loads, the payment window as a page, `confirm`, `cancel` with partial cancels, both look-ups, the ten minutes of an
//!   authenticated payment, one paid payment an order, and fifteen days of idempotency keys.
//! - Faults by target ([`faults`]), and the truth about every payment (`/_sim/payments`, `/_sim/toss/payments`), which no real gateway tells.
//!
//! Not simulated: a Kakao session (every sign-in shows the page), consent screens, the daily quota and the request limits
//! (switch on `429`), points and discounts (always 0), billing keys (`sid`), gift payments, GID, real card data, the
//! settlement, a phone (the QR code leads to a web page), TLS; of Toss virtual accounts, billing keys and webhooks. A look-up of a TID that ran out answers `FAIL_PAYMENT`,
//! which the documents leave open. Amounts over [`TOTAL_MAX`] are over the limit (-797).
//!
//! Money never moves here; but nothing acknowledged is lost: every change is on disk before the reply.
//! What lives in memory alone: the faults, and which calls are under way.
//!
//! It must never be reachable from outside: anyone may sign in as anyone.

mod admin;
pub mod faults;
mod html;
mod http;
mod journal;
mod keys;
mod login;
mod pay;
mod sim;
mod state;
mod toss;

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use jiff::Timestamp;

pub use sim::OpenError;

/// The largest total of one payment, won; more is over the payer's limit.
pub const TOTAL_MAX: i64 = 1_000_000_000;
/// The REST key of the one registered app.
pub const CLIENT_ID: &str = "bidd-rest-key";
/// Its client secret.
pub const CLIENT_SECRET: &str = "bidd-client-secret";
/// The CID for tests that KakaoPay gives everyone.
pub const TEST_CID: &str = "TC0ONETIME";
/// The secret key that goes with [`TEST_CID`] here.
pub const TEST_KEY: &str = "sim-secret";

/// The client key of Toss' test merchant.
pub const TOSS_CLIENT_KEY: &str = "test_ck_sim";
/// The secret key that goes with [`TOSS_CLIENT_KEY`].
pub const TOSS_SECRET_KEY: &str = "test_sk_sim";

/// A simulator on its directory. Clones share it; the last one to go closes the journal.
#[derive(Clone)]
pub struct Simulator {
    sim: Arc<sim::Sim>,
}

impl Simulator {
    /// Opens the directory (made if missing), replays what happened before and makes the signing key if there is none.
    ///
    /// `base_url` is where both browsers and servers reach the router, without a path: `http://127.0.0.1:8081`.
    /// Blocks while reading; call it before serving.
    pub fn open(
        dir: &Path,
        base_url: &str,
        now: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Result<Simulator, OpenError> {
        let sim = sim::Sim::open(dir, base_url, Box::new(now))?;
        Ok(Simulator { sim: Arc::new(sim) })
    }

    /// Every path of the simulator, relative to `base_url`.
    pub fn router(&self) -> Router {
        http::router(Arc::clone(&self.sim))
    }
}
