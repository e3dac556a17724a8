//! Changing the seal key while everything goes on: merchant keys and ledger credentials.

use control_plane::companies::{Provider, entity::merchant as merchant_rows, merchant};
use control_plane::ledger::{append, open};
use control_plane::seal::Sealer;
use control_plane::seal::rotate::{Rotated, rotate};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use secrecy::ExposeSecret as _;

use crate::support::{Owner, Platform, platform};

const OLD: [u8; 32] = [0xab; 32];
const NEW: [u8; 32] = [0xcd; 32];

/// As [`rotate`], and how many were sealed again, kept and left.
async fn rotated(platform: &Platform, sealer: &Sealer) -> (u64, u64, usize) {
    let Rotated { resealed, kept, unreadable } =
        rotate(&platform.state.db, sealer, &platform.state.entropy).await.unwrap();
    (resealed, kept, unreadable.len())
}

async fn merchant_key(platform: &Platform, sealer: &Sealer, owner: &Owner) -> Option<String> {
    let opened = merchant::open(platform.state.db.read(), sealer, owner.company).await;
    opened.ok().flatten().map(|account| account.merchant.key.expose_secret().to_owned())
}

/// A row as it was before, as if a rotation had been cut off before it.
async fn sealed_key(platform: &Platform, owner: &Owner) -> String {
    let row = merchant_rows::Entity::find_by_id((owner.company, Provider::KakaoPay));
    row.one(platform.state.db.read()).await.unwrap().unwrap().sealed_key
}

async fn put_sealed_key(platform: &Platform, owner: &Owner, sealed: &str) {
    merchant_rows::Entity::update_many()
        .col_expr(merchant_rows::Column::SealedKey, Expr::value(sealed))
        .filter(merchant_rows::Column::CompanyId.eq(owner.company))
        .filter(merchant_rows::Column::Provider.eq(Provider::KakaoPay))
        .exec(platform.state.db.write())
        .await
        .unwrap();
}

#[tokio::test]
async fn everything_is_sealed_again_and_the_old_key_can_go() {
    let platform = platform().await;
    let (one, other) = (platform.seller("hanbit").await, platform.seller("danbit").await);
    let (_, deal) = platform.deal(&one, 7_200).await;
    // One of them has been with Toss before.
    platform.choose(&one, Provider::Toss, "test_ck_one", "test_sk_one").await;
    platform.set_merchant_key(&one).await;
    let (only_old, only_new) = (Sealer::new(&OLD), Sealer::new(&NEW));
    let both = Sealer::new(&NEW).also_opening(&OLD);
    let before = sealed_key(&platform, &one).await;
    let token = platform.cluster.secret(&deal, "ledger-token");

    assert_eq!(rotated(&platform, &both).await, (4, 0, 0), "three merchant keys and one credential");
    assert_eq!(rotated(&platform, &both).await, (0, 4, 0), "nothing is left to do");
    assert_eq!(merchant_key(&platform, &only_new, &other).await.as_deref(), Some("DEV-company"));
    assert_eq!(merchant_key(&platform, &only_old, &other).await, None);
    let ledger = append::find(platform.state.db.read(), &deal).await.unwrap().unwrap();
    let opened = only_new.open_text(&open::seal_context(&deal), &ledger.sealed_token).unwrap();
    assert_eq!(opened.expose_secret(), token);

    let kept = merchant::open_at(platform.state.db.read(), &only_new, one.company, Provider::Toss).await;
    assert_eq!(kept.unwrap().unwrap().key.expose_secret(), "test_sk_one");

    // A rotation that was cut off goes on where it ended.
    put_sealed_key(&platform, &one, &before).await;
    assert_eq!(rotated(&platform, &both).await, (1, 3, 0));
    assert_eq!(merchant_key(&platform, &only_new, &one).await.as_deref(), Some("DEV-company"));
}

#[tokio::test]
async fn what_neither_key_opens_is_named_and_left_alone() {
    let platform = platform().await;
    let (one, other) = (platform.seller("hanbit").await, platform.seller("danbit").await);
    let foreign = Sealer::new(&[1; 32]).seal(
        &platform.state.entropy,
        &merchant::context(one.company, Provider::KakaoPay),
        b"DEV-company",
    );
    put_sealed_key(&platform, &one, &foreign).await;
    let both = Sealer::new(&NEW).also_opening(&OLD);
    let found = rotate(&platform.state.db, &both, &platform.state.entropy).await.unwrap();
    assert_eq!((found.resealed, found.kept), (1, 0));
    assert_eq!(found.unreadable.len(), 1);
    let said = found.unreadable[0].to_string();
    assert_eq!(said, format!("merchant:{} cannot be opened", one.company));
    assert_eq!(sealed_key(&platform, &one).await, foreign);
    assert!(merchant_key(&platform, &Sealer::new(&NEW), &other).await.is_some());
}
