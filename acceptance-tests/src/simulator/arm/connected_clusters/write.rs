//! PUT, PATCH and DELETE of a connected cluster.

use axum::http::StatusCode;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::draft::{self, Draft};
use super::schema::{Field, PROPERTIES, Shape, Version};
use super::{Change, ConnectedCluster, Connectivity, key, require, view};
use crate::simulator::arm::{Answer, ArmError, Context, providers, resource_groups, tags};
use crate::simulator::config::KeyChange;
use crate::simulator::operations::{Address, Failure, Outcome};
use crate::simulator::reply::Reply;
use crate::simulator::request::text;
use crate::simulator::store::{Store, Tags};

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
            (StatusCode::OK, "Updating")
        }
        None => (StatusCode::CREATED, "Accepted"),
    };
    let mut cluster = match cx.store.clusters.remove(&key) {
        Some(cluster) => cluster,
        None => new(cx, &group, &draft),
    };
    cluster.replace(draft, version);
    cluster.provisioning_state = state;
    cluster.modified = change(cx);
    cx.store.clusters.insert(key.clone(), cluster);
    let name = begin(
        cx,
        &key,
        Outcome::Cluster(key.clone()),
        |cluster, failure| {
            cluster.provisioning_state = ended(failure);
        },
    );
    let reply = Reply::json(status, view::show(cx, require(cx, &key)?, version));
    let path = format!("/subscriptions/{subscription}{}", operation_path(cx, &key)?);
    Ok(cx.later(cx.follow(reply, &name, &path, Address::Monitor)))
}

/// `PATCH`: at once up to 2025-08-01-preview, by an operation from 2026-05-01 on.
pub(super) fn patch(
    cx: &mut Context<'_>,
    version: Version,
    subscription: &str,
    group: &str,
) -> Answer {
    resource_groups::require_open(cx, subscription, group)?;
    let key = key(cx);
    require(cx, &key)?.require_idle()?;
    let body = cx.request.json()?;
    let settings = draft::patch(&body, version)?;
    let tags = body
        .get("tags")
        .is_some_and(|tags| !tags.is_null())
        .then(|| tags::parse(&body))
        .transpose()?;
    let modified = change(cx);
    let apply = move |cluster: &mut ConnectedCluster| {
        cluster.tags = tags.unwrap_or_else(|| std::mem::take(&mut cluster.tags));
        cluster.settings.extend(settings);
        cluster.modified = modified;
    };
    if version < Version::V2026_05_01 {
        cx.store.clusters.get_mut(&key).map(apply);
        return super::show(cx, &key);
    }
    let name = begin(
        cx,
        &key,
        Outcome::Cluster(key.clone()),
        |cluster, failure| {
            cluster.provisioning_state = ended(failure);
            if failure.is_none() {
                apply(cluster);
            }
        },
    );
    set_state(cx, &key, "Updating");
    let path = operation_path(cx, &key)?;
    let reply = Reply::empty(StatusCode::ACCEPTED);
    Ok(cx.later(cx.follow(reply, &name, &path, Address::Result)))
}

/// `DELETE`, which also ends whatever was going on with the cluster.
pub(super) fn delete(cx: &mut Context<'_>, subscription: &str, group: &str) -> Answer {
    resource_groups::require(cx, subscription, group)?;
    if let Some(force) = cx.request.query("force")
        && !matches!(force.to_lowercase().as_str(), "true" | "false")
    {
        return Err(
            ArmError::bad("InvalidParameter", format!("'{force}' is not a boolean.")).at("force"),
        );
    }
    let key = key(cx);
    if !cx.store.clusters.contains_key(&key) {
        return Ok(Reply::empty(StatusCode::NO_CONTENT));
    }
    let path = operation_path(cx, &key)?;
    let name = match require(cx, &key)?.operation.clone() {
        Some(name) if require(cx, &key)?.provisioning_state == "Deleting" => name,
        _ => begin_delete(cx, &key),
    };
    let reply = cx.follow(
        Reply::empty(StatusCode::ACCEPTED),
        &name,
        &path,
        Address::Result,
    );
    Ok(cx.later(cx.follow(reply, &name, &path, Address::Monitor)))
}

fn begin_delete(cx: &mut Context<'_>, key: &str) -> String {
    let target = key.to_owned();
    let name = cx.begin(
        key,
        Outcome::Gone,
        Box::new(move |store: &mut Store, name, failure| match failure {
            Some(_) => with_cluster(store, &target, name, |cluster| {
                cluster.provisioning_state = "Failed";
            }),
            None => {
                store.clusters.remove(&target);
            }
        }),
    );
    set_state(cx, key, "Deleting");
    take(cx, key, &name);
    name
}

/// Begins an operation that may change the cluster at its end, unless another one took over meanwhile.
fn begin(
    cx: &mut Context<'_>,
    key: &str,
    outcome: Outcome,
    apply: impl FnOnce(&mut ConnectedCluster, Option<&Failure>) + Send + 'static,
) -> String {
    let target = key.to_owned();
    let name = cx.begin(
        key,
        outcome,
        Box::new(move |store: &mut Store, name, failure| {
            with_cluster(store, &target, name, |cluster| apply(cluster, failure));
        }),
    );
    take(cx, key, &name);
    name
}

fn with_cluster(
    store: &mut Store,
    key: &str,
    operation: &str,
    apply: impl FnOnce(&mut ConnectedCluster),
) {
    let Some(cluster) = store.clusters.get_mut(key) else {
        return;
    };
    if cluster.operation.as_deref() == Some(operation) {
        cluster.operation = None;
        apply(cluster);
    }
}

fn take(cx: &mut Context<'_>, key: &str, operation: &str) {
    if let Some(cluster) = cx.store.clusters.get_mut(key) {
        cluster.operation = Some(operation.to_owned());
    }
}

fn set_state(cx: &mut Context<'_>, key: &str, state: &'static str) {
    if let Some(cluster) = cx.store.clusters.get_mut(key) {
        cluster.provisioning_state = state;
    }
}

fn ended(failure: Option<&Failure>) -> &'static str {
    if failure.is_some() {
        "Failed"
    } else {
        "Succeeded"
    }
}

fn new(cx: &Context<'_>, group: &str, draft: &Draft) -> ConnectedCluster {
    let name = cx.request.segment(7).to_owned();
    ConnectedCluster {
        id: format!("{group}/providers/Microsoft.Kubernetes/connectedClusters/{name}"),
        name,
        location: draft.location.clone(),
        tags: Tags::new(),
        kind: None,
        principal_id: None,
        settings: Map::new(),
        provisioning_state: "Accepted",
        operation: None,
        report: None,
        connectivity: Connectivity::Connecting,
        created: change(cx),
        modified: change(cx),
    }
}

/// Where this provider's operations are watched. The region is spelled as Azure spells it there.
fn operation_path(cx: &Context<'_>, key: &str) -> Result<String, ArmError> {
    let location = require(cx, key)?.location.to_uppercase();
    Ok(format!(
        "/providers/Microsoft.Kubernetes/locations/{location}/operationStatuses"
    ))
}

/// What a PUT leaves: what it says, and of the old settings those that its api-version cannot express.
fn replaced(
    fields: &[Field],
    old: &Map<String, Value>,
    mut new: Map<String, Value>,
    version: Version,
) -> Map<String, Value> {
    for field in fields {
        let Some(old) = old.get(field.name) else {
            continue;
        };
        if field.since > version {
            new.insert(field.name.to_owned(), old.clone());
        } else if let (Shape::Object(fields), Some(old)) = (&field.shape, old.as_object()) {
            let given = new
                .get(field.name)
                .and_then(Value::as_object)
                .cloned()
                .unwrap_or_default();
            let merged = replaced(fields, old, given, version);
            if !merged.is_empty() {
                new.insert(field.name.to_owned(), merged.into());
            }
        }
    }
    new
}

fn change(cx: &Context<'_>) -> Change {
    Change {
        by: cx.caller.client_id.clone(),
        at: cx.now,
    }
}

impl ConnectedCluster {
    fn require_idle(&self) -> Result<(), ArmError> {
        let Some(operation) = &self.operation else {
            return Ok(());
        };
        let state = self.provisioning_state;
        let message = format!(
            "The cluster '{}' is {state} by operation '{operation}'. Try again later.",
            self.name
        );
        Err(ArmError::conflict("AnotherOperationInProgress", message))
    }

    fn require_same(&self, draft: &Draft, key_change: KeyChange) -> Result<(), ArmError> {
        if self.location != draft.location {
            let message = format!(
                "The resource '{}' already exists in location '{}' in this resource group. A resource with the same name cannot be created in location '{}'.",
                self.name, self.location, draft.location
            );
            return Err(ArmError::conflict("InvalidResourceLocation", message));
        }
        let key = text(&draft.settings, "agentPublicKeyCertificate");
        if key_change == KeyChange::Refuse && key != Some(self.public_key()) {
            let message = "The public key of a connected cluster cannot be changed.";
            return Err(ArmError::conflict("Conflict", message));
        }
        Ok(())
    }

    fn replace(&mut self, draft: Draft, version: Version) {
        self.tags = draft.tags;
        self.settings = replaced(PROPERTIES, &self.settings, draft.settings, version);
        if version >= Version::V2024_01_01 {
            self.kind = draft.kind;
        }
        self.principal_id = match (draft.has_identity, self.principal_id.take()) {
            (true, None) => Some(Uuid::new_v4().to_string()),
            (true, known) => known,
            (false, _) => None,
        };
    }
}
