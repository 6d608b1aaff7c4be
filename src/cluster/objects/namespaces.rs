//! Whether a namespace is there.

use k8s_openapi::api::core::v1::Namespace;
use kube::Api;

use crate::call::Call;
use crate::cluster::{Cluster, Error};

/// Whether a namespace is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamespaceState {
    /// There is none.
    Missing,
    /// It is there.
    Active,
    /// It is going away: nothing can be made in it.
    Terminating,
}

impl Cluster {
    /// The state of a namespace.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn namespace_state(&self, call: &Call, name: &str) -> Result<NamespaceState, Error> {
        let namespaces: Api<Namespace> = Api::all(self.client());
        let action = format!("get namespace {name}");
        let found = self
            .read(call, &action, || namespaces.get_opt(name))
            .await?;
        Ok(match found {
            None => NamespaceState::Missing,
            Some(found) if found.metadata.deletion_timestamp.is_some() => {
                NamespaceState::Terminating
            }
            Some(_) => NamespaceState::Active,
        })
    }

    /// Whether a namespace exists and is not on its way out.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn has_namespace(&self, call: &Call, name: &str) -> Result<bool, Error> {
        let namespaces: Api<Namespace> = Api::all(self.client());
        let action = format!("get namespace {name}");
        let found = self
            .read(call, &action, || namespaces.get_opt(name))
            .await?;
        Ok(found.is_some_and(|namespace| namespace.metadata.deletion_timestamp.is_none()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cluster::testing::{call, cluster};

    #[tokio::test]
    async fn a_namespace_is_there_or_not_or_on_its_way_out() {
        let cluster = cluster(|request| match request {
            "GET /api/v1/namespaces/here" => (200, json!({"metadata": {"name": "here"}})),
            "GET /api/v1/namespaces/going" => (
                200,
                json!({"metadata": {"name": "going", "deletionTimestamp": "2026-01-01T00:00:00Z"}}),
            ),
            _ => (
                404,
                json!({"code": 404, "reason": "NotFound", "message": "no"}),
            ),
        });
        for (name, expected) in [
            ("here", NamespaceState::Active),
            ("going", NamespaceState::Terminating),
            ("gone", NamespaceState::Missing),
        ] {
            let found = cluster.namespace_state(&call(), name).await;
            assert_eq!(found.expect("answered"), expected);
        }
    }
}
