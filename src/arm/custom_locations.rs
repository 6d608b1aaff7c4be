//! Custom locations: `Microsoft.ExtendedLocation/customLocations` (specification of api-version 2021-08-15).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::client::Client;
use super::cloud::versions;
use super::error::Error;
use super::id::ResourceId;
use super::members::null_as_default;
use super::operation::{Operation, Resource};
use super::resource_type::ResourceType;
use super::secret::Secret;
use crate::call::Call;

/// Namespace and type of a custom location.
const CUSTOM_LOCATION: &str = "Microsoft.ExtendedLocation/customLocations";

/// A custom location: a namespace of a cluster as a place for Azure resources.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct CustomLocation {
    /// Read-only. The id in Azure's casing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The region. Cannot change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, String>>,
    /// Its managed identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<Value>,
    /// What is particular to custom locations.
    #[serde(deserialize_with = "null_as_default")]
    pub properties: CustomLocationProperties,
}

impl Resource for CustomLocation {}

/// What is particular to custom locations.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct CustomLocationProperties {
    /// `Kubernetes`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_type: Option<String>,
    /// Id of the connected cluster. Cannot change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_resource_id: Option<String>,
    /// The namespace. Cannot change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Ids of the extensions that serve it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster_extension_ids: Option<Vec<String>>,
    /// Name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// How Azure's service logs in to the cluster. Azure returns the member also when it was never set.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub authentication: Option<CustomLocationAuthentication>,
    /// Read-only in effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provisioning_state: Option<String>,
    /// Members that are not known here.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// How Azure's service logs in to the cluster.
#[derive(Clone, Debug, Serialize)]
pub struct CustomLocationAuthentication {
    /// `KubeConfig`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Base64 of a kubeconfig.
    pub value: Secret,
}

/// Reads and writes custom locations.
#[derive(Clone, Debug)]
pub struct CustomLocations {
    resource_type: ResourceType,
}

impl ResourceId {
    /// The id of a custom location, from parts that are what their names say.
    #[must_use]
    pub fn custom_location(subscription: &str, resource_group: &str, name: &str) -> Self {
        Self::in_group(subscription, resource_group, CUSTOM_LOCATION, name)
    }

    /// Whether this names a custom location.
    #[must_use]
    pub fn is_custom_location(&self) -> bool {
        self.is_of_type(CUSTOM_LOCATION)
    }
}

impl Client {
    /// Custom locations (`Microsoft.ExtendedLocation/customLocations`).
    #[must_use]
    pub fn custom_locations(&self) -> CustomLocations {
        CustomLocations::new(self.clone())
    }
}

impl CustomLocations {
    fn new(client: Client) -> Self {
        let version = versions::CUSTOM_LOCATIONS;
        Self {
            resource_type: ResourceType::new(client, version, "custom location", "forceDelete"),
        }
    }

    /// The custom location; `None` only when Azure itself says that it, or its resource group, does not exist.
    ///
    /// # Errors
    ///
    /// [`Error`] for everything else.
    pub async fn get(&self, call: &Call, id: &ResourceId) -> Result<Option<CustomLocation>, Error> {
        self.resource_type.get(call, id).await
    }

    /// Creates the custom location, which was seen not to be there, and returns as soon as Azure has accepted that. One
    /// that is there after a failure was made by it. Read-only members are not sent.
    ///
    /// # Errors
    ///
    /// [`Error`] when Azure does not accept the request.
    pub async fn create(
        &self,
        call: &Call,
        id: &ResourceId,
        location: &CustomLocation,
    ) -> Result<Operation<CustomLocation>, Error> {
        let body = location.clone().for_put();
        self.resource_type.create(call, id, &body).await
    }

    /// What is going on with the custom location now; `None` when Azure says that it does not exist.
    ///
    /// # Errors
    ///
    /// [`Error`] for everything else.
    pub async fn follow(
        &self,
        call: &Call,
        id: &ResourceId,
    ) -> Result<Option<Operation<CustomLocation>>, Error> {
        self.resource_type.follow(call, id).await
    }

    /// Creates or replaces the custom location and returns as soon as Azure has accepted that. Read-only members are not
    /// sent.
    ///
    /// # Errors
    ///
    /// [`Error`] when Azure does not accept the request.
    pub async fn put(
        &self,
        call: &Call,
        id: &ResourceId,
        location: &CustomLocation,
    ) -> Result<Operation<CustomLocation>, Error> {
        self.resource_type
            .put(call, id, &location.clone().for_put())
            .await
    }

    /// Deletes the custom location and returns as soon as Azure has accepted that. One that is gone already is fine.
    ///
    /// # Errors
    ///
    /// [`Error`] when Azure does not accept the request.
    pub async fn delete(&self, call: &Call, id: &ResourceId) -> Result<Operation<()>, Error> {
        self.resource_type.delete(call, id, false).await
    }
}

impl CustomLocation {
    fn for_put(self) -> Self {
        let mut properties = self.properties;
        // Sent back as Azure shows it, it would be an order to log in with nothing.
        properties.extra.remove("authentication");
        Self {
            id: None,
            properties: CustomLocationProperties {
                provisioning_state: None,
                ..properties
            },
            ..self
        }
    }
}
