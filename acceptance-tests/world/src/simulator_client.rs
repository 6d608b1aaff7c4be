//! Client of the simulated Azure's API for tests: scripted faults, simulated agents, what Azure remembers.
//!
//! The simulator's `admin.rs` and `faults.rs` document each request.

use std::time::Duration;

use anyhow::{Context, ensure};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::World;
use super::names::SIMULATOR_URL;

/// Calls the simulated Azure of a world.
pub struct SimulatorClient {
    client: Client,
    base: String,
}

impl SimulatorClient {
    /// A client of this world's simulator.
    pub fn new(world: &World) -> anyhow::Result<Self> {
        let client = Client::builder()
            .no_proxy()
            .tls_certs_only([reqwest::Certificate::from_der(&world.authority())?])
            .build()?;
        Ok(Self {
            client,
            base: format!("{}/_simulator", world.environment()[SIMULATOR_URL]),
        })
    }

    /// Puts a fault in force.
    pub async fn fault(&self, fault: Value) -> anyhow::Result<()> {
        self.send(Method::POST, "faults", fault).await
    }

    /// Whether each fault with this path has struck as often as it was to.
    pub async fn is_spent(&self, path: &str) -> anyhow::Result<bool> {
        let faults = self.get("faults").await?;
        let faults = faults.as_array().context("the faults are no list")?;
        let mut own = faults.iter().filter(|fault| fault["path"] == path);
        Ok(own.all(|fault| fault["spent"] == true))
    }

    /// Decides whose agents report for a connected cluster of this id: `"real"`, `"away"` or `{"simulated": {}}`.
    pub async fn presence(&self, cluster: &str, presence: Value) -> anyhow::Result<()> {
        let body = json!({"connected_cluster": cluster, "presence": presence});
        self.send(Method::PUT, "agents", body).await
    }

    /// Makes what the agents of a connected cluster reported so much older: after 15 minutes it is `Offline`, after 90 days
    /// `Expired`. Agents that reach Azure report again within a second, unless their certificate has expired.
    pub async fn age(&self, cluster: &str, by: Duration) -> anyhow::Result<()> {
        let body = json!({"id": cluster, "seconds": by.as_secs()});
        self.send(Method::POST, "age", body).await
    }

    /// Makes an extension as a policy does.
    pub async fn add_extension(&self, seed: Value) -> anyhow::Result<()> {
        self.send(Method::POST, "extensions", seed).await
    }

    /// Everything that Azure remembers.
    pub async fn state(&self) -> anyhow::Result<Value> {
        self.get("state").await
    }

    async fn get(&self, path: &str) -> anyhow::Result<Value> {
        let request = self.client.get(format!("{}/{path}", self.base));
        let answer = request.send().await?.error_for_status()?;
        answer
            .json()
            .await
            .with_context(|| format!("{path}: no JSON"))
    }

    async fn send(&self, method: Method, path: &str, body: Value) -> anyhow::Result<()> {
        let url = format!("{}/{path}", self.base);
        let answer = self.client.request(method, url).json(&body).send().await?;
        let status = answer.status();
        ensure!(
            status.is_success(),
            "the simulator refuses {path}: {status}: {}",
            answer.text().await?
        );
        Ok(())
    }
}
