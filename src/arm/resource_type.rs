//! One resource type: read, list, write, change and delete, the same for all types.

use std::borrow::Cow;

use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::client::Client;
use super::error::Error;
use super::id::ResourceId;
use super::operation::{Operation, Resource};
use super::transport::{Request, Response};
use crate::call::Call;
use crate::fault::{Explain as _, Kind};
use crate::retry::Failure as _;

/// Requests for the resources of one type. The id's own subscription counts, not the client's.
#[derive(Clone, Debug)]
pub(super) struct ResourceType {
    client: Client,
    /// The api-version of every request.
    version: Cow<'static, str>,
    /// What messages call such a resource, as in "extension".
    noun: &'static str,
    /// The query parameter of a deletion that does not wait for the agents.
    force: &'static str,
}

impl ResourceType {
    pub(super) fn new(
        client: Client,
        version: impl Into<Cow<'static, str>>,
        noun: &'static str,
        force: &'static str,
    ) -> Self {
        Self {
            client,
            version: version.into(),
            noun,
            force,
        }
    }

    /// The resource; `None` only when Azure itself says that it, or what it belongs to, does not exist.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        call: &Call,
        id: &ResourceId,
    ) -> Result<Option<T>, Error> {
        let request = self.request(call, Method::GET, "read", id).await?;
        match self.client.send(call, &request).await {
            Ok(answer) => answer.json(&request.action).map(Some),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Everything that a collection holds, through all pages. `query` goes to the first of them.
    pub(super) async fn list<T: DeserializeOwned>(
        &self,
        call: &Call,
        segments: impl IntoIterator<Item = &str>,
        query: &[(&str, &str)],
        of: &str,
    ) -> Result<Vec<T>, Error> {
        let action = format!("list the {}s of {of}", self.noun);
        let mut url = self.client.address(call, segments, &self.version).await?;
        url.query_pairs_mut().extend_pairs(query);
        self.client.list(call, url, &action).await
    }

    /// Creates or replaces the resource and returns as soon as Azure has accepted that.
    pub(super) async fn put<T: Resource + Serialize>(
        &self,
        call: &Call,
        id: &ResourceId,
        body: &T,
    ) -> Result<Operation<T>, Error> {
        let request = self.request(call, Method::PUT, "write", id).await?;
        self.change(call, request.with_json(body)).await
    }

    /// Creates a resource that was seen not to be there and returns as soon as Azure has accepted that.
    ///
    /// The answer to a request can get lost, and Azure is known to refuse one (429) that it carries out. What is there after
    /// such a failure was made by it, and is followed as if it had been accepted.
    pub(super) async fn create<T: Resource + Serialize>(
        &self,
        call: &Call,
        id: &ResourceId,
        body: &T,
    ) -> Result<Operation<T>, Error> {
        let error = match self.put(call, id, body).await {
            Err(error) if may_have_worked(&error) => error,
            outcome => return outcome,
        };
        let made = self.follow(&call.afterwards(), id).await;
        made.ok().flatten().ok_or(error)
    }

    /// What is going on with the resource now; `None` when Azure says that it does not exist.
    pub(super) async fn follow<T: Resource>(
        &self,
        call: &Call,
        id: &ResourceId,
    ) -> Result<Option<Operation<T>>, Error> {
        let request = self.request(call, Method::GET, "write", id).await?;
        match self.client.send(call, &request).await {
            Ok(answer) => {
                let client = self.client.clone();
                Operation::change(client, call, &request, &answer)
                    .await
                    .map(Some)
            }
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Changes what `body` names and returns as soon as Azure has accepted that. A body that names final values, as all
    /// of ours do, may be sent twice.
    pub(super) async fn patch<T: Resource>(
        &self,
        call: &Call,
        id: &ResourceId,
        body: &impl Serialize,
    ) -> Result<Operation<T>, Error> {
        let request = self.request(call, Method::PATCH, "change", id).await?;
        self.change(call, request.with_json(body).repeatable())
            .await
    }

    /// Sends a PUT or PATCH and returns as soon as Azure has accepted it.
    pub(super) async fn change<T: Resource>(
        &self,
        call: &Call,
        request: Request,
    ) -> Result<Operation<T>, Error> {
        let accepted = self.client.send(call, &request).await?;
        Operation::change(self.client.clone(), call, &request, &accepted).await
    }

    /// Deletes the resource and returns as soon as Azure has accepted that. One that is gone already is fine.
    pub(super) async fn delete(
        &self,
        call: &Call,
        id: &ResourceId,
        force: bool,
    ) -> Result<Operation<()>, Error> {
        let mut request = self.request(call, Method::DELETE, "delete", id).await?;
        let resource = request.url.clone();
        if force {
            request
                .url
                .query_pairs_mut()
                .append_pair(self.force, "true");
        }
        let accepted = match self.client.send(call, &request).await {
            Err(error) if error.is_not_found() => Response::nothing(resource.clone()),
            answer => answer?,
        };
        let client = self.client.clone();
        Operation::removal(client, call, resource, &request.action, &accepted).await
    }

    /// A request for the resource; `verb` and the names of resource and parent are its action.
    pub(super) async fn request(
        &self,
        call: &Call,
        method: Method,
        verb: &str,
        id: &ResourceId,
    ) -> Result<Request, Error> {
        let address = self
            .client
            .address(call, id.segments(), &self.version)
            .await?;
        let action = match id.extends() {
            Some(cluster) => {
                format!(
                    "{verb} {} {} of cluster {}",
                    self.noun,
                    id.name(),
                    cluster.name()
                )
            }
            None => format!(
                "{verb} {} {} in resource group {}",
                self.noun,
                id.name(),
                id.resource_group()
            ),
        };
        Ok(Request::new(method, address, action))
    }
}

/// Whether the resource may be there although its creation failed.
fn may_have_worked(error: &Error) -> bool {
    error.may_have_been_carried_out()
        || matches!(
            error.kind(),
            Kind::Conflict | Kind::Throttled | Kind::Unavailable
        )
}
