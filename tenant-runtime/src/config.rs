//! What a process is told when it starts: environment variables, the deal's document and its secret
//! files. Everything is read and checked once; an error names the variable or the file.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use tenant_runtime_core::config::{DealConfig, secrets};

/// Which part of a deal a process plays. On one machine, one process plays them all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::Subcommand)]
pub enum Role {
    /// The waiting room.
    Queue,
    /// Products, stock and holds.
    Shop,
    /// Payments, refunds and the export to the ledger.
    Payment,
    /// All three in one process.
    All,
}

impl Role {
    #[must_use]
    pub fn has_queue(self) -> bool {
        matches!(self, Role::Queue | Role::All)
    }

    #[must_use]
    pub fn has_shop(self) -> bool {
        matches!(self, Role::Shop | Role::All)
    }

    #[must_use]
    pub fn has_payment(self) -> bool {
        matches!(self, Role::Payment | Role::All)
    }
}

/// Where a process finds what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// `DDIB_CONFIG`: the path of the deal's document.
    pub config: PathBuf,
    /// `DDIB_SECRETS`: the folder of the secret files.
    pub secrets: PathBuf,
    /// `DDIB_REDIS`: `host:port`.
    pub redis: String,
    /// `DDIB_LISTEN`: where to serve.
    pub listen: SocketAddr,
    /// `DDIB_INTERNAL_LISTEN`: where to serve what only the platform asks for (`/internal`, health,
    /// metrics), and nowhere else. Where it is not set, everything is served at `DDIB_LISTEN`.
    pub internal_listen: Option<SocketAddr>,
    /// `DDIB_ENTER_PER_ADDRESS` and `DDIB_ENTER_PER_SHOPPER`, where they are set.
    pub enter_rates: EnterRates,
}

/// How many times a second one may enter, and ask for a challenge to work on before; ten times as many
/// at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnterRates {
    /// A mobile carrier or an office puts thousands of people behind one address.
    pub per_address: NonZeroU32,
    /// A shopper enters once; reloads and second tabs are a few more.
    pub per_shopper: NonZeroU32,
}

impl Default for EnterRates {
    fn default() -> Self {
        EnterRates {
            per_address: NonZeroU32::new(1_000).expect("not zero"),
            per_shopper: NonZeroU32::new(2).expect("not zero"),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{name} is not set: {hint}")]
    Missing { name: &'static str, hint: &'static str },
    #[error("{name}={value:?} is not {expected}")]
    Invalid { name: &'static str, value: String, expected: &'static str },
    #[error("cannot read {path} (named by {name})")]
    Unreadable {
        name: &'static str,
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{path} (named by DDIB_CONFIG) is not a deal's configuration")]
    Document {
        path: PathBuf,
        #[source]
        source: serde_json::Error,
    },
    #[error("{path} (named by DDIB_CONFIG): {what}")]
    Nonsense { path: PathBuf, what: &'static str },
    #[error("secret file {path} does not hold {expected}")]
    Secret { path: PathBuf, expected: &'static str },
}

impl Environment {
    /// Reads the variables through `get`, so that a test need not touch the process's own.
    ///
    /// # Errors
    /// Names the variable that is missing or wrong.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Environment, ConfigError> {
        let need = |name, hint| {
            get(name).filter(|value| !value.is_empty()).ok_or(ConfigError::Missing { name, hint })
        };
        let listen = need("DDIB_LISTEN", "give the address to serve at, for instance 127.0.0.1:0")?;
        let redis = need("DDIB_REDIS", "give the deal's Redis as host:port")?;
        if !redis.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
        {
            return Err(ConfigError::Invalid {
                name: "DDIB_REDIS",
                value: redis,
                expected: "of the form host:port",
            });
        }
        let default = EnterRates::default();
        let enter_rates = EnterRates {
            per_address: rate(&get, "DDIB_ENTER_PER_ADDRESS", default.per_address)?,
            per_shopper: rate(&get, "DDIB_ENTER_PER_SHOPPER", default.per_shopper)?,
        };
        Ok(Environment {
            enter_rates,
            config: need("DDIB_CONFIG", "give the path of the deal's configuration")?.into(),
            secrets: need("DDIB_SECRETS", "give the folder of the deal's secret files")?.into(),
            listen: address("DDIB_LISTEN", listen)?,
            internal_listen: get("DDIB_INTERNAL_LISTEN")
                .map(|value| address("DDIB_INTERNAL_LISTEN", value))
                .transpose()?,
            redis,
        })
    }
}

fn address(name: &'static str, value: String) -> Result<SocketAddr, ConfigError> {
    let expected = "an address such as 127.0.0.1:8081";
    value.parse().map_err(|_| ConfigError::Invalid { name, value, expected })
}

fn rate(
    get: &impl Fn(&str) -> Option<String>,
    name: &'static str,
    default: NonZeroU32,
) -> Result<NonZeroU32, ConfigError> {
    match get(name) {
        None => Ok(default),
        Some(value) => value
            .parse()
            .ok()
            .filter(|rate: &NonZeroU32| rate.get() <= RATE_MAX)
            .ok_or(ConfigError::Invalid { name, value, expected: "a whole number from 1 to 100000000" }),
    }
}

/// Ten times as many must fit, too.
const RATE_MAX: u32 = 100_000_000;

/// The deal's secrets, as far as a role needs them.
pub struct Secrets {
    pub deal_key: [u8; 32],
    pub draw_secret: [u8; 32],
    pub redis_password: SecretString,
    pub control_token: SecretString,
    /// Only where the role is, or includes, payment.
    pub payment: Option<PaymentSecrets>,
}

pub struct PaymentSecrets {
    /// The company's key at the payment provider.
    pub merchant_key: SecretString,
    /// Bearer credential at the control plane's ledger.
    pub ledger_token: SecretString,
}

/// Reads and checks the deal's document.
///
/// # Errors
/// Where the file cannot be read, or is not a configuration that makes sense.
pub fn read_deal(path: &Path) -> Result<DealConfig, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
        name: "DDIB_CONFIG",
        path: path.to_owned(),
        source,
    })?;
    let config: DealConfig = serde_json::from_str(&text)
        .map_err(|source| ConfigError::Document { path: path.to_owned(), source })?;
    check(&config).map_err(|what| ConfigError::Nonsense { path: path.to_owned(), what })?;
    Ok(config)
}

fn check(config: &DealConfig) -> Result<(), &'static str> {
    let name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if config.deal.is_empty() || config.deal.len() > 253 || !config.deal.bytes().all(name) {
        return Err("`deal` must be lower-case letters, digits and hyphens");
    }
    if config.opens_at >= config.closes_at {
        return Err("`opensAt` must be before `closesAt`");
    }
    if !config.origin.starts_with("http") || config.origin.ends_with('/') {
        return Err("`origin` must be a scheme and a host, without a slash at the end");
    }
    if config.pass_seconds == 0 || config.claim_seconds == 0 || config.hold_seconds == 0 {
        return Err("`passSeconds`, `claimSeconds` and `holdSeconds` must be at least 1");
    }
    if config.settings.products.is_empty() || config.settings.products.len() > PRODUCTS_MAX {
        return Err("`settings.products` must hold 1 to 200 products");
    }
    Ok(())
}

/// How many products a deal may have: each is a key in every step that looks at the stock.
pub const PRODUCTS_MAX: usize = 200;

/// Reads the secret files that `role` needs.
///
/// # Errors
/// Names the file that is missing or does not hold what it should.
pub fn read_secrets(folder: &Path, role: Role) -> Result<Secrets, ConfigError> {
    let payment = if role.has_payment() {
        Some(PaymentSecrets {
            merchant_key: line(folder, secrets::MERCHANT_KEY)?.into(),
            ledger_token: line(folder, secrets::LEDGER_TOKEN)?.into(),
        })
    } else {
        None
    };
    Ok(Secrets {
        deal_key: key(folder, secrets::DEAL_KEY)?,
        draw_secret: key(folder, secrets::DRAW_SECRET)?,
        redis_password: line(folder, secrets::REDIS_PASSWORD)?.into(),
        control_token: line(folder, secrets::CONTROL_TOKEN)?.into(),
        payment,
    })
}

fn line(folder: &Path, file: &str) -> Result<String, ConfigError> {
    let path = folder.join(file);
    let text = std::fs::read_to_string(&path).map_err(|source| ConfigError::Unreadable {
        name: "DDIB_SECRETS",
        path: path.clone(),
        source,
    })?;
    let text = text.trim();
    if text.is_empty() || text.contains('\n') {
        return Err(ConfigError::Secret { path, expected: "exactly one line" });
    }
    Ok(text.to_owned())
}

fn key(folder: &Path, file: &str) -> Result<[u8; 32], ConfigError> {
    let mut key = [0; 32];
    hex::decode_to_slice(line(folder, file)?, &mut key)
        .map_err(|_| ConfigError::Secret { path: folder.join(file), expected: "64 hex digits" })?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(skip: &str, change: &str, to: &str) -> Result<Environment, ConfigError> {
        Environment::read(|name| {
            let value = match name {
                "DDIB_CONFIG" => "/c.json",
                "DDIB_SECRETS" => "/s",
                "DDIB_REDIS" => "127.0.0.1:6379",
                "DDIB_LISTEN" => "127.0.0.1:0",
                name if name == change => to,
                _ => return None,
            };
            if name == skip {
                return None;
            }
            Some(if name == change { to } else { value }.to_owned())
        })
    }

    #[test]
    fn an_error_names_the_variable() {
        assert!(environment("", "", "").is_ok());
        for name in ["DDIB_CONFIG", "DDIB_SECRETS", "DDIB_REDIS", "DDIB_LISTEN"] {
            assert!(environment(name, "", "").unwrap_err().to_string().contains(name));
            assert!(environment("", name, "").unwrap_err().to_string().contains(name));
        }
        for (name, value) in [
            ("DDIB_REDIS", "localhost"),
            ("DDIB_REDIS", ":1"),
            ("DDIB_LISTEN", "8080"),
            ("DDIB_INTERNAL_LISTEN", "8081"),
            ("DDIB_ENTER_PER_ADDRESS", "0"),
            ("DDIB_ENTER_PER_SHOPPER", "many"),
        ] {
            let error = environment("", name, value).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains(value), "{error}");
        }
    }

    #[test]
    fn an_error_names_the_secret_file() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        for name in [secrets::REDIS_PASSWORD, secrets::CONTROL_TOKEN] {
            write(name, "word\n");
        }
        write(secrets::DEAL_KEY, &"ab".repeat(32));
        write(secrets::DRAW_SECRET, "abcd");
        let error = read_secrets(folder.path(), Role::Queue).err().unwrap().to_string();
        assert!(error.contains(secrets::DRAW_SECRET), "{error}");
        write(secrets::DRAW_SECRET, &"cd".repeat(32));
        assert!(read_secrets(folder.path(), Role::Queue).is_ok());
        let error = read_secrets(folder.path(), Role::All).err().unwrap().to_string();
        assert!(error.contains(secrets::MERCHANT_KEY), "{error}");
    }
}
