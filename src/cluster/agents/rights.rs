//! Whether the login may do what connecting a cluster takes.

use futures::future::try_join_all;
use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec,
};
use kube::Api;
use kube::api::PostParams;

use super::{AGENTS_NAMESPACE, RELEASE_NAMESPACE};
use crate::call::Call;
use crate::cluster::{Cluster, Error};

/// Verb, API group, resource and namespace, as RBAC knows them; an empty namespace means the whole cluster.
type Right = (&'static str, &'static str, &'static str, &'static str);

/// What only a cluster administrator has.
const EVERYTHING: Right = ("*", "*", "*", "");

/// What the agents' chart, Helm and we create. Helm also grants the agents' own rights, which RBAC allows only to
/// those who hold them: in practice the login is a cluster administrator.
const NEEDED: [Right; 7] = [
    ("create", "", "namespaces", ""),
    (
        "create",
        "apiextensions.k8s.io",
        "customresourcedefinitions",
        "",
    ),
    ("create", "rbac.authorization.k8s.io", "clusterroles", ""),
    (
        "create",
        "rbac.authorization.k8s.io",
        "clusterrolebindings",
        "",
    ),
    ("create", "", "secrets", AGENTS_NAMESPACE),
    ("create", "", "secrets", RELEASE_NAMESPACE),
    ("create", "apps", "deployments", AGENTS_NAMESPACE),
];

impl Cluster {
    /// Asks the API server whether this login may connect the cluster.
    ///
    /// # Errors
    ///
    /// [`Error::Rights`] with everything that is not allowed, or [`Error`] of the conversation.
    pub async fn require_onboarding_rights(&self, call: &Call) -> Result<(), Error> {
        if self.may(call, EVERYTHING).await? {
            return Ok(());
        }
        let answers = try_join_all(NEEDED.map(|right| self.may(call, right))).await?;
        let missing: Vec<_> = NEEDED
            .iter()
            .zip(answers)
            .filter(|(_, allowed)| !allowed)
            .map(|(r, _)| words(r))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(Error::Rights {
            target: self.target().clone(),
            missing,
        })
    }

    async fn may(
        &self,
        call: &Call,
        (verb, group, resource, namespace): Right,
    ) -> Result<bool, Error> {
        let attributes = ResourceAttributes {
            verb: Some(verb.to_owned()),
            group: Some(group.to_owned()),
            resource: Some(resource.to_owned()),
            namespace: Some(namespace.to_owned()),
            ..ResourceAttributes::default()
        };
        let question = SelfSubjectAccessReviewSpec {
            resource_attributes: Some(attributes),
            ..SelfSubjectAccessReviewSpec::default()
        };
        self.is_allowed(call, question).await
    }

    /// Whether this login may do something.
    pub(in crate::cluster) async fn is_allowed(
        &self,
        call: &Call,
        question: SelfSubjectAccessReviewSpec,
    ) -> Result<bool, Error> {
        let review = SelfSubjectAccessReview {
            spec: question,
            ..SelfSubjectAccessReview::default()
        };
        let reviews: Api<SelfSubjectAccessReview> = Api::all(self.client());
        let posted = PostParams::default();
        let answer = self
            .read(call, "review its own rights", || {
                reviews.create(&posted, &review)
            })
            .await?;
        Ok(answer.status.is_some_and(|status| status.allowed))
    }
}

fn words((verb, _, resource, namespace): &Right) -> String {
    match *namespace {
        "" => format!("{verb} {resource}"),
        namespace => format!("{verb} {resource} in {namespace}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::cluster::testing::{call, cluster_with_bodies};
    use crate::fault::{Explain as _, Kind};

    fn allowing(allowed: fn(&Value) -> bool) -> Cluster {
        cluster_with_bodies(move |_, body| {
            let attributes = &body["spec"]["resourceAttributes"];
            (
                201,
                json!({"spec": {}, "status": {"allowed": allowed(attributes)}}),
            )
        })
    }

    #[tokio::test]
    async fn an_administrator_needs_one_question() {
        let cluster = allowing(|a| a["verb"] == "*");
        cluster
            .require_onboarding_rights(&call())
            .await
            .expect("allowed");
    }

    #[tokio::test]
    async fn all_missing_rights_are_named_at_once() {
        let cluster = allowing(|a| {
            a["verb"] != "*" && a["resource"] != "clusterroles" && a["namespace"] != "azure-arc"
        });
        let error = cluster
            .require_onboarding_rights(&call())
            .await
            .expect_err("not allowed");
        let text = error.to_string();
        assert!(
            text.ends_with("may not create clusterroles, nor create secrets in azure-arc, nor create deployments in azure-arc"),
            "{text}"
        );
        assert_eq!(error.kind(), Kind::Permission);
    }
}
