//! Connected clusters: `Microsoft.Kubernetes/connectedClusters`.

mod credential;
mod list;
mod model;

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::json;
use url::Url;

pub use self::credential::ClusterRelay;
pub use self::list::ListScope;
pub use self::model::{
    AgentProfile, AgentryConfiguration, ConnectedCluster, ConnectedClusterProperties, Gateway,
    OidcIssuerProfile, SecurityProfile, WorkloadIdentity,
};
use super::client::Client;
use super::error::Error;
use super::id::ResourceId;
use super::operation::Operation;
use crate::arm::transport::{Request, Response};
use crate::call::Call;

/// Reads and writes connected clusters. In each method the id's own subscription counts, not the client's.
#[derive(Clone, Debug)]
pub struct ConnectedClusters {
    client: Client,
}

impl Client {
    /// Connected clusters (`Microsoft.Kubernetes/connectedClusters`).
    #[must_use]
    pub fn connected_clusters(&self) -> ConnectedClusters {
        ConnectedClusters::new(self.clone())
    }
}

impl ConnectedClusters {
    const fn new(client: Client) -> Self {
        Self { client }
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
        let request = self.request(call, Method::GET, "read", id).await?;
        match self.client.send(call, &request).await {
            Ok(answer) => answer.json(&request.action).map(Some),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
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
        let request = self.request(call, Method::PUT, "write", id).await?;
        let request = request.with_json(&cluster.clone().for_put());
        let accepted = self.client.send(call, &request).await?;
        Operation::change(self.client.clone(), call, &request, &accepted).await
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
            .request(call, Method::PATCH, "change the tags of", id)
            .await?;
        // All tags are sent, so a repetition changes nothing more.
        let request = request.with_json(&json!({"tags": tags})).repeatable();
        let accepted = self.client.send(call, &request).await?;
        let operation: Operation<ConnectedCluster> =
            Operation::change(self.client.clone(), call, &request, &accepted).await?;
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
        let mut request = self.request(call, Method::DELETE, "delete", id).await?;
        let resource = request.url.clone();
        if force {
            request.url.query_pairs_mut().append_pair("force", "true");
        }
        let accepted = match self.client.send(call, &request).await {
            Err(error) if error.is_not_found() => Response::nothing(resource.clone()),
            answer => answer?,
        };
        Operation::removal(
            self.client.clone(),
            call,
            resource,
            &request.action,
            &accepted,
        )
        .await
    }

    async fn request(
        &self,
        call: &Call,
        method: Method,
        verb: &str,
        id: &ResourceId,
    ) -> Result<Request, Error> {
        let action = format!(
            "{verb} connected cluster {} in resource group {}",
            id.name(),
            id.resource_group()
        );
        Ok(Request::new(method, self.address(call, id).await?, action))
    }

    async fn address(&self, call: &Call, id: &ResourceId) -> Result<Url, Error> {
        let version = &self.client.api_versions().connected_clusters;
        self.client.address(call, id.segments(), version).await
    }
}

#[cfg(test)]
mod tests;
