//! Taking a key back that nothing came of, and nothing else.

use kube::api::{DeleteParams, Preconditions};

use super::{DeliveredKey, KEY, stored};
use crate::call::Call;
use crate::cluster::agents::AGENTS_NAMESPACE;
use crate::cluster::{Cluster, Error};

impl Cluster {
    /// Takes back what [`Cluster::deliver_private_key`] put there, since nothing came of it: the Secret, if it still holds that
    /// key, then the namespace, if it was made for it and nothing of another run is in it.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation or of the wait.
    pub async fn withdraw_private_key(
        &self,
        call: &Call,
        delivered: &DeliveredKey,
    ) -> Result<(), Error> {
        let Some(secret) = self.key_secret(call).await? else {
            return Ok(());
        };
        let same_secret = secret.metadata.uid == delivered.uid;
        let found = stored(secret);
        if !same_secret || !found.is(&delivered.pem) {
            return Ok(());
        }
        let params = DeleteParams::default().preconditions(Preconditions {
            uid: found.uid,
            resource_version: found.version,
        });
        let (keys, action) = (
            self.keys(),
            "delete Secret azure-arc/azure-arc-connect-privatekey",
        );
        match self.write(call, action, || keys.delete(KEY, &params)).await {
            Err(error) if error.is_not_found() => {}
            Err(error) if error.is_conflict() => return Ok(()),
            deleted => drop(deleted?),
        }
        match &delivered.namespace {
            Some(uid) if self.is_deserted(call).await? => {
                self.delete_namespace_of(call, AGENTS_NAMESPACE, uid).await
            }
            _ => Ok(()),
        }
    }

    /// Whether neither a key nor an agent is in the agents' namespace.
    async fn is_deserted(&self, call: &Call) -> Result<bool, Error> {
        let (key, agents) = futures::try_join!(
            self.key_secret(call),
            self.deployments(call, AGENTS_NAMESPACE)
        )?;
        Ok(key.is_none() && agents.is_empty())
    }
}
