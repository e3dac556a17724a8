//! What a platform's admin does with `kubectl`, and what the cluster says to it.

use anyhow::{Result, ensure};
use crds::{Phase, TimeDeal, TimeDealStatus};
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::events::v1::Event;
use kube::Api;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams};
use serde_json::{Value, json};

use crate::platform::{NAMESPACE, Platform, until};

/// A deal as an admin writes one. It opens after so many seconds, and lasts a while.
pub fn manifest(name: &str, slug: &str, opens_at: Timestamp, length: SignedDuration) -> Value {
    let product = json!({
        "id": uuid::Uuid::from_u128(7), "name": "무드등", "listPrice": 20_000, "price": 12_000,
        "stock": 50, "perShopperMax": 2,
    });
    json!({
        "apiVersion": "bidd.io/v1alpha1",
        "kind": "TimeDeal",
        "metadata": {"name": name},
        "spec": {
            "company": {"id": uuid::Uuid::from_u128(1), "slug": slug, "name": "시험 상점"},
            "title": "관리자가 만든 타임딜",
            "host": format!("{slug}.ddib.localhost"),
            "window": {"opensAt": opens_at, "closesAt": opens_at + length},
            "warmUpSeconds": 15,
            "capacity": {"plan": "light", "expectedShoppers": 1000, "admissionsPerSecond": 20, "insideMax": 100},
            "roles": {
                "queue": {"min": 1, "warm": 1, "max": 2},
                "shop": {"min": 1, "warm": 1, "max": 2},
                "payment": {"min": 1, "warm": 1, "max": 2},
            },
            "products": [product],
            "payment": {"provider": "kakaoPay", "merchantId": "TC0ONETIME", "secretRef": name},
        },
    })
}

impl Platform {
    /// Applies a deal, and the merchant's key that it is to be paid with.
    pub async fn apply_deal(&self, deal: &Value) -> Result<()> {
        let secret = json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": deal["metadata"]["name"], "namespace": NAMESPACE},
            "stringData": {"merchant-key": "sim-secret"},
        });
        let list = json!({"apiVersion": "v1", "kind": "List", "items": [secret, deal]});
        self.cluster.apply(&list.to_string()).await.map(drop)
    }

    /// Waits until a condition says so for that reason.
    pub async fn until_condition(&self, deal: &str, kind: &str, reason: &str) -> Result<TimeDealStatus> {
        let mut status = TimeDealStatus::default();
        until(&format!("{kind} of {deal} is {reason}"), async || {
            status = self.status(deal).await?;
            let says = status.conditions.iter().any(|c| c.type_ == kind && c.reason == reason);
            ensure!(says, "it says {:?}", status.conditions);
            Ok(())
        })
        .await?;
        Ok(status)
    }

    /// What was told about a deal, by reason.
    pub async fn events(&self, deal: &str) -> Result<Vec<(String, String)>> {
        let events = Api::<Event>::namespaced(self.cluster.client().await?, "default");
        let regarding = format!("regarding.kind=TimeDeal,regarding.name={deal}");
        let found = events.list(&ListParams::default().fields(&regarding)).await?;
        let told = |event: Event| (event.reason.unwrap_or_default(), event.note.unwrap_or_default());
        Ok(found.items.into_iter().map(told).collect())
    }

    /// Waits until it was told about a deal, and says with which words.
    pub async fn until_told(&self, deal: &str, reason: &str) -> Result<String> {
        let mut words = String::new();
        until(&format!("{reason} is told about {deal}"), async || {
            let told = self.events(deal).await?;
            let Some((_, note)) = told.iter().find(|(why, _)| why == reason) else {
                anyhow::bail!("so far: {told:?}")
            };
            words.clone_from(note);
            Ok(())
        })
        .await?;
        Ok(words)
    }

    /// Asks for a deal's deletion, and waits until the object is gone.
    pub async fn delete_deal(&self, deal: &str) -> Result<()> {
        self.deals.delete(deal, &DeleteParams::default()).await?;
        self.until_deleted(deal).await
    }

    pub async fn until_deleted(&self, deal: &str) -> Result<()> {
        until(&format!("{deal} is gone"), async || {
            let left: Option<TimeDeal> = self.deals.get_opt(deal).await?;
            ensure!(left.is_none(), "{:?}", left.and_then(|deal| deal.status));
            Ok(())
        })
        .await
    }

    /// Changes the spec of a deal, as `kubectl patch --type=merge` does.
    pub async fn patch_spec(&self, deal: &str, spec: Value) -> Result<TimeDeal, kube::Error> {
        let patch = json!({"spec": spec});
        self.deals.patch(deal, &PatchParams::default(), &Patch::Merge(patch)).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_and_says_why() -> Result<()> {
    let Some(platform) = Platform::take().await? else { return Ok(()) };
    let soon = platform.now()? + SignedDuration::from_secs(20);
    let hour = SignedDuration::from_hours(1);

    // A place that is somebody else's is neither adopted nor touched, nor taken along at the end.
    let squatted = "squatted-20990101-1000";
    let place = format!("ddib-{squatted}");
    platform.cluster.kubectl(&["create", "namespace", &place]).await?;
    platform.apply_deal(&manifest(squatted, "squatted", soon, hour)).await?;
    platform.until_condition(squatted, "Accepted", "ForeignNamespace").await?;
    let words = platform.until_told(squatted, "AcceptedForeignNamespace").await?;
    ensure!(words.contains("belongs to another"), "{words}");
    platform.delete_deal(squatted).await?;
    let inside = ["-n", &place, "get", "deployments,secrets,configmaps", "-o", "name"];
    let inside = platform.cluster.kubectl(&inside).await?;
    ensure!(inside.trim() == "configmap/kube-root-ca.crt", "in a foreign namespace there is now {inside}");
    platform.cluster.kubectl(&["delete", "namespace", &place, "--wait=false"]).await?;

    // A window that has passed is missed, and nothing is created for it.
    let late = "late-20260101-1000";
    let past = platform.now()? - SignedDuration::from_hours(2);
    platform.apply_deal(&manifest(late, "late", past, hour)).await?;
    let status = platform.until_phase(late, Phase::Missed).await?;
    ensure!(status.phase == Phase::Missed, "it is {}", status.phase);
    platform.until_told(late, "Missed").await?;
    platform.expect_gone(late).await?;
    platform.delete_deal(late).await?;

    // Planning says what would be done, and does nothing.
    let planned = "planned-20990101-1000";
    let mut deal = manifest(planned, "planned", soon, hour);
    deal["spec"]["mode"] = json!("Plan");
    platform.apply_deal(&deal).await?;
    let mut status = TimeDealStatus::default();
    until("the plan is written", async || {
        status = platform.status(planned).await?;
        ensure!(!status.planned.is_empty(), "{:?}", status.conditions);
        Ok(())
    })
    .await?;
    println!("planned: {:#?}", status.planned);
    platform.expect_gone(planned).await?;

    refused_by_the_server(&platform, planned).await?;
    platform.delete_deal(planned).await?;
    for deal in [squatted, late, planned] {
        platform.cluster.kubectl(&["-n", NAMESPACE, "delete", "secret", deal]).await?;
    }
    Ok(())
}

/// What is immutable or makes no sense does not even reach the operator.
async fn refused_by_the_server(platform: &Platform, deal: &str) -> Result<()> {
    let ends_first =
        json!({"window": {"opensAt": "2099-01-01T02:00:00Z", "closesAt": "2099-01-01T01:00:00Z"}});
    let disordered = json!({"roles": {"queue": {"min": 3, "warm": 2, "max": 4}}});
    for (change, said) in [
        (json!({"host": "planned.elsewhere.example"}), "the host is immutable"),
        (json!({"company": {"id": uuid::Uuid::from_u128(2)}}), "the company is immutable"),
        (ends_first, "closesAt must be after opensAt"),
        (disordered, "min <= warm <= max"),
        (json!({"products": []}), "spec.products"),
        (json!({"capacity": {"insideMax": 0}}), "spec.capacity.insideMax"),
    ] {
        match platform.patch_spec(deal, change.clone()).await {
            Ok(_) => anyhow::bail!("{change} was accepted"),
            Err(kube::Error::Api(status)) => {
                ensure!(status.code == 422 && status.message.contains(said), "{change}: {}", status.message);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
