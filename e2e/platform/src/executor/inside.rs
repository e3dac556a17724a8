//! What the executor asks the parts of a running deal. Every question has a short deadline, and no
//! answer is an answer: it means "not known".

use std::time::Duration;

use control_plane_core::ledger::Head;
use serde::de::DeserializeOwned;
use tenant_runtime_core::config::Settings;
use tenant_runtime_core::report::Report;

use super::ExecutorError;
use super::home::Home;

const ANSWER_WITHIN: Duration = Duration::from_secs(3);

pub struct Inside {
    http: reqwest::Client,
    control_plane_url: String,
}

impl Inside {
    pub fn new(control_plane_url: &str) -> Inside {
        let http = reqwest::Client::builder()
            .timeout(ANSWER_WITHIN)
            .no_proxy()
            .build()
            .expect("a client without TLS files or proxies has nothing to fail on");
        Inside { http, control_plane_url: control_plane_url.to_owned() }
    }

    pub async fn redis_ready(&self, home: &Home) -> bool {
        let Ok(password) = home.redis_password() else { return false };
        let address = redis::ConnectionAddr::Tcp("127.0.0.1".to_owned(), home.about().redis_port);
        let ping = async {
            let settings = redis::RedisConnectionInfo::default().set_password(password);
            let info = redis::IntoConnectionInfo::into_connection_info(address)?.set_redis_settings(settings);
            let client = redis::Client::open(info)?;
            let mut connection = client.get_multiplexed_async_connection().await?;
            redis::cmd("PING").query_async::<String>(&mut connection).await
        };
        matches!(tokio::time::timeout(ANSWER_WITHIN, ping).await, Ok(Ok(_)))
    }

    pub async fn runtime_ready(&self, home: &Home) -> bool {
        let answer = self.http.get(home.url("/readyz")).send().await;
        answer.is_ok_and(|response| response.status().is_success())
    }

    pub async fn report(&self, home: &Home) -> Option<Report> {
        let token = home.control_token().ok()?;
        self.ask(&home.url("/internal/report"), &token).await
    }

    /// The ledger's own head, from the control plane itself.
    pub async fn ledger_head(&self, home: &Home, deal: &str) -> Option<Head> {
        let token = home.ledger_token().ok()?;
        let url = format!("{}/api/v1/runtime/deals/{deal}/head", self.control_plane_url);
        self.ask(&url, &token).await
    }

    pub async fn push_settings(&self, home: &Home, settings: &Settings) -> Result<(), ExecutorError> {
        let request =
            self.http.put(home.url("/internal/settings")).bearer_auth(home.control_token()?).json(settings);
        let response = request.send().await.map_err(ExecutorError::Runtime)?;
        if response.status().is_success() { Ok(()) } else { Err(ExecutorError::Settings(response.status())) }
    }

    /// Asks the runtime to seal itself; it refuses while something is open, which the next report
    /// tells.
    pub async fn seal(&self, home: &Home) -> Result<(), ExecutorError> {
        let request = self.http.post(home.url("/internal/seal")).bearer_auth(home.control_token()?);
        let response = request.send().await.map_err(ExecutorError::Runtime)?;
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
