//! From the environment to the end of the process.

use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt};
use tokio::runtime::{Builder, Runtime};
use tonic::transport::Server;
use tonic::transport::server::Router;

use super::connection::{Connection, accept_host};
use super::debug;
use super::error::Error;
use super::handshake::{self, Host};
use super::lifecycle::Lifecycle;
use super::listener::Listener;
use super::logs;
use super::services::{AlwaysServing, Broker, Controller, Stdio};
use super::signals::Signals;
use super::stdout::write_line;
use super::tls::Tls;
use crate::proto::grpc::health::v1::health_server::HealthServer;
use crate::proto::plugin::grpc_broker_server::GrpcBrokerServer;
use crate::proto::plugin::grpc_controller_server::GrpcControllerServer;
use crate::proto::plugin::grpc_stdio_server::GrpcStdioServer;
use crate::protocol::{self, Calls};
use crate::sdk::provider::Provider;

/// A provider waits for other machines; few threads are enough, and each one costs at every start.
const WORKERS: usize = 2;

/// How long calls in flight may take to end once the host is gone. It kills two seconds after `Shutdown`.
const GRACE: Duration = Duration::from_millis(1500);

/// How long the last replies may take to be sent, and blocking work to be left behind.
const FLUSH: Duration = Duration::from_millis(200);

/// Who started the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Terraform, as its child.
    Plugin,
    /// A person with a debugger; Terraform is told by `TF_REATTACH_PROVIDERS` where to find it.
    Debug,
}

/// Serves the provider until its host leaves. Failures to start are written to stderr for a person.
pub fn run(provider: Arc<dyn Provider>, mode: Mode) -> ExitCode {
    match start(provider, mode) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            logs::explain(&error);
            ExitCode::FAILURE
        }
    }
}

fn start(provider: Arc<dyn Provider>, mode: Mode) -> Result<(), Error> {
    let host = match mode {
        Mode::Plugin => Some(Host::from_environment()?),
        Mode::Debug => None,
    };
    logs::install();
    let runtime = runtime()?;
    let outcome = match host {
        Some(host) => runtime.block_on(serve_host(provider, host)),
        None => runtime.block_on(serve_debugger(provider)),
    };
    // Drops what is still running, child processes included.
    runtime.shutdown_timeout(FLUSH);
    outcome
}

fn runtime() -> io::Result<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()
}

/// One host, one connection, and the end of the process with it.
async fn serve_host(provider: Arc<dyn Provider>, host: Host) -> Result<(), Error> {
    let signals = Signals::take_over()?;
    let tls = host.client_certificate.map(Tls::for_client).transpose()?;
    let listener = Listener::bind(tls.is_some()).await?;
    let certificate = tls.as_ref().map(|tls| &tls.certificate);
    write_line(&handshake::line(&listener.address()?, certificate))?;
    let (lifecycle, calls) = (Lifecycle::default(), Calls::default());
    let incoming = one_connection(listener, tls, &lifecycle);
    let serving = serve(provider, &lifecycle, &calls, incoming);
    lifecycle.host_left(signals.terminated(), &calls).await;
    leave(&lifecycle, &calls, serving).await;
    Ok(())
}

/// Any number of hosts, one after the other, until a signal ends it.
async fn serve_debugger(provider: Arc<dyn Provider>) -> Result<(), Error> {
    let signals = Signals::take_over()?;
    let listener = Listener::bind(false).await?;
    debug::announce(&listener.address()?)?;
    let (lifecycle, calls) = (Lifecycle::default(), Calls::default());
    let serving = serve(provider, &lifecycle, &calls, every_connection(listener));
    signals.terminated_or_interrupted().await;
    leave(&lifecycle, &calls, serving).await;
    Ok(())
}

type Incoming = BoxStream<'static, io::Result<Connection>>;

/// The host dials once. As soon as it has proved itself the listener is closed and its socket file removed, so that
/// nothing is left behind even by a SIGKILL; the connection's end is the host's end.
fn one_connection(listener: Listener, tls: Option<Tls>, lifecycle: &Lifecycle) -> Incoming {
    let ended = lifecycle.disconnected.clone().drop_guard();
    let only = async move {
        let io = accept_host(&listener, tls.as_ref()).await?;
        Ok(Connection::new(io, Some(ended)))
    };
    // A stream that ends would end the server.
    only.into_stream().chain(stream::pending()).boxed()
}

fn every_connection(listener: Listener) -> Incoming {
    stream::unfold(listener, |listener| async move {
        let accepted = accept_host(&listener, None).await;
        Some((accepted.map(|io| Connection::new(io, None)), listener))
    })
    .boxed()
}

type Serving = tokio::task::JoinHandle<Result<(), tonic::transport::Error>>;

fn serve(
    provider: Arc<dyn Provider>,
    lifecycle: &Lifecycle,
    calls: &Calls,
    incoming: Incoming,
) -> Serving {
    let leaving = lifecycle.leaving.clone().cancelled_owned();
    let router = services(provider, lifecycle, calls);
    tokio::spawn(router.serve_with_incoming_shutdown(incoming, leaving))
}

fn services(provider: Arc<dyn Provider>, lifecycle: &Lifecycle, calls: &Calls) -> Router {
    Server::builder()
        .add_service(protocol::service(provider, calls.clone()))
        .add_service(GrpcControllerServer::new(Controller(lifecycle.clone())))
        .add_service(GrpcStdioServer::new(Stdio(lifecycle.clone())))
        .add_service(GrpcBrokerServer::new(Broker(lifecycle.clone())))
        .add_service(HealthServer::new(AlwaysServing(lifecycle.clone())))
}

/// Stops what is in flight, lets it end, and sends the last replies.
async fn leave(lifecycle: &Lifecycle, calls: &Calls, serving: Serving) {
    calls.end(GRACE).await;
    lifecycle.leaving.cancel();
    let _ = tokio::time::timeout(FLUSH, serving).await;
}
