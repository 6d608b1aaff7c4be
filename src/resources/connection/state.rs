//! A connection as it is stored and as it is meant.

use std::collections::BTreeMap;
use std::fmt;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::redact;
use crate::usecases::{Connection, Credential, Eks, Exec, Explicit};

/// The `kubernetes` value. The secrets exist in the provider block only and are never written.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct ConnectionState {
    /// An EKS cluster by name.
    pub eks: Option<EksState>,
    /// A kubeconfig file.
    pub config_path: Option<String>,
    /// A context in the kubeconfig.
    pub config_context: Option<String>,
    /// URL of the API server.
    pub host: Option<String>,
    /// PEM of its CA.
    pub cluster_ca_certificate: Option<String>,
    /// Name in its certificate.
    pub tls_server_name: Option<String>,
    /// Proxy on the way.
    pub proxy_url: Option<String>,
    /// Credential plugin.
    pub exec: Option<ExecState>,
    /// A kubeconfig as text.
    #[serde(skip_serializing)]
    pub config_raw: Option<SecretString>,
    /// Bearer token.
    #[serde(skip_serializing)]
    pub token: Option<SecretString>,
    /// PEM of a client certificate.
    #[serde(skip_serializing)]
    pub client_certificate: Option<String>,
    /// PEM of its key.
    #[serde(skip_serializing)]
    pub client_key: Option<SecretString>,
    /// Whether the server's certificate goes unchecked.
    #[serde(skip_serializing)]
    pub insecure: Option<bool>,
}

/// The `eks` value.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct EksState {
    /// Name of the cluster.
    pub cluster_name: String,
    /// AWS region.
    pub region: Option<String>,
    /// Profile of the AWS configuration.
    pub profile: Option<String>,
    /// Role to assume.
    pub role_arn: Option<String>,
    /// External id for the role.
    pub external_id: Option<String>,
    /// Session name for the role.
    pub session_name: Option<String>,
}

/// The `exec` value.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct ExecState {
    /// API version of its output.
    pub api_version: String,
    /// Its program.
    pub command: String,
    /// Its arguments.
    pub args: Option<Vec<String>>,
    /// Environment variables for it.
    pub env: Option<BTreeMap<String, String>>,
}

/// Addresses may hold passwords, and the certificate belongs to a key: shown is which cluster is meant.
impl fmt::Debug for ConnectionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionState")
            .field("eks", &self.eks)
            .field("config_path", &self.config_path)
            .field("config_context", &self.config_context)
            .field("host", &self.host.as_deref().map(redact::text))
            .finish_non_exhaustive()
    }
}

/// Arguments and variables are for the plugin alone.
impl fmt::Debug for ExecState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExecState")
            .field("command", &self.command)
            .finish_non_exhaustive()
    }
}

impl ConnectionState {
    /// What is meant; the rules of [`validate`](super::validate) have been checked before.
    #[must_use]
    pub fn connection(&self) -> Connection {
        if let Some(eks) = &self.eks {
            return eks.connection();
        }
        if let Some(host) = &self.host {
            return self.endpoint(host);
        }
        match &self.config_raw {
            Some(raw) => Connection::Inline {
                raw: raw.clone(),
                context: self.config_context.clone(),
            },
            None => Connection::Kubeconfig {
                path: self.config_path.as_ref().map(Into::into),
                context: self.config_context.clone(),
            },
        }
    }

    fn endpoint(&self, host: &str) -> Connection {
        Connection::Explicit(Explicit {
            host: host.to_owned(),
            cluster_ca_certificate: self.cluster_ca_certificate.clone(),
            tls_server_name: self.tls_server_name.clone(),
            proxy_url: self.proxy_url.clone(),
            insecure: self.insecure.unwrap_or(false),
            credential: self.credential(),
        })
    }

    fn credential(&self) -> Credential {
        if let Some(exec) = &self.exec {
            return Credential::Exec(Exec {
                api_version: exec.api_version.clone(),
                command: exec.command.clone(),
                args: exec.args.clone().unwrap_or_default(),
                env: exec.env.clone().unwrap_or_default(),
            });
        }
        if let Some(token) = &self.token {
            return Credential::Token(token.clone());
        }
        match (self.client_certificate.clone(), self.client_key.clone()) {
            (Some(certificate), Some(key)) => Credential::ClientCertificate { certificate, key },
            _ => Credential::Anonymous,
        }
    }
}

impl EksState {
    fn connection(&self) -> Connection {
        Connection::Eks(Eks {
            cluster_name: self.cluster_name.clone(),
            region: self.region.clone(),
            profile: self.profile.clone(),
            role_arn: self.role_arn.clone(),
            external_id: self.external_id.clone(),
            session_name: self.session_name.clone(),
        })
    }
}
