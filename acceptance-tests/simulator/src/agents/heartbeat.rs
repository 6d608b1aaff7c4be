//! From a look into a cluster to what Azure says of it.

use jiff::{SignedDuration, Timestamp};

use super::cluster::{AgentError, Cluster, Configuration};
use super::{Presence, certificates, flux, installs, locations};
use crate::Cloud;
use crate::arm::connected_clusters::{ConnectedCluster, Connectivity, Report};
use crate::store::Store;

/// Without a heartbeat for so long, a cluster is offline.
const OFFLINE_AFTER: SignedDuration = SignedDuration::from_mins(15);
/// Life of the identity certificate.
const CERTIFICATE_LIFE: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Age from which the agents renew it.
const CERTIFICATE_RENEWAL: SignedDuration = SignedDuration::from_hours(46 * 24);

/// One look into a cluster. Says what was reported; the error says why nothing was.
pub(super) async fn observe(cloud: &Cloud, cluster: &mut Cluster) -> Result<String, AgentError> {
    let observed = try_observe(cloud, cluster).await;
    if let Err(AgentError::Unreachable(_)) = &observed {
        cluster.forget();
    }
    observed
}

async fn try_observe(cloud: &Cloud, cluster: &mut Cluster) -> Result<String, AgentError> {
    let Configuration {
        id,
        agent_version,
        distribution,
        infrastructure,
        features,
    } = cluster.configuration().await?;
    require_unscripted(&cloud.store(), &id)?;
    let public_key = cluster.public_key().await?;
    let expires = verify_key(&mut cloud.store(), &id, &public_key, cloud.clock.now())?.expires();
    cluster.require_agents().await?;
    let certificate_expires = certify(cluster, &id, expires, cloud.clock.now()).await?;
    let facts = cluster.facts().await?;
    // The object may have changed hands during the look, so the key is proven once more.
    let reported_at = cloud.clock.now();
    verify_key(&mut cloud.store(), &id, &public_key, reported_at)?.record(Report {
        kubernetes_version: facts.kubernetes_version,
        agent_version,
        distribution,
        infrastructure,
        nodes: facts.nodes,
        cores: facts.cores,
        reported_at,
        certificate_expires,
        features,
    });
    installs::reconcile(cloud, cluster, &id).await?;
    flux::reconcile(cloud, cluster, &id).await?;
    locations::reconcile(cloud, cluster, &id).await?;
    Ok(format!("reported as {id}"))
}

/// Marks the clusters whose agents have not reported for too long.
pub(crate) fn mark_silent(store: &mut Store, now: Timestamp) {
    for cluster in store.clusters.values_mut() {
        let Some(report) = cluster.report() else {
            continue;
        };
        if cluster.connectivity == Connectivity::Expired || now >= report.certificate_expires {
            cluster.connectivity = Connectivity::Expired;
        } else if now.duration_since(report.reported_at) >= OFFLINE_AFTER {
            cluster.connectivity = Connectivity::Offline;
        }
    }
}

/// Refuses to look into a cluster whose agents a test decides about.
fn require_unscripted(store: &Store, id: &str) -> Result<(), AgentError> {
    match store.presences.get(&id.to_lowercase()) {
        None | Some(Presence::Real) => Ok(()),
        Some(Presence::Away | Presence::Simulated(_)) => Err(AgentError::Scripted(id.to_owned())),
    }
}

/// The agents' object, if it is ready for them and their key is the right one.
fn verify_key<'a>(
    store: &'a mut Store,
    id: &str,
    public_key: &str,
    now: Timestamp,
) -> Result<&'a mut ConnectedCluster, AgentError> {
    let Some(object) = store.clusters.get_mut(&id.to_lowercase()) else {
        return Err(AgentError::Unknown(id.to_owned()));
    };
    if !object.is_provisioned() {
        Err(AgentError::NotProvisioned(id.to_owned()))
    } else if object.public_key() != public_key {
        Err(AgentError::WrongKey)
    } else if object.connectivity == Connectivity::Expired
        || object.expires().is_some_and(|expires| now >= expires)
    {
        Err(AgentError::Expired)
    } else {
        Ok(object)
    }
}

/// Sees to it that the cluster has certificates that will do for a while, and says until when.
async fn certify(
    cluster: &mut Cluster,
    id: &str,
    expires: Option<Timestamp>,
    now: Timestamp,
) -> Result<Timestamp, AgentError> {
    let young =
        |expires: &Timestamp| expires.duration_since(now) > CERTIFICATE_LIFE - CERTIFICATE_RENEWAL;
    let complete = certificates::complete(cluster).await?;
    match expires.filter(young) {
        Some(expires) if complete => Ok(expires),
        _ => {
            certificates::write(cluster, id).await?;
            Ok(now + CERTIFICATE_LIFE)
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use axum::http::{HeaderMap, Method, Uri, header};

    use super::*;
    use crate::arm::connected_clusters::Features;
    use crate::faults::Overrides;
    use crate::request::Request;
    use crate::tests::azure::{
        NEWEST, OTHER_PUBLIC_KEY, PUBLIC_KEY, TENANT, cluster, cluster_path, config,
    };
    use crate::{arm, identity};

    const HOUR: i64 = 3600;

    /// A cloud, and the id of a cluster whose creation is over an hour after the machine's time.
    fn cloud_with_cluster() -> (Cloud, String) {
        let files = tempfile::tempdir().expect("temporary directory");
        let cloud = Cloud::new(config(&files).0).expect("a cloud");
        let principal = &cloud.config.service_principals[0];
        let token = cloud
            .tokens
            .issue(TENANT, principal, identity::CUSTOM_AUDIENCE, 60);
        let mut headers = HeaderMap::new();
        let mut set = |name, value: &str| headers.insert(name, value.parse().expect("a value"));
        set(header::AUTHORIZATION, &format!("Bearer {token}"));
        set(header::CONTENT_TYPE, "application/json");
        set(header::HOST, "127.0.0.1");
        let path = cluster_path("c1", NEWEST);
        let uri: Uri = path.parse().expect("a path");
        let body = Bytes::from(cluster().to_string());
        let created = arm::handle(
            &cloud,
            &Request::new(Method::PUT, uri, headers, body),
            Overrides::default(),
        );
        assert_eq!(created.status, 201);
        (cloud, path.split('?').next().expect("a path").to_owned())
    }

    fn report(reported_at: Timestamp) -> Report {
        Report {
            kubernetes_version: "1.29.1".to_owned(),
            agent_version: "1.35.4".to_owned(),
            distribution: "eks".to_owned(),
            infrastructure: "aws".to_owned(),
            nodes: 2,
            cores: 4,
            reported_at,
            certificate_expires: reported_at + CERTIFICATE_LIFE,
            features: Features::default(),
        }
    }

    #[test]
    fn only_the_right_key_of_a_finished_object_is_taken() {
        let (cloud, id) = cloud_with_cluster();
        let refusal = |id: &str, key| {
            let now = cloud.clock.now();
            verify_key(&mut cloud.store(), id, key, now)
                .err()
                .map(|error| error.to_string())
        };
        assert_eq!(
            refusal(&id, PUBLIC_KEY),
            Some(format!("the connected cluster {id} is not provisioned"))
        );
        cloud.clock.set_offset_seconds(HOUR);
        assert_eq!(refusal(&id.to_uppercase(), PUBLIC_KEY), None);
        let wrong = "the private key does not belong to the public key in Azure";
        assert_eq!(refusal(&id, OTHER_PUBLIC_KEY).as_deref(), Some(wrong));
        let elsewhere = id.replace("c1", "c2");
        assert_eq!(
            refusal(&elsewhere, PUBLIC_KEY),
            Some(format!("Azure knows no connected cluster {elsewhere}"))
        );
    }

    #[test]
    fn what_agents_reported_can_be_made_older_for_one_cluster_alone() {
        let (cloud, id) = cloud_with_cluster();
        cloud.clock.set_offset_seconds(HOUR);
        let now = cloud.clock.now();
        let mut store = cloud.store();
        verify_key(&mut store, &id, PUBLIC_KEY, now)
            .expect("ready")
            .record(report(now));
        let mut aged = |by: SignedDuration| {
            let cluster = store.clusters.get_mut(&id.to_lowercase()).expect("there");
            cluster.age(by);
            mark_silent(&mut store, now);
            store.clusters[&id.to_lowercase()].connectivity
        };
        assert_eq!(aged(SignedDuration::from_mins(14)), Connectivity::Connected);
        assert_eq!(aged(SignedDuration::from_mins(1)), Connectivity::Offline);
        assert_eq!(aged(CERTIFICATE_LIFE), Connectivity::Expired);
    }

    #[test]
    fn silence_makes_a_cluster_offline_and_a_long_one_ends_it() {
        let (cloud, id) = cloud_with_cluster();
        cloud.clock.set_offset_seconds(HOUR);
        let reported_at = cloud.clock.now();
        let mut store = cloud.store();
        verify_key(&mut store, &id, PUBLIC_KEY, reported_at)
            .expect("ready")
            .record(report(reported_at));
        let mut after = |time: SignedDuration| {
            mark_silent(&mut store, reported_at + time);
            store.clusters[&id.to_lowercase()].connectivity
        };
        assert_eq!(
            after(OFFLINE_AFTER - SignedDuration::from_secs(1)),
            Connectivity::Connected
        );
        assert_eq!(after(OFFLINE_AFTER), Connectivity::Offline);
        assert_eq!(after(CERTIFICATE_LIFE), Connectivity::Expired);
        assert_eq!(
            after(SignedDuration::ZERO),
            Connectivity::Expired,
            "nothing brings it back"
        );
        let revived = verify_key(&mut store, &id, PUBLIC_KEY, reported_at);
        assert!(matches!(revived, Err(AgentError::Expired)));
    }
}
