//! Tokens of service accounts: issued, judged by the API server, and tried out.

use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::authentication::v1::{
    BoundObjectReference, TokenRequest, TokenRequestSpec, TokenReview, TokenReviewSpec,
};
use k8s_openapi::api::authorization::v1::{
    NonResourceAttributes, ResourceAttributes, SelfSubjectAccessReviewSpec,
};
use k8s_openapi::api::core::v1::ServiceAccount;
use k8s_openapi::api::rbac::v1::PolicyRule;
use kube::Api;
use kube::api::{ObjectMeta, PostParams};
use secrecy::{ExposeSecret as _, SecretString};

use super::account::Account;
use super::grants::RoleRules;
use super::token_secrets::TokenSecret;
use crate::call::Call;
use crate::cluster::{Cluster, Error};
use crate::redact;

/// A bound token.
#[derive(Clone, Debug)]
pub struct BoundToken {
    /// The token.
    pub token: SecretString,
    /// When it runs out, which may be earlier than asked for: a cluster can limit it (EKS to 24 hours).
    pub expires: Timestamp,
}

/// What the API server says about a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is good, for this user.
    Good {
        /// `system:serviceaccount:namespace:name`.
        user: String,
    },
    /// It is not.
    Refused {
        /// In the server's words.
        why: String,
    },
}

impl Cluster {
    /// Has a token issued that runs out after `lifetime` and dies with its anchor.
    ///
    /// Without audiences it is good for the API server itself.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn request_token(
        &self,
        call: &Call,
        account: &Account,
        anchor: &TokenSecret,
        lifetime: Duration,
        audiences: &[String],
    ) -> Result<BoundToken, Error> {
        let seconds = i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX);
        let request = TokenRequest {
            metadata: ObjectMeta::default(),
            spec: Some(TokenRequestSpec {
                audiences: Some(audiences.to_vec()),
                bound_object_ref: Some(BoundObjectReference {
                    api_version: Some("v1".to_owned()),
                    kind: Some("Secret".to_owned()),
                    name: Some(anchor.name.clone()),
                    uid: Some(anchor.uid.clone()),
                }),
                expiration_seconds: Some(seconds),
                ..TokenRequestSpec::default()
            }),
            status: None,
        };
        let accounts: Api<ServiceAccount> = Api::namespaced(self.client(), &account.namespace);
        let params = PostParams::default();
        let issued = self
            .write(
                call,
                &format!("request a token for ServiceAccount {account}"),
                || accounts.create_token_request(&account.name, &params, &request),
            )
            .await?;
        let status = issued.status.unwrap_or_default();
        Ok(BoundToken {
            token: status.token.unwrap_or_default().into(),
            expires: status
                .expiration_timestamp
                .map_or(Timestamp::UNIX_EPOCH, |time| time.0),
        })
    }

    /// Asks the API server about a token (`TokenReview`).
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn review_token(
        &self,
        call: &Call,
        token: &SecretString,
        audiences: &[String],
    ) -> Result<Verdict, Error> {
        let review = TokenReview {
            metadata: ObjectMeta::default(),
            spec: TokenReviewSpec {
                audiences: Some(audiences.to_vec()),
                token: token.expose_secret().to_owned(),
            },
            status: None,
        };
        let reviews: Api<TokenReview> = Api::all(self.client());
        let params = PostParams::default();
        let answer = self
            .read(call, "review a token", || reviews.create(&params, &review))
            .await?;
        let status = answer.status.unwrap_or_default();
        if status.authenticated == Some(true) {
            let user = status.user.and_then(|user| user.username);
            return Ok(Verdict::Good {
                user: user.unwrap_or_default(),
            });
        }
        let why = status.error.filter(|error| !error.is_empty());
        Ok(Verdict::Refused {
            why: why.map_or_else(|| "no reason given".to_owned(), |why| redact::text(&why)),
        })
    }

    /// Whether this login may do what the first rule of a role allows, in a namespace or in the whole cluster. A role
    /// without rules allows nothing and asks for nothing.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn may_follow(
        &self,
        call: &Call,
        rules: &RoleRules,
        namespace: Option<&str>,
    ) -> Result<bool, Error> {
        match rules.0.first().and_then(|rule| question(rule, namespace)) {
            Some(question) => self.is_allowed(call, question).await,
            None => Ok(true),
        }
    }
}

/// The first thing that a rule allows, as a question.
fn question(rule: &PolicyRule, namespace: Option<&str>) -> Option<SelfSubjectAccessReviewSpec> {
    let first =
        |words: &Option<Vec<String>>| words.as_ref().and_then(|words| words.first().cloned());
    let verb = rule.verbs.first().cloned();
    if let Some(path) = first(&rule.non_resource_urls) {
        return Some(SelfSubjectAccessReviewSpec {
            non_resource_attributes: Some(NonResourceAttributes {
                path: Some(path),
                verb,
            }),
            resource_attributes: None,
        });
    }
    let resource = first(&rule.resources)?;
    let (resource, subresource) = match resource.split_once('/') {
        Some((resource, subresource)) => (resource.to_owned(), Some(subresource.to_owned())),
        None => (resource, None),
    };
    Some(SelfSubjectAccessReviewSpec {
        non_resource_attributes: None,
        resource_attributes: Some(ResourceAttributes {
            verb,
            group: first(&rule.api_groups),
            resource: Some(resource),
            subresource,
            name: first(&rule.resource_names),
            namespace: namespace.map(str::to_owned),
            ..ResourceAttributes::default()
        }),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use serde_json::{Value, json};

    use super::*;
    use crate::cluster::testing::{call, cluster_with_bodies};

    #[tokio::test]
    async fn a_token_is_bound_to_its_anchor_and_the_servers_expiry_counts() {
        let sent = Arc::new(Mutex::new(Value::Null));
        let log = Arc::clone(&sent);
        let cluster = cluster_with_bodies(move |request, body| {
            assert_eq!(
                request,
                "POST /api/v1/namespaces/default/serviceaccounts/azure-user/token"
            );
            *log.lock().expect("no panic") = body.clone();
            (
                201,
                json!({"metadata": {}, "spec": {"audiences": []},
                "status": {"token": "tok", "expirationTimestamp": "2026-01-02T00:00:00Z"}}),
            )
        });
        let anchor = TokenSecret {
            name: "azure-user-bound-token".to_owned(),
            uid: "s1".to_owned(),
            long_lived: false,
            token: None,
            account_uid: None,
            ours: true,
        };
        let account = Account::new("default", "azure-user");
        let issued = cluster
            .request_token(
                &call(),
                &account,
                &anchor,
                Duration::from_hours(48),
                &["a".to_owned()],
            )
            .await
            .expect("issued");
        assert_eq!(issued.expires.to_string(), "2026-01-02T00:00:00Z");
        assert!(!format!("{issued:?}").contains("tok\""));
        let spec = sent.lock().expect("no panic")["spec"].clone();
        assert_eq!(
            spec,
            json!({"audiences": ["a"], "expirationSeconds": 172_800,
            "boundObjectRef": {"apiVersion": "v1", "kind": "Secret", "name": "azure-user-bound-token", "uid": "s1"}})
        );
    }

    #[tokio::test]
    async fn a_verdict_names_the_user_or_the_reason() {
        let judge = |status: Value| async move {
            let cluster = cluster_with_bodies(move |_, _| (201, json!({"status": status})));
            cluster
                .review_token(&call(), &"tok".into(), &[])
                .await
                .expect("answered")
        };
        let user = "system:serviceaccount:default:azure-user";
        let good = judge(json!({"authenticated": true, "user": {"username": user}})).await;
        assert_eq!(good, Verdict::Good { user: user.into() });
        let why = "secret has been deleted";
        let bad = judge(json!({"error": why})).await;
        assert_eq!(bad, Verdict::Refused { why: why.into() });
        let mute = judge(json!({"authenticated": false})).await;
        assert_eq!(
            mute,
            Verdict::Refused {
                why: "no reason given".into()
            }
        );
    }

    #[test]
    fn the_question_is_the_first_thing_that_a_rule_allows() {
        let rule = |json: Value| serde_json::from_value::<PolicyRule>(json).expect("a rule");
        let ask = |json: Value, namespace| {
            question(&rule(json), namespace).map(|q| serde_json::to_value(q).expect("JSON"))
        };
        let everything = json!({"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]});
        assert_eq!(
            ask(everything, None),
            Some(json!({"resourceAttributes": {"group": "*", "resource": "*", "verb": "*"}}))
        );
        let logs = json!({"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get", "list"]});
        assert_eq!(
            ask(logs, Some("dev")),
            Some(
                json!({"resourceAttributes": {"group": "", "resource": "pods", "subresource": "log",
                "verb": "get", "namespace": "dev"}})
            )
        );
        assert_eq!(
            ask(
                json!({"nonResourceURLs": ["/metrics"], "verbs": ["get"]}),
                None
            ),
            Some(json!({"nonResourceAttributes": {"path": "/metrics", "verb": "get"}}))
        );
        assert_eq!(ask(json!({"verbs": []}), None), None);
    }
}
