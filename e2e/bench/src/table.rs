//! The figures: one row a comparison, as a table for people and as JSON for machines.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Serialize;

/// One comparison. `value` and `reference` are medians of their runs, `ratio` the median of the
/// paired ratios, `spread` the largest minus the smallest of them.
#[derive(Debug, Serialize)]
pub struct Row {
    pub suite: &'static str,
    pub name: &'static str,
    pub value: f64,
    pub reference: f64,
    pub ratio: f64,
    pub spread: f64,
    pub pairs: usize,
    pub goal: f64,
    pub met: bool,
}

/// Whether more or less of the ratio is better.
#[derive(Clone, Copy)]
pub enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

impl Row {
    /// # Panics
    /// Where there is no pair.
    #[expect(clippy::float_arithmetic, reason = "rates and ratios of a measurement, not money")]
    pub fn from_pairs(suite: &'static str, name: &'static str, pairs: &[(f64, f64)], goal: Goal) -> Row {
        assert!(!pairs.is_empty(), "a comparison needs at least one pair");
        let ratios: Vec<f64> = pairs.iter().map(|(value, reference)| value / reference).collect();
        let ratio = median(&ratios);
        let most = ratios.iter().copied().fold(f64::MIN, f64::max);
        let least = ratios.iter().copied().fold(f64::MAX, f64::min);
        let (goal, met) = match goal {
            Goal::AtLeast(goal) => (goal, ratio >= goal),
            Goal::AtMost(goal) => (goal, ratio <= goal),
        };
        Row {
            suite,
            name,
            value: median(&pairs.iter().map(|pair| pair.0).collect::<Vec<_>>()),
            reference: median(&pairs.iter().map(|pair| pair.1).collect::<Vec<_>>()),
            ratio,
            spread: most - least,
            pairs: pairs.len(),
            goal,
            met,
        }
    }
}

/// # Panics
/// Where there is no value.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

#[expect(clippy::print_stdout, reason = "the table is what the command is for")]
pub fn print(rows: &[Row]) {
    println!(
        "{:<14} {:<52} {:>12} {:>12} {:>8} {:>8} {:>6} {:>8} {:>4}",
        "suite", "name", "value", "reference", "ratio", "spread", "pairs", "goal", "met"
    );
    for row in rows {
        println!(
            "{:<14} {:<52} {:>12.1} {:>12.1} {:>8.3} {:>8.3} {:>6} {:>8.2} {:>4}",
            row.suite,
            row.name,
            row.value,
            row.reference,
            row.ratio,
            row.spread,
            row.pairs,
            row.goal,
            if row.met { "yes" } else { "no" }
        );
    }
}

/// # Errors
/// Where the file cannot be written.
pub fn write(rows: &[Row], path: &Path) -> Result<()> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).with_context(|| format!("creating {}", parent.display()))?;
    }
    let json = serde_json::to_vec_pretty(rows)?;
    std::fs::write(path, json).with_context(|| format!("writing {}", path.display()))
}
