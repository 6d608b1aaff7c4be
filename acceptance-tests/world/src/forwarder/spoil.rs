//! The ways in which a request can go wrong.

use std::time::Duration;

use anyhow::Context;
use futures::stream::unfold;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{Response, StatusCode};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Bytes, Frame};
use reqwest::Body;
use serde_json::json;

/// What a service asks for that has given up on the day.
const COME_BACK: &str = "86400";

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection is reset.
    Reset(Moment),
    /// It is refused with a 503 that asks to come back in a day.
    Refuse,
    /// It is never answered.
    Stall,
    /// Its answer comes byte by byte, with this pause before each.
    Drip(Duration),
}

/// When a connection is reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Before the request takes effect.
    Before,
    /// After it has: the client cannot know.
    After,
}

/// The refusal, in a form that both planes use: Kubernetes reads the top, Azure the `error`.
pub(super) fn refusal() -> anyhow::Result<Response<Body>> {
    let message = "scripted: come back tomorrow";
    let body = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "reason": "ServiceUnavailable", "code": 503, "message": message,
        "error": {"code": "ServiceUnavailable", "message": message},
    });
    Response::builder()
        .status(StatusCode::SERVICE_UNAVAILABLE)
        .header(CONTENT_TYPE, "application/json")
        .header(RETRY_AFTER, COME_BACK)
        .body(body.to_string().into())
        .context("refusal")
}

/// The same answer in drops. Its head comes at once.
pub(super) async fn drip(
    response: Response<Body>,
    pause: Duration,
) -> anyhow::Result<Response<Body>> {
    let (mut head, body) = response.into_parts();
    let bytes = body.collect().await?.to_bytes();
    head.headers
        .insert(http::header::CONTENT_LENGTH, bytes.len().into());
    let drops = unfold(bytes, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(pause).await;
        let drop = rest.split_to(1);
        Some((Ok::<_, std::io::Error>(Frame::<Bytes>::data(drop)), rest))
    });
    Ok(Response::from_parts(
        head,
        Body::wrap(StreamBody::new(drops)),
    ))
}
