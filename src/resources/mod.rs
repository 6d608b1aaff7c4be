//! The Terraform types, one folder each: schema, state, lifecycle.

pub mod connected_cluster;
pub mod connection;
pub mod timeouts;
