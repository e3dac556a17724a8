//! What refers to something refers to something that is there: selectors to pods, autoscalers to
//! Deployments, routes to Services, mounts to volumes, ports to ports.

use serde_json::Value;

use crate::listed::{Listed, all};
use crate::{built, platform};

fn named<'l>(all: &'l [Listed], kind: &str, name: &str) -> &'l Value {
    let found = all.iter().find(|listed| listed.kind() == kind && listed.name() == name);
    &found.unwrap_or_else(|| panic!("there is no {kind} {name}")).0
}

fn selects(selector: &Value, labels: &Value) -> bool {
    selector.as_object().expect("a selector").iter().all(|(key, value)| labels[key] == *value)
}

#[test]
fn a_role_is_reached_scaled_and_spared_as_one() {
    let all = all(&built(&platform(), None));
    let templates: Vec<_> = all.iter().filter_map(Listed::template).collect();
    for (name, template) in &templates {
        let labels = &template["metadata"]["labels"];
        let service = &named(&all, "Service", name)["spec"];
        let selected: Vec<&str> = templates
            .iter()
            .filter(|(_, other)| selects(&service["selector"], &other["metadata"]["labels"]))
            .map(|(name, _)| *name)
            .collect();
        assert_eq!(selected, [*name], "a Service selects the pods of its own part");
        let container = &template["spec"]["containers"][0];
        for port in service["ports"].as_array().expect("ports") {
            let is_there =
                container["ports"].as_array().expect("ports").iter().any(|p| p["name"] == port["targetPort"]);
            assert!(is_there, "{name} has no port {}", port["targetPort"]);
        }
        for spread in template["spec"]["topologySpreadConstraints"].as_array().expect("constraints") {
            assert!(selects(&spread["labelSelector"]["matchLabels"], labels));
            assert_eq!(spread["whenUnsatisfiable"], "ScheduleAnyway");
        }
        if *name == "redis" {
            continue;
        }
        let deployment = &named(&all, "Deployment", name)["spec"];
        assert!(deployment["replicas"].is_null(), "replicas are the autoscaler's");
        assert!(selects(&deployment["selector"]["matchLabels"], labels));
        assert_eq!(deployment["strategy"]["rollingUpdate"]["maxUnavailable"], 0);
        assert_eq!(deployment["strategy"]["rollingUpdate"]["maxSurge"], 1);
        let autoscaler = &named(&all, "HorizontalPodAutoscaler", name)["spec"];
        assert_eq!(autoscaler["scaleTargetRef"]["kind"], "Deployment");
        assert_eq!(autoscaler["scaleTargetRef"]["name"], *name);
        assert_eq!((&autoscaler["minReplicas"], &autoscaler["maxReplicas"]), (&2.into(), &4.into()));
        let budget = &named(&all, "PodDisruptionBudget", name)["spec"];
        assert!(selects(&budget["selector"]["matchLabels"], labels));
    }
}

#[test]
fn no_pod_is_sent_shoppers_before_it_serves_them_or_after() {
    let all = all(&built(&platform(), None));
    for (name, template) in all.iter().filter_map(Listed::template).filter(|(name, _)| *name != "redis") {
        let container = &template["spec"]["containers"][0];
        for (probe, path) in
            [("startupProbe", "/healthz"), ("readinessProbe", "/readyz"), ("livenessProbe", "/healthz")]
        {
            let get = &container[probe]["httpGet"];
            assert_eq!((&get["path"], &get["port"]), (&path.into(), &"internal".into()), "{name} {probe}");
        }
        let farewell = container["lifecycle"]["preStop"]["sleep"]["seconds"].as_i64().expect("a farewell");
        let grace = template["spec"]["terminationGracePeriodSeconds"].as_i64().expect("a grace");
        let approval_seconds = 15;
        assert!(farewell + approval_seconds < grace, "{name}: a payment under way is waited for");
    }
}

#[test]
fn what_is_mounted_is_there_and_what_is_there_is_mounted() {
    let all = all(&built(&platform(), None));
    for (name, template) in all.iter().filter_map(Listed::template) {
        let names = |list: &Value| -> Vec<String> {
            let list = list.as_array().cloned().unwrap_or_default();
            list.iter().map(|item| item["name"].as_str().expect("a name").to_owned()).collect()
        };
        let mounts = names(&template["spec"]["containers"][0]["volumeMounts"]);
        let mut volumes = names(&template["spec"]["volumes"]);
        if name == "redis" {
            let claims = &named(&all, "StatefulSet", name)["spec"]["volumeClaimTemplates"];
            volumes.extend(
                claims
                    .as_array()
                    .expect("claims")
                    .iter()
                    .map(|claim| claim["metadata"]["name"].as_str().expect("a name").to_owned()),
            );
        }
        assert_eq!(mounts, volumes, "{name}");
    }
}
