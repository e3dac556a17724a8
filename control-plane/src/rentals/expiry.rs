//! Windows that nobody paid for become free again.

use control_plane_core::calendar::later;
use control_plane_core::rental::Rental;

use super::fee::{entity as fee_entity, store as fee_store};
use super::store;
use crate::ids::RentalId;
use crate::jobs::{Done, JobError};
use crate::state::AppState;

/// How long to wait for an approval that is under way, in seconds.
const WAIT_SECONDS: i64 = 5;

/// Expires the rental where its time to pay is over. A payment that is being approved is waited
/// for: from the moment that it begins until the gateway has said what became of it, the window is
/// kept.
///
/// # Errors
/// Where the database fails.
pub async fn expire(state: &AppState, rental: RentalId) -> Result<Done, JobError> {
    let now = state.clock.now();
    let tx = state.db.begin().await?;
    let Some(row) = store::lock(&tx, rental).await? else {
        return Ok(Done::Finished);
    };
    let expired = match row.life()? {
        Rental::AwaitingPayment { pay_until } if now < pay_until => return Ok(Done::Again(pay_until)),
        awaiting @ Rental::AwaitingPayment { .. } => awaiting.expire(now)?,
        _ => return Ok(Done::Finished),
    };
    if let Some(paying) = row.paying {
        match fee_store::find(&tx, paying).await?.map(|fee| fee.state) {
            Some(fee_entity::State::Approving) => return Ok(Done::Again(later(now, WAIT_SECONDS))),
            Some(fee_entity::State::Begun) => {
                fee_store::set_state(&tx, paying, fee_entity::State::Expired).await?;
            }
            _ => {}
        }
    }
    store::set_life(&tx, row, &expired).await?;
    tx.commit().await?;
    tracing::info!(%rental, "nobody paid for the rental in time");
    Ok(Done::Finished)
}
