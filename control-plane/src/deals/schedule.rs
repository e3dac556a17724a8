//! From a paid rental to a `TimeDeal`: as soon as the company can sell (it is approved, has a
//! merchant key, and the rental has a product), and again after every change until the deal is over.

use std::collections::BTreeMap;

use control_plane_core::deal_name::deal_name;
use control_plane_core::rental::Rental;
use crds::{PaymentProvider, Phase, TimeDeal};
use jiff::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait as _, QueryFilter as _,
};
use secrecy::SecretString;

use super::builder::{Facts, build};
use super::cluster::{ClusterError, LEDGER_TOKEN, MERCHANT_KEY};
use super::refusal;
use crate::companies::merchant::Account;
use crate::companies::{self, company};
use crate::ids::{CompanyId, RentalId};
use crate::jobs::{self, Done, JobError, Kind};
use crate::ledger::append as ledger_store;
use crate::ledger::entity::ledger;
use crate::ledger::open::{self, NewLedger};
use crate::products::store as products;
use crate::rentals::entity::{Model, Refusal};
use crate::rentals::store;
use crate::state::AppState;
use crate::time::Micros;

/// What a company needs to sell.
struct Seller {
    company: company::Model,
    account: Account,
}

/// Writes the rental's deal where that is possible, and where the deal is not over.
///
/// # Errors
/// Where the database or the cluster does not answer, or the cluster refuses the deal.
pub async fn write(state: &AppState, rental: RentalId) -> Result<Done, JobError> {
    let Some(row) = store::any(state.db.read(), rental).await? else {
        return Ok(Done::Finished);
    };
    let now = state.clock.now();
    let over = now >= row.closes_at.timestamp();
    let waits =
        matches!(row.life()?, Rental::Paid { .. } | Rental::Scheduled { .. } | Rental::Running { .. });
    if over || !waits {
        return Ok(Done::Finished);
    }
    let Some(seller) = seller(state, row.company_id).await? else {
        return Ok(Done::Finished);
    };
    let Some(row) = schedule(state, rental, &seller.company, now).await? else {
        return Ok(Done::Finished);
    };
    apply(state, &row, &seller).await?;
    Ok(Done::Finished)
}

/// The doors would open now: a rental that is no deal yet becomes one, and is missed where it cannot
/// sell. A deal that is there is not written again: an admin may have changed it meanwhile.
///
/// # Errors
/// As [`write()`].
pub async fn opening(state: &AppState, rental: RentalId) -> Result<Done, JobError> {
    let waits = match store::any(state.db.read(), rental).await? {
        Some(row) => matches!(row.life()?, Rental::Paid { .. }),
        None => false,
    };
    if !waits {
        return Ok(Done::Finished);
    }
    write(state, rental).await?;
    let tx = state.db.begin().await?;
    let Some(row) = store::lock(&tx, rental).await? else {
        return Ok(Done::Finished);
    };
    match row.life()? {
        paid @ Rental::Paid { .. } => {
            store::set_life(&tx, row, &paid.miss()?).await?;
            tx.commit().await?;
            tracing::warn!(%rental, "a rental's window began with nothing to sell");
        }
        _ => tx.rollback().await?,
    }
    Ok(Done::Finished)
}

/// Asks for the deals of a company to be written again: after it was approved, or has another
/// merchant key. Belongs into the transaction that changes the company.
///
/// # Errors
/// Where the database fails.
pub async fn company_changed<C: ConnectionTrait>(
    db: &C,
    company: CompanyId,
    now: Timestamp,
) -> Result<(), DbErr> {
    use control_plane_core::rental::code;

    use crate::rentals::entity::{Column, Entity};
    let waiting = Entity::find()
        .filter(Column::CompanyId.eq(company))
        .filter(Column::State.is_in([code::PAID, code::SCHEDULED]))
        .all(db)
        .await?;
    for rental in waiting {
        jobs::enqueue(db, Kind::Deal, rental.id.0, now).await?;
    }
    Ok(())
}

/// The company, where it may sell.
async fn seller(state: &AppState, company: CompanyId) -> Result<Option<Seller>, JobError> {
    let db = state.db.read();
    let Some(company) = company::Entity::find_by_id(company).one(db).await? else {
        return Ok(None);
    };
    if company.state != companies::State::Approved {
        return Ok(None);
    }
    let account = companies::merchant::open(db, &state.sealer, company.id).await?;
    Ok(account.map(|account| Seller { company, account }))
}

/// Makes the rental a deal, with a ledger and a credential, where it is none yet. Nothing where
/// there is no product, or where the rental is past that.
async fn schedule(
    state: &AppState,
    rental: RentalId,
    company: &company::Model,
    now: Timestamp,
) -> Result<Option<Model>, JobError> {
    let tx = state.db.begin().await?;
    let Some(row) = store::lock(&tx, rental).await? else {
        return Ok(None);
    };
    if products::of_rental(&tx, rental).await?.is_empty() {
        return Ok(None);
    }
    let paid = match row.life()? {
        paid @ Rental::Paid { .. } => paid,
        Rental::Scheduled { .. } | Rental::Running { .. } => {
            tx.rollback().await?;
            return Ok(Some(row));
        }
        _ => return Ok(None),
    };
    let deal = free_name(&tx, &deal_name(&company.slug, row.opens_at.into())).await?;
    let new = NewLedger { deal: &deal, rental: Some(row.id), company: row.company_id };
    open::open(&tx, state, &new, now).await?;
    let row = store::set_life(&tx, row, &paid.schedule(deal)?).await?;
    tx.commit().await?;
    Ok(Some(row))
}

/// The name, or with a number where an earlier deal, called off since, had the same minute: its ledger
/// stays its own.
async fn free_name(tx: &DatabaseTransaction, name: &str) -> Result<String, DbErr> {
    let mut free = name.to_owned();
    let mut number = 2_u32;
    while ledger_store::find(tx, &free).await?.is_some() {
        free = format!("{name}-{number}");
        number += 1;
    }
    Ok(free)
}

/// On whose account a deal's shoppers pay.
struct Payee {
    provider: PaymentProvider,
    merchant_id: String,
    /// `None` where the company no longer has the key: then the deal's secret stays as it is.
    key: Option<SecretString>,
}

/// The account that the company has chosen; for a deal whose runtime is being made or was, the one that
/// it was made with, since its pods have that one's key and never get another.
async fn payee(state: &AppState, seller: &Seller, there: Option<&TimeDeal>) -> Result<Payee, JobError> {
    let phase = |deal: &TimeDeal| deal.status.as_ref().map(|status| status.phase).unwrap_or_default();
    let made = there.filter(|there| phase(there) > Phase::Pending);
    let Some(payment) = made.map(|there| &there.spec.payment) else {
        let Account { provider, merchant } = &seller.account;
        let (merchant_id, key) = (merchant.id.clone(), Some(merchant.key.clone()));
        return Ok(Payee { provider: (*provider).into(), merchant_id, key });
    };
    let (provider, company) = (payment.provider, seller.company.id);
    let kept = companies::merchant::open_at(state.db.read(), &state.sealer, company, provider.into()).await?;
    let key = kept.filter(|kept| kept.id == payment.merchant_id).map(|kept| kept.key);
    Ok(Payee { provider, merchant_id: payment.merchant_id.clone(), key })
}

/// Writes the secret and the deal. A deal that was written before and is gone was deleted, and is
/// left alone.
async fn apply(state: &AppState, rental: &Model, seller: &Seller) -> Result<(), JobError> {
    let deal = rental.deal.as_deref().ok_or("a scheduled rental has a deal")?;
    let ledger = ledger_store::find(state.db.read(), deal).await?.ok_or("a deal has a ledger")?;
    if ledger.closed_at.is_some() {
        return Ok(());
    }
    let there = state.cluster.get(deal).await?;
    let deleted = there.as_ref().is_some_and(|there| there.metadata.deletion_timestamp.is_some());
    if deleted || (there.is_none() && ledger.written_at.is_some()) {
        tracing::info!(deal, "the deal was deleted and is not written again");
        return Ok(());
    }
    let Payee { provider, merchant_id, key } = payee(state, seller, there.as_ref()).await?;
    let products = products::of_rental(state.db.read(), rental.id).await?;
    let resource = build(&Facts {
        deal,
        rental,
        company: &seller.company,
        provider,
        merchant_id: &merchant_id,
        products: &products,
        public: &state.config.public,
        defaults: &state.config.deals,
    });
    if let Some(violation) = crds::rules::violations(deal, &resource.spec).first() {
        refusal::note(state, rental, Some(Refusal::new("InvalidSpec", &violation.to_string()))).await?;
        return Err(format!("the deal breaks a rule: {violation}").into());
    }
    if let Some(key) = key {
        let secret = BTreeMap::from([
            (MERCHANT_KEY.to_owned(), key),
            (LEDGER_TOKEN.to_owned(), open::credential(state, &ledger)?),
        ]);
        state.cluster.apply_secret(deal, secret).await?;
    }
    if let Err(error) = state.cluster.apply(resource).await {
        if let ClusterError::Refused(message) = &error {
            refusal::note(state, rental, Some(Refusal::new("Refused", message))).await?;
        }
        return Err(error.into());
    }
    refusal::note(state, rental, None).await?;
    ledger::Entity::update_many()
        .col_expr(ledger::Column::WrittenAt, Expr::value(Micros::from(state.clock.now())))
        .filter(ledger::Column::Deal.eq(deal))
        .filter(ledger::Column::WrittenAt.is_null())
        .exec(state.db.write())
        .await?;
    Ok(())
}
