//! Everything the simulator remembers, and the events that change it.
//!
//! The state is what follows from the events in order: the journal holds the events, a restart replays them. Nothing
//! here reads a clock, draws a random number or touches a file.

pub mod login;
pub mod pay;
pub mod toss;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use login::{Access, Grant, Login, Person, Refresh};
use pay::{Cancellation, Method, Order, Payments};
use toss::Toss;

/// A change that is written before anyone is told of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Event {
    /// Everything up to here in one line; written when a long journal is opened.
    Snapshot {
        state: Box<State>,
    },
    PersonJoined {
        person: Person,
    },
    Connected {
        person: i64,
        at: Timestamp,
    },
    Unlinked {
        person: i64,
    },
    CodeIssued {
        code: String,
        grant: Grant,
    },
    CodeUsed {
        code: String,
    },
    AccessIssued {
        token: String,
        access: Access,
    },
    RefreshIssued {
        token: String,
        refresh: Refresh,
    },
    LoggedOut {
        token: String,
    },
    MerchantRegistered {
        cid: String,
        merchant: Merchant,
    },
    PaymentReady {
        tid: String,
        order: Box<Order>,
    },
    PaymentOpened {
        tid: String,
    },
    PaymentAuthenticated {
        tid: String,
        pg_token: String,
        method: Method,
    },
    PaymentQuit {
        tid: String,
    },
    PaymentApproved {
        tid: String,
        aid: String,
        payload: Option<String>,
        at: Timestamp,
    },
    PaymentCancelled {
        tid: String,
        cancellation: Cancellation,
    },
    TossMerchantRegistered {
        client_key: String,
        merchant: toss::Merchant,
    },
    TossAuthenticated {
        payment: Box<toss::Payment>,
    },
    TossAborted {
        key: String,
    },
    TossConfirmed {
        key: String,
        transaction_key: String,
        at: Timestamp,
    },
    TossCancelled {
        key: String,
        cancel: toss::Cancel,
    },
    TossAnswered {
        name: String,
        answer: toss::Answer,
    },
}

/// A shop that may take payments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Merchant {
    pub key: String,
    /// What the payer reads as the shop's name.
    pub name: String,
}

/// An event that does not fit the state before it: a damaged journal, or a bug.
#[derive(Debug, Error)]
pub enum Misfit {
    #[error("an event about the unknown payment {0}")]
    Payment(String),
    #[error("an event about the unknown person {0}")]
    Person(i64),
    #[error("an event that the state of the payment {0} does not allow")]
    Stage(String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    pub login: Login,
    /// By CID.
    pub merchants: BTreeMap<String, Merchant>,
    pub payments: Payments,
    /// Missing in the snapshots of before Toss was simulated.
    #[serde(default)]
    pub toss: Toss,
}

impl State {
    /// The state before any event: the ready-made people and the test merchant.
    pub fn first() -> State {
        let merchant = Merchant { key: crate::TEST_KEY.into(), name: "시험 가맹점".into() };
        State {
            login: Login::first(),
            merchants: BTreeMap::from([(crate::TEST_CID.into(), merchant)]),
            payments: Payments::default(),
            toss: Toss::default(),
        }
    }

    pub fn apply(&mut self, event: Event) -> Result<(), Misfit> {
        match event {
            Event::Snapshot { state } => *self = *state,
            Event::PersonJoined { person } => self.login.join(person),
            Event::Connected { person, at } => self.login.connect(person, at)?,
            Event::Unlinked { person } => self.login.unlink(person)?,
            Event::CodeIssued { code, grant } => self.login.issue_code(code, grant),
            Event::CodeUsed { code } => self.login.use_code(&code),
            Event::AccessIssued { token, access } => self.login.issue_access(token, access),
            Event::RefreshIssued { token, refresh } => self.login.issue_refresh(token, refresh),
            Event::LoggedOut { token } => self.login.log_out(&token),
            Event::MerchantRegistered { cid, merchant } => {
                self.merchants.insert(cid, merchant);
            }
            Event::PaymentReady { tid, order } => self.payments.ready(tid, *order),
            Event::PaymentOpened { tid } => self.payments.open(&tid)?,
            Event::PaymentAuthenticated { tid, pg_token, method } => {
                self.payments.authenticate(&tid, pg_token, method)?;
            }
            Event::PaymentQuit { tid } => self.payments.quit(&tid)?,
            Event::PaymentApproved { tid, aid, payload, at } => {
                self.payments.approve(&tid, aid, payload, at)?
            }
            Event::PaymentCancelled { tid, cancellation } => self.payments.cancel(&tid, cancellation)?,
            Event::TossMerchantRegistered { client_key, merchant } => {
                self.toss.merchants.insert(client_key, merchant);
            }
            Event::TossAuthenticated { payment } => self.toss.payments.push(*payment),
            Event::TossAborted { key } => self.toss.payments.abort(&key)?,
            Event::TossConfirmed { key, transaction_key, at } => {
                self.toss.payments.confirm(&key, transaction_key, at)?;
            }
            Event::TossCancelled { key, cancel } => self.toss.payments.cancel(&key, cancel)?,
            Event::TossAnswered { name, answer } => {
                self.toss.answers.insert(name, answer);
            }
        }
        Ok(())
    }

    /// Forgets codes and tokens whose time is over, which answer like unknown ones already, and the answers that no
    /// idempotency key asks for any more.
    pub fn forget_expired(&mut self, now: Timestamp) {
        self.login.forget_expired(now);
        self.toss.forget_expired(now);
    }
}
