//! What all scenarios share: the runner, the clusters it hands out, and the usual steps and checks.

mod configuration;
mod errors;
mod fixture;
mod pool;
mod runner;
mod simulated_cluster;

pub use configuration::{ADDRESS, Configuration, eks, for_each, head, kubeconfig};
pub use errors::{REMEDY, expect_error, only_error, says};
pub use fixture::Fixture;
pub use pool::Lease;
pub use runner::{Suite, run};
pub use simulated_cluster::connect_simulated;
