//! One pass over one deal: look, plan, say, act, in that order.

use std::time::Duration;

use control_plane_telemetry::clock::Clock;
use crds::TimeDeal;
use jiff::Timestamp;
use operator_core::{Context, Desired, FINALIZER, Plan, plan};

use crate::failure::{Failure, STEP_SECONDS_MAX, bounded};
use crate::ports::{Deals, Executor};

/// What a pass came to.
pub struct Pass {
    /// When to look again at the latest; `None` where the pass did not get as far as a plan, or
    /// nothing is left to be done.
    pub next_wake: Option<Timestamp>,
    /// Nothing is left to be done for the deal, once this pass has succeeded.
    pub is_over: bool,
    pub result: Result<(), Failure>,
}

/// Brings one deal a step further. The deal is left with the status that is on record.
///
/// The status is on record before anything is done because of it: no settlement is lost with what
/// it settles, and nothing that was created is forgotten.
pub async fn reconcile<E: Executor, D: Deals>(
    executor: &E,
    deals: &D,
    deal: &mut TimeDeal,
    context: &Context,
    clock: &Clock,
) -> Pass {
    let observed = match bounded("observe the runtime", executor.observe(deal)).await {
        Ok(observed) => observed,
        Err(failure) => return Pass { next_wake: None, is_over: false, result: Err(failure) },
    };
    let plan = plan(deal, &observed, clock.now(), context);
    let result = carry_out(executor, deals, deal, &plan).await;
    Pass { next_wake: plan.next_wake, is_over: plan.finalized, result }
}

async fn carry_out<E: Executor, D: Deals>(
    executor: &E,
    deals: &D,
    deal: &mut TimeDeal,
    plan: &Plan,
) -> Result<(), Failure> {
    if matches!(plan.desired, Desired::Present(_)) && needs_finalizer(deal) {
        bounded("add the finalizer", deals.add_finalizer(deal)).await?;
    }
    record(deals, deal, plan).await?;
    if plan.desired != Desired::Untouched {
        bounded("bring about what is desired", executor.apply(deal, &plan.desired)).await?;
    }
    if plan.finalized {
        bounded("let go of the deal", deals.remove_finalized(deal)).await?;
    }
    Ok(())
}

async fn record<D: Deals>(deals: &D, deal: &mut TimeDeal, plan: &Plan) -> Result<(), Failure> {
    if deal.status.as_ref() != Some(&plan.status) {
        bounded("write the status", deals.write_status(deal, &plan.status)).await?;
        deal.status = Some(plan.status.clone());
    }
    if !plan.events.is_empty() {
        let publishing = deals.publish(deal, &plan.events);
        if tokio::time::timeout(Duration::from_secs(STEP_SECONDS_MAX), publishing).await.is_err() {
            tracing::warn!(deal = deal.metadata.name, "notices were lost: telling them took too long");
        }
    }
    Ok(())
}

/// One whose deletion was asked for cannot be given a finalizer any more.
fn needs_finalizer(deal: &TimeDeal) -> bool {
    let has = deal.metadata.finalizers.iter().flatten().any(|finalizer| finalizer == FINALIZER);
    !has && deal.metadata.deletion_timestamp.is_none()
}
