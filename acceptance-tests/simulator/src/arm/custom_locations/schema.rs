//! The properties of a custom location and the api-version in which each first appeared.
//!
//! Source: the REST specifications of Microsoft.ExtendedLocation, 2021-08-15 and 2021-08-31-preview.

use Version::V2021_08_15;

use crate::arm::schema::Access::{Echo, Read, Secret, Write};
use crate::arm::schema::Shape::{Any, Choice, Object, Text, TextList, TextMap};
use crate::arm::schema::{self, field};

/// Served versions, newest first.
pub(in crate::arm) const API_VERSIONS: &[&str] = &["2021-08-31-preview", "2021-08-15"];

/// The same in the order of their release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(non_camel_case_types, reason = "an api-version is a date")]
pub(super) enum Version {
    V2021_08_15,
    V2021_08_31_PREVIEW,
}

/// One property of a custom location.
pub(super) type Field = schema::Field<Version>;

/// The whole resource.
pub(super) const RESOURCE: &[Field] = &[
    field("id", V2021_08_15, Echo, Text),
    field("name", V2021_08_15, Echo, Text),
    field("type", V2021_08_15, Echo, Text),
    field("systemData", V2021_08_15, Read, Any),
    field("location", V2021_08_15, Write, Text),
    field("tags", V2021_08_15, Write, TextMap),
    field("identity", V2021_08_15, Write, Object(IDENTITY)),
    field("properties", V2021_08_15, Write, Object(PROPERTIES)),
];

const IDENTITY: &[Field] = &[
    field(
        "type",
        V2021_08_15,
        Write,
        Choice(&["None", "SystemAssigned"]),
    ),
    field("principalId", V2021_08_15, Read, Text),
    field("tenantId", V2021_08_15, Read, Text),
];

/// Its properties.
pub(super) const PROPERTIES: &[Field] = &[
    field("hostResourceId", V2021_08_15, Write, Text),
    field("hostType", V2021_08_15, Write, Choice(&["Kubernetes"])),
    field("namespace", V2021_08_15, Write, Text),
    field("clusterExtensionIds", V2021_08_15, Write, TextList),
    field("displayName", V2021_08_15, Write, Text),
    field("authentication", V2021_08_15, Write, Object(AUTHENTICATION)),
    // Not marked as read-only in the specification, so an echo does no harm.
    field("provisioningState", V2021_08_15, Echo, Text),
];

const AUTHENTICATION: &[Field] = &[
    field("type", V2021_08_15, Write, Text),
    field("value", V2021_08_15, Secret, Text),
];

/// Members that a PATCH may have.
pub(super) const PATCHABLE: &[&str] = &["identity", "properties", "tags"];

impl Version {
    /// The version of a query parameter.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "2021-08-15" => Self::V2021_08_15,
            "2021-08-31-preview" => Self::V2021_08_31_PREVIEW,
            _ => return None,
        })
    }
}
