//! Flux's own objects: what it fetches from, and what it applies.

use kube::api::{ApiResource, DynamicObject, ListParams};
use kube::core::GroupVersionKind;
use kube::{Api, ResourceExt as _};

use crate::call::Call;
use crate::cluster::{Cluster, Error};

/// Versions of Flux's kinds, newest first. Which of them are served depends on the extension's version.
const VERSIONS: [&str; 2] = ["v1", "v1beta2"];

/// A kind of object that a Flux configuration brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FluxKind {
    /// A Git repository as source.
    GitRepository,
    /// A bucket as source, one of Azure's blob containers included.
    Bucket,
    /// An OCI repository as source.
    OciRepository,
    /// A directory of a source that is kept applied.
    Kustomization,
}

impl FluxKind {
    /// As in `kind`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::GitRepository => "GitRepository",
            Self::Bucket => "Bucket",
            Self::OciRepository => "OCIRepository",
            Self::Kustomization => "Kustomization",
        }
    }

    const fn group_and_plural(self) -> (&'static str, &'static str) {
        match self {
            Self::GitRepository => ("source.toolkit.fluxcd.io", "gitrepositories"),
            Self::Bucket => ("source.toolkit.fluxcd.io", "buckets"),
            Self::OciRepository => ("source.toolkit.fluxcd.io", "ocirepositories"),
            Self::Kustomization => ("kustomize.toolkit.fluxcd.io", "kustomizations"),
        }
    }

    fn resource(self, version: &str) -> ApiResource {
        let (group, plural) = self.group_and_plural();
        let kind = GroupVersionKind::gvk(group, version, self.name());
        ApiResource::from_gvk_with_plural(&kind, plural)
    }
}

/// An object of Flux.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FluxObject {
    /// Its name.
    pub name: String,
    /// Whether Flux was told to leave it alone (`spec.suspend`).
    pub suspended: bool,
}

impl Cluster {
    /// The objects of a kind in a namespace; none where the API server does not know the kind.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn flux_objects(
        &self,
        call: &Call,
        kind: FluxKind,
        namespace: &str,
    ) -> Result<Vec<FluxObject>, Error> {
        let action = format!("list objects of kind {} in {namespace}", kind.name());
        for version in VERSIONS {
            let resource = kind.resource(version);
            let api: Api<DynamicObject> = Api::namespaced_with(self.client(), namespace, &resource);
            let everything = ListParams::default();
            match self.read(call, &action, || api.list(&everything)).await {
                Err(error) if error.is_not_found() => {}
                listed => return Ok(listed?.iter().map(FluxObject::from).collect()),
            }
        }
        Ok(Vec::new())
    }
}

impl From<&DynamicObject> for FluxObject {
    fn from(object: &DynamicObject) -> Self {
        Self {
            name: object.name_any(),
            suspended: object.data["spec"]["suspend"] == true,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cluster::testing::{call, cluster};

    #[tokio::test]
    async fn an_older_version_is_asked_where_the_newer_is_unknown() {
        let cluster = cluster(|request| match request {
            "GET /apis/source.toolkit.fluxcd.io/v1beta2/namespaces/fleet/buckets" => {
                let object = |name: &str, spec| {
                    json!({"apiVersion": "source.toolkit.fluxcd.io/v1beta2", "kind": "Bucket",
                           "metadata": {"name": name}, "spec": spec})
                };
                let items = [
                    object("a", json!({"suspend": true})),
                    object("b", json!({})),
                ];
                (200, json!({"metadata": {}, "items": items}))
            }
            _ => (
                404,
                json!({"code": 404, "reason": "NotFound", "message": "no"}),
            ),
        });
        let found = cluster
            .flux_objects(&call(), FluxKind::Bucket, "fleet")
            .await
            .expect("an answer");
        let seen: Vec<_> = found
            .iter()
            .map(|o| (o.name.as_str(), o.suspended))
            .collect();
        assert_eq!(seen, [("a", true), ("b", false)]);
        let none = cluster
            .flux_objects(&call(), FluxKind::Kustomization, "fleet")
            .await
            .expect("an answer");
        assert_eq!(none, []);
    }
}
