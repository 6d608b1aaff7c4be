//! From what both planes show to the attributes. Where Azure only spells a value differently, the user's spelling stays.

use std::collections::BTreeMap;

use crate::usecases::connected_cluster::{ConnectedCluster, Inside, Reached};
use crate::usecases::{ResourceId, TagRules, same_location};

use super::state::{AgentsState, IdentityState, State, WorkloadState};

impl State {
    /// Takes over what exists from the moment that ARM accepted the object.
    #[must_use]
    pub(super) fn with_reached(self, id: &ResourceId, reached: &Reached, tags: &TagRules) -> Self {
        let mut state = self.with_object(id, &reached.object, tags);
        state.cluster_uid = Some(reached.cluster_uid.clone());
        state
    }

    /// Takes over what ARM shows. Where Azure only spells a value differently, the user's spelling stays.
    #[must_use]
    pub(super) fn with_object(
        mut self,
        id: &ResourceId,
        object: &ConnectedCluster,
        rules: &TagRules,
    ) -> Self {
        let properties = &object.properties;
        self.id = Some(id.clone());
        self.subscription_id
            .get_or_insert_with(|| id.subscription_id().to_owned());
        keep_spelling(&mut self.location, object.location.as_deref());
        let found = found_tags(object, rules);
        self.tags = own_tags(self.tags, &found, rules);
        self.tags_all = Some(found);
        self.distribution.clone_from(&properties.distribution);
        self.infrastructure.clone_from(&properties.infrastructure);
        self.distribution_version
            .clone_from(&properties.distribution_version);
        self.azure_hybrid_benefit
            .clone_from(&properties.azure_hybrid_benefit);
        let scope = properties.private_link_scope_resource_id.as_deref();
        let scope = scope.and_then(|scope| ResourceId::parse(scope).ok());
        self.private_link_scope_id = kept_id(self.private_link_scope_id.take(), scope);
        self.oidc_issuer_url = properties
            .oidc_issuer_profile
            .as_ref()
            .and_then(|profile| profile.issuer_url.clone());
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
        let workload = |found: &crate::usecases::Workload| WorkloadState {
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

/// Azure's spelling of an id may differ from the user's.
fn kept_id(written: Option<ResourceId>, found: Option<ResourceId>) -> Option<ResourceId> {
    match (written, found) {
        (Some(written), Some(found)) if written == found => Some(written),
        (_, found) => found,
    }
}

fn found_tags(object: &ConnectedCluster, rules: &TagRules) -> BTreeMap<String, String> {
    let mut found = object.tags.clone().unwrap_or_default();
    found.retain(|name, _| !rules.ignores(name));
    found
}

/// The tags that are the object's own: a default counts as such only where the user repeats it. No tags and an empty map are
/// the same to Azure; the state keeps the form that the user chose.
fn own_tags(
    written: Option<BTreeMap<String, String>>,
    found: &BTreeMap<String, String>,
    rules: &TagRules,
) -> Option<BTreeMap<String, String>> {
    let is_default = |name: &String, value: &String| {
        let repeated = written.as_ref().is_some_and(|tags| tags.contains_key(name));
        !repeated && rules.defaults.get(name) == Some(value)
    };
    let own: BTreeMap<_, _> = found
        .iter()
        .filter(|(name, value)| !is_default(name, value))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    match (written, own.is_empty()) {
        (None, true) => None,
        _ => Some(own),
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
            &TagRules::default(),
        );
        assert_eq!(same.location, "Korea Central");
        let moved = state.with_object(
            &id(),
            &object(serde_json::json!({"location": "eastus", "properties": {}})),
            &TagRules::default(),
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
        let first =
            State::default().with_object(&id(), &seen("Connected", "10:00"), &TagRules::default());
        let later = first.with_object(&id(), &seen("Connected", "10:05"), &TagRules::default());
        assert_eq!(later.last_connectivity_time.as_deref(), Some("10:00"));
        let lost = later.with_object(&id(), &seen("Offline", "10:30"), &TagRules::default());
        assert_eq!(lost.last_connectivity_time.as_deref(), Some("10:30"));
    }

    #[test]
    fn no_tags_stay_no_tags_and_foreign_tags_are_seen() {
        let none = State::default().with_object(
            &id(),
            &object(serde_json::json!({"tags": {}, "properties": {}})),
            &TagRules::default(),
        );
        assert_eq!(none.tags, None);
        let foreign = State::default().with_object(
            &id(),
            &object(serde_json::json!({"tags": {"by": "policy"}, "properties": {}})),
            &TagRules::default(),
        );
        assert_eq!(
            foreign.tags,
            Some([("by".to_owned(), "policy".to_owned())].into())
        );
    }

    #[test]
    fn defaults_and_ignored_tags_are_told_from_the_objects_own() {
        let rules = TagRules {
            defaults: [("Team".to_owned(), "arc".to_owned())].into(),
            ignored: ["CreatedBy".to_owned()].into(),
            ignored_prefixes: Vec::new(),
        };
        let found = object(serde_json::json!({
            "tags": {"Team": "arc", "City": "Seoul", "createdby": "x"}, "properties": {}}));
        let state = State::default().with_object(&id(), &found, &rules);
        let city = ("City".to_owned(), "Seoul".to_owned());
        let team = ("Team".to_owned(), "arc".to_owned());
        assert_eq!(state.tags, Some([city.clone()].into()));
        assert_eq!(state.tags_all, Some([city, team.clone()].into()));
        let repeating = State {
            tags: Some([team.clone()].into()),
            ..State::default()
        };
        let state = repeating.with_object(&id(), &found, &rules);
        assert_eq!(state.tags.map(|tags| tags.len()), Some(2));
    }
}
