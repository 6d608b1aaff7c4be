//! What each failure of a use case means to the person who has to act on it.

use super::Error;
use crate::fault::{Explain, Kind, Reference, Remedy, shell_word};
use crate::helm;
use crate::usecases::connected_cluster::preflight::Finding;
use crate::usecases::connected_cluster::stranded;
use crate::usecases::error::PlaneError;

/// What to do where the job cannot be had.
const WITHOUT_JOB: &str = "or do without the job: preflight = \"api\"";

impl Explain for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Plane(error) => error.kind(),
            Self::Helm(error) | Self::ChecksNotRun { source: error } => error.kind(),
            Self::DeletedOnly { source, .. } | Self::OutOfReach { source, .. } => source.kind(),
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
            | Self::NotKept { .. }
            | Self::AlreadyConnected { .. }
            | Self::BoundElsewhere { .. }
            | Self::BeingConnected { .. }
            | Self::AgentsVanished { .. }
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
            Self::NotKept { .. } => "Connected Cluster Cannot Be Kept",
            Self::OutOfReach { .. } => "Agents Cannot Be Removed",
            Self::DeletedOnly { .. } => "Connected Cluster Deleted And Not Made Again",
            Self::AlreadyConnected { .. } => "Cluster Is Connected Already",
            Self::BoundElsewhere { .. } => "Cluster Belongs To Another Connected Cluster",
            Self::BeingConnected { .. } => "Cluster Is Being Connected As Another",
            Self::AgentsVanished { .. } => "Agents Vanished",
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
            Self::OutOfReach { source, .. } => {
                let mut remedies = source.remedies();
                remedies.extend(out_of_reach(source).map(Remedy::new));
                remedies
            }
            Self::DeletedOnly { source, .. } => {
                let mut remedies = source.remedies();
                remedies.push(Remedy::new("then run again: nothing is in the way of a new object, which has to get its extensions, configurations and role assignments again"));
                remedies
            }
            other => other.own_remedies().into_iter().map(Remedy::new).collect(),
        }
    }

    fn reference(&self) -> Option<Reference> {
        match self {
            Self::Plane(error) => error.reference(),
            Self::DeletedOnly { source, .. } | Self::OutOfReach { source, .. } => {
                source.reference()
            }
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
            Self::NotKept { id, .. } => vec![
                "plan again: the plan then warns of the deletion, and the apply of that plan deletes the object and makes it again".to_owned(),
                format!("or see what is on it and delete it by hand: az connectedk8s delete --name {} --resource-group {}", id.name(), id.resource_group()),
                "or choose another name or resource group if it belongs to another cluster".to_owned(),
            ],
            Self::AlreadyConnected { id } => vec![
                format!("import it by its id {id}"),
                "or let it be taken over: adopt_existing = true".to_owned(),
            ],
            Self::BoundElsewhere { owner, .. } => vec![
                "check that the connection leads to the cluster you mean".to_owned(),
                format!("if it does, disconnect it there first: az connectedk8s delete --name {} --resource-group {}", shell_word(owner.name()), shell_word(owner.resource_group())),
            ],
            Self::BeingConnected { owner, .. } => vec![
                "check that the connection leads to the cluster you mean".to_owned(),
                format!("if it does, wait until {} is connected, or run that again to its end", owner.name()),
                format!("if that was given up, delete what is left of it: az connectedk8s delete --name {} --resource-group {}", owner.name(), owner.resource_group()),
                "let the login create, get, patch and delete leases in kube-system, so that it can be seen whether another run is at work".to_owned(),
            ],
            Self::AgentsVanished { .. } => vec!["find out what removes them: kubectl get namespaces,events --all-namespaces; then run again".to_owned()],
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
            Self::Plane(_) | Self::Helm(_) | Self::ChecksNotRun { .. } | Self::DeletedOnly { .. } | Self::OutOfReach { .. } | Self::KeyPair(_) => Vec::new(),
        }
    }
}

/// What to do about agents that cannot be removed.
fn out_of_reach(why: &Error) -> impl Iterator<Item = &'static str> {
    let unknown = matches!(why, Error::Plane(PlaneError::NoConnection)).then_some(
        "an imported object knows of no connection until it was applied once: apply it first, or give kubernetes in the provider block",
    );
    let common = [
        "then run again: nothing was deleted",
        "if the cluster is gone for good, or its agents may stay in it: apply force_delete = true, which asks neither Azure nor the cluster, then run again",
    ];
    unknown.into_iter().chain(common)
}

/// Whether Helm failed for a reason of its own, which the pods know nothing of.
fn has_own_cure(error: &helm::Error) -> bool {
    error.kind() != Kind::Deadline && !error.remedies().is_empty()
}
