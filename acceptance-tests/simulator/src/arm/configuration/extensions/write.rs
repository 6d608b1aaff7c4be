//! PUT, PATCH and DELETE of an extension.

use axum::http::StatusCode;

use super::draft::{Draft, Patch};
use super::schema::Version;
use super::{Extension, TYPE, require, rules, view};
use crate::arm::change::Change;
use crate::arm::configuration::{Parent, force_delete};
use crate::arm::progress::{self, Progress, State};
use crate::arm::{Answer, Context};
use crate::faults::Ending;
use crate::operations::Failure;
use crate::reply::Reply;
use crate::store::Store;

/// `PUT`: creates the extension, or replaces everything that the api-version can express.
pub(super) fn put(cx: &mut Context<'_>, parent: &Parent, version: Version) -> Answer {
    let cluster = parent.require_open(cx, TYPE)?;
    let key = parent.child(cx);
    let name = cx.request.segment(11).to_owned();
    rules::check_name(&name)?;
    let old = cx.store.extensions.get(&key);
    let draft = Draft::parse(&cx.request.json()?, version, old)?;
    let kind = rules::known_type(cluster, &draft.kind)?;
    rules::check_draft(&draft, kind)?;
    let scope = rules::scope(draft.scope.as_ref(), kind, &name)?;
    let current = old.and_then(|old| old.current_version.as_deref());
    let target = rules::resolve(&draft.settings, kind, current)?;
    let (status, state) = if let Some(old) = old {
        old.require_writable()?;
        old.require_same(&draft, &scope)?;
        (StatusCode::OK, State::Updating)
    } else {
        rules::check_new(cx, &parent.key, &name, kind)?;
        (StatusCode::CREATED, State::Creating)
    };
    let change = Change::of(cx);
    let fresh = Extension::new(
        parent.child_id(cx, TYPE)?,
        &draft.kind,
        scope,
        change.clone(),
    );
    let unpullable = matches!(cx.overrides.ending, Ending::ImagePullError);
    let extension = cx.store.extensions.entry(key.clone()).or_insert(fresh);
    extension.replace(draft, version);
    extension.modified = change;
    extension.unpullable = unpullable;
    begin(cx, &key, state, target, status, version)
}

/// `PATCH`: merges the settings; the protected ones are replaced as by every write.
pub(super) fn patch(cx: &mut Context<'_>, parent: &Parent, version: Version) -> Answer {
    let cluster = parent.require_open(cx, TYPE)?;
    let key = parent.child(cx);
    let patch = Patch::parse(&cx.request.json()?, version)?;
    let extension = require(cx, &key)?;
    extension.require_writable()?;
    let kind = rules::known_type(cluster, &extension.kind)?;
    let settings = extension.patched(patch.settings);
    let target = rules::resolve(&settings, kind, extension.current_version.as_deref())?;
    let change = Change::of(cx);
    let unpullable = matches!(cx.overrides.ending, Ending::ImagePullError);
    if let Some(extension) = cx.store.extensions.get_mut(&key) {
        extension.settings = settings;
        extension.protected = patch.protected;
        extension.modified = change;
        extension.unpullable = unpullable;
    }
    begin(
        cx,
        &key,
        State::Updating,
        target,
        StatusCode::ACCEPTED,
        version,
    )
}

/// `DELETE`, which takes over from whatever was going on; with `forceDelete` the cluster is not asked.
pub(super) fn delete(cx: &mut Context<'_>, parent: &Parent) -> Answer {
    parent.require(cx)?;
    let force = force_delete(cx)?;
    let key = parent.child(cx);
    let Some(extension) = cx.store.extensions.get(&key) else {
        return Ok(Reply::empty(StatusCode::NO_CONTENT));
    };
    extension.require_own()?;
    let path = Parent::operations(&extension.id);
    let deleting = extension.progress.state == State::Deleting && !force;
    let name = match extension.progress.operation.clone().filter(|_| deleting) {
        Some(name) => name,
        None => begin_delete(cx, &key, force),
    };
    let reply = Reply::empty(StatusCode::ACCEPTED);
    Ok(cx.follow_plain(reply, &name, &path))
}

fn begin_delete(cx: &mut Context<'_>, key: &str, force: bool) -> String {
    let done = |store: &mut Store, key: &str, failure: Option<&Failure>| {
        if failure.is_none() {
            store.extensions.remove(key);
        }
    };
    let name = progress::begin(cx, key, State::Deleting, find, done);
    if !force {
        progress::hold(cx.store, &name);
    }
    name
}

/// Begins to bring the extension to a version. The agents have to agree.
fn begin(
    cx: &mut Context<'_>,
    key: &str,
    state: State,
    target: String,
    status: StatusCode,
    version: Version,
) -> Answer {
    if let Some(extension) = cx.store.extensions.get_mut(key) {
        extension.aim(target);
    }
    let name = progress::begin(cx, key, state, find, finish);
    progress::hold(cx.store, &name);
    let extension = require(cx, key)?;
    let path = Parent::operations(&extension.id);
    let reply = Reply::json(status, view::show(cx, extension, version));
    Ok(cx.follow_plain(reply, &name, &path))
}

/// The end of an installation.
pub(super) fn finish(store: &mut Store, key: &str, failure: Option<&Failure>) {
    if let Some(extension) = store.extensions.get_mut(key) {
        extension.finish(failure);
    }
}

pub(super) fn find<'a>(store: &'a mut Store, key: &str) -> Option<&'a mut Progress> {
    Some(&mut store.extensions.get_mut(key)?.progress)
}
