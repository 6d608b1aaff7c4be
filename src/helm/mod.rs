//! Helm: the client, the agents' chart, its values, and the release that `helm ls` shows as `azure-arc`.
//!
//! Helm itself creates the release, so that the Azure CLI, the agents' own auto-upgrade and `helm` on the command line
//! go on working with it. This module finds or downloads the Helm client, pulls the chart from its OCI registry, composes
//! the values, and runs Helm as a child process that never outlives this program. What to install, when, and which key
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
mod source;
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
pub use manifest::Definition;
pub use record::Record;
pub use source::HelmSource;
pub use supervise::{RUN_CHILD, supervise};
pub use user_values::UserValues;
pub use values::{AgentValues, DataPlaneOverrides, ProtectedSettings};
pub use workspace::Workspace;
