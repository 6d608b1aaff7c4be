//! Looking at clusters and at Azure past the provider: by the Kubernetes API and by plain ARM requests.

use std::time::Duration;

use acceptance_tests::world::cluster::Cluster;
use acceptance_tests::world::{World, azure};
use anyhow::{Context, ensure};
use k8s_openapi::api::core::v1::Namespace;
use kube::Api;
use kube::api::DeleteParams;
use reqwest::{Client, Method, Proxy, Response, StatusCode};
use serde_json::Value;
use tokio::time::{Instant, sleep};
use url::form_urlencoded;

/// How long the last traces of something may take to go away.
const LIMIT: Duration = Duration::from_secs(30);

/// Deletes a namespace; it may be missing.
pub async fn delete_namespace(cluster: &Cluster, name: &str) -> anyhow::Result<()> {
    let namespaces: Api<Namespace> = Api::all(cluster.client().await?);
    match namespaces.delete(name, &DeleteParams::default()).await {
        Ok(_) => namespace_is_gone(cluster, name).await,
        Err(kube::Error::Api(refusal)) if refusal.code == 404 => Ok(()),
        Err(error) => Err(error).context("cannot delete a namespace"),
    }
}

/// Waits until a namespace is gone.
pub async fn namespace_is_gone(cluster: &Cluster, name: &str) -> anyhow::Result<()> {
    let namespaces: Api<Namespace> = Api::all(cluster.client().await?);
    let deadline = Instant::now() + LIMIT;
    while namespaces.get_opt(name).await?.is_some() {
        ensure!(
            Instant::now() < deadline,
            "namespace {name} is still in {}",
            cluster.name
        );
        sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}

/// Removes from Azure and from the cluster what a failed scenario may have left there.
pub async fn scrub(world: &World, cluster: &Cluster) -> anyhow::Result<()> {
    Arm::login(world).await?.delete(&cluster.name).await?;
    for namespace in ["azure-arc", "azure-arc-release"] {
        delete_namespace(cluster, namespace).await?;
    }
    Ok(())
}

/// ARM as anybody sees it who has the world's credentials.
pub struct Arm {
    client: Client,
    token: String,
    group: String,
}

impl Arm {
    /// Logs in.
    pub async fn login(world: &World) -> anyhow::Result<Self> {
        let environment = world.environment();
        let client = Client::builder()
            .proxy(Proxy::https(&environment["HTTPS_PROXY"])?)
            .tls_certs_only([reqwest::Certificate::from_der(&world.authority())?])
            .build()?;
        Ok(Self {
            token: token(&client, &world.tenant).await?,
            client,
            group: format!(
                "https://management.azure.com/subscriptions/{}/resourceGroups/{}",
                world.tenant.subscription_id,
                azure::RESOURCE_GROUP
            ),
        })
    }

    /// The connected cluster of this name; `None` when there is none.
    pub async fn connected_cluster(&self, name: &str) -> anyhow::Result<Option<Value>> {
        let response = self.send(Method::GET, name).await?;
        match response.status() {
            StatusCode::NOT_FOUND => Ok(None),
            StatusCode::OK => Ok(Some(response.json().await?)),
            other => anyhow::bail!("connected cluster {name}: {other}"),
        }
    }

    /// Deletes the connected cluster of this name and waits until it is gone.
    pub async fn delete(&self, name: &str) -> anyhow::Result<()> {
        self.send(Method::DELETE, name).await?;
        let deadline = Instant::now() + LIMIT;
        while self.connected_cluster(name).await?.is_some() {
            ensure!(
                Instant::now() < deadline,
                "connected cluster {name} is still there"
            );
            sleep(Duration::from_millis(200)).await;
        }
        Ok(())
    }

    async fn send(&self, method: Method, name: &str) -> anyhow::Result<Response> {
        let url = format!(
            "{}/providers/Microsoft.Kubernetes/connectedClusters/{name}?api-version=2024-01-01",
            self.group
        );
        let request = self.client.request(method, url).bearer_auth(&self.token);
        request.send().await.context("ARM")
    }
}

async fn token(client: &Client, tenant: &azure::Tenant) -> anyhow::Result<String> {
    let url = format!(
        "https://login.microsoftonline.com/{}/oauth2/v2.0/token",
        tenant.tenant_id
    );
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .append_pair("client_id", &tenant.client_id)
        .append_pair("client_secret", &tenant.client_secret)
        .append_pair("scope", "https://management.azure.com/.default")
        .finish();
    let request = client
        .post(url)
        .header("content-type", "application/x-www-form-urlencoded");
    let answer: Value = request
        .body(form)
        .send()
        .await?
        .error_for_status()?
        .json()
        .await?;
    Ok(answer["access_token"]
        .as_str()
        .context("no token")?
        .to_owned())
}
