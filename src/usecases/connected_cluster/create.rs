//! Connecting a cluster: checks, key pair, object in Azure, agents, and the wait until Azure sees them.
//!
//! The key is in the cluster before Azure hears of it, with a note of the object it is for. Wherever a run breaks off, the
//! next one finds in the cluster what proves that the object in Azure is its own, and goes on from there.

use crate::arm::{ConnectedCluster, Operation};
use crate::call::Call;
use crate::cluster::{AgentKey, Cluster};
use crate::fault::{Explain as _, Kind};

use super::agents::Install;
use super::decision::Decision;
use super::error::Error;
use super::key_pair::{self, KeyPair};
use super::object;
use super::observe::{self, Inside};
use super::preflight::{self, Preflight};
use super::provisions::Provisions;
use super::remove::clear_cluster;
use super::spec::{Checks, Spec};
use super::{wait, write};
use crate::usecases::error::Incomplete;
use crate::usecases::session::Session;

/// What exists from the moment that ARM accepted the object.
#[derive(Clone, Debug)]
pub struct Reached {
    /// The object as ARM last returned it.
    pub object: ConnectedCluster,
    /// UID of the `kube-system` namespace of the cluster behind it.
    pub cluster_uid: String,
}

/// Connects a cluster to Azure Arc. `checkpoint` is called as soon as ARM accepted the object.
///
/// # Errors
///
/// [`Incomplete`], with what has to be remembered although the work was not completed.
pub async fn create(
    call: &Call,
    session: &Session,
    spec: &Spec,
    checkpoint: impl Fn(&Reached),
) -> Result<(ConnectedCluster, Inside), Incomplete<Reached, Error>> {
    let ready = Box::pin(prepare(call, session, spec))
        .await
        .map_err(Incomplete::nothing)?;
    let operation = Box::pin(ready.create_object(call, session, spec))
        .await
        .map_err(Incomplete::nothing)?;
    let mut reached = Reached {
        object: operation.initial().unwrap_or(&ready.body).clone(),
        cluster_uid: ready.cluster_uid.clone(),
    };
    checkpoint(&reached);
    let finished = Box::pin(async {
        reached.object = operation.wait(call).await?;
        checkpoint(&reached);
        let object = reached.object.clone();
        reached.object = Box::pin(write::associate_gateway(call, session, spec, object)).await?;
        Box::pin(ready.finish(call, session, spec, &reached.object)).await
    })
    .await;
    finished.map_err(|error| Incomplete::after(reached, error))
}

/// Everything that is known before the first write to Azure.
struct Ready {
    cluster: Cluster,
    cluster_uid: String,
    /// The object as it shall be first sent.
    body: ConnectedCluster,
    /// Whether an object that exists gets another key.
    rekeys: bool,
    key: Key,
    provisions: Provisions,
}

/// The agents' key.
enum Key {
    /// In the cluster and known to Azure.
    Held(AgentKey),
    /// Made for this object; in the cluster, and not in Azure yet.
    Fresh {
        pair: KeyPair,
        /// Whether the namespace was made for it.
        made_namespace: bool,
    },
}

/// Everything up to the first write to Azure; a key pair is made while both planes are checked. Chart and Helm come after
/// that, since the data plane of the region gets a token, and the region is one of the things that are checked. Where the cluster is to be checked from within, that comes last: it takes a Helm.
async fn prepare(call: &Call, session: &Session, spec: &Spec) -> Result<Ready, Error> {
    let cluster = session.cluster(call, spec.connection.as_ref()).await?;
    let (preflight, pair) = futures::try_join!(
        preflight::run(call, session, &cluster, spec),
        key_pair::generate(),
    )?;
    let provisions = Provisions::fetch(call, session, &spec.location, &spec.agent, None).await?;
    call.check()?;
    // Not beside the others: if one of them failed, nobody would be left to take the job away.
    if spec.checks == Checks::Job {
        Box::pin(preflight::run_job(
            call,
            session,
            &cluster,
            spec,
            &provisions,
        ))
        .await?;
    }
    let base = make_room(call, session, &cluster, spec, &preflight).await?;
    let mut body = object::wanted(base.clone(), spec, preflight.nodes.as_ref());
    body.tags = Some(session.tags.to_write(&spec.tags, base.tags.as_ref()));
    body.properties.gateway = base.properties.gateway;
    let held = preflight
        .key
        .filter(|_| preflight.decision == Decision::Resume);
    let key = if let Some(key) = held {
        Key::Held(key)
    } else {
        call.step("hand the private key to the agents");
        let id = spec.id.to_string();
        let made_namespace = cluster
            .deliver_private_key(call, &pair.private, Some(&id))
            .await?;
        body.properties.agent_public_key_certificate = Some(pair.public.clone());
        Key::Fresh {
            pair,
            made_namespace,
        }
    };
    Ok(Ready {
        cluster,
        cluster_uid: preflight.cluster_uid,
        body,
        rekeys: preflight.decision == Decision::Rekey,
        key,
        provisions,
    })
}

/// Removes what is in the way and returns the object to start from.
async fn make_room(
    call: &Call,
    session: &Session,
    cluster: &Cluster,
    spec: &Spec,
    preflight: &Preflight,
) -> Result<ConnectedCluster, Error> {
    match preflight.decision {
        Decision::Create => return Ok(ConnectedCluster::default()),
        Decision::Resume | Decision::Rekey => {
            return Ok(preflight.object.clone().unwrap_or_default());
        }
        Decision::CleanAndCreate => {}
        Decision::DeleteAndCreate => {
            call.step("delete the expired connected cluster in Azure");
            let clusters = session.azure.connected_clusters();
            let operation = clusters.delete(call, &spec.id, false).await?;
            operation.wait(call).await?;
        }
    }
    call.step("clear away an earlier attempt");
    clear_cluster(call, session, cluster, false).await?;
    Ok(ConnectedCluster::default())
}

impl Ready {
    /// Sends the object. If Azure refuses it, the cluster is left as it was.
    async fn create_object(
        &self,
        call: &Call,
        session: &Session,
        spec: &Spec,
    ) -> Result<Operation<ConnectedCluster>, Error> {
        call.step("create the connected cluster in Azure");
        let clusters = session.azure.connected_clusters();
        match clusters.put(call, &spec.id, &self.body).await {
            Ok(operation) => Ok(operation),
            Err(error) if self.rekeys && error.kind() == Kind::Conflict => {
                call.step("delete the connected cluster, which does not take another key, and make it anew");
                let operation = clusters.delete(call, &spec.id, false).await?;
                operation.wait(call).await?;
                Ok(clusters.put(call, &spec.id, &self.body).await?)
            }
            Err(error) => {
                self.withdraw(call, session, spec).await;
                Err(error.into())
            }
        }
    }

    /// Takes the key back, unless Azure took the object after all: an answer can get lost.
    async fn withdraw(&self, call: &Call, session: &Session, spec: &Spec) {
        let Key::Fresh { made_namespace, .. } = &self.key else {
            return;
        };
        let call = call.afterwards();
        let clusters = session.azure.connected_clusters();
        if !matches!(clusters.get(&call, &spec.id).await, Ok(None)) {
            return;
        }
        let withdrawn = self.cluster.withdraw_private_key(&call, *made_namespace);
        if let Err(error) = withdrawn.await {
            tracing::warn!(%error, "the agents' key could not be taken back");
        }
    }

    /// Agents, first contact, and a last look.
    async fn finish(
        &self,
        call: &Call,
        session: &Session,
        spec: &Spec,
        object: &ConnectedCluster,
    ) -> Result<(ConnectedCluster, Inside), Error> {
        let private_key = match &self.key {
            Key::Held(key) => &key.pem,
            Key::Fresh { pair, .. } => &pair.private,
        };
        let installed = observe::installed(call, &self.cluster).await?;
        let install = Install {
            session,
            cluster: &self.cluster,
            spec,
            object,
            private_key,
            installed: installed.as_ref(),
            provisions: &self.provisions,
        };
        Box::pin(install.run(call)).await?;
        if spec.wait_for_connected {
            wait::until_connected(call, session, &self.cluster, spec).await?;
        }
        self.cluster.confirm_private_key(call).await?;
        observe::complete(call, session, &self.cluster, spec).await
    }
}
