//! Token buckets: how many requests one principal may send.
//!
//! Resource Manager keeps a bucket for each principal, subscription and kind of request; a request without a
//! subscription, such as the look at an operation, draws on a bucket of the tenant's. Sizes are those of Azure's
//! documentation: 250 reads and 25 more each second, 200 writes or deletes and 10 more each second.

use std::collections::BTreeMap;

use axum::http::{Method, StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ArmError;
use crate::request::Request;
use crate::tokens::Caller;

/// Sizes of all buckets.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Throttling {
    /// GET and HEAD.
    pub reads: Bucket,
    /// PUT, PATCH and POST.
    pub writes: Bucket,
    /// DELETE.
    pub deletes: Bucket,
}

/// Size of one bucket.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Bucket {
    /// Requests in a full bucket.
    pub size: u32,
    /// Requests that flow in each second.
    pub per_second: u32,
}

impl Default for Throttling {
    fn default() -> Self {
        let writes = Bucket {
            size: 200,
            per_second: 10,
        };
        Self {
            reads: Bucket {
                size: 250,
                per_second: 25,
            },
            writes,
            deletes: writes,
        }
    }
}

/// All buckets that were drawn on, by principal, scope and kind.
#[derive(Default)]
pub(crate) struct Throttle(BTreeMap<String, Level>);

/// What is in a bucket.
struct Level {
    requests: f64,
    at: Timestamp,
}

/// What a request left in its bucket.
pub(crate) struct Draw {
    /// Name of the header that says so.
    pub(crate) header: &'static str,
    /// Whole requests.
    pub(crate) remaining: u32,
}

impl Throttle {
    /// Takes one request out of the caller's bucket, or refuses it until there is one.
    pub(crate) fn draw(
        &mut self,
        request: &Request,
        caller: &Caller,
        sizes: &Throttling,
        now: Timestamp,
    ) -> Result<Draw, ArmError> {
        let subscription = match request.route().as_slice() {
            ["subscriptions", subscription, ..] => (*subscription).to_owned(),
            _ => String::new(),
        };
        let (bucket, header) = of(&request.method, sizes, subscription.is_empty());
        let key = format!("{} {subscription} {header}", caller.client_id);
        let level = self.0.entry(key).or_insert(Level {
            requests: bucket.size.into(),
            at: now,
        });
        level.fill(bucket, now);
        if level.requests < 1.0 {
            return Err(refusal(level, bucket, header));
        }
        level.requests -= 1.0;
        Ok(Draw {
            header,
            remaining: level.whole(),
        })
    }
}

impl Level {
    /// A clock that was turned back lets nothing in.
    fn fill(&mut self, bucket: Bucket, now: Timestamp) {
        let seconds = now.duration_since(self.at).as_secs_f64().max(0.0);
        let filled = self.requests + seconds * f64::from(bucket.per_second);
        self.requests = filled.min(bucket.size.into());
        self.at = now;
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the size of a bucket"
    )]
    fn whole(&self) -> u32 {
        self.requests as u32
    }
}

fn of(method: &Method, sizes: &Throttling, tenant: bool) -> (Bucket, &'static str) {
    match (method, tenant) {
        (&Method::GET | &Method::HEAD, false) => {
            (sizes.reads, "x-ms-ratelimit-remaining-subscription-reads")
        }
        (&Method::GET | &Method::HEAD, true) => {
            (sizes.reads, "x-ms-ratelimit-remaining-tenant-reads")
        }
        (&Method::DELETE, false) => (
            sizes.deletes,
            "x-ms-ratelimit-remaining-subscription-deletes",
        ),
        (&Method::DELETE, true) => (sizes.deletes, "x-ms-ratelimit-remaining-tenant-deletes"),
        (_, false) => (sizes.writes, "x-ms-ratelimit-remaining-subscription-writes"),
        (_, true) => (sizes.writes, "x-ms-ratelimit-remaining-tenant-writes"),
    }
}

fn refusal(level: &Level, bucket: Bucket, header: &'static str) -> ArmError {
    let missing = 1.0 - level.requests;
    let seconds = (missing / f64::from(bucket.per_second.max(1)))
        .ceil()
        .max(1.0);
    let message = format!(
        "Number of requests exceeded the limit of {} for time interval '00:00:01'. Please try again after '{seconds}' seconds.",
        bucket.size
    );
    ArmError::new(
        StatusCode::TOO_MANY_REQUESTS,
        "SubscriptionRequestsThrottled",
        message,
    )
    .with("Retry-After", seconds.to_string())
    .with(header, "0".to_owned())
}
