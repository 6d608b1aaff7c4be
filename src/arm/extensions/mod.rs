//! Cluster extensions: `Microsoft.KubernetesConfiguration/extensions`.

mod model;

use super::client::Client;
use super::error::Error;
use super::id::ResourceId;
use super::operation::Operation;
use super::resource_type::ResourceType;
use crate::arm::cloud::versions;
use crate::call::Call;

pub use self::model::{
    ClusterScope, ErrorDetail, Extension, ExtensionPatch, ExtensionPlan, ExtensionProperties,
    ExtensionScope, ExtensionStatus, NamespaceScope,
};

/// Namespace and type of an extension.
const EXTENSION: &str = "Microsoft.KubernetesConfiguration/extensions";

/// Reads and writes extensions of connected clusters.
#[derive(Clone, Debug)]
pub struct Extensions {
    resource_type: ResourceType,
}

impl ResourceId {
    /// The id of an extension on this cluster.
    #[must_use]
    pub fn cluster_extension(&self, name: &str) -> Self {
        self.extended_by(EXTENSION, name)
    }

    /// Whether this names an extension.
    #[must_use]
    pub fn is_cluster_extension(&self) -> bool {
        self.is_of_type(EXTENSION)
    }
}

impl Client {
    /// Cluster extensions (`Microsoft.KubernetesConfiguration/extensions`).
    #[must_use]
    pub fn extensions(&self) -> Extensions {
        Extensions::new(self.clone())
    }
}

impl Extensions {
    fn new(client: Client) -> Self {
        Self {
            resource_type: ResourceType::new(
                client,
                versions::EXTENSIONS,
                "extension",
                "forceDelete",
            ),
        }
    }

    /// The extension; `None` only when Azure itself says that it, or its cluster, does not exist.
    ///
    /// # Errors
    ///
    /// [`Error`] for everything else.
    pub async fn get(&self, call: &Call, id: &ResourceId) -> Result<Option<Extension>, Error> {
        self.resource_type.get(call, id).await
    }

    /// All extensions of a cluster, those of the platform included.
    ///
    /// # Errors
    ///
    /// [`Error`], also when the cluster does not exist.
    pub async fn list(&self, call: &Call, cluster: &ResourceId) -> Result<Vec<Extension>, Error> {
        let tail = [
            "providers",
            "Microsoft.KubernetesConfiguration",
            "extensions",
        ];
        let segments = cluster.segments().chain(tail);
        let of = format!("cluster {}", cluster.name());
        self.resource_type.list(call, segments, &[], &of).await
    }

    /// Creates the extension, which was seen not to be there, and returns as soon as Azure has accepted that. One
    /// that is there after a failure was made by it. Read-only members are not sent.
    ///
    /// # Errors
    ///
    /// [`Error`] when Azure does not accept the request.
    pub async fn create(
        &self,
        call: &Call,
        id: &ResourceId,
        extension: &Extension,
    ) -> Result<Operation<Extension>, Error> {
        let body = extension.clone().for_put();
        self.resource_type.create(call, id, &body).await
    }

    /// What is going on with the extension now; `None` when Azure says that it does not exist.
    ///
    /// # Errors
    ///
    /// [`Error`] for everything else.
    pub async fn follow(
        &self,
        call: &Call,
        id: &ResourceId,
    ) -> Result<Option<Operation<Extension>>, Error> {
        self.resource_type.follow(call, id).await
    }

    /// Creates or replaces the extension and returns as soon as Azure has accepted that. Read-only members are not sent.
    /// What is left out goes back to its default, and protected settings that are left out are lost.
    ///
    /// # Errors
    ///
    /// [`Error`] when Azure does not accept the request.
    pub async fn put(
        &self,
        call: &Call,
        id: &ResourceId,
        extension: &Extension,
    ) -> Result<Operation<Extension>, Error> {
        self.resource_type
            .put(call, id, &extension.clone().for_put())
            .await
    }

    /// Changes the extension and returns as soon as Azure has accepted that. A map of settings that is named must be
    /// whole; one that is not named stays.
    ///
    /// # Errors
    ///
    /// [`Error`] when Azure does not accept the request.
    pub async fn patch(
        &self,
        call: &Call,
        id: &ResourceId,
        patch: &ExtensionPatch,
    ) -> Result<Operation<Extension>, Error> {
        self.resource_type.patch(call, id, patch).await
    }

    /// Deletes the extension and returns as soon as Azure has accepted that. One that is gone already is fine.
    ///
    /// With `force`, Azure forgets it without waiting for the agents to uninstall it.
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

#[cfg(test)]
mod tests;
