//! What is wanted of a service account and its token, parsed, and what is known of it from before.

use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;

use crate::arm::ResourceId;
use crate::cluster::{Account, Connection, Grant, Marks};

/// A service account as it shall be, with its roles and its token.
#[derive(Clone, Debug)]
pub struct Spec {
    /// The connected cluster that the token is for.
    pub connected_cluster: ResourceId,
    /// How to reach the cluster; the session's default when absent.
    pub connection: Option<Connection>,
    /// The service account.
    pub account: Account,
    /// Whether the service account is ours to make and to remove; otherwise it must exist.
    pub create_account: bool,
    /// The roles that it has.
    pub grants: Vec<Grant>,
    /// What kind of token it has.
    pub form: TokenForm,
    /// Whether the token that is there is revoked and replaced.
    pub replace_token: bool,
    /// Whether objects of somebody else that have the names of ours are taken over.
    pub adopt_existing: bool,
}

impl Spec {
    pub(super) fn marks(&self) -> Marks {
        Marks::new(&self.connected_cluster.to_string(), &self.account)
    }
}

/// The kinds of tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenForm {
    /// In a Secret, until that is deleted.
    LongLived,
    /// Issued for a time.
    Bound {
        /// How long it shall be good for; the cluster may set a lower limit.
        lifetime: Duration,
        /// Who accepts it; the API server when empty.
        audiences: Vec<String>,
        /// Whether one is issued at all. A token that nobody keeps would be lost at once.
        issued: bool,
    },
}

impl TokenForm {
    /// Who accepts the token; the API server when empty.
    pub(super) fn audiences(&self) -> &[String] {
        match self {
            Self::LongLived => &[],
            Self::Bound { audiences, .. } => audiences,
        }
    }
}

/// What is remembered of an earlier run.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// UID of the `kube-system` namespace of the cluster.
    pub cluster_uid: Option<String>,
    /// UID of the service account.
    pub account_uid: Option<String>,
    /// The Secret that the token lives in or hangs on.
    pub secret_name: Option<String>,
    /// The token, where it is kept.
    pub token: Option<SecretString>,
    /// When the token runs out, if it does.
    pub expires: Option<Timestamp>,
    /// How long before that it is due to be replaced; a third of its life when absent.
    pub rotate_before: Option<Duration>,
}

/// A token that is wanted for a while.
#[derive(Clone, Debug)]
pub struct LoanSpec {
    /// The connected cluster that the token is for.
    pub connected_cluster: ResourceId,
    /// How to reach the cluster; the session's default when absent.
    pub connection: Option<Connection>,
    /// An existing service account.
    pub account: Account,
    /// How long the token shall be good for.
    pub lifetime: Duration,
    /// Who accepts it; the API server when empty.
    pub audiences: Vec<String>,
}
