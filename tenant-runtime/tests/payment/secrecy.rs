//! Nothing that is logged, traced or answered holds a key, whatever the gateway and the ledger do.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use crds::PaymentProvider;
use serde_json::json;
use tenant_runtime::payment::export_once;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::bank::{self, Fault};
use crate::books::{self, Trouble};
use crate::deal::{Deal, Plan, Shoppers};
use crate::redis::PASSWORD;
use crate::toss_bank;

/// Every line that is logged, of whatever level and from whichever crate.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Lines {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

#[tokio::test]
async fn no_log_no_trace_and_no_answer_holds_a_key() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(LevelFilter::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_writer(move || writer.clone())
        .finish();
    // Of the whole process: what other tests log meanwhile must hold no key either.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let deal = Deal::open(Plan { stock: 50, per_shopper_max: 50, ..Plan::default() }).await;

    let mut said = every_way_to_fail(&deal).await;
    said.push(ledger_that_fails(&deal).await);
    let at_toss = Plan { stock: 50, per_shopper_max: 50, ..Plan::at(PaymentProvider::Toss) };
    let at_toss = Deal::open(at_toss).await;
    said.extend(every_way_to_fail(&at_toss).await);
    said.push(lines.text());

    let said = said.join("\n");
    assert!(said.contains("the gateway may have taken the money"), "the failures are in the log");
    for secret in [bank::KEY, toss_bank::KEY, toss_bank::BASIC, books::TOKEN, PASSWORD] {
        let found = said.find(secret).map(|at| &said[at.saturating_sub(200)..at]);
        assert_eq!(found, None, "{secret} is in the log or in an answer, after this");
    }
}

/// Orders paid and refunded at a gateway that refuses, lies and hangs up: what shoppers were told.
async fn every_way_to_fail(shoppers: &Shoppers) -> Vec<String> {
    let mut said = Vec::new();
    for fault in [Fault::Error(-401), Fault::Error(-500), Fault::DropRequest, Fault::DropReply] {
        let (order, cookie) = shoppers.held(1).await;
        shoppers.bank.fail("ready", fault);
        let answer = shoppers.post(&format!("/payment/orders/{order}/ready"), &cookie, &json!({})).await;
        let calls_nobody = shoppers.runtime.config.payment.provider == PaymentProvider::Toss;
        assert_eq!(answer.status == StatusCode::OK, calls_nobody);
        said.push(answer.body.to_string());
        shoppers.bank.heal();
    }
    for fault in [Fault::DropReply, Fault::ErrorAfter(-780), Fault::Error(-708), Fault::Error(-731)] {
        let (order, _) = shoppers.ready(1).await;
        let token = shoppers.agree(&order).await;
        shoppers.bank.fail("approve", fault);
        said.push(shoppers.approve(&order, &token).await.location);
        shoppers.bank.heal();
    }
    for fault in [Fault::DropReply, Fault::Error(-731), Fault::ErrorAfter(-781)] {
        let (order, cookie) = shoppers.paid(1).await;
        shoppers.bank.fail("cancel", fault);
        said.push(shoppers.refund(&order, &cookie).await.body.to_string());
        shoppers.bank.heal();
    }
    said
}

/// What the export says of a ledger that does not take it, and then does.
async fn ledger_that_fails(deal: &Deal) -> String {
    deal.ledger.trouble(Trouble::Down);
    let error = export_once(&deal.runtime).await.unwrap_err();
    deal.export().await;
    format!("{error} {error:?}")
}
