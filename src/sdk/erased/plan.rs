//! `PlanResourceChange`.

use super::Erased;
use crate::sdk::context::Context;
use crate::sdk::plan::Proposal;
use crate::sdk::resource::{ErasedResource, Plan, PlanReply, PlanRequest, Resource, StoredObject};
use crate::sdk::rules::{PlanUnderTest, check_plan};
use crate::sdk::timeouts::Operation;
use crate::sdk::value::Value;

impl<R: Resource> Erased<R> {
    pub(super) async fn plan_change(&self, cx: &Context, request: PlanRequest) -> PlanReply {
        let PlanRequest { prior, config, .. } = request;
        let proposal = Proposal::new(self.schema(), &prior.state, &config);
        // A plan only looks, so the limit of a read is its own.
        let cx = self.context(cx, Operation::Read, &self.frame, &config);
        let mut plan = Plan {
            prior: prior.state.clone(),
            config,
            planned: proposal.planned().clone(),
            requires_replace: proposal.requires_replace(),
            private: prior.private.clone(),
            deferred: None,
        };
        let diagnostics = self.resource.plan(&cx, &mut plan).await;
        let settled = proposal.settle(&plan.planned, plan.requires_replace);
        // Handed on also without a stored object: so Terraform plans the create of a replacement, and its delete is then
        // sent the private bytes of this plan.
        let mut reply = PlanReply {
            planned: StoredObject {
                state: settled.planned,
                private: prior.private,
                identity: prior.identity,
            },
            requires_replace: settled.requires_replace,
            deferred: plan.deferred,
            diagnostics,
        };
        self.judge_plan(&cx, &prior.state, &plan.config, &mut reply);
        reply
    }

    fn judge_plan(&self, cx: &Context, prior: &Value, config: &Value, reply: &mut PlanReply) {
        let judge = || {
            check_plan(PlanUnderTest {
                schema: self.schema(),
                prior,
                config,
                planned: &reply.planned.state,
                requires_replace: &reply.requires_replace,
                deferred: reply.deferred.is_some(),
                deferral_allowed: cx.deferral_allowed,
            })
        };
        self.judge("a plan", judge, &mut reply.diagnostics);
    }
}
