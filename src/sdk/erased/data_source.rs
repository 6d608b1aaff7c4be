//! The erased twin of a typed data source.

use std::sync::Arc;

use futures::future::BoxFuture;

use super::as_failure;
use super::question::Question;
use crate::sdk::context::Context;
use crate::sdk::data_source::{DataReply, DataSource, ErasedDataSource, Found};
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::frame::Frame;
use crate::sdk::rules::check_stored;
use crate::sdk::schema::Schema;
use crate::sdk::timeouts::{self, Operation, Timeouts};
use crate::sdk::validate::validate;
use crate::sdk::value::Value;

/// Erases the type of a data source.
pub fn erase_data_source<D: DataSource>(source: D) -> Arc<dyn ErasedDataSource> {
    Arc::new(Erased {
        frame: Frame::new(source.schema()),
        source,
    })
}

struct Erased<D> {
    source: D,
    frame: Frame,
}

impl<D: DataSource> ErasedDataSource for Erased<D> {
    fn type_name(&self) -> &'static str {
        self.source.type_name()
    }

    fn schema(&self) -> &Schema {
        self.frame.schema()
    }

    fn validate(&self, cx: &Context, config: &Value) -> Diagnostics {
        let mut diagnostics = validate(self.schema(), config, cx.write_only_allowed);
        diagnostics.extend(self.source.validate(config));
        diagnostics
    }

    fn read<'a>(&'a self, cx: &'a Context, config: Value) -> BoxFuture<'a, DataReply> {
        Box::pin(async move {
            self.ask(cx, &config)
                .await
                .unwrap_or_else(|diagnostics| DataReply {
                    diagnostics: as_failure(diagnostics),
                    ..DataReply::default()
                })
        })
    }
}

impl<D: DataSource> Erased<D> {
    async fn ask(&self, cx: &Context, config: &Value) -> Result<DataReply, Diagnostics> {
        let question = Question::new(self.type_name(), &self.frame, config);
        let deferred = question.deferral(cx, config, self.source.not_yet())?;
        if deferred.is_some() {
            return Ok(DataReply {
                state: question.unanswered(),
                deferred,
                diagnostics: Diagnostics::default(),
            });
        }
        let found = self
            .source
            .read(&self.context(cx, config), question.typed()?)
            .await?;
        let Found {
            state,
            mut diagnostics,
        } = found;
        let state = question.answer(&state)?;
        let judge = || check_stored(question.schema(), &state);
        question.judge("a read", judge, &mut diagnostics);
        Ok(DataReply {
            state,
            deferred: None,
            diagnostics,
        })
    }

    fn context(&self, cx: &Context, config: &Value) -> Context {
        let limit = self.source.default_timeout();
        let defaults = Timeouts::new(limit, limit, limit, limit);
        let timeouts = Timeouts::from_value(config.get(timeouts::BLOCK), defaults);
        Context {
            call: cx.call.within(timeouts.limit(Operation::Read)),
            ..cx.clone()
        }
    }
}
