//! The simulator over TLS, asked by an ordinary HTTP client.

mod azure;
mod clusters;
mod faults;
mod groups;
mod login;
mod operations;
mod versions;
