//! The connection to the host, from an accepted socket to a stream that tells of its own end.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::task::JoinSet;
use tokio_util::sync::DropGuard;
use tonic::transport::server::Connected;

use super::io::Io;
use super::listener::Listener;
use super::tls::Tls;

/// A connection whose peer was found to be the host.
pub(super) struct Connection {
    io: Box<dyn Io>,
    _ended: Option<DropGuard>,
}

impl Connection {
    /// A connection that triggers the guard, where there is one, when it ends.
    pub fn new(io: Box<dyn Io>, ended: Option<DropGuard>) -> Self {
        Self { io, _ended: ended }
    }
}

/// Waits until the host has connected and, with TLS, has proved that it is the host.
///
/// Handshakes run side by side, so that somebody who connects and stays silent cannot keep the host out.
///
/// # Errors
///
/// When the operating system does not hand out connections any more.
pub(super) async fn accept_host(listener: &Listener, tls: Option<&Tls>) -> io::Result<Box<dyn Io>> {
    let mut handshakes = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match tls {
                None => return accepted,
                Some(tls) => drop(handshakes.spawn(tls.acceptor.accept(accepted?))),
            },
            Some(Ok(handshake)) = handshakes.join_next() => match handshake {
                Ok(io) => return Ok(Box::new(io)),
                Err(error) => tracing::warn!(%error, "refused a connection"),
            },
        }
    }
}

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) -> Self::ConnectInfo {}
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }
}
