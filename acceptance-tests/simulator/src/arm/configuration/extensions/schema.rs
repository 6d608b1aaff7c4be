//! The properties of an extension and the api-version in which each first appeared.
//!
//! Source: the REST specifications of Microsoft.KubernetesConfiguration from 2022-03-01 to 2025-03-01.

use Version::{V2022_03_01, V2022_11_01, V2025_03_01};

use crate::arm::schema::Access::{Echo, Read, Secret, Write};
use crate::arm::schema::Shape::{Any, Choice, Flag, Object, Text, TextMap};
use crate::arm::schema::{self, field};

/// Served versions, newest first.
pub(in crate::arm) const API_VERSIONS: &[&str] = &[
    "2025-03-01",
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
    V2025_03_01,
}

/// One property of an extension.
pub(super) type Field = schema::Field<Version>;

/// The whole resource.
pub(super) const RESOURCE: &[Field] = &[
    field("id", V2022_03_01, Echo, Text),
    field("name", V2022_03_01, Echo, Text),
    field("type", V2022_03_01, Echo, Text),
    field("systemData", V2022_03_01, Read, Any),
    field("identity", V2022_03_01, Write, Object(IDENTITY)),
    field("plan", V2022_11_01, Write, Object(PLAN)),
    field("managedBy", V2025_03_01, Write, Text),
    field("properties", V2022_03_01, Write, Object(PROPERTIES)),
];

const IDENTITY: &[Field] = &[
    field("type", V2022_03_01, Write, Choice(&["SystemAssigned"])),
    field("principalId", V2022_03_01, Read, Text),
    field("tenantId", V2022_03_01, Read, Text),
];

const PLAN: &[Field] = &[
    field("name", V2022_11_01, Write, Text),
    field("publisher", V2022_11_01, Write, Text),
    field("product", V2022_11_01, Write, Text),
    field("promotionCode", V2022_11_01, Write, Text),
    field("version", V2022_11_01, Write, Text),
];

/// Its properties.
pub(super) const PROPERTIES: &[Field] = &[
    field("extensionType", V2022_03_01, Write, Text),
    field("autoUpgradeMinorVersion", V2022_03_01, Write, Flag),
    field(
        "autoUpgradeMode",
        V2025_03_01,
        Write,
        Choice(&["none", "patch", "compatible"]),
    ),
    field("releaseTrain", V2022_03_01, Write, Text),
    field("version", V2022_03_01, Write, Text),
    field("scope", V2022_03_01, Write, Object(SCOPE)),
    field("configurationSettings", V2022_03_01, Write, TextMap),
    field(
        "configurationProtectedSettings",
        V2022_03_01,
        Secret,
        TextMap,
    ),
    field(
        "aksAssignedIdentity",
        V2022_03_01,
        Write,
        Object(AKS_IDENTITY),
    ),
    field("managementDetails", V2025_03_01, Echo, Any),
    field("additionalDetails", V2025_03_01, Echo, Any),
    field("currentVersion", V2022_11_01, Read, Text),
    field("isSystemExtension", V2022_11_01, Read, Flag),
    field("provisioningState", V2022_03_01, Read, Text),
    field("extensionState", V2025_03_01, Read, Text),
    field("statuses", V2022_03_01, Echo, Any),
    field("errorInfo", V2022_03_01, Read, Any),
    field("customLocationSettings", V2022_03_01, Read, Any),
    field("packageUri", V2022_03_01, Read, Text),
];

const SCOPE: &[Field] = &[
    field("cluster", V2022_03_01, Write, Object(CLUSTER_SCOPE)),
    field("namespace", V2022_03_01, Write, Object(NAMESPACE_SCOPE)),
];

const CLUSTER_SCOPE: &[Field] = &[field("releaseNamespace", V2022_03_01, Write, Text)];

const NAMESPACE_SCOPE: &[Field] = &[field("targetNamespace", V2022_03_01, Write, Text)];

const AKS_IDENTITY: &[Field] = &[
    field("type", V2022_03_01, Write, Text),
    field("principalId", V2022_03_01, Read, Text),
    field("tenantId", V2022_03_01, Read, Text),
    field("objectId", V2025_03_01, Write, Text),
    field("clientId", V2025_03_01, Write, Text),
    field("resourceId", V2025_03_01, Write, Text),
];

/// Properties that a PATCH may change.
pub(super) const PATCHABLE: &[&str] = &[
    "autoUpgradeMinorVersion",
    "autoUpgradeMode",
    "releaseTrain",
    "version",
    "configurationSettings",
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
            "2025-03-01" => Self::V2025_03_01,
            _ => return None,
        })
    }
}
