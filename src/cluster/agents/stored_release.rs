//! The Secret in which Helm keeps the agents' release.

use std::collections::BTreeMap;
use std::fmt;

use k8s_openapi::api::core::v1::Secret;
use kube::api::{DeleteParams, ListParams};
use kube::{Api, ResourceExt};

use crate::call::Call;
use crate::cluster::request::forgive_absence;
use crate::cluster::{Cluster, Error};

/// The newest record of the agents' release, as it lies in the cluster.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredRelease {
    /// Namespace of the record, normally `azure-arc-release`; very old onboardings used `default`.
    pub namespace: String,
    /// Helm's revision number.
    pub revision: u64,
    /// The record in Helm's own encoding.
    pub payload: Vec<u8>,
    /// Labels of the Secret: Helm's own, and those that whoever ran Helm gave it.
    pub labels: BTreeMap<String, String>,
}

/// The record holds the values of the release, so its payload is not shown.
impl fmt::Debug for StoredRelease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredRelease")
            .field("namespace", &self.namespace)
            .field("revision", &self.revision)
            .field("labels", &self.labels)
            .finish_non_exhaustive()
    }
}

impl Cluster {
    /// Finds the newest record of the agents' release in any namespace; `None` when there is no release.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn agent_release(&self, call: &Call) -> Result<Option<StoredRelease>, Error> {
        let secrets: Api<Secret> = Api::all(self.client());
        let records = ListParams::default().labels("owner=helm,name=azure-arc");
        let found = self
            .read(call, "list the agents' Helm release records", || {
                secrets.list(&records)
            })
            .await?;
        Ok(found
            .items
            .into_iter()
            .filter_map(stored)
            .max_by_key(|record| record.revision))
    }
}

impl Cluster {
    /// Removes one record: Helm then takes the revision before for the newest.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn delete_release_record(
        &self,
        call: &Call,
        record: &StoredRelease,
    ) -> Result<(), Error> {
        let secrets: Api<Secret> = Api::namespaced(self.client(), &record.namespace);
        let name = format!("sh.helm.release.v1.azure-arc.v{}", record.revision);
        let action = format!("delete Secret {}/{name}", record.namespace);
        let params = DeleteParams::default();
        let deleted = self.write(call, &action, || secrets.delete(&name, &params));
        forgive_absence(deleted.await)
    }
}

fn stored(secret: Secret) -> Option<StoredRelease> {
    let namespace = secret.namespace()?;
    let revision = secret.labels().get("version")?.parse().ok()?;
    let labels = secret.labels().clone();
    let mut data: BTreeMap<_, _> = secret.data?;
    let payload = data.remove("release")?.0;
    Some(StoredRelease {
        namespace,
        revision,
        payload,
        labels,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(version: &str) -> Secret {
        serde_json::from_value(serde_json::json!({
            "metadata": {"name": "sh.helm.release.v1.azure-arc.v1", "namespace": "azure-arc-release", "labels": {"version": version}},
            "data": {"release": "cGF5bG9hZA=="},
        }))
        .expect("a secret")
    }

    #[test]
    fn revisions_are_numbers_and_not_text() {
        let newest = ["9", "10", "x"]
            .into_iter()
            .map(secret)
            .filter_map(stored)
            .max_by_key(|record| record.revision);
        let newest = newest.expect("two of them are records");
        assert_eq!(
            (newest.revision, newest.payload.as_slice()),
            (10, &b"payload"[..])
        );
    }
}
