//! The attributes of `arc_connected_cluster` as typed data, and how both planes fill them.

#![expect(
    missing_docs,
    reason = "the schema describes each attribute under the same name"
)]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::onboarding::{
    AgentSpec, ChartOrigin, ConnectSpec, ConnectedCluster, Inside, Reached, ResourceId,
    same_location,
};
use crate::resources::connection::ConnectionState;
use crate::resources::timeouts::TimeoutsState;

/// All attributes; see the schema for what they mean.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct State {
    pub id: Option<String>,
    pub name: String,
    pub resource_group_name: String,
    pub location: String,
    pub subscription_id: Option<String>,
    pub tags: Option<BTreeMap<String, String>>,
    pub kubernetes: Option<ConnectionState>,
    pub distribution: Option<String>,
    pub infrastructure: Option<String>,
    pub agent: Option<AgentState>,
    pub wait_for_connected: Option<bool>,
    pub cluster_uid: Option<String>,
    pub agent_public_key_certificate: Option<String>,
    pub identity: Option<IdentityState>,
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

/// The `agent` value.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default)]
pub struct AgentState {
    pub version: Option<String>,
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

/// What is wanted.
impl State {
    /// The ARM id that the object has or will have.
    pub(super) fn resource_id(&self, default_subscription: &str) -> ResourceId {
        let subscription = self
            .subscription_id
            .as_deref()
            .unwrap_or(default_subscription);
        ResourceId::connected_cluster(subscription, &self.resource_group_name, &self.name)
    }

    /// What the use cases are told.
    pub(super) fn spec(&self, default_subscription: &str) -> ConnectSpec {
        ConnectSpec {
            id: self.resource_id(default_subscription),
            location: self.location.clone(),
            tags: self.tags.clone().unwrap_or_default(),
            distribution: self.distribution.clone(),
            infrastructure: self.infrastructure.clone(),
            connection: self.kubernetes.as_ref().map(ConnectionState::connection),
            agent: self.agent.clone().unwrap_or_default().spec(),
            wait_for_connected: self.wait_for_connected.unwrap_or(true),
        }
    }
}

impl AgentState {
    pub(super) fn spec(&self) -> AgentSpec {
        let chart = self.chart.clone().unwrap_or_default();
        AgentSpec {
            version: self.version.clone(),
            release_train: self
                .release_train
                .clone()
                .unwrap_or_else(|| "stable".to_owned()),
            chart: chart.origin(),
        }
    }
}

impl ChartState {
    fn origin(self) -> ChartOrigin {
        match self.path {
            Some(path) => ChartOrigin::Path(path.into()),
            None => ChartOrigin::Registry {
                repository: self.repository,
                digest: self.digest,
            },
        }
    }
}

/// What was found.
impl State {
    /// Takes over what exists from the moment that ARM accepted the object.
    #[must_use]
    pub(super) fn with_reached(self, id: &ResourceId, reached: &Reached) -> Self {
        let mut state = self.with_object(id, &reached.object);
        state.cluster_uid = Some(reached.cluster_uid.clone());
        state
    }

    /// Takes over what ARM shows. Where Azure only spells a value differently, the user's spelling stays.
    #[must_use]
    pub(super) fn with_object(mut self, id: &ResourceId, object: &ConnectedCluster) -> Self {
        let properties = &object.properties;
        self.id = Some(id.to_string());
        self.subscription_id
            .get_or_insert_with(|| id.subscription_id().to_owned());
        keep_spelling(&mut self.location, object.location.as_deref());
        self.tags = tags(self.tags, object.tags.clone().unwrap_or_default());
        self.distribution.clone_from(&properties.distribution);
        self.infrastructure.clone_from(&properties.infrastructure);
        self.identity = object.identity.as_ref().map(|identity| IdentityState {
            r#type: identity.r#type.clone(),
            principal_id: identity.principal_id.clone(),
            tenant_id: identity.tenant_id.clone(),
        });
        self.agent_public_key_certificate
            .clone_from(&properties.agent_public_key_certificate);
        self.provisioning_state
            .clone_from(&properties.provisioning_state);
        if !self.stays_connected(object) {
            self.last_connectivity_time
                .clone_from(&properties.last_connectivity_time);
        }
        self.connectivity_status
            .clone_from(&properties.connectivity_status);
        self.managed_identity_certificate_expiration_time
            .clone_from(&properties.managed_identity_certificate_expiration_time);
        self.agent_version.clone_from(&properties.agent_version);
        self.kubernetes_version
            .clone_from(&properties.kubernetes_version);
        self.offering.clone_from(&properties.offering);
        self.total_core_count = properties.total_core_count;
        self.total_node_count = properties.total_node_count;
        self
    }

    /// Whether this is a heartbeat and no news: a cluster that stays connected reports every few minutes, and a plan
    /// that showed each report as a difference would never be silent.
    fn stays_connected(&self, object: &ConnectedCluster) -> bool {
        let connected = Some("Connected");
        self.last_connectivity_time.is_some()
            && self.connectivity_status.as_deref() == connected
            && object.connectivity_status() == connected
    }

    /// Takes over what the cluster shows.
    #[must_use]
    pub(super) fn with_inside(mut self, inside: &Inside) -> Self {
        self.cluster_uid = Some(inside.cluster_uid.clone());
        let workload = |found: &crate::onboarding::Workload| WorkloadState {
            ready: found.ready,
            desired: found.desired,
        };
        self.agents = Some(AgentsState {
            namespace: Some(inside.agents.namespace.clone()),
            release_status: inside
                .release
                .as_ref()
                .map(|release| release.status.clone()),
            chart_version: inside
                .release
                .as_ref()
                .map(|release| release.chart_version.clone()),
            workloads: inside
                .agents
                .workloads
                .iter()
                .map(|(name, found)| (name.clone(), workload(found)))
                .collect(),
        });
        self
    }
}

fn keep_spelling(location: &mut String, found: Option<&str>) {
    if let Some(found) = found.filter(|found| !same_location(location, found)) {
        found.clone_into(location);
    }
}

/// No tags and an empty map are the same to Azure; the state keeps the form that the user chose.
fn tags(
    written: Option<BTreeMap<String, String>>,
    found: BTreeMap<String, String>,
) -> Option<BTreeMap<String, String>> {
    match (written, found.is_empty()) {
        (None, true) => None,
        _ => Some(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id() -> ResourceId {
        ResourceId::connected_cluster("00000000-0000-0000-0000-000000000001", "rg", "prod")
    }

    fn object(json: serde_json::Value) -> ConnectedCluster {
        serde_json::from_value(json).expect("a connected cluster")
    }

    #[test]
    fn the_spelling_of_the_user_survives_a_look_at_azure() {
        let state = State {
            location: "Korea Central".to_owned(),
            ..State::default()
        };
        let same = state.clone().with_object(
            &id(),
            &object(serde_json::json!({"location": "koreacentral", "properties": {}})),
        );
        assert_eq!(same.location, "Korea Central");
        let moved = state.with_object(
            &id(),
            &object(serde_json::json!({"location": "eastus", "properties": {}})),
        );
        assert_eq!(moved.location, "eastus");
    }

    #[test]
    fn a_heartbeat_is_no_difference_and_a_lost_connection_is_one() {
        let seen = |status: &str, time: &str| {
            object(
                serde_json::json!({"properties": {"connectivityStatus": status, "lastConnectivityTime": time}}),
            )
        };
        let first = State::default().with_object(&id(), &seen("Connected", "10:00"));
        let later = first.with_object(&id(), &seen("Connected", "10:05"));
        assert_eq!(later.last_connectivity_time.as_deref(), Some("10:00"));
        let lost = later.with_object(&id(), &seen("Offline", "10:30"));
        assert_eq!(lost.last_connectivity_time.as_deref(), Some("10:30"));
    }

    #[test]
    fn no_tags_stay_no_tags_and_foreign_tags_are_seen() {
        let none = State::default().with_object(
            &id(),
            &object(serde_json::json!({"tags": {}, "properties": {}})),
        );
        assert_eq!(none.tags, None);
        let foreign = State::default().with_object(
            &id(),
            &object(serde_json::json!({"tags": {"by": "policy"}, "properties": {}})),
        );
        assert_eq!(
            foreign.tags,
            Some([("by".to_owned(), "policy".to_owned())].into())
        );
    }

    #[test]
    fn the_providers_subscription_is_only_a_default() {
        let mut state = State {
            name: "c".to_owned(),
            resource_group_name: "g".to_owned(),
            ..State::default()
        };
        assert_eq!(state.resource_id("default").subscription_id(), "default");
        state.subscription_id = Some("own".to_owned());
        assert_eq!(state.resource_id("default").subscription_id(), "own");
    }
}
