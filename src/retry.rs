//! When a failed request is sent again, and after how long: one policy for both planes and the registry.
//!
//! A request is repeated while the service is in trouble, throttles, or is busy with the same object. One that must not be
//! carried out twice is repeated only when it is known that it was not carried out. What the service asks for in
//! `Retry-After` is honoured within bounds: never less than our own pause, never more than [`LONGEST_ASKED`], and never past
//! the end of the call.

use std::future::Future;
use std::time::Duration;

use crate::call::{Call, Halt};
use crate::fault::{Explain, Kind};

/// How long one attempt may take, from the connection to the last byte of the answer. Azure itself cuts a request off after
/// 60 seconds.
pub const ANSWER: Duration = Duration::from_secs(90);

/// The largest answer that is read, in bytes.
pub const LARGEST_ANSWER: usize = 16 * 1024 * 1024;

/// The longest pause that a service may ask for.
pub const LONGEST_ASKED: Duration = Duration::from_mins(1);

/// How patient to be with one service.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// How often a request is sent, the first time included.
    pub attempts: u32,
    /// The same, while the service says that it is asked too much.
    pub throttled_attempts: u32,
    /// The pause after the first failure.
    pub first: Duration,
    /// Pauses double up to this one.
    pub longest: Duration,
}

/// Azure Resource Manager and the API server of a cluster: about 15 seconds of trouble are ridden out, and minutes of
/// throttling.
pub const PLANE: Policy = Policy {
    attempts: 5,
    throttled_attempts: 20,
    first: Duration::from_secs(1),
    longest: Duration::from_secs(30),
};

/// As patient as the Azure CLI is with the Arc data plane and with registries: five attempts, three seconds apart.
pub const AZURE_CLI: Policy = Policy {
    attempts: 5,
    throttled_attempts: 5,
    first: Duration::from_secs(3),
    longest: Duration::from_secs(3),
};

/// Whether a request does no harm when it is carried out twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repetition {
    /// It does not: a read, or a change that sets what it says.
    Harmless,
    /// It may: it is sent again only when it is known that it was not carried out.
    Harmful,
}

/// An error of one attempt, as far as the decision about another one depends on it.
pub trait Failure: Explain + Sized {
    /// Whether the request may have been carried out although its answer is missing.
    fn may_have_been_carried_out(&self) -> bool;

    /// How long the service asked to be left alone (`Retry-After`).
    fn retry_after(&self) -> Option<Duration>;

    /// Whether the service is busy with an earlier request for the same object.
    fn is_busy(&self) -> bool {
        false
    }

    /// The error of a call that ended while another attempt was waited for. `action` is the infinitive of what was tried.
    fn halted(action: &str, halt: Halt) -> Self;
}

impl Policy {
    /// Makes attempts until one succeeds, the error is final, or the call ends.
    ///
    /// A pause that would outlast the call is not begun: the error says more than "time is up".
    ///
    /// # Errors
    ///
    /// That of the last attempt, or [`Failure::halted`].
    pub async fn run<T, E, A, F>(
        self,
        call: &Call,
        action: &str,
        repetition: Repetition,
        mut attempt: A,
    ) -> Result<T, E>
    where
        E: Failure,
        A: FnMut() -> F,
        F: Future<Output = Result<T, E>>,
    {
        let mut failures = 0;
        loop {
            let error = match attempt().await {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            failures += 1;
            let Some(pause) = self.pause(failures, repetition, &error) else {
                return Err(error);
            };
            if call.remaining().is_some_and(|remaining| remaining <= pause) {
                return Err(error);
            }
            tracing::debug!(action, failures, ?pause, %error, "sending the request again");
            if let Err(halt) = call.sleep(pause).await {
                // That a change may have been made is more important than why it is not tried again.
                let unknown = error.may_have_been_carried_out();
                return Err(if unknown {
                    error
                } else {
                    E::halted(action, halt)
                });
            }
        }
    }

    /// The pause before the next attempt; `None` when this error is the last word.
    fn pause<E: Failure>(
        &self,
        failures: u32,
        repetition: Repetition,
        error: &E,
    ) -> Option<Duration> {
        let attempts = match error.kind() {
            Kind::Throttled => self.throttled_attempts,
            _ => self.attempts,
        };
        let passes = error.is_busy() || error.kind().retryable();
        let harms = repetition == Repetition::Harmful && error.may_have_been_carried_out();
        if failures >= attempts || !passes || harms {
            return None;
        }
        Some(considerate(
            error.retry_after(),
            jittered(self.backoff(failures)),
        ))
    }

    fn backoff(&self, failures: u32) -> Duration {
        let doubled = self
            .first
            .saturating_mul(2_u32.saturating_pow(failures - 1));
        doubled.min(self.longest)
    }
}

/// The pause that a service asked for, within bounds; our own where it asked for none.
#[must_use]
pub fn considerate(asked: Option<Duration>, own: Duration) -> Duration {
    asked.map_or(own, |asked| asked.min(LONGEST_ASKED).max(own))
}

/// Between half of the pause and all of it, so that many clients do not come back together.
fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(0.5 + fastrand::f64() / 2.0)
}

#[cfg(test)]
mod tests;
