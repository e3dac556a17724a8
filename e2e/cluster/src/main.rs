//! `cluster`: reads what is wanted and calls it.

fn main() {}
