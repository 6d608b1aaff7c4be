//! What several Terraform types have in common: attributes of one meaning, plan helpers, and how errors reach the user.

pub(super) mod deletion;
pub(super) mod diagnose;
pub(super) mod drift;
pub(super) mod ids;
pub(super) mod keep;
pub mod timeouts;
pub mod write_only;
