//! The agents' chart and its Helm release: what `helm ls` shows as `azure-arc` in `azure-arc-release`.
//!
//! Helm itself makes the release, so that the Azure CLI, the agents' own auto-upgrade and people with `helm` in their
//! hands go on working with it. This module finds or fetches the Helm client, pulls the chart from its OCI registry,
//! composes the values, and runs Helm as a child process that never outlives us. What to install, when, and which key
//! belongs to it are the decisions of the use cases.

mod archive;
pub mod chart;
mod client;
mod download;
mod error;
mod failure;
mod group;
mod keeper;
mod key;
mod locate;
mod manifest;
mod process;
mod record;
mod redact;
mod registry;
mod supervise;
#[cfg(test)]
mod testing;
mod user_values;
pub mod values;
mod workspace;

pub use chart::{Chart, ChartReference, ChartSource};
pub use client::{Access, Helm, Install};
pub use error::Error;
pub use keeper::{KEEP_CLEAN, keep_clean};
pub use key::KeyDelivery;
pub use locate::HelmSource;
pub use manifest::Definition;
pub use record::Record;
pub use supervise::{RUN_CHILD, supervise};
pub use user_values::UserValues;
pub use values::{AgentValues, DataPlaneOverrides, ProtectedSettings};
pub use workspace::Workspace;
