//! Payments: what was ordered, how far the payer has come, what was taken and given back.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Misfit;

/// A TID lives this long from `ready`, then the payer ends on `fail_url`.
pub const TID_LIFETIME: SignedDuration = SignedDuration::from_mins(15);

/// Won, in the parts that KakaoPay names. Points and discounts are not simulated and always 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    pub total: i64,
    pub tax_free: i64,
    pub vat: i64,
    pub green_deposit: i64,
}

impl Amount {
    /// The VAT that KakaoPay assumes when none is sent: an eleventh of what is taxed, rounded half up.
    pub fn usual_vat(total: i64, tax_free: i64) -> i64 {
        (2 * (total - tax_free) + 11).div_euclid(22)
    }

    pub fn plus(self, other: Amount) -> Amount {
        Amount {
            total: self.total + other.total,
            tax_free: self.tax_free + other.tax_free,
            vat: self.vat + other.vat,
            green_deposit: self.green_deposit + other.green_deposit,
        }
    }

    pub fn minus(self, other: Amount) -> Amount {
        Amount {
            total: self.total - other.total,
            tax_free: self.tax_free - other.tax_free,
            vat: self.vat - other.vat,
            green_deposit: self.green_deposit - other.green_deposit,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    Money,
    Card,
}

impl Method {
    pub fn name(self) -> &'static str {
        match self {
            Method::Money => "MONEY",
            Method::Card => "CARD",
        }
    }
}

/// What `ready` fixed for good.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    pub cid: String,
    pub order: String,
    pub user: String,
    pub item_name: String,
    pub item_code: Option<String>,
    pub quantity: i64,
    pub amount: Amount,
    /// The only method the payer may choose, if the shop limits it.
    pub method: Option<Method>,
    pub install_month: i64,
    pub approval_url: String,
    pub cancel_url: String,
    pub fail_url: String,
    pub created_at: Timestamp,
}

/// Money given back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cancellation {
    pub aid: String,
    pub amount: Amount,
    pub payload: Option<String>,
    pub at: Timestamp,
}

/// Money taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Approval {
    pub aid: String,
    pub pg_token: String,
    pub method: Method,
    pub payload: Option<String>,
    pub at: Timestamp,
    pub cancellations: Vec<Cancellation>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    Ready,
    Open,
    Authenticated { pg_token: String, method: Method },
    Quit,
    Paid(Approval),
}

/// The status words of the look-up that this simulator uses; the other documented ones belong to means it does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Ready,
    OpenPayment,
    AuthPassword,
    SuccessPayment,
    PartCancelPayment,
    CancelPayment,
    QuitPayment,
    FailPayment,
}

impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Status::Ready => "READY",
            Status::OpenPayment => "OPEN_PAYMENT",
            Status::AuthPassword => "AUTH_PASSWORD",
            Status::SuccessPayment => "SUCCESS_PAYMENT",
            Status::PartCancelPayment => "PART_CANCEL_PAYMENT",
            Status::CancelPayment => "CANCEL_PAYMENT",
            Status::QuitPayment => "QUIT_PAYMENT",
            Status::FailPayment => "FAIL_PAYMENT",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Payment {
    pub tid: String,
    pub order: Order,
    pub stage: Stage,
}

impl Payment {
    pub fn expires_at(&self) -> Timestamp {
        self.order.created_at + TID_LIFETIME
    }

    /// Whether its time ran out before money moved. A payment that is being approved is not asked.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        let unfinished = matches!(self.stage, Stage::Ready | Stage::Open | Stage::Authenticated { .. });
        unfinished && now >= self.expires_at()
    }

    pub fn approval(&self) -> Option<&Approval> {
        match &self.stage {
            Stage::Paid(approval) => Some(approval),
            Stage::Ready | Stage::Open | Stage::Authenticated { .. } | Stage::Quit => None,
        }
    }

    pub fn cancelled(&self) -> Amount {
        let cancellations = self.approval().map_or(&[][..], |approval| &approval.cancellations);
        cancellations.iter().fold(Amount::default(), |sum, c| sum.plus(c.amount))
    }

    /// What may still be given back; nothing before money was taken.
    pub fn cancellable(&self) -> Amount {
        match self.approval() {
            Some(_) => self.order.amount.minus(self.cancelled()),
            None => Amount::default(),
        }
    }

    /// `expired` is [`Payment::has_expired`], except for a payment that is being approved.
    pub fn status(&self, expired: bool) -> Status {
        match &self.stage {
            Stage::Ready | Stage::Open | Stage::Authenticated { .. } if expired => Status::FailPayment,
            Stage::Ready => Status::Ready,
            Stage::Open => Status::OpenPayment,
            Stage::Authenticated { .. } => Status::AuthPassword,
            Stage::Quit => Status::QuitPayment,
            Stage::Paid(approval) if approval.cancellations.is_empty() => Status::SuccessPayment,
            Stage::Paid(_) if self.cancellable().total == 0 => Status::CancelPayment,
            Stage::Paid(_) => Status::PartCancelPayment,
        }
    }

    pub fn method(&self) -> Option<Method> {
        match &self.stage {
            Stage::Authenticated { method, .. } => Some(*method),
            Stage::Paid(approval) => Some(approval.method),
            Stage::Ready | Stage::Open | Stage::Quit => self.order.method,
        }
    }
}

/// All payments in the order of their `ready`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<Payment>", into = "Vec<Payment>")]
pub struct Payments {
    list: Vec<Payment>,
    by_tid: HashMap<String, usize>,
}

impl From<Vec<Payment>> for Payments {
    fn from(list: Vec<Payment>) -> Payments {
        let by_tid = list.iter().enumerate().map(|(at, payment)| (payment.tid.clone(), at)).collect();
        Payments { list, by_tid }
    }
}

impl From<Payments> for Vec<Payment> {
    fn from(payments: Payments) -> Vec<Payment> {
        payments.list
    }
}

impl Payments {
    pub fn get(&self, tid: &str) -> Option<&Payment> {
        self.by_tid.get(tid).map(|at| &self.list[*at])
    }

    /// The payments from the `start`-th on.
    pub fn from(&self, start: usize) -> &[Payment] {
        self.list.get(start..).unwrap_or_default()
    }

    fn get_mut(&mut self, tid: &str) -> Result<&mut Payment, Misfit> {
        match self.by_tid.get(tid) {
            Some(at) => Ok(&mut self.list[*at]),
            None => Err(Misfit::Payment(tid.to_owned())),
        }
    }

    pub(super) fn ready(&mut self, tid: String, order: Order) {
        self.by_tid.insert(tid.clone(), self.list.len());
        self.list.push(Payment { tid, order, stage: Stage::Ready });
    }

    pub(super) fn open(&mut self, tid: &str) -> Result<(), Misfit> {
        let payment = self.get_mut(tid)?;
        match payment.stage {
            Stage::Ready => payment.stage = Stage::Open,
            _ => return Err(Misfit::Stage(tid.to_owned())),
        }
        Ok(())
    }

    pub(super) fn authenticate(&mut self, tid: &str, pg_token: String, method: Method) -> Result<(), Misfit> {
        let payment = self.get_mut(tid)?;
        match payment.stage {
            Stage::Ready | Stage::Open => payment.stage = Stage::Authenticated { pg_token, method },
            _ => return Err(Misfit::Stage(tid.to_owned())),
        }
        Ok(())
    }

    pub(super) fn quit(&mut self, tid: &str) -> Result<(), Misfit> {
        let payment = self.get_mut(tid)?;
        match payment.stage {
            Stage::Ready | Stage::Open | Stage::Authenticated { .. } => payment.stage = Stage::Quit,
            _ => return Err(Misfit::Stage(tid.to_owned())),
        }
        Ok(())
    }

    pub(super) fn approve(
        &mut self,
        tid: &str,
        aid: String,
        payload: Option<String>,
        at: Timestamp,
    ) -> Result<(), Misfit> {
        let payment = self.get_mut(tid)?;
        let Stage::Authenticated { pg_token, method } = &payment.stage else {
            return Err(Misfit::Stage(tid.to_owned()));
        };
        let (pg_token, method) = (pg_token.clone(), *method);
        payment.stage =
            Stage::Paid(Approval { aid, pg_token, method, payload, at, cancellations: Vec::new() });
        Ok(())
    }

    pub(super) fn cancel(&mut self, tid: &str, cancellation: Cancellation) -> Result<(), Misfit> {
        let payment = self.get_mut(tid)?;
        let rest = payment.cancellable().minus(cancellation.amount);
        match &mut payment.stage {
            Stage::Paid(approval) if rest.total >= 0 && rest.tax_free >= 0 && rest.vat >= 0 => {
                approval.cancellations.push(cancellation);
            }
            _ => return Err(Misfit::Stage(tid.to_owned())),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_vat_is_an_eleventh_rounded_half_up() {
        for (total, tax_free, vat) in [
            (0, 0, 0),
            (1_100, 0, 100),
            (10_000, 0, 909),
            (10_000, 10_000, 0),
            (5, 0, 0),
            (6, 0, 1),
            (19_900, 0, 1_809),
        ] {
            assert_eq!(Amount::usual_vat(total, tax_free), vat, "{total} of which {tax_free} tax-free");
        }
    }
}
