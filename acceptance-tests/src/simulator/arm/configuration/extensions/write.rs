//! PUT, PATCH and DELETE of an extension, and the extensions that nobody asked for.

use axum::http::StatusCode;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::draft::{Draft, Patch};
use super::schema::{PROPERTIES, Version};
use super::{Extension, Scope, Status, TYPE, require, rules, view};
use crate::simulator::arm::change::Change;
use crate::simulator::arm::configuration::{Parent, force_delete};
use crate::simulator::arm::progress::{self, Progress, State};
use crate::simulator::arm::protected::Protected;
use crate::simulator::arm::schema::replaced;
use crate::simulator::arm::{Answer, ArmError, Context};
use crate::simulator::faults::Ending;
use crate::simulator::operations::Failure;
use crate::simulator::reply::Reply;
use crate::simulator::store::Store;

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
    let unpullable = matches!(cx.orders.ending, Ending::ImagePullError);
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
    let unpullable = matches!(cx.orders.ending, Ending::ImagePullError);
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

impl Extension {
    /// An extension about which nothing else is known yet.
    pub(super) fn new(id: String, kind: &str, scope: Scope, change: Change) -> Self {
        Self {
            name: id.rsplit('/').next().unwrap_or_default().to_owned(),
            id,
            kind: kind.to_owned(),
            principal_id: None,
            plan: None,
            managed_by: None,
            scope,
            settings: Map::new(),
            protected: Protected::new(),
            is_system: false,
            current_version: None,
            target_version: String::new(),
            progress: Progress::done(),
            statuses: Vec::new(),
            failure: None,
            unpullable: false,
            created: change.clone(),
            modified: change,
        }
    }

    fn require_writable(&self) -> Result<(), ArmError> {
        self.require_own()?;
        self.progress
            .require_idle(&format!("extension '{}'", self.name))
    }

    /// Refuses to touch what belongs to Azure.
    fn require_own(&self) -> Result<(), ArmError> {
        if !self.is_system {
            return Ok(());
        }
        let message = format!(
            "The extension '{}' is a system extension, which only Azure changes.",
            self.name
        );
        Err(ArmError::conflict("OperationNotAllowed", message))
    }

    /// Refuses what no PUT may change.
    fn require_same(&self, draft: &Draft, scope: &Scope) -> Result<(), ArmError> {
        let changed = if !self.kind.eq_ignore_ascii_case(&draft.kind) {
            "properties.extensionType"
        } else if draft.scope.is_some() && self.scope != *scope {
            "properties.scope"
        } else {
            return Ok(());
        };
        let message = format!("Changing property '{changed}' is not allowed.");
        Err(ArmError::bad("PropertyChangeNotAllowed", message).at(changed))
    }

    fn replace(&mut self, draft: Draft, version: Version) {
        self.settings = replaced(PROPERTIES, &self.settings, draft.settings, version);
        if self.auto_upgrade() {
            self.settings.remove("version");
        }
        self.protected = draft.protected;
        if version >= Version::V2022_11_01 {
            self.plan = draft.plan;
        }
        if self.managed_by.is_none() {
            self.managed_by = draft.managed_by;
        }
        self.principal_id = match (draft.has_identity, self.principal_id.take()) {
            (true, None) => Some(Uuid::new_v4().to_string()),
            (true, known) => known,
            (false, _) => None,
        };
    }

    /// The settings that a PATCH leads to.
    fn patched(&self, patch: Map<String, Value>) -> Map<String, Value> {
        let mut settings = self.settings.clone();
        if patch.get("autoUpgradeMinorVersion") == Some(&Value::Bool(true)) {
            settings.remove("version");
        }
        for (name, value) in patch {
            match (settings.get_mut(&name), value) {
                (Some(Value::Object(old)), Value::Object(new)) => old.extend(new),
                (_, value) => {
                    settings.insert(name, value);
                }
            }
        }
        settings
    }

    /// Sets out for a version.
    pub(super) fn aim(&mut self, version: String) {
        self.target_version = version;
        self.failure = None;
        self.statuses.clear();
    }

    fn finish(&mut self, failure: Option<&Failure>) {
        let Some(failure) = failure else {
            self.current_version = Some(self.target_version.clone());
            return;
        };
        self.failure = Some(failure.clone());
        if self.statuses.is_empty() {
            self.statuses.push(Status {
                code: "InstallationFailed",
                level: "Error",
                message: failure.message.clone(),
                time: self.modified.at,
            });
        }
    }
}
