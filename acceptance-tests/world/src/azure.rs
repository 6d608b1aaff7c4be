//! The simulated Azure, and the CONNECT proxy that leads every public name to its server.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use futures::try_join;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use uuid::Uuid;

use super::cluster::Cluster;
use super::files::write_private;
use super::names::{AZURE_REQUEST_LOG, LOCATION, REGISTRY, RESOURCE_GROUP, TUNNEL_LOG};
use super::process::Program;
use super::programs::built_program;
use super::sandbox::Sandbox;

/// Public names that the simulator answers to.
const AZURE: [&str; 4] = [
    "management.azure.com",
    "login.microsoftonline.com",
    "graph.microsoft.com",
    "*.dp.kubernetesconfiguration.azure.com",
];
/// Public names that moto answers to.
const AWS: [&str; 4] = [
    "eks.*.amazonaws.com",
    "sts.*.amazonaws.com",
    "sts.amazonaws.com",
    "iam.amazonaws.com",
];
/// The newest chart, as the data plane names it: without the segment that clients put in.
const CHART: &str = "azurearck8s/batch1/stable/azure-arc-k8sagents:1.35.4";
/// Resource providers that the subscription is registered for.
const PROVIDERS: [&str; 4] = [
    "Microsoft.ExtendedLocation",
    "Microsoft.HybridCompute",
    "Microsoft.Kubernetes",
    "Microsoft.KubernetesConfiguration",
];

/// Who we are at Azure.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// The directory.
    pub tenant_id: String,
    /// The subscription that everything is in.
    pub subscription_id: String,
    /// A subscription in which no resource provider is registered yet.
    pub fresh_subscription_id: String,
    /// A service principal that owns the subscriptions.
    pub client_id: String,
    /// Its password.
    pub client_secret: String,
}

impl Tenant {
    /// A tenant that no other world has.
    #[must_use]
    pub fn random() -> Self {
        let id = || Uuid::new_v4().to_string();
        Self {
            tenant_id: id(),
            subscription_id: id(),
            fresh_subscription_id: id(),
            client_id: id(),
            client_secret: Uuid::new_v4().simple().to_string(),
        }
    }
}

/// Ports of the servers behind the proxy.
#[derive(Clone, Copy, Debug)]
pub struct ServerPorts {
    /// moto's TLS server.
    pub aws: u16,
    /// The OCI registry.
    pub registry: u16,
    /// The simulator.
    pub simulator: u16,
}

/// Starts the simulator and the proxy.
///
/// # Errors
///
/// When one of them does not come up.
pub async fn start(
    sandbox: &Sandbox,
    tenant: &Tenant,
    ports: ServerPorts,
    clusters: &[Cluster],
) -> anyhow::Result<()> {
    let simulator = simulator(sandbox, tenant, ports.simulator, clusters)?;
    let proxy = proxy(sandbox, ports);
    try_join!(
        serve(sandbox, "azure-simulator", ports.simulator, &simulator),
        serve(sandbox, "connect-proxy", sandbox.proxy_port, &proxy),
    )?;
    Ok(())
}

async fn serve(sandbox: &Sandbox, name: &str, port: u16, config: &Value) -> anyhow::Result<()> {
    let path = sandbox.directory.join(format!("{name}.json"));
    write_private(&path, config.to_string())?;
    let program = Program::new(name, built_program(name)?)
        .flag("config", path)
        .env("RUST_LOG", "info");
    let process = sandbox.processes.start(program)?;
    process
        .ready(|| async { Ok(TcpStream::connect(("127.0.0.1", port)).await?) })
        .await?;
    Ok(())
}

fn simulator(
    sandbox: &Sandbox,
    tenant: &Tenant,
    port: u16,
    clusters: &[Cluster],
) -> anyhow::Result<Value> {
    let certificate = sandbox
        .authority
        .server("azure", &[&AZURE[..], &["127.0.0.1"]].concat())?;
    let kubeconfigs: BTreeMap<&str, &Path> = clusters
        .iter()
        .map(|cluster| (cluster.name.as_str(), cluster.kubeconfig.as_path()))
        .collect();
    let providers = PROVIDERS.map(|namespace| (namespace, "Registered"));
    let groups = json!([{ "name": RESOURCE_GROUP, "location": LOCATION }]);
    Ok(json!({
        "listen": local(port),
        "tls": { "certificate": certificate.certificate, "key": certificate.key },
        "registry": { "chart": format!("{REGISTRY}/{CHART}") },
        "tenant_id": tenant.tenant_id,
        "subscriptions": [{
            "id": tenant.subscription_id,
            "name": "Training",
            "resource_groups": groups,
            "providers": BTreeMap::from(providers),
        }, {
            "id": tenant.fresh_subscription_id,
            "name": "Fresh",
            "resource_groups": groups,
        }],
        "service_principals": [{
            "client_id": tenant.client_id,
            "secret": tenant.client_secret,
            "object_id": Uuid::new_v4().to_string(),
        }],
        "clusters": kubeconfigs,
        "request_log": sandbox.directory.join(AZURE_REQUEST_LOG),
    }))
}

fn proxy(sandbox: &Sandbox, ports: ServerPorts) -> Value {
    let to = |host: &str, port| json!({ "host": host, "to": local(port) });
    let azure = AZURE.iter().map(|host| to(host, ports.simulator));
    let aws = AWS.iter().map(|host| to(host, ports.aws));
    let routes = azure.chain(aws).chain([to(REGISTRY, ports.registry)]);
    json!({
        "listen": local(sandbox.proxy_port),
        "log": sandbox.directory.join(TUNNEL_LOG),
        "routes": routes.collect::<Vec<_>>(),
    })
}

fn local(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}
