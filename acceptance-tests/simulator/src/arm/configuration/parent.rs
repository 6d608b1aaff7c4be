//! The connected cluster that a resource belongs to.

use crate::arm::connected_clusters::ConnectedCluster;
use crate::arm::{ArmError, Context, providers, resource_groups};

use super::NAMESPACE;

/// A cluster as the address names it; it need not be there.
pub(super) struct Parent {
    /// The cluster's id in lower case.
    pub(super) key: String,
    /// Its name as the client spelled it.
    name: String,
    subscription: String,
    group: String,
}

impl Parent {
    /// The cluster of the request's address.
    pub(super) fn of(cx: &Context<'_>, subscription: &str, group: &str) -> Self {
        Self {
            key: format!("/{}", cx.request.route()[..8].join("/")),
            name: cx.request.segment(7).to_owned(),
            subscription: subscription.to_owned(),
            group: group.to_owned(),
        }
    }

    /// The key of the resource in the address, which belongs to this cluster.
    pub(super) fn child(&self, cx: &Context<'_>) -> String {
        format!("{}/{}", self.key, cx.request.route()[8..12].join("/"))
    }

    /// The id of the same resource in the spelling of its creation.
    pub(super) fn child_id(&self, cx: &Context<'_>, type_name: &str) -> Result<String, ArmError> {
        let (parent, name) = (&self.require(cx)?.id, cx.request.segment(11));
        Ok(format!("{parent}/providers/{NAMESPACE}/{type_name}/{name}"))
    }

    /// Where the operations of the resource with this id are watched. Azure is known to spell it like this.
    pub(super) fn operations(id: &str) -> String {
        let id = id.replace("/connectedClusters/", "/ConnectedClusters/");
        format!("{id}/operations")
    }

    /// The cluster, or the 404 of a read.
    pub(super) fn require<'a>(
        &self,
        cx: &'a Context<'_>,
    ) -> Result<&'a ConnectedCluster, ArmError> {
        resource_groups::require(cx, &self.subscription, &self.group)?;
        cx.store.clusters.get(&self.key).ok_or_else(|| {
            let (name, group) = (&self.name, &self.group);
            let message = format!(
                "The Resource 'Microsoft.Kubernetes/connectedClusters/{name}' under resource group '{group}' was not found."
            );
            ArmError::not_found("ResourceNotFound", message)
        })
    }

    /// The cluster, if something may be hung on it, or why not.
    pub(super) fn require_open<'a>(
        &self,
        cx: &'a Context<'_>,
        type_name: &str,
    ) -> Result<&'a ConnectedCluster, ArmError> {
        providers::require_registered(cx, &self.subscription, &NAMESPACE.to_lowercase())?;
        resource_groups::require_open(cx, &self.subscription, &self.group)?;
        let cluster = cx.store.clusters.get(&self.key).ok_or_else(|| {
            let message = format!(
                "Failed to perform 'write' on resource(s) of type 'connectedClusters/providers/{type_name}', because the parent resource '{}' could not be found.",
                self.key
            );
            ArmError::not_found("ParentResourceNotFound", message)
        })?;
        cluster.require_present()?;
        Ok(cluster)
    }
}
