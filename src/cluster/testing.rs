//! An API server made of a function, for tests of conversations.

mod store;

use std::future::pending;
use std::io;

use http::{Request, Response};
use kube::Client;
use kube::client::Body;
use kube::config::{AuthInfo, Cluster as Server};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

pub(crate) use self::store::Store;
use super::Cluster;
use super::login::Access;
use crate::call::Call;

/// A call that nothing ends.
pub(crate) fn call() -> Call {
    Call::new(CancellationToken::new(), "test")
}

/// A cluster that answers `METHOD /path?query` with a status and a body.
pub(crate) fn cluster(
    answer: impl Fn(&str) -> (u16, Value) + Send + Sync + Clone + 'static,
) -> Cluster {
    cluster_with_bodies(move |request, _| answer(request))
}

/// As [`cluster`], for answers that depend on what was sent.
pub(crate) fn cluster_with_bodies(
    answer: impl Fn(&str, &Value) -> (u16, Value) + Send + Sync + Clone + 'static,
) -> Cluster {
    cluster_of(move |request, body| {
        let (status, body) = answer(request, body);
        Answer::Given(status, body)
    })
}

/// What a request comes to.
pub(crate) enum Answer {
    /// A status and a body.
    Given(u16, Value),
    /// The connection is reset.
    Lost,
    /// Silence.
    Never,
}

/// As [`cluster_with_bodies`], for a network that loses answers.
pub(crate) fn cluster_of(
    answer: impl Fn(&str, &Value) -> Answer + Send + Sync + Clone + 'static,
) -> Cluster {
    let service = tower::service_fn(move |request: Request<Body>| {
        let answer = answer.clone();
        async move {
            let line = format!("{} {}", request.method(), request.uri());
            let sent = request.into_body().collect_bytes().await?;
            let sent = serde_json::from_slice(&sent).unwrap_or_default();
            let (status, body) = match answer(line.trim_end_matches('?'), &sent) {
                Answer::Given(status, body) => (status, body),
                Answer::Lost => {
                    let reset = io::Error::from(io::ErrorKind::ConnectionReset);
                    return Err(kube::Error::Service(reset.into()));
                }
                Answer::Never => pending().await,
            };
            let body = Body::from(body.to_string().into_bytes());
            let response = Response::builder().status(status).body(body);
            Ok(response.expect("a response"))
        }
    });
    let server = Server {
        server: Some("https://k.example".into()),
        ..Server::default()
    };
    let access = Access {
        server,
        user: AuthInfo::default(),
    };
    Cluster::of(Client::new(service, "default"), access, None, None)
}
