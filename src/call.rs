//! One operation on its way: when it must end, whether it was stopped, and what it is doing.
//!
//! Terraform sets no deadline on any call and stops a provider by a message of its own, so both travel by hand through
//! every layer. All waiting in this program happens here, on tokio's clock, which tests can pause.
//!
//! Nothing is waited for without an end. A read ends with the call ([`Call::race`]), an attempt of one also after its own
//! limit ([`Call::attempt`]), a change that was begun half a minute after the call ([`Call::see_through`]), and a wait for
//! something to come about when looks have failed for minutes ([`poll_until`]).

use std::fmt::Display;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{self, Instant};
use tokio_util::sync::CancellationToken;

use crate::fault::{Explain, Kind, Remedy};

/// How often a long wait says what it is waiting for.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// How long tidying up may take, and how long a change that was begun is awaited after the end of its call.
const AFTERWARDS: Duration = Duration::from_secs(30);

/// The shortest limit of one attempt of a read, and of a change, however little time is left.
const SHORTEST_READ: Duration = Duration::from_secs(2);
const SHORTEST_CHANGE: Duration = Duration::from_secs(10);

/// How long failing looks count as "not yet".
const TOLERANCE: Duration = Duration::from_mins(5);

/// How long before the deadline the last look begins.
const LAST_LOOK: Duration = Duration::from_secs(5);

/// Stop token, deadline and name of the operation that is running. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Call {
    stop: CancellationToken,
    deadline: Option<Instant>,
    started: Instant,
    object: Arc<str>,
}

/// Why a call ended before its work was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Halt {
    /// Somebody asked the program to stop.
    #[error("the operation was interrupted")]
    Interrupted,
    /// The time limit of the operation ran out.
    #[error("the time limit of the operation ran out")]
    DeadlineExceeded,
}

impl Explain for Halt {
    fn kind(&self) -> Kind {
        match self {
            Self::Interrupted => Kind::Interrupted,
            Self::DeadlineExceeded => Kind::Deadline,
        }
    }

    fn summary(&self) -> String {
        match self {
            Self::Interrupted => "Operation Interrupted",
            Self::DeadlineExceeded => "Operation Timed Out",
        }
        .to_owned()
    }

    fn remedies(&self) -> Vec<Remedy> {
        match self {
            Self::Interrupted => Vec::new(),
            Self::DeadlineExceeded => vec![Remedy::new("raise the time limit of this operation")],
        }
    }
}

impl Call {
    /// A call without a deadline for the object that messages name, such as `arc_connected_cluster`.
    pub fn new(stop: CancellationToken, object: impl Into<Arc<str>>) -> Self {
        Self {
            stop,
            deadline: None,
            started: Instant::now(),
            object: object.into(),
        }
    }

    /// The same call, to end after `limit` or at the deadline it already has, whichever is earlier. A limit beyond the
    /// reach of the clock is none.
    #[must_use]
    pub fn within(&self, limit: Duration) -> Self {
        let limit = Instant::now().checked_add(limit);
        Self {
            deadline: self.deadline.into_iter().chain(limit).min(),
            ..self.clone()
        }
    }

    /// A call for tidying up and looking around after this one ended, be it by a stop: half a minute of its own.
    #[must_use]
    pub fn afterwards(&self) -> Self {
        Self {
            stop: CancellationToken::new(),
            deadline: Some(Instant::now() + AFTERWARDS),
            ..self.clone()
        }
    }

    /// Time left until the deadline; `None` without one.
    #[must_use]
    pub fn remaining(&self) -> Option<Duration> {
        self.deadline
            .map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// Says whether work may go on. Writes ask this between steps.
    ///
    /// # Errors
    ///
    /// [`Halt`] when the call was stopped or is past its deadline.
    pub fn check(&self) -> Result<(), Halt> {
        if self.stop.is_cancelled() {
            return Err(Halt::Interrupted);
        }
        match self.remaining() {
            Some(Duration::ZERO) => Err(Halt::DeadlineExceeded),
            _ => Ok(()),
        }
    }

    /// Runs a future that may be dropped at any point, such as a read, until it is done or the call ends.
    ///
    /// # Errors
    ///
    /// [`Halt`] when the call ends first.
    pub async fn race<F: Future>(&self, work: F) -> Result<F::Output, Halt> {
        tokio::select! {
            biased;
            halt = self.halted() => Err(halt),
            output = work => Ok(output),
        }
    }

    /// Runs one attempt of a read until it is done, its own `limit` is over (`None`), or the call ends. Where time is
    /// short, the limit is a third of what is left, so that there is time for another attempt.
    ///
    /// # Errors
    ///
    /// [`Halt`] when the call ends first.
    pub async fn attempt<F: Future>(
        &self,
        limit: Duration,
        work: F,
    ) -> Result<Option<F::Output>, Halt> {
        let limit = self.share(limit, SHORTEST_READ);
        self.race(async { time::timeout(limit, work).await.ok() })
            .await
    }

    /// Runs a change that was begun until it is done, its own `limit` is over, or the call ended half a minute ago. `None`
    /// means that its outcome is unknown. The limit shrinks as that of [`attempt`](Self::attempt) does.
    pub async fn see_through<F: Future>(&self, limit: Duration, work: F) -> Option<F::Output> {
        let limit = self.share(limit, SHORTEST_CHANGE);
        let patience = async {
            self.halted().await;
            pass(AFTERWARDS).await;
        };
        tokio::select! {
            output = time::timeout(limit, work) => output.ok(),
            () = patience => None,
        }
    }

    fn share(&self, most: Duration, least: Duration) -> Duration {
        let third = self.remaining().map(|left| left / 3);
        third.map_or(most, |third| third.max(least).min(most))
    }

    /// Sleeps, unless the call ends earlier.
    ///
    /// # Errors
    ///
    /// [`Halt`] when the call ends first.
    pub async fn sleep(&self, duration: Duration) -> Result<(), Halt> {
        self.race(pass(duration)).await
    }

    /// Completes when the call must end, and says why.
    pub async fn halted(&self) -> Halt {
        let deadline = async {
            match self.deadline {
                Some(deadline) => time::sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Halt::Interrupted,
            () = deadline => Halt::DeadlineExceeded,
        }
    }

    /// Writes one line to the log that a step of this operation begins.
    pub fn step(&self, step: &str) {
        let elapsed = self.started.elapsed();
        tracing::info!(step, ?elapsed, resource = %self.object, "step");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that waits"
)]
async fn pass(duration: Duration) {
    time::sleep(duration).await;
}

/// What one look at the awaited thing showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probe<T> {
    /// It is there.
    Ready(T),
    /// Not yet; look again.
    Pending {
        /// What was seen instead, for the log and for the error at a deadline.
        seen: String,
        /// How long to wait before the next look; otherwise the caller's interval holds.
        pause: Option<Duration>,
    },
}

impl<T> Probe<T> {
    /// Not yet, with what was seen instead.
    pub fn pending(seen: impl Into<String>) -> Self {
        Self::Pending {
            seen: seen.into(),
            pause: None,
        }
    }
}

/// Why a wait ended without what was awaited.
#[derive(Debug, thiserror::Error)]
pub enum WaitError<E> {
    /// A look failed.
    #[error(transparent)]
    Probe(E),
    /// The call ended first.
    #[error("gave up waiting for {awaited}: {halt}; last seen: {seen}")]
    Halted {
        /// Interruption or deadline.
        halt: Halt,
        /// What was awaited, as in "connection of cluster prod-1".
        awaited: String,
        /// What the last look showed, or "nothing yet".
        seen: String,
    },
}

/// Looks again and again until the thing is there, a look fails for good, or the call ends.
///
/// The first look is immediate, the last one shortly before the deadline. A look that fails in a way that passes
/// ([`Kind::retryable`]) counts as "not yet" until looks have failed for five minutes. Every 30 seconds one line in the log
/// says what is awaited and what was seen last.
///
/// # Errors
///
/// [`WaitError::Probe`] when a look fails, [`WaitError::Halted`] when the call ends, with what was seen last.
pub async fn poll_until<T, E, P, F>(
    call: &Call,
    awaited: impl Display,
    interval: Duration,
    mut probe: P,
) -> Result<T, WaitError<E>>
where
    E: Explain,
    P: FnMut() -> F,
    F: Future<Output = Result<Probe<T>, E>>,
{
    let mut wait = Wait::begin(call, interval);
    loop {
        let look = call.race(Box::pin(probe())).await;
        let pause = match look.map(|look| wait.judge(look)) {
            Ok(Ok(Judged::Ready(value))) => return Ok(value),
            Ok(Ok(Judged::Later(pause))) => {
                wait.say(&awaited);
                call.sleep(pause).await
            }
            Ok(Err(error)) => return Err(WaitError::Probe(error)),
            Err(halt) => Err(halt),
        };
        pause.map_err(|halt| WaitError::Halted {
            halt,
            awaited: awaited.to_string(),
            seen: wait.seen.clone(),
        })?;
    }
}

/// What is remembered between two looks.
struct Wait<'a> {
    call: &'a Call,
    interval: Duration,
    /// What the last look showed.
    seen: String,
    /// When a look last succeeded, or when the wait began.
    good: Instant,
    heartbeat: Instant,
    /// Whether the look before the deadline is under way.
    last: bool,
}

/// What to do after a look.
enum Judged<T> {
    Ready(T),
    Later(Duration),
}

impl<'a> Wait<'a> {
    fn begin(call: &'a Call, interval: Duration) -> Self {
        let now = Instant::now();
        Self {
            call,
            interval,
            seen: "nothing yet".to_owned(),
            good: now,
            heartbeat: now + HEARTBEAT,
            last: false,
        }
    }

    fn judge<T, E: Explain>(&mut self, look: Result<Probe<T>, E>) -> Result<Judged<T>, E> {
        let pause = match look {
            Ok(Probe::Ready(value)) => return Ok(Judged::Ready(value)),
            Ok(Probe::Pending { seen, pause }) => {
                self.seen = seen;
                self.good = Instant::now();
                pause.unwrap_or(self.interval)
            }
            Err(error) if error.kind().retryable() && self.good.elapsed() < TOLERANCE => {
                self.seen = error.to_string();
                self.interval
            }
            Err(error) => return Err(error),
        };
        Ok(Judged::Later(self.before_the_deadline(pause)))
    }

    /// Shortens the pause that would leave no time for another look.
    fn before_the_deadline(&mut self, pause: Duration) -> Duration {
        match self.call.remaining() {
            Some(left) if pause + LAST_LOOK > left && !self.last => {
                self.last = true;
                left.saturating_sub(LAST_LOOK).min(pause)
            }
            _ => pause,
        }
    }

    fn say(&mut self, awaited: &impl Display) {
        if Instant::now() < self.heartbeat {
            return;
        }
        self.heartbeat = Instant::now() + HEARTBEAT;
        let (seen, resource) = (&self.seen, &self.call.object);
        tracing::info!(%awaited, %seen, %resource, "still waiting");
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the clock is paused here")]
mod tests {
    use super::*;

    fn call() -> (CancellationToken, Call) {
        let stop = CancellationToken::new();
        (stop.clone(), Call::new(stop, "test"))
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_is_never_extended() {
        let (_stop, call) = call();
        let short = call.within(Duration::from_secs(5));
        let long = short.within(Duration::from_mins(1));
        assert_eq!(long.remaining(), Some(Duration::from_secs(5)));
        assert_eq!(
            long.sleep(Duration::from_secs(10)).await,
            Err(Halt::DeadlineExceeded)
        );
        assert_eq!(long.check(), Err(Halt::DeadlineExceeded));
    }

    #[tokio::test(start_paused = true)]
    async fn there_is_time_to_tidy_up_after_a_stop_and_after_a_deadline() {
        let (stop, call) = call();
        let call = call.within(Duration::ZERO);
        stop.cancel();
        let after = call.afterwards();
        assert_eq!(after.sleep(Duration::from_secs(29)).await, Ok(()));
        assert_eq!(
            after.sleep(Duration::from_secs(2)).await,
            Err(Halt::DeadlineExceeded)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_ends_a_sleep_at_once() {
        let (stop, call) = call();
        let begin = Instant::now();
        let sleeper = tokio::spawn(async move { call.sleep(Duration::from_mins(10)).await });
        time::sleep(Duration::from_secs(1)).await;
        stop.cancel();
        assert_eq!(sleeper.await.expect("no panic"), Err(Halt::Interrupted));
        assert_eq!(begin.elapsed(), Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_takes_the_pauses_of_its_looks_and_reports_what_it_saw() {
        let (_stop, call) = call();
        let begin = Instant::now();
        let mut looks = 0;
        let error = poll_until::<(), Halt, _, _>(
            &call.within(Duration::from_secs(100)),
            "the moon",
            Duration::from_secs(1),
            || {
                looks += 1;
                let seen = format!("look {looks}");
                async move {
                    Ok(Probe::Pending {
                        seen,
                        pause: Some(Duration::from_secs(40)),
                    })
                }
            },
        )
        .await
        .expect_err("it never comes");
        assert_eq!(begin.elapsed(), Duration::from_secs(100));
        assert_eq!(
            error.to_string(),
            "gave up waiting for the moon: the time limit of the operation ran out; last seen: look 4"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn an_attempt_and_a_change_have_limits_of_their_own() {
        let (stop, call) = call();
        let begin = Instant::now();
        let silence = || std::future::pending::<()>();
        let limit = Duration::from_secs(90);
        assert_eq!(call.attempt(limit, silence()).await, Ok(None));
        assert_eq!(call.see_through(limit, silence()).await, None);
        assert_eq!(begin.elapsed(), limit * 2);
        stop.cancel();
        assert_eq!(call.attempt(limit, silence()).await, Err(Halt::Interrupted));
        let slow = time::sleep(Duration::from_secs(29));
        assert_eq!(call.see_through(limit, slow).await, Some(()));
        assert_eq!(call.see_through(limit, silence()).await, None);
        assert_eq!(begin.elapsed(), limit * 2 + Duration::from_secs(29 + 30));

        let begin = Instant::now();
        let short = Call::new(CancellationToken::new(), "test").within(Duration::from_mins(1));
        assert_eq!(short.attempt(limit, silence()).await, Ok(None));
        assert_eq!(begin.elapsed(), Duration::from_secs(20));
    }

    #[tokio::test(start_paused = true)]
    async fn looks_that_fail_for_a_while_do_not_end_a_wait() {
        #[derive(Debug, thiserror::Error)]
        #[error("reset")]
        struct Reset;
        impl Explain for Reset {
            fn kind(&self) -> Kind {
                Kind::Unavailable
            }
            fn summary(&self) -> String {
                String::new()
            }
        }
        let (_stop, call) = call();
        let begin = Instant::now();
        let look = |good: Duration| {
            let ready = begin.elapsed() >= good;
            async move {
                if ready {
                    Ok(Probe::Ready(()))
                } else {
                    Err(Reset)
                }
            }
        };
        let interval = Duration::from_secs(10);
        let minutes = |count| Duration::from_mins(count);
        let passed = poll_until(&call, "it", interval, || look(minutes(3))).await;
        assert!(passed.is_ok(), "three minutes of resets pass");
        let broken = poll_until(&call, "it", interval, || look(minutes(20))).await;
        assert!(matches!(broken, Err(WaitError::Probe(Reset))));
        assert_eq!(begin.elapsed(), minutes(3 + 5));
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_look_is_shortly_before_the_deadline() {
        let (_stop, call) = call();
        let call = call.within(Duration::from_mins(3));
        let begin = Instant::now();
        let outcome = poll_until::<_, Halt, _, _>(&call, "it", Duration::from_hours(1), || async {
            Ok(match begin.elapsed() {
                early if early < Duration::from_mins(2) => Probe::pending("not yet"),
                _ => Probe::Ready(()),
            })
        });
        assert!(outcome.await.is_ok());
        assert_eq!(begin.elapsed(), Duration::from_secs(175));
    }
}
