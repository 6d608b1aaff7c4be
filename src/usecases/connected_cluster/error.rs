//! What can go wrong with a connected cluster.

mod explain;

use crate::arm::ResourceId;
use crate::call::Halt;
use crate::cluster::Evidence;
use crate::helm;
use crate::usecases::error::{PlaneError, PlaneSubject, bullets};

use super::preflight::Finding;

/// A use case that could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// One of the planes refused, did not answer, or is not fit for it.
    #[error(transparent)]
    Plane(PlaneError),
    /// The chart or Helm failed.
    #[error(transparent)]
    Helm(#[from] helm::Error),
    /// The agents' key pair could not be made.
    #[error("the agents' key pair could not be made: {0}")]
    KeyPair(String),
    /// Only a new connected cluster cures what is wrong with this one.
    #[error("{id} cannot be repaired in place: {why}")]
    MustReplace {
        /// The object.
        id: ResourceId,
        /// What is wrong.
        why: String,
    },
    /// Azure made the object itself, with a cluster of its own behind it.
    #[error("{id} is of kind {kind}, which is no cluster with agents of ours")]
    NotAgentBased {
        /// The object.
        id: ResourceId,
        /// ARM's word for its kind.
        kind: String,
    },
    /// The resource group does not exist.
    #[error("resource group {name} does not exist in subscription {subscription}")]
    ResourceGroupMissing {
        /// Subscription that was searched.
        subscription: String,
        /// The resource group.
        name: String,
    },
    /// The agents run on Linux only.
    #[error("the cluster has no Linux node, and the Arc agents run on nothing else")]
    NoLinuxNode,
    /// The object is there, the agents are not: it belongs to some other cluster, or to a failed attempt.
    #[error(
        "{id} exists already and this cluster does not hold its agents (connectivity: {connectivity})"
    )]
    ExistsInAzure {
        /// The object.
        id: ResourceId,
        /// Its connectivity status.
        connectivity: String,
    },
    /// Object and agents are there and belong together.
    #[error("the cluster is connected as {id} already")]
    AlreadyConnected {
        /// The object.
        id: ResourceId,
    },
    /// The object could be taken over only by deleting it first, which was not announced.
    #[error("{id} exists and would have to be deleted and made again: {why}")]
    NotKept {
        /// The object.
        id: ResourceId,
        /// Why it cannot be kept.
        why: String,
    },
    /// The object was deleted to be made again, and was not made.
    #[error("{id} was deleted in Azure to be made again, and was not made")]
    DeletedOnly {
        /// The object.
        id: ResourceId,
        /// Why it was not made.
        source: Box<Error>,
    },
    /// The agents cannot be removed, and it was not said that they may stay.
    #[error(
        "the agents of {id} cannot be removed from its cluster, so nothing was deleted in Azure"
    )]
    OutOfReach {
        /// The object.
        id: ResourceId,
        /// Why they cannot.
        source: Box<Error>,
    },
    /// The cluster's agents belong to another object.
    #[error("the cluster is connected as {owner}, not as {wanted}")]
    BoundElsewhere {
        /// What the agents say they belong to.
        owner: ResourceId,
        /// What was asked for.
        wanted: ResourceId,
    },
    /// The key in the cluster is that of another object, which is not completed.
    #[error(
        "the cluster holds the key of {owner}, which is still being connected; {wanted} would need the place of it"
    )]
    BeingConnected {
        /// What the key is for.
        owner: ResourceId,
        /// What was asked for.
        wanted: ResourceId,
    },
    /// The agents were there a moment ago.
    #[error("the agents of {id} were removed from the cluster while this run was at work")]
    AgentsVanished {
        /// The object.
        id: ResourceId,
    },
    /// The object was there a moment ago.
    #[error("{id} was deleted by somebody else meanwhile")]
    VanishedMeanwhile {
        /// The object.
        id: ResourceId,
    },
    /// Pods found what would keep the agents from working.
    #[error("checks in the cluster failed{}", bullets(findings))]
    ChecksFailed {
        /// What they found.
        findings: Vec<Finding>,
    },
    /// The job that checks the cluster from within came to no result.
    #[error("checks in the cluster came to no result: {why}{}", bullets(evidence))]
    ChecksIncomplete {
        /// How far it came.
        why: String,
        /// What pods and events show, most telling first.
        evidence: Vec<String>,
    },
    /// The job that checks the cluster from within could not be started, or not be removed.
    #[error("the job that checks the cluster could not be run")]
    ChecksNotRun {
        /// What chart or Helm failed with.
        source: helm::Error,
    },
    /// Helm could not bring the agents up.
    #[error("the Arc agents did not come up{}", bullets(&evidence.lines))]
    Agents {
        /// What Helm said.
        source: helm::Error,
        /// What pods, events and secrets show.
        evidence: Box<Evidence>,
    },
    /// The agents run and Azure does not see them.
    #[error(
        "{id} did not become Connected: {cause}; last seen: {seen}{}",
        bullets(&evidence.lines)
    )]
    NotConnected {
        /// The object.
        id: ResourceId,
        /// Interruption or deadline.
        cause: Halt,
        /// Connectivity status at the last look.
        seen: String,
        /// What pods, events and secrets show.
        evidence: Box<Evidence>,
    },
}

/// The part of the specification that an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The connection to the cluster.
    Connection,
    /// The name of the object.
    Name,
    /// The subscription of the object.
    Subscription,
    /// The region.
    Location,
    /// The resource group.
    ResourceGroup,
    /// The chart.
    Chart,
    /// How much is checked beforehand.
    Checks,
    /// Nothing in particular.
    Whole,
}

impl<E: Into<PlaneError>> From<E> for Error {
    fn from(error: E) -> Self {
        match error.into() {
            PlaneError::OtherAgents {
                owner: Some(owner),
                wanted,
            } => Self::BoundElsewhere { owner, wanted },
            other => Self::Plane(other),
        }
    }
}

impl Error {
    /// Whether the answer is that the whole cluster does not exist any more.
    #[must_use]
    pub fn is_cluster_gone(&self) -> bool {
        matches!(self, Self::Plane(error) if error.is_cluster_gone())
    }

    /// Which part of the specification has to be looked at.
    #[must_use]
    pub fn subject(&self) -> Subject {
        match self {
            Self::Plane(error) => match error.subject() {
                PlaneSubject::Connection => Subject::Connection,
                PlaneSubject::Subscription => Subject::Subscription,
                PlaneSubject::Location => Subject::Location,
                PlaneSubject::Whole => Subject::Whole,
            },
            Self::NoLinuxNode | Self::BoundElsewhere { .. } | Self::BeingConnected { .. } => {
                Subject::Connection
            }
            Self::NotAgentBased { .. }
            | Self::ExistsInAzure { .. }
            | Self::NotKept { .. }
            | Self::AlreadyConnected { .. } => Subject::Name,
            Self::DeletedOnly { source, .. } | Self::OutOfReach { source, .. } => source.subject(),
            Self::ResourceGroupMissing { .. } => Subject::ResourceGroup,
            Self::Helm(error) if is_about_chart(error) => Subject::Chart,
            Self::ChecksFailed { .. }
            | Self::ChecksIncomplete { .. }
            | Self::ChecksNotRun { .. } => Subject::Checks,
            Self::Helm(_)
            | Self::KeyPair(_)
            | Self::MustReplace { .. }
            | Self::VanishedMeanwhile { .. }
            | Self::AgentsVanished { .. }
            | Self::Agents { .. }
            | Self::NotConnected { .. } => Subject::Whole,
        }
    }
}

const fn is_about_chart(error: &helm::Error) -> bool {
    use helm::Error;
    matches!(
        error,
        Error::BadReference { .. }
            | Error::AgentTooOld { .. }
            | Error::NotFound { .. }
            | Error::Denied { .. }
            | Error::Registry { .. }
            | Error::Digest { .. }
            | Error::Archive { .. }
            | Error::BadChart { .. }
    )
}
