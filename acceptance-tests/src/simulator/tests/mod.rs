//! The simulator over TLS, asked by an ordinary HTTP client.

pub(super) mod azure;
mod clusters;
mod faults;
mod groups;
mod login;
mod operations;
mod profiles;
mod throttling;
mod versions;
