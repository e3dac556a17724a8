//! Amounts as Kubernetes writes them, in its canonical form: what is applied reads like what is
//! stored.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

pub fn cpu(millis: u64) -> Quantity {
    Quantity(if millis.is_multiple_of(1_000) { (millis / 1_000).to_string() } else { format!("{millis}m") })
}

pub fn memory(mib: u64) -> Quantity {
    Quantity(if mib.is_multiple_of(1_024) { format!("{}Gi", mib / 1_024) } else { format!("{mib}Mi") })
}

pub fn count(number: u64) -> Quantity {
    Quantity(number.to_string())
}

pub fn amounts<const N: usize>(pairs: [(&str, Quantity); N]) -> BTreeMap<String, Quantity> {
    pairs.into_iter().map(|(name, quantity)| (name.to_owned(), quantity)).collect()
}

/// Bounded by the rules of a deal, far below.
pub fn int(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
