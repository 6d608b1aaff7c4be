//! The simulator over TLS, asked by an ordinary HTTP client.

pub(super) mod azure;
mod clusters;
mod custom_locations;
mod extension_types;
mod extensions;
mod faults;
mod flux;
mod groups;
mod installs;
mod login;
mod operations;
mod profiles;
mod throttling;
mod versions;
