//! From rentals to settlement, on the real router and a fresh database: bookings, fees, products,
//! `TimeDeal`s, the ledger, orders, refunds and the storefront.

mod adoption;
mod bookings;
mod fees;
mod guests;
mod ledger;
mod migration;
mod refunds;
mod rivals;
mod road;
mod seals;
mod settlement;
mod storefront;
mod support;
