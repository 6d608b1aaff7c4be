//! The `timeouts` block: how long each operation may take.

use std::time::Duration;

/// Limits of the four operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Limit of a create.
    pub create: Duration,
    /// Limit of a read.
    pub read: Duration,
    /// Limit of an update.
    pub update: Duration,
    /// Limit of a delete.
    pub delete: Duration,
}
