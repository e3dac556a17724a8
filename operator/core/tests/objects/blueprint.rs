//! Once a deal is warm its pods stay as they were made, whatever a newer operator would make of
//! them, and what may move still moves.

use operator_core::objects::{self, Blueprint, Role};

use crate::{built, desired, platform, spec, support};

/// What a newer version might be told.
fn newer() -> objects::ClusterPlatform {
    let mut newer = platform();
    newer.images.tenant_runtime = "registry.example/tenant-runtime:2.0".into();
    newer.images.redis = "registry.example/redis:2.0".into();
    newer.resources.queue.memory_mib = 64;
    newer.resources.redis.memory_mib = 64;
    newer.redis.storage_size = "1Gi".into();
    newer
}

#[test]
fn a_blueprint_is_read_as_it_was_written() {
    let objects = built(&platform(), None);
    let read = Blueprint::read(&objects.blueprint).expect("a blueprint");
    assert_eq!(built(&platform(), Some(read)), objects);
}

#[test]
fn a_newer_operator_restarts_nobody() {
    let before = built(&platform(), None);
    assert_ne!(built(&newer(), None).queue.deployment, before.queue.deployment, "else this proves nothing");
    let frozen = Blueprint::read(&before.blueprint).expect("a blueprint");
    let after = built(&newer(), Some(frozen));
    assert_eq!(after.redis.stateful_set, before.redis.stateful_set);
    for (after, before) in
        [(&after.queue, &before.queue), (&after.shop, &before.shop), (&after.payment, &before.payment)]
    {
        assert_eq!(after.deployment, before.deployment);
    }
    assert_eq!(after.blueprint, before.blueprint, "and so does the operator after it");
    assert_eq!(after.quota, before.quota, "what runs still fits");
    assert_eq!(after.limits, before.limits);
}

#[test]
fn what_may_move_moves() {
    let before = built(&platform(), None);
    let frozen = || Some(Blueprint::read(&before.blueprint).expect("a blueprint"));
    let mut spec = spec();
    spec.roles.queue.max = 9;
    spec.products[0].stock += 50;
    let mut wanted = desired(support::NAME, &spec);
    wanted.roles.queue.min = 1;
    wanted.routed = false;
    let after = objects::build(support::NAME, support::UID, &spec, &wanted, &platform(), frozen());
    let Role { deployment, autoscaler, .. } = &after.queue;
    assert_eq!(*deployment, before.queue.deployment);
    let bounds = autoscaler.spec.as_ref().map(|spec| (spec.min_replicas, spec.max_replicas));
    assert_eq!(bounds, Some((Some(1), 9)));
    assert_ne!(after.quota, before.quota, "a larger most needs a larger quota");
    assert_eq!(objects::read_config(&after.config).expect("a configuration"), wanted.config);
    assert!(!after.routed && before.routed);
}

#[test]
fn another_document_makes_new_pods_and_other_settings_do_not() {
    let before = built(&platform(), None);
    let spec = spec();
    let build = |wanted: &operator_core::RuntimeDesired| {
        objects::build(support::NAME, support::UID, &spec, wanted, &platform(), None)
    };
    let mut settings = desired(support::NAME, &spec);
    settings.config.settings.generation += 1;
    settings.config.settings.paused = true;
    assert_eq!(build(&settings).shop.deployment, before.shop.deployment);
    let mut document = desired(support::NAME, &spec);
    document.config.title.push('!');
    assert_ne!(build(&document).shop.deployment, before.shop.deployment);
    assert_eq!(build(&document).redis, before.redis, "Redis reads no document");
}

#[test]
fn what_is_no_blueprint_is_refused() {
    let mut config_map = built(&platform(), None).blueprint;
    let data = config_map.data.as_mut().expect("data");
    for text in data.values_mut() {
        *text = "{}".into();
    }
    assert!(Blueprint::read(&config_map).is_err());
    config_map.data = None;
    assert!(Blueprint::read(&config_map).is_err());
}
