//! Changing and repairing a connected cluster in place: what differs is written, the rest is left alone.

use crate::arm::{ConnectedCluster, ResourceId, refuses_another_key};
use crate::call::Call;
use crate::cluster::{AgentKey, Cluster, Work, WorkLease};

use super::agents::Install;
use super::drift;
use super::error::Error;
use super::key_pair;
use super::observe::{self, Inside, observe};
use super::preflight::is_alive;
use super::provisions::Provisions;
use super::spec::Spec;
use super::{wait, write};
use crate::usecases::drift::{Cure, Drift};
use crate::usecases::error::PlaneError;
use crate::usecases::session::Session;
use crate::usecases::target::{Expected, same_cluster};

/// The agents that talk to Azure. New pods of them try at once what the old ones try rarely.
const TALKERS: [&str; 2] = ["clusteridentityoperator", "config-agent"];

/// What is known of the connected cluster from the time when it was last applied.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// UID of the cluster that it was made for; `None` when it was never seen.
    pub cluster_uid: Option<&'a str>,
    /// Whether the wanted settings of the agents are others than before.
    pub agents_change: bool,
}

/// Brings both planes to what is wanted: the object in Azure where it differs, then the agents where they are to change or
/// where anything is amiss, then the first contact.
///
/// A cluster that cannot be reached is no obstacle as long as nothing in it has to change; why it could not be looked at is
/// then part of the answer.
///
/// # Errors
///
/// [`PlaneError::OtherCluster`], [`Error::BoundElsewhere`] or [`Error::MustReplace`] before anything is touched; otherwise
/// Azure's, the cluster's, and all that an install can meet.
pub async fn change(
    call: &Call,
    session: &Session,
    spec: &Spec,
    asked: Change<'_>,
) -> Result<(ConnectedCluster, Result<Inside, Error>), Error> {
    let connection = spec.connection.as_ref();
    let seen = Box::pin(observe(call, session, &spec.id, connection)).await?;
    let object = *seen.object.ok_or_else(|| vanished(&spec.id))?;
    let inside = match seen.inside {
        Ok(inside) => inside,
        Err(error) if asked.agents_change => return Err(error),
        Err(error) => {
            let target = write::target(session, spec, object.clone());
            let written = write::bring_up_to_date(call, session, spec, object, target);
            return Ok((Box::pin(written).await?, Err(error)));
        }
    };
    let cluster = session.cluster(call, connection).await?;
    let changed = if touches_cluster(spec, &object, &inside, asked) {
        Box::pin(change_inside(call, session, spec, asked, &cluster)).await
    } else {
        let task = Task {
            session,
            spec,
            cluster: &cluster,
            lease: &WorkLease::unneeded(),
            inside,
        };
        Box::pin(task.run(call, object, asked)).await
    };
    changed.map(|(object, inside)| (object, Ok(inside)))
}

/// Whether anything is to be written into the cluster.
fn touches_cluster(
    spec: &Spec,
    object: &ConnectedCluster,
    inside: &Inside,
    asked: Change<'_>,
) -> bool {
    let drift = drift::drift(spec, object, Some(inside), jiff::Timestamp::now());
    let cured_inside = |one: &Drift| !matches!(one.cure, Cure::Write | Cure::Wait);
    asked.agents_change || inside.unfinished.is_some() || drift.iter().any(cured_inside)
}

/// A change by the only run at work in the cluster. It looks again: another one may have been at work before.
async fn change_inside(
    call: &Call,
    session: &Session,
    spec: &Spec,
    asked: Change<'_>,
    cluster: &Cluster,
) -> Result<(ConnectedCluster, Inside), Error> {
    let id = spec.id.to_string();
    let lease = cluster.hold(call, Work::Agents(&id)).await?;
    let changed = Box::pin(async {
        let seen = observe(call, session, &spec.id, spec.connection.as_ref());
        let seen = Box::pin(seen).await?;
        let object = *seen.object.ok_or_else(|| vanished(&spec.id))?;
        let task = Task {
            session,
            spec,
            cluster,
            lease: &lease,
            inside: seen.inside?,
        };
        Box::pin(task.run(call, object, asked)).await
    })
    .await;
    lease.release(call).await;
    changed
}

fn vanished(id: &ResourceId) -> Error {
    Error::VanishedMeanwhile { id: id.clone() }
}

/// A change of a cluster that was looked at.
struct Task<'a> {
    session: &'a Session,
    spec: &'a Spec,
    cluster: &'a Cluster,
    lease: &'a WorkLease,
    inside: Inside,
}

impl Task<'_> {
    async fn run(
        &self,
        call: &Call,
        object: ConnectedCluster,
        asked: Change<'_>,
    ) -> Result<(ConnectedCluster, Inside), Error> {
        same_cluster(asked.cluster_uid, &self.inside.cluster_uid)?;
        self.check_owner(call).await?;
        let now = jiff::Timestamp::now();
        let drift = drift::drift(self.spec, &object, Some(&self.inside), now);
        let cures = |cure| drift.iter().any(|one| one.cure == cure);
        let install = asked.agents_change || cures(Cure::Reinstall) || cures(Cure::NewKey);
        let provisions = if install {
            Some(self.provisions(call, &object).await?)
        } else {
            None
        };
        let key = self.key(call, &drift).await?;
        let written = self.write(call, object, &key, asked.agents_change);
        let object = Box::pin(written).await?;
        if let Some(provisions) = &provisions {
            self.install(call, &object, key.pem(), provisions).await?;
        }
        if cures(Cure::Restart) {
            self.lease.check()?;
            self.restart(call).await?;
        }
        if self.spec.wait_for_connected && !drift.is_empty() {
            wait::until_connected(call, self.session, self.cluster, self.spec).await?;
        }
        if key.is_fresh() || self.inside.unfinished.is_some() {
            self.lease.check()?;
            self.cluster.confirm_private_key(call, key.pem()).await?;
        }
        observe::complete(call, self.session, self.cluster, self.spec).await
    }

    /// Agents that serve another connected cluster, one that exists, are not taken away from it.
    async fn check_owner(&self, call: &Call) -> Result<(), Error> {
        let expected = Expected::at_most_agents_of(&self.spec.id);
        match expected.check_agents(self.inside.config.as_ref()) {
            Err(PlaneError::OtherAgents {
                owner: Some(owner), ..
            }) if !is_alive(call, self.session, &owner).await? => Ok(()),
            judged => Ok(judged?),
        }
    }

    /// The key to go on with.
    async fn key(&self, call: &Call, drift: &[Drift]) -> Result<Key, Error> {
        let beyond_repair = |one: &&Drift| matches!(one.cure, Cure::Replace(_));
        if let Some(drift) = drift.iter().find(beyond_repair) {
            return Err(Error::MustReplace {
                id: self.spec.id.clone(),
                why: drift.text.clone(),
            });
        }
        let lost = drift.iter().any(|one| one.cure == Cure::NewKey);
        match self.cluster.private_key(call).await? {
            Some(held) if !lost => Ok(Key::Held(held)),
            judged => {
                call.step("make a new key pair");
                let pair = key_pair::generate().await?;
                Ok(Key::Fresh { pair, judged })
            }
        }
    }

    /// A new key is in the cluster before Azure hears of it, with the note whom it is for: where this breaks off, the next
    /// run sees a repair that was not completed, and not a stranger's key. Once Azure has refused it, the note goes.
    async fn write(
        &self,
        call: &Call,
        object: ConnectedCluster,
        key: &Key,
        agents_change: bool,
    ) -> Result<ConnectedCluster, Error> {
        let mut target = write::target(self.session, self.spec, object.clone());
        if let Key::Fresh { pair, judged } = key {
            self.lease.check()?;
            call.step("hand the private key to the agents");
            let id = self.spec.id.to_string();
            self.cluster
                .deliver_private_key(call, &pair.private, &id, judged.as_ref())
                .await?;
            target.properties.agent_public_key_certificate = Some(pair.public.clone());
        }
        let written = write::bring_up_to_date(call, self.session, self.spec, object, target).await;
        let object = match written {
            Err(Error::Plane(PlaneError::Azure(refused)))
                if key.is_fresh() && refuses_another_key(&refused) =>
            {
                self.cluster.confirm_private_key(call, key.pem()).await?;
                return Err(Error::MustReplace {
                    id: self.spec.id.clone(),
                    why: format!("the agents' key is lost, and Azure takes no other: {refused}"),
                });
            }
            written => written?,
        };
        if agents_change {
            return write::associate_gateway(call, self.session, self.spec, object).await;
        }
        Ok(object)
    }

    async fn provisions(
        &self,
        call: &Call,
        object: &ConnectedCluster,
    ) -> Result<Provisions, Error> {
        let location = object.location.as_deref().unwrap_or_default();
        let installed = self.inside.release.as_ref();
        let agent = &self.spec.agent;
        Box::pin(Provisions::fetch(
            call,
            self.session,
            self.cluster,
            location,
            agent,
            installed,
        ))
        .await
    }

    async fn install(
        &self,
        call: &Call,
        object: &ConnectedCluster,
        private_key: &secrecy::SecretString,
        provisions: &Provisions,
    ) -> Result<(), Error> {
        self.lease.check()?;
        self.remove_unready(call).await?;
        let install = Install {
            session: self.session,
            cluster: self.cluster,
            spec: self.spec,
            object,
            private_key,
            installed: self.inside.release.as_ref(),
            provisions,
            lease: self.lease,
        };
        Box::pin(install.run(call)).await
    }

    /// Deletes the deployments that are not ready, so that Helm makes them anew: an upgrade leaves alone what others added
    /// to them, which may be what keeps them from getting ready.
    async fn remove_unready(&self, call: &Call) -> Result<(), Error> {
        let known = self
            .inside
            .release
            .iter()
            .flat_map(|record| record.deployments.keys());
        for name in known {
            let workload = self.inside.agents.workloads.get(name);
            if workload.is_some_and(|found| found.ready < found.desired) {
                self.cluster.delete_agent(call, name).await?;
            }
        }
        Ok(())
    }

    async fn restart(&self, call: &Call) -> Result<(), Error> {
        call.step("restart the agents that talk to Azure");
        for name in TALKERS {
            self.cluster.restart_agent(call, name).await?;
        }
        Ok(())
    }
}

/// The agents' key.
enum Key {
    /// The one that is there.
    Held(AgentKey),
    /// A new one, in the place of one that is of no use.
    Fresh {
        pair: key_pair::KeyPair,
        judged: Option<AgentKey>,
    },
}

impl Key {
    const fn is_fresh(&self) -> bool {
        matches!(self, Self::Fresh { .. })
    }

    const fn pem(&self) -> &secrecy::SecretString {
        match self {
            Self::Held(key) => &key.pem,
            Self::Fresh { pair, .. } => &pair.private,
        }
    }
}

#[cfg(test)]
mod tests;
