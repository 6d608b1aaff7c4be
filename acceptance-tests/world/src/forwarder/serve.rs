//! The forwarder's own side: TLS, HTTP/1.1, and ending a connection as a broken network does.

use std::future::pending;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use reqwest::Body;
use rustix::net::sockopt::set_socket_linger;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::Shared;
use super::spoil::{Fault, Moment, drip, refusal};

/// The server's side of TLS. `path` is that of a certificate and its key, without their extensions.
pub(super) fn acceptor(path: &Path) -> anyhow::Result<TlsAcceptor> {
    let chain = CertificateDer::pem_file_iter(path.with_extension("crt"))
        .and_then(Iterator::collect)
        .context("certificate")?;
    let key = PrivateKeyDer::from_pem_file(path.with_extension("key")).context("key")?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Accepts connections until told to stop, which also ends those that are open.
pub(super) async fn run(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    shared: Arc<Shared>,
    stop: CancellationToken,
) {
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        let Ok((stream, _)) = accepted else { continue };
        let (acceptor, shared, stop) = (acceptor.clone(), Arc::clone(&shared), stop.clone());
        tokio::spawn(async move {
            let served = stop.run_until_cancelled(converse(stream, acceptor, shared));
            if let Some(Err(error)) = served.await {
                tracing::debug!(%error, "connection");
            }
        });
    }
}

/// Serves one connection until it ends or is to be reset.
async fn converse(
    stream: TcpStream,
    acceptor: TlsAcceptor,
    shared: Arc<Shared>,
) -> anyhow::Result<()> {
    stream.set_nodelay(true)?;
    let socket = stream.as_fd().try_clone_to_owned()?;
    let stream = acceptor.accept(stream).await?;
    let reset = CancellationToken::new();
    let service = service_fn(|request| answer(&shared, request, &reset));
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    match reset.run_until_cancelled(connection).await {
        Some(ended) => Ok(ended?),
        None => reset_connection(socket),
    }
}

/// Closes the last handle of a socket in such a way that its peer is told of a reset, not of an end.
fn reset_connection(socket: OwnedFd) -> anyhow::Result<()> {
    set_socket_linger(&socket, Some(Duration::ZERO))?;
    drop(socket);
    Ok(())
}

async fn answer(
    shared: &Shared,
    request: Request<Incoming>,
    reset: &CancellationToken,
) -> anyhow::Result<Response<Body>> {
    let (head, body) = request.into_parts();
    let fault = shared.strike(&head);
    let request = Request::from_parts(head, body);
    match fault {
        None => shared.upstream.pass(request).await,
        Some(Fault::Refuse) => refusal(),
        Some(Fault::Drip(pause)) => drip(shared.upstream.pass(request).await?, pause).await,
        Some(Fault::Stall) => pending().await,
        Some(Fault::Reset(moment)) => {
            if moment == Moment::After {
                let response = shared.upstream.pass(request).await?;
                response.into_body().collect().await?;
            }
            reset.cancel();
            pending().await
        }
    }
}
