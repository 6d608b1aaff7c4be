//! The agents' namespace, which is made for the key.

use std::time::Duration;

use k8s_openapi::api::core::v1::Namespace;
use kube::Api;
use kube::api::{ObjectMeta, Patch, PatchParams};
use serde_json::json;

use crate::call::{Call, Probe, poll_until};
use crate::cluster::agents::{AGENTS_NAMESPACE, RELEASE_NAME, RELEASE_NAMESPACE};
use crate::cluster::{Cluster, Error};

/// Between two looks at a namespace that is on its way out.
const INTERVAL: Duration = Duration::from_secs(2);

impl Cluster {
    /// Makes the agents' namespace and answers its UID, or marks the one there is (`None`).
    pub(super) async fn prepare_namespace(&self, call: &Call) -> Result<Option<String>, Error> {
        let namespaces: Api<Namespace> = Api::all(self.client());
        let namespace = Namespace {
            metadata: adoptable(AGENTS_NAMESPACE),
            ..Namespace::default()
        };
        if !self.has_settled_namespace(call, &namespaces).await? {
            let action = "create namespace azure-arc";
            match self
                .create(call, action, &namespaces, namespace.clone())
                .await
            {
                // Another one made it since the look.
                Err(error) if error.is_conflict() => {}
                made => return Ok(made?.metadata.uid),
            }
        }
        let patch = Patch::Merge(json!({"metadata": namespace.metadata}));
        let params = PatchParams::default();
        let request = || namespaces.patch(AGENTS_NAMESPACE, &params, &patch);
        self.write(call, "label namespace azure-arc", request)
            .await?;
        Ok(None)
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
        let awaited = "the old namespace azure-arc to be gone";
        Ok(poll_until(call, awaited, INTERVAL, look).await?)
    }
}

/// The marks by which Helm takes an existing object into a release.
pub(super) fn adoptable(name: &str) -> ObjectMeta {
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    ObjectMeta {
        name: Some(name.to_owned()),
        labels: Some([pair("app.kubernetes.io/managed-by", "Helm")].into()),
        annotations: Some(
            [
                pair("meta.helm.sh/release-name", RELEASE_NAME),
                pair("meta.helm.sh/release-namespace", RELEASE_NAMESPACE),
            ]
            .into(),
        ),
        ..ObjectMeta::default()
    }
}
