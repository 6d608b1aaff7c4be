//! When a failed request is sent again, and after how long.

use std::future::Future;
use std::time::Duration;

use crate::arm::error::Error;
use crate::call::Call;
use crate::fault::{Explain, Kind};

/// How patient to be with one service.
#[derive(Clone, Copy, Debug)]
pub(in crate::arm) struct Policy {
    /// How often a request is sent, the first time included.
    attempts: u32,
    /// The same, while the service says that it is asked too much.
    throttled_attempts: u32,
    /// The pause after the first failure.
    first: Duration,
    /// Pauses double up to this one.
    longest: Duration,
    /// Whether a request is sent again that may have been carried out although its answer is missing.
    resend: bool,
}

/// Azure Resource Manager: about 15 seconds of trouble are ridden out, and minutes of throttling.
pub(in crate::arm) const RESOURCE_MANAGER: Policy = Policy {
    attempts: 5,
    throttled_attempts: 20,
    first: Duration::from_secs(1),
    longest: Duration::from_secs(30),
    resend: true,
};

/// Tokens: a person is waiting to hear that the secret is wrong or the proxy is missing.
pub(in crate::arm) const LOGIN: Policy = Policy {
    attempts: 3,
    throttled_attempts: 5,
    first: Duration::from_secs(1),
    longest: Duration::from_secs(4),
    resend: true,
};

/// The Arc data plane, as patient as the Azure CLI is with it: five attempts, three seconds apart.
pub(in crate::arm) const DATA_PLANE: Policy = Policy {
    attempts: 5,
    throttled_attempts: 5,
    first: Duration::from_secs(3),
    longest: Duration::from_secs(3),
    resend: true,
};

impl Policy {
    /// The same for a request that must not be carried out twice.
    pub(in crate::arm) const fn without_resending(self) -> Self {
        Self {
            resend: false,
            ..self
        }
    }

    /// The pause before the next attempt; `None` when this error is the last word.
    ///
    /// What the service asks for in `Retry-After` wins over the policy's own pause.
    fn pause(&self, failures: u32, error: &Error) -> Option<Duration> {
        let attempts = match error.kind() {
            Kind::Throttled => self.throttled_attempts,
            _ => self.attempts,
        };
        if failures >= attempts
            || !worth_repeating(error)
            || (!self.resend && may_have_been_carried_out(error))
        {
            return None;
        }
        let asked = error.fault().and_then(|fault| fault.retry_after);
        Some(asked.unwrap_or_else(|| jittered(self.backoff(failures))))
    }

    fn backoff(&self, failures: u32) -> Duration {
        let doubled = self
            .first
            .saturating_mul(2_u32.saturating_pow(failures - 1));
        doubled.min(self.longest)
    }

    /// Makes attempts until one succeeds, the error is final, or the call ends.
    ///
    /// A pause that would outlast the call is not begun: the error says more than "time is up".
    pub(in crate::arm) async fn run<T, A, F>(
        self,
        call: &Call,
        action: &str,
        mut attempt: A,
    ) -> Result<T, Error>
    where
        A: FnMut() -> F,
        F: Future<Output = Result<T, Error>>,
    {
        let mut failures = 0;
        loop {
            let error = match attempt().await {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            failures += 1;
            let Some(pause) = self.pause(failures, &error) else {
                return Err(error);
            };
            if call.remaining().is_some_and(|remaining| remaining <= pause) {
                return Err(error);
            }
            tracing::debug!(action, failures, ?pause, %error, "sending the request again");
            call.sleep(pause)
                .await
                .map_err(|halt| Error::halted(action, halt))?;
        }
    }
}

/// Whether the same request may succeed later: the service is in trouble, throttles, or is busy with the same resource.
fn worth_repeating(error: &Error) -> bool {
    let busy = error
        .fault()
        .is_some_and(|fault| fault.is("AnotherOperationInProgress"));
    busy || error.kind().retryable()
}

/// Whether the request may have been carried out although its answer is missing.
fn may_have_been_carried_out(error: &Error) -> bool {
    matches!(error, Error::Unreachable { fault, .. } if fault.was_sent())
}

/// Between half of the pause and all of it, so that many clients do not come back together.
fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(0.5 + fastrand::f64() / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::transport::ServiceFault;
    use tokio::time::Instant;
    use tokio_util::sync::CancellationToken;

    fn refusal(status: u16, retry_after: Option<u64>) -> Error {
        Error::Refused {
            action: "test".to_owned(),
            fault: Box::new(ServiceFault {
                status: Some(status),
                retry_after: retry_after.map(Duration::from_secs),
                ..ServiceFault::default()
            }),
        }
    }

    fn call() -> Call {
        Call::new(CancellationToken::new(), "test")
    }

    /// Answers with the errors in order, then succeeds with the number of attempts.
    async fn run(policy: Policy, call: &Call, errors: Vec<Error>) -> Result<usize, Error> {
        let mut attempts = 0;
        let mut errors = errors.into_iter();
        let attempt = || {
            attempts += 1;
            let answer = errors.next().map_or(Ok(attempts), Err);
            async move { answer }
        };
        policy.run(call, "test", attempt).await
    }

    #[tokio::test(start_paused = true)]
    async fn trouble_is_ridden_out_with_growing_pauses() {
        let begin = Instant::now();
        let errors = vec![refusal(503, None), refusal(500, None), refusal(408, None)];
        let attempts = run(RESOURCE_MANAGER, &call(), errors)
            .await
            .expect("the fourth");
        assert_eq!(attempts, 4);
        let elapsed = begin.elapsed();
        assert!(
            (Duration::from_millis(3_500)..=Duration::from_secs(7)).contains(&elapsed),
            "{elapsed:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn the_service_says_when_to_come_back() {
        let begin = Instant::now();
        let errors = vec![refusal(429, Some(17)), refusal(503, Some(4))];
        run(RESOURCE_MANAGER, &call(), errors)
            .await
            .expect("the third");
        assert_eq!(begin.elapsed(), Duration::from_secs(21));
    }

    #[tokio::test(start_paused = true)]
    async fn attempts_are_bounded_and_throttling_has_a_bound_of_its_own() {
        let faults = (0..30).map(|_| refusal(503, None)).collect();
        let error = run(RESOURCE_MANAGER, &call(), faults)
            .await
            .expect_err("five are enough");
        assert!(error.has_status(503));
        let throttled = (0..10).map(|_| refusal(429, Some(1))).collect();
        let attempts = run(RESOURCE_MANAGER, &call(), throttled)
            .await
            .expect("throttling passes");
        assert_eq!(attempts, 11);
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_is_final() {
        let begin = Instant::now();
        for status in [400, 401, 403, 404, 409] {
            run(RESOURCE_MANAGER, &call(), vec![refusal(status, Some(5))])
                .await
                .expect_err("no retry");
        }
        assert_eq!(begin.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_beyond_the_deadline_is_not_begun() {
        let begin = Instant::now();
        let call = call().within(Duration::from_secs(10));
        let error = run(RESOURCE_MANAGER, &call, vec![refusal(429, Some(60))])
            .await
            .expect_err("too long");
        assert!(error.has_status(429));
        assert_eq!(begin.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn the_data_plane_is_asked_five_times_at_a_steady_pace() {
        let begin = Instant::now();
        let faults = (0..5).map(|_| refusal(500, None)).collect();
        run(DATA_PLANE, &call(), faults)
            .await
            .expect_err("five are enough");
        let elapsed = begin.elapsed();
        assert!(
            (Duration::from_secs(6)..=Duration::from_secs(12)).contains(&elapsed),
            "{elapsed:?}"
        );
    }
}
