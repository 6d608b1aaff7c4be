//! What each failure of a use case means to the person who has to act on it.

use super::Error;
use crate::fault::{Explain, Kind, Reference, Remedy, shell_word};
use crate::helm;
use crate::usecases::connected_cluster::preflight::Finding;
use crate::usecases::connected_cluster::stranded;

/// What to do where the job cannot be had.
const WITHOUT_JOB: &str = "or do without the job: preflight = \"api\"";

impl Explain for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Plane(error) => error.kind(),
            Self::Helm(error) | Self::ChecksNotRun { source: error } => error.kind(),
            Self::Agents { source, evidence } => stranded::kind(source.kind(), &evidence.cause),
            Self::NotConnected {
                cause, evidence, ..
            } => stranded::kind(cause.kind(), &evidence.cause),
            Self::ResourceGroupMissing { .. }
            | Self::NoLinuxNode
            | Self::ChecksFailed { .. }
            | Self::ChecksIncomplete { .. } => Kind::Configuration,
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
            Self::Plane(error) => return error.summary(),
            Self::Helm(error) => return error.summary(),
            Self::KeyPair(_) => "Key Pair Not Made",
            Self::MustReplace { .. } => "Connected Cluster Beyond Repair",
            Self::NotAgentBased { .. } => "Not An Agent-Based Cluster",
            Self::ResourceGroupMissing { .. } => "Resource Group Not Found",
            Self::NoLinuxNode => "No Linux Node",
            Self::ExistsInAzure { .. } => "Connected Cluster Exists Already",
            Self::AlreadyConnected { .. } => "Cluster Is Connected Already",
            Self::BoundElsewhere { .. } => "Cluster Belongs To Another Connected Cluster",
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
            Self::Plane(error) => error.remedies(),
            Self::Helm(error) => error.remedies(),
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
            Self::Plane(error) => error.reference(),
            _ => None,
        }
    }
}

impl Error {
    fn own_remedies(&self) -> Vec<String> {
        match self {
            Self::ResourceGroupMissing { subscription, name } => vec![
                format!("create it: az group create --subscription {} --name {} --location <region>", shell_word(subscription), shell_word(name)),
                "check the spelling and the subscription".to_owned(),
            ],
            Self::MustReplace { .. } => vec!["replace this object; extensions and configurations on it are made anew with it".to_owned()],
            Self::NotAgentBased { .. } => vec!["choose another name or resource group: what Azure made itself is managed by its own tools".to_owned()],
            Self::NoLinuxNode => vec!["add a node group with Linux nodes (amd64 or arm64), then run again".to_owned()],
            Self::ExistsInAzure { id, .. } => vec![
                "choose another name or resource group if it belongs to another cluster".to_owned(),
                "take it over if it is meant for this cluster, which gives it a new key: adopt_existing = true".to_owned(),
                format!("delete it if it is left over from a failed attempt: az connectedk8s delete --name {} --resource-group {}", shell_word(id.name()), shell_word(id.resource_group())),
            ],
            Self::AlreadyConnected { id } => vec![
                format!("import it by its id {id}"),
                "or let it be taken over: adopt_existing = true".to_owned(),
            ],
            Self::BoundElsewhere { owner, .. } => vec![
                "check that the connection leads to the cluster you mean".to_owned(),
                format!("if it does, disconnect it there first: az connectedk8s delete --name {} --resource-group {}", shell_word(owner.name()), shell_word(owner.resource_group())),
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
            Self::Plane(_) | Self::Helm(_) | Self::ChecksNotRun { .. } | Self::KeyPair(_) => Vec::new(),
        }
    }
}

/// Whether Helm failed for a reason of its own, which the pods know nothing of.
fn has_own_cure(error: &helm::Error) -> bool {
    error.kind() != Kind::Deadline && !error.remedies().is_empty()
}
