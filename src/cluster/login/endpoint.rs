//! The cluster as other clients reach it, and the same cluster with another login.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kube::config::AuthInfo;
use secrecy::SecretString;
use url::Url;

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

/// A client with a token has no use for another login.
fn without_user(address: &str) -> String {
    match Url::parse(address) {
        Ok(mut url) if !url.username().is_empty() || url.password().is_some() => {
            // Only addresses without a host refuse this, and they have no user.
            let _ = url.set_username("");
            let _ = url.set_password(None);
            url.to_string()
        }
        _ => address.to_owned(),
    }
}

impl Cluster {
    /// The same cluster, logged in to with a token instead of what this one uses.
    ///
    /// # Errors
    ///
    /// [`Error::Settings`] when the address cannot be used.
    pub async fn with_token(&self, token: &SecretString) -> Result<Self, Error> {
        let access = Access {
            server: self.inner.access.server.clone(),
            user: AuthInfo {
                token: Some(token.clone()),
                ..AuthInfo::default()
            },
        };
        Self::build(access, None, self.inner.target.eks.clone()).await
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
            host: without_user(self.inner.access.endpoint()),
            ca_certificate: server.certificate_authority_data.as_ref().and_then(decode),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_handed_on_as_it_is_spelled_but_for_its_user() {
        assert_eq!(
            without_user("https://k.example:6443"),
            "https://k.example:6443"
        );
        assert_eq!(
            without_user("https://u:p@k.example/a"),
            "https://k.example/a"
        );
    }
}
