//! The settings in force: what may change while the deal runs.

use std::sync::Arc;

use redis::cmd;
use tenant_runtime_core::config::Settings;

use crate::redis::StoreError;
use crate::state::Runtime;
use crate::step;

step!(SETTINGS, "settings");

/// Applies settings, unless these or newer ones are in force, and takes over what is in force now.
///
/// # Errors
/// Where Redis is away.
pub async fn apply(runtime: &Runtime, settings: &Settings) -> Result<(), StoreError> {
    let json = serde_json::to_string(settings).expect("settings are plain data");
    let mut call = runtime.step(&SETTINGS).key(runtime.keys.settings());
    for product in &settings.products {
        call = call.key(runtime.keys.stock(product.id));
    }
    call = call
        .arg(settings.generation)
        .arg(u8::from(settings.paused))
        .arg(settings.admissions_per_second)
        .arg(settings.inside_max)
        .arg(json)
        .arg(u8::from(settings.closed));
    for product in &settings.products {
        call = call.arg(product.stock);
    }
    adopt(runtime, &call.run::<String>().await?)
}

/// Takes over the settings that another process applied.
///
/// # Errors
/// Where Redis is away.
pub async fn refresh(runtime: &Runtime) -> Result<(), StoreError> {
    let json: Option<String> =
        runtime.store.read(cmd("HGET").arg(runtime.keys.settings()).arg("json")).await?;
    json.map_or(Ok(()), |json| adopt(runtime, &json))
}

fn adopt(runtime: &Runtime, json: &str) -> Result<(), StoreError> {
    let settings: Settings = serde_json::from_str(json)
        .map_err(|error| StoreError::Unexpected { step: "settings", what: error.to_string() })?;
    runtime.settings.store(Arc::new(settings));
    Ok(())
}
