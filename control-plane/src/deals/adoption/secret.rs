//! The secret that an adopted deal names. An admin made it and put the merchant's key into it; the
//! credential at the ledger is put beside it, and what else is in it stays.

use std::collections::BTreeMap;

use control_plane_gateway::Merchant;
use crds::TimeDeal;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use secrecy::{ExposeSecret as _, SecretString};

use super::store;
use crate::deals::cluster::{LEDGER_TOKEN, MERCHANT_KEY};
use crate::jobs::JobError;
use crate::ledger::entity::ledger;
use crate::ledger::open;
use crate::state::AppState;
use crate::time::Micros;

#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error(
        "the secret {secret}, which the deal {deal} names in spec.payment.secretRef, is absent in the \
         platform's namespace: create it, with the company's key as {MERCHANT_KEY}"
    )]
    Absent { deal: String, secret: String },
    #[error("the secret {secret} of the deal {deal} lacks {MERCHANT_KEY}: put the company's key there")]
    NoMerchantKey { deal: String, secret: String },
    #[error(
        "the secret {secret}, which the deal {deal} names in spec.payment.secretRef, is that of the deal \
         {holder}: a deal needs a secret of its own"
    )]
    Held { deal: String, secret: String, holder: String },
}

/// Puts the deal's credential into its secret, where it is not there yet.
pub async fn hand_over(
    state: &AppState,
    name: &str,
    deal: &TimeDeal,
    ledger: &ledger::Model,
) -> Result<(), JobError> {
    let secret = &deal.spec.payment.secret_ref;
    if let Some(holder) = store::holder(state.db.read(), secret, name).await? {
        return Err(Unusable::Held { deal: name.to_owned(), secret: secret.clone(), holder }.into());
    }
    let found = read(state, name, secret).await?;
    let token = open::credential(state, ledger)?;
    let is_there =
        found.get(LEDGER_TOKEN).is_some_and(|there| there.expose_secret() == token.expose_secret());
    if !is_there {
        let ours = BTreeMap::from([(LEDGER_TOKEN.to_owned(), token)]);
        state.cluster.apply_secret(secret, ours).await?;
        tracing::info!(deal = name, secret, "the deal's credential is in its secret");
    }
    if ledger.written_at.is_none() {
        ledger::Entity::update_many()
            .col_expr(ledger::Column::WrittenAt, Expr::value(Micros::from(state.clock.now())))
            .filter(ledger::Column::Deal.eq(name))
            .exec(state.db.write())
            .await?;
    }
    Ok(())
}

/// The merchant account that an adopted deal's shoppers paid to.
///
/// # Errors
/// Where the deal is unknown, or its secret or the key in it is gone.
pub async fn merchant(state: &AppState, deal: &str) -> Result<Merchant, JobError> {
    let adopted = store::find(state.db.read(), deal).await?;
    let adopted = adopted.ok_or("a deal that no rental made has a row of its own")?;
    let mut found = read(state, deal, &adopted.secret_ref).await?;
    let key = found.remove(MERCHANT_KEY).ok_or("the key was there a moment ago")?;
    Ok(Merchant { id: adopted.payment()?.merchant_id, key })
}

/// What is in the secret; the merchant's key is.
async fn read(
    state: &AppState,
    deal: &str,
    secret: &str,
) -> Result<BTreeMap<String, SecretString>, JobError> {
    let (deal, secret) = (deal.to_owned(), secret.to_owned());
    match state.cluster.secret(&secret).await? {
        None => Err(Unusable::Absent { deal, secret }.into()),
        Some(found) if found.get(MERCHANT_KEY).is_none_or(|key| key.expose_secret().trim().is_empty()) => {
            Err(Unusable::NoMerchantKey { deal, secret }.into())
        }
        Some(found) => Ok(found),
    }
}
