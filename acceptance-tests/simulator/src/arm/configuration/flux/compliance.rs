//! How far Flux is with a configuration.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::FluxConfiguration;
use crate::request::object;

/// `complianceState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compliance {
    Pending,
    Compliant,
    NonCompliant,
    Suspended,
}

/// What Flux says when it does not get its source.
pub(crate) const UNREACHABLE: &str =
    "failed to checkout and determine revision: authentication required";

impl Compliance {
    /// As Azure spells it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Compliant => "Compliant",
            Self::NonCompliant => "Non-Compliant",
            Self::Suspended => "Suspended",
        }
    }
}

impl FluxConfiguration {
    /// How far Flux is. It takes its time after a configuration came into the cluster.
    pub(super) fn compliance(&self, now: Timestamp, takes: SignedDuration) -> Compliance {
        match self.applied {
            _ if self.is_suspended() => Compliance::Suspended,
            Some(applied) if now >= applied + takes => {
                if self.unreachable {
                    Compliance::NonCompliant
                } else {
                    Compliance::Compliant
                }
            }
            _ => Compliance::Pending,
        }
    }

    /// The source's revision, as Flux writes it.
    pub(super) fn revision(&self) -> String {
        let (_, source) = self.source();
        let reference = object(source, "repositoryRef");
        let word = ["commit", "semver", "tag", "branch", "digest"]
            .iter()
            .find_map(|name| Some((*name, reference.get(*name)?.as_str()?)));
        match word {
            Some(("commit", commit)) => {
                let branch = reference.get("branch").and_then(Value::as_str);
                format!("{}@sha1:{commit}", branch.unwrap_or("main"))
            }
            Some((_, name)) => format!("{name}@sha1:{}", commit(source)),
            None => format!("latest@sha256:{}", commit(source)),
        }
    }

    /// What each object of Flux says of itself.
    pub(super) fn statuses(&self, compliance: Compliance, now: Timestamp) -> Vec<Value> {
        let (kind, _) = self.source();
        let source = (kind, self.name.clone());
        let kustomizations = object(&self.settings, "kustomizations").keys();
        let kustomizations =
            kustomizations.map(|name| ("Kustomization", format!("{}-{name}", self.name)));
        [source]
            .into_iter()
            .chain(kustomizations)
            .map(|(kind, name)| {
                json!({
                    "name": name,
                    "namespace": self.namespace(),
                    "kind": kind,
                    "complianceState": compliance.name(),
                    "appliedBy": null,
                    "statusConditions": self.conditions(compliance, now),
                    "helmReleaseProperties": null,
                })
            })
            .collect()
    }

    fn conditions(&self, compliance: Compliance, now: Timestamp) -> Value {
        let (status, reason, message) = match compliance {
            Compliance::Compliant => (
                "True",
                "Succeeded",
                format!("Applied revision: {}", self.revision()),
            ),
            Compliance::NonCompliant => ("False", "GitOperationFailed", UNREACHABLE.to_owned()),
            Compliance::Pending | Compliance::Suspended => return json!([]),
        };
        json!([{
            "lastTransitionTime": self.applied.unwrap_or(now),
            "message": message,
            "reason": reason,
            "status": status,
            "type": "Ready",
        }])
    }

    /// Kind and description of the source.
    pub(super) fn source(&self) -> (&str, &Map<String, Value>) {
        let kind = self.text("sourceKind", "GitRepository");
        let property = super::rules::source_of(kind).unwrap_or_default();
        (kind, object(&self.settings, property))
    }
}

/// The commit that everybody finds at a source.
fn commit(source: &Map<String, Value>) -> String {
    let reference = Value::from(object(source, "repositoryRef").clone());
    let digest = Sha256::digest(format!("{:?}{reference}", source.get("url")));
    format!("{digest:x}")[..40].to_owned()
}
