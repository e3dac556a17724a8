//! Kakao Login as an OpenID Connect client: the code flow with PKCE, state and nonce, and an id
//! token that is checked. Kakao's access token is of no use here and is dropped.

use std::borrow::Cow;
use std::pin::Pin;
use std::time::Duration;

use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, Validation};
use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType,
};
use oauth2::{
    AsyncHttpClient, AuthType, AuthUrl, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken,
    EndpointNotSet, EndpointSet, ExtraTokenFields, HttpRequest, HttpResponse, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, StandardRevocableToken, StandardTokenResponse,
    TokenUrl,
};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use url::Url;

use super::flow::Flow;
use super::keys::KeyCache;
use crate::config::Config;
use crate::http::site::Site;

/// Kakao separates scopes by commas, so they travel as one.
const SCOPE: &str = "openid,profile_nickname";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
const BODY_BYTES_MAX: usize = 64 * 1024;
/// How far Kakao's clock may be behind ours.
const LEEWAY: SignedDuration = SignedDuration::from_secs(30);
const CALLBACK: &str = "/api/v1/auth/kakao/callback";

#[derive(Debug, thiserror::Error)]
pub enum KakaoError {
    #[error("Kakao cannot be reached or answers nonsense")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("Kakao refused the code: {0}")]
    Refused(String),
    #[error("the id token is missing, forged, expired or meant for somebody else: {0}")]
    IdToken(String),
    #[error("the sign-in is misconfigured")]
    Setup(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Who Kakao says somebody is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Kakao's id of the person: digits.
    pub subject: String,
    pub nickname: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct IdTokenField {
    id_token: Option<String>,
}

impl ExtraTokenFields for IdTokenField {}

type OAuth = Client<
    BasicErrorResponse,
    StandardTokenResponse<IdTokenField, BasicTokenType>,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

#[derive(Deserialize)]
struct IdClaims {
    sub: String,
    exp: i64,
    nonce: Option<String>,
    nickname: Option<String>,
}

pub struct KakaoLogin {
    oauth: OAuth,
    bidd: RedirectUrl,
    ddib: RedirectUrl,
    http: reqwest::Client,
    keys: KeyCache,
    validation: Validation,
}

impl KakaoLogin {
    /// # Errors
    /// Where the configuration is unusable or TLS cannot be set up.
    pub fn new(config: &Config) -> Result<KakaoLogin, KakaoError> {
        let kakao = &config.kakao;
        let redirect = |site| {
            RedirectUrl::new(format!("{}{CALLBACK}", config.public.origin(site)))
                .map_err(|error| KakaoError::Setup(Box::new(error)))
        };
        let secret = ClientSecret::new(kakao.client_secret.expose_secret().to_owned());
        let oauth = Client::new(ClientId::new(kakao.client_id.clone()))
            .set_client_secret(secret)
            .set_auth_type(AuthType::RequestBody)
            .set_auth_uri(AuthUrl::from_url(kakao.authorize_url.clone()))
            .set_token_uri(TokenUrl::from_url(kakao.token_url.clone()));
        // Never along a redirect: the code and the secret are for Kakao alone.
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(ANSWER_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|error| KakaoError::Setup(Box::new(error)))?;
        let mut validation = Validation::new(Algorithm::RS256);
        // The time is compared below, with our own clock.
        validation.validate_exp = false;
        validation.set_issuer(&[&kakao.issuer]);
        validation.set_audience(&[&kakao.client_id]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        let keys = KeyCache::new(kakao.jwks_url.clone());
        Ok(KakaoLogin {
            oauth,
            bidd: redirect(Site::Bidd)?,
            ddib: redirect(Site::Ddib)?,
            http,
            keys,
            validation,
        })
    }

    /// Where to send somebody who wants to sign in.
    #[must_use]
    pub fn authorize_url(&self, flow: &Flow) -> Url {
        let verifier = PkceCodeVerifier::new(flow.verifier.clone());
        let (url, _state) = self
            .oauth
            .authorize_url(|| CsrfToken::new(flow.state.clone()))
            .set_redirect_uri(Cow::Borrowed(self.redirect(flow.site())))
            .add_scope(Scope::new(SCOPE.to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .add_extra_param("nonce", flow.nonce.clone())
            .url();
        url
    }

    /// Exchanges the code that came back for the person who gave it.
    ///
    /// # Errors
    /// Where Kakao does not answer, refuses the code, or answers with a token that does not hold.
    pub async fn person(&self, code: &str, flow: &Flow, now: Timestamp) -> Result<Person, KakaoError> {
        let answer = self
            .oauth
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .set_redirect_uri(Cow::Borrowed(self.redirect(flow.site())))
            .set_pkce_verifier(PkceCodeVerifier::new(flow.verifier.clone()))
            .request_async(&Forward(self.http.clone()))
            .await;
        let tokens = answer.map_err(|error| match error {
            RequestTokenError::ServerResponse(refusal) => KakaoError::Refused(refusal.to_string()),
            RequestTokenError::Request(error) => error,
            RequestTokenError::Parse(error, _body) => KakaoError::Unreachable(Box::new(error)),
            RequestTokenError::Other(text) => KakaoError::Unreachable(text.into()),
        })?;
        let id_token = tokens.extra_fields().id_token.as_deref();
        let id_token = id_token.ok_or_else(|| KakaoError::IdToken("there is none".to_owned()))?;
        self.check(id_token, &flow.nonce, now).await
    }

    async fn check(&self, id_token: &str, nonce: &str, now: Timestamp) -> Result<Person, KakaoError> {
        let refuse = |reason: &str| KakaoError::IdToken(reason.to_owned());
        let header = jsonwebtoken::decode_header(id_token).map_err(|error| refuse(&error.to_string()))?;
        let key_id = header.kid.ok_or_else(|| refuse("it names no key"))?;
        let key =
            self.keys.key(&self.http, &key_id, now).await?.ok_or_else(|| refuse("its key is unknown"))?;
        let claims = jsonwebtoken::decode::<IdClaims>(id_token, &key, &self.validation)
            .map_err(|error| refuse(&error.to_string()))?
            .claims;
        if claims.exp <= (now - LEEWAY).as_second() {
            return Err(refuse("it expired"));
        }
        let given = claims.nonce.unwrap_or_default();
        if !bool::from(given.as_bytes().ct_eq(nonce.as_bytes())) {
            return Err(refuse("it was made for another sign-in"));
        }
        let digits = claims.sub.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || claims.sub.is_empty() || claims.sub.len() > 20 {
            return Err(refuse("its subject is not a Kakao id"));
        }
        Ok(Person { subject: claims.sub, nickname: claims.nickname })
    }

    fn redirect(&self, site: Site) -> &RedirectUrl {
        match site {
            Site::Bidd => &self.bidd,
            Site::Ddib => &self.ddib,
        }
    }
}

/// Carries the requests of the OAuth2 library over our own client.
struct Forward(reqwest::Client);

impl<'c> AsyncHttpClient<'c> for Forward {
    type Error = KakaoError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, KakaoError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let request =
                reqwest::Request::try_from(request).map_err(|e| KakaoError::Unreachable(Box::new(e)))?;
            let (status, body) = fetch(&self.0, request).await?;
            if status.is_server_error() {
                return Err(KakaoError::Unreachable(format!("Kakao answered {status}").into()));
            }
            let mut response = HttpResponse::new(body);
            *response.status_mut() = status;
            Ok(response)
        })
    }
}

/// Sends a request and reads an answer of bounded size.
pub(super) async fn fetch(
    http: &reqwest::Client,
    request: reqwest::Request,
) -> Result<(StatusCode, Vec<u8>), KakaoError> {
    let unreachable = |error: reqwest::Error| KakaoError::Unreachable(Box::new(error.without_url()));
    let mut response = http.execute(request).await.map_err(unreachable)?;
    let status = response.status();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > BODY_BYTES_MAX {
            return Err(KakaoError::Unreachable("the answer is too long".into()));
        }
        body.extend_from_slice(&chunk);
    }
    Ok((status, body))
}
