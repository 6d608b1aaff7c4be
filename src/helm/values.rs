//! The values of the agents' chart, in the order and the types that the Azure CLI gives them.
//!
//! The CLI hands each value to Helm as `--set key=text`, and Azure's configuration service names its values in that
//! form. We write them into a file, where secrets belong, and so do ourselves what `--set` does: dots in a key nest,
//! and a text that looks like a number or a boolean becomes one. Texts are taken as they are; the backslashes that the
//! CLI puts before commas only exist for `--set`.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use super::Error;

/// How a value begins that stands for something that was kept from Azure: `redacted:<feature>:<setting>`.
const PLACEHOLDER: &str = "redacted:";

/// The value that the CLI passes by `--set-file`, so that its text is never taken for anything else.
const PROXY_CERTIFICATE: &str = "global.proxyCert";

/// The only values of the chart that a protected setting may become.
const PROXY_KEYS: [&str; 4] = [
    "global.httpsProxy",
    "global.httpProxy",
    "global.noProxy",
    PROXY_CERTIFICATE,
];

/// How many dotted parts a key may have. Each nests an object in another, and is taken apart again by recursion.
const DEEPEST: usize = 32;

/// How much of a refused key is shown.
const SHOWN: usize = 60;

const CLUSTER_CONNECT: &str = "systemDefaultValues.clusterconnect-agent.enabled";

/// What was kept from Azure's configuration service: feature, then setting, such as `proxy` and `https_proxy`.
///
/// The setting `proxy_cert` is the certificate itself, not a file's name.
pub type ProtectedSettings = BTreeMap<String, BTreeMap<String, SecretString>>;

/// Everything that decides about the values of the agents' chart. It holds secrets, so it cannot be printed.
pub struct AgentValues<'a> {
    /// The kind of cluster, such as `eks`.
    pub distribution: &'a str,
    /// Where it runs, such as `aws`.
    pub infrastructure: &'a str,
    /// The private key of the agents (PEM), for those that take it as a value ([`super::KeyDelivery::Value`]).
    pub onboarding_private_key: Option<&'a SecretString>,
    /// The cloud as the agents name it, such as `AZUREPUBLICCLOUD`.
    pub azure_environment: &'a str,
    /// Whether the agents open a channel from Azure to the API server. A private link forbids it.
    pub cluster_connect_enabled: bool,
    /// Set in clouds whose metadata names data-plane endpoints of its own.
    pub data_plane_overrides: Option<&'a DataPlaneOverrides>,
    /// `helmValuesContent` of the configuration service: dotted key to text. Opaque to us.
    pub helm_settings: &'a BTreeMap<String, String>,
    /// What its placeholders stand for.
    pub protected_settings: &'a ProtectedSettings,
    /// The object id of the custom locations application in the tenant; turns the feature on.
    pub custom_locations_oid: Option<&'a str>,
}

/// The endpoints of a cloud that is not public, such as Azure Local in disconnected operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataPlaneOverrides {
    /// The principal of the connected cluster's managed identity.
    pub principal_id: String,
    /// The region of the connected cluster.
    pub location: String,
    /// Azure Resource Manager.
    pub resource_manager: String,
    /// Entra, or what takes its place.
    pub active_directory: String,
    /// `dataplaneEndpoints.arcConfigEndpoint` of the cloud's metadata.
    pub configuration: String,
    /// `dataplaneEndpoints.arcGlobalNotificationServiceEndpoint`.
    pub notification: String,
    /// `dataplaneEndpoints.arcHybridIdentityServiceEndpoint`.
    pub identity: String,
    /// `suffixes.relayEndpointSuffix`.
    pub relay_suffix: String,
    /// The registry of the agents' images: a host.
    pub image_repository: String,
}

impl AgentValues<'_> {
    /// The values as Helm wants them. Later ones win, as on the CLI's command line.
    ///
    /// # Errors
    ///
    /// [`Error::MissingSecret`] when a placeholder stands for something that we were not given; [`Error::BadSetting`]
    /// when the configuration service names a value that no chart has, or wants a secret where none belongs.
    pub fn compose(&self) -> Result<Value, Error> {
        let mut values = Values::default();
        values.set("global.kubernetesDistro", self.distribution);
        values.set("global.kubernetesInfra", self.infrastructure);
        if let Some(key) = self.onboarding_private_key {
            values.set_text("global.onboardingPrivateKey", key.expose_secret());
        }
        values.set("systemDefaultValues.spnOnboarding", "false");
        values.set("global.azureEnvironment", self.azure_environment);
        values.set(CLUSTER_CONNECT, "true");
        if let Some(overrides) = self.data_plane_overrides {
            overrides.add_to(&mut values);
        }
        self.add_settings(&mut values)?;
        if let Some(oid) = self.custom_locations_oid {
            values.set("systemDefaultValues.customLocations.enabled", "true");
            values.set("systemDefaultValues.customLocations.oid", oid);
        }
        if !self.cluster_connect_enabled {
            values.set(CLUSTER_CONNECT, "false");
        }
        Ok(Value::Object(values.0))
    }

    fn add_settings(&self, values: &mut Values) -> Result<(), Error> {
        for (key, text) in self.helm_settings {
            if key.split('.').nth(DEEPEST).is_some() {
                return Err(refused(key, format!("it has more than {DEEPEST} parts")));
            }
            let text = match text.strip_prefix(PLACEHOLDER) {
                Some(name) => self.protected(key, name)?,
                None => text,
            };
            if key == PROXY_CERTIFICATE {
                values.set_text(key, text);
            } else {
                values.set(key, text);
            }
        }
        Ok(())
    }

    /// What the placeholder with this `<feature>:<setting>` stands for.
    fn protected(&self, key: &str, name: &str) -> Result<&str, Error> {
        if !PROXY_KEYS.contains(&key) {
            let reason =
                "it asks for a protected setting, which only a value of the proxy may hold";
            return Err(refused(key, reason));
        }
        name.split_once(':')
            .and_then(|(feature, setting)| self.protected_settings.get(feature)?.get(setting))
            .map(ExposeSecret::expose_secret)
            .ok_or_else(|| Error::MissingSecret {
                key: key.to_owned(),
                placeholder: format!("{PLACEHOLDER}{name}"),
            })
    }
}

fn refused(key: &str, reason: impl Into<String>) -> Error {
    Error::BadSetting {
        key: key.chars().take(SHOWN).collect(),
        reason: reason.into(),
    }
}

impl DataPlaneOverrides {
    fn add_to(&self, values: &mut Values) {
        let proxy = format!("{}.k8sproxysvc.connectrp.azs", self.principal_id);
        let discovery = format!(
            "{}/discovery?location={}&api-version=1.0-preview",
            self.identity, self.location
        );
        values.set("global.kubeAadEndpoint", &proxy);
        for (key, text) in [
            ("azureResourceManagerEndpoint", &self.resource_manager),
            (
                "azureArcAgents.config_dp_endpoint_override",
                &self.configuration,
            ),
            (
                "clusterconnect-agent.notification_dp_endpoint_override",
                &self.notification,
            ),
            (
                "clusterconnect-agent.relay_endpoint_suffix_override",
                &self.relay_suffix,
            ),
            ("clusteridentityoperator.his_endpoint_override", &discovery),
            ("activeDirectoryEndpoint", &self.active_directory),
            ("image.repository", &self.image_repository),
        ] {
            values.set(&format!("systemDefaultValues.{key}"), text);
        }
    }
}

/// Values under construction.
#[derive(Default)]
struct Values(Map<String, Value>);

impl Values {
    /// What `--set key=text` does.
    fn set(&mut self, key: &str, text: &str) {
        self.insert(key, typed(text));
    }

    /// What `--set-string key=text` does.
    fn set_text(&mut self, key: &str, text: &str) {
        self.insert(key, text.into());
    }

    /// Nests the key's dotted parts. What stands in the way of an object gives way to it.
    fn insert(&mut self, key: &str, value: Value) {
        let (parents, last) = key.rsplit_once('.').unwrap_or(("", key));
        let mut object = &mut self.0;
        for part in parents.split('.').filter(|part| !part.is_empty()) {
            let child = object.entry(part).or_insert(Value::Null);
            if !child.is_object() {
                *child = Value::Object(Map::new());
            }
            object = child.as_object_mut().expect("made an object above");
        }
        object.insert(last.to_owned(), value);
    }
}

/// The type that Helm's `--set` gives to a text (`typedVal` in its package `strvals`): booleans and null in any case of
/// letters, and integers, except that a leading zero makes text of all but zero itself.
fn typed(text: &str) -> Value {
    match text.to_ascii_lowercase().as_str() {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "null" => Value::Null,
        "0" => Value::from(0),
        _ if text.starts_with('0') => text.into(),
        _ => text
            .parse::<i64>()
            .map_or_else(|_| text.into(), Value::from),
    }
}

#[cfg(test)]
mod tests;
