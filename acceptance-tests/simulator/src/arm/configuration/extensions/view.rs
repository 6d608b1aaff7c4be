//! Shows a stored extension through an api-version.

use serde_json::{Map, Value, json};

use super::schema::{RESOURCE, Version};
use super::{Extension, Scope, Status};
use crate::arm::Context;
use crate::arm::change::system_data;
use crate::arm::schema::visible;

/// The extension as this api-version shows it.
pub(super) fn show(cx: &Context<'_>, extension: &Extension, version: Version) -> Value {
    let whole = extension.whole(&cx.config.tenant_id);
    let mut shown = visible(RESOURCE, &whole, version);
    // Azure shows that there may be protected settings, and never which.
    shown["properties"]["configurationProtectedSettings"] = json!({});
    if cx.store.behaviour.shuffled_casing {
        let id = extension.id.replace(
            "/Microsoft.Kubernetes/connectedClusters/",
            "/microsoft.kubernetes/ConnectedClusters/",
        );
        shown["id"] = id.replace("/extensions/", "/Extensions/").into();
    }
    shown
}

impl Extension {
    /// Everything that is known of the extension, for a test to look at. Of the protected settings these are the names
    /// and the hashes (SHA-256, in hexadecimal) of the values.
    pub(crate) fn dump(&self) -> Value {
        let mut whole = self.whole("");
        whole["protectedSettings"] = json!(self.protected);
        whole
    }

    /// The extension in the newest of all versions.
    fn whole(&self, tenant: &str) -> Value {
        let identity = self.principal_id.as_ref().map(|principal| {
            json!({"type": "SystemAssigned", "principalId": principal, "tenantId": tenant})
        });
        json!({
            "id": self.id,
            "name": self.name,
            "type": "Microsoft.KubernetesConfiguration/extensions",
            "identity": identity,
            "plan": self.plan,
            "managedBy": self.managed_by,
            "systemData": system_data(&self.created, &self.modified),
            "properties": self.properties(),
        })
    }

    fn properties(&self) -> Map<String, Value> {
        let mut properties = self.settings.clone();
        let mut set = |name: &str, value: Value| properties.insert(name.to_owned(), value);
        set("extensionType", json!(self.kind));
        set("scope", self.scope.show());
        set("currentVersion", json!(self.current_version));
        set("isSystemExtension", json!(self.is_system));
        set("provisioningState", json!(self.progress.state.name()));
        set("extensionState", json!(self.progress.state.name()));
        set("statuses", self.statuses.iter().map(Status::show).collect());
        set("errorInfo", self.error_info());
        for name in [
            "aksAssignedIdentity",
            "customLocationSettings",
            "packageUri",
        ] {
            set(name, Value::Null);
        }
        let auto = self.auto_upgrade();
        let mut default = |name: &str, value: Value| {
            properties.entry(name).or_insert(value);
        };
        default("autoUpgradeMinorVersion", json!(true));
        default(
            "autoUpgradeMode",
            json!(if auto { "compatible" } else { "none" }),
        );
        default("releaseTrain", json!("Stable"));
        // Where the service chooses the version, it shows its choice.
        default("version", json!(self.current_version));
        default("configurationSettings", json!({}));
        properties
    }

    fn error_info(&self) -> Value {
        match &self.failure {
            Some(failure) => json!({"code": failure.code, "message": failure.message}),
            None => Value::Null,
        }
    }
}

impl Scope {
    fn show(&self) -> Value {
        match self {
            Self::Cluster { namespace } => {
                json!({"cluster": {"releaseNamespace": namespace}, "namespace": null})
            }
            Self::Namespace { namespace } => {
                json!({"cluster": null, "namespace": {"targetNamespace": namespace}})
            }
        }
    }
}

impl Status {
    fn show(&self) -> Value {
        json!({
            "code": self.code,
            "displayStatus": null,
            "level": self.level,
            "message": self.message,
            "time": self.time,
        })
    }
}
