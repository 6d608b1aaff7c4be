//! The conversation with Entra's token endpoint, as a transport under `azure_identity`.
//!
//! That crate reads an error answer in a way that loses it when the description holds an escaped character. So this
//! transport reads the answer first and hands it up as a [`TokenFault`], which [`fault_of`] finds again below the
//! crate's own wrapping. Retries are left to the caller too, since the crate's defaults hide the cause for over a minute.

use std::fmt;
use std::sync::Arc;

use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core::error::ErrorKind;
use azure_core::http::{
    AsyncRawResponse, ClientOptions, HttpClient, Request, RetryOptions, Transport,
};
use futures::TryStreamExt as _;
use serde::Deserialize;
use url::Url;

use crate::arm::transport::{Http, TransportFault};
use crate::fault::Kind;
use crate::redact;
use crate::retry::LARGEST_ANSWER;

/// Why the token endpoint gave no token.
#[derive(Debug, thiserror::Error)]
pub(super) enum TokenFault {
    /// It answered with an error.
    #[error(transparent)]
    Rejected(Rejection),
    /// It did not answer.
    #[error(transparent)]
    Unreachable(TransportFault),
}

/// An error answer of the token endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rejection {
    /// HTTP status.
    pub status: u16,
    /// OAuth's code, such as `invalid_client`.
    pub error: String,
    /// Entra's code, such as `AADSTS7000215`.
    pub code: Option<String>,
    /// What Entra says, without its code, trace ids and time.
    pub description: String,
    /// Entra's id of the conversation.
    pub correlation_id: Option<String>,
    /// Entra's id of the request.
    pub trace_id: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Body {
    error: String,
    error_description: String,
    error_codes: Vec<u64>,
    correlation_id: Option<String>,
    trace_id: Option<String>,
}

impl Rejection {
    fn from_answer(status: u16, body: &[u8]) -> Self {
        let body: Body = serde_json::from_slice(body).unwrap_or_default();
        let code = body.error_codes.first().map(|code| format!("AADSTS{code}"));
        Self {
            status,
            description: readable(&body.error_description, code.as_deref()),
            error: body.error,
            code,
            correlation_id: body.correlation_id,
            trace_id: body.trace_id,
        }
    }

    /// Trouble of the endpoint's own may pass; everything else is about the credential.
    pub(super) const fn kind(&self) -> Kind {
        match self.status {
            429 => Kind::Throttled,
            408 | 500.. => Kind::Unavailable,
            _ => Kind::Credential,
        }
    }
}

/// Entra's text begins with the code and ends with ids and the time, which stand in fields of their own.
fn readable(description: &str, code: Option<&str>) -> String {
    let text = description
        .split("Trace ID:")
        .next()
        .unwrap_or_default()
        .trim();
    let text = code
        .and_then(|code| text.strip_prefix(code))
        .unwrap_or(text);
    redact::text(text.trim_start_matches([':', ' ']))
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.code {
            Some(code) => write!(f, "{code}: {}", self.description),
            None if self.error.is_empty() => write!(f, "HTTP status {}", self.status),
            None => write!(f, "{}: {}", self.error, self.description),
        }
    }
}

impl std::error::Error for Rejection {}

/// Sends the requests of `azure_identity` over the shared pool.
#[derive(Debug)]
struct TokenTransport(Arc<Http>);

#[async_trait::async_trait]
impl HttpClient for TokenTransport {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let host = request.url().host_str();
        let unreachable = |error| wrap(TokenFault::Unreachable(TransportFault::new(host, error)));
        let pool = self.0.pool().await.map_err(unreachable)?;
        let answer = pool.execute_request(request).await.map_err(|error| {
            // The error of the pool is the one inside; anything else would be a failure to build the request.
            error
                .into_downcast()
                .map_or_else(|other| other, unreachable)
        })?;
        let (status, headers, mut stream) = answer.deconstruct();
        let mut body = Vec::new();
        while let Some(chunk) = stream.try_next().await? {
            if body.len() + chunk.len() > LARGEST_ANSWER {
                return Err(wrap(TokenFault::Unreachable(TransportFault::too_large(
                    host,
                ))));
            }
            body.extend_from_slice(&chunk);
        }
        if status.is_success() {
            return Ok(AsyncRawResponse::from_bytes(status, headers, body));
        }
        let rejection = Rejection::from_answer(status.into(), &body);
        Err(wrap(TokenFault::Rejected(rejection)))
    }
}

fn wrap(fault: TokenFault) -> azure_core::Error {
    azure_core::Error::new(ErrorKind::Credential, fault)
}

/// The fault inside an error of `azure_identity`, or the error itself when it has another origin.
pub(super) fn fault_of(error: azure_core::Error) -> Result<TokenFault, azure_core::Error> {
    let inner = error.into_downcast::<azure_core::Error>()?;
    inner.into_downcast::<TokenFault>()
}

/// Options of a credential that logs in at `authority` over the shared pool, without retries of its own.
pub(super) fn client_options(http: &Arc<Http>, authority: &Url) -> ClientOptions {
    let mut cloud = CustomConfiguration::default();
    authority.as_str().clone_into(&mut cloud.authority_host);
    ClientOptions {
        transport: Some(Transport::new(Arc::new(TokenTransport(Arc::clone(http))))),
        retry: RetryOptions::none(),
        cloud: Some(Arc::new(CloudConfiguration::Custom(cloud))),
        ..ClientOptions::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_with_escapes_is_read_whole() {
        let body = br#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret \u0027x\u0027.\r\nTrace ID: t\r\nCorrelation ID: c","error_codes":[7000215],"trace_id":"t","correlation_id":"c"}"#;
        let rejection = Rejection::from_answer(401, body);
        assert_eq!(
            rejection.to_string(),
            "AADSTS7000215: Invalid client secret 'x'."
        );
        assert_eq!(rejection.correlation_id.as_deref(), Some("c"));
        assert_eq!(rejection.kind(), Kind::Credential);
    }

    #[test]
    fn a_proxy_that_answers_in_place_of_entra_is_not_a_wrong_secret() {
        let rejection = Rejection::from_answer(502, b"<html>");
        assert_eq!(rejection.to_string(), "HTTP status 502");
        assert_eq!(rejection.kind(), Kind::Unavailable);
    }
}
