//! Shows a stored custom location through an api-version.

use serde_json::{Map, Value, json};

use super::CustomLocation;
use super::schema::{RESOURCE, Version};
use crate::arm::Context;
use crate::arm::change::system_data;
use crate::arm::schema::visible;

/// The custom location as this api-version shows it.
pub(super) fn show(cx: &Context<'_>, location: &CustomLocation, version: Version) -> Value {
    visible(RESOURCE, &location.whole(&cx.config.tenant_id), version)
}

/// The custom location in the general form of all resources.
pub(super) fn summary(location: &CustomLocation) -> Value {
    json!({
        "id": location.id,
        "name": location.name,
        "type": "Microsoft.ExtendedLocation/customLocations",
        "location": location.location,
        "tags": location.tags,
    })
}

impl CustomLocation {
    /// Everything that is known of the custom location, for a test to look at.
    pub(crate) fn dump(&self) -> Value {
        self.whole("")
    }

    fn whole(&self, tenant: &str) -> Value {
        let identity = match &self.principal_id {
            Some(principal) => {
                json!({"type": "SystemAssigned", "principalId": principal, "tenantId": tenant})
            }
            None => Value::Null,
        };
        let mut whole = summary(self);
        whole["identity"] = identity;
        whole["systemData"] = system_data(&self.created, &self.modified);
        whole["properties"] = self.properties().into();
        whole
    }

    fn properties(&self) -> Map<String, Value> {
        let mut properties = self.settings.clone();
        let state = self.progress.state.name();
        properties.insert("provisioningState".to_owned(), json!(state));
        let mut default = |name: &str, value: Value| {
            properties.entry(name).or_insert(value);
        };
        default("hostType", json!("Kubernetes"));
        default("displayName", json!(self.name));
        default("clusterExtensionIds", json!([]));
        // Azure shows this object even where none was written.
        default("authentication", json!({}));
        properties
    }
}
