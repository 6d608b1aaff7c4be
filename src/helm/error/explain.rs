//! What each failure means to the person who has to act on it.

use super::Error;
use crate::fault::{Explain, Kind, Remedy};

impl Explain for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::File { .. }
            | Self::NoHelm { .. }
            | Self::UnusableHelm { .. }
            | Self::Start { .. }
            | Self::BadReference { .. }
            | Self::AgentTooOld { .. }
            | Self::Archive { .. }
            | Self::BadChart { .. }
            | Self::MissingSecret { .. } => Kind::Configuration,
            Self::Unauthorized { .. } => Kind::Credential,
            Self::Forbidden { .. } | Self::Denied { .. } => Kind::Permission,
            // Helm is refused by what it finds: an object of another owner, a field that cannot change.
            Self::Failed { .. } | Self::PendingOperation { .. } | Self::Digest { .. } => {
                Kind::Conflict
            }
            Self::NotFound { .. } => Kind::NotFound,
            Self::Registry { passes: false, .. } => Kind::Failed,
            Self::Unreachable { .. } | Self::Registry { .. } => Kind::Unavailable,
            Self::Halted { halt, .. } => halt.kind(),
            Self::TimedOut { .. } => Kind::Deadline,
            Self::Record(_) => Kind::ProviderBug,
        }
    }

    fn summary(&self) -> String {
        match self {
            Self::File { .. } => "Local File Not Accessible",
            Self::NoHelm { .. } | Self::UnusableHelm { .. } | Self::Start { .. } => {
                "Helm Not Usable"
            }
            Self::Halted { halt, .. } => return halt.summary(),
            Self::TimedOut { .. } => "Agents Not Ready In Time",
            Self::PendingOperation { .. } => "Release Busy",
            Self::Unauthorized { .. } => "Cluster Login Not Valid",
            Self::Forbidden { .. } => "Not Allowed In The Cluster",
            Self::Unreachable { .. } => "Cluster Not Reachable",
            Self::Failed { .. } => "Helm Failed",
            Self::Record(_) => "Release Record Not Readable",
            Self::BadReference { .. } => "Registry Reference Not Valid",
            Self::AgentTooOld { .. } => "Agent Version Too Old",
            Self::NotFound { .. } => "Artifact Not Found",
            Self::Denied { .. } => "Registry Refused Access",
            Self::Registry { .. } => "Registry Not Available",
            Self::Digest { .. } => "Digest Mismatch",
            Self::Archive { .. } => "Archive Not Usable",
            Self::BadChart { .. } => "Chart Not Usable",
            Self::MissingSecret { .. } => "Protected Value Missing",
        }
        .to_owned()
    }

    fn remedies(&self) -> Vec<Remedy> {
        let texts: &[&str] = match self {
            Self::NoHelm { .. } => &[
                "install Helm 3 or 4 so that `helm version --short` works",
                "or let this machine reach mcr.microsoft.com (HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE are honoured)",
                "or name a program (helm.path) or a mirror (helm.repository)",
            ],
            Self::UnusableHelm { .. } => &["name a Helm 3 or 4 program, or none to have one found"],
            Self::PendingOperation { .. } => &[
                "wait until the other Helm is done: `helm list --all-namespaces --all` shows its status",
                "or, when nobody is at work, remove the stuck revision: `kubectl get secrets --all-namespaces --selector owner=helm,name=azure-arc` names it",
            ],
            Self::Forbidden { .. } => &[
                "give the login cluster-admin in this cluster; on EKS the access policy AmazonEKSClusterAdminPolicy",
            ],
            Self::NotFound { .. } => {
                &["check repository and version; a mirror must hold this very tag"]
            }
            Self::Denied { .. } => &[
                "name a repository that can be read without a login, such as the public one or a mirror of your own",
            ],
            Self::AgentTooOld { .. } => &["ask for agents of version 1.14.0 or newer"],
            Self::BadChart { .. } | Self::Archive { .. } | Self::BadReference { .. } => {
                &["take the chart from the public registry, or make the mirror or copy of it anew"]
            }
            Self::Registry { .. } => &[
                "check that this machine reaches the registry; HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE are honoured",
                "or name a mirror of the repository",
            ],
            Self::Digest { .. } => {
                &["find out who changed the artifact, and pin the new digest only if you trust it"]
            }
            Self::File { .. }
            | Self::Start { .. }
            | Self::Halted { .. }
            | Self::TimedOut { .. }
            | Self::Unauthorized { .. }
            | Self::Unreachable { .. }
            | Self::Failed { .. }
            | Self::Record(_)
            | Self::MissingSecret { .. } => &[],
        };
        texts.iter().copied().map(Remedy::new).collect()
    }
}
