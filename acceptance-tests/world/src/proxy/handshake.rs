//! The few lines of HTTP/1.1 that open a tunnel (RFC 9110, section 9.3.6).

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// No honest client sends a longer head.
const HEAD_LIMIT: usize = 16 * 1024;

/// Reads a message head, byte by byte so that nothing behind it is lost.
pub(super) async fn read_head(stream: &mut TcpStream) -> io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() == HEAD_LIMIT {
            return Err(io::Error::other("head too long"));
        }
        head.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// Host and port of a CONNECT request; `None` for any other request.
pub(super) fn target(head: &str) -> Option<(String, u16)> {
    let mut words = head.lines().next()?.split(' ');
    let ("CONNECT", Some(authority)) = (words.next()?, words.next()) else {
        return None;
    };
    let (host, port) = authority.rsplit_once(':')?;
    Some((host.to_owned(), port.parse().ok()?))
}

/// What the request line asked for, for the log.
pub(super) fn request_target(head: &str) -> &str {
    head.split(' ').nth(1).unwrap_or_default()
}

/// Sends a reply that ends the conversation.
pub(super) async fn refuse(stream: &mut TcpStream, status: &str, reason: &str) -> io::Result<()> {
    let length = reason.len();
    let reply = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{reason}"
    );
    stream.write_all(reply.as_bytes()).await
}

/// Asks another proxy for a tunnel.
pub(super) async fn ask(stream: &mut TcpStream, host: &str, port: u16) -> io::Result<()> {
    let request = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let head = read_head(stream).await?;
    match head.split(' ').nth(1) {
        Some("200") => Ok(()),
        _ => Err(io::Error::other(format!(
            "next proxy answered {:?}",
            head.lines().next().unwrap_or_default()
        ))),
    }
}
