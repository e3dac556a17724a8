//! Companies: applying, being reviewed, and the merchant key.

use axum::http::Method;
use control_plane::audit;
use control_plane::companies::{Provider, merchant, store};
use control_plane::http::site::Site;
use control_plane::ids::CompanyId;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::browser::Browser;
use crate::support::{ADMIN, Platform, platform};

const OWNER: u64 = 1001;

pub fn application(slug: &str, number: &str) -> Value {
    json!({
        "name": "한빛커피로스터스", "slug": slug, "businessNumber": number, "representative": "김사장",
        "mailOrderNumber": "2024-서울강남-01234", "contactEmail": "owner@hanbit.kr",
        "contactPhone": "010-1234-5678",
    })
}

/// An owner with a company that waits for its review.
pub async fn applied(platform: &Platform) -> (Browser, String) {
    let mut owner = platform.signed_in(Site::Bidd, OWNER, "김사장").await;
    let answer = owner.post("/api/v1/companies", &application("hanbit", "123-45-67891")).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    (owner, answer.json()["id"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_company_applies_and_is_approved() {
    let platform = platform().await;
    let (mut owner, id) = applied(&platform).await;
    let path = format!("/api/v1/companies/{id}");
    let company = owner.get(&path).await.json();
    assert_eq!(company["state"], "applied");
    assert_eq!(company["businessNumber"], "123-45-67891");
    assert_eq!(company["mailOrderNumber"], "제2024-서울강남-01234호");
    assert_eq!(company["contactPhone"], "+821012345678");
    assert_eq!(company["merchantConfigured"], false);

    let mut admin = platform.signed_in(Site::Bidd, ADMIN, "이관리").await;
    let waiting = admin.get("/api/v1/admin/companies?state=applied").await.json();
    assert_eq!(waiting["items"].as_array().unwrap().len(), 1);
    assert_eq!(waiting["nextCursor"], Value::Null);
    platform.advance_seconds(60);
    let approve = format!("/api/v1/admin/companies/{id}/approve");
    assert_eq!(admin.post(&approve, &Value::Null).await.json()["state"], "approved");
    assert_eq!(admin.post(&approve, &Value::Null).await.problem(), (409, "company_reviewed".to_owned()));
    let reject = format!("/api/v1/admin/companies/{id}/reject");
    let late = admin.post(&reject, &json!({"reason": "늦었어요"})).await;
    assert_eq!(late.problem(), (409, "company_reviewed".to_owned()));

    let me = owner.get("/api/v1/me").await.json();
    assert_eq!(me["companies"][0]["state"], "approved");
    assert_eq!(me["companies"][0]["role"], "owner");
    let deeds = audit::of_company(platform.state.db.read(), CompanyId(Uuid::try_parse(&id).unwrap())).await;
    let deeds: Vec<String> = deeds.unwrap().into_iter().map(|deed| deed.action).collect();
    assert_eq!(deeds, ["company.applied", "company.approved"]);
}

#[tokio::test]
async fn what_is_wrong_is_said_at_its_field() {
    let platform = platform().await;
    let mut owner = platform.signed_in(Site::Bidd, OWNER, "김사장").await;
    for (field, value, code) in [
        ("name", json!("  "), "name_invalid"),
        ("name", json!("가".repeat(61)), "name_invalid"),
        ("slug", json!("ab"), "slug_invalid"),
        ("slug", json!("Hanbit"), "slug_invalid"),
        ("slug", json!("admin"), "slug_reserved"),
        ("businessNumber", json!("123-45-67890"), "business_number_invalid"),
        ("businessNumber", json!("000-00-00000"), "business_number_invalid"),
        ("businessNumber", json!("12345"), "business_number_invalid"),
        ("representative", json!(""), "representative_invalid"),
        ("mailOrderNumber", json!("1234"), "mail_order_number_invalid"),
        ("contactEmail", json!("owner"), "email_invalid"),
        ("contactPhone", json!("12"), "phone_invalid"),
    ] {
        let mut body = application("hanbit", "123-45-67891");
        body[field] = value.clone();
        let answer = owner.post("/api/v1/companies", &body).await;
        assert_eq!(answer.field_errors(), [(field.to_owned(), code.to_owned())], "{value}");
    }
    let mut all_wrong = application("x", "1");
    all_wrong["name"] = json!("");
    assert_eq!(owner.post("/api/v1/companies", &all_wrong).await.field_errors().len(), 3, "all at once");

    for (field, value) in [("extra", json!(1)), ("name", json!(5)), ("slug", Value::Null)] {
        let mut body = application("hanbit", "123-45-67891");
        body[field] = value;
        let answer = owner.post("/api/v1/companies", &body).await;
        assert_eq!(answer.problem(), (422, "invalid_body".to_owned()), "{field}");
    }
    let mut missing = application("hanbit", "123-45-67891");
    missing.as_object_mut().unwrap().remove("slug");
    assert_eq!(owner.post("/api/v1/companies", &missing).await.problem().0, 422);
    assert_eq!(owner.get("/api/v1/me").await.json()["companies"], json!([]), "nothing was stored");
}

#[tokio::test]
async fn names_and_numbers_are_free_again_once_rejected() {
    let platform = platform().await;
    let (mut owner, id) = applied(&platform).await;
    let mut rival = platform.signed_in(Site::Bidd, 77, "오대표").await;
    let taken = rival.post("/api/v1/companies", &application("hanbit", "123-45-67891")).await;
    let codes: Vec<String> = taken.field_errors().into_iter().map(|(_, code)| code).collect();
    assert_eq!(codes, ["slug_taken", "business_number_taken"]);

    let mut admin = platform.signed_in(Site::Bidd, ADMIN, "이관리").await;
    let reject = format!("/api/v1/admin/companies/{id}/reject");
    let empty = admin.post(&reject, &json!({"reason": " "})).await;
    assert_eq!(empty.field_errors(), [("reason".to_owned(), "reason_invalid".to_owned())]);
    let rejected = admin.post(&reject, &json!({"reason": "신고번호를 확인해 주세요."})).await.json();
    assert_eq!(rejected["state"], "rejected");

    // The applicant corrects the same application.
    let again = owner.post("/api/v1/companies", &application("hanbit", "123-45-67891")).await;
    assert_eq!(again.status, 201, "{again:?}");
    assert_eq!(again.json()["id"], id.as_str());
    assert_eq!((&again.json()["state"], &again.json()["rejectedReason"]), (&json!("applied"), &Value::Null));

    admin.post(&reject, &json!({"reason": "다시 확인해 주세요."})).await;
    let rival = rival.post("/api/v1/companies", &application("hanbit", "123-45-67891")).await;
    assert_eq!(rival.status, 201, "somebody else may have the name now: {rival:?}");
    let late = owner.post("/api/v1/companies", &application("hanbit", "123-45-67891")).await;
    assert_eq!(late.field_errors().len(), 2);
}

#[tokio::test]
async fn one_name_goes_to_one_of_many() {
    let platform = platform().await;
    let attempts = (0..20_u64).map(|n| {
        let platform = &platform;
        async move {
            let mut owner = platform.signed_in(Site::Bidd, 9_000 + n, "사장").await;
            owner.post("/api/v1/companies", &application("hanbit", "123-45-67891")).await.status.as_u16()
        }
    });
    let mut answers = futures_util::future::join_all(attempts).await;
    answers.sort_unstable();
    assert_eq!(answers[0], 201);
    assert!(answers[1..].iter().all(|status| *status == 422), "{answers:?}");
}

#[tokio::test]
async fn the_merchant_key_goes_in_and_never_out() {
    let platform = platform().await;
    let (mut owner, id) = applied(&platform).await;
    let path = format!("/api/v1/companies/{id}/merchant");
    let account = json!({"merchantId": "TC0ONETIME", "merchantKey": "DEV0123456789"});
    let answer = owner.json(Method::PUT, &path, &account).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["merchantConfigured"]), (200, &json!(true)));
    let company = owner.get(&format!("/api/v1/companies/{id}")).await;
    for answer in [&answer, &company] {
        assert!(!String::from_utf8_lossy(&answer.body).contains("DEV0123456789"));
    }
    let company = CompanyId(Uuid::try_parse(&id).unwrap());
    let db = platform.state.db.read();
    let opened = merchant::open(db, &platform.state.sealer, company).await.unwrap().unwrap();
    assert_eq!(opened.provider, Provider::KakaoPay, "what is meant where nothing is said");
    let merchant = opened.merchant;
    assert_eq!((merchant.id.as_str(), merchant.key.expose_secret()), ("TC0ONETIME", "DEV0123456789"));

    for (field, value, code) in [
        ("merchantId", "short", "merchant_id_invalid"),
        ("merchantId", "tc0onetime", "merchant_id_invalid"),
        ("merchantKey", "", "merchant_key_invalid"),
        ("merchantKey", "with space", "merchant_key_invalid"),
    ] {
        let mut bad = account.clone();
        bad[field] = json!(value);
        let answer = owner.json(Method::PUT, &path, &bad).await;
        assert_eq!(answer.field_errors(), [(field.to_owned(), code.to_owned())], "{value}");
    }
    let chosen = store::chosen(db, company).await.unwrap().unwrap();
    assert_eq!(chosen.merchant_id, "TC0ONETIME");
}

#[tokio::test]
async fn a_company_chooses_its_provider_and_the_other_account_is_kept() {
    const SECRET: &str = "test_sk_GjLJoQ1aVZ";
    let platform = platform().await;
    let (mut owner, id) = applied(&platform).await;
    let path = format!("/api/v1/companies/{id}/merchant");
    let kakaopay =
        json!({"provider": "kakaoPay", "merchantId": "TC0ONETIME", "merchantKey": "DEV0123456789"});
    let toss = json!({"provider": "toss", "merchantId": "test_ck_D5GePWvyJ", "merchantKey": SECRET});
    assert_eq!(owner.get(&format!("/api/v1/companies/{id}")).await.json()["merchantProvider"], Value::Null);
    owner.json(Method::PUT, &path, &kakaopay).await;
    let answer = owner.json(Method::PUT, &path, &toss).await;
    assert_eq!(answer.status.as_u16(), 200, "{answer:?}");
    let mut admin = platform.signed_in(Site::Bidd, ADMIN, "이관리").await;
    for shown in [
        answer.json(),
        owner.get(&format!("/api/v1/companies/{id}")).await.json(),
        admin.get("/api/v1/admin/companies").await.json()["items"][0].clone(),
    ] {
        let account = (&shown["merchantProvider"], &shown["merchantId"], &shown["merchantConfigured"]);
        assert_eq!(account, (&json!("toss"), &json!("test_ck_D5GePWvyJ"), &json!(true)));
        assert!(!shown.to_string().contains(SECRET), "a secret is never shown");
    }
    let listed = admin.get("/api/v1/admin/companies").await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "a company with two accounts is one company");

    let company = CompanyId(Uuid::try_parse(&id).unwrap());
    let (db, sealer) = (platform.state.db.read(), &platform.state.sealer);
    let account = merchant::open(db, sealer, company).await.unwrap().unwrap();
    assert_eq!((account.provider, account.merchant.key.expose_secret()), (Provider::Toss, SECRET));
    assert!(!format!("{account:?}").contains(SECRET), "nor logged");
    let kept = merchant::open_at(db, sealer, company, Provider::KakaoPay).await.unwrap().unwrap();
    assert_eq!(kept.key.expose_secret(), "DEV0123456789");
    let deeds = audit::of_company(db, company).await.unwrap();
    assert!(!format!("{deeds:?}").contains(SECRET));

    for (field, value, wrong) in [
        ("merchantId", json!("TC0ONETIME"), "merchantId"),
        ("merchantId", json!("test_ck_"), "merchantId"),
        ("merchantId", json!(format!("test_ck_{}", "x".repeat(57))), "merchantId"),
        ("merchantId", json!("test_ck_<script>"), "merchantId"),
        ("merchantId", json!(SECRET), "merchantId"),
        ("merchantKey", json!("test_ck_D5GePWvyJ"), "merchantKey"),
        ("merchantKey", json!("live_sk_of_the_real_shop"), "merchantKey"),
        ("merchantKey", json!("DEV0123456789"), "merchantKey"),
    ] {
        let mut bad = toss.clone();
        bad[field] = value.clone();
        let fields: Vec<String> =
            owner.json(Method::PUT, &path, &bad).await.field_errors().into_iter().map(|e| e.0).collect();
        assert_eq!(fields, [wrong], "{value}");
    }
    let mut unknown = toss.clone();
    unknown["provider"] = json!("cash");
    assert_eq!(owner.json(Method::PUT, &path, &unknown).await.problem(), (422, "invalid_body".to_owned()));
    // Back again: the choice changes, and nothing is asked for twice.
    owner.json(Method::PUT, &path, &kakaopay).await;
    let account = merchant::open(db, sealer, company).await.unwrap().unwrap();
    assert_eq!(account.provider, Provider::KakaoPay);
    // Nobody else may choose, signed in or not.
    let mut rival = platform.signed_in(Site::Bidd, 77, "오대표").await;
    assert_eq!(rival.json(Method::PUT, &path, &toss).await.problem(), (404, "company_unknown".to_owned()));
    let nobody = platform.browser(Site::Bidd).json(Method::PUT, &path, &toss).await;
    assert_eq!(nobody.problem(), (401, "not_signed_in".to_owned()));
}

#[tokio::test]
async fn a_company_of_others_does_not_exist() {
    let platform = platform().await;
    let (_, id) = applied(&platform).await;
    let mut rival = platform.signed_in(Site::Bidd, 77, "오대표").await;
    let account = json!({"merchantId": "TC0ONETIME", "merchantKey": "k"});
    let unknown = (404, "company_unknown".to_owned());
    assert_eq!(rival.get(&format!("/api/v1/companies/{id}")).await.problem(), unknown);
    let put = rival.json(Method::PUT, &format!("/api/v1/companies/{id}/merchant"), &account).await;
    assert_eq!(put.problem(), unknown);
    for nonsense in ["x", "00000000-0000-0000-0000-000000000000"] {
        assert_eq!(rival.get(&format!("/api/v1/companies/{nonsense}")).await.problem(), unknown);
    }
    for (method, path) in [
        (Method::GET, "/api/v1/admin/companies".to_owned()),
        (Method::POST, format!("/api/v1/admin/companies/{id}/approve")),
        (Method::POST, format!("/api/v1/admin/companies/{id}/reject")),
    ] {
        let answer = rival.json(method, &path, &json!({"reason": "왜"})).await;
        assert_eq!(answer.problem(), (403, "not_admin".to_owned()), "{path}");
    }
    let mut admin = platform.signed_in(Site::Bidd, ADMIN, "이관리").await;
    let nobody = admin.post(&format!("/api/v1/admin/companies/{}/approve", Uuid::nil()), &Value::Null).await;
    assert_eq!(nobody.problem(), unknown);
}

#[tokio::test]
async fn the_list_goes_on_where_it_ended() {
    let platform = platform().await;
    let mut owner = platform.signed_in(Site::Bidd, OWNER, "김사장").await;
    // Nine digits and the one that checks them.
    let numbers = (100..110_u32).map(|n| {
        (0..10)
            .map(|last| format!("{n}456789{last}"))
            .find(|text| control_plane_core::business_number::BusinessNumber::parse(text).is_ok())
            .unwrap()
    });
    for (n, number) in numbers.enumerate() {
        let answer = owner.post("/api/v1/companies", &application(&format!("shop-{n}"), &number)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        platform.advance_seconds(1);
    }
    let eleventh = owner.post("/api/v1/companies", &application("eleventh", "123-45-67891")).await;
    assert_eq!(eleventh.problem(), (409, "too_many_companies".to_owned()));

    let mut admin = platform.signed_in(Site::Bidd, ADMIN, "이관리").await;
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = admin.get(&format!("/api/v1/admin/companies?limit=3{cursor}")).await.json();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 3);
        seen.extend(items.iter().map(|company| company["slug"].as_str().unwrap().to_owned()));
        let Some(next) = page["nextCursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    let expected: Vec<String> = (0..10).map(|n| format!("shop-{n}")).collect();
    assert_eq!(seen, expected);
    for (query, code) in [
        ("limit=0", "invalid_query"),
        ("limit=101", "invalid_query"),
        ("cursor=x", "invalid_cursor"),
        ("state=x", "invalid_query"),
    ] {
        let answer = admin.get(&format!("/api/v1/admin/companies?{query}")).await;
        assert_eq!(answer.problem(), (400, code.to_owned()), "{query}");
    }
}
