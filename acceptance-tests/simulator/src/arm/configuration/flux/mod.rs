//! Microsoft.KubernetesConfiguration/fluxConfigurations: from where Flux in a cluster takes what it applies.
//!
//! [`draft`] holds requests to the [`schema`] and to the [`rules`], [`write`] changes what is stored, [`view`] shows it.
//! An operation ends when the agents have brought the configuration into the cluster ([`jobs`]). Only then does Flux
//! begin to work on it: compliance comes later, and not by the operation.

mod compliance;
mod draft;
mod jobs;
mod rules;
mod schema;
mod view;
mod write;

use axum::http::Method;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{Parent, unknown_version};
use crate::arm::change::Change;
use crate::arm::progress::Progress;
use crate::arm::protected::Protected;
use crate::arm::{Answer, ArmError, Context, require_method};
use crate::operations::Failure;
use crate::reply::Reply;
use crate::store::Store;

pub(crate) use compliance::{Compliance, UNREACHABLE};
pub(crate) use jobs::{Source, Task, jobs, report, synced};
pub(in crate::arm) use schema::API_VERSIONS;

use schema::Version;

/// The name of the type in ids.
const TYPE: &str = "fluxConfigurations";

/// The extension that applies configurations.
const EXTENSION: &str = "microsoft.flux";

/// A Flux configuration as Azure keeps it.
pub(crate) struct FluxConfiguration {
    /// In the spelling of its creation.
    pub(crate) id: String,
    name: String,
    /// The properties that clients may write, as they were written.
    settings: Map<String, Value>,
    protected: Protected,
    progress: Progress,
    failure: Option<Failure>,
    /// When the agents brought it into the cluster as it is now.
    applied: Option<Timestamp>,
    /// Whether Flux will never get its source.
    unreachable: bool,
    created: Change,
    modified: Change,
}

impl FluxConfiguration {
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

    fn text<'a>(&'a self, name: &str, otherwise: &'a str) -> &'a str {
        let given = self.settings.get(name).and_then(Value::as_str);
        given.unwrap_or(otherwise)
    }

    /// The namespace of its objects.
    fn namespace(&self) -> &str {
        self.text("namespace", "default")
    }

    fn is_suspended(&self) -> bool {
        self.settings.get("suspend") == Some(&Value::Bool(true))
    }
}

/// All methods of one configuration's address.
pub(super) fn handle(cx: &mut Context<'_>, parent: &Parent) -> Answer {
    let version = version(cx)?;
    match cx.request.method {
        Method::GET => {
            parent.require(cx)?;
            let configuration = require(cx, &parent.child(cx))?;
            Ok(Reply::ok(view::show(cx, configuration, version)))
        }
        Method::PUT => write::put(cx, parent, version),
        Method::PATCH => write::patch(cx, parent, version),
        Method::DELETE => write::delete(cx, parent),
        _ => Err(ArmError::method_not_allowed(cx.request)),
    }
}

/// `GET …/fluxConfigurations`
pub(super) fn list(cx: &Context<'_>, parent: &Parent) -> Answer {
    require_method(cx.request, &[Method::GET])?;
    let version = version(cx)?;
    parent.require(cx)?;
    let items: Vec<Value> = of_cluster(cx.store, &parent.key)
        .map(|(_, configuration)| view::show(cx, configuration, version))
        .collect();
    cx.page(&items)
}

/// The configurations of a cluster, by their keys.
fn of_cluster<'a>(
    store: &'a Store,
    cluster: &str,
) -> impl Iterator<Item = (&'a String, &'a FluxConfiguration)> {
    let cluster = cluster.to_owned();
    let configurations = store.flux_configurations.iter();
    configurations.filter(move |(_, configuration)| configuration.belongs_to(&cluster))
}

fn require<'a>(cx: &'a Context<'_>, key: &str) -> Result<&'a FluxConfiguration, ArmError> {
    cx.store.flux_configurations.get(key).ok_or_else(|| {
        let name = key.rsplit('/').next().unwrap_or_default();
        let message = format!(
            "The Resource 'Microsoft.KubernetesConfiguration/fluxConfigurations/{name}' was not found."
        );
        ArmError::not_found("ResourceNotFound", message)
    })
}

fn version(cx: &Context<'_>) -> Result<Version, ArmError> {
    let given = cx.request.query("api-version").unwrap_or_default();
    Version::parse(given).ok_or_else(|| unknown_version(cx, TYPE, API_VERSIONS))
}
