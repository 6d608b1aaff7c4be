//! The addresses at which operations are watched.

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};
use url::form_urlencoded::Serializer;
use uuid::Uuid;

use super::{Change, Operation, Outcome};
use crate::arm::{ArmError, Context, connected_clusters};
use crate::reply::Reply;

/// Azure's addresses of results are known to be about 3 KB long; clients must not cut them.
const CERTIFICATE_BYTES: usize = 1800;

/// The two kinds of address.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Address {
    Monitor,
    Result,
}

impl Context<'_> {
    /// Begins an operation on the object with this id and returns the operation's name.
    ///
    /// The name comes first in the change's arguments, since an object may meanwhile be in another operation's hands.
    pub(crate) fn begin(&mut self, target: &str, outcome: Outcome, change: Change) -> String {
        let hash = format!("{:X}", Sha256::digest(target));
        let name = format!("{}*{hash}", Uuid::new_v4());
        let operation = Operation::new(target, outcome, (&self.overrides.ending, self.now));
        self.store.add(name, operation, change)
    }

    /// Adds the headers by which a client follows the operation.
    pub(crate) fn follow(&self, reply: Reply, name: &str, path: &str, address: Address) -> Reply {
        let header = match address {
            Address::Monitor => "Azure-AsyncOperation",
            Address::Result => "Location",
        };
        let query = self.signed_query(name, address);
        let url = format!("{}{path}/{name}?{query}", self.request.base_url());
        reply.with(header, url)
    }

    /// Adds the header by which a client follows an operation whose address carries no signature.
    pub(crate) fn follow_plain(&self, reply: Reply, name: &str, path: &str) -> Reply {
        let version = self.request.query("api-version").unwrap_or_default();
        let base = self.request.base_url();
        let url = format!("{base}{path}/{name}?api-Version={version}");
        self.later(reply.with("Azure-AsyncOperation", url))
    }

    /// Adds how long to wait before the next look.
    pub(crate) fn later(&self, reply: Reply) -> Reply {
        reply.with("Retry-After", self.store.behaviour.retry_after_seconds)
    }

    fn signed_query(&self, name: &str, address: Address) -> String {
        let certificate = BASE64.encode(vec![0xFB; CERTIFICATE_BYTES]);
        Serializer::new(String::new())
            .append_pair(
                "api-version",
                self.request.query("api-version").unwrap_or_default(),
            )
            .append_pair("t", &self.now.as_millisecond().to_string())
            .append_pair("c", &certificate)
            .append_pair("s", &signature(name, &certificate))
            .append_pair("h", &fingerprint(name, address))
            .finish()
    }

    /// Answers at an operation's address, whose name is the last segment of the path.
    pub(crate) fn watch(&self, name: &str) -> Result<Reply, ArmError> {
        let operation = self.operation(name)?;
        let query = |key| self.request.query(key).unwrap_or_default();
        if query("s") != signature(name, query("c")) {
            return Err(ArmError::bad(
                "InvalidAsyncOperationToken",
                "The operation's address was changed on its way.",
            ));
        }
        if query("h") == fingerprint(name, Address::Result) {
            self.result(operation)
        } else {
            Ok(self.status(operation))
        }
    }

    /// Answers at the address of an operation without a signature.
    pub(crate) fn watch_plain(&self, name: &str) -> Result<Reply, ArmError> {
        Ok(self.status(self.operation(name)?))
    }

    fn operation(&self, name: &str) -> Result<&Operation, ArmError> {
        self.store.operations.get(name).ok_or_else(|| {
            ArmError::not_found(
                "ResourceNotFound",
                format!("The operation '{name}' was not found."),
            )
        })
    }

    fn status(&self, operation: &Operation) -> Reply {
        let reply = Reply::ok(operation.document(self.request.uri.path()));
        if operation.ended() {
            reply
        } else {
            self.later(reply)
        }
    }

    fn result(&self, operation: &Operation) -> Result<Reply, ArmError> {
        if !operation.ended() {
            // Over HTTP/2 the URI is absolute, so only its path and query go behind the base.
            let uri = &self.request.uri;
            let path = uri.path_and_query().map_or("/", |path| path.as_str());
            let here = format!("{}{path}", self.request.base_url());
            return Ok(self.later(Reply::empty(StatusCode::ACCEPTED).with("Location", here)));
        }
        if let Some(failure) = &operation.failure {
            return Err(ArmError::conflict(&failure.code, failure.message.clone()));
        }
        match &operation.outcome {
            Outcome::Gone => Ok(Reply::empty(StatusCode::NO_CONTENT)),
            Outcome::Done => Ok(Reply::empty(StatusCode::OK)),
            Outcome::Cluster(key) => connected_clusters::show(self, key),
        }
    }
}

fn signature(name: &str, certificate: &str) -> String {
    BASE64.encode(Sha256::digest(format!("{name}{certificate}")))
}

fn fingerprint(name: &str, address: Address) -> String {
    let kind = match address {
        Address::Monitor => "monitor",
        Address::Result => "result",
    };
    BASE64.encode(Sha256::digest(format!("{kind}{name}")))
}
