//! `ApplyResourceChange`: create, update and delete.
//!
//! The call's checkpoint begins as the object that Terraform has stored. So there is one answer to the question what
//! exists when a handler does not say so, whichever way it ends: the last checkpoint.

use super::{Erased, as_failure};
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::object::StoredObject;
use crate::sdk::resource::{
    Applied, ApplyFailure, ApplyRequest, ErasedResource, ObjectReply, Resource,
};
use crate::sdk::rules::check_apply;
use crate::sdk::timeouts::Operation;
use crate::sdk::value::Value;

/// What a handler hands back.
type Outcome<S> = Result<Applied<S>, ApplyFailure<S>>;

impl<R: Resource> Erased<R> {
    pub(super) async fn apply_change(&self, cx: &Context, request: ApplyRequest) -> ObjectReply {
        cx.checkpoint.begin(self.stored_object(&request));
        let mut reply = match (request.prior.is_null(), request.planned.is_null()) {
            (true, true) => ObjectReply::default(),
            (true, false) => self.create(cx, &request).await,
            (false, true) => self.delete(cx, &request).await,
            (false, false) => self.update(cx, &request).await,
        };
        self.judge_apply(&request.planned, &mut reply);
        reply
    }

    /// The object as Terraform has stored it. Before a create there is none, although the request may hold the private
    /// bytes of an object that was replaced. For a delete Terraform plans no identity, so the resource is asked for it.
    fn stored_object(&self, request: &ApplyRequest) -> StoredObject {
        if request.prior.is_null() {
            return StoredObject::default();
        }
        let identity = request.identity.clone();
        StoredObject {
            identity: identity.or_else(|| self.identity_of(&request.prior)),
            state: request.prior.clone(),
            private: request.private.clone(),
        }
    }

    async fn create(&self, cx: &Context, request: &ApplyRequest) -> ObjectReply {
        let ApplyRequest {
            planned, config, ..
        } = request;
        let cx = self.applying(cx, Operation::Create, planned);
        let (goal, config) = match self.goal(planned, config) {
            Ok(typed) => typed,
            Err(error) => return self.failed(&cx, error),
        };
        let outcome = self.resource.create(&cx, goal, config).await;
        self.finish(&cx, planned, outcome)
    }

    async fn update(&self, cx: &Context, request: &ApplyRequest) -> ObjectReply {
        let ApplyRequest {
            planned, config, ..
        } = request;
        let cx = self.applying(cx, Operation::Update, planned);
        let typed = self
            .stored(&request.prior, &request.private)
            .and_then(|prior| Ok((prior, self.goal(planned, config)?)));
        let (prior, (goal, config)) = match typed {
            Ok(typed) => typed,
            Err(error) => return self.failed(&cx, error),
        };
        let outcome = self.resource.update(&cx, prior, goal, config).await;
        self.finish(&cx, planned, outcome)
    }

    async fn delete(&self, cx: &Context, request: &ApplyRequest) -> ObjectReply {
        let cx = self.applying(cx, Operation::Delete, &request.prior);
        let prior = match self.stored(&request.prior, &request.private) {
            Ok(prior) => prior,
            Err(error) => return self.failed(&cx, error),
        };
        match self.resource.delete(&cx, prior).await {
            Ok(diagnostics) => ObjectReply {
                diagnostics,
                ..ObjectReply::default()
            },
            Err(failure) => self.finish(&cx, &request.prior, Err(failure)),
        }
    }

    fn applying(&self, cx: &Context, operation: Operation, object: &Value) -> Context {
        self.context(cx, operation, &self.frame.around(object), object)
    }

    fn goal(&self, planned: &Value, config: &Value) -> Result<(R::State, R::State), Diagnostics> {
        Ok((self.typed(planned)?, self.typed(config)?))
    }

    /// The reply to a handler that worked on `object`.
    fn finish(&self, cx: &Context, object: &Value, outcome: Outcome<R::State>) -> ObjectReply {
        let (stored, mut diagnostics) = match outcome {
            Ok(applied) => (applied.stored, applied.diagnostics),
            Err(ApplyFailure { saved, diagnostics }) => match saved {
                Some(saved) => (saved, as_failure(diagnostics)),
                None => return self.failed(cx, diagnostics),
            },
        };
        match self.object(&self.frame.around(object), stored) {
            Ok(object) => reached(cx, object, diagnostics),
            Err(error) => {
                diagnostics.extend(error);
                assume(cx, object);
                self.failed(cx, diagnostics)
            }
        }
    }

    /// The reply that holds the last checkpoint.
    fn failed(&self, cx: &Context, diagnostics: Diagnostics) -> ObjectReply {
        let mut object = cx.checkpoint.last();
        object.identity = object.identity.or_else(|| self.identity_of(&object.state));
        ObjectReply {
            object,
            diagnostics: as_failure(diagnostics),
        }
    }

    fn identity_of(&self, state: &Value) -> Option<Value> {
        if state.is_null() {
            return None;
        }
        self.resource.identity(&self.typed(state).ok()?)
    }

    fn judge_apply(&self, planned: &Value, reply: &mut ObjectReply) {
        let failed = reply.diagnostics.has_errors();
        let judge = || check_apply(self.schema(), planned, &reply.object.state, failed);
        self.judge("an apply", judge, &mut reply.diagnostics);
    }
}

/// The reply that holds what the handler handed back. That is a checkpoint too: the reply may yet prove impossible to
/// write, by an identity that does not fit its schema.
fn reached(cx: &Context, object: StoredObject, diagnostics: Diagnostics) -> ObjectReply {
    let (state, private) = (object.state.clone(), object.private.clone());
    cx.checkpoint.advance(state, private);
    let identity = object.identity.or(cx.checkpoint.last().identity);
    ObjectReply {
        object: StoredObject { identity, ..object },
        diagnostics,
    }
}

/// Notes that something exists, although the handler's account of it does not fit the schema: what was planned, where
/// no checkpoint says more.
fn assume(cx: &Context, planned: &Value) {
    if cx.checkpoint.last().state.is_null() {
        cx.checkpoint
            .advance(planned.clone().without_unknowns(), Vec::new());
    }
}
