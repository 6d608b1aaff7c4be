//! One client's connection, from its request to the end of its tunnel.

use std::io;

use jiff::Timestamp;
use tokio::io::{AsyncWriteExt, copy_bidirectional};
use tokio::net::TcpStream;

use super::handshake;
use super::log::{Line, Log, Verdict};
use super::routes::{self, Hop, Route};

const ESTABLISHED: &[u8] = b"HTTP/1.1 200 Connection established\r\n\r\n";

/// Serves one connection. An error on the client's side ends it.
pub(super) async fn serve(mut client: TcpStream, routes: &[Route], log: &Log) {
    let Ok(head) = handshake::read_head(&mut client).await else {
        return;
    };
    let Some((host, port)) = handshake::target(&head) else {
        record(
            log,
            handshake::request_target(&head),
            None,
            Verdict::Refused,
            None,
        );
        let _ = handshake::refuse(&mut client, "405 Method Not Allowed", "only CONNECT").await;
        return;
    };
    let Some(hop) = routes::find(routes, &host, port) else {
        record(log, &host, Some(port), Verdict::Refused, None);
        let reason = format!("no route to {host}:{port}");
        let _ = handshake::refuse(&mut client, "403 Forbidden", &reason).await;
        return;
    };
    match connect(hop, &host, port).await {
        Ok(server) => relay(client, server, &host, port, log).await,
        Err(error) => {
            record(log, &host, Some(port), Verdict::Unreachable, None);
            let reason = format!("{host}:{port}: {error}");
            let _ = handshake::refuse(&mut client, "502 Bad Gateway", &reason).await;
        }
    }
}

async fn connect(hop: Hop, host: &str, port: u16) -> io::Result<TcpStream> {
    match hop {
        Hop::To(address) => TcpStream::connect(address).await,
        Hop::Via(address) => {
            let mut stream = TcpStream::connect(address).await?;
            handshake::ask(&mut stream, host, port).await?;
            Ok(stream)
        }
    }
}

async fn relay(mut client: TcpStream, mut server: TcpStream, host: &str, port: u16, log: &Log) {
    record(log, host, Some(port), Verdict::Opened, None);
    let mut bytes = None;
    if client.write_all(ESTABLISHED).await.is_ok() {
        let copied = copy_bidirectional(&mut client, &mut server).await;
        bytes = copied.ok().map(|(up, down)| [up, down]);
    }
    record(log, host, Some(port), Verdict::Closed, bytes);
}

fn record(log: &Log, host: &str, port: Option<u16>, verdict: Verdict, bytes: Option<[u64; 2]>) {
    log.write(&Line {
        time: Timestamp::now(),
        host,
        port,
        verdict,
        bytes,
    });
}
