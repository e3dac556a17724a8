//! Forgets what nobody will ask for again.

use crate::http::idempotency;
use crate::identity;
use crate::state::AppState;

/// To be called now and then; failing is harmless, since the next call makes up for it.
pub async fn run(state: &AppState) {
    let now = state.clock.now();
    match idempotency::forget_old(&state.db, now).await {
        Ok(rows) => tracing::debug!(rows, "forgot old answers"),
        Err(error) => tracing::warn!(error = %error, "old answers were not forgotten"),
    }
    match identity::store::forget_expired(state.db.write(), now).await {
        Ok(rows) => tracing::debug!(rows, "forgot expired refresh tokens"),
        Err(error) => tracing::warn!(error = %error, "expired refresh tokens were not forgotten"),
    }
}
