//! What the tests of several use cases begin with.

use crate::arm::ResourceId;

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
