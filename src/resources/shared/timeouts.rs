//! The `timeouts` block as it is stored. What it means is worked out by the SDK.

use serde::{Deserialize, Serialize};

/// The limits that the user wrote, in Go's notation.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct TimeoutsState {
    /// Limit of a create.
    pub create: Option<String>,
    /// Limit of a read.
    pub read: Option<String>,
    /// Limit of an update.
    pub update: Option<String>,
    /// Limit of a delete.
    pub delete: Option<String>,
}
