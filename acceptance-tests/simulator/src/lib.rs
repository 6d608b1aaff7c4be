//! Azure on a loopback port: Entra, Azure Resource Manager, Microsoft Graph, the Arc configuration data plane, and the
//! half of the Arc agents that lives in the cloud.
//!
//! It is an oracle, so it is strict where Azure is strict, remembers what it was told, and shares no code with the
//! provider. A request travels like this:
//!
//! 1. [`server`] takes it off the TLS connection; [`dispatch`] numbers it, applies scripted faults and writes the log;
//! 2. [`dispatch`] chooses the service by host name, or, for a host that is no public name of Azure, by path: then the
//!    simulator is a custom cloud whose services share one address;
//! 3. the service ([`entra`], [`graph`], [`data_plane`], [`arm`]) authenticates the caller by [`tokens`], checks the
//!    request, and works on the one [`store`], whose [`operations`] end when their time has come;
//! 4. [`agents`] look into the real clusters and report what they find, as the agents' cloud side does;
//! 5. [`admin`] is the API for tests, under a path that Azure does not have.
//!
//! The store lies under one lock and every service is a plain function over it: no two requests overlap.

mod admin;
mod agents;
mod arm;
mod clock;
mod config;
mod data_plane;
mod dispatch;
mod entra;
mod faults;
pub mod glob;
mod graph;
mod hosts;
mod identity;
mod log;
mod metadata;
mod operations;
pub mod program;
mod redact;
mod reply;
mod request;
mod server;
mod store;
mod tokens;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use arm::throttle::{Bucket, Throttling};
pub use config::{
    Behaviour, Clusters, Config, KeyChange, Location, Registry, ResourceGroup, ServicePrincipal,
    Subscription, Tls,
};

use clock::Clock;
use faults::Faults;
use log::RequestLog;
use store::Store;
use tokens::Tokens;

/// Why the simulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken or not ours.
    #[error("simulator cannot listen on {address}")]
    Listen {
        /// Address from the configuration.
        address: SocketAddr,
        /// The system's answer.
        source: std::io::Error,
    },
    /// Certificate or key are missing, malformed, or do not belong together.
    #[error("simulator cannot use its certificate: {0}")]
    Tls(String),
    /// The request log cannot be opened for appending.
    #[error("simulator cannot open its request log")]
    Log(#[source] std::io::Error),
}

/// A running simulator.
pub struct Simulator {
    address: SocketAddr,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// Everything that requests share.
struct Cloud {
    config: Config,
    clock: Clock,
    tokens: Tokens,
    log: RequestLog,
    faults: Mutex<Faults>,
    store: Mutex<Store>,
}

impl Simulator {
    /// Starts to listen, and to look after the clusters of the configuration.
    ///
    /// # Errors
    ///
    /// [`StartError`] when the address, the certificate or the log cannot be had.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let acceptor = server::acceptor(&config.tls)?;
        let (listener, address) = server::listen(config.listen).await?;
        let cloud = Arc::new(Cloud::new(config)?);
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        tasks.spawn(server::run(
            listener,
            acceptor,
            dispatch::router(cloud.clone()),
            stop.clone(),
            tasks.clone(),
        ));
        tasks.spawn(agents::run(cloud, stop.clone(), tasks.clone()));
        Ok(Self {
            address,
            stop,
            tasks,
        })
    }

    /// The address it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes every connection and ends.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Cloud {
    fn new(config: Config) -> Result<Self, StartError> {
        Ok(Self {
            clock: Clock::default(),
            tokens: Tokens::default(),
            log: RequestLog::open(config.request_log.as_deref()).map_err(StartError::Log)?,
            faults: Mutex::default(),
            store: Mutex::new(Store::new(&config)),
            config,
        })
    }

    /// The state, with every operation ended whose time has come.
    fn store(&self) -> MutexGuard<'_, Store> {
        let mut store = self.store.lock().expect("no service panics");
        let now = self.clock.now();
        operations::settle(&mut store, now);
        if !store.presences.is_empty() {
            agents::apply_presences(&mut store, now);
            operations::settle(&mut store, now);
        }
        store
    }

    fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().expect("no fault panics")
    }
}

#[cfg(test)]
mod tests;
