//! The quota lets a deal have all that its autoscalers may ask for.

use crds::{RoleResources, RoleSize};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use operator_core::objects;

use crate::listed::all;
use crate::{desired, platform, spec, support};

/// In thousandths of a core, or of a MiB; the few forms that are written.
fn amount(quantity: &Quantity) -> u64 {
    let text = quantity.0.as_str();
    let (digits, factor) = match text.trim_start_matches(|c: char| c.is_ascii_digit()) {
        "m" => (text.strip_suffix('m'), 1),
        "" => (Some(text), 1_000),
        "Mi" => (text.strip_suffix("Mi"), 1_000),
        "Gi" => (text.strip_suffix("Gi"), 1_024_000),
        unit => panic!("{unit:?} in {text:?} is not expected"),
    };
    digits.and_then(|digits| digits.parse::<u64>().ok()).expect("a number") * factor
}

/// What all pods together ask for and may use, read from the objects themselves, with every role at
/// its autoscaler's most and one pod more.
fn needed(objects: &objects::Objects) -> Vec<(&'static str, u64)> {
    let mut sums = vec![
        ("pods", 0),
        ("requests.cpu", 0),
        ("limits.cpu", 0),
        ("requests.memory", 0),
        ("limits.memory", 0),
    ];
    for listed in all(objects) {
        let Some((name, template)) = listed.template() else { continue };
        let pods = match name {
            "queue" => objects.queue.autoscaler.spec.as_ref().map_or(0, |spec| spec.max_replicas + 1),
            "shop" => objects.shop.autoscaler.spec.as_ref().map_or(0, |spec| spec.max_replicas + 1),
            "payment" => objects.payment.autoscaler.spec.as_ref().map_or(0, |spec| spec.max_replicas + 1),
            "redis" => 1,
            name => panic!("who is {name}?"),
        };
        let pods = u64::try_from(pods).expect("a number of pods");
        let resources = &template["spec"]["containers"][0]["resources"];
        for (what, sum) in &mut sums {
            let one = match what.split_once('.') {
                None => 1_000,
                Some((kind, of)) => {
                    amount(&Quantity(resources[kind][of].as_str().expect("an amount").to_owned()))
                }
            };
            *sum += pods * one;
        }
    }
    sums
}

#[test]
fn everything_at_its_most_fits() {
    let sizes = [(1, 1, 1), (1, 2, 4), (3, 7, 11), (200, 200, 200)];
    let asks = [None, Some((10, 32)), Some((1_500, 1_000)), Some((64_000, 262_144))];
    for (min, warm, max) in sizes {
        for asked in asks {
            for expected_shoppers in [1, 1_000, 10_000_000] {
                let mut spec = spec();
                let resources =
                    asked.map(|(cpu_millis, memory_mib)| RoleResources { cpu_millis, memory_mib });
                spec.roles.queue = RoleSize { min, warm, max, resources };
                spec.roles.payment = RoleSize { min: 1, warm: max, max, resources };
                spec.capacity.expected_shoppers = expected_shoppers;
                let desired = desired(support::NAME, &spec);
                let built = objects::build(support::NAME, support::UID, &spec, &desired, &platform(), None);
                let hard = built.quota.spec.as_ref().and_then(|spec| spec.hard.clone()).expect("a quota");
                for (what, needed) in needed(&built) {
                    let granted = amount(&hard[what]);
                    assert!(granted >= needed, "{what}: {needed} needed, {granted} granted");
                }
            }
        }
    }
}

#[test]
fn no_container_is_larger_than_the_range_allows() {
    let built = crate::built(&platform(), None);
    let limits = built.limits.spec.as_ref().expect("a range").limits.clone();
    let most = limits[0].max.as_ref().expect("a most");
    for listed in all(&built) {
        let Some((name, template)) = listed.template() else { continue };
        let resources = &template["spec"]["containers"][0]["resources"]["limits"];
        for what in ["cpu", "memory"] {
            let one = amount(&Quantity(resources[what].as_str().expect("an amount").to_owned()));
            assert!(one <= amount(&most[what]), "{name}: {what}");
        }
    }
}

#[test]
fn nothing_of_a_deal_is_reachable_past_the_edge() {
    let built = crate::built(&platform(), None);
    let hard = built.quota.spec.and_then(|spec| spec.hard).expect("a quota");
    assert_eq!(hard["services.loadbalancers"].0, "0");
    assert_eq!(hard["services.nodeports"].0, "0");
    assert_eq!(hard["persistentvolumeclaims"].0, "1");
}

#[test]
fn redis_keeps_within_its_memory_and_has_room_for_the_crowd() {
    for (expected_shoppers, memory, maxmemory) in
        [(1, "513Mi", "307mb"), (1_000_000, "1489Mi", "893mb"), (10_000_000, "10278Mi", "6166mb")]
    {
        let mut spec = spec();
        spec.capacity.expected_shoppers = expected_shoppers;
        let desired = desired(support::NAME, &spec);
        let built = objects::build(support::NAME, support::UID, &spec, &desired, &platform(), None);
        let pod = built.redis.stateful_set.spec.and_then(|spec| spec.template.spec).expect("a pod");
        let limits = pod.containers[0].resources.clone().and_then(|r| r.limits).expect("limits");
        assert_eq!(limits["memory"].0, memory);
        let args = pod.containers[0].args.clone().expect("arguments");
        let at = args.iter().position(|arg| arg == "--maxmemory").expect("a most");
        assert_eq!(args[at + 1], maxmemory);
    }
}
