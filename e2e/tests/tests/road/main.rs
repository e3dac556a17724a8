//! One deal from the rental to the books, on the real platform: undisturbed, and with its parts
//! killed in the middle of the sale.

mod bad_input;
mod faults;
mod stage;
mod undisturbed;
