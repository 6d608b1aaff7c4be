//! What is wanted of an extension, parsed.

use std::collections::BTreeMap;

use secrecy::SecretString;

use crate::arm::{
    ClusterScope, Extension, ExtensionPlan, ExtensionProperties, ExtensionScope, ManagedIdentity,
    NamespaceScope, ProtectedSettings, ResourceId,
};
use crate::cluster::Connection;

pub use crate::arm::ExtensionPlan as Plan;

/// An extension as it shall be.
#[derive(Clone, Debug)]
pub struct Spec {
    /// The connected cluster. Its own subscription counts.
    pub cluster: ResourceId,
    /// Name of the extension and of its Helm release.
    pub name: String,
    /// The type, such as `microsoft.flux`.
    pub extension_type: String,
    /// The version to stay at; needs `auto_upgrade_minor_version` to be off.
    pub version: Option<String>,
    /// Whether minor versions are installed as they appear.
    pub auto_upgrade_minor_version: bool,
    /// Where upgrades come from; `Stable` for a new extension when absent.
    pub release_train: Option<String>,
    /// Where it is installed.
    pub scope: Scope,
    /// All settings; those that are there stay when absent.
    pub settings: Option<BTreeMap<String, String>>,
    /// All secret settings. Azure drops those that are not sent again with a change.
    pub protected_settings: BTreeMap<String, SecretString>,
    /// Whether it gets a managed identity; a new extension does when absent.
    pub identity: Option<bool>,
    /// The Marketplace plan.
    pub plan: Option<ExtensionPlan>,
    /// How to reach the cluster; the session's default when absent.
    pub connection: Option<Connection>,
    /// Whether to wait until the workloads are available.
    pub wait_for_workloads: bool,
    /// Whether an extension of this name that exists already is taken over.
    pub adopt_existing: bool,
}

/// Where an extension is installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Where its type says.
    Default,
    /// In the whole cluster, its release in this namespace.
    Cluster(String),
    /// In this namespace.
    Namespace(String),
}

impl Spec {
    /// The ARM id of the extension.
    #[must_use]
    pub fn id(&self) -> ResourceId {
        self.cluster.cluster_extension(&self.name)
    }

    /// The object to create. Azure's defaults are written out: they differ between its versions.
    pub(super) fn object(&self) -> Extension {
        let train = self.release_train.as_deref().unwrap_or("Stable");
        Extension {
            identity: (self.identity != Some(false)).then(ManagedIdentity::system_assigned),
            plan: self.plan.clone(),
            properties: ExtensionProperties {
                extension_type: Some(self.extension_type.clone()),
                scope: self.scope.object(),
                release_train: Some(train.to_owned()),
                ..self.changeable()
            },
            ..Extension::default()
        }
    }

    /// Everything that may differ between two versions of the same extension, whole.
    pub(super) fn changeable(&self) -> ExtensionProperties {
        let secrets = self.protected_settings.clone();
        ExtensionProperties {
            auto_upgrade_minor_version: Some(self.auto_upgrade_minor_version),
            version: self.version.clone(),
            release_train: self.release_train.clone(),
            configuration_settings: self.settings.clone(),
            configuration_protected_settings: (!secrets.is_empty())
                .then_some(ProtectedSettings(secrets)),
            ..ExtensionProperties::default()
        }
    }
}

impl Scope {
    fn object(&self) -> Option<ExtensionScope> {
        match self {
            Self::Default => None,
            Self::Cluster(namespace) => Some(ExtensionScope {
                cluster: Some(ClusterScope {
                    release_namespace: Some(namespace.clone()),
                }),
                namespace: None,
            }),
            Self::Namespace(namespace) => Some(ExtensionScope {
                cluster: None,
                namespace: Some(NamespaceScope {
                    target_namespace: Some(namespace.clone()),
                }),
            }),
        }
    }

    /// The namespace, if one is named.
    #[must_use]
    pub fn namespace(&self) -> Option<&str> {
        match self {
            Self::Default => None,
            Self::Cluster(namespace) | Self::Namespace(namespace) => Some(namespace),
        }
    }

    /// Whether an existing extension is installed there.
    pub(super) fn admits(&self, found: &Extension) -> bool {
        let in_namespace = found
            .properties
            .scope
            .as_ref()
            .is_some_and(|scope| scope.namespace.is_some());
        match self {
            Self::Default => true,
            Self::Cluster(namespace) => {
                !in_namespace && found.namespace() == Some(namespace.as_str())
            }
            Self::Namespace(namespace) => {
                in_namespace && found.namespace() == Some(namespace.as_str())
            }
        }
    }
}
