//! The plan, case by case: what a pass comes to, in one line.

mod support;

use std::collections::BTreeMap;

use control_plane_core::ledger::Head;
use crds::{Mode, Phase, TimeDeal, TimeDealStatus, Window, Won};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use operator_core::{Desired, FORCE_TEARDOWN, Observed, Plan, Presence, RolesReady, Severity, config, plan};
use support::{NAME, UID, at, context, deal};
use tenant_runtime_core::report::Report;

/// A deal and what is observed of it.
struct Case {
    deal: TimeDeal,
    observed: Observed,
}

/// How many seconds after the opening that is.
fn seconds(instant: Timestamp) -> i64 {
    instant.duration_since(at(0)).as_secs()
}

/// A runtime that has just come up.
fn report() -> Report {
    Report {
        generation: 2,
        opened_at: None,
        closed_at: None,
        draw_commitment: "c0ffee".into(),
        waiting: 0,
        inside: 0,
        admitted: 0,
        open_holds: 0,
        open_refunds: 0,
        unexported: 0,
        head: Head::genesis(NAME),
        sealed: false,
        sold: 0,
        gross: Won::ZERO,
        refunds: Won::ZERO,
        used_links: Vec::new(),
    }
}

/// A deal of which nothing is there yet.
fn fresh() -> Case {
    Case { deal: deal(), observed: Observed { ledger: Some(Head::genesis(NAME)), ..Observed::nothing() } }
}

/// A deal in a phase, with a runtime that is up and has the configuration of the spec as it is.
fn in_phase(phase: Phase) -> Case {
    let mut case = fresh();
    let spec = &case.deal.spec;
    let settings = config::settings(spec, 1, false);
    let config = config::build(NAME, spec, spec.window, settings, &context().platform);
    case.observed = Observed {
        presence: Presence::Present { uid: UID.into() },
        config: Some(Box::new(config)),
        redis_ready: true,
        roles_ready: RolesReady { queue: true, shop: true, payment: true },
        report: Some(report()),
        ledger: Some(Head::genesis(NAME)),
        obstacle: None,
    };
    let reached = |wanted: Phase, seconds: i64| (phase >= wanted).then(|| at(seconds));
    case.deal.status = Some(TimeDealStatus {
        phase,
        provisioned_at: reached(Phase::Warming, -80),
        warm_at: reached(Phase::Armed, -60),
        window: (phase >= Phase::Armed).then_some(spec.window),
        opened_at: reached(Phase::Open, 0),
        closed_at: reached(Phase::Draining, 600),
        drained_at: reached(Phase::Settling, 700),
        ..TimeDealStatus::default()
    });
    case
}

/// A runtime that was closed in time, sealed, and has one event more than nothing.
fn sealed() -> Report {
    Report {
        opened_at: Some(at(0)),
        closed_at: Some(at(600)),
        sealed: true,
        head: head(),
        sold: 2,
        gross: Won(39_800),
        ..report()
    }
}

fn head() -> Head {
    Head { count: 1, digest: "ab".repeat(32) }
}

impl Case {
    fn with(mut self, change: impl FnOnce(&mut Case)) -> Case {
        change(&mut self);
        self
    }

    fn report(self, change: impl FnOnce(&mut Report)) -> Case {
        self.with(|case| change(case.observed.report.as_mut().expect("a runtime that reports")))
    }

    fn status(self, change: impl FnOnce(&mut TimeDealStatus)) -> Case {
        self.with(|case| change(case.deal.status.as_mut().expect("a deal that has begun")))
    }

    fn deleted(self) -> Case {
        self.with(|case| case.deal.metadata.deletion_timestamp = Some(Time(at(-5_000))))
    }

    fn force(self) -> Case {
        let annotation = BTreeMap::from([(FORCE_TEARDOWN.to_owned(), "the disk is gone".to_owned())]);
        self.with(|case| case.deal.metadata.annotations = Some(annotation))
    }

    fn gone(self) -> Case {
        self.with(|case| {
            let ledger = case.observed.ledger.take();
            case.observed = Observed { ledger, ..Observed::nothing() };
        })
    }

    fn foreign(self) -> Case {
        self.with(|case| case.observed.presence = Presence::Present { uid: "someone-else".into() })
    }

    fn at(&self, now_seconds: i64) -> Plan {
        plan(&self.deal, &self.observed, at(now_seconds), &context())
    }

    /// `<phase> | <desired> | <next wake, in seconds after the opening> | <notices>`, and planning
    /// again comes to the same and tells nothing.
    #[track_caller]
    fn check(self, now_seconds: i64, expected: &str) -> Plan {
        let plan = self.at(now_seconds);
        assert_eq!(line(&plan), expected);
        let mut deal = self.deal.clone();
        deal.status = Some(plan.status.clone());
        let again = Case { deal, observed: self.observed }.at(now_seconds);
        assert_eq!(again, Plan { events: Vec::new(), ..plan.clone() }, "planning again comes to the same");
        plan
    }
}

fn line(plan: &Plan) -> String {
    let desired = match &plan.desired {
        Desired::Untouched => "-".to_owned(),
        Desired::Absent => "absent".to_owned(),
        Desired::Present(runtime) => {
            let flags = [(runtime.routed, " routed"), (runtime.seal, " seal")];
            let flags: String = flags.iter().filter_map(|(set, name)| set.then_some(*name)).collect();
            format!("present{flags}")
        }
    };
    let wake = match plan.next_wake {
        Some(wake) => seconds(wake).to_string(),
        None if plan.finalized => "release".to_owned(),
        None => "never".to_owned(),
    };
    let notices: Vec<String> = plan
        .events
        .iter()
        .map(|notice| match notice.severity {
            Severity::Normal => notice.reason.clone(),
            Severity::Warning => format!("!{}", notice.reason),
        })
        .collect();
    format!("{} | {desired} | {wake} | {}", plan.phase, notices.join(" ")).trim_end().to_owned()
}

#[track_caller]
fn reason<'p>(plan: &'p Plan, kind: &str) -> (&'p str, &'p str) {
    let found = plan.status.conditions.iter().find(|c| c.type_ == kind).expect("every type is there");
    (found.status.as_str(), found.reason.as_str())
}

#[test]
fn a_deal_waits_for_its_time_and_starts_in_time() {
    fresh().check(-1_000, "Pending | - | -90 |");
    fresh().check(-91, "Pending | - | -90 |");
    fresh().check(-90, "Provisioning | present | -85 | Provisioning");
    // The platform was off: it starts late, and says so.
    fresh().check(30, "Provisioning | present | 35 | Provisioning !WarmOverdue");
}

#[test]
fn it_is_warm_when_everything_is_there() {
    let redis_only = |case: &mut Case| {
        case.observed.roles_ready = RolesReady::default();
        case.observed.report = None;
    };
    in_phase(Phase::Provisioning)
        .with(|case| case.observed.redis_ready = false)
        .check(-80, "Provisioning | present | -75 |");
    in_phase(Phase::Provisioning).with(redis_only).check(-80, "Warming | present | -75 | Warming");
    in_phase(Phase::Warming)
        .with(|case| case.observed.roles_ready.payment = false)
        .check(-70, "Warming | present | -65 |");
    in_phase(Phase::Warming).check(-70, "Armed | present routed | -65 | Armed");
    // The next look is never later than the opening.
    in_phase(Phase::Armed).check(-3, "Armed | present routed | 0 |");
    let plan = in_phase(Phase::Warming).check(-70, "Armed | present routed | -65 | Armed");
    assert_eq!(plan.status.draw_commitment.as_deref(), Some("c0ffee"));
    assert_eq!(plan.status.window, Some(deal().spec.window));
}

#[test]
fn what_stands_in_the_way_is_said_once() {
    let obstructed = |phase| {
        in_phase(phase).with(|case| {
            case.observed.roles_ready.shop = false;
            case.observed.redis_ready = phase != Phase::Provisioning;
            case.observed.obstacle = Some("the secret is absent".into());
        })
    };
    let plan =
        obstructed(Phase::Provisioning).check(-80, "Provisioning | present | -75 | !ProvisionedObstructed");
    assert_eq!(reason(&plan, "Provisioned"), ("False", "Obstructed"));
    let plan = obstructed(Phase::Warming).check(-50, "Warming | present | -45 | !WarmObstructed");
    assert_eq!(reason(&plan, "Warm"), ("False", "Obstructed"));
    let found = plan.status.conditions.iter().find(|c| c.type_ == "Warm").expect("it is there");
    assert_eq!(found.message, "the secret is absent");
    let plan = obstructed(Phase::Warming).check(5, "Warming | present | 10 | !WarmOverdue");
    let found = plan.status.conditions.iter().find(|c| c.type_ == "Warm").expect("it is there");
    assert!(found.message.ends_with(": the secret is absent"), "{}", found.message);
}

#[test]
fn a_change_before_it_is_warm_reaches_the_runtime_and_later_only_its_settings_do() {
    let later = |case: &mut Case| {
        case.deal.spec.window = Window { opens_at: at(60), closes_at: at(660) };
        case.deal.spec.title = "다른 이름".into();
        case.deal.spec.products[0].stock = 150;
        case.deal.metadata.generation = Some(2);
    };
    let plan = in_phase(Phase::Warming).with(later).check(-70, "Warming | present | -65 |");
    let Desired::Present(runtime) = plan.desired else { panic!("the runtime stays") };
    assert_eq!((runtime.config.opens_at, runtime.config.title.as_str()), (at(60), "다른 이름"));

    let plan =
        in_phase(Phase::Armed).with(later).check(-50, "Armed | present routed | -45 | !AcceptedWindowFrozen");
    let Desired::Present(runtime) = plan.desired else { panic!("the runtime stays") };
    assert_eq!((runtime.config.opens_at, runtime.config.title.as_str()), (at(0), "겨울 원두 타임딜"));
    assert_eq!((runtime.config.settings.generation, runtime.config.settings.products[0].stock), (4, 150));
}

#[test]
fn a_runtime_that_may_have_opened_by_itself_keeps_its_window() {
    let moved = in_phase(Phase::Warming).with(|case| {
        case.deal.spec.window = Window { opens_at: at(900), closes_at: at(1_500) };
        case.observed.roles_ready = RolesReady::default();
        case.observed.report = None;
    });
    let plan = moved.check(10, "Warming | present | 15 | !AcceptedWindowFrozen !WarmOverdue");
    let Desired::Present(runtime) = plan.desired else { panic!("the runtime stays") };
    assert_eq!(runtime.config.opens_at, at(0));
}

#[test]
fn its_workloads_are_frozen_once_it_is_warm() {
    let check = |phase: Phase, now_seconds: i64, frozen: bool| {
        let Desired::Present(runtime) = in_phase(phase).at(now_seconds).desired else {
            panic!("{phase} has a runtime")
        };
        assert_eq!(runtime.frozen, frozen, "{phase} at {now_seconds}");
    };
    check(Phase::Armed, -50, true);
    check(Phase::Open, 100, true);
    check(Phase::Draining, 650, true);
    let cold = in_phase(Phase::Warming).with(|case| case.observed.roles_ready = RolesReady::default());
    let Desired::Present(runtime) = cold.at(-70).desired else { panic!("it is being warmed") };
    assert!(!runtime.frozen, "what is not warm yet may still be made anew");
}

#[test]
fn it_opens_by_the_runtimes_clock_or_by_ours() {
    in_phase(Phase::Armed).check(0, "Open | present routed | 5 | Open");
    in_phase(Phase::Armed)
        .report(|report| report.opened_at = Some(at(-2)))
        .check(-1, "Open | present routed | 0 | Open");
    // Nobody looked for the whole of warm-up: the sale goes on, and is caught up with in one pass.
    let plan = in_phase(Phase::Provisioning)
        .report(|report| report.opened_at = Some(at(0)))
        .check(120, "Open | present routed | 125 | Open");
    assert_eq!(plan.status.opened_at, Some(at(0)));
}

#[test]
fn what_is_lost_while_open_is_brought_back() {
    let plan = in_phase(Phase::Open).gone().check(100, "Open | present routed | 105 | !ProvisionedLost");
    assert_eq!(reason(&plan, "Ready"), ("False", "Down"));
    let crashed = in_phase(Phase::Open).with(|case| {
        case.observed.redis_ready = false;
        case.observed.report = None;
    });
    let plan = crashed.check(100, "Open | present routed | 105 |");
    assert_eq!(reason(&plan, "Provisioned"), ("False", "StoreDown"));
    // What somebody is deleting from under us has to be gone first.
    in_phase(Phase::Open)
        .with(|case| case.observed.presence = Presence::Terminating { uid: UID.into() })
        .check(100, "Open | - | 105 | !ProvisionedLost");
}

#[test]
fn it_closes_drains_settles_and_is_gone() {
    let open = in_phase(Phase::Open).report(|report| report.open_holds = 3);
    open.check(599, "Open | present routed | 600 |");
    in_phase(Phase::Open)
        .report(|report| report.open_holds = 3)
        .check(600, "Draining | present routed | 605 | Draining");
    in_phase(Phase::Open)
        .report(|report| {
            report.open_holds = 1;
            report.closed_at = Some(at(590));
        })
        .check(595, "Draining | present routed | 600 | Draining");

    // By our clock it is closed; the runtime's own is the one that counts.
    in_phase(Phase::Draining).check(610, "Draining | present routed | 615 |");
    in_phase(Phase::Draining)
        .report(|report| report.closed_at = Some(at(600)))
        .check(610, "Settling | present routed seal | 615 | Settling");

    in_phase(Phase::Settling)
        .with(|case| case.observed.report = Some(Report { unexported: 1, ..sealed() }))
        .check(710, "Settling | present seal | 715 |");
    let settled = in_phase(Phase::Settling).with(|case| {
        case.observed.report = Some(sealed());
        case.observed.ledger = Some(head());
    });
    let plan = settled.check(710, "TearingDown | absent | 715 | TearingDown");
    let settlement = plan.status.settlement.expect("it is on record before anything is destroyed");
    assert_eq!((settlement.events, settlement.net), (1, Won(39_800)));

    in_phase(Phase::TearingDown).check(720, "TearingDown | absent | 725 |");
    in_phase(Phase::TearingDown).gone().check(720, "Completed | - | 4320 | Completed");
}

#[test]
fn nothing_is_torn_down_before_two_parties_agree() {
    let settling = |report: Option<Report>, ledger: Option<Head>| {
        in_phase(Phase::Settling).with(|case| {
            case.observed.report = report;
            case.observed.ledger = ledger;
        })
    };
    let other = Some(Head { count: 1, digest: "cd".repeat(32) });
    let because = |case: Case| {
        let plan = case.at(710);
        assert_ne!(plan.desired, Desired::Absent);
        reason(&plan, "Settled").1.to_owned()
    };
    assert_eq!(because(settling(Some(sealed()), other)), "LedgerDiffers");
    assert_eq!(because(settling(Some(sealed()), None)), "NoLedger");
    assert_eq!(because(settling(None, Some(head()))), "NoReport");
    assert_eq!(because(settling(Some(Report { sealed: false, ..sealed() }), Some(head()))), "Sealing");
    assert_eq!(because(settling(Some(Report { unexported: 2, ..sealed() }), Some(head()))), "Exporting");
    assert_eq!(because(settling(Some(Report { open_refunds: 1, ..sealed() }), Some(head()))), "Draining");
}

#[test]
fn what_takes_too_long_is_said_once_and_waited_for() {
    let holds = || in_phase(Phase::Draining).report(|report| report.open_holds = 1);
    // The longest hold and a minute.
    holds().check(1_619, "Draining | present routed | 1620 |");
    let plan = holds().check(1_620, "Draining | present routed | 1625 | !DrainedOverdue");
    holds().status(|status| *status = plan.status).check(9_000, "Draining | present routed | 9005 |");
    in_phase(Phase::Settling)
        .with(|case| case.observed.report = None)
        .check(760, "Settling | present routed seal | 765 | !SettledOverdue");
    in_phase(Phase::TearingDown)
        .status(|status| status.settled_at = Some(at(720)))
        .check(780, "TearingDown | absent | 785 | !ReadyOverdue");
}

#[test]
fn breaking_the_glass_is_for_a_closed_deal_and_is_recorded() {
    in_phase(Phase::Open).force().check(100, "Open | present routed | 105 |");
    let stuck = in_phase(Phase::Draining).force().report(|report| report.open_holds = 2);
    let plan = stuck.check(700, "TearingDown | absent | 705 | TearingDown !TeardownForced");
    assert_eq!(
        plan.status.forced_teardown.as_deref(),
        Some("the disk is gone (while Draining: 2 holds and 0 refunds are open)")
    );
    assert_eq!(reason(&plan, "Settled"), ("False", "Forced"));
    // Where there is nothing to force, there is a settlement.
    let settled = in_phase(Phase::Settling).force().with(|case| {
        case.observed.report = Some(sealed());
        case.observed.ledger = Some(head());
    });
    assert_eq!(settled.check(710, "TearingDown | absent | 715 | TearingDown").status.forced_teardown, None);
}

#[test]
fn deleting_takes_the_same_road() {
    fresh().deleted().check(-1_000, "Cancelled | - | release | Cancelled");
    in_phase(Phase::Provisioning).gone().deleted().check(-80, "Cancelled | - | release | Cancelled");
    // The ledger cannot say that nothing was sold: it is asked until it can.
    in_phase(Phase::Provisioning)
        .gone()
        .deleted()
        .with(|case| case.observed.ledger = None)
        .check(-80, "Draining | present routed | -75 | Draining");

    let open = in_phase(Phase::Open).deleted().report(|report| report.open_holds = 4);
    let plan = open.check(100, "Draining | present routed | 105 | Draining");
    assert_eq!(plan.status.closed_at, Some(at(100)));
    let Desired::Present(runtime) = plan.desired else { panic!("the runtime stays") };
    assert!(runtime.config.settings.closed && runtime.config.settings.paused);
    assert_eq!(runtime.config.settings.generation, 3);

    in_phase(Phase::Armed).deleted().check(-30, "Settling | present routed seal | -25 | Settling");
    in_phase(Phase::Settling)
        .deleted()
        .status(|status| status.opened_at = None)
        .report(|report| report.sealed = true)
        .check(-20, "TearingDown | absent | -15 | TearingDown");
    in_phase(Phase::TearingDown)
        .deleted()
        .gone()
        .status(|status| status.opened_at = None)
        .check(-10, "Cancelled | - | release | Cancelled");
}

#[test]
fn a_window_that_passed_without_a_runtime_is_missed() {
    fresh().check(600, "Missed | - | 4200 | !Missed");
    in_phase(Phase::Provisioning).gone().check(600, "Missed | - | 4200 | !Missed");
    // Something is there: it may have sold, so it is asked.
    in_phase(Phase::Provisioning)
        .with(|case| {
            case.observed.redis_ready = false;
            case.observed.report = None;
        })
        .check(600, "Draining | present routed | 605 | Draining");
}

#[test]
fn what_is_not_ours_is_never_touched() {
    let plan = fresh().foreign().check(-60, "Pending | - | 0 | !AcceptedForeignNamespace");
    assert_eq!(reason(&plan, "Accepted"), ("False", "ForeignNamespace"));
    fresh().foreign().deleted().check(-60, "Cancelled | - | release | Cancelled");
    in_phase(Phase::Open).foreign().check(50, "Open | - | 55 | !AcceptedForeignNamespace !ProvisionedLost");
    in_phase(Phase::TearingDown).foreign().check(720, "Completed | - | 4320 | Completed");
}

#[test]
fn a_broken_spec_is_refused_and_a_running_sale_goes_on_without_it() {
    let broken = |case: &mut Case| case.deal.spec.products.clear();
    fresh().with(broken).check(-60, "Pending | - | 0 | !AcceptedInvalidSpec");
    fresh().with(|case| case.deal.metadata.uid = None).check(-60, "Pending | - | 0 | !AcceptedInvalidSpec");
    fresh().with(broken).deleted().check(-60, "Cancelled | - | release | Cancelled !AcceptedInvalidSpec");

    let plan =
        in_phase(Phase::Open).with(broken).check(100, "Open | present routed | 105 | !AcceptedInvalidSpec");
    let Desired::Present(runtime) = plan.desired else { panic!("the runtime stays") };
    assert_eq!(runtime.config.settings.products.len(), 1);
    let plan = in_phase(Phase::Open)
        .with(broken)
        .deleted()
        .report(|report| report.open_holds = 1)
        .check(100, "Draining | present routed | 105 | Draining !AcceptedInvalidSpec");
    let Desired::Present(runtime) = plan.desired else { panic!("the runtime stays") };
    assert!(runtime.config.settings.closed);
}

#[test]
fn once_torn_down_nothing_returns() {
    let again = |case: &mut Case| {
        case.deal.spec.window = Window { opens_at: at(5_000), closes_at: at(6_000) };
    };
    in_phase(Phase::TearingDown).with(again).check(720, "TearingDown | absent | 725 | !AcceptedWindowFrozen");
    let over =
        |phase| in_phase(phase).gone().with(again).status(|status| status.completed_at = Some(at(720)));
    for phase in [Phase::Completed, Phase::Cancelled, Phase::Missed] {
        over(phase).check(4_950, &format!("{phase} | - | release |"));
        over(phase).check(800, &format!("{phase} | - | 4320 |"));
    }
}

#[test]
fn a_pause_reaches_the_runtime_and_is_shown() {
    let paused = |case: &mut Case| {
        case.deal.spec.paused = true;
        case.deal.metadata.generation = Some(2);
    };
    let plan = in_phase(Phase::Open).with(paused).check(100, "Open | present routed | 105 |");
    assert_eq!(reason(&plan, "Paused"), ("True", "Pausing"));
    let Desired::Present(runtime) = &plan.desired else { panic!("the runtime stays") };
    assert!(runtime.config.settings.paused && !runtime.config.settings.closed);
    let plan = in_phase(Phase::Open)
        .with(paused)
        .report(|report| report.generation = 4)
        .check(100, "Open | present routed | 105 |");
    assert_eq!(reason(&plan, "Paused"), ("True", "Paused"));
}

#[test]
fn a_dry_run_describes_and_does_nothing() {
    let dry = |case: &mut Case| case.deal.spec.mode = Mode::Plan;
    let plan = fresh().with(dry).check(-80, "Pending | - | -75 |");
    assert_eq!(
        plan.status.planned,
        [
            "go from Pending to Provisioning",
            "have the runtime with settings 2: queue 2 to 4, shop 2 to 4, payment 2 to 4, not routed"
        ]
    );
    let settled = in_phase(Phase::Settling).with(dry).with(|case| {
        case.observed.report = Some(sealed());
        case.observed.ledger = Some(head());
    });
    let plan = settled.check(710, "Settling | - | 715 |");
    assert_eq!(plan.status.planned, ["go from Settling to TearingDown", "tear the runtime down"]);
    fresh().with(dry).deleted().check(-80, "Cancelled | - | release | Cancelled");
}

#[test]
fn a_transition_is_dated_once() {
    let first = in_phase(Phase::Open).at(100).status.conditions;
    let second = in_phase(Phase::Open).status(|status| status.conditions = first.clone()).at(200);
    assert_eq!(second.status.conditions, first);
    let down = in_phase(Phase::Open)
        .status(|status| status.conditions = first.clone())
        .with(|case| case.observed.roles_ready.queue = false)
        .at(200);
    let ready = |conditions: &[k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition]| {
        conditions.iter().find(|c| c.type_ == "Ready").map(|c| c.last_transition_time.0)
    };
    assert_eq!((ready(&first), ready(&down.status.conditions)), (Some(at(100)), Some(at(200))));
}

#[test]
fn an_idle_pass_writes_nothing() {
    for phase in [Phase::Armed, Phase::Open, Phase::Draining, Phase::Settling] {
        let now = if phase == Phase::Armed { -30 } else { 100 };
        let case = in_phase(phase).report(|report| report.open_holds = 1);
        let status = case.at(now).status;
        let next = case.status(|before| *before = status.clone()).at(now + 3);
        assert_eq!(next.status, status, "{phase}");
    }
}

#[test]
fn a_pod_is_told_of_withdrawn_links_only_where_there_are_some_and_says_which_were_used() {
    let some = vec![crds::LinkRange { first: 3, last: 9 }];
    let mut spec = deal().spec;
    let written = |spec: &crds::TimeDealSpec| serde_json::to_value(config::settings(spec, 1, false)).unwrap();
    // A runtime of an older version refuses a field that it does not know.
    assert_eq!(written(&spec).get("withdrawnLinks"), None);
    spec.withdrawn_links = some.clone();
    assert_eq!(written(&spec)["withdrawnLinks"], serde_json::json!([{"first": 3, "last": 9}]));

    let open = in_phase(Phase::Open).report(|report| report.used_links = some.clone());
    assert_eq!(open.at(1).status.figures.used_links, some);
    let mut older = serde_json::to_value(report()).unwrap();
    older.as_object_mut().unwrap().remove("usedLinks");
    let older: Report = serde_json::from_value(older).unwrap();
    assert_eq!(older, report(), "a runtime of an older version says nothing of them");
}

#[test]
fn a_pod_is_told_of_a_proof_of_work_only_where_there_is_one_and_of_its_share_of_the_crowd() {
    let mut spec = deal().spec;
    let written = |spec: &crds::TimeDealSpec| serde_json::to_value(config::settings(spec, 1, false)).unwrap();
    // A runtime of an older version refuses a field that it does not know.
    assert_eq!(written(&spec).get("proofOfWork"), None);
    spec.proof_of_work = Some(crds::ProofOfWork { base_bits: 10, max_bits: 14 });
    for (shoppers, pods, expected) in
        [(1, 1, 20), (1_200, 1, 20), (60_000, 1, 1_000), (60_000, 4, 250), (10_000_000, 200, 834)]
    {
        spec.capacity.expected_shoppers = shoppers;
        spec.roles.queue.warm = pods;
        let proof = &written(&spec)["proofOfWork"];
        let wanted = serde_json::json!({"baseBits": 10, "maxBits": 14, "expectedPerSecond": expected});
        assert_eq!(*proof, wanted, "{shoppers} and {pods} pods");
    }
}
