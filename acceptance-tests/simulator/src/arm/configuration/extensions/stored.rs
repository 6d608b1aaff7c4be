//! How a stored extension comes to be and is changed.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::draft::Draft;
use super::schema::{PROPERTIES, Version};
use super::{Extension, Scope, Status};
use crate::arm::ArmError;
use crate::arm::change::Change;
use crate::arm::progress::Progress;
use crate::arm::protected::Protected;
use crate::arm::schema::replaced;
use crate::operations::Failure;

impl Extension {
    /// An extension about which nothing else is known yet.
    pub(super) fn new(id: String, kind: &str, scope: Scope, change: Change) -> Self {
        Self {
            name: id.rsplit('/').next().unwrap_or_default().to_owned(),
            id,
            kind: kind.to_owned(),
            principal_id: None,
            plan: None,
            managed_by: None,
            scope,
            settings: Map::new(),
            protected: Protected::new(),
            is_system: false,
            current_version: None,
            target_version: String::new(),
            progress: Progress::done(),
            statuses: Vec::new(),
            failure: None,
            unpullable: false,
            created: change.clone(),
            modified: change,
        }
    }

    pub(super) fn require_writable(&self) -> Result<(), ArmError> {
        self.require_own()?;
        self.progress
            .require_idle(&format!("extension '{}'", self.name))
    }

    /// Refuses to touch what belongs to Azure.
    pub(super) fn require_own(&self) -> Result<(), ArmError> {
        if !self.is_system {
            return Ok(());
        }
        let message = format!(
            "The extension '{}' is a system extension, which only Azure changes.",
            self.name
        );
        Err(ArmError::conflict("OperationNotAllowed", message))
    }

    /// Refuses what no PUT may change.
    pub(super) fn require_same(&self, draft: &Draft, scope: &Scope) -> Result<(), ArmError> {
        let changed = if !self.kind.eq_ignore_ascii_case(&draft.kind) {
            "properties.extensionType"
        } else if draft.scope.is_some() && self.scope != *scope {
            "properties.scope"
        } else {
            return Ok(());
        };
        let message = format!("Changing property '{changed}' is not allowed.");
        Err(ArmError::bad("PropertyChangeNotAllowed", message).at(changed))
    }

    pub(super) fn replace(&mut self, draft: Draft, version: Version) {
        self.settings = replaced(PROPERTIES, &self.settings, draft.settings, version);
        if self.auto_upgrade() {
            self.settings.remove("version");
        }
        self.protected = draft.protected;
        if version >= Version::V2022_11_01 {
            self.plan = draft.plan;
        }
        if self.managed_by.is_none() {
            self.managed_by = draft.managed_by;
        }
        self.principal_id = match (draft.has_identity, self.principal_id.take()) {
            (true, None) => Some(Uuid::new_v4().to_string()),
            (true, known) => known,
            (false, _) => None,
        };
    }

    /// The settings that a PATCH leads to.
    pub(super) fn patched(&self, patch: Map<String, Value>) -> Map<String, Value> {
        let mut settings = self.settings.clone();
        if patch.get("autoUpgradeMinorVersion") == Some(&Value::Bool(true)) {
            settings.remove("version");
        }
        for (name, value) in patch {
            match (settings.get_mut(&name), value) {
                (Some(Value::Object(old)), Value::Object(new)) => old.extend(new),
                (_, value) => {
                    settings.insert(name, value);
                }
            }
        }
        settings
    }

    /// Sets out for a version.
    pub(super) fn aim(&mut self, version: String) {
        self.target_version = version;
        self.failure = None;
        self.statuses.clear();
    }

    pub(super) fn finish(&mut self, failure: Option<&Failure>) {
        let Some(failure) = failure else {
            self.current_version = Some(self.target_version.clone());
            return;
        };
        self.failure = Some(failure.clone());
        if self.statuses.is_empty() {
            self.statuses.push(Status {
                code: "InstallationFailed",
                level: "Error",
                message: failure.message.clone(),
                time: self.modified.at,
            });
        }
    }
}
