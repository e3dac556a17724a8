//! Who may talk to whom: the policies of two deals side by side, judged by an engine that is not
//! ours, pair by pair and port by port. Whatever is not in the table is denied.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use anyhow::{Context as _, ensure};
use crds::TimeDealSpec;
use e2e_cluster::Cluster;
use k8s_openapi::api::networking::v1::NetworkPolicy;
use operator_core::objects::{self, ClusterPlatform, Edge, EdgeRoute, Images, Objects};
use operator_core::{Platform, Replicas, RoleReplicas, RuntimeDesired, TossPlaces, config};
use serde_json::{Value, json};

/// Everything that is allowed. The first deal pays at a gateway in the internet, the second at one
/// with an address, as where payments are only tried out.
const ALLOWED: &str = "
    TCP 8080: edge/proxy             -> ddib-first/queue
    TCP 8080: edge/proxy             -> ddib-first/shop
    TCP 8080: edge/proxy             -> ddib-first/payment
    TCP 8080: edge/proxy             -> ddib-second/queue
    TCP 8080: edge/proxy             -> ddib-second/shop
    TCP 8080: edge/proxy             -> ddib-second/payment

    TCP 8081: platform/operator      -> ddib-first/queue
    TCP 8081: platform/operator      -> ddib-first/shop
    TCP 8081: platform/operator      -> ddib-first/payment
    TCP 8081: platform/operator      -> ddib-second/queue
    TCP 8081: platform/operator      -> ddib-second/shop
    TCP 8081: platform/operator      -> ddib-second/payment

    TCP 6379: ddib-first/queue       -> ddib-first/redis
    TCP 6379: ddib-first/shop        -> ddib-first/redis
    TCP 6379: ddib-first/payment     -> ddib-first/redis
    TCP 6379: ddib-second/queue      -> ddib-second/redis
    TCP 6379: ddib-second/shop       -> ddib-second/redis
    TCP 6379: ddib-second/payment    -> ddib-second/redis

    TCP 8080: ddib-first/payment     -> platform/control-plane
    TCP 8080: ddib-second/payment    -> platform/control-plane

    TCP 443:  ddib-first/payment     -> outside/gateway
    TCP 9090: ddib-second/payment    -> outside/simulator

    UDP 53:   ddib-first/queue       -> kube-system/dns
    UDP 53:   ddib-first/shop        -> kube-system/dns
    UDP 53:   ddib-first/payment     -> kube-system/dns
    UDP 53:   ddib-second/queue      -> kube-system/dns
    UDP 53:   ddib-second/shop       -> kube-system/dns
    UDP 53:   ddib-second/payment    -> kube-system/dns
    TCP 53:   ddib-first/queue       -> kube-system/dns
    TCP 53:   ddib-first/shop        -> kube-system/dns
    TCP 53:   ddib-first/payment     -> kube-system/dns
    TCP 53:   ddib-second/queue      -> kube-system/dns
    TCP 53:   ddib-second/shop       -> kube-system/dns
    TCP 53:   ddib-second/payment    -> kube-system/dns
";

const PROBES: [(&str, u16); 8] = [
    ("TCP", 53),
    ("TCP", 80),
    ("TCP", 443),
    ("TCP", 6379),
    ("TCP", 8080),
    ("TCP", 8081),
    ("TCP", 9090),
    ("UDP", 53),
];

/// One pod, or one address outside.
struct Party {
    namespace: &'static str,
    name: &'static str,
    labels: Value,
    address: &'static str,
}

fn party(namespace: &'static str, name: &'static str, address: &'static str, labels: Value) -> Party {
    Party { namespace, name, labels, address }
}

/// The pods of a deal, with the labels that they really get, and one more that nobody made.
fn parties_of(namespace: &'static str, objects: &Objects, addresses: [&'static str; 5]) -> Vec<Party> {
    let labels = |object: &Value| object["spec"]["template"]["metadata"]["labels"].clone();
    let of = |object: serde_json::Result<Value>| labels(&object.expect("an object is plain data"));
    let [queue, shop, payment, redis, intruder] = addresses;
    vec![
        party(namespace, "queue", queue, of(serde_json::to_value(&objects.queue.deployment))),
        party(namespace, "shop", shop, of(serde_json::to_value(&objects.shop.deployment))),
        party(namespace, "payment", payment, of(serde_json::to_value(&objects.payment.deployment))),
        party(namespace, "redis", redis, of(serde_json::to_value(&objects.redis.stateful_set))),
        party(namespace, "intruder", intruder, json!({})),
    ]
}

fn parties(first: &Objects, second: &Objects) -> Vec<Party> {
    let component = |name: &str| json!({ "app.kubernetes.io/component": name });
    // Dressed up as everything that a policy trusts, in a namespace that none does.
    let impostor = json!({
        "app.kubernetes.io/component": "operator",
        "app.kubernetes.io/name": "tenant-runtime",
        "bidd.io/deal": "first",
        "k8s-app": "kube-dns",
    });
    let mut all = parties_of(
        "ddib-first",
        first,
        ["198.18.0.11", "198.18.0.12", "198.18.0.13", "198.18.0.14", "198.18.0.15"],
    );
    all.extend(parties_of(
        "ddib-second",
        second,
        ["198.18.0.21", "198.18.0.22", "198.18.0.23", "198.18.0.24", "198.18.0.25"],
    ));
    all.extend([
        party("platform", "control-plane", "198.18.0.31", component("control-plane")),
        party("platform", "operator", "198.18.0.32", component("operator")),
        party("platform", "database", "198.18.0.33", component("database")),
        party("edge", "proxy", "198.18.0.41", json!({})),
        party("kube-system", "dns", "198.18.0.51", json!({ "k8s-app": "kube-dns" })),
        party("kube-system", "controller", "198.18.0.52", json!({})),
        party("stranger", "impostor", "198.18.0.61", impostor),
        party("outside", "gateway", "211.249.220.24", json!({})),
        party("outside", "simulator", "198.19.0.1", json!({})),
        party("outside", "office", "10.20.30.40", json!({})),
        party("outside", "metadata", "169.254.169.254", json!({})),
    ]);
    all
}

fn spec(name: &str) -> TimeDealSpec {
    let spec = json!({
        "company": { "id": "00000000-0000-0000-0000-000000000001", "slug": name, "name": "회사" },
        "title": "타임딜",
        "host": format!("{name}.ddib.localhost"),
        "window": { "opensAt": "2026-12-01T01:00:00Z", "closesAt": "2026-12-01T02:00:00Z" },
        "capacity": {
            "plan": "light", "expectedShoppers": 100, "admissionsPerSecond": 10, "insideMax": 10,
        },
        "products": [{
            "id": "00000000-0000-0000-0000-000000000002",
            "name": "상품", "listPrice": 2, "price": 1, "stock": 1, "perShopperMax": 1,
        }],
        "payment": { "provider": "kakaoPay", "merchantId": "TC0ONETIME", "secretRef": name },
    });
    serde_json::from_value(spec).expect("a spec")
}

fn deal(name: &str, kakaopay_base_url: &str) -> Objects {
    let spec = spec(name);
    let identity = json!({
        "jwks": { "keys": [] }, "issuer": "http://i", "signInUrl": "http://s", "ordersUrl": "http://o",
    });
    let platform = Platform {
        scheme: "https".to_owned(),
        port: None,
        ledger_base_url: "http://control-plane.platform.svc:80".to_owned(),
        kakaopay_base_url: kakaopay_base_url.to_owned(),
        toss: TossPlaces::default(),
        identity: serde_json::from_value(identity).expect("an identity"),
    };
    let settings = config::settings(&spec, 1, false);
    let one = Replicas { min: 1, max: 1 };
    let desired = RuntimeDesired {
        config: config::build(name, &spec, spec.window, settings, &platform),
        secret_ref: name.to_owned(),
        roles: RoleReplicas { queue: one, shop: one, payment: one },
        routed: true,
        frozen: false,
        seal: false,
    };
    let cluster = ClusterPlatform {
        namespace: "platform".to_owned(),
        control_plane_port: 8080,
        images: Images {
            tenant_runtime: "tenant-runtime".to_owned(),
            redis: "redis".to_owned(),
            pull_policy: objects::PullPolicy::Never,
        },
        edge: Edge { route: EdgeRoute::Ingress { class: "edge".to_owned() }, namespace: "edge".to_owned() },
        redis: objects::RedisStorage::default(),
        resources: objects::RoleDefaults::default(),
    };
    objects::build(name, "uid", &spec, &desired, &cluster, None)
}

/// What the engine is asked: every party listens at every port.
fn model(parties: &[Party]) -> Value {
    let containers: Vec<Value> = PROBES
        .iter()
        .map(|(protocol, port)| {
            let name = format!("{protocol}-{port}").to_lowercase();
            json!({ "Name": name, "Port": port, "PortName": name, "Protocol": protocol })
        })
        .collect();
    let namespaces: BTreeMap<&str, Value> = parties
        .iter()
        .map(|party| (party.namespace, json!({ "kubernetes.io/metadata.name": party.namespace })))
        .collect();
    let pods: Vec<Value> = parties
        .iter()
        .map(|party| {
            json!({
                "Namespace": party.namespace, "Name": party.name, "Labels": party.labels,
                "IP": party.address, "Containers": containers,
            })
        })
        .collect();
    let probes: Vec<Value> =
        PROBES.iter().map(|(protocol, port)| json!({ "Protocol": protocol, "Port": port })).collect();
    json!({ "Resources": { "Namespaces": namespaces, "Pods": pods }, "Probes": probes })
}

/// The pairs that the engine allows, as in [`ALLOWED`], and how many it has judged. Two parties of
/// which neither is a deal's are not our policies' to judge.
fn allowed(printed: &str) -> anyhow::Result<(BTreeSet<String>, usize)> {
    let mut allowed = BTreeSet::new();
    let mut judged = 0;
    let tables = printed.split("Combined:\n").skip(1);
    for ((protocol, port), table) in PROBES.iter().zip(tables) {
        let mut rows = table
            .lines()
            .take_while(|line| !line.is_empty())
            .filter(|line| line.starts_with('|'))
            .map(|line| line.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>());
        let header = rows.next().context("a table without a header")?;
        let targets: Vec<String> = header[1..].iter().map(|name| name.to_lowercase()).collect();
        for row in rows {
            ensure!(row.len() == header.len(), "an uneven row: {row:?}");
            for (target, verdict) in targets.iter().zip(&row[1..]) {
                if !row[0].starts_with("ddib-") && !target.starts_with("ddib-") {
                    continue;
                }
                judged += 1;
                match *verdict {
                    "." => drop(allowed.insert(format!("{protocol} {port}: {} -> {target}", row[0]))),
                    "X" => {}
                    other => anyhow::bail!("{} -> {target} on {port}: {other:?}", row[0]),
                }
            }
        }
    }
    Ok((allowed, judged))
}

/// What the engine makes of these policies.
fn judge(
    engine: &std::path::Path,
    policies: &[NetworkPolicy],
    parties: &[Party],
) -> anyhow::Result<(BTreeSet<String>, usize)> {
    let directory = tempfile::tempdir()?;
    let list =
        json!({ "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicyList", "items": policies });
    let policies = directory.path().join("policies");
    std::fs::create_dir(&policies)?;
    std::fs::write(policies.join("all.json"), list.to_string())?;
    let question = directory.path().join("model.json");
    std::fs::write(&question, model(parties).to_string())?;
    let answer = Command::new(engine)
        .args(["analyze", "--mode", "probe", "--policy-path"])
        .arg(&policies)
        .arg("--probe-path")
        .arg(&question)
        .output()
        .with_context(|| format!("{} does not start", engine.display()))?;
    let errors = String::from_utf8_lossy(&answer.stderr);
    ensure!(answer.status.success(), "the engine failed: {errors}");
    allowed(&String::from_utf8(answer.stdout)?)
}

fn expected() -> BTreeSet<String> {
    let lines = ALLOWED.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_deals_reach_their_own_and_nothing_else() -> anyhow::Result<()> {
    let cluster = Cluster::existing().await?;
    if !cluster.is_local() {
        println!("skipped: the engine is built with our own cluster only");
        return Ok(());
    }
    let engine = cluster.program("cyclonus")?;
    let first = deal("first", "https://open-api.kakaopay.com");
    let second = deal("second", "http://198.19.0.1:9090");
    let parties = parties(&first, &second);
    let policies = [first.policies, second.policies].concat();

    let (found, judged) = judge(&engine, &policies, &parties)?;
    let more: Vec<_> = found.difference(&expected()).cloned().collect();
    let less: Vec<_> = expected().difference(&found).cloned().collect();
    ensure!(
        more.is_empty() && less.is_empty(),
        "allowed beyond the table: {more:#?}; not allowed: {less:#?}"
    );
    let own = 10;
    let others = parties.len() - own;
    assert_eq!(judged, PROBES.len() * (parties.len().pow(2) - others.pow(2)), "every pair at every port");

    // Without any one of the policies the answer is another: none is there for nothing, and the
    // table would notice.
    for index in 0..policies.len() {
        let mut fewer = policies.clone();
        let removed = fewer.remove(index).metadata.name;
        let (found, _) = judge(&engine, &fewer, &parties)?;
        ensure!(found != expected(), "nothing changes without the policy {removed:?}");
    }
    println!("{judged} pairs judged, {} allowed, by {} policies", found.len(), policies.len());
    Ok(())
}
