//! What a service answers.

use std::fmt::Display;

use axum::body::Body;
use axum::http::{Response, StatusCode, header};
use serde_json::Value;

/// One reply. The dispatcher adds the headers that every reply carries.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<Value>,
    /// Whether the simulator has nothing at this address: a gap, or a mistake of the client.
    pub(super) unexpected: bool,
}

impl Reply {
    /// A reply with a JSON body.
    pub(super) fn json(status: StatusCode, body: Value) -> Self {
        Self {
            body: Some(body),
            ..Self::empty(status)
        }
    }

    /// 200 with a JSON body.
    pub(super) fn ok(body: Value) -> Self {
        Self::json(StatusCode::OK, body)
    }

    /// A reply without a body.
    pub(super) fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: None,
            unexpected: false,
        }
    }

    /// The same with one header more.
    #[must_use]
    pub(super) fn with(mut self, name: &str, value: impl Display) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    /// The error code in the body, for the log: ARM's and Entra's form.
    pub(super) fn error_code(&self) -> Option<&str> {
        let error = self.body.as_ref()?.get("error")?;
        error.get("code").unwrap_or(error).as_str()
    }

    /// The reply on the wire.
    pub(super) fn into_response(self) -> Response<Body> {
        let mut response = Response::builder().status(self.status);
        for (name, value) in &self.headers {
            response = response.header(name, value);
        }
        let body = match self.body {
            Some(body) => {
                response = response.header(header::CONTENT_TYPE, "application/json; charset=utf-8");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        response.body(body).unwrap_or_else(|error| {
            let mut response = Response::new(Body::from(error.to_string()));
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response
        })
    }
}
