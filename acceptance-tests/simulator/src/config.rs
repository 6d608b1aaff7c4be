//! What the simulator is told at start: the Azure that exists before the first request.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::arm::throttle::Throttling;

/// The configuration file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The certificate must carry every public name that clients use, and the listening address.
    pub tls: Tls,
    /// What the Arc data plane hands out.
    pub registry: Registry,
    /// The one tenant.
    pub tenant_id: String,
    /// Subscriptions of the tenant.
    pub subscriptions: Vec<Subscription>,
    /// Who may log in. Everyone may do everything; refusals are scripted.
    pub service_principals: Vec<ServicePrincipal>,
    /// Regions that exist, and that offer connected clusters.
    #[serde(default = "default_locations")]
    pub locations: Vec<Location>,
    /// Where agents may run.
    #[serde(default)]
    pub clusters: Clusters,
    /// File that receives one JSON line per request.
    #[serde(default)]
    pub request_log: Option<PathBuf>,
    /// Pace and manners; tests may change them while the simulator runs.
    #[serde(default)]
    pub behaviour: Behaviour,
}

/// Files of the server's identity.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// PEM chain, leaf first.
    pub certificate: PathBuf,
    /// PEM private key.
    pub key: PathBuf,
}

/// The agents' chart as the data plane names it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    /// Repository and version, with exactly one colon:
    /// `mcr.microsoft.com/azurearck8s/batch1/stable/azure-arc-k8sagents:1.35.4`.
    pub chart: String,
}

/// A subscription and what it holds at start.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subscription {
    /// A GUID.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Groups that exist at start.
    #[serde(default)]
    pub resource_groups: Vec<ResourceGroup>,
    /// Registration state by namespace; a namespace not named here is `NotRegistered`.
    #[serde(default)]
    pub providers: BTreeMap<String, String>,
}

/// A resource group that exists at start.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceGroup {
    /// Its name.
    pub name: String,
    /// Region name or display name.
    pub location: String,
}

/// An application that may log in with a secret.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServicePrincipal {
    /// Application id.
    pub client_id: String,
    /// Its only valid secret.
    pub secret: String,
    /// Id of the principal in the tenant.
    pub object_id: String,
}

/// A region.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(from = "RegionName")]
pub struct Location {
    /// As in an id or a host name: `koreacentral`.
    pub name: String,
    /// As in a list for people: `Korea Central`.
    pub display_name: String,
}

/// A region in the configuration is written by its display name, from which its name follows.
#[derive(Deserialize)]
struct RegionName(String);

impl From<RegionName> for Location {
    fn from(RegionName(display_name): RegionName) -> Self {
        Self {
            name: normalise(&display_name),
            display_name,
        }
    }
}

impl From<&str> for Location {
    fn from(display_name: &str) -> Self {
        RegionName(display_name.to_owned()).into()
    }
}

/// Clusters that the cloud half of the agents looks into.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Clusters {
    /// A directory whose `*.kubeconfig` files are looked up again and again, so that clusters may come and go.
    Directory(PathBuf),
    /// Kubeconfig files by cluster name.
    Files(BTreeMap<String, PathBuf>),
}

impl Default for Clusters {
    fn default() -> Self {
        Self::Files(BTreeMap::new())
    }
}

/// Pace and manners of the services.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Behaviour {
    /// How long a long-running operation runs, in milliseconds.
    pub operation_ms: u32,
    /// How long Flux needs to bring a cluster in line with its source, in milliseconds.
    pub compliance_ms: u32,
    /// The `Retry-After` of long-running operations, in seconds.
    pub retry_after_seconds: u32,
    /// How long the registration of a resource provider takes, in milliseconds.
    pub registration_ms: u32,
    /// Items in one page of a list.
    pub page_size: usize,
    /// What a PUT with another public key meets. Azure's own behaviour is not known.
    pub key_change: KeyChange,
    /// Whether replies spell resource ids in the other cases that Azure is known to use.
    pub shuffled_casing: bool,
    /// How often the agents look into their cluster, in milliseconds.
    pub agents_interval_ms: u32,
    /// Life of an access token, in seconds.
    pub token_seconds: u32,
    /// How many requests one principal may send to Resource Manager.
    pub throttling: Throttling,
}

/// What a PUT with another public key than the stored one meets.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyChange {
    /// A conflict.
    Refuse,
    /// Agreement; agents with the old key lose their connection.
    Accept,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            operation_ms: 500,
            compliance_ms: 1000,
            retry_after_seconds: 1,
            registration_ms: 1000,
            page_size: 100,
            key_change: KeyChange::Refuse,
            shuffled_casing: false,
            agents_interval_ms: 1000,
            token_seconds: 3599,
            throttling: Throttling::default(),
        }
    }
}

impl Config {
    /// The region that a client means, by either spelling.
    pub(super) fn location(&self, text: &str) -> Option<&Location> {
        let name = normalise(text);
        self.locations.iter().find(|location| location.name == name)
    }
}

/// Azure compares region names without case and blanks.
pub(super) fn normalise(location: &str) -> String {
    location.replace(' ', "").to_ascii_lowercase()
}

fn default_locations() -> Vec<Location> {
    [
        "East US",
        "East US 2",
        "West Europe",
        "North Europe",
        "Korea Central",
        "Japan East",
        "Southeast Asia",
    ]
    .map(Location::from)
    .into()
}
