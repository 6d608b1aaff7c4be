//! Runs the CONNECT proxy until it is told to end.

use world::proxy::{Config, Proxy};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    azure_simulator::program::run(|config: Config| async {
        let proxy = Proxy::start(config).await?;
        Ok(proxy.stop())
    })
    .await
}
