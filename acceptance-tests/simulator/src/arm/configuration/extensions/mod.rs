//! Microsoft.KubernetesConfiguration/extensions.
//!
//! [`draft`] holds requests to the [`schema`] and to the [`rules`] of the extension's type, [`write`] changes what is
//! stored, [`view`] shows it, and [`jobs`] is what the agents in the cluster have to do about it: an operation ends when
//! they are done. No reply shows a protected setting: each write replaces them all, so what is not sent again is gone.

mod draft;
mod jobs;
mod rules;
mod schema;
mod seed;
mod stored;
mod view;
mod write;

use axum::http::Method;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{Parent, unknown_version};
use crate::arm::change::Change;
use crate::arm::progress::{Progress, State};
use crate::arm::protected::Protected;
use crate::arm::{Answer, ArmError, Context, require_method};
use crate::operations::Failure;
use crate::reply::Reply;
use crate::store::Store;

pub(crate) use jobs::{Install, Job, Task, jobs, report};
pub(in crate::arm) use schema::API_VERSIONS;
pub(crate) use seed::{Seed, add};

use schema::Version;

/// The name of the type in ids.
const TYPE: &str = "extensions";

/// An extension as Azure keeps it.
pub(crate) struct Extension {
    /// In the spelling of its creation.
    pub(crate) id: String,
    name: String,
    /// Type as it was written.
    kind: String,
    /// `None` for an extension without an identity.
    principal_id: Option<String>,
    plan: Option<Value>,
    managed_by: Option<String>,
    scope: Scope,
    /// The other properties that clients may write, as they were written.
    settings: Map<String, Value>,
    protected: Protected,
    /// Made by a policy or by Azure itself.
    is_system: bool,
    /// The version in the cluster.
    current_version: Option<String>,
    /// The version that it shall have.
    target_version: String,
    progress: Progress,
    statuses: Vec<Status>,
    failure: Option<Failure>,
    /// Whether the images of this extension cannot be pulled.
    unpullable: bool,
    created: Change,
    modified: Change,
}

/// Where an extension is installed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Scope {
    Cluster { namespace: String },
    Namespace { namespace: String },
}

/// What the agents say of an extension.
struct Status {
    code: &'static str,
    level: &'static str,
    message: String,
    time: Timestamp,
}

impl Scope {
    fn namespace(&self) -> &str {
        match self {
            Self::Cluster { namespace } | Self::Namespace { namespace } => namespace,
        }
    }
}

impl Extension {
    /// Whether it is of this type and ready for others to build upon.
    pub(crate) fn is_ready(&self, kind: &str) -> bool {
        self.kind.eq_ignore_ascii_case(kind) && self.progress.state == State::Succeeded
    }

    /// The operation that may change it.
    pub(crate) fn operation(&self) -> Option<&str> {
        self.progress.operation.as_deref()
    }

    /// Whether it belongs to the cluster with this key.
    fn belongs_to(&self, cluster: &str) -> bool {
        let id = self.id.to_lowercase();
        id.strip_prefix(cluster)
            .is_some_and(|rest| rest.starts_with('/'))
    }

    fn auto_upgrade(&self) -> bool {
        let given = self.settings.get("autoUpgradeMinorVersion");
        given.and_then(Value::as_bool).unwrap_or(true)
    }
}

/// All methods of one extension's address.
pub(super) fn handle(cx: &mut Context<'_>, parent: &Parent) -> Answer {
    let version = version(cx)?;
    match cx.request.method {
        Method::GET => {
            parent.require(cx)?;
            let extension = require(cx, &parent.child(cx))?;
            Ok(Reply::ok(view::show(cx, extension, version)))
        }
        Method::PUT => write::put(cx, parent, version),
        Method::PATCH => write::patch(cx, parent, version),
        Method::DELETE => write::delete(cx, parent),
        _ => Err(ArmError::method_not_allowed(cx.request)),
    }
}

/// `GET …/extensions`
pub(super) fn list(cx: &Context<'_>, parent: &Parent) -> Answer {
    require_method(cx.request, &[Method::GET])?;
    let version = version(cx)?;
    parent.require(cx)?;
    let items: Vec<Value> = of_cluster(cx.store, &parent.key)
        .map(|(_, extension)| view::show(cx, extension, version))
        .collect();
    cx.page(&items)
}

/// The extensions of a cluster, by their keys.
pub(crate) fn of_cluster<'a>(
    store: &'a Store,
    cluster: &str,
) -> impl Iterator<Item = (&'a String, &'a Extension)> {
    let cluster = cluster.to_owned();
    let extensions = store.extensions.iter();
    extensions.filter(move |(_, extension)| extension.belongs_to(&cluster))
}

fn require<'a>(cx: &'a Context<'_>, key: &str) -> Result<&'a Extension, ArmError> {
    cx.store.extensions.get(key).ok_or_else(|| {
        let name = key.rsplit('/').next().unwrap_or_default();
        let message = format!(
            "The Resource 'Microsoft.KubernetesConfiguration/extensions/{name}' was not found."
        );
        ArmError::not_found("ResourceNotFound", message)
    })
}

fn version(cx: &Context<'_>) -> Result<Version, ArmError> {
    let given = cx.request.query("api-version").unwrap_or_default();
    Version::parse(given).ok_or_else(|| unknown_version(cx, TYPE, API_VERSIONS))
}
