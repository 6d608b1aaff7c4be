//! Flux configurations of a connected cluster: apply, look at, remove.
//!
//! Azure's "Succeeded" only means that the agents have taken the configuration over. Whether the cluster is as the source
//! says is another question, which compliance answers: it is awaited and shown. Flux's objects are looked for in the cluster.

mod apply;
mod compliance;
mod error;
mod observe;
mod remove;

use crate::arm::{FluxConfiguration, ResourceId};
use crate::cluster::Connection;

pub use crate::arm::{
    AzureBlob, BlobIdentity, Bucket, FluxProperties as Properties, FluxStatus as Status,
    GitReference, GitRepository, Kustomization, OciReference, OciRepository, PostBuild,
    ProtectedSettings, Secret, ServicePrincipal, SubstituteFrom,
};
pub use apply::{ApplyFailure, change, create};
pub use error::{Error, Subject};
pub use observe::{Observation, drift, observe};
pub use remove::remove;

/// A configuration as Azure shows it.
pub type Object = FluxConfiguration;

/// A Flux configuration as it shall be.
#[derive(Clone, Debug)]
pub struct Spec {
    /// The connected cluster. Its own subscription counts.
    pub cluster: ResourceId,
    /// How to reach the cluster; the session's default when absent.
    pub connection: Option<Connection>,
    /// Name of the configuration.
    pub name: String,
    /// Everything that is sent, secrets included: a PUT drops those that it lacks.
    pub properties: Properties,
    /// Whether to wait until the cluster complies.
    pub wait_for_compliance: bool,
    /// Whether a configuration of this name that exists already is taken over.
    pub adopt_existing: bool,
}

impl Spec {
    /// The ARM id of the configuration.
    #[must_use]
    pub fn id(&self) -> ResourceId {
        self.cluster.flux_configuration(&self.name)
    }
}
