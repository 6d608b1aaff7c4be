//! Signals from outside.
//!
//! A terminal's Ctrl-C reaches the whole process group, so the provider sees it together with Terraform. Terraform
//! decides what it means and tells by `StopProvider`; dying of it here would lose whatever is half made.

use std::io;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Signals that no longer have their default effect once this exists.
pub(super) struct Signals {
    #[cfg(unix)]
    interrupt: Signal,
    #[cfg(unix)]
    terminate: Signal,
}

#[cfg(unix)]
impl Signals {
    /// Takes SIGINT and SIGTERM over.
    ///
    /// # Errors
    ///
    /// When the operating system refuses.
    pub fn take_over() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Completes at SIGTERM. SIGINT is ignored.
    pub async fn terminated(mut self) {
        self.terminate.recv().await;
    }

    /// Completes at SIGTERM or SIGINT: for a server that a person started.
    pub async fn terminated_or_interrupted(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    /// Nothing to take over: tokio does so at the first wait.
    ///
    /// # Errors
    ///
    /// Never.
    pub fn take_over() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Never completes, and keeps Ctrl-C from ending the process.
    pub async fn terminated(self) {
        while tokio::signal::ctrl_c().await.is_ok() {}
        std::future::pending::<()>().await;
    }

    /// Completes at Ctrl-C.
    pub async fn terminated_or_interrupted(self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
