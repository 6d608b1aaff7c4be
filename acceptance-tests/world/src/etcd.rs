//! The store of all clusters of a world. Each API server has a prefix of its own in it.

use std::path::Path;

use tokio::net::TcpStream;

use super::process::Program;
use super::sandbox::Sandbox;

/// Its name among the programs of the world: it ends after all others, since an API server without its store hangs.
pub const NAME: &str = "etcd";

/// Starts etcd and answers its client URL.
///
/// # Errors
///
/// When it does not come up.
pub async fn start(sandbox: &Sandbox, control_plane: &Path) -> anyhow::Result<String> {
    let (port, peer_port) = (sandbox.ports.take()?, sandbox.ports.take()?);
    let (client, peer) = (
        format!("http://127.0.0.1:{port}"),
        format!("http://127.0.0.1:{peer_port}"),
    );
    let program = Program::new(NAME, control_plane)
        .arg("etcd")
        .flag("data-dir", sandbox.directory.join("etcd"))
        .flag("listen-client-urls", &client)
        .flag("advertise-client-urls", &client)
        .flag("listen-peer-urls", &peer)
        .flag("initial-advertise-peer-urls", &peer)
        .flag("initial-cluster", format!("default={peer}"))
        .arg("--unsafe-no-fsync")
        .flag("log-level", "warn");
    let process = sandbox.processes.start(program)?;
    process
        .ready(|| async { Ok(TcpStream::connect(("127.0.0.1", port)).await?) })
        .await?;
    Ok(client)
}
