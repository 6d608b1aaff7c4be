//! What the first look at an imported object tells of the settings that otherwise only the configuration says.
//!
//! Later looks do not change them: what differs then is drift, named in words.

use crate::resources::shared::deletion;
use crate::usecases::ResourceId;
use crate::usecases::connected_cluster::{ConnectedCluster, Inside};

use super::state::{AgentState, CustomLocationsState, OidcIssuerState, State};

impl State {
    /// What is known of an object of which only the id is known; settings that no look can tell are as by default.
    #[must_use]
    pub(super) fn known_by(id: &ResourceId) -> Self {
        Self {
            id: Some(id.clone()),
            name: id.name().to_owned(),
            resource_group_name: id.resource_group().to_owned(),
            subscription_id: Some(id.subscription_id().to_owned()),
            preflight: Some("api".to_owned()),
            wait_for_connected: Some(true),
            adopt_existing: Some(false),
            deletion_policy: Some(deletion::DELETE.to_owned()),
            force_delete: Some(false),
            ..Self::default()
        }
    }

    /// Whether nobody has looked at the object yet: an import knows only its id.
    pub(super) const fn is_only_imported(&self) -> bool {
        self.provisioning_state.is_none() && self.cluster_uid.is_none()
    }

    /// Takes over the settings that differ from the defaults; what is as by default stays unset, as in the configuration of
    /// whoever does not care.
    #[must_use]
    pub(super) fn with_settings(
        mut self,
        object: &ConnectedCluster,
        inside: Option<&Inside>,
    ) -> Self {
        let properties = &object.properties;
        let profile = properties.arc_agent_profile.as_ref();
        let manual = profile.and_then(|profile| profile.agent_auto_upgrade.as_deref());
        if manual == Some("Disabled") {
            self.agent = Some(AgentState {
                auto_upgrade_enabled: Some(false),
                ..AgentState::default()
            });
        }
        let issuer = properties.oidc_issuer_profile.as_ref();
        self.oidc_issuer = issuer
            .filter(|issuer| issuer.enabled == Some(true))
            .map(|issuer| OidcIssuerState {
                enabled: true,
                self_hosted_url: issuer.self_hosted_issuer_url.clone(),
            });
        let identity = properties.security_profile.as_ref();
        let identity = identity.and_then(|profile| profile.workload_identity.as_ref());
        let enabled = identity.is_some_and(|identity| identity.enabled == Some(true));
        self.workload_identity_enabled = enabled.then_some(true);
        match inside.and_then(|inside| inside.release.as_ref()) {
            Some(record) => self.with_values(&record.values),
            None => self,
        }
    }

    fn with_values(mut self, values: &crate::usecases::connected_cluster::UserValues) -> Self {
        let text = |key| values.text(key);
        if text("systemDefaultValues.clusterconnect-agent.enabled").as_deref() == Some("false") {
            self.cluster_connect_enabled = Some(false);
        }
        if text("systemDefaultValues.customLocations.enabled").as_deref() == Some("true") {
            self.custom_locations = Some(CustomLocationsState {
                enabled: true,
                object_id: text("systemDefaultValues.customLocations.oid"),
            });
        }
        self
    }
}
