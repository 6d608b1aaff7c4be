//! What can go wrong with an extension, and what to do about it.

use crate::arm::{self, PlanInfo, ResourceId};
use crate::call::Halt;
use crate::cluster;
use crate::fault::{Explain, Kind, Reference, Remedy};
use crate::onboarding;
use crate::onboarding::parent::ParentError;

/// Something about an extension that could not be done or learned.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Azure refused or did not answer.
    #[error(transparent)]
    Azure(#[from] arm::Error),
    /// The cluster refused or did not answer.
    #[error(transparent)]
    Cluster(#[from] cluster::Error),
    /// The cluster cannot be reached at all, or a resource provider is missing.
    #[error(transparent)]
    Access(Box<onboarding::Error>),
    /// The connected cluster is not fit for extensions.
    #[error(transparent)]
    Parent(#[from] ParentError),
    /// The run was stopped, or its time ran out, between two steps.
    #[error(transparent)]
    Halted(#[from] Halt),
    /// An extension of this name exists.
    #[error("extension {} exists already on cluster {}", id.name(), cluster_of(id))]
    Exists {
        /// The extension.
        id: ResourceId,
    },
    /// An extension of this name exists and is something else.
    #[error("extension {} on cluster {} cannot be taken over: its {what} is {found}, not {wanted}", id.name(), cluster_of(id))]
    Different {
        /// The extension.
        id: ResourceId,
        /// What differs and cannot change.
        what: &'static str,
        /// As it is.
        found: String,
        /// As it should be.
        wanted: String,
    },
    /// The platform owns it.
    #[error("extension {} on cluster {} is a system extension, which the Azure platform manages", id.name(), cluster_of(id))]
    System {
        /// The extension.
        id: ResourceId,
    },
    /// The cluster has one already.
    #[error(
        "cluster {} has an extension of type {extension_type} already, {existing}, and can have only one", cluster.name()
    )]
    SingleInstance {
        /// The type.
        extension_type: String,
        /// Name of the extension that is there.
        existing: String,
        /// The cluster.
        cluster: ResourceId,
    },
    /// There is no such type for this cluster.
    #[error("there is no extension type {extension_type:?} for this cluster; there are {}", offered.join(", "))]
    TypeNotOffered {
        /// The type asked for.
        extension_type: String,
        /// Types that Azure lists.
        offered: Vec<String>,
    },
    /// There is no such version for this cluster.
    #[error(
        "there is no version {version:?} of {extension_type} {}; there are {}",
        train(release_train.as_deref()), offered.join(", ")
    )]
    VersionNotOffered {
        /// The type.
        extension_type: String,
        /// The version asked for.
        version: String,
        /// The release train that was searched.
        release_train: Option<String>,
        /// Versions that Azure lists.
        offered: Vec<String>,
    },
    /// The type works with a managed identity only.
    #[error("extensions of type {extension_type} need a managed identity")]
    IdentityRequired {
        /// The type.
        extension_type: String,
    },
    /// The type is sold in the Marketplace.
    #[error(
        "extensions of type {extension_type} are sold in the Azure Marketplace and need a plan"
    )]
    PlanRequired {
        /// The type.
        extension_type: String,
        /// The plan that Azure names.
        plan: PlanInfo,
    },
    /// The connection leads to the agents of another connected cluster.
    #[error("the connection leads to the cluster that is connected as {owner}, not as {wanted}")]
    WrongCluster {
        /// What the agents say they belong to.
        owner: ResourceId,
        /// The cluster of the extension.
        wanted: ResourceId,
    },
    /// There is no such extension.
    #[error("there is no extension {} on cluster {}", id.name(), cluster_of(id))]
    Missing {
        /// The id that was asked for.
        id: ResourceId,
    },
    /// The extension was there a moment ago.
    #[error("extension {} was deleted from cluster {} by somebody else meanwhile", id.name(), cluster_of(id))]
    Vanished {
        /// The extension.
        id: ResourceId,
    },
    /// Azure accepted what was wanted, and it did not come about.
    #[error("extension {} on cluster {} was not {done}{}", id.name(), cluster_of(id), bullets(evidence))]
    Failed {
        /// The extension.
        id: ResourceId,
        /// What should have been done: `installed`, `changed` or `removed`.
        done: &'static str,
        /// What Azure said in the end.
        source: Box<arm::Error>,
        /// What Azure's statuses, the pods and the last events show.
        evidence: Vec<String>,
        /// Namespace to look at, when it is known.
        namespace: Option<String>,
    },
    /// Azure calls it installed, and its workloads do not run.
    #[error(
        "Azure calls extension {} installed, and its workloads in namespace {namespace} are not available: {cause}; last \
         seen: {seen}{}",
        id.name(), bullets(evidence)
    )]
    NotAvailable {
        /// The extension.
        id: ResourceId,
        /// Namespace of the workloads.
        namespace: String,
        /// Interruption or deadline.
        cause: Halt,
        /// Which workloads lack how many replicas.
        seen: String,
        /// What pods and events show.
        evidence: Vec<String>,
    },
}

/// The part of the specification that an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The connection to the cluster.
    Connection,
    /// The connected cluster.
    Parent,
    /// The name.
    Name,
    /// The type.
    Type,
    /// The version.
    Version,
    /// The managed identity.
    Identity,
    /// The Marketplace plan.
    Plan,
    /// Nothing in particular.
    Whole,
}

impl From<onboarding::Error> for Error {
    fn from(error: onboarding::Error) -> Self {
        Self::Access(Box::new(error))
    }
}

impl Error {
    /// Which part of the specification has to be looked at.
    #[must_use]
    pub fn subject(&self) -> Subject {
        match self {
            Self::Access(error) if error.subject() == onboarding::Subject::Connection => {
                Subject::Connection
            }
            Self::Cluster(_) | Self::WrongCluster { .. } => Subject::Connection,
            Self::Parent(ParentError::Missing { .. } | ParentError::NotConnected { .. }) => {
                Subject::Parent
            }
            Self::Exists { .. }
            | Self::Missing { .. }
            | Self::Different { .. }
            | Self::System { .. } => Subject::Name,
            Self::SingleInstance { .. } | Self::TypeNotOffered { .. } => Subject::Type,
            Self::VersionNotOffered { .. } => Subject::Version,
            Self::IdentityRequired { .. } => Subject::Identity,
            Self::PlanRequired { .. } => Subject::Plan,
            Self::Access(_)
            | Self::Parent(ParentError::Azure(_))
            | Self::Azure(_)
            | Self::Halted(_)
            | Self::Vanished { .. }
            | Self::Failed { .. }
            | Self::NotAvailable { .. } => Subject::Whole,
        }
    }

    /// The error below that explains itself as well, if this one only passes it on.
    fn inner(&self) -> Option<&dyn Explain> {
        match self {
            Self::Azure(error) => Some(error),
            Self::Cluster(error) => Some(error),
            Self::Access(error) => Some(&**error),
            Self::Parent(error) => Some(error),
            Self::Halted(halt) => Some(halt),
            _ => None,
        }
    }
}

impl Explain for Error {
    fn kind(&self) -> Kind {
        if let Some(inner) = self.inner() {
            return inner.kind();
        }
        match self {
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
        if let Some(inner) = self.inner() {
            return inner.summary();
        }
        match self {
            Self::Exists { .. } => "Extension Exists Already",
            Self::Different { .. } => "Extension Cannot Be Taken Over",
            Self::System { .. } => "System Extension",
            Self::SingleInstance { .. } => "Extension Type Installed Already",
            Self::TypeNotOffered { .. } => "Extension Type Not Offered",
            Self::VersionNotOffered { .. } => "Extension Version Not Offered",
            Self::IdentityRequired { .. } => "Managed Identity Required",
            Self::PlanRequired { .. } => "Marketplace Plan Required",
            Self::WrongCluster { .. } => "Wrong Kubernetes Cluster",
            Self::Missing { .. } => "Extension Not Found",
            Self::Vanished { .. } => "Extension Vanished",
            Self::NotAvailable { .. } => "Extension Not Available",
            _ => "Extension Failed",
        }
        .to_owned()
    }

    fn remedies(&self) -> Vec<Remedy> {
        match self.inner() {
            Some(inner) => inner.remedies(),
            None => self.own_remedies().into_iter().map(Remedy::new).collect(),
        }
    }

    fn reference(&self) -> Option<Reference> {
        match self {
            Self::Failed { source, .. } => source.reference(),
            _ => self.inner()?.reference(),
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
                    "or remove it first: az k8s-extension delete --cluster-type connectedClusters --cluster-name {} --resource-group {} --name {existing}",
                    cluster.name(),
                    cluster.resource_group()
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
            Self::WrongCluster { .. } => vec![
                "check cluster name, region, kubeconfig path and context of the connection"
                    .to_owned(),
            ],
            Self::Missing { id } => vec![format!(
                "see what is there: az k8s-extension list --cluster-type connectedClusters --cluster-name {} --resource-group {} --output table",
                cluster_of(id),
                id.resource_group()
            )],
            Self::Vanished { .. } => vec!["find out who deletes it, then run again".to_owned()],
            Self::Failed {
                id,
                namespace,
                done,
                ..
            } => failed_remedies(id, namespace.as_deref(), done),
            Self::NotAvailable { namespace, .. } => vec![
                look_at(namespace),
                "raise the time limit of this operation, or set wait_for_workloads = false"
                    .to_owned(),
            ],
            _ => Vec::new(),
        }
    }
}

fn failed_remedies(id: &ResourceId, namespace: Option<&str>, done: &str) -> Vec<String> {
    let mut remedies: Vec<_> = namespace.map(look_at).into_iter().collect();
    remedies.push(format!(
        "ask Azure: az k8s-extension show --cluster-type connectedClusters --cluster-name {} --resource-group {} --name {}",
        cluster_of(id),
        id.resource_group(),
        id.name()
    ));
    if done == "removed" {
        remedies.push("if the agents cannot uninstall it: force_delete = true".to_owned());
    }
    remedies
}

fn look_at(namespace: &str) -> String {
    format!("look at the pods: kubectl get pods,events --namespace {namespace}")
}

fn cluster_of(id: &ResourceId) -> String {
    id.extends()
        .map(|cluster| cluster.name().to_owned())
        .unwrap_or_default()
}

fn train(train: Option<&str>) -> String {
    train.map_or_else(
        || "for this cluster".to_owned(),
        |train| format!("in release train {train}"),
    )
}

fn bullets(lines: &[String]) -> String {
    lines.iter().flat_map(|line| ["\n  - ", line]).collect()
}
