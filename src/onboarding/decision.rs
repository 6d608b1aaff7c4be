//! What to do with a cluster, given what both planes show. A table, kept apart from the doing so that it can be tested
//! row by row.

use crate::arm::{ConnectedCluster, ResourceId};

use super::error::Error;

/// What both planes show before anything is touched.
#[derive(Debug)]
pub(super) struct Findings<'a> {
    /// The id that the cluster shall have.
    pub wanted: &'a ResourceId,
    /// The object in Azure, if there is one.
    pub azure: Option<&'a ConnectedCluster>,
    /// The agents' release in the cluster.
    pub release: ReleaseFinding,
}

/// The agents' release, and whom it says it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ReleaseFinding {
    /// No release.
    None,
    /// A release whose config map is missing: an install that broke off early.
    Anonymous,
    /// A release of a connected cluster.
    Owned {
        /// The connected cluster.
        owner: ResourceId,
        /// Whether that connected cluster still exists in Azure.
        alive: bool,
    },
}

/// The way ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// Nothing is in the way.
    Create,
    /// Remove what an earlier attempt left in the cluster, then create.
    CleanAndCreate,
}

/// Decides. Never takes over what may belong to somebody else.
///
/// # Errors
///
/// [`Error::ExistsInAzure`], [`Error::AlreadyConnected`] or [`Error::BoundElsewhere`].
pub(super) fn decide(found: &Findings<'_>) -> Result<Decision, Error> {
    let exists = found.azure.filter(|object| !is_placeholder(object));
    match (&found.release, exists) {
        (ReleaseFinding::None, None) => Ok(Decision::Create),
        (ReleaseFinding::Owned { owner, alive: true }, _) if owner != found.wanted => {
            Err(Error::BoundElsewhere {
                owner: owner.clone(),
                wanted: found.wanted.clone(),
            })
        }
        (ReleaseFinding::Owned { owner, .. }, Some(_)) if owner == found.wanted => {
            Err(Error::AlreadyConnected {
                id: found.wanted.clone(),
            })
        }
        (_, Some(object)) => Err(Error::ExistsInAzure {
            id: found.wanted.clone(),
            connectivity: object.connectivity_status().unwrap_or("unknown").to_owned(),
        }),
        (ReleaseFinding::Anonymous | ReleaseFinding::Owned { .. }, None) => {
            Ok(Decision::CleanAndCreate)
        }
    }
}

/// `AgentNotInstalled` marks an inventory record that a PUT turns into a connected cluster.
fn is_placeholder(object: &ConnectedCluster) -> bool {
    object.connectivity_status() == Some("AgentNotInstalled")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> ResourceId {
        ResourceId::connected_cluster("00000000-0000-0000-0000-000000000001", "rg", name)
    }

    fn object(connectivity: &str) -> ConnectedCluster {
        serde_json::from_value(
            serde_json::json!({"properties": {"connectivityStatus": connectivity}}),
        )
        .expect("a connected cluster")
    }

    fn owned(name: &str, alive: bool) -> ReleaseFinding {
        ReleaseFinding::Owned {
            owner: id(name),
            alive,
        }
    }

    fn outcome(release: ReleaseFinding, connectivity: Option<&str>) -> String {
        let azure = connectivity.map(object);
        let wanted = id("mine");
        let found = Findings {
            wanted: &wanted,
            azure: azure.as_ref(),
            release,
        };
        match decide(&found) {
            Ok(decision) => format!("{decision:?}"),
            Err(Error::ExistsInAzure { .. }) => "exists".to_owned(),
            Err(Error::AlreadyConnected { .. }) => "already".to_owned(),
            Err(Error::BoundElsewhere { .. }) => "elsewhere".to_owned(),
            Err(other) => other.to_string(),
        }
    }

    #[test]
    fn every_row_of_the_matrix() {
        for (release, azure, expected) in [
            (ReleaseFinding::None, None, "Create"),
            (ReleaseFinding::None, Some("AgentNotInstalled"), "Create"),
            (ReleaseFinding::None, Some("Connecting"), "exists"),
            (ReleaseFinding::None, Some("Offline"), "exists"),
            (ReleaseFinding::Anonymous, None, "CleanAndCreate"),
            (ReleaseFinding::Anonymous, Some("Connected"), "exists"),
            (owned("mine", false), None, "CleanAndCreate"),
            (owned("mine", true), Some("Connected"), "already"),
            (owned("MINE", true), Some("Connected"), "already"),
            (owned("other", true), None, "elsewhere"),
            (owned("other", true), Some("Connected"), "elsewhere"),
            (owned("other", false), None, "CleanAndCreate"),
            (owned("other", false), Some("Connected"), "exists"),
        ] {
            let label = format!("{release:?} with {azure:?}");
            assert_eq!(outcome(release, azure), expected, "{label}");
        }
    }
}
