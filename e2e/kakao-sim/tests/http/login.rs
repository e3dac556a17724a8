//! Kakao Login.

use std::collections::HashSet;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use e2e_kakao_sim::CLIENT_ID;
use jiff::SignedDuration;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{REDIRECT, Server, answer, location, query};

/// The claims of an id_token, checked as a client checks them: by the served key, the issuer and the audience.
async fn verified(server: &Server, id_token: &str) -> Value {
    let (_, configuration) = answer(server.caller.get("/.well-known/openid-configuration").await).await;
    assert_eq!(configuration["issuer"], server.caller.base.as_str());
    let path = configuration["jwks_uri"].as_str().unwrap().strip_prefix(&server.caller.base).unwrap();
    let (_, keys) = answer(server.caller.get(path).await).await;
    let keys: JwkSet = serde_json::from_value(keys).unwrap();
    let header = decode_header(id_token).unwrap();
    let key = DecodingKey::from_jwk(keys.find(&header.kid.unwrap()).unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&[CLIENT_ID]);
    validation.set_issuer(&[&server.caller.base]);
    validation.validate_exp = false; // the clock is the test's
    decode::<Value>(id_token, &key, &validation).unwrap().claims
}

/// The hidden fields and the button of the page's form for a nickname.
fn request_field(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"request\" value=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

#[tokio::test]
async fn a_ready_made_person_signs_in_on_the_page() {
    let server = Server::start().await;
    let caller = &server.caller;
    let page = caller.authorize(&[("scope", "openid profile_nickname account_email")]).await;
    assert_eq!(page.status(), 200);
    assert!(page.headers()["content-security-policy"].to_str().unwrap().contains("script-src 'self'"));
    let page = page.text().await.unwrap();
    for name in ["김사장", "이관리", "박지민", "최유나", "정하늘", "한소라", "오대표", "윤점장"]
    {
        assert!(page.contains(name), "{name}");
    }

    let request = request_field(&page);
    let reply = caller.form("/oauth/decide", &[("request", &request), ("person", "1001")]).await;
    assert_eq!(reply.status(), 302);
    let back = location(&reply);
    assert!(back.as_str().starts_with(&format!("{REDIRECT}?code=")));
    assert_eq!(query(&back, "state").as_deref(), Some("some state"));

    server.clock.advance(SignedDuration::from_secs(5));
    let (status, tokens) = caller.token(&query(&back, "code").unwrap(), &[]).await;
    assert_eq!(status, 200, "{tokens}");
    assert_eq!(tokens["token_type"], "bearer");
    assert_eq!(tokens["expires_in"], 21_599);
    assert_eq!(tokens["refresh_token_expires_in"], 5_183_999);
    assert_eq!(tokens["scope"], "openid profile_nickname account_email");

    let claims = verified(&server, tokens["id_token"].as_str().unwrap()).await;
    let now = server.clock.now().as_second();
    assert_eq!(claims["sub"], "1001");
    assert_eq!(claims["nonce"], "some-nonce");
    assert_eq!(claims["nickname"], "김사장");
    assert_eq!(claims["iat"], now);
    assert_eq!(claims["exp"], now + 21_599);
    assert_eq!(claims["auth_time"], now - 5);

    let (status, me) =
        caller.bearer(Method::GET, "/v2/user/me", tokens["access_token"].as_str().unwrap()).await;
    assert_eq!(status, 200);
    assert_eq!(me["id"], 1001);
    assert_eq!(me["kakao_account"]["profile"]["nickname"], "김사장");
    assert_eq!(me["kakao_account"]["is_email_verified"], true);
    assert_eq!(me["connected_at"], "2026-11-24T00:50:05Z");
}

#[tokio::test]
async fn a_new_person_joins_and_is_offered_again() {
    let server = Server::start().await;
    let caller = &server.caller;
    let request = request_field(&caller.authorize(&[]).await.text().await.unwrap());
    for nickname in ["", "   ", &"가".repeat(21)] {
        let reply = caller.form("/oauth/decide", &[("request", &request), ("nickname", nickname)]).await;
        assert_eq!(reply.status(), 422, "{nickname:?}");
        let page = reply.text().await.unwrap();
        assert!(page.contains("이름을 1자에서 20자 사이로"));
        assert!(page.contains(&format!("value=\"{}\" required", nickname.trim())), "what was typed is kept");
    }
    let fields = [("request", request.as_str()), ("nickname", " <b>새별</b> ")];
    let reply = caller.form("/oauth/decide", &fields).await;
    let (_, tokens) = caller.token(&query(&location(&reply), "code").unwrap(), &[]).await;
    let claims = verified(&server, tokens["id_token"].as_str().unwrap()).await;
    assert_eq!((claims["sub"].as_str(), claims["nickname"].as_str()), (Some("2001"), Some("<b>새별</b>")));
    let page = caller.authorize(&[]).await.text().await.unwrap();
    assert!(page.contains("&#60;b&#62;새별"), "the name is offered, and escaped");
}

#[tokio::test]
async fn whoever_refuses_goes_back_without_a_code() {
    let server = Server::start().await;
    let request = request_field(&server.caller.authorize(&[]).await.text().await.unwrap());
    let reply = server.caller.form("/oauth/decide", &[("request", &request), ("refuse", "1")]).await;
    let back = location(&reply);
    assert_eq!(query(&back, "error").as_deref(), Some("access_denied"));
    assert_eq!(query(&back, "state").as_deref(), Some("some state"));
    assert_eq!(query(&back, "code"), None);
}

#[tokio::test]
async fn a_forged_form_is_refused() {
    let server = Server::start().await;
    let caller = &server.caller;
    let request = request_field(&caller.authorize(&[]).await.text().await.unwrap());
    let evil = URL_SAFE_NO_PAD.encode(format!(
        "client_id={CLIENT_ID}&response_type=code&redirect_uri=http://evil.example/api/v1/auth/kakao/callback"
    ));
    for (request, person) in [(evil.as_str(), "1001"), ("", "1001"), ("%%%", "1001"), (&request, "999")] {
        let reply = caller.form("/oauth/decide", &[("request", request), ("person", person)]).await;
        assert!(reply.status().is_client_error(), "{request} {person}");
    }
    assert_eq!(caller.form("/oauth/decide", &[]).await.status(), 401);
}

#[tokio::test]
async fn the_crowd_signs_in_without_the_page() {
    let server = Server::start().await;
    let caller = &server.caller;
    let code = caller.code("crowd-42", &[]).await;
    let (_, tokens) = caller.token(&code, &[]).await;
    let claims = verified(&server, tokens["id_token"].as_str().unwrap()).await;
    assert_eq!(claims["sub"], "100000042");
    let again = caller.token(&caller.code("crowd-42", &[]).await, &[]).await.1;
    let again = verified(&server, again["id_token"].as_str().unwrap()).await;
    assert_eq!(again["sub"], claims["sub"]);

    for hint in ["", "nobody", "4242", "crowd-", "crowd-x"] {
        let reply = caller.authorize(&[("prompt", "none"), ("login_hint", hint)]).await;
        let back = location(&reply);
        assert_eq!(query(&back, "error").as_deref(), Some("login_required"), "{hint}");
    }
    assert!(!caller.authorize(&[]).await.text().await.unwrap().contains("손님 42"));
}

#[tokio::test]
async fn a_request_that_cannot_be_trusted_stays_here() {
    let server = Server::start().await;
    let check = async |name: &str, value: &str, status: u16, code: &str| {
        let reply =
            server.caller.authorize(&[("prompt", "none"), ("login_hint", "1001"), (name, value)]).await;
        assert_eq!(reply.status(), status, "{name}={value}");
        assert!(reply.headers().get("location").is_none());
        assert!(reply.text().await.unwrap().contains(code), "{name}={value}: {code}");
    };
    check("client_id", "other-key", 401, "KOE101").await;
    check("client_id", "", 401, "KOE101").await;
    check("redirect_uri", "http://evil.example/api/v1/auth/kakao/callback", 400, "KOE006").await;
    check("redirect_uri", "http://bidd.localhost:8080/elsewhere", 400, "KOE006").await;
    check("redirect_uri", "", 400, "KOE006").await;
    check("scope", "openid,friends", 400, "KOE205").await;
    check("response_type", "token", 400, "KOE001").await;
    check("code_challenge", "abc", 400, "KOE001").await;
    check("state", &"x".repeat(5_000), 400, "KOE001").await;
}

#[tokio::test]
async fn a_code_is_good_once_and_for_ten_minutes() {
    let server = Server::start().await;
    let caller = &server.caller;
    let code = caller.code("1003", &[]).await;
    assert_eq!(caller.token(&code, &[]).await.0, 200);
    let (status, error) = caller.token(&code, &[]).await;
    assert_eq!((status, error["error_code"].as_str()), (400, Some("KOE320")));

    let code = caller.code("1003", &[]).await;
    server.clock.advance(SignedDuration::from_mins(10));
    let (status, error) = caller.token(&code, &[]).await;
    assert_eq!((status, error["error"].as_str()), (400, Some("invalid_grant")));
    assert_eq!(error["error_code"], "KOE320");
}

#[tokio::test]
async fn one_of_many_exchanges_of_a_code_wins() {
    let server = Server::start().await;
    let code = server.caller.code("1003", &[]).await;
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (caller, code) = (server.caller.clone(), code.clone());
        tries.spawn(async move { caller.token(&code, &[]).await.0 });
    }
    let mut statuses = tries.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200);
    assert!(statuses[1..].iter().all(|status| *status == 400), "{statuses:?}");
}

#[tokio::test]
async fn every_wrong_exchange_has_its_code_and_costs_nothing() {
    let server = Server::start().await;
    let verifier = "v".repeat(43);
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
    let pkce = [("code_challenge", challenge.as_str()), ("code_challenge_method", "S256")];
    let code = server.caller.code("1004", &pkce).await;
    let good = ("code_verifier", verifier.as_str());
    let check = async |change: (&str, &str), status: u16, expected: &str| {
        let changes = if change.0 == "code_verifier" { vec![change] } else { vec![good, change] };
        let (found, error) = server.caller.token(&code, &changes).await;
        assert_eq!((found, error["error_code"].as_str()), (status, Some(expected)), "{change:?}: {error}");
    };
    check(("client_id", "other"), 401, "KOE101").await;
    check(("client_secret", "wrong"), 401, "KOE010").await;
    check(("client_secret", ""), 401, "KOE010").await;
    check(("grant_type", "password"), 400, "KOE001").await;
    check(("code", ""), 400, "KOE001").await;
    check(("code", "unknown"), 400, "KOE320").await;
    check(("redirect_uri", "http://ddib.localhost:8080/api/v1/auth/kakao/callback"), 400, "KOE303").await;
    check(("redirect_uri", ""), 400, "KOE303").await;
    check(("code_verifier", "wrong"), 400, "KOE320").await;
    check(("code_verifier", ""), 400, "KOE320").await;
    assert_eq!(server.caller.token(&code, &[good]).await.0, 200);
}

#[tokio::test]
async fn without_openid_there_is_no_id_token_and_the_profile_says_less() {
    let server = Server::start().await;
    let code = server.caller.code("1005", &[("scope", "account_email")]).await;
    let (_, tokens) = server.caller.token(&code, &[]).await;
    assert!(tokens.get("id_token").is_none());
    let token = tokens["access_token"].as_str().unwrap();
    let (_, me) = server.caller.bearer(Method::POST, "/v2/user/me", token).await;
    assert_eq!(me["id"], 1005);
    assert!(me["kakao_account"].get("profile").is_none());
    assert!(me["kakao_account"]["email"].is_string());
}

#[tokio::test]
async fn a_refresh_token_renews_itself_in_its_last_month() {
    let server = Server::start().await;
    let caller = &server.caller;
    let (_, first) = caller.token(&caller.code("1003", &[]).await, &[]).await;
    let refresh = first["refresh_token"].as_str().unwrap().to_owned();
    let renew = async |token: &str| {
        let changes =
            [("grant_type", "refresh_token"), ("code", ""), ("redirect_uri", ""), ("refresh_token", token)];
        caller.token("", &changes).await
    };
    let (status, tokens) = renew(&refresh).await;
    assert_eq!(status, 200, "{tokens}");
    assert!(tokens.get("refresh_token").is_none());
    assert!(tokens["id_token"].is_string());

    server.clock.advance(SignedDuration::from_hours(24 * 31));
    let old = first["access_token"].as_str().unwrap();
    assert_eq!(caller.bearer(Method::GET, "/v2/user/me", old).await.0, 401);
    let (_, tokens) = renew(&refresh).await;
    let renewed = tokens["refresh_token"].as_str().unwrap().to_owned();
    server.clock.advance(SignedDuration::from_hours(24 * 30));
    assert_eq!(renew(&refresh).await.1["error_code"], "KOE322");
    assert_eq!(renew(&renewed).await.0, 200);
    assert_eq!(renew("").await.1["error_code"], "KOE319");
}

#[tokio::test]
async fn signing_out_ends_one_sign_in_and_unlinking_all() {
    let server = Server::start().await;
    let caller = &server.caller;
    let mut tokens = Vec::new();
    for _ in 0..3 {
        let (_, answer) = caller.token(&caller.code("1003", &[]).await, &[]).await;
        tokens.push(answer["access_token"].as_str().unwrap().to_owned());
    }
    assert_eq!(tokens.iter().collect::<HashSet<_>>().len(), 3);
    let me = async |token: &str| caller.bearer(Method::GET, "/v2/user/me", token).await.0;

    let (_, answer) = caller.bearer(Method::POST, "/v1/user/logout", &tokens[0]).await;
    assert_eq!(answer["id"], 1003);
    assert_eq!((me(&tokens[0]).await, me(&tokens[1]).await, me(&tokens[2]).await), (401, 200, 200));
    let (_, answer) = caller.bearer(Method::POST, "/v1/user/unlink", &tokens[1]).await;
    assert_eq!(answer["id"], 1003);
    assert_eq!((me(&tokens[1]).await, me(&tokens[2]).await), (401, 401));

    let (status, error) = caller.bearer(Method::POST, "/v1/user/logout", "never-issued").await;
    assert_eq!((status, error["code"].as_i64()), (401, Some(-401)));
    assert_eq!(error["msg"], "this access token does not exist");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_signs_in_and_pays_and_everyone_counts_once() {
    const SHOPPERS: usize = 200;
    let server = Server::start().await;
    let mut shoppers = tokio::task::JoinSet::new();
    for number in 0..SHOPPERS {
        let caller = server.caller.clone();
        shoppers.spawn(async move {
            let (_, tokens) = caller.token(&caller.code(&format!("crowd-{number}"), &[]).await, &[]).await;
            assert!(tokens["id_token"].is_string(), "{tokens}");
            caller.paid(json!({})).await
        });
    }
    let tids: HashSet<_> = shoppers.join_all().await.into_iter().collect();
    assert_eq!(tids.len(), SHOPPERS);
    let (_, page) = answer(server.caller.get("/_sim/payments?limit=1000").await).await;
    let paid = page["items"].as_array().unwrap().iter().filter(|p| p["status"] == "SUCCESS_PAYMENT");
    assert_eq!(paid.map(|p| p["tid"].as_str().unwrap().to_owned()).collect::<HashSet<_>>(), tids);
    let (_, people) = answer(server.caller.get("/_sim/people?limit=1000&cursor=100000000").await).await;
    assert_eq!(people["items"].as_array().map(Vec::len), Some(SHOPPERS));
}
