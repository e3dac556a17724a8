//! An order as Redis has it: as it was made, and what became of it. What a step looks at is flat; the rest is
//! JSON.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Display;

use control_plane_core::ledger::Delivery;
use crds::Won;
use jiff::Timestamp;
use redis::{FromRedisValue, Value, from_redis_value};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tenant_runtime_core::ids::{OrderId, ProductId, ShopperId};
use tenant_runtime_core::orders::{Item, Order, State};

use crate::redis::StoreError;

/// What an order is about and what no step changes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Facts<'a> {
    pub shopper: ShopperId,
    pub product: ProductId,
    pub quantity: u32,
    pub amount: Won,
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    #[serde(borrow)]
    pub image_url: Cow<'a, str>,
    pub delivery: Cow<'a, Delivery>,
}

/// An order as it is stored.
#[derive(Debug)]
pub struct Stored {
    /// `created until facts`; none where there is no such order.
    made: Option<String>,
    /// None while it is only held.
    course: HashMap<String, String>,
}

/// Reads the answers to one `HMGET` of orders as they were made, and one `HGETALL` for each of them.
pub(super) fn stored(answers: Vec<Value>) -> Result<Vec<Stored>, StoreError> {
    let mut answers = answers.into_iter();
    let made: Vec<Option<String>> = read(answers.next().unwrap_or(Value::Nil))?;
    made.into_iter().zip(answers).map(|(made, course)| Ok(Stored { made, course: read(course)? })).collect()
}

fn read<T: FromRedisValue>(answer: Value) -> Result<T, StoreError> {
    from_redis_value(answer).map_err(|error| StoreError::Refused { step: "find", source: error.into() })
}

/// Reads an order back, where there is one.
pub(super) fn parse(id: OrderId, stored: &Stored) -> Result<Option<Order>, StoreError> {
    let record = Record { id, fields: &stored.course };
    let Some(made) = &stored.made else {
        return Ok(None);
    };
    let (created, (until, facts)) = made
        .split_once(' ')
        .and_then(|(created, rest)| Some((created, rest.split_once(' ')?)))
        .ok_or_else(|| record.broken("made", "not of the form `created until facts`"))?;
    let facts: Facts = serde_json::from_str(facts).map_err(|error| record.broken("facts", error))?;
    Ok(Some(Order {
        id,
        shopper: facts.shopper,
        item: Item {
            product: facts.product,
            name: facts.name.into_owned(),
            image_url: facts.image_url.into_owned(),
            quantity: facts.quantity,
            amount: facts.amount,
        },
        delivery: facts.delivery.into_owned(),
        created_at: record.moment("created", created)?,
        held_until: record.moment("until", until)?,
        state: record.state()?,
    }))
}

struct Record<'a> {
    id: OrderId,
    fields: &'a HashMap<String, String>,
}

impl Record<'_> {
    fn state(&self) -> Result<State, StoreError> {
        let Some(state) = self.fields.get("state") else {
            return Ok(State::Held);
        };
        Ok(match state.as_str() {
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
        self.moment(field, self.text(field)?)
    }

    fn moment(&self, field: &str, millis: &str) -> Result<Timestamp, StoreError> {
        let millis = millis.parse().map_err(|error| self.broken(field, error))?;
        Timestamp::from_millisecond(millis).map_err(|error| self.broken(field, error))
    }

    fn broken(&self, field: &str, why: impl Display) -> StoreError {
        StoreError::Unexpected { step: "order", what: format!("order {}, field {field}: {why}", self.id) }
    }
}
