//! Random histories of the waiting room, with an auditor who keeps his own books.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

const POLICY: Policy = Policy { opens: 10_000, closes: 1_000_000, claim: 3_000, pass: 20_000 };

#[derive(Debug, Clone)]
enum Act {
    Pass(i64),
    Admit,
    Enter(u8),
    Requeue(u8),
    Claim(u8),
    /// Asks to come in with an invitation.
    Invited(u8, u32),
    /// The company withdraws an invitation.
    Withdraw(u32),
    Leave(u8),
    Pause(bool),
    Cap(i64),
    /// From now on the numbers whose bit is set, by their remainder, are silent.
    Hush(u16),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (1i64..2_000).prop_map(Act::Pass),
        6 => Just(Act::Admit),
        6 => any::<u8>().prop_map(Act::Enter),
        1 => any::<u8>().prop_map(Act::Requeue),
        8 => any::<u8>().prop_map(Act::Claim),
        2 => (any::<u8>(), 1u32..30).prop_map(|(id, number)| Act::Invited(id, number)),
        1 => (1u32..30).prop_map(Act::Withdraw),
        2 => any::<u8>().prop_map(Act::Leave),
        1 => any::<bool>().prop_map(Act::Pause),
        1 => (1i64..6).prop_map(Act::Cap),
        1 => any::<u16>().prop_map(Act::Hush),
    ]
}

fn shopper(id: u8) -> Uuid {
    Uuid::from_u128(u128::from(id % 40))
}

/// What the auditor knows: who holds which index, and until when whoever is inside stays.
#[derive(Default)]
struct Books {
    indices: BTreeMap<Uuid, i64>,
    given: BTreeSet<i64>,
    inside: BTreeMap<Uuid, i64>,
    admitted: i64,
    spent: BTreeSet<u32>,
    /// The numbers that came in before the line reached them.
    ahead: BTreeSet<i64>,
    withdrawn: BTreeSet<u32>,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_history_breaks_the_rules(acts in prop::collection::vec(act(), 1..400), per_second in 1i64..20) {
        let mut room = Room::default();
        let mut limits = Limits { paused: false, closed: false, per_second, inside_max: 4 };
        let mut books = Books::default();
        let (mut now, mut hushed) = (8_000, 0u16);
        for act in acts {
            match act {
                Act::Pass(ms) => now += ms,
                Act::Admit => room.admit(&POLICY, &limits, now, true, &|number| hushed >> (number % 16) & 1 == 1),
                Act::Hush(numbers) => hushed = numbers,
                Act::Pause(paused) => limits.paused = paused,
                Act::Cap(max) => limits.inside_max = max,
                Act::Enter(id) => enter(&mut room, &limits, now, &mut books, shopper(id), None)?,
                Act::Requeue(id) => {
                    let old = books.indices.get(&shopper(id)).copied();
                    enter(&mut room, &limits, now, &mut books, shopper(id), old)?;
                }
                Act::Claim(id) => claim(&mut room, &limits, now, &mut books, (shopper(id), None))?,
                Act::Invited(id, number) => {
                    claim(&mut room, &limits, now, &mut books, (shopper(id), Some(number)))?;
                }
                Act::Withdraw(number) => {
                    books.withdrawn.insert(number);
                }
                Act::Leave(id) => {
                    let place = books.indices.remove(&shopper(id)).map(|index| (index, index));
                    room.leave(&POLICY, now, shopper(id), place);
                    if place.is_some() {
                        books.inside.remove(&shopper(id));
                    }
                }
            }
            prop_assert!(room.frontier <= room.next);
            prop_assert_eq!(room.reserved, room.calls.values().map(|call| call.absent).sum::<i64>());
            prop_assert!(room.calls.values().all(|call| (0..=call.size).contains(&call.absent)));
            for number in &books.ahead {
                prop_assert!(room.call_of(*number).is_none(), "a place is kept for {}, who was inside", number);
            }
            prop_assert!(now >= POLICY.opens || room.frontier == 0, "nobody is called before the doors open");
            let open_seconds = (now - POLICY.opens).max(0) / 1000 + 2;
            prop_assert!(room.admitted <= per_second * open_seconds, "{} admitted", room.admitted);
            prop_assert_eq!(room.admitted, books.admitted);
        }
    }
}

fn enter(
    room: &mut Room,
    limits: &Limits,
    now: i64,
    books: &mut Books,
    who: Uuid,
    replace: Option<i64>,
) -> Result<(), TestCaseError> {
    let Entered::Place { index, new } = room.enter(&POLICY, limits, now, who, replace) else { return Ok(()) };
    if new {
        prop_assert!(books.given.insert(index), "index {} was given twice", index);
        books.indices.insert(who, index);
    } else {
        prop_assert_eq!(books.indices.get(&who), Some(&index), "a place is kept");
    }
    Ok(())
}

fn claim(
    room: &mut Room,
    limits: &Limits,
    now: i64,
    books: &mut Books,
    (who, invitation): (Uuid, Option<u32>),
) -> Result<(), TestCaseError> {
    let index = books.indices.get(&who).copied().unwrap_or(0);
    books.inside.retain(|_, expires| *expires > now);
    let frontier = room.frontier;
    let was_inside = room.tickets.get(&who).is_some_and(|holding| holding.claimed);
    let spent_before = room.guests.clone();
    let is_withdrawn = invitation.is_some_and(|number| books.withdrawn.contains(&number));
    let claimant = Claimant { shopper: who, index, number: index, invitation, is_withdrawn };
    let claimed = room.claim(&POLICY, limits, now, claimant, (false, true));
    let spent: Vec<u32> = room.guests.difference(&spent_before).copied().collect();
    let came_in = matches!(claimed, Claimed::Inside { renewed: false, .. });
    prop_assert!(spent.is_empty() || came_in, "an invitation is spent where it lets its holder in");
    prop_assert!(spent.is_empty() || !is_withdrawn, "a withdrawn invitation lets nobody in");
    if claimed == Claimed::Withdrawn {
        prop_assert!(is_withdrawn && invitation.is_none_or(|number| !books.spent.contains(&number)));
    }
    if let Claimed::Inside { expires, renewed } = claimed {
        prop_assert_eq!(renewed, books.inside.contains_key(&who));
        if !renewed {
            books.admitted += 1;
            let is_due = index < frontier || was_inside;
            prop_assert!(is_due || spent == invitation.as_slice(), "only the called and the invited come in");
            prop_assert!(!is_due || spent.is_empty(), "who need not show an invitation spends none");
            if !is_due {
                books.ahead.insert(index);
            }
            prop_assert!(spent.iter().all(|number| books.spent.insert(*number)), "each lets in one");
            prop_assert!(books.indices.contains_key(&who), "only with a ticket");
            prop_assert!((books.inside.len() as i64) < limits.inside_max, "the cap is never exceeded");
        }
        books.inside.insert(who, expires);
    }
    Ok(())
}

/// Everyone asks for their position.
fn nobody(_: i64) -> bool {
    false
}

fn open_room(limits: &Limits, shoppers: u8) -> Room {
    let mut room = Room::default();
    for id in 0..shoppers {
        room.enter(&POLICY, limits, 9_000, shopper(id), None);
    }
    room
}

fn claim_of(room: &mut Room, limits: &Limits, now: i64, id: u8) -> Claimed {
    claim_with(room, limits, now, id, None)
}

fn claim_with(room: &mut Room, limits: &Limits, now: i64, id: u8, invitation: Option<u32>) -> Claimed {
    let (index, number) = (i64::from(id), i64::from(id));
    let claimant = Claimant { shopper: shopper(id), index, number, invitation, is_withdrawn: false };
    room.claim(&POLICY, limits, now, claimant, (false, true))
}

#[test]
fn ten_who_never_come_stall_nobody() {
    let limits = Limits { paused: false, closed: false, per_second: 10, inside_max: 10 };
    let mut room = open_room(&limits, 20);
    room.admit(&POLICY, &limits, 10_000, true, &nobody);
    assert_eq!(room.frontier, 10);
    room.admit(&POLICY, &limits, 12_999, true, &nobody);
    assert_eq!(room.frontier, 10, "their places are kept for as long as they may take");
    room.admit(&POLICY, &limits, 13_000, true, &nobody);
    assert_eq!((room.frontier, room.absent), (20, 10), "then all of them go to the next");
}

#[test]
fn who_comes_late_is_let_in_before_others_are_called() {
    let limits = Limits { paused: false, closed: false, per_second: 10, inside_max: 1 };
    let mut room = open_room(&limits, 3);
    room.admit(&POLICY, &limits, 10_000, true, &nobody);
    room.admit(&POLICY, &limits, 13_000, true, &nobody);
    assert_eq!(room.frontier, 2, "0 did not come, so 1 is called");
    assert_eq!(claim_of(&mut room, &limits, 13_100, 1), Claimed::Inside { expires: 33_100, renewed: false });
    assert_eq!(claim_of(&mut room, &limits, 13_200, 0), Claimed::Full);
    room.leave(&POLICY, 13_300, shopper(1), None);
    room.admit(&POLICY, &limits, 13_400, true, &nobody);
    assert_eq!(room.frontier, 2, "2 is not called while 0 is asking");
    assert_eq!(claim_of(&mut room, &limits, 13_500, 0), Claimed::Inside { expires: 33_500, renewed: false });
}

#[test]
fn nothing_is_called_to_without_stock_or_after_the_end() {
    let limits = Limits { paused: false, closed: false, per_second: 10, inside_max: 10 };
    let mut room = open_room(&limits, 5);
    room.admit(&POLICY, &limits, 10_000, false, &nobody);
    assert_eq!(room.frontier, 0);
    room.admit(&POLICY, &limits, POLICY.closes, true, &nobody);
    assert_eq!(room.frontier, 0);
    assert_eq!(room.enter(&POLICY, &limits, POLICY.closes, shopper(9), None), Entered::Closed);
    assert_eq!(claim_of(&mut room, &limits, POLICY.closes, 0), Claimed::Closed);
}

#[test]
fn a_pass_is_renewed_while_paused_and_after_the_end_but_none_is_given() {
    let mut limits = Limits { paused: false, closed: false, per_second: 10, inside_max: 10 };
    let mut room = open_room(&limits, 5);
    room.admit(&POLICY, &limits, 10_000, true, &nobody);
    assert!(matches!(claim_of(&mut room, &limits, 10_001, 0), Claimed::Inside { .. }));
    limits.paused = true;
    assert!(matches!(claim_of(&mut room, &limits, 10_002, 0), Claimed::Inside { renewed: true, .. }));
    assert_eq!(claim_of(&mut room, &limits, 10_002, 1), Claimed::Paused);
    limits.closed = true;
    assert!(matches!(claim_of(&mut room, &limits, 10_003, 0), Claimed::Inside { renewed: true, .. }));
    assert_eq!(claim_of(&mut room, &limits, 10_003, 1), Claimed::Closed);
}

#[test]
fn the_rate_is_kept_however_often_one_looks() {
    let limits = Limits { paused: false, closed: false, per_second: 7, inside_max: 1_000 };
    let mut often = open_room(&limits, 0);
    for id in 0..1_000u128 {
        often.enter(&POLICY, &limits, 9_000, Uuid::from_u128(id), None);
    }
    let mut seldom = often.clone();
    for now in 10_000..=15_000 {
        often.admit(&POLICY, &limits, now, true, &nobody);
        if now % 250 == 0 {
            seldom.admit(&POLICY, &limits, now, true, &nobody);
        }
    }
    // A second's worth at once, then seven a second, and one more for each who did not come.
    assert_eq!(often.frontier, 7 + 7 * 5 + often.absent);
    assert_eq!(seldom.frontier, 7 + 7 * 5 + seldom.absent);
}

#[test]
fn ten_or_ten_thousand_who_are_gone_cost_those_behind_one_look() {
    let limits = Limits { paused: false, closed: false, per_second: 10, inside_max: 10 };
    for gone in [10i64, 10_000] {
        let mut room = Room::default();
        for id in 0..gone + 20 {
            room.enter(&POLICY, &limits, 9_000, Uuid::from_u128(id.unsigned_abs().into()), None);
        }
        room.admit(&POLICY, &limits, 10_000, true, &|number| number < gone);
        assert_eq!((room.frontier, room.absent, room.reserved), (gone + 10, gone, 10));
        let first = Uuid::from_u128(gone.unsigned_abs().into());
        let claimant =
            Claimant { shopper: first, index: gone, number: gone, invitation: None, is_withdrawn: false };
        let claimed = room.claim(&POLICY, &limits, 10_001, claimant, (false, true));
        assert_eq!(claimed, Claimed::Inside { expires: 30_001, renewed: false });
    }
}

#[test]
fn who_was_passed_over_is_late_and_before_those_not_called_yet() {
    let limits = Limits { paused: false, closed: false, per_second: 2, inside_max: 3 };
    let mut room = open_room(&limits, 8);
    room.admit(&POLICY, &limits, 10_000, true, &|number| number < 4);
    assert_eq!(room.frontier, 6, "4 and 5 are called");
    assert_eq!(claim_of(&mut room, &limits, 10_100, 0), Claimed::Full, "a place is free, but no token");
    room.admit(&POLICY, &limits, 10_500, true, &nobody);
    assert_eq!(room.frontier, 6, "the next token is for who is asking");
    assert!(matches!(claim_of(&mut room, &limits, 10_600, 0), Claimed::Inside { .. }));
    for id in 4..6 {
        assert!(matches!(claim_of(&mut room, &limits, 10_700, id), Claimed::Inside { .. }));
    }
    assert_eq!(claim_of(&mut room, &limits, 12_000, 1), Claimed::Full, "the cap holds for them too");
}

#[test]
fn the_silent_between_two_who_wait_belong_to_no_call() {
    let limits = Limits { paused: false, closed: false, per_second: 10, inside_max: 10 };
    let mut room = open_room(&limits, 6);
    room.admit(&POLICY, &limits, 10_000, true, &|number| number % 2 == 1);
    assert_eq!((room.frontier, room.reserved, room.absent), (6, 3, 3));
    room.leave(&POLICY, 10_100, shopper(1), Some((1, 1)));
    assert_eq!((room.reserved, room.returned), (3, 0), "nothing was kept for 1");
    room.leave(&POLICY, 10_100, shopper(2), Some((2, 2)));
    assert_eq!((room.reserved, room.returned), (2, 1), "a place was kept for 2");
}

#[test]
fn a_guest_comes_in_ahead_of_the_line_once() {
    let limits = Limits { paused: false, closed: false, per_second: 10, inside_max: 2 };
    let mut room = open_room(&limits, 6);
    assert_eq!(claim_with(&mut room, &limits, 9_500, 5, Some(1)), Claimed::NotCalled, "before the doors");
    room.admit(&POLICY, &limits, 10_000, true, &nobody);
    assert!(matches!(claim_of(&mut room, &limits, 10_050, 0), Claimed::Inside { .. }));
    assert_eq!(claim_with(&mut room, &limits, 10_100, 5, Some(1)), Claimed::Full, "1 has the other place");
    room.leave(&POLICY, 10_200, shopper(0), None);
    room.admit(&POLICY, &limits, 10_300, true, &nobody);
    assert_eq!(room.frontier, 2, "the place that is free now is kept for the guest");
    let paused = Limits { paused: true, ..limits };
    assert_eq!(claim_with(&mut room, &paused, 10_350, 5, Some(1)), Claimed::Paused);
    let claimant =
        Claimant { shopper: shopper(5), index: 5, number: 5, invitation: Some(1), is_withdrawn: false };
    let unsold = room.claim(&POLICY, &limits, 10_360, claimant, (false, false));
    assert_eq!(unsold, Claimed::Full, "nothing is left to buy");
    assert_eq!(
        claim_with(&mut room, &limits, 10_400, 5, Some(1)),
        Claimed::Inside { expires: 30_400, renewed: false }
    );
    assert_eq!(claim_with(&mut room, &limits, 10_500, 4, Some(1)), Claimed::Spent);
    assert_eq!(
        claim_with(&mut room, &limits, 10_600, 5, Some(2)),
        Claimed::Inside { expires: 30_600, renewed: true },
        "who is inside spends nothing"
    );
    assert_eq!(
        room.enter(&POLICY, &limits, 10_700, shopper(5), Some(5)),
        Entered::Place { index: 5, new: false }
    );
    assert!(matches!(claim_of(&mut room, &limits, 40_000, 5), Claimed::Inside { renewed: false, .. }));
    assert_eq!(room.guests, BTreeSet::from([1]));
}

#[test]
fn a_withdrawn_invitation_lets_in_nobody_who_is_not_in_already() {
    let limits = Limits { paused: false, closed: false, per_second: 10, inside_max: 5 };
    let mut room = open_room(&limits, 6);
    let show = |room: &mut Room, now, id: u8, number, is_withdrawn| {
        let index = i64::from(id);
        let claimant =
            Claimant { shopper: shopper(id), index, number: index, invitation: Some(number), is_withdrawn };
        room.claim(&POLICY, &limits, now, claimant, (false, true))
    };
    assert_eq!(show(&mut room, 9_900, 5, 1, true), Claimed::NotCalled, "before the doors");
    room.admit(&POLICY, &limits, 10_000, false, &nobody);
    assert!(matches!(show(&mut room, 10_000, 4, 2, false), Claimed::Inside { .. }));
    let before = room.clone();
    assert_eq!(show(&mut room, 10_000, 5, 1, true), Claimed::Withdrawn);
    assert_eq!(show(&mut room, 10_000, 5, 2, true), Claimed::Spent, "what was used is said to be used");
    assert_eq!(room, before, "who shows it changes nothing, and is not late");
    assert!(matches!(show(&mut room, 10_100, 4, 2, true), Claimed::Inside { renewed: true, .. }));
    let back = show(&mut room, 40_000, 4, 2, true);
    assert!(matches!(back, Claimed::Inside { renewed: false, .. }), "who came in by it comes back: {back:?}");
    room.admit(&POLICY, &limits, 40_000, true, &nobody);
    assert!(
        matches!(show(&mut room, 40_100, 0, 1, true), Claimed::Inside { .. }),
        "whose turn it is needs none"
    );
}

#[test]
fn no_place_is_kept_for_a_guest_whom_the_line_reaches() {
    let limits = Limits { paused: false, closed: false, per_second: 10, inside_max: 3 };
    // Inside, gone, or inside without a pass any more: each has had the place.
    for stays in [true, false] {
        let mut room = open_room(&limits, 6);
        room.admit(&POLICY, &limits, 10_000, false, &nobody);
        for (id, number) in [(1, 7), (2, 8)] {
            let claimed = claim_with(&mut room, &limits, 10_000, id, Some(number));
            assert_eq!(claimed, Claimed::Inside { expires: 30_000, renewed: false });
        }
        if !stays {
            room.leave(&POLICY, 10_050, shopper(1), Some((1, 1)));
            room.leave(&POLICY, 10_050, shopper(2), None);
        }
        let free = if stays { 1 } else { 3 };
        room.admit(&POLICY, &limits, 10_100, true, &|number| number == 2);
        // 0 is called, and where there is room 3 and 4 are: 1 and 2 are neither called nor absent.
        let frontier = if stays { 3 } else { 5 };
        assert_eq!((room.frontier, room.reserved, room.absent), (frontier, free, 0), "{room:?}");
        assert_eq!(room.ahead, BTreeSet::new());
        assert!(matches!(claim_of(&mut room, &limits, 10_200, 0), Claimed::Inside { renewed: false, .. }));
        if stays {
            let again = claim_of(&mut room, &limits, 10_300, 1);
            assert!(matches!(again, Claimed::Inside { renewed: true, .. }), "who is inside stays");
            // Once the passes are over a place is theirs as it is of any who were inside.
            let late = claim_of(&mut room, &limits, 40_000, 1);
            assert!(matches!(late, Claimed::Inside { renewed: false, .. }), "{late:?}");
        }
    }
}

proptest! {
    #[test]
    fn no_ticket_starves(waiting in 1u8..40, per_second in 1i64..20, inside_max in 1i64..6, hushed: u64) {
        let limits = Limits { paused: false, closed: false, per_second, inside_max };
        let mut room = open_room(&limits, waiting);
        let mut left: BTreeSet<u8> = (0..waiting).collect();
        let mut now = POLICY.opens;
        while !left.is_empty() {
            prop_assert!(now < POLICY.closes, "{:?} never came in", left);
            room.admit(&POLICY, &limits, now, true, &|number| hushed >> (number % 64) & 1 == 1);
            for id in left.clone() {
                if matches!(claim_of(&mut room, &limits, now, id), Claimed::Inside { .. }) {
                    left.remove(&id);
                    room.leave(&POLICY, now, shopper(id), None);
                }
            }
            now += 200;
        }
    }
}
