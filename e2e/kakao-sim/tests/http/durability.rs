//! What was answered survives any crash: the journal is copied, cut and replayed, and a real process is killed.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::support::{Caller, Hands, Server, answer, approve_body, cancel_body, with};

/// A directory as it would be found had the machine stopped with this much of the journal.
fn crashed(dir: &Path, journal: &[u8]) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    std::fs::copy(dir.join("login-key.der"), copy.path().join("login-key.der")).unwrap();
    std::fs::write(copy.path().join("journal.jsonl"), journal).unwrap();
    copy
}

#[tokio::test]
async fn whatever_was_answered_is_in_the_journal_at_that_moment() {
    let server = Server::start().await;
    let (caller, dir) = (&server.caller, server.dir.as_ref().unwrap().path());
    let journal = || std::fs::read(dir.join("journal.jsonl")).unwrap();

    let mut moments = Vec::new();
    let tid = caller.ready(json!({})).await;
    moments.push((journal(), "READY"));
    caller.get(&format!("/pay/{tid}/mobile")).await;
    moments.push((journal(), "OPEN_PAYMENT"));
    let token = caller.authenticate(&tid).await;
    moments.push((journal(), "AUTH_PASSWORD"));
    caller.pay("approve", &approve_body(&tid, &token)).await;
    moments.push((journal(), "SUCCESS_PAYMENT"));
    caller.pay("cancel", &cancel_body(&tid, 1_100)).await;
    moments.push((journal(), "PART_CANCEL_PAYMENT"));
    caller.pay("cancel", &cancel_body(&tid, 9_900)).await;
    moments.push((journal(), "CANCEL_PAYMENT"));

    for (journal, status) in moments {
        let copy = crashed(dir, &journal);
        let again = Server::on(copy.path(), Hands::new()).await;
        assert_eq!(again.caller.status(&tid).await, status);
    }
}

#[tokio::test]
async fn a_journal_cut_at_every_point_opens_and_the_payment_goes_on() {
    let server = Server::start().await;
    let (caller, dir) = (&server.caller, server.dir.as_ref().unwrap().path());
    caller.token(&caller.code("crowd-1", &[]).await, &[]).await;
    let tid = caller.paid(json!({})).await;
    caller.pay("cancel", &cancel_body(&tid, 1_100)).await;
    let whole = std::fs::read(dir.join("journal.jsonl")).unwrap();
    let ends: BTreeSet<_> =
        whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1).collect();
    // Around every end of a line, and some places inside.
    let cuts: BTreeSet<_> =
        ends.iter().flat_map(|end| [end - 1, *end, end + 1, end.saturating_sub(30)]).chain([0]).collect();
    for cut in cuts.into_iter().filter(|cut| *cut <= whole.len()) {
        let copy = crashed(dir, &whole[..cut]);
        let again = Server::on(copy.path(), Hands::new()).await;
        let caller = &again.caller;
        let (_, page) = answer(caller.get("/_sim/payments").await).await;
        let tid = match page["items"][0]["tid"].as_str() {
            Some(tid) => tid.to_owned(),
            None => caller.ready(json!({})).await,
        };
        if caller.order(&tid).await["payment_action_details"] == json!([]) {
            let token = caller.authenticate(&tid).await;
            let (status, body) = caller.pay("approve", &approve_body(&tid, &token)).await;
            assert_eq!(status, 200, "cut at {cut}: {body}");
        }
        let left = caller.order(&tid).await["cancel_available_amount"]["total"].as_i64().unwrap();
        assert_eq!(caller.pay("cancel", &cancel_body(&tid, left)).await.0, 200, "cut at {cut}");
        assert_eq!(caller.status(&tid).await, "CANCEL_PAYMENT", "cut at {cut}");
    }
}

#[tokio::test]
async fn codes_tokens_people_and_merchants_survive_a_restart() {
    let server = Server::start().await;
    let (caller, dir) = (&server.caller, server.dir.as_ref().unwrap().path());
    let used = caller.code("crowd-1", &[]).await;
    let (_, tokens) = caller.token(&used, &[]).await;
    let fresh = caller.code("1003", &[]).await;
    let merchant = json!({ "cid": "HANBIT0001", "key": "sim-hanbit" });
    caller.json(Method::POST, "/_sim/merchants", &merchant).await;
    let keys = answer(caller.get("/.well-known/jwks.json").await).await.1;

    let copy = crashed(dir, &std::fs::read(dir.join("journal.jsonl")).unwrap());
    let again = Server::on(copy.path(), Hands::new()).await;
    let caller = &again.caller;
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(caller.bearer(Method::GET, "/v2/user/me", access).await.1["id"], 100_000_001);
    assert_eq!(caller.token(&used, &[]).await.1["error_code"], "KOE320");
    assert_eq!(caller.token(&fresh, &[]).await.0, 200);
    assert_eq!(answer(caller.get("/.well-known/jwks.json").await).await.1, keys);
    let look = json!({ "cid": "HANBIT0001", "tid": "T0" });
    let (_, body) = caller.pay_as(Some("SECRET_KEY sim-hanbit"), "order", &look).await.unwrap();
    assert_eq!(body["error_code"], -721, "the key is known");
}

/// The binary on a directory, and where it listens.
async fn spawn(dir: &Path) -> (Child, Caller) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kakao-sim"))
        .args(["--listen", "127.0.0.1:0", "--dir"])
        .arg(dir)
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let up = tokio::time::timeout(Duration::from_secs(30), async {
        while let Some(line) = lines.next_line().await.unwrap() {
            let log: Value = serde_json::from_str(&line).unwrap();
            if let Some(base) = log["fields"]["base_url"].as_str() {
                return base.to_owned();
            }
        }
        panic!("the simulator ended before it was up");
    });
    let base = up.await.expect("the simulator is up in time");
    (child, Caller::new(base))
}

/// One payment from ready to approve; the TID once the approve was answered.
async fn pay(caller: &Caller, order: String) -> Result<String, reqwest::Error> {
    let key = Some("SECRET_KEY sim-secret");
    let body = crate::support::ready_body(json!({ "partner_order_id": order }));
    let (_, ready) = caller.pay_as(key, "ready", &body).await?;
    let tid = ready["tid"].as_str().unwrap().to_owned();
    let url = format!("{}/pay/{tid}/authenticate", caller.base);
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build()?;
    let reply = client.post(url).send().await?;
    let token = crate::support::query(&crate::support::location(&reply), "pg_token").unwrap();
    let body = with(approve_body(&tid, &token), json!({ "partner_order_id": order }));
    let (status, body) = caller.pay_as(key, "approve", &body).await?;
    assert_eq!(status, 200, "{body}");
    Ok(tid)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_process_forgets_nothing_that_it_answered() {
    let dir = tempfile::tempdir().unwrap();
    let (mut child, caller) = spawn(dir.path()).await;
    let (answered, mut taken) = tokio::sync::mpsc::unbounded_channel();
    let mut shoppers = tokio::task::JoinSet::new();
    for shopper in 0..16 {
        let (caller, answered) = (caller.clone(), answered.clone());
        shoppers.spawn(async move {
            let mut number = 0;
            while let Ok(tid) = pay(&caller, format!("order-{shopper}-{number}")).await {
                number += 1;
                let _ = answered.send(tid);
            }
        });
    }
    drop(answered);
    let mut tids = BTreeSet::new();
    while tids.len() < 100 {
        tids.insert(taken.recv().await.expect("payments go on until the kill"));
    }
    child.kill().await.unwrap();
    shoppers.join_all().await;
    while let Some(tid) = taken.recv().await {
        tids.insert(tid);
    }

    let (_child, caller) = spawn(dir.path()).await;
    let mut found = BTreeSet::new();
    let mut cursor = Some("0".to_owned());
    while let Some(at) = cursor {
        let (_, page) = answer(caller.get(&format!("/_sim/payments?limit=1000&cursor={at}")).await).await;
        for payment in page["items"].as_array().unwrap() {
            if payment["status"] == "SUCCESS_PAYMENT" {
                found.insert(payment["tid"].as_str().unwrap().to_owned());
            }
        }
        cursor = page["nextCursor"].as_str().map(str::to_owned);
    }
    let lost: Vec<_> = tids.difference(&found).collect();
    assert!(lost.is_empty(), "answered and lost: {lost:?}");
}
