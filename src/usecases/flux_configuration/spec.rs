//! What is wanted of a Flux configuration, parsed.

use crate::arm::{FluxProperties as Properties, ResourceId};
use crate::cluster::Connection;

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
