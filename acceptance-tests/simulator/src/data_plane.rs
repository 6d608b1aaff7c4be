//! The Arc configuration data plane: which chart to install, and with which values.
//!
//! What Azure's own answers hold is not documented beyond `repositoryPath` and `helmValuesContent`; the values here are
//! those that the agents' chart needs and no client passes by itself.

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::Cloud;
use super::arm::connected_clusters::ConnectedCluster;
use super::arm::{ArmError, require_version, tokens};
use super::config::normalise;
use super::reply::Reply;
use super::request::{Request, object, text};

const SETTINGS_VERSIONS: &[&str] = &["2024-07-01-preview"];
/// Features that are on or off, by their place in the object and their name among the values.
const FEATURES: [(&[&str], &str); 3] = [
    (
        &["oidcIssuerProfile", "enabled"],
        "systemDefaultValues.oidcIssuer.enabled",
    ),
    (
        &["securityProfile", "workloadIdentity", "enabled"],
        "systemDefaultValues.workloadIdentity.enabled",
    ),
    (
        &["gateway", "enabled"],
        "systemDefaultValues.gateway.enabled",
    ),
];
const PATH_VERSIONS: &[&str] = &["2019-11-01-preview"];

/// Answers a request to the data plane, of one region if the host name tells.
pub(super) fn handle(cloud: &Cloud, request: &Request, region: Option<&str>) -> Reply {
    let answer = tokens::caller(cloud, request).and_then(|_| route(cloud, request, region));
    answer.unwrap_or_else(ArmError::into_reply)
}

fn route(cloud: &Cloud, request: &Request, region: Option<&str>) -> Result<Reply, ArmError> {
    if let Some(region) = region {
        require_region(cloud, region)?;
    }
    let route = request.route();
    let operation = match (region, route.as_slice()) {
        (Some(_), ["azure-arc-k8sagents", operation])
        | (None, ["dp", "azure-arc-k8sagents", operation]) => *operation,
        _ => return Err(ArmError::no_such_route(request)),
    };
    match (&request.method, operation) {
        (&Method::POST, "healthcheck") => health_check(request),
        (&Method::POST, "gethelmsettings") => helm_settings(cloud, request, region),
        (&Method::POST, "getlatesthelmpackagepath") => latest_path(cloud, request),
        _ => Err(ArmError::no_such_route(request)),
    }
}

fn health_check(request: &Request) -> Result<Reply, ArmError> {
    require_version(request, SETTINGS_VERSIONS)?;
    Ok(Reply::empty(StatusCode::OK))
}

fn latest_path(cloud: &Cloud, request: &Request) -> Result<Reply, ArmError> {
    require_version(request, PATH_VERSIONS)?;
    require_train(request)?;
    Ok(Reply::ok(
        json!({"repositoryPath": cloud.config.registry.chart}),
    ))
}

fn helm_settings(
    cloud: &Cloud,
    request: &Request,
    region: Option<&str>,
) -> Result<Reply, ArmError> {
    require_version(request, SETTINGS_VERSIONS)?;
    require_train(request)?;
    let body = request.json()?;
    let store = cloud.store();
    let id = required(&body, "id")?;
    let cluster = store.clusters.get(&id.to_lowercase()).ok_or_else(|| {
        ArmError::not_found(
            "ResourceNotFound",
            format!("The connected cluster '{id}' was not found."),
        )
    })?;
    check_identity(cloud, &body, cluster)?;
    check_location(&body, cluster, region)?;
    let values = values(cloud, &body, cluster)?;
    Ok(Reply::ok(json!({
        "repositoryPath": cloud.config.registry.chart,
        "helmValuesContent": values,
    })))
}

fn values(
    cloud: &Cloud,
    body: &Map<String, Value>,
    cluster: &ConnectedCluster,
) -> Result<Map<String, Value>, ArmError> {
    let proxy = proxy_settings(body)?;
    let segments: Vec<&str> = cluster.id.split('/').collect();
    let mut values = Map::new();
    let mut set = |name: &str, value: String| values.insert(name.to_owned(), value.into());
    set("global.subscriptionId", segments[2].to_owned());
    set("global.resourceGroupName", segments[4].to_owned());
    set("global.resourceName", segments[8].to_owned());
    set("global.location", cluster.location().to_owned());
    set("global.tenantId", cloud.config.tenant_id.clone());
    set(
        "systemDefaultValues.azureArcAgents.autoUpdate",
        cluster.auto_upgrade().to_string(),
    );
    for (path, name) in FEATURES {
        if let Some(Value::Bool(enabled)) = cluster.setting(path) {
            set(name, enabled.to_string());
        }
    }
    let issuer = cluster.setting(&["oidcIssuerProfile", "selfHostedIssuerUrl"]);
    if let Some(issuer) = issuer.and_then(Value::as_str) {
        set(
            "systemDefaultValues.oidcIssuer.selfHostedIssuerUrl",
            issuer.to_owned(),
        );
    }
    if let Some(gateway) = cluster.gateway() {
        set("systemDefaultValues.gateway.resourceId", gateway.to_owned());
    }
    if let Some(path) = container_log_path(body) {
        set("systemDefaultValues.fluent-bit.containerLogPath", path);
    }
    let has_proxy = proxy.iter().any(|(setting, _)| setting.ends_with("_proxy"));
    set("global.isProxyEnabled", has_proxy.to_string());
    for (setting, placeholder) in proxy {
        set(proxy_value(&setting)?, placeholder);
    }
    Ok(values)
}

/// Where the agents look for the logs of containers.
fn container_log_path(body: &Map<String, Value>) -> Option<String> {
    let features = object(body, "properties").get("arcAgentryConfigurations")?;
    let features = features.as_array()?.iter().filter_map(Value::as_object);
    let logging = features
        .into_iter()
        .find(|f| text(f, "feature") == Some("logging"))?;
    text(object(logging, "settings"), "container_log_path").map(str::to_owned)
}

/// The proxy settings that the client keeps to itself, by name, each with its placeholder.
fn proxy_settings(body: &Map<String, Value>) -> Result<Vec<(String, String)>, ArmError> {
    let features = object(body, "properties")
        .get("arcAgentryConfigurations")
        .and_then(Value::as_array);
    let mut proxy = Vec::new();
    for feature in features.into_iter().flatten().filter_map(Value::as_object) {
        let name = required(feature, "feature")?;
        for (setting, value) in object(feature, "protectedSettings") {
            let placeholder = format!("redacted:{name}:{setting}");
            if value.as_str() != Some(&placeholder) {
                let message =
                    format!("The protected setting '{setting}' must be sent as '{placeholder}'.");
                return Err(ArmError::bad("InvalidParameter", message));
            }
            if name == "proxy" {
                proxy.push((setting.clone(), placeholder));
            }
        }
    }
    Ok(proxy)
}

fn proxy_value(setting: &str) -> Result<&'static str, ArmError> {
    Ok(match setting {
        "https_proxy" => "global.httpsProxy",
        "http_proxy" => "global.httpProxy",
        "no_proxy" => "global.noProxy",
        "proxy_cert" => "global.proxyCert",
        _ => {
            let message = format!("The feature 'proxy' has no setting '{setting}'.");
            return Err(ArmError::bad("InvalidParameter", message));
        }
    })
}

fn check_identity(
    cloud: &Cloud,
    body: &Map<String, Value>,
    cluster: &ConnectedCluster,
) -> Result<(), ArmError> {
    let identity = object(body, "identity");
    let principal = text(identity, "principalId");
    let tenant = text(identity, "tenantId");
    if principal == cluster.principal_id() && tenant == Some(&cloud.config.tenant_id) {
        Ok(())
    } else {
        Err(ArmError::bad(
            "InvalidParameter",
            "The identity in the request is not the identity of the connected cluster.",
        ))
    }
}

fn check_location(
    body: &Map<String, Value>,
    cluster: &ConnectedCluster,
    region: Option<&str>,
) -> Result<(), ArmError> {
    let sent = normalise(required(body, "location")?);
    if sent == cluster.location() && region.is_none_or(|region| region == sent) {
        Ok(())
    } else {
        Err(ArmError::bad(
            "InvalidParameter",
            format!(
                "The connected cluster is in '{}', not in '{sent}'.",
                cluster.location()
            ),
        ))
    }
}

fn require_region(cloud: &Cloud, region: &str) -> Result<(), ArmError> {
    let known = cloud
        .config
        .locations
        .iter()
        .any(|location| location.name == region);
    known
        .then_some(())
        .ok_or_else(|| ArmError::not_found("NotFound", format!("There is no region '{region}'.")))
}

fn require_train(request: &Request) -> Result<(), ArmError> {
    match request.query("releaseTrain") {
        Some(train) if train.eq_ignore_ascii_case("stable") => Ok(()),
        train => Err(ArmError::bad(
            "InvalidReleaseTrain",
            format!(
                "The release train '{}' is not supported.",
                train.unwrap_or_default()
            ),
        )),
    }
}

fn required<'a>(object: &'a Map<String, Value>, name: &str) -> Result<&'a str, ArmError> {
    text(object, name)
        .ok_or_else(|| ArmError::bad("InvalidParameter", format!("'{name}' is required.")))
}
