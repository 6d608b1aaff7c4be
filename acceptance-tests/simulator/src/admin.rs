//! The tests' API: look at the state, script faults, move the clock.
//!
//! It answers only to a loopback host name, so that no program under test can reach it by an address of Azure's.
//!
//! | request | effect |
//! |---|---|
//! | `GET state` | everything that Azure remembers, and what the agents saw last |
//! | `GET requests?since=N` | lines of the request log |
//! | `POST faults`, `GET faults`, `DELETE faults` | one script more; how often each matched; none |
//! | `PUT clock` `{"offset_seconds": N}` | the clock runs so far ahead of the machine's |
//! | `POST age` `{"id": ID, "seconds": N}` | what its agents reported becomes so much older, their certificate included |
//! | `PUT behaviour` | pace and manners, whole |
//! | `PUT agents` `{"connected_cluster": ID, "presence": "real" \| "away" \| {"simulated": {}}}` | whose agents report for a cluster |
//! | `POST extensions` | an extension that a policy or Azure itself makes |
//! | `POST tokens/revoke` | no access token given so far is valid any more |
//! | `POST reset` | state, clock, faults and log as after the start |

use std::sync::Arc;

use axum::extract::{Query, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post, put};
use axum::{Json, Router};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json};

use super::agents::Presence;
use super::arm::configuration::extensions::{self, Seed};
use super::arm::connected_clusters::ConnectedCluster;
use super::config::Behaviour;
use super::faults::Fault;
use super::store::Store;
use super::{Cloud, agents};

/// A path that Azure does not have.
pub(super) const PREFIX: &str = "/_simulator";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Offset {
    offset_seconds: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenPresence {
    /// Id of the cluster, which need not exist yet.
    connected_cluster: String,
    presence: Presence,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Age {
    id: String,
    seconds: i64,
}

#[derive(Deserialize)]
struct Since {
    #[serde(default)]
    since: usize,
}

/// The routes behind [`PREFIX`].
pub(super) fn router() -> Router<Arc<Cloud>> {
    Router::new()
        .route("/state", get(state))
        .route("/requests", get(requests))
        .route("/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/clock", put(set_clock))
        .route("/age", post(age))
        .route("/behaviour", put(set_behaviour))
        .route("/agents", put(set_presence))
        .route("/extensions", post(add_extension))
        .route("/tokens/revoke", post(revoke_tokens))
        .route("/reset", post(reset))
        .layer(middleware::from_fn(loopback_only))
}

async fn loopback_only(request: Request, next: Next) -> Result<Response, StatusCode> {
    let header = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let host = request.uri().host().or(header).unwrap_or_default();
    let name = host.split(':').next().unwrap_or_default();
    if matches!(name, "127.0.0.1" | "localhost") {
        Ok(next.run(request).await)
    } else {
        Err(StatusCode::NOT_FOUND)
    }
}

async fn state(State(cloud): State<Arc<Cloud>>) -> Json<Value> {
    let mut state = cloud.store().dump();
    state["clock"] =
        json!({"now": cloud.clock.now(), "offset_seconds": cloud.clock.offset_seconds()});
    Json(state)
}

async fn requests(State(cloud): State<Arc<Cloud>>, Query(query): Query<Since>) -> Json<Vec<Value>> {
    Json(cloud.log.since(query.since))
}

async fn faults(State(cloud): State<Arc<Cloud>>) -> Json<Value> {
    Json(cloud.faults().dump())
}

async fn add_fault(State(cloud): State<Arc<Cloud>>, Json(fault): Json<Fault>) -> StatusCode {
    cloud.faults().add(fault);
    StatusCode::NO_CONTENT
}

async fn clear_faults(State(cloud): State<Arc<Cloud>>) -> StatusCode {
    cloud.faults().clear();
    StatusCode::NO_CONTENT
}

async fn set_clock(State(cloud): State<Arc<Cloud>>, Json(clock): Json<Offset>) -> StatusCode {
    cloud.clock.set_offset_seconds(clock.offset_seconds);
    StatusCode::NO_CONTENT
}

async fn age(State(cloud): State<Arc<Cloud>>, Json(age): Json<Age>) -> StatusCode {
    change(&cloud, &age.id, |cluster| {
        cluster.age(SignedDuration::from_secs(age.seconds));
    })
}

/// Changes one connected cluster, and whether Azure takes it for offline.
fn change(cloud: &Cloud, id: &str, change: impl FnOnce(&mut ConnectedCluster)) -> StatusCode {
    let mut store = cloud.store();
    let Some(cluster) = store.clusters.get_mut(&id.to_lowercase()) else {
        return StatusCode::NOT_FOUND;
    };
    change(cluster);
    agents::mark_silent(&mut store, cloud.clock.now());
    StatusCode::NO_CONTENT
}

async fn set_behaviour(
    State(cloud): State<Arc<Cloud>>,
    Json(behaviour): Json<Behaviour>,
) -> StatusCode {
    cloud.store().behaviour = behaviour;
    StatusCode::NO_CONTENT
}

async fn set_presence(
    State(cloud): State<Arc<Cloud>>,
    Json(given): Json<GivenPresence>,
) -> StatusCode {
    let key = given.connected_cluster.to_lowercase();
    cloud.store().presences.insert(key, given.presence);
    StatusCode::NO_CONTENT
}

async fn add_extension(
    State(cloud): State<Arc<Cloud>>,
    Json(seed): Json<Seed>,
) -> Result<StatusCode, (StatusCode, String)> {
    let added = extensions::add(&mut cloud.store(), seed, cloud.clock.now());
    added.map_err(|reason| (StatusCode::BAD_REQUEST, reason))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn revoke_tokens(State(cloud): State<Arc<Cloud>>) -> StatusCode {
    cloud.tokens.revoke();
    StatusCode::NO_CONTENT
}

async fn reset(State(cloud): State<Arc<Cloud>>) -> StatusCode {
    *cloud.store() = Store::new(&cloud.config);
    cloud.clock.set_offset_seconds(0);
    cloud.faults().clear();
    cloud.log.clear();
    StatusCode::NO_CONTENT
}
