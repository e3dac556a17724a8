//! Kakao Login, as far as a client can tell: it checks the client, the code, PKCE and the redirect
//! URI, and signs id tokens; told so, it gets one thing wrong.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use control_plane_telemetry::clock::Clock;
use serde_json::{Value, json};
use url::Url;

pub const CLIENT_ID: &str = "rest-key";
pub const CLIENT_SECRET: &str = "client-secret";

/// What is wrong with the next answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Down,
    Garbage,
    NoIdToken,
    OtherAudience,
    OtherIssuer,
    OtherNonce,
    OtherKey,
    UnknownKey,
    Expired,
    NotDigits,
    Unsigned,
}

#[derive(Clone)]
pub struct KakaoStub {
    pub base_url: String,
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    codes: Mutex<HashMap<String, Issued>>,
    fault: Mutex<Option<Fault>>,
    clock: Mutex<Option<Clock>>,
    issuer: Mutex<String>,
    keys_fetched: Mutex<usize>,
}

struct Issued {
    subject: u64,
    nickname: String,
    nonce: String,
    challenge: String,
    redirect_uri: String,
}

/// Making RSA keys takes a moment; all tests share two.
static KEYS: LazyLock<[KeyPair; 2]> =
    LazyLock::new(|| [0, 1].map(|_| KeyPair::generate(KeySize::Rsa2048).unwrap()));

impl KakaoStub {
    pub async fn start() -> KakaoStub {
        let inner = Arc::new(Inner::default());
        let router = Router::new()
            .route("/oauth/token", post(token))
            .route("/.well-known/jwks.json", get(jwks))
            .with_state(inner.clone());
        let base_url = super::serve(router).await;
        *inner.issuer.lock().unwrap() = base_url.clone();
        KakaoStub { base_url, inner }
    }

    pub fn keep_time(&self, clock: Clock) {
        *self.inner.clock.lock().unwrap() = Some(clock);
    }

    pub fn fail(&self, fault: Option<Fault>) {
        *self.inner.fault.lock().unwrap() = fault;
    }

    pub fn keys_fetched(&self) -> usize {
        *self.inner.keys_fetched.lock().unwrap()
    }

    /// What the browser is sent back with after the person agreed on Kakao's page at `authorize_url`.
    pub fn agree(&self, authorize_url: &str, subject: u64, nickname: &str) -> String {
        let url = Url::parse(authorize_url).unwrap();
        let query: HashMap<String, String> = url.query_pairs().into_owned().collect();
        assert!(authorize_url.starts_with(&format!("{}/oauth/authorize?", self.base_url)));
        assert_eq!(query["client_id"], CLIENT_ID);
        assert_eq!(query["response_type"], "code");
        assert_eq!(query["scope"], "openid,profile_nickname");
        assert_eq!(query["code_challenge_method"], "S256");
        let mut codes = self.inner.codes.lock().unwrap();
        let code = format!("code-{}-{}", subject, codes.len());
        let redirect_uri = query["redirect_uri"].clone();
        let mut back = Url::parse(&redirect_uri).unwrap();
        back.query_pairs_mut().append_pair("code", &code).append_pair("state", &query["state"]);
        let issued = Issued {
            subject,
            nickname: nickname.to_owned(),
            nonce: query["nonce"].clone(),
            challenge: query["code_challenge"].clone(),
            redirect_uri,
        };
        codes.insert(code, issued);
        back.into()
    }
}

async fn token(State(inner): State<Arc<Inner>>, Form(form): Form<HashMap<String, String>>) -> Response {
    let fault = *inner.fault.lock().unwrap();
    match fault {
        Some(Fault::Down) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Some(Fault::Garbage) => return "<html>".into_response(),
        _ => {}
    }
    let refuse = |code: &str| {
        let body = json!({"error": "invalid_grant", "error_description": code, "error_code": code});
        (StatusCode::BAD_REQUEST, Json(body)).into_response()
    };
    if form["client_id"] != CLIENT_ID || form["client_secret"] != CLIENT_SECRET {
        return refuse("KOE010");
    }
    let Some(issued) = inner.codes.lock().unwrap().remove(&form["code"]) else {
        return refuse("KOE320");
    };
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, form["code_verifier"].as_bytes());
    if URL_SAFE_NO_PAD.encode(hash) != issued.challenge || form["redirect_uri"] != issued.redirect_uri {
        return refuse("KOE303");
    }
    let mut answer = json!({
        "token_type": "bearer", "access_token": "opaque", "expires_in": 21599, "refresh_token": "opaque",
        "refresh_token_expires_in": 5_183_999, "scope": "openid profile_nickname",
    });
    if fault != Some(Fault::NoIdToken) {
        answer["id_token"] = Value::String(id_token(&inner, &issued, fault));
    }
    Json(answer).into_response()
}

fn id_token(inner: &Inner, issued: &Issued, fault: Option<Fault>) -> String {
    let wrong = |this: Fault, wrong: &str, right: &str| {
        if fault == Some(this) { wrong.to_owned() } else { right.to_owned() }
    };
    let now = inner.clock.lock().unwrap().as_ref().unwrap().now().as_second();
    let claims = json!({
        "iss": wrong(Fault::OtherIssuer, "http://elsewhere", &inner.issuer.lock().unwrap()),
        "aud": wrong(Fault::OtherAudience, "another-app", CLIENT_ID),
        "sub": wrong(Fault::NotDigits, "1; drop", &issued.subject.to_string()),
        "nonce": wrong(Fault::OtherNonce, "another", &issued.nonce),
        "iat": now,
        "exp": if fault == Some(Fault::Expired) { now - 60 } else { now + 21_599 },
        "nickname": issued.nickname,
    });
    let header = json!({
        "alg": wrong(Fault::Unsigned, "none", "RS256"),
        "kid": wrong(Fault::UnknownKey, "unknown", "key"),
        "typ": "JWT",
    });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(&header), part(&claims));
    if fault == Some(Fault::Unsigned) {
        return format!("{message}.");
    }
    let key = &KEYS[usize::from(fault == Some(Fault::OtherKey))];
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

async fn jwks(State(inner): State<Arc<Inner>>) -> Json<Value> {
    *inner.keys_fetched.lock().unwrap() += 1;
    let public = KEYS[0].public_key();
    Json(json!({"keys": [{
        "kid": "key", "kty": "RSA", "alg": "RS256", "use": "sig",
        "n": URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero()),
        "e": URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero()),
    }]}))
}
