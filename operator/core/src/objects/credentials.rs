//! How the secrets of a deal are laid out. They are created where they are absent and never
//! regenerated: tickets, passes, the draw and the data in Redis hang on them.

use std::collections::BTreeMap;

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use tenant_runtime_core::config::secrets;

use super::redis;
use super::scope::Scope;

/// For all pods of the runtime.
pub const RUNTIME: &str = "runtime";
/// For payment pods alone.
pub const PAYMENT: &str = "payment";
/// For the Redis pod alone.
pub const REDIS: &str = "redis";

const REQUIRE_PASSWORD: &str = "requirepass ";

/// Fresh random values, for a deal that has none yet. Deliberately without `Debug`.
pub struct NewSecrets {
    /// 64 hex digits.
    pub deal_key: String,
    /// 64 hex digits.
    pub draw_secret: String,
    pub control_token: String,
    /// Letters and digits only: it also stands in a configuration of Redis.
    pub redis_password: String,
}

/// The places of a deal's secrets, without a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Credentials {
    runtime: ObjectMeta,
    payment: ObjectMeta,
    redis: ObjectMeta,
    /// The namespace of [`Credentials::source_name`].
    pub source_namespace: String,
    /// The platform's secret that holds `merchant-key` and `ledger-token`.
    pub source_name: String,
}

impl Credentials {
    pub(super) fn new(scope: &Scope, platform_namespace: &str, secret_ref: &str) -> Credentials {
        Credentials {
            runtime: scope.meta(RUNTIME),
            payment: scope.meta(PAYMENT),
            redis: scope.meta(REDIS),
            source_namespace: platform_namespace.to_owned(),
            source_name: secret_ref.to_owned(),
        }
    }

    /// The secret of all runtime pods.
    #[must_use]
    pub fn runtime(&self, new: &NewSecrets) -> Secret {
        let NewSecrets { deal_key, draw_secret, control_token, redis_password } = new;
        let values = [
            (secrets::DEAL_KEY, deal_key),
            (secrets::DRAW_SECRET, draw_secret),
            (secrets::CONTROL_TOKEN, control_token),
            (secrets::REDIS_PASSWORD, redis_password),
        ];
        secret(&self.runtime, values.map(|(key, value)| (key, value.clone().into_bytes())))
    }

    /// The secret of the Redis pod, from the password in the secret of the runtime pods.
    #[must_use]
    pub fn redis(&self, password: &str) -> Secret {
        let fragment = format!("{REQUIRE_PASSWORD}{password}\n");
        secret(&self.redis, [(redis::CONFIGURATION, fragment.into_bytes())])
    }

    /// The secret of the payment pods, from the values of the platform's secret.
    #[must_use]
    pub fn payment(&self, merchant_key: &[u8], ledger_token: &[u8]) -> Secret {
        let values = [(secrets::MERCHANT_KEY, merchant_key), (secrets::LEDGER_TOKEN, ledger_token)];
        secret(&self.payment, values.map(|(key, value)| (key, value.to_vec())))
    }
}

/// The password in the secret of a Redis pod.
#[must_use]
pub fn redis_password(secret: &Secret) -> Option<String> {
    let fragment = secret.data.as_ref()?.get(redis::CONFIGURATION)?;
    let password = std::str::from_utf8(&fragment.0).ok()?.strip_prefix(REQUIRE_PASSWORD)?.trim();
    (!password.is_empty()).then(|| password.to_owned())
}

/// Immutable: the API server refuses a change, and no kubelet watches it.
fn secret<const N: usize>(metadata: &ObjectMeta, values: [(&str, Vec<u8>); N]) -> Secret {
    let data: BTreeMap<String, ByteString> =
        values.into_iter().map(|(key, value)| (key.to_owned(), ByteString(value))).collect();
    Secret {
        metadata: metadata.clone(),
        immutable: Some(true),
        type_: Some("Opaque".to_owned()),
        data: Some(data),
        ..Secret::default()
    }
}
