//! A deal's secrets: created where they are absent, put back where they were deleted, and read for the
//! two words that the operator itself needs. Values never leave this module but as what they are for.

use k8s_openapi::api::core::v1::Secret;
use kube::api::{ObjectMeta, PostParams};
use kube::{Api, ResourceExt as _};
use operator_core::objects::{self, Credentials, NewSecrets, PAYMENT, REDIS, RUNTIME};
use rand::Rng as _;
use tenant_runtime_core::config::secrets;

use super::watch::kind_of;
use super::{Cluster, ClusterError, Named};

/// What is recorded of a secret that is there: its values are nobody's to change, so that there is but
/// one way for it to be.
const AS_MADE: u64 = 0;

/// What the operator says to the runtime and to the ledger. Deliberately without `Debug`.
#[derive(Clone)]
pub struct Tokens {
    pub control: String,
    pub ledger: String,
}

impl Tokens {
    fn read(place: &str, runtime: &Secret, payment: &Secret) -> Result<Tokens, ClusterError> {
        Ok(Tokens {
            control: word(place, RUNTIME, runtime, secrets::CONTROL_TOKEN)?,
            ledger: word(place, PAYMENT, payment, secrets::LEDGER_TOKEN)?,
        })
    }
}

impl Cluster {
    /// `None` where the deal has no secrets yet.
    pub(super) async fn tokens(&self, deal: &Named<'_>) -> Result<Option<Tokens>, ClusterError> {
        if let Some(tokens) = self.known(deal).tokens {
            return Ok(Some(tokens));
        }
        let place = deal.namespace();
        let api = Api::<Secret>::namespaced(self.client.clone(), &place);
        let (runtime, payment) = tokio::try_join!(api.get_opt(RUNTIME), api.get_opt(PAYMENT))?;
        let (Some(runtime), Some(payment)) = (runtime, payment) else { return Ok(None) };
        let tokens = Tokens::read(&place, &runtime, &payment)?;
        self.learn(deal, |known| known.tokens = Some(tokens.clone()));
        Ok(Some(tokens))
    }

    /// Creates what is absent. The runtime's own keys are put back as they were; where nobody knows
    /// them any more a deal that is warm gets no new ones: its tickets, its draw and its data hang on
    /// the old ones.
    pub(super) async fn ensure_secrets(
        &self,
        deal: &Named<'_>,
        credentials: &Credentials,
        is_warm: bool,
    ) -> Result<(), ClusterError> {
        let kind = kind_of::<Secret>();
        let is_there = |name| self.applied.is_current(deal.name, kind, name, Some(AS_MADE));
        if [RUNTIME, REDIS, PAYMENT].into_iter().all(is_there) {
            return Ok(());
        }
        let place = deal.namespace();
        let api = Api::<Secret>::namespaced(self.client.clone(), &place);
        let (runtime, redis, payment) =
            tokio::try_join!(api.get_opt(RUNTIME), api.get_opt(REDIS), api.get_opt(PAYMENT))?;
        let runtime = match (runtime, self.known(deal).runtime) {
            (Some(found), _) => found,
            (None, Some(known)) => {
                tracing::warn!(
                    deal = deal.name,
                    "the runtime's secret was deleted, and is put back as it was"
                );
                made(&api, &known).await?
            }
            (None, None) if is_warm => {
                return Err(missing(
                    &place,
                    RUNTIME,
                    "is lost, and the deal is warm: restore it from a backup",
                ));
            }
            (None, None) => made(&api, &credentials.runtime(&fresh(redis.as_ref()))).await?,
        };
        let redis = match redis {
            Some(found) => found,
            None => {
                let password = word(&place, RUNTIME, &runtime, secrets::REDIS_PASSWORD)?;
                made(&api, &credentials.redis(&password)).await?
            }
        };
        let payment = match payment {
            Some(found) => found,
            None => {
                let (merchant_key, ledger_token) = self.given(credentials).await?;
                made(&api, &credentials.payment(&merchant_key, &ledger_token)).await?
            }
        };
        for found in [&runtime, &redis, &payment] {
            self.applied.record(deal.name, kind, AS_MADE, &found.metadata);
        }
        let tokens = Tokens::read(&place, &runtime, &payment)?;
        let runtime = bare(runtime);
        self.learn(deal, |known| {
            known.tokens = Some(tokens);
            known.runtime = Some(runtime);
        });
        Ok(())
    }

    /// What the platform keeps for the deal's payment pods.
    async fn given(&self, credentials: &Credentials) -> Result<(Vec<u8>, Vec<u8>), ClusterError> {
        let (namespace, name) = (&credentials.source_namespace, &credentials.source_name);
        let api = Api::<Secret>::namespaced(self.client.clone(), namespace);
        let Some(found) = api.get_opt(name).await? else {
            return Err(missing(namespace, name, "is absent: the deal's spec names it in payment.secretRef"));
        };
        let merchant_key = word(namespace, name, &found, secrets::MERCHANT_KEY)?;
        let ledger_token = word(namespace, name, &found, secrets::LEDGER_TOKEN)?;
        Ok((merchant_key.into_bytes(), ledger_token.into_bytes()))
    }
}

/// Creates the secret, or takes the one that another made first.
async fn made(api: &Api<Secret>, secret: &Secret) -> Result<Secret, ClusterError> {
    match api.create(&PostParams::default(), secret).await {
        Ok(created) => Ok(created),
        Err(kube::Error::Api(status)) if status.code == 409 => Ok(api.get(&secret.name_any()).await?),
        Err(error) => Err(error.into()),
    }
}

/// The secret as it can be created again.
fn bare(secret: Secret) -> Secret {
    let ObjectMeta { name, namespace, labels, .. } = secret.metadata;
    Secret { metadata: ObjectMeta { name, namespace, labels, ..ObjectMeta::default() }, ..secret }
}

fn word(namespace: &str, name: &str, secret: &Secret, key: &str) -> Result<String, ClusterError> {
    let value = secret.data.as_ref().and_then(|data| data.get(key));
    let text = value.and_then(|value| std::str::from_utf8(&value.0).ok()).map(str::trim);
    match text {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(missing(namespace, name, "lacks a key that it should have, or holds no text in it")),
    }
}

fn missing(namespace: &str, name: &str, problem: &'static str) -> ClusterError {
    ClusterError::Secret { namespace: namespace.to_owned(), name: name.to_owned(), problem }
}

/// New keys; but where a Redis has its password already, that one.
fn fresh(redis: Option<&Secret>) -> NewSecrets {
    NewSecrets {
        deal_key: random_hex(),
        draw_secret: random_hex(),
        control_token: random_hex(),
        redis_password: redis.and_then(objects::redis_password).unwrap_or_else(random_hex),
    }
}

/// 256 bits.
fn random_hex() -> String {
    let mut bytes = [0_u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    hex::encode(bytes)
}
