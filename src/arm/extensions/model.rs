//! What Azure stores about a cluster extension (specification of api-version 2024-11-01).
//!
//! As with connected clusters, members that are not known here are kept in `extra`, so that reading, changing and writing
//! back loses nothing. Protected settings are the exception: Azure never returns their values, so they are only written.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::arm::members::{ManagedIdentity, null_as_default};
use crate::arm::operation::Resource;
use crate::arm::secret::ProtectedSettings;

/// A cluster extension.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Extension {
    /// Read-only. The id in Azure's casing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Read-only. `Microsoft.KubernetesConfiguration/extensions`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub resource_type: Option<String>,
    /// The managed identity of the extension.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<ManagedIdentity>,
    /// The Marketplace plan of a paid extension.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<ExtensionPlan>,
    /// Read-only. Who made and changed it, and when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_data: Option<Value>,
    /// What is particular to extensions.
    #[serde(deserialize_with = "null_as_default")]
    pub properties: ExtensionProperties,
    /// Members that are not known here.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Resource for Extension {}

/// A Marketplace plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExtensionPlan {
    /// Name of the plan.
    pub name: String,
    /// Publisher of the offer.
    pub publisher: String,
    /// The offer.
    pub product: String,
    /// Promotion code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promotion_code: Option<String>,
    /// Version of the plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// What is particular to extensions.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExtensionProperties {
    /// The type, such as `microsoft.flux`. Cannot change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extension_type: Option<String>,
    /// Whether minor versions are installed as they appear; a pinned `version` needs `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_upgrade_minor_version: Option<bool>,
    /// The release train that upgrades come from, such as `Stable`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release_train: Option<String>,
    /// The pinned version. With automatic upgrades Azure may fill it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Where it is installed. Cannot change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<ExtensionScope>,
    /// Settings.
    #[serde(deserialize_with = "settings", skip_serializing_if = "Option::is_none")]
    pub configuration_settings: Option<BTreeMap<String, String>>,
    /// Settings that Azure never returns.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub configuration_protected_settings: Option<ProtectedSettings>,
    /// Read-only. The version that is installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_version: Option<String>,
    /// Read-only. `Creating`, `Updating`, `Deleting`, `Succeeded`, `Failed` or `Canceled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provisioning_state: Option<String>,
    /// What the agents report about the installation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statuses: Option<Vec<ExtensionStatus>>,
    /// Read-only. Why the last installation failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_info: Option<ErrorDetail>,
    /// Read-only. Whether the platform owns it; then nobody else may touch it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_system_extension: Option<bool>,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package_uri: Option<Value>,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_location_settings: Option<Value>,
    /// Members that are not known here.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Where an extension is installed: one of the two.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct ExtensionScope {
    /// In the whole cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<ClusterScope>,
    /// In one namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<NamespaceScope>,
}

/// Cluster scope.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ClusterScope {
    /// Namespace of the Helm release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release_namespace: Option<String>,
}

/// Namespace scope.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct NamespaceScope {
    /// The namespace; made when it is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_namespace: Option<String>,
}

/// One report of the agents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExtensionStatus {
    /// Word for what happened, such as `InstallationFailed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The same for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_status: Option<String>,
    /// `Error`, `Warning` or `Information`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// What happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
}

/// Why something failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct ErrorDetail {
    /// The service's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The service's explanation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Members that are not known here.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A change of an extension; what is `None` stays as it is.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ExtensionPatch {
    /// What changes.
    pub properties: ExtensionProperties,
}

impl Extension {
    /// [`ExtensionProperties::is_system_extension`].
    #[must_use]
    pub fn is_system(&self) -> bool {
        self.properties.is_system_extension == Some(true)
    }

    /// Whether it has a managed identity.
    #[must_use]
    pub fn has_identity(&self) -> bool {
        let kind = self.identity.as_ref().and_then(|own| own.r#type.as_deref());
        kind.is_some_and(|kind| !kind.eq_ignore_ascii_case("None"))
    }

    /// The namespace of its release, in either scope.
    #[must_use]
    pub fn namespace(&self) -> Option<&str> {
        let scope = self.properties.scope.as_ref()?;
        let cluster = scope.cluster.as_ref();
        let namespace = scope.namespace.as_ref();
        let release = cluster.and_then(|scope| scope.release_namespace.as_deref());
        release.or_else(|| namespace.and_then(|scope| scope.target_namespace.as_deref()))
    }

    /// The same without what only Azure may write. A PUT replaces, so everything else stays in.
    #[must_use]
    pub fn for_put(self) -> Self {
        let identity = self.identity.map(ManagedIdentity::for_put);
        Self {
            id: None,
            name: None,
            resource_type: None,
            system_data: None,
            identity,
            properties: self.properties.for_put(),
            ..self
        }
    }
}

impl ExtensionProperties {
    fn for_put(mut self) -> Self {
        // As Azure returns them, without values, they would overwrite the real ones.
        self.extra.remove("configurationProtectedSettings");
        Self {
            current_version: None,
            provisioning_state: None,
            statuses: None,
            error_info: None,
            is_system_extension: None,
            package_uri: None,
            custom_location_settings: None,
            ..self
        }
    }
}

/// Settings whose value is null are no settings.
fn settings<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<BTreeMap<String, String>>, D::Error> {
    let found: Option<BTreeMap<String, Option<String>>> = Option::deserialize(deserializer)?;
    Ok(found.map(|found| {
        let set = found.into_iter();
        set.filter_map(|(name, value)| Some((name, value?)))
            .collect()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::SecretString;
    use serde_json::json;

    fn stored() -> Value {
        json!({
            "id": "/subscriptions/s/…/extensions/flux", "name": "flux", "type": "Microsoft.KubernetesConfiguration/extensions",
            "identity": {"type": "SystemAssigned", "principalId": "p", "tenantId": "t"}, "systemData": {}, "plan": null,
            "properties": {
                "extensionType": "microsoft.flux", "autoUpgradeMinorVersion": false, "releaseTrain": "Stable",
                "version": "1.6.3", "scope": {"cluster": {"releaseNamespace": "flux-system"}},
                "configurationSettings": {"a": "b", "unset": null},
                "configurationProtectedSettings": {"secret": ""}, "aksAssignedIdentity": null, "future": 1,
                "currentVersion": "1.6.3", "provisioningState": "Succeeded", "statuses": [], "errorInfo": null,
                "isSystemExtension": false, "packageUri": null, "customLocationSettings": null,
            },
        })
    }

    #[test]
    fn a_put_carries_what_may_be_written_and_the_secrets_of_the_caller() {
        let mut extension: Extension = serde_json::from_value(stored()).expect("readable");
        let secret = ("secret".to_owned(), SecretString::from("canary"));
        let secrets = ProtectedSettings([secret].into());
        extension.properties.configuration_protected_settings = Some(secrets);
        assert!(!format!("{extension:?}").contains("canary"));
        let expected = json!({
            "identity": {"type": "SystemAssigned"},
            "properties": {
                "extensionType": "microsoft.flux", "autoUpgradeMinorVersion": false, "releaseTrain": "Stable",
                "version": "1.6.3", "scope": {"cluster": {"releaseNamespace": "flux-system"}},
                "configurationSettings": {"a": "b"}, "configurationProtectedSettings": {"secret": "canary"},
                "aksAssignedIdentity": null, "future": 1,
            },
        });
        assert_eq!(
            serde_json::to_value(extension.for_put()).expect("writable"),
            expected
        );
    }

    #[test]
    fn the_namespace_is_found_in_either_scope() {
        let scoped = |scope: Value| -> Extension {
            serde_json::from_value(json!({"properties": {"scope": scope}})).expect("readable")
        };
        let cluster = scoped(json!({"cluster": {"releaseNamespace": "a"}, "namespace": null}));
        assert_eq!(cluster.namespace(), Some("a"));
        let namespace = scoped(json!({"cluster": null, "namespace": {"targetNamespace": "b"}}));
        assert_eq!(namespace.namespace(), Some("b"));
        assert_eq!(scoped(Value::Null).namespace(), None);
    }
}
