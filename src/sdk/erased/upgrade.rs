//! `UpgradeResourceState`, which Terraform calls for every stored object, those of the current version included.

use super::Erased;
use crate::sdk::codec::{CodecError, decode_json};
use crate::sdk::diagnostics::{Diagnostic, Diagnostics};
use crate::sdk::path::AttributePath;
use crate::sdk::resource::{ErasedResource, Resource};
use crate::sdk::rules::check_stored;
use crate::sdk::value::Value;

impl<R: Resource> Erased<R> {
    pub(super) fn upgrade_state(&self, version: i64, json: &[u8]) -> Result<Value, Diagnostics> {
        let current = self.schema().version;
        if version > current {
            return Err(self.too_new(version, current));
        }
        let state = if version == current {
            self.decode(json)?
        } else {
            self.decode(&self.upgraded(version, json)?)?
        };
        let mut diagnostics = Diagnostics::default();
        self.judge(
            "an upgrade",
            || check_stored(self.schema(), &state),
            &mut diagnostics,
        );
        if diagnostics.has_errors() {
            return Err(diagnostics);
        }
        Ok(state)
    }

    /// The JSON as the resource brings it to the current version.
    fn upgraded(&self, version: i64, json: &[u8]) -> Result<Vec<u8>, Diagnostics> {
        let old = serde_json::from_slice(json).map_err(|error| self.unreadable(&error))?;
        let state = self.resource.upgrade(version, old)?;
        serde_json::to_vec(&state).map_err(|error| self.unreadable(&error))
    }

    fn decode(&self, json: &[u8]) -> Result<Value, Diagnostics> {
        decode_json(self.frame.of(), json).map_err(|error: CodecError| {
            let attempted = format!("reading the stored state of {}", self.type_name());
            Diagnostic::explain(error.path.clone(), &attempted, &error).into()
        })
    }

    fn too_new(&self, version: i64, current: i64) -> Diagnostics {
        let detail = format!(
            "The stored state of this {} has version {version}; this provider knows versions up to {current}. \
            A later release of the provider wrote it.\n\n\
            To fix this:\n  - use that release of the provider, or a later one",
            self.type_name()
        );
        Diagnostics::error(AttributePath::root(), "State From a Newer Provider", detail)
    }

    fn unreadable(&self, error: &serde_json::Error) -> Diagnostics {
        let detail = format!(
            "The stored state of this {} is no JSON: {error}.",
            self.type_name()
        );
        Diagnostics::error(AttributePath::root(), "Stored State Not Readable", detail)
    }
}
