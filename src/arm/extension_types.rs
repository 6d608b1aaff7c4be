//! Types of extensions on offer to a cluster: `Microsoft.KubernetesConfiguration/extensionTypes`.
//!
//! The interface is a preview that not every cloud has; what depends on its answers must be able to do without.

use serde::Deserialize;

use super::client::Client;
use super::cloud::versions;
use super::error::Error;
use super::id::ResourceId;
use super::members::null_as_default;
use super::resource_type::ResourceType;
use crate::call::Call;

/// Segments of the collection, after those of the cluster.
const COLLECTION: [&str; 3] = [
    "providers",
    "Microsoft.KubernetesConfiguration",
    "extensionTypes",
];

/// Reads extension types. There is nothing to write.
#[derive(Clone, Debug)]
pub struct ExtensionTypes {
    resource_type: ResourceType,
}

/// A type of extensions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ExtensionType {
    /// The type's name, such as `microsoft.flux`.
    pub name: String,
    /// What is known about it.
    #[serde(deserialize_with = "null_as_default")]
    pub properties: ExtensionTypeProperties,
}

/// What is known about a type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExtensionTypeProperties {
    /// Whether its extensions belong to the platform.
    pub is_system_extension: Option<bool>,
    /// Whether its extensions need a managed identity.
    pub is_managed_identity_required: Option<bool>,
    /// What it does.
    pub description: Option<String>,
    /// Who publishes it.
    pub publisher: Option<String>,
    /// The Marketplace plan that its extensions need.
    pub plan_info: Option<PlanInfo>,
    /// Kinds of clusters that it runs on, such as `connectedClusters`.
    pub supported_cluster_types: Option<Vec<String>>,
    /// Scopes that it can be installed in.
    pub supported_scopes: Option<SupportedScopes>,
}

/// A Marketplace plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PlanInfo {
    /// The publisher.
    pub publisher_id: Option<String>,
    /// The plan.
    pub plan_id: Option<String>,
    /// The offer.
    pub offer_id: Option<String>,
}

/// Scopes of a type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SupportedScopes {
    /// `cluster` or `namespace`.
    pub default_scope: Option<String>,
    /// How it behaves in cluster scope.
    pub cluster_scope_settings: Option<ClusterScopeSettings>,
}

/// Cluster scope of a type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ClusterScopeSettings {
    /// Its members.
    #[serde(deserialize_with = "null_as_default")]
    pub properties: ClusterScopeProperties,
}

/// Cluster scope of a type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ClusterScopeProperties {
    /// Whether a cluster can have several extensions of the type.
    pub allow_multiple_instances: Option<bool>,
    /// Namespace of the release when none is asked for.
    pub default_release_namespace: Option<String>,
}

#[derive(Deserialize)]
struct Version {
    #[serde(default)]
    properties: VersionProperties,
}

#[derive(Default, Deserialize)]
struct VersionProperties {
    #[serde(default)]
    version: Option<String>,
}

impl Client {
    /// Types of extensions on offer to a cluster.
    #[must_use]
    pub fn extension_types(&self) -> ExtensionTypes {
        ExtensionTypes::new(self.clone())
    }
}

impl ExtensionTypes {
    fn new(client: Client) -> Self {
        Self {
            resource_type: ResourceType::new(
                client,
                versions::EXTENSION_TYPES,
                "extension type",
                "",
            ),
        }
    }

    /// The types that a cluster can have.
    ///
    /// # Errors
    ///
    /// [`Error`].
    pub async fn list(
        &self,
        call: &Call,
        cluster: &ResourceId,
    ) -> Result<Vec<ExtensionType>, Error> {
        let segments = cluster.segments().chain(COLLECTION);
        let of = format!("cluster {}", cluster.name());
        self.resource_type.list(call, segments, &[], &of).await
    }

    /// The versions of a type that a cluster can have from a release train; Azure's choice of train without one.
    ///
    /// # Errors
    ///
    /// [`Error`], also when there is no such type.
    pub async fn versions(
        &self,
        call: &Call,
        cluster: &ResourceId,
        extension_type: &str,
        release_train: Option<&str>,
    ) -> Result<Vec<String>, Error> {
        let tail = COLLECTION.into_iter().chain([extension_type, "versions"]);
        let segments = cluster.segments().chain(tail);
        let query = release_train.map(|train| ("releaseTrain", train));
        let of = format!("{extension_type} for cluster {}", cluster.name());
        let found: Vec<Version> = self
            .resource_type
            .list(call, segments, query.as_slice(), &of)
            .await?;
        Ok(found
            .into_iter()
            .filter_map(|version| version.properties.version)
            .collect())
    }
}

impl ExtensionType {
    /// Whether a cluster can have one extension of the type at most, as far as the type says.
    #[must_use]
    pub fn single_instance(&self) -> bool {
        let scopes = self.properties.supported_scopes.as_ref();
        let settings = scopes.and_then(|scopes| scopes.cluster_scope_settings.as_ref());
        settings.is_some_and(|settings| settings.properties.allow_multiple_instances == Some(false))
    }
}
