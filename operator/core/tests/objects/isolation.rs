//! What keeps a deal to itself: its names, its secrets, its ports.

use std::collections::BTreeSet;

use operator_core::objects::{self, DEAL, DEAL_UID, MANAGED_BY, MANAGER, PART_OF, PLATFORM};
use serde_json::Value;

use crate::listed::{all, listed_secrets};
use crate::{at_ingress, built, desired, new_secrets, platform, spec, support};

const VALUES: [&str; 2] = ["merchant-key-value", "ledger-token-value"];

#[test]
fn a_secret_is_in_a_secret_and_nowhere_else() {
    let new = new_secrets();
    let objects = built(&platform(), None);
    for listed in all(&objects) {
        let text = listed.0.to_string();
        let values = [&new.deal_key, &new.draw_secret, &new.control_token, &new.redis_password];
        for value in values.into_iter().map(String::as_str).chain(VALUES) {
            assert!(!text.contains(value), "{} {} tells a secret", listed.kind(), listed.name());
        }
        assert_ne!(listed.kind(), "Secret", "secrets are only ever laid out");
    }
    assert!(!format!("{objects:?}").contains(&new.redis_password));
}

#[test]
fn each_secret_reaches_only_the_pods_that_need_it() {
    let objects = built(&platform(), None);
    let mut found = BTreeSet::new();
    for listed in all(&objects) {
        let Some((name, template)) = listed.template() else { continue };
        // By whatever road: a volume, a projection, a variable.
        for secret in named_secrets(template) {
            found.insert(format!("{name} reads {secret}"));
        }
    }
    let expected = [
        "payment reads payment",
        "payment reads runtime",
        "queue reads runtime",
        "redis reads redis",
        "shop reads runtime",
    ];
    assert_eq!(found, BTreeSet::from(expected.map(str::to_owned)));
}

#[test]
fn the_password_is_found_again_in_what_redis_reads() {
    let objects = built(&platform(), None);
    let new = new_secrets();
    let secret = objects.credentials.redis(&new.redis_password);
    assert_eq!(objects::redis_password(&secret), Some(new.redis_password));
    assert_eq!(objects::redis_password(&objects.credentials.runtime(&new_secrets())), None);
}

/// The names under every `secret`, `secretName`, `secretRef` and `secretKeyRef`.
fn named_secrets(value: &Value) -> Vec<String> {
    match value {
        Value::Object(map) => map
            .iter()
            .flat_map(|(key, value)| match (key.as_str(), value) {
                ("secretName", Value::String(name)) => vec![name.clone()],
                ("secret" | "secretRef" | "secretKeyRef", value) if value["name"].is_string() => {
                    vec![value["name"].as_str().expect("a name").to_owned()]
                }
                (_, value) => named_secrets(value),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(named_secrets).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn what_is_in_a_secret_is_what_the_runtime_reads() {
    let objects = built(&platform(), None);
    let keys: Vec<String> = listed_secrets(&objects)
        .iter()
        .map(|listed| {
            let data = listed.0["data"].as_object().expect("data");
            let mut keys: Vec<&str> = data.keys().map(String::as_str).collect();
            keys.sort_unstable();
            assert_eq!(listed.0["immutable"], true);
            format!("{}: {}", listed.name(), keys.join(" "))
        })
        .collect();
    assert_eq!(
        keys,
        [
            "runtime: control-token deal-key draw-secret redis-password",
            "payment: ledger-token merchant-key",
            "redis: redis.conf",
        ]
    );
    let [_, _, redis] = crate::listed::secrets(&objects);
    assert_eq!(redis.data.expect("data")["redis.conf"].0, b"requirepass redisPasswordValue\n");
    assert_eq!(objects.credentials.source_namespace, "bidd");
    assert_eq!(objects.credentials.source_name, "hanbit-payment");
}

#[test]
fn no_route_leads_to_the_internal_port() {
    for platform in [platform(), at_ingress(platform())] {
        let objects = built(&platform, None);
        let all = all(&objects);
        let route = all.iter().find(|l| ["HTTPRoute", "Ingress"].contains(&l.kind())).expect("a route");
        let backends = backends(&route.0);
        assert_eq!(backends, ["queue:80", "shop:80", "payment:80", "queue:80"]);
        for service in all.iter().filter(|l| l.kind() == "Service" && l.name() != "redis") {
            let ports = service.0["spec"]["ports"].as_array().expect("ports");
            let targets: Vec<String> =
                ports.iter().map(|port| format!("{} -> {}", port["port"], port["targetPort"])).collect();
            assert_eq!(targets, ["80 -> \"http\"", "8081 -> \"internal\""], "{}", service.name());
        }
        for (name, template) in all.iter().filter_map(|l| l.template()).filter(|(name, _)| *name != "redis") {
            let container = &template["spec"]["containers"][0];
            let ports: Vec<String> = container["ports"]
                .as_array()
                .expect("ports")
                .iter()
                .map(|port| format!("{} {}", port["name"], port["containerPort"]))
                .collect();
            assert_eq!(ports, ["\"http\" 8080", "\"internal\" 8081"], "{name}");
            let listens = |variable: &str| {
                let all = container["env"].as_array().expect("variables");
                all.iter().find(|v| v["name"] == variable).map(|v| v["value"].clone()).expect("it is set")
            };
            assert_eq!(listens("DDIB_LISTEN"), "0.0.0.0:8080");
            assert_eq!(listens("DDIB_INTERNAL_LISTEN"), "0.0.0.0:8081");
        }
    }
}

fn backends(route: &Value) -> Vec<String> {
    let gateway = route["spec"]["rules"].as_array().expect("rules").iter().filter_map(|rule| {
        let backend = &rule["backendRefs"][0];
        backend["name"].as_str().map(|name| format!("{name}:{}", backend["port"]))
    });
    let paths = route["spec"]["rules"][0]["http"]["paths"].as_array().cloned().unwrap_or_default();
    let ingress = paths.iter().map(|path| {
        let service = &path["backend"]["service"];
        format!("{}:{}", service["name"].as_str().expect("a name"), service["port"]["number"])
    });
    gateway.chain(ingress).collect()
}

#[test]
fn the_longest_name_makes_valid_names_and_labels() {
    let name = "a".repeat(crds::bounds::NAME_LENGTH_MAX);
    let spec = spec();
    let desired = desired(&name, &spec);
    let objects = objects::build(&name, support::UID, &spec, &desired, &platform(), None);
    assert_eq!(objects::namespace_of(&name).len(), 63);
    for listed in all(&objects).into_iter().chain(listed_secrets(&objects)) {
        let metadata = &listed.0["metadata"];
        assert!(is_dns_label(listed.name()), "{}", listed.name());
        if listed.kind() == "Namespace" {
            assert_eq!(metadata["labels"][DEAL_UID], support::UID);
        } else {
            assert_eq!(metadata["namespace"], objects::namespace_of(&name), "{}", listed.name());
        }
        let labels = metadata["labels"].as_object().expect("every object has labels");
        assert_eq!(labels[DEAL], name, "{}", listed.name());
        assert_eq!(labels[MANAGED_BY], MANAGER);
        assert_eq!(labels[PART_OF], PLATFORM);
        for all in label_maps(&listed.0) {
            for (key, value) in all {
                let value = value.as_str().expect("a label is text");
                assert!(is_label_value(value), "{key}={value}");
                let name = key.rsplit_once('/').map_or(key.as_str(), |(_, name)| name);
                assert!(is_label_value(name), "{key}");
            }
        }
    }
}

/// Every map of labels in an object.
fn label_maps(value: &Value) -> Vec<&serde_json::Map<String, Value>> {
    match value {
        Value::Object(map) => map
            .iter()
            .flat_map(|(key, value)| match (key.as_str(), value) {
                ("labels" | "matchLabels", Value::Object(labels)) => vec![labels],
                (_, value) => label_maps(value),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(label_maps).collect(),
        _ => Vec::new(),
    }
}

fn is_dns_label(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=63).contains(&text.len())
        && text.chars().all(inner)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

fn is_label_value(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.len() <= 63 && text.chars().all(inner) && edge(text.chars().next()) && edge(text.chars().next_back())
}
