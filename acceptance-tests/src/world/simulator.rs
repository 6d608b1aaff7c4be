//! The door of the simulated Azure that only tests know: scripted faults, agents that fall silent, time that passes.

use std::time::Duration;

use anyhow::ensure;
use reqwest::{Certificate, Client, Method};
use serde_json::{Value, json};

use super::World;

/// Variable with the simulator's own address, where it is a custom cloud and has this door.
pub const URL: &str = "AZURE_SIMULATOR_URL";

/// The door.
pub struct Simulator {
    client: Client,
    door: String,
}

impl Simulator {
    /// The door of a world's Azure.
    ///
    /// # Errors
    ///
    /// When no client can be made.
    pub fn of(world: &World) -> anyhow::Result<Self> {
        let client = Client::builder()
            .no_proxy()
            .tls_certs_only([Certificate::from_der(&world.authority())?])
            .build()?;
        let door = format!("{}/_simulator", world.environment()[URL]);
        Ok(Self { client, door })
    }

    /// Scripts a fault, as `acceptance-tests/README.md` describes them. Name a cluster in its path: worlds are shared.
    ///
    /// # Errors
    ///
    /// When the simulator does not take it; so with the others.
    pub async fn fault(&self, fault: &Value) -> anyhow::Result<()> {
        self.send(Method::POST, "faults", fault).await
    }

    /// Lets the agents of a connected cluster reach Azure, or not: then it is `Offline` at once.
    ///
    /// # Errors
    ///
    /// As [`Simulator::fault`], also when Azure does not know the cluster.
    pub async fn reach_azure(&self, id: &str, reach: bool) -> anyhow::Result<()> {
        let presence = if reach { "real" } else { "away" };
        let agents = json!({"connected_cluster": id, "presence": presence});
        self.send(Method::PUT, "agents", &agents).await
    }

    /// Makes what the agents of a connected cluster reported older: after 15 minutes it is `Offline`, after 90 days
    /// `Expired`. Agents that reach Azure report again within a second, unless their certificate has expired.
    ///
    /// # Errors
    ///
    /// As [`Simulator::reach_azure`].
    pub async fn age(&self, id: &str, by: Duration) -> anyhow::Result<()> {
        let age = json!({"id": id, "seconds": by.as_secs()});
        self.send(Method::POST, "age", &age).await
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> anyhow::Result<()> {
        let url = format!("{}/{path}", self.door);
        let status = self
            .client
            .request(method, &url)
            .json(body)
            .send()
            .await?
            .status();
        ensure!(status.is_success(), "{url} answered {status} to {body}");
        Ok(())
    }
}
