//! How fields explain themselves. Documentation is wrapped for whoever reads the source; `kubectl
//! explain` wraps by itself, so what it is given has a line for each paragraph.

use schemars::{Schema, transform};
use serde_json::Value;

/// Unwraps the descriptions of a schema and of all schemas in it.
pub fn unwrap(schema: &mut Schema) {
    if let Some(Value::String(text)) = schema.get_mut("description") {
        let paragraphs: Vec<String> = text
            .split("\n\n")
            .map(|paragraph| paragraph.lines().map(str::trim).collect::<Vec<_>>().join(" "))
            .collect();
        *text = paragraphs.join("\n\n");
    }
    transform::transform_subschemas(&mut unwrap, schema);
}
