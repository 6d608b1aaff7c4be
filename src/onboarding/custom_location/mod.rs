//! Custom locations: a namespace of a connected cluster as a place where Azure puts things.
//!
//! Azure's own error about a cluster that is not set up for them is about permissions and misleads; so both planes are
//! looked at before Azure is asked.

mod apply;
mod error;
mod observe;

use std::collections::BTreeMap;

use secrecy::SecretString;

use crate::arm::{CustomLocation, ResourceId};
use crate::cluster::Connection;

pub use apply::{ApplyFailure, change, create, remove};
pub use error::{Error, Subject};
pub use observe::{Observation, observe};

/// A custom location as Azure shows it.
pub type Object = CustomLocation;

/// A custom location as it shall be.
#[derive(Clone, Debug)]
pub struct Spec {
    /// The ARM id that it has or will have.
    pub id: ResourceId,
    /// Azure region.
    pub location: String,
    /// The connected cluster.
    pub cluster: ResourceId,
    /// Namespace in the cluster; made when it is missing.
    pub namespace: String,
    /// Ids of the extensions that serve it.
    pub cluster_extension_ids: Vec<String>,
    /// Name for people.
    pub display_name: Option<String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// A kubeconfig for Azure's service, where it is not let in by the agents.
    pub kubeconfig: Option<SecretString>,
    /// How to reach the cluster; the session's default when absent.
    pub connection: Option<Connection>,
    /// Whether a custom location of this name that exists already is taken over.
    pub adopt_existing: bool,
}
