//! What the tests of several use cases begin with.

use crate::arm::testing::Azure;
use crate::arm::{Client, ResourceId};
use crate::cluster::{Cluster, Connection, Reference};
use crate::helm::HelmSource;
use crate::usecases::session::{Clusters, OfferedLocations, Session};
use crate::usecases::tags::TagRules;

use super::spec::{Adopt, AgentSpec, ChartOrigin, Checks, Settings, Spec};

/// The id of the connected cluster `name`.
pub(super) fn id(name: &str) -> ResourceId {
    ResourceId::connected_cluster("00000000-0000-0000-0000-000000000001", "rg", name)
}

/// A cluster with nothing but defaults.
pub(super) fn spec() -> Spec {
    Spec {
        id: id("mine"),
        location: "koreacentral".to_owned(),
        tags: [].into(),
        connection: None,
        settings: Settings {
            auto_upgrade: true,
            cluster_connect: true,
            ..Settings::default()
        },
        agent: AgentSpec {
            version: None,
            release_train: "stable".to_owned(),
            chart: ChartOrigin::Registry {
                repository: None,
                digest: None,
            },
        },
        wait_for_connected: true,
        checks: Checks::Api,
        adopt: Adopt::Never,
    }
}

/// Access to an Azure and to a cluster, if there is one.
pub(super) fn session(azure: Client, cluster: Option<Cluster>) -> Session {
    let connection = Connection::Kubeconfig {
        path: None,
        context: None,
    };
    let reference = Reference::Kubeconfig(None, None);
    Session {
        azure,
        default_connection: cluster.is_some().then_some(connection),
        helm: HelmSource::default(),
        register_resource_providers: false,
        unreachable_is_error: false,
        tags: TagRules::default(),
        clusters: cluster.map_or_else(Clusters::default, |cluster| {
            Clusters::holding(reference, cluster)
        }),
        offered: OfferedLocations::default(),
    }
}

/// How often an Azure was asked to delete [`cluster_id`](crate::arm::testing::cluster_id).
pub(super) fn deletions(azure: &Azure) -> usize {
    let requests = azure.requests_to(crate::arm::testing::CLUSTER);
    requests
        .iter()
        .filter(|seen| seen.method == "DELETE")
        .count()
}
