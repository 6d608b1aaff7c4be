//! The Terraform types, one folder each: schema, state, lifecycle.

pub mod connected_cluster;
pub mod connected_clusters;
pub mod connection;
mod deletion;
mod diagnose;
mod drift;
pub mod service_account_token;
pub mod timeouts;
pub mod write_only;
