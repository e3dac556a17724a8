use proptest::prelude::*;

use super::*;

const RULE: ProofSettings = ProofSettings { base_bits: 8, max_bits: 12, expected_per_second: 10 };

fn key(deal: &str) -> ProofKey {
    ProofKey::new(&[7; 32], deal)
}

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(1_800_000_000_000 + ms).unwrap()
}

fn shopper(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

#[test]
fn only_the_right_answer_of_the_right_shopper_in_time_is_good() {
    let key_here = key("a");
    let (challenge, said) = key_here.challenge(shopper(1), 8, at(0));
    assert_eq!(said.expires_at, at(VALID_SECONDS * 1_000));
    let solution = solve(&challenge, 8, 0);
    let nonce = solution.as_str();
    let wrong = (0..).map(|n: u64| format!("{n:016x}")).find(|n| work(&challenge, n) < 8).unwrap();
    let (foreign, _) = key("b").challenge(shopper(1), 8, at(0));
    let solved_elsewhere = solve(&foreign, 8, 0);
    let mut forged = challenge.clone();
    forged.replace_range(20..24, "BBBB");
    let (last, late) = (at(VALID_SECONDS * 1_000 - 1), at(VALID_SECONDS * 1_000));
    let spelled = nonce.to_uppercase();
    // A digit behind or in front would be another way to write what was solved.
    let longer = format!("{nonce}0");
    for (challenge, nonce, by, bits_now, now, expected) in [
        (&challenge, nonce, 1, 8, at(0), Ok(())),
        (&challenge, nonce, 1, 8, last, Ok(())),
        (&challenge, nonce, 1, 0, at(0), Ok(())),
        (&challenge, nonce, 1, 8 + SLACK_BITS, at(0), Ok(())),
        (&challenge, nonce, 1, 9 + SLACK_BITS, at(0), Err(ProofError::Overtaken)),
        (&challenge, nonce, 1, 8, late, Err(ProofError::Expired)),
        (&challenge, nonce, 2, 8, at(0), Err(ProofError::OtherShopper)),
        (&challenge, wrong.as_str(), 1, 8, at(0), Err(ProofError::Unsolved)),
        (&challenge, "", 1, 8, at(0), Err(ProofError::Unsolved)),
        (&challenge, longer.as_str(), 1, 8, at(0), Err(ProofError::Unsolved)),
        (&forged, nonce, 1, 8, at(0), Err(ProofError::Challenge(SignedError::Forged))),
        (&foreign, solved_elsewhere.as_str(), 1, 8, at(0), Err(ProofError::Challenge(SignedError::Foreign))),
        (&String::new(), nonce, 1, 8, at(0), Err(ProofError::Challenge(SignedError::Malformed))),
        (&"A".repeat(10_000), nonce, 1, 8, at(0), Err(ProofError::Challenge(SignedError::Malformed))),
    ] {
        let found = key_here.check(challenge, nonce, shopper(by), bits_now, now);
        assert_eq!(found, expected, "{nonce} by {by} at {now}");
    }
    if spelled != nonce {
        let found = key_here.check(&challenge, &spelled, shopper(1), 8, at(0));
        assert_eq!(found, Err(ProofError::Unsolved));
    }
}

/// The solver in the browser is held against the same values: `web/src/apps/deal/proof`.
#[test]
fn what_a_nonce_is_worth_is_fixed() {
    let challenge =
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-P0BB";
    let found = [0, 4, 8, 12, 16].map(|bits| solve(challenge, bits, 0));
    assert_eq!(found, VECTORS.map(str::to_owned));
}

const VECTORS: [&str; 5] =
    ["0000000000000000", "0000000000000024", "0000000000000234", "0000000000000893", "000000000001a384"];

#[test]
fn the_bits_wanted_are_the_doublings_of_what_is_expected() {
    for (expected, arrivals, bits) in [
        (10, 0, 0),
        (10, 10, 0),
        (10, 11, 1),
        (10, 20, 1),
        (10, 21, 2),
        (10, 40, 2),
        (10, 41, 3),
        (0, 1, 0),
        (0, 2, 1),
        (1, u64::MAX, 64),
    ] {
        assert_eq!(wanted_bits(expected, arrivals), bits, "{arrivals} where {expected} are expected");
    }
}

/// So many come in each of the seconds; says how hard it was at the end of each.
fn course(rule: &ProofSettings, pressure: &mut Pressure, from: i64, arrivals: &[u64]) -> Vec<u32> {
    let seconds = arrivals.iter().zip(from..);
    let hard = seconds.map(|(arrivals, second)| {
        for _ in 0..*arrivals {
            pressure.arrive(rule, at(second * 1_000));
        }
        pressure.bits(rule, at((second + 1) * 1_000))
    });
    hard.collect()
}

#[test]
fn it_becomes_harder_in_a_burst_and_easier_after_it() {
    let mut pressure = Pressure::default();
    assert_eq!(course(&RULE, &mut pressure, 0, &[0, 5, 10]), [8, 8, 8]);
    assert_eq!(course(&RULE, &mut pressure, 3, &[1_000; 6]), [9, 10, 11, 12, 12, 12], "up to the bound");
    let after = course(&RULE, &mut pressure, 9, &[0; 21]);
    assert_eq!(after[3..6], [12, 11, 11]);
    assert_eq!(after[18..], [9, 8, 8], "twenty calm seconds for four bits");
    // As hard as is due, and no harder.
    assert_eq!(course(&RULE, &mut pressure, 30, &[20, 20, 20]), [9, 9, 9]);
    // One busy second among calm ones begins the count of these anew.
    assert_eq!(course(&RULE, &mut pressure, 33, &[0, 0, 0, 0, 20, 0, 0, 0, 0, 0]), {
        let mut bits = [9; 10];
        bits[9] = 8;
        bits
    });
}

#[test]
fn after_a_long_silence_it_is_as_easy_as_it_gets_at_once() {
    let mut pressure = Pressure::default();
    course(&RULE, &mut pressure, 0, &[1_000; 6]);
    assert_eq!(pressure.bits(&RULE, at(10_000_000_000)), 8);
}

#[test]
fn another_rule_counts_from_its_own_base() {
    let mut pressure = Pressure::default();
    course(&RULE, &mut pressure, 0, &[1_000; 6]);
    let fixed = ProofSettings { base_bits: 10, max_bits: 10, ..RULE };
    assert_eq!(pressure.bits(&fixed, at(6_500)), 10);
}

proptest! {
    #[test]
    fn it_stays_within_its_bounds_and_moves_by_one_bit(
        acts in prop::collection::vec((0i64..3_000, -2_000i64..500, 0u16..400), 1..60),
        base in 1u32..=21,
        span in 0u32..10,
        expected in 0u32..50,
    ) {
        let rule = ProofSettings { base_bits: base, max_bits: base + span, expected_per_second: expected };
        let mut pressure = Pressure::default();
        let mut now = 0;
        let mut last = pressure.bits(&rule, at(now));
        for (forward, jump, arrivals) in acts {
            // A clock may be put back as well.
            now += forward + jump;
            for _ in 0..arrivals {
                pressure.arrive(&rule, at(now));
            }
            let bits = pressure.bits(&rule, at(now));
            prop_assert!((base..=base + span).contains(&bits));
            prop_assert!(bits <= last + 1, "{last} to {bits}");
            last = bits;
        }
    }

    #[test]
    fn nothing_that_was_not_made_here_is_good(text in ".{0,200}", nonce in ".{0,40}") {
        prop_assert!(key("a").check(&text, &nonce, shopper(1), 0, at(0)).is_err());
    }

    #[test]
    fn whatever_is_changed_in_a_challenge_is_found_out(position in 0usize..88, letter in "[A-Za-z0-9_-]") {
        let (challenge, _) = key("a").challenge(shopper(1), 1, at(0));
        let mut changed = challenge.clone();
        changed.replace_range(position..=position, &letter);
        prop_assume!(changed != challenge);
        let nonce = solve(&changed, 8, 0);
        prop_assert!(key("a").check(&changed, &nonce, shopper(1), 1, at(0)).is_err());
    }
}
