//! Service accounts: the identity in a cluster that a token is for.

use k8s_openapi::api::core::v1::ServiceAccount;
use kube::Api;
use kube::api::{Patch, PatchParams};

use super::account::Account;
use super::marks::Marks;
use crate::call::Call;
use crate::cluster::request::{forgive_successor, only};
use crate::cluster::{Cluster, Error};

/// A service account as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundAccount {
    /// Its UID; tokens of an account of the same name with another UID are worthless.
    pub uid: String,
    /// Whether it bears our marks.
    pub ours: bool,
}

impl Cluster {
    /// The service account; `None` when there is none.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn service_account(
        &self,
        call: &Call,
        account: &Account,
        marks: &Marks,
    ) -> Result<Option<FoundAccount>, Error> {
        let action = format!("get ServiceAccount {account}");
        let accounts = self.accounts(account);
        let found = self
            .read(call, &action, || accounts.get_opt(&account.name))
            .await?;
        Ok(found.map(|found| seen(&found, marks)))
    }

    /// Makes the service account.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn create_service_account(
        &self,
        call: &Call,
        account: &Account,
        marks: &Marks,
    ) -> Result<FoundAccount, Error> {
        let wanted = ServiceAccount {
            metadata: marks.metadata(&account.name),
            ..ServiceAccount::default()
        };
        let accounts = self.accounts(account);
        let action = format!("create ServiceAccount {account}");
        let made = self.create(call, &action, &accounts, wanted).await?;
        Ok(seen(&made, marks))
    }

    /// Puts our marks on a service account that exists.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn take_over_service_account(
        &self,
        call: &Call,
        account: &Account,
        marks: &Marks,
    ) -> Result<FoundAccount, Error> {
        let patch = Patch::Merge(marks.patch());
        let accounts = self.accounts(account);
        let params = PatchParams::default();
        let patched = self
            .write(call, &format!("mark ServiceAccount {account}"), || {
                accounts.patch(&account.name, &params, &patch)
            })
            .await?;
        Ok(seen(&patched, marks))
    }

    /// Deletes the service account with this UID, and with it everything that was issued for it. One that is gone or was
    /// made anew by somebody else is left alone.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn delete_service_account(
        &self,
        call: &Call,
        account: &Account,
        uid: &str,
    ) -> Result<(), Error> {
        let accounts = self.accounts(account);
        let params = only(uid);
        let deleted = self
            .write(call, &format!("delete ServiceAccount {account}"), || {
                accounts.delete(&account.name, &params)
            })
            .await;
        forgive_successor(deleted)
    }

    fn accounts(&self, account: &Account) -> Api<ServiceAccount> {
        Api::namespaced(self.client(), &account.namespace)
    }
}

fn seen(account: &ServiceAccount, marks: &Marks) -> FoundAccount {
    FoundAccount {
        uid: account.metadata.uid.clone().unwrap_or_default(),
        ours: marks.are_on(&account.metadata),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use serde_json::{Value, json};

    use super::*;
    use crate::cluster::testing::{call, cluster_with_bodies};

    fn account() -> Account {
        Account::new("default", "azure-user")
    }

    fn marks() -> Marks {
        Marks::new("/subscriptions/s/prod", &account())
    }

    #[tokio::test]
    async fn an_account_of_somebody_else_is_told_from_ours() {
        let foreign = cluster_with_bodies(|_, _| {
            (
                200,
                json!({"metadata": {"name": "azure-user", "uid": "u1"}}),
            )
        });
        let found = foreign
            .service_account(&call(), &account(), &marks())
            .await
            .expect("answered")
            .expect("an account");
        assert_eq!((found.uid.as_str(), found.ours), ("u1", false));
        let adopting = cluster_with_bodies(|_, body| {
            (
                200,
                json!({"metadata": {"uid": "u1", "labels": body["metadata"]["labels"],
                "annotations": body["metadata"]["annotations"]}}),
            )
        });
        let taken = adopting
            .take_over_service_account(&call(), &account(), &marks())
            .await
            .expect("answered");
        assert!(taken.ours);
    }

    #[tokio::test]
    async fn only_the_account_that_was_made_is_deleted() {
        let sent = Arc::new(Mutex::new(Value::Null));
        let log = Arc::clone(&sent);
        let cluster = cluster_with_bodies(move |_, body| {
            *log.lock().expect("no panic") = body.clone();
            (
                409,
                json!({"code": 409, "reason": "Conflict", "message": "the UID is another"}),
            )
        });
        cluster
            .delete_service_account(&call(), &account(), "u1")
            .await
            .expect("somebody else's stays");
        assert_eq!(sent.lock().expect("no panic")["preconditions"]["uid"], "u1");
    }
}
