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
            | Self::UnsafeCache { .. }
            | Self::MissingSecret { .. } => Kind::Configuration,
            Self::Unauthorized { .. } => Kind::Credential,
            Self::Forbidden { .. } | Self::Denied { .. } => Kind::Permission,
            // Helm is refused by what it finds: an object of another owner, a field that cannot change.
            Self::Failed { .. }
            | Self::PendingOperation { .. }
            | Self::Digest { .. }
            | Self::Changed { .. } => Kind::Conflict,
            Self::NotFound { .. } => Kind::NotFound,
            Self::Registry { source, .. } if !source.is_passing() => Kind::Failed,
            Self::Unreachable { .. } | Self::Registry { .. } => Kind::Unavailable,
            Self::Halted { halt, .. } => halt.kind(),
            Self::TimedOut { .. } => Kind::Deadline,
            Self::Record(_) | Self::BadSetting { .. } => Kind::ProviderBug,
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
            Self::Changed { .. } => "Helm Client Changed",
            Self::UnsafeCache { .. } => "Cache Directory Not Safe",
            Self::Archive { .. } => "Archive Not Usable",
            Self::BadChart { .. } => "Chart Not Usable",
            Self::MissingSecret { .. } => "Protected Value Missing",
            Self::BadSetting { .. } => "Agent Setting Refused",
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
            Self::UnusableHelm { .. } => &[
                "name a Helm 3 or 4 program, or none to have one found",
                "where a downloaded one lacks the permission to run, the directory for temporary files is mounted noexec: name another in TMPDIR",
            ],
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
            Self::Changed { .. } => &[
                "find out who changed it: ask the owner of the repository which digest is right",
                "then pin that one: helm.digest takes the place of the note",
            ],
            Self::UnsafeCache { .. } => &[
                "name a directory that only you can write to, below such ones: helm.cache_dir",
                "or, where others never had a share in the directory that the message names, `chmod go-w` it",
            ],
            Self::File { .. }
            | Self::Start { .. }
            | Self::Halted { .. }
            | Self::TimedOut { .. }
            | Self::Unauthorized { .. }
            | Self::Unreachable { .. }
            | Self::Failed { .. }
            | Self::Record(_)
            | Self::MissingSecret { .. }
            | Self::BadSetting { .. } => &[],
        };
        texts.iter().copied().map(Remedy::new).collect()
    }
}
