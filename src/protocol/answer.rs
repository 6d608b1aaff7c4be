//! How every call is run: its context, its span in the log, its own task, and what becomes of a panic.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use tonic::{Request, Response, Status};
use tracing::Instrument;

use super::ask::{Ask, Reply};
use super::calls::Calls;
use super::convert;
use crate::call::Call;
use crate::proto::tfplugin6 as wire;
use crate::sdk::context::{Checkpoint, Context};
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::path::AttributePath;

/// Runs a handler on a task of its own and answers with what it returns.
///
/// # Errors
///
/// Only when the task was taken away, at the end of the process.
pub(super) async fn answer<Q, F>(
    calls: &Calls,
    request: Request<Q>,
    handler: impl FnOnce(Context, Q) -> F + Send + 'static,
) -> Result<Response<Q::Reply>, Status>
where
    Q: Ask,
    F: Future<Output = Result<Q::Reply, Diagnostics>> + Send + 'static,
{
    let request = request.into_inner();
    // At the level of errors, so that every line of the log says what it is about.
    let span = tracing::error_span!("call", tf_rpc = Q::RPC, tf_resource_type = request.object());
    let cx = context(calls, request.object(), request.client());
    let work = async move {
        tracing::trace!("begin");
        let reply = guarded(handler(cx, request)).await.unwrap_or_else(Err);
        tracing::trace!("end");
        reply.unwrap_or_else(|diagnostics| Q::Reply::failed(convert::diagnostics(diagnostics)))
    };
    match calls.spawn(work.instrument(span)).await {
        Ok(reply) => Ok(Response::new(reply)),
        Err(_) => Err(Status::unavailable("the provider is leaving")),
    }
}

fn context(calls: &Calls, object: &str, client: wire::ClientCapabilities) -> Context {
    Context {
        call: Call::new(calls.stop_token(), object),
        deferral_allowed: client.deferral_allowed,
        write_only_allowed: client.write_only_attributes_allowed,
        checkpoint: Checkpoint::default(),
    }
}

/// Runs work whose panic is an error of this call only.
///
/// # Errors
///
/// One diagnostic that asks for a bug report.
pub(super) async fn guarded<F: Future>(work: F) -> Result<F::Output, Diagnostics> {
    AssertUnwindSafe(work)
        .catch_unwind()
        .await
        .map_err(|payload| crashed(&*payload))
}

fn crashed(payload: &(dyn Any + Send)) -> Diagnostics {
    let reason = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("no reason given");
    Diagnostics::error(
        AttributePath::root(),
        "Provider Bug",
        format!(
            "The provider broke off this operation because of a mistake in itself: {reason}\n\n\
             Other operations are not affected. Please report this; the provider's log (TF_LOG=ERROR) tells where \
             it happened."
        ),
    )
}
