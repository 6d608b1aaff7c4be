//! What each failure means to the person who has to act on it.

use super::{Error, parent_of};
use crate::arm::ResourceId;
use crate::fault::{Explain, Kind, Reference, Remedy, shell_word};
use crate::usecases::error::Work;

impl Explain for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Parent(error) => error.kind(),
            Self::Failed { source, .. } => source.kind(),
            Self::NotAvailable { cause, .. } => cause.kind(),
            Self::Exists { .. }
            | Self::Different { .. }
            | Self::System { .. }
            | Self::SingleInstance { .. }
            | Self::Vanished { .. } => Kind::Conflict,
            Self::Missing { .. } => Kind::NotFound,
            _ => Kind::Configuration,
        }
    }

    fn summary(&self) -> String {
        match self {
            Self::Parent(error) => return error.summary(),
            Self::Exists { .. } => "Extension Exists Already",
            Self::Different { .. } => "Extension Cannot Be Taken Over",
            Self::System { .. } => "System Extension",
            Self::SingleInstance { .. } => "Extension Type Installed Already",
            Self::TypeNotOffered { .. } => "Extension Type Not Offered",
            Self::VersionNotOffered { .. } => "Extension Version Not Offered",
            Self::IdentityRequired { .. } => "Managed Identity Required",
            Self::PlanRequired { .. } => "Marketplace Plan Required",
            Self::Missing { .. } => "Extension Not Found",
            Self::Vanished { .. } => "Extension Vanished",
            Self::NotAvailable { .. } => "Extension Not Available",
            Self::Failed { .. } => "Extension Failed",
        }
        .to_owned()
    }

    fn remedies(&self) -> Vec<Remedy> {
        match self {
            Self::Parent(error) => error.remedies(),
            other => other.own_remedies().into_iter().map(Remedy::new).collect(),
        }
    }

    fn reference(&self) -> Option<Reference> {
        match self {
            Self::Failed { source, .. } => source.reference(),
            Self::Parent(error) => error.reference(),
            _ => None,
        }
    }
}

impl Error {
    fn own_remedies(&self) -> Vec<String> {
        match self {
            Self::Exists { id } => vec![
                "take it over as it is: adopt_existing = true".to_owned(),
                format!("or import it by the id {id}"),
            ],
            Self::Different { .. } => {
                vec!["describe it as it is, or choose another name".to_owned()]
            }
            Self::System { .. } => {
                vec!["leave it alone: remove it from the configuration".to_owned()]
            }
            Self::SingleInstance {
                existing, cluster, ..
            } => vec![
                format!(
                    "take over the one that is there: name = \"{existing}\", adopt_existing = true"
                ),
                format!(
                    "or remove it first: az k8s-extension delete --cluster-type connectedClusters --cluster-name {} --resource-group {} --name {}",
                    shell_word(cluster.name()),
                    shell_word(cluster.resource_group()),
                    shell_word(existing)
                ),
            ],
            Self::TypeNotOffered { .. } => vec!["choose one of the types listed above".to_owned()],
            Self::VersionNotOffered { .. } => vec![
                "choose one of the versions listed above, or another release train".to_owned(),
                "or leave version out, and automatic upgrades choose".to_owned(),
            ],
            Self::IdentityRequired { .. } => {
                vec!["set identity_enabled = true, or leave it out".to_owned()]
            }
            Self::PlanRequired { plan, .. } => {
                let text = |part: &Option<String>| part.clone().unwrap_or_default();
                vec![format!(
                    "add plan = {{ name = \"{}\", publisher = \"{}\", product = \"{}\" }}",
                    text(&plan.plan_id),
                    text(&plan.publisher_id),
                    text(&plan.offer_id)
                )]
            }
            Self::Missing { id } => vec![format!(
                "see what is there: az k8s-extension list --cluster-type connectedClusters --cluster-name {} --resource-group {} --output table",
                shell_word(parent_of(id).name()),
                shell_word(id.resource_group())
            )],
            Self::Vanished { .. } => vec!["find out who deletes it, then run again".to_owned()],
            Self::Failed {
                id,
                namespace,
                work,
                ..
            } => failed_remedies(id, namespace.as_deref(), *work),
            Self::NotAvailable { namespace, .. } => vec![
                look_at(namespace),
                "raise the time limit of this operation, or set wait_for_workloads = false"
                    .to_owned(),
            ],
            Self::Parent(_) => Vec::new(),
        }
    }
}

fn failed_remedies(id: &ResourceId, namespace: Option<&str>, work: Work) -> Vec<String> {
    let mut remedies: Vec<_> = namespace.map(look_at).into_iter().collect();
    remedies.push(format!(
        "ask Azure: az k8s-extension show --cluster-type connectedClusters --cluster-name {} --resource-group {} --name {}",
        shell_word(parent_of(id).name()),
        shell_word(id.resource_group()),
        shell_word(id.name())
    ));
    if work == Work::Remove {
        remedies.push("if the agents cannot uninstall it: force_delete = true".to_owned());
    }
    remedies
}

fn look_at(namespace: &str) -> String {
    format!(
        "look at the pods: kubectl get pods,events --namespace {}",
        shell_word(namespace)
    )
}
