//! Who may ask which service: audiences, and the check of the Authorization header.

use axum::http::header;

use super::hosts;
use super::request::Request;
use super::tokens::{Caller, TokenError, Tokens};

/// What a token must be made for to be used at the public cloud's Resource Manager.
pub(super) const PUBLIC_AUDIENCES: [&str; 2] = [
    "https://management.core.windows.net/",
    "https://management.azure.com/",
];

/// The same at the custom cloud, which deliberately has an audience that no endpoint's address reveals.
pub(super) const CUSTOM_AUDIENCE: &str = "https://management.simulator.test";

/// Audiences that Resource Manager and the Arc data plane take from this client.
pub(super) fn arm_audiences(request: &Request) -> Vec<String> {
    if hosts::is_loopback(request) {
        vec![CUSTOM_AUDIENCE.to_owned()]
    } else {
        PUBLIC_AUDIENCES.map(str::to_owned).into()
    }
}

/// The audience that Graph takes from this client.
pub(super) fn graph_audience(request: &Request) -> String {
    if hosts::is_loopback(request) {
        request.base_url()
    } else {
        format!("https://{}", hosts::PUBLIC_GRAPH)
    }
}

/// The caller behind the request's bearer token.
pub(super) fn caller(
    request: &Request,
    tokens: &Tokens,
    audiences: &[String],
) -> Result<Caller, TokenError> {
    let header = request.header(header::AUTHORIZATION.as_str());
    let token = header
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Bearer"))
        .map(|(_, token)| token.trim())
        .ok_or(TokenError::Missing)?;
    let caller = tokens.verify(token)?;
    let meant = audiences
        .iter()
        .any(|audience| same_resource(audience, &caller.audience));
    meant.then_some(caller).ok_or(TokenError::Audience)
}

/// Trailing slashes do not make another resource.
pub(super) fn same_resource(one: &str, other: &str) -> bool {
    one.trim_end_matches('/')
        .eq_ignore_ascii_case(other.trim_end_matches('/'))
}
