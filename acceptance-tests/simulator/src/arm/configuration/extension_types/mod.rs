//! Microsoft.KubernetesConfiguration/extensionTypes: what may be installed, in which versions.
//!
//! Everything is read only. A list of one cluster and a list of a region are the same here, since every region of this
//! Azure offers every type.

mod catalogue;
mod view;

use axum::http::Method;
use serde_json::Value;

use super::Parent;
use crate::arm::{Answer, ArmError, Context, require_method, require_version};
use crate::reply::Reply;

pub(crate) use catalogue::{ExtensionType, Scope};

use catalogue::{TYPES, Train};

/// Served versions, newest first; there is no stable one.
pub(in crate::arm) const API_VERSIONS: &[&str] = &["2024-11-01-preview", "2023-05-01-preview"];

/// `GET …/extensionTypes` of a cluster; `rest` is what follows.
pub(super) fn of_cluster(cx: &Context<'_>, parent: &Parent, rest: &[&str]) -> Answer {
    check(cx)?;
    parent.require(cx)?;
    route(cx, rest, 10)
}

/// `GET …/locations/{location}/extensionTypes` of a subscription; `rest` is what follows.
pub(in crate::arm) fn of_location(cx: &Context<'_>, location: &str, rest: &[&str]) -> Answer {
    check(cx)?;
    if cx.config.location(location).is_none() {
        let message = format!("The location '{location}' is not available.");
        return Err(ArmError::bad(
            "LocationNotAvailableForResourceType",
            message,
        ));
    }
    route(cx, rest, 6)
}

fn check(cx: &Context<'_>) -> Result<(), ArmError> {
    require_method(cx.request, &[Method::GET])?;
    require_version(cx.request, API_VERSIONS).map(|_| ())
}

/// `depth` is how many segments of the path lead to the list.
fn route(cx: &Context<'_>, rest: &[&str], depth: usize) -> Answer {
    let base = format!("/{}", segments(cx, depth).join("/"));
    match rest {
        [] => {
            let offered = TYPES.iter().filter(|kind| view::is_wanted(cx, kind));
            let items: Vec<Value> = offered.map(|kind| kind.show(&base)).collect();
            cx.page(&items)
        }
        [name] => Ok(Reply::ok(require(name)?.show(&base))),
        [name, "versions"] => {
            let items = view::versions(cx, require(name)?, &base);
            cx.page(&items)
        }
        [name, "versions", version] => view::version(require(name)?, &base, version),
        _ => Err(ArmError::no_such_route(cx.request)),
    }
}

fn segments<'a>(cx: &'a Context<'_>, depth: usize) -> Vec<&'a str> {
    (0..=depth).map(|index| cx.request.segment(index)).collect()
}

fn require(name: &str) -> Result<&'static ExtensionType, ArmError> {
    find(name).ok_or_else(|| {
        ArmError::not_found(
            "ResourceNotFound",
            format!("The extension type '{name}' was not found."),
        )
    })
}

/// The type of this name, in any case.
pub(crate) fn find(name: &str) -> Option<&'static ExtensionType> {
    TYPES
        .iter()
        .find(|kind| kind.name.eq_ignore_ascii_case(name))
}

impl ExtensionType {
    /// The versions of a train, newest first; `None` if the type has no such train.
    pub(crate) fn versions(&self, train: &str) -> Option<&'static [&'static str]> {
        let mut trains = self.trains.iter();
        let train: &Train = trains.find(|known| known.name.eq_ignore_ascii_case(train))?;
        Some(train.versions)
    }
}
