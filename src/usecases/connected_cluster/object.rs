//! The object in Azure as it shall be: what is there, with what is wanted laid over it.
//!
//! A PUT resets what it leaves out, so it always carries everything that was read, whoever wrote it.

use crate::arm::{
    AgentProfile, AgentryConfiguration, ConnectedCluster, ConnectedClusterProperties, Gateway,
    ManagedIdentity, OidcIssuerProfile, SecurityProfile, WorkloadIdentity,
};
use crate::cluster::NodeFacts;

use super::spec::{Settings, Spec};

/// The agents' feature whose settings never reach Azure; that it is in use does.
pub(super) const PROXY: &str = "proxy";
const ENABLED: &str = "Enabled";
const DISABLED: &str = "Disabled";

/// The object that is wanted, from what is there (an empty one before it exists). Nodes tell what nobody sets.
pub(super) fn wanted(
    base: ConnectedCluster,
    spec: &Spec,
    nodes: Option<&NodeFacts>,
) -> ConnectedCluster {
    let settings = &spec.settings;
    let detected = nodes.map(|nodes| (&nodes.distribution, &nodes.infrastructure));
    let properties = base.properties;
    let distribution = settings.distribution.clone().or(properties.distribution);
    let infrastructure = settings
        .infrastructure
        .clone()
        .or(properties.infrastructure);
    ConnectedCluster {
        location: base.location.or_else(|| Some(spec.location.clone())),
        tags: Some(spec.tags.clone()),
        identity: base
            .identity
            .or_else(|| Some(ManagedIdentity::system_assigned())),
        properties: ConnectedClusterProperties {
            distribution: distribution.or_else(|| detected.map(|(found, _)| found.clone())),
            infrastructure: infrastructure.or_else(|| detected.map(|(_, found)| found.clone())),
            distribution_version: settings
                .distribution_version
                .clone()
                .or(properties.distribution_version),
            azure_hybrid_benefit: settings
                .azure_hybrid_benefit
                .clone()
                .or(properties.azure_hybrid_benefit),
            private_link_state: match settings.private_link_scope {
                Some(_) => Some(ENABLED.to_owned()),
                None => properties.private_link_state,
            },
            private_link_scope_resource_id: match &settings.private_link_scope {
                Some(scope) => Some(scope.to_string()),
                None => properties.private_link_scope_resource_id,
            },
            arc_agent_profile: agent_profile(properties.arc_agent_profile, settings.auto_upgrade),
            oidc_issuer_profile: oidc_issuer(properties.oidc_issuer_profile, settings),
            security_profile: security(properties.security_profile, settings.workload_identity),
            gateway: gateway(properties.gateway, settings.gateway.is_some()),
            arc_agentry_configurations: agentry(
                properties.arc_agentry_configurations,
                settings.proxy.is_some(),
            ),
            ..properties
        },
        ..base
    }
}

/// Absent means automatic upgrades, as the Azure CLI leaves it.
fn agent_profile(found: Option<AgentProfile>, auto_upgrade: bool) -> Option<AgentProfile> {
    if found.is_none() && auto_upgrade {
        return None;
    }
    let word = if auto_upgrade { ENABLED } else { DISABLED };
    Some(AgentProfile {
        agent_auto_upgrade: Some(word.to_owned()),
        ..found.unwrap_or_default()
    })
}

/// Azure does not take an issuer back, so one that is not wanted stays as it is.
fn oidc_issuer(found: Option<OidcIssuerProfile>, settings: &Settings) -> Option<OidcIssuerProfile> {
    let Some(issuer) = &settings.oidc_issuer else {
        return found;
    };
    Some(OidcIssuerProfile {
        enabled: Some(true),
        self_hosted_issuer_url: issuer.self_hosted_url.clone(),
        ..found.unwrap_or_default()
    })
}

fn security(found: Option<SecurityProfile>, wanted: bool) -> Option<SecurityProfile> {
    let mut profile = found.clone().unwrap_or_default();
    let identity = profile.workload_identity.unwrap_or_default();
    if identity.enabled.unwrap_or(false) == wanted {
        return found;
    }
    profile.workload_identity = Some(WorkloadIdentity {
        enabled: Some(wanted),
        ..identity
    });
    Some(profile)
}

fn gateway(found: Option<Gateway>, wanted: bool) -> Option<Gateway> {
    let enabled = found.as_ref().and_then(|gateway| gateway.enabled);
    if enabled.unwrap_or(false) == wanted {
        return found;
    }
    Some(Gateway {
        enabled: Some(wanted),
        ..found.unwrap_or_default()
    })
}

/// Only that there is a proxy is written, as the Azure CLI does: addresses may hold passwords.
fn agentry(
    found: Option<Vec<AgentryConfiguration>>,
    proxy: bool,
) -> Option<Vec<AgentryConfiguration>> {
    let is_proxy = |one: &AgentryConfiguration| one.feature.as_deref() == Some(PROXY);
    let has = found.iter().flatten().any(is_proxy);
    match (proxy, has) {
        (true, false) => {
            let mut configurations = found.unwrap_or_default();
            configurations.push(AgentryConfiguration {
                feature: Some(PROXY.to_owned()),
                settings: Some([].into()),
                ..AgentryConfiguration::default()
            });
            Some(configurations)
        }
        (false, true) => found.map(|mut configurations| {
            configurations.retain(|one| !is_proxy(one));
            configurations
        }),
        _ => found,
    }
}

/// What of the settings that the agents share with Azure is not as wanted in Azure, in words.
pub(super) fn differences(found: &ConnectedCluster, spec: &Spec) -> Vec<String> {
    let target = wanted(found.clone(), spec, None).properties;
    let found = &found.properties;
    let word = |profile: &Option<AgentProfile>| {
        let profile = profile.as_ref();
        profile.and_then(|profile| profile.agent_auto_upgrade.clone())
    };
    let issuer = |profile: &Option<OidcIssuerProfile>| {
        let profile = profile.as_ref()?;
        (profile.enabled == Some(true))
            .then(|| profile.self_hosted_issuer_url.clone().unwrap_or_default())
    };
    let identity = |profile: &Option<SecurityProfile>| {
        let identity = profile.as_ref()?.workload_identity.as_ref()?;
        identity.enabled.map(|enabled| enabled.to_string())
    };
    let gateway = |gateway: &Option<Gateway>| {
        let enabled = gateway.as_ref()?.enabled?;
        Some(enabled.to_string())
    };
    let features = |all: &Option<Vec<AgentryConfiguration>>| {
        let names = all.iter().flatten();
        let names: Vec<_> = names.filter_map(|one| one.feature.clone()).collect();
        Some(names.join(", "))
    };
    [
        (
            "auto-upgrade of the agents",
            word(&found.arc_agent_profile),
            word(&target.arc_agent_profile),
        ),
        (
            "OIDC issuer",
            issuer(&found.oidc_issuer_profile),
            issuer(&target.oidc_issuer_profile),
        ),
        (
            "workload identity",
            identity(&found.security_profile),
            identity(&target.security_profile),
        ),
        ("gateway", gateway(&found.gateway), gateway(&target.gateway)),
        (
            "features of the agents",
            features(&found.arc_agentry_configurations),
            features(&target.arc_agentry_configurations),
        ),
        (
            "private link",
            found.private_link_state.clone(),
            target.private_link_state,
        ),
    ]
    .into_iter()
    .filter(|(_, found, target)| found != target)
    .map(|(what, found, target)| {
        let show = |value: Option<String>| match value {
            Some(value) if !value.is_empty() => value,
            _ => "not set".to_owned(),
        };
        format!(
            "connected cluster: {what} is {}, wanted is {}",
            show(found),
            show(target)
        )
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::spec::OidcIssuer;
    use super::super::testing::spec;
    use super::*;

    fn object(properties: serde_json::Value) -> ConnectedCluster {
        let mut object = json!({"location": "koreacentral"});
        object["properties"] = properties;
        serde_json::from_value(object).expect("a connected cluster")
    }

    #[test]
    fn a_new_object_says_only_what_is_not_the_default() {
        let nodes = NodeFacts {
            distribution: "eks".to_owned(),
            infrastructure: "aws".to_owned(),
            architectures: [].into(),
            nodes: 1,
            linux_nodes: 1,
            schedulable: 1,
        };
        let body = wanted(ConnectedCluster::default(), &spec(), Some(&nodes));
        let expected = json!({
            "location": "koreacentral", "tags": {}, "identity": {"type": "SystemAssigned"},
            "properties": {"distribution": "eks", "infrastructure": "aws"},
        });
        assert_eq!(serde_json::to_value(body).expect("json"), expected);
    }

    #[test]
    fn every_setting_reaches_azure_and_a_proxy_without_its_address() {
        let mut spec = spec();
        spec.settings.auto_upgrade = false;
        spec.settings.workload_identity = true;
        spec.settings.proxy = Some(super::super::spec::Proxy {
            https: Some("http://u:secret@proxy".into()),
            ..Default::default()
        });
        spec.settings.oidc_issuer = Some(OidcIssuer {
            self_hosted_url: Some("https://oidc.eks/id/1".to_owned()),
        });
        let body = wanted(
            object(json!({"agentPublicKeyCertificate": "K"})),
            &spec,
            None,
        );
        let expected = json!({
            "agentPublicKeyCertificate": "K",
            "arcAgentProfile": {"agentAutoUpgrade": "Disabled"},
            "securityProfile": {"workloadIdentity": {"enabled": true}},
            "oidcIssuerProfile": {"enabled": true, "selfHostedIssuerUrl": "https://oidc.eks/id/1"},
            "arcAgentryConfigurations": [{"feature": "proxy", "settings": {}}],
        });
        assert_eq!(
            serde_json::to_value(&body.properties).expect("json"),
            expected
        );
        assert_eq!(differences(&body, &spec), [""; 0]);
    }

    #[test]
    fn what_others_wrote_stays_and_what_differs_is_named() {
        let found = object(json!({
            "arcAgentProfile": {"agentAutoUpgrade": "Disabled", "systemComponents": []},
            "arcAgentryConfigurations": [{"feature": "logging", "settings": {}}, {"feature": "proxy", "settings": {}}],
            "aadProfile": {"enableAzureRBAC": true},
        }));
        assert_eq!(
            differences(&found, &spec()),
            [
                "connected cluster: auto-upgrade of the agents is Disabled, wanted is Enabled",
                "connected cluster: features of the agents is logging, proxy, wanted is logging",
            ]
        );
        let body = wanted(found, &spec(), None);
        assert_eq!(
            body.properties.extra["aadProfile"],
            json!({"enableAzureRBAC": true})
        );
    }
}
