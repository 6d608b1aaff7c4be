//! Shows a stored Flux configuration through an api-version.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::FluxConfiguration;
use super::compliance::{Compliance, UNREACHABLE};
use super::schema::{RESOURCE, Version};
use crate::arm::Context;
use crate::arm::change::system_data;
use crate::arm::schema::visible;

/// Flux's own defaults for each kustomization.
const KUSTOMIZATION: [(&str, Value); 8] = [
    ("path", Value::Null),
    ("dependsOn", Value::Null),
    ("timeoutInSeconds", Value::Null),
    ("syncIntervalInSeconds", Value::Null),
    ("retryIntervalInSeconds", Value::Null),
    ("prune", Value::Bool(false)),
    ("force", Value::Bool(false)),
    ("wait", Value::Bool(true)),
];

/// Flux's own interval and patience, in seconds.
const SECONDS: u32 = 600;

/// The configuration as this api-version shows it.
pub(super) fn show(cx: &Context<'_>, configuration: &FluxConfiguration, version: Version) -> Value {
    let takes = SignedDuration::from_millis(cx.store.behaviour.compliance_ms.into());
    let whole = configuration.whole(cx.now, takes);
    let mut shown = visible(RESOURCE, &whole, version);
    // Azure shows that there may be protected settings, and never which.
    shown["properties"]["configurationProtectedSettings"] = json!({});
    shown
}

impl FluxConfiguration {
    /// Everything that is known of the configuration, for a test to look at. Of the protected settings these are the
    /// names and the hashes of the values.
    pub(crate) fn dump(&self) -> Value {
        let now = self.applied.unwrap_or_default();
        let mut whole = self.whole(now, SignedDuration::ZERO);
        whole["protectedSettings"] = json!(self.protected);
        whole
    }

    fn whole(&self, now: Timestamp, takes: SignedDuration) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "type": "Microsoft.KubernetesConfiguration/fluxConfigurations",
            "systemData": system_data(&self.created, &self.modified),
            "properties": self.properties(now, takes),
        })
    }

    fn properties(&self, now: Timestamp, takes: SignedDuration) -> Map<String, Value> {
        let compliance = self.compliance(now, takes);
        let mut properties = self.settings.clone();
        let mut default = |name: &str, value: Value| {
            properties.entry(name).or_insert(value);
        };
        default("scope", json!("cluster"));
        default("namespace", json!("default"));
        default("sourceKind", json!("GitRepository"));
        default("suspend", json!(false));
        for source in ["gitRepository", "bucket", "azureBlob", "ociRepository"] {
            default(source, Value::Null);
        }
        let synced = compliance == Compliance::Compliant;
        let failure = self
            .failure
            .as_ref()
            .map(|failure| failure.message.as_str());
        let unreachable = (compliance == Compliance::NonCompliant).then_some(UNREACHABLE);
        for (name, value) in [
            ("complianceState", json!(compliance.name())),
            ("statuses", self.statuses(compliance, now).into()),
            ("provisioningState", json!(self.progress.state.name())),
            (
                "sourceSyncedCommitId",
                json!(synced.then(|| self.revision())),
            ),
            ("sourceUpdatedAt", json!(self.applied)),
            ("statusUpdatedAt", json!(self.applied)),
            ("repositoryPublicKey", json!("")),
            ("errorMessage", json!(failure.or(unreachable).unwrap_or(""))),
            ("kustomizations", self.kustomizations()),
        ] {
            properties.insert(name.to_owned(), value);
        }
        complete_source(&mut properties);
        properties
    }

    fn kustomizations(&self) -> Value {
        let Some(Value::Object(all)) = self.settings.get("kustomizations") else {
            return json!({});
        };
        let complete = |(name, given): (&String, &Value)| {
            let mut shown = given.as_object().cloned().unwrap_or_default();
            shown.insert("name".to_owned(), json!(name));
            for (property, value) in &KUSTOMIZATION {
                let value = match *property {
                    "path" => json!(""),
                    "timeoutInSeconds" | "syncIntervalInSeconds" => json!(SECONDS),
                    _ => value.clone(),
                };
                shown.entry(*property).or_insert(value);
            }
            (name.clone(), Value::Object(shown))
        };
        Value::Object(all.iter().map(complete).collect())
    }
}

/// Fills in what every source has, with the explicit nulls that clients must expect.
fn complete_source(properties: &mut Map<String, Value>) {
    for name in ["gitRepository", "bucket", "azureBlob", "ociRepository"] {
        let Some(source) = properties.get_mut(name).and_then(Value::as_object_mut) else {
            continue;
        };
        for interval in ["timeoutInSeconds", "syncIntervalInSeconds"] {
            source.entry(interval).or_insert(json!(SECONDS));
        }
        source.entry("localAuthRef").or_insert(Value::Null);
        match name {
            "bucket" => {
                source.entry("insecure").or_insert(json!(true));
            }
            "gitRepository" => {
                for absent in ["sshKnownHosts", "httpsUser", "httpsCACert", "provider"] {
                    source.entry(absent).or_insert(Value::Null);
                }
                let reference = source.entry("repositoryRef").or_insert(json!({}));
                for absent in ["branch", "tag", "semver", "commit"] {
                    if let Some(reference) = reference.as_object_mut() {
                        reference.entry(absent).or_insert(Value::Null);
                    }
                }
            }
            _ => {}
        }
    }
}
