//! Which errors do not pass by themselves, in words for whoever can do something about them.

use k8s_openapi::api::apps::v1::StatefulSet;
use kube::Resource as _;
use kube::core::Status;

use super::ClusterError;

impl ClusterError {
    /// What stands in the way; nothing where trying again may help by itself.
    pub(super) fn obstacle(&self) -> Option<String> {
        match self {
            ClusterError::Secret { .. } | ClusterError::Config(_) | ClusterError::Blueprint(_) => {
                Some(self.to_string())
            }
            ClusterError::Object { kind, namespace, name, source } => {
                let said = &refused(source)?.message;
                let advice = if *kind == StatefulSet::kind(&()) { VOLUME_ADVICE } else { "" };
                Some(format!("the API server refuses {kind} {namespace}/{name}: {said}{advice}"))
            }
            ClusterError::Api(source) => {
                refused(source).map(|status| format!("the API server refuses: {}", status.message))
            }
            // Whose namespace it is the plan sees by itself; a runtime may answer in a moment.
            ClusterError::Foreign(_) | ClusterError::Unnamed | ClusterError::Inside(_) => None,
        }
    }
}

const VOLUME_ADVICE: &str = ". The size and the class of a volume are fixed once it is made: put the \
     operator's redis.storage_size and redis.storage_class back, or delete the deal and apply it anew";

/// Not allowed, or not valid: the same again is refused again.
fn refused(error: &kube::Error) -> Option<&Status> {
    match error {
        kube::Error::Api(status) if matches!(status.code, 400 | 403 | 422) => Some(status),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(kind: &str, code: u16, message: &str) -> ClusterError {
        let status = Status { code, message: message.to_owned(), ..Status::default() };
        ClusterError::Object {
            kind: kind.to_owned(),
            namespace: "ddib-moa".to_owned(),
            name: "redis".to_owned(),
            source: kube::Error::Api(Box::new(status)),
        }
    }

    #[test]
    fn a_volume_that_cannot_grow_is_explained() {
        let obstacle = object("StatefulSet", 422, "updates to statefulset spec are forbidden").obstacle();
        let words = obstacle.expect("it does not pass by itself");
        assert!(words.starts_with("the API server refuses StatefulSet ddib-moa/redis: updates"), "{words}");
        assert!(words.contains("redis.storage_size"), "{words}");
    }

    #[test]
    fn what_may_pass_is_no_obstacle() {
        assert_eq!(object("Service", 500, "").obstacle(), None);
        assert_eq!(object("Service", 409, "").obstacle(), None);
        let refused = object("Service", 403, "quota").obstacle();
        assert_eq!(refused.as_deref(), Some("the API server refuses Service ddib-moa/redis: quota"));
    }
}
