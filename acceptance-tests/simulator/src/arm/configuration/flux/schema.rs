//! The properties of a Flux configuration and the api-version in which each first appeared.
//!
//! Source: the REST specifications of Microsoft.KubernetesConfiguration from 2022-03-01 to 2025-04-01.

use Version::{V2022_03_01, V2023_05_01, V2024_11_01, V2025_04_01};

use crate::arm::schema::Access::{Echo, Read, Secret, Write};
use crate::arm::schema::Shape::{
    Any, Choice, Flag, List, Named, Number, Object, Text, TextList, TextMap,
};
use crate::arm::schema::{self, field};

/// Served versions, newest first.
pub(in crate::arm) const API_VERSIONS: &[&str] = &[
    "2025-04-01",
    "2024-11-01",
    "2023-05-01",
    "2022-11-01",
    "2022-07-01",
    "2022-03-01",
];

/// The same in the order of their release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Version {
    V2022_03_01,
    V2022_07_01,
    V2022_11_01,
    V2023_05_01,
    V2024_11_01,
    V2025_04_01,
}

/// One property of a Flux configuration.
pub(super) type Field = schema::Field<Version>;

/// The whole resource.
pub(super) const RESOURCE: &[Field] = &[
    field("id", V2022_03_01, Echo, Text),
    field("name", V2022_03_01, Echo, Text),
    field("type", V2022_03_01, Echo, Text),
    field("systemData", V2022_03_01, Read, Any),
    field("properties", V2022_03_01, Write, Object(PROPERTIES)),
];

/// Its properties.
pub(super) const PROPERTIES: &[Field] = &[
    field(
        "scope",
        V2022_03_01,
        Write,
        Choice(&["cluster", "namespace"]),
    ),
    field("namespace", V2022_03_01, Write, Text),
    field(
        "sourceKind",
        V2022_03_01,
        Write,
        Choice(&["GitRepository", "Bucket", "AzureBlob", "OCIRepository"]),
    ),
    field("suspend", V2022_03_01, Write, Flag),
    field("gitRepository", V2022_03_01, Write, Object(GIT)),
    field("bucket", V2022_03_01, Write, Object(BUCKET)),
    field("azureBlob", V2022_03_01, Write, Object(BLOB)),
    field("ociRepository", V2025_04_01, Write, Object(OCI)),
    field("kustomizations", V2022_03_01, Write, Named(KUSTOMIZATION)),
    field(
        "configurationProtectedSettings",
        V2022_03_01,
        Secret,
        TextMap,
    ),
    field("waitForReconciliation", V2023_05_01, Write, Flag),
    field("reconciliationWaitDuration", V2023_05_01, Write, Text),
    field("statuses", V2022_03_01, Echo, Any),
    field("repositoryPublicKey", V2022_03_01, Read, Text),
    field("sourceSyncedCommitId", V2022_03_01, Read, Text),
    field("sourceUpdatedAt", V2022_03_01, Read, Text),
    field("statusUpdatedAt", V2022_03_01, Read, Text),
    field("complianceState", V2022_03_01, Read, Text),
    field("provisioningState", V2022_03_01, Read, Text),
    field("errorMessage", V2022_03_01, Read, Text),
];

const GIT: &[Field] = &[
    field("url", V2022_03_01, Write, Text),
    field("timeoutInSeconds", V2022_03_01, Write, Number),
    field("syncIntervalInSeconds", V2022_03_01, Write, Number),
    field("repositoryRef", V2022_03_01, Write, Object(GIT_REF)),
    field("sshKnownHosts", V2022_03_01, Write, Text),
    field("httpsUser", V2022_03_01, Write, Text),
    field("httpsCACert", V2022_03_01, Write, Text),
    field("localAuthRef", V2022_03_01, Write, Text),
    field(
        "provider",
        V2024_11_01,
        Write,
        Choice(&["Azure", "GitHub", "Generic"]),
    ),
];

const GIT_REF: &[Field] = &[
    field("branch", V2022_03_01, Write, Text),
    field("tag", V2022_03_01, Write, Text),
    field("semver", V2022_03_01, Write, Text),
    field("commit", V2022_03_01, Write, Text),
];

const BUCKET: &[Field] = &[
    field("url", V2022_03_01, Write, Text),
    field("bucketName", V2022_03_01, Write, Text),
    field("insecure", V2022_03_01, Write, Flag),
    field("timeoutInSeconds", V2022_03_01, Write, Number),
    field("syncIntervalInSeconds", V2022_03_01, Write, Number),
    field("accessKey", V2022_03_01, Secret, Text),
    field("localAuthRef", V2022_03_01, Write, Text),
];

const BLOB: &[Field] = &[
    field("url", V2022_03_01, Write, Text),
    field("containerName", V2022_03_01, Write, Text),
    field("timeoutInSeconds", V2022_03_01, Write, Number),
    field("syncIntervalInSeconds", V2022_03_01, Write, Number),
    field("servicePrincipal", V2022_03_01, Write, Object(PRINCIPAL)),
    field("accountKey", V2022_03_01, Secret, Text),
    field("sasToken", V2022_03_01, Secret, Text),
    field(
        "managedIdentity",
        V2022_03_01,
        Write,
        Object(MANAGED_IDENTITY),
    ),
    field("localAuthRef", V2022_03_01, Write, Text),
];

const MANAGED_IDENTITY: &[Field] = &[field("clientId", V2022_03_01, Write, Text)];

const PRINCIPAL: &[Field] = &[
    field("clientId", V2022_03_01, Write, Text),
    field("tenantId", V2022_03_01, Write, Text),
    field("clientSecret", V2022_03_01, Secret, Text),
    field("clientCertificate", V2022_03_01, Secret, Text),
    field("clientCertificatePassword", V2022_03_01, Secret, Text),
    field("clientCertificateSendChain", V2022_03_01, Write, Flag),
];

const OCI: &[Field] = &[
    field("url", V2025_04_01, Write, Text),
    field("timeoutInSeconds", V2025_04_01, Write, Number),
    field("syncIntervalInSeconds", V2025_04_01, Write, Number),
    field("repositoryRef", V2025_04_01, Write, Object(OCI_REF)),
    field("layerSelector", V2025_04_01, Write, Object(OCI_LAYER)),
    field("verify", V2025_04_01, Write, Object(OCI_VERIFY)),
    field("insecure", V2025_04_01, Write, Flag),
    field("useWorkloadIdentity", V2025_04_01, Write, Flag),
    field("serviceAccountName", V2025_04_01, Write, Text),
    field("tlsConfig", V2025_04_01, Write, Object(OCI_TLS)),
    field("localAuthRef", V2025_04_01, Write, Text),
];

const OCI_REF: &[Field] = &[
    field("tag", V2025_04_01, Write, Text),
    field("semver", V2025_04_01, Write, Text),
    field("digest", V2025_04_01, Write, Text),
];

const OCI_LAYER: &[Field] = &[
    field("mediaType", V2025_04_01, Write, Text),
    field(
        "operation",
        V2025_04_01,
        Write,
        Choice(&["extract", "copy"]),
    ),
];

const OCI_VERIFY: &[Field] = &[
    field("provider", V2025_04_01, Write, Text),
    field("verificationConfig", V2025_04_01, Secret, TextMap),
    field("matchOidcIdentity", V2025_04_01, Write, List(OIDC_IDENTITY)),
];

const OIDC_IDENTITY: &[Field] = &[
    field("issuer", V2025_04_01, Write, Text),
    field("subject", V2025_04_01, Write, Text),
];

const OCI_TLS: &[Field] = &[
    field("clientCertificate", V2025_04_01, Secret, Text),
    field("privateKey", V2025_04_01, Secret, Text),
    field("caCertificate", V2025_04_01, Secret, Text),
];

const KUSTOMIZATION: &[Field] = &[
    field("name", V2022_03_01, Echo, Text),
    field("path", V2022_03_01, Write, Text),
    field("dependsOn", V2022_03_01, Write, TextList),
    field("timeoutInSeconds", V2022_03_01, Write, Number),
    field("syncIntervalInSeconds", V2022_03_01, Write, Number),
    field("retryIntervalInSeconds", V2022_03_01, Write, Number),
    field("prune", V2022_03_01, Write, Flag),
    field("force", V2022_03_01, Write, Flag),
    field("wait", V2023_05_01, Write, Flag),
    field("postBuild", V2023_05_01, Write, Object(POST_BUILD)),
];

const POST_BUILD: &[Field] = &[
    field("substitute", V2023_05_01, Write, TextMap),
    field("substituteFrom", V2023_05_01, Write, List(SUBSTITUTES)),
];

const SUBSTITUTES: &[Field] = &[
    field("kind", V2023_05_01, Write, Text),
    field("name", V2023_05_01, Write, Text),
    field("optional", V2023_05_01, Write, Flag),
];

/// Properties that a PATCH may change.
pub(super) const PATCHABLE: &[&str] = &[
    "sourceKind",
    "suspend",
    "gitRepository",
    "bucket",
    "azureBlob",
    "ociRepository",
    "kustomizations",
    "configurationProtectedSettings",
];

impl Version {
    /// The version of a query parameter.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "2022-03-01" => Self::V2022_03_01,
            "2022-07-01" => Self::V2022_07_01,
            "2022-11-01" => Self::V2022_11_01,
            "2023-05-01" => Self::V2023_05_01,
            "2024-11-01" => Self::V2024_11_01,
            "2025-04-01" => Self::V2025_04_01,
            _ => return None,
        })
    }
}
