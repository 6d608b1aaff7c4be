//! What is known about common types of extensions before anybody is asked (the public documentation of each).

/// Fixed properties of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// The type, in lower case.
    extension_type: &'static str,
    /// The only scope that it can be installed in, `cluster` or `namespace`.
    pub only_scope: Option<&'static str>,
    /// The only namespace of its release.
    pub release_namespace: Option<&'static str>,
    /// The only name of an extension of this type.
    pub name: Option<&'static str>,
    /// Whether a cluster can have one at most.
    pub single_instance: bool,
}

const CLUSTER: Option<&str> = Some("cluster");

const KNOWN: [Known; 6] = [
    Known {
        extension_type: "microsoft.flux",
        only_scope: CLUSTER,
        release_namespace: Some("flux-system"),
        name: None,
        single_instance: true,
    },
    Known {
        extension_type: "microsoft.azuremonitor.containers",
        only_scope: CLUSTER,
        release_namespace: Some("azuremonitor-containers"),
        name: Some("azuremonitor-containers"),
        single_instance: true,
    },
    Known {
        extension_type: "microsoft.azuredefender.kubernetes",
        only_scope: CLUSTER,
        release_namespace: Some("mdc"),
        name: Some("microsoft.azuredefender.kubernetes"),
        single_instance: true,
    },
    Known {
        extension_type: "microsoft.azurekeyvaultsecretsprovider",
        only_scope: CLUSTER,
        release_namespace: Some("kube-system"),
        name: None,
        single_instance: true,
    },
    Known {
        extension_type: "microsoft.azureml.kubernetes",
        only_scope: CLUSTER,
        release_namespace: Some("azureml"),
        name: None,
        single_instance: true,
    },
    Known {
        extension_type: "microsoft.apimanagement.gateway",
        only_scope: Some("namespace"),
        release_namespace: None,
        name: None,
        single_instance: false,
    },
];

/// What is known about a type; nothing about most of them.
#[must_use]
pub fn known(extension_type: &str) -> Option<&'static Known> {
    KNOWN
        .iter()
        .find(|known| known.extension_type.eq_ignore_ascii_case(extension_type))
}
