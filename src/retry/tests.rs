use std::fmt;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::*;

/// An answer with a status, or none at all (0).
#[derive(Debug)]
struct Refusal(u16, Option<u64>);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "status {}", self.0)
    }
}

impl std::error::Error for Refusal {}

impl Explain for Refusal {
    fn kind(&self) -> Kind {
        match self.0 {
            429 => Kind::Throttled,
            0 | 500.. => Kind::Unavailable,
            _ => Kind::Permission,
        }
    }

    fn summary(&self) -> String {
        String::new()
    }
}

impl Failure for Refusal {
    fn may_have_been_carried_out(&self) -> bool {
        self.0 == 0
    }

    fn retry_after(&self) -> Option<Duration> {
        self.1.map(Duration::from_secs)
    }

    fn is_busy(&self) -> bool {
        self.0 == 409
    }

    fn halted(_action: &str, _halt: Halt) -> Self {
        Self(1, None)
    }
}

fn call() -> Call {
    Call::new(CancellationToken::new(), "test")
}

/// Answers with the errors in order, then succeeds with the number of attempts.
async fn run_as(
    repetition: Repetition,
    call: &Call,
    errors: Vec<Refusal>,
) -> Result<usize, Refusal> {
    let mut attempts = 0;
    let mut errors = errors.into_iter();
    let attempt = || {
        attempts += 1;
        let answer = errors.next().map_or(Ok(attempts), Err);
        async move { answer }
    };
    PLANE.run(call, "test", repetition, attempt).await
}

async fn run(call: &Call, errors: Vec<Refusal>) -> Result<usize, Refusal> {
    run_as(Repetition::Harmless, call, errors).await
}

#[tokio::test(start_paused = true)]
async fn trouble_is_ridden_out_with_growing_pauses() {
    let begin = Instant::now();
    let errors = vec![Refusal(503, None), Refusal(500, None), Refusal(409, None)];
    assert_eq!(run(&call(), errors).await.expect("the fourth"), 4);
    let elapsed = begin.elapsed();
    let expected = Duration::from_millis(3_500)..=Duration::from_secs(7);
    assert!(expected.contains(&elapsed), "{elapsed:?}");
}

#[tokio::test(start_paused = true)]
async fn the_service_says_when_to_come_back_within_bounds() {
    let begin = Instant::now();
    let asked = vec![Refusal(429, Some(17)), Refusal(503, Some(4))];
    run(&call(), asked).await.expect("the third");
    assert_eq!(begin.elapsed(), Duration::from_secs(21));

    let begin = Instant::now();
    run(&call(), vec![Refusal(503, Some(86_400))])
        .await
        .expect("the second");
    assert_eq!(begin.elapsed(), LONGEST_ASKED, "a day is cut short");

    let begin = Instant::now();
    run(&call(), vec![Refusal(503, Some(0)), Refusal(503, Some(0))])
        .await
        .expect("the third");
    assert!(
        begin.elapsed() >= Duration::from_millis(1_500),
        "nought is no hot loop"
    );
}

#[tokio::test(start_paused = true)]
async fn attempts_are_bounded_and_throttling_has_a_bound_of_its_own() {
    let faults = (0..30).map(|_| Refusal(503, None)).collect();
    let error = run(&call(), faults).await.expect_err("five are enough");
    assert_eq!(error.0, 503);
    let throttled = (0..10).map(|_| Refusal(429, Some(1))).collect();
    let attempts = run(&call(), throttled).await.expect("throttling passes");
    assert_eq!(attempts, 11);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_final() {
    let begin = Instant::now();
    for status in [400, 401, 403, 404] {
        run(&call(), vec![Refusal(status, Some(5))])
            .await
            .expect_err("no retry");
    }
    assert_eq!(begin.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn what_must_not_happen_twice_is_repeated_only_when_it_did_not_happen() {
    let lost = run_as(Repetition::Harmful, &call(), vec![Refusal(0, None)]).await;
    lost.expect_err("it may have been carried out");
    let refused = run_as(Repetition::Harmful, &call(), vec![Refusal(503, None)]).await;
    assert_eq!(refused.expect("it was refused"), 2);
    let lost = run(&call(), vec![Refusal(0, None)]).await;
    assert_eq!(lost.expect("no harm"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_pause_beyond_the_deadline_is_not_begun() {
    let begin = Instant::now();
    let call = call().within(Duration::from_secs(10));
    let error = run(&call, vec![Refusal(429, Some(60))]).await;
    assert_eq!(error.expect_err("too long").0, 429);
    assert_eq!(begin.elapsed(), Duration::ZERO);
}
