//! Connecting a cluster: checks, key pair, object in Azure, agents, and the wait until Azure sees them.
//!
//! The key is in the cluster before Azure hears of it, with a note of the object it is for. Wherever a run breaks off, the
//! next one finds in the cluster what proves that the object in Azure is its own, and goes on from there.

use crate::arm::{ConnectedCluster, Operation};
use crate::call::Call;
use crate::cluster::{AgentKey, Cluster, DeliveredKey, Work, WorkLease};

use secrecy::SecretString;

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
    let cluster = session.cluster(call, spec.connection.as_ref()).await;
    let cluster = cluster.map_err(Incomplete::nothing)?;
    let id = spec.id.to_string();
    let lease = cluster.hold(call, Work::Agents(&id)).await;
    let lease = lease.map_err(Incomplete::nothing)?;
    let connected = connect(call, session, spec, (cluster, &lease), checkpoint);
    let connected = Box::pin(connected).await;
    lease.release(call).await;
    connected
}

/// The same, by the only run at work in the cluster.
async fn connect(
    call: &Call,
    session: &Session,
    spec: &Spec,
    place: (Cluster, &WorkLease),
    checkpoint: impl Fn(&Reached),
) -> Result<(ConnectedCluster, Inside), Incomplete<Reached, Error>> {
    let ready = Box::pin(prepare(call, session, spec, place))
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
struct Ready<'a> {
    cluster: Cluster,
    lease: &'a WorkLease,
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
        /// How it is taken back.
        delivered: DeliveredKey,
    },
}

impl Key {
    const fn pem(&self) -> &SecretString {
        match self {
            Self::Held(key) => &key.pem,
            Self::Fresh { pair, .. } => &pair.private,
        }
    }
}

/// Everything up to the first write; a key pair is made while both planes are checked. Chart and Helm come after that: the
/// data plane of the region gets a token, and the region is one of the things that are checked. Where the cluster is to be
/// checked from within, that comes last: it takes a Helm.
async fn prepare<'a>(
    call: &Call,
    session: &Session,
    spec: &Spec,
    (cluster, lease): (Cluster, &'a WorkLease),
) -> Result<Ready<'a>, Error> {
    let (preflight, pair) = futures::try_join!(
        preflight::run(call, session, &cluster, spec, lease.is_held()),
        key_pair::generate(),
    )?;
    let provisions =
        Provisions::fetch(call, session, &cluster, &spec.location, &spec.agent, None).await?;
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
        lease,
        preflight,
        pair,
        provisions,
    })
}

impl Ready<'_> {
    /// Everything from the first write until Azure accepts the object.
    async fn begin(&self, call: &Call, session: &Session, spec: &Spec) -> Result<Begun, Error> {
        if self.preflight.decision != Decision::DeleteAndCreate {
            return self.send(call, session, spec).await;
        }
        self.lease.check()?;
        call.step("delete the expired connected cluster in Azure");
        replace::delete(call, &session.azure, &spec.id).await?;
        let sent = Box::pin(self.send(call, session, spec)).await;
        sent.map_err(|error| replace::deleted_only(&spec.id, error))
    }

    /// Makes room in the cluster, delivers the key and sends the object. If Azure refuses it, the key is taken back; if Azure
    /// has the key after all, an answer was lost, and the work goes on.
    async fn send(&self, call: &Call, session: &Session, spec: &Spec) -> Result<Begun, Error> {
        let base = self.make_room(call).await?;
        let mut body = object::wanted(base.clone(), spec, self.preflight.nodes.as_ref());
        body.tags = Some(session.tags.to_write(&spec.tags, base.tags.as_ref()));
        body.properties.gateway = base.properties.gateway;
        let key = self.key(call, spec).await?;
        if let Key::Fresh { pair, .. } = &key {
            body.properties.agent_public_key_certificate = Some(pair.public.clone());
        }
        self.lease.check()?;
        call.step("create the connected cluster in Azure");
        let rekeys = self.preflight.decision == Decision::Rekey;
        let operation = match replace::put(call, &session.azure, spec, &body, rekeys).await {
            Ok(operation) => operation,
            Err(error) => {
                let outcome = self.after_refusal(call, session, spec, &key).await;
                outcome.ok_or(error)?
            }
        };
        Ok(Begun {
            operation,
            body,
            key,
        })
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
                clear_cluster(call, &self.cluster, self.lease, tools, false).await?;
                Ok(ConnectedCluster::default())
            }
        }
    }

    /// The key to go on with, which is in the cluster then.
    async fn key(&self, call: &Call, spec: &Spec) -> Result<Key, Error> {
        if let (Decision::Resume, Some(held)) = (self.preflight.decision, &self.preflight.key) {
            return Ok(Key::Held(held.clone()));
        }
        self.lease.check()?;
        call.step("hand the private key to the agents");
        let (id, pem) = (spec.id.to_string(), &self.pair.private);
        let judged = self.judged_key();
        let delivered = self.cluster.deliver_private_key(call, pem, &id, judged);
        Ok(Key::Fresh {
            pair: self.pair.clone(),
            delivered: delivered.await?,
        })
    }

    /// The key that the decision was made on, unless it was cleared away.
    const fn judged_key(&self) -> Option<&AgentKey> {
        match self.preflight.decision {
            Decision::CleanAndCreate | Decision::DeleteAndCreate => None,
            Decision::Create | Decision::Resume | Decision::Rekey => self.preflight.key.as_ref(),
        }
    }

    /// What Azure does with the key although it did not say that it took it. A key that it does not know is taken back.
    async fn after_refusal(
        &self,
        call: &Call,
        session: &Session,
        spec: &Spec,
        key: &Key,
    ) -> Option<Operation<ConnectedCluster>> {
        let Key::Fresh { pair, delivered } = key else {
            return None;
        };
        let call = call.afterwards();
        let clusters = session.azure.connected_clusters();
        let found = clusters.follow(&call, &spec.id).await.ok()?;
        let known = found.as_ref().and_then(Operation::initial);
        let known =
            known.and_then(|object| object.properties.agent_public_key_certificate.as_ref());
        if known == Some(&pair.public) {
            return found;
        }
        let withdrawn = self.cluster.withdraw_private_key(&call, delivered);
        if let Err(error) = withdrawn.await {
            tracing::warn!(%error, "the agents' key could not be taken back");
        }
        None
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
        let private_key = key.pem();
        // Azure may have taken its time, and the cluster another owner meanwhile.
        self.lease.check()?;
        self.cluster.require_private_key(call, private_key).await?;
        let installed = observe::installed(call, &self.cluster).await?;
        let install = Install {
            session,
            cluster: &self.cluster,
            spec,
            object,
            private_key,
            installed: installed.as_ref(),
            provisions: &self.provisions,
            lease: self.lease,
        };
        Box::pin(install.run(call)).await?;
        if spec.wait_for_connected {
            wait::until_connected(call, session, &self.cluster, spec).await?;
        }
        self.lease.check()?;
        self.cluster.confirm_private_key(call, private_key).await?;
        observe::complete(call, session, &self.cluster, spec).await
    }
}
