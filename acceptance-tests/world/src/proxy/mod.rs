//! The only way to other hosts: an HTTP proxy that knows CONNECT and nothing else.
//!
//! Programs under test keep their production configuration, public host names included. This proxy maps those names to
//! servers on the loopback address, passes some on to another CONNECT proxy, refuses the rest, and writes down who
//! asked for what: its log is the proof of whom a program talks to.

mod handshake;
mod log;
mod routes;
mod tunnel;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use routes::{Hop, Route};

use log::Log;

/// What the proxy is told at start.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// File that receives one JSON line per tunnel opened, closed or refused.
    pub log: Option<PathBuf>,
    /// Where each host name leads. The first match counts; a name without a match is refused.
    pub routes: Vec<Route>,
}

/// Why the proxy did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken or not ours.
    #[error("proxy cannot listen on {address}")]
    Listen {
        /// Address from the configuration.
        address: SocketAddr,
        /// The system's answer.
        source: std::io::Error,
    },
    /// The log file cannot be opened for appending.
    #[error("proxy cannot open its log {}", path.display())]
    Log {
        /// Path from the configuration.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
}

/// A running proxy.
pub struct Proxy {
    address: SocketAddr,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Proxy {
    /// Starts to listen.
    ///
    /// # Errors
    ///
    /// [`StartError`] when the address or the log cannot be had.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let log = Log::open(config.log.as_deref()).map_err(|source| StartError::Log {
            path: config.log.clone().unwrap_or_default(),
            source,
        })?;
        let listen = |source| StartError::Listen {
            address: config.listen,
            source,
        };
        let listener = TcpListener::bind(config.listen).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let proxy = Self {
            address,
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        };
        proxy.accept(listener, config.routes.into(), Arc::new(log));
        Ok(proxy)
    }

    /// The address it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops listening and closes every tunnel.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn accept(&self, listener: TcpListener, routes: Arc<[Route]>, log: Arc<Log>) {
        let (stop, tasks) = (self.stop.clone(), self.tasks.clone());
        self.tasks.spawn(async move {
            while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
                let Ok((client, _)) = accepted else { continue };
                let (stop, routes, log) = (stop.clone(), routes.clone(), log.clone());
                tasks.spawn(async move {
                    stop.run_until_cancelled(tunnel::serve(client, &routes, &log))
                        .await;
                });
            }
        });
    }
}

#[cfg(test)]
mod tests;
