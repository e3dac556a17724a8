//! The waiting room as a pure model: the rules that the steps in Redis follow, in one place where
//! they can be tried over random histories. The runtime's tests play the same operations against the
//! real Redis and compare.
//!
//! *Admission*: tokens accrue with time at the allowed rate, up to a second's worth. A token and a
//! free place move the frontier by one; those below it are called, and their places are reserved
//! until they come or their time to come is over. Then place and token go to the next, so that
//! no-shows cost neither places nor rate.
//!
//! *The silent*: whoever is known to have gone away without a word is passed over. The frontier moves
//! past such a number, but no place is kept for it and no token is paid, so that ten thousand of them
//! cost those behind no more than ten. Should one come after all, that is a latecomer.
//!
//! *The cap*: whoever is inside holds a pass. A pass is only given while fewer than the maximum are
//! held, whatever else happened.
//!
//! *Late*: who was called and comes too late gets a place that nobody is called to, and pays a token for
//! it. While such a shopper keeps asking, one place and one token less go to new calls. Who was inside
//! already and lost the pass may come back to a place that nobody else asks for.
//!
//! *Guests*: whoever has an invitation need not be called. The number of the invitation is spent where
//! the guest is let in, under the same cap and for a token; until then nothing is spent, and a guest
//! for whom there is no place, no token or no stock is late. Once the line reaches the number of one who
//! came in ahead of it, the frontier moves past: that place and token were had before. A withdrawn invitation lets nobody in who is not in
//! already; one that was spent before is said to be spent.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

/// How long a latecomer counts as asking, in milliseconds.
pub const LATE_MS: i64 = 10_000;
/// A token is counted in thousandths of an admission.
pub const TOKEN: i64 = 1_000;

/// What is fixed once the deal is warm; instants and durations in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    pub opens: i64,
    pub closes: i64,
    /// How long the called have to come.
    pub claim: i64,
    /// How long a pass lives without a renewal.
    pub pass: i64,
}

/// What may change while the deal runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub paused: bool,
    /// Closed before its time, or sealed.
    pub closed: bool,
    pub per_second: i64,
    pub inside_max: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Holding {
    index: i64,
    claimed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Summons {
    at: i64,
    size: i64,
    absent: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    pub at: i64,
    /// How many came before.
    pub entrants: i64,
}

/// What entering came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entered {
    /// The order of arrival, and whether it was given just now.
    Place {
        index: i64,
        new: bool,
    },
    Closed,
}

/// What asking to come in came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    /// Inside until then; renewed if it was before.
    Inside {
        expires: i64,
        renewed: bool,
    },
    NotCalled,
    /// The ticket is not the shopper's current one.
    Replaced,
    Paused,
    Closed,
    /// Called or invited, but no place is free.
    Full,
    /// The invitation has let somebody in already.
    Spent,
    /// The company has withdrawn the invitation, which nobody has used.
    Withdrawn,
}

/// A shopper who asks to come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claimant {
    pub shopper: Uuid,
    /// The order of arrival.
    pub index: i64,
    /// What the order of arrival came to.
    pub number: i64,
    /// The number of an invitation that the shopper shows.
    pub invitation: Option<u32>,
    /// Whether the company has withdrawn that invitation.
    pub is_withdrawn: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Room {
    pub next: i64,
    pub opened: Option<Opened>,
    pub frontier: i64,
    pub tokens: i64,
    /// Admissions that no-shows gave back.
    pub returned: i64,
    pub ticked: i64,
    pub reserved: i64,
    pub admitted: i64,
    /// Called and never came in time, or passed over.
    pub absent: i64,
    tickets: BTreeMap<Uuid, Holding>,
    passes: BTreeMap<Uuid, i64>,
    calls: BTreeMap<i64, Summons>,
    late: BTreeMap<Uuid, i64>,
    /// The invitations that have let somebody in.
    guests: BTreeSet<u32>,
    /// The numbers that came in by them, which the line has not reached yet.
    ahead: BTreeSet<i64>,
}

impl Room {
    /// How many hold a pass, as of the last operation.
    #[must_use]
    pub fn inside(&self) -> i64 {
        i64::try_from(self.passes.len()).expect("fewer shoppers than people")
    }

    /// Gives a place at the end, or says which the shopper has. With `replace` the shopper gives up
    /// the place with that index first, unless the shopper is inside or was.
    pub fn enter(
        &mut self,
        policy: &Policy,
        limits: &Limits,
        now: i64,
        shopper: Uuid,
        replace: Option<i64>,
    ) -> Entered {
        if is_closed(policy, limits, now) {
            return Entered::Closed;
        }
        self.settle(policy, now);
        self.open_if_due(policy, limits, now);
        if let Some(holding) = self.tickets.get(&shopper) {
            let may_replace = self.opened.is_some() && !holding.claimed;
            if replace != Some(holding.index) || !may_replace {
                return Entered::Place { index: holding.index, new: false };
            }
        }
        let index = self.next;
        self.next += 1;
        self.tickets.insert(shopper, Holding { index, claimed: false });
        self.late.remove(&shopper);
        Entered::Place { index, new: true }
    }

    /// Moves the frontier as far as tokens, places, waiting shoppers and stock allow. `is_silent` says
    /// which numbers are known to have gone away.
    pub fn admit(
        &mut self,
        policy: &Policy,
        limits: &Limits,
        now: i64,
        has_stock: bool,
        is_silent: &dyn Fn(i64) -> bool,
    ) {
        self.settle(policy, now);
        if is_closed(policy, limits, now) {
            return;
        }
        self.open_if_due(policy, limits, now);
        if self.opened.is_none() {
            return;
        }
        let late = self.late();
        let free = limits.inside_max - self.inside() - self.reserved - late;
        let may = (self.accrue(limits, now) - late).min(free);
        if may > 0 && has_stock && !limits.paused {
            self.call_next(now, may, is_silent);
        }
    }

    /// Calls the next `may` numbers, and passes over the silent among and right behind them, as over
    /// those who came in ahead of the line.
    fn call_next(&mut self, now: i64, may: i64, is_silent: &dyn Fn(i64) -> bool) {
        let mut called = 0;
        let mut current: Option<i64> = None;
        while self.frontier < self.next {
            let number = self.frontier;
            if self.ahead.remove(&number) {
                current = None;
            } else if is_silent(number) {
                current = None;
                self.absent += 1;
            } else if called == may {
                break;
            } else {
                let call = self.calls.entry(*current.get_or_insert(number));
                let summons = call.or_insert(Summons { at: now, size: 0, absent: 0 });
                summons.size += 1;
                summons.absent += 1;
                called += 1;
            }
            self.frontier += 1;
        }
        self.reserved += called;
        self.spend(called);
    }

    /// How many may be let in by now. Tokens accrue up to a second's worth; what no-shows gave back
    /// comes on top, but never as more than another.
    fn accrue(&mut self, limits: &Limits, now: i64) -> i64 {
        let second = limits.per_second * TOKEN;
        if self.tokens < second {
            let accrued = (now - self.ticked).max(0) * limits.per_second;
            self.tokens = second.min(self.tokens + accrued);
        }
        self.returned = self.returned.min(limits.per_second);
        self.ticked = now;
        self.tokens.div_euclid(TOKEN) + self.returned
    }

    fn late(&self) -> i64 {
        i64::try_from(self.late.len()).expect("fewer shoppers than people")
    }

    /// The open call that a number belongs to, if it belongs to one.
    fn call_of(&mut self, number: i64) -> Option<&mut Summons> {
        self.calls
            .range_mut(..=number)
            .next_back()
            .and_then(|(from, summons)| (number < from + summons.size).then_some(summons))
    }

    /// Lets a shopper in who was called or has an invitation, or renews the pass of one inside.
    pub fn claim(
        &mut self,
        policy: &Policy,
        limits: &Limits,
        now: i64,
        Claimant { shopper, index, number, invitation, is_withdrawn }: Claimant,
        (sealed, has_stock): (bool, bool),
    ) -> Claimed {
        self.settle(policy, now);
        if sealed {
            return Claimed::Closed;
        }
        let expires = now + policy.pass;
        if let Some(pass) = self.passes.get_mut(&shopper) {
            *pass = expires;
            return Claimed::Inside { expires, renewed: true };
        }
        if is_closed(policy, limits, now) {
            return Claimed::Closed;
        }
        let Some(holding) = self.tickets.get(&shopper).copied().filter(|holding| holding.index == index)
        else {
            return Claimed::Replaced;
        };
        let is_due = holding.claimed || number < self.frontier;
        let invitation = invitation.filter(|_| !is_due);
        if self.opened.is_none() || !is_due && invitation.is_none() {
            return Claimed::NotCalled;
        }
        if invitation.is_some_and(|invitation| self.guests.contains(&invitation)) {
            return Claimed::Spent;
        }
        if invitation.is_some() && is_withdrawn {
            return Claimed::Withdrawn;
        }
        if limits.paused {
            return Claimed::Paused;
        }
        let is_called = !holding.claimed && self.call_of(number).is_some();
        let has_room = if is_called {
            self.inside() < limits.inside_max
        } else {
            let kept = if holding.claimed { self.late() } else { 0 };
            let may_buy = invitation.is_none() || has_stock;
            may_buy
                && self.inside() + self.reserved + kept < limits.inside_max
                && self.accrue(limits, now) > kept
        };
        if !has_room {
            if !is_called && !holding.claimed {
                self.late.insert(shopper, now);
            }
            return Claimed::Full;
        }
        match self.call_of(number).filter(|_| is_called) {
            Some(summons) => {
                summons.absent -= 1;
                self.reserved -= 1;
            }
            None => self.spend(1),
        }
        if let Some(invitation) = invitation {
            self.guests.insert(invitation);
            self.ahead.insert(number);
        }
        self.tickets.insert(shopper, Holding { index, claimed: true });
        self.passes.insert(shopper, expires);
        self.late.remove(&shopper);
        self.admitted += 1;
        Claimed::Inside { expires, renewed: false }
    }

    /// Gives up place and pass. Without `index` whatever the shopper has; with it, only that place.
    pub fn leave(&mut self, policy: &Policy, now: i64, shopper: Uuid, place: Option<(i64, i64)>) {
        self.settle(policy, now);
        let Some(holding) = self.tickets.get(&shopper).copied() else { return };
        if place.is_some_and(|(index, _)| index != holding.index) {
            return;
        }
        self.tickets.remove(&shopper);
        self.passes.remove(&shopper);
        self.late.remove(&shopper);
        let Some((_, number)) = place.filter(|(_, number)| !holding.claimed && *number < self.frontier)
        else {
            return;
        };
        if let Some(summons) = self.call_of(number) {
            summons.absent -= 1;
            self.reserved -= 1;
            self.returned += 1;
        }
    }

    /// Pays for calls: first with what no-shows gave back.
    fn spend(&mut self, calls: i64) {
        let returned = calls.min(self.returned);
        self.returned -= returned;
        self.tokens -= (calls - returned) * TOKEN;
    }

    /// Takes back passes and calls whose time is over.
    fn settle(&mut self, policy: &Policy, now: i64) {
        self.passes.retain(|_, expires| *expires > now);
        self.late.retain(|_, asked| *asked > now - LATE_MS);
        while let Some(call) = self.calls.first_entry() {
            if call.get().at + policy.claim > now {
                break;
            }
            let absent = call.remove().absent;
            self.absent += absent;
            self.reserved -= absent;
            self.returned += absent;
        }
    }

    fn open_if_due(&mut self, policy: &Policy, limits: &Limits, now: i64) {
        if self.opened.is_none() && now >= policy.opens {
            self.opened = Some(Opened { at: now, entrants: self.next });
            self.ticked = now;
            self.tokens = limits.per_second * TOKEN;
        }
    }
}

fn is_closed(policy: &Policy, limits: &Limits, now: i64) -> bool {
    limits.closed || now >= policy.closes
}

#[cfg(test)]
#[path = "room_tests.rs"]
mod tests;
