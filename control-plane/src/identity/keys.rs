//! The public keys with which Kakao signs id tokens: fetched when a token names one that is not
//! known, at most every few seconds, by one request at a time.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::JwkSet;
use tokio::sync::Mutex;
use url::Url;

use super::kakao::{KakaoError, fetch};

/// Tokens with invented key ids must not make us ask Kakao each time.
const REFETCH_AFTER: SignedDuration = SignedDuration::from_secs(10);
/// A key that was withdrawn must not be good for ever.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

pub struct KeyCache {
    url: Url,
    known: RwLock<Option<Arc<Known>>>,
    fetching: Mutex<()>,
}

struct Known {
    keys: HashMap<String, DecodingKey>,
    fetched_at: Timestamp,
}

impl KeyCache {
    pub fn new(url: Url) -> KeyCache {
        KeyCache { url, known: RwLock::new(None), fetching: Mutex::new(()) }
    }

    /// The key called `id`, or `None` where Kakao has no such key.
    pub async fn key(
        &self,
        http: &reqwest::Client,
        id: &str,
        now: Timestamp,
    ) -> Result<Option<DecodingKey>, KakaoError> {
        if let Some(answer) = self.cached(id, now) {
            return Ok(answer);
        }
        let _one_at_a_time = self.fetching.lock().await;
        if let Some(answer) = self.cached(id, now) {
            return Ok(answer);
        }
        let request = http.get(self.url.clone()).build().map_err(|e| KakaoError::Unreachable(Box::new(e)))?;
        let (status, body) = fetch(http, request).await?;
        if !status.is_success() {
            return Err(KakaoError::Unreachable(format!("the keys were answered with {status}").into()));
        }
        let set: JwkSet = serde_json::from_slice(&body).map_err(|e| KakaoError::Unreachable(Box::new(e)))?;
        let usable = set
            .keys
            .iter()
            .filter_map(|jwk| Some((jwk.common.key_id.clone()?, DecodingKey::from_jwk(jwk).ok()?)));
        let known = Arc::new(Known { keys: usable.collect(), fetched_at: now });
        let key = known.keys.get(id).cloned();
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(known);
        Ok(key)
    }

    /// `None` where the answer has to be fetched.
    fn cached(&self, id: &str, now: Timestamp) -> Option<Option<DecodingKey>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).clone()?;
        let age = now.duration_since(known.fetched_at);
        match known.keys.get(id) {
            Some(key) if age < KEPT => Some(Some(key.clone())),
            None if age < REFETCH_AFTER => Some(None),
            _ => None,
        }
    }
}
