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

/// The id of a connected cluster, as the value of an attribute.
pub(crate) fn connected_cluster() -> Check {
    Check::text(|text| {
        require_type(text, "Microsoft.Kubernetes/connectedClusters")
            .map_err(|why| format!("{why}; take that of `az connectedk8s show --query id`"))
    })
}

/// The id of a resource of one ARM type, as the value of an attribute.
pub(crate) fn of_type(resource_type: &'static str) -> Check {
    Check::text(move |text| require_type(text, resource_type))
}

fn require_type(text: &str, resource_type: &str) -> Result<(), String> {
    let id = ResourceId::parse(text).map_err(|error| error.to_string())?;
    if id.is_of_type(resource_type) {
        return Ok(());
    }
    Err(format!(
        "it names a {}, and the id of a {resource_type} is expected",
        id.resource_type()
    ))
}

impl Child {
    /// The identity of an object.
    pub(crate) fn identity(id: &ResourceId) -> Value {
        let cluster = id.extends();
        let cluster = cluster.as_ref().map_or("", ResourceId::name);
        Value::object([
            ("subscription_id", Value::string(id.subscription_id())),
            ("resource_group_name", Value::string(id.resource_group())),
            ("cluster_name", Value::string(cluster)),
            ("name", Value::string(id.name())),
        ])
    }

    /// The id that an object will have on the cluster that the configuration names.
    pub(crate) fn future(
        &self,
        cluster: Option<&ResourceId>,
        name: &str,
    ) -> Result<ResourceId, Diagnostics> {
        Ok((self.on)(required_cluster(cluster)?, name))
    }

    /// The cluster and the name of an object to import. The cluster's id is in the casing that references have, so that
    /// the configuration shows no difference.
    pub(crate) fn imported(
        &self,
        target: &ImportTarget,
    ) -> Result<(ResourceId, String), Diagnostics> {
        match target {
            ImportTarget::Id(id) => {
                let good = |id: &ResourceId| {
                    let cluster = id.extends();
                    (self.names)(id) && cluster.is_some_and(|id| id.is_connected_cluster())
                };
                let id = parse(id, self.noun, "az resource show", good)?;
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
                let id = (self.on)(&cluster, part("name"));
                parse(&id.to_string(), self.noun, "az resource show", self.names)?;
                Ok((cluster, part("name").to_owned()))
            }
        }
    }
}

/// The identity of an object that stands in a resource group by itself.
pub(crate) fn identity_in_group(id: &ResourceId) -> Value {
    Value::object([
        ("subscription_id", Value::string(id.subscription_id())),
        ("resource_group_name", Value::string(id.resource_group())),
        ("name", Value::string(id.name())),
    ])
}

/// The id of an object to import that stands in a resource group by itself: what it is, and the command that shows it, are
/// for messages. `from_parts` takes subscription, resource
/// group and name.
pub(crate) fn imported_in_group(
    target: &ImportTarget,
    (wanted, shown_by): (&str, &str),
    good: impl Fn(&ResourceId) -> bool,
    from_parts: impl Fn(&str, &str, &str) -> ResourceId,
) -> Result<ResourceId, Diagnostics> {
    match target {
        ImportTarget::Id(id) => parse(id, wanted, shown_by, good),
        ImportTarget::Identity(identity) => {
            let part = |name| identity.get(name).as_str().unwrap_or_default();
            let (subscription, group) = (part("subscription_id"), part("resource_group_name"));
            let id = from_parts(subscription, group, part("name"));
            parse(&id.to_string(), wanted, shown_by, good)
        }
    }
}

/// The connected cluster that the configuration names. The schema requires one, so that its absence is a bug.
pub(crate) fn required_cluster(cluster: Option<&ResourceId>) -> Result<&ResourceId, Diagnostics> {
    cluster.ok_or_else(|| {
        Diagnostics::error(
            AttributePath::attribute("connected_cluster_id"),
            "Provider Bug",
            "The id of the connected cluster did not arrive. Please report this to the provider's developers.",
        )
    })
}

/// Reads an id that the user gave to an import, which must be `good`. `shown_by` is the command that shows it.
pub(crate) fn parse(
    text: &str,
    wanted: &str,
    shown_by: &str,
    good: impl Fn(&ResourceId) -> bool,
) -> Result<ResourceId, Diagnostics> {
    let path = AttributePath::attribute("id");
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
                "{id} names a {}, and the id of {wanted} is needed.\n\nTo fix this: copy the id from `{shown_by} --query id`.",
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
        let id = ResourceId::parse(&text).expect("an id");
        let identity = Child::identity(&id);
        let again = EXTENSION
            .imported(&ImportTarget::Identity(identity))
            .expect("an id");
        assert_eq!(again, (cluster.clone(), "flux".to_owned()));
        for odd in ["..", "a/b", "a%2fb", ""] {
            let mut parts = id_parts(&id);
            parts.insert("name".to_owned(), Value::string(odd));
            let odd = ImportTarget::Identity(Value::Map(parts));
            assert!(EXTENSION.imported(&odd).is_err());
        }
        let other = ImportTarget::Id(cluster.to_string());
        assert!(EXTENSION.imported(&other).is_err());
    }

    fn id_parts(id: &ResourceId) -> std::collections::BTreeMap<String, Value> {
        match Child::identity(id) {
            Value::Map(parts) => parts,
            other => panic!("an object, not {other:?}"),
        }
    }

    fn fault(check: &Check, text: &str) -> String {
        check.judge(&Value::string(text)).err().unwrap_or_default()
    }

    fn in_group(kind: &str) -> String {
        format!(
            "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/{kind}/x"
        )
    }

    #[test]
    fn an_id_is_of_the_right_type() {
        let check = of_type("Microsoft.HybridCompute/gateways");
        let good = in_group("microsoft.hybridcompute/GATEWAYS");
        assert_eq!(fault(&check, &good), "");
        assert_eq!(
            fault(&check, &in_group("Microsoft.Kubernetes/connectedClusters")),
            "it names a Microsoft.Kubernetes/connectedClusters, and the id of a Microsoft.HybridCompute/gateways is expected"
        );
        assert!(fault(&check, "gateway-1").contains("gateway-1"));
    }

    #[test]
    fn the_parent_is_a_connected_cluster() {
        let check = connected_cluster();
        let good = in_group("Microsoft.Kubernetes/connectedClusters");
        assert_eq!(fault(&check, &good), "");
        let aks = in_group("Microsoft.ContainerService/managedClusters");
        assert!(fault(&check, &aks).contains("az connectedk8s show"));
        assert_ne!(fault(&check, "c"), "");
    }
}
