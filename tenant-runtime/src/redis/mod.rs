//! The deal's own Redis: where it is, how long it may take to answer, and how a step is run on it.
//!
//! Every change of state is one `.lua` file of this folder, run atomically by the deal's clock, which is
//! Redis' own without its jumps (`tenant-runtime-core`'s `clock`). Its header names KEYS, ARGV and what it
//! returns. A step that timed out may or may not have happened, so every step can be repeated.
//!
//! A Redis whose memory is used up refuses a step as a whole: the first line of a step tells it to,
//! where it would otherwise carry out whatever takes no memory and stop in the middle. Only the steps
//! that begin something are refused ([`step!`](crate::step) with `begins`: a place in the queue, a
//! hold). What was promised is finished in what memory is left beside.

pub mod keys;
pub mod together;

use std::sync::LazyLock;
use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, ConnectionAddr, ErrorKind, FromRedisValue, RedisError, Script, ScriptInvocation};
use secrecy::{ExposeSecret as _, SecretString};

/// How long Redis may take to answer. It syncs every write to its disk first.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(3);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// A lost connection is tried again in the background, soon and then less often.
const RECONNECT_DELAY_MIN: Duration = Duration::from_millis(50);
const RECONNECT_DELAY_MAX: Duration = Duration::from_millis(500);
const RECONNECT_TIMES: usize = 6;

/// How Redis begins the answer to what its memory is too small for.
const OUT_OF_MEMORY: &str = "OOM";

#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// Redis cannot be reached or does not answer in time; what was asked may have happened.
    #[error("redis cannot be reached")]
    Unavailable(#[source] RedisError),
    /// The memory granted to Redis is used up; the step did not happen, and nothing of it.
    #[error("redis is full: step {step} was not taken; raise the memory of the deal's Redis")]
    Full { step: &'static str },
    /// Redis answered something that this program does not understand: a bug on one side.
    #[error("redis refused step {step}")]
    Refused {
        step: &'static str,
        #[source]
        source: RedisError,
    },
    /// Nothing was asked of Redis: more wait for this step than the process takes.
    #[error("too many wait for step {step}")]
    Crowded { step: &'static str },
    /// What is stored does not have the shape that this version writes.
    #[error("step {step} returned something unexpected: {what}")]
    Unexpected { step: &'static str, what: String },
}

impl StoreError {
    fn from_redis(step: &'static str, source: RedisError) -> StoreError {
        let away = source.is_io_error()
            || source.is_timeout()
            || source.is_connection_dropped()
            || source.is_connection_refusal()
            || matches!(source.kind(), ErrorKind::Server(redis::ServerErrorKind::BusyLoading));
        match source.code() {
            _ if away => StoreError::Unavailable(source),
            Some(OUT_OF_MEMORY) => StoreError::Full { step },
            _ => StoreError::Refused { step, source },
        }
    }
}

/// How long a Redis that is being started again is waited for, where giving up costs more.
const PATIENCE: Duration = Duration::from_secs(10);
const PATIENCE_PAUSE: Duration = Duration::from_millis(200);

/// Tries something that may be repeated until Redis answers, for a while.
///
/// # Errors
/// The last one.
pub async fn patiently<T, F>(mut attempt: impl FnMut() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        match attempt().await {
            Err(error @ StoreError::Unavailable(_)) => {
                if tokio::time::Instant::now() >= deadline {
                    return Err(error);
                }
                tokio::time::sleep(PATIENCE_PAUSE).await;
            }
            answer => return answer,
        }
    }
}

/// One atomic step: a `.lua` file of this folder, behind what it shares with others.
pub struct Step {
    pub name: &'static str,
    pub script: LazyLock<Script>,
}

/// Declares a step by the name of its file, `step!(PAID, "paid")`, or with a part that several steps
/// share in front, `step!(CLAIM, "claim", after "room")`. One that begins something new is declared as
/// `step!(begins HOLD, "hold")`: a full Redis refuses it.
#[macro_export]
macro_rules! step {
    (begins $constant:ident, $name:literal $(, after $shared:literal)?) => {
        $crate::step!(@ "#!lua\n", $constant, $name $(, $shared)?);
    };
    ($constant:ident, $name:literal $(, after $shared:literal)?) => {
        $crate::step!(@ "#!lua flags=allow-oom\n", $constant, $name $(, $shared)?);
    };
    (@ $head:literal, $constant:ident, $name:literal $(, $shared:literal)?) => {
        static $constant: $crate::redis::Step = $crate::redis::Step {
            name: $name,
            script: std::sync::LazyLock::new(|| {
                ::redis::Script::new(concat!(
                    $head,
                    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/redis/prelude.lua")),
                    $(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/redis/", $shared, ".lua")),)?
                    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/redis/", $name, ".lua")),
                ))
            }),
        };
    };
}

/// A connection that is shared by all tasks and repairs itself.
#[derive(Clone)]
pub struct Store {
    connection: ConnectionManager,
}

impl Store {
    /// Connects to `host:port`.
    ///
    /// # Errors
    /// Where the address is not one, or nobody answers there.
    pub async fn connect(address: &str, password: &SecretString) -> Result<Store, StoreError> {
        let client = client(address, password).map_err(|e| StoreError::from_redis("connect", e))?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(CONNECT_TIMEOUT))
            .set_response_timeout(Some(RESPONSE_TIMEOUT))
            .set_min_delay(RECONNECT_DELAY_MIN)
            .set_max_delay(RECONNECT_DELAY_MAX)
            .set_number_of_retries(RECONNECT_TIMES);
        let connection = ConnectionManager::new_with_config(client, config)
            .await
            .map_err(|e| StoreError::from_redis("connect", e))?;
        Ok(Store { connection })
    }

    /// Begins a call of a step: add keys and arguments, then [`Call::run`]. `clock` is the key of the deal's
    /// clock, and `reckoned_ms` what the caller takes the deal's time for.
    #[must_use]
    pub fn step(&self, step: &'static Step, clock: String, reckoned_ms: i64) -> Call {
        Call {
            connection: self.connection.clone(),
            name: step.name,
            invocation: step.script.prepare_invoke(),
            clock,
            reckoned_ms,
        }
    }

    /// Runs one plain command, for reads that need no step.
    ///
    /// # Errors
    /// Where Redis is away, or answers something else than a `T`.
    pub async fn read<T: FromRedisValue>(&self, command: &redis::Cmd) -> Result<T, StoreError> {
        command.query_async(&mut self.connection.clone()).await.map_err(|e| StoreError::from_redis("read", e))
    }

    /// Runs plain commands in one go, for reads that need no step: an answer for each.
    ///
    /// # Errors
    /// Where Redis is away, or answers one of them with something else than a `T`.
    pub async fn read_all<T: FromRedisValue>(
        &self,
        commands: &redis::Pipeline,
    ) -> Result<Vec<T>, StoreError> {
        let answers = commands.query_async(&mut self.connection.clone()).await;
        answers.map_err(|e| StoreError::from_redis("read", e))
    }

    /// Whether Redis answers.
    ///
    /// # Errors
    /// Where it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.read::<String>(&redis::cmd("PING")).await.map(drop)
    }
}

fn client(address: &str, password: &SecretString) -> Result<Client, RedisError> {
    let (host, port) = address
        .rsplit_once(':')
        .and_then(|(host, port)| Some((host.to_owned(), port.parse::<u16>().ok()?)))
        .ok_or((ErrorKind::InvalidClientConfig, "the address is not of the form host:port"))?;
    let settings = redis::RedisConnectionInfo::default().set_password(password.expose_secret());
    let info = redis::IntoConnectionInfo::into_connection_info(ConnectionAddr::Tcp(host, port))?
        .set_redis_settings(settings);
    Client::open(info)
}

/// A step with its keys and arguments, about to be run.
pub struct Call {
    connection: ConnectionManager,
    name: &'static str,
    invocation: ScriptInvocation<'static>,
    clock: String,
    reckoned_ms: i64,
}

impl Call {
    #[must_use]
    pub fn key(mut self, key: impl redis::ToRedisArgs) -> Call {
        self.invocation.key(key);
        self
    }

    #[must_use]
    pub fn arg(mut self, arg: impl redis::ToRedisArgs) -> Call {
        self.invocation.arg(arg);
        self
    }

    /// Runs the step by its hash; Redis is given the text only where it does not know it yet.
    ///
    /// # Errors
    /// Where Redis is away (the step may have happened), or answers something else than a `T`.
    pub async fn run<T: FromRedisValue>(mut self) -> Result<T, StoreError> {
        // Behind all others, where the prelude of every step takes them from.
        self.invocation.key(self.clock).arg(self.reckoned_ms);
        self.invocation
            .invoke_async(&mut self.connection)
            .await
            .map_err(|e| StoreError::from_redis(self.name, e))
    }
}
