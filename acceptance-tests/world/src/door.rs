//! The door that the simulated Azure keeps for tests: scripted faults, agents on strings, what Azure remembers.
//!
//! What each request takes is told in `simulator/admin.rs` and `simulator/faults.rs`.

use std::time::Duration;

use anyhow::{Context, ensure};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::World;

/// Variable with the simulator's own address, where it is a custom cloud and has this door.
pub const URL: &str = "AZURE_SIMULATOR_URL";

/// The door of a world's Azure.
pub struct Door {
    client: Client,
    base: String,
}

impl Door {
    /// Finds the door.
    pub fn of(world: &World) -> anyhow::Result<Self> {
        let client = Client::builder()
            .no_proxy()
            .tls_certs_only([reqwest::Certificate::from_der(&world.authority())?])
            .build()?;
        Ok(Self {
            client,
            base: format!("https://127.0.0.1:{}/_simulator", world.simulator),
        })
    }

    /// Puts a fault in force.
    pub async fn fault(&self, fault: Value) -> anyhow::Result<()> {
        self.send(Method::POST, "faults", fault).await
    }

    /// Whether each fault with this path has struck as often as it was to.
    pub async fn is_spent(&self, path: &str) -> anyhow::Result<bool> {
        let faults = self.look("faults").await?;
        let faults = faults.as_array().context("the faults are no list")?;
        let mut own = faults.iter().filter(|fault| fault["path"] == path);
        Ok(own.all(|fault| fault["spent"] == true))
    }

    /// Decides who speaks for a connected cluster of this id: `"real"`, `"away"` or `{"puppet": {}}`.
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
    pub async fn plant_extension(&self, seed: Value) -> anyhow::Result<()> {
        self.send(Method::POST, "extensions", seed).await
    }

    /// Everything that Azure remembers.
    pub async fn state(&self) -> anyhow::Result<Value> {
        self.look("state").await
    }

    async fn look(&self, path: &str) -> anyhow::Result<Value> {
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
