//! What Azure stores about a connected cluster (specification of api-version 2026-05-01).
//!
//! Each member is optional, since older versions lack some and services answer with explicit nulls. Members that are not
//! known here are kept in `extra`, so that reading, changing and writing back loses nothing. Sets of words that Azure may
//! extend are strings.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::arm::members::{ManagedIdentity, null_as_default};
use crate::arm::operation::Resource;

/// A connected cluster.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ConnectedCluster {
    /// Read-only. The id in Azure's casing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Read-only. `Microsoft.Kubernetes/connectedClusters`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub resource_type: Option<String>,
    /// The region, as a display name or in its canonical form. Cannot change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, String>>,
    /// The managed identity of the agents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<ManagedIdentity>,
    /// Absent for clusters with agents; `ProvisionedCluster` for those that Azure made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Read-only. Who made and changed it, and when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_data: Option<Value>,
    /// What is particular to connected clusters.
    #[serde(deserialize_with = "null_as_default")]
    pub properties: ConnectedClusterProperties,
    /// Members that are not known here.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Resource for ConnectedCluster {}

/// What is particular to connected clusters.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ConnectedClusterProperties {
    /// Required. Public half of the agents' onboarding key: base64 of a DER-encoded PKCS#1 `RSAPublicKey`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_public_key_certificate: Option<String>,
    /// Kubernetes distribution, such as `eks`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distribution: Option<String>,
    /// Version of the distribution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distribution_version: Option<String>,
    /// Where the nodes run, such as `aws`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub infrastructure: Option<String>,
    /// `True`, `False` or `NotApplicable`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub azure_hybrid_benefit: Option<String>,
    /// `Enabled` or `Disabled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private_link_state: Option<String>,
    /// Id of the private link scope, with an enabled private link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private_link_scope_resource_id: Option<String>,
    /// Version and state of the agents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arc_agent_profile: Option<AgentProfile>,
    /// Workload identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_profile: Option<SecurityProfile>,
    /// The issuer of service account tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oidc_issuer_profile: Option<OidcIssuerProfile>,
    /// The Arc gateway.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway: Option<Gateway>,
    /// Settings of the agents' features.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arc_agentry_configurations: Option<Vec<AgentryConfiguration>>,
    /// Where the last write stands. Azure does not mark it read-only and it must not be sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provisioning_state: Option<String>,
    /// Read-only. `Connecting`, `Connected`, `Offline`, `Expired` or `AgentNotInstalled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connectivity_status: Option<String>,
    /// Read-only. RFC 3339 time of the last heartbeat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_connectivity_time: Option<String>,
    /// Read-only. RFC 3339 time at which the agents' certificate ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub managed_identity_certificate_expiration_time: Option<String>,
    /// Read-only. Reported by the agents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kubernetes_version: Option<String>,
    /// Read-only. Reported by the agents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_version: Option<String>,
    /// Read-only. Reported by the agents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_node_count: Option<i64>,
    /// Read-only. Reported by the agents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_core_count: Option<i64>,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offering: Option<String>,
    /// Read-only. Free-form additions of the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub miscellaneous_properties: Option<Value>,
    /// Members that are not known here.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Version and state of the agents.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AgentProfile {
    /// The version to run when upgrades are not automatic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desired_agent_version: Option<String>,
    /// `Enabled` or `Disabled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_auto_upgrade: Option<String>,
    /// Read-only. `Succeeded`, `Failed` or another word of the agents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_state: Option<String>,
    /// Read-only in effect. What the agents complain about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_errors: Option<Value>,
    /// Members that are not known here.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Security features.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SecurityProfile {
    /// Workload identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workload_identity: Option<WorkloadIdentity>,
    /// Members that are not known here.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Workload identity: pods log in to Entra with their service accounts.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct WorkloadIdentity {
    /// Whether its webhook is installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Members that are not known here.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The issuer of service account tokens.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct OidcIssuerProfile {
    /// Whether Azure publishes the issuer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// The issuer of a cluster that has its own, such as EKS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub self_hosted_issuer_url: Option<String>,
    /// Read-only. The issuer that Azure publishes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer_url: Option<String>,
    /// Members that are not known here.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The Arc gateway, through which agents reach Azure by one address.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Gateway {
    /// Whether the agents use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Members that are not known here.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Settings of one feature of the agents.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AgentryConfiguration {
    /// The feature, such as `proxy`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
    /// Its settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<BTreeMap<String, String>>,
    /// Members that are not known here.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl ConnectedCluster {
    /// [`ConnectedClusterProperties::connectivity_status`].
    #[must_use]
    pub fn connectivity_status(&self) -> Option<&str> {
        self.properties.connectivity_status.as_deref()
    }

    /// The same without what only Azure may write. A PUT replaces, so everything else stays in.
    #[must_use]
    pub fn for_put(self) -> Self {
        let identity = self.identity.map(ManagedIdentity::for_put);
        Self {
            id: None,
            name: None,
            resource_type: None,
            system_data: None,
            identity,
            properties: self.properties.for_put(),
            ..self
        }
    }
}

impl ConnectedClusterProperties {
    fn for_put(self) -> Self {
        let arc_agent_profile = self.arc_agent_profile.map(|profile| AgentProfile {
            agent_state: None,
            agent_errors: None,
            ..profile
        });
        let oidc_issuer_profile = self.oidc_issuer_profile.map(|profile| OidcIssuerProfile {
            issuer_url: None,
            ..profile
        });
        Self {
            arc_agent_profile,
            oidc_issuer_profile,
            provisioning_state: None,
            connectivity_status: None,
            last_connectivity_time: None,
            managed_identity_certificate_expiration_time: None,
            kubernetes_version: None,
            agent_version: None,
            total_node_count: None,
            total_core_count: None,
            offering: None,
            miscellaneous_properties: None,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn stored() -> Value {
        json!({
            "id": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Kubernetes/connectedClusters/c1",
            "name": "c1",
            "type": "microsoft.kubernetes/connectedclusters",
            "location": "koreacentral",
            "tags": {"City": "Demo"},
            "identity": {"type": "SystemAssigned", "principalId": "p", "tenantId": "t"},
            "systemData": {"createdBy": "somebody"},
            "future": [1],
            "properties": {
                "agentPublicKeyCertificate": "MIIC",
                "distribution": "eks",
                "provisioningState": "Succeeded",
                "connectivityStatus": "Connected",
                "totalNodeCount": 3,
                "miscellaneousProperties": {"a": "b"},
                "aadProfile": {"tenantID": "t"},
                "arcAgentProfile": {"agentAutoUpgrade": "Enabled", "agentState": "Succeeded", "systemComponents": []},
                "oidcIssuerProfile": {"enabled": true, "issuerUrl": "https://oidc"},
            },
        })
    }

    #[test]
    fn reading_and_writing_back_loses_nothing() {
        let cluster: ConnectedCluster = serde_json::from_value(stored()).expect("readable");
        assert_eq!(serde_json::to_value(cluster).expect("writable"), stored());
    }

    #[test]
    fn a_put_carries_all_that_may_be_written_and_nothing_else() {
        let cluster: ConnectedCluster = serde_json::from_value(stored()).expect("readable");
        let expected = json!({
            "location": "koreacentral",
            "tags": {"City": "Demo"},
            "identity": {"type": "SystemAssigned"},
            "future": [1],
            "properties": {
                "agentPublicKeyCertificate": "MIIC",
                "distribution": "eks",
                "aadProfile": {"tenantID": "t"},
                "arcAgentProfile": {"agentAutoUpgrade": "Enabled", "systemComponents": []},
                "oidcIssuerProfile": {"enabled": true},
            },
        });
        assert_eq!(
            serde_json::to_value(cluster.for_put()).expect("writable"),
            expected
        );
    }

    #[test]
    fn nulls_and_unknown_words_are_read() {
        let cluster: ConnectedCluster = serde_json::from_value(json!({
            "tags": null, "identity": null, "properties": {
                "connectivityStatus": "Dreaming", "gateway": null, "arcAgentryConfigurations": null, "totalCoreCount": null,
            },
        }))
        .expect("readable");
        assert_eq!(cluster.connectivity_status(), Some("Dreaming"));
        let empty: ConnectedCluster =
            serde_json::from_value(json!({"properties": null})).expect("readable");
        assert_eq!(empty, ConnectedCluster::default());
    }
}
