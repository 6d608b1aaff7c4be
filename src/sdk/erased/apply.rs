//! `ApplyResourceChange`: create, update and delete.

use super::{Erased, as_failure};
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::frame::Frame;
use crate::sdk::resource::{
    Applied, ApplyFailure, ApplyRequest, ErasedResource, ObjectReply, Resource, StoredObject,
};
use crate::sdk::rules::check_apply;
use crate::sdk::timeouts::Operation;
use crate::sdk::value::Value;

/// What a handler hands back.
type Outcome<S> = Result<Applied<S>, ApplyFailure<S>>;

impl<R: Resource> Erased<R> {
    pub(super) async fn apply_change(&self, cx: &Context, request: ApplyRequest) -> ObjectReply {
        let ApplyRequest {
            prior,
            planned,
            config,
        } = request;
        let goal = planned.state.clone();
        let mut reply = match (prior.state.is_null(), planned.state.is_null()) {
            (true, true) => ObjectReply::default(),
            (true, false) => self.create(cx, planned, &config).await,
            (false, true) => self.delete(cx, prior).await,
            (false, false) => self.update(cx, prior, planned, &config).await,
        };
        self.judge_apply(&goal, &mut reply);
        reply
    }

    async fn create(&self, cx: &Context, planned: StoredObject, config: &Value) -> ObjectReply {
        let frame = self.frame.around(&planned.state);
        let cx = self.context(cx, Operation::Create, &frame, &planned.state);
        let (goal, config) = match (self.typed(&planned.state), self.typed(config)) {
            (Ok(goal), Ok(config)) => (goal, config),
            (Err(error), _) | (_, Err(error)) => {
                return failed(StoredObject::default(), error);
            }
        };
        let outcome = self.resource.create(&cx, goal, config).await;
        let exists = cx.checkpoint.last();
        let rescue = Rescue {
            unsaid: exists.clone().unwrap_or_default(),
            unfit: exists.unwrap_or_else(|| StoredObject {
                state: planned.state.without_unknowns(),
                ..planned
            }),
        };
        self.finish(outcome, &frame, rescue)
    }

    async fn update(
        &self,
        cx: &Context,
        prior: StoredObject,
        planned: StoredObject,
        config: &Value,
    ) -> ObjectReply {
        let frame = self.frame.around(&planned.state);
        let cx = self.context(cx, Operation::Update, &frame, &planned.state);
        let typed = (
            self.stored(&prior),
            self.typed(&planned.state),
            self.typed(config),
        );
        let (stored, goal, config) = match typed {
            (Ok(stored), Ok(goal), Ok(config)) => (stored, goal, config),
            (Err(error), ..) | (_, Err(error), _) | (.., Err(error)) => {
                return failed(prior, error);
            }
        };
        let outcome = self.resource.update(&cx, stored, goal, config).await;
        let rescue = Rescue::with(cx.checkpoint.last().unwrap_or(prior));
        self.finish(outcome, &frame, rescue)
    }

    async fn delete(&self, cx: &Context, prior: StoredObject) -> ObjectReply {
        let frame = self.frame.around(&prior.state);
        let cx = self.context(cx, Operation::Delete, &frame, &prior.state);
        let stored = match self.stored(&prior) {
            Ok(stored) => stored,
            Err(error) => return failed(prior, error),
        };
        match self.resource.delete(&cx, stored).await {
            Ok(diagnostics) => ObjectReply {
                diagnostics,
                ..ObjectReply::default()
            },
            Err(failure) => {
                let rescue = Rescue::with(cx.checkpoint.last().unwrap_or(prior));
                self.finish(Err(failure), &frame, rescue)
            }
        }
    }

    fn finish(&self, outcome: Outcome<R::State>, frame: &Frame, rescue: Rescue) -> ObjectReply {
        let (stored, mut diagnostics) = match outcome {
            Ok(applied) => (applied.stored, applied.diagnostics),
            Err(ApplyFailure { saved, diagnostics }) => match saved {
                Some(saved) => (saved, as_failure(diagnostics)),
                None => return failed(rescue.unsaid, diagnostics),
            },
        };
        match self.object(frame, stored) {
            Ok(object) => ObjectReply {
                object,
                diagnostics,
            },
            Err(error) => {
                diagnostics.extend(error);
                failed(rescue.unfit, diagnostics)
            }
        }
    }

    fn judge_apply(&self, planned: &Value, reply: &mut ObjectReply) {
        let failed = reply.diagnostics.has_errors();
        let judge = || check_apply(self.schema(), planned, &reply.object.state, failed);
        self.judge("an apply", judge, &mut reply.diagnostics);
    }
}

/// What is stored when the handler did not hand back anything that can be.
struct Rescue {
    /// It failed and did not say what exists.
    unsaid: StoredObject,
    /// What it handed back does not fit the schema.
    unfit: StoredObject,
}

impl Rescue {
    /// The same object in either case.
    fn with(object: StoredObject) -> Self {
        Self {
            unsaid: object.clone(),
            unfit: object,
        }
    }
}

fn failed(object: StoredObject, diagnostics: Diagnostics) -> ObjectReply {
    ObjectReply {
        object,
        diagnostics: as_failure(diagnostics),
    }
}
