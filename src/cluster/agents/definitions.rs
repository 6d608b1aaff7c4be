//! Custom resource definitions: which of them the API server serves, and making those that are missing.

use std::collections::BTreeSet;

use futures::future::try_join_all;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::Api;

use crate::call::Call;
use crate::cluster::{Cluster, Error};

impl Cluster {
    /// The resources, as `<plural>.<group>`, that the API server serves in these groups, each given as `<group>/<version>`.
    ///
    /// One small request for each group, where listing the definitions themselves would carry all their schemas.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn served_resources(
        &self,
        call: &Call,
        groups: &BTreeSet<String>,
    ) -> Result<BTreeSet<String>, Error> {
        let served = try_join_all(groups.iter().map(|group| self.served(call, group))).await?;
        Ok(served.into_iter().flatten().collect())
    }

    async fn served(&self, call: &Call, group_version: &str) -> Result<Vec<String>, Error> {
        let client = self.client();
        let action = format!("discover {group_version}");
        let answer = self
            .read(call, &action, || {
                client.list_api_group_resources(group_version)
            })
            .await;
        let group = group_version.split('/').next().unwrap_or_default();
        match answer {
            Err(error) if error.is_not_found() => Ok(Vec::new()),
            answer => Ok(answer?
                .resources
                .into_iter()
                .map(|resource| format!("{}.{group}", resource.name))
                .collect()),
        }
    }

    /// Creates definitions, each the text of one YAML document. Those that are there stay as they are.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation; [`Error::Definition`] when a document is no definition.
    pub async fn create_definitions(&self, call: &Call, documents: &[String]) -> Result<(), Error> {
        let definitions: Api<CustomResourceDefinition> = Api::all(self.client());
        for document in documents {
            let definition: CustomResourceDefinition = serde_saphyr::from_str(document)
                .map_err(|error| Error::Definition(error.to_string()))?;
            let name = definition.metadata.name.clone().unwrap_or_default();
            let action = format!("create CRD {name}");
            let created = self.create(call, &action, &definitions, definition).await;
            match created {
                Err(Error::Api { status, .. }) if status.is_already_exists() => {}
                created => drop(created?),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::cluster::testing::{call, cluster};

    #[tokio::test]
    async fn a_group_that_is_not_served_has_no_resources() {
        let cluster = cluster(|request| match request {
            "GET /apis/clusterconfig.azure.com/v1beta1" => (
                200,
                json!({"kind": "APIResourceList", "groupVersion": "clusterconfig.azure.com/v1beta1", "resources": [
                    {"name": "gitconfigs", "singularName": "", "namespaced": true, "kind": "GitConfig", "verbs": ["get"]},
                    {"name": "gitconfigs/status", "singularName": "", "namespaced": true, "kind": "GitConfig", "verbs": ["get"]},
                ]}),
            ),
            "GET /apis/arc.azure.com/v1beta1" => (
                404,
                json!({"code": 404, "reason": "NotFound", "message": "not found"}),
            ),
            other => panic!("unexpected {other}"),
        });
        let groups = ["clusterconfig.azure.com/v1beta1", "arc.azure.com/v1beta1"];
        let served = cluster
            .served_resources(&call(), &groups.map(str::to_owned).into())
            .await
            .expect("answered");
        assert!(served.contains("gitconfigs.clusterconfig.azure.com"));
        assert!(served.iter().all(|name| !name.contains(".arc.azure.com")));
    }

    #[tokio::test]
    async fn a_definition_that_is_there_stays() {
        let cluster = cluster(|request| match request {
            "POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions" => (
                409,
                json!({"code": 409, "reason": "AlreadyExists", "message": "taken"}),
            ),
            "GET /apis/apiextensions.k8s.io/v1/customresourcedefinitions/a.b" => (
                404,
                json!({"code": 404, "reason": "NotFound", "message": "no"}),
            ),
            other => panic!("unexpected {other}"),
        });
        let document = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a.b}\nspec: {group: b, scope: Namespaced, names: {plural: a, kind: A}, versions: []}";
        cluster
            .create_definitions(&call(), &[document.to_owned()])
            .await
            .expect("fine");
        let error = cluster
            .create_definitions(&call(), &["spec: 1".to_owned()])
            .await
            .expect_err("no definition");
        assert!(error.to_string().starts_with("a definition of the chart"));
    }
}
