//! A small Azure on a loopback port, over TLS with a certificate of its own: the wire that the tests beside the code talk
//! to. It describes itself as a custom cloud, hands out numbered tokens, and leaves every other answer to the test.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, Response, Uri, Version};
use axum_server::tls_rustls::RustlsConfig;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::transport::Http;
use super::{Client, Config, CredentialSource, ResourceId};
use crate::call::Call;

pub(crate) const SUBSCRIPTION: &str = "7b795fb9-09d3-42f4-a494-38864f99ba3c";

/// The path of [`cluster_id`].
pub(crate) const CLUSTER: &str = "/subscriptions/7b795fb9-09d3-42f4-a494-38864f99ba3c/resourceGroups/rg\
                                  /providers/Microsoft.Kubernetes/connectedClusters/c1";

/// The token endpoint.
pub(crate) const TOKEN: &str = "/tenant/oauth2/v2.0/token";

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub version: Version,
    pub method: Method,
    /// Host and port that the client meant.
    pub host: String,
    pub path: String,
    pub query: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("text"))
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }
}

/// An answer: status, headers, body.
pub(crate) struct Reply(pub u16, pub Vec<(&'static str, String)>, pub Body);

impl Reply {
    /// A JSON answer that asks for no pause before the next request.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        let headers = vec![
            ("retry-after", "0".to_owned()),
            ("x-ms-request-id", "request-1".to_owned()),
        ];
        Self(status, headers, Body::from(body.to_string()))
    }

    /// An error answer.
    pub(crate) fn error(status: u16, code: &str, message: &str) -> Self {
        Self::json(
            status,
            &json!({"error": {"code": code, "message": message}}),
        )
    }

    /// An answer without a body.
    pub(crate) fn empty(status: u16) -> Self {
        Self(status, vec![("retry-after", "0".to_owned())], Body::empty())
    }

    /// An answer whose connection breaks before the end.
    pub(crate) fn broken() -> Self {
        let pieces = [Ok("{"), Err(std::io::Error::other("cut"))];
        Self(
            200,
            Vec::new(),
            Body::from_stream(futures::stream::iter(pieces)),
        )
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.1.push((name, value.into()));
        self
    }
}

type Script = dyn Fn(&Seen, usize) -> Option<Reply> + Send + Sync;

/// The running server; it ends when this is dropped.
pub(crate) struct Azure {
    address: SocketAddr,
    authority: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    server: JoinHandle<std::io::Result<()>>,
}

impl Azure {
    /// Starts a server. `script` answers a request given how many of the same method and path came before it; without an
    /// answer of its own, the built-in ones count.
    pub(crate) async fn start(
        script: impl Fn(&Seen, usize) -> Option<Reply> + Send + Sync + 'static,
    ) -> Self {
        // A second test of the same process finds it installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let names = ["127.0.0.1", "azure.test"].map(str::to_owned);
        let certified = rcgen::generate_simple_self_signed(names).expect("a certificate");
        let authority = certified.cert.pem();
        let key = certified.signing_key.serialize_pem();
        let tls = RustlsConfig::from_pem(authority.clone().into(), key.into())
            .await
            .expect("usable");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("non-blocking");
        let address = listener.local_addr().expect("bound");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let app = router(Arc::clone(&seen), Arc::new(script));
        let server = axum_server::from_tcp_rustls(listener, tls).expect("a listener");
        let server = tokio::spawn(server.serve(app.into_make_service()));
        Self {
            address,
            authority,
            seen,
            server,
        }
    }

    pub(crate) fn host(&self) -> String {
        self.address.to_string()
    }

    /// The certificate to trust, in PEM.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    /// A client that trusts the server and logs in with a secret.
    pub(crate) fn client(&self) -> Client {
        let http = Http::trusting(self.authority.as_bytes());
        Client::over(self.config(), Arc::new(http)).expect("a client")
    }

    pub(crate) fn config(&self) -> Config {
        Config {
            subscription_id: SUBSCRIPTION.to_owned(),
            tenant_id: Some("tenant".to_owned()),
            credential: CredentialSource::ClientSecret {
                client_id: "app".to_owned(),
                secret: SecretString::from("canary"),
            },
            environment: "public".to_owned(),
            metadata_host: Some(self.host()),
            api_versions: super::ApiVersions::default(),
        }
    }

    /// The address of a new proxy that connects whoever asks for `azure.test` with this server.
    pub(crate) async fn proxy(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let proxy = listener.local_addr().expect("bound");
        let azure = self.address;
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(tunnel(client, azure));
            }
        });
        format!("http://{proxy}")
    }

    /// The requests to a path, in order.
    pub(crate) fn requests_to(&self, path: &str) -> Vec<Seen> {
        let mut seen = self.seen.lock().expect("unpoisoned").clone();
        seen.retain(|request| request.path == path);
        seen
    }
}

impl Drop for Azure {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Answers one CONNECT request and passes bytes on.
async fn tunnel(client: TcpStream, azure: SocketAddr) -> std::io::Result<()> {
    let mut client = BufReader::new(client);
    let mut request = String::new();
    while !request.ends_with("\r\n\r\n") {
        if client.read_line(&mut request).await? == 0 {
            return Ok(());
        }
    }
    assert!(request.starts_with("CONNECT azure.test:443 "), "{request}");
    client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await?;
    let mut azure = TcpStream::connect(azure).await?;
    copy_bidirectional(&mut client, &mut azure).await.map(drop)
}

fn router(log: Arc<Mutex<Vec<Seen>>>, script: Arc<Script>) -> Router {
    Router::new().fallback(move |request: Request| {
        let (log, script) = (Arc::clone(&log), Arc::clone(&script));
        async move {
            let seen = arrive(request).await;
            let before = record(&log, &seen);
            let reply = script(&seen, before).unwrap_or_else(|| built_in(&seen, before));
            let builder = Response::builder().status(reply.0);
            let add =
                |builder: axum::http::response::Builder, (name, value)| builder.header(name, value);
            reply
                .1
                .into_iter()
                .fold(builder, add)
                .body(reply.2)
                .expect("a response")
        }
    })
}

async fn arrive(request: Request) -> Seen {
    let (parts, body) = request.into_parts();
    Seen {
        version: parts.version,
        method: parts.method,
        host: host(&parts.uri, &parts.headers),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body: axum::body::to_bytes(body, usize::MAX)
            .await
            .expect("a whole body"),
    }
}

/// HTTP/2 has it in the address, HTTP/1.1 in a header.
fn host(uri: &Uri, headers: &HeaderMap) -> String {
    let header = || headers.get("host").and_then(|host| host.to_str().ok());
    let host = uri.authority().map(Authority::as_str).or_else(header);
    host.expect("a host").to_owned()
}

/// Remembers a request; says how many of its kind came before.
fn record(log: &Mutex<Vec<Seen>>, seen: &Seen) -> usize {
    let mut log = log.lock().expect("unpoisoned");
    let same = |other: &&Seen| other.method == seen.method && other.path == seen.path;
    let before = log.iter().filter(same).count();
    log.push(seen.clone());
    before
}

fn built_in(seen: &Seen, before: usize) -> Reply {
    let origin = format!("https://{}", seen.host);
    match seen.path.as_str() {
        TOKEN => Reply::json(
            200,
            &json!({"access_token": format!("token-{}", before + 1), "token_type": "Bearer", "expires_in": 3600}),
        ),
        "/metadata/endpoints" => Reply::json(
            200,
            &json!({
                "name": "Test",
                "resourceManager": origin,
                "authentication": {"loginEndpoint": origin, "audiences": [origin]},
                "dataplaneEndpoints": {"arcConfigEndpoint": format!("{origin}/dp")},
            }),
        ),
        path => Reply::error(404, "NoScript", path),
    }
}

pub(crate) fn cluster_id() -> ResourceId {
    ResourceId::parse(CLUSTER).expect("valid")
}

pub(crate) fn call() -> Call {
    Call::new(CancellationToken::new(), "test")
}
