//! What the Terraform types have in common: their lifecycle, attributes of one meaning, and how errors reach the user.

pub(super) mod azure_names;
pub(super) mod deletion;
pub mod diagnose;
pub(super) mod drift;
pub(super) mod ids;
pub(super) mod keep;
pub(super) mod kubernetes_names;
pub mod managed;
pub mod private;
pub mod timeouts;
pub mod write_only;
