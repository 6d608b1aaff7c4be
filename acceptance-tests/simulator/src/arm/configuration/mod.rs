//! Microsoft.KubernetesConfiguration: what Azure has installed in a connected cluster, and from where.
//!
//! Its resources belong to a cluster by a second `providers` block in their id. They have no location and no tags, and
//! they go when their cluster goes.

pub(crate) mod extension_types;
pub(crate) mod extensions;
pub(crate) mod flux;
mod parent;

use axum::http::Method;
use serde_json::json;

use super::{Answer, ArmError, Context, require_method, require_version};
use crate::reply::Reply;

pub(super) use extension_types::API_VERSIONS as EXTENSION_TYPE_VERSIONS;
pub(super) use extensions::API_VERSIONS as EXTENSION_VERSIONS;
pub(super) use flux::API_VERSIONS as FLUX_VERSIONS;

use parent::Parent;

/// The provider's name in ids.
const NAMESPACE: &str = "Microsoft.KubernetesConfiguration";

/// api-versions of Flux v1, which is only asked whether it is there.
pub(super) const SOURCE_CONTROL_VERSIONS: &[&str] =
    &["2023-05-01", "2022-11-01", "2022-07-01", "2022-03-01"];

/// Everything below a connected cluster; `rest` is the path behind the provider's name, in lower case.
pub(super) fn handle(
    cx: &mut Context<'_>,
    subscription: &str,
    group: &str,
    rest: &[&str],
) -> Answer {
    let parent = Parent::of(cx, subscription, group);
    match rest {
        ["extensions"] => extensions::list(cx, &parent),
        ["extensions", _] => extensions::handle(cx, &parent),
        ["fluxconfigurations"] => flux::list(cx, &parent),
        ["fluxconfigurations", _] => flux::handle(cx, &parent),
        ["extensiontypes", rest @ ..] => extension_types::of_cluster(cx, &parent, rest),
        ["sourcecontrolconfigurations"] => no_source_controls(cx, &parent),
        ["extensions" | "fluxconfigurations", _, "operations", _] => {
            require_method(cx.request, &[Method::GET])?;
            cx.watch_plain(cx.request.segment(13))
        }
        _ => Err(ArmError::no_such_route(cx.request)),
    }
}

/// Clients that bring Flux v2 ask first whether its forerunner is there.
fn no_source_controls(cx: &Context<'_>, parent: &Parent) -> Answer {
    require_method(cx.request, &[Method::GET])?;
    require_version(cx.request, SOURCE_CONTROL_VERSIONS)?;
    parent.require(cx)?;
    Ok(Reply::ok(json!({"value": []})))
}

/// The refusal of an api-version that a resource type does not have.
pub(super) fn unknown_version(cx: &Context<'_>, type_name: &str, versions: &[&str]) -> ArmError {
    let given = cx.request.query("api-version").unwrap_or_default();
    // Without a version at all the refusal is the same as everywhere.
    if let Err(missing) = require_version(cx.request, &[given]) {
        return missing;
    }
    ArmError::bad(
        "NoRegisteredProviderFound",
        format!(
            "No registered resource provider found for API version '{given}' for type '{type_name}'. The supported api-versions are '{}'.",
            versions.join(", ")
        ),
    )
}

/// Whether a deletion shall not ask the cluster.
fn force_delete(cx: &Context<'_>) -> Result<bool, ArmError> {
    let force = cx.request.query("forceDelete").unwrap_or("false");
    match force.to_lowercase().as_str() {
        "true" => Ok(true),
        "false" | "" => Ok(false),
        _ => {
            let message = format!("'{force}' is not a boolean.");
            Err(ArmError::bad("InvalidParameter", message).at("forceDelete"))
        }
    }
}
