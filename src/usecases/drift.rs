//! What differs between an object as it was applied and as a look shows it.
//!
//! A difference has a sentence, which is for people, and a cure, which is what decisions are made by. No decision is
//! read out of a sentence: its wording may change at any time.

use serde::{Deserialize, Serialize};

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Drift {
    /// Where it was seen.
    pub plane: Plane,
    /// What cures it.
    pub cure: Cure,
    /// What differs, as one sentence that begins with the object.
    pub text: String,
}

/// Where a difference was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Plane {
    /// In what Azure says.
    Azure,
    /// In the cluster.
    Cluster,
}

/// What cures a difference.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cure {
    /// Writing the object in Azure.
    Write,
    /// Running Helm with the chart and values that are wanted.
    Reinstall,
    /// A new key pair, in the cluster and in Azure, then Helm.
    NewKey,
    /// New pods for the agents that talk to Azure.
    Restart,
    /// Waiting for the agents.
    Wait,
    /// Making, correcting or deleting a role binding, which leaves the token alone.
    Bind,
    /// A new token in the place of the one before.
    NewToken,
    /// A new object in the place of this one.
    Replace(Replacement),
}

/// Why only a new object helps.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Replacement {
    /// The agents' certificate ran out; Azure does not take the object back.
    Expired,
    /// The agents hold a key that is not the object's.
    ForeignKey,
    /// Azure has no such object any more, and its agents are still in the cluster.
    GoneInAzure,
    /// The connection leads to another cluster than the one that the object was made for.
    OtherCluster {
        /// UID of the namespace `kube-system` of the cluster behind the connection.
        found: String,
    },
}

impl Drift {
    /// A difference that Azure shows.
    pub fn azure(cure: Cure, text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            plane: Plane::Azure,
            cure,
            text,
        }
    }

    /// A difference that the cluster shows.
    pub fn cluster(cure: Cure, text: impl Into<String>) -> Self {
        Self {
            plane: Plane::Cluster,
            ..Self::azure(cure, text)
        }
    }

    /// Why only a new object helps, if that is so.
    #[must_use]
    pub const fn replacement(&self) -> Option<&Replacement> {
        match &self.cure {
            Cure::Replace(why) => Some(why),
            _ => None,
        }
    }
}
