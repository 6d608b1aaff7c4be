//! Looking at a connected cluster on both planes.

use std::collections::{BTreeMap, BTreeSet};

use crate::arm::{ConnectedCluster, ResourceId};
use crate::call::Call;
use crate::cluster::{
    AGENTS_NAMESPACE, Agents, ArcConfig, Cluster, Connection, EvidenceLine, NamespaceState,
};
use crate::helm::Record;

use super::error::Error;
use super::key_pair;
use super::spec::Spec;
use crate::usecases::error::PlaneError;
use crate::usecases::session::Session;
use crate::usecases::target::{Expected, owner, same_cluster};

/// A connected cluster on both planes.
#[derive(Debug)]
pub struct Observation {
    /// As ARM shows it; `None` when ARM says that there is no such object.
    pub object: Option<Box<ConnectedCluster>>,
    /// As the cluster shows it, or why the cluster could not be looked at.
    pub inside: Result<Inside, Error>,
}

/// The cluster's side.
#[derive(Clone, Debug)]
pub struct Inside {
    /// UID of the `kube-system` namespace: which cluster this is.
    pub cluster_uid: String,
    /// The agents' deployments.
    pub agents: Agents,
    /// The newest record of the agents' Helm release.
    pub release: Option<Record>,
    /// What the agents were installed with.
    pub config: Option<ArcConfig>,
    /// Public half of the agents' key, in Azure's form; `None` without a usable key.
    pub public_key: Option<String>,
    /// The connected cluster that was being made or removed here, if that was never completed.
    pub unfinished: Option<ResourceId>,
    /// Whether Azure has given the agents their identity.
    pub has_identity: bool,
    /// The resources of the agents' API groups that are served, as `<plural>.<group>`.
    pub served: BTreeSet<String>,
    /// What pods, events and secrets show, where agents are not ready.
    pub evidence: Vec<EvidenceLine>,
}

impl Inside {
    /// Whether the agents here, or what is left of them, belong to this connected cluster.
    #[must_use]
    pub fn belongs_to(&self, id: &ResourceId) -> bool {
        let named = self.config.as_ref().and_then(owner);
        named.as_ref() == Some(id) || self.unfinished.as_ref() == Some(id)
    }
}

/// Looks at the object in Azure and at the cluster behind it, both at the same time. Changes nothing.
///
/// # Errors
///
/// Only Azure's: what goes wrong in the cluster is part of the answer.
pub async fn observe(
    call: &Call,
    session: &Session,
    id: &ResourceId,
    connection: Option<&Connection>,
) -> Result<Observation, Error> {
    let clusters = session.azure.connected_clusters();
    let inside = Box::pin(async {
        let cluster = session.cluster(call, connection).await?;
        let inside = Box::pin(look_inside(call, &cluster)).await?;
        Ok((cluster, inside))
    });
    let (object, inside) = futures::join!(clusters.get(call, id), inside);
    let object = object?;
    let inside = match inside {
        Ok((cluster, inside)) if object.is_none() => with_removal(call, &cluster, inside).await,
        inside => inside.map(|(_, inside)| inside),
    };
    Ok(Observation {
        object: object.map(Box::new),
        inside,
    })
}

/// What a removal that broke off left is looked for only where the object is gone.
async fn with_removal(call: &Call, cluster: &Cluster, inside: Inside) -> Result<Inside, Error> {
    let noted = cluster.noted_removal(call).await?;
    Ok(Inside {
        unfinished: noted
            .and_then(|id| ResourceId::parse(&id).ok())
            .or(inside.unfinished),
        ..inside
    })
}

/// Checks that a connection leads to the cluster that a connected cluster was made for.
///
/// # Errors
///
/// [`PlaneError::OtherCluster`], and what a connection can meet.
pub async fn identify(
    call: &Call,
    session: &Session,
    connection: Option<&Connection>,
    cluster_uid: &str,
) -> Result<(), PlaneError> {
    let cluster = session.cluster(call, connection).await?;
    same_cluster(Some(cluster_uid), &cluster.uid(call).await?)
}

/// The cluster's side alone. Pods and events are asked only where an agent is not ready.
pub(super) async fn look_inside(call: &Call, cluster: &Cluster) -> Result<Inside, Error> {
    let objects = async {
        Ok(futures::try_join!(
            cluster.uid(call),
            cluster.agents(call),
            cluster.arc_config(call),
            cluster.private_key(call),
            cluster.has_identity_certificate(call),
        )?)
    };
    let namespace = async { Ok(cluster.namespace_state(call, AGENTS_NAMESPACE).await?) };
    let ((cluster_uid, agents, config, key, has_identity), release, namespace) =
        futures::try_join!(objects, installed(call, cluster), namespace)?;
    if namespace == NamespaceState::Terminating {
        return Ok(emptied(cluster_uid));
    }
    let groups = release.iter().flat_map(|record| &record.definitions);
    let groups = groups
        .map(|one| format!("{}/{}", one.group, one.version))
        .collect();
    let ready = agents
        .workloads
        .values()
        .all(|one| one.ready >= one.desired);
    let evidence = async {
        if ready {
            return Ok(Vec::new());
        }
        cluster.explain_agents(call).await
    };
    let (served, evidence) = futures::try_join!(cluster.served_resources(call, &groups), evidence)?;
    let public_key = match &key {
        Some(key) => key_pair::public_half(&key.pem).await,
        None => None,
    };
    Ok(Inside {
        cluster_uid,
        agents,
        release,
        config,
        public_key,
        unfinished: key
            .and_then(|key| key.unfinished)
            .and_then(|id| ResourceId::parse(&id).ok()),
        has_identity,
        served,
        evidence,
    })
}

/// A cluster whose agents are on their way out: nothing of them counts as there, although it can still be read.
fn emptied(cluster_uid: String) -> Inside {
    Inside {
        cluster_uid,
        agents: Agents {
            namespace: AGENTS_NAMESPACE.to_owned(),
            workloads: BTreeMap::new(),
        },
        release: None,
        config: None,
        public_key: None,
        unfinished: None,
        has_identity: false,
        served: BTreeSet::new(),
        evidence: Vec::new(),
    }
}

/// Both planes after a use case did its work.
///
/// # Errors
///
/// Azure's and the cluster's; [`Error::VanishedMeanwhile`], [`Error::AgentsVanished`] or [`Error::BoundElsewhere`].
pub(super) async fn complete(
    call: &Call,
    session: &Session,
    cluster: &Cluster,
    spec: &Spec,
) -> Result<(ConnectedCluster, Inside), Error> {
    let clusters = session.azure.connected_clusters();
    let azure = async { Ok(clusters.get(call, &spec.id).await?) };
    let (object, inside) = futures::try_join!(azure, Box::pin(look_inside(call, cluster)))?;
    let object = object.ok_or_else(|| Error::VanishedMeanwhile {
        id: spec.id.clone(),
    })?;
    Expected::at_most_agents_of(&spec.id).check_agents(inside.config.as_ref())?;
    if inside.config.is_none() {
        return Err(Error::AgentsVanished {
            id: spec.id.clone(),
        });
    }
    Ok((object, inside))
}

/// The newest record of the agents' release, if there is one.
pub(super) async fn installed(call: &Call, cluster: &Cluster) -> Result<Option<Record>, Error> {
    let stored = cluster.agent_release(call).await?;
    let record = stored.map(|stored| Record::decode(&stored.payload));
    Ok(record.transpose()?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{session, spec};
    use super::*;
    use crate::arm::testing::{Azure, CLUSTER, Reply, call, cluster_id};
    use crate::cluster::testing::Store;

    const NAMESPACE: &str = "/api/v1/namespaces/azure-arc";

    /// A cluster with a config map and an agent, in a namespace that is going or not.
    fn store(going: Option<&str>) -> Store {
        let (store, id) = (Store::new(), cluster_id());
        store.put(
            NAMESPACE,
            json!({"metadata": {"name": "azure-arc", "deletionTimestamp": going}}),
        );
        let config = json!({"metadata": {"name": "azure-clusterconfig"}, "data": {
            "AZURE_SUBSCRIPTION_ID": id.subscription_id(), "AZURE_RESOURCE_GROUP": id.resource_group(),
            "AZURE_RESOURCE_NAME": id.name()}});
        store.put(
            &format!("{NAMESPACE}/configmaps/azure-clusterconfig"),
            config,
        );
        for (name, going) in [
            ("config-agent", None),
            ("going-agent", Some("2026-01-01T00:00:00Z")),
        ] {
            let agent = json!({"metadata": {"name": name, "deletionTimestamp": going},
                               "spec": {"replicas": 0, "selector": {}, "template": {}}});
            store.put(
                &format!("/apis/apps/v1/namespaces/azure-arc/deployments/{name}"),
                agent,
            );
        }
        store
    }

    #[tokio::test]
    async fn what_is_on_its_way_out_is_not_there() {
        let inside = Box::pin(look_inside(&call(), &store(None).client())).await;
        let inside = inside.expect("a look");
        assert!(inside.belongs_to(&cluster_id()));
        assert!(inside.agents.workloads.keys().eq(["config-agent"]));
        let going = store(Some("2026-01-01T00:00:00Z"));
        let inside = Box::pin(look_inside(&call(), &going.client())).await;
        let inside = inside.expect("a look");
        assert!(!inside.belongs_to(&cluster_id()));
        assert!(inside.agents.workloads.is_empty());
    }

    #[tokio::test]
    async fn work_whose_agents_are_being_removed_did_not_end_well() {
        let azure = Azure::start(|seen, _| {
            (seen.path == CLUSTER).then(|| Reply::json(200, &json!({"properties": {}})))
        })
        .await;
        let session = session(azure.client(), None);
        let spec = Spec {
            id: cluster_id(),
            ..spec()
        };
        for (going, ends_well) in [(None, true), (Some("2026-01-01T00:00:00Z"), false)] {
            let cluster = store(going).client();
            let seen = Box::pin(complete(&call(), &session, &cluster, &spec)).await;
            assert_eq!(seen.is_ok(), ends_well);
        }
    }
}
