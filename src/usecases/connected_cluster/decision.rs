//! What to do with a cluster, given what both planes show. A table, kept apart from the doing so that it can be tested
//! row by row.

use crate::arm::{ConnectedCluster, ResourceId};

use super::error::Error;
use super::spec::Adopt;

/// What both planes show before anything is touched.
#[derive(Debug)]
pub(super) struct Findings<'a> {
    /// The id that the cluster shall have.
    pub wanted: &'a ResourceId,
    /// The object in Azure, if there is one.
    pub azure: Option<&'a ConnectedCluster>,
    /// The agents' release in the cluster.
    pub release: ReleaseFinding,
    /// The agents' key in the cluster.
    pub key: KeyFinding,
    /// What may be done to what is there already.
    pub adopt: Adopt,
}

/// The agents' release, and whom it says it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ReleaseFinding {
    /// No release.
    None,
    /// A release whose config map is missing or names no connected cluster: an install that broke off early.
    Anonymous,
    /// A release of a connected cluster.
    Owned {
        /// The connected cluster.
        owner: ResourceId,
        /// Whether that connected cluster still exists in Azure.
        alive: bool,
    },
}

/// The agents' key in the cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct KeyFinding {
    /// Its public half; `None` without a key.
    pub public: Option<String>,
    /// The connected cluster that was being made with it, if that was never completed.
    pub unfinished: Option<ResourceId>,
    /// Whether another one is still being made with it: it is in Azure, or its run may be at work.
    pub in_use: bool,
}

/// The way ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// Nothing is in the way.
    Create,
    /// Remove what an earlier attempt left in the cluster, then create.
    CleanAndCreate,
    /// Go on with an object that belongs to the key in the cluster: an own attempt that broke off, or a takeover.
    Resume,
    /// Take over an object whose agents are not here: it gets a new key.
    Rekey,
    /// Take over the name of an object that Azure does not take back: delete it and create.
    DeleteAndCreate,
}

/// Decides. Takes over what may belong to somebody else only where that is wished, and agents of another connected cluster
/// that exists never.
///
/// # Errors
///
/// [`Error::ExistsInAzure`], [`Error::AlreadyConnected`], [`Error::BoundElsewhere`], [`Error::BeingConnected`], [`Error::NotAgentBased`], or
/// [`Error::NotKept`] where only a deletion would help that was not announced.
pub(super) fn decide(found: &Findings<'_>) -> Result<Decision, Error> {
    if let ReleaseFinding::Owned { owner, alive: true } = &found.release
        && owner != found.wanted
    {
        return Err(Error::BoundElsewhere {
            owner: owner.clone(),
            wanted: found.wanted.clone(),
        });
    }
    if let (Some(owner), true) = (&found.key.unfinished, found.key.in_use) {
        return Err(Error::BeingConnected {
            owner: owner.clone(),
            wanted: found.wanted.clone(),
        });
    }
    match found.azure.filter(|object| !is_placeholder(object)) {
        None if found.release == ReleaseFinding::None => Ok(Decision::Create),
        None => Ok(Decision::CleanAndCreate),
        Some(object) => take_over(found, object),
    }
}

/// Refuses an object that Azure made itself, whose cluster has no agents of ours.
///
/// # Errors
///
/// [`Error::NotAgentBased`].
pub fn require_agents(id: &ResourceId, object: &ConnectedCluster) -> Result<(), Error> {
    match &object.kind {
        None => Ok(()),
        Some(kind) => Err(Error::NotAgentBased {
            id: id.clone(),
            kind: kind.clone(),
        }),
    }
}

/// What to do about an object that exists under the wanted name.
fn take_over(found: &Findings<'_>, object: &ConnectedCluster) -> Result<Decision, Error> {
    let id = || found.wanted.clone();
    require_agents(found.wanted, object)?;
    let known = object.properties.agent_public_key_certificate.as_ref();
    let has_its_key = known.is_some() && known == found.key.public.as_ref();
    let broken_off = has_its_key && found.key.unfinished.as_ref() == Some(found.wanted);
    let expired = object.connectivity_status() == Some("Expired");
    let connected =
        matches!(&found.release, ReleaseFinding::Owned { owner, .. } if owner == found.wanted);
    match found.adopt {
        _ if broken_off => Ok(Decision::Resume),
        Adopt::Never if connected => Err(Error::AlreadyConnected { id: id() }),
        Adopt::Never => Err(Error::ExistsInAzure {
            id: id(),
            connectivity: object.connectivity_status().unwrap_or("unknown").to_owned(),
        }),
        Adopt::Replacing if expired => Ok(Decision::DeleteAndCreate),
        Adopt::Keeping if expired => Err(Error::NotKept {
            id: id(),
            why: "it is Expired, and Azure does not take it back".to_owned(),
        }),
        _ if has_its_key => Ok(Decision::Resume),
        _ => Ok(Decision::Rekey),
    }
}

/// `AgentNotInstalled` marks an inventory record that a PUT turns into a connected cluster.
fn is_placeholder(object: &ConnectedCluster) -> bool {
    object.connectivity_status() == Some("AgentNotInstalled")
}

#[cfg(test)]
mod tests {
    use super::super::testing::id;
    use super::*;

    fn object(connectivity: &str) -> ConnectedCluster {
        let kind = connectivity.strip_prefix("kind ");
        serde_json::from_value(serde_json::json!({"kind": kind, "properties": {
            "connectivityStatus": connectivity, "agentPublicKeyCertificate": "KEY"}}))
        .expect("a connected cluster")
    }

    fn owned(name: &str, alive: bool) -> ReleaseFinding {
        ReleaseFinding::Owned {
            owner: id(name),
            alive,
        }
    }

    fn no_key() -> KeyFinding {
        KeyFinding::default()
    }

    fn key(public: &str, unfinished: Option<&str>) -> KeyFinding {
        KeyFinding {
            public: Some(public.to_owned()),
            unfinished: unfinished.map(id),
            in_use: false,
        }
    }

    fn outcome(
        release: &ReleaseFinding,
        key: &KeyFinding,
        connectivity: Option<&str>,
        adopt: Adopt,
    ) -> String {
        let azure = connectivity.map(object);
        let wanted = id("mine");
        let found = Findings {
            wanted: &wanted,
            azure: azure.as_ref(),
            release: release.clone(),
            key: key.clone(),
            adopt,
        };
        match decide(&found) {
            Ok(decision) => format!("{decision:?}"),
            Err(Error::ExistsInAzure { .. }) => "exists".to_owned(),
            Err(Error::AlreadyConnected { .. }) => "already".to_owned(),
            Err(Error::BoundElsewhere { .. }) => "elsewhere".to_owned(),
            Err(Error::NotAgentBased { .. }) => "other kind".to_owned(),
            Err(Error::NotKept { .. }) => "not kept".to_owned(),
            Err(Error::BeingConnected { .. }) => "in use".to_owned(),
            Err(other) => other.to_string(),
        }
    }

    /// Key and object as found, then what is decided without and with permission to take over.
    type Row = (KeyFinding, Option<&'static str>, &'static str, &'static str);

    #[track_caller]
    fn rows<const N: usize>(release: &ReleaseFinding, rows: [Row; N]) {
        for (key, azure, plain, adopting) in rows {
            let label = format!("{release:?}, {key:?}, {azure:?}");
            let decided = |adopt| outcome(release, &key, azure, adopt);
            assert_eq!(decided(Adopt::Never), plain, "{label}");
            assert_eq!(decided(Adopt::Replacing), adopting, "{label}, adopting");
            let keeping = match adopting {
                "DeleteAndCreate" => "not kept",
                other => other,
            };
            assert_eq!(decided(Adopt::Keeping), keeping, "{label}, keeping");
        }
    }

    fn ours() -> KeyFinding {
        key("KEY", None)
    }

    fn foreign() -> KeyFinding {
        key("OTHER", None)
    }

    #[test]
    fn without_agents_only_an_object_can_be_in_the_way() {
        let other_kind = "other kind";
        rows(
            &ReleaseFinding::None,
            [
                (no_key(), None, "Create", "Create"),
                (no_key(), Some("AgentNotInstalled"), "Create", "Create"),
                (no_key(), Some("Connecting"), "exists", "Rekey"),
                (no_key(), Some("Offline"), "exists", "Rekey"),
                (no_key(), Some("Expired"), "exists", "DeleteAndCreate"),
                (
                    no_key(),
                    Some("kind ProvisionedCluster"),
                    other_kind,
                    other_kind,
                ),
                (foreign(), Some("Offline"), "exists", "Rekey"),
            ],
        );
    }

    #[test]
    fn agents_that_serve_nobody_are_cleared_away() {
        let clean = "CleanAndCreate";
        let anonymous = ReleaseFinding::Anonymous;
        rows(&anonymous, [(no_key(), None, clean, clean)]);
        rows(
            &anonymous,
            [(no_key(), Some("Connected"), "exists", "Rekey")],
        );
        rows(&owned("mine", false), [(ours(), None, clean, clean)]);
        rows(&owned("other", false), [(foreign(), None, clean, clean)]);
        let in_azure = (foreign(), Some("Connected"), "exists", "Rekey");
        rows(&owned("other", false), [in_azure]);
    }

    #[test]
    fn agents_that_serve_an_object_are_taken_over_only_with_it() {
        for spelled in ["mine", "MINE"] {
            rows(
                &owned(spelled, true),
                [
                    (ours(), Some("Connected"), "already", "Resume"),
                    (foreign(), Some("Connected"), "already", "Rekey"),
                    (ours(), Some("Expired"), "already", "DeleteAndCreate"),
                ],
            );
        }
        let elsewhere = "elsewhere";
        rows(
            &owned("other", true),
            [
                (ours(), None, elsewhere, elsewhere),
                (ours(), Some("Connected"), elsewhere, elsewhere),
            ],
        );
    }

    #[test]
    fn an_own_attempt_is_gone_on_with_wherever_it_broke_off() {
        let mine = || key("KEY", Some("mine"));
        for (release, azure, expected) in [
            (ReleaseFinding::None, None, "Create"),
            (ReleaseFinding::None, Some("Connecting"), "Resume"),
            (ReleaseFinding::Anonymous, Some("Connecting"), "Resume"),
            (owned("mine", true), Some("Connecting"), "Resume"),
            (owned("mine", true), Some("Connected"), "Resume"),
        ] {
            let label = format!("{release:?}, {azure:?}");
            assert_eq!(
                outcome(&release, &mine(), azure, Adopt::Never),
                expected,
                "{label}"
            );
        }
        let others = key("KEY", Some("other"));
        assert_eq!(
            outcome(
                &ReleaseFinding::None,
                &others,
                Some("Connecting"),
                Adopt::Never
            ),
            "exists"
        );
        let stale = key("OLD", Some("mine"));
        assert_eq!(
            outcome(
                &ReleaseFinding::None,
                &stale,
                Some("Connecting"),
                Adopt::Never
            ),
            "exists"
        );
    }

    #[test]
    fn the_key_of_an_object_that_is_still_being_made_is_never_replaced() {
        for in_use in [true, false] {
            let theirs = KeyFinding {
                in_use,
                ..key("OTHER", Some("other"))
            };
            let expected = if in_use { "in use" } else { "Create" };
            for adopt in [Adopt::Never, Adopt::Replacing] {
                let decided = outcome(&ReleaseFinding::None, &theirs, None, adopt);
                assert_eq!(decided, expected);
            }
        }
    }
}
