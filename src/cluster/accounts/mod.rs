//! Service accounts, what they may do, and the tokens that are issued for them.
//!
//! Everything made here stays in the cluster for people to see, beside objects that others made under similar names. So
//! each object bears [`Marks`] that say for which connected cluster and which account it exists, and only an object with
//! the right marks is ever changed or removed.

mod account;
mod bindings;
mod grants;
mod marks;
mod service_accounts;
mod token_secrets;
mod tokens;

pub use self::account::Account;
pub use self::bindings::Binding;
pub use self::grants::{Grant, RoleKind, RoleRules};
pub use self::marks::Marks;
pub use self::service_accounts::FoundAccount;
pub use self::token_secrets::TokenSecret;
pub use self::tokens::{BoundToken, Verdict};
