//! What a company is told where its deal could not be written: the operator never saw it, so that no
//! status says so.

use sea_orm::{ActiveModelTrait as _, IntoActiveModel as _, Set};

use crate::jobs::JobError;
use crate::rentals::entity::{Model, Observed, Refusal};
use crate::rentals::store;
use crate::state::AppState;

/// Puts on record that the rental's deal was refused, or that it no longer is.
pub async fn note(state: &AppState, rental: &Model, refusal: Option<Refusal>) -> Result<(), JobError> {
    if rental.seen().and_then(|seen| seen.unwritten) == refusal {
        return Ok(());
    }
    let tx = state.db.begin().await?;
    let Some(row) = store::lock(&tx, rental.id).await? else { return Ok(()) };
    let seen = Observed { unwritten: refusal, ..row.seen().unwrap_or_default() };
    let mut row = row.into_active_model();
    row.observed = Set(Some(serde_json::to_string(&seen)?));
    row.update(&tx).await?;
    tx.commit().await?;
    Ok(())
}
