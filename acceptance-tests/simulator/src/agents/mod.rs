//! The half of the Arc agents that lives in Azure.
//!
//! The real agents ask Azure for an identity with a request that they sign by their private key, get a certificate, and
//! then report their cluster. Here no agent runs inside the cluster, so this side looks into it: it finds out which Azure
//! object the cluster says it is ([`cluster`]), proves the private key against the public key in that object, and only
//! then writes the certificates and lets the object be connected ([`heartbeat`]). A wrong key stays without answer for
//! ever, as in real life, and an object that was deleted never comes back.
//!
//! A cluster that reported gets what Azure wants in it: [`installs`] makes Helm releases of extensions, [`flux`]
//! objects of Flux configurations, [`locations`] namespaces of custom locations. Where a test decides about the agents ([`presence`]), no cluster is looked into.

mod certificates;
mod cluster;
mod flux;
mod heartbeat;
mod installs;
mod locations;
mod objects;
mod presence;
mod release;

pub(super) use heartbeat::mark_silent;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Cloud, Clusters};
use cluster::Cluster;

pub(super) use presence::{Presence, apply_presences};

/// Looks after every cluster of the configuration until told to stop.
pub(super) async fn run(cloud: Arc<Cloud>, stop: CancellationToken, tasks: TaskTracker) {
    let mut watched = BTreeMap::new();
    while !stop.is_cancelled() {
        let present = cloud.config.clusters.present();
        watched.retain(|name, end: &mut CancellationToken| {
            let keep = present.contains_key(name);
            if !keep {
                end.cancel();
            }
            keep
        });
        for (name, path) in present {
            watched.entry(name.clone()).or_insert_with(|| {
                let end = stop.child_token();
                tasks.spawn(watch(cloud.clone(), name, path, end.clone()));
                end
            });
        }
        heartbeat::mark_silent(&mut cloud.store(), cloud.clock.now());
        pause(&cloud, &stop).await;
    }
}

/// Looks into one cluster again and again.
async fn watch(cloud: Arc<Cloud>, name: String, kubeconfig: PathBuf, stop: CancellationToken) {
    let mut cluster = Cluster::new(kubeconfig);
    while !stop.is_cancelled() {
        let observation = heartbeat::observe(&cloud, &mut cluster);
        let Some(seen) = stop.run_until_cancelled(observation).await else {
            break;
        };
        let seen = seen.unwrap_or_else(|error| error.to_string());
        cloud.store().agent_reports.insert(name.clone(), seen);
        pause(&cloud, &stop).await;
    }
    cloud.store().agent_reports.remove(&name);
}

async fn pause(cloud: &Cloud, stop: &CancellationToken) {
    let interval = cloud.store().behaviour.agents_interval_ms;
    let sleep = tokio::time::sleep(Duration::from_millis(interval.into()));
    stop.run_until_cancelled(sleep).await;
}

impl Clusters {
    /// The clusters that are there now.
    fn present(&self) -> BTreeMap<String, PathBuf> {
        match self {
            Self::Files(files) => files.clone(),
            Self::Directory(directory) => kubeconfigs(directory),
        }
    }
}

/// A directory that does not exist yet is one without clusters.
fn kubeconfigs(directory: &Path) -> BTreeMap<String, PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let files = entries.map(|entry| entry.path());
    files
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "kubeconfig")
        })
        .filter_map(|path| Some((path.file_stem()?.to_string_lossy().into_owned(), path)))
        .collect()
}
