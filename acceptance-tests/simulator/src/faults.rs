//! Scripted misbehaviour: which requests fail, and how.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::operations::Failure;
use super::reply::Reply;
use super::request::Request;
use crate::glob;

/// One scripted fault, as a test posts it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fault {
    /// HTTP method; any if absent.
    method: Option<String>,
    /// Path with `*` for any run of characters, without regard to case; any if absent.
    path: Option<String>,
    /// Matching requests to leave alone at first.
    #[serde(default)]
    skip: u32,
    /// Requests to act on before the fault is spent; `null` is every one from then on.
    #[serde(default = "once")]
    times: Option<u32>,
    /// What happens.
    action: Action,
    /// Matching requests so far.
    #[serde(skip)]
    matched: u32,
}

/// What happens to a request.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Action {
    /// The reply is this one; the service never sees the request.
    Reply(ScriptedReply),
    /// The request is served after so many milliseconds.
    DelayMs(u64),
    /// The connection ends without a reply.
    Drop(Moment),
    /// The long-running operation that the request begins ends in this way.
    Operation(Ending),
    /// No request finds the object that the request makes for so many milliseconds: it has not reached all of
    /// Azure's replicas.
    HiddenMs(u32),
    /// The reply spells resource ids in the other cases that Azure is known to use.
    ShuffledCasing,
}

/// What the scripts change in how the service answers a request.
#[derive(Clone, Debug, Default)]
pub(super) struct Overrides {
    /// How an operation that the request begins will end.
    pub(super) ending: Ending,
    /// For how long an object that the request makes cannot be found.
    pub(super) hidden: SignedDuration,
    /// Whether the reply spells resource ids in other cases.
    pub(super) shuffled_casing: bool,
}

/// A reply out of a script, in ARM's error form unless it brings a body.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScriptedReply {
    status: u16,
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<Value>,
}

/// When the connection is dropped.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Moment {
    /// Before the request takes effect.
    Before,
    /// After it has: the client cannot know.
    After,
}

/// How an operation ends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ending {
    /// As it should.
    #[default]
    Succeeds,
    /// With this error.
    Fails(Failure),
    /// Not at all.
    Never,
    /// Azure is content, but in the cluster an image cannot be pulled.
    ImagePullError,
    /// Azure is content, but Flux in the cluster cannot get its source.
    NonCompliant,
}

/// All scripts in force, in the order in which they were posted.
#[derive(Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    /// Puts a script in force.
    pub(super) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    /// Ends all scripts.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// What the scripts do to this request. Each script counts it.
    pub(super) fn actions_for(&mut self, request: &Request) -> Vec<Action> {
        let mut faults = self.0.iter_mut();
        let action = |fault: &mut Fault| fault.applies_to(request).then(|| fault.action.clone());
        faults.by_ref().filter_map(action).collect()
    }

    /// How often each script matched.
    pub(super) fn dump(&self) -> Value {
        let line = |fault: &Fault| json!({"method": fault.method, "path": fault.path, "matched": fault.matched, "spent": fault.spent()});
        self.0.iter().map(line).collect()
    }
}

impl Fault {
    fn applies_to(&mut self, request: &Request) -> bool {
        let method = self.method.as_deref().unwrap_or("*");
        let path = self.path.as_deref().unwrap_or("*");
        let matched = glob::matches(method, request.method.as_str())
            && glob::matches(path, request.uri.path())
            && !self.spent();
        self.matched += u32::from(matched);
        matched && self.matched > self.skip
    }

    fn spent(&self) -> bool {
        self.times
            .is_some_and(|times| self.matched >= self.skip + times)
    }
}

impl ScriptedReply {
    /// The reply to send.
    pub(super) fn reply(&self) -> Reply {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let error = || json!({"error": {"code": self.code, "message": self.message}});
        let body = self.body.clone().unwrap_or_else(error);
        let reply = Reply::json(status, body);
        let headers = self.headers.iter();
        headers.fold(reply, |reply, (name, value)| reply.with(name, value))
    }
}

#[expect(clippy::unnecessary_wraps, reason = "serde wants the field's own type")]
fn once() -> Option<u32> {
    Some(1)
}
