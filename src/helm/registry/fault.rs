//! What keeps a registry from answering as it should.

use std::time::Duration;

/// A request that was not answered as it should be.
#[derive(Debug, thiserror::Error)]
pub enum RegistryFault {
    /// There was no answer, or it broke off.
    #[error("no answer came from {host}")]
    NoAnswer {
        /// Who was asked.
        host: String,
        /// Why not. Its address was taken out: redirects lead to signed ones.
        source: reqwest::Error,
    },
    /// The answer was not whole in time.
    #[error("no whole answer came from {host} within {limit:?}")]
    Late {
        /// Who was asked.
        host: String,
        /// How long an attempt may take.
        limit: Duration,
    },
    /// The answer was an error.
    #[error("{host} answered with HTTP {status}{}", after_colon(said))]
    Answer {
        /// Who was asked.
        host: String,
        /// The status.
        status: u16,
        /// What it said, shortened.
        said: String,
    },
}

impl RegistryFault {
    /// Whether the same pull may succeed later: the network failed, or the registry is overloaded or broken.
    pub(in crate::helm) fn is_passing(&self) -> bool {
        match self {
            Self::NoAnswer { source, .. } => !source.is_builder() && !source.is_redirect(),
            Self::Late { .. } => true,
            Self::Answer { status, .. } => matches!(status, 408 | 429 | 500..),
        }
    }
}

fn after_colon(said: &str) -> String {
    if said.is_empty() {
        String::new()
    } else {
        format!(": {said}")
    }
}
