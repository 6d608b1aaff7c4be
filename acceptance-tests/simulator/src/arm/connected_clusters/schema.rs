//! The properties of a connected cluster and the api-version in which each first appeared.
//!
//! Source: the REST specifications of Microsoft.Kubernetes from 2021-03-01 to 2026-05-01.

use Version::{V2021_03_01, V2024_01_01, V2025_08_01_PREVIEW};

use crate::arm::schema::Access::{Echo, Read, Secret, Write};
use crate::arm::schema::Shape::{Any, Choice, Flag, List, Number, Object, Text, TextList, TextMap};
use crate::arm::schema::{self, field};

/// Served versions, newest first.
pub(in crate::arm) const API_VERSIONS: &[&str] = &[
    "2026-05-01",
    "2025-12-01-preview",
    "2025-08-01-preview",
    "2024-01-01",
    "2021-10-01",
    "2021-03-01",
];

/// The same in the order of their release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(non_camel_case_types, reason = "an api-version is a date")]
pub(super) enum Version {
    V2021_03_01,
    V2021_10_01,
    V2024_01_01,
    V2025_08_01_PREVIEW,
    V2025_12_01_PREVIEW,
    V2026_05_01,
}

/// One property of a connected cluster.
pub(super) type Field = schema::Field<Version>;

/// The whole resource.
pub(super) const RESOURCE: &[Field] = &[
    field("id", V2021_03_01, Echo, Text),
    field("name", V2021_03_01, Echo, Text),
    field("type", V2021_03_01, Echo, Text),
    field("systemData", V2021_03_01, Read, Any),
    field("location", V2021_03_01, Write, Text),
    field("tags", V2021_03_01, Write, TextMap),
    field("kind", V2024_01_01, Write, Choice(&["ProvisionedCluster"])),
    field("identity", V2021_03_01, Write, Object(IDENTITY)),
    field("properties", V2021_03_01, Write, Object(PROPERTIES)),
];

const IDENTITY: &[Field] = &[
    field(
        "type",
        V2021_03_01,
        Write,
        Choice(&["None", "SystemAssigned"]),
    ),
    field("principalId", V2021_03_01, Read, Text),
    field("tenantId", V2021_03_01, Read, Text),
];

/// Its properties.
pub(super) const PROPERTIES: &[Field] = &[
    field("agentPublicKeyCertificate", V2021_03_01, Write, Text),
    field("distribution", V2021_03_01, Write, Text),
    field("infrastructure", V2021_03_01, Write, Text),
    field("distributionVersion", V2024_01_01, Write, Text),
    field(
        "azureHybridBenefit",
        V2024_01_01,
        Write,
        Choice(&["True", "False", "NotApplicable"]),
    ),
    field(
        "privateLinkState",
        V2024_01_01,
        Write,
        Choice(&["Enabled", "Disabled"]),
    ),
    field("privateLinkScopeResourceId", V2024_01_01, Write, Text),
    field("aadProfile", V2024_01_01, Write, Object(AAD_PROFILE)),
    field("arcAgentProfile", V2024_01_01, Write, Object(AGENT_PROFILE)),
    field(
        "securityProfile",
        V2025_08_01_PREVIEW,
        Write,
        Object(SECURITY_PROFILE),
    ),
    field(
        "oidcIssuerProfile",
        V2025_08_01_PREVIEW,
        Write,
        Object(OIDC_PROFILE),
    ),
    field("gateway", V2025_08_01_PREVIEW, Write, Object(ENABLED)),
    field(
        "arcAgentryConfigurations",
        V2025_08_01_PREVIEW,
        Write,
        List(AGENTRY),
    ),
    field("provisioningState", V2021_03_01, Read, Text),
    field("connectivityStatus", V2021_03_01, Read, Text),
    field("kubernetesVersion", V2021_03_01, Read, Text),
    field("agentVersion", V2021_03_01, Read, Text),
    field("offering", V2021_03_01, Read, Text),
    field("totalNodeCount", V2021_03_01, Read, Number),
    field("totalCoreCount", V2021_03_01, Read, Number),
    field("lastConnectivityTime", V2021_03_01, Read, Text),
    field(
        "managedIdentityCertificateExpirationTime",
        V2021_03_01,
        Read,
        Text,
    ),
    field("miscellaneousProperties", V2024_01_01, Read, TextMap),
];

const AAD_PROFILE: &[Field] = &[
    field("enableAzureRBAC", V2024_01_01, Write, Flag),
    field("adminGroupObjectIDs", V2024_01_01, Write, TextList),
    field("tenantID", V2024_01_01, Write, Text),
];

const AGENT_PROFILE: &[Field] = &[
    field("desiredAgentVersion", V2024_01_01, Write, Text),
    field(
        "agentAutoUpgrade",
        V2024_01_01,
        Write,
        Choice(&["Enabled", "Disabled"]),
    ),
    field(
        "systemComponents",
        V2025_08_01_PREVIEW,
        Write,
        List(SYSTEM_COMPONENT),
    ),
    field("agentErrors", V2025_08_01_PREVIEW, Read, Any),
    field("agentState", V2025_08_01_PREVIEW, Read, Text),
];

const SYSTEM_COMPONENT: &[Field] = &[
    field("type", V2025_08_01_PREVIEW, Write, Text),
    field("userSpecifiedVersion", V2025_08_01_PREVIEW, Write, Text),
    field("majorVersion", V2025_08_01_PREVIEW, Write, Number),
    field("currentVersion", V2025_08_01_PREVIEW, Read, Text),
];

const SECURITY_PROFILE: &[Field] = &[field(
    "workloadIdentity",
    V2025_08_01_PREVIEW,
    Write,
    Object(ENABLED),
)];

const OIDC_PROFILE: &[Field] = &[
    field("enabled", V2025_08_01_PREVIEW, Write, Flag),
    field("selfHostedIssuerUrl", V2025_08_01_PREVIEW, Write, Text),
    field("issuerUrl", V2025_08_01_PREVIEW, Read, Text),
];

const AGENTRY: &[Field] = &[
    field("feature", V2025_08_01_PREVIEW, Write, Text),
    field("settings", V2025_08_01_PREVIEW, Write, TextMap),
    field("protectedSettings", V2025_08_01_PREVIEW, Secret, TextMap),
];

const ENABLED: &[Field] = &[field("enabled", V2025_08_01_PREVIEW, Write, Flag)];

impl Version {
    /// The version of a query parameter.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "2021-03-01" => Self::V2021_03_01,
            "2021-10-01" => Self::V2021_10_01,
            "2024-01-01" => Self::V2024_01_01,
            "2025-08-01-preview" => Self::V2025_08_01_PREVIEW,
            "2025-12-01-preview" => Self::V2025_12_01_PREVIEW,
            "2026-05-01" => Self::V2026_05_01,
            _ => return None,
        })
    }

    /// Properties that a PATCH may change, beside tags.
    pub(super) fn patchable(self) -> &'static [&'static str] {
        match self {
            Self::V2021_03_01 | Self::V2021_10_01 => &[],
            Self::V2024_01_01 | Self::V2025_08_01_PREVIEW => {
                &["distribution", "distributionVersion", "azureHybridBenefit"]
            }
            Self::V2025_12_01_PREVIEW | Self::V2026_05_01 => &[
                "distribution",
                "distributionVersion",
                "azureHybridBenefit",
                "gateway",
            ],
        }
    }
}
