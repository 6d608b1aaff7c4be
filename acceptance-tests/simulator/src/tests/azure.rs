//! A running simulator, and a client that trusts it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};

use reqwest::{Certificate, Client, Method, Response};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    Behaviour, Clusters, Config, Location, Registry, ResourceGroup, ServicePrincipal, Simulator,
    Subscription, Tls, identity,
};

pub(crate) const TENANT: &str = "7a4b9f0e-3c1d-4b55-9a62-0d3f6e1c8b77";
pub(super) const SUBSCRIPTION: &str = "11111111-2222-3333-4444-555555555555";
/// The same without a registered provider.
pub(super) const FRESH_SUBSCRIPTION: &str = "11111111-2222-3333-4444-777777777777";
pub(super) const CLIENT: &str = "c0ffee00-0000-4000-8000-000000000001";
pub(super) const SECRET: &str = "the only secret";
pub(crate) const NEWEST: &str = "2026-05-01";

/// Operations take so long that no test sees the end of one by chance.
const OPERATION_SECONDS: i64 = 3600;

const PUBLIC_NAMES: [&str; 4] = [
    "management.azure.com",
    "login.microsoftonline.com",
    "graph.microsoft.com",
    "koreacentral.dp.kubernetesconfiguration.azure.com",
];

/// A simulated Azure with one subscription and the resource group `rg`.
pub(super) struct Azure {
    pub(super) client: Client,
    pub(super) token: String,
    address: SocketAddr,
    elapsed: AtomicI64,
    simulator: Simulator,
    _files: TempDir,
}

/// A reply, read to its end.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: reqwest::header::HeaderMap,
    pub(super) body: Value,
}

impl Azure {
    pub(super) async fn start() -> Self {
        let files = tempfile::tempdir().expect("temporary directory");
        let (config, authority) = config(&files);
        let simulator = Simulator::start(config).await.expect("started");
        let address = simulator.address();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = Client::builder().no_proxy().add_root_certificate(authority);
        let builder = PUBLIC_NAMES
            .iter()
            .fold(builder, |builder, name| builder.resolve(name, address));
        let mut azure = Self {
            client: builder.build().expect("a client"),
            token: String::new(),
            address,
            elapsed: AtomicI64::new(0),
            simulator,
            _files: files,
        };
        let scope = format!("{}/.default", identity::CUSTOM_AUDIENCE);
        let login = azure
            .login(&azure.url(""), TENANT, CLIENT, SECRET, &scope)
            .await;
        azure.token = login.body["access_token"]
            .as_str()
            .expect("a token")
            .to_owned();
        azure
    }

    pub(super) async fn stop(self) {
        self.simulator.stop().await;
    }

    /// An address of the custom cloud.
    pub(super) fn url(&self, path: &str) -> String {
        format!("https://{}{path}", self.address)
    }

    /// An address of the public cloud.
    pub(super) fn public(&self, host: &str, path: &str) -> String {
        format!("https://{host}:{}{path}", self.address.port())
    }

    pub(super) async fn login(
        &self,
        base: &str,
        tenant: &str,
        client: &str,
        secret: &str,
        scope: &str,
    ) -> Reply {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", client)
            .append_pair("client_secret", secret)
            .append_pair("scope", scope)
            .finish();
        let request = self
            .client
            .post(format!("{base}/{tenant}/oauth2/v2.0/token"))
            .body(form);
        read(request.send().await.expect("an answer")).await
    }

    /// A request with our token to a path in our subscription, or to a whole address.
    pub(super) async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        self.try_send(method, path, body).await.expect("an answer")
    }

    pub(super) async fn try_send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> reqwest::Result<Reply> {
        let url = if path.starts_with("https://") {
            path.to_owned()
        } else {
            self.url(path)
        };
        let mut request = self.client.request(method, url).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        Ok(read(request.send().await?).await)
    }

    pub(super) async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None).await
    }

    pub(super) async fn put(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub(super) async fn patch(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub(super) async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, None).await
    }

    /// A request to the admin API.
    pub(super) async fn admin(&self, method: Method, path: &str, body: Value) -> Reply {
        self.send(method, &format!("/_simulator/{path}"), Some(body))
            .await
    }

    /// Lets time pass, by which every operation that began before comes to its end.
    pub(super) async fn elapse(&self) {
        let elapsed = self.elapsed.fetch_add(OPERATION_SECONDS, Ordering::Relaxed);
        let clock = json!({"offset_seconds": elapsed + OPERATION_SECONDS});
        assert_eq!(self.admin(Method::PUT, "clock", clock).await.status, 204);
    }

    /// Creates a cluster in group `rg` and shows it when it is provisioned.
    pub(super) async fn cluster(&self, name: &str, version: &str) -> Reply {
        let path = cluster_path(name, version);
        let reply = self.put(&path, cluster()).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        self.provisioned(&path).await
    }

    /// Creates a cluster in group `rg` whose agents do at once whatever they are told.
    pub(super) async fn simulated(&self, name: &str) -> Reply {
        self.presence(name, json!({"simulated": {"custom_locations": true}}))
            .await;
        self.cluster(name, NEWEST).await
    }

    /// Decides whose agents report for a cluster.
    pub(super) async fn presence(&self, name: &str, presence: Value) {
        let path = cluster_path(name, NEWEST);
        let id = path.split('?').next().expect("a path");
        let body = json!({"connected_cluster": id, "presence": presence});
        let reply = self.admin(Method::PUT, "agents", body).await;
        assert_eq!(reply.status, 204, "{reply:?}");
    }

    /// The resource at this address when its operation is over.
    pub(super) async fn provisioned(&self, path: &str) -> Reply {
        self.elapse().await;
        let shown = self.get(path).await;
        assert_eq!(shown.body["properties"]["provisioningState"], "Succeeded");
        shown
    }
}

impl Reply {
    pub(super) fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    pub(super) fn message(&self) -> &str {
        self.body["error"]["message"].as_str().unwrap_or_default()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("text"))
    }
}

/// Address of a cluster in group `rg`.
pub(crate) fn cluster_path(name: &str, version: &str) -> String {
    format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Kubernetes/connectedClusters/{name}?api-version={version}"
    )
}

/// Address of an extension of the cluster `c1`, in the newest version.
pub(super) fn extension_path(name: &str) -> String {
    child_path("extensions", name, "2025-03-01")
}

/// Creates an extension of the cluster `c1` and shows it when it is installed.
pub(super) async fn put_extension(azure: &Azure, name: &str, body: Value) -> Reply {
    let path = extension_path(name);
    let reply = azure.put(&path, body).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    azure.provisioned(&path).await
}

/// Address of a child of the cluster `c1`.
pub(super) fn child_path(kind: &str, name: &str, version: &str) -> String {
    let child = format!("/providers/Microsoft.KubernetesConfiguration/{kind}/{name}?");
    cluster_path("c1", version).replace('?', &child)
}

/// The least that a cluster needs.
pub(crate) fn cluster() -> Value {
    json!({
        "location": "koreacentral",
        "identity": {"type": "SystemAssigned"},
        "tags": {"env": "test"},
        "properties": {"agentPublicKeyCertificate": PUBLIC_KEY, "distribution": "eks", "infrastructure": "aws"},
    })
}

async fn read(response: Response) -> Reply {
    Reply {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body: match response.bytes().await.expect("a body") {
            bytes if bytes.is_empty() => Value::Null,
            bytes => serde_json::from_slice(&bytes).expect("JSON"),
        },
    }
}

/// The Azure of every test, and the authority of its certificate.
pub(crate) fn config(files: &TempDir) -> (Config, Certificate) {
    let names: Vec<String> = ["127.0.0.1"]
        .iter()
        .chain(&PUBLIC_NAMES)
        .map(ToString::to_string)
        .collect();
    let own = rcgen::generate_simple_self_signed(names).expect("a certificate");
    let (certificate, key) = (files.path().join("tls.crt"), files.path().join("tls.key"));
    std::fs::write(&certificate, own.cert.pem()).expect("written");
    std::fs::write(&key, own.signing_key.serialize_pem()).expect("written");
    let config = Config {
        listen: "127.0.0.1:0".parse().expect("an address"),
        tls: Tls { certificate, key },
        registry: Registry {
            chart: "mcr.microsoft.com/azurearck8s/batch1/stable/azure-arc-k8sagents:1.35.4"
                .to_owned(),
        },
        tenant_id: TENANT.to_owned(),
        subscriptions: vec![
            subscription(
                SUBSCRIPTION,
                &[
                    "Microsoft.Kubernetes",
                    "Microsoft.KubernetesConfiguration",
                    "Microsoft.ExtendedLocation",
                ],
            ),
            subscription(FRESH_SUBSCRIPTION, &[]),
        ],
        service_principals: vec![ServicePrincipal {
            client_id: CLIENT.to_owned(),
            secret: SECRET.to_owned(),
            object_id: "c0ffee00-0000-4000-8000-000000000002".to_owned(),
        }],
        locations: vec![Location::from("Korea Central"), Location::from("East US")],
        clusters: Clusters::default(),
        request_log: None,
        behaviour: behaviour(),
    };
    let authority = Certificate::from_pem(own.cert.pem().as_bytes()).expect("PEM");
    (config, authority)
}

/// Pace and manners at the start of every test.
pub(super) fn behaviour() -> Behaviour {
    Behaviour {
        operation_ms: 3_600_000,
        compliance_ms: 3_600_000,
        registration_ms: 3_600_000,
        ..Behaviour::default()
    }
}

fn subscription(id: &str, registered: &[&str]) -> Subscription {
    let group = ResourceGroup {
        name: "rg".to_owned(),
        location: "Korea Central".to_owned(),
    };
    let providers = registered
        .iter()
        .map(|namespace| ((*namespace).to_owned(), "Registered".to_owned()));
    Subscription {
        id: id.to_owned(),
        name: "Training".to_owned(),
        resource_groups: vec![group],
        providers: providers.collect(),
    }
}

/// An RSA key of 2048 bits in the form that Azure wants: PKCS#1 DER in base64.
pub(crate) const PUBLIC_KEY: &str = "MIIBCgKCAQEAuT4y52IZrSvniFx3m6ybO9aOl4S6FoGA7hLq/wlJeAgqZ76xfF3/umG+Yuuf42J/yLYtZFLuADSBHhTYZKQP79uWv0N4E26tW82tzpA/8DifkG0WEOyt4p7CP/XSs776dOiy0V57357VxOtadvvdpENWqld+3JFGDlS4D/G3Wgm1ooVppmb6rrq3kJM0xNkSHnQyqXJ+0Il0hej6LOB69IlTXEkZsg4/82M35EdK2RNFr7KbKCYkOFK4QiDAqedWs9lhZIit/J0KX5dwSsaiZ8bwA4fFHD37ubWg3SrqAjfNHs0zI4nRqmnSxqv6yoTd1BbdXmclAwuypTRzu9MKjQIDAQAB";

/// Another one.
pub(crate) const OTHER_PUBLIC_KEY: &str = "MIIBCgKCAQEA0e8Ng9wawy4fsk3vyO5K8i/VcJT6G9MO6TALeDR1B6zdTF0/YM9lvYeCS4uT6Hs9d1oTSea8dx6y6hUbEBwlA8I/VLHzxUbp91FEvDlZVvExf6v6/KPh5Eo3KGwhfkAYPKbgG01tS9phDju5DvpH3LjzALSgo3S1CPsC3Fm8tB5UmPNykqdpYYt8JydbvCb+Hy+VHxrR4sCj/ecW3l8e9woG5Ns+2FnY4Q49U1SKdoG2jNlYkDt6m5s0pqhYOg80AtGreIG/HQNHDAbw9a0bnnY1SjsuOrPczN4LoPY7QoiUVHN+2bLeGf6r+Yby8tCDNiWIBlgoOR5usy2zt19TMwIDAQAB";
