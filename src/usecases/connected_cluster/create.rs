//! Connecting a cluster: checks, key pair, object in Azure, agents, and the wait until Azure sees them.
//!
//! The key is in the cluster before Azure hears of it, with a note of the object it is for. Wherever a run breaks off, the
//! next one finds in the cluster what proves that the object in Azure is its own, and goes on from there.

use crate::arm::{ConnectedCluster, Operation};
use crate::call::Call;
use crate::cluster::{AgentKey, Cluster};

use super::agents::Install;
use super::decision::Decision;
use super::error::Error;
use super::key_pair::{self, KeyPair};
use super::object;
use super::observe::{self, Inside};
use super::preflight::{self, Preflight};
use super::provisions::Provisions;
use super::remove::clear_cluster;
use super::replace;
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
    let begun = Box::pin(ready.begin(call, session, spec))
        .await
        .map_err(Incomplete::nothing)?;
    let Begun {
        operation,
        body,
        key,
    } = begun;
    let mut reached = Reached {
        object: operation.initial().cloned().unwrap_or(body),
        cluster_uid: ready.preflight.cluster_uid.clone(),
    };
    checkpoint(&reached);
    let finished = Box::pin(async {
        reached.object = operation.wait(call).await?;
        checkpoint(&reached);
        let object = reached.object.clone();
        reached.object = Box::pin(write::associate_gateway(call, session, spec, object)).await?;
        Box::pin(ready.finish(call, session, spec, &reached.object, &key)).await
    })
    .await;
    finished.map_err(|error| Incomplete::after(reached, error))
}

/// Everything that is known before the first write.
struct Ready {
    cluster: Cluster,
    preflight: Preflight,
    /// A new pair, for an object that gets one.
    pair: KeyPair,
    provisions: Provisions,
}

/// What there is once Azure accepted the object.
struct Begun {
    operation: Operation<ConnectedCluster>,
    /// The object as it was sent.
    body: ConnectedCluster,
    key: Key,
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

/// Everything up to the first write; a key pair is made while both planes are checked and chart and Helm are fetched.
/// Where the cluster is to be checked from within, that comes last: it takes a Helm.
async fn prepare(call: &Call, session: &Session, spec: &Spec) -> Result<Ready, Error> {
    let cluster = session.cluster(call, spec.connection.as_ref()).await?;
    let (preflight, pair, provisions) = futures::try_join!(
        preflight::run(call, session, &cluster, spec),
        key_pair::generate(),
        Provisions::fetch(call, session, &cluster, &spec.location, &spec.agent, None),
    )?;
    call.check()?;
    // Not beside the others: if one of them failed, nothing would be left to take the job away.
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
    Ok(Ready {
        cluster,
        preflight,
        pair,
        provisions,
    })
}

impl Ready {
    /// Everything from the first write until Azure accepts the object.
    async fn begin(&self, call: &Call, session: &Session, spec: &Spec) -> Result<Begun, Error> {
        if self.preflight.decision != Decision::DeleteAndCreate {
            return self.send(call, session, spec).await;
        }
        call.step("delete the expired connected cluster in Azure");
        replace::delete(call, &session.azure, &spec.id).await?;
        let sent = Box::pin(self.send(call, session, spec)).await;
        sent.map_err(|error| replace::deleted_only(&spec.id, error))
    }

    /// Makes room in the cluster, delivers the key and sends the object. If Azure refuses it, the key is taken back.
    async fn send(&self, call: &Call, session: &Session, spec: &Spec) -> Result<Begun, Error> {
        let base = self.make_room(call).await?;
        let mut body = object::wanted(base.clone(), spec, self.preflight.nodes.as_ref());
        body.tags = Some(session.tags.to_write(&spec.tags, base.tags.as_ref()));
        body.properties.gateway = base.properties.gateway;
        let key = self.key(call, spec).await?;
        if let Key::Fresh { pair, .. } = &key {
            body.properties.agent_public_key_certificate = Some(pair.public.clone());
        }
        call.step("create the connected cluster in Azure");
        let rekeys = self.preflight.decision == Decision::Rekey;
        match replace::put(call, &session.azure, spec, &body, rekeys).await {
            Ok(operation) => Ok(Begun {
                operation,
                body,
                key,
            }),
            Err(error) => {
                self.withdraw(call, session, spec, &key).await;
                Err(error)
            }
        }
    }

    /// Removes what is in the way in the cluster and returns the object to start from.
    async fn make_room(&self, call: &Call) -> Result<ConnectedCluster, Error> {
        match self.preflight.decision {
            Decision::Create => Ok(ConnectedCluster::default()),
            Decision::Resume | Decision::Rekey => {
                Ok(self.preflight.object.clone().unwrap_or_default())
            }
            Decision::CleanAndCreate | Decision::DeleteAndCreate => {
                call.step("clear away an earlier attempt");
                let tools = Some(&self.provisions.tools);
                clear_cluster(call, &self.cluster, tools, false).await?;
                Ok(ConnectedCluster::default())
            }
        }
    }

    /// The key to go on with, which is in the cluster then.
    async fn key(&self, call: &Call, spec: &Spec) -> Result<Key, Error> {
        if let (Decision::Resume, Some(held)) = (self.preflight.decision, &self.preflight.key) {
            return Ok(Key::Held(held.clone()));
        }
        call.step("hand the private key to the agents");
        let id = spec.id.to_string();
        let made_namespace = self
            .cluster
            .deliver_private_key(call, &self.pair.private, Some(&id))
            .await?;
        Ok(Key::Fresh {
            pair: self.pair.clone(),
            made_namespace,
        })
    }

    /// Takes the key back, unless Azure took the object after all: an answer can get lost.
    async fn withdraw(&self, call: &Call, session: &Session, spec: &Spec, key: &Key) {
        let Key::Fresh { made_namespace, .. } = key else {
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
        key: &Key,
    ) -> Result<(ConnectedCluster, Inside), Error> {
        let private_key = match key {
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
