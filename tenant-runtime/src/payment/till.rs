//! What a process needs to deal in money: the gateway and the company's account at it, the ledger,
//! and how far the chain over the deal's events has been followed.

use std::time::Duration;

use control_plane_gateway::kakaopay::KakaoPay;
use control_plane_gateway::toss::Toss;
use control_plane_gateway::{AnyGateway, Merchant, SetupError, Timeouts};
use control_plane_telemetry::metrics::Metrics;
use crds::PaymentProvider;
use tenant_runtime_core::config::DealConfig;
use url::Url;

use super::breaker::Guard;
use super::chain::Chain;
use super::limits::CallLimits;
use crate::config::Secrets;

const LEDGER_CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// The ledger stores a whole batch in one transaction before it answers.
const LEDGER_ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Debug, thiserror::Error)]
pub enum TillError {
    #[error("`payment.baseUrl` cannot be used")]
    Gateway(#[from] SetupError),
    #[error("`payment.scriptUrl` is missing, or no URL: it opens the payment window of this provider")]
    Script,
    #[error("`ledger.baseUrl` is no URL")]
    LedgerUrl(#[source] url::ParseError),
    #[error("the HTTP client cannot be set up")]
    Client(#[source] reqwest::Error),
}

pub struct Till {
    /// Only where the process has the payment role: no other knows the company's key.
    desk: Option<Desk>,
    pub(super) chain: Chain,
    pub(super) limits: CallLimits,
    pub(super) breaker: Guard,
}

/// What only the payment role has.
pub(super) struct Desk {
    pub gateway: AnyGateway,
    pub merchant: Merchant,
    /// Where the provider has a payment window of its own, the script that opens it.
    pub script: Option<Url>,
    pub ledger: reqwest::Client,
    /// Where batches of events go.
    pub ledger_events: Url,
}

impl Till {
    /// # Errors
    /// Where an address in the configuration cannot be used.
    pub fn open(config: &DealConfig, secrets: &Secrets, metrics: &Metrics) -> Result<Till, TillError> {
        let desk = match &secrets.payment {
            None => None,
            Some(payment) => {
                let (base_url, timeouts) = (&config.payment.base_url, Timeouts::default());
                let (gateway, script) = match config.payment.provider {
                    PaymentProvider::KakaoPay => {
                        (AnyGateway::KakaoPay(KakaoPay::new(base_url, timeouts)?), None)
                    }
                    PaymentProvider::Toss => {
                        (AnyGateway::Toss(Toss::new(base_url, timeouts)?), Some(script(config)?))
                    }
                };
                let events = format!(
                    "{}/api/v1/runtime/deals/{}/events",
                    config.ledger.base_url.trim_end_matches('/'),
                    config.deal
                );
                let ledger = reqwest::Client::builder()
                    .connect_timeout(LEDGER_CONNECT_TIMEOUT)
                    .timeout(LEDGER_ANSWER_TIMEOUT)
                    .redirect(reqwest::redirect::Policy::none())
                    .no_proxy()
                    .build()
                    .map_err(TillError::Client)?;
                Some(Desk {
                    gateway,
                    merchant: Merchant {
                        id: config.payment.merchant_id.clone(),
                        key: payment.merchant_key.clone(),
                    },
                    script,
                    ledger,
                    ledger_events: Url::parse(&events).map_err(TillError::LedgerUrl)?,
                })
            }
        };
        Ok(Till {
            desk,
            chain: Chain::new(&config.deal),
            limits: CallLimits::new(),
            breaker: Guard::new(metrics),
        })
    }

    /// The desk of a process with the payment role; its routes and tasks exist in no other.
    pub(super) fn desk(&self) -> &Desk {
        self.desk.as_ref().expect("payment routes and tasks run only where there is a payment role")
    }
}

/// The script that opens the payment window.
fn script(config: &DealConfig) -> Result<Url, TillError> {
    let url = config.payment.script_url.as_deref().and_then(|text| Url::parse(text).ok());
    url.filter(|url| matches!(url.scheme(), "http" | "https")).ok_or(TillError::Script)
}
