//! What a read tells the next plan beside the state: findings that decide about a replacement or an error and are no values
//! of any attribute. It travels in the private bytes of the object and holds no secrets.

use serde::{Deserialize, Serialize};

/// The findings.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default)]
pub(super) struct Memory {
    /// Why only a new object helps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replace: Option<Replace>,
    /// UID of the cluster that the connection leads to, where it is not the one that the object was made for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_cluster: Option<String>,
}

/// Why only a new object helps.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Replace {
    /// The agents' certificate ran out.
    Expired,
    /// The agents hold a key that is not the object's.
    ForeignKey,
    /// Azure has no such object any more, and its agents are still in the cluster.
    GoneInAzure,
    /// The connection leads to another cluster.
    OtherCluster,
}

impl Memory {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Bytes of another version of this program say nothing.
    pub(super) fn from_bytes(bytes: &[u8]) -> Self {
        serde_json::from_slice(bytes).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_survive_the_way_and_strange_bytes_say_nothing() {
        let memory = Memory {
            replace: Some(Replace::ForeignKey),
            other_cluster: Some("uid".to_owned()),
        };
        assert_eq!(Memory::from_bytes(&memory.to_bytes()), memory);
        assert_eq!(Memory::default().to_bytes(), b"{}");
        for strange in [&b""[..], b"[]", br#"{"replace":"boredom"}"#] {
            assert_eq!(Memory::from_bytes(strange), Memory::default());
        }
    }
}
