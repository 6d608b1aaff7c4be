//! The Terraform types, one folder each: schema, state, lifecycle. What they share is in `shared`.

pub mod connected_cluster;
pub mod connected_clusters;
pub mod connection;
pub mod custom_location;
pub mod extension;
pub mod extension_types;
pub mod flux_configuration;
pub mod service_account_token;
pub mod shared;
