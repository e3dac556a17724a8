//! The committed YAML is what the types generate.

use kube::CustomResourceExt;
use serde_json::{Value, json};

/// What `kubectl explain` has nothing to say about, or says with breaks that are not its own.
fn undocumented(path: &str, schema: &Value, found: &mut Vec<String>) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}.{name}");
        let said = property["description"].as_str().unwrap_or_default();
        let is_wrapped = said.replace("\n\n", "").contains('\n');
        if said.is_empty() || is_wrapped {
            found.push(path.clone());
        }
        undocumented(&path, property, found);
        undocumented(&format!("{path}[]"), &property["items"], found);
    }
}

#[test]
fn every_field_is_explained() {
    let crd = serde_json::to_value(crds::TimeDeal::crd()).expect("a CRD is plain data");
    let schema = &crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
    let mut found = Vec::new();
    undocumented("timedeal", schema, &mut found);
    assert_eq!(found, Vec::<String>::new());
    let silent =
        json!({ "properties": { "a": { "description": "", "items": { "properties": { "b": {} } } } } });
    undocumented("x", &silent, &mut found);
    assert_eq!(found, ["x.a", "x.a[].b"], "the check finds what is missing");
}

/// Run with `BIDD_UPDATE_GENERATED=1` to rewrite the file.
#[test]
fn the_generated_yaml_is_what_is_committed() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/timedeals.yaml");
    let generated = format!(
        "# Generated from the types in crds/src: BIDD_UPDATE_GENERATED=1 cargo test -p crds\n{}",
        serde_yaml::to_string(&crds::TimeDeal::crd()).expect("a CRD is plain data")
    );
    if std::env::var_os("BIDD_UPDATE_GENERATED").is_some() {
        std::fs::write(path, &generated).expect("the crate's directory is writable");
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == generated, "crds/timedeals.yaml is stale; rewrite it with BIDD_UPDATE_GENERATED=1");
}
