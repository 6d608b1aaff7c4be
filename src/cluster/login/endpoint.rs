//! The cluster as other clients reach it, and the same cluster with another login.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kube::config::AuthInfo;
use secrecy::SecretString;

use super::access::Access;
use crate::cluster::{Cluster, Error};

/// Where a cluster is, for clients that log in with a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// URL of the API server.
    pub host: String,
    /// PEM of its CA; `None` where the system's trust store counts or the CA is in a file.
    pub ca_certificate: Option<String>,
}

impl Cluster {
    /// The same cluster, logged in to with a token instead of what this one uses.
    ///
    /// # Errors
    ///
    /// [`Error::Settings`] when the address cannot be used.
    pub fn with_token(&self, token: &SecretString) -> Result<Self, Error> {
        let access = Access {
            server: self.inner.access.server.clone(),
            user: AuthInfo {
                token: Some(token.clone()),
                ..AuthInfo::default()
            },
        };
        Self::build(access, None, self.inner.target.eks.clone())
    }

    /// Address and trust of the API server, as clients with a token need them.
    #[must_use]
    pub fn endpoint(&self) -> Endpoint {
        let server = &self.inner.access.server;
        let decode = |data: &String| {
            let pem = STANDARD.decode(data).ok()?;
            String::from_utf8(pem).ok()
        };
        Endpoint {
            host: self.inner.access.endpoint().to_owned(),
            ca_certificate: server.certificate_authority_data.as_ref().and_then(decode),
        }
    }
}
