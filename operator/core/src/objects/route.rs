//! How shoppers reach a deal: by its host, and by the first part of the path to the role that
//! answers. The pages come from the queue. Only the port for shoppers is named; nothing leads to the
//! internal one.

use gateway_api::httproutes::{
    HttpRoute, HttpRouteParentRefs, HttpRouteRules, HttpRouteRulesBackendRefs, HttpRouteRulesMatches,
    HttpRouteRulesMatchesPath, HttpRouteRulesMatchesPathType, HttpRouteSpec,
};
use k8s_openapi::api::networking::v1::{
    HTTPIngressPath, HTTPIngressRuleValue, Ingress, IngressBackend, IngressRule, IngressServiceBackend,
    IngressSpec, ServiceBackendPort,
};

use super::platform::EdgeRoute;
use super::role::SERVICE_PORT;
use super::scope::{Part, Scope};

/// The name of the object, of whichever kind.
pub const NAME: &str = "deal";

#[derive(Debug, Clone, PartialEq)]
pub enum Route {
    Gateway(Box<HttpRoute>),
    Ingress(Box<Ingress>),
}

/// Each path with all below it, and who answers; what none of the first three matches is a page.
const PATHS: [(&str, Part); 4] =
    [("/queue", Part::Queue), ("/shop", Part::Shop), ("/payment", Part::Payment), ("/", Part::Queue)];

pub(super) fn build(scope: &Scope, host: &str, edge: &EdgeRoute) -> Route {
    match edge {
        EdgeRoute::Gateway { name, namespace, section } => {
            let parent = HttpRouteParentRefs {
                name: name.clone(),
                namespace: Some(namespace.clone()),
                section_name: section.clone(),
                ..HttpRouteParentRefs::default()
            };
            Route::Gateway(Box::new(http_route(scope, host, parent)))
        }
        EdgeRoute::Ingress { class } => Route::Ingress(Box::new(ingress(scope, host, class))),
    }
}

fn http_route(scope: &Scope, host: &str, parent: HttpRouteParentRefs) -> HttpRoute {
    let rule = |(path, part): (&str, Part)| HttpRouteRules {
        backend_refs: Some(vec![HttpRouteRulesBackendRefs {
            name: part.name().to_owned(),
            port: Some(i32::from(SERVICE_PORT)),
            ..HttpRouteRulesBackendRefs::default()
        }]),
        matches: Some(vec![HttpRouteRulesMatches {
            path: Some(HttpRouteRulesMatchesPath {
                r#type: Some(HttpRouteRulesMatchesPathType::PathPrefix),
                value: Some(path.to_owned()),
            }),
            ..HttpRouteRulesMatches::default()
        }]),
        ..HttpRouteRules::default()
    };
    let spec = HttpRouteSpec {
        hostnames: Some(vec![host.to_owned()]),
        parent_refs: Some(vec![parent]),
        rules: Some(PATHS.into_iter().map(rule).collect()),
    };
    HttpRoute { metadata: scope.meta(NAME), spec, status: None }
}

fn ingress(scope: &Scope, host: &str, class: &str) -> Ingress {
    let path = |(path, part): (&str, Part)| HTTPIngressPath {
        backend: IngressBackend {
            service: Some(IngressServiceBackend {
                name: part.name().to_owned(),
                port: Some(ServiceBackendPort {
                    number: Some(i32::from(SERVICE_PORT)),
                    ..ServiceBackendPort::default()
                }),
            }),
            ..IngressBackend::default()
        },
        path: Some(path.to_owned()),
        path_type: "Prefix".to_owned(),
    };
    let rule = IngressRule {
        host: Some(host.to_owned()),
        http: Some(HTTPIngressRuleValue { paths: PATHS.into_iter().map(path).collect() }),
    };
    let spec = IngressSpec {
        ingress_class_name: Some(class.to_owned()),
        rules: Some(vec![rule]),
        ..IngressSpec::default()
    };
    Ingress { metadata: scope.meta(NAME), spec: Some(spec), ..Ingress::default() }
}
