//! The control plane's rules, pure: no clock, no database, no network.

pub mod adoption;
pub mod amount_words;
pub mod business_number;
pub mod calendar;
pub mod categories;
pub mod contact;
pub mod deal_name;
pub mod fees;
pub mod guests;
pub mod ledger;
pub mod mail_order;
pub mod product;
pub mod refund;
pub mod rental;
pub mod settlement;
pub mod sheet;
pub mod slug;
