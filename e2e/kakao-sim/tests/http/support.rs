//! A served simulator with a clock that the test moves, and the calls that tests make.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use e2e_kakao_sim::{CLIENT_ID, CLIENT_SECRET, Simulator, TEST_CID, TEST_KEY};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Client, Method, Response, redirect};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

pub const REDIRECT: &str = "http://bidd.localhost:8080/api/v1/auth/kakao/callback";
pub const START: &str = "2026-11-24T00:50:00Z";

/// A clock of the test's own, in milliseconds.
#[derive(Clone)]
pub struct Hands(Arc<AtomicI64>);

impl Hands {
    pub fn new() -> Hands {
        let start: Timestamp = START.parse().unwrap();
        Hands(Arc::new(AtomicI64::new(start.as_millisecond())))
    }

    pub fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::SeqCst)).unwrap()
    }

    pub fn advance(&self, by: SignedDuration) {
        self.0.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

/// Someone who talks to a simulator.
#[derive(Clone)]
pub struct Caller {
    pub base: String,
    client: Client,
}

impl Caller {
    pub fn new(base: String) -> Caller {
        let client = Client::builder().redirect(redirect::Policy::none()).no_proxy().build().unwrap();
        Caller { base, client }
    }

    pub async fn get(&self, path: &str) -> Response {
        self.client.get(format!("{}{path}", self.base)).send().await.unwrap()
    }

    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        self.client.post(format!("{}{path}", self.base)).form(fields).send().await.unwrap()
    }

    pub async fn bearer(&self, method: Method, path: &str, token: &str) -> (u16, Value) {
        let request = self.client.request(method, format!("{}{path}", self.base)).bearer_auth(token);
        answer(request.send().await.unwrap()).await
    }

    pub async fn json(&self, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let request = self.client.request(method, format!("{}{path}", self.base)).json(body);
        answer(request.send().await.unwrap()).await
    }

    /// A payment call with any `Authorization`; `Err` if the connection gave no reply.
    pub async fn pay_as(
        &self,
        authorization: Option<&str>,
        call: &str,
        body: &Value,
    ) -> Result<(u16, Value), reqwest::Error> {
        let mut request = self.client.post(format!("{}/online/v1/payment/{call}", self.base)).json(body);
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        Ok(answer(request.send().await?).await)
    }

    /// A payment call with the test key that must be answered.
    pub async fn pay(&self, call: &str, body: &Value) -> (u16, Value) {
        self.pay_as(Some(&format!("SECRET_KEY {TEST_KEY}")), call, body).await.unwrap()
    }

    /// A payment call that must fail; its HTTP status and code.
    pub async fn refusal(&self, call: &str, body: &Value) -> (u16, i64) {
        let (status, body) = self.pay(call, body).await;
        (status, body["error_code"].as_i64().unwrap_or_else(|| panic!("no error in {body}")))
    }

    /// A payment that is announced, its TID.
    pub async fn ready(&self, changes: Value) -> String {
        let (status, body) = self.pay("ready", &ready_body(changes)).await;
        assert_eq!(status, 200, "{body}");
        body["tid"].as_str().unwrap().to_owned()
    }

    /// Confirms on the phone; the `pg_token` that the shop gets.
    pub async fn authenticate(&self, tid: &str) -> String {
        let reply = self.form(&format!("/pay/{tid}/authenticate"), &[]).await;
        assert_eq!(reply.status(), 303);
        query(&location(&reply), "pg_token").unwrap()
    }

    /// A payment that is taken, its TID.
    pub async fn paid(&self, changes: Value) -> String {
        let tid = self.ready(changes).await;
        let token = self.authenticate(&tid).await;
        let (status, body) = self.pay("approve", &approve_body(&tid, &token)).await;
        assert_eq!(status, 200, "{body}");
        tid
    }

    pub async fn order(&self, tid: &str) -> Value {
        let (status, body) = self.pay("order", &json!({ "cid": TEST_CID, "tid": tid })).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    pub async fn status(&self, tid: &str) -> String {
        self.order(tid).await["status"].as_str().unwrap().to_owned()
    }

    pub async fn fault(&self, switch: Value) {
        let (status, body) = self.json(Method::PUT, "/_sim/faults", &switch).await;
        assert_eq!(status, 200, "{body}");
    }

    /// `GET /oauth/authorize` with the usual query and `changes`; an empty value leaves a field out.
    pub async fn authorize(&self, changes: &[(&str, &str)]) -> Response {
        let mut fields = vec![
            ("client_id", CLIENT_ID),
            ("redirect_uri", REDIRECT),
            ("response_type", "code"),
            ("scope", "openid,profile_nickname"),
            ("state", "some state"),
            ("nonce", "some-nonce"),
        ];
        fields.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        fields.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        let mut url = Url::parse(&format!("{}/oauth/authorize", self.base)).unwrap();
        url.query_pairs_mut().extend_pairs(fields);
        self.client.get(url).send().await.unwrap()
    }

    /// A code for a person, without the page.
    pub async fn code(&self, hint: &str, changes: &[(&str, &str)]) -> String {
        let changes = [&[("prompt", "none"), ("login_hint", hint)], changes].concat();
        let reply = self.authorize(&changes).await;
        assert_eq!(reply.status(), 302);
        query(&location(&reply), "code").unwrap()
    }

    /// `POST /oauth/token` with the usual form and `changes`; an empty value leaves a field out.
    pub async fn token(&self, code: &str, changes: &[(&str, &str)]) -> (u16, Value) {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("client_id", CLIENT_ID),
            ("client_secret", CLIENT_SECRET),
            ("redirect_uri", REDIRECT),
            ("code", code),
        ];
        fields.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        fields.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        answer(self.form("/oauth/token", &fields).await).await
    }
}

/// A simulator that serves until it is dropped.
pub struct Server {
    pub caller: Caller,
    pub clock: Hands,
    pub dir: Option<TempDir>,
    task: JoinHandle<()>,
}

impl Server {
    pub async fn start() -> Server {
        let dir = tempfile::tempdir().unwrap();
        let mut server = Server::on(dir.path(), Hands::new()).await;
        server.dir = Some(dir);
        server
    }

    /// Serves a directory that is there already.
    pub async fn on(dir: &Path, clock: Hands) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let hands = clock.clone();
        let simulator = Simulator::open(dir, &base, move || hands.now()).unwrap();
        let router = simulator.router();
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Server { caller: Caller::new(base), clock, dir: None, task }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A `ready` for 11,000 won with `changes`; `null` leaves a field out.
pub fn ready_body(changes: Value) -> Value {
    let body = json!({
        "cid": TEST_CID,
        "partner_order_id": "order-1",
        "partner_user_id": "user-1",
        "item_name": "드립백 세트",
        "quantity": 1,
        "total_amount": 11_000,
        "tax_free_amount": 0,
        "approval_url": "http://hanbit.ddib.localhost:8080/payment/orders/1/approve?from=sim",
        "cancel_url": "http://hanbit.ddib.localhost:8080/payment/orders/1/cancel",
        "fail_url": "http://hanbit.ddib.localhost:8080/payment/orders/1/fail",
    });
    with(body, changes)
}

pub fn approve_body(tid: &str, pg_token: &str) -> Value {
    json!({
        "cid": TEST_CID,
        "tid": tid,
        "partner_order_id": "order-1",
        "partner_user_id": "user-1",
        "pg_token": pg_token,
        "total_amount": 11_000,
    })
}

pub fn cancel_body(tid: &str, amount: i64) -> Value {
    json!({ "cid": TEST_CID, "tid": tid, "cancel_amount": amount, "cancel_tax_free_amount": 0 })
}

/// `body` with the fields of `changes` set, or removed where they are `null`.
pub fn with(mut body: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(body.as_object_mut().unwrap().remove(name)),
            value => body[name] = value.clone(),
        }
    }
    body
}

pub async fn answer(reply: Response) -> (u16, Value) {
    let status = reply.status().as_u16();
    let bytes = reply.bytes().await.unwrap();
    let body = match bytes.is_empty() {
        true => Value::Null,
        false => serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| panic!("not JSON: {}", String::from_utf8_lossy(&bytes))),
    };
    (status, body)
}

pub fn location(reply: &Response) -> Url {
    Url::parse(reply.headers()["location"].to_str().unwrap()).unwrap()
}

pub fn query(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}
