//! How this process learns that it has to end.
//!
//! Orderly, the host closes the broker's stream, then calls `Shutdown`, then closes the connection, and kills what is
//! still there two seconds later. Dead, it does none of that; the kernel closes the connection for it. Both ways end
//! here.

use std::future::Future;
use std::time::Duration;

use tokio::time;
use tokio_util::sync::CancellationToken;

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
    /// Waits until the host is done or dead, or somebody asked for the end (`terminated`) and the host had time to follow.
    pub async fn host_left(&self, terminated: impl Future<Output = ()>, calls: &Calls) {
        tokio::select! {
            () = self.host_gone() => {}
            () = terminated => {
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

#[cfg(test)]
mod tests {
    use std::future;

    use tokio::time::Instant;

    use super::*;

    /// How long it takes until the process may leave.
    async fn leaves_after(lifecycle: &Lifecycle, terminated: impl Future<Output = ()>) -> Duration {
        let begin = Instant::now();
        lifecycle.host_left(terminated, &Calls::default()).await;
        begin.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_closed_broker_without_shutdown_means_a_dead_host() {
        let lifecycle = Lifecycle::default();
        lifecycle.broker_closed.cancel();
        assert_eq!(
            leaves_after(&lifecycle, future::pending()).await,
            SHUTDOWN_FOLLOWS
        );
    }

    #[tokio::test(start_paused = true)]
    async fn shutdown_or_a_closed_connection_end_it_at_once() {
        let (done, hung_up) = (Lifecycle::default(), Lifecycle::default());
        done.shutdown.cancel();
        hung_up.disconnected.cancel();
        for lifecycle in [done, hung_up] {
            let took = leaves_after(&lifecycle, future::pending()).await;
            assert_eq!(took, Duration::ZERO);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn sigterm_stops_calls_and_gives_the_host_its_time() {
        let (lifecycle, calls) = (Lifecycle::default(), Calls::default());
        let running = calls.stop_token();
        let begin = Instant::now();
        lifecycle.host_left(future::ready(()), &calls).await;
        assert!(running.is_cancelled());
        assert_eq!(begin.elapsed(), TERM_PATIENCE);

        let follows = lifecycle.clone();
        tokio::spawn(async move {
            let _ = time::timeout(Duration::from_secs(3), future::pending::<()>()).await;
            follows.shutdown.cancel();
        });
        assert_eq!(
            leaves_after(&lifecycle, future::ready(())).await,
            Duration::from_secs(3)
        );
    }
}
