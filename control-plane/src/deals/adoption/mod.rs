//! Deals that an admin applied to the cluster: they are noticed there, get a ledger, and their
//! runtime's credential is put into the secret that they name. From then on their books are kept and
//! closed as those of a rental's deal. Their specs are the admin's, and never written here.

pub mod entity;
mod secret;
pub mod store;

use std::collections::HashMap;

use control_plane_core::adoption::{self, Claim};
use control_plane_core::calendar::later;
use crds::TimeDeal;
use sea_orm::{ActiveModelTrait as _, DatabaseTransaction, DbErr, IntoActiveModel as _, Set};
use uuid::Uuid;

use self::entity::Model;
pub use self::secret::merchant;
use super::mirror;
use crate::ids::CompanyId;
use crate::jobs::{self, Done, JobError, Kind};
use crate::ledger::append;
use crate::ledger::entity::ledger;
use crate::ledger::open::{self, NewLedger};
use crate::rentals::entity::Observed;
use crate::state::AppState;

/// How often to look whether the secret still holds the credential, until the runtime has copied it.
const LOOK_AGAIN_SECONDS: i64 = 60;

#[derive(Debug, thiserror::Error)]
#[error(
    "the books under the name {deal} are those of an earlier deal, and closed or in use: apply the deal \
     under another name"
)]
struct NameTaken {
    deal: String,
}

/// Asks for what new deals need, and closes the books of adopted ones that are over.
///
/// # Errors
/// Where the cluster does not answer or the database fails.
pub async fn follow(state: &AppState, deals: &HashMap<&str, &TimeDeal>) -> Result<(), JobError> {
    notice(state, deals).await?;
    for adopted in store::open(state.db.read()).await? {
        if let Some(seen) = ending(state, &adopted, deals).await? {
            close(state, &adopted, &seen).await?;
        }
    }
    Ok(())
}

async fn notice(state: &AppState, deals: &HashMap<&str, &TimeDeal>) -> Result<(), DbErr> {
    let selling: Vec<&str> =
        deals.iter().filter(|(_, deal)| adoption::will_sell(deal)).map(|(name, _)| *name).collect();
    let books = store::books(state.db.read(), &selling).await?;
    let mut is_news = false;
    for name in selling {
        let Some(uid) = uid_of(deals[name]) else { continue };
        match adoption::claim(uid, adoption::phase(deals[name]), books.get(name).copied()) {
            Claim::Own | Claim::Rented => {}
            Claim::Open | Claim::TakeOver | Claim::Taken => {
                is_news |= jobs::ensure(state.db.write(), Kind::Adoption, uid, state.clock.now()).await?;
            }
        }
    }
    if is_news {
        state.work.notify_one();
    }
    Ok(())
}

/// How an adopted deal ended; nothing where it goes on.
async fn ending(
    state: &AppState,
    adopted: &Model,
    deals: &HashMap<&str, &TimeDeal>,
) -> Result<Option<Observed>, JobError> {
    let name = adopted.deal.as_str();
    let found = deals.get(name).copied();
    if let Some(deal) = found.filter(|deal| uid_of(deal) == Some(adopted.uid)) {
        let seen = Observed::from(&deal.status.clone().unwrap_or_default());
        return Ok(Some(seen).filter(|seen| seen.settlement.is_some() || adoption::is_over(seen.phase)));
    }
    // The list may lag behind, or another deal has the name by now.
    let there = if found.is_some() { None } else { state.cluster.get(name).await? };
    Ok(there.is_none().then(Observed::default))
}

async fn close(state: &AppState, adopted: &Model, seen: &Observed) -> Result<(), JobError> {
    let tx = state.db.begin().await?;
    append::lock(&tx, &adopted.deal).await?;
    if store::find(&tx, &adopted.deal).await?.is_some_and(|row| row.uid == adopted.uid) {
        mirror::close(&tx, &adopted.deal, seen, state.clock.now()).await?;
    }
    tx.commit().await?;
    state.work.notify_one();
    Ok(())
}

/// Gives the deal with this uid its books and its runtime the credential. What is missing for that is
/// the error; it is tried again as long as the deal is there.
///
/// # Errors
/// Where the deal's name or its secret cannot be used yet, or somebody does not answer.
pub async fn adopt(state: &AppState, uid: Uuid) -> Result<Done, JobError> {
    let deals = state.cluster.list().await?;
    let deal = deals.iter().find(|deal| uid_of(deal) == Some(uid) && adoption::will_sell(deal));
    let Some((deal, name)) = deal.and_then(|deal| Some((deal, deal.metadata.name.as_deref()?))) else {
        return Ok(Done::Finished);
    };
    let Some(ledger) = books(state, name, uid, deal).await? else { return Ok(Done::Finished) };
    if !adoption::awaits_credential(deal) {
        return Ok(Done::Finished);
    }
    secret::hand_over(state, name, deal, &ledger).await?;
    Ok(Done::Again(later(state.clock.now(), LOOK_AGAIN_SECONDS)))
}

/// The deal's ledger, which is opened where there is none. Nothing where the deal is a rental's.
async fn books(
    state: &AppState,
    name: &str,
    uid: Uuid,
    deal: &TimeDeal,
) -> Result<Option<ledger::Model>, JobError> {
    let tx = state.db.begin().await?;
    let found = append::lock(&tx, name).await?;
    let books = store::books(&tx, &[name]).await?.get(name).copied();
    let company = CompanyId(deal.spec.company.id);
    let ledger = match (adoption::claim(uid, adoption::phase(deal), books), found) {
        (Claim::Own, Some(ledger)) => ledger,
        (Claim::TakeOver, Some(ledger)) => reopen(&tx, ledger, company).await?,
        (Claim::Open, None) => {
            let new = NewLedger { deal: name, rental: None, company };
            let ledger = open::open(&tx, state, &new, state.clock.now()).await?;
            tracing::info!(deal = name, %company, "a deal that no rental made has books now");
            if !adoption::awaits_credential(deal) {
                tracing::error!(
                    deal = name,
                    "the deal's runtime was made before it had books, with a credential that is not \
                     theirs: it cannot settle until it is given the one in its secret"
                );
            }
            ledger
        }
        (Claim::Rented, _) => return Ok(None),
        _ => return Err(NameTaken { deal: name.to_owned() }.into()),
    };
    let row = Model::of(name, uid, deal);
    if store::find(&tx, name).await?.as_ref() != Some(&row) {
        store::keep(&tx, row).await?;
    }
    tx.commit().await?;
    Ok(Some(ledger))
}

/// Empty books of an earlier deal, for the one that has its name now.
async fn reopen(
    tx: &DatabaseTransaction,
    ledger: ledger::Model,
    company: CompanyId,
) -> Result<ledger::Model, DbErr> {
    tracing::info!(deal = ledger.deal, "a deal gets the empty books of an earlier one of its name");
    let mut row = ledger.into_active_model();
    row.company_id = Set(company);
    row.written_at = Set(None);
    row.closed_at = Set(None);
    row.update(tx).await
}

/// The API server gives every object one, and it is a UUID.
fn uid_of(deal: &TimeDeal) -> Option<Uuid> {
    deal.metadata.uid.as_deref().and_then(|uid| Uuid::parse_str(uid).ok())
}
