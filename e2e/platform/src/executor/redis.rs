//! A deal's Redis: its configuration, and whether it answers.

use std::path::Path;
use std::time::Duration;

use super::home::Home;

const ANSWER_WITHIN: Duration = Duration::from_secs(3);

/// Whether it answers in time to whoever knows its password.
pub async fn answers(home: &Home) -> bool {
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

/// An acknowledged step survives `kill -9` (`appendfsync always`); nothing is ever evicted; nobody
/// but this machine reaches it, and nobody without the password.
#[must_use]
pub fn configuration(port: u16, directory: &Path, password: &str) -> String {
    let directory = directory.display();
    format!(
        r#"bind 127.0.0.1
port {port}
protected-mode yes
requirepass {password}
dir "{directory}"
daemonize no
appendonly yes
appendfsync always
auto-aof-rewrite-min-size 256mb
hash-max-listpack-value 1024
save ""
maxmemory 512mb
maxmemory-policy noeviction
maxclients 1000
timeout 0
tcp-keepalive 60
enable-protected-configs no
enable-debug-command no
enable-module-command no
"#
    )
}
