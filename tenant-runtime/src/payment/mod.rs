//! Payments, refunds, recovery, and the export to the ledger.

use axum::Router;
use control_plane_core::ledger::Head;
use crds::Won;

use crate::redis::StoreError;
use crate::state::Runtime;

/// The routes below `/payment`.
pub fn router(_: Runtime) -> Router<Runtime> {
    Router::new()
}

/// What happens besides requests in a process with the payment role: recovery and export. Returns
/// once the process shuts down.
pub async fn run(runtime: Runtime) {
    runtime.shutdown.triggered().await;
}

/// What the report of a deal says about its orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// Orders that are held, ready or approving.
    pub open_holds: u64,
    /// Refunds begun and not yet decided.
    pub open_refunds: u64,
    /// Events that the ledger has not acknowledged.
    pub unexported: u64,
    /// The chain over all events, acknowledged or not.
    pub head: Head,
    /// Pieces paid for and not refunded.
    pub sold: u64,
    pub gross: Won,
    pub refunds: Won,
}

/// Adds the deal's orders up.
///
/// # Errors
/// Where Redis is away.
pub async fn figures(runtime: &Runtime) -> Result<Figures, StoreError> {
    Ok(Figures {
        open_holds: 0,
        open_refunds: 0,
        unexported: 0,
        head: Head::genesis(&runtime.config.deal),
        sold: 0,
        gross: Won::ZERO,
        refunds: Won::ZERO,
    })
}

/// Seals the deal, unless a hold or a refund is still open. Repeating it is fine.
///
/// # Errors
/// Where Redis is away.
pub async fn seal(runtime: &Runtime) -> Result<bool, StoreError> {
    runtime.store.read::<()>(::redis::cmd("SET").arg(runtime.keys.sealed()).arg(1)).await?;
    Ok(true)
}
