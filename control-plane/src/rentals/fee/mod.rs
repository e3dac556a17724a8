//! Paying a rental's fee to the platform, through the payment gateway. The payment's reference is
//! stored before the payer is sent away; money moves only for the one payment that the rental names;
//! and whatever the gateway leaves open is looked up until it is certain.

pub mod begin;
pub mod callback;
pub mod entity;
pub mod recovery;
pub mod settle;
pub mod store;

use control_plane_gateway::Merchant;

use crate::state::AppState;

/// The platform's own account.
fn merchant(state: &AppState) -> Merchant {
    let config = &state.config.kakaopay;
    Merchant { id: config.merchant_id.clone(), key: config.merchant_key.clone() }
}
