//! The settlement as a spreadsheet and as a document: the same figures as on the page, in Korean time,
//! harmless whatever somebody called a product, and only for the company that sold.

use axum::http::{HeaderMap, StatusCode};
use control_plane_core::ledger::{Entry, Head, OrderEvent};
use crds::{PaymentProvider, Phase, Settlement, TimeDealStatus, Won};
use jiff::SignedDuration;
use uuid::Uuid;

use crate::ledger::{Runtime, paid, refunded};
use crate::support::{Owner, Person, Platform, platform};

#[derive(Clone)]
struct Settled {
    owner: Owner,
    rental: String,
    deal: String,
    digest: String,
}

/// Three products, sold within two hours, one of them given back in the second.
async fn settled(platform: &Platform, agrees: bool) -> Settled {
    let owner = platform.seller("hanbit").await;
    let shopper = platform.shopper("박지민").await;
    let (rental, deal) = platform.deal(&owner, 7_200).await;
    let mut runtime = Runtime::of(platform, &deal);
    let hour = |hours| platform.now() + SignedDuration::from_hours(hours);
    for (order, product, name, amount, hours) in [
        (1, 1, "예가체프 200g", 25_800, 2),
        (2, 2, "=HYPERLINK(\"http://x\",\"y\")", 1_234_567, 2),
        (3, 3, "<script>alert(1)</script>, 머그컵", 9_900, 3),
    ] {
        let OrderEvent::Paid { shopper, method, delivery, payment_ref, .. } =
            paid(order, &shopper, hour(hours), amount)
        else {
            unreachable!("it is a payment")
        };
        runtime.push(&OrderEvent::Paid {
            order: Uuid::from_u128(order),
            at: hour(hours),
            shopper,
            product: Uuid::from_u128(product),
            product_name: name.to_owned(),
            quantity: 2,
            amount: Won(amount),
            payment_ref,
            provider: PaymentProvider::KakaoPay,
            method,
            delivery,
        });
    }
    runtime.push(&refunded(1, hour(3), 25_800));
    assert_eq!(runtime.send(platform, 0..4).await.0, StatusCode::OK);
    let head = runtime.head();
    let (gross, refunds) = (Won(if agrees { 1_270_267 } else { 1 }), Won(25_800));
    let settlement = Settlement {
        events: head.count,
        digest: head.digest.clone(),
        gross,
        refunds,
        net: Won(gross.0 - refunds.0),
    };
    let status = TimeDealStatus {
        phase: Phase::TearingDown,
        settlement: Some(settlement),
        ..TimeDealStatus::default()
    };
    platform.cluster.set_status(&deal, status);
    platform.work().await;
    Settled { owner, rental, deal, digest: head.digest }
}

async fn download(
    platform: &Platform,
    person: Option<&Person>,
    settled: &Settled,
    ending: &str,
) -> (StatusCode, HeaderMap, String) {
    let Settled { owner, rental, .. } = settled;
    let path = format!("/companies/{}/rentals/{rental}/settlement{ending}", owner.company);
    platform.download(person, &path).await
}

#[tokio::test]
async fn the_spreadsheet_says_what_the_page_says() {
    let platform = platform().await;
    let settled = settled(&platform, true).await;
    let (status, headers, text) = download(&platform, Some(&settled.owner.person), &settled, ".csv").await;
    assert_eq!(status, StatusCode::OK, "{text}");
    assert_eq!(headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(headers["cache-control"], "no-store");
    let deal = &settled.deal;
    let name = format!(
        "attachment; filename=\"settlement-{deal}.csv\"; filename*=UTF-8''%EC%A0%95%EC%82%B0-{deal}.csv"
    );
    assert_eq!(headers["content-disposition"], name.as_str());

    let lines: Vec<_> = text.strip_prefix('\u{feff}').expect("the byte-order mark").split("\r\n").collect();
    assert_eq!(lines[0], "구분,항목,수량,주문,결제(원),환불(원),매출(원)");
    assert_eq!(lines[1], "상품별,예가체프 200g,2,,25800,25800,0");
    let formula = "상품별,\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",2,,1234567,0,1234567";
    assert_eq!(lines[2], formula);
    assert_eq!(lines[3], "상품별,\"<script>alert(1)</script>, 머그컵\",2,,9900,0,9900");
    let hours: Vec<_> = lines[4..6].iter().map(|line| line.split_once(",,").unwrap().1).collect();
    assert_eq!(hours, ["2,1260367,0,1260367", "1,9900,25800,-15900"]);
    assert!(lines[4].starts_with("시간별,2026-") && lines[4].contains(":00,"), "{}", lines[4]);
    assert_eq!(lines[6], "합계,전체,6,3,1270267,25800,1244467");
    let digest = format!("장부 확인값,{}", settled.digest);
    for line in ["", "가게,hanbit 상점", "사업자등록번호,123-45-67891", "대여료(원),30000", &digest]
    {
        assert!(lines[7..].contains(&line), "{line} is not in {text}");
    }
}

#[tokio::test]
async fn the_document_says_what_the_page_says_and_does_nothing() {
    let platform = platform().await;
    let settled = settled(&platform, true).await;
    let (status, headers, text) = download(&platform, Some(&settled.owner.person), &settled, ".html").await;
    assert_eq!(status, StatusCode::OK, "{text}");
    assert_eq!(headers["content-type"], "text/html; charset=utf-8");
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'unsafe-inline';"), "{policy}");
    for words in [
        "1,244,467원",
        "일금 일백이십사만사천사백육십칠원정",
        "1,270,267원",
        "−25,800원",
        "hanbit 상점",
        "123-45-67891",
        "제2026-서울중구-0001호",
        "30,000원",
        &settled.deal,
        &settled.digest,
        "&#60;script&#62;alert(1)&#60;/script&#62;, 머그컵",
        "서로 맞아요",
    ] {
        assert!(text.contains(words), "{words} is not in {text}");
    }
    assert!(!text.contains("<script") && !text.contains("확정된 문서가 아니에요"));
}

#[tokio::test]
async fn a_document_that_does_not_agree_says_so_in_large_letters() {
    let platform = platform().await;
    let settled = settled(&platform, false).await;
    let (_, _, document) = download(&platform, Some(&settled.owner.person), &settled, ".html").await;
    assert!(document.contains("확정된 문서가 아니에요"));
    let (_, _, sheet) = download(&platform, Some(&settled.owner.person), &settled, ".csv").await;
    assert!(sheet.contains("판매 기록과 장부,확인 중\r\n"));
}

#[tokio::test]
async fn the_events_are_those_of_the_chain() {
    let platform = platform().await;
    let settled = settled(&platform, true).await;
    let (status, headers, text) = download(&platform, Some(&settled.owner.person), &settled, ".jsonl").await;
    assert_eq!(status, StatusCode::OK, "{text}");
    assert_eq!(headers["content-type"], "application/jsonl; charset=utf-8");
    let head = (1..).zip(text.lines()).fold(Head::genesis(&settled.deal), |head, (sequence, event)| {
        head.push(&Entry { sequence, event: event.to_owned() }).unwrap()
    });
    assert_eq!(head, Head { count: 4, digest: settled.digest });
    assert!(text.ends_with("}\n"));
}

#[tokio::test]
async fn others_and_the_unsettled_have_neither() {
    let platform = platform().await;
    let settled = settled(&platform, true).await;
    let other = platform.seller("other").await;
    let (rental, _) = platform.deal(&other, 14_400).await;
    let unsettled = Settled { owner: other.clone(), rental, ..settled.clone() };
    // Another company's rental under one's own address.
    let borrowed = Settled { owner: other.clone(), ..settled.clone() };
    for ending in ["", ".csv", ".html", ".jsonl"] {
        for (what, code) in
            [(&settled, "company_unknown"), (&borrowed, "rental_unknown"), (&unsettled, "not_settled")]
        {
            let (status, headers, text) = download(&platform, Some(&other.person), what, ending).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{ending}: {text}");
            assert_eq!(headers["content-type"], "application/problem+json");
            assert!(text.contains(code), "{ending}: {text}");
        }
        let (status, _, text) = download(&platform, None, &settled, ending).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{ending}: {text}");
    }
}
