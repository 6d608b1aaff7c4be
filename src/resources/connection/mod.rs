//! The `kubernetes` attribute, which every resource and the provider block share: how to reach a cluster.
//!
//! A resource holds references only (an EKS cluster's name, a path, a plugin), since all of it is stored in state; the
//! provider block, which is not, may hold secrets as well.

mod plan;
mod rules;
mod schema;
mod state;

pub use plan::require;
pub use rules::validate;
pub use schema::{attribute, attribute_with_secrets};
pub use state::ConnectionState;

/// The attribute's name.
pub const NAME: &str = "kubernetes";
