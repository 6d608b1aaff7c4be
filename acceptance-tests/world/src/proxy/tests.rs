//! A tunnel straight to a server, one through a second proxy, and the refusals.

use std::path::Path;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// A server that answers each connection's five bytes with the same five bytes.
async fn echo() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("free port");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = [0; 5];
            if stream.read_exact(&mut bytes).await.is_ok() {
                let _ = stream.write_all(&bytes).await;
            }
        }
    });
    address
}

async fn proxy(log: Option<&Path>, routes: Vec<(&str, Hop)>) -> Proxy {
    let route = |(host, hop): (&str, Hop)| Route {
        host: host.to_owned(),
        hop,
    };
    Proxy::start(Config {
        listen: "127.0.0.1:0".parse().expect("an address"),
        log: log.map(Path::to_owned),
        routes: routes.into_iter().map(route).collect(),
    })
    .await
    .expect("started")
}

async fn send(proxy: &Proxy, request: &str) -> (String, TcpStream) {
    let mut stream = TcpStream::connect(proxy.address())
        .await
        .expect("listening");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let head = handshake::read_head(&mut stream).await.expect("answered");
    let status = head.lines().next().unwrap_or_default().to_owned();
    (status, stream)
}

async fn round_trip(mut stream: TcpStream) -> String {
    stream.write_all(b"hello").await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("read");
    answer
}

#[tokio::test]
async fn a_mapped_name_leads_to_its_server() {
    let inner = proxy(None, vec![("*.example.test", Hop::To(echo().await))]).await;
    let outer = proxy(None, vec![("*.test", Hop::Via(inner.address()))]).await;
    for proxy in [&inner, &outer] {
        let (status, stream) = send(proxy, "CONNECT a.example.test:443 HTTP/1.1\r\n\r\n").await;
        assert_eq!(status, "HTTP/1.1 200 Connection established");
        assert_eq!(round_trip(stream).await, "hello");
    }
    outer.stop().await;
    inner.stop().await;
}

#[tokio::test]
async fn everything_else_is_refused_and_written_down() {
    let directory = tempfile::tempdir().expect("temporary directory");
    let log = directory.path().join("proxy.jsonl");
    let proxy = proxy(Some(&log), vec![("known.test", Hop::To(echo().await))]).await;
    for (request, status) in [
        (
            "CONNECT other.test:443 HTTP/1.1\r\n\r\n",
            "HTTP/1.1 403 Forbidden",
        ),
        (
            "CONNECT known.test:22 HTTP/1.1\r\n\r\n",
            "HTTP/1.1 403 Forbidden",
        ),
        (
            "GET http://known.test/ HTTP/1.1\r\n\r\n",
            "HTTP/1.1 405 Method Not Allowed",
        ),
    ] {
        assert_eq!(send(&proxy, request).await.0, status, "{request}");
    }
    proxy.stop().await;
    let log = std::fs::read_to_string(log).expect("a log");
    let hosts: Vec<serde_json::Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(hosts.len(), 3);
    assert!(hosts.iter().all(|line| line["verdict"] == "refused"));
    assert_eq!(hosts[0]["host"], "other.test");
}
