//! How the objects that we make for a service account are told from everybody else's.
//!
//! A label says who manages an object, as `app.kubernetes.io/managed-by` always does; annotations say for which
//! connected cluster and which service account. Only objects that bear all of it are changed or removed.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::json;

use super::account::Account;
use crate::cluster::keys::{CONNECTED_CLUSTER, SERVICE_ACCOUNT};

/// The label that says who manages an object.
const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// Its value on objects of ours.
const US: &str = "terraform-provider-arc";

/// The marks of the objects that belong to one service account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marks {
    connected_cluster: String,
    service_account: String,
}

impl Marks {
    /// The marks for a service account of the connected cluster with this ARM id.
    #[must_use]
    pub fn new(connected_cluster: &str, account: &Account) -> Self {
        Self {
            connected_cluster: connected_cluster.to_ascii_lowercase(),
            service_account: account.to_string(),
        }
    }

    /// The selector that finds everything of ours.
    pub(super) fn selector() -> String {
        format!("{MANAGED_BY}={US}")
    }

    /// Metadata of a new object.
    pub(super) fn metadata(&self, name: &str) -> ObjectMeta {
        ObjectMeta {
            name: Some(name.to_owned()),
            labels: Some([(MANAGED_BY.to_owned(), US.to_owned())].into()),
            annotations: Some(self.annotations()),
            ..ObjectMeta::default()
        }
    }

    /// A patch that marks an object which exists.
    pub(super) fn patch(&self) -> serde_json::Value {
        json!({"metadata": {"labels": {MANAGED_BY: US}, "annotations": self.annotations()}})
    }

    /// Whether an object bears these marks.
    pub(super) fn are_on(&self, metadata: &ObjectMeta) -> bool {
        let labelled = metadata
            .labels
            .as_ref()
            .and_then(|labels| labels.get(MANAGED_BY))
            .is_some_and(|manager| manager == US);
        let none = BTreeMap::new();
        let annotations = metadata.annotations.as_ref().unwrap_or(&none);
        labelled
            && self
                .annotations()
                .iter()
                .all(|(key, value)| annotations.get(key) == Some(value))
    }

    fn annotations(&self) -> BTreeMap<String, String> {
        [
            (CONNECTED_CLUSTER.to_owned(), self.connected_cluster.clone()),
            (SERVICE_ACCOUNT.to_owned(), self.service_account.clone()),
        ]
        .into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_objects_of_the_same_account_and_connected_cluster_are_ours() {
        let account = |name: &str| Account::new("default", name);
        let marks = Marks::new("/subscriptions/S/prod", &account("azure-user"));
        let made = marks.metadata("azure-user-binding");
        assert!(Marks::new("/SUBSCRIPTIONS/s/prod", &account("azure-user")).are_on(&made));
        assert!(!Marks::new("/subscriptions/s/prod", &account("other")).are_on(&made));
        assert!(!Marks::new("/subscriptions/s/test", &account("azure-user")).are_on(&made));
        let unlabelled = ObjectMeta {
            labels: None,
            ..made
        };
        assert!(!marks.are_on(&unlabelled));
        assert!(!marks.are_on(&ObjectMeta::default()));
    }
}
