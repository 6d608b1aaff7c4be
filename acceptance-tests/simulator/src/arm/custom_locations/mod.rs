//! Microsoft.ExtendedLocation/customLocations: a namespace of a connected cluster as a place where Azure puts things.
//!
//! [`draft`] holds requests to the [`schema`], [`rules`] to what the cluster is set up for, [`write`] changes what is
//! stored, [`view`] shows it. An operation ends when the agents have made the namespace ([`jobs`]).

mod draft;
mod jobs;
mod rules;
mod schema;
mod view;
mod write;

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::change::Change;
use super::configuration::unknown_version;
use super::progress::Progress;
use super::{Answer, ArmError, Context, require_method, resource_groups};
use crate::reply::Reply;
use crate::store::Tags;

pub(crate) use jobs::{Job, Task, jobs, report};
pub(super) use schema::API_VERSIONS;

use schema::Version;

/// The name of the type in ids.
const TYPE: &str = "customLocations";

/// A custom location as Azure keeps it.
pub(crate) struct CustomLocation {
    /// In the spelling of its creation.
    pub(crate) id: String,
    name: String,
    location: String,
    tags: Tags,
    /// `None` for one without an identity.
    principal_id: Option<String>,
    /// The properties that clients may write, as they were written.
    settings: Map<String, Value>,
    progress: Progress,
    created: Change,
    modified: Change,
}

impl CustomLocation {
    fn text(&self, name: &str) -> &str {
        let given = self.settings.get(name).and_then(Value::as_str);
        given.unwrap_or_default()
    }

    /// Key of the cluster that it is in.
    fn host(&self) -> String {
        self.text("hostResourceId").to_lowercase()
    }
}

/// All methods of one custom location's address, and its children.
pub(super) fn handle(cx: &mut Context<'_>, subscription: &str, group: &str) -> Answer {
    let version = version(cx)?;
    match cx.request.method {
        Method::GET => {
            resource_groups::require(cx, subscription, group)?;
            let location = require(cx, &key(cx))?;
            Ok(Reply::ok(view::show(cx, location, version)))
        }
        Method::PUT => write::put(cx, version, subscription, group),
        Method::PATCH => write::patch(cx, version, subscription, group),
        Method::DELETE => write::delete(cx, subscription, group),
        _ => Err(ArmError::method_not_allowed(cx.request)),
    }
}

/// `GET …/customLocations` of everything whose id begins with `scope`, in lower case.
pub(super) fn list(cx: &Context<'_>, scope: &str) -> Answer {
    require_method(cx.request, &[Method::GET])?;
    let version = version(cx)?;
    let locations = cx.store.custom_locations.iter();
    let items: Vec<Value> = locations
        .filter(|(key, _)| key.starts_with(scope))
        .map(|(_, location)| view::show(cx, location, version))
        .collect();
    cx.page(&items)
}

/// The custom locations of a resource group in the general form of all resources.
pub(super) fn summaries(cx: &Context<'_>, group: &str) -> Vec<Value> {
    let inside = format!("{group}/");
    let locations = cx.store.custom_locations.iter();
    locations
        .filter(|(key, _)| key.starts_with(&inside))
        .map(|(_, location)| view::summary(location))
        .collect()
}

/// `GET …/enabledResourceTypes`: no extension of this Azure brings any.
pub(super) fn enabled_types(cx: &Context<'_>) -> Answer {
    require_method(cx.request, &[Method::GET])?;
    version(cx)?;
    require(cx, &key(cx))?;
    Ok(Reply::ok(json!({"value": []})))
}

fn require<'a>(cx: &'a Context<'_>, key: &str) -> Result<&'a CustomLocation, ArmError> {
    cx.store.custom_locations.get(key).ok_or_else(|| {
        let name = key.rsplit('/').next().unwrap_or_default();
        let message = format!(
            "The Resource 'Microsoft.ExtendedLocation/customLocations/{name}' was not found."
        );
        ArmError::not_found("ResourceNotFound", message)
    })
}

/// The custom location's id in lower case, from the address.
fn key(cx: &Context<'_>) -> String {
    format!("/{}", cx.request.route()[..8].join("/"))
}

fn version(cx: &Context<'_>) -> Result<Version, ArmError> {
    let given = cx.request.query("api-version").unwrap_or_default();
    Version::parse(given).ok_or_else(|| unknown_version(cx, TYPE, API_VERSIONS))
}
