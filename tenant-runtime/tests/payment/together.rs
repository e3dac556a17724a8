//! Holds that arrive together: one call for all of them, an answer for each, and the same answers as
//! if they had come one after the other.

use control_plane_core::ledger::Delivery;
use crds::Won;
use futures_util::future::join_all;
use tenant_runtime::orders::{self, Held, Wish};
use tenant_runtime::redis::StoreError;
use tenant_runtime_core::ids::{OrderId, ProductId};
use tenant_runtime_core::orders::Item;
use uuid::Uuid;

use crate::deal::{COFFEE, CUP, Deal, PRICE, Plan};
use crate::model::Dice;

#[derive(Clone)]
struct Asked {
    order: OrderId,
    shopper: Uuid,
    key: String,
    product: Uuid,
    quantity: u32,
}

fn asked(order: u128, shopper: Uuid, key: &str, quantity: u32) -> Asked {
    Asked { order: OrderId(Uuid::from_u128(order)), shopper, key: key.into(), product: COFFEE, quantity }
}

async fn hold(deal: &Deal, asked: &Asked) -> Result<Held, StoreError> {
    let item = Item {
        product: ProductId(asked.product),
        name: "예가체프 200g".into(),
        image_url: String::new(),
        quantity: asked.quantity,
        amount: Won(PRICE * i64::from(asked.quantity)),
    };
    let delivery = Delivery {
        recipient: "박지민".into(),
        phone: "+821012345678".into(),
        postcode: "04524".into(),
        line1: "서울 중구 세종대로 110".into(),
        line2: String::new(),
        note: String::new(),
    };
    let wish = Wish {
        order: asked.order,
        shopper: asked.shopper,
        item: &item,
        delivery: &delivery,
        per_shopper_max: 3,
        idempotency_key: &asked.key,
        fingerprint: orders::digest(format!("{}x{}", asked.quantity, asked.product).as_bytes()),
    };
    orders::hold(&deal.runtime, &wish).await
}

/// The test's one thread asks for all of them before the first call can begin.
async fn together(deal: &Deal, asked: &[Asked]) -> Vec<Result<Held, StoreError>> {
    join_all(asked.iter().map(|asked| hold(deal, asked))).await
}

/// An answer without its instants.
fn word(answer: &Result<Held, StoreError>) -> String {
    match answer {
        Ok(Held::New { .. }) => "new".into(),
        Ok(other) => format!("{other:?}"),
        Err(error) => format!("error: {error}"),
    }
}

async fn let_in(deal: &Deal, shoppers: usize) -> Vec<Uuid> {
    let shoppers: Vec<_> = (0..shoppers).map(|_| Uuid::new_v4()).collect();
    join_all(shoppers.iter().map(|shopper| deal.let_in(*shopper))).await;
    shoppers
}

#[tokio::test]
async fn a_call_that_wants_one_piece_too_many_refuses_the_last() {
    let deal = Deal::open(Plan { stock: 10, ..Plan::default() }).await;
    let shoppers = let_in(&deal, 11).await;
    let wishes: Vec<_> = (1..).zip(&shoppers).map(|(n, shopper)| asked(n, *shopper, "a", 1)).collect();
    // The first use of a script is refused and repeated with its text.
    hold(&deal, &asked(99, Uuid::new_v4(), "a", 1)).await.unwrap();
    let before = deal.script_calls().await;
    let answers = together(&deal, &wishes).await;
    assert_eq!(deal.script_calls().await - before, 1, "all in one call");
    let (last, first) = answers.split_last().unwrap();
    assert!(first.iter().all(|answer| word(answer) == "new"), "{answers:?}");
    assert_eq!(last.as_ref().unwrap(), &Held::Short { left: 0 });
    assert_eq!(deal.stock().await, (0, 10, 0));
    assert_eq!(deal.figures().await.open_holds, 10);
    for wish in &wishes[..10] {
        let order = orders::find(&deal.runtime, wish.order).await.unwrap().unwrap();
        assert_eq!(order.shopper.0, wish.shopper);
    }
    assert!(orders::find(&deal.runtime, wishes[10].order).await.unwrap().is_none());
}

#[tokio::test]
async fn pieces_for_some_are_not_lost_to_one_who_wants_more_than_there_are() {
    let deal = Deal::open(Plan { stock: 4, ..Plan::default() }).await;
    let shoppers = let_in(&deal, 3).await;
    let wishes =
        [asked(1, shoppers[0], "a", 2), asked(2, shoppers[1], "a", 3), asked(3, shoppers[2], "a", 2)];
    let answers: Vec<_> = together(&deal, &wishes).await.iter().map(word).collect();
    assert_eq!(answers, ["new", "Short { left: 2 }", "new"]);
    assert_eq!(deal.stock().await, (0, 4, 0));
}

#[tokio::test]
async fn a_shopper_twice_in_one_call_is_still_one_shopper() {
    let deal = Deal::open(Plan::default()).await;
    let shoppers = let_in(&deal, 2).await;
    let wishes = [
        asked(1, shoppers[0], "a", 2),
        asked(2, shoppers[0], "a", 2),
        asked(3, shoppers[0], "a", 1),
        asked(4, shoppers[0], "b", 2),
        asked(5, shoppers[1], "a", 3),
        asked(6, shoppers[0], "b", 1),
    ];
    let answers: Vec<_> = together(&deal, &wishes).await.iter().map(word).collect();
    let first = format!("Repeated({:?})", wishes[0].order);
    // The refused key `b` was not used up: the same key may ask for less.
    assert_eq!(answers, ["new", &first, "KeyReused", "LimitReached", "new", "new"]);
    assert_eq!(deal.stock().await, (4, 6, 0));
    // Everything once more, with orders of other names: nothing moves.
    let again: Vec<_> =
        wishes.iter().map(|wish| Asked { order: OrderId(Uuid::new_v4()), ..wish.clone() }).collect();
    let answers: Vec<_> = together(&deal, &again).await.iter().map(word).collect();
    let [fifth, sixth] = [4, 5].map(|n: usize| format!("Repeated({:?})", wishes[n].order));
    assert_eq!(answers, [first.as_str(), &first, "KeyReused", "KeyReused", &fifth, &sixth]);
    assert_eq!(deal.stock().await, (4, 6, 0));
    assert_eq!(deal.figures().await.open_holds, 3);
}

#[tokio::test]
async fn one_that_cannot_be_kept_spoils_no_other() {
    let deal = Deal::open(Plan::default()).await;
    let shoppers = let_in(&deal, 4).await;
    let unknown = Asked { product: Uuid::new_v4(), ..asked(3, shoppers[2], "a", 1) };
    let wishes = [
        asked(1, shoppers[0], "a", 1),
        asked(2, shoppers[1], "a", 1),
        unknown,
        asked(4, Uuid::new_v4(), "a", 1),
        asked(5, shoppers[3], "a", 1),
        Asked { product: CUP, ..asked(6, shoppers[2], "a", 1) },
    ];
    // What no version of this program writes: a shopper's list, and the numbers of a stock.
    break_purchases(&deal, shoppers[1]).await;
    let cups = deal.runtime.keys.stock(CUP);
    let _: i64 = deal.read(&["HSET", &cups, "left", "many"]).await;
    let answers = together(&deal, &wishes).await;
    let words: Vec<_> = answers.iter().map(word).collect();
    assert_eq!([&words[0], &words[2], &words[3], &words[4]], ["new", "ProductUnknown", "Outside", "new"]);
    assert!(failed_at(&answers[1], "no list of purchases"), "{:?}", answers[1]);
    assert!(failed_at(&answers[5], "no numbers"), "{:?}", answers[5]);
    assert_eq!(deal.stock().await, (8, 2, 0));
    assert_eq!(deal.figures().await.open_holds, 2);
    // And where a stock is no table of numbers at all.
    let _: String = deal.read(&["SET", &cups, "nonsense"]).await;
    let again = [Asked { product: CUP, ..asked(7, shoppers[2], "b", 1) }, asked(8, shoppers[3], "b", 1)];
    let answers = together(&deal, &again).await;
    assert!(failed_at(&answers[0], "WRONGTYPE"), "{:?}", answers[0]);
    assert_eq!(word(&answers[1]), "new");
}

/// Cuts a shopper's list in the middle of an entry, where the product is still to be read.
async fn break_purchases(deal: &Deal, shopper: Uuid) {
    let mut entry = [7; 64];
    entry[48..].copy_from_slice(COFFEE.as_bytes());
    let mut cut = redis::cmd("HSET");
    cut.arg(deal.runtime.keys.buyers()).arg(shopper.as_bytes().as_slice()).arg(entry.as_slice());
    deal.runtime.store.read::<i64>(&cut).await.unwrap();
}

fn failed_at(answer: &Result<Held, StoreError>, why: &str) -> bool {
    matches!(answer, Err(StoreError::Unexpected { step: "hold", what }) if what.contains(why))
}

#[tokio::test]
async fn a_crowd_takes_few_calls_and_each_gets_an_answer_of_its_own() {
    const CROWD: usize = 600;
    let deal = Deal::open(Plan { stock: 599, ..Plan::default() }).await;
    let shoppers = let_in(&deal, CROWD).await;
    let wishes: Vec<_> = (1..).zip(&shoppers).map(|(n, shopper)| asked(n, *shopper, "a", 1)).collect();
    let before = deal.script_calls().await;
    let answers = together(&deal, &wishes).await;
    let calls = deal.script_calls().await - before;
    assert!(calls <= 10, "{calls} calls for {CROWD}");
    let kept = answers.iter().filter(|answer| word(answer) == "new").count();
    assert_eq!((kept, deal.stock().await), (599, (0, 599, 0)));
    assert_eq!(answers.last().unwrap().as_ref().unwrap(), &Held::Short { left: 0 });
}

/// The same wishes, once one after the other and once in batches, come to the same.
#[tokio::test]
async fn together_is_as_one_after_the_other() {
    const SEED: u64 = 20_261_126;
    let mut dice = Dice(SEED);
    let plan = || Plan { stock: 30, ..Plan::default() };
    let (alone, batched) = tokio::join!(Deal::open(plan()), Deal::open(plan()));
    let shoppers = let_in(&alone, 20).await;
    join_all(shoppers.iter().map(|shopper| batched.let_in(*shopper))).await;
    let outsider = Uuid::new_v4();
    let mut number = 0;
    while number < 600 {
        let size = 1 + dice.roll(40);
        let mut wishes = Vec::new();
        for _ in 0..size {
            number += 1;
            let shopper = shoppers.get(dice.roll(21)).copied().unwrap_or(outsider);
            let key = format!("key-{}", dice.roll(6));
            let quantity = 1 + u32::try_from(dice.roll(3)).unwrap();
            let product = if dice.roll(3) == 0 { CUP } else { COFFEE };
            wishes.push(Asked { product, ..asked(number, shopper, &key, quantity) });
        }
        let mut one_by_one = Vec::new();
        for wish in &wishes {
            one_by_one.push(word(&hold(&alone, wish).await));
        }
        let at_once: Vec<_> = together(&batched, &wishes).await.iter().map(word).collect();
        assert_eq!(at_once, one_by_one, "up to order {number}, seed {SEED}");
        assert_eq!(batched.stock().await, alone.stock().await, "up to order {number}, seed {SEED}");
    }
    assert_eq!(batched.figures().await, alone.figures().await);
    assert!(alone.stock().await.0 < 3, "the crowd came to the end of the stock");
}
