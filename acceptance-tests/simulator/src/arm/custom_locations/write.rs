//! PUT, PATCH and DELETE of a custom location.

use axum::http::StatusCode;
use serde_json::Map;
use uuid::Uuid;

use super::draft::{Draft, Patch};
use super::schema::Version;
use super::{CustomLocation, TYPE, key, require, rules, view};
use crate::arm::change::Change;
use crate::arm::progress::{self, Progress, State};
use crate::arm::{Answer, ArmError, Context, providers, resource_groups};
use crate::operations::Failure;
use crate::reply::Reply;
use crate::store::{Store, Tags};

const NAMESPACE: &str = "Microsoft.ExtendedLocation";

/// `PUT`: creates the custom location, or replaces it.
pub(super) fn put(
    cx: &mut Context<'_>,
    version: Version,
    subscription: &str,
    group: &str,
) -> Answer {
    providers::require_registered(cx, subscription, &NAMESPACE.to_lowercase())?;
    let group = resource_groups::require_open(cx, subscription, group)?
        .id
        .clone();
    let key = key(cx);
    let name = cx.request.segment(7).to_owned();
    rules::check_name(&name)?;
    let old = cx.store.custom_locations.get(&key);
    let draft = Draft::parse(cx, version, old.is_none())?;
    let (status, state) = match old {
        Some(old) => {
            old.require_idle()?;
            old.require_place(&draft.location)?;
            rules::require_same(old, &draft.settings)?;
            (StatusCode::OK, State::Updating)
        }
        None => (StatusCode::CREATED, State::Creating),
    };
    rules::check_host(cx, &draft.settings)?;
    rules::check_extensions(cx, &draft.settings)?;
    rules::check_namespace(cx, &key, &draft.settings)?;
    let change = Change::of(cx);
    let id = format!("{group}/providers/{NAMESPACE}/{TYPE}/{name}");
    let fresh = CustomLocation::new(id, name, draft.location.clone(), change.clone());
    let location = cx
        .store
        .custom_locations
        .entry(key.clone())
        .or_insert(fresh);
    location.replace(draft, change);
    let name = progress::begin(cx, &key, state, find, |_, _, _| {});
    progress::hold(cx.store, &name);
    let reply = Reply::json(status, view::show(cx, require(cx, &key)?, version));
    Ok(cx.follow_plain(reply, &name, &path(subscription, require(cx, &key)?)))
}

/// `PATCH`, at once.
pub(super) fn patch(
    cx: &mut Context<'_>,
    version: Version,
    subscription: &str,
    group: &str,
) -> Answer {
    resource_groups::require_open(cx, subscription, group)?;
    let key = key(cx);
    let patch = Patch::parse(&cx.request.json()?, version)?;
    let old = require(cx, &key)?;
    old.require_idle()?;
    rules::require_same(old, &patch.settings)?;
    let mut settings = old.settings.clone();
    settings.extend(patch.settings);
    rules::check_extensions(cx, &settings)?;
    let change = Change::of(cx);
    if let Some(location) = cx.store.custom_locations.get_mut(&key) {
        location.settings = settings;
        location.modified = change;
        if let Some(tags) = patch.tags {
            location.tags = tags;
        }
        if let Some(has_identity) = patch.has_identity {
            location.identify(has_identity);
        }
    }
    Ok(Reply::ok(view::show(cx, require(cx, &key)?, version)))
}

/// `DELETE`, which takes over from whatever was going on. Where there is no host any more, no cluster is asked.
pub(super) fn delete(cx: &mut Context<'_>, subscription: &str, group: &str) -> Answer {
    resource_groups::require(cx, subscription, group)?;
    let key = key(cx);
    let Some(location) = cx.store.custom_locations.get(&key) else {
        return Ok(Reply::empty(StatusCode::NO_CONTENT));
    };
    let path = path(subscription, location);
    let has_host = cx.store.clusters.contains_key(&location.host());
    let done = |store: &mut Store, key: &str, failure: Option<&Failure>| {
        if failure.is_none() {
            store.custom_locations.remove(key);
        }
    };
    let name = progress::begin(cx, &key, State::Deleting, find, done);
    if has_host {
        progress::hold(cx.store, &name);
    }
    Ok(cx.follow_plain(Reply::empty(StatusCode::ACCEPTED), &name, &path))
}

/// Where the operations of a custom location are watched.
fn path(subscription: &str, location: &CustomLocation) -> String {
    let region = &location.location;
    format!(
        "/subscriptions/{subscription}/providers/{NAMESPACE}/locations/{region}/operationsStatus"
    )
}

fn find<'a>(store: &'a mut Store, key: &str) -> Option<&'a mut Progress> {
    Some(&mut store.custom_locations.get_mut(key)?.progress)
}

impl CustomLocation {
    /// A custom location about which nothing else is known yet.
    fn new(id: String, name: String, location: String, change: Change) -> Self {
        Self {
            id,
            name,
            location,
            tags: Tags::new(),
            principal_id: None,
            settings: Map::new(),
            progress: Progress::done(),
            created: change.clone(),
            modified: change,
        }
    }

    fn require_idle(&self) -> Result<(), ArmError> {
        self.progress
            .require_idle(&format!("custom location '{}'", self.name))
    }

    fn require_place(&self, location: &str) -> Result<(), ArmError> {
        if self.location == location {
            return Ok(());
        }
        let message = format!(
            "The resource '{}' already exists in location '{}' in this resource group.",
            self.name, self.location
        );
        Err(ArmError::conflict("InvalidResourceLocation", message))
    }

    fn replace(&mut self, draft: Draft, change: Change) {
        self.settings = draft.settings;
        self.tags = draft.tags;
        self.modified = change;
        self.identify(draft.has_identity);
    }

    fn identify(&mut self, wanted: bool) {
        let fresh = || Uuid::new_v4().to_string();
        let known = self.principal_id.take();
        self.principal_id = wanted.then(|| known.unwrap_or_else(fresh));
    }
}
