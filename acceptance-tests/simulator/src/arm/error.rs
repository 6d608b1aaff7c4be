//! Errors in Resource Manager's form: `{"error": {"code", "message", ...}}`.

use axum::http::StatusCode;
use serde_json::json;

use crate::reply::Reply;
use crate::request::Request;

/// Why a request is refused.
#[derive(Debug)]
pub(crate) struct ArmError {
    status: StatusCode,
    code: String,
    message: String,
    target: Option<String>,
    headers: Vec<(String, String)>,
    unexpected: bool,
}

impl ArmError {
    /// An error with any status.
    pub(crate) fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.to_owned(),
            message: message.into(),
            target: None,
            headers: Vec::new(),
            unexpected: false,
        }
    }

    /// 400.
    pub(crate) fn bad(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// 404.
    pub(crate) fn not_found(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    /// 409.
    pub(crate) fn conflict(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }

    /// 400 for a body that is not what this api-version takes.
    pub(crate) fn invalid_content(message: impl Into<String>) -> Self {
        Self::bad("InvalidRequestContent", message)
    }

    /// 415.
    pub(crate) fn unsupported_media_type(media_type: &str) -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UnsupportedMediaType",
            format!(
                "The content media type '{media_type}' is not supported. Only 'application/json' is supported."
            ),
        )
    }

    /// 404 for an address that the simulator does not have; the log marks it.
    pub(crate) fn no_such_route(request: &Request) -> Self {
        let (method, path) = (&request.method, request.uri.path());
        Self {
            unexpected: true,
            ..Self::not_found(
                "InvalidResourceType",
                format!("No resource type is served at {method} {path}."),
            )
        }
    }

    /// 405 for a method that an address does not have; the log marks it.
    pub(crate) fn method_not_allowed(request: &Request) -> Self {
        Self {
            status: StatusCode::METHOD_NOT_ALLOWED,
            ..Self::no_such_route(request)
        }
    }

    /// The same, naming the part of the request that is wrong.
    #[must_use]
    pub(super) fn at(mut self, target: impl Into<String>) -> Self {
        self.target = Some(target.into());
        self
    }

    /// The same with a header more.
    #[must_use]
    pub(super) fn with(mut self, name: &str, value: String) -> Self {
        self.headers.push((name.to_owned(), value));
        self
    }

    /// The reply.
    pub(crate) fn into_reply(self) -> Reply {
        let mut error = json!({"code": self.code, "message": self.message});
        if let Some(target) = self.target {
            error["target"] = target.into();
        }
        Reply {
            headers: self.headers,
            unexpected: self.unexpected,
            ..Reply::json(self.status, json!({"error": error}))
        }
    }
}
