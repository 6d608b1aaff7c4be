//! PUT, PATCH and DELETE of a Flux configuration.

use axum::http::StatusCode;
use serde_json::Map;

use super::draft::Draft;
use super::schema::{PROPERTIES, Version};
use super::{FluxConfiguration, TYPE, require, rules, view};
use crate::arm::change::Change;
use crate::arm::configuration::{Parent, force_delete};
use crate::arm::progress::{self, Progress, State};
use crate::arm::protected::Protected;
use crate::arm::schema::replaced;
use crate::arm::{Answer, ArmError, Context};
use crate::faults::Ending;
use crate::operations::Failure;
use crate::reply::Reply;
use crate::store::Store;

/// `PUT`: creates the configuration, or replaces everything that the api-version can express.
pub(super) fn put(cx: &mut Context<'_>, parent: &Parent, version: Version) -> Answer {
    parent.require_open(cx, TYPE)?;
    let key = parent.child(cx);
    rules::check_name(cx.request.segment(11), "name")?;
    let old = cx.store.flux_configurations.get(&key);
    let mut draft = Draft::put(&cx.request.json()?, version, old.is_none())?;
    rules::check(&draft.settings)?;
    rules::require_flux(cx, &parent.key)?;
    let (status, state) = match old {
        Some(old) => {
            old.require_idle()?;
            rules::require_same(old, &draft.settings)?;
            draft.settings = replaced(PROPERTIES, &old.settings, draft.settings, version);
            (StatusCode::OK, State::Updating)
        }
        None => (StatusCode::CREATED, State::Creating),
    };
    let fresh = FluxConfiguration::new(parent.child_id(cx, TYPE)?, Change::of(cx));
    let configurations = &mut cx.store.flux_configurations;
    configurations.entry(key.clone()).or_insert(fresh);
    begin(cx, &key, draft, (status, state), version)
}

/// `PATCH`: merges.
pub(super) fn patch(cx: &mut Context<'_>, parent: &Parent, version: Version) -> Answer {
    parent.require_open(cx, TYPE)?;
    let key = parent.child(cx);
    let old = require(cx, &key)?;
    old.require_idle()?;
    let draft = Draft::patch(&cx.request.json()?, version, old)?;
    rules::check(&draft.settings)?;
    begin(
        cx,
        &key,
        draft,
        (StatusCode::ACCEPTED, State::Updating),
        version,
    )
}

/// `DELETE`, which takes over from whatever was going on; with `forceDelete` the cluster is not asked.
pub(super) fn delete(cx: &mut Context<'_>, parent: &Parent) -> Answer {
    parent.require(cx)?;
    let force = force_delete(cx)?;
    let key = parent.child(cx);
    let Some(configuration) = cx.store.flux_configurations.get(&key) else {
        return Ok(Reply::empty(StatusCode::NO_CONTENT));
    };
    let path = Parent::operations(&configuration.id);
    let done = |store: &mut Store, key: &str, failure: Option<&Failure>| {
        if failure.is_none() {
            store.flux_configurations.remove(key);
        }
    };
    let name = progress::begin(cx, &key, State::Deleting, find, done);
    if !force {
        progress::hold(cx.store, &name);
    }
    Ok(cx.follow_plain(Reply::empty(StatusCode::ACCEPTED), &name, &path))
}

/// Begins to bring the configuration into the cluster.
fn begin(
    cx: &mut Context<'_>,
    key: &str,
    draft: Draft,
    (status, state): (StatusCode, State),
    version: Version,
) -> Answer {
    let change = Change::of(cx);
    let unreachable = matches!(cx.overrides.ending, Ending::NonCompliant);
    if let Some(configuration) = cx.store.flux_configurations.get_mut(key) {
        configuration.settings = draft.settings;
        configuration.protected = draft.protected;
        configuration.modified = change;
        configuration.unreachable = unreachable;
        configuration.applied = None;
        configuration.failure = None;
    }
    let done = |store: &mut Store, key: &str, failure: Option<&Failure>| {
        if let Some(configuration) = store.flux_configurations.get_mut(key) {
            configuration.failure = failure.cloned();
        }
    };
    let name = progress::begin(cx, key, state, find, done);
    progress::hold(cx.store, &name);
    let configuration = require(cx, key)?;
    let path = Parent::operations(&configuration.id);
    let reply = Reply::json(status, view::show(cx, configuration, version));
    Ok(cx.follow_plain(reply, &name, &path))
}

fn find<'a>(store: &'a mut Store, key: &str) -> Option<&'a mut Progress> {
    Some(&mut store.flux_configurations.get_mut(key)?.progress)
}

impl FluxConfiguration {
    /// A configuration about which nothing else is known yet.
    fn new(id: String, change: Change) -> Self {
        Self {
            name: id.rsplit('/').next().unwrap_or_default().to_owned(),
            id,
            settings: Map::new(),
            protected: Protected::new(),
            progress: Progress::done(),
            failure: None,
            applied: None,
            unreachable: false,
            created: change.clone(),
            modified: change,
        }
    }

    fn require_idle(&self) -> Result<(), ArmError> {
        self.progress
            .require_idle(&format!("Flux configuration '{}'", self.name))
    }
}
