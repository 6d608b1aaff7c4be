//! What can go wrong between us and a cluster.

use std::error::Error as StdError;
use std::fmt;
use std::path::PathBuf;

use kube::core::Status;

use crate::call::{Halt, WaitError};
use crate::redact::{self, Foreign};

/// A cause of any type.
pub(super) type BoxError = Box<dyn StdError + Send + Sync>;

/// The longest `reason` that is shown; the API's own are single words.
const REASON: usize = 80;

/// The cluster as messages name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// URL of the API server.
    pub endpoint: String,
    /// Name and region, when the cluster was reached through EKS.
    pub eks: Option<(String, String)>,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.eks {
            Some((name, region)) => write!(f, "EKS cluster {name} in {region}"),
            None => write!(f, "cluster at {}", self.endpoint),
        }
    }
}

/// Why something about a cluster could not be done or learned.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operation was stopped or ran out of time.
    #[error(transparent)]
    Halted(#[from] Halt),
    /// A wait ended before what was awaited came.
    #[error("gave up waiting for {awaited}: {halt}; last seen: {seen}")]
    Wait {
        /// Interruption or deadline.
        halt: Halt,
        /// What was awaited.
        awaited: String,
        /// What the last look showed.
        seen: String,
    },
    /// A document of the chart is no custom resource definition.
    #[error("a definition of the chart cannot be read: {0}")]
    Definition(String),
    /// There is no kubeconfig where one was expected.
    #[error("there is no kubeconfig at {path}")]
    KubeconfigMissing {
        /// The file, or the files of `KUBECONFIG`.
        path: String,
    },
    /// A kubeconfig, or a file it refers to, cannot be read or understood.
    #[error("kubeconfig {path} is not usable: {fault}")]
    KubeconfigInvalid {
        /// The file, or "given as text".
        path: String,
        /// What is wrong with it; never a part of its content.
        fault: String,
    },
    /// The kubeconfig lacks the context that was asked for.
    #[error("kubeconfig {path} has no context {context}; it has {}", list(known))]
    ContextMissing {
        /// The file, or "given as text".
        path: String,
        /// The context asked for.
        context: String,
        /// The contexts there are.
        known: Vec<String>,
    },
    /// No context was asked for and the kubeconfig names none as current.
    #[error("kubeconfig {path} has no current context; it has {}", list(known))]
    NoCurrentContext {
        /// The file, or "given as text".
        path: String,
        /// The contexts there are.
        known: Vec<String>,
    },
    /// A setting of the connection cannot be used.
    #[error("the connection to {host} is not usable: {fault}")]
    Settings {
        /// URL of the API server as given.
        host: String,
        /// What is wrong.
        fault: String,
    },
    /// The credential plugin is not installed.
    #[error("the credential plugin {command} was not found")]
    PluginMissing {
        /// The program.
        command: String,
        /// What the kubeconfig's author says about installing it.
        hint: Option<String>,
    },
    /// The credential plugin ran and gave no credential.
    #[error("the credential plugin {command} failed: {fault}")]
    PluginFailed {
        /// The program, without its arguments.
        command: String,
        /// Exit status and the end of its standard error, redacted.
        fault: String,
    },
    /// No region was given and AWS's own configuration names none.
    #[error("no AWS region is known for EKS cluster {cluster}")]
    RegionMissing {
        /// The cluster's name.
        cluster: String,
    },
    /// What was given as a region, or stands in AWS's own configuration, is none.
    #[error(
        "'{region}' is not an AWS region for EKS cluster {cluster}, which has lower-case letters, digits and hyphens only"
    )]
    RegionInvalid {
        /// The cluster's name.
        cluster: String,
        /// What was given.
        region: String,
    },
    /// AWS credentials were not found or were refused.
    #[error("no usable AWS credentials for EKS cluster {cluster} in {region}; looked in {tried}")]
    AwsCredentials {
        /// The cluster's name.
        cluster: String,
        /// AWS region.
        region: String,
        /// The sources in the order in which they were tried.
        tried: String,
        /// What AWS or the last source said.
        source: Foreign,
    },
    /// The region has no such EKS cluster.
    #[error("there is no EKS cluster {cluster} in {region}")]
    EksNotFound {
        /// The cluster's name.
        cluster: String,
        /// AWS region.
        region: String,
    },
    /// The credentials may not describe the EKS cluster.
    #[error("the AWS credentials may not describe EKS cluster {cluster} in {region}")]
    EksDenied {
        /// The cluster's name.
        cluster: String,
        /// AWS region.
        region: String,
        /// What AWS said.
        source: Foreign,
    },
    /// The EKS cluster has no endpoint yet, or none any more.
    #[error("EKS cluster {cluster} in {region} has no endpoint, its status is {status}")]
    EksNotReady {
        /// The cluster's name.
        cluster: String,
        /// AWS region.
        region: String,
        /// `CREATING`, `DELETING`, `FAILED`, …
        status: String,
    },
    /// EKS could not be asked.
    #[error("could not describe EKS cluster {cluster} in {region}")]
    Eks {
        /// The cluster's name.
        cluster: String,
        /// AWS region.
        region: String,
        /// Whether sending the request again may help.
        transient: bool,
        /// What the SDK said.
        source: Foreign,
    },
    /// The API server answered with an error.
    #[error("{target}: could not {action}: {}", status.message)]
    Api {
        /// The cluster.
        target: Target,
        /// What was attempted, as in "list nodes".
        action: String,
        /// The server's own words and code.
        status: Box<Status>,
    },
    /// The API server's certificate is not trusted.
    #[error("{target}: its certificate is not trusted")]
    Untrusted {
        /// The cluster.
        target: Target,
        /// What the TLS library objects to.
        source: Foreign,
    },
    /// The API server did not answer, or not in Kubernetes' language.
    #[error("{target}: could not {action}: no answer from {}", target.endpoint)]
    Unreachable {
        /// The cluster.
        target: Target,
        /// What was attempted.
        action: String,
        /// What the network or the parser said.
        source: Foreign,
    },
    /// The login lacks rights that connecting the cluster needs.
    #[error("{target}: the login may not {}", missing.join(", nor "))]
    Rights {
        /// The cluster.
        target: Target,
        /// What is not allowed, as in "create namespaces".
        missing: Vec<String>,
    },
    /// A file for a child process could not be written.
    #[error("could not write {}", path.display())]
    Lease {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl Error {
    /// Whether the answer is that the object, or the EKS cluster itself, does not exist.
    ///
    /// A refused, unreachable or half-known cluster is never "not found".
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        match self {
            Self::EksNotFound { .. } => true,
            Self::Api { status, .. } => status.code == 404,
            _ => false,
        }
    }

    /// The error of a conversation with the API server of `target` in which `action` was attempted.
    pub(super) fn from_kube(target: &Target, action: &str, error: kube::Error) -> Self {
        let unreachable =
            |cause: &(dyn StdError + 'static)| Self::unanswered(target, action, cause);
        match error {
            kube::Error::Api(mut status) => {
                // The server's words, or those of a webhook or proxy; kube puts a whole page here.
                status.message = redact::text(&status.message);
                status.reason = redact::one_line(&status.reason, REASON);
                Self::Api {
                    target: target.clone(),
                    action: action.to_owned(),
                    status,
                }
            }
            kube::Error::Service(cause) => match cause.downcast::<Self>() {
                Ok(own) => *own,
                Err(cause) => unreachable(cause.as_ref()),
            },
            kube::Error::HyperError(cause) => unreachable(&cause),
            other => unreachable(&other),
        }
    }

    fn unanswered(target: &Target, action: &str, cause: &(dyn StdError + 'static)) -> Self {
        let target = target.clone();
        let distrusted = distrusts(cause);
        let source = Foreign::from_error(cause);
        if distrusted {
            return Self::Untrusted { target, source };
        }
        let action = action.to_owned();
        Self::Unreachable {
            target,
            action,
            source,
        }
    }
}

impl From<WaitError<Self>> for Error {
    fn from(error: WaitError<Self>) -> Self {
        match error {
            WaitError::Probe(error) => error,
            WaitError::Halted {
                halt,
                awaited,
                seen,
            } => Self::Wait {
                halt,
                awaited,
                seen,
            },
        }
    }
}

/// Whether a certificate that failed verification is among the causes.
fn distrusts(error: &(dyn StdError + 'static)) -> bool {
    if let Some(verdict) = error.downcast_ref::<rustls::Error>() {
        return matches!(verdict, rustls::Error::InvalidCertificate(_));
    }
    // An io::Error hides the error it wraps from `source`.
    let wrapped = error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref);
    match wrapped {
        Some(inner) => distrusts(inner),
        None => error.source().is_some_and(distrusts),
    }
}

fn list(names: &[String]) -> String {
    match names {
        [] => "none".to_owned(),
        names => names.join(", "),
    }
}
