//! What is asked of the parts of a running deal, wherever it runs. Every question has a short
//! deadline, and no answer is an answer: it means "not known".

use std::time::Duration;

use control_plane_core::ledger::Head;
use reqwest::{Client, StatusCode};
use serde::de::DeserializeOwned;
use tenant_runtime_core::config::Settings;
use tenant_runtime_core::report::Report;

const ANSWER_WITHIN: Duration = Duration::from_secs(3);

/// The runtime did not do what it was told.
#[derive(Debug, thiserror::Error)]
pub enum InsideError {
    #[error("the runtime did not answer")]
    Silent(#[source] reqwest::Error),
    #[error("the runtime refused its settings: {0}")]
    Settings(StatusCode),
}

/// Asks runtimes and the ledger.
#[derive(Clone)]
pub struct Inside {
    http: Client,
    control_plane_url: String,
}

impl Inside {
    /// `control_plane_url` comes without a slash at the end.
    ///
    /// # Panics
    /// Where the TLS library cannot be set up at all.
    #[must_use]
    pub fn new(control_plane_url: &str) -> Inside {
        let http = Client::builder()
            .timeout(ANSWER_WITHIN)
            .no_proxy()
            .build()
            .expect("a client without TLS files or proxies has nothing to fail on");
        Inside { http, control_plane_url: control_plane_url.to_owned() }
    }

    /// Whether the runtime at `base` calls itself ready.
    pub async fn is_ready(&self, base: &str) -> bool {
        let answer = self.http.get(format!("{base}/readyz")).send().await;
        answer.is_ok_and(|response| response.status().is_success())
    }

    /// What the runtime at `base` says about itself.
    pub async fn report(&self, base: &str, control_token: &str) -> Option<Report> {
        self.ask(&format!("{base}/internal/report"), control_token).await
    }

    /// The ledger's own head, from the control plane itself.
    pub async fn ledger_head(&self, deal: &str, ledger_token: &str) -> Option<Head> {
        let url = format!("{}/api/v1/runtime/deals/{deal}/head", self.control_plane_url);
        self.ask(&url, ledger_token).await
    }

    /// Makes settings the ones in force, in every process of the deal.
    ///
    /// # Errors
    /// Where the runtime is silent or refuses.
    pub async fn push_settings(
        &self,
        base: &str,
        control_token: &str,
        settings: &Settings,
    ) -> Result<(), InsideError> {
        let request =
            self.http.put(format!("{base}/internal/settings")).bearer_auth(control_token).json(settings);
        let response = request.send().await.map_err(InsideError::Silent)?;
        if response.status().is_success() { Ok(()) } else { Err(InsideError::Settings(response.status())) }
    }

    /// Asks the runtime to seal itself; it refuses while something is open, which the next report
    /// tells.
    ///
    /// # Errors
    /// Where the runtime is silent.
    pub async fn seal(&self, base: &str, control_token: &str) -> Result<(), InsideError> {
        let request = self.http.post(format!("{base}/internal/seal")).bearer_auth(control_token);
        let response = request.send().await.map_err(InsideError::Silent)?;
        tracing::debug!(status = %response.status(), "asked for the seal");
        Ok(())
    }

    async fn ask<T: DeserializeOwned>(&self, url: &str, token: &str) -> Option<T> {
        let response = self.http.get(url).bearer_auth(token).send().await.ok()?;
        if !response.status().is_success() {
            tracing::debug!(url, status = %response.status(), "no answer to go by");
            return None;
        }
        match response.json().await {
            Ok(answer) => Some(answer),
            Err(error) => {
                tracing::warn!(url, %error, "an answer was not understood");
                None
            }
        }
    }
}
