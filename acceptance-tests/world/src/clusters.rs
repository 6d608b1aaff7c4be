//! Starting clusters: to each an API server of its own on the common etcd, its controllers, KWOK's nodes, and the real
//! aws-iam-authenticator, which verifies EKS tokens.

use anyhow::ensure;
use futures::try_join;
use k8s_openapi::api::core::v1::{Node, ServiceAccount};
use k8s_openapi::api::rbac::v1::ClusterRoleBinding;
use kube::api::{ListParams, PostParams};
use kube::{Api, Client};
use tokio::task::spawn_blocking;

use super::cluster::{Cluster, ControlPlane};
use super::files::{make_directory, write_private};
use super::names::ADMINISTRATORS;
use super::programs::Tools;
use super::sandbox::Sandbox;
use super::{authenticator, components, eks, etcd, kubeconfig, pki};

/// Names under which an API server is reached.
const HOSTS: [&str; 4] = [
    "127.0.0.1",
    "localhost",
    "10.0.0.1",
    "kubernetes.default.svc",
];

/// Starts etcd, and issues the certificates and keys that all clusters share.
pub async fn start_common<'a>(
    sandbox: &Sandbox,
    tools: &'a Tools,
) -> anyhow::Result<ControlPlane<'a>> {
    let service_account_key = sandbox.directory.join("pki/service-account.key");
    let path = service_account_key.clone();
    let key = async { spawn_blocking(move || pki::service_account_key(&path)).await? };
    let (etcd, ()) = try_join!(etcd::start(sandbox, &tools.control_plane), key)?;
    Ok(ControlPlane {
        tools,
        server: sandbox.authority.server("kube-apiserver", &HOSTS)?,
        administrator: sandbox.authority.administrator("administrator")?,
        service_account_key,
        etcd,
    })
}

/// A cluster that will be there: its names and its place, and the administrator's kubeconfig for it.
///
/// # Errors
///
/// When no port is free or a file cannot be written.
pub fn plan(sandbox: &Sandbox, plane: &ControlPlane<'_>, name: &str) -> anyhow::Result<Cluster> {
    let home = sandbox.directory.join("clusters").join(name);
    make_directory(&home)?;
    let cluster = Cluster {
        name: name.to_owned(),
        arn: eks::cluster_arn(name),
        endpoint: format!("https://127.0.0.1:{}", sandbox.ports.take()?),
        kubeconfig: home.join("kubeconfig"),
    };
    let entry = kubeconfig::Entry::read(&cluster, &sandbox.authority.pem(), &plane.administrator)?;
    write_private(&cluster.kubeconfig, kubeconfig::render(&[entry])?)?;
    Ok(cluster)
}

/// Starts the cluster, and is done when its nodes are ready and its administrators may work in it.
///
/// # Errors
///
/// When a part of it does not come up; the message holds the end of that part's log.
pub async fn start(
    sandbox: &Sandbox,
    plane: &ControlPlane<'_>,
    cluster: &Cluster,
) -> anyhow::Result<()> {
    let webhook = authenticator::start(sandbox, &plane.tools.authenticator, cluster).await?;
    let api_server = components::api_server(sandbox, plane, cluster, &webhook)?;
    let client = cluster.client().await?;
    api_server.ready(|| answers(&client, "/readyz")).await?;
    let controllers = components::controller_manager(sandbox, plane, cluster)?;
    components::scheduler(sandbox, plane, cluster)?;
    let kwok = components::kwok(sandbox, plane, cluster)?;
    try_join!(
        bind_administrators(&client),
        add_nodes(&client, &cluster.name)
    )?;
    try_join!(
        controllers.ready(|| default_account_exists(&client)),
        kwok.ready(|| nodes_are_ready(&client)),
    )?;
    Ok(())
}

async fn answers(client: &Client, path: &str) -> anyhow::Result<()> {
    client
        .request_text(http::Request::get(path).body(Vec::new())?)
        .await?;
    Ok(())
}

/// Gives the group that the authenticator maps EKS administrators to the rights of one.
async fn bind_administrators(client: &Client) -> anyhow::Result<()> {
    let binding: ClusterRoleBinding = serde_json::from_value(serde_json::json!({
        "metadata": { "name": ADMINISTRATORS },
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": "cluster-admin",
        },
        "subjects": [{
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "Group",
            "name": ADMINISTRATORS,
        }],
    }))?;
    Api::all(client.clone())
        .create(&PostParams::default(), &binding)
        .await?;
    Ok(())
}

async fn add_nodes(client: &Client, cluster: &str) -> anyhow::Result<()> {
    let nodes: Api<Node> = Api::all(client.clone());
    for number in 1..=eks::NODES {
        nodes
            .create(&PostParams::default(), &eks::node(cluster, number)?)
            .await?;
    }
    Ok(())
}

/// Without it no pod can be made, and helm would be too fast.
async fn default_account_exists(client: &Client) -> anyhow::Result<()> {
    Api::<ServiceAccount>::namespaced(client.clone(), "default")
        .get("default")
        .await?;
    Ok(())
}

async fn nodes_are_ready(client: &Client) -> anyhow::Result<()> {
    let nodes = Api::<Node>::all(client.clone())
        .list(&ListParams::default())
        .await?;
    let ready = nodes.iter().filter(|node| eks::takes_pods(node)).count();
    ensure!(
        ready == eks::NODES,
        "{ready} of {} nodes take pods",
        eks::NODES
    );
    Ok(())
}
