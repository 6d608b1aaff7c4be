//! The agents' private key: how it reaches the cluster, and what shows that the agents made use of it.
//!
//! The Secret is created before the chart is installed, in the namespace that the chart would make, with the marks
//! that let Helm adopt both. So the key is in no release record and on no command line.
//!
//! It is even created before Azure hears of the key, and says whom it is meant for until everything is done: a run that
//! is killed half way leaves the proof that the object in Azure and this cluster belong together.
//!
//! A key is replaced, confirmed and taken back only while the Secret is the one that was read and judged. Another run may
//! have put its own there meanwhile, and the holder of the key is the cluster to Azure.

mod namespace;
mod withdraw;

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use kube::Api;
use kube::api::{Patch, PatchParams};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde_json::json;

use self::namespace::adoptable;
use super::AGENTS_NAMESPACE;
use crate::call::Call;
use crate::cluster::keys::CONNECTING_AS;
use crate::cluster::{Cluster, Error};

/// Secret with the key.
const KEY: &str = "azure-arc-connect-privatekey";
/// The key's field in it.
const FIELD: &str = "privateKey";
/// Secret that the agents write once Azure has accepted the key.
const CERTIFICATE: &str = "azure-identity-certificate";

/// The agents' private key as it lies in the cluster.
#[derive(Clone, Debug)]
pub struct AgentKey {
    /// The key: PEM, `RSA PRIVATE KEY`; empty where the Secret holds none.
    pub pem: SecretString,
    /// ARM id of the connected cluster that was being made with this key, if that was never completed.
    pub unfinished: Option<String>,
    /// UID and version of the Secret, as it was read.
    uid: Option<String>,
    version: Option<String>,
}

/// A key that was put into the cluster.
#[derive(Clone, Debug)]
pub struct DeliveredKey {
    pem: SecretString,
    uid: Option<String>,
    /// UID of the namespace, where it was made for the key.
    namespace: Option<String>,
}

impl Cluster {
    /// Puts the private key (PEM) where the agents look for it, in the place of the one that was `judged`: read, and found
    /// to be of no use. Where none was, the Secret is made.
    ///
    /// `unfinished` is the ARM id of the connected cluster that is about to be made with it; see
    /// [`Cluster::confirm_private_key`]. A namespace that is still being deleted is waited for.
    ///
    /// # Errors
    ///
    /// [`Error::KeyTaken`] when another key is there by now; [`Error`] of the conversation or of the wait.
    pub async fn deliver_private_key(
        &self,
        call: &Call,
        pem: &SecretString,
        unfinished: &str,
        judged: Option<&AgentKey>,
    ) -> Result<DeliveredKey, Error> {
        let namespace = self.prepare_namespace(call).await?;
        let secret = secret_with(pem, unfinished);
        let written = match judged.filter(|_| namespace.is_none()) {
            Some(judged) => self.replace_key(call, judged, secret).await?,
            None => self.create_key(call, secret).await?,
        };
        Ok(DeliveredKey {
            pem: pem.clone(),
            uid: written.metadata.uid,
            namespace,
        })
    }

    async fn create_key(&self, call: &Call, secret: Secret) -> Result<Secret, Error> {
        let action = "create Secret azure-arc/azure-arc-connect-privatekey";
        match self.create(call, action, &self.keys(), secret).await {
            Err(error) if error.is_conflict() => Err(self.key_taken()),
            created => created,
        }
    }

    /// Another version than the judged one is this very key, where the answer to an attempt was lost, or another's.
    async fn replace_key(
        &self,
        call: &Call,
        judged: &AgentKey,
        mut secret: Secret,
    ) -> Result<Secret, Error> {
        secret.metadata.uid.clone_from(&judged.uid);
        secret.metadata.resource_version.clone_from(&judged.version);
        match self
            .patch_key(call, "replace", &Patch::Merge(&secret))
            .await
        {
            Err(error) if error.is_conflict() || error.is_not_found() => {
                let found = self.key_secret(call).await?;
                let same = |found: &Secret| found.data == secret.data;
                found.filter(same).ok_or_else(|| self.key_taken())
            }
            replaced => replaced,
        }
    }

    /// Notes that the connected cluster is not being made with this key any more: it was completed, or refused. A Secret
    /// that is gone is fine.
    ///
    /// # Errors
    ///
    /// [`Error::KeyTaken`] when another key is there; [`Error`] of the conversation.
    pub async fn confirm_private_key(&self, call: &Call, pem: &SecretString) -> Result<(), Error> {
        loop {
            let Some(found) = self.private_key(call).await? else {
                return Ok(());
            };
            if !found.is(pem) {
                return Err(self.key_taken());
            }
            if found.unfinished.is_none() {
                return Ok(());
            }
            let patch = Patch::Merge(json!({"metadata": {
                "uid": found.uid, "resourceVersion": found.version, "annotations": {CONNECTING_AS: null}}}));
            match self.patch_key(call, "complete", &patch).await {
                // The Secret changed since the look, perhaps by an attempt whose answer was lost.
                Err(error) if error.is_conflict() || error.is_not_found() => {}
                patched => return patched.map(drop),
            }
        }
    }

    /// Checks that the cluster holds this key and no other.
    ///
    /// # Errors
    ///
    /// [`Error::KeyTaken`]; [`Error`] of the conversation.
    pub async fn require_private_key(&self, call: &Call, pem: &SecretString) -> Result<(), Error> {
        let found = self.private_key(call).await?;
        if found.is_some_and(|found| found.is(pem)) {
            return Ok(());
        }
        Err(self.key_taken())
    }

    /// The private key that the agents have, to compare it with the public half in Azure; `None` without a Secret for it, or
    /// with one that is being deleted.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn private_key(&self, call: &Call) -> Result<Option<AgentKey>, Error> {
        let found = self.key_secret(call).await?;
        let staying = found.filter(|secret| secret.metadata.deletion_timestamp.is_none());
        Ok(staying.map(stored))
    }

    /// Whether Azure has given the agents their identity. Without it nothing works, however green the pods are.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn has_identity_certificate(&self, call: &Call) -> Result<bool, Error> {
        let secrets = self.keys();
        let action = "look for Secret azure-arc/azure-identity-certificate";
        let found = self
            .read(call, action, || secrets.get_metadata_opt(CERTIFICATE))
            .await?;
        Ok(found.is_some_and(|secret| secret.metadata.deletion_timestamp.is_none()))
    }

    async fn key_secret(&self, call: &Call) -> Result<Option<Secret>, Error> {
        let action = "get Secret azure-arc/azure-arc-connect-privatekey";
        let keys = self.keys();
        self.read(call, action, || keys.get_opt(KEY)).await
    }

    fn keys(&self) -> Api<Secret> {
        Api::namespaced(self.client(), AGENTS_NAMESPACE)
    }

    fn key_taken(&self) -> Error {
        Error::KeyTaken {
            target: self.target().clone(),
        }
    }

    async fn patch_key<P: Serialize + std::fmt::Debug>(
        &self,
        call: &Call,
        verb: &str,
        patch: &Patch<P>,
    ) -> Result<Secret, Error> {
        let (keys, params) = (self.keys(), PatchParams::default());
        let action = format!("{verb} Secret azure-arc/azure-arc-connect-privatekey");
        self.write(call, &action, || keys.patch(KEY, &params, patch))
            .await
    }
}

impl AgentKey {
    /// Whether it is this key.
    fn is(&self, pem: &SecretString) -> bool {
        self.pem.expose_secret().trim() == pem.expose_secret().trim()
    }
}

fn secret_with(pem: &SecretString, unfinished: &str) -> Secret {
    let mut metadata = adoptable(KEY);
    metadata
        .annotations
        .get_or_insert_default()
        .insert(CONNECTING_AS.to_owned(), unfinished.to_owned());
    Secret {
        metadata,
        type_: Some("Opaque".to_owned()),
        data: Some([(FIELD.to_owned(), ByteString(pem.expose_secret().into()))].into()),
        ..Secret::default()
    }
}

fn stored(secret: Secret) -> AgentKey {
    let field = secret.data.and_then(|mut data| data.remove(FIELD));
    let pem = field.and_then(|ByteString(pem)| String::from_utf8(pem).ok());
    let annotations = secret.metadata.annotations;
    AgentKey {
        pem: pem.unwrap_or_default().into(),
        unfinished: annotations.and_then(|mut all| all.remove(CONNECTING_AS)),
        uid: secret.metadata.uid,
        version: secret.metadata.resource_version,
    }
}

#[cfg(test)]
mod tests;
