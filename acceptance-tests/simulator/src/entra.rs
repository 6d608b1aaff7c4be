//! Microsoft Entra: the `OpenID` document and the token endpoint, for client credentials.
//!
//! Error codes are those of Entra's list of AADSTS codes.

use axum::http::{Method, StatusCode};
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::hosts;
use super::reply::Reply;
use super::request::Request;
use super::{Cloud, ServicePrincipal, identity};

/// Why no token is given.
struct Refusal {
    status: StatusCode,
    /// OAuth's error code.
    error: &'static str,
    /// Entra's own code.
    code: u32,
    text: String,
}

/// Answers a request to the login host.
pub(super) fn handle(cloud: &Cloud, request: &Request) -> Reply {
    let reply = match (&request.method, request.route().as_slice()) {
        (&Method::GET, ["common", "discovery", "instance"]) => Ok(instance_discovery()),
        (&Method::GET, [_, "v2.0", ".well-known", "openid-configuration"]) => {
            openid_configuration(cloud, request)
        }
        (&Method::POST, [_, "oauth2", "v2.0", "token"]) => token(cloud, request),
        _ => Ok(Reply {
            unexpected: true,
            ..Reply::empty(StatusCode::NOT_FOUND)
        }),
    };
    reply.unwrap_or_else(Refusal::into_reply)
}

fn instance_discovery() -> Reply {
    let host = hosts::PUBLIC_LOGIN;
    Reply::ok(json!({
        "tenant_discovery_endpoint": format!("https://{host}/common/v2.0/.well-known/openid-configuration"),
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
    }))
}

fn openid_configuration(cloud: &Cloud, request: &Request) -> Result<Reply, Refusal> {
    let tenant = known_tenant(cloud, request)?;
    let base = format!("{}/{tenant}", request.base_url());
    Ok(Reply::ok(json!({
        "issuer": format!("{base}/v2.0"),
        "authorization_endpoint": format!("{base}/oauth2/v2.0/authorize"),
        "token_endpoint": format!("{base}/oauth2/v2.0/token"),
        "device_authorization_endpoint": format!("{base}/oauth2/v2.0/devicecode"),
        "jwks_uri": format!("{base}/discovery/v2.0/keys"),
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
        "response_types_supported": ["code", "token"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "tenant_region_scope": null,
    })))
}

fn token(cloud: &Cloud, request: &Request) -> Result<Reply, Refusal> {
    let tenant = known_tenant(cloud, request)?;
    let form = request.form();
    let field = |name: &str| {
        form.iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    if field("grant_type") != Some("client_credentials") {
        return Err(Refusal::bad(
            "unsupported_grant_type",
            70003,
            "The app requested an unsupported grant type.",
        ));
    }
    let principal = known_principal(cloud, field("client_id"), field("client_secret"))?;
    let audience = known_audience(request, field("scope"))?;
    let seconds = cloud.store().behaviour.token_seconds;
    Ok(Reply::ok(json!({
        "token_type": "Bearer",
        "expires_in": seconds,
        "ext_expires_in": seconds,
        "access_token": cloud.tokens.issue(tenant, principal, &audience, seconds),
    })))
}

fn known_tenant<'a>(cloud: &'a Cloud, request: &Request) -> Result<&'a str, Refusal> {
    let tenant = request.segment(0);
    if cloud.config.tenant_id.eq_ignore_ascii_case(tenant) {
        return Ok(&cloud.config.tenant_id);
    }
    let text =
        format!("Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID.");
    Err(Refusal::bad("invalid_request", 90002, text))
}

fn known_principal<'a>(
    cloud: &'a Cloud,
    client_id: Option<&str>,
    secret: Option<&str>,
) -> Result<&'a ServicePrincipal, Refusal> {
    let client_id = client_id.ok_or_else(|| {
        Refusal::bad(
            "invalid_request",
            900_144,
            "The request body must contain the following parameter: 'client_id'.",
        )
    })?;
    let mut principals = cloud.config.service_principals.iter();
    let principal = principals
        .find(|principal| principal.client_id.eq_ignore_ascii_case(client_id))
        .ok_or_else(|| {
            let text = format!(
                "Application with identifier '{client_id}' was not found in the directory."
            );
            Refusal::bad("unauthorized_client", 700_016, text)
        })?;
    match secret {
        Some(secret) if secret == principal.secret => Ok(principal),
        Some(_) => Err(Refusal::invalid_client(
            7_000_215,
            format!("Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{client_id}'."),
        )),
        None => Err(Refusal::invalid_client(
            7_000_218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.".to_owned(),
        )),
    }
}

/// Client credentials ask for exactly one resource, as `<resource>/.default`.
fn known_audience(request: &Request, scope: Option<&str>) -> Result<String, Refusal> {
    let scope = scope.unwrap_or_default();
    let Some(resource) = scope.strip_suffix("/.default") else {
        let text = format!(
            "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."
        );
        return Err(Refusal::bad("invalid_scope", 1_002_012, text));
    };
    let mut known = identity::arm_audiences(request);
    known.push(identity::graph_audience(request));
    if known
        .iter()
        .any(|audience| identity::same_resource(audience, resource))
    {
        return Ok(resource.to_owned());
    }
    let text = format!("The resource principal named {resource} was not found in the tenant.");
    Err(Refusal::bad("invalid_resource", 500_011, text))
}

impl Refusal {
    fn bad(error: &'static str, code: u32, text: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            error,
            code,
            text: text.into(),
        }
    }

    fn invalid_client(code: u32, text: String) -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            ..Self::bad("invalid_client", code, text)
        }
    }

    fn into_reply(self) -> Reply {
        let (trace, correlation) = (Uuid::new_v4().to_string(), Uuid::new_v4().to_string());
        let timestamp = Timestamp::now().strftime("%Y-%m-%d %H:%M:%SZ").to_string();
        let (code, text) = (self.code, self.text);
        let description = format!(
            "AADSTS{code}: {text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}"
        );
        Reply::json(
            self.status,
            json!({
                "error": self.error,
                "error_description": description,
                "error_codes": [code],
                "timestamp": timestamp,
                "trace_id": trace,
                "correlation_id": correlation,
                "error_uri": format!("https://{}/error?code={code}", hosts::PUBLIC_LOGIN),
            }),
        )
    }
}
