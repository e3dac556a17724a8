//! The shop, the order and its payment for a browser without JavaScript: by pages and forms alone.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use crds::PaymentProvider;
use tenant_runtime::queue::apply_settings;
use uuid::Uuid;

use crate::bank::Fault;
use crate::deal::{Answer, COFFEE, CUP, Deal, Plan, Shoppers};

const SHOP: &str = "/shop/plain";
const HOLDS: &str = "/shop/plain/holds";
const ORDERS: &str = "/shop/plain/orders";
const UNKNOWN: &str = "7a0a7e6e-2f5f-4f7e-9c0b-0d7e5d0d3f10";

/// What a shopper types, with one field as the test wants it.
fn filled<'a>(key: &'a str, product: &'a str, change: (&'a str, &'a str)) -> Vec<(&'a str, &'a str)> {
    let fields = [
        ("key", key),
        ("product", product),
        ("quantity", "2"),
        ("recipient", "박지민"),
        ("phone", "010-1234-5678"),
        ("postcode", "04524"),
        ("line1", "서울 중구 세종대로 110"),
        ("line2", "3층"),
        ("note", "문 앞에 놓아 주세요"),
    ];
    let changed = |(name, value)| if name == change.0 { change } else { (name, value) };
    fields.into_iter().map(changed).collect()
}

const AS_IT_IS: (&str, &str) = ("", "");

/// Somebody inside who is signed in: what the browser keeps.
async fn inside(deal: &Shoppers) -> String {
    let shopper = Uuid::new_v4();
    format!("{}; {}", deal.let_in(shopper).await, deal.signed_in(shopper))
}

async fn page(deal: &Shoppers, path: &str, cookie: &str) -> String {
    let answer = deal.get(path, cookie).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
    answer.text
}

/// The attempt that a form stands for.
#[track_caller]
fn key_of(page: &str) -> String {
    let (_, rest) = page.split_once(r#"name="key" value=""#).unwrap_or_else(|| panic!("no form: {page}"));
    rest.split_once('"').unwrap().0.to_owned()
}

#[track_caller]
fn sends_to(answer: &Answer, path: &str) {
    assert_eq!((answer.status, answer.location.as_str()), (StatusCode::SEE_OTHER, path), "{}", answer.text);
}

#[track_caller]
fn says(page: &str, words: &[&str]) {
    for words in words {
        assert!(page.contains(words), "{words} is missing in {page}");
    }
}

/// An order by form, and the path of its page.
async fn ordered(deal: &Shoppers, cookie: &str) -> (String, String) {
    let key = key_of(&page(deal, SHOP, cookie).await);
    let coffee = COFFEE.to_string();
    let kept = deal.submit(HOLDS, cookie, &filled(&key, &coffee, AS_IT_IS)).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text);
    let order = kept.location.strip_prefix("/shop/plain/orders/").unwrap().to_owned();
    (order, kept.location)
}

#[tokio::test]
async fn a_shopper_orders_pays_and_gets_the_money_back_by_forms() {
    let deal = Deal::open(Plan::default()).await;
    let cookie = inside(&deal).await;
    let shop = page(&deal, SHOP, &cookie).await;
    says(
        &shop,
        &["예가체프 200g", "12,900원", "50%", "25,800원", "10개 남음", "한 사람에 3개까지", "주문하기"],
    );

    let (order, at) = ordered(&deal, &cookie).await;
    assert_eq!(deal.stock().await, (8, 2, 0));
    let held = page(&deal, &at, &cookie).await;
    let comes_again = format!(r#"<meta http-equiv="refresh" content="15;url={at}">"#);
    says(
        &held,
        &["결제만 하면 돼요", "남음", "카카오페이로 25,800원 결제하기", "주문 취소하기", &comes_again],
    );
    says(&held, &["박지민 · 010-1234-5678", "(04524) 서울 중구 세종대로 110 3층", "문 앞에 놓아 주세요"]);
    says(&page(&deal, SHOP, &cookie).await, &["이어서 결제하기", "지금은 1개까지 주문할 수 있어요"]);

    let gateway = format!("/payment/plain/orders/{order}/gateway");
    sends_to(&deal.get(&gateway, &cookie).await, &at);
    sends_to(&deal.submit(&format!("/payment/plain/orders/{order}/ready"), &cookie, &[]).await, &gateway);
    for (agent, device) in [("Mozilla/5.0 (Linux; Android 15; Pixel 9) Mobile", "mobile"), ("Firefox", "pc")]
    {
        let request = Request::get(&gateway).header("cookie", &cookie).header("user-agent", agent);
        let leaving = deal.call(request.body(Body::empty()).unwrap()).await;
        says(&leaving.text, &[r#"content="0;url=http://bank/T"#, r#"href="http://bank/T"#]);
        assert_eq!(leaving.text.matches(&format!("/{device}\"")).count(), 2, "{}", leaving.text);
    }

    let token = deal.bank.agree(&order);
    let back = deal.approve(&order, &token).await;
    assert_eq!(back.location, format!("/orders/{order}"), "as for everyone: the app's page leads on");
    let paid = page(&deal, &at, &cookie).await;
    says(&paid, &["결제가 끝났어요", "결제한 때", "25,800원 환불하기"]);
    assert!(!paid.contains("http-equiv"), "whoever types a reason is not interrupted: {paid}");
    sends_to(&deal.get(&gateway, &cookie).await, &at);

    let refund = format!("/payment/plain/orders/{order}/refund");
    sends_to(&deal.submit(&refund, &cookie, &[("reason", "마음이 바뀌었어요")]).await, &at);
    says(&page(&deal, &at, &cookie).await, &["환불이 끝났어요", "환불한 때"]);
    sends_to(&deal.submit(&refund, &cookie, &[("reason", "한 번 더")]).await, &at);
    assert_eq!(deal.bank.calls("cancel"), 1);
    says(&page(&deal, ORDERS, &cookie).await, &["환불 완료", "예가체프 200g", &format!(r#"href="{at}""#)]);
    deal.export().await;
    assert_eq!(deal.ledger.entries().len(), 2, "in the books as any other");
}

#[tokio::test]
async fn a_form_that_is_sent_again_orders_once() {
    let deal = Deal::open(Plan::default()).await;
    let cookie = inside(&deal).await;
    let key = key_of(&page(&deal, SHOP, &cookie).await);
    let coffee = COFFEE.to_string();
    let form = filled(&key, &coffee, AS_IT_IS);
    let first = deal.submit(HOLDS, &cookie, &form).await;
    sends_to(&deal.submit(HOLDS, &cookie, &form).await, &first.location);
    assert_eq!(deal.stock().await, (8, 2, 0));

    // One goes back, types something else, and means another order.
    let other = filled(&key, &coffee, ("quantity", "1"));
    let refused = deal.submit(HOLDS, &cookie, &other).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    says(&refused.text, &["이 화면에서 이미 다른 내용으로 주문했어요", r#"value="서울 중구 세종대로 110""#]);
    let fresh = key_of(&refused.text);
    assert_ne!(fresh, key);
    let another = deal.submit(HOLDS, &cookie, &filled(&fresh, &coffee, ("quantity", "1"))).await;
    assert_ne!(another.location, first.location);
    assert_eq!(deal.stock().await, (7, 3, 0));

    // Giving up twice is giving up once.
    let abandon = format!("{}/abandon", first.location);
    for _ in 0..2 {
        sends_to(&deal.submit(&abandon, &cookie, &[]).await, &first.location);
    }
    assert_eq!(deal.stock().await, (9, 1, 0));
    says(&page(&deal, &first.location, &cookie).await, &["주문을 취소하고 재고를 돌려놓았어요"]);
}

#[tokio::test]
async fn what_is_wrong_stands_at_its_field_and_what_was_typed_is_kept() {
    let deal = Deal::open(Plan { stock: 2, per_shopper_max: 3, ..Plan::default() }).await;
    let cookie = inside(&deal).await;
    let (coffee, cup, nothing) = (COFFEE.to_string(), CUP.to_string(), Uuid::new_v4().to_string());
    let long = "가".repeat(101);
    for (change, status, words) in [
        (("phone", "1234"), 422, r#"<p class="error" id="phone-error">전화번호를 확인해 주세요."#),
        (("postcode", "123"), 422, r#"id="postcode-error">우편번호 다섯 자리를 입력해 주세요."#),
        (("recipient", "  "), 422, r#"id="recipient-error">입력해 주세요."#),
        (("line1", ""), 422, r#"id="line1-error">입력해 주세요."#),
        (("note", long.as_str()), 422, r#"id="note-error">100자까지 쓸 수 있어요."#),
        (("quantity", "0"), 422, r#"id="quantity-error">1개부터 주문할 수 있어요."#),
        (("quantity", "둘"), 422, r#"id="quantity-error">1개부터 주문할 수 있어요."#),
        (("quantity", "4"), 409, r#"id="quantity-error">한 사람이 살 수 있는 수량까지만 적어 주세요."#),
        (("quantity", "99999999999"), 409, r#"id="quantity-error">한 사람이 살 수 있는"#),
        (("quantity", "3"), 409, r#"id="quantity-error">2개 남았어요. 수량을 줄여 주세요."#),
        (("product", nothing.as_str()), 404, "이 타임딜에 없는 상품이에요."),
        (("product", "first"), 404, "이 타임딜에 없는 상품이에요."),
        (("key", ""), 400, "보낸 내용이 온전하지 않아요."),
        (("key", long.as_str()), 400, "보낸 내용이 온전하지 않아요."),
    ] {
        let refused = deal.submit(HOLDS, &cookie, &filled("mine", &coffee, change)).await;
        assert_eq!(refused.status.as_u16(), status, "{change:?}: {}", refused.text);
        says(&refused.text, &[words, r#"role="alert""#, r#"value="3층""#]);
        if status == 422 {
            assert_eq!(refused.text.matches("aria-invalid").count(), 1, "{change:?}");
            assert_eq!(refused.text.matches(" autofocus").count(), 1, "{change:?}");
        }
        assert_eq!(key_of(&refused.text) == "mine", change.0 != "key", "{change:?}: the attempt goes on");
    }
    let quote = r#""><script>alert(1)</script>"#;
    let refused = deal.submit(HOLDS, &cookie, &filled("mine", &cup, ("phone", quote))).await;
    assert!(!refused.text.contains("<script"), "{}", refused.text);
    says(&refused.text, &["&#34;&#62;&#60;script&#62;", &format!(r#"value="{cup}" checked"#)]);
    // Neither fields that came twice nor too large a form are read.
    for form in ["quantity=1&quantity=2".to_owned(), format!("note={}", "a".repeat(20_000))] {
        let request = Request::post(HOLDS)
            .header("cookie", &cookie)
            .header("origin", &deal.runtime.config.origin)
            .header("content-type", "application/x-www-form-urlencoded");
        let refused = deal.call(request.body(Body::from(form)).unwrap()).await;
        assert!(refused.status.is_client_error(), "{}", refused.text);
    }
    assert_eq!(deal.stock().await, (2, 0, 0));
}

#[tokio::test]
async fn nobody_sees_or_moves_what_is_anothers() {
    let deal = Deal::open(Plan::default()).await;
    let (order, owner) = deal.paid(1).await;
    let (held, _) = deal.held(1).await;
    let stranger = inside(&deal).await;
    let posts = |order: &str| {
        [
            format!("/shop/plain/orders/{order}/abandon"),
            format!("/payment/plain/orders/{order}/ready"),
            format!("/payment/plain/orders/{order}/refund"),
        ]
    };
    let gets = |order: &str| {
        [format!("/shop/plain/orders/{order}"), format!("/payment/plain/orders/{order}/gateway")]
    };
    let reason = [("reason", "내 돈")];
    for order in [order.as_str(), held.as_str(), UNKNOWN] {
        for path in posts(order) {
            let foreign = deal.submit(&path, &stranger, &reason).await;
            assert_eq!(foreign.status, StatusCode::NOT_FOUND, "{path}");
            says(&foreign.text, &["주문을 찾을 수 없어요"]);
            let nobody = deal.submit(&path, "", &reason).await;
            assert_eq!(nobody.status, StatusCode::UNAUTHORIZED, "{path}");
            says(&nobody.text, &["카카오로 로그인하기"]);
            let elsewhere =
                deal.submit_from("http://other.ddib.localhost:8080", &path, &owner, &reason).await;
            assert_eq!(
                (elsewhere.status, elsewhere.code()),
                (StatusCode::FORBIDDEN, "origin_refused"),
                "{path}"
            );
        }
        for path in gets(order) {
            assert_eq!(deal.get(&path, &stranger).await.status, StatusCode::NOT_FOUND, "{path}");
            let nobody = deal.get(&path, "").await;
            assert_eq!(nobody.status, StatusCode::UNAUTHORIZED, "{path}");
            let way = format!(
                "returnTo=http%3A%2F%2Fhanbit.ddib.localhost%3A8080%2Fshop%2Fplain%2Forders%2F{order}"
            );
            says(&nobody.text, &[&way]);
        }
    }
    assert_eq!((deal.state(&order).await.as_str(), deal.state(&held).await.as_str()), ("paid", "held"));
    assert!(
        !page(&deal, ORDERS, &stranger).await.contains("예가체프"),
        "of the stranger's own there is none"
    );
    assert_eq!(deal.get(ORDERS, "").await.status, StatusCode::UNAUTHORIZED);

    // Who is not inside is sent to the room, and orders nothing.
    let form = filled("k", UNKNOWN, AS_IT_IS);
    for (cookie, status) in [("", 401), ("pass=forged", 403), (owner.as_str(), 401)] {
        sends_to(&deal.get(SHOP, cookie).await, "/queue/plain");
        let refused = deal.submit(HOLDS, cookie, &form).await;
        assert_eq!(refused.status.as_u16(), status, "{cookie}");
        says(&refused.text, &[r#"href="/queue/plain""#]);
    }
    let elsewhere = deal.submit_from("http://other.ddib.localhost:8080", HOLDS, &stranger, &form).await;
    assert_eq!(elsewhere.code(), "origin_refused");
    assert_eq!(deal.stock().await, (8, 1, 1));
}

#[tokio::test]
async fn a_hold_that_is_over_is_not_paid() {
    let deal = Deal::open(Plan { hold_seconds: 30, ..Plan::default() }).await;
    let cookie = inside(&deal).await;
    let (order, at) = ordered(&deal, &cookie).await;
    let ready = format!("/payment/plain/orders/{order}/ready");
    deal.wait(31).await;
    let over = page(&deal, &at, &cookie).await;
    says(&over, &["맡아 둔 시간이 지났어요", r#"<meta http-equiv="refresh" content="3;"#]);
    assert!(!over.contains("결제하기") && !over.contains("<form"), "{over}");
    let late = deal.submit(&ready, &cookie, &[]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    says(&late.text, &["상품을 맡아 둔 시간이 지났어요. 다시 주문해 주세요."]);
    assert_eq!(deal.bank.calls("ready"), 0);
    deal.recover().await;
    says(
        &page(&deal, &at, &cookie).await,
        &["주문이 취소됐어요", "맡아 둔 시간이 지났어요. 빠져나간 돈은 없어요."],
    );
    let gone = deal.submit(&ready, &cookie, &[]).await;
    assert_eq!(gone.status, StatusCode::CONFLICT);
    assert_eq!(deal.stock().await, (10, 0, 0));
}

#[tokio::test]
async fn the_way_back_from_the_gateway_is_told_in_words() {
    let deal = Deal::open(Plan::default()).await;
    let (order, cookie) = deal.ready(1).await;
    let at = format!("/shop/plain/orders/{order}");
    for (result, words) in [
        ("cancelled", "결제가 취소됐어요. 재고는"),
        ("failed", "결제가 끝나지 않았어요. 빠져나간 돈은 없으니 다시 결제해 주세요."),
        ("amount_differs", "결제하려던 금액이 주문 금액과 달라 결제를 멈췄어요."),
    ] {
        let shown = page(&deal, &format!("{at}?result={result}"), &cookie).await;
        says(&shown, &[words, &format!("url={at}?result={result}")]);
    }
    let odd = page(&deal, &format!("{at}?result=paid&x=%22%3E"), &cookie).await;
    says(&odd, &["결제만 하면 돼요", &format!(r#"content="15;url={at}">"#)]);

    // The gateway was left alone for a moment: what was agreed to is brought back by a link.
    let token = deal.bank.agree(&order);
    let busy = page(&deal, &format!("{at}?result=busy&pg_token={token}"), &cookie).await;
    let way = format!("/payment/orders/{order}/approve?result=busy&#38;pg_token={token}");
    says(&busy, &["잠시 뒤에 결제를 마쳐 주세요.", &format!(r#"href="{way}">결제 마치기"#)]);
    let back = deal.get(&way.replace("&#38;", "&"), "").await;
    assert_eq!(back.location, format!("/orders/{order}"));
    assert_eq!(deal.state(&order).await, "paid");
    // What is over is over, whatever the address says.
    let paid = page(&deal, &format!("{at}?result=failed"), &cookie).await;
    assert!(paid.contains("결제가 끝났어요") && !paid.contains("결제가 끝나지 않았어요"), "{paid}");
}

#[tokio::test]
async fn a_payment_that_is_being_settled_is_waited_for() {
    let deal = Deal::open(Plan::default()).await;
    let (order, cookie) = deal.ready(1).await;
    let at = format!("/shop/plain/orders/{order}");
    let token = deal.bank.agree(&order);
    deal.bank.fail("approve", Fault::Error(-780));
    deal.approve(&order, &token).await;
    says(&page(&deal, &at, &cookie).await, &["결제를 확인하고 있어요", &format!(r#"content="3;url={at}">"#)]);
    deal.wait(21).await;
    deal.recover().await;
    says(&page(&deal, &at, &cookie).await, &["결제가 끝났어요"]);
    // And so is a refund.
    deal.bank.fail("cancel", Fault::DropRequest);
    deal.bank.fail("order", Fault::DropRequest);
    let refund = format!("/payment/plain/orders/{order}/refund");
    sends_to(&deal.submit(&refund, &cookie, &[("reason", "까닭")]).await, &at);
    says(&page(&deal, &at, &cookie).await, &["환불하고 있어요", &format!(r#"content="3;url={at}">"#)]);
}

#[tokio::test]
async fn a_press_that_comes_to_nothing_is_told_on_the_orders_page() {
    let deal = Deal::open(Plan::default()).await;
    let (order, cookie) = deal.held(1).await;
    let at = format!("/shop/plain/orders/{order}");
    let ready = format!("/payment/plain/orders/{order}/ready");
    for (fault, status, words) in [
        (Fault::DropReply, 503, "결제사가 응답하지 않아요."),
        (Fault::Error(-731), 409, "결제사가 결제를 받아 주지 않았어요."),
    ] {
        deal.bank.fail("ready", fault);
        let refused = deal.submit(&ready, &cookie, &[]).await;
        assert_eq!(refused.status.as_u16(), status, "{fault:?}");
        // The page comes again as a page, not as the form.
        says(&refused.text, &[words, "결제하기", &format!("url={at}")]);
        assert_eq!(deal.state(&order).await, "held");
    }
    let refund = format!("/payment/plain/orders/{order}/refund");
    assert_eq!(deal.submit(&refund, &cookie, &[("reason", "까닭")]).await.status, StatusCode::CONFLICT);

    let (paid, cookie) = deal.paid(1).await;
    let refund = format!("/payment/plain/orders/{paid}/refund");
    for (reason, words) in
        [("  ", "환불하는 이유를 알려 주세요."), (&*"<b>".repeat(70), "200자까지 쓸 수 있어요.")]
    {
        let refused = deal.submit(&refund, &cookie, &[("reason", reason)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        says(&refused.text, &[words, r#"<details class="refund" open>"#, r#"aria-invalid="true""#]);
        assert!(!refused.text.contains("<b><b>"), "{}", refused.text);
    }
    let empty = deal.submit(&refund, &cookie, &[]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    deal.bank.fail("cancel", Fault::Error(-731));
    let refused = deal.submit(&refund, &cookie, &[("reason", "까닭")]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    says(&refused.text, &[r#"value="까닭""#, &format!(r#"href="/orders/{paid}">기본 화면으로 보기"#)]);
    // Next to the button that was pressed, and nowhere else.
    let (before, form) =
        refused.text.split_once(r#"<details class="refund" open>"#).expect("the form is open");
    assert!(
        form.contains("결제사가 환불을 받아 주지 않았어요.") && !before.contains("role=\"alert\""),
        "{before}"
    );
    let kept = deal.submit(&format!("/shop/plain/orders/{paid}/abandon"), &cookie, &[]).await;
    assert_eq!(kept.status, StatusCode::CONFLICT);
    assert_eq!(deal.state(&paid).await, "paid");
}

#[tokio::test]
async fn a_window_that_needs_a_script_is_not_promised() {
    let deal = Deal::open(Plan::at(PaymentProvider::Toss)).await;
    let cookie = inside(&deal).await;
    let (order, at) = ordered(&deal, &cookie).await;
    let held = page(&deal, &at, &cookie).await;
    says(
        &held,
        &["토스페이먼츠 결제창은 자바스크립트를 켜야 열려요.", &format!(r#"href="/orders/{order}""#)],
    );
    assert!(!held.contains("/payment/plain"), "{held}");
    for path in ["ready", "gateway"].map(|step| format!("/payment/plain/orders/{order}/{step}")) {
        let answer = if path.ends_with("ready") {
            deal.submit(&path, &cookie, &[]).await
        } else {
            deal.get(&path, &cookie).await
        };
        sends_to(&answer, &at);
    }
    assert_eq!(deal.state(&order).await, "held");
    sends_to(&deal.submit(&format!("{at}/abandon"), &cookie, &[]).await, &at);
    assert_eq!(deal.stock().await, (10, 0, 0));
}

#[tokio::test]
async fn words_of_others_are_words_and_nothing_else() {
    let deal = Deal::open(Plan::default()).await;
    let mut settings = deal.runtime.config.settings.clone();
    settings.generation = 2;
    settings.products[0].name = "<img src=x onerror=alert(1)>".to_owned();
    settings.products[0].image_url = r#"http://127.0.0.1/"><script>.webp"#.to_owned();
    apply_settings(&deal.runtime, &settings).await.unwrap();
    let cookie = inside(&deal).await;
    let key = key_of(&page(&deal, SHOP, &cookie).await);
    let coffee = COFFEE.to_string();
    let note = ("note", "</dd><script>alert(1)</script>");
    let kept = deal.submit(HOLDS, &cookie, &filled(&key, &coffee, note)).await;
    let order = kept.location.strip_prefix("/shop/plain/orders/").unwrap();
    sends_to(
        &deal.submit(&format!("/payment/plain/orders/{order}/ready"), &cookie, &[]).await,
        &format!("/payment/plain/orders/{order}/gateway"),
    );
    for path in [SHOP, ORDERS, &kept.location, &format!("/payment/plain/orders/{order}/gateway")] {
        let answer = deal.get(path, &cookie).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        for raw in ["<script", "<img src=x"] {
            assert!(!answer.text.contains(raw), "{path}: {}", answer.text);
        }
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'self'") && policy.contains("form-action 'self'"), "{policy}");
        assert_eq!(answer.headers["cache-control"], "no-store", "{path}");
    }
}

#[tokio::test]
async fn where_nothing_is_left_there_is_no_form_to_fill_in() {
    let deal = Deal::open(Plan { stock: 2, ..Plan::default() }).await;
    let cookie = inside(&deal).await;
    for product in [COFFEE, CUP] {
        let pass = deal.let_in(Uuid::new_v4()).await;
        assert_eq!(deal.hold(&pass, "a", product, 2).await.status, StatusCode::CREATED);
    }
    let shop = page(&deal, SHOP, &cookie).await;
    says(&shop, &["지금은 주문할 수 있는 수량이 없어요.", "지금은 남은 수량이 없어요"]);
    assert!(!shop.contains("주문하기</button>") && !shop.contains(r#"name="recipient""#), "{shop}");
    let coffee = COFFEE.to_string();
    let form = filled("k", &coffee, AS_IT_IS);
    let late = deal.submit(HOLDS, &cookie, &form).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    says(&late.text, &["준비한 수량이 모두 팔렸어요."]);

    // The sale has been closed meanwhile.
    let mut settings = deal.runtime.config.settings.clone();
    (settings.generation, settings.closed) = (2, true);
    apply_settings(&deal.runtime, &settings).await.unwrap();
    let closed = deal.submit(HOLDS, &cookie, &form).await;
    assert_eq!(closed.status, StatusCode::CONFLICT);
    says(&closed.text, &["타임딜이 끝났어요."]);
    assert_eq!(deal.stock().await, (0, 2, 0));
}
