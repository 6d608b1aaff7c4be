//! Lists come in pages; `nextLink` leads to the next.

use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use super::{ArmError, Context};
use crate::reply::Reply;

impl Context<'_> {
    /// One page of a list, as the request's `$skiptoken` says.
    pub(super) fn page(&self, items: &[Value]) -> Result<Reply, ArmError> {
        let first = self.skipped()?;
        let last = items.len().min(first + self.store.behaviour.page_size);
        let Some(page) = items.get(first..last) else {
            return Err(ArmError::bad(
                "InvalidSkipToken",
                "The skip token leads behind the end of the list.",
            ));
        };
        let mut body = json!({"value": page});
        if last < items.len() {
            body["nextLink"] = self.next_link(last).into();
        }
        Ok(Reply::ok(body))
    }

    fn skipped(&self) -> Result<usize, ArmError> {
        let Some(token) = self.request.query("$skiptoken") else {
            return Ok(0);
        };
        let number = token
            .strip_prefix("page+")
            .and_then(|number| number.parse().ok());
        number.ok_or_else(|| {
            ArmError::bad(
                "InvalidSkipToken",
                format!("The skip token '{token}' is not valid."),
            )
        })
    }

    /// The token has a character that a client must neither decode nor encode again.
    fn next_link(&self, first: usize) -> String {
        let query = Serializer::new(String::new())
            .append_pair(
                "api-version",
                self.request.query("api-version").unwrap_or_default(),
            )
            .append_pair("$skiptoken", &format!("page+{first}"))
            .finish();
        format!(
            "{}{}?{query}",
            self.request.base_url(),
            self.request.uri.path()
        )
    }
}
