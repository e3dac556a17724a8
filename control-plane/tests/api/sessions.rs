//! Sessions: how long they last, how they are renewed, and how a stolen refresh token is noticed.

use control_plane::http::site::Site;
use serde_json::Value;

use crate::support::platform;

const REFRESH: &str = "/api/v1/auth/refresh";

#[tokio::test]
async fn a_session_lasts_a_quarter_of_an_hour_and_is_renewed() {
    let platform = platform().await;
    let mut browser = platform.signed_in(Site::Ddib, 1, "손님").await;
    platform.advance_seconds(899);
    assert_eq!(browser.get("/api/v1/me").await.status, 200);
    platform.advance_seconds(1);
    assert_eq!(browser.get("/api/v1/me").await.problem().0, 401);
    let before = browser.cookie("ddib_refresh").unwrap().to_owned();
    assert_eq!(browser.post(REFRESH, &Value::Null).await.status, 204);
    assert_ne!(browser.cookie("ddib_refresh").unwrap(), before);
    assert_eq!(browser.get("/api/v1/me").await.status, 200);
}

#[tokio::test]
async fn a_refresh_token_used_twice_ends_the_session_everywhere() {
    let platform = platform().await;
    let mut owner = platform.signed_in(Site::Ddib, 1, "손님").await;
    let stolen = owner.cookie("ddib_refresh").unwrap().to_owned();
    assert_eq!(owner.post(REFRESH, &Value::Null).await.status, 204);

    // A second tab in the same moment is no thief.
    let mut tab = platform.browser(Site::Ddib);
    tab.set_cookie("ddib_refresh", &stolen, "/api/v1/auth");
    assert_eq!(tab.post(REFRESH, &Value::Null).await.status, 204);

    platform.advance_seconds(11);
    let mut thief = platform.browser(Site::Ddib);
    thief.set_cookie("ddib_refresh", &stolen, "/api/v1/auth");
    assert_eq!(thief.post(REFRESH, &Value::Null).await.problem(), (401, "not_signed_in".to_owned()));
    for (who, mut browser) in [("the owner", owner), ("the tab", tab)] {
        let answer = browser.post(REFRESH, &Value::Null).await;
        assert_eq!(answer.problem().0, 401, "{who} is signed out as well");
        assert!(browser.cookies.is_empty(), "{who} keeps {:?}", browser.cookies);
    }
    let mut other = platform.signed_in(Site::Ddib, 1, "손님").await;
    assert_eq!(other.post(REFRESH, &Value::Null).await.status, 204, "another sign-in is another family");
}

#[tokio::test]
async fn refresh_tokens_are_for_one_portal_and_thirty_days() {
    let platform = platform().await;
    let shopper = platform.signed_in(Site::Ddib, 1, "손님").await;
    let token = shopper.cookie("ddib_refresh").unwrap();
    let mut portal = platform.browser(Site::Bidd);
    portal.set_cookie("bidd_refresh", token, "/api/v1/auth");
    assert_eq!(portal.post(REFRESH, &Value::Null).await.problem().0, 401, "of the other portal");
    for invented in ["", "x", &"A".repeat(43)] {
        let mut browser = platform.browser(Site::Ddib);
        browser.set_cookie("ddib_refresh", invented, "/api/v1/auth");
        assert_eq!(browser.post(REFRESH, &Value::Null).await.problem().0, 401, "{invented:?}");
    }
    let mut late = platform.signed_in(Site::Ddib, 1, "손님").await;
    platform.advance_seconds(30 * 86_400);
    assert_eq!(late.post(REFRESH, &Value::Null).await.problem().0, 401, "after thirty days");
}

#[tokio::test]
async fn signing_out_ends_the_session() {
    let platform = platform().await;
    let mut browser = platform.signed_in(Site::Ddib, 1, "손님").await;
    let token = browser.cookie("ddib_refresh").unwrap().to_owned();
    assert_eq!(browser.post("/api/v1/auth/sign-out", &Value::Null).await.status, 204);
    assert!(browser.cookies.is_empty(), "{:?}", browser.cookies);
    browser.set_cookie("ddib_refresh", &token, "/api/v1/auth");
    assert_eq!(browser.post(REFRESH, &Value::Null).await.problem().0, 401);
    assert_eq!(platform.browser(Site::Ddib).post("/api/v1/auth/sign-out", &Value::Null).await.status, 204);
}

#[tokio::test]
async fn a_deal_sends_its_shoppers_here_to_renew() {
    let platform = platform().await;
    let deal = "http://hanbit.ddib.localhost:8080/orders/1?a=b";
    let encoded = "http%3A%2F%2Fhanbit.ddib.localhost%3A8080%2Forders%2F1%3Fa%3Db";
    let path = format!("/api/v1/auth/renew?returnTo={encoded}");
    let mut browser = platform.signed_in(Site::Ddib, 1, "손님").await;
    platform.advance_seconds(3_600);
    let before = browser.cookie("shopper").unwrap().to_owned();
    assert_eq!(browser.get(&path).await.location(), deal);
    assert_ne!(browser.cookie("shopper").unwrap(), before);

    let mut stranger = platform.browser(Site::Ddib);
    let location = stranger.get(&path).await.location();
    assert_eq!(location, format!("/api/v1/auth/kakao/start?returnTo={encoded}"));
    assert_eq!(stranger.get(&location).await.status, 303, "and from there to Kakao");
    let refused = stranger.get("/api/v1/auth/renew?returnTo=//evil.example").await;
    assert_eq!(refused.problem(), (400, "return_to_refused".to_owned()));
}

#[tokio::test]
async fn sessions_of_others_forged_or_of_the_other_portal_are_worth_nothing() {
    let platform = platform().await;
    let shopper = platform.signed_in(Site::Ddib, 1, "손님").await;
    let session = shopper.cookie("ddib_session").unwrap();
    let token = shopper.cookie("shopper").unwrap();
    let mut tampered = session.to_owned();
    tampered.replace_range(session.len() - 8..session.len() - 4, "AAAA");
    for (site, name, value) in [
        (Site::Bidd, "bidd_session", session),
        (Site::Ddib, "ddib_session", token),
        (Site::Ddib, "ddib_session", &tampered),
        (Site::Ddib, "ddib_session", "x"),
        (Site::Ddib, "bidd_session", session),
    ] {
        let mut browser = platform.browser(site);
        browser.set_cookie(name, value, "/");
        assert_eq!(browser.get("/api/v1/me").await.problem().0, 401, "{site:?} {name}");
    }
}
