//! Lists that come in pages: `{"value": [...], "nextLink": "..."}`, where the service chooses the size of a page.

use std::collections::HashSet;

use reqwest::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::wire::Request;
use crate::arm::client::Client;
use crate::arm::error::Error;
use crate::call::Call;

/// The most pages of one list that are read.
const MOST_PAGES: usize = 1_000;

/// The most elements of one list that are kept.
const MOST_ELEMENTS: usize = 100_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", bound = "T: DeserializeOwned")]
struct Page<T> {
    #[serde(default)]
    value: Vec<T>,
    #[serde(default)]
    next_link: Option<String>,
}

impl Client {
    /// All elements of a list, from its first page at `address` to its last.
    pub(in crate::arm) async fn list<T: DeserializeOwned>(
        &self,
        call: &Call,
        address: Url,
        action: &str,
    ) -> Result<Vec<T>, Error> {
        let mut found = Vec::new();
        let mut asked = HashSet::new();
        let mut next = Some(address);
        while let Some(address) = next {
            let is_new = asked.insert(address.clone());
            if !is_new || asked.len() > MOST_PAGES || found.len() > MOST_ELEMENTS {
                return Err(Error::Endless {
                    action: action.to_owned(),
                    pages: asked.len(),
                });
            }
            let request = Request::new(Method::GET, address.clone(), action);
            let page: Page<T> = self.send(call, &request).await?.json(action)?;
            found.extend(page.value);
            next = page.next_link.and_then(|link| followed(&address, &link));
        }
        Ok(found)
    }
}

/// The address of the next page, on the host of the first: the token must go to nobody else. An empty link ends the
/// list, as a missing one does; so does one that leads back to the page that it is on.
fn followed(page: &Url, link: &str) -> Option<Url> {
    let named = page.join(link).ok().filter(|_| !link.is_empty())?;
    let mut own = page.clone();
    own.set_path(named.path());
    own.set_query(named.query());
    (own != *page).then_some(own)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::arm::testing::{Azure, Reply, call};

    #[test]
    fn the_next_page_is_on_the_same_host_and_the_list_has_an_end() {
        let page = Url::parse("https://management.azure.com/a?api-version=1").expect("a URL");
        let next = followed(
            &page,
            "https://elsewhere.example/a?api-version=1&$skiptoken=x",
        );
        assert_eq!(
            next.map(String::from).as_deref(),
            Some("https://management.azure.com/a?api-version=1&$skiptoken=x")
        );
        assert_eq!(followed(&page, ""), None);
        assert_eq!(followed(&page, page.as_str()), None);
    }

    #[tokio::test]
    async fn pages_that_name_each_other_are_an_error() {
        let azure = Azure::start(|seen, _| {
            let next = if seen.query.ends_with("page=2") {
                "/list?api-version=1"
            } else {
                "/list?api-version=1&page=2"
            };
            let body = json!({"value": [{}], "nextLink": next});
            (seen.path == "/list").then(|| Reply::json(200, &body))
        })
        .await;
        let client = azure.client();
        let address = client.address(&call(), ["list"], "1").await;
        let listed: Result<Vec<Value>, _> = client
            .list(&call(), address.expect("an address"), "list things")
            .await;
        let error = listed.expect_err("it has no end");
        assert_eq!(
            error.to_string(),
            "the list that was asked for to list things has no end after 2 pages"
        );
        assert_eq!(azure.requests_to("/list").len(), 2);
    }
}
