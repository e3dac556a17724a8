//! Without credentials every operation of the OpenAPI document is refused, but for those that
//! `public_operations.txt` names. A new operation is refused or named there by whoever adds it; one
//! that is named although it is not public any more has to go: the list may only shrink.

use std::collections::BTreeSet;

use axum::http::Method;
use control_plane::http::site::Site;
use control_plane::openapi;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::platform;

const PUBLIC: &str = include_str!("public_operations.txt");

struct Operation {
    name: String,
    method: Method,
    path: String,
    documented_public: bool,
}

fn operations() -> Vec<Operation> {
    let document = serde_json::to_value(openapi::document()).unwrap();
    let nobody = Uuid::from_u128(7).to_string();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method: Method = method.to_uppercase().parse().unwrap();
            let concrete: Vec<&str> =
                path.split('/').map(|part| if part.starts_with('{') { &nobody } else { part }).collect();
            operations.push(Operation {
                name: format!("{method} {path}"),
                path: concrete.join("/"),
                method,
                documented_public: operation["security"] == json!([{}]),
            });
        }
    }
    operations
}

#[tokio::test]
async fn nobody_gets_in_without_credentials() {
    let platform = platform().await;
    let public: BTreeSet<&str> = PUBLIC.lines().filter(|line| !line.is_empty()).collect();
    let mut open = BTreeSet::new();
    for operation in operations() {
        for site in [Site::Bidd, Site::Ddib] {
            let mut browser = platform.browser(site);
            let answer = browser.json(operation.method.clone(), &operation.path, &Value::Null).await;
            if !matches!(answer.status.as_u16(), 401 | 403) {
                assert!(
                    public.contains(operation.name.as_str()),
                    "{} answers {} to nobody at {site:?}",
                    operation.name,
                    answer.status
                );
                open.insert(operation.name.clone());
            }
        }
        let named = public.contains(operation.name.as_str());
        assert_eq!(operation.documented_public, named, "{}: `security` says otherwise", operation.name);
    }
    for name in public {
        // Refreshing is public and refuses whoever has nothing to refresh.
        assert!(
            open.contains(name) || name.ends_with("/auth/refresh"),
            "{name} is not public: strike it out"
        );
    }
}

#[tokio::test]
async fn a_stranger_gets_into_nothing_of_others() {
    let platform = platform().await;
    let public: BTreeSet<&str> = PUBLIC.lines().collect();
    for site in [Site::Bidd, Site::Ddib] {
        for operation in operations() {
            if public.contains(operation.name.as_str()) || !operation.name.contains('{') {
                continue;
            }
            // The body is empty, so that none gets as far as doing something.
            let mut stranger = platform.signed_in(site, 99, "남").await;
            let answer = stranger.json(operation.method.clone(), &operation.path, &Value::Null).await;
            let status = answer.status.as_u16();
            assert!((400..500).contains(&status), "{} answers {status} to a stranger", operation.name);
        }
    }
}
