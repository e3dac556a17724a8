//! What `bidd draw verify` accepts, and what it finds.

use e2e_platform::draw::{DrawError, Published, check};
use serde_json::{Value, json};
use tenant_runtime_core::draw;

const SECRET: [u8; 32] = [9; 32];
const ENTRANTS: u64 = 12;

/// The part of a deal's status that tells of a fair draw.
fn status() -> Value {
    json!({
        "deal": "shop-1",
        "commitment": draw::commitment(&SECRET),
        "phase": "open",
        "drawn": {
            "entrants": ENTRANTS,
            "seed": hex::encode(draw::seed(&SECRET, ENTRANTS, "acc")),
            "secret": hex::encode(SECRET),
            "accumulator": "acc",
        },
    })
}

fn published(status: Value) -> Published {
    serde_json::from_value(status).unwrap()
}

/// What is said of a status in which the value at `pointer` is another.
fn changed(pointer: &str, value: Value) -> DrawError {
    let mut status = status();
    *status.pointer_mut(pointer).unwrap() = value;
    check(published(status), None, &[1]).unwrap_err()
}

#[test]
fn a_fair_draw_gives_everyone_another_number() {
    let all: Vec<u64> = (1..=ENTRANTS).collect();
    let noted = draw::commitment(&SECRET);
    let verified = check(published(status()), Some(&noted), &all).unwrap();
    let mut numbers: Vec<u64> = verified.numbers.iter().map(|(_, number)| *number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, all);
    assert!(verified.to_string().contains("entrant     12 drew number"), "{verified}");
}

#[test]
fn whatever_was_changed_is_found() {
    let other = hex::encode([8; 32]);
    assert!(matches!(changed("/drawn/secret", json!(other)), DrawError::OtherSecret { .. }));
    assert!(matches!(changed("/commitment", json!(other)), DrawError::OtherSecret { .. }));
    assert!(matches!(changed("/drawn/entrants", json!(13)), DrawError::OtherSeed { .. }));
    assert!(matches!(changed("/drawn/accumulator", json!("acx")), DrawError::OtherSeed { .. }));
    assert!(matches!(changed("/drawn/seed", json!(other)), DrawError::OtherSeed { .. }));
    assert!(matches!(changed("/drawn/secret", json!("abc")), DrawError::Malformed { .. }));
    assert!(matches!(changed("/drawn", Value::Null), DrawError::NotDrawn { .. }));
}

#[test]
fn the_commitment_is_compared_with_the_one_noted_before() {
    let refused = check(published(status()), Some(&hex::encode([8; 32])), &[]);
    assert!(matches!(refused, Err(DrawError::OtherCommitment { .. })));
}

#[test]
fn who_was_not_there_drew_nothing() {
    for entrant in [0, ENTRANTS + 1] {
        let refused = check(published(status()), None, &[entrant]);
        assert_eq!(refused, Err(DrawError::NoSuchEntrant { entrant, entrants: ENTRANTS }));
    }
}
