//! What there is of a deal in the cluster. The namespace and the document are read from the API
//! server itself and never from memory: a teardown is believed because of them.

use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::ListParams;
use kube::{Api, ResourceExt as _};
use operator_core::objects::{self, CONFIG, Part};
use operator_core::{Observed, Presence, RolesReady};

use super::{Cluster, ClusterError, Named, uid_of};

impl Cluster {
    pub(super) async fn look(&self, deal: &Named<'_>) -> Result<Observed, ClusterError> {
        let Some(namespace) = self.namespace(deal).await? else {
            self.forget(deal);
            return Ok(Observed::nothing());
        };
        let uid = uid_of(&namespace);
        let ours = uid == deal.uid;
        if namespace.metadata.deletion_timestamp.is_some() {
            return Ok(Observed { presence: Presence::Terminating { uid }, ..Observed::nothing() });
        }
        let presence = Presence::Present { uid };
        if !ours {
            return Ok(Observed { presence, ..Observed::nothing() });
        }
        let place = deal.namespace();
        let config = Api::<ConfigMap>::namespaced(self.client.clone(), &place).get_opt(CONFIG).await?;
        let config = config.as_ref().map(objects::read_config).transpose()?.map(Box::new);
        if config.is_none() {
            return Ok(Observed { presence, ..Observed::nothing() });
        }
        let tokens = self.tokens(deal).await?;
        let url = deal.runtime_url();
        let report = async { self.inside.report(&url, &tokens.as_ref()?.control).await };
        let head = async { self.inside.ledger_head(deal.name, &tokens.as_ref()?.ledger).await };
        let (redis_ready, roles_ready, report, ledger) =
            tokio::join!(self.redis_ready(&place), self.roles_ready(&place), report, head);
        Ok(Observed {
            presence,
            config,
            redis_ready: redis_ready?,
            roles_ready: roles_ready?,
            report,
            ledger,
            obstacle: None,
        })
    }

    async fn redis_ready(&self, place: &str) -> Result<bool, ClusterError> {
        let api = Api::<StatefulSet>::namespaced(self.client.clone(), place);
        let found = api.get_opt(Part::Redis.name()).await?;
        Ok(found.and_then(|found| found.status).is_some_and(|status| status.ready_replicas >= Some(1)))
    }

    async fn roles_ready(&self, place: &str) -> Result<RolesReady, ClusterError> {
        let all = ListParams::default();
        let deployments = Api::<Deployment>::namespaced(self.client.clone(), place);
        let autoscalers = Api::<HorizontalPodAutoscaler>::namespaced(self.client.clone(), place);
        let (deployments, autoscalers) = tokio::try_join!(deployments.list(&all), autoscalers.list(&all))?;
        let ready = |part: Part| {
            let deployment = deployments.items.iter().find(|found| found.name_any() == part.name());
            let autoscaler = autoscalers.items.iter().find(|found| found.name_any() == part.name());
            deployment
                .zip(autoscaler)
                .is_some_and(|(deployment, autoscaler)| is_ready(deployment, autoscaler))
        };
        Ok(RolesReady { queue: ready(Part::Queue), shop: ready(Part::Shop), payment: ready(Part::Payment) })
    }
}

/// As many pods of the template in force as the autoscaler has at least to keep. More than that is
/// its own affair: a deal is no less ready while it grows.
fn is_ready(deployment: &Deployment, autoscaler: &HorizontalPodAutoscaler) -> bool {
    let wanted = autoscaler.spec.as_ref().and_then(|spec| spec.min_replicas).unwrap_or(1);
    deployment.status.as_ref().is_some_and(|status| {
        status.observed_generation >= deployment.metadata.generation
            && status.ready_replicas.unwrap_or(0) >= wanted
            && status.updated_replicas.unwrap_or(0) >= wanted
    })
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::apps::v1::DeploymentStatus;
    use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscalerSpec;
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

    use super::*;

    #[test]
    fn a_role_is_ready_with_enough_pods_of_its_newest_template() {
        let autoscaler = HorizontalPodAutoscaler {
            spec: Some(HorizontalPodAutoscalerSpec { min_replicas: Some(2), ..Default::default() }),
            ..HorizontalPodAutoscaler::default()
        };
        let check = |generation, ready, updated| {
            let status = DeploymentStatus {
                observed_generation: Some(generation),
                ready_replicas: Some(ready),
                updated_replicas: Some(updated),
                ..DeploymentStatus::default()
            };
            let metadata = ObjectMeta { generation: Some(3), ..ObjectMeta::default() };
            is_ready(&Deployment { metadata, status: Some(status), spec: None }, &autoscaler)
        };
        assert!(check(3, 2, 2));
        assert!(check(3, 5, 5));
        assert!(!check(2, 2, 2), "the template in force is not the one that was looked at");
        assert!(!check(3, 1, 2));
        assert!(!check(3, 2, 1), "the other is an old one");
        assert!(!is_ready(&Deployment::default(), &autoscaler));
    }
}
