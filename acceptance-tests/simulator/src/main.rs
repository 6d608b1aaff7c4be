//! Runs the simulated Azure until it is told to end.

use azure_simulator::{Config, Simulator};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    azure_simulator::program::run(|config: Config| async {
        let simulator = Simulator::start(config).await?;
        Ok(simulator.stop())
    })
    .await
}
