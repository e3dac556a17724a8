//! The committed `openapi.json` is what the code says. `BIDD_UPDATE_GENERATED=1` writes it anew.

use std::collections::BTreeSet;
use std::path::Path;

use control_plane::openapi;

#[test]
fn the_committed_document_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let generated = openapi::document().to_pretty_json().unwrap() + "\n";
    if std::env::var_os("BIDD_UPDATE_GENERATED").is_some() {
        std::fs::write(&path, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == generated,
        "openapi.json is out of date; run the test with BIDD_UPDATE_GENERATED=1 and commit the file"
    );
}

#[test]
fn operations_have_names_of_their_own() {
    let document = serde_json::to_value(openapi::document()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let mut seen = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path}"));
            assert!(seen.insert(id.to_owned()), "{id} is the name of two operations");
        }
    }
}
