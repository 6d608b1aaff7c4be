//! What data sources and ephemeral resources have in common: a configuration is asked, and nothing is stored.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{misfit, rules};
use crate::sdk::bridge;
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::frame::Frame;
use crate::sdk::path::AttributePath;
use crate::sdk::plan::Proposal;
use crate::sdk::resource::DeferReason;
use crate::sdk::rules::Violation;
use crate::sdk::schema::Schema;
use crate::sdk::value::Value;

/// A configuration with what its schema makes of it: defaults filled in, everything computed unknown.
pub(super) struct Question {
    proposed: Value,
    frame: Frame,
    type_name: &'static str,
}

impl Question {
    pub(super) fn new(type_name: &'static str, frame: &Frame, config: &Value) -> Self {
        Self {
            proposed: Proposal::new(frame.schema(), &Value::Null, config)
                .planned()
                .clone(),
            frame: frame.around(config),
            type_name,
        }
    }

    /// The answer while there is none: what is to be found is unknown.
    pub(super) fn unanswered(&self) -> Value {
        self.proposed.clone()
    }

    pub(super) fn typed<S: DeserializeOwned>(&self) -> Result<S, Diagnostics> {
        bridge::from_value(&self.proposed).map_err(|error| misfit(self.type_name, &error))
    }

    pub(super) fn answer<S: Serialize>(&self, state: &S) -> Result<Value, Diagnostics> {
        let answer = self.frame.object(state);
        answer.map_err(|error| misfit(self.type_name, &error))
    }

    pub(super) fn schema(&self) -> &Schema {
        self.frame.schema()
    }

    /// Whether the question is put off, and why.
    ///
    /// # Errors
    ///
    /// A diagnostic where it would have to be and the client does not know how.
    pub(super) fn deferral(
        &self,
        cx: &Context,
        config: &Value,
        not_yet: Option<DeferReason>,
    ) -> Result<Option<DeferReason>, Diagnostics> {
        let unknown = || (!config.is_wholly_known()).then_some(DeferReason::ResourceConfigUnknown);
        match not_yet.or_else(unknown) {
            Some(reason) if !cx.deferral_allowed => Err(too_early(self.type_name, reason)),
            reason => Ok(reason),
        }
    }

    /// Adds what a debug build finds wrong with an answer.
    pub(super) fn judge(
        &self,
        operation: &str,
        judge: impl FnOnce() -> Vec<Violation>,
        to: &mut Diagnostics,
    ) {
        if cfg!(debug_assertions) && !to.has_errors() {
            to.extend(rules::report(
                &format!("{operation} of {}", self.type_name),
                judge(),
            ));
        }
    }
}

fn too_early(type_name: &str, reason: DeferReason) -> Diagnostics {
    let (summary, what) = match reason {
        DeferReason::ResourceConfigUnknown => ("Configuration Not Known Yet", "Its configuration"),
        DeferReason::ProviderConfigUnknown => ("Provider Not Configured", "The provider block"),
    };
    let detail = format!(
        "{what} still holds values that are known only after an apply, so {type_name} cannot be asked now.\n\n\
         To fix this:\n  - apply what these values come from first, with -target, and then the rest"
    );
    Diagnostics::error(AttributePath::root(), summary, detail)
}
