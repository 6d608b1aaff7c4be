//! The erased twins of typed resources, data sources and ephemeral resources: one for each type, called by the protocol
//! layer.
//!
//! It does for every resource what none should do for itself: it validates by the schema, runs the plan engine, sets
//! the deadline, turns values into state and back, and sees to it that nothing that exists is lost when a handler
//! fails. In debug builds it holds each reply against Terraform's [`rules`].

mod apply;
mod data_source;
mod ephemeral;
mod moved;
mod plan;
mod question;
mod read;
mod upgrade;

use std::sync::Arc;

use futures::future::BoxFuture;

use super::bridge;
use super::context::Context;
use super::diagnostics::{Diagnostic, Diagnostics};
use super::frame::Frame;
use super::path::AttributePath;
use super::resource::{
    ApplyRequest, ErasedResource, ImportTarget, MoveSource, ObjectReply, PlanReply, PlanRequest,
    Resource, Stored, StoredObject,
};
use super::rules::{self, Violation};
use super::schema::{IdentitySchema, Schema};
use super::timeouts::{self, Operation, Timeouts};
use super::validate::validate;
use super::value::Value;

pub use data_source::erase_data_source;
pub use ephemeral::erase_ephemeral;

/// Erases the type of a resource.
pub fn erase<R: Resource>(resource: R) -> Arc<dyn ErasedResource> {
    Arc::new(Erased {
        frame: Frame::new(resource.schema()),
        identity: resource.identity_schema(),
        resource,
    })
}

struct Erased<R> {
    resource: R,
    frame: Frame,
    identity: IdentitySchema,
}

impl<R: Resource> ErasedResource for Erased<R> {
    fn type_name(&self) -> &'static str {
        self.resource.type_name()
    }

    fn schema(&self) -> &Schema {
        self.frame.schema()
    }

    fn identity_schema(&self) -> &IdentitySchema {
        &self.identity
    }

    fn validate(&self, cx: &Context, config: &Value) -> Diagnostics {
        let mut diagnostics = validate(self.schema(), config, cx.write_only_allowed);
        diagnostics.extend(self.resource.validate(config));
        diagnostics
    }

    fn plan<'a>(&'a self, cx: &'a Context, request: PlanRequest) -> BoxFuture<'a, PlanReply> {
        Box::pin(self.plan_change(cx, request))
    }

    fn apply<'a>(&'a self, cx: &'a Context, request: ApplyRequest) -> BoxFuture<'a, ObjectReply> {
        Box::pin(self.apply_change(cx, request))
    }

    fn read<'a>(&'a self, cx: &'a Context, request: StoredObject) -> BoxFuture<'a, ObjectReply> {
        Box::pin(self.read_object(cx, request))
    }

    fn import<'a>(&'a self, cx: &'a Context, target: ImportTarget) -> BoxFuture<'a, ObjectReply> {
        Box::pin(self.import_object(cx, target))
    }

    fn upgrade(&self, version: i64, json: &[u8]) -> Result<Value, Diagnostics> {
        self.upgrade_state(version, json)
    }

    fn move_from(&self, source: &MoveSource) -> Result<ObjectReply, Diagnostics> {
        self.move_object(source)
    }
}

impl<R: Resource> Erased<R> {
    /// The context of one operation: its deadline from the object's `timeouts`, its checkpoint for the object's frame.
    fn context(
        &self,
        cx: &Context,
        operation: Operation,
        frame: &Frame,
        object: &Value,
    ) -> Context {
        let defaults = self.resource.default_timeouts();
        let timeouts = Timeouts::from_value(object.get(timeouts::BLOCK), defaults);
        Context {
            call: cx.call.within(timeouts.limit(operation)),
            checkpoint: cx.checkpoint.within(frame),
            ..cx.clone()
        }
    }

    fn typed(&self, value: &Value) -> Result<R::State, Diagnostics> {
        bridge::from_value(value).map_err(|error| self.misfit(&error))
    }

    fn stored(&self, state: &Value, private: &[u8]) -> Result<Stored<R::State>, Diagnostics> {
        Ok(Stored {
            state: self.typed(state)?,
            private: private.to_vec(),
        })
    }

    fn object(&self, frame: &Frame, stored: Stored<R::State>) -> Result<StoredObject, Diagnostics> {
        let state = frame.object(&stored.state);
        Ok(StoredObject {
            state: state.map_err(|error| self.misfit(&error))?,
            private: stored.private,
            identity: self.resource.identity(&stored.state),
        })
    }

    fn misfit(&self, error: &bridge::BridgeError) -> Diagnostics {
        misfit(self.type_name(), error)
    }

    /// Adds what a debug build finds wrong with a reply.
    fn judge(&self, operation: &str, judge: impl FnOnce() -> Vec<Violation>, to: &mut Diagnostics) {
        if cfg!(debug_assertions) {
            to.extend(rules::report(
                &format!("{operation} of {}", self.type_name()),
                judge(),
            ));
        }
    }
}

fn misfit(type_name: &str, error: &bridge::BridgeError) -> Diagnostics {
    let attempted = format!("converting the state of {type_name}");
    Diagnostic::explain(error.path.clone(), &attempted, error).into()
}

/// A failure without an error would look like a success to Terraform.
fn as_failure(mut diagnostics: Diagnostics) -> Diagnostics {
    if !diagnostics.has_errors() {
        diagnostics.push(Diagnostic::error(
            AttributePath::root(),
            "Provider Bug",
            "The operation failed without saying why. Please report this to the provider's developers.",
        ));
    }
    diagnostics
}

#[cfg(test)]
mod fake;
#[cfg(test)]
mod tests;
