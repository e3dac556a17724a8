//! Configuration: read once at the start from the environment (`BIDD_*`, with `__` between levels)
//! and, where `BIDD_CONFIG` names one, from a TOML file; the environment wins. Whatever is missing
//! or wrong ends the start with one line that names the variable.

mod storage;

use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;

use control_plane_core::calendar::{Margins, Rules};
use control_plane_token::Keys;
use crds::bounds;
use figment::Figment;
use figment::providers::{Env, Format as _, Toml};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer};
use url::Url;

pub use self::storage::{S3Config, StorageConfig};
use crate::http::site::Site;
use crate::seal::Sealer;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub database: DatabaseConfig,
    /// Where the API listens.
    #[serde(default = "default_listen")]
    pub listen: SocketAddr,
    pub public: PublicConfig,
    pub kakao: KakaoConfig,
    pub kakaopay: KakaoPayConfig,
    #[serde(default)]
    pub toss: TossConfig,
    pub storage: StorageConfig,
    /// Left out where deals do not run in a cluster.
    #[serde(default)]
    pub kubernetes: Option<KubernetesConfig>,
    /// 32 bytes as 64 hex digits: seals merchants' keys and the state of a signing-in.
    #[serde(deserialize_with = "secret")]
    pub seal_key: SecretString,
    /// Opens what `seal_key` did not seal, while the key is being changed.
    #[serde(default, deserialize_with = "secret_if_any")]
    pub second_seal_key: Option<SecretString>,
    /// The Ed25519 private key that tokens are signed with, PEM.
    pub token_key_pem: SecretString,
    /// The Kakao ids of the platform's admins; in the environment separated by commas.
    #[serde(default, deserialize_with = "list")]
    pub admins: Vec<u64>,
    #[serde(default)]
    pub capacity: CapacityConfig,
    #[serde(default)]
    pub calendar: CalendarConfig,
    #[serde(default)]
    pub deals: DealsConfig,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConfig {
    /// `sqlite:`, `postgres:` or `mysql:`.
    pub url: String,
}

/// How browsers reach us.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicConfig {
    pub scheme: Scheme,
    /// The domain below which `bidd.`, `ddib.` and `*.ddib.` live.
    pub domain: String,
    #[serde(deserialize_with = "number")]
    pub port: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    Http,
    Https,
}

/// Kakao Login.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KakaoConfig {
    /// `iss` of the id tokens.
    pub issuer: String,
    pub authorize_url: Url,
    pub token_url: Url,
    pub jwks_url: Url,
    /// The REST API key.
    #[serde(deserialize_with = "text")]
    pub client_id: String,
    #[serde(deserialize_with = "secret")]
    pub client_secret: SecretString,
}

/// The platform's own merchant account, for rental fees.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KakaoPayConfig {
    pub base_url: Url,
    #[serde(deserialize_with = "text")]
    pub merchant_id: String,
    #[serde(deserialize_with = "secret")]
    pub merchant_key: SecretString,
}

/// Toss Payments, where companies have accounts and the platform has none.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TossConfig {
    pub base_url: Url,
}

impl Default for TossConfig {
    fn default() -> Self {
        TossConfig { base_url: Url::parse("https://api.tosspayments.com").expect("it is a URL") }
    }
}

/// The Kubernetes cluster that deals run in. How it is reached is for the pod's service account, or
/// `KUBECONFIG`, to say.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KubernetesConfig {
    /// Where the secrets of deals go.
    pub namespace: String,
}

/// How much the platform can carry at the same time.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CapacityConfig {
    /// The sum of expected shoppers over all slots at any instant.
    #[serde(deserialize_with = "number")]
    pub shoppers_max: u32,
}

impl Default for CapacityConfig {
    fn default() -> Self {
        CapacityConfig { shoppers_max: 200_000 }
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CalendarConfig {
    /// How long before a window its capacity is taken.
    #[serde(deserialize_with = "number")]
    pub setup_seconds: u32,
    /// How long after a window its capacity stays taken.
    #[serde(deserialize_with = "number")]
    pub drain_seconds: u32,
    /// How far ahead of its opening a window must be booked.
    #[serde(deserialize_with = "number")]
    pub lead_seconds_min: u32,
    /// Windows open and close on multiples of this, counted from midnight UTC.
    #[serde(deserialize_with = "number")]
    pub granularity_seconds: u32,
    #[serde(deserialize_with = "number")]
    pub length_seconds_min: u32,
    /// At most a day.
    #[serde(deserialize_with = "number")]
    pub length_seconds_max: u32,
    #[serde(deserialize_with = "number")]
    pub ahead_days_max: u32,
    /// How long a window is kept for whoever has not paid yet.
    #[serde(deserialize_with = "number")]
    pub pay_seconds: u32,
}

impl Default for CalendarConfig {
    fn default() -> Self {
        let rules = Rules::default();
        CalendarConfig {
            setup_seconds: 600,
            drain_seconds: 1_800,
            lead_seconds_min: rules.lead_seconds_min,
            granularity_seconds: rules.granularity_seconds,
            length_seconds_min: rules.length_seconds_min,
            length_seconds_max: rules.length_seconds_max,
            ahead_days_max: rules.ahead_days_max,
            pay_seconds: 1_800,
        }
    }
}

/// What every deal is given, unless its company could choose.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DealsConfig {
    /// How long before its opening a deal is up and warm.
    #[serde(deserialize_with = "number")]
    pub warm_up_seconds: u32,
    /// How long a hold lives; longer than the payment provider's own 15 minutes.
    #[serde(deserialize_with = "number")]
    pub hold_seconds: u32,
    /// How long a pass lives without a renewal.
    #[serde(deserialize_with = "number")]
    pub pass_seconds: u32,
    /// How long a called shopper may take to come in.
    #[serde(deserialize_with = "number")]
    pub claim_seconds: u32,
    /// How long a completed deal stays as an object.
    #[serde(deserialize_with = "number")]
    pub retention_seconds: u32,
    /// Whether refunded pieces go back on sale while the doors are open.
    pub restock_on_refund: bool,
}

impl Default for DealsConfig {
    fn default() -> Self {
        DealsConfig {
            warm_up_seconds: 600,
            hold_seconds: 960,
            pass_seconds: 300,
            claim_seconds: 30,
            retention_seconds: 86_400,
            restock_on_refund: true,
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{variable}: {reason}")]
    Variable { variable: String, reason: String },
    #[error("the configuration cannot be read: {0}")]
    Unreadable(String),
}

impl Config {
    /// Reads and checks the configuration of this process.
    ///
    /// # Errors
    /// Names the first variable that is missing or wrong.
    pub fn load() -> Result<Config, ConfigError> {
        let mut figment = Figment::new();
        if let Some(path) = std::env::var_os("BIDD_CONFIG") {
            figment = figment.merge(Toml::file_exact(path));
        }
        let environment = Env::prefixed("BIDD_").ignore(&["config", "log"]).split("__");
        Config::from_figment(&figment.merge(environment))
    }

    fn from_figment(figment: &Figment) -> Result<Config, ConfigError> {
        let config: Config = figment.extract().map_err(|error| {
            let missing = match &error.kind {
                figment::error::Kind::MissingField(name) => Some(name.to_string()),
                _ => None,
            };
            let path: Vec<String> = error.path.iter().cloned().chain(missing).collect();
            if path.is_empty() {
                return ConfigError::Unreadable(error.to_string());
            }
            wrong(&path.join("."), error.kind.to_string())
        })?;
        config.check()?;
        Ok(config)
    }

    /// What the types cannot say.
    ///
    /// # Errors
    /// Names the first variable that is wrong.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.sealer()?;
        self.token_keys()?;
        if self.public.domain.is_empty() || self.public.domain.contains([':', '/']) {
            return Err(wrong("public.domain", "must be a domain name, without scheme or port".to_owned()));
        }
        self.calendar.check()?;
        self.deals.check()?;
        match &self.storage {
            StorageConfig::S3(s3) if s3.bucket.is_empty() => {
                Err(wrong("storage.bucket", "must not be empty".to_owned()))
            }
            StorageConfig::Directory(path) if !path.is_absolute() => {
                Err(wrong("storage.directory", "must be an absolute path".to_owned()))
            }
            _ => Ok(()),
        }
    }

    /// # Errors
    /// Where a seal key is not 64 hex digits.
    pub fn sealer(&self) -> Result<Sealer, ConfigError> {
        let sealer = Sealer::new(&key_bytes("seal_key", &self.seal_key)?);
        Ok(match &self.second_seal_key {
            Some(second) => sealer.also_opening(&key_bytes("second_seal_key", second)?),
            None => sealer,
        })
    }

    /// # Errors
    /// Where it is not the PEM of an Ed25519 key.
    pub fn token_keys(&self) -> Result<Keys, ConfigError> {
        Keys::from_pem(self.token_key_pem.expose_secret())
            .map_err(|error| wrong("token_key_pem", error.to_string()))
    }
}

impl PublicConfig {
    /// The origin of a portal, for instance `http://bidd.localhost:8080`.
    #[must_use]
    pub fn origin(&self, site: Site) -> String {
        self.origin_of(&self.host(site))
    }

    /// The host name of a portal, without a port.
    #[must_use]
    pub fn host(&self, site: Site) -> String {
        format!("{}.{}", site.as_str(), self.domain)
    }

    /// The origin of a deal, for instance `http://hanbit.ddib.localhost:8080`.
    #[must_use]
    pub fn deal_origin(&self, slug: &str) -> String {
        self.origin_of(&self.deal_host(slug))
    }

    /// The host name of a company's deals, without a port.
    #[must_use]
    pub fn deal_host(&self, slug: &str) -> String {
        format!("{slug}.{}", self.host(Site::Ddib))
    }

    /// Whether cookies must not travel in the clear.
    #[must_use]
    pub fn secure(&self) -> bool {
        self.scheme == Scheme::Https
    }

    fn origin_of(&self, host: &str) -> String {
        match (self.scheme, self.port) {
            (Scheme::Http, 80) => format!("http://{host}"),
            (Scheme::Https, 443) => format!("https://{host}"),
            (Scheme::Http, port) => format!("http://{host}:{port}"),
            (Scheme::Https, port) => format!("https://{host}:{port}"),
        }
    }
}

impl CalendarConfig {
    #[must_use]
    pub fn rules(&self) -> Rules {
        Rules {
            granularity_seconds: self.granularity_seconds,
            lead_seconds_min: self.lead_seconds_min,
            length_seconds_min: self.length_seconds_min,
            length_seconds_max: self.length_seconds_max,
            ahead_days_max: self.ahead_days_max,
        }
    }

    fn check(&self) -> Result<(), ConfigError> {
        if self.granularity_seconds == 0 {
            return Err(wrong("calendar.granularity_seconds", "must not be 0".to_owned()));
        }
        let longest = u32::try_from(bounds::WINDOW_SECONDS_MAX).unwrap_or(u32::MAX);
        within("calendar.length_seconds_max", self.length_seconds_max, 1..=longest)?;
        within("calendar.length_seconds_min", self.length_seconds_min, 1..=self.length_seconds_max)
    }

    #[must_use]
    pub fn margins(&self) -> Margins {
        Margins { setup_seconds: self.setup_seconds, drain_seconds: self.drain_seconds }
    }
}

impl DealsConfig {
    /// What a `TimeDeal` may say.
    fn check(&self) -> Result<(), ConfigError> {
        let holds = bounds::HOLD_SECONDS_MIN..=bounds::HOLD_SECONDS_MAX;
        within("deals.hold_seconds", self.hold_seconds, holds)?;
        let passes = bounds::PASS_SECONDS_MIN..=bounds::PASS_SECONDS_MAX;
        within("deals.pass_seconds", self.pass_seconds, passes)?;
        let claims = bounds::CLAIM_SECONDS_MIN..=bounds::CLAIM_SECONDS_MAX;
        within("deals.claim_seconds", self.claim_seconds, claims)?;
        within("deals.warm_up_seconds", self.warm_up_seconds, 0..=bounds::WARM_UP_SECONDS_MAX)?;
        within("deals.retention_seconds", self.retention_seconds, 0..=bounds::RETENTION_SECONDS_MAX)
    }
}

fn within(path: &str, seconds: u32, range: RangeInclusive<u32>) -> Result<(), ConfigError> {
    if range.contains(&seconds) {
        return Ok(());
    }
    Err(wrong(path, format!("must be within {} and {}", range.start(), range.end())))
}

fn wrong(path: &str, reason: String) -> ConfigError {
    let variable = format!("BIDD_{}", path.to_uppercase().replace('.', "__"));
    ConfigError::Variable { variable, reason }
}

fn default_listen() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 8081))
}

fn key_bytes(path: &str, hex_digits: &SecretString) -> Result<[u8; 32], ConfigError> {
    let mut key = [0; 32];
    hex::decode_to_slice(hex_digits.expose_secret(), &mut key)
        .map_err(|_| wrong(path, "must be 64 hex digits".to_owned()))?;
    Ok(key)
}

/// The environment knows no types: figment takes whatever looks like a number for one.
#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Unsigned(u64),
    Text(String),
}

impl Scalar {
    fn into_text(self) -> String {
        match self {
            Scalar::Unsigned(number) => number.to_string(),
            Scalar::Text(text) => text,
        }
    }
}

fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Scalar::deserialize(from).map(Scalar::into_text)
}

fn secret<'de, D: Deserializer<'de>>(from: D) -> Result<SecretString, D::Error> {
    text(from).map(SecretString::from)
}

fn secret_if_any<'de, D: Deserializer<'de>>(from: D) -> Result<Option<SecretString>, D::Error> {
    secret(from).map(Some)
}

fn number<'de, D: Deserializer<'de>, T: std::str::FromStr>(from: D) -> Result<T, D::Error> {
    let text = text(from)?;
    text.trim().parse().map_err(|_| serde::de::Error::custom(format!("{text:?} is not a number in range")))
}

fn list<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        List(Vec<u64>),
        One(Scalar),
    }
    match Either::deserialize(from)? {
        Either::List(ids) => Ok(ids),
        Either::One(scalar) => {
            let text = scalar.into_text();
            let ids = text.split(',').map(str::trim).filter(|id| !id.is_empty());
            ids.map(|id| {
                id.parse().map_err(|_| serde::de::Error::custom(format!("{id:?} is not a Kakao id")))
            })
            .collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figment(change: impl Fn(&str) -> String) -> Figment {
        let pem = Keys::generate().unwrap().to_pem();
        let text = format!(
            r#"
            seal_key = "{}"
            token_key_pem = """{pem}"""
            admins = "1002, 7"
            [database]
            url = "sqlite::memory:"
            [public]
            scheme = "http"
            domain = "localhost"
            port = 8080
            [kakao]
            issuer = "http://k"
            authorize_url = "http://k/a"
            token_url = "http://k/t"
            jwks_url = "http://k/j"
            client_id = 1234
            client_secret = "s"
            [kakaopay]
            base_url = "http://p"
            merchant_id = "TC0ONETIME"
            merchant_key = "k"
            [storage]
            region = "r"
            bucket = "b"
            access_key = "a"
            secret_key = "s"
            "#,
            "ab".repeat(32)
        );
        Figment::new().merge(Toml::string(&change(&text)))
    }

    #[test]
    fn a_whole_configuration_is_read() {
        let config = Config::from_figment(&figment(str::to_owned)).unwrap();
        assert_eq!(config.admins, [1002, 7]);
        assert_eq!(config.kakao.client_id, "1234");
        assert_eq!(config.public.origin(Site::Bidd), "http://bidd.localhost:8080");
        assert_eq!(config.public.deal_origin("shop"), "http://shop.ddib.localhost:8080");
        assert!(!format!("{config:?}").contains(&"ab".repeat(32)), "secrets are not printed");
    }

    #[test]
    fn pictures_may_be_kept_in_a_directory() {
        let in_a_directory = |text: &str| {
            let (rest, _s3) = text.split_once("[storage]").unwrap();
            format!(
                "{rest}[storage]\ndirectory = \"/var/lib/bidd/objects\"\n[kubernetes]\nnamespace = \"bidd\""
            )
        };
        let config = Config::from_figment(&figment(in_a_directory)).unwrap();
        assert!(matches!(config.storage, StorageConfig::Directory(path) if path.ends_with("objects")));
        assert_eq!(config.kubernetes.unwrap().namespace, "bidd");
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (from, to, variable) in [
            ("region = \"r\"", "", "BIDD_STORAGE__REGION"),
            ("region = \"r\"", "region = \"r\"\ndirectory = \"/d\"", "BIDD_STORAGE"),
            ("secret_key = \"s\"", "", "BIDD_STORAGE__SECRET_KEY"),
            ("port = 8080", "port = \"many\"", "BIDD_PUBLIC__PORT"),
            ("scheme = \"http\"", "scheme = \"ftp\"", "BIDD_PUBLIC__SCHEME"),
            ("abab", "zz", "BIDD_SEAL_KEY"),
            ("admins =", "second_seal_key = \"ab\"\nadmins =", "BIDD_SECOND_SEAL_KEY"),
            ("BEGIN PRIVATE", "BEGIN PUBLIC", "BIDD_TOKEN_KEY_PEM"),
            ("domain = \"localhost\"", "domain = \"http://x\"", "BIDD_PUBLIC__DOMAIN"),
            ("[storage]", "[toss]\nbase_url = \"t\"\n[storage]", "BIDD_TOSS__BASE_URL"),
            ("admins = \"1002, 7\"", "admins = \"me\"", "BIDD_ADMINS"),
            ("[storage]", "[deals]\nhold_seconds = 60\n[storage]", "BIDD_DEALS__HOLD_SECONDS"),
            (
                "[storage]",
                "[calendar]\ngranularity_seconds = 0\n[storage]",
                "BIDD_CALENDAR__GRANULARITY_SECONDS",
            ),
        ] {
            let error = Config::from_figment(&figment(|text| text.replacen(from, to, 1))).unwrap_err();
            assert!(error.to_string().starts_with(variable), "{error} should name {variable}");
        }
    }
}
