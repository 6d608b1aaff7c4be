//! The resources of the matrix, each with the configuration of its create and the one of its update.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use world::names::{CUSTOM_LOCATIONS_PRINCIPAL, LOCATION, RESOURCE_GROUP};

/// A resource type. All but the first live on a connected cluster.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// `arc_connected_cluster`.
    ConnectedCluster,
    /// `arc_extension`.
    Extension,
    /// `arc_flux_configuration`.
    FluxConfiguration,
    /// `arc_custom_location`.
    CustomLocation,
    /// `arc_service_account_token`.
    ServiceAccountToken,
}

/// Where resources are made.
#[derive(Clone, Debug)]
pub struct Place {
    /// The cluster's name, which is also that of its connected cluster.
    pub cluster: String,
    /// Id of the connected cluster.
    pub parent: String,
    /// The kubeconfig that leads to the cluster.
    pub kubeconfig: PathBuf,
}

impl Subject {
    /// All five.
    pub const ALL: [Self; 5] = [
        Self::ConnectedCluster,
        Self::Extension,
        Self::FluxConfiguration,
        Self::CustomLocation,
        Self::ServiceAccountToken,
    ];

    /// The name of its type.
    #[must_use]
    pub const fn type_name(self) -> &'static str {
        match self {
            Self::ConnectedCluster => "arc_connected_cluster",
            Self::Extension => "arc_extension",
            Self::FluxConfiguration => "arc_flux_configuration",
            Self::CustomLocation => "arc_custom_location",
            Self::ServiceAccountToken => "arc_service_account_token",
        }
    }

    /// Whether it lives on a connected cluster.
    #[must_use]
    pub const fn is_child(self) -> bool {
        !matches!(self, Self::ConnectedCluster)
    }

    /// What its destroy leaves in the cluster on purpose: a namespace that may hold the work of others.
    pub(super) const fn leaves(self) -> &'static [&'static str] {
        match self {
            Self::FluxConfiguration => &["Namespace /fleet", "ServiceAccount fleet/default"],
            Self::CustomLocation => &["Namespace /edge", "ServiceAccount edge/default"],
            _ => &[],
        }
    }

    /// The `timeouts` block: limits for a run that meets a fault, which are several times what it takes without one. A
    /// patient run has none but for its destroy, whose limit is that in the state and has to leave time for the Lease of a
    /// run before, which may have lost its release.
    fn timeouts(self, patient: bool) -> Value {
        let (create, update, delete) = match self {
            Self::ConnectedCluster => (35, 20, 60),
            Self::Extension => (15, 15, 45),
            _ => (12, 12, 35),
        };
        let limit = |seconds| (!patient).then(|| format!("{seconds}s"));
        json!({"create": limit(create), "update": limit(update), "delete": format!("{delete}s")})
    }

    /// Its attributes as they are created, or as they are changed to.
    fn attributes(self, place: &Place, changed: bool) -> Map<String, Value> {
        let own = match self {
            Self::ConnectedCluster => json!({
                "name": place.cluster,
                "resource_group_name": RESOURCE_GROUP,
                "location": LOCATION,
                "agent": {"auto_upgrade_enabled": !changed},
                "custom_locations": {"enabled": true, "object_id": CUSTOM_LOCATIONS_PRINCIPAL},
            }),
            Self::Extension => json!({
                "name": "dapr",
                "extension_type": "Microsoft.Dapr",
                "configuration_settings": {"global.logLevel": if changed { "debug" } else { "info" }},
            }),
            Self::FluxConfiguration => json!({
                "name": "fleet",
                "namespace": "fleet",
                "git_repository": {"url": "https://github.com/example/fleet", "reference": {"branch": "main"}},
                "kustomizations": {"apps": {"path": if changed { "./prod" } else { "./apps" }, "prune": true}},
            }),
            Self::CustomLocation => json!({
                "name": custom_location_name(place),
                "resource_group_name": RESOURCE_GROUP,
                "location": LOCATION,
                "namespace": "edge",
                "display_name": if changed { "The edge" } else { "Edge" },
            }),
            Self::ServiceAccountToken => json!({
                "namespace": "default",
                "name": "azure-user",
                "cluster_roles": [if changed { "edit" } else { "view" }],
            }),
        };
        let mut attributes = object(own);
        attributes.insert(
            "kubernetes".to_owned(),
            json!({"config_path": place.kubeconfig}),
        );
        if self.is_child() {
            attributes.insert("connected_cluster_id".to_owned(), json!(place.parent));
        }
        attributes
    }

    /// Attributes and `timeouts` as one value.
    #[must_use]
    pub fn configuration(self, place: &Place, changed: bool, patient: bool) -> Value {
        let mut attributes = self.attributes(place, changed);
        attributes.insert("timeouts".to_owned(), self.timeouts(patient));
        attributes.into()
    }
}

/// Address of the custom location in Azure.
#[must_use]
pub fn custom_location(place: &Place) -> String {
    let (group, _) = place.parent.split_once("/providers/").unwrap_or_default();
    let name = custom_location_name(place);
    format!(
        "{group}/providers/Microsoft.ExtendedLocation/customLocations/{name}?api-version=2021-08-15"
    )
}

/// The clusters share a resource group.
fn custom_location_name(place: &Place) -> String {
    format!("{}-edge", place.cluster)
}

/// The extension that Flux configurations need.
#[must_use]
pub fn flux_extension(place: &Place) -> Value {
    json!({
        "name": "flux",
        "extension_type": "microsoft.flux",
        "connected_cluster_id": place.parent,
        "kubernetes": {"config_path": place.kubeconfig},
    })
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
