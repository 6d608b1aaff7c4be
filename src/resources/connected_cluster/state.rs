//! The attributes of `arc_connected_cluster` as typed data. What they ask for is read in `wanted`, what both planes show
//! comes in by `found`.

#![expect(
    missing_docs,
    reason = "the schema describes each attribute under the same name"
)]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::resources::connection::ConnectionState;
use crate::resources::shared::managed::common_attributes;
use crate::resources::shared::timeouts::TimeoutsState;
use crate::resources::shared::write_only::WriteOnly;
use crate::usecases::ResourceId;

/// All attributes; see the schema for what they mean.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct State {
    pub id: Option<ResourceId>,
    pub name: String,
    pub resource_group_name: String,
    pub location: String,
    pub subscription_id: Option<String>,
    pub tags: Option<BTreeMap<String, String>>,
    pub tags_all: Option<BTreeMap<String, String>>,
    pub kubernetes: Option<ConnectionState>,
    pub distribution: Option<String>,
    pub infrastructure: Option<String>,
    pub distribution_version: Option<String>,
    pub azure_hybrid_benefit: Option<String>,
    pub agent: Option<AgentState>,
    pub proxy: Option<ProxyState>,
    pub private_link_scope_id: Option<ResourceId>,
    pub gateway_id: Option<ResourceId>,
    pub oidc_issuer: Option<OidcIssuerState>,
    pub workload_identity_enabled: Option<bool>,
    pub custom_locations: Option<CustomLocationsState>,
    pub cluster_connect_enabled: Option<bool>,
    pub preflight: Option<String>,
    pub wait_for_connected: Option<bool>,
    pub adopt_existing: Option<bool>,
    pub deletion_policy: Option<String>,
    pub force_delete: Option<bool>,
    pub drift: Option<Vec<String>>,
    pub cluster_uid: Option<String>,
    pub agent_public_key_certificate: Option<String>,
    pub identity: Option<IdentityState>,
    pub oidc_issuer_url: Option<String>,
    pub provisioning_state: Option<String>,
    pub connectivity_status: Option<String>,
    pub last_connectivity_time: Option<String>,
    pub managed_identity_certificate_expiration_time: Option<String>,
    pub agent_version: Option<String>,
    pub kubernetes_version: Option<String>,
    pub offering: Option<String>,
    pub total_core_count: Option<i64>,
    pub total_node_count: Option<i64>,
    pub agents: Option<AgentsState>,
    pub timeouts: Option<TimeoutsState>,
}

common_attributes!(State, ResourceId);

/// The `agent` value.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default)]
pub struct AgentState {
    pub version: Option<String>,
    pub auto_upgrade_enabled: Option<bool>,
    pub release_train: Option<String>,
    pub chart: Option<ChartState>,
}

/// The `agent.chart` value.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default)]
pub struct ChartState {
    pub repository: Option<String>,
    pub digest: Option<String>,
    pub path: Option<String>,
}

/// The `proxy` value. The write-only addresses are in the configuration alone.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default)]
pub struct ProxyState {
    pub https: Option<String>,
    pub http: Option<String>,
    pub https_wo: Option<WriteOnly>,
    pub http_wo: Option<WriteOnly>,
    pub wo_version: Option<i64>,
    pub no_proxy: Option<String>,
    pub certificate: Option<String>,
}

/// The `oidc_issuer` value.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default)]
pub struct OidcIssuerState {
    pub enabled: bool,
    pub self_hosted_url: Option<String>,
}

/// The `custom_locations` value.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default)]
pub struct CustomLocationsState {
    pub enabled: bool,
    pub object_id: Option<String>,
}

/// The `identity` value.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct IdentityState {
    pub r#type: Option<String>,
    pub principal_id: Option<String>,
    pub tenant_id: Option<String>,
}

/// The `agents` value.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct AgentsState {
    pub namespace: Option<String>,
    pub release_status: Option<String>,
    pub chart_version: Option<String>,
    pub workloads: BTreeMap<String, WorkloadState>,
}

/// One of `agents.workloads`.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct WorkloadState {
    pub ready: i32,
    pub desired: i32,
}
