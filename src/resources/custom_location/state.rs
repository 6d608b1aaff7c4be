//! The attributes of `arc_custom_location` as typed data, and how both planes fill them.

#![expect(
    missing_docs,
    reason = "the schema describes each attribute under the same name"
)]

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::resources::connection::ConnectionState;
use crate::resources::shared::ids;
use crate::resources::shared::managed::{At, common_attributes};
use crate::resources::shared::timeouts::TimeoutsState;
use crate::sdk::diagnostics::Diagnostics;
use crate::usecases::custom_location::{Object, Spec};
use crate::usecases::{ResourceId, same_location};

/// All attributes; see the schema for what they mean.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct State {
    pub id: Option<ResourceId>,
    pub name: String,
    pub resource_group_name: String,
    pub location: String,
    pub connected_cluster_id: Option<ResourceId>,
    pub namespace: String,
    pub cluster_extension_ids: Option<Vec<String>>,
    pub display_name: Option<String>,
    pub tags: Option<BTreeMap<String, String>>,
    #[serde(skip_serializing)]
    pub kubeconfig_wo: Option<SecretString>,
    pub kubeconfig_wo_version: Option<i64>,
    pub kubernetes: Option<ConnectionState>,
    pub adopt_existing: Option<bool>,
    pub deletion_policy: Option<String>,
    pub provisioning_state: Option<String>,
    pub drift: Option<Vec<String>>,
    pub timeouts: Option<TimeoutsState>,
}

common_attributes!(State, ResourceId);

impl State {
    /// What the use cases are told. `config` holds the write-only values.
    ///
    /// # Errors
    ///
    /// Diagnostics when no connected cluster is named.
    pub(super) fn spec(&self, at: &At<'_, ResourceId>, config: &Self) -> Result<Spec, Diagnostics> {
        Ok(Spec {
            id: at.id.clone(),
            location: self.location.clone(),
            cluster: ids::required_cluster(self.connected_cluster_id.as_ref())?.clone(),
            namespace: self.namespace.clone(),
            cluster_extension_ids: self.cluster_extension_ids.clone().unwrap_or_default(),
            display_name: self.display_name.clone(),
            tags: self.tags.clone().unwrap_or_default(),
            kubeconfig: config.kubeconfig_wo.clone(),
            connection: at.connection.cloned(),
            adopt_existing: self.adopt_existing.unwrap_or(false),
        })
    }

    /// Takes over what ARM shows. Where Azure only spells a value differently, the user's spelling stays.
    #[must_use]
    pub(super) fn with_object(mut self, id: &ResourceId, object: &Object) -> Self {
        let properties = &object.properties;
        self.id = Some(id.clone());
        let location = object.location.as_deref();
        if let Some(found) = location.filter(|found| !same_location(&self.location, found)) {
            found.clone_into(&mut self.location);
        }
        let host = properties.host_resource_id.as_deref();
        let host = host.and_then(|host| ResourceId::parse(host).ok());
        if let Some(found) = host.filter(|found| self.connected_cluster_id.as_ref() != Some(found))
        {
            self.connected_cluster_id = Some(referenced(&found));
        }
        if let Some(namespace) = &properties.namespace {
            self.namespace.clone_from(namespace);
        }
        let found = properties.cluster_extension_ids.clone().unwrap_or_default();
        self.cluster_extension_ids = extensions(self.cluster_extension_ids, found);
        // Where none is given, Azure shows none, an empty one or the custom location's name.
        let is_given = |name: &String| !name.is_empty() && *name != self.name;
        self.display_name = properties
            .display_name
            .clone()
            .filter(|name| is_given(name) || self.display_name.is_some());
        let tags = object.tags.clone().unwrap_or_default();
        self.tags = (self.tags.is_some() || !tags.is_empty()).then_some(tags);
        self.provisioning_state
            .clone_from(&properties.provisioning_state);
        self
    }
}

/// An id of Azure's in the casing that references have.
fn referenced(id: &ResourceId) -> ResourceId {
    let (subscription, group) = (id.subscription_id(), id.resource_group());
    ResourceId::connected_cluster(subscription, group, id.name())
}

/// The same ids in another casing or order are no news; none and an empty set are the same to Azure.
fn extensions(written: Option<Vec<String>>, found: Vec<String>) -> Option<Vec<String>> {
    let same = |own: &Vec<String>| {
        let lower = |ids: &[String]| {
            let mut ids: Vec<_> = ids.iter().map(|id| id.to_ascii_lowercase()).collect();
            ids.sort();
            ids
        };
        lower(own) == lower(&found)
    };
    match written {
        Some(own) if same(&own) => Some(own),
        None if found.is_empty() => None,
        _ => Some(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn cluster() -> ResourceId {
        ResourceId::connected_cluster("00000000-0000-0000-0000-000000000001", "rg", "c1")
    }

    #[test]
    fn what_azure_only_spells_differently_is_no_difference() {
        let state = State {
            name: "edge".to_owned(),
            resource_group_name: "other".to_owned(),
            location: "Korea Central".to_owned(),
            connected_cluster_id: Some(cluster()),
            namespace: "edge".to_owned(),
            cluster_extension_ids: Some(vec!["/A".to_owned(), "/B".to_owned()]),
            ..State::default()
        };
        let id = ResourceId::custom_location(cluster().subscription_id(), "other", "edge");
        for display_name in ["", "edge"] {
            let object: Object = serde_json::from_value(json!({
                "location": "koreacentral", "tags": {}, "properties": {
                    "hostResourceId": cluster().to_string().to_lowercase(), "namespace": "edge",
                    "displayName": display_name,
                    "clusterExtensionIds": ["/b", "/a"], "authentication": {},
                },
            }))
            .expect("an object");
            let read = State {
                id: None,
                ..state.clone().with_object(&id, &object)
            };
            assert_eq!(
                serde_json::to_value(read).expect("JSON"),
                serde_json::to_value(&state).expect("JSON")
            );
        }
    }
}
