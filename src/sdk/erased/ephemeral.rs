//! The erased twin of a typed ephemeral resource.

use std::sync::Arc;

use futures::future::BoxFuture;

use super::as_failure;
use super::question::Question;
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::ephemeral::{
    EphemeralResource, ErasedEphemeralResource, Lease, OpenReply, Opened, Renewed,
};
use crate::sdk::frame::Frame;
use crate::sdk::rules::check_opened;
use crate::sdk::schema::Schema;
use crate::sdk::validate::validate;
use crate::sdk::value::Value;

/// Erases the type of an ephemeral resource.
pub fn erase_ephemeral<E: EphemeralResource>(resource: E) -> Arc<dyn ErasedEphemeralResource> {
    Arc::new(Erased {
        frame: Frame::new(resource.schema()),
        resource,
    })
}

struct Erased<E> {
    resource: E,
    frame: Frame,
}

impl<E: EphemeralResource> ErasedEphemeralResource for Erased<E> {
    fn type_name(&self) -> &'static str {
        self.resource.type_name()
    }

    fn schema(&self) -> &Schema {
        self.frame.schema()
    }

    fn validate(&self, cx: &Context, config: &Value) -> Diagnostics {
        let mut diagnostics = validate(self.schema(), config, cx.write_only_allowed);
        diagnostics.extend(self.resource.validate(config));
        diagnostics
    }

    fn open<'a>(&'a self, cx: &'a Context, config: Value) -> BoxFuture<'a, OpenReply> {
        Box::pin(async move {
            self.ask(&self.context(cx), &config)
                .await
                .unwrap_or_else(|diagnostics| OpenReply {
                    diagnostics: as_failure(diagnostics),
                    ..OpenReply::default()
                })
        })
    }

    fn renew<'a>(
        &'a self,
        cx: &'a Context,
        private: &'a [u8],
    ) -> BoxFuture<'a, Result<Renewed, Diagnostics>> {
        Box::pin(async move {
            let renewed = self.resource.renew(&self.context(cx), private).await;
            renewed.map_err(as_failure)
        })
    }

    fn close<'a>(&'a self, cx: &'a Context, private: &'a [u8]) -> BoxFuture<'a, Diagnostics> {
        Box::pin(async move { self.resource.close(&self.context(cx), private).await })
    }
}

impl<E: EphemeralResource> Erased<E> {
    async fn ask(&self, cx: &Context, config: &Value) -> Result<OpenReply, Diagnostics> {
        let question = Question::new(self.type_name(), &self.frame, config);
        let deferred = question.deferral(cx, config, self.resource.not_yet())?;
        if deferred.is_some() {
            return Ok(OpenReply {
                result: question.unanswered(),
                deferred,
                ..OpenReply::default()
            });
        }
        let opened = self.resource.open(cx, question.typed()?).await?;
        let Opened {
            result,
            lease,
            mut diagnostics,
        } = opened;
        let result = match question.answer(&result) {
            Ok(result) => result,
            Err(misfit) => return Err(self.give_up(cx, &lease, misfit).await),
        };
        let judge = || check_opened(question.schema(), config, &result);
        question.judge("an open", judge, &mut diagnostics);
        Ok(OpenReply {
            result,
            lease,
            deferred: None,
            diagnostics,
        })
    }

    /// Closes what was opened and cannot be handed out, since Terraform will not.
    async fn give_up(&self, cx: &Context, lease: &Lease, why: Diagnostics) -> Diagnostics {
        let closed = self.resource.close(cx, &lease.private).await;
        why.into_iter().chain(closed).collect()
    }

    fn context(&self, cx: &Context) -> Context {
        Context {
            call: cx.call.within(self.resource.time_limit()),
            ..cx.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use serde::{Deserialize, Serialize};
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::call::Call;
    use crate::sdk::context::Checkpoint;

    static CLOSED: AtomicBool = AtomicBool::new(false);

    /// A resource whose state is out of step with its schema.
    struct Misfit;

    #[derive(Deserialize, Serialize)]
    struct State {
        unheard_of: Option<bool>,
    }

    impl EphemeralResource for Misfit {
        type State = State;

        fn type_name(&self) -> &'static str {
            "arc_misfit"
        }

        fn schema(&self) -> Schema {
            Schema::new("A misfit.", Vec::new())
        }

        fn time_limit(&self) -> Duration {
            Duration::from_mins(1)
        }

        async fn open(&self, _cx: &Context, _config: State) -> Result<Opened<State>, Diagnostics> {
            Ok(Opened {
                result: State {
                    unheard_of: Some(true),
                },
                lease: Lease::default(),
                diagnostics: Diagnostics::default(),
            })
        }

        async fn renew(&self, _cx: &Context, _private: &[u8]) -> Result<Renewed, Diagnostics> {
            Ok(Renewed::default())
        }

        async fn close(&self, _cx: &Context, _private: &[u8]) -> Diagnostics {
            CLOSED.store(true, Ordering::Relaxed);
            Diagnostics::default()
        }
    }

    #[tokio::test]
    async fn what_was_opened_and_cannot_be_handed_out_is_closed() {
        let cx = Context {
            call: Call::new(CancellationToken::new(), "arc_misfit"),
            deferral_allowed: false,
            write_only_allowed: true,
            checkpoint: Checkpoint::default(),
        };
        let nothing = Value::object::<String>([]);
        let reply = erase_ephemeral(Misfit).open(&cx, nothing).await;
        assert!(reply.diagnostics.has_errors());
        assert!(CLOSED.load(Ordering::Relaxed));
    }
}
