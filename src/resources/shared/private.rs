//! What a look or an apply tells the next step beside the state.
//!
//! It travels in the private bytes, which Terraform keeps beside the object and hands to every later call: the drift that
//! the last look found, with its cures, and what an extension looked like when it was in order. It holds no secrets.

use serde::{Deserialize, Serialize};

use crate::usecases::extension::Baseline;
use crate::usecases::{Cure, Drift, Plane, Replacement};

/// The record, one form for all types.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default)]
pub struct Private {
    /// What differed at the last look; empty after an apply.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub drift: Vec<Drift>,
    /// The workloads of an extension that was in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Baseline>,
}

impl Private {
    /// Writes the record.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads the record. Bytes of another version of this program, and none at all, are an empty one.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        serde_json::from_slice(bytes).unwrap_or_default()
    }

    /// Whether anything that differs has this cure.
    #[must_use]
    pub fn needs(&self, cure: &Cure) -> bool {
        self.drift.iter().any(|one| one.cure == *cure)
    }

    /// Why only a new object helps, if that is so.
    #[must_use]
    pub fn replacement(&self) -> Option<&Replacement> {
        self.drift.iter().find_map(Drift::replacement)
    }

    /// What was seen to differ on one plane.
    pub fn seen_on(&self, plane: Plane) -> impl Iterator<Item = &Drift> {
        self.drift.iter().filter(move |one| one.plane == plane)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_survives_the_way_and_strange_bytes_say_nothing() {
        let found = "uid".to_owned();
        let record = Private {
            drift: vec![
                Drift::cluster(
                    Cure::Replace(Replacement::OtherCluster { found }),
                    "cluster",
                ),
                Drift::azure(Cure::Write, "object"),
            ],
            baseline: Some(Baseline::default()),
        };
        assert_eq!(Private::from_bytes(&record.to_bytes()), record);
        assert_eq!(Private::default().to_bytes(), b"{}");
        for strange in [&b""[..], b"[]", br#"{"drift":[{"cure":"boredom"}]}"#] {
            assert_eq!(Private::from_bytes(strange), Private::default());
        }
    }

    #[test]
    fn a_decision_is_made_by_the_cure() {
        let record = Private {
            drift: vec![Drift::cluster(Cure::NewToken, "any words")],
            baseline: None,
        };
        assert!(record.needs(&Cure::NewToken) && !record.needs(&Cure::Bind));
        assert_eq!(record.replacement(), None);
        assert_eq!(record.seen_on(Plane::Cluster).count(), 1);
        assert_eq!(record.seen_on(Plane::Azure).count(), 0);
    }
}
