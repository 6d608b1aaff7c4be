//! What is wanted of a connected cluster, parsed: no unknowns, no text that still has to be understood.

use std::collections::BTreeMap;
use std::path::PathBuf;

use secrecy::{ExposeSecret as _, SecretString};

use crate::arm::ResourceId;
use crate::cluster::Connection;

/// A cluster as it shall be in Azure Arc.
#[derive(Clone, Debug)]
pub struct Spec {
    /// The ARM id of the connected cluster.
    pub id: ResourceId,
    /// Azure region, as the user spells it.
    pub location: String,
    /// Tags of the ARM object.
    pub tags: BTreeMap<String, String>,
    /// How to reach the cluster; the session's default when absent.
    pub connection: Option<Connection>,
    /// What object and agents are set up for.
    pub settings: Settings,
    /// Which agents to install.
    pub agent: AgentSpec,
    /// Whether to wait until Azure reports the agents as connected.
    pub wait_for_connected: bool,
    /// How much is checked before the first write.
    pub checks: Checks,
    /// What may be done to an object or agents that are there already.
    pub adopt: Adopt,
}

/// What a create may do to what is there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Adopt {
    /// Nothing: what is there is an error.
    #[default]
    Never,
    /// Take it over, and delete nothing in Azure.
    Keeping,
    /// Take it over. An object that cannot be kept is deleted and made again: it was announced that this may happen.
    Replacing,
}

/// How much is checked before the first write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Checks {
    /// Only what decides about the way ahead: whose agents are in the cluster, and what is in Azure.
    Off,
    /// Also rights, nodes, region and resource provider, by asking both planes.
    #[default]
    Api,
    /// Also DNS and outbound connections, by a job in the cluster, as the Azure CLI checks them.
    Job,
}

/// What object and agents are set up for. `None` leaves a setting as it is, or to Azure's default.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Kubernetes distribution; detected when absent.
    pub distribution: Option<String>,
    /// Where the nodes run; detected when absent.
    pub infrastructure: Option<String>,
    /// Version of the distribution.
    pub distribution_version: Option<String>,
    /// `True`, `False` or `NotApplicable`.
    pub azure_hybrid_benefit: Option<String>,
    /// Whether the agents upgrade themselves.
    pub auto_upgrade: bool,
    /// The agents' way out.
    pub proxy: Option<Proxy>,
    /// The private link scope that the agents reach Azure through.
    pub private_link_scope: Option<ResourceId>,
    /// The Arc gateway that the agents reach Azure through.
    pub gateway: Option<ResourceId>,
    /// The issuer of service account tokens.
    pub oidc_issuer: Option<OidcIssuer>,
    /// Whether the webhook of workload identity is installed.
    pub workload_identity: bool,
    /// Object id, in this tenant, of the custom locations application; turns custom locations on.
    pub custom_locations: Option<String>,
    /// Whether the API server can be reached through Azure.
    pub cluster_connect: bool,
}

/// A proxy between the agents and Azure. Addresses may hold a password.
#[derive(Clone, Debug, Default)]
pub struct Proxy {
    /// URL for HTTPS.
    pub https: Option<SecretString>,
    /// URL for HTTP.
    pub http: Option<SecretString>,
    /// What is reached without it: host names, suffixes and CIDRs, joined by commas.
    pub no_proxy: Option<String>,
    /// PEM of the CA that the proxy signs with. Without addresses it is only trusted.
    pub certificate: Option<String>,
    /// Whether there are addresses that were not kept: then what is in the cluster counts.
    pub hidden: bool,
}

impl Proxy {
    /// Whether there is an address, known or not, and not only a certificate.
    #[must_use]
    pub const fn has_address(&self) -> bool {
        self.hidden || self.https.is_some() || self.http.is_some()
    }

    pub(super) fn https_text(&self) -> Option<String> {
        self.https
            .as_ref()
            .map(|url| url.expose_secret().to_owned())
    }

    pub(super) fn http_text(&self) -> Option<String> {
        self.http.as_ref().map(|url| url.expose_secret().to_owned())
    }
}

/// The issuer of service account tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcIssuer {
    /// The issuer of a cluster that has its own, such as EKS.
    pub self_hosted_url: Option<String>,
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
