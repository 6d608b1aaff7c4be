//! `systemData`: who wrote a resource, and when.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Context;

/// One write.
#[derive(Clone)]
pub(crate) struct Change {
    pub(crate) by: String,
    pub(crate) at: Timestamp,
}

impl Change {
    /// The write that this request makes.
    pub(super) fn of(cx: &Context<'_>) -> Self {
        Self {
            by: cx.caller.client_id.clone(),
            at: cx.now,
        }
    }
}

/// The first and the last write as every resource shows them.
pub(super) fn system_data(created: &Change, modified: &Change) -> Value {
    json!({
        "createdBy": created.by,
        "createdByType": "Application",
        "createdAt": created.at,
        "lastModifiedBy": modified.by,
        "lastModifiedByType": "Application",
        "lastModifiedAt": modified.at,
    })
}
