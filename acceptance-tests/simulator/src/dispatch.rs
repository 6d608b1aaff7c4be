//! Where every request comes in: numbering, scripted faults, choice of the service, the log.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use uuid::Uuid;

use super::faults::{Action, Moment, Overrides};
use super::hosts::Service;
use super::reply::Reply;
use super::request::Request;
use super::{Cloud, admin, arm, data_plane, entra, graph, redact};

/// Resource Manager takes no larger bodies.
const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// Marks a response that must not be sent: the server ends the connection instead.
#[derive(Clone, Copy, Debug)]
pub(super) struct HangUp;

/// What the scripts want done with one request.
#[derive(Default)]
struct Script {
    delay: Duration,
    reply: Option<Reply>,
    hang_up: Option<Moment>,
    overrides: Overrides,
}

/// All routes: the admin API of the tests, and Azure.
pub(super) fn router(cloud: Arc<Cloud>) -> Router {
    Router::new()
        .nest(admin::PREFIX, admin::router())
        .fallback(serve)
        .with_state(cloud)
}

async fn serve(
    State(cloud): State<Arc<Cloud>>,
    request: axum::http::Request<Body>,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return Reply::empty(StatusCode::PAYLOAD_TOO_LARGE).into_response();
    };
    let request = Request::new(parts.method, parts.uri, parts.headers, body);
    let began = Instant::now();
    let mut script = Script::of(cloud.faults().actions_for(&request));
    tokio::time::sleep(script.delay).await;
    let reply = match (script.hang_up, script.reply.take()) {
        (Some(Moment::Before), _) => Reply::empty(StatusCode::SERVICE_UNAVAILABLE),
        (_, Some(reply)) => reply,
        (_, None) => answer(&cloud, &request, script.overrides),
    };
    let reply = stamp(&request, reply);
    record(&cloud, &request, &reply, script.hang_up, began);
    let mut response = reply.into_response();
    if script.hang_up.is_some() {
        response.extensions_mut().insert(HangUp);
    }
    response
}

fn answer(cloud: &Cloud, request: &Request, overrides: Overrides) -> Reply {
    match Service::of(request) {
        Service::Entra => entra::handle(cloud, request),
        Service::Arm => arm::handle(cloud, request, overrides),
        Service::Graph => graph::handle(cloud, request),
        Service::DataPlane(region) => data_plane::handle(cloud, request, region),
        Service::Unknown => Reply {
            unexpected: true,
            ..Reply::empty(StatusCode::NOT_FOUND)
        },
    }
}

/// Adds the headers that every reply of Azure carries.
fn stamp(request: &Request, reply: Reply) -> Reply {
    let id = Uuid::new_v4().to_string();
    let correlation = request
        .header("x-ms-correlation-request-id")
        .unwrap_or(&id)
        .to_owned();
    reply
        .with("x-ms-request-id", &id)
        .with("x-ms-correlation-request-id", correlation)
        .with("x-ms-routing-request-id", format!("SIMULATOR:{id}"))
        .with("Cache-Control", "no-cache")
        .with(
            "Strict-Transport-Security",
            "max-age=31536000; includeSubDomains",
        )
        .with("X-Content-Type-Options", "nosniff")
}

fn record(
    cloud: &Cloud,
    request: &Request,
    reply: &Reply,
    hang_up: Option<Moment>,
    began: Instant,
) {
    let sent = |name: &str| {
        let mut headers = reply.headers.iter();
        headers
            .find(|(header, _)| header == name)
            .map(|(_, value)| value)
    };
    cloud.log.write(json!({
        "time": Timestamp::now(),
        "method": request.method.as_str(),
        "host": request.host,
        "path": request.uri.path(),
        "query": request.uri.query(),
        "api_version": request.query("api-version"),
        "status": reply.status.as_u16(),
        "error_code": reply.error_code(),
        "unexpected": reply.unexpected,
        "hang_up": hang_up,
        "milliseconds": began.elapsed().as_millis(),
        "request_id": sent("x-ms-request-id"),
        "correlation_id": sent("x-ms-correlation-request-id"),
        "client_request_id": request.header("x-ms-client-request-id"),
        "user_agent": request.header("user-agent"),
        "body": redact::body(request),
    }));
}

impl Script {
    fn of(actions: Vec<Action>) -> Self {
        let mut script = Self::default();
        for action in actions {
            match action {
                Action::Reply(reply) => script.reply = Some(reply.reply()),
                Action::DelayMs(delay) => script.delay += Duration::from_millis(delay),
                Action::Drop(moment) => script.hang_up = Some(moment),
                Action::Operation(ending) => script.overrides.ending = ending,
                Action::ShuffledCasing => script.overrides.shuffled_casing = true,
                Action::HiddenMs(time) => {
                    script.overrides.hidden = SignedDuration::from_millis(time.into());
                }
            }
        }
        script
    }
}
