//! Names that several parts of a world share, so that none of them has to import another for a constant.

/// The account that owns all clusters.
pub const ACCOUNT: &str = "370515815379";
/// The region that all clusters are in.
pub const REGION: &str = "us-east-1";
/// The Kubernetes group of those who administer the clusters through EKS.
pub const ADMINISTRATORS: &str = "platform-administrators";

/// The resource group that is there from the beginning.
pub const RESOURCE_GROUP: &str = "aks-training-dev-krc-infra";
/// Its location, and that of everything in it.
pub const LOCATION: &str = "koreacentral";
/// Object id of the custom locations provider in the tenant.
pub const CUSTOM_LOCATIONS_PRINCIPAL: &str = "51dfe1e8-70c6-4de5-a08e-e18aff23d815";
/// Variable with the simulator's own address, where it is a custom cloud and serves the API for tests.
pub const SIMULATOR_URL: &str = "AZURE_SIMULATOR_URL";

/// The registry's public name.
pub const REGISTRY: &str = "mcr.microsoft.com";
/// The repository of the agents' chart in it.
pub const AGENTS_REPOSITORY: &str = "azurearck8s/batch1/stable/v2/azure-arc-k8sagents";
/// A version of the agents that is newer than the one that Azure names to clients.
pub const NEWER_AGENTS: &str = "1.36.0";
/// The release of the checks before onboarding, and a name of its objects.
pub const CHECKS_RELEASE: &str = "cluster-diagnostic-checks";

/// How the provider calls itself to servers; Helm does not.
pub const USER_AGENT: &str = "terraform-provider-arc/";

/// The proxy's log of tunnels, in the world's directory.
pub const TUNNEL_LOG: &str = "log/tunnels.jsonl";
/// The simulator's log of requests, in the world's directory.
pub const AZURE_REQUEST_LOG: &str = "log/azure-requests.jsonl";
