//! From a look into a cluster to what Azure says of it.

use jiff::{SignedDuration, Timestamp};

use super::certificates;
use super::cluster::{Cluster, Configuration, Silence};
use crate::simulator::Cloud;
use crate::simulator::arm::connected_clusters::{Connectivity, Report};

/// Without a heartbeat for so long, a cluster is offline.
const SILENCE_LIMIT: SignedDuration = SignedDuration::from_mins(15);
/// Life of the identity certificate.
const CERTIFICATE_LIFE: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Age from which the agents renew it.
const CERTIFICATE_RENEWAL: SignedDuration = SignedDuration::from_hours(46 * 24);

/// One look into a cluster. Says what was reported; the error says why nothing was.
pub(super) async fn beat(cloud: &Cloud, cluster: &mut Cluster) -> Result<String, Silence> {
    let beaten = try_beat(cloud, cluster).await;
    if let Err(Silence::Unreachable(_)) = &beaten {
        cluster.forget();
    }
    beaten
}

async fn try_beat(cloud: &Cloud, cluster: &mut Cluster) -> Result<String, Silence> {
    let configuration = cluster.configuration().await?;
    let public_key = cluster.public_key().await?;
    prove(cloud, &configuration.id, &public_key)?;
    cluster.require_agents().await?;
    let expires = certificate(cloud, cluster, &configuration.id).await?;
    let facts = cluster.facts().await?;
    let report = Report {
        kubernetes_version: facts.kubernetes_version,
        agent_version: configuration.agent_version.clone(),
        distribution: configuration.distribution.clone(),
        infrastructure: configuration.infrastructure.clone(),
        nodes: facts.nodes,
        cores: facts.cores,
        heard: cloud.clock.now(),
        certificate_expires: expires,
    };
    hear(cloud, &configuration, &public_key, report)?;
    Ok(format!("reported as {}", configuration.id))
}

/// Marks the clusters that have not been heard of for too long.
pub(super) fn miss(cloud: &Cloud) {
    let now = cloud.clock.now();
    for cluster in cloud.store().clusters.values_mut() {
        let Some(report) = cluster.report() else {
            continue;
        };
        if now >= report.certificate_expires {
            cluster.connectivity = Connectivity::Expired;
        } else if now.duration_since(report.heard) >= SILENCE_LIMIT {
            cluster.connectivity = Connectivity::Offline;
        }
    }
}

/// Whether the object is there, ready for its agents, and theirs.
fn prove(cloud: &Cloud, id: &str, public_key: &str) -> Result<Option<Timestamp>, Silence> {
    let store = cloud.store();
    let Some(object) = store.clusters.get(&id.to_lowercase()) else {
        return Err(Silence::Unknown(id.to_owned()));
    };
    if !object.is_provisioned() {
        return Err(Silence::NotProvisioned(id.to_owned()));
    }
    if object.public_key() != public_key {
        return Err(Silence::WrongKey);
    }
    let expires = object.report().map(|report| report.certificate_expires);
    if expires.is_some_and(|expires| cloud.clock.now() >= expires) {
        Err(Silence::Expired)
    } else {
        Ok(expires)
    }
}

/// Sees to it that the cluster has certificates that will do for a while, and says until when.
async fn certificate(cloud: &Cloud, cluster: &mut Cluster, id: &str) -> Result<Timestamp, Silence> {
    let now = cloud.clock.now();
    let known = cloud
        .store()
        .clusters
        .get(&id.to_lowercase())
        .and_then(|object| {
            let expires = object.report()?.certificate_expires;
            (expires.duration_since(now) > CERTIFICATE_LIFE - CERTIFICATE_RENEWAL)
                .then_some(expires)
        });
    let complete = certificates::complete(cluster).await?;
    match known {
        Some(expires) if complete => Ok(expires),
        _ => {
            certificates::write(cluster, id).await?;
            Ok(now + CERTIFICATE_LIFE)
        }
    }
}

/// Puts the report into the object, unless the object changed hands during the look.
fn hear(
    cloud: &Cloud,
    configuration: &Configuration,
    public_key: &str,
    report: Report,
) -> Result<(), Silence> {
    prove(cloud, &configuration.id, public_key)?;
    if let Some(object) = cloud
        .store()
        .clusters
        .get_mut(&configuration.id.to_lowercase())
    {
        object.hear(report);
    }
    Ok(())
}
