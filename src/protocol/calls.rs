//! The calls in flight, and how they are stopped.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// All calls in flight. Cheap to clone.
///
/// A stop ends the calls that are running and none that come later: Terraform still closes ephemeral resources after
/// `StopProvider`.
#[derive(Clone, Debug)]
pub struct Calls {
    process: CancellationToken,
    current: Arc<watch::Sender<CancellationToken>>,
    running: TaskTracker,
}

impl Default for Calls {
    fn default() -> Self {
        let process = CancellationToken::new();
        Self {
            current: Arc::new(watch::Sender::new(process.child_token())),
            process,
            running: TaskTracker::new(),
        }
    }
}

impl Calls {
    /// The token that stops a call which begins now.
    #[must_use]
    pub fn stop_token(&self) -> CancellationToken {
        self.current.borrow().clone()
    }

    /// Runs a call on a task of its own, so that only its stop token ends it.
    pub fn spawn<F>(&self, call: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.running.spawn(call)
    }

    /// Stops the calls in flight. Those that come later run.
    pub fn stop(&self) {
        let next = self.process.child_token();
        self.current.send_replace(next).cancel();
    }

    /// Stops everything for good and waits until the calls in flight have ended, at most for `grace`.
    pub async fn end(&self, grace: Duration) {
        self.process.cancel();
        self.running.close();
        let _ = time::timeout(grace, self.running.wait()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stop_ends_running_calls_and_no_later_ones() {
        let calls = Calls::default();
        let before = calls.stop_token();
        calls.stop();
        assert!(before.is_cancelled());
        let after = calls.stop_token();
        assert!(!after.is_cancelled());
        calls.stop();
        assert!(after.is_cancelled());
    }

    #[tokio::test]
    async fn the_end_stops_calls_and_waits_for_them() {
        let calls = Calls::default();
        let stopped = calls.stop_token();
        let (tell, told) = tokio::sync::oneshot::channel();
        calls.spawn(async move {
            stopped.cancelled().await;
            tell.send(()).expect("the test waits");
        });
        calls.end(Duration::from_mins(1)).await;
        told.await.expect("the call saw the stop");
        assert!(calls.stop_token().is_cancelled());
    }

    #[tokio::test(start_paused = true)]
    async fn the_end_waits_no_longer_than_its_grace() {
        let calls = Calls::default();
        calls.spawn(std::future::pending::<()>());
        let begin = time::Instant::now();
        calls.end(Duration::from_secs(2)).await;
        assert_eq!(begin.elapsed(), Duration::from_secs(2));
    }
}
