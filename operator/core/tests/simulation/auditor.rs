//! Watches what is done, knowing what is really there, and not how the plan comes to its mind.

use control_plane_core::ledger::Head;
use crds::{Phase, TimeDeal, TimeDealStatus};
use jiff::Timestamp;
use operator_core::{Context, FORCE_TEARDOWN, Observed, Plan, plan};

use crate::runtime::Runtime;

#[derive(Default)]
pub struct Auditor {
    pub torn_down: bool,
}

impl Auditor {
    pub fn check_plan(
        &self,
        deal: &TimeDeal,
        observed: &Observed,
        now: Timestamp,
        context: &Context,
        plan_: &Plan,
    ) {
        assert_eq!(plan_.phase, plan_.status.phase);
        match plan_.next_wake {
            Some(wake) => assert!(wake > now, "a wake lies ahead: {wake} at {now}"),
            None => assert!(plan_.finalized, "either it wakes, or it is over: {plan_:?}"),
        }
        if plan_.finalized {
            assert!(is_over(plan_.phase), "only what is over is let go of");
        }
        let mut again = deal.clone();
        again.status = Some(plan_.status.clone());
        let second = plan(&again, observed, now, context);
        assert_eq!(second, Plan { events: Vec::new(), ..plan_.clone() }, "planning again comes to the same");
    }

    /// Phases and facts only ever go on.
    pub fn check_status(&self, deal: &TimeDeal, after: &TimeDealStatus) {
        let before = deal.status.clone().unwrap_or_default();
        assert!(after.phase >= before.phase, "from {} to {}", before.phase, after.phase);
        assert!(!is_over(before.phase) || after.phase == before.phase, "an end is an end");
        let facts = |status: &TimeDealStatus| {
            [
                status.provisioned_at,
                status.warm_at,
                status.opened_at,
                status.closed_at,
                status.drained_at,
                status.sealed_at,
                status.settled_at,
                status.completed_at,
            ]
        };
        for (before, after) in facts(&before).into_iter().zip(facts(after)) {
            assert!(before.is_none() || before == after, "a fact stays: {before:?}, {after:?}");
        }
        assert!(before.window.is_none() || before.window == after.window);
        assert!(before.settlement.is_none() || before.settlement == after.settlement);
        assert!(before.forced_teardown.is_none() || before.forced_teardown == after.forced_teardown);
        let gone = after.phase == Phase::TearingDown || after.phase == Phase::Completed;
        assert!(
            !gone || after.settlement.is_some() || after.forced_teardown.is_some(),
            "nothing goes without a settlement: {after:?}"
        );
    }

    /// The one rule above all: nothing is destroyed that is nowhere else, unless someone said so.
    pub fn check_teardown(&mut self, deal: &TimeDeal, runtime: &Runtime, ledger: &Head) {
        self.torn_down = true;
        let status = deal.status.as_ref().expect("it was written before anything was done");
        if status.forced_teardown.is_some() {
            let annotations = deal.metadata.annotations.as_ref();
            assert!(
                annotations.is_some_and(|all| all.contains_key(FORCE_TEARDOWN)),
                "nobody broke the glass"
            );
            return;
        }
        assert!(!runtime.holds_what_is_nowhere_else(ledger), "orders would be lost: {:?}", runtime.report());
        let settlement = status.settlement.as_ref().expect("a settlement is on record");
        assert_eq!((settlement.events, &settlement.digest), (ledger.count, &ledger.digest));
    }

    pub fn check_presence(&self, deal: &TimeDeal) {
        assert!(!self.torn_down, "once torn down nothing returns: {:?}", deal.status);
    }

    /// The pods of a warm deal are not restarted by a change of the order.
    pub fn check_restart(&self, deal: &TimeDeal) {
        let warm_at = deal.status.as_ref().and_then(|status| status.warm_at);
        assert_eq!(warm_at, None, "the configuration is frozen once warm");
    }

    /// No sale is cut short by a clock of ours that is ahead.
    pub fn check_seal(&self, deal: &TimeDeal, runtime: &Runtime) {
        let early = deal.metadata.deletion_timestamp.is_some();
        assert!(early || runtime.closed_at.is_some(), "sealed while its doors are open: {:?}", deal.status);
    }

    pub fn check_release(&self, left: Option<&str>) {
        assert_eq!(left, None, "nothing is left when the deal is let go of");
    }
}

pub fn is_over(phase: Phase) -> bool {
    matches!(phase, Phase::Completed | Phase::Cancelled | Phase::Missed)
}
