//! Toss' payments: what the window made, what was taken and given back, and the answers kept for repeated calls.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Misfit;

/// A payment must be confirmed this long after the payer agreed.
pub const AUTHENTICATED_LIFE: SignedDuration = SignedDuration::from_mins(10);
/// How long the first answer to an idempotency key is given again.
const ANSWER_LIFE: SignedDuration = SignedDuration::from_hours(15 * 24);

/// A shop that may take payments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Merchant {
    pub secret_key: String,
    /// What the payer reads as the shop's name.
    pub name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Method {
    Card,
    EasyPay,
    /// A card whose company refuses at the confirmation.
    RefusedCard,
}

impl Method {
    pub fn name(self) -> &'static str {
        match self {
            Method::Card | Method::RefusedCard => "카드",
            Method::EasyPay => "간편결제",
        }
    }
}

/// Money given back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cancel {
    pub transaction_key: String,
    pub amount: i64,
    pub reason: String,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    Authenticated,
    Aborted,
    Done { transaction_key: String, at: Timestamp, cancels: Vec<Cancel> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Payment {
    pub key: String,
    pub client_key: String,
    pub order: String,
    pub order_name: String,
    pub amount: i64,
    pub method: Method,
    /// When the payer agreed.
    pub at: Timestamp,
    pub stage: Stage,
}

impl Payment {
    /// Whether its time ran out before money moved. A payment that is being confirmed is not asked.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.stage == Stage::Authenticated && now >= self.at + AUTHENTICATED_LIFE
    }

    pub fn cancels(&self) -> &[Cancel] {
        match &self.stage {
            Stage::Done { cancels, .. } => cancels,
            Stage::Authenticated | Stage::Aborted => &[],
        }
    }

    /// What was not given back.
    pub fn balance(&self) -> i64 {
        self.amount - self.cancels().iter().map(|cancel| cancel.amount).sum::<i64>()
    }

    pub fn approved_at(&self) -> Option<Timestamp> {
        match &self.stage {
            Stage::Done { at, .. } => Some(*at),
            Stage::Authenticated | Stage::Aborted => None,
        }
    }

    /// `expired` is [`Payment::has_expired`], except for a payment that is being confirmed.
    pub fn status(&self, expired: bool) -> &'static str {
        match &self.stage {
            Stage::Authenticated if expired => "EXPIRED",
            Stage::Authenticated => "IN_PROGRESS",
            Stage::Aborted => "ABORTED",
            Stage::Done { cancels, .. } if cancels.is_empty() => "DONE",
            Stage::Done { .. } if self.balance() == 0 => "CANCELED",
            Stage::Done { .. } => "PARTIAL_CANCELED",
        }
    }
}

/// The first answer to a call with an idempotency key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Toss {
    /// By client key.
    pub merchants: BTreeMap<String, Merchant>,
    pub payments: Payments,
    /// By shop, call and idempotency key.
    pub answers: HashMap<String, Answer>,
}

impl Default for Toss {
    /// The test merchant alone.
    fn default() -> Toss {
        let merchant =
            Merchant { secret_key: crate::TOSS_SECRET_KEY.into(), name: "시험 가맹점".into() };
        Toss {
            merchants: BTreeMap::from([(crate::TOSS_CLIENT_KEY.into(), merchant)]),
            payments: Payments::default(),
            answers: HashMap::new(),
        }
    }
}

impl Toss {
    pub(super) fn forget_expired(&mut self, now: Timestamp) {
        self.answers.retain(|_, answer| now < answer.at + ANSWER_LIFE);
    }
}

/// All payments in the order in which their payers agreed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<Payment>", into = "Vec<Payment>")]
pub struct Payments {
    list: Vec<Payment>,
    by_key: HashMap<String, usize>,
    by_order: HashMap<(String, String), Vec<usize>>,
}

impl From<Vec<Payment>> for Payments {
    fn from(list: Vec<Payment>) -> Payments {
        let mut payments = Payments::default();
        list.into_iter().for_each(|payment| payments.push(payment));
        payments
    }
}

impl From<Payments> for Vec<Payment> {
    fn from(payments: Payments) -> Vec<Payment> {
        payments.list
    }
}

impl Payments {
    pub fn get(&self, key: &str) -> Option<&Payment> {
        self.by_key.get(key).map(|at| &self.list[*at])
    }

    /// The payment of a shop's order: the one that was taken, or else the last one.
    pub fn of_order(&self, client_key: &str, order: &str) -> Option<&Payment> {
        let places = self.by_order.get(&(client_key.to_owned(), order.to_owned()))?;
        let mut payments = places.iter().map(|at| &self.list[*at]);
        payments
            .clone()
            .find(|payment| matches!(payment.stage, Stage::Done { .. }))
            .or_else(|| payments.next_back())
    }

    /// The payments from the `start`-th on.
    pub fn from(&self, start: usize) -> &[Payment] {
        self.list.get(start..).unwrap_or_default()
    }

    pub(super) fn push(&mut self, payment: Payment) {
        let at = self.list.len();
        self.by_key.insert(payment.key.clone(), at);
        self.by_order.entry((payment.client_key.clone(), payment.order.clone())).or_default().push(at);
        self.list.push(payment);
    }

    fn get_mut(&mut self, key: &str) -> Result<&mut Payment, Misfit> {
        match self.by_key.get(key) {
            Some(at) => Ok(&mut self.list[*at]),
            None => Err(Misfit::Payment(key.to_owned())),
        }
    }

    pub(super) fn confirm(
        &mut self,
        key: &str,
        transaction_key: String,
        at: Timestamp,
    ) -> Result<(), Misfit> {
        let payment = self.get_mut(key)?;
        match payment.stage {
            Stage::Authenticated => payment.stage = Stage::Done { transaction_key, at, cancels: Vec::new() },
            Stage::Aborted | Stage::Done { .. } => return Err(Misfit::Stage(key.to_owned())),
        }
        Ok(())
    }

    pub(super) fn abort(&mut self, key: &str) -> Result<(), Misfit> {
        let payment = self.get_mut(key)?;
        match payment.stage {
            Stage::Authenticated => payment.stage = Stage::Aborted,
            Stage::Aborted | Stage::Done { .. } => return Err(Misfit::Stage(key.to_owned())),
        }
        Ok(())
    }

    pub(super) fn cancel(&mut self, key: &str, cancel: Cancel) -> Result<(), Misfit> {
        let payment = self.get_mut(key)?;
        let fits = (1..=payment.balance()).contains(&cancel.amount);
        match &mut payment.stage {
            Stage::Done { cancels, .. } if fits => cancels.push(cancel),
            _ => return Err(Misfit::Stage(key.to_owned())),
        }
        Ok(())
    }
}
