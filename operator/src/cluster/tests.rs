//! What a deal has in a cluster, against an API server in memory.

use std::time::Duration;

use crds::TimeDeal;
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use operator_core::objects::{ClusterPlatform, Edge, EdgeRoute, Images, RedisStorage, RoleDefaults};
use operator_core::{Desired, Observed, plan};
use prometheus_client::metrics::counter::Counter;
use serde_json::{Value, json};

use super::watch::kind_of;
use super::{Cluster, Named};
use crate::inside::Inside;
use crate::ports::Executor as _;
use crate::tests::api::Api;
use crate::tests::memory::{at, context, deal};

const PLACE: &str = "/api/v1/namespaces/ddib-moa";
const GIVEN: &str = "/api/v1/namespaces/bidd/secrets/moa";
/// Nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:9";

struct Stage {
    api: Api,
    cluster: Cluster,
    deal: TimeDeal,
}

impl Stage {
    fn new() -> Stage {
        let api = Api::default();
        let stage = Stage { cluster: cluster(&api), api, deal: deal("moa", 0) };
        stage.give("merchant", "ledger");
        stage
    }

    /// What the platform keeps for the deal.
    fn give(&self, merchant_key: &str, ledger_token: &str) {
        let bytes = |text: &str| ByteString(text.as_bytes().to_vec());
        let data = json!({ "merchant-key": bytes(merchant_key), "ledger-token": bytes(ledger_token) });
        self.api.put(GIVEN, json!({ "metadata": { "name": "moa" }, "data": data }));
    }

    /// One apply of what is desired while the deal comes up, or once it is warm.
    async fn apply(&self, frozen: bool) -> Result<(), String> {
        let plan = plan(&self.deal, &Observed::nothing(), at(-100), &context());
        let Desired::Present(mut desired) = plan.desired else { panic!("it is time to be there") };
        desired.frozen = frozen;
        let applied = self.cluster.apply(&self.deal, &Desired::Present(desired)).await;
        applied.map_err(|error| error.to_string())
    }

    fn obstacle(&self) -> Option<String> {
        self.cluster.known(&Named::of(&self.deal).expect("it has a name")).obstacle
    }

    fn secret(&self, name: &str) -> Secret {
        let found = self.api.get(&format!("{PLACE}/secrets/{name}"));
        serde_json::from_value(found.expect("the secret is there")).expect("it is a secret")
    }

    /// Somebody deletes a secret, and a watch tells.
    fn lose(&self, name: &str) {
        self.api.remove(&format!("{PLACE}/secrets/{name}"));
        self.cluster.applied.lost("moa", kind_of::<Secret>(), name);
    }
}

fn cluster(api: &Api) -> Cluster {
    let platform = ClusterPlatform {
        namespace: "bidd".into(),
        control_plane_port: 8080,
        images: Images {
            tenant_runtime: "runtime:1".into(),
            redis: "redis:1".into(),
            pull_policy: Default::default(),
        },
        edge: Edge { route: EdgeRoute::Ingress { class: "edge".into() }, namespace: "edge".into() },
        redis: RedisStorage::default(),
        resources: RoleDefaults::default(),
    };
    Cluster::watch(api.client(), platform, Inside::new(NOWHERE), Counter::default())
}

fn word(secret: &Secret, key: &str) -> String {
    let value = secret.data.as_ref().and_then(|data| data.get(key)).expect("the key is there");
    String::from_utf8(value.0.clone()).expect("it is text")
}

#[tokio::test]
async fn a_deal_has_everything_after_one_apply() {
    let stage = Stage::new();
    stage.apply(false).await.unwrap();
    assert_eq!(word(&stage.secret("payment"), "merchant-key"), "merchant");
    let password = word(&stage.secret("runtime"), "redis-password");
    assert_eq!(word(&stage.secret("redis"), "redis.conf"), format!("requirepass {password}\n"));
    let workload: Value =
        stage.api.get("/apis/apps/v1/namespaces/ddib-moa/statefulsets/redis").expect("Redis");
    assert_eq!(workload["spec"]["replicas"], 1);
}

#[tokio::test]
async fn a_deleted_secret_comes_back_as_it_was() {
    let stage = Stage::new();
    stage.apply(false).await.unwrap();
    let before = stage.secret("runtime");
    for name in ["runtime", "redis"] {
        let data = stage.secret(name).data;
        stage.lose(name);
        tokio::time::timeout(Duration::from_secs(5), stage.cluster.stirred(&stage.deal))
            .await
            .expect("a pass is due");
        stage.apply(true).await.unwrap();
        assert_eq!(stage.secret(name).data, data, "{name}");
    }
    assert_ne!(stage.secret("runtime").metadata.uid, before.metadata.uid, "it was made anew");
}

#[tokio::test]
async fn a_deleted_secret_of_the_payment_pods_is_copied_anew() {
    let stage = Stage::new();
    stage.apply(false).await.unwrap();
    stage.give("another merchant", "another ledger");
    stage.apply(true).await.unwrap();
    assert_eq!(word(&stage.secret("payment"), "merchant-key"), "merchant", "what is there stays");
    stage.lose("payment");
    stage.apply(true).await.unwrap();
    assert_eq!(word(&stage.secret("payment"), "merchant-key"), "another merchant");
    assert_eq!(word(&stage.secret("payment"), "ledger-token"), "another ledger");
}

#[tokio::test]
async fn keys_that_nobody_knows_any_more_are_made_anew_only_before_a_deal_is_warm() {
    let stage = Stage::new();
    stage.apply(false).await.unwrap();
    let before = stage.secret("runtime");
    stage.api.remove(&format!("{PLACE}/secrets/runtime"));
    let restarted = Stage { cluster: cluster(&stage.api), ..stage };
    let error = restarted.apply(true).await.expect_err("a warm deal hangs on its keys");
    assert!(error.contains("restore it from a backup"), "{error}");
    assert_eq!(restarted.obstacle(), Some(error));
    restarted.apply(false).await.unwrap();
    let after = restarted.secret("runtime");
    assert_ne!(word(&after, "deal-key"), word(&before, "deal-key"));
    assert_eq!(word(&after, "redis-password"), word(&before, "redis-password"), "Redis has it already");
}

#[tokio::test]
async fn what_stands_in_the_way_is_known_until_it_is_gone() {
    let stage = Stage::new();
    stage.api.remove(GIVEN);
    stage.apply(false).await.expect_err("there is nothing to copy");
    let observed = stage.cluster.observe(&stage.deal).await.expect("the API server answers");
    let obstacle = observed.obstacle.expect("it does not pass by itself");
    assert!(obstacle.contains("bidd/moa is absent"), "{obstacle}");
    stage.give("merchant", "ledger");
    stage.apply(false).await.unwrap();
    assert_eq!(stage.obstacle(), None);
}

#[tokio::test]
async fn a_volume_that_cannot_change_is_an_obstacle() {
    let stage = Stage::new();
    let redis = "/apis/apps/v1/namespaces/ddib-moa/statefulsets/redis";
    stage.api.refuse(redis, Some("updates to statefulset spec are forbidden"));
    stage.apply(false).await.expect_err("it is refused");
    let obstacle = stage.obstacle().expect("it does not pass by itself");
    assert!(obstacle.contains("storage_size"), "{obstacle}");
    stage.api.refuse(redis, None);
    stage.apply(false).await.unwrap();
    assert_eq!(stage.obstacle(), None);
}
