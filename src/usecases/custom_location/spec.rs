//! What is wanted of a custom location, parsed.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};

use crate::arm::{
    CustomLocation, CustomLocationAuthentication, CustomLocationProperties, ResourceId, Secret,
};
use crate::cluster::Connection;

/// A custom location as it shall be.
#[derive(Clone, Debug)]
pub struct Spec {
    /// The ARM id that it has or will have.
    pub id: ResourceId,
    /// Azure region.
    pub location: String,
    /// The connected cluster.
    pub cluster: ResourceId,
    /// Namespace in the cluster; made when it is missing.
    pub namespace: String,
    /// Ids of the extensions that serve it.
    pub cluster_extension_ids: Vec<String>,
    /// Name for people.
    pub display_name: Option<String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// A kubeconfig for Azure's service, where it is not let in by the agents.
    pub kubeconfig: Option<SecretString>,
    /// How to reach the cluster; the session's default when absent.
    pub connection: Option<Connection>,
    /// Whether a custom location of this name that exists already is taken over.
    pub adopt_existing: bool,
}

impl Spec {
    /// What is wanted, laid over what is there.
    pub(super) fn over(&self, found: CustomLocation) -> CustomLocation {
        let kubeconfig = self.kubeconfig.as_ref();
        CustomLocation {
            location: Some(self.location.clone()),
            tags: Some(self.tags.clone()),
            properties: CustomLocationProperties {
                host_type: Some("Kubernetes".to_owned()),
                host_resource_id: Some(self.cluster.to_string()),
                namespace: Some(self.namespace.clone()),
                cluster_extension_ids: Some(self.cluster_extension_ids.clone()),
                display_name: self.display_name.clone(),
                authentication: kubeconfig.map(|kubeconfig| CustomLocationAuthentication {
                    kind: "KubeConfig".to_owned(),
                    value: Secret(encoded(kubeconfig)),
                }),
                ..found.properties
            },
            ..found
        }
    }
}

fn encoded(kubeconfig: &SecretString) -> SecretString {
    SecretString::from(STANDARD.encode(kubeconfig.expose_secret()))
}
