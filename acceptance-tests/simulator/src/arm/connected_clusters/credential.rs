//! `POST .../listClusterUserCredential`: how a client reaches the cluster through Azure.

use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::schema::Version;
use super::{ConnectedCluster, Connectivity, key, require, version};
use crate::arm::{Answer, ArmError, Context, require_method, resource_groups};
use crate::reply::Reply;
use crate::request::text;

/// A relay's token is good for so long.
const RELAY_SECONDS: i64 = 3 * 3600;

/// Answers with a kubeconfig, and with a relay if the client wants to run the proxy itself.
pub(in crate::arm) fn credential(cx: &Context<'_>, subscription: &str, group: &str) -> Answer {
    require_method(cx.request, &[Method::POST])?;
    let version = version(cx)?;
    if version < Version::V2021_10_01 {
        return Err(ArmError::no_such_route(cx.request));
    }
    resource_groups::require(cx, subscription, group)?;
    let cluster = require(cx, &key(cx))?;
    let body = cx.request.json()?;
    let method = text(&body, "authenticationMethod");
    let (Some("AAD" | "Token"), Some(client_proxy)) =
        (method, body.get("clientProxy").and_then(Value::as_bool))
    else {
        let message =
            "'authenticationMethod' (AAD or Token) and 'clientProxy' (boolean) are required.";
        return Err(ArmError::bad("InvalidParameter", message));
    };
    cluster.require_relay()?;
    let mut reply =
        json!({"kubeconfigs": [{"name": "credentialName1", "value": kubeconfig(&cluster.name)}]});
    if client_proxy {
        reply["hybridConnectionConfig"] = relay(cx, &cluster.name, version);
    }
    Ok(Reply::ok(reply))
}

impl ConnectedCluster {
    /// Refuses where no agent of this cluster waits at the relay.
    fn require_relay(&self) -> Result<(), ArmError> {
        if self.settings.get("privateLinkState") == Some(&json!("Enabled")) {
            let message = "Cluster connect is not supported for a cluster with private link.";
            return Err(ArmError::bad("BadRequest", message));
        }
        let connects = self
            .report
            .as_ref()
            .is_some_and(|report| report.features.cluster_connect);
        if connects && self.connectivity == Connectivity::Connected {
            return Ok(());
        }
        // Azure's own words, whatever the reason is.
        let message = "Hybrid connection for the target resource does not exist. Agent might not have started successfully.";
        Err(ArmError::bad("BadRequest", message))
    }
}

fn kubeconfig(name: &str) -> String {
    let server = "https://127.0.0.1:47011/proxies/simulated";
    BASE64.encode(format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: {name}\nclusters: [{{name: {name}, cluster: {{server: '{server}'}}}}]\ncontexts: [{{name: {name}, context: {{cluster: {name}, user: {name}}}}}]\nusers: [{{name: {name}, user: {{}}}}]\n"
    ))
}

fn relay(cx: &Context<'_>, name: &str, version: Version) -> Value {
    let mut relay = json!({
        "expirationTime": cx.now.as_second() + RELAY_SECONDS,
        "hybridConnectionName": format!("microsoft.kubernetes/connectedclusters/{name}"),
        "relay": "simulated-relay",
        "token": "SharedAccessSignature sr=simulated",
    });
    if version >= Version::V2025_08_01_PREVIEW {
        relay["relayTid"] = cx.config.tenant_id.clone().into();
        relay["relayType"] = "hc".into();
    }
    relay
}
