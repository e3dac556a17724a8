//! Opening a deal's ledger, with the credential of whoever may append to it.

use control_plane_core::ledger::Head;
use jiff::Timestamp;
use sea_orm::{ActiveModelTrait as _, DatabaseTransaction, DbErr, Set};
use secrecy::SecretString;

use super::entity::ledger;
use crate::http::runtime;
use crate::ids::{CompanyId, RentalId};
use crate::seal::SealError;
use crate::state::AppState;

/// A ledger to be opened.
pub struct NewLedger<'a> {
    pub deal: &'a str,
    /// None where no rental made the deal.
    pub rental: Option<RentalId>,
    /// Without a rental it may be one that is not known here.
    pub company: CompanyId,
}

/// A ledger without events, and the credential of whoever may append to it. The credential is kept
/// sealed, so that the secret can be written again with the same one.
///
/// # Errors
/// Where the database fails, or the deal has a ledger.
pub async fn open(
    tx: &DatabaseTransaction,
    state: &AppState,
    new: &NewLedger<'_>,
    now: Timestamp,
) -> Result<ledger::Model, DbErr> {
    let NewLedger { deal, rental, company } = *new;
    let token = hex::encode(state.entropy.bytes::<32>());
    let head = Head::genesis(deal);
    let row = ledger::ActiveModel {
        deal: Set(deal.to_owned()),
        rental_id: Set(rental),
        company_id: Set(company),
        events: Set(0),
        digest: Set(head.digest),
        gross: Set(0),
        refunds: Set(0),
        sealed_token: Set(state.sealer.seal(&state.entropy, &seal_context(deal), token.as_bytes())),
        written_at: Set(None),
        closed_at: Set(None),
        turn: Set(0),
        created_at: Set(now.into()),
    };
    let ledger = row.insert(tx).await?;
    runtime::set_credential(tx, deal, &token, now).await?;
    Ok(ledger)
}

/// The credential, as it goes into the deal's secret.
///
/// # Errors
/// Where it was sealed with another seal key.
pub fn credential(state: &AppState, ledger: &ledger::Model) -> Result<SecretString, SealError> {
    state.sealer.open_text(&seal_context(&ledger.deal), &ledger.sealed_token)
}

/// What the credential is sealed for.
#[must_use]
pub fn seal_context(deal: &str) -> String {
    format!("ledger-token:{deal}")
}
