//! A bearer token as those that issue one hand it to [`Bearer`](super::bearer::Bearer).

use std::time::SystemTime;

use secrecy::SecretString;

/// A token and when to fetch the next one.
#[derive(Clone, Debug)]
pub(super) struct Token {
    /// What goes behind `Bearer `.
    pub secret: SecretString,
    /// From this moment on a new token is needed; `None` for one that never runs out.
    pub renew_at: Option<SystemTime>,
}
