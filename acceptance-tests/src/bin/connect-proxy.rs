//! Runs the CONNECT proxy until it is told to end.

use acceptance_tests::proxy::{Config, Proxy};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    acceptance_tests::program::run(|config: Config| async {
        let proxy = Proxy::start(config).await?;
        Ok(proxy.stop())
    })
    .await
}
