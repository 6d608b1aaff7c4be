//! Microsoft.HybridCompute, as far as connected clusters need it: private link scopes, gateways, and the setting that
//! associates a cluster with a gateway.

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::{
    Answer, ArmError, Context, connected_clusters, providers, require_method, require_version,
    resource_groups, tags,
};
use crate::reply::Reply;
use crate::request::{object, text};

const NAMESPACE: &str = "Microsoft.HybridCompute";
/// api-versions of scopes and gateways that clients are known to use.
pub(super) const API_VERSIONS: &[&str] = &[
    "2025-02-19-preview",
    "2025-01-13",
    "2024-07-10",
    "2024-05-20-preview",
    "2024-03-31-preview",
    "2022-12-27",
    "2022-11-10",
    "2021-01-28-preview",
    "2020-08-15-preview",
];
/// Those of the association with a gateway.
pub(super) const SETTINGS_VERSIONS: &[&str] = &["2025-02-19-preview"];

/// The tracked resources that are simulated here.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    PrivateLinkScope,
    Gateway,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::PrivateLinkScope => "privateLinkScopes",
            Self::Gateway => "gateways",
        }
    }

    /// What the service adds to the properties of a new one.
    fn computed(self, name: &str) -> Value {
        match self {
            Self::PrivateLinkScope => json!({
                "provisioningState": "Succeeded",
                "privateLinkScopeId": uuid::Uuid::new_v4().to_string(),
                "privateEndpointConnections": [],
            }),
            Self::Gateway => json!({
                "provisioningState": "Succeeded",
                "gatewayId": uuid::Uuid::new_v4().to_string(),
                "gatewayEndpoint": format!("{}.gw.arc.azure.com", name.to_lowercase()),
                "gatewayType": "Public",
            }),
        }
    }
}

/// All methods of one scope or gateway; a PUT is done at once.
pub(super) fn handle(cx: &mut Context<'_>, subscription: &str, group: &str, kind: Kind) -> Answer {
    require_version(cx.request, API_VERSIONS)?;
    let key = format!("/{}", cx.request.route()[..8].join("/"));
    match cx.request.method {
        Method::GET => {
            resource_groups::require(cx, subscription, group)?;
            let found = cx.store.hybrid_compute.get(&key);
            found
                .map(|resource| Reply::ok(resource.clone()))
                .ok_or_else(|| not_found(kind, cx.request.segment(7)))
        }
        Method::PUT => put(cx, subscription, group, kind, key),
        Method::DELETE => Ok(Reply::empty(match cx.store.hybrid_compute.remove(&key) {
            Some(_) => StatusCode::OK,
            None => StatusCode::NO_CONTENT,
        })),
        _ => Err(ArmError::method_not_allowed(cx.request)),
    }
}

fn put(cx: &mut Context<'_>, subscription: &str, group: &str, kind: Kind, key: String) -> Answer {
    providers::require_registered(cx, subscription, NAMESPACE)?;
    let group = &resource_groups::require_open(cx, subscription, group)?.id;
    let body = cx.request.json()?;
    let location = text(&body, "location").and_then(|given| cx.config.location(given));
    let location = location.ok_or_else(|| {
        ArmError::bad("LocationRequired", "A location that exists is required.").at("location")
    })?;
    let name = cx.request.segment(7);
    let mut properties = object(&body, "properties").clone();
    let computed = match cx.store.hybrid_compute.get(&key) {
        Some(stored) => stored["properties"].clone(),
        None => kind.computed(name),
    };
    properties.extend(computed.as_object().cloned().unwrap_or_default());
    let resource = json!({
        "id": format!("{group}/providers/{NAMESPACE}/{}/{name}", kind.name()),
        "name": name,
        "type": format!("{NAMESPACE}/{}", kind.name()),
        "location": location.name,
        "tags": tags::parse(&body)?,
        "properties": properties,
    });
    cx.store.hybrid_compute.insert(key, resource.clone());
    Ok(Reply::ok(resource))
}

/// `GET` and `PUT .../connectedClusters/{name}/providers/Microsoft.HybridCompute/settings/Default`: through which gateway
/// the agents of a cluster reach Azure.
pub(super) fn settings(cx: &mut Context<'_>, subscription: &str) -> Answer {
    require_method(cx.request, &[Method::GET, Method::PUT])?;
    require_version(cx.request, SETTINGS_VERSIONS)?;
    providers::require_registered(cx, subscription, NAMESPACE)?;
    let key = format!("/{}", cx.request.route()[..8].join("/"));
    if cx.request.method == Method::PUT {
        let gateway = associated(cx, &cx.request.json()?)?;
        connected_clusters::require_mut(cx, &key)?.associate(gateway);
    }
    let cluster = connected_clusters::require(cx, &key)?;
    Ok(Reply::ok(json!({
        "id": format!("{}/providers/{NAMESPACE}/settings/default", cluster.id),
        "name": "default",
        "type": format!("{NAMESPACE}/settings"),
        "properties": {
            "tenantId": cx.config.tenant_id,
            "gatewayProperties": {"gatewayResourceId": cluster.gateway()},
        },
    })))
}

/// The gateway that a body names; none ends the association.
fn associated(cx: &Context<'_>, body: &Map<String, Value>) -> Result<Option<String>, ArmError> {
    let gateway = object(object(body, "properties"), "gatewayProperties");
    let Some(id) = text(gateway, "gatewayResourceId").filter(|id| !id.is_empty()) else {
        return Ok(None);
    };
    if cx.store.hybrid_compute.contains_key(&id.to_lowercase()) {
        return Ok(Some(id.to_owned()));
    }
    let name = id.rsplit('/').next().unwrap_or_default();
    Err(not_found(Kind::Gateway, name))
}

fn not_found(kind: Kind, name: &str) -> ArmError {
    let message = format!(
        "The Resource '{NAMESPACE}/{}/{name}' was not found.",
        kind.name()
    );
    ArmError::not_found("ResourceNotFound", message)
}
