//! What is checked before the first write: both planes from outside, and on request the cluster from within by a job.

mod job;
mod planes;

pub use job::{Finding, run as run_job};
pub(super) use planes::{Preflight, found_key, is_alive, run};
