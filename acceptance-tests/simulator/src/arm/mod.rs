//! Azure Resource Manager: authentication, the route table, and one file per service.

pub(super) mod change;
mod check;
pub(super) mod configuration;
pub(super) mod connected_clusters;
pub(super) mod custom_locations;
mod error;
mod hybrid_compute;
mod paging;
pub(super) mod progress;
mod protected;
mod providers;
mod resource_groups;
mod schema;
mod subscriptions;
mod tags;
pub(super) mod throttle;
pub(super) mod tokens;

use axum::http::Method;
use jiff::Timestamp;

use super::config::Config;
use super::faults::Overrides;
use super::reply::Reply;
use super::request::Request;
use super::store::Store;
use super::tokens::Caller;
use super::{Cloud, metadata};

pub(super) use error::ArmError;

/// api-versions of Microsoft.Resources that clients are known to use.
const RESOURCES_VERSIONS: &[&str] = &[
    "2016-02-01",
    "2019-10-01",
    "2020-06-01",
    "2021-01-01",
    "2021-04-01",
    "2022-09-01",
    "2023-07-01",
    "2024-03-01",
    "2024-07-01",
    "2024-11-01",
    "2025-03-01",
    "2025-04-01",
];

/// What a service works with while it answers one request.
pub(super) struct Context<'a> {
    pub(super) request: &'a Request,
    pub(super) store: &'a mut Store,
    pub(super) config: &'a Config,
    pub(super) caller: Caller,
    pub(super) now: Timestamp,
    /// What scripts want to happen to what this request begins.
    pub(super) overrides: Overrides,
}

/// A service's answer.
type Answer = Result<Reply, ArmError>;

/// Answers a request to Resource Manager.
pub(super) fn handle(cloud: &Cloud, request: &Request, overrides: Overrides) -> Reply {
    let reply = match (&request.method, request.route().as_slice()) {
        (&Method::GET, ["metadata", "endpoints"]) => metadata::endpoints(request),
        _ => authenticated(cloud, request, overrides),
    };
    reply.unwrap_or_else(ArmError::into_reply)
}

fn authenticated(cloud: &Cloud, request: &Request, overrides: Overrides) -> Answer {
    let caller = tokens::caller(cloud, request)?;
    let mut store = cloud.store();
    let now = cloud.clock.now();
    let sizes = store.behaviour.throttling;
    let draw = store.throttle.draw(request, &caller, &sizes, now)?;
    let mut context = Context {
        request,
        store: &mut store,
        config: &cloud.config,
        caller,
        now,
        overrides,
    };
    let reply = route(&mut context).unwrap_or_else(ArmError::into_reply);
    Ok(reply.with(draw.header, draw.remaining))
}

/// The route table. Fixed words are in lower case, since Azure does not care.
fn route(cx: &mut Context<'_>) -> Answer {
    let request = cx.request;
    match request.route().as_slice() {
        ["tenants"] => subscriptions::tenants(cx),
        ["subscriptions"] => subscriptions::list(cx),
        [
            "providers",
            namespace,
            "locations",
            _,
            "operationstatuses",
            _,
        ] if providers::is_known(namespace) => operation(cx, 5),
        ["subscriptions", subscription, rest @ ..] => {
            let subscription = (*subscription).to_owned();
            subscriptions::require(cx, &subscription)?;
            in_subscription(cx, &subscription, rest)
        }
        _ => Err(ArmError::no_such_route(request)),
    }
}

fn in_subscription(cx: &mut Context<'_>, subscription: &str, rest: &[&str]) -> Answer {
    match rest {
        [] => subscriptions::get(cx, subscription),
        ["locations"] => subscriptions::locations(cx, subscription),
        ["operationresults", _] => operation(cx, 3),
        ["providers"] => providers::list(cx, subscription),
        ["providers", namespace] => providers::get(cx, subscription, namespace),
        ["providers", namespace, "register"] => providers::register(cx, subscription, namespace),
        [
            "providers",
            namespace,
            "locations",
            _,
            "operationstatuses",
            _,
        ] if providers::is_known(namespace) => operation(cx, 7),
        ["providers", "microsoft.kubernetes", "connectedclusters"] => {
            connected_clusters::list(cx, &format!("/subscriptions/{subscription}/"))
        }
        ["providers", "microsoft.extendedlocation", "customlocations"] => {
            custom_locations::list(cx, &format!("/subscriptions/{subscription}/"))
        }
        [
            "providers",
            "microsoft.extendedlocation",
            "locations",
            _,
            "operationsstatus",
            _,
        ] => {
            require_method(cx.request, &[Method::GET])?;
            cx.watch_plain(cx.request.segment(7))
        }
        [
            "providers",
            "microsoft.kubernetesconfiguration",
            "locations",
            location,
            "extensiontypes",
            rest @ ..,
        ] => configuration::extension_types::of_location(cx, location, rest),
        ["resourcegroups"] => resource_groups::list(cx, subscription),
        ["resourcegroups", name] => resource_groups::handle(cx, subscription, name),
        ["resourcegroups", name, rest @ ..] => in_group(cx, subscription, name, rest),
        _ => Err(ArmError::no_such_route(cx.request)),
    }
}

fn in_group(cx: &mut Context<'_>, subscription: &str, group: &str, rest: &[&str]) -> Answer {
    match rest {
        ["resources"] => resource_groups::resources(cx, subscription, group),
        ["providers", "microsoft.kubernetes", "connectedclusters"] => {
            resource_groups::require(cx, subscription, group)?;
            connected_clusters::list(
                cx,
                &format!("/subscriptions/{subscription}/resourcegroups/{group}/"),
            )
        }
        ["providers", "microsoft.kubernetes", "connectedclusters", _] => {
            connected_clusters::handle(cx, subscription, group)
        }
        [
            "providers",
            "microsoft.kubernetes",
            "connectedclusters",
            _,
            "listclusterusercredential",
        ] => connected_clusters::credential(cx, subscription, group),
        ["providers", "microsoft.extendedlocation", "customlocations"] => {
            resource_groups::require(cx, subscription, group)?;
            custom_locations::list(
                cx,
                &format!("/subscriptions/{subscription}/resourcegroups/{group}/"),
            )
        }
        [
            "providers",
            "microsoft.extendedlocation",
            "customlocations",
            _,
        ] => custom_locations::handle(cx, subscription, group),
        [
            "providers",
            "microsoft.extendedlocation",
            "customlocations",
            _,
            "enabledresourcetypes",
        ] => custom_locations::enabled_types(cx),
        [
            "providers",
            "microsoft.kubernetes",
            "connectedclusters",
            _,
            "providers",
            "microsoft.kubernetesconfiguration",
            rest @ ..,
        ] => configuration::handle(cx, subscription, group, rest),
        [
            "providers",
            "microsoft.kubernetes",
            "connectedclusters",
            _,
            "providers",
            "microsoft.hybridcompute",
            "settings",
            "default",
        ] => hybrid_compute::settings(cx, subscription),
        [
            "providers",
            "microsoft.hybridcompute",
            "privatelinkscopes",
            _,
        ] => hybrid_compute::handle(
            cx,
            subscription,
            group,
            hybrid_compute::Kind::PrivateLinkScope,
        ),
        ["providers", "microsoft.hybridcompute", "gateways", _] => {
            hybrid_compute::handle(cx, subscription, group, hybrid_compute::Kind::Gateway)
        }
        _ => Err(ArmError::no_such_route(cx.request)),
    }
}

/// Operations' addresses carry no api-version that anybody would check, only their signature.
fn operation(cx: &Context<'_>, name: usize) -> Answer {
    require_method(cx.request, &[Method::GET])?;
    cx.watch(cx.request.segment(name))
}

/// Refuses a request without an api-version, or with one that the service does not have.
pub(super) fn require_version<'a>(
    request: &'a Request,
    versions: &[&str],
) -> Result<&'a str, ArmError> {
    let version = request.query("api-version").unwrap_or_default();
    if version.is_empty() {
        return Err(ArmError::bad(
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
        ));
    }
    if versions.contains(&version) {
        Ok(version)
    } else {
        Err(ArmError::bad(
            "InvalidApiVersionParameter",
            format!(
                "The api-version '{version}' is invalid. The supported versions are '{}'.",
                versions.join(",")
            ),
        ))
    }
}

/// Refuses a method that a known address does not have.
fn require_method(request: &Request, methods: &[Method]) -> Result<(), ArmError> {
    if methods.contains(&request.method) {
        Ok(())
    } else {
        Err(ArmError::method_not_allowed(request))
    }
}
