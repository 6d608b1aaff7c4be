//! Flux configurations: `Microsoft.KubernetesConfiguration/fluxConfigurations`.

mod model;
mod source;

use super::client::Client;
use super::error::Error;
use super::id::ResourceId;
use super::operation::Operation;
use super::resource_type::ResourceType;
use crate::arm::cloud::versions;
use crate::call::Call;

pub use self::model::{
    FluxConfiguration, FluxProperties, FluxStatus, Kustomization, PostBuild, StatusCondition,
    SubstituteFrom,
};
pub use self::source::{
    AzureBlob, BlobIdentity, Bucket, GitReference, GitRepository, OciReference, OciRepository,
    ServicePrincipal,
};

/// Namespace and type of a Flux configuration.
const FLUX_CONFIGURATION: &str = "Microsoft.KubernetesConfiguration/fluxConfigurations";

/// Reads and writes Flux configurations of connected clusters.
#[derive(Clone, Debug)]
pub struct FluxConfigurations {
    resource_type: ResourceType,
}

impl ResourceId {
    /// The id of a Flux configuration on this cluster.
    #[must_use]
    pub fn flux_configuration(&self, name: &str) -> Self {
        self.extended_by(FLUX_CONFIGURATION, name)
    }

    /// Whether this names a Flux configuration.
    #[must_use]
    pub fn is_flux_configuration(&self) -> bool {
        self.is_of_type(FLUX_CONFIGURATION)
    }
}

impl Client {
    /// Flux configurations (`Microsoft.KubernetesConfiguration/fluxConfigurations`).
    #[must_use]
    pub fn flux_configurations(&self) -> FluxConfigurations {
        FluxConfigurations::new(self.clone())
    }
}

impl FluxConfigurations {
    fn new(client: Client) -> Self {
        let version = versions::FLUX_CONFIGURATIONS;
        Self {
            resource_type: ResourceType::new(client, version, "Flux configuration", "forceDelete"),
        }
    }

    /// The configuration; `None` only when Azure itself says that it, or its cluster, does not exist.
    ///
    /// # Errors
    ///
    /// [`Error`] for everything else.
    pub async fn get(
        &self,
        call: &Call,
        id: &ResourceId,
    ) -> Result<Option<FluxConfiguration>, Error> {
        self.resource_type.get(call, id).await
    }

    /// Creates the configuration, which was seen not to be there, and returns as soon as Azure has accepted that. One
    /// that is there after a failure was made by it. Read-only members are not sent.
    ///
    /// # Errors
    ///
    /// [`Error`] when Azure does not accept the request.
    pub async fn create(
        &self,
        call: &Call,
        id: &ResourceId,
        configuration: &FluxConfiguration,
    ) -> Result<Operation<FluxConfiguration>, Error> {
        let body = configuration.clone().for_put();
        self.resource_type.create(call, id, &body).await
    }

    /// What is going on with the configuration now; `None` when Azure says that it does not exist.
    ///
    /// # Errors
    ///
    /// [`Error`] for everything else.
    pub async fn follow(
        &self,
        call: &Call,
        id: &ResourceId,
    ) -> Result<Option<Operation<FluxConfiguration>>, Error> {
        self.resource_type.follow(call, id).await
    }

    /// Creates or replaces the configuration and returns as soon as Azure has accepted that. Read-only members are not
    /// sent; secrets that are left out are lost.
    ///
    /// # Errors
    ///
    /// [`Error`] when Azure does not accept the request.
    pub async fn put(
        &self,
        call: &Call,
        id: &ResourceId,
        configuration: &FluxConfiguration,
    ) -> Result<Operation<FluxConfiguration>, Error> {
        let body = configuration.clone().for_put();
        self.resource_type.put(call, id, &body).await
    }

    /// Deletes the configuration and returns as soon as Azure has accepted that. One that is gone already is fine.
    ///
    /// With `force`, Azure forgets it without waiting for the cluster.
    ///
    /// # Errors
    ///
    /// [`Error`] when Azure does not accept the request.
    pub async fn delete(
        &self,
        call: &Call,
        id: &ResourceId,
        force: bool,
    ) -> Result<Operation<()>, Error> {
        self.resource_type.delete(call, id, force).await
    }
}
