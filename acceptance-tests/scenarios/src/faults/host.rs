//! What runs the provider: a real engine, or as much of one as a single resource needs.

use std::future::Future;

use serde_json::Value;

/// The errors of a run; none when it ended well.
pub type Errors = Vec<String>;

/// Runs the provider for single resources.
pub trait Host {
    /// One resource as a state has it.
    type Object: Object;

    /// No resource of this type yet.
    fn none(
        &self,
        type_name: &'static str,
    ) -> impl Future<Output = anyhow::Result<Self::Object>> + Send;

    /// Plans and applies; no configuration is a destroy. `begin` is called between the two, when what counts begins.
    fn apply(
        &self,
        object: &mut Self::Object,
        configuration: Option<&Value>,
        begin: impl FnOnce() + Send,
    ) -> impl Future<Output = anyhow::Result<Errors>> + Send;

    /// Plans, and answers what is wrong; nothing is when the plan is empty.
    fn settled(
        &self,
        object: &mut Self::Object,
        configuration: &Value,
    ) -> impl Future<Output = anyhow::Result<Errors>> + Send;
}

/// One resource as a state has it.
pub trait Object: Send {
    /// Whether the state knows none.
    fn is_none(&self) -> bool;

    /// Whether its create failed, so that it is to be replaced.
    fn is_tainted(&self) -> bool;
}

/// What [`Host::settled`] answers of a plan that is not empty.
#[must_use]
pub fn not_settled() -> Errors {
    vec!["the plan after it is not empty".to_owned()]
}
