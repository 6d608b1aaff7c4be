//! A connected cluster as the data sources show it: what Azure knows, without a look into the cluster.

#![expect(
    missing_docs,
    reason = "the schema describes each attribute under the same name"
)]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::sdk::schema::{Attribute, Nesting};
use crate::sdk::types::Type;
use crate::usecases::ResourceId;
use crate::usecases::connected_cluster::ConnectedCluster;

use super::state::IdentityState;

/// All that is shown; see [`attributes`] for what it means.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct View {
    pub id: Option<String>,
    pub name: String,
    pub resource_group_name: String,
    pub subscription_id: Option<String>,
    pub location: Option<String>,
    pub tags: Option<BTreeMap<String, String>>,
    pub identity: Option<IdentityState>,
    pub distribution: Option<String>,
    pub distribution_version: Option<String>,
    pub infrastructure: Option<String>,
    pub private_link_state: Option<String>,
    pub agent_public_key_certificate: Option<String>,
    pub provisioning_state: Option<String>,
    pub connectivity_status: Option<String>,
    pub last_connectivity_time: Option<String>,
    pub managed_identity_certificate_expiration_time: Option<String>,
    pub agent_version: Option<String>,
    pub kubernetes_version: Option<String>,
    pub offering: Option<String>,
    pub total_core_count: Option<i64>,
    pub total_node_count: Option<i64>,
}

impl View {
    /// What Azure shows of the connected cluster with this id.
    #[must_use]
    pub fn of(id: &ResourceId, object: &ConnectedCluster) -> Self {
        let properties = object.properties.clone();
        Self {
            id: Some(id.to_string()),
            name: id.name().to_owned(),
            resource_group_name: id.resource_group().to_owned(),
            subscription_id: Some(id.subscription_id().to_owned()),
            location: object.location.clone(),
            tags: Some(object.tags.clone().unwrap_or_default()),
            identity: object.identity.as_ref().map(|identity| IdentityState {
                r#type: identity.r#type.clone(),
                principal_id: identity.principal_id.clone(),
                tenant_id: identity.tenant_id.clone(),
            }),
            distribution: properties.distribution,
            distribution_version: properties.distribution_version,
            infrastructure: properties.infrastructure,
            private_link_state: properties.private_link_state,
            agent_public_key_certificate: properties.agent_public_key_certificate,
            provisioning_state: properties.provisioning_state,
            connectivity_status: properties.connectivity_status,
            last_connectivity_time: properties.last_connectivity_time,
            managed_identity_certificate_expiration_time: properties
                .managed_identity_certificate_expiration_time,
            agent_version: properties.agent_version,
            kubernetes_version: properties.kubernetes_version,
            offering: properties.offering,
            total_core_count: properties.total_core_count,
            total_node_count: properties.total_node_count,
        }
    }
}

/// Everything but the parts of the id, all of it computed.
#[must_use]
pub fn attributes() -> Vec<Attribute> {
    let text = |name, description| Attribute::string(name).computed().describe(description);
    vec![
        text("id", "ARM id of the connected cluster."),
        text("location", "Azure region of the object."),
        Attribute::map_of("tags", Type::String)
            .computed()
            .describe("Tags of the object."),
        Attribute::nested("identity", Nesting::Single, identity())
            .computed()
            .describe("Managed identity of the connected cluster."),
        text("distribution", "Kubernetes distribution, such as `eks`."),
        text("distribution_version", "Version of the distribution."),
        text("infrastructure", "Where the nodes run, such as `aws`."),
        text("private_link_state", "`Enabled` or `Disabled`."),
        text(
            "agent_public_key_certificate",
            "Public half of the agents' key: base64 of PKCS#1 DER.",
        ),
        text("provisioning_state", "State of the object in ARM."),
        text(
            "connectivity_status",
            "`Connecting`, `Connected`, `Offline` or `Expired`, as Azure sees it.",
        ),
        text(
            "last_connectivity_time",
            "Last contact of the agents (RFC 3339).",
        ),
        text(
            "managed_identity_certificate_expiration_time",
            "When the agents' certificate expires (RFC 3339).",
        ),
        text("agent_version", "Version of the agents, as they report it."),
        text(
            "kubernetes_version",
            "Version of the cluster, as the agents report it.",
        ),
        text(
            "offering",
            "Offering of the cluster, as the agents report it.",
        ),
        Attribute::number("total_core_count")
            .computed()
            .describe("CPU cores of the nodes, as the agents report them."),
        Attribute::number("total_node_count")
            .computed()
            .describe("Nodes, as the agents report them."),
    ]
}

fn identity() -> Vec<Attribute> {
    let text = |name, description| Attribute::string(name).computed().describe(description);
    vec![
        text("type", "`SystemAssigned`."),
        text("principal_id", "Object id of the identity in Entra."),
        text("tenant_id", "Tenant of the identity."),
    ]
}
