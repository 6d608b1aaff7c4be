//! Ids of connected clusters, and of what hangs on them, as values of attributes.

use crate::sdk::diagnostics::{Diagnostic, Diagnostics};
use crate::sdk::path::AttributePath;
use crate::sdk::resource::ImportTarget;
use crate::sdk::schema::Check;
use crate::sdk::value::Value;
use crate::usecases::ResourceId;

/// A type whose objects hang on a connected cluster.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Child {
    /// One of its objects, with the article.
    pub noun: &'static str,
    /// Whether an id names one.
    pub names: fn(&ResourceId) -> bool,
    /// The id of the one of a name on a cluster.
    pub on: fn(&ResourceId, &str) -> ResourceId,
}

/// The id of a connected cluster.
pub(crate) fn connected_cluster() -> Check {
    Check::text(|text| match ResourceId::parse(text) {
        Err(error) => Err(error.to_string()),
        Ok(id) if !id.is_connected_cluster() => Err(format!(
            "{text} names a {}, and a Microsoft.Kubernetes/connectedClusters is needed",
            id.resource_type()
        )),
        Ok(_) => Ok(()),
    })
}

/// The id of the cluster in an attribute. It was checked in the plan, unless it was not known then.
pub(crate) fn parse_cluster(text: &str) -> Result<ResourceId, Diagnostics> {
    let is_cluster = ResourceId::is_connected_cluster;
    parse(
        text,
        "connected_cluster_id",
        "a connected cluster",
        is_cluster,
    )
}

impl Child {
    /// The identity of an object in state.
    pub(crate) fn identity(id: Option<&str>) -> Option<Value> {
        let id = ResourceId::parse(id?).ok()?;
        Some(Value::object([
            ("subscription_id", Value::string(id.subscription_id())),
            ("resource_group_name", Value::string(id.resource_group())),
            ("cluster_name", Value::string(id.extends()?.name())),
            ("name", Value::string(id.name())),
        ]))
    }

    /// The id of an object in state.
    pub(crate) fn stored(&self, id: Option<&str>) -> Result<ResourceId, Diagnostics> {
        let good = |id: &ResourceId| {
            let cluster = id.extends();
            (self.names)(id) && cluster.is_some_and(|cluster| cluster.is_connected_cluster())
        };
        parse(id.unwrap_or_default(), "id", self.noun, good)
    }

    /// The cluster and the name of an object to import. The cluster's id is in the casing that references have, so that
    /// the configuration shows no difference.
    pub(crate) fn imported(
        &self,
        target: &ImportTarget,
    ) -> Result<(ResourceId, String), Diagnostics> {
        match target {
            ImportTarget::Id(id) => {
                let id = self.stored(Some(id))?;
                let cluster = id.extends().unwrap_or_else(|| id.clone());
                let cluster = ResourceId::connected_cluster(
                    cluster.subscription_id(),
                    cluster.resource_group(),
                    cluster.name(),
                );
                Ok((cluster, id.name().to_owned()))
            }
            ImportTarget::Identity(identity) => {
                let part = |name| identity.get(name).as_str().unwrap_or_default();
                let cluster = ResourceId::connected_cluster(
                    part("subscription_id"),
                    part("resource_group_name"),
                    part("cluster_name"),
                );
                Ok((cluster, part("name").to_owned()))
            }
        }
    }
}

/// Reads an id, which must be `good`.
pub(crate) fn parse(
    text: &str,
    attribute: &'static str,
    wanted: &str,
    good: impl Fn(&ResourceId) -> bool,
) -> Result<ResourceId, Diagnostics> {
    let path = AttributePath::attribute(attribute);
    match ResourceId::parse(text) {
        Err(error) => {
            let attempted = format!("reading the id of {wanted}");
            Err(Diagnostic::explain(path, &attempted, &error).into())
        }
        Ok(id) if good(&id) => Ok(id),
        Ok(id) => Err(Diagnostics::error(
            path,
            "Id Of Another Type",
            format!(
                "{id} names a {}, and the id of {wanted} is needed.\n\nTo fix this: copy the id from the other object, or \
                 from `az resource show --query id`.",
                id.resource_type()
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXTENSION: Child = Child {
        noun: "an extension",
        names: ResourceId::is_cluster_extension,
        on: ResourceId::cluster_extension,
    };

    #[test]
    fn an_import_id_in_any_casing_leads_to_the_casing_of_references() {
        let cluster =
            ResourceId::connected_cluster("00000000-0000-0000-0000-000000000001", "rg", "c1");
        let text = (EXTENSION.on)(&cluster, "flux").to_string();
        let shouted = text.replace("connectedClusters", "CONNECTEDCLUSTERS");
        let (found, name) = EXTENSION
            .imported(&ImportTarget::Id(shouted))
            .expect("an id");
        assert_eq!(
            (found.to_string(), name.as_str()),
            (cluster.to_string(), "flux")
        );
        let identity = Child::identity(Some(&text)).expect("an identity");
        let again = EXTENSION
            .imported(&ImportTarget::Identity(identity))
            .expect("an id");
        assert_eq!(again, (cluster.clone(), "flux".to_owned()));
        assert!(EXTENSION.stored(Some(&cluster.to_string())).is_err());
    }
}
