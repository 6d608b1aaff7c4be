//! Reading what a chart puts into a cluster out of its YAML, as far as anybody here asks.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A custom resource definition, as far as it can be looked for in a cluster.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Definition {
    /// API group, such as `clusterconfig.azure.com`.
    pub group: String,
    /// The version that is served, such as `v1beta1`.
    pub version: String,
    /// Plural name of its objects, such as `extensionconfigs`.
    pub plural: String,
}

impl Definition {
    /// The name of the definition: `<plural>.<group>`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}.{}", self.plural, self.group)
    }
}

#[derive(Deserialize)]
struct Object<S> {
    metadata: Metadata,
    spec: S,
}

#[derive(Deserialize)]
struct Metadata {
    name: String,
}

#[derive(Deserialize)]
struct DeploymentSpec {
    replicas: Option<i32>,
}

#[derive(Deserialize)]
struct DefinitionSpec {
    group: String,
    names: Names,
    #[serde(default)]
    versions: Vec<DefinitionVersion>,
}

#[derive(Deserialize)]
struct DefinitionVersion {
    name: String,
    served: bool,
}

#[derive(Deserialize)]
struct Names {
    plural: String,
}

/// The deployments of a manifest by name, with the replicas that they ask for (one, if they do not say).
pub(super) fn deployments(manifest: &str) -> BTreeMap<String, i32> {
    objects::<DeploymentSpec>(manifest, "Deployment")
        .map(|object| (object.metadata.name, object.spec.replicas.unwrap_or(1)))
        .collect()
}

/// The custom resource definitions of a manifest.
pub(super) fn definitions(manifest: &str) -> Vec<Definition> {
    objects::<DefinitionSpec>(manifest, "CustomResourceDefinition")
        .filter_map(|object| {
            let mut versions = object.spec.versions.into_iter();
            Some(Definition {
                group: object.spec.group,
                version: versions.find(|version| version.served)?.name,
                plural: object.spec.names.plural,
            })
        })
        .collect()
}

/// The documents of a manifest that say that they are of a kind.
pub(super) fn documents<'a>(manifest: &'a str, kind: &str) -> impl Iterator<Item = &'a str> {
    let line = format!("kind: {kind}");
    manifest.split("\n---").filter(move |document| {
        document
            .lines()
            .any(|one| one.trim_end().eq_ignore_ascii_case(&line))
    })
}

/// Only documents of the kind are parsed: a manifest of the agents has a hundred.
fn objects<S: serde::de::DeserializeOwned>(
    manifest: &str,
    kind: &str,
) -> impl Iterator<Item = Object<S>> {
    documents(manifest, kind).filter_map(|document| {
        let document = document.trim_start_matches("---");
        serde_saphyr::from_str(document).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_document_may_have_a_marker_and_others_are_passed_over() {
        let manifest = "---\n# Source: agents\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: one\nspec:\n  template: {}\n---\nkind: ConfigMap\nmetadata:\n  name: two\n---\nkind: Deployment\nmetadata:\n  name: three\nspec:\n  replicas: 0\n";
        let expected = [("one".to_owned(), 1), ("three".to_owned(), 0)];
        assert_eq!(deployments(manifest), expected.into());
        assert_eq!(definitions(manifest), []);
    }
}
