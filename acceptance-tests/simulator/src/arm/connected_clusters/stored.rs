//! How a stored cluster comes to be and is changed.

use serde_json::Map;
use uuid::Uuid;

use super::draft::{Draft, Patch};
use super::schema::{PROPERTIES, Version};
use super::{ConnectedCluster, Connectivity, ProvisioningState};
use crate::arm::change::Change;
use crate::arm::schema::replaced;
use crate::arm::{ArmError, Context};
use crate::config::KeyChange;
use crate::request::text;
use crate::store::Tags;

impl ConnectedCluster {
    /// A cluster of the name in the request's address, as yet without anything that its body says.
    pub(super) fn new(cx: &Context<'_>, group: &str, location: &str) -> Self {
        let name = cx.request.segment(7).to_owned();
        Self {
            id: format!("{group}/providers/Microsoft.Kubernetes/connectedClusters/{name}"),
            name,
            location: location.to_owned(),
            tags: Tags::new(),
            kind: None,
            principal_id: None,
            settings: Map::new(),
            provisioning_state: ProvisioningState::Accepted,
            operation: None,
            report: None,
            connectivity: Connectivity::Connecting,
            created: Change::of(cx),
            modified: Change::of(cx),
            hidden_until: cx.now + cx.overrides.hidden,
            gateway: None,
        }
    }

    /// Refuses to be changed while an operation is going on.
    pub(super) fn require_idle(&self) -> Result<(), ArmError> {
        let Some(operation) = &self.operation else {
            return Ok(());
        };
        let state = self.provisioning_state.name();
        let message = format!(
            "The cluster '{}' is {state} by operation '{operation}'. Try again later.",
            self.name
        );
        Err(ArmError::conflict("AnotherOperationInProgress", message))
    }

    /// Refuses what no PUT may change.
    pub(super) fn require_same(
        &self,
        draft: &Draft,
        key_change: KeyChange,
    ) -> Result<(), ArmError> {
        if self.location != draft.location {
            let message = format!(
                "The resource '{}' already exists in location '{}' in this resource group. A resource with the same name cannot be created in location '{}'.",
                self.name, self.location, draft.location
            );
            return Err(ArmError::conflict("InvalidResourceLocation", message));
        }
        let key = text(&draft.settings, "agentPublicKeyCertificate");
        if key_change == KeyChange::Refuse && key != Some(self.public_key()) {
            let message = "The public key of a connected cluster cannot be changed.";
            return Err(ArmError::conflict("Conflict", message));
        }
        Ok(())
    }

    /// Takes over what a PUT in this api-version says.
    pub(super) fn replace(&mut self, draft: Draft, version: Version, change: Change) {
        self.modified = change;
        self.tags = draft.tags;
        self.settings = replaced(PROPERTIES, &self.settings, draft.settings, version);
        if version >= Version::V2024_01_01 {
            self.kind = draft.kind;
        }
        self.principal_id = match (draft.has_identity, self.principal_id.take()) {
            (true, None) => Some(Uuid::new_v4().to_string()),
            (true, known) => known,
            (false, _) => None,
        };
    }

    /// Takes over what a PATCH says.
    pub(super) fn patch(&mut self, patch: Patch, change: Change) {
        if let Some(tags) = patch.tags {
            self.tags = tags;
        }
        self.settings.extend(patch.settings);
        self.modified = change;
    }
}
