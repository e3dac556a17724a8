//! Every pod obeys Pod Security `restricted`, and a little more. The list is the standard's own:
//! <https://kubernetes.io/docs/concepts/security/pod-security-standards/>.

use serde_json::{Value, json};

use crate::listed::all;
use crate::{built, platform};

/// What of the standard a pod breaks.
fn broken(pod: &Value) -> Vec<String> {
    let mut broken = Vec::new();
    let mut unless = |holds: bool, what: &str| {
        if !holds {
            broken.push(what.to_owned());
        }
    };
    for host in ["hostNetwork", "hostPID", "hostIPC"] {
        unless(pod[host] != json!(true), host);
    }
    let volumes = pod["volumes"].as_array().cloned().unwrap_or_default();
    for volume in &volumes {
        let allowed = [
            "configMap",
            "csi",
            "downwardAPI",
            "emptyDir",
            "ephemeral",
            "persistentVolumeClaim",
            "projected",
            "secret",
        ];
        let kinds: Vec<&String> =
            volume.as_object().expect("a volume").keys().filter(|key| *key != "name").collect();
        unless(kinds.iter().all(|kind| allowed.contains(&kind.as_str())), "volume types");
    }
    let of_pod = &pod["securityContext"];
    unless(of_pod["runAsNonRoot"] == json!(true), "runAsNonRoot");
    unless(of_pod["runAsUser"].as_i64().is_some_and(|user| user > 0), "runAsUser");
    unless(of_pod["seccompProfile"]["type"] == "RuntimeDefault", "seccompProfile");
    unless(of_pod["sysctls"].is_null(), "sysctls");
    unless(pod["initContainers"].is_null() && pod["ephemeralContainers"].is_null(), "other containers");
    for container in pod["containers"].as_array().expect("a pod has containers") {
        let own = &container["securityContext"];
        unless(own["allowPrivilegeEscalation"] == json!(false), "allowPrivilegeEscalation");
        unless(own["capabilities"]["drop"] == json!(["ALL"]), "capabilities.drop");
        unless(own["capabilities"]["add"].is_null(), "capabilities.add");
        unless(own["privileged"] != json!(true), "privileged");
        unless(own["runAsNonRoot"] != json!(false), "runAsNonRoot of a container");
        unless(own["procMount"].is_null(), "procMount");
        unless(own["seccompProfile"].is_null(), "seccompProfile of a container");
        let ports = container["ports"].as_array().cloned().unwrap_or_default();
        unless(ports.iter().all(|port| port["hostPort"].is_null()), "hostPort");
        // Not asked for by the standard.
        unless(own["readOnlyRootFilesystem"] == json!(true), "readOnlyRootFilesystem");
    }
    unless(pod["automountServiceAccountToken"] == json!(false), "automountServiceAccountToken");
    unless(pod["enableServiceLinks"] == json!(false), "enableServiceLinks");
    broken
}

#[test]
fn every_pod_is_restricted() {
    let all = all(&built(&platform(), None));
    let templates: Vec<_> = all.iter().filter_map(|listed| listed.template()).collect();
    assert_eq!(templates.len(), 4, "three roles and Redis");
    for (name, template) in templates {
        assert_eq!(broken(&template["spec"]), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn the_check_finds_what_is_not() {
    let all = all(&built(&platform(), None));
    let (_, template) = all.iter().find_map(|listed| listed.template()).expect("a workload");
    let good = &template["spec"];
    let breaks: [(&str, Value, &str); 6] = [
        ("/hostNetwork", json!(true), "hostNetwork"),
        ("/volumes/0", json!({"name": "x", "hostPath": {"path": "/"}}), "volume types"),
        ("/securityContext/seccompProfile/type", json!("Unconfined"), "seccompProfile"),
        ("/securityContext/runAsUser", json!(0), "runAsUser"),
        ("/containers/0/securityContext/capabilities/drop", json!([]), "capabilities.drop"),
        ("/containers/0/securityContext/allowPrivilegeEscalation", json!(true), "allowPrivilegeEscalation"),
    ];
    for (pointer, value, expected) in breaks {
        let mut pod = good.clone();
        match pod.pointer_mut(pointer) {
            Some(place) => *place = value,
            None => pod[pointer.trim_start_matches('/')] = value,
        }
        assert_eq!(broken(&pod), [expected]);
    }
}

#[test]
fn the_namespace_enforces_it() {
    let objects = built(&platform(), None);
    let labels = objects.namespace.metadata.labels.expect("a namespace has labels");
    for mode in ["enforce", "warn", "audit"] {
        assert_eq!(labels[&format!("pod-security.kubernetes.io/{mode}")], "restricted");
    }
}
