//! Runs the simulated Azure until it is told to end.

use acceptance_tests::simulator::{Config, Simulator};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    acceptance_tests::program::run(|config: Config| async {
        let simulator = Simulator::start(config).await?;
        Ok(simulator.stop())
    })
    .await
}
