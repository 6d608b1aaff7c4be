//! Tokens for Azure, and why there may be none.
//!
//! A login is a service principal with its secret, or the Azure CLI's own. The crate `azure_identity` does the asking,
//! over our connections; [`Tokens`] keeps what it got, so that all requests share one token and a token that a service
//! refused can be dropped.

mod az;
mod entra;
mod error;
mod tokens;

pub use self::entra::Rejection;
pub use self::error::LoginError;
pub(super) use self::tokens::Tokens;
