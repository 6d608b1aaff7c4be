//! A server before another one, which passes on every request and spoils one of them.
//!
//! Before an API server or the simulated Azure it shows what a client does when its n-th request meets a network or a
//! service in trouble. Clients reach it under an address of its own, so that several of them are spoilt independently of
//! one another in one world. It speaks HTTP/1.1, in which a connection has one request at a time: what is spoilt is that
//! one alone.

mod serve;
mod spoil;
#[cfg(test)]
mod tests;
mod upstream;

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Context;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::World;
use super::cluster::Cluster;
use super::files::write_private;
use super::names::{SIMULATOR_URL, USER_AGENT};

pub use spoil::{Fault, Moment};

use upstream::Upstream;

/// Which request to spoil, and how.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Requests to leave alone at first.
    pub skip: usize,
    /// What happens to the next one.
    pub fault: Fault,
}

/// What was asked for since the last [`Forwarder::begin`].
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The requests that count, in their order, as `METHOD path`.
    pub requests: Vec<String>,
    /// The one that was spoilt.
    pub struck: Option<String>,
}

/// A running forwarder. It ends with this value.
pub struct Forwarder {
    address: String,
    shared: Arc<Shared>,
    _stop: DropGuard,
}

struct Shared {
    upstream: Upstream,
    /// How those programs call themselves whose requests count.
    client: &'static str,
    script: Mutex<Script>,
}

#[derive(Default)]
struct Script {
    rule: Option<Rule>,
    seen: Seen,
}

impl Forwarder {
    /// Starts one before the API server of a cluster. Requests of other programs than the provider, such as Helm, do not
    /// count.
    ///
    /// # Errors
    ///
    /// When a certificate of the world cannot be read or no port is free.
    pub async fn before_cluster(world: &World, cluster: &Cluster) -> anyhow::Result<Self> {
        let pki = world.directory().join("pki");
        let upstream = Upstream::new(
            &cluster.endpoint,
            &world.authority(),
            Some(&pki.join("administrator")),
        )?;
        Self::start(upstream, USER_AGENT, &pki.join("kube-apiserver")).await
    }

    /// Starts one before the simulated Azure, which is then a custom cloud at this forwarder's address. Every request
    /// counts: the provider's login calls itself by another name.
    ///
    /// # Errors
    ///
    /// As [`Forwarder::before_cluster`].
    pub async fn before_azure(world: &World) -> anyhow::Result<Self> {
        let upstream = Upstream::new(
            &world.environment()[SIMULATOR_URL],
            &world.authority(),
            None,
        )?;
        Self::start(upstream, "", &world.directory().join("pki/azure")).await
    }

    async fn start(
        upstream: Upstream,
        client: &'static str,
        certificate: &Path,
    ) -> anyhow::Result<Self> {
        let acceptor = serve::acceptor(certificate)?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?.to_string();
        let shared = Arc::new(Shared {
            upstream,
            client,
            script: Mutex::default(),
        });
        let stop = CancellationToken::new();
        let served = serve::run(listener, acceptor, Arc::clone(&shared), stop.clone());
        tokio::spawn(served);
        Ok(Self {
            address,
            shared,
            _stop: stop.drop_guard(),
        })
    }

    /// Host and port under which it listens.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Writes a kubeconfig that leads to this forwarder and is otherwise that of a cluster's administrator.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or written.
    pub fn write_kubeconfig(&self, cluster: &Cluster, path: &Path) -> anyhow::Result<()> {
        let own = fs::read_to_string(&cluster.kubeconfig).context("kubeconfig")?;
        let mut config: Value = serde_saphyr::from_str(&own).context("kubeconfig")?;
        config["clusters"][0]["cluster"]["server"] = format!("https://{}", self.address).into();
        write_private(path, serde_saphyr::to_string(&config)?)
    }

    /// Counts from nothing again, and puts a rule in force in place of an earlier one.
    pub fn begin(&self, rule: Option<Rule>) {
        *self.shared.script() = Script {
            rule,
            seen: Seen::default(),
        };
    }

    /// Lifts the rule. Answers what was asked for since it was put in force.
    #[must_use]
    pub fn end(&self) -> Seen {
        std::mem::take(&mut *self.shared.script()).seen
    }
}

impl Shared {
    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request, and says what is to happen to it.
    fn strike(&self, request: &http::request::Parts) -> Option<Fault> {
        let client = request.headers.get(http::header::USER_AGENT);
        let client = client.and_then(|name| name.to_str().ok());
        if !client.unwrap_or_default().starts_with(self.client) {
            return None;
        }
        let line = format!("{} {}", request.method, request.uri.path());
        let mut script = self.script();
        let number = script.seen.requests.len();
        script.seen.requests.push(line.clone());
        let rule = script.rule.filter(|rule| rule.skip == number)?;
        script.seen.struck = Some(line);
        Some(rule.fault)
    }
}
