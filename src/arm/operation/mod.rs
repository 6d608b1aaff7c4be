//! Operations that Azure accepts at once and carries out over seconds to minutes.
//!
//! Beginning and waiting are apart, so that a caller can write down what was accepted before the wait begins. The wait
//! forgives what a distributed service does: an address that is not known yet, trouble in between, an operation that
//! expires before it is asked for. It ends only by what the resource itself shows.

mod tracker;

use std::future::Future;
use std::time::Duration;

use reqwest::Method;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;
use tokio::time::Instant;
use url::Url;

use self::tracker::{Progress, Tracker};
use super::client::Client;
use super::error::Error;
use crate::arm::transport::{Request, Response};
use crate::call::{Call, Probe, poll_until};
use crate::fault::Explain;
use crate::retry::LONGEST_ASKED;

/// How long a 404 may mean "not known here yet" rather than "not there".
const PROPAGATION: Duration = Duration::from_mins(2);

/// The pause between two looks when the service asks for none; it grows by itself up to [`LONGEST_PAUSE`].
const PAUSE: Duration = Duration::from_secs(5);

/// The shortest pause that the service may ask for.
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);

/// The longest pause of our own choosing.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// What Azure stores of a resource that operations create or change.
pub trait Resource: DeserializeOwned {}

/// An operation that Azure accepted: of a [`Resource`] when it makes or changes one, of `()` when it deletes.
#[derive(Debug)]
#[must_use = "an accepted operation is not a finished one"]
pub struct Operation<T> {
    client: Client,
    /// The request for the resource itself.
    resource: Request,
    resource_manager: Url,
    tracker: Tracker,
    initial: Option<T>,
}

/// What the resource must show in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goal {
    /// It is there and settled.
    Present,
    /// It is not there.
    Gone,
}

impl<T> Operation<T> {
    /// The operation that `accepted` began on the resource at `address`.
    async fn begin(
        client: Client,
        call: &Call,
        address: Url,
        action: &str,
        accepted: &Response,
    ) -> Result<Self, Error> {
        let resource_manager = client.cloud(call).await?.resource_manager().clone();
        Ok(Self {
            tracker: Tracker::begin(accepted, &resource_manager),
            resource: Request::new(Method::GET, address, action),
            resource_manager,
            client,
            initial: None,
        })
    }

    async fn follow(&self, call: &Call, goal: Goal) -> Result<Option<Response>, Error> {
        let ask = |url: Option<&Url>| {
            let mut request = self.resource.clone();
            if let Some(url) = url {
                request.url.clone_from(url);
            }
            async move { self.client.send(call, &request).await }
        };
        let watch = Watch::new(
            self.tracker.clone(),
            goal,
            &self.resource.action,
            &self.resource_manager,
        );
        watch.wait(call, ask).await
    }
}

impl<T: Resource> Operation<T> {
    /// A PUT or PATCH that was accepted.
    pub(super) async fn change(
        client: Client,
        call: &Call,
        request: &Request,
        accepted: &Response,
    ) -> Result<Self, Error> {
        let begun =
            Self::begin(client, call, request.url.clone(), &request.action, accepted).await?;
        Ok(Self {
            initial: accepted.json(&request.action).ok(),
            ..begun
        })
    }

    /// The resource as the answer that accepted the request showed it, if it did.
    #[must_use]
    pub const fn initial(&self) -> Option<&T> {
        self.initial.as_ref()
    }

    /// Waits until the operation is over and reads the resource.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] with the operation's error, [`Error::GaveUp`] when the call ends first, and whatever a read may
    /// meet.
    pub async fn wait(self, call: &Call) -> Result<T, Error> {
        let action = &self.resource.action;
        match self.follow(call, Goal::Present).await? {
            Some(resource) => resource.json(action),
            None => Err(Error::Incomplete {
                action: action.clone(),
                lacks: "resource".to_owned(),
            }),
        }
    }
}

impl Operation<()> {
    /// A DELETE that was accepted.
    pub(super) async fn removal(
        client: Client,
        call: &Call,
        address: Url,
        action: &str,
        accepted: &Response,
    ) -> Result<Self, Error> {
        Self::begin(client, call, address, action, accepted).await
    }

    /// Waits until Azure says that the resource does not exist.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] with the operation's error, [`Error::GaveUp`] when the call ends first, and whatever a read may
    /// meet.
    pub async fn wait(self, call: &Call) -> Result<(), Error> {
        self.follow(call, Goal::Gone).await.map(drop)
    }
}

/// The state of one wait.
struct Watch<'a> {
    tracker: Tracker,
    goal: Goal,
    action: &'a str,
    resource_manager: &'a Url,
    /// When the tracker was chosen.
    since: Instant,
    pause: Duration,
}

impl<'a> Watch<'a> {
    fn new(tracker: Tracker, goal: Goal, action: &'a str, resource_manager: &'a Url) -> Self {
        Self {
            tracker,
            goal,
            action,
            resource_manager,
            since: Instant::now(),
            pause: PAUSE,
        }
    }

    /// Looks until the goal is reached. `ask` gets an address, or the resource without one. Returns the resource's last
    /// answer, if the goal is to have it.
    async fn wait<A, F>(self, call: &Call, ask: A) -> Result<Option<Response>, Error>
    where
        A: Fn(Option<&Url>) -> F,
        F: Future<Output = Result<Response, Error>>,
    {
        let awaited = format!("Azure to {}", self.action);
        let watch = Mutex::new(self);
        let look = || async {
            let mut watch = watch.lock().await;
            let answer = ask(watch.address()).await;
            watch.judge(answer)
        };
        Ok(poll_until(call, awaited, PAUSE, look).await?)
    }

    const fn address(&self) -> Option<&Url> {
        match &self.tracker {
            Tracker::Status(url) | Tracker::Location(url) => Some(url),
            Tracker::Resource => None,
        }
    }

    fn judge(&mut self, answer: Result<Response, Error>) -> Result<Probe<Option<Response>>, Error> {
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return self.judge_error(error),
        };
        let retry_after = answer.retry_after();
        match self.tracker.read(&answer, self.resource_manager) {
            Progress::Finished => Ok(self.finished(answer)),
            Progress::Pending(seen) => Ok(self.pending(seen, retry_after)),
            Progress::Moved(url) => {
                self.tracker = Tracker::Location(url);
                Ok(self.pending("202 Accepted", retry_after))
            }
            // An old failure may still be written on a resource that is being deleted.
            Progress::Failed(fault) if self.at_resource() && self.goal == Goal::Gone => {
                Ok(self.pending(fault.to_string(), retry_after))
            }
            Progress::Failed(fault) => Err(Error::Failed {
                action: self.action.to_owned(),
                fault: Box::new(fault),
            }),
        }
    }

    fn finished(&mut self, answer: Response) -> Probe<Option<Response>> {
        match (self.at_resource(), self.goal) {
            (true, Goal::Present) => Probe::Ready(Some(answer)),
            (true, Goal::Gone) => self.pending("the resource is still there", answer.retry_after()),
            (false, _) => self.turn_to_resource("the operation is over"),
        }
    }

    /// A 404 is the goal, or early, or late; trouble passes; anything else is final.
    fn judge_error(&mut self, error: Error) -> Result<Probe<Option<Response>>, Error> {
        if self.goal == Goal::Gone && self.at_resource() && error.is_not_found() {
            return Ok(Probe::Ready(None));
        }
        if error.has_status(404) {
            return self.judge_missing(error);
        }
        if error.kind().retryable() {
            let seen = std::error::Error::source(&error)
                .map_or_else(|| error.to_string(), ToString::to_string);
            return Ok(self.pending(seen, None));
        }
        Err(error)
    }

    fn judge_missing(&mut self, error: Error) -> Result<Probe<Option<Response>>, Error> {
        if self.since.elapsed() < PROPAGATION {
            return Ok(self.pending("not known to Azure yet", None));
        }
        if self.at_resource() {
            return Err(error);
        }
        Ok(self.turn_to_resource("the operation has expired"))
    }

    fn at_resource(&self) -> bool {
        self.tracker == Tracker::Resource
    }

    /// From here on the resource is asked, at once for the first time.
    fn turn_to_resource(&mut self, seen: &str) -> Probe<Option<Response>> {
        self.tracker = Tracker::Resource;
        self.since = Instant::now();
        self.pause = PAUSE;
        Probe::Pending {
            seen: seen.to_owned(),
            pause: Some(Duration::ZERO),
        }
    }

    fn pending(
        &mut self,
        seen: impl Into<String>,
        asked: Option<Duration>,
    ) -> Probe<Option<Response>> {
        let own = self.pause;
        self.pause = (own * 2).min(LONGEST_PAUSE);
        Probe::Pending {
            seen: seen.into(),
            pause: Some(asked.map_or(own, |asked| asked.clamp(SHORTEST_PAUSE, LONGEST_ASKED))),
        }
    }
}

#[cfg(test)]
mod tests;
