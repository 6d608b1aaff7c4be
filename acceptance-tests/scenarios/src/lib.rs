//! What the programs and the tests of this package share: a provider spoken to without an engine, and faults of single
//! requests.

#![allow(
    clippy::missing_errors_doc,
    reason = "an error ends a test, which shows it with its cause"
)]

pub mod faults;
pub mod plugin;
