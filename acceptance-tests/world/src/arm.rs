//! Azure Resource Manager past the provider: plain requests, for tests to look and to prepare.

use anyhow::{Context, bail, ensure};
use reqwest::{Client, Method, Proxy, RequestBuilder, StatusCode};
use serde_json::Value;
use url::form_urlencoded;

use super::World;
use super::azure::Tenant;
use super::names::RESOURCE_GROUP;
use super::wait::eventually;

const HOST: &str = "https://management.azure.com";
/// One that every cloud serves.
const API_VERSION: &str = "2024-01-01";
/// The one that knows all properties.
const NEWEST_VERSION: &str = "2026-05-01";

/// ARM as anybody sees it who has the world's credentials.
pub struct Arm {
    client: Client,
    token: String,
    /// Id of the resource group that holds everything.
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
                "/subscriptions/{}/resourceGroups/{}",
                world.tenant.subscription_id, RESOURCE_GROUP
            ),
        })
    }

    /// Id of the connected cluster of this name, whether it is there or not.
    #[must_use]
    pub fn id(&self, name: &str) -> String {
        format!(
            "{}/providers/Microsoft.Kubernetes/connectedClusters/{name}",
            self.group
        )
    }

    /// The connected cluster of this name; `None` when there is none.
    pub async fn connected_cluster(&self, name: &str) -> anyhow::Result<Option<Value>> {
        let response = self.request(Method::GET, name).send().await?;
        match response.status() {
            StatusCode::NOT_FOUND => Ok(None),
            StatusCode::OK => Ok(Some(response.json().await?)),
            other => bail!("connected cluster {name}: {other}"),
        }
    }

    /// Makes the connected cluster of this name from the body of a PUT, and waits until Azure is done with it. No
    /// agents are involved.
    pub async fn create(&self, name: &str, body: &Value) -> anyhow::Result<()> {
        let response = self.request(Method::PUT, name).json(body).send().await?;
        let status = response.status();
        ensure!(
            status == StatusCode::CREATED,
            "connected cluster {name}: {status}: {}",
            response.text().await?
        );
        let what = format!("connected cluster {name} is created");
        self.until(name, &what, |object| {
            object.is_some_and(|object| object["properties"]["provisioningState"] == "Succeeded")
        })
        .await
    }

    /// Lays changes over the connected cluster of this name, as a portal does: a PUT of what is there with the changes in it.
    pub async fn merge(&self, name: &str, changes: &Value) -> anyhow::Result<()> {
        let path = format!("{}?api-version={NEWEST_VERSION}", self.id(name));
        let (status, mut object) = self.call(Method::GET, &path, None).await?;
        ensure!(
            status == StatusCode::OK,
            "connected cluster {name}: {status}"
        );
        overlay(&mut object, changes);
        let (status, answer) = self.call(Method::PUT, &path, Some(&object)).await?;
        ensure!(
            status.is_success(),
            "connected cluster {name}: {status}: {answer}"
        );
        let what = format!("connected cluster {name} is changed");
        self.until(name, &what, |object| {
            object.is_some_and(|object| object["properties"]["provisioningState"] == "Succeeded")
        })
        .await
    }

    /// Deletes the connected cluster of this name and waits until it is gone.
    pub async fn delete(&self, name: &str) -> anyhow::Result<()> {
        self.request(Method::DELETE, name).send().await?;
        let what = format!("connected cluster {name} is gone");
        self.until(name, &what, |object| object.is_none()).await
    }

    /// Address of a child of the connected cluster of this name, `extensions/flux` for instance, in an
    /// api-version.
    #[must_use]
    pub fn child(&self, cluster: &str, child: &str, version: &str) -> String {
        let parent = self.id(cluster);
        format!(
            "{parent}/providers/Microsoft.KubernetesConfiguration/{child}?api-version={version}"
        )
    }

    /// A request to a path with its api-version. Any status is an answer; a body that is none is null.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<(StatusCode, Value)> {
        let request = self.client.request(method, format!("{HOST}{path}"));
        let request = request.bearer_auth(&self.token);
        let request = body.into_iter().fold(request, RequestBuilder::json);
        let response = request.send().await?;
        let status = response.status();
        let body = serde_json::from_slice(&response.bytes().await?).unwrap_or_default();
        Ok((status, body))
    }

    /// The resource at a path when its operation is over; `None` when there is none.
    pub async fn settled(&self, path: &str) -> anyhow::Result<Option<Value>> {
        eventually(&format!("{path} is settled"), || async {
            let (status, resource) = self.call(Method::GET, path, None).await?;
            let state = resource["properties"]["provisioningState"].as_str();
            Ok(match (status, state) {
                (StatusCode::NOT_FOUND, _) => Ok(None),
                (StatusCode::OK, Some("Succeeded" | "Failed")) => Ok(Some(resource)),
                _ => Err(format!("{status}: {resource}")),
            })
        })
        .await
    }

    /// Waits until the connected cluster of this name has a connectivity status.
    ///
    /// # Errors
    ///
    /// When it does not get it in time.
    pub async fn until_status(&self, name: &str, status: &str) -> anyhow::Result<()> {
        let what = format!("connected cluster {name} is {status}");
        self.until(name, &what, |object| {
            object.is_some_and(|object| object["properties"]["connectivityStatus"] == status)
        })
        .await
    }

    async fn until(
        &self,
        name: &str,
        what: &str,
        holds: impl Fn(Option<&Value>) -> bool,
    ) -> anyhow::Result<()> {
        eventually(what, || async {
            Ok(holds(self.connected_cluster(name).await?.as_ref()))
        })
        .await
    }

    fn request(&self, method: Method, name: &str) -> RequestBuilder {
        let url = format!("{HOST}{}?api-version={API_VERSION}", self.id(name));
        self.client.request(method, url).bearer_auth(&self.token)
    }
}

fn overlay(base: &mut Value, over: &Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            for (name, value) in over {
                overlay(base.entry(name).or_insert(Value::Null), value);
            }
        }
        (base, over) => base.clone_from(over),
    }
}

async fn token(client: &Client, tenant: &Tenant) -> anyhow::Result<String> {
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
