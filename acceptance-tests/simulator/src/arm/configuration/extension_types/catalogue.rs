//! The extension types that this Azure offers.
//!
//! Names, namespaces and limits are those that the documentation of each extension gives. Versions are made up, but for
//! their form: each train has its own, newest first.

/// A type of extension.
pub(crate) struct ExtensionType {
    /// In lower case, as clients send it.
    pub(crate) name: &'static str,
    pub(super) description: &'static str,
    pub(super) publisher: &'static str,
    pub(crate) scope: Scope,
    /// Whether a cluster can have more than one.
    pub(crate) many: bool,
    /// The only name that an instance may have.
    pub(crate) fixed_name: Option<&'static str>,
    /// Whether an instance needs an identity.
    pub(crate) identity: bool,
    /// What an instance from the marketplace has to be bought with.
    pub(crate) plan: Option<Plan>,
    pub(super) trains: &'static [Train],
    /// Deployments of the Helm release.
    pub(crate) workloads: &'static [&'static str],
}

/// Where a type may be installed.
pub(crate) enum Scope {
    /// In a cluster, by default in this namespace and perhaps in no other.
    Cluster {
        namespace: Option<&'static str>,
        fixed: bool,
    },
    /// In one namespace for itself.
    Namespace,
}

/// A plan of the marketplace.
pub(crate) struct Plan {
    pub(crate) name: &'static str,
    pub(crate) product: &'static str,
    pub(crate) publisher: &'static str,
}

/// A release train with its versions, newest first.
pub(super) struct Train {
    pub(super) name: &'static str,
    pub(super) versions: &'static [&'static str],
}

const fn fixed(namespace: &'static str) -> Scope {
    Scope::Cluster {
        namespace: Some(namespace),
        fixed: true,
    }
}

const fn usually(namespace: &'static str) -> Scope {
    Scope::Cluster {
        namespace: Some(namespace),
        fixed: false,
    }
}

const ANYWHERE: Scope = Scope::Cluster {
    namespace: None,
    fixed: false,
};

const fn stable(versions: &'static [&'static str]) -> Train {
    Train {
        name: "stable",
        versions,
    }
}

const fn preview(versions: &'static [&'static str]) -> Train {
    Train {
        name: "preview",
        versions,
    }
}

const PLAIN: ExtensionType = ExtensionType {
    name: "",
    description: "",
    publisher: "Microsoft",
    scope: ANYWHERE,
    many: false,
    fixed_name: None,
    identity: false,
    plan: None,
    trains: &[stable(&["1.2.0", "1.1.5", "1.1.4", "1.0.0"])],
    workloads: &["controller"],
};

/// All types.
pub(super) const TYPES: &[ExtensionType] = &[
    ExtensionType {
        name: "microsoft.flux",
        description: "GitOps with Flux v2",
        scope: fixed("flux-system"),
        trains: &[
            stable(&["1.16.2", "1.16.1", "1.15.3", "1.7.0", "1.6.3"]),
            preview(&["1.17.0"]),
        ],
        workloads: &[
            "fluxconfig-agent",
            "fluxconfig-controller",
            "source-controller",
            "kustomize-controller",
            "helm-controller",
            "notification-controller",
        ],
        ..PLAIN
    },
    ExtensionType {
        name: "microsoft.azuremonitor.containers",
        description: "Container insights",
        scope: fixed("azuremonitor-containers"),
        fixed_name: Some("azuremonitor-containers"),
        identity: true,
        trains: &[stable(&["3.1.31", "3.1.30", "3.0.0"]), preview(&["3.2.0"])],
        workloads: &["ama-logs-rs"],
        ..PLAIN
    },
    ExtensionType {
        name: "microsoft.azuremonitor.containers.metrics",
        description: "Managed Prometheus",
        scope: usually("kube-system"),
        identity: true,
        workloads: &["ama-metrics", "ama-metrics-ksm"],
        ..PLAIN
    },
    ExtensionType {
        name: "microsoft.azuredefender.kubernetes",
        description: "Defender for Containers",
        scope: fixed("mdc"),
        fixed_name: Some("microsoft.azuredefender.kubernetes"),
        identity: true,
        workloads: &["microsoft-defender-collector-misc"],
        ..PLAIN
    },
    ExtensionType {
        name: "microsoft.policyinsights",
        description: "Azure Policy",
        scope: usually("kube-system"),
        identity: true,
        workloads: &["azure-policy", "azure-policy-webhook"],
        ..PLAIN
    },
    ExtensionType {
        name: "microsoft.azurekeyvaultsecretsprovider",
        description: "Key Vault secrets provider",
        scope: fixed("kube-system"),
        workloads: &["akvsecretsprovider"],
        ..PLAIN
    },
    ExtensionType {
        name: "microsoft.azureml.kubernetes",
        description: "Azure Machine Learning",
        scope: usually("azureml"),
        identity: true,
        workloads: &["gateway", "metrics-controller-manager", "relayserver"],
        ..PLAIN
    },
    ExtensionType {
        name: "microsoft.web.appservice",
        description: "App Service",
        workloads: &["app-controller"],
        ..PLAIN
    },
    ExtensionType {
        name: "microsoft.app.environment",
        description: "Container Apps",
        workloads: &["app-controller"],
        ..PLAIN
    },
    ExtensionType {
        name: "microsoft.arcdataservices",
        description: "Data services",
        many: true,
        workloads: &["bootstrapper"],
        ..PLAIN
    },
    ExtensionType {
        name: "microsoft.dapr",
        description: "Dapr",
        scope: usually("dapr-system"),
        workloads: &["dapr-operator", "dapr-sentry"],
        ..PLAIN
    },
    ExtensionType {
        name: "microsoft.apimanagement.gateway",
        description: "API Management gateway",
        scope: Scope::Namespace,
        many: true,
        workloads: &["gateway"],
        ..PLAIN
    },
    ExtensionType {
        name: "contoso.samples",
        description: "An offer of the marketplace",
        publisher: "Contoso",
        many: true,
        plan: Some(Plan {
            name: "free",
            product: "contoso-samples",
            publisher: "contoso",
        }),
        workloads: &["sample"],
        ..PLAIN
    },
];
