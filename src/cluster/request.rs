//! One request to the API server: how long it may take, when it is sent again, and what a lost answer means.
//!
//! A read is dropped when the call ends and repeated while the server is in trouble. So is a change that sets what it says;
//! once begun, it is awaited for a while beyond the end of the call, so that its outcome is known. The creation of an object
//! is repeated too: the object bears a mark of the request, by which one that is there already is told from a stranger's.

use std::fmt::Debug;
use std::future::Future;

use kube::api::{DeleteParams, PostParams, Preconditions};
use kube::{Api, ResourceExt as _};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::keys::REQUEST;
use super::{Cluster, Error};
use crate::call::Call;
use crate::retry::{self, ANSWER, Failure as _, Repetition};

impl Cluster {
    /// Sends a request that changes nothing, again if need be. `action` is an infinitive, as in "list nodes".
    ///
    /// # Errors
    ///
    /// That of the last attempt.
    pub(super) async fn read<T, F>(
        &self,
        call: &Call,
        action: &str,
        request: impl Fn() -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = kube::Result<T>>,
    {
        let attempt = || async {
            // Boxed: this future would be a part of all others.
            let answer = call.attempt(ANSWER, Box::pin(request())).await?;
            match answer {
                Some(answer) => answer.map_err(|e| Error::from_kube(self.target(), action, e)),
                None => Err(Error::late(self.target(), action)),
            }
        };
        retry::PLANE
            .run(call, action, Repetition::Harmless, attempt)
            .await
    }

    /// Sends a request that sets what it says, such as a merge patch or a deletion, again if need be; carried out twice it
    /// does no more than once. It is not begun when the call has ended.
    ///
    /// # Errors
    ///
    /// That of the last attempt; [`Error::OutcomeUnknown`] when it was sent and not answered.
    pub(super) async fn write<T, F>(
        &self,
        call: &Call,
        action: &str,
        request: impl Fn() -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = kube::Result<T>>,
    {
        let attempt = || self.change(call, action, request());
        retry::PLANE
            .run(call, action, Repetition::Harmless, attempt)
            .await
    }

    /// Creates an object. One of the same name that an earlier attempt of this very request made is the result; any other
    /// is a conflict.
    ///
    /// # Errors
    ///
    /// As [`write`](Self::write), and the API server's `AlreadyExists` (409).
    pub(super) async fn create<K>(
        &self,
        call: &Call,
        action: &str,
        api: &Api<K>,
        mut object: K,
    ) -> Result<K, Error>
    where
        K: kube::Resource + Clone + DeserializeOwned + Serialize + Debug,
    {
        let request = Uuid::new_v4().to_string();
        let annotations = object.annotations_mut();
        annotations.insert(REQUEST.to_owned(), request.clone());
        let params = PostParams::default();
        let created = self
            .write(call, action, || api.create(&params, &object))
            .await;
        let conflict = match created {
            Err(error) if error.is_conflict() => error,
            created => return created,
        };
        let name = object.name_any();
        let found = self.read(call, action, || api.get_opt(&name)).await?;
        found
            .filter(|found| found.annotations().get(REQUEST) == Some(&request))
            .ok_or(conflict)
    }

    /// One attempt of a change. A token that is due is renewed before it begins, while the call can still end that.
    async fn change<T>(
        &self,
        call: &Call,
        action: &str,
        request: impl Future<Output = kube::Result<T>>,
    ) -> Result<T, Error> {
        call.check()?;
        if let Some(bearer) = &self.inner.bearer {
            call.race(bearer.token()).await??;
        }
        let answer = call.see_through(ANSWER, Box::pin(request)).await;
        let error = match answer {
            Some(Ok(answer)) => return Ok(answer),
            Some(Err(error)) => Error::from_kube(self.target(), action, error),
            None => Error::late(self.target(), action),
        };
        Err(if error.may_have_been_carried_out() {
            error.of_a_change()
        } else {
            error
        })
    }
}

/// A deletion of the object with this UID and no other of the same name.
pub(super) fn only(uid: &str) -> DeleteParams {
    DeleteParams::default().preconditions(Preconditions {
        uid: Some(uid.to_owned()),
        resource_version: None,
    })
}

/// The outcome of a change, to which an object that is gone is as good as changed.
pub(super) fn forgive_absence<T>(outcome: Result<T, Error>) -> Result<(), Error> {
    match outcome {
        Err(error) if error.is_not_found() => Ok(()),
        outcome => outcome.map(drop),
    }
}

/// The outcome of a deletion of [`only`] one object: one that is gone, or has given way to another of the same name, is as good
/// as deleted.
pub(super) fn forgive_successor<T>(outcome: Result<T, Error>) -> Result<(), Error> {
    match outcome {
        Err(error) if error.is_conflict() => Ok(()),
        outcome => forgive_absence(outcome),
    }
}

#[cfg(test)]
mod tests;
