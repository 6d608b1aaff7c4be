//! The Terraform types, one folder each: schema, state, lifecycle.

pub mod connected_cluster;
pub mod connected_clusters;
pub mod connection;
pub mod custom_location;
mod deletion;
mod diagnose;
mod drift;
pub mod extension;
pub mod extension_types;
pub mod flux_configuration;
mod ids;
mod keep;
pub mod service_account_token;
pub mod timeouts;
pub mod write_only;
