//! Resource Manager's refusals of a bearer token.

use axum::http::StatusCode;

use super::ArmError;
use crate::request::Request;
use crate::tokens::{Caller, TokenError};
use crate::{Cloud, hosts, identity};

/// The caller, or a 401 with the challenge that tells clients where to log in.
pub(crate) fn caller(cloud: &Cloud, request: &Request) -> Result<Caller, ArmError> {
    let audiences = identity::arm_audiences(request);
    identity::caller(request, &cloud.tokens, &audiences).map_err(|error| {
        let (code, message) = words(error);
        let authority = if hosts::is_loopback(request) { request.base_url() } else { format!("https://{}", hosts::PUBLIC_LOGIN) };
        let challenge = format!(
            r#"Bearer authorization_uri="{authority}/{}", error="invalid_token", error_description="{message}""#,
            cloud.config.tenant_id
        );
        ArmError::new(StatusCode::UNAUTHORIZED, code, message).with("WWW-Authenticate", challenge)
    })
}

fn words(error: TokenError) -> (&'static str, &'static str) {
    match error {
        TokenError::Missing => (
            "AuthenticationFailed",
            "Authentication failed. The 'Authorization' header is missing.",
        ),
        TokenError::Malformed => ("InvalidAuthenticationToken", "The access token is invalid."),
        TokenError::Expired => ("ExpiredAuthenticationToken", "The access token expired."),
        TokenError::Audience => (
            "InvalidAuthenticationTokenAudience",
            "The access token has been obtained for the wrong audience or resource.",
        ),
    }
}
