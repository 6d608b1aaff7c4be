//! The Terraform types, one folder each: schema, state, lifecycle.

pub mod connected_cluster;
pub mod connection;
mod deletion;
mod diagnose;
mod drift;
pub mod timeouts;
pub mod write_only;
