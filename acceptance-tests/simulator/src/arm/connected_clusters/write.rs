//! PUT, PATCH and DELETE of a connected cluster.

use axum::http::StatusCode;

use super::draft::{Draft, Patch};
use super::schema::Version;
use super::{ConnectedCluster, ProvisioningState, key, progress, require, view};
use crate::arm::change::Change;
use crate::arm::{Answer, ArmError, Context, providers, resource_groups};
use crate::operations::Address;
use crate::reply::Reply;

/// `PUT`: creates the cluster, or replaces everything that the api-version can express.
pub(super) fn put(
    cx: &mut Context<'_>,
    version: Version,
    subscription: &str,
    group: &str,
) -> Answer {
    providers::require_registered(cx, subscription, "Microsoft.Kubernetes")?;
    let group = resource_groups::require_open(cx, subscription, group)?
        .id
        .clone();
    let key = key(cx);
    let draft = Draft::parse(cx, version, !cx.store.clusters.contains_key(&key))?;
    let (status, state) = match cx.store.clusters.get(&key) {
        Some(cluster) => {
            cluster.require_idle()?;
            cluster.require_same(&draft, cx.store.behaviour.key_change)?;
            (StatusCode::OK, ProvisioningState::Updating)
        }
        None => (StatusCode::CREATED, ProvisioningState::Accepted),
    };
    let change = Change::of(cx);
    let fresh = ConnectedCluster::new(cx, &group, &draft.location);
    let cluster = cx.store.clusters.entry(key.clone()).or_insert(fresh);
    cluster.replace(draft, version, change);
    let name = progress::begin(cx, &key, state, |_| {});
    let reply = Reply::json(status, view::show(cx, require(cx, &key)?, version));
    let path = format!("/subscriptions/{subscription}{}", progress::path(cx, &key)?);
    Ok(cx.later(cx.follow(reply, &name, &path, Address::Monitor)))
}

/// `PATCH`: at once up to 2025-08-01-preview, by an operation from 2025-12-01-preview on.
pub(super) fn patch(
    cx: &mut Context<'_>,
    version: Version,
    subscription: &str,
    group: &str,
) -> Answer {
    resource_groups::require_open(cx, subscription, group)?;
    let key = key(cx);
    require(cx, &key)?.require_idle()?;
    let changes = Patch::parse(&cx.request.json()?, version)?;
    let change = Change::of(cx);
    let apply = move |cluster: &mut ConnectedCluster| cluster.patch(changes, change);
    if version < Version::V2025_12_01_PREVIEW {
        cx.store.clusters.get_mut(&key).map(apply);
        return super::show(cx, &key);
    }
    let name = progress::begin(cx, &key, ProvisioningState::Updating, apply);
    let path = progress::path(cx, &key)?;
    let reply = Reply::empty(StatusCode::ACCEPTED);
    Ok(cx.later(cx.follow(reply, &name, &path, Address::Result)))
}

/// `DELETE`, which also ends whatever was going on with the cluster.
pub(super) fn delete(cx: &mut Context<'_>, subscription: &str, group: &str) -> Answer {
    resource_groups::require(cx, subscription, group)?;
    check_force(cx.request.query("force"))?;
    let key = key(cx);
    let Some(cluster) = cx.store.clusters.get(&key) else {
        return Ok(Reply::empty(StatusCode::NO_CONTENT));
    };
    let deleting = cluster.provisioning_state == ProvisioningState::Deleting;
    let name = match cluster.operation.clone().filter(|_| deleting) {
        Some(name) => name,
        None => progress::begin_delete(cx, &key),
    };
    let path = progress::path(cx, &key)?;
    let reply = cx.follow(
        Reply::empty(StatusCode::ACCEPTED),
        &name,
        &path,
        Address::Result,
    );
    Ok(cx.later(cx.follow(reply, &name, &path, Address::Monitor)))
}

fn check_force(force: Option<&str>) -> Result<(), ArmError> {
    let force = force.unwrap_or("false");
    if matches!(force.to_lowercase().as_str(), "true" | "false") {
        return Ok(());
    }
    Err(ArmError::bad("InvalidParameter", format!("'{force}' is not a boolean.")).at("force"))
}
