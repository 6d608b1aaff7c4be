//! From the attributes to what the use cases are told.

use secrecy::SecretString;

use crate::resources::shared::write_only::WriteOnly;
use crate::usecases::connected_cluster::{
    Adopt, AgentSpec, ChartOrigin, Checks, OidcIssuer, Proxy, Settings, Spec,
};
use crate::usecases::{Connection, ResourceId, TagRules};

use super::state::{AgentState, ChartState, ProxyState, State};

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
        id: &ResourceId,
        connection: Option<&Connection>,
        tags: &TagRules,
        config: Option<&Self>,
    ) -> Spec {
        let agent = self.agent.clone().unwrap_or_default();
        Spec {
            id: id.clone(),
            location: self.location.clone(),
            tags: tags.with_defaults(&self.tags.clone().unwrap_or_default()),
            connection: connection.cloned(),
            settings: self.settings(config),
            agent: agent.spec(),
            wait_for_connected: self.wait_for_connected.unwrap_or(true),
            checks: match self.preflight.as_deref() {
                Some("off") => Checks::Off,
                Some("job") => Checks::Job,
                _ => Checks::Api,
            },
            adopt: self.adopt(),
        }
    }

    /// What a plan promised of a takeover. One that may delete leaves `drift` unknown; see [`super::takeover`].
    fn adopt(&self) -> Adopt {
        match (self.adopt_existing, &self.drift) {
            (Some(true), None) => Adopt::Replacing,
            (Some(true), Some(_)) => Adopt::Keeping,
            _ => Adopt::Never,
        }
    }

    fn settings(&self, config: Option<&Self>) -> Settings {
        let agent = self.agent.clone().unwrap_or_default();
        let hidden = config.and_then(|config| config.proxy.as_ref());
        let custom_locations = self.custom_locations.as_ref().filter(|one| one.enabled);
        let oidc_issuer = self.oidc_issuer.as_ref().filter(|one| one.enabled);
        Settings {
            distribution: self.distribution.clone(),
            infrastructure: self.infrastructure.clone(),
            distribution_version: self.distribution_version.clone(),
            azure_hybrid_benefit: self.azure_hybrid_benefit.clone(),
            auto_upgrade: agent.auto_upgrade_enabled.unwrap_or(true),
            proxy: self.proxy.as_ref().map(|proxy| proxy.spec(hidden)),
            private_link_scope: self.private_link_scope_id.clone(),
            gateway: self.gateway_id.clone(),
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

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn id() -> ResourceId {
        ResourceId::connected_cluster("00000000-0000-0000-0000-000000000001", "rg", "prod")
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
                .spec(&id(), None, &TagRules::default(), config)
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
            let spec = state.spec(&id(), None, &TagRules::default(), None);
            spec.settings.cluster_connect
        };
        assert!(connects(&state));
        state.private_link_scope_id = Some(id());
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
