//! What the report of a deal says about its orders, and the seal under its books.

use control_plane_core::ledger::Head;
use crds::Won;

use super::chain;
use crate::redis::StoreError;
use crate::state::Runtime;
use crate::step;

step!(SEAL, "seal");

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
    let books = chain::books(runtime).await?;
    let marks = chain::marks(&runtime.config.deal, &books)?;
    let head = chain::head(runtime, &marks).await?;
    let sum = |field: &str| match books.get(field) {
        None => Ok(0),
        Some(text) => text.parse::<i64>().map_err(|error| broken(field, &error.to_string())),
    };
    let count = |field: &str| u64::try_from(sum(field)?).map_err(|_| broken(field, "below zero"));
    Ok(Figures {
        open_holds: count("open_holds")?,
        open_refunds: count("open_refunds")?,
        // Events that came while the chain was followed are counted the next time.
        unexported: marks.sequence - marks.exported.count,
        head,
        sold: count("sold")?,
        gross: Won(sum("gross")?),
        refunds: Won(sum("refunds")?),
    })
}

fn broken(field: &str, why: &str) -> StoreError {
    StoreError::Unexpected { step: "books", what: format!("{field}: {why}") }
}

/// Seals the deal, unless a hold or a refund is still open. Repeating it is fine.
///
/// # Errors
/// Where Redis is away.
pub async fn seal(runtime: &Runtime) -> Result<bool, StoreError> {
    runtime.step(&SEAL).key(runtime.keys.sealed()).key(runtime.keys.books()).run().await
}
