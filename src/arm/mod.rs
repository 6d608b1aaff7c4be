//! Azure Resource Manager, and of Azure's other services what taking a cluster to Arc needs.
//!
//! [`Settings`] become a [`Config`], a [`Config`] becomes a [`Client`], and each file about a resource type adds one small
//! service to the client. All of them share one pool of connections and one cache of tokens. Everything here waits through
//! [`crate::call`], so that a stop or a deadline ends it; everything that fails is an [`Error`] that can explain itself.
//!
//! What the services have in common is in `cloud` (addresses, settings, api-versions), `login` (tokens), `transport`
//! (requests and answers), `resource_type` (read, write, delete) and `operation` (waiting for what Azure accepted).
//!
//! The module knows what Azure's interfaces say and how they misbehave. What to do with the objects is decided elsewhere.

pub mod cloud;

mod client;
mod connected_clusters;
mod custom_locations;
mod data_plane;
mod error;
mod extension_types;
mod extensions;
mod flux_configurations;
mod gateway;
mod id;
mod login;
mod members;
mod operation;
mod remedy;
mod resource_groups;
mod resource_providers;
mod resource_type;
mod secret;
mod subscriptions;
#[cfg(test)]
pub(crate) mod testing;
mod transport;

pub use self::client::Client;
pub use self::cloud::{
    ApiVersions, Cloud, Config, ConfigError, CredentialSource, MetadataError, Settings,
    canonical_location, environment,
};
pub use self::connected_clusters::{
    AgentProfile, AgentryConfiguration, ClusterRelay, ConnectedCluster, ConnectedClusterProperties,
    ConnectedClusters, Gateway, ListScope, OidcIssuerProfile, SecurityProfile, WorkloadIdentity,
    refuses_another_key,
};
pub use self::custom_locations::{
    CustomLocation, CustomLocationAuthentication, CustomLocationProperties, CustomLocations,
};
pub use self::data_plane::{DataPlane, HelmSettings};
pub use self::error::Error;
pub use self::extension_types::{
    ClusterScopeProperties, ClusterScopeSettings, ExtensionType, ExtensionTypeProperties,
    ExtensionTypes, PlanInfo, SupportedScopes,
};
pub use self::extensions::{
    ClusterScope, ErrorDetail, Extension, ExtensionPatch, ExtensionPlan, ExtensionProperties,
    ExtensionScope, ExtensionStatus, Extensions, NamespaceScope,
};
pub use self::flux_configurations::{
    AzureBlob, BlobIdentity, Bucket, FluxConfiguration, FluxConfigurations, FluxProperties,
    FluxStatus, GitReference, GitRepository, Kustomization, OciReference, OciRepository, PostBuild,
    ServicePrincipal, StatusCondition, SubstituteFrom,
};
pub use self::gateway::GatewaySettings;
pub use self::id::{IdError, ResourceId};
pub use self::login::{LoginError, Rejection};
pub use self::members::ManagedIdentity;
pub use self::operation::{Operation, Resource};
pub use self::resource_groups::{ResourceGroup, ResourceGroups};
pub use self::resource_providers::{ResourceProvider, ResourceProviders};
pub use self::secret::{ProtectedSettings, Secret};
pub use self::subscriptions::{Subscription, Subscriptions};
pub use self::transport::{ServiceFault, TransportFault};
