//! The operator's configuration, read once at the start: environment variables that begin with
//! `BIDD_OPERATOR_`, `__` between levels, over the TOML file that `BIDD_OPERATOR_CONFIG` names.

use std::net::SocketAddr;

use figment::Figment;
use figment::providers::{Env, Format as _, Toml};
use operator_core::objects::{ClusterPlatform, Edge, Images, RedisStorage, RoleDefaults};
use operator_core::{Limits, Platform, TossPlaces};
use serde::Deserialize;
use serde_json::Value;
use tenant_runtime_core::config::IdentityConfig;

const PREFIX: &str = "BIDD_OPERATOR_";

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{PREFIX}{variable}: {problem}")]
    Wrong { variable: String, problem: String },
    #[error("the configuration cannot be read: {0}")]
    Unreadable(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The platform's own namespace: the Lease is there, and the secrets that deals name.
    pub namespace: String,
    /// Unique among the operators that run: the pod's name.
    pub identity: String,
    /// Health and metrics.
    #[serde(default = "default_listen")]
    pub listen: SocketAddr,
    /// As pods reach it, without a slash at the end.
    pub control_plane_url: String,
    /// The port at which the control plane's pods listen, for network policies.
    #[serde(default = "default_control_plane_port")]
    pub control_plane_port: u16,
    /// KakaoPay's API, without a slash at the end.
    pub payment_base_url: String,
    #[serde(default)]
    pub toss: TossConfig,
    pub public: Public,
    pub images: Images,
    pub edge: Edge,
    #[serde(default)]
    pub redis: RedisStorage,
    #[serde(default)]
    pub resources: RoleDefaults,
    #[serde(default)]
    pub limits: LimitsConfig,
}

/// Where Toss Payments is, without slashes at the ends.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TossConfig {
    /// The API.
    pub base_url: String,
    /// The script that opens the payment window in the shopper's browser.
    pub script_url: String,
}

impl Default for TossConfig {
    fn default() -> Self {
        let TossPlaces { base_url, script_url } = TossPlaces::default();
        TossConfig { base_url, script_url }
    }
}

/// The platform as a shopper's browser sees it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Public {
    pub scheme: Scheme,
    pub domain: String,
    /// Where it is not the scheme's own.
    pub port: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    Http,
    Https,
}

/// What may be set of [`Limits`]; the rest is as usual.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    pub provision_seconds: Option<u32>,
    pub drain_seconds_max: Option<u32>,
    pub settle_seconds_max: Option<u32>,
    pub teardown_seconds_max: Option<u32>,
    pub poll_seconds: Option<u32>,
    pub refused_seconds: Option<u32>,
}

fn default_listen() -> SocketAddr {
    SocketAddr::from(([0, 0, 0, 0], 8080))
}

fn default_control_plane_port() -> u16 {
    8080
}

impl Config {
    /// # Errors
    /// Names the first variable that is missing or wrong.
    pub fn load() -> Result<Config, ConfigError> {
        let mut figment = Figment::new();
        if let Some(path) = std::env::var_os("BIDD_OPERATOR_CONFIG") {
            figment = figment.merge(Toml::file_exact(path));
        }
        Config::read(&figment.merge(Env::prefixed(PREFIX).ignore(&["config"]).split("__")))
    }

    fn read(figment: &Figment) -> Result<Config, ConfigError> {
        let config: Config = figment.extract().map_err(|error| {
            let missing = match &error.kind {
                figment::error::Kind::MissingField(name) => Some(name.to_string()),
                _ => None,
            };
            let path: Vec<String> = error.path.iter().cloned().chain(missing).collect();
            if path.is_empty() {
                return ConfigError::Unreadable(error.to_string());
            }
            wrong(&path.join("__"), &error.kind.to_string())
        })?;
        for (variable, url) in [
            ("control_plane_url", &config.control_plane_url),
            ("payment_base_url", &config.payment_base_url),
            ("toss__base_url", &config.toss.base_url),
            ("toss__script_url", &config.toss.script_url),
        ] {
            if !url.starts_with("http") || url.ends_with('/') {
                return Err(wrong(variable, "give a URL with its scheme and without a slash at the end"));
            }
        }
        for (variable, word) in [
            ("namespace", &config.namespace),
            ("identity", &config.identity),
            ("public__domain", &config.public.domain),
        ] {
            if word.is_empty() {
                return Err(wrong(variable, "must not be empty"));
            }
        }
        Ok(config)
    }

    /// What every deal has in common, with the keys that shopper tokens are checked with.
    #[must_use]
    pub fn platform(&self, jwks: Value) -> Platform {
        let scheme = match self.public.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        };
        let identity = IdentityConfig {
            jwks,
            issuer: String::new(),
            sign_in_url: String::new(),
            orders_url: String::new(),
        };
        let mut platform = Platform {
            scheme: scheme.to_owned(),
            port: self.public.port,
            ledger_base_url: self.control_plane_url.clone(),
            kakaopay_base_url: self.payment_base_url.clone(),
            toss: TossPlaces {
                base_url: self.toss.base_url.clone(),
                script_url: self.toss.script_url.clone(),
            },
            identity,
        };
        let storefront = platform.origin(&format!("ddib.{}", self.public.domain));
        platform.identity.sign_in_url = format!("{storefront}/api/v1/auth/renew");
        platform.identity.orders_url = format!("{storefront}/orders");
        platform.identity.issuer = storefront;
        platform
    }

    #[must_use]
    pub fn cluster(&self) -> ClusterPlatform {
        ClusterPlatform {
            namespace: self.namespace.clone(),
            control_plane_port: self.control_plane_port,
            images: self.images.clone(),
            edge: self.edge.clone(),
            redis: self.redis.clone(),
            resources: self.resources,
        }
    }
}

impl LimitsConfig {
    #[must_use]
    pub fn limits(self) -> Limits {
        let usual = Limits::default();
        Limits {
            provision_seconds: self.provision_seconds.unwrap_or(usual.provision_seconds),
            drain_seconds_max: self.drain_seconds_max.unwrap_or(usual.drain_seconds_max),
            settle_seconds_max: self.settle_seconds_max.unwrap_or(usual.settle_seconds_max),
            teardown_seconds_max: self.teardown_seconds_max.unwrap_or(usual.teardown_seconds_max),
            poll_seconds: self.poll_seconds.unwrap_or(usual.poll_seconds),
            refused_seconds: self.refused_seconds.unwrap_or(usual.refused_seconds),
        }
    }
}

fn wrong(variable: &str, problem: &str) -> ConfigError {
    ConfigError::Wrong { variable: variable.to_uppercase(), problem: problem.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        namespace = "bidd"
        identity = "operator-0"
        control_plane_url = "http://control-plane.bidd.svc"
        payment_base_url = "http://198.19.0.1:9000"
        public = { scheme = "http", domain = "localhost", port = 8088 }
        images = { tenant_runtime = "bidd.local/tenant-runtime:1", redis = "bidd.local/redis:1" }
        edge = { kind = "gateway", namespace = "edge", gateway_name = "bidd", gateway_namespace = "bidd" }
        limits = { poll_seconds = 2 }
    "#;

    fn read(text: &str) -> Result<Config, ConfigError> {
        Config::read(&Figment::new().merge(Toml::string(text)))
    }

    #[test]
    fn what_is_not_said_is_as_usual() {
        let config = read(GOOD).unwrap();
        let limits = config.limits.limits();
        assert_eq!(limits, Limits { poll_seconds: 2, ..Limits::default() });
        assert_eq!(config.redis, RedisStorage::default());
        let platform = config.platform(Value::Null);
        assert_eq!(platform.identity.issuer, "http://ddib.localhost:8088");
        assert_eq!(platform.identity.sign_in_url, "http://ddib.localhost:8088/api/v1/auth/renew");
        assert_eq!(platform.identity.orders_url, "http://ddib.localhost:8088/orders");
        assert_eq!(platform.kakaopay_base_url, "http://198.19.0.1:9000");
        assert_eq!(platform.toss, TossPlaces::default());
    }

    #[test]
    fn an_error_names_the_variable() {
        for (before, after, named) in [
            ("namespace = \"bidd\"\n", "\n", "BIDD_OPERATOR_NAMESPACE"),
            ("\"operator-0\"", "\"\"", "BIDD_OPERATOR_IDENTITY"),
            ("bidd.svc", "bidd.svc/", "BIDD_OPERATOR_CONTROL_PLANE_URL"),
            ("\"http\",", "\"ftp\",", "BIDD_OPERATOR_PUBLIC__SCHEME"),
            (", redis = \"bidd.local/redis:1\"", "", "BIDD_OPERATOR_IMAGES__REDIS"),
            ("limits =", "toss = { script_url = \"js\" }\nlimits =", "BIDD_OPERATOR_TOSS__SCRIPT_URL"),
        ] {
            let text = GOOD.replacen(before, after, 1);
            assert_ne!(text, GOOD);
            let error = read(&text).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{named}:")), "{error}");
        }
    }
}
