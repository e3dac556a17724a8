//! The simulator over TCP, as a browser and a shop's server meet it.

mod admin;
mod durability;
mod faults;
mod login;
mod pages;
mod pay;
mod support;
mod toss;
