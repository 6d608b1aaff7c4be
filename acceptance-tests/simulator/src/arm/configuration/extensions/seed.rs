//! Extensions that no client of Azure asked for: a policy made them, or they belong to Azure itself.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::{Extension, Scope, write};
use crate::arm::change::Change;
use crate::arm::progress::{self, State};
use crate::faults::Ending;
use crate::store::Store;

/// An extension to be made.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Seed {
    /// Id of its cluster.
    connected_cluster: String,
    name: String,
    extension_type: String,
    version: String,
    release_namespace: String,
    #[serde(default)]
    settings: BTreeMap<String, String>,
    /// Whether only Azure may change it.
    #[serde(default)]
    system: bool,
}

/// Makes the extension; the agents then install it. Says what is wrong if that cannot be.
pub(crate) fn add(store: &mut Store, seed: Seed, now: Timestamp) -> Result<(), String> {
    let cluster = store.clusters.get(&seed.connected_cluster.to_lowercase());
    let cluster = cluster.ok_or_else(|| format!("no cluster {}", seed.connected_cluster))?;
    let id = format!(
        "{}/providers/Microsoft.KubernetesConfiguration/extensions/{}",
        cluster.id, seed.name
    );
    let change = Change {
        by: "a policy".to_owned(),
        at: now,
    };
    let scope = Scope::Cluster {
        namespace: seed.release_namespace,
    };
    let mut extension = Extension::new(id.clone(), &seed.extension_type, scope, change);
    extension.is_system = seed.system;
    extension.settings = [
        ("autoUpgradeMinorVersion", json!(false)),
        ("version", json!(seed.version)),
        ("configurationSettings", json!(seed.settings)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into_iter()
    .collect();
    extension.aim(seed.version);
    let key = id.to_lowercase();
    store.extensions.insert(key.clone(), extension);
    let pace = (&Ending::Succeeds, now);
    let operation = progress::begin_in(
        store,
        pace,
        &key,
        State::Creating,
        write::find,
        write::finish,
    );
    progress::hold(store, &operation);
    Ok(())
}
