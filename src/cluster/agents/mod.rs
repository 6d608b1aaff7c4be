//! The Arc agents as they are in a cluster: what they need, what they left, and what keeps them from running.
//!
//! Helm installs the agents, and that is another module's business. This one knows the rest, in the order of an agent's
//! life: nodes and rights before the install, custom resource definitions and private key during it, config map, workloads
//! and evidence of a failure while they run, and what has to be removed when they go.

mod cause;
mod config;
mod definitions;
mod evidence;
mod nodes;
mod private_key;
mod removal;
mod restart;
mod rights;
mod stored_release;

pub use self::cause::Cause;
pub use self::config::{Agents, ArcConfig};
pub use self::evidence::{Evidence, EvidenceLine};
pub use self::nodes::NodeFacts;
pub use self::private_key::{AgentKey, DeliveredKey};
pub use self::stored_release::StoredRelease;

/// The namespace of the Arc agents.
pub const AGENTS_NAMESPACE: &str = "azure-arc";
/// The Helm release that installs them, as `helm ls` shows it.
pub const RELEASE_NAME: &str = "azure-arc";
/// The namespace of that release.
pub const RELEASE_NAMESPACE: &str = "azure-arc-release";
