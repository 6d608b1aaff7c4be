//! Connected clusters: `Microsoft.Kubernetes/connectedClusters`.

mod credential;
mod list;
mod model;
mod refusal;

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::json;

pub use self::credential::ClusterRelay;
pub use self::list::ListScope;
pub use self::model::{
    AgentProfile, AgentryConfiguration, ConnectedCluster, ConnectedClusterProperties, Gateway,
    OidcIssuerProfile, SecurityProfile, WorkloadIdentity,
};
pub use self::refusal::refuses_another_key;
use super::client::Client;
use super::error::Error;
use super::id::ResourceId;
use super::operation::Operation;
use super::resource_type::ResourceType;
use crate::call::Call;

/// Reads and writes connected clusters. In each method the id's own subscription counts, not the client's.
#[derive(Clone, Debug)]
pub struct ConnectedClusters {
    client: Client,
    resource_type: ResourceType,
}

impl Client {
    /// Connected clusters (`Microsoft.Kubernetes/connectedClusters`).
    #[must_use]
    pub fn connected_clusters(&self) -> ConnectedClusters {
        ConnectedClusters::new(self.clone())
    }
}

impl ConnectedClusters {
    fn new(client: Client) -> Self {
        let version = client.api_versions().connected_clusters.clone();
        Self {
            resource_type: ResourceType::new(client.clone(), version, "connected cluster", "force"),
            client,
        }
    }

    /// The connected cluster; `None` only when Azure itself says that it, or its resource group, does not exist.
    ///
    /// # Errors
    ///
    /// [`Error`] for everything else, other kinds of 404 included.
    pub async fn get(
        &self,
        call: &Call,
        id: &ResourceId,
    ) -> Result<Option<ConnectedCluster>, Error> {
        self.resource_type.get(call, id).await
    }

    /// What is going on with the connected cluster now; `None` when Azure says that it does not exist.
    ///
    /// # Errors
    ///
    /// [`Error`] for everything else.
    pub async fn follow(
        &self,
        call: &Call,
        id: &ResourceId,
    ) -> Result<Option<Operation<ConnectedCluster>>, Error> {
        self.resource_type.follow(call, id).await
    }

    /// Creates or replaces the connected cluster and returns as soon as Azure has accepted that. Read-only members are
    /// not sent. Properties that are left out go back to their defaults.
    ///
    /// # Errors
    ///
    /// [`Error`] when Azure does not accept the request.
    pub async fn put(
        &self,
        call: &Call,
        id: &ResourceId,
        cluster: &ConnectedCluster,
    ) -> Result<Operation<ConnectedCluster>, Error> {
        let body = cluster.clone().for_put();
        self.resource_type.put(call, id, &body).await
    }

    /// Replaces the tags, waits until that is done, and returns the connected cluster as read afterwards.
    ///
    /// # Errors
    ///
    /// [`Error`] when Azure does not accept the change or does not carry it out.
    pub async fn update_tags(
        &self,
        call: &Call,
        id: &ResourceId,
        tags: &BTreeMap<String, String>,
    ) -> Result<ConnectedCluster, Error> {
        let request = self
            .resource_type
            .request(call, Method::PATCH, "change the tags of", id)
            .await?;
        // All tags are sent, so a repetition changes nothing more.
        let request = request.with_json(&json!({"tags": tags})).repeatable();
        let operation: Operation<ConnectedCluster> =
            self.resource_type.change(call, request).await?;
        operation.wait(call).await
    }

    /// Deletes the connected cluster and returns as soon as Azure has accepted that. One that is gone already is fine.
    ///
    /// With `force`, Azure does not wait for the agents to clean up.
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
