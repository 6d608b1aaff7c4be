//! Connected clusters as Azure lists them, without a look into any of them.

use std::collections::BTreeMap;

use crate::arm::{ConnectedCluster, ListScope, ResourceId};
use crate::call::Call;

use super::error::Error;
use crate::usecases::session::Session;

/// Which connected clusters are meant.
#[derive(Clone, Debug)]
pub struct Selection {
    /// Where to look.
    pub scope: ListScope,
    /// Tags that each of them has; names compare without regard to case, values with.
    pub tags: BTreeMap<String, String>,
    /// The connectivity that each of them has.
    pub connectivity: Option<String>,
}

impl Selection {
    fn takes(&self, cluster: &ConnectedCluster) -> bool {
        let tags = cluster.tags.iter().flatten();
        let has = |(name, value): (&String, &String)| {
            tags.clone()
                .any(|(other, found)| other.eq_ignore_ascii_case(name) && found == value)
        };
        let connectivity = cluster.connectivity_status();
        self.tags.iter().all(has)
            && self
                .connectivity
                .as_deref()
                .is_none_or(|wanted| connectivity == Some(wanted))
    }
}

/// One connected cluster; `None` when there is none of that id.
///
/// # Errors
///
/// Azure's.
pub async fn find(
    call: &Call,
    session: &Session,
    id: &ResourceId,
) -> Result<Option<ConnectedCluster>, Error> {
    Ok(session.azure.connected_clusters().get(call, id).await?)
}

/// The connected clusters of a selection, in the order of their ids.
///
/// # Errors
///
/// [`Error::ResourceGroupMissing`], or Azure's.
pub async fn select(
    call: &Call,
    session: &Session,
    selection: &Selection,
) -> Result<Vec<ConnectedCluster>, Error> {
    let scope = &selection.scope;
    let clusters = session.azure.connected_clusters();
    let mut found = match (clusters.list(call, scope).await, &scope.resource_group) {
        (Err(error), Some(group)) if error.is_not_found() => {
            return Err(Error::ResourceGroupMissing {
                subscription: scope.subscription_id.clone(),
                name: group.clone(),
            });
        }
        (listed, _) => listed?,
    };
    found.retain(|cluster| selection.takes(cluster));
    found.sort_by_key(|cluster| cluster.id.as_deref().unwrap_or_default().to_lowercase());
    Ok(found)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_cluster_is_taken_when_all_tags_and_the_connectivity_fit() {
        let cluster: ConnectedCluster = serde_json::from_value(json!({
            "tags": {"City": "Demo", "Scope": "Private"},
            "properties": {"connectivityStatus": "Connected"},
        }))
        .expect("a connected cluster");
        let takes = |tags: &[(&str, &str)], connectivity: Option<&str>| {
            let selection = Selection {
                scope: ListScope {
                    subscription_id: "s".to_owned(),
                    resource_group: None,
                },
                tags: tags
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                    .collect(),
                connectivity: connectivity.map(str::to_owned),
            };
            selection.takes(&cluster)
        };
        assert!(takes(&[], None));
        assert!(takes(
            &[("city", "Demo"), ("Scope", "Private")],
            Some("Connected")
        ));
        assert!(!takes(&[("City", "demo")], None));
        assert!(!takes(&[("Datacenter", "Demo")], None));
        assert!(!takes(&[], Some("Offline")));
    }
}
