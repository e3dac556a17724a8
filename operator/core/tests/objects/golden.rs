//! The objects are what is written down in `tests/golden`.

use operator_core::objects::Objects;
use serde_json::Value;

use crate::listed::{all, listed_secrets};
use crate::{at_ingress, built, platform};

/// Run with `BIDD_UPDATE_GENERATED=1` to rewrite the file.
#[track_caller]
fn check(file: &str, objects: &Objects) {
    let path = format!("{}/tests/golden/{file}", env!("CARGO_MANIFEST_DIR"));
    let mut generated = String::from(
        "# Generated: BIDD_UPDATE_GENERATED=1 cargo test -p operator-core. Long documents are left out.\n",
    );
    for mut listed in all(objects).into_iter().chain(listed_secrets(objects)) {
        shorten(&mut listed.0);
        generated.push_str("---\n");
        generated.push_str(&serde_yaml::to_string(&sorted(&listed.0)).expect("an object is plain data"));
    }
    if std::env::var_os("BIDD_UPDATE_GENERATED").is_some() {
        std::fs::write(&path, &generated).expect("the crate's directory is writable");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    if let Some((line, (was, is))) =
        committed.lines().zip(generated.lines()).enumerate().find(|(_, (was, is))| was != is)
    {
        panic!("{file}, line {}: {was:?} has become {is:?}; BIDD_UPDATE_GENERATED=1 rewrites it", line + 1);
    }
    assert!(committed == generated, "{file} is shorter or longer than what is generated");
}

/// The two documents in ConfigMaps have tests of their own.
fn shorten(object: &mut Value) {
    if object["kind"] != "ConfigMap" {
        return;
    }
    let data = object["data"].as_object_mut().expect("a ConfigMap has data");
    for text in data.values_mut() {
        *text = Value::from("…");
    }
}

/// Keys in order, whatever order the build keeps them in.
fn sorted(value: &Value) -> serde_yaml::Value {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            serde_yaml::Value::Mapping(
                keys.into_iter().map(|key| (key.as_str().into(), sorted(&map[key]))).collect(),
            )
        }
        Value::Array(items) => serde_yaml::Value::Sequence(items.iter().map(sorted).collect()),
        other => serde_yaml::to_value(other).expect("a scalar"),
    }
}

#[test]
fn a_deal_behind_a_gateway() {
    check("gateway.yaml", &built(&platform(), None));
}

#[test]
fn a_deal_behind_an_ingress() {
    check("ingress.yaml", &built(&at_ingress(platform()), None));
}
