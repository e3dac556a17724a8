//! From rentals to settlement, on the real router and a fresh SQLite file: bookings, fees, products,
//! `TimeDeal`s, the ledger, orders, refunds and the storefront.

mod bookings;
mod fees;
mod ledger;
mod refunds;
mod road;
mod storefront;
mod support;
