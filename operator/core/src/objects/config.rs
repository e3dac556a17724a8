//! The runtime's document as a ConfigMap.

use k8s_openapi::api::core::v1::ConfigMap;
use tenant_runtime_core::config::{DealConfig, Settings};

use super::scope::{Scope, labels};

/// The name of the ConfigMap.
pub const CONFIG_MAP: &str = "deal";
/// The key in it, and the name of the file that the pods read.
pub(super) const FILE: &str = "config.json";

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("the ConfigMap `deal` has no `config.json`")]
    Missing,
    #[error("`config.json` in the ConfigMap `deal` is not a deal's configuration")]
    Document(#[source] serde_json::Error),
}

pub(super) fn config_map(scope: &Scope, config: &DealConfig) -> ConfigMap {
    let text = serde_json::to_string(config).expect("a configuration is plain data");
    ConfigMap {
        metadata: scope.meta(CONFIG_MAP),
        data: Some(labels([(FILE, text.as_str())])),
        ..ConfigMap::default()
    }
}

/// The configuration in place.
///
/// # Errors
/// Where the ConfigMap does not hold one.
pub fn read(config_map: &ConfigMap) -> Result<DealConfig, ConfigError> {
    let text = config_map.data.as_ref().and_then(|data| data.get(FILE)).ok_or(ConfigError::Missing)?;
    serde_json::from_str(text).map_err(ConfigError::Document)
}

/// Stands for everything in the document that pods read only once. A pod template carries it, so
/// that a change makes new pods; settings are pushed and do not count.
pub(super) fn digest(config: &DealConfig) -> String {
    const LENGTH: usize = 32;
    let settings = Settings {
        generation: 0,
        paused: false,
        closed: false,
        admissions_per_second: 0,
        inside_max: 0,
        notice: String::new(),
        proof_of_work: None,
        withdrawn_links: Vec::new(),
        products: Vec::new(),
    };
    let rest = DealConfig { settings, ..config.clone() };
    let text = serde_json::to_vec(&rest).expect("a configuration is plain data");
    let mut digest = blake3::hash(&text).to_hex().to_string();
    digest.truncate(LENGTH);
    digest
}
