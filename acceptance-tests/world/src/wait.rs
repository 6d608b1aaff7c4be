//! Waiting for what other programs do: one loop that looks until it sees what it waits for.

use std::time::Duration;

use anyhow::bail;
use tokio::time::{Instant, sleep};

/// How long anything may take for which no other limit is given.
const LIMIT: Duration = Duration::from_secs(30);
/// Pause between two looks, long enough not to be throttled by Azure.
const INTERVAL: Duration = Duration::from_millis(200);

/// The result of one look.
pub trait Look {
    /// What the wait ends with.
    type Found;

    /// The end of the wait, or what was seen instead.
    ///
    /// # Errors
    ///
    /// When it is too early.
    fn found(self) -> Result<Self::Found, String>;
}

/// Whether a condition holds.
impl Look for bool {
    type Found = ();

    fn found(self) -> Result<(), String> {
        self.then_some(()).ok_or_else(String::new)
    }
}

/// A value, or what was seen instead.
impl<T> Look for Result<T, String> {
    type Found = T;

    fn found(self) -> Self {
        self
    }
}

/// Looks until `what` is the case, for 30 seconds at most.
///
/// # Errors
///
/// When time is over, with what was seen last. An error of the probe ends the wait at once.
pub async fn eventually<P, F, L>(what: &str, probe: P) -> anyhow::Result<L::Found>
where
    P: FnMut() -> F,
    F: Future<Output = anyhow::Result<L>>,
    L: Look,
{
    within(LIMIT, INTERVAL, what, probe).await
}

/// [`eventually`] with a limit and a pause between two looks.
///
/// # Errors
///
/// As [`eventually`].
pub async fn within<P, F, L>(
    limit: Duration,
    interval: Duration,
    what: &str,
    mut probe: P,
) -> anyhow::Result<L::Found>
where
    P: FnMut() -> F,
    F: Future<Output = anyhow::Result<L>>,
    L: Look,
{
    let deadline = Instant::now() + limit;
    loop {
        let seen = match probe().await?.found() {
            Ok(found) => return Ok(found),
            Err(seen) => seen,
        };
        if Instant::now() >= deadline {
            bail!("not within {limit:?}: {what}{}", last(&seen));
        }
        sleep(interval).await;
    }
}

/// Looks again and again for so long, and demands that `what` is the case at every look.
///
/// # Errors
///
/// As soon as it is not, with what was seen instead.
pub async fn throughout<P, F, L>(time: Duration, what: &str, mut probe: P) -> anyhow::Result<()>
where
    P: FnMut() -> F,
    F: Future<Output = anyhow::Result<L>>,
    L: Look,
{
    let end = Instant::now() + time;
    loop {
        if let Err(seen) = probe().await?.found() {
            bail!("no longer: {what}{}", last(&seen));
        }
        if Instant::now() >= end {
            return Ok(());
        }
        sleep(INTERVAL).await;
    }
}

fn last(seen: &str) -> String {
    if seen.is_empty() {
        String::new()
    } else {
        format!("; last seen: {seen}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(20);
    const PAUSE: Duration = Duration::from_millis(1);

    #[tokio::test]
    async fn it_ends_with_what_was_found() {
        let mut looks = 0;
        let found = within(SOON, PAUSE, "three looks", || {
            looks += 1;
            let seen = (looks == 3).then_some(looks).ok_or_else(String::new);
            async move { Ok(seen) }
        });
        assert_eq!(found.await.expect("found"), 3);
    }

    #[tokio::test]
    async fn it_says_what_was_seen_last() {
        let look = || async { Ok(Err::<(), _>("starting".to_owned())) };
        let error = within(SOON, PAUSE, "ready", look).await;
        let text = error.expect_err("none").to_string();
        assert_eq!(text, "not within 20ms: ready; last seen: starting");
    }

    #[tokio::test]
    async fn an_error_ends_it_at_once() {
        let mut looks = 0;
        let look = || {
            looks += 1;
            async { anyhow::Result::<bool>::Err(anyhow::anyhow!("refused")) }
        };
        let error = eventually("anything", look).await;
        assert_eq!(error.expect_err("none").to_string(), "refused");
        assert_eq!(looks, 1);
    }
    #[tokio::test]
    async fn a_condition_has_to_hold_throughout() {
        let held = throughout(SOON, "even", || async { Ok(true) }).await;
        held.expect("it holds");
        let look = || async { Ok(Err::<(), _>("odd".to_owned())) };
        let error = throughout(SOON, "even", look).await.expect_err("odd");
        assert_eq!(error.to_string(), "no longer: even; last seen: odd");
    }
}
