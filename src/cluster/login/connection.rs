//! What the user meant by "this cluster", parsed once and free of any format.
//!
//! A connection is a reference. It says where credentials come from; only [`Inline`](Connection::Inline) and the
//! secret forms of [`Credential`] hold one themselves.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use secrecy::SecretString;

use crate::redact;

/// A way to one Kubernetes cluster.
#[derive(Clone, Debug)]
pub enum Connection {
    /// An EKS cluster: endpoint, CA and tokens come from AWS.
    Eks(Eks),
    /// A kubeconfig on disk. Without a path, the files in `KUBECONFIG`, else `~/.kube/config`.
    Kubeconfig {
        /// The file; `~/` stands for the home directory.
        path: Option<PathBuf>,
        /// The context to use instead of `current-context`.
        context: Option<String>,
    },
    /// The text of a kubeconfig.
    Inline {
        /// YAML or JSON, usually with a credential in it.
        raw: SecretString,
        /// The context to use instead of `current-context`.
        context: Option<String>,
    },
    /// Everything spelled out.
    Explicit(Explicit),
}

/// A connection that holds no secret and can be told from others, so that a client for it is worth keeping.
#[derive(Clone, Debug, Hash, PartialEq, Eq)]
pub enum Reference {
    /// [`Connection::Eks`].
    Eks(Eks),
    /// [`Connection::Kubeconfig`]: path and context.
    Kubeconfig(Option<PathBuf>, Option<String>),
}

impl Connection {
    /// What this connection refers to; `None` where it holds its own credentials.
    #[must_use]
    pub fn reference(&self) -> Option<Reference> {
        match self {
            Self::Eks(eks) => Some(Reference::Eks(eks.clone())),
            Self::Kubeconfig { path, context } => {
                Some(Reference::Kubeconfig(path.clone(), context.clone()))
            }
            Self::Inline { .. } | Self::Explicit(_) => None,
        }
    }
}

/// Where an EKS cluster is and as whom to reach it.
#[derive(Clone, Debug, Default, Hash, PartialEq, Eq)]
pub struct Eks {
    /// The cluster's name in EKS.
    pub cluster_name: String,
    /// AWS region; the environment's or the profile's when absent.
    pub region: Option<String>,
    /// Profile in the shared AWS configuration files.
    pub profile: Option<String>,
    /// Role to assume with the credentials found.
    pub role_arn: Option<String>,
    /// External id that the role's trust policy asks for.
    pub external_id: Option<String>,
    /// Name of the role session, as it appears in `CloudTrail` and in the user name of an access entry.
    pub session_name: Option<String>,
}

/// An API server and how to log in to it.
#[derive(Clone)]
pub struct Explicit {
    /// `https://` URL of the API server.
    pub host: String,
    /// CA bundle in PEM; the system's trust store when absent.
    pub cluster_ca_certificate: Option<String>,
    /// Name that the server certificate must carry, when it is not the host's.
    pub tls_server_name: Option<String>,
    /// Proxy for this cluster, taking precedence over `HTTPS_PROXY` and `NO_PROXY`.
    pub proxy_url: Option<String>,
    /// Accept any server certificate.
    pub insecure: bool,
    /// How to log in.
    pub credential: Credential,
}

impl fmt::Debug for Explicit {
    /// Leaves out the proxy URL, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Explicit")
            .field("host", &redact::text(&self.host))
            .field("tls_server_name", &self.tls_server_name)
            .field("insecure", &self.insecure)
            .field("credential", &self.credential)
            .finish_non_exhaustive()
    }
}

/// How to log in to an API server that is spelled out.
#[derive(Clone, Debug)]
pub enum Credential {
    /// A credential plugin that prints an `ExecCredential`.
    Exec(Exec),
    /// A bearer token.
    Token(SecretString),
    /// A client certificate and its key, both in PEM.
    ClientCertificate {
        /// The certificate, with its chain if it needs one.
        certificate: String,
        /// The private key.
        key: SecretString,
    },
    /// No login: the server accepts anonymous requests or the network vouches for the caller.
    Anonymous,
}

/// A credential plugin in the sense of `client.authentication.k8s.io`.
#[derive(Clone)]
pub struct Exec {
    /// `client.authentication.k8s.io/v1` or `…/v1beta1`.
    pub api_version: String,
    /// Program, looked up in `PATH` unless it contains a slash.
    pub command: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Variables added to its environment.
    pub env: BTreeMap<String, String>,
}

impl fmt::Debug for Exec {
    /// Shows which variables are set and not their values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exec")
            .field("api_version", &self.api_version)
            .field("command", &self.command)
            .field("env", &self.env.keys())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_holds_no_secret() {
        let exec = Credential::Exec(Exec {
            api_version: "client.authentication.k8s.io/v1".into(),
            command: "aws".into(),
            args: vec!["--canary".into()],
            env: BTreeMap::from([("AWS_SECRET_ACCESS_KEY".into(), "canary".into())]),
        });
        let certificate = Credential::ClientCertificate {
            certificate: "public".into(),
            key: "canary".into(),
        };
        for credential in [exec, certificate, Credential::Token("canary".into())] {
            let explicit = Connection::Explicit(Explicit {
                host: "https://u:canary@k.example".into(),
                cluster_ca_certificate: None,
                tls_server_name: None,
                proxy_url: Some("http://user:canary@proxy:3128".into()),
                insecure: false,
                credential,
            });
            assert!(!format!("{explicit:?}").contains("canary"), "{explicit:?}");
        }
        let inline = Connection::Inline {
            raw: "canary".into(),
            context: None,
        };
        assert!(!format!("{inline:?}").contains("canary"));
    }
}
