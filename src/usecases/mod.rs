//! The use cases, one folder for each Terraform type: create an object, observe it, change it, remove it.
//!
//! This is where both planes meet. [`arm`](crate::arm), [`cluster`](crate::cluster) and [`helm`](crate::helm) each
//! know one world; the order of steps between them, what must be checked before anything is touched, and what is left
//! behind when a step fails is decided here. No Terraform word appears: a command-line program could be put on top.
//!
//! Each folder has the same files under the same names where the step exists: `spec`, `create`, `observe`, `change`,
//! `remove`, `error`. What all types share is here at the top.

pub mod connected_cluster;
mod creation;
pub mod custom_location;
mod drift;
mod error;
pub mod extension;
pub mod flux_configuration;
mod registration;
pub mod service_account_token;
mod session;
mod tags;
mod target;

pub use crate::arm::ResourceId;
pub use crate::cluster::Workload;
pub use crate::cluster::{Connection, Credential, Eks, Exec, Explicit};
pub use crate::helm::HelmSource;
pub use drift::{Cure, Drift, Plane, Replacement};
pub use error::{Incomplete, PlaneError, PlaneSubject};
pub use session::{
    Clusters, OfferedLocations, Session, SessionSlot, check_location, same_location,
};
pub use tags::TagRules;
pub use target::{ParentError, parent_of};
