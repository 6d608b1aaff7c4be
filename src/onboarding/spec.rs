//! What is wanted of a connected cluster, parsed: no unknowns, no text that still has to be understood.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::arm::ResourceId;
use crate::cluster::Connection;

/// A cluster as it shall be in Azure Arc.
#[derive(Clone, Debug)]
pub struct ConnectSpec {
    /// The ARM id of the connected cluster.
    pub id: ResourceId,
    /// Azure region, as the user spells it.
    pub location: String,
    /// Tags of the ARM object.
    pub tags: BTreeMap<String, String>,
    /// Kubernetes distribution; detected when absent.
    pub distribution: Option<String>,
    /// Where the nodes run; detected when absent.
    pub infrastructure: Option<String>,
    /// How to reach the cluster; the session's default when absent.
    pub connection: Option<Connection>,
    /// Which agents to install.
    pub agent: AgentSpec,
    /// Whether to wait until Azure reports the agents as connected.
    pub wait_for_connected: bool,
}

/// Which agents to install, and from where.
#[derive(Clone, Debug)]
pub struct AgentSpec {
    /// Version of the agents and of their chart; the newest of the release train when absent.
    pub version: Option<String>,
    /// Release train that the Arc data plane is asked for, `stable` or `preview`.
    pub release_train: String,
    /// Where the chart comes from.
    pub chart: ChartOrigin,
}

/// Where the agents' chart comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChartOrigin {
    /// A registry.
    Registry {
        /// Another repository than the one that the data plane names.
        repository: Option<String>,
        /// Digest that the chart must have.
        digest: Option<String>,
    },
    /// A directory or archive on this machine.
    Path(PathBuf),
}
