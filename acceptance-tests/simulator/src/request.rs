//! A request as the services see it: taken apart once, spelling kept.

use std::sync::LazyLock;

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, Uri, header};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::arm::ArmError;

static NO_FIELDS: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);

/// One request.
pub(super) struct Request {
    pub(super) method: Method,
    /// Host and port as the client wrote them.
    pub(super) host: String,
    /// Path and query as they came.
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// Path segments, decoded, in the client's spelling. Azure does not care about repeated slashes.
    segments: Vec<String>,
    /// The same in lower case, by which routes are found.
    route: Vec<String>,
    query: Vec<(String, String)>,
}

impl Request {
    pub(super) fn new(method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Self {
        let segments: Vec<String> = uri
            .path()
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
            .collect();
        let query = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        Self {
            host: host(&uri, &headers),
            route: segments.iter().map(|s| s.to_lowercase()).collect(),
            query: query.into_owned().collect(),
            segments,
            method,
            uri,
            headers,
            body,
        }
    }

    /// Path segments in lower case.
    pub(super) fn route(&self) -> Vec<&str> {
        self.route.iter().map(String::as_str).collect()
    }

    /// A path segment as the client spelled it. Callers know from the route that it is there.
    pub(super) fn segment(&self, index: usize) -> &str {
        &self.segments[index]
    }

    /// A query parameter, by its name in any case.
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        let mut pairs = self.query.iter();
        let pair = pairs.find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        Some(&pair.1)
    }

    /// A header, if it is text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Host without port.
    pub(super) fn host_name(&self) -> &str {
        match self.host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => &self.host,
        }
    }

    /// Where this client reaches the service it asked.
    pub(super) fn base_url(&self) -> String {
        format!("https://{}", self.host)
    }

    /// The body as a form, for the token endpoint.
    pub(super) fn form(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(&self.body).into_owned().collect()
    }

    /// The body as a JSON object.
    pub(super) fn json(&self) -> Result<Map<String, Value>, ArmError> {
        let media_type = self
            .header(header::CONTENT_TYPE.as_str())
            .unwrap_or_default();
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(ArmError::unsupported_media_type(media_type));
        }
        let Ok(Value::Object(body)) = serde_json::from_slice(&self.body) else {
            return Err(ArmError::invalid_content(
                "The request content was invalid and could not be deserialized: a JSON object was expected.",
            ));
        };
        Ok(body)
    }
}

/// An object member of a JSON object; absent and null are an empty object.
pub(super) fn object<'a>(value: &'a Map<String, Value>, name: &str) -> &'a Map<String, Value> {
    value
        .get(name)
        .and_then(Value::as_object)
        .unwrap_or(&NO_FIELDS)
}

/// A string member of a JSON object.
pub(super) fn text<'a>(value: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}

/// HTTP/2 carries the host in the URI, HTTP/1.1 in a header.
fn host(uri: &Uri, headers: &HeaderMap) -> String {
    let header = || headers.get(header::HOST)?.to_str().ok();
    let host = uri
        .authority()
        .map(axum::http::uri::Authority::as_str)
        .or_else(header);
    host.unwrap_or_default().to_ascii_lowercase()
}
