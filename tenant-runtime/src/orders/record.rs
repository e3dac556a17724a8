//! An order as a Redis hash. Fields that a step looks at are flat; the others are JSON.

use std::collections::HashMap;
use std::fmt::Display;

use control_plane_core::ledger::Delivery;
use crds::Won;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tenant_runtime_core::ids::{OrderId, ShopperId};
use tenant_runtime_core::orders::{Item, Order, State};

use crate::redis::StoreError;

/// What an order is about and what no step changes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Facts {
    pub name: String,
    pub image_url: String,
    pub delivery: Delivery,
}

/// The order that a field of a buyer's hash stands for, if it stands for one.
pub(super) fn requested(field: &str, value: &str) -> Option<OrderId> {
    field.strip_prefix("r:")?;
    value.split_once(' ')?.0.parse().ok()
}

/// Reads an order back.
pub(super) fn parse(id: OrderId, fields: &HashMap<String, String>) -> Result<Order, StoreError> {
    let record = Record { id, fields };
    let facts: Facts = record.json("facts")?;
    Ok(Order {
        id,
        shopper: ShopperId(record.text("shopper")?.parse().map_err(|e| record.broken("shopper", e))?),
        item: Item {
            product: record.text("product")?.parse().map_err(|e| record.broken("product", e))?,
            name: facts.name,
            image_url: facts.image_url,
            quantity: record.text("quantity")?.parse().map_err(|e| record.broken("quantity", e))?,
            amount: Won(record.text("amount")?.parse().map_err(|e| record.broken("amount", e))?),
        },
        delivery: facts.delivery,
        created_at: record.instant("created")?,
        held_until: record.instant("until")?,
        state: record.state()?,
    })
}

struct Record<'a> {
    id: OrderId,
    fields: &'a HashMap<String, String>,
}

impl Record<'_> {
    fn state(&self) -> Result<State, StoreError> {
        Ok(match self.text("state")? {
            "held" => State::Held,
            "ready" => State::Ready { payment: self.json("announced")? },
            "approving" => State::Approving {
                payment: self.json("announced")?,
                proof: self.text("proof")?.to_owned(),
                since: self.instant("since")?,
            },
            "paid" => State::Paid { receipt: self.json("receipt")? },
            "refunding" => State::Refunding {
                receipt: self.json("receipt")?,
                reason: self.text("reason")?.to_owned(),
                since: self.instant("since")?,
            },
            "refunded" => State::Refunded {
                receipt: self.json("receipt")?,
                reason: self.text("reason")?.to_owned(),
                at: self.instant("at")?,
            },
            "released" => State::Released {
                reason: self.json_word("reason")?,
                at: self.instant("at")?,
                payment_ref: self.fields.get("ref").cloned(),
            },
            other => return Err(self.broken("state", other)),
        })
    }

    fn text(&self, field: &str) -> Result<&str, StoreError> {
        self.fields.get(field).map(String::as_str).ok_or_else(|| self.broken(field, "missing"))
    }

    fn json<T: DeserializeOwned>(&self, field: &str) -> Result<T, StoreError> {
        serde_json::from_str(self.text(field)?).map_err(|error| self.broken(field, error))
    }

    /// A bare word that is a JSON string on the wire.
    fn json_word<T: DeserializeOwned>(&self, field: &str) -> Result<T, StoreError> {
        serde_json::from_value(self.text(field)?.into()).map_err(|error| self.broken(field, error))
    }

    fn instant(&self, field: &str) -> Result<Timestamp, StoreError> {
        let millis = self.text(field)?.parse().map_err(|error| self.broken(field, error))?;
        Timestamp::from_millisecond(millis).map_err(|error| self.broken(field, error))
    }

    fn broken(&self, field: &str, why: impl Display) -> StoreError {
        StoreError::Unexpected { step: "order", what: format!("order {}, field {field}: {why}", self.id) }
    }
}
