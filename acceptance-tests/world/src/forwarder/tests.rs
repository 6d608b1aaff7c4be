use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::{Certificate, Client, Response};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use super::upstream::Upstream;
use super::*;
use crate::pki::Authority;

const OURS: &str = "provider/";
const BODY: &str = "as it should be";

/// A forwarder before a server that answers every request and counts them.
struct Fixture {
    forwarder: Forwarder,
    client: Client,
    served: Arc<AtomicUsize>,
    _directory: TempDir,
}

impl Fixture {
    async fn start() -> anyhow::Result<Self> {
        // Of all tests the first is the one that does it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let directory = tempfile::tempdir()?;
        let authority = Authority::new(directory.path())?;
        let certificate = authority.server("server", &["127.0.0.1"])?;
        let served = Arc::new(AtomicUsize::new(0));
        let url = serve(Arc::clone(&served)).await?;
        let upstream = Upstream::new(&url, &authority.der(), None)?;
        let path = certificate.certificate.with_extension("");
        Ok(Self {
            forwarder: Forwarder::start(upstream, OURS, &path).await?,
            client: Client::builder()
                .no_proxy()
                .tls_certs_only([Certificate::from_der(&authority.der())?])
                .timeout(Duration::from_millis(500))
                .build()?,
            served,
            _directory: directory,
        })
    }

    async fn get(&self, path: &str, client: &str) -> reqwest::Result<Response> {
        let url = format!("https://{}{path}", self.forwarder.address());
        let request = self.client.get(url).header("User-Agent", client);
        request.send().await
    }

    /// Sends one request that meets a fault. Answers it, and how many requests reached the server.
    async fn meet(&self, fault: Fault) -> (reqwest::Result<Response>, usize) {
        let before = self.served.load(Ordering::Relaxed);
        self.forwarder.begin(Some(Rule { skip: 0, fault }));
        let answer = self.get("/", "provider/1").await;
        (answer, self.served.load(Ordering::Relaxed) - before)
    }
}

/// Starts a server that takes one request for each connection. Answers its URL.
async fn serve(served: Arc<AtomicUsize>) -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = BufReader::new(stream);
            let mut line = String::new();
            while line != "\r\n" {
                line.clear();
                stream.read_line(&mut line).await?;
            }
            served.fetch_add(1, Ordering::Relaxed);
            let length = BODY.len();
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{BODY}"
            );
            stream.write_all(answer.as_bytes()).await?;
        }
        std::io::Result::Ok(())
    });
    Ok(url)
}

#[tokio::test]
async fn only_the_nth_request_of_the_client_meets_the_fault() -> anyhow::Result<()> {
    let fixture = Fixture::start().await?;
    let fault = Fault::Refuse;
    fixture.forwarder.begin(Some(Rule { skip: 1, fault }));
    let mut seen = Vec::new();
    for (path, client) in [
        ("/1", "provider/1"),
        ("/other", "Helm/3"),
        ("/2", "provider/1"),
        ("/3", "provider/1"),
    ] {
        seen.push(fixture.get(path, client).await?.status().as_u16());
    }
    assert_eq!(seen, [200, 200, 503, 200]);
    let seen = fixture.forwarder.end();
    assert_eq!(seen.requests, ["GET /1", "GET /2", "GET /3"]);
    assert_eq!(seen.struck.as_deref(), Some("GET /2"));
    Ok(())
}

#[tokio::test]
async fn a_reset_is_one_and_comes_before_or_after_the_request_took_effect() -> anyhow::Result<()> {
    let fixture = Fixture::start().await?;
    for (moment, reached) in [(Moment::Before, 0), (Moment::After, 1)] {
        let (answer, served) = fixture.meet(Fault::Reset(moment)).await;
        let error = format!("{:?}", answer.err().context("an answer")?);
        assert!(error.contains("ConnectionReset"), "{error}");
        assert_eq!(served, reached);
    }
    Ok(())
}

#[tokio::test]
async fn a_refusal_asks_for_a_day() -> anyhow::Result<()> {
    let fixture = Fixture::start().await?;
    let (answer, served) = fixture.meet(Fault::Refuse).await;
    let answer = answer?;
    assert_eq!((answer.status().as_u16(), served), (503, 0));
    assert_eq!(answer.headers()["retry-after"], "86400");
    Ok(())
}

#[tokio::test]
async fn a_stall_has_no_end() -> anyhow::Result<()> {
    let fixture = Fixture::start().await?;
    let (answer, served) = fixture.meet(Fault::Stall).await;
    assert!(answer.err().context("an answer")?.is_timeout());
    assert_eq!(served, 0);
    Ok(())
}

#[tokio::test]
async fn drops_are_the_whole_answer_in_the_end() -> anyhow::Result<()> {
    let fixture = Fixture::start().await?;
    let pause = Duration::from_millis(1);
    let (answer, _) = fixture.meet(Fault::Drip(pause)).await;
    assert_eq!(answer?.text().await?, BODY);
    let (answer, _) = fixture.meet(Fault::Drip(Duration::from_mins(1))).await;
    assert!(answer?.text().await.err().context("a body")?.is_timeout());
    Ok(())
}
