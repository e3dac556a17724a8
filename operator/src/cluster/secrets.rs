//! A deal's secrets: created where they are absent, and read for the two words that the operator
//! itself needs. Values never leave this module but as what they are for.

use k8s_openapi::api::core::v1::Secret;
use kube::Api;
use kube::api::PostParams;
use operator_core::objects::{Credentials, NewSecrets};
use rand::Rng as _;
use tenant_runtime_core::config::secrets;

use super::{Cluster, ClusterError, Named};

const RUNTIME: &str = "runtime";
const PAYMENT: &str = "payment";

/// What the operator says to the runtime and to the ledger. Deliberately without `Debug`.
#[derive(Clone)]
pub struct Tokens {
    pub control: String,
    pub ledger: String,
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
        let tokens = Tokens {
            control: word(&place, RUNTIME, &runtime, secrets::CONTROL_TOKEN)?,
            ledger: word(&place, PAYMENT, &payment, secrets::LEDGER_TOKEN)?,
        };
        self.learn(deal, |known| known.tokens = Some(tokens.clone()));
        Ok(Some(tokens))
    }

    /// Creates what is absent, but no new keys for a deal that is warm: its tickets, its draw and its
    /// data hang on the old ones.
    pub(super) async fn ensure_secrets(
        &self,
        deal: &Named<'_>,
        credentials: &Credentials,
        is_warm: bool,
    ) -> Result<(), ClusterError> {
        if self.known(deal).tokens.is_some() {
            return Ok(());
        }
        let place = deal.namespace();
        let api = Api::<Secret>::namespaced(self.client.clone(), &place);
        let (runtime, payment) = tokio::try_join!(api.get_opt(RUNTIME), api.get_opt(PAYMENT))?;
        if runtime.is_none() && is_warm {
            return Err(missing(&place, RUNTIME, "is lost, and the deal is warm: restore it from a backup"));
        }
        if runtime.is_none() {
            create(&api, &credentials.runtime(&fresh())).await?;
        }
        // As it is, for another may have been there first.
        let runtime = api.get(RUNTIME).await?;
        create(&api, &credentials.redis(&word(&place, RUNTIME, &runtime, secrets::REDIS_PASSWORD)?)).await?;
        if payment.is_none() {
            let (merchant_key, ledger_token) = self.given(credentials).await?;
            create(&api, &credentials.payment(&merchant_key, &ledger_token)).await?;
        }
        self.tokens(deal).await.map(drop)
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

/// One that is there already stays as it is.
async fn create(api: &Api<Secret>, secret: &Secret) -> Result<(), ClusterError> {
    match api.create(&PostParams::default(), secret).await {
        Ok(_) => Ok(()),
        Err(kube::Error::Api(status)) if status.code == 409 => Ok(()),
        Err(error) => Err(error.into()),
    }
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

fn fresh() -> NewSecrets {
    NewSecrets {
        deal_key: random_hex(),
        draw_secret: random_hex(),
        control_token: random_hex(),
        redis_password: random_hex(),
    }
}

/// 256 bits.
fn random_hex() -> String {
    let mut bytes = [0_u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    hex::encode(bytes)
}
