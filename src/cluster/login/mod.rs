//! From a [`Connection`] to a client that may talk to the API server.
//!
//! The ways in differ (EKS, a kubeconfig, a credential plugin, spelled-out credentials) and each comes with files, tokens
//! and mistakes of its own. All of them end in one [`Access`] and, where the credential is a token that expires, one
//! [`Bearer`] that renews it. The other drawers ask their questions through [`Cluster`](super::Cluster) and need to know
//! nothing of this.

mod access;
mod bearer;
mod connect;
mod connection;
mod eks;
mod eks_token;
mod endpoint;
mod kubeconfig;
mod lease;
mod plugin;
mod proxy;
mod token;
mod transport;

pub(super) use self::access::Access;
pub(super) use self::bearer::Bearer;
pub use self::connection::{Connection, Credential, Eks, Exec, Explicit, Reference};
pub use self::endpoint::Endpoint;
pub use self::lease::KubeconfigLease;
