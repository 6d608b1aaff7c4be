//! The agents' private key: how it reaches the cluster, and what shows that the agents made use of it.
//!
//! The Secret is created before the chart is installed, in the namespace that the chart would make, with the marks
//! that let Helm adopt both. So the key is in no release record and on no command line.
//!
//! It is even created before Azure hears of the key, and says whom it is meant for until everything is done: a run that
//! is killed half way leaves the proof that the object in Azure and this cluster belong together.

use std::time::Duration;

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::{Namespace, Secret};
use kube::Api;
use kube::api::{DeleteParams, ObjectMeta, Patch, PatchParams};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde_json::json;

use super::{AGENTS_NAMESPACE, RELEASE_NAME, RELEASE_NAMESPACE};
use crate::call::{Call, Probe, poll_until};
use crate::cluster::keys::CONNECTING_AS;
use crate::cluster::{Cluster, Error};

/// Secret with the key.
const KEY: &str = "azure-arc-connect-privatekey";
/// The key's field in it.
const FIELD: &str = "privateKey";
/// Secret that the agents write once Azure has accepted the key.
const CERTIFICATE: &str = "azure-identity-certificate";
/// Between two looks at a namespace that is on its way out.
const INTERVAL: Duration = Duration::from_secs(2);

/// The agents' private key as it lies in the cluster.
#[derive(Clone, Debug)]
pub struct AgentKey {
    /// The key: PEM, `RSA PRIVATE KEY`.
    pub pem: SecretString,
    /// ARM id of the connected cluster that was being made with this key, if that was never completed.
    pub unfinished: Option<String>,
}

impl Cluster {
    /// Puts the private key (PEM) where the agents look for it, replacing one that is there.
    ///
    /// `unfinished` is the ARM id of the connected cluster that is about to be made with it; see
    /// [`Cluster::confirm_private_key`]. A namespace that is still being deleted is waited for. Returns whether the
    /// namespace had to be made.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation or of the wait.
    pub async fn deliver_private_key(
        &self,
        call: &Call,
        pem: &SecretString,
        unfinished: Option<&str>,
    ) -> Result<bool, Error> {
        let made = self.prepare_namespace(call).await?;
        let mut metadata = adoptable(KEY);
        if let (Some(id), Some(annotations)) = (unfinished, &mut metadata.annotations) {
            annotations.insert(CONNECTING_AS.to_owned(), id.to_owned());
        }
        let secret = Secret {
            metadata,
            type_: Some("Opaque".to_owned()),
            data: Some([(FIELD.to_owned(), ByteString(pem.expose_secret().into()))].into()),
            ..Secret::default()
        };
        let action = "create Secret azure-arc/azure-arc-connect-privatekey";
        let created = self
            .create(call, action, &self.keys(), secret.clone())
            .await;
        match created {
            Err(Error::Api { status, .. }) if status.is_already_exists() => {
                self.patch_key(call, "replace", &Patch::Merge(&secret))
                    .await?;
            }
            created => drop(created?),
        }
        Ok(made)
    }

    /// Takes back what [`Cluster::deliver_private_key`] put there, since nothing came of it.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation or of the wait.
    pub async fn withdraw_private_key(
        &self,
        call: &Call,
        namespace_too: bool,
    ) -> Result<(), Error> {
        if namespace_too {
            return self.delete_namespace(call, AGENTS_NAMESPACE).await;
        }
        let (keys, params) = (self.keys(), DeleteParams::default());
        let action = "delete Secret azure-arc/azure-arc-connect-privatekey";
        match self.write(call, action, || keys.delete(KEY, &params)).await {
            Err(error) if error.is_not_found() => Ok(()),
            deleted => deleted.map(drop),
        }
    }

    /// Notes that the connected cluster was completed with the key that is there.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn confirm_private_key(&self, call: &Call) -> Result<(), Error> {
        let patch = Patch::Merge(json!({"metadata": {"annotations": {CONNECTING_AS: null}}}));
        match self.patch_key(call, "complete", &patch).await {
            Err(error) if error.is_not_found() => Ok(()),
            patched => patched,
        }
    }

    /// The private key that the agents have, to compare it with the public half in Azure; `None` without one.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn private_key(&self, call: &Call) -> Result<Option<AgentKey>, Error> {
        let action = "get Secret azure-arc/azure-arc-connect-privatekey";
        let keys = self.keys();
        let found = self.read(call, action, || keys.get_opt(KEY)).await?;
        Ok(found.and_then(stored))
    }

    fn keys(&self) -> Api<Secret> {
        Api::namespaced(self.client(), AGENTS_NAMESPACE)
    }

    async fn patch_key<P: Serialize + std::fmt::Debug>(
        &self,
        call: &Call,
        verb: &str,
        patch: &Patch<P>,
    ) -> Result<(), Error> {
        let (keys, params) = (self.keys(), PatchParams::default());
        let action = format!("{verb} Secret azure-arc/azure-arc-connect-privatekey");
        self.write(call, &action, || keys.patch(KEY, &params, patch))
            .await
            .map(drop)
    }

    /// Whether Azure has given the agents their identity. Without it nothing works, however green the pods are.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn has_identity_certificate(&self, call: &Call) -> Result<bool, Error> {
        let secrets: Api<Secret> = Api::namespaced(self.client(), AGENTS_NAMESPACE);
        let action = "look for Secret azure-arc/azure-identity-certificate";
        let found = self
            .read(call, action, || secrets.get_metadata_opt(CERTIFICATE))
            .await?;
        Ok(found.is_some())
    }

    /// Makes the agents' namespace, or marks the one there is; says which.
    async fn prepare_namespace(&self, call: &Call) -> Result<bool, Error> {
        let namespaces: Api<Namespace> = Api::all(self.client());
        let namespace = Namespace {
            metadata: adoptable(AGENTS_NAMESPACE),
            ..Namespace::default()
        };
        let exists = self.has_settled_namespace(call, &namespaces).await?;
        if exists {
            let patch = Patch::Merge(json!({"metadata": namespace.metadata}));
            let params = PatchParams::default();
            let request = || namespaces.patch(AGENTS_NAMESPACE, &params, &patch);
            self.write(call, "label namespace azure-arc", request)
                .await?;
        } else {
            let action = "create namespace azure-arc";
            self.create(call, action, &namespaces, namespace).await?;
        }
        Ok(!exists)
    }

    /// Whether the agents' namespace exists, once it is not about to vanish.
    async fn has_settled_namespace(
        &self,
        call: &Call,
        namespaces: &Api<Namespace>,
    ) -> Result<bool, Error> {
        let look = || async {
            let request = || namespaces.get_opt(AGENTS_NAMESPACE);
            let found = self.read(call, "get namespace azure-arc", request).await?;
            Ok::<_, Error>(match found {
                Some(namespace) if namespace.metadata.deletion_timestamp.is_some() => {
                    Probe::pending("it is still being deleted")
                }
                found => Probe::Ready(found.is_some()),
            })
        };
        Ok(poll_until(
            call,
            "the old namespace azure-arc to be gone",
            INTERVAL,
            look,
        )
        .await?)
    }
}

fn stored(secret: Secret) -> Option<AgentKey> {
    let annotations = secret.metadata.annotations.unwrap_or_default();
    let ByteString(pem) = secret.data?.remove(FIELD)?;
    let pem = String::from_utf8(pem).ok().filter(|pem| !pem.is_empty())?;
    Some(AgentKey {
        pem: pem.into(),
        unfinished: annotations.get(CONNECTING_AS).cloned(),
    })
}

/// The marks by which Helm takes an existing object into a release.
fn adoptable(name: &str) -> ObjectMeta {
    let mut metadata = ObjectMeta {
        name: Some(name.to_owned()),
        ..ObjectMeta::default()
    };
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    metadata.labels = Some([pair("app.kubernetes.io/managed-by", "Helm")].into());
    metadata.annotations = Some(
        [
            pair("meta.helm.sh/release-name", RELEASE_NAME),
            pair("meta.helm.sh/release-namespace", RELEASE_NAMESPACE),
        ]
        .into(),
    );
    metadata
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use serde_json::Value;

    use super::*;
    use crate::cluster::testing::{call, cluster_with_bodies};

    const NAMESPACE: &str = "/api/v1/namespaces/azure-arc";
    const SECRET: &str = "/api/v1/namespaces/azure-arc/secrets/azure-arc-connect-privatekey";

    type Log = Arc<Mutex<Vec<(String, Value)>>>;

    fn absent() -> (u16, Value) {
        (
            404,
            json!({"code": 404, "reason": "NotFound", "message": "not found"}),
        )
    }

    /// A cluster that remembers what was written and answers reads and the Secret's creation as told.
    fn recording(
        namespace: impl Fn(usize) -> (u16, Value) + Send + Sync + Clone + 'static,
        creation: (u16, Value),
    ) -> (Cluster, Log) {
        let log = Log::default();
        let writes = Arc::clone(&log);
        let looks = Arc::new(Mutex::new(0));
        let cluster = cluster_with_bodies(move |request, body| {
            if request == format!("GET {NAMESPACE}") {
                let mut looks = looks.lock().expect("no panic");
                *looks += 1;
                return namespace(*looks);
            }
            writes
                .lock()
                .expect("no panic")
                .push((request.to_owned(), body.clone()));
            if request.starts_with("POST /api/v1/namespaces/azure-arc/secrets") {
                return creation.clone();
            }
            (200, json!({"metadata": {"name": "x"}}))
        });
        (cluster, log)
    }

    fn marks(body: &Value) -> [&Value; 3] {
        let (labels, annotations) = (
            &body["metadata"]["labels"],
            &body["metadata"]["annotations"],
        );
        [
            &labels["app.kubernetes.io/managed-by"],
            &annotations["meta.helm.sh/release-name"],
            &annotations["meta.helm.sh/release-namespace"],
        ]
    }

    #[tokio::test(start_paused = true)]
    async fn namespace_and_secret_are_made_so_that_helm_adopts_them() {
        let leaving =
            json!({"metadata": {"name": "azure-arc", "deletionTimestamp": "2026-01-01T00:00:00Z"}});
        let namespace = move |look| {
            if look < 3 {
                (200, leaving.clone())
            } else {
                absent()
            }
        };
        let (cluster, log) = recording(namespace, (201, json!({"metadata": {"name": "x"}})));
        cluster
            .deliver_private_key(&call(), &"PEM".into(), Some("/subscriptions/s"))
            .await
            .expect("delivered");
        let log = log.lock().expect("no panic");
        let requests: Vec<_> = log.iter().map(|(request, _)| request.as_str()).collect();
        assert_eq!(
            requests,
            [
                "POST /api/v1/namespaces",
                "POST /api/v1/namespaces/azure-arc/secrets"
            ]
        );
        for (_, body) in log.iter() {
            assert_eq!(marks(body), ["Helm", "azure-arc", "azure-arc-release"]);
        }
        assert_eq!(log[1].1["data"], json!({"privateKey": "UEVN"}));
        assert_eq!(log[1].1["type"], "Opaque");
        let annotations = &log[1].1["metadata"]["annotations"];
        assert_eq!(
            annotations["arc.multicloud/connecting-as"],
            "/subscriptions/s"
        );
    }

    #[tokio::test]
    async fn what_is_there_is_marked_and_replaced() {
        let there = |_| (200, json!({"metadata": {"name": "azure-arc"}}));
        let taken = (
            409,
            json!({"code": 409, "reason": "AlreadyExists", "message": "taken"}),
        );
        let (cluster, log) = recording(there, taken);
        cluster
            .deliver_private_key(&call(), &"PEM".into(), Some("/subscriptions/s"))
            .await
            .expect("delivered");
        let log = log.lock().expect("no panic");
        let requests: Vec<_> = log.iter().map(|(request, _)| request.clone()).collect();
        let expected = [
            format!("PATCH {NAMESPACE}"),
            "POST /api/v1/namespaces/azure-arc/secrets".into(),
            format!("GET {SECRET}"),
            format!("PATCH {SECRET}"),
        ];
        assert_eq!(requests, expected);
        assert_eq!(log[3].1["data"], json!({"privateKey": "UEVN"}));
    }

    #[tokio::test]
    async fn the_key_in_the_cluster_can_be_read_back() {
        let cluster = cluster_with_bodies(|_, _| {
            (
                200,
                json!({"metadata": {"annotations": {"arc.multicloud/connecting-as": "/subscriptions/s"}},
                       "data": {"privateKey": "UEVN"}}),
            )
        });
        let key = cluster
            .private_key(&call())
            .await
            .expect("answered")
            .expect("a key");
        assert_eq!(key.pem.expose_secret(), "PEM");
        assert_eq!(key.unfinished.as_deref(), Some("/subscriptions/s"));
        let without = cluster_with_bodies(|_, _| absent());
        assert!(
            without
                .private_key(&call())
                .await
                .expect("answered")
                .is_none()
        );
        assert!(
            !without
                .has_identity_certificate(&call())
                .await
                .expect("answered")
        );
    }
}
