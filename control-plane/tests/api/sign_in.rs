//! Signing in: to Kakao and back, and everything that may be wrong on the way.

use control_plane::http::site::Site;
use control_plane_token::{Audience, Verifier};
use cookie::SameSite;
use futures_util::future::join_all;
use serde_json::json;

use crate::support::kakao::Fault;
use crate::support::{ADMIN, platform};

#[tokio::test]
async fn a_shopper_signs_in() {
    let platform = platform().await;
    let mut browser = platform.browser(Site::Ddib);
    assert_eq!(browser.get("/api/v1/me").await.problem(), (401, "not_signed_in".to_owned()));
    let answer = platform.sign_in(&mut browser, 1003, "박지민").await;
    assert_eq!(answer.location(), "http://ddib.localhost:8080/after");

    let me = browser.get("/api/v1/me").await.json();
    assert_eq!((&me["name"], &me["admin"], &me["companies"]), (&json!("박지민"), &json!(false), &json!([])));
    let cookies = answer.set_cookies();
    let cookie = |name: &str| cookies.iter().find(|cookie| cookie.name() == name).unwrap();
    for (name, path, domain, seconds) in [
        ("ddib_session", "/", None, 900),
        ("ddib_refresh", "/api/v1/auth", None, 30 * 86_400),
        ("shopper", "/", Some("ddib.localhost"), 3_600),
    ] {
        let cookie = cookie(name);
        assert_eq!((cookie.path(), cookie.domain()), (Some(path), domain), "{name}");
        assert_eq!((cookie.http_only(), cookie.same_site()), (Some(true), Some(SameSite::Lax)), "{name}");
        assert_eq!(cookie.max_age().unwrap().whole_seconds(), seconds, "{name}");
        assert_eq!(cookie.secure(), None, "plain http");
    }

    let jwks = browser.get("/.well-known/jwks.json").await.json();
    let verifier = Verifier::from_jwks(&jwks, "http://ddib.localhost:8080", Audience::Deals).unwrap();
    let claims = verifier.verify(cookie("shopper").value(), platform.state.clock.now()).unwrap();
    assert_eq!(
        (claims.sub.to_string().as_str(), claims.name.as_str()),
        (me["id"].as_str().unwrap(), "박지민")
    );

    let mut again = platform.signed_in(Site::Ddib, 1003, "박지민").await;
    assert_eq!(again.get("/api/v1/me").await.json()["id"], me["id"], "the same person is the same user");
    let mut portal = platform.signed_in(Site::Bidd, 1003, "박지민").await;
    assert_eq!(portal.get("/api/v1/me").await.json()["id"], me["id"], "at the portal as well");
    assert!(portal.cookie("shopper").is_none(), "the portal is not a place to shop");
    assert_eq!(platform.kakao.keys_fetched(), 1, "Kakao's keys are kept");
    let mut renamed = platform.signed_in(Site::Ddib, 1003, "  지민\u{7}이  ").await;
    let me_again = renamed.get("/api/v1/me").await.json();
    assert_eq!((&me_again["id"], &me_again["name"]), (&me["id"], &json!("지민이")));
}

#[tokio::test]
async fn whoever_signs_in_twice_at_once_is_one_user() {
    let platform = platform().await;
    let windows = (0..6).map(|_| platform.signed_in(Site::Ddib, 1003, "박지민"));
    let mut users = Vec::new();
    for mut window in join_all(windows).await {
        users.push(window.get("/api/v1/me").await.json()["id"].as_str().unwrap().to_owned());
    }
    users.dedup();
    assert_eq!(users.len(), 1, "{users:?}");
}

#[tokio::test]
async fn admins_are_named_by_their_kakao_id() {
    let platform = platform().await;
    let mut admin = platform.signed_in(Site::Bidd, ADMIN, "이관리").await;
    assert_eq!(admin.get("/api/v1/me").await.json()["admin"], true);
    let mut other = platform.signed_in(Site::Bidd, 1, "이관리").await;
    assert_eq!(other.get("/api/v1/me").await.json()["admin"], false, "not by what they call themselves");
}

#[tokio::test]
async fn a_bad_answer_of_kakaos_signs_nobody_in() {
    let platform = platform().await;
    for (fault, code) in [
        (Fault::Down, "kakao_unavailable"),
        (Fault::Garbage, "kakao_unavailable"),
        (Fault::NoIdToken, "sign_in_refused"),
        (Fault::OtherAudience, "sign_in_refused"),
        (Fault::OtherIssuer, "sign_in_refused"),
        (Fault::OtherNonce, "sign_in_refused"),
        (Fault::OtherKey, "sign_in_refused"),
        (Fault::UnknownKey, "sign_in_refused"),
        (Fault::Expired, "sign_in_refused"),
        (Fault::NotDigits, "sign_in_refused"),
        (Fault::Unsigned, "sign_in_refused"),
    ] {
        platform.kakao.fail(Some(fault));
        let mut browser = platform.browser(Site::Ddib);
        let answer = platform.sign_in(&mut browser, 1003, "박지민").await;
        assert_eq!(
            answer.location(),
            format!("http://ddib.localhost:8080/sign-in?error={code}"),
            "{fault:?}"
        );
        assert!(browser.cookies.is_empty(), "{fault:?} left {:?}", browser.cookies);
    }
    platform.kakao.fail(None);
    platform.signed_in(Site::Ddib, 1003, "박지민").await;
}

#[tokio::test]
async fn an_answer_belongs_to_the_browser_that_asked() {
    let platform = platform().await;
    let expired = "http://ddib.localhost:8080/sign-in?error=sign_in_expired";
    let mut browser = platform.browser(Site::Ddib);
    let start = browser.get("/api/v1/auth/kakao/start").await;
    let callback = platform.kakao.agree(&start.location(), 1003, "박지민");

    let mut stranger = platform.browser(Site::Ddib);
    assert_eq!(stranger.get(&callback).await.location(), expired, "another browser");
    let elsewhere = callback.replace("state=", "state=x");
    assert_eq!(browser.get(&elsewhere).await.location(), expired, "another state");
    assert_eq!(browser.get("/api/v1/auth/kakao/callback").await.location(), expired, "no state at all");
    assert_eq!(browser.get(&callback).await.location(), "http://ddib.localhost:8080/");
    assert_eq!(browser.get(&callback).await.location(), expired, "the same answer again");

    let start = browser.get("/api/v1/auth/kakao/start").await;
    let callback = platform.kakao.agree(&start.location(), 1003, "박지민");
    platform.advance_seconds(601);
    assert_eq!(browser.get(&callback).await.location(), expired, "too late");
}

#[tokio::test]
async fn two_tabs_do_not_meet_and_a_refusal_is_heard() {
    let platform = platform().await;
    let mut browser = platform.browser(Site::Ddib);
    let first = browser.get("/api/v1/auth/kakao/start?returnTo=/first").await;
    let second = browser.get("/api/v1/auth/kakao/start?returnTo=/second").await;
    let second = platform.kakao.agree(&second.location(), 1003, "박지민");
    let first = platform.kakao.agree(&first.location(), 1003, "박지민");
    assert_eq!(browser.get(&first).await.location(), "http://ddib.localhost:8080/first");
    assert_eq!(browser.get(&second).await.location(), "http://ddib.localhost:8080/second");

    let start = browser.get("/api/v1/auth/kakao/start").await;
    let callback = platform.kakao.agree(&start.location(), 1003, "박지민");
    let denied = callback.replace("code=", "error=access_denied&was=");
    assert_eq!(
        browser.get(&denied).await.location(),
        "http://ddib.localhost:8080/sign-in?error=access_denied"
    );
}

#[tokio::test]
async fn one_returns_to_our_own_pages_alone() {
    let platform = platform().await;
    let mut browser = platform.browser(Site::Ddib);
    for bad in
        ["https://evil.example/", "//evil.example/", "http://bidd.localhost:8080/", "javascript:alert(1)"]
    {
        let answer = browser.get(&format!("/api/v1/auth/kakao/start?returnTo={bad}")).await;
        assert_eq!(answer.problem(), (400, "return_to_refused".to_owned()), "{bad}");
    }
    let deal = "http://hanbit.ddib.localhost:8080/";
    let start = browser.get(&format!("/api/v1/auth/kakao/start?returnTo={deal}")).await;
    let callback = platform.kakao.agree(&start.location(), 1003, "박지민");
    assert_eq!(browser.get(&callback).await.location(), deal);
    let unknown = browser.get("/api/v1/auth/kakao/start?next=/").await;
    assert_eq!(unknown.problem(), (400, "invalid_query".to_owned()));
}

#[tokio::test]
async fn a_crowd_signs_in_at_once() {
    let platform = platform().await;
    // Every person twice, at the same moment, on two devices.
    let crowd = (0..200_u64).map(|n| {
        let platform = &platform;
        async move {
            let mut browser = platform.signed_in(Site::Ddib, 5_000 + n / 2, "손님").await;
            browser.get("/api/v1/me").await.json()["id"].as_str().unwrap().to_owned()
        }
    });
    let ids = join_all(crowd).await;
    assert!(ids.chunks(2).all(|pair| pair[0] == pair[1]), "two devices of one person are one user");
    let different: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(different.len(), 100);
    assert_eq!(platform.kakao.keys_fetched(), 1, "the keys are fetched once for all");
}
