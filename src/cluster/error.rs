//! What can go wrong between us and a cluster.

use std::error::Error as StdError;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use http_body_util::LengthLimitError;
use hyper_util::client::legacy::Error as ConnectError;
use kube::core::Status;

use crate::call::{Halt, WaitError};
use crate::redact::{self, Foreign};
use crate::retry::Failure;

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
        /// Whether the request may have come through.
        sent: bool,
        /// What the network or the parser said.
        source: Foreign,
    },
    /// A change was sent and no answer came, so it may have been carried out.
    #[error("{target}: it is not known whether the API server did {action}: no answer from {}", target.endpoint)]
    OutcomeUnknown {
        /// The cluster.
        target: Target,
        /// What was attempted.
        action: String,
        /// What the network or the parser said.
        source: Foreign,
    },
    /// The answer is larger than any of an API server that this program asks for.
    #[error("{target}: could not {action}: more than 16 MiB came as an answer")]
    TooLarge {
        /// The cluster.
        target: Target,
        /// What was attempted.
        action: String,
    },
    /// Another run works on the same object.
    #[error("{target}: another run ({holder}) is at work on {object}, and renews Lease {lease}")]
    AtWork {
        /// The cluster, as messages name it.
        target: String,
        /// Namespace and name of its Lease.
        lease: String,
        /// What it calls itself.
        holder: String,
        /// ARM id of the object that it works on.
        object: String,
    },
    /// Another run took over the work while this one could not renew its Lease.
    #[error("{target}: Lease {lease} was lost to another run, so this one changes nothing more")]
    LeaseLost {
        /// The cluster, as messages name it.
        target: String,
        /// Namespace and name of the Lease.
        lease: String,
    },
    /// Another run put a key into the cluster, or took one away, since it was looked at.
    #[error(
        "{target}: Secret azure-arc/azure-arc-connect-privatekey does not hold the key any more that this run put or found there"
    )]
    KeyTaken {
        /// The cluster.
        target: Target,
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

    /// Whether the answer is that the login lacks the right.
    pub(super) fn is_forbidden(&self) -> bool {
        matches!(self, Self::Api { status, .. } if status.code == 403)
    }

    /// Whether the answer is that another object, or another version of it, is there.
    pub(super) fn is_conflict(&self) -> bool {
        matches!(self, Self::Api { status, .. } if status.code == 409)
    }

    /// The error of a request whose time ran out before its answer was there.
    pub(super) fn late(target: &Target, action: &str) -> Self {
        Self::Unreachable {
            target: target.clone(),
            action: action.to_owned(),
            sent: true,
            source: Foreign::from_words("the time for one answer ran out"),
        }
    }

    /// The same error for a request that changes something: what is known of its outcome is nothing.
    pub(super) fn of_a_change(self) -> Self {
        match self {
            Self::Unreachable {
                target,
                action,
                source,
                ..
            } => Self::OutcomeUnknown {
                target,
                action,
                source,
            },
            other => other,
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
        let distrusted = is_in::<rustls::Error>(cause, is_distrust);
        let source = Foreign::from_error(cause);
        if distrusted {
            return Self::Untrusted { target, source };
        }
        let action = action.to_owned();
        if is_in::<LengthLimitError>(cause, |_| true) {
            return Self::TooLarge { target, action };
        }
        Self::Unreachable {
            target,
            action,
            sent: !is_in::<ConnectError>(cause, ConnectError::is_connect),
            source,
        }
    }
}

impl Failure for Error {
    fn may_have_been_carried_out(&self) -> bool {
        match self {
            Self::OutcomeUnknown { .. } => true,
            Self::Unreachable { sent, .. } => *sent,
            _ => false,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Api { status, .. } => {
                let seconds = status.details.as_ref()?.retry_after_seconds;
                (seconds > 0).then(|| Duration::from_secs(u64::from(seconds)))
            }
            _ => None,
        }
    }

    fn halted(_action: &str, halt: Halt) -> Self {
        Self::Halted(halt)
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

const fn is_distrust(error: &rustls::Error) -> bool {
    matches!(error, rustls::Error::InvalidCertificate(_))
}

/// Whether an error of this type, of which `holds` is true, is among the causes.
fn is_in<E: StdError + 'static>(error: &(dyn StdError + 'static), holds: fn(&E) -> bool) -> bool {
    if let Some(verdict) = error.downcast_ref::<E>() {
        return holds(verdict);
    }
    // An io::Error hides the error it wraps from `source`.
    let wrapped = error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref);
    match wrapped {
        Some(inner) => is_in(inner, holds),
        None => error.source().is_some_and(|source| is_in(source, holds)),
    }
}

fn list(names: &[String]) -> String {
    match names {
        [] => "none".to_owned(),
        names => names.join(", "),
    }
}
