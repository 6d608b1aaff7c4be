//! Which cluster is behind a connection, and whether it may be touched in the name of a connected cluster.
//!
//! A connection that leads to the wrong cluster must never change anything there. Two facts tell clusters apart: the UID
//! of the namespace `kube-system`, which lives as long as the cluster does, and the config map of the Arc agents, which
//! names their connected cluster. A use case that touches a cluster in the name of a connected one asks here, with what it
//! expects; creating a connected cluster, which may find any, has a table of its own (`decision`).

mod parent;

use crate::arm::ResourceId;
use crate::call::Call;
use crate::cluster::{ArcConfig, Cluster, Connection};

use super::error::PlaneError;
use super::session::Session;

pub use self::parent::{ParentError, parent_of};
pub(super) use self::parent::{dead, require_connected};

/// What the cluster behind a connection has to be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected<'a> {
    /// The connected cluster whose agents it holds.
    pub connected_cluster: &'a ResourceId,
    /// UID of its namespace `kube-system`; `None` while that is not known.
    pub uid: Option<&'a str>,
    /// Whether a cluster without agents will do.
    pub without_agents: bool,
}

/// A cluster that is the expected one.
pub(super) struct Target {
    /// The cluster.
    pub cluster: Cluster,
    /// What its agents were installed with; `None` without agents.
    pub agents: Option<ArcConfig>,
}

impl<'a> Expected<'a> {
    /// The cluster with the agents of a connected cluster: what has to be so before anything is changed on it.
    pub(super) const fn agents_of(connected_cluster: &'a ResourceId) -> Self {
        Self {
            connected_cluster,
            uid: None,
            without_agents: false,
        }
    }

    /// The cluster of a connected cluster, whose agents may be gone: enough for a look, and for a removal.
    pub(super) const fn at_most_agents_of(connected_cluster: &'a ResourceId) -> Self {
        Self {
            without_agents: true,
            ..Self::agents_of(connected_cluster)
        }
    }

    /// Connects, and checks the cluster behind the connection, or behind the session's default.
    ///
    /// # Errors
    ///
    /// [`PlaneError::OtherCluster`], [`PlaneError::OtherAgents`], and what a connection can meet.
    pub(super) async fn reach(
        self,
        call: &Call,
        session: &Session,
        connection: Option<&Connection>,
    ) -> Result<Target, PlaneError> {
        let cluster = session.cluster(call, connection).await?;
        let agents = self.check(call, &cluster).await?;
        Ok(Target { cluster, agents })
    }

    /// Checks a cluster; answers what its agents were installed with.
    ///
    /// # Errors
    ///
    /// [`PlaneError::OtherCluster`], [`PlaneError::OtherAgents`], and those of the conversation.
    pub(super) async fn check(
        self,
        call: &Call,
        cluster: &Cluster,
    ) -> Result<Option<ArcConfig>, PlaneError> {
        if self.uid.is_some() {
            same_cluster(self.uid, &cluster.uid(call).await?)?;
        }
        let agents = cluster.arc_config(call).await?;
        self.check_agents(agents.as_ref())?;
        Ok(agents)
    }

    /// Checks whose agents a cluster holds.
    ///
    /// # Errors
    ///
    /// [`PlaneError::OtherAgents`].
    pub(super) fn check_agents(self, agents: Option<&ArcConfig>) -> Result<(), PlaneError> {
        let owner = agents.and_then(owner);
        let fits = match agents {
            None => self.without_agents,
            Some(_) => owner.as_ref() == Some(self.connected_cluster),
        };
        if fits {
            return Ok(());
        }
        Err(PlaneError::OtherAgents {
            owner,
            wanted: self.connected_cluster.clone(),
        })
    }
}

/// Checks that a cluster is the one of before. A cluster that was never seen before may be any.
///
/// # Errors
///
/// [`PlaneError::OtherCluster`].
pub(super) fn same_cluster(expected: Option<&str>, found: &str) -> Result<(), PlaneError> {
    match expected {
        Some(expected) if expected != found => Err(PlaneError::OtherCluster {
            expected: expected.to_owned(),
            found: found.to_owned(),
        }),
        _ => Ok(()),
    }
}

/// The connected cluster that the agents in a cluster say they belong to; `None` where what they say is no id. A user who
/// may write in their namespace chooses these words, and requests to Azure are made of them.
pub(super) fn owner(agents: &ArcConfig) -> Option<ResourceId> {
    let said = ResourceId::connected_cluster(
        &agents.subscription_id,
        &agents.resource_group,
        &agents.name,
    );
    ResourceId::parse(&said.to_string())
        .ok()
        .filter(ResourceId::is_connected_cluster)
        .filter(|id| id.extends().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> ResourceId {
        ResourceId::connected_cluster("00000000-0000-0000-0000-000000000001", "rg", name)
    }

    fn agents(name: &str) -> ArcConfig {
        ArcConfig {
            subscription_id: "00000000-0000-0000-0000-000000000001".to_owned(),
            resource_group: "RG".to_owned(),
            name: name.to_owned(),
            ..ArcConfig::default()
        }
    }

    #[test]
    fn what_agents_say_of_their_owner_is_an_id_or_nothing() {
        assert_eq!(owner(&agents("mine")), Some(id("mine")));
        for name in [
            "",
            "..",
            ".",
            "a/b",
            "a/providers/X/y/z",
            "a%2f",
            "a?b",
            "a#b",
            "a\u{1b}",
        ] {
            assert_eq!(owner(&agents(name)), None, "{name:?}");
            let group = ArcConfig {
                resource_group: name.to_owned(),
                ..agents("mine")
            };
            assert_eq!(owner(&group), None, "{name:?}");
        }
        let nowhere = ArcConfig {
            subscription_id: "s/../..".to_owned(),
            ..agents("mine")
        };
        assert_eq!(owner(&nowhere), None);
    }

    #[test]
    fn only_the_agents_of_the_connected_cluster_will_do_or_none_where_none_are_needed() {
        let mine = id("mine");
        let strict = Expected::agents_of(&mine);
        let lenient = Expected::at_most_agents_of(&mine);
        for expected in [strict, lenient] {
            assert!(expected.check_agents(Some(&agents("MINE"))).is_ok());
            let wrong = expected.check_agents(Some(&agents("theirs")));
            assert!(
                matches!(wrong, Err(PlaneError::OtherAgents { owner: Some(owner), .. }) if owner == id("theirs"))
            );
        }
        assert!(lenient.check_agents(None).is_ok());
        assert!(matches!(
            strict.check_agents(None),
            Err(PlaneError::OtherAgents { owner: None, .. })
        ));
    }

    #[test]
    fn a_cluster_is_known_by_its_uid_once_it_was_seen() {
        assert!(same_cluster(None, "b").is_ok());
        assert!(same_cluster(Some("b"), "b").is_ok());
        assert!(matches!(
            same_cluster(Some("a"), "b"),
            Err(PlaneError::OtherCluster { .. })
        ));
    }
}
