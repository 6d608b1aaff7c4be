//! Every api-version that this program sends, with the reason for it.

/// Resource groups and resource providers: the version that Azure's other infrastructure tools send in every cloud.
pub(in crate::arm) const RESOURCES: &str = "2022-09-01";

/// Subscriptions: the newest stable version, which all clouds serve.
pub(in crate::arm) const SUBSCRIPTIONS: &str = "2022-12-01";

/// The cloud's description of itself; the version that the Azure CLI asks for.
pub(in crate::arm) const METADATA: &str = "2022-09-01";

/// Health check and Helm settings of the Arc data plane; the only version that the Azure CLI knows.
pub(in crate::arm) const DATA_PLANE: &str = "2024-07-01-preview";

/// The chart lookup of the Arc data plane, unchanged since the service began.
pub(in crate::arm) const HELM_PACKAGE: &str = "2019-11-01-preview";

/// Extensions: the version that the other infrastructure tools send in every cloud. The later 2025-03-01 adds a second
/// switch for upgrades beside the one that everybody uses.
pub(in crate::arm) const EXTENSIONS: &str = "2024-11-01";

/// Extension types: there is no stable version.
pub(in crate::arm) const EXTENSION_TYPES: &str = "2024-11-01-preview";

/// Flux configurations: the first stable version with OCI repositories.
pub(in crate::arm) const FLUX_CONFIGURATIONS: &str = "2025-04-01";

/// Custom locations: the only stable version.
pub(in crate::arm) const CUSTOM_LOCATIONS: &str = "2021-08-15";
/// The association of a cluster with an Arc gateway; the only version that the Azure CLI knows.
pub(in crate::arm) const GATEWAY_SETTINGS: &str = "2025-02-19-preview";

/// Versions that a user may change, for clouds that lag behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiVersions {
    /// Version of `Microsoft.Kubernetes/connectedClusters`.
    ///
    /// 2026-05-01 is the first stable version with workload identity, OIDC issuer, gateway and agent configurations.
    /// 2024-01-01 is the one before it.
    pub connected_clusters: String,
}

impl Default for ApiVersions {
    fn default() -> Self {
        Self {
            connected_clusters: "2026-05-01".to_owned(),
        }
    }
}
