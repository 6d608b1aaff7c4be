//! Members that several types of resource have, and how all of them are read.

use serde::{Deserialize, Deserializer, Serialize};

/// A managed identity, such as that of the agents or of an extension.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ManagedIdentity {
    /// `SystemAssigned` or `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
    /// Read-only. Object id in Entra.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal_id: Option<String>,
    /// Read-only. Tenant of the principal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
}

impl ManagedIdentity {
    /// The identity that Azure makes and that goes with its resource; what every cluster with agents has.
    #[must_use]
    pub fn system_assigned() -> Self {
        Self {
            r#type: Some("SystemAssigned".to_owned()),
            ..Self::default()
        }
    }

    /// What a PUT may say about it.
    pub(super) fn for_put(self) -> Self {
        Self {
            r#type: self.r#type,
            ..Self::default()
        }
    }
}

/// Reads an explicit null as if the member were not there.
pub(super) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}
