//! An API server in memory: it keeps objects by their path, refuses what a test wants refused, and
//! never lets a watch hear of anything.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::http::{Method, Request, Response, StatusCode};
use kube::Client;
use kube::client::Body;
use serde_json::{Value, json};

/// Its objects, by path.
#[derive(Clone, Default)]
pub struct Api(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    objects: BTreeMap<String, Value>,
    /// Paths at which every change is refused, with what is said then.
    refused: BTreeMap<String, String>,
    made: u64,
}

impl Api {
    pub fn client(&self) -> Client {
        let api = self.clone();
        let service = tower::service_fn(move |request: Request<Body>| {
            let api = api.clone();
            async move { Ok::<_, std::convert::Infallible>(api.answer(request).await) }
        });
        Client::new(service, "default")
    }

    /// Puts an object there, as an admin would.
    pub fn put(&self, path: &str, object: Value) {
        self.0.lock().unwrap().objects.insert(path.to_owned(), object);
    }

    pub fn get(&self, path: &str) -> Option<Value> {
        self.0.lock().unwrap().objects.get(path).cloned()
    }

    pub fn remove(&self, path: &str) {
        self.0.lock().unwrap().objects.remove(path).expect("it is there to be removed");
    }

    /// Refuses every change of the object there from now on, or no longer.
    pub fn refuse(&self, path: &str, message: Option<&str>) {
        let refused = &mut self.0.lock().unwrap().refused;
        match message {
            Some(message) => refused.insert(path.to_owned(), message.to_owned()),
            None => refused.remove(path),
        };
    }

    async fn answer(&self, request: Request<Body>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        // Only what watches everything selects by label; it is kept waiting.
        if parts.uri.query().is_some_and(|query| query.contains("labelSelector")) {
            return std::future::pending().await;
        }
        let bytes = body.collect_bytes().await.expect("the body is in memory");
        let given: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let (status, answer) = self.0.lock().unwrap().act(&parts.method, parts.uri.path(), given);
        Response::builder().status(status).body(Body::from(answer.to_string().into_bytes())).unwrap()
    }
}

impl Kept {
    fn act(&mut self, method: &Method, path: &str, given: Value) -> (StatusCode, Value) {
        match *method {
            Method::GET => match self.objects.get(path) {
                Some(found) => (StatusCode::OK, found.clone()),
                None => failure(StatusCode::NOT_FOUND, "not found"),
            },
            Method::POST => {
                let name = given["metadata"]["name"].as_str().expect("whoever creates gives a name");
                let path = format!("{path}/{name}");
                if self.objects.contains_key(&path) {
                    return failure(StatusCode::CONFLICT, "it exists");
                }
                self.keep(path, given)
            }
            Method::PATCH => self.keep(path.to_owned(), given),
            Method::DELETE => match self.objects.remove(path) {
                Some(found) => (StatusCode::OK, found),
                None => failure(StatusCode::NOT_FOUND, "not found"),
            },
            _ => failure(StatusCode::METHOD_NOT_ALLOWED, "never asked so far"),
        }
    }

    fn keep(&mut self, path: String, mut object: Value) -> (StatusCode, Value) {
        if let Some(message) = self.refused.get(&path) {
            return failure(StatusCode::UNPROCESSABLE_ENTITY, message);
        }
        self.made += 1;
        object["metadata"]["uid"] = json!(format!("uid-{}", self.made));
        self.objects.insert(path, object.clone());
        (StatusCode::OK, object)
    }
}

fn failure(status: StatusCode, message: &str) -> (StatusCode, Value) {
    let reason = status.canonical_reason().unwrap_or_default().replace(' ', "");
    let answer = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {},
        "status": "Failure", "message": message, "reason": reason, "code": status.as_u16(),
    });
    (status, answer)
}
