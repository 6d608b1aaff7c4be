//! A proxy between the agents and Azure: its settings go to Helm, and to Azure only that they exist.
//!
//! The configuration service is asked with a placeholder for each setting, `redacted:<feature>:<setting>`, and says in its
//! answer which Helm value each stands for. This is how the Azure CLI keeps passwords from Azure.

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde_json::{Map, Value};

use crate::arm::{AgentryConfiguration, ConnectedCluster};
use crate::helm::ProtectedSettings;

use super::object::PROXY;
use super::spec::Proxy;

/// What the proxy's settings are, by Azure's names for them.
pub(super) fn protected(proxy: Option<&Proxy>) -> ProtectedSettings {
    proxy
        .map(|proxy| (PROXY.to_owned(), settings(proxy)))
        .into_iter()
        .collect()
}

fn settings(proxy: &Proxy) -> BTreeMap<String, SecretString> {
    let plain = |text: &Option<String>| text.clone().map(SecretString::from);
    [
        ("https_proxy", proxy.https.clone()),
        ("http_proxy", proxy.http.clone()),
        ("no_proxy", plain(&proxy.no_proxy)),
        ("proxy_cert", plain(&proxy.certificate)),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_owned(), value?)))
    .collect()
}

/// The object as the configuration service is asked about it: with a placeholder for each of the proxy's settings.
pub(super) fn announce(mut object: ConnectedCluster, proxy: Option<&Proxy>) -> ConnectedCluster {
    let Some(proxy) = proxy else { return object };
    let placeholders: Map<_, _> = settings(proxy)
        .into_keys()
        .map(|name| {
            let placeholder = format!("redacted:{PROXY}:{name}");
            (name, Value::String(placeholder))
        })
        .collect();
    let configurations = object
        .properties
        .arc_agentry_configurations
        .get_or_insert_default();
    configurations.retain(|one| one.feature.as_deref() != Some(PROXY));
    configurations.push(AgentryConfiguration {
        feature: Some(PROXY.to_owned()),
        settings: Some(BTreeMap::new()),
        extra: [("protectedSettings".to_owned(), placeholders.into())]
            .into_iter()
            .collect(),
    });
    object
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn azure_learns_which_settings_there_are_and_none_of_them() {
        let proxy = Proxy {
            https: Some("http://u:secret@proxy".into()),
            no_proxy: Some("10.0.0.0/16,.svc".to_owned()),
            ..Proxy::default()
        };
        let asked = announce(ConnectedCluster::default(), Some(&proxy));
        let expected = json!([{"feature": "proxy", "settings": {}, "protectedSettings": {
            "https_proxy": "redacted:proxy:https_proxy", "no_proxy": "redacted:proxy:no_proxy"}}]);
        let asked = serde_json::to_value(asked).expect("json");
        assert_eq!(asked["properties"]["arcAgentryConfigurations"], expected);
        assert_eq!(protected(Some(&proxy))[PROXY].len(), 2);
        assert!(protected(None).is_empty());
    }
}
