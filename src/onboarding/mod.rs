//! The use cases, in the words of the job: connect a cluster, look at it, change it, disconnect it.
//!
//! This is where both planes meet. [`arm`](crate::arm), [`cluster`](crate::cluster) and [`release`](crate::release) each
//! know one world; the order of steps between them, what must be checked before anything is touched, and what is left
//! behind when a step fails is decided here. No Terraform word appears: a command-line program could be put on top.

mod agents;
mod checks;
mod clusters;
mod connect;
pub mod custom_location;
mod decision;
mod disconnect;
mod drift;
mod error;
pub mod extension;
pub mod flux;
mod inventory;
mod key_pair;
mod location;
mod object;
mod observe;
mod parent;
mod preflight;
mod provisions;
mod proxy;
pub mod service_account;
mod session;
mod spec;
mod stranded;
mod tags;
#[cfg(test)]
mod testing;
mod update;
mod wait;
mod write;

pub use crate::arm::{ConnectedCluster, ListScope, ResourceId};
pub use crate::cluster::Workload;
pub use crate::cluster::{Connection, Credential, Eks, Exec, Explicit};
pub use crate::release::{HelmSource, UserValues};
pub use checks::Finding;
pub use clusters::Clusters;
pub use connect::{ConnectFailure, Reached, connect};
pub use decision::require_agents;
pub use disconnect::{Known, Leftover, disconnect};
pub use drift::{Cure, Drift, Replacement, drift};
pub use error::{Error, Subject};
pub use inventory::{Selection, find, select};
pub use location::{OfferedLocations, check_location, same_location};
pub use observe::{Inside, Observed, identify, observe};
pub use parent::ParentError;
pub use session::{Session, SessionSlot};
pub use spec::{AgentSpec, ChartOrigin, Checks, ConnectSpec, OidcIssuer, Proxy, Settings};
pub use tags::TagRules;
pub use update::{Before, update};
