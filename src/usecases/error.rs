//! What can go wrong on either plane whatever the use case is, and what to do about it.

use std::fmt::{self, Display};

use crate::arm::{self, ResourceId};
use crate::call::Halt;
use crate::cluster;
use crate::fault::{Explain, Kind, Reference, Remedy, shell_word};

/// One of the planes refused, did not answer, or is not fit for what was asked.
#[derive(Debug, thiserror::Error)]
pub enum PlaneError {
    /// Azure refused or did not answer.
    #[error(transparent)]
    Azure(#[from] arm::Error),
    /// The cluster refused or did not answer.
    #[error(transparent)]
    Cluster(#[from] cluster::Error),
    /// The run was stopped, or its time ran out, between two steps.
    #[error(transparent)]
    Halted(#[from] Halt),
    /// No connection to a cluster is given anywhere.
    #[error("no connection to the Kubernetes cluster is given")]
    NoConnection,
    /// A resource provider is not registered in the subscription.
    #[error("resource provider {namespace} is {state} in subscription {subscription}")]
    ResourceProviderNotRegistered {
        /// Namespace, as in `Microsoft.Kubernetes`.
        namespace: String,
        /// ARM's word for its state.
        state: String,
        /// The subscription.
        subscription: String,
    },
    /// Connected clusters are not offered in the region.
    #[error("Azure Arc-enabled Kubernetes is not offered in {location:?}; offered are {}", offered.join(", "))]
    LocationNotOffered {
        /// The region asked for.
        location: String,
        /// Regions that ARM lists for the type.
        offered: Vec<String>,
    },
    /// The connection leads to a cluster other than before.
    #[error(
        "the connection leads to the cluster with kube-system UID {found}; the object was made for {expected}"
    )]
    OtherCluster {
        /// UID kept since the object was made.
        expected: String,
        /// UID of the cluster behind the connection.
        found: String,
    },
    /// The cluster behind the connection does not hold the agents of the connected cluster.
    #[error("the connection leads to {}, not to {wanted}", named(owner.as_ref()))]
    OtherAgents {
        /// What the agents say they belong to; `None` without agents.
        owner: Option<ResourceId>,
        /// The connected cluster that is meant.
        wanted: ResourceId,
    },
}

/// The part of the specification that an error of a plane is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaneSubject {
    /// The connection to the cluster.
    Connection,
    /// The subscription.
    Subscription,
    /// The region.
    Location,
    /// Nothing in particular.
    Whole,
}

impl PlaneError {
    /// Whether the answer is that the whole cluster does not exist any more.
    #[must_use]
    pub fn is_cluster_gone(&self) -> bool {
        matches!(self, Self::Cluster(cluster::Error::EksNotFound { .. }))
    }

    /// Whether the cluster answered and is not the one that is meant.
    #[must_use]
    pub const fn is_wrong_cluster(&self) -> bool {
        matches!(self, Self::OtherCluster { .. } | Self::OtherAgents { .. })
    }

    /// Which part of the specification has to be looked at.
    #[must_use]
    pub const fn subject(&self) -> PlaneSubject {
        match self {
            Self::Cluster(cluster::Error::AtWork { .. } | cluster::Error::LeaseLost { .. }) => {
                PlaneSubject::Whole
            }
            Self::NoConnection
            | Self::Cluster(_)
            | Self::OtherCluster { .. }
            | Self::OtherAgents { .. } => PlaneSubject::Connection,
            Self::ResourceProviderNotRegistered { .. } => PlaneSubject::Subscription,
            Self::LocationNotOffered { .. } => PlaneSubject::Location,
            Self::Azure(_) | Self::Halted(_) => PlaneSubject::Whole,
        }
    }
}

fn named(owner: Option<&ResourceId>) -> String {
    owner.map_or_else(
        || "a cluster without Azure Arc agents".to_owned(),
        |owner| format!("the cluster that is connected as {owner}"),
    )
}

impl Explain for PlaneError {
    fn kind(&self) -> Kind {
        match self {
            Self::Azure(error) => error.kind(),
            Self::Cluster(error) => error.kind(),
            Self::Halted(halt) => halt.kind(),
            Self::NoConnection
            | Self::ResourceProviderNotRegistered { .. }
            | Self::LocationNotOffered { .. }
            | Self::OtherCluster { .. }
            | Self::OtherAgents { .. } => Kind::Configuration,
        }
    }

    fn summary(&self) -> String {
        match self {
            Self::Azure(error) => return error.summary(),
            Self::Cluster(error) => return error.summary(),
            Self::Halted(halt) => return halt.summary(),
            Self::NoConnection => "No Kubernetes Connection",
            Self::ResourceProviderNotRegistered { .. } => "Resource Provider Not Registered",
            Self::LocationNotOffered { .. } => "Location Not Offered",
            Self::OtherCluster { .. } | Self::OtherAgents { .. } => "Wrong Kubernetes Cluster",
        }
        .to_owned()
    }

    fn remedies(&self) -> Vec<Remedy> {
        match self {
            Self::Azure(error) => error.remedies(),
            Self::Cluster(error) => error.remedies(),
            Self::Halted(halt) => halt.remedies(),
            other => other.own_remedies().into_iter().map(Remedy::new).collect(),
        }
    }

    fn reference(&self) -> Option<Reference> {
        match self {
            Self::Azure(error) => error.reference(),
            Self::Cluster(error) => error.reference(),
            _ => None,
        }
    }
}

impl PlaneError {
    fn own_remedies(&self) -> Vec<String> {
        const CHECK: &str =
            "check cluster name, region, kubeconfig path and context of the connection";
        match self {
            Self::NoConnection => vec![
                "say which cluster is meant: kubernetes = { eks = { cluster_name = \"…\", region = \"…\" } } or { config_path = \"…\" }".to_owned(),
            ],
            Self::ResourceProviderNotRegistered { namespace, subscription, .. } => vec![
                format!("register it: az provider register --namespace {} --subscription {} --wait", shell_word(namespace), shell_word(subscription)),
                "or let it be done here: resource_provider_registrations = \"arc\"".to_owned(),
            ],
            Self::LocationNotOffered { .. } => vec!["choose one of the regions listed above".to_owned()],
            Self::OtherCluster { .. } => vec![
                CHECK.to_owned(),
                "if the cluster was made anew under the same name, let the object be made anew for it: adopt_existing = true".to_owned(),
            ],
            Self::OtherAgents { .. } => vec![CHECK.to_owned()],
            Self::Azure(_) | Self::Cluster(_) | Self::Halted(_) => Vec::new(),
        }
    }
}

/// A create or change that was not completed, and what exists nevertheless.
///
/// What exists has to be remembered by the caller: otherwise an object in Azure or in a cluster would belong to no one.
#[derive(Debug)]
pub struct Incomplete<T, E> {
    /// The object as it was last seen; `None` when nothing was made.
    pub reached: Option<Box<T>>,
    /// Why the create stopped.
    pub error: E,
}

impl<T, E> Incomplete<T, E> {
    /// Work that left nothing which the caller does not know already.
    pub fn nothing(error: impl Into<E>) -> Self {
        Self {
            reached: None,
            error: error.into(),
        }
    }

    /// The same in the terms of a caller: what exists as `form` makes it, and the error as the caller's own.
    pub fn map<U, F: From<E>>(self, form: impl FnOnce(T) -> U) -> Incomplete<U, F> {
        Incomplete {
            reached: self.reached.map(|reached| Box::new(form(*reached))),
            error: self.error.into(),
        }
    }

    /// Work that stopped after `reached` was made.
    pub(super) fn after(reached: T, error: impl Into<E>) -> Self {
        Self {
            reached: Some(Box::new(reached)),
            error: error.into(),
        }
    }
}

/// What Azure accepted to do with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Make it, or take it over.
    Install,
    /// Make or change it, where both are one request.
    Apply,
    /// Change it.
    Change,
    /// Remove it.
    Remove,
}

/// As what should have been done: `installed`.
impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Install => "installed",
            Self::Apply => "applied",
            Self::Change => "changed",
            Self::Remove => "removed",
        })
    }
}

/// The lines, each on one of its own below the sentence that they belong to.
pub(super) fn bullets<T: Display>(lines: &[T]) -> String {
    lines
        .iter()
        .fold(String::new(), |text, line| format!("{text}\n  - {line}"))
}
