//! What can go wrong between the planes, and what to do about it.

use std::fmt::Display;

use crate::arm::{self, ResourceId};
use crate::call::Halt;
use crate::cluster::{self, Evidence};
use crate::fault::{Explain, Kind, Reference, Remedy};
use crate::release;

use super::checks::Finding;
use super::stranded;

/// What to do where the job cannot be had.
const WITHOUT_JOB: &str = "or do without the job: preflight = \"api\"";

/// A use case that could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Azure refused or did not answer.
    #[error(transparent)]
    Azure(#[from] arm::Error),
    /// The cluster refused or did not answer.
    #[error(transparent)]
    Cluster(#[from] cluster::Error),
    /// The chart or Helm failed.
    #[error(transparent)]
    Release(#[from] release::Error),
    /// The run was stopped, or its time ran out, between two steps.
    #[error(transparent)]
    Halted(#[from] Halt),
    /// No connection to a cluster is given anywhere.
    #[error("no connection to the Kubernetes cluster is given")]
    NoConnection,
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
    /// The cluster's agents belong to another object.
    #[error("the cluster is connected as {owner}, not as {wanted}")]
    BoundElsewhere {
        /// What the agents say they belong to.
        owner: ResourceId,
        /// What was asked for.
        wanted: ResourceId,
    },
    /// The connection leads to a cluster other than before.
    #[error(
        "the connection leads to the cluster with kube-system UID {found}; the object was made for {expected}"
    )]
    WrongCluster {
        /// UID kept since the object was made.
        expected: String,
        /// UID of the cluster behind the connection.
        found: String,
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
        source: release::Error,
    },
    /// Helm could not bring the agents up.
    #[error("the Arc agents did not come up{}", bullets(&evidence.lines))]
    Agents {
        /// What Helm said.
        source: release::Error,
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

impl Error {
    /// Whether the answer is that the whole cluster does not exist any more.
    #[must_use]
    pub fn is_cluster_gone(&self) -> bool {
        matches!(self, Self::Cluster(cluster::Error::EksNotFound { .. }))
    }

    /// Which part of the specification has to be looked at.
    #[must_use]
    pub fn subject(&self) -> Subject {
        match self {
            Self::NoConnection
            | Self::WrongCluster { .. }
            | Self::Cluster(_)
            | Self::NoLinuxNode
            | Self::BoundElsewhere { .. } => Subject::Connection,
            Self::NotAgentBased { .. }
            | Self::ExistsInAzure { .. }
            | Self::AlreadyConnected { .. } => Subject::Name,
            Self::ResourceProviderNotRegistered { .. } => Subject::Subscription,
            Self::LocationNotOffered { .. } => Subject::Location,
            Self::ResourceGroupMissing { .. } => Subject::ResourceGroup,
            Self::Release(error) if is_about_chart(error) => Subject::Chart,
            Self::ChecksFailed { .. }
            | Self::ChecksIncomplete { .. }
            | Self::ChecksNotRun { .. } => Subject::Checks,
            Self::Release(_)
            | Self::Azure(_)
            | Self::Halted(_)
            | Self::KeyPair(_)
            | Self::MustReplace { .. }
            | Self::VanishedMeanwhile { .. }
            | Self::Agents { .. }
            | Self::NotConnected { .. } => Subject::Whole,
        }
    }
}

impl Explain for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Azure(error) => error.kind(),
            Self::Cluster(error) => error.kind(),
            Self::Release(error) | Self::ChecksNotRun { source: error } => error.kind(),
            Self::Agents { source, evidence } => stranded::kind(source.kind(), &evidence.cause),
            Self::NotConnected {
                cause, evidence, ..
            } => stranded::kind(cause.kind(), &evidence.cause),
            Self::Halted(halt) => halt.kind(),
            Self::NoConnection
            | Self::ResourceGroupMissing { .. }
            | Self::ResourceProviderNotRegistered { .. }
            | Self::LocationNotOffered { .. }
            | Self::NoLinuxNode
            | Self::ChecksFailed { .. }
            | Self::ChecksIncomplete { .. }
            | Self::WrongCluster { .. } => Kind::Configuration,
            Self::MustReplace { .. }
            | Self::NotAgentBased { .. }
            | Self::ExistsInAzure { .. }
            | Self::AlreadyConnected { .. }
            | Self::BoundElsewhere { .. }
            | Self::VanishedMeanwhile { .. } => Kind::Conflict,
            Self::KeyPair(_) => Kind::ProviderBug,
        }
    }

    fn summary(&self) -> String {
        match self {
            Self::Azure(error) => return error.summary(),
            Self::Cluster(error) => return error.summary(),
            Self::Release(error) => return error.summary(),
            Self::Halted(halt) => return halt.summary(),
            Self::NoConnection => "No Kubernetes Connection",
            Self::KeyPair(_) => "Key Pair Not Made",
            Self::MustReplace { .. } => "Connected Cluster Beyond Repair",
            Self::NotAgentBased { .. } => "Not An Agent-Based Cluster",
            Self::ResourceGroupMissing { .. } => "Resource Group Not Found",
            Self::ResourceProviderNotRegistered { .. } => "Resource Provider Not Registered",
            Self::LocationNotOffered { .. } => "Location Not Offered",
            Self::NoLinuxNode => "No Linux Node",
            Self::ExistsInAzure { .. } => "Connected Cluster Exists Already",
            Self::AlreadyConnected { .. } => "Cluster Is Connected Already",
            Self::BoundElsewhere { .. } => "Cluster Belongs To Another Connected Cluster",
            Self::WrongCluster { .. } => "Wrong Kubernetes Cluster",
            Self::VanishedMeanwhile { .. } => "Connected Cluster Vanished",
            Self::ChecksFailed { .. } => "Cluster Not Ready For Azure Arc",
            Self::ChecksIncomplete { .. } => "Checks In The Cluster Incomplete",
            Self::ChecksNotRun { .. } => "Checks In The Cluster Not Run",
            Self::Agents { source, evidence } => stranded::summary(source.kind(), &evidence.cause)
                .unwrap_or("Arc Agents Not Running"),
            Self::NotConnected {
                cause, evidence, ..
            } => {
                stranded::summary(cause.kind(), &evidence.cause).unwrap_or("Cluster Not Connected")
            }
        }
        .to_owned()
    }

    fn remedies(&self) -> Vec<Remedy> {
        match self {
            Self::Azure(error) => error.remedies(),
            Self::Cluster(error) => error.remedies(),
            Self::Release(error) => error.remedies(),
            Self::Halted(halt) => halt.remedies(),
            Self::ChecksNotRun { source } => {
                let mut remedies = source.remedies();
                remedies.push(Remedy::new(WITHOUT_JOB));
                remedies
            }
            Self::Agents { source, .. } if has_own_cure(source) => source.remedies(),
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

impl Error {
    fn own_remedies(&self) -> Vec<String> {
        match self {
            Self::NoConnection => vec![
                "say which cluster is meant: kubernetes = { eks = { cluster_name = \"…\", region = \"…\" } } or { config_path = \"…\" }".to_owned(),
            ],
            Self::ResourceGroupMissing { subscription, name } => vec![
                format!("create it: az group create --subscription {subscription} --name {name} --location <region>"),
                "check the spelling and the subscription".to_owned(),
            ],
            Self::ResourceProviderNotRegistered { namespace, subscription, .. } => vec![
                format!("register it: az provider register --namespace {namespace} --subscription {subscription} --wait"),
                "or let it be done here: resource_provider_registrations = \"arc\"".to_owned(),
            ],
            Self::LocationNotOffered { .. } => vec!["choose one of the regions listed above".to_owned()],
            Self::MustReplace { .. } => vec!["replace this object; extensions and configurations on it are made anew with it".to_owned()],
            Self::NotAgentBased { .. } => vec!["choose another name or resource group: what Azure made itself is managed by its own tools".to_owned()],
            Self::NoLinuxNode => vec!["add a node group with Linux nodes (amd64 or arm64), then run again".to_owned()],
            Self::ExistsInAzure { id, .. } => vec![
                "choose another name or resource group if it belongs to another cluster".to_owned(),
                "take it over if it is meant for this cluster, which gives it a new key: adopt_existing = true".to_owned(),
                format!("delete it if it is left over from a failed attempt: az connectedk8s delete --name {} --resource-group {}", id.name(), id.resource_group()),
            ],
            Self::AlreadyConnected { id } => vec![
                format!("import it by its id {id}"),
                "or let it be taken over: adopt_existing = true".to_owned(),
            ],
            Self::BoundElsewhere { owner, .. } => vec![
                "check that the connection leads to the cluster you mean".to_owned(),
                format!("if it does, disconnect it there first: az connectedk8s delete --name {} --resource-group {}", owner.name(), owner.resource_group()),
            ],
            Self::WrongCluster { .. } => vec![
                "check cluster name, region, kubeconfig path and context of the connection".to_owned(),
                "if the cluster was made anew under the same name, let the object be made anew for it: adopt_existing = true".to_owned(),
            ],
            Self::VanishedMeanwhile { .. } => vec!["find out who deletes it, then run again".to_owned()],
            Self::Agents { evidence, .. } | Self::NotConnected { evidence, .. } => stranded::remedies(&evidence.cause),
            Self::ChecksFailed { findings } => {
                let mut remedies: Vec<_> = findings.iter().map(Finding::remedy).collect();
                remedies.dedup();
                remedies
            }
            Self::ChecksIncomplete { .. } => vec![
                "look whether a policy, a quota or the nodes keep pods from running: kubectl get events --all-namespaces --field-selector type=Warning".to_owned(),
                WITHOUT_JOB.to_owned(),
            ],
            Self::Azure(_) | Self::Cluster(_) | Self::Release(_) | Self::ChecksNotRun { .. } | Self::Halted(_) | Self::KeyPair(_) => Vec::new(),
        }
    }
}

/// Whether Helm failed for a reason of its own, which the pods know nothing of.
fn has_own_cure(error: &release::Error) -> bool {
    error.kind() != Kind::Deadline && !error.remedies().is_empty()
}

const fn is_about_chart(error: &release::Error) -> bool {
    use release::Error;
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

fn bullets<T: Display>(lines: &[T]) -> String {
    lines
        .iter()
        .fold(String::new(), |text, line| format!("{text}\n  - {line}"))
}
