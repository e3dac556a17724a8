//! All objects of a deal in one list, as the API server sees them.

use k8s_openapi::api::core::v1::Secret;
use operator_core::objects::{Objects, Redis, Role, Route};
use serde::Serialize;
use serde_json::Value;

use crate::new_secrets;

/// One object, as JSON.
pub struct Listed(pub Value);

impl Listed {
    fn of(object: &impl Serialize) -> Listed {
        Listed(serde_json::to_value(object).expect("an object is plain data"))
    }

    pub fn kind(&self) -> &str {
        self.0["kind"].as_str().expect("every object has a kind")
    }

    pub fn name(&self) -> &str {
        self.0["metadata"]["name"].as_str().expect("every object has a name")
    }

    /// The pod template and the name of its object, where it has one.
    pub fn template(&self) -> Option<(&str, &Value)> {
        let template = &self.0["spec"]["template"];
        template.is_object().then(|| (self.name(), template))
    }
}

/// Without the secrets.
pub fn all(objects: &Objects) -> Vec<Listed> {
    let Objects {
        namespace,
        quota,
        limits,
        policies,
        service_account,
        credentials: _,
        config,
        blueprint,
        redis: Redis { service, stateful_set },
        queue,
        shop,
        payment,
        route,
        routed: _,
    } = objects;
    let mut all = vec![Listed::of(namespace), Listed::of(quota), Listed::of(limits)];
    all.extend(policies.iter().map(Listed::of));
    all.extend([Listed::of(service_account), Listed::of(config), Listed::of(blueprint)]);
    all.extend([Listed::of(service), Listed::of(stateful_set)]);
    for Role { service, deployment, autoscaler, disruption_budget } in [queue, shop, payment] {
        all.extend([
            Listed::of(service),
            Listed::of(deployment),
            Listed::of(autoscaler),
            Listed::of(disruption_budget),
        ]);
    }
    all.push(match route {
        Route::Gateway(route) => Listed::of(route),
        Route::Ingress(ingress) => Listed::of(ingress),
    });
    all
}

pub fn secrets(objects: &Objects) -> [Secret; 3] {
    let new = new_secrets();
    [
        objects.credentials.runtime(&new),
        objects.credentials.payment(b"merchant-key-value", b"ledger-token-value"),
        objects.credentials.redis(&new.redis_password),
    ]
}

pub fn listed_secrets(objects: &Objects) -> Vec<Listed> {
    secrets(objects).iter().map(Listed::of).collect()
}
