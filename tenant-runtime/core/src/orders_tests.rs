//! The arrows and the recovery decision, as tables.

use uuid::Uuid;

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

fn announced() -> Announced {
    Announced {
        payment_ref: "T1".into(),
        pc: "http://k/pc".into(),
        mobile: "http://k/mobile".into(),
        app: "http://k/app".into(),
        expires_at: at(900),
    }
}

fn held() -> Order {
    Order {
        id: OrderId(Uuid::from_u128(1)),
        shopper: ShopperId(Uuid::from_u128(2)),
        item: Item {
            product: ProductId(Uuid::from_u128(3)),
            name: "커피".into(),
            image_url: String::new(),
            quantity: 2,
            amount: Won(25_800),
        },
        delivery: Delivery {
            recipient: "박지민".into(),
            phone: "+821012345678".into(),
            postcode: "04524".into(),
            line1: "세종대로 110".into(),
            line2: String::new(),
            note: String::new(),
        },
        created_at: at(0),
        held_until: at(960),
        state: State::Held,
    }
}

fn ready() -> Order {
    held().ready(announced(), at(1)).unwrap()
}

fn approving() -> Order {
    ready().approve("token".into(), at(100)).unwrap()
}

fn paid() -> Order {
    approving().paid("MONEY".into(), at(101)).unwrap()
}

fn refunding() -> Order {
    paid().refund("마음이 바뀌었어요".into(), at(200)).unwrap()
}

fn refunded() -> Order {
    refunding().refunded(at(201)).unwrap()
}

fn released() -> Order {
    ready().release(ReleaseReason::Expired, at(960)).unwrap()
}

fn every_state() -> [Order; 7] {
    [held(), ready(), approving(), paid(), refunding(), refunded(), released()]
}

/// Which arrows leave which state; an arrow that is not listed is refused.
#[test]
fn arrows() {
    type Arrow = fn(Order) -> Result<Order, Refused>;
    let arrows: [(&str, Arrow); 9] = [
        ("ready", |order| order.ready(announced(), at(1))),
        ("withdraw", Order::withdraw),
        ("approve", |order| order.approve("token".into(), at(2))),
        ("reopen", Order::reopen),
        ("paid", |order| order.paid("MONEY".into(), at(3))),
        ("release", |order| order.release(ReleaseReason::Abandoned, at(3))),
        ("refund", |order| order.refund("reason".into(), at(4))),
        ("refunded", |order| order.refunded(at(5))),
        ("keep", Order::keep),
    ];
    let allowed = [
        ("held", "ready", "ready"),
        ("held", "release", "released"),
        ("ready", "withdraw", "held"),
        ("ready", "approve", "approving"),
        ("ready", "paid", "paid"),
        ("ready", "release", "released"),
        ("approving", "reopen", "ready"),
        ("approving", "paid", "paid"),
        ("approving", "release", "released"),
        ("paid", "refund", "refunding"),
        ("refunding", "refunded", "refunded"),
        ("refunding", "keep", "paid"),
    ];
    for order in every_state() {
        for (name, arrow) in arrows {
            let from = order.state.name();
            let found = arrow(order.clone());
            match allowed.iter().find(|(state, by, _)| (*state, *by) == (from, name)) {
                Some((_, _, to)) => assert_eq!(found.unwrap().state.name(), *to, "{from} {name}"),
                None => assert_eq!(found.unwrap_err(), Refused::State(from), "{from} {name}"),
            }
        }
    }
}

#[test]
fn after_the_deadline_no_payment_can_begin() {
    assert!(held().ready(announced(), at(959)).is_ok());
    assert_eq!(held().ready(announced(), at(960)), Err(Refused::TooLate));
    assert!(ready().approve("token".into(), at(959)).is_ok());
    assert_eq!(ready().approve("token".into(), at(960)), Err(Refused::TooLate));
}

#[test]
fn the_events_of_an_order_carry_what_the_books_need() {
    let Some(OrderEvent::Paid { amount, payment_ref, provider, method, at: when, .. }) =
        paid().event(PaymentProvider::Toss)
    else {
        panic!("a paid order has an event")
    };
    assert_eq!((amount, payment_ref.as_str(), method.as_str()), (Won(25_800), "T1", "MONEY"));
    assert_eq!((when, provider), (at(101), PaymentProvider::Toss));
    assert!(matches!(
        refunded().event(PaymentProvider::Toss),
        Some(OrderEvent::Refunded { amount: Won(25_800), .. })
    ));
    for order in [held(), ready(), approving(), refunding(), released()] {
        assert_eq!(order.event(PaymentProvider::Toss), None);
    }
}

#[test]
fn recovery_decides_by_state_sighting_and_time() {
    use Decision::{Confirm, Settled, Wait};
    use Sighting::{Cancelled, Failed, Foreign, InProgress, Missing, Unreachable};
    let money = Sighting::Paid { method: "CARD".into() };
    let part = Sighting::PartCancelled { cancellable: Won(800) };
    let commit = Decision::Commit { method: "CARD".into() };
    let expired = Decision::Release(ReleaseReason::Expired);
    let differed = Decision::Release(ReleaseReason::AmountDiffered);
    let other = Sighting::OtherAmount(Misfit::Open);
    let taken = Sighting::OtherAmount(Misfit::Taken { cancellable: Won(100) });
    let returned = Sighting::OtherAmount(Misfit::Returned);
    let hundred = Decision::CancelAtGateway { cancellable: Won(100) };
    let failed = Decision::Release(ReleaseReason::PaymentFailed);
    let rest = Decision::CancelAtGateway { cancellable: Won(800) };
    let whole = Decision::CancelAtGateway { cancellable: Won(25_800) };

    let table: Vec<(Order, i64, &Sighting, &Decision)> = vec![
        // Held: there is no payment, the deadline alone decides.
        (held(), 959, &Unreachable, &Wait),
        (held(), 960, &Unreachable, &expired),
        // Ready: nobody has asked for money.
        (ready(), 959, &InProgress, &Wait),
        (ready(), 959, &money, &Wait),
        (ready(), 960, &InProgress, &expired),
        (ready(), 960, &Failed, &expired),
        (ready(), 960, &Cancelled, &expired),
        (ready(), 960, &Missing, &expired),
        (ready(), 960, &money, &commit),
        (ready(), 960, &part, &rest),
        (ready(), 960, &Unreachable, &Wait),
        (ready(), 1_019, &Foreign, &Wait),
        (ready(), 1_020, &Unreachable, &expired),
        (ready(), 959, &taken, &Wait),
        (ready(), 960, &other, &expired),
        (ready(), 960, &taken, &hundred),
        (ready(), 960, &returned, &differed),
        // Approving: an approval may be on its way; only a final answer releases.
        (approving(), 101, &money, &commit),
        (approving(), 119, &InProgress, &Wait),
        (approving(), 120, &InProgress, &Confirm),
        (approving(), 5_000, &InProgress, &Confirm),
        (approving(), 101, &Failed, &failed),
        (approving(), 101, &Cancelled, &failed),
        (approving(), 101, &part, &rest),
        (approving(), 959, &Missing, &Wait),
        (approving(), 960, &Missing, &failed),
        (approving(), 9_000, &Unreachable, &Wait),
        (approving(), 119, &Foreign, &Wait),
        (approving(), 120, &Foreign, &Decision::Reopen),
        // Another amount: never committed, and nothing is released before it has gone back.
        (approving(), 119, &other, &Wait),
        (approving(), 120, &other, &Decision::Reopen),
        (approving(), 101, &taken, &hundred),
        (approving(), 101, &returned, &differed),
        // Refunding: until the gateway says that the money is back.
        (refunding(), 300, &Cancelled, &Decision::CommitRefund),
        (refunding(), 300, &money, &whole),
        (refunding(), 300, &part, &rest),
        (refunding(), 9_000, &Unreachable, &Wait),
        (refunding(), 9_000, &Missing, &Wait),
        (refunding(), 9_000, &InProgress, &Wait),
        // Released: money that turns up later goes back.
        (released(), 2_000, &money, &whole),
        (released(), 2_000, &part, &rest),
        (released(), 2_000, &Cancelled, &Settled),
        (released(), 2_000, &Failed, &Settled),
        (released(), 2_000, &InProgress, &Wait),
        (released(), 2_000, &Unreachable, &Wait),
        (released(), 2_000, &taken, &hundred),
        (released(), 2_000, &returned, &Settled),
        (released(), 2_000, &other, &Wait),
        // Decided.
        (paid(), 2_000, &money, &Settled),
        (refunded(), 2_000, &Cancelled, &Settled),
    ];
    for (order, now, seen, expected) in table {
        let found = decide(&order, seen, at(now));
        assert_eq!(&found, expected, "{} at {now} seeing {seen:?}", order.state.name());
    }
}

#[test]
fn waits_grow_between_bounds() {
    for (waiting, expected) in [(-5, 2), (0, 2), (4, 2), (10, 5), (50, 25), (3_600, 30)] {
        let found = look_again_after(SignedDuration::from_secs(waiting));
        assert_eq!(found, SignedDuration::from_secs(expected), "{waiting}");
    }
}

#[test]
fn a_shopper_may_order_what_is_left_and_what_the_limit_still_allows() {
    use crate::stock::orderable;
    let product = held().item.product;
    let ready = || held().ready(announced(), at(1)).unwrap();
    let released = || held().release(ReleaseReason::Abandoned, at(2)).unwrap();
    let paid = || ready().paid("MONEY".into(), at(3)).unwrap();
    let refunded = || paid().refund("까닭".into(), at(4)).unwrap().refunded(at(5)).unwrap();
    for (orders, left, limit, most) in [
        (vec![], 10, 3, 3),
        (vec![], 2, 3, 2),
        (vec![], 0, 3, 0),
        (vec![held()], 10, 3, 1),
        (vec![ready(), paid()], 10, 3, 0),
        (vec![released(), refunded()], 10, 3, 3),
        (vec![held(), released(), paid()], 10, 5, 1),
    ] {
        assert_eq!(orderable(left, limit, product, &orders), most, "{orders:?}");
    }
    assert_eq!(orderable(10, 3, ProductId(Uuid::from_u128(9)), &[held()]), 3, "of another product");
}
