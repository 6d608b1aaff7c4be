//! Secrets that a service account's tokens live in or hang on.
//!
//! A long-lived token lives in a Secret of its own type, which the token controller fills. A bound token lives nowhere:
//! it is issued for an empty Secret, its anchor, and Kubernetes refuses it from the moment that the anchor is deleted.
//! That is the only way to revoke a token before it expires, short of deleting the service account.
//!
//! A long-lived token says nothing of time: for the same service account, a Secret of the same name is filled with the
//! same token again, and one that was revoked would be good once more. Only the first Secret of an account that was just
//! made has the usual name; each later one gets a name of its own.

use std::time::Duration;

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use kube::Api;
use kube::api::{ListParams, ObjectMeta, Patch, PatchParams};
use secrecy::SecretString;
use uuid::Uuid;

use super::account::Account;
use super::marks::Marks;
use crate::call::{Call, Probe, poll_until};
use crate::cluster::request::{forgive_successor, only};
use crate::cluster::{Cluster, Error};

const LONG_LIVED: &str = "kubernetes.io/service-account-token";
const ANCHOR: &str = "Opaque";
const OF_ACCOUNT: &str = "kubernetes.io/service-account.name";
const OF_UID: &str = "kubernetes.io/service-account.uid";
const FIELD: &str = "token";
/// Between two looks at a Secret that the token controller has to fill.
const INTERVAL: Duration = Duration::from_millis(250);

/// A Secret as it was found.
#[derive(Clone, Debug)]
pub struct TokenSecret {
    /// Its name.
    pub name: String,
    /// Its UID.
    pub uid: String,
    /// Whether it holds a long-lived token, as its type says.
    pub long_lived: bool,
    /// The token, once the controller has put it in.
    pub token: Option<SecretString>,
    /// UID of the service account that the token was issued for.
    pub account_uid: Option<String>,
    /// Whether it bears our marks.
    pub ours: bool,
}

impl Account {
    /// Name of the first Secret with a long-lived token.
    #[must_use]
    pub fn secret_name(&self) -> String {
        format!("{}-secret", self.name)
    }

    /// Name of the Secret that the bound token hangs on.
    #[must_use]
    pub fn anchor_name(&self) -> String {
        format!("{}-bound-token", self.name)
    }
}

impl Cluster {
    /// A Secret in the namespace of a service account; `None` when there is none.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn token_secret(
        &self,
        call: &Call,
        account: &Account,
        name: &str,
        marks: &Marks,
    ) -> Result<Option<TokenSecret>, Error> {
        let action = format!("get Secret {}/{name}", account.namespace);
        let secrets = self.secrets(account);
        let found = self.read(call, &action, || secrets.get_opt(name)).await?;
        Ok(found.map(|secret| seen(secret, marks)))
    }

    /// The Secrets in the namespace of a service account that bear these marks.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn token_secrets(
        &self,
        call: &Call,
        account: &Account,
        marks: &Marks,
    ) -> Result<Vec<TokenSecret>, Error> {
        let action = format!("list Secrets in {}", account.namespace);
        let ours = ListParams::default().labels(&Marks::selector());
        let secrets = self.secrets(account);
        let list = self.read(call, &action, || secrets.list(&ours)).await?;
        let found = list.items.into_iter().map(|secret| seen(secret, marks));
        Ok(found.filter(|secret| secret.ours).collect())
    }

    /// Makes the Secret for a long-lived token; the token controller fills it. It has the usual name, or one of its own
    /// where a token of that name may have been revoked.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn create_token_secret(
        &self,
        call: &Call,
        account: &Account,
        is_first: bool,
        marks: &Marks,
    ) -> Result<TokenSecret, Error> {
        let usual = account.secret_name();
        let name = if is_first { usual } else { drawn(&usual) };
        let mut metadata = marks.metadata(&name);
        metadata
            .annotations
            .get_or_insert_default()
            .insert(OF_ACCOUNT.to_owned(), account.name.clone());
        let made = self
            .create_secret(call, account, metadata, LONG_LIVED)
            .await?;
        Ok(seen(made, marks))
    }

    /// Makes the anchor of a bound token under its usual name.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn create_anchor(
        &self,
        call: &Call,
        account: &Account,
        marks: &Marks,
    ) -> Result<TokenSecret, Error> {
        let metadata = marks.metadata(&account.anchor_name());
        let made = self.create_secret(call, account, metadata, ANCHOR).await?;
        Ok(seen(made, marks))
    }

    /// Makes an anchor for a token that is needed for a while only, under a name of its own.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn create_passing_anchor(
        &self,
        call: &Call,
        account: &Account,
        marks: &Marks,
    ) -> Result<TokenSecret, Error> {
        let name = drawn(&format!("{}-ephemeral", account.name));
        let metadata = marks.metadata(&name);
        let made = self.create_secret(call, account, metadata, ANCHOR).await?;
        Ok(seen(made, marks))
    }

    /// Puts our marks on a Secret that exists.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn take_over_token_secret(
        &self,
        call: &Call,
        account: &Account,
        name: &str,
        marks: &Marks,
    ) -> Result<(), Error> {
        let patch = Patch::Merge(marks.patch());
        let (secrets, params) = (self.secrets(account), PatchParams::default());
        self.write(
            call,
            &format!("mark Secret {}/{name}", account.namespace),
            || secrets.patch(name, &params, &patch),
        )
        .await
        .map(drop)
    }

    /// The token in a long-lived Secret, as soon as the controller has issued it for the service account with this UID.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation or of the wait.
    pub async fn issued_token(
        &self,
        call: &Call,
        account: &Account,
        account_uid: &str,
        name: &str,
        marks: &Marks,
    ) -> Result<SecretString, Error> {
        let look = || async {
            let found = self.token_secret(call, account, name, marks).await?;
            Ok::<_, Error>(match found {
                None => Probe::pending("the Secret is not there"),
                Some(secret) => match (secret.token, secret.account_uid) {
                    (Some(token), Some(uid)) if uid == account_uid => Probe::Ready(token),
                    _ => Probe::pending("the Secret holds no token"),
                },
            })
        };
        let awaited = format!(
            "the token controller to fill Secret {}/{name}",
            account.namespace
        );
        Ok(poll_until(call, awaited, INTERVAL, look).await?)
    }

    /// Deletes a Secret, and so revokes the token that lives in it or hangs on it. One that is gone, or was made anew, is
    /// left alone.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn delete_token_secret(
        &self,
        call: &Call,
        account: &Account,
        name: &str,
        uid: &str,
    ) -> Result<(), Error> {
        let (secrets, params) = (self.secrets(account), only(uid));
        let deleted = self
            .write(
                call,
                &format!("delete Secret {}/{name}", account.namespace),
                || secrets.delete(name, &params),
            )
            .await;
        forgive_successor(deleted)
    }

    async fn create_secret(
        &self,
        call: &Call,
        account: &Account,
        metadata: ObjectMeta,
        of_type: &str,
    ) -> Result<Secret, Error> {
        let name = metadata.name.as_deref().unwrap_or_default();
        let action = format!("create Secret {}/{name}", account.namespace);
        let secret = Secret {
            metadata,
            type_: Some(of_type.to_owned()),
            ..Secret::default()
        };
        self.create(call, &action, &self.secrets(account), secret)
            .await
    }

    fn secrets(&self, account: &Account) -> Api<Secret> {
        Api::namespaced(self.client(), &account.namespace)
    }
}

fn seen(secret: Secret, marks: &Marks) -> TokenSecret {
    let ours = marks.are_on(&secret.metadata);
    let token = secret.data.and_then(|mut data| data.remove(FIELD));
    let annotations = secret.metadata.annotations.unwrap_or_default();
    TokenSecret {
        name: secret.metadata.name.unwrap_or_default(),
        uid: secret.metadata.uid.unwrap_or_default(),
        long_lived: secret.type_.as_deref() == Some(LONG_LIVED),
        token: token
            .and_then(|ByteString(token)| String::from_utf8(token).ok())
            .map(SecretString::from),
        account_uid: annotations.get(OF_UID).cloned(),
        ours,
    }
}

/// A name that was never used: the API server's own drawing (`generateName`) would make a second object when the request is
/// repeated.
fn drawn(prefix: &str) -> String {
    let suffix = Uuid::new_v4().simple().to_string();
    format!("{prefix}-{}", &suffix[..10])
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use secrecy::ExposeSecret as _;
    use serde_json::{Value, json};

    use super::*;
    use crate::cluster::testing::{call, cluster_with_bodies};

    fn account() -> Account {
        Account::new("default", "azure-user")
    }

    fn marks() -> Marks {
        Marks::new("/subscriptions/s/prod", &account())
    }

    fn issued(uid: &str) -> Value {
        json!({"metadata": {"name": "azure-user-secret", "uid": "s1", "annotations": {OF_UID: uid}},
            "type": LONG_LIVED, "data": {"token": "dG9r"}})
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_awaited_until_it_is_for_the_account_of_today() {
        let looks = Arc::new(Mutex::new(0));
        let cluster = cluster_with_bodies(move |_, _| {
            let mut looks = looks.lock().expect("no panic");
            *looks += 1;
            match *looks {
                1 => (200, json!({"metadata": {}, "type": LONG_LIVED})),
                2 => (200, issued("an account that is gone")),
                _ => (200, issued("u1")),
            }
        });
        let token = cluster
            .issued_token(&call(), &account(), "u1", "azure-user-secret", &marks())
            .await
            .expect("a token");
        assert_eq!(token.expose_secret(), "tok");
    }

    #[tokio::test(start_paused = true)]
    async fn a_controller_that_never_comes_is_named_at_the_deadline() {
        let cluster =
            cluster_with_bodies(|_, _| (200, json!({"metadata": {}, "type": LONG_LIVED})));
        let limited = call().within(Duration::from_secs(5));
        let error = cluster
            .issued_token(&limited, &account(), "u1", "azure-user-secret", &marks())
            .await
            .expect_err("no token");
        assert_eq!(
            error.to_string(),
            "gave up waiting for the token controller to fill Secret default/azure-user-secret: \
             the time limit of the operation ran out; last seen: the Secret holds no token"
        );
    }

    #[tokio::test]
    async fn each_kind_of_secret_is_made_with_our_marks() {
        let sent = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&sent);
        let cluster = cluster_with_bodies(move |_, body| {
            log.lock().expect("no panic").push(body.clone());
            (201, body.clone())
        });
        let (call, account, marks) = (call(), account(), marks());
        let first = cluster.create_token_secret(&call, &account, true, &marks);
        let long_lived = first.await;
        assert!(long_lived.is_ok_and(|secret| secret.ours && secret.long_lived));
        let anchor = cluster.create_anchor(&call, &account, &marks).await;
        assert!(anchor.is_ok_and(|secret| secret.ours && !secret.long_lived));
        let passing = cluster.create_passing_anchor(&call, &account, &marks).await;
        assert!(passing.is_ok_and(|secret| secret.ours));
        let later = cluster.create_token_secret(&call, &account, false, &marks);
        assert!(later.await.is_ok_and(|secret| secret.long_lived));
        let sent = sent.lock().expect("no panic");
        let name = |of: usize| sent[of]["metadata"]["name"].as_str().unwrap_or_default();
        assert_eq!(name(0), "azure-user-secret");
        let drawn = |of, prefix| name(of).strip_prefix(prefix).map(str::len);
        assert_eq!(drawn(3, "azure-user-secret-"), Some(10));
        assert_eq!(drawn(2, "azure-user-ephemeral-"), Some(10));
        assert_eq!(sent[0]["metadata"]["annotations"][OF_ACCOUNT], "azure-user");
        assert_eq!(sent[1]["metadata"]["name"], "azure-user-bound-token");
        assert!(sent.iter().all(|secret| secret.get("data").is_none()));
    }
}
