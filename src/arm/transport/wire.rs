//! One request and its answer: headers, ids, the log line, and the step from an error answer to an [`Error`].

use std::fmt;
use std::sync::LazyLock;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::Instant;
use url::Url;
use uuid::Uuid;

use super::http::{Http, TransportFault};
use super::service_fault::ServiceFault;
use crate::arm::error::Error;
use crate::call::Call;
use crate::redact::Foreign;
use crate::retry::{ANSWER, Failure as _, LARGEST_ANSWER, Repetition};

/// Joins all requests of this process in Azure's activity log.
static CORRELATION_ID: LazyLock<String> = LazyLock::new(|| Uuid::new_v4().to_string());

/// Query parameters that are shown in the log. Others may be signatures.
const SHOWN_PARAMETERS: [&str; 4] = ["api-version", "force", "forceDelete", "releaseTrain"];

/// A request that can be sent more than once.
#[derive(Clone)]
pub(in crate::arm) struct Request {
    /// What it is for, in the infinitive.
    pub action: String,
    pub method: Method,
    pub url: Url,
    pub body: Option<Vec<u8>>,
    /// Whether sending it twice does what sending it once does.
    pub repetition: Repetition,
}

impl Request {
    /// A request without a body. GET, PUT and DELETE count as idempotent, POST and PATCH do not.
    pub(in crate::arm) fn new(method: Method, url: Url, action: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            repetition: if method.is_idempotent() {
                Repetition::Harmless
            } else {
                Repetition::Harmful
            },
            method,
            url,
            body: None,
        }
    }

    /// The same request with a JSON body.
    pub(in crate::arm) fn with_json<T: Serialize>(mut self, body: &T) -> Self {
        let body =
            serde_json::to_vec(body).expect("bodies are objects with text keys, which JSON holds");
        self.body = Some(body);
        self
    }

    /// The same request, to be sent again even when a first one may have been carried out.
    pub(in crate::arm) const fn repeatable(mut self) -> Self {
        self.repetition = Repetition::Harmless;
        self
    }

    /// The error for a request without an answer. Of a change that was sent, the outcome is unknown.
    fn unanswered(&self, fault: TransportFault) -> Error {
        let (action, fault) = (self.action.clone(), Box::new(fault));
        if fault.was_sent() && !self.method.is_safe() {
            return Error::OutcomeUnknown { action, fault };
        }
        Error::Unreachable { action, fault }
    }
}

/// An answer, read to its end.
pub(in crate::arm) struct Response {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// The address that was asked, for relative addresses in the headers.
    pub url: Url,
}

/// Bodies may hold secrets, so they are not shown.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("action", &self.action)
            .finish_non_exhaustive()
    }
}

/// See the one of [`Request`].
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl Response {
    /// What a deletion of something that is not there comes to: success without content.
    pub(in crate::arm) fn nothing(url: Url) -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            headers: HeaderMap::new(),
            body: Vec::new(),
            url,
        }
    }

    /// The body as JSON.
    pub(in crate::arm) fn json<T: DeserializeOwned>(&self, action: &str) -> Result<T, Error> {
        let body = self
            .body
            .strip_prefix(b"\xEF\xBB\xBF")
            .unwrap_or(&self.body);
        serde_json::from_slice(body).map_err(|fault: serde_json::Error| Error::Answer {
            action: action.to_owned(),
            source: Foreign::from_error(&fault),
        })
    }

    pub(in crate::arm) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// How long the service wants to be left alone: `Retry-After`, in seconds or as an HTTP date.
    pub(in crate::arm) fn retry_after(&self) -> Option<Duration> {
        parse_retry_after(self.header(RETRY_AFTER.as_str())?, Timestamp::now())
    }

    /// The answer if it is a success, else its error.
    pub(in crate::arm) fn accept(self, action: &str) -> Result<Self, Error> {
        if self.status.is_success() {
            return Ok(self);
        }
        let fault = ServiceFault {
            status: Some(self.status.as_u16()),
            ..self.fault(ServiceFault::from_body(&self.body))
        };
        Err(Error::Refused {
            action: action.to_owned(),
            fault: Box::new(fault),
        })
    }

    /// The fault with the ids of this answer.
    pub(in crate::arm) fn fault(&self, fault: ServiceFault) -> ServiceFault {
        ServiceFault {
            request_id: self.header("x-ms-request-id").map(str::to_owned),
            correlation_id: self
                .header("x-ms-correlation-request-id")
                .map(str::to_owned),
            retry_after: self.retry_after(),
            ..fault
        }
    }
}

fn parse_retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = rfc2822::DateTimeParser::new()
        .parse_timestamp(value.trim())
        .ok()?;
    Some(Duration::try_from(date.duration_since(now)).unwrap_or(Duration::ZERO))
}

/// Sends a request once and reads the answer, whatever its status.
///
/// A read is dropped when the call ends. A change that has begun is seen through, so that its outcome is known, but not
/// longer than [`ANSWER`] and not longer than half a minute after the end of the call.
pub(in crate::arm) async fn exchange(
    http: &Http,
    call: &Call,
    request: &Request,
    token: Option<&SecretString>,
) -> Result<Response, Error> {
    let halted = |halt| Error::halted(&request.action, halt);
    let begin = Instant::now();
    call.check().map_err(halted)?;
    let transmission = transmit(http, request, token);
    let outcome = if request.method.is_safe() {
        call.attempt(ANSWER, transmission).await.map_err(halted)?
    } else {
        call.see_through(ANSWER, transmission).await
    };
    let outcome = outcome.unwrap_or_else(|| Err(TransportFault::late(request.url.host_str())));
    log(request, &outcome, begin.elapsed());
    outcome.map_err(|fault| request.unanswered(fault))
}

async fn transmit(
    http: &Http,
    request: &Request,
    token: Option<&SecretString>,
) -> Result<Response, TransportFault> {
    let fault = |error| TransportFault::new(request.url.host_str(), error);
    let pool = http.pool().await.map_err(fault)?;
    let mut builder = pool
        .request(request.method.clone(), request.url.clone())
        .header("x-ms-correlation-request-id", CORRELATION_ID.as_str())
        .header("x-ms-client-request-id", Uuid::new_v4().to_string());
    if let Some(header) = token.and_then(authorization) {
        builder = builder.header(AUTHORIZATION, header);
    }
    if let Some(body) = &request.body {
        builder = builder
            .header(CONTENT_TYPE, "application/json")
            .body(body.clone());
    } else if !request.method.is_safe() {
        // Front doors refuse a POST without a length.
        builder = builder.body(Vec::new());
    }
    let mut answer = builder.send().await.map_err(fault)?;
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(fault)? {
        if body.len() + chunk.len() > LARGEST_ANSWER {
            return Err(TransportFault::too_large(request.url.host_str()));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Response {
        status: answer.status(),
        headers: std::mem::take(answer.headers_mut()),
        url: answer.url().clone(),
        body,
    })
}

/// Marked sensitive, so that no HTTP library writes it to a log.
fn authorization(token: &SecretString) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose_secret())).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn log(request: &Request, outcome: &Result<Response, TransportFault>, elapsed: Duration) {
    let (method, url) = (&request.method, loggable(&request.url));
    let Ok(answer) = outcome else {
        tracing::debug!(%method, %url, ?elapsed, "azure did not answer");
        return;
    };
    let status = answer.status.as_u16();
    let request_id = answer.header("x-ms-request-id").unwrap_or_default();
    tracing::debug!(%method, %url, status, request_id, ?elapsed, "azure answered");
}

/// An address without what a query may hide.
fn loggable(url: &Url) -> Url {
    let mut shown = url.clone();
    let pairs = url.query_pairs().map(|(name, value)| {
        let value = if SHOWN_PARAMETERS.contains(&&*name) {
            value
        } else {
            "REDACTED".into()
        };
        (name, value)
    });
    if url.query().is_some() {
        shown.query_pairs_mut().clear().extend_pairs(pairs);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now: Timestamp = "2026-11-23T10:00:00Z".parse().expect("a time");
        let cases = [
            ("17", Some(17)),
            ("0", Some(0)),
            ("Mon, 23 Nov 2026 10:00:30 GMT", Some(30)),
            ("Mon, 23 Nov 2026 09:00:00 GMT", Some(0)),
            ("soon", None),
        ];
        for (value, seconds) in cases {
            assert_eq!(
                parse_retry_after(value, now),
                seconds.map(Duration::from_secs),
                "{value}"
            );
        }
    }

    #[test]
    fn the_log_shows_no_signature() {
        let url = "https://management.azure.com/x?api-version=2026-05-01&t=638&c=MIIH&s=signature";
        let shown = loggable(&Url::parse(url).expect("valid"));
        assert_eq!(
            shown.as_str(),
            "https://management.azure.com/x?api-version=2026-05-01&t=REDACTED&c=REDACTED&s=REDACTED"
        );
        let plain = Url::parse("https://management.azure.com/x").expect("valid");
        assert_eq!(loggable(&plain), plain);
    }
}
