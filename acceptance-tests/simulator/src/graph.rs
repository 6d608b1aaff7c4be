//! Microsoft Graph, as far as the Arc tools need it: who is the custom locations provider in this tenant?

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::reply::Reply;
use super::request::Request;
use super::{Cloud, identity};

/// Application id of the custom locations resource provider, the same in every tenant.
const CUSTOM_LOCATIONS_APP: &str = "bc313c14-388c-4e7d-a58e-70017303ee3b";

/// Its service principal's object id in this tenant.
pub(super) const CUSTOM_LOCATIONS_PRINCIPAL: &str = "51dfe1e8-70c6-4de5-a08e-e18aff23d815";

/// Answers a request to Graph.
pub(super) fn handle(cloud: &Cloud, request: &Request) -> Reply {
    let audiences = [identity::graph_audience(request)];
    if let Err(error) = identity::caller(request, &cloud.tokens, &audiences) {
        let text = format!("Access token validation failure: {error:?}.");
        return refusal(
            StatusCode::UNAUTHORIZED,
            "InvalidAuthenticationToken",
            &text,
        );
    }
    match (&request.method, request.route().as_slice()) {
        (&Method::GET, ["v1.0", "serviceprincipals"]) => service_principals(cloud, request),
        _ => Reply {
            unexpected: true,
            ..refusal(
                StatusCode::NOT_FOUND,
                "Request_ResourceNotFound",
                "Resource not found for the segment.",
            )
        },
    }
}

fn service_principals(cloud: &Cloud, request: &Request) -> Reply {
    let filter = request.query("$filter").unwrap_or_default();
    let Some(app) = filter
        .strip_prefix("appId eq '")
        .and_then(|rest| rest.strip_suffix('\''))
    else {
        return refusal(
            StatusCode::BAD_REQUEST,
            "Request_UnsupportedQuery",
            "Only appId eq '...' is supported.",
        );
    };
    let principals = cloud.config.service_principals.iter();
    let value: Vec<Value> = principals
        .map(|principal| (principal.client_id.as_str(), principal.object_id.as_str()))
        .chain([(CUSTOM_LOCATIONS_APP, CUSTOM_LOCATIONS_PRINCIPAL)])
        .filter(|(client_id, _)| client_id.eq_ignore_ascii_case(app))
        .map(|(client_id, object_id)| json!({"id": object_id, "appId": client_id}))
        .collect();
    Reply::ok(json!({
        "@odata.context": format!("{}/v1.0/$metadata#servicePrincipals", request.base_url()),
        "value": value,
    }))
}

fn refusal(status: StatusCode, code: &str, message: &str) -> Reply {
    Reply::json(status, json!({"error": {"code": code, "message": message}}))
}
