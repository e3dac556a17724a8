//! Brings about what is desired, by server-side apply under one name.

use std::fmt::Debug;

use crds::TimeDealSpec;
use gateway_api::httproutes::HttpRoute;
use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace};
use k8s_openapi::api::networking::v1::Ingress;
use kube::api::{DeleteParams, Patch, PatchParams, PostParams, Preconditions};
use kube::{Api, Resource, ResourceExt as _};
use operator_core::RuntimeDesired;
use operator_core::objects::{
    self, BLUEPRINT, Blueprint, CONFIG, MANAGER, Objects, ROUTE, Redis, Role, Route,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tenant_runtime_core::config::DealConfig;

use super::applied::digest;
use super::watch::kind_of;
use super::{Cluster, ClusterError, Named, uid_of};

impl Cluster {
    pub(super) async fn present(
        &self,
        deal: &Named<'_>,
        spec: &TimeDealSpec,
        desired: &RuntimeDesired,
    ) -> Result<(), ClusterError> {
        let frozen = if desired.frozen { self.blueprint(deal).await? } else { None };
        let Objects {
            namespace,
            quota,
            limits,
            policies,
            service_account,
            credentials,
            config,
            blueprint,
            redis,
            queue,
            shop,
            payment,
            route,
            routed,
        } = objects::build(deal.name, deal.uid, spec, desired, &self.platform, frozen);
        self.own_namespace(deal, namespace).await?;
        self.apply(deal, &quota).await?;
        self.apply(deal, &limits).await?;
        for policy in &policies {
            self.apply(deal, policy).await?;
        }
        self.apply(deal, &service_account).await?;
        self.ensure_secrets(deal, &credentials, desired.frozen).await?;
        self.apply(deal, &blueprint).await?;
        let push = self.place_config(deal, &config, &desired.config).await?;
        let Redis { service, stateful_set } = redis;
        self.apply(deal, &service).await?;
        self.apply(deal, &stateful_set).await?;
        for Role { service, deployment, autoscaler, disruption_budget } in [queue, shop, payment] {
            self.apply(deal, &service).await?;
            self.apply(deal, &disruption_budget).await?;
            self.apply(deal, &deployment).await?;
            self.apply(deal, &autoscaler).await?;
        }
        self.route(deal, &route, routed).await?;
        if push {
            self.push_settings(deal, &config, &desired.config).await?;
        }
        if desired.seal
            && let Some(tokens) = self.tokens(deal).await?
        {
            self.inside.seal(&deal.runtime_url(), &tokens.control).await?;
        }
        Ok(())
    }

    /// Deletes the namespace, and all that is in it goes with it. Nothing of a deal is elsewhere.
    pub(super) async fn absent(&self, deal: &Named<'_>) -> Result<(), ClusterError> {
        let Some(namespace) = self.namespace(deal).await? else {
            self.forget(deal);
            return Ok(());
        };
        if uid_of(&namespace) != deal.uid {
            return Err(ClusterError::Foreign(deal.namespace()));
        }
        self.applied.forget(deal.name);
        if namespace.metadata.deletion_timestamp.is_some() {
            return Ok(());
        }
        let preconditions = Some(Preconditions { uid: namespace.metadata.uid, resource_version: None });
        let parameters = DeleteParams { preconditions, ..DeleteParams::default() };
        let api = Api::<Namespace>::all(self.client.clone());
        match api.delete(&deal.namespace(), &parameters).await {
            Ok(_) => Ok(()),
            Err(error) if is_absent(&error) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Creates the namespace where there is none, and applies it only where it is the deal's: the
    /// uid of the namespace in the patch makes sure that it is still the one that was looked at.
    async fn own_namespace(&self, deal: &Named<'_>, desired: Namespace) -> Result<(), ClusterError> {
        let name = deal.namespace();
        let kind = kind_of::<Namespace>();
        let wanted = digest(&desired);
        if self.applied.is_current(deal.name, kind, &name, Some(wanted)) {
            return Ok(());
        }
        let api = Api::<Namespace>::all(self.client.clone());
        let found = match api.get_opt(&name).await? {
            Some(found) => found,
            None => api.create(&PostParams::default(), &desired).await?,
        };
        if uid_of(&found) != deal.uid {
            return Err(ClusterError::Foreign(name));
        }
        let mut patch = desired;
        patch.metadata.uid = found.metadata.uid;
        let applied = api.patch(&name, &ours(), &Patch::Apply(&patch)).await?;
        self.applied.record(deal.name, kind, wanted, &applied.metadata);
        Ok(())
    }

    /// The workloads of a warm deal as they were made. `None` where that is lost.
    async fn blueprint(&self, deal: &Named<'_>) -> Result<Option<Blueprint>, ClusterError> {
        if let Some(blueprint) = self.known(deal).blueprint {
            return Ok(Some(blueprint));
        }
        let api = Api::<ConfigMap>::namespaced(self.client.clone(), &deal.namespace());
        let Some(found) = api.get_opt(BLUEPRINT).await? else { return Ok(None) };
        let blueprint = Blueprint::read(&found)?;
        self.learn(deal, |known| known.blueprint = Some(blueprint.clone()));
        Ok(Some(blueprint))
    }

    /// Puts the document in place, unless nothing but its settings changed: then the runtime is told
    /// first, for the document says what was applied. Tells whether that is still to be done.
    async fn place_config(
        &self,
        deal: &Named<'_>,
        desired: &ConfigMap,
        config: &DealConfig,
    ) -> Result<bool, ClusterError> {
        if self.applied.is_current(deal.name, kind_of::<ConfigMap>(), CONFIG, Some(digest(desired))) {
            return Ok(false);
        }
        let api = Api::<ConfigMap>::namespaced(self.client.clone(), &deal.namespace());
        let found = api.get_opt(CONFIG).await?;
        let in_place = found.as_ref().map(objects::read_config).transpose()?;
        let only_settings = in_place.is_some_and(|in_place| {
            in_place.settings != config.settings
                && *config == DealConfig { settings: config.settings.clone(), ..in_place }
        });
        if !only_settings {
            self.apply(deal, desired).await?;
        }
        Ok(only_settings)
    }

    async fn push_settings(
        &self,
        deal: &Named<'_>,
        desired: &ConfigMap,
        config: &DealConfig,
    ) -> Result<(), ClusterError> {
        if let Some(tokens) = self.tokens(deal).await? {
            self.inside.push_settings(&deal.runtime_url(), &tokens.control, &config.settings).await?;
        }
        self.apply(deal, desired).await
    }

    async fn route(&self, deal: &Named<'_>, route: &Route, routed: bool) -> Result<(), ClusterError> {
        match (route, routed) {
            (Route::Gateway(route), true) => self.apply(deal, &**route).await,
            (Route::Ingress(route), true) => self.apply(deal, &**route).await,
            (Route::Gateway(_), false) => self.remove::<HttpRoute>(deal, ROUTE).await,
            (Route::Ingress(_), false) => self.remove::<Ingress>(deal, ROUTE).await,
        }
    }

    /// Applies an object, unless it is there as desired.
    async fn apply<K>(&self, deal: &Named<'_>, desired: &K) -> Result<(), ClusterError>
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
        K: Serialize + DeserializeOwned + Clone + Debug,
    {
        let (name, kind, wanted) = (desired.name_any(), kind_of::<K>(), digest(desired));
        if self.applied.is_current(deal.name, kind, &name, Some(wanted)) {
            return Ok(());
        }
        let api = Api::<K>::namespaced(self.client.clone(), &deal.namespace());
        let applied = api.patch(&name, &ours(), &Patch::Apply(desired)).await;
        let applied = applied.map_err(|source| object_error::<K>(deal, &name, source))?;
        self.applied.record(deal.name, kind, wanted, applied.meta());
        Ok(())
    }

    /// Deletes an object, unless it is known to be absent.
    async fn remove<K>(&self, deal: &Named<'_>, name: &str) -> Result<(), ClusterError>
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
        K: DeserializeOwned + Clone + Debug,
    {
        let kind = kind_of::<K>();
        if self.applied.is_current(deal.name, kind, name, None) {
            return Ok(());
        }
        let api = Api::<K>::namespaced(self.client.clone(), &deal.namespace());
        match api.delete(name, &DeleteParams::default()).await {
            Ok(_) => {}
            Err(error) if is_absent(&error) => {}
            Err(source) => return Err(object_error::<K>(deal, name, source)),
        }
        self.applied.record_absent(deal.name, kind, name);
        Ok(())
    }
}

fn object_error<K: Resource<DynamicType = ()>>(
    deal: &Named,
    name: &str,
    source: kube::Error,
) -> ClusterError {
    let (kind, namespace) = (K::kind(&()).into_owned(), deal.namespace());
    ClusterError::Object { kind, namespace, name: name.to_owned(), source }
}

/// What is ours is ours: nobody else has a say about the fields that a deal's objects are made of.
fn ours() -> PatchParams {
    PatchParams::apply(MANAGER).force()
}

fn is_absent(error: &kube::Error) -> bool {
    matches!(error, kube::Error::Api(status) if status.code == 404)
}
