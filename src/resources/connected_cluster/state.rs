//! The attributes of `arc_connected_cluster` as typed data, and how both planes fill them.

#![expect(
    missing_docs,
    reason = "the schema describes each attribute under the same name"
)]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use secrecy::SecretString;

use crate::onboarding::{
    AgentSpec, ChartOrigin, Checks, ConnectSpec, ConnectedCluster, Connection, Inside, OidcIssuer,
    Proxy, Reached, ResourceId, Settings, TagRules, same_location,
};
use crate::resources::connection::ConnectionState;
use crate::resources::timeouts::TimeoutsState;
use crate::resources::write_only::WriteOnly;

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
    pub tags_all: Option<BTreeMap<String, String>>,
    pub kubernetes: Option<ConnectionState>,
    pub distribution: Option<String>,
    pub infrastructure: Option<String>,
    pub distribution_version: Option<String>,
    pub azure_hybrid_benefit: Option<String>,
    pub agent: Option<AgentState>,
    pub proxy: Option<ProxyState>,
    pub private_link_scope_id: Option<String>,
    pub gateway_id: Option<String>,
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

    /// What the use cases are told. Write-only values are in `config` alone; while nothing is configured there are none.
    pub(super) fn spec(
        &self,
        id: ResourceId,
        tags: &TagRules,
        config: Option<&Self>,
    ) -> ConnectSpec {
        let agent = self.agent.clone().unwrap_or_default();
        ConnectSpec {
            id,
            location: self.location.clone(),
            tags: tags.with_defaults(&self.tags.clone().unwrap_or_default()),
            connection: self.connection(),
            settings: self.settings(config),
            agent: agent.spec(),
            wait_for_connected: self.wait_for_connected.unwrap_or(true),
            checks: match self.preflight.as_deref() {
                Some("off") => Checks::Off,
                Some("job") => Checks::Job,
                _ => Checks::Api,
            },
            adopt: self.adopt_existing.unwrap_or(false),
        }
    }

    /// How to reach the cluster, unless the provider block says so.
    pub(super) fn connection(&self) -> Option<Connection> {
        self.kubernetes.as_ref().map(ConnectionState::connection)
    }

    fn settings(&self, config: Option<&Self>) -> Settings {
        let agent = self.agent.clone().unwrap_or_default();
        let hidden = config.and_then(|config| config.proxy.as_ref());
        let custom_locations = self.custom_locations.as_ref().filter(|one| one.enabled);
        let oidc_issuer = self.oidc_issuer.as_ref().filter(|one| one.enabled);
        let parse = |id: &String| ResourceId::parse(id).ok();
        Settings {
            distribution: self.distribution.clone(),
            infrastructure: self.infrastructure.clone(),
            distribution_version: self.distribution_version.clone(),
            azure_hybrid_benefit: self.azure_hybrid_benefit.clone(),
            auto_upgrade: agent.auto_upgrade_enabled.unwrap_or(true),
            proxy: self.proxy.as_ref().map(|proxy| proxy.spec(hidden)),
            private_link_scope: self.private_link_scope_id.as_ref().and_then(parse),
            gateway: self.gateway_id.as_ref().and_then(parse),
            oidc_issuer: oidc_issuer.map(|issuer| OidcIssuer {
                self_hosted_url: issuer.self_hosted_url.clone(),
            }),
            workload_identity: self.workload_identity_enabled.unwrap_or(false),
            custom_locations: custom_locations.and_then(|one| one.object_id.clone()),
            cluster_connect: self
                .cluster_connect_enabled
                .unwrap_or(self.private_link_scope_id.is_none()),
        }
    }

    /// Whether the agents have to be set up anew to get from one configuration to the other.
    pub(super) fn agents_differ(&self, other: &Self) -> bool {
        let settings = |state: &Self| {
            (
                state.agent.clone(),
                state.proxy.clone(),
                state.gateway_id.clone(),
                state.oidc_issuer.clone(),
                state.workload_identity_enabled.unwrap_or(false),
                state.custom_locations.clone(),
                state.cluster_connect_enabled,
                (state.distribution.clone(), state.infrastructure.clone()),
            )
        };
        settings(self) != settings(other)
    }
}

impl AgentState {
    fn spec(&self) -> AgentSpec {
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

impl ProxyState {
    /// `config` holds the write-only addresses; without it they are only known to exist.
    fn spec(&self, config: Option<&Self>) -> Proxy {
        let secret = |plain: &Option<String>, hidden: Option<&WriteOnly>| {
            let plain = plain.clone().map(SecretString::from);
            plain.or_else(|| hidden.map(WriteOnly::reveal))
        };
        let hidden =
            |pick: fn(&Self) -> &Option<WriteOnly>| config.and_then(|one| pick(one).as_ref());
        Proxy {
            https: secret(&self.https, hidden(|one| &one.https_wo)),
            http: secret(&self.http, hidden(|one| &one.http_wo)),
            no_proxy: self.no_proxy.clone(),
            certificate: self.certificate.clone(),
            hidden: config.is_none() && self.wo_version.is_some(),
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
    pub(super) fn with_reached(self, id: &ResourceId, reached: &Reached, tags: &TagRules) -> Self {
        let mut state = self.with_object(id, &reached.object, tags);
        state.cluster_uid = Some(reached.cluster_uid.clone());
        state.drift = Some(Vec::new());
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
        self.id = Some(id.to_string());
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
        self.private_link_scope_id = kept_id(
            self.private_link_scope_id.take(),
            properties.private_link_scope_resource_id.clone(),
        );
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

/// Azure's spelling of an id may differ from the user's.
fn kept_id(written: Option<String>, found: Option<String>) -> Option<String> {
    match (written, found) {
        (Some(written), Some(found)) if written.eq_ignore_ascii_case(&found) => Some(written),
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
    use secrecy::ExposeSecret as _;

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

    #[test]
    fn a_write_only_proxy_is_known_to_exist_and_comes_from_the_configuration() {
        let stored = State {
            proxy: Some(ProxyState {
                wo_version: Some(1),
                ..ProxyState::default()
            }),
            ..State::default()
        };
        let spec = |config| {
            stored
                .spec(id(), &TagRules::default(), config)
                .settings
                .proxy
        };
        let kept = spec(None).expect("a proxy");
        assert!(kept.hidden && kept.https.is_none());
        let config: State = serde_json::from_value(serde_json::json!({
            "proxy": {"https_wo": "http://u:p@proxy", "wo_version": 1}}))
        .expect("a configuration");
        let known = spec(Some(&config)).expect("a proxy");
        assert!(!known.hidden);
        assert_eq!(
            known.https.expect("an address").expose_secret(),
            "http://u:p@proxy"
        );
    }

    #[test]
    fn a_private_link_turns_cluster_connect_off() {
        let mut state = State::default();
        let connects = |state: &State| {
            let spec = state.spec(id(), &TagRules::default(), None);
            spec.settings.cluster_connect
        };
        assert!(connects(&state));
        state.private_link_scope_id = Some("/subscriptions/x".to_owned());
        assert!(!connects(&state));
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
