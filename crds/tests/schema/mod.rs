//! The generated schema as the API server reads it: as much of OpenAPI as the schema uses, and its
//! CEL rules.

use std::collections::BTreeSet;

use crds::TimeDeal;
use kube::CustomResourceExt;
use kube_cel::Validator;
use regex::Regex;
use serde_json::Value;

pub struct Schema(Value);

impl Schema {
    pub fn generated() -> Schema {
        let crd = serde_json::to_value(TimeDeal::crd()).expect("a CRD is plain data");
        Schema(crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"].clone())
    }

    /// What the API server would say to creating `new`, or to `new` in the place of `old`.
    pub fn violations(&self, new: &TimeDeal, old: Option<&TimeDeal>) -> Vec<String> {
        let value = |deal: &TimeDeal| serde_json::to_value(deal).expect("a deal is plain data");
        let (new, old) = (value(new), old.map(value));
        let mut found = Vec::new();
        // The metadata has a schema of its own; the rules see it all the same.
        structure(&self.0["properties"]["spec"], &new["spec"], "spec", &mut found);
        if let Err(errors) = Validator::new().validate(&self.0, &new, old.as_ref()) {
            found.extend(errors.into_vec().iter().map(ToString::to_string));
        }
        found
    }
}

fn structure(schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    let mut unless = |holds: bool, what: &str| {
        if !holds {
            found.push(format!("{at}: {what}"));
        }
    };
    match value {
        Value::Object(object) => {
            unless(schema["type"] == "object", "is an object");
            for name in schema["required"].as_array().into_iter().flatten() {
                unless(name.as_str().is_some_and(|name| object.contains_key(name)), "lacks a field");
            }
        }
        Value::Array(items) => {
            unless(schema["type"] == "array", "is an array");
            let count = u64::try_from(items.len()).expect("it fits");
            unless(schema["minItems"].as_u64().is_none_or(|min| count >= min), "too few");
            unless(schema["maxItems"].as_u64().is_none_or(|max| count <= max), "too many");
            if let Some(key) = schema["x-kubernetes-list-map-keys"][0].as_str() {
                let keys: BTreeSet<String> = items.iter().map(|item| item[key].to_string()).collect();
                unless(keys.len() == items.len(), "a key comes twice");
            }
        }
        Value::String(text) => {
            unless(schema["type"] == "string", "is a string");
            let length = u64::try_from(text.chars().count()).expect("it fits");
            unless(schema["minLength"].as_u64().is_none_or(|min| length >= min), "too short");
            unless(schema["maxLength"].as_u64().is_none_or(|max| length <= max), "too long");
            if let Some(pattern) = schema["pattern"].as_str() {
                unless(Regex::new(pattern).expect("a pattern").is_match(text), "not as it should look");
            }
            if let Some(values) = schema["enum"].as_array() {
                unless(values.contains(value), "not one of the values");
            }
        }
        Value::Number(number) => {
            unless(schema["type"] == "integer", "is an integer");
            let number = number.as_f64().expect("a number");
            unless(schema["minimum"].as_f64().is_none_or(|min| number >= min), "too small");
            unless(schema["maximum"].as_f64().is_none_or(|max| number <= max), "too large");
        }
        Value::Bool(_) => unless(schema["type"] == "boolean", "is a boolean"),
        Value::Null => unless(false, "is null"),
    }
    match value {
        Value::Object(object) => {
            for (name, field) in object {
                structure(&schema["properties"][name], field, &format!("{at}.{name}"), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                structure(&schema["items"], item, &format!("{at}[{index}]"), found);
            }
        }
        _ => {}
    }
}
