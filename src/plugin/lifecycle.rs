//! How this process learns that it has to end.
//!
//! Orderly, the host closes the broker's stream, then calls `Shutdown`, then closes the connection, and kills what is
//! still there two seconds later. Dead, it does none of that; the kernel closes the connection for it. Both ways end
//! here.

use std::time::Duration;

use tokio::time;
use tokio_util::sync::CancellationToken;

use super::signals::Signals;
use crate::protocol::Calls;

/// How long a host may take from the end of the broker's stream to `Shutdown`; then it counts as dead.
const SHUTDOWN_FOLLOWS: Duration = Duration::from_secs(2);

/// How long the host may take after SIGTERM to end the run by itself.
const TERM_PATIENCE: Duration = Duration::from_secs(30);

/// The signs of the host's life. Cheap to clone; every service holds one.
#[derive(Clone, Debug, Default)]
pub(super) struct Lifecycle {
    /// The host called `Shutdown`.
    pub shutdown: CancellationToken,
    /// The broker's stream ended.
    pub broker_closed: CancellationToken,
    /// The connection ended, or there never was one.
    pub disconnected: CancellationToken,
    /// This process is leaving: streams that live as long as the connection end now.
    pub leaving: CancellationToken,
}

impl Lifecycle {
    /// Waits until the host is done or dead, or a signal asked for the end and the host had time to follow.
    pub async fn host_left(&self, signals: Signals, calls: &Calls) {
        tokio::select! {
            () = self.host_gone() => {}
            () = signals.terminated() => {
                tracing::info!("asked to end: stopping what is in flight");
                calls.stop();
                let _ = time::timeout(TERM_PATIENCE, self.host_gone()).await;
            }
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the end of the process is no operation that could be stopped"
    )]
    async fn host_gone(&self) {
        let dead = async {
            self.broker_closed.cancelled().await;
            time::sleep(SHUTDOWN_FOLLOWS).await;
        };
        tokio::select! {
            () = self.shutdown.cancelled() => tracing::debug!("the host is done"),
            () = self.disconnected.cancelled() => tracing::debug!("the host has hung up"),
            () = dead => tracing::warn!("the host closed its broker and said nothing more"),
        }
    }
}
