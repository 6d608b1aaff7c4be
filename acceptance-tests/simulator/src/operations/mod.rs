//! Long-running operations: how they begin, end, and are watched.
//!
//! An operation carries the change that it makes when it ends, so a client that does not wait reads old values. Two
//! addresses lead to it: the *monitor* (`Azure-AsyncOperation`) answers 200 with a status, the *result* (`Location`)
//! answers 202 until it answers with the result itself.
//!
//! Some operations are *held*: they end only when the agents in the cluster have done their part.

mod addresses;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::faults::Ending;
use super::store::Store;

pub(super) use addresses::Address;

/// How long an operation waits for a cluster that is away; the service keeps protected settings no longer.
const AWAY_LIMIT: SignedDuration = SignedDuration::from_hours(48);

/// Why an operation failed.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Failure {
    pub(super) code: String,
    pub(super) message: String,
}

/// The change at the end of an operation: gets the operation's name, and its failure if it failed.
pub(super) type Change = Box<dyn FnOnce(&mut Store, &str, Option<&Failure>) + Send>;

/// What the result address answers at the end.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    /// 204: the object is gone.
    Gone,
    /// 200 without a body.
    Done,
    /// 200 with the connected cluster of this key.
    Cluster(String),
}

/// One operation, running or ended.
pub(super) struct Operation {
    name: String,
    target: String,
    started: Timestamp,
    /// `None` if it never ends.
    due: Option<Timestamp>,
    failure: Option<Failure>,
    outcome: Outcome,
    /// Whether the agents still have to do their part.
    held: bool,
    /// Taken when the operation ends.
    change: Option<Change>,
}

impl Store {
    /// Begins an operation of a kind whose name is a mere GUID.
    pub(super) fn begin_plain(
        &mut self,
        target: &str,
        ending: &Ending,
        now: Timestamp,
        change: Change,
    ) -> String {
        let operation = Operation::new(target, Outcome::Done, (ending, now));
        self.add(Uuid::new_v4().to_string(), operation, change)
    }

    /// Lets an operation fail that has lost its object to another one.
    pub(super) fn preempt(&mut self, operation: &str) {
        if let Some(operation) = self.operations.get_mut(operation)
            && !operation.ended()
        {
            operation.due = operation.due.or(Some(operation.started));
            operation.release(Some(Failure {
                code: "OperationPreempted".to_owned(),
                message: "The operation has been preempted by a more recent operation.".to_owned(),
            }));
        }
    }

    fn add(&mut self, name: String, mut operation: Operation, change: Change) -> String {
        let runs = SignedDuration::from_millis(self.behaviour.operation_ms.into());
        operation.name.clone_from(&name);
        operation.due = operation.due.map(|now| now + runs);
        operation.change = Some(change);
        self.operations.insert(name.clone(), operation);
        name
    }
}

impl Operation {
    /// An operation that is due at once, and does nothing yet.
    fn new(target: &str, outcome: Outcome, (ending, now): (&Ending, Timestamp)) -> Self {
        Self {
            name: String::new(),
            target: target.to_owned(),
            started: now,
            due: (!matches!(ending, Ending::Never)).then_some(now),
            failure: match ending {
                Ending::Fails(failure) => Some(failure.clone()),
                Ending::Succeeds
                | Ending::Never
                | Ending::ImagePullError
                | Ending::NonCompliant => None,
            },
            outcome,
            held: false,
            change: None,
        }
    }

    fn ended(&self) -> bool {
        self.change.is_none()
    }

    fn state(&self) -> &'static str {
        match (self.ended(), &self.failure) {
            (false, _) => "InProgress",
            (true, None) => "Succeeded",
            (true, Some(_)) => "Failed",
        }
    }

    fn document(&self, id: &str) -> Value {
        let mut document = json!({
            "id": id,
            "name": self.name,
            "status": self.state(),
            "startTime": self.started,
            "properties": null,
        });
        if self.ended() {
            document["endTime"] = json!(self.due);
            if let Some(failure) = &self.failure {
                document["error"] = json!({"code": failure.code, "message": failure.message});
            }
        }
        document
    }

    /// Lets the operation go on only when the agents have done their part. One that is to fail, or never to end, does not
    /// get as far as that.
    pub(super) fn hold(&mut self) {
        self.held = self.failure.is_none() && self.due.is_some();
    }

    /// Whether the agents still have to do their part.
    pub(super) fn is_held(&self) -> bool {
        self.held && !self.ended()
    }

    /// Whether the operation has run as long as Azure itself needs.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        self.due.is_some_and(|due| due <= now)
    }

    /// The agents have done their part, or failed to.
    pub(super) fn release(&mut self, failure: Option<Failure>) {
        self.held = false;
        self.failure = failure;
    }

    fn give_up(&mut self, now: Timestamp) {
        if self.held && now >= self.started + AWAY_LIMIT {
            self.release(Some(Failure {
                code: "ExtensionOperationTimedOut".to_owned(),
                message: "The cluster did not take up the operation within 48 hours.".to_owned(),
            }));
        }
    }

    /// The operation for a test to look at.
    pub(super) fn dump(&self) -> Value {
        json!({"target": self.target, "status": self.state(), "started": self.started, "due": self.due, "held": self.held})
    }
}

/// Ends every operation whose time has come.
pub(super) fn settle(store: &mut Store, now: Timestamp) {
    for operation in store.operations.values_mut() {
        operation.give_up(now);
    }
    let due = |operation: &&mut Operation| operation.is_due(now) && !operation.held;
    let ending: Vec<_> = store
        .operations
        .values_mut()
        .filter(due)
        .filter_map(|operation| {
            let change = operation.change.take()?;
            Some((operation.name.clone(), operation.failure.clone(), change))
        })
        .collect();
    for (name, failure, change) in ending {
        change(store, &name, failure.as_ref());
    }
}
