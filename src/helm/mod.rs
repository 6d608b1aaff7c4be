//! Helm: the client, the agents' chart, its values, and the release that `helm ls` shows as `azure-arc`.
//!
//! Helm itself creates the release, so that the Azure CLI, the agents' own auto-upgrade and `helm` on the command line
//! go on working with it. This module finds or downloads the Helm client, pulls the chart from its OCI registry, composes
//! the values, and runs Helm as a child process that never outlives this program. What to install, when, and which key
//! belongs to it are the decisions of the use cases.

mod archive;
mod cache;
pub mod chart;
mod client;
mod digest;
mod download;
mod error;
mod key;
mod locate;
mod manifest;
mod process;
mod record;
mod registry;
mod source;
#[cfg(test)]
mod testing;
mod user_values;
pub mod values;

pub use chart::{Chart, ChartReference, ChartSource};
pub use client::{Access, Helm, Install};
pub use error::Error;
pub use key::KeyDelivery;
pub use manifest::Definition;
pub use process::{KEEP_CLEAN, RUN_CHILD, Workspace, keep_clean, supervise};
pub use record::Record;
pub use registry::RegistryFault;
pub use source::HelmSource;
pub use user_values::UserValues;
pub use values::{AgentValues, DataPlaneOverrides, ProtectedSettings};
