//! Which Azure is meant, and what the user said about it.
//!
//! Arguments and environment variables become a [`Config`]. A [`Cloud`] has the addresses, known ones or those that a
//! custom cloud announces; beside them stand the form in which regions are compared and the api-versions that are sent.
//! Nothing here sends a request: the description of a custom cloud is fetched by [`Client`](super::Client).

pub mod environment;

pub(super) mod metadata;
pub(super) mod versions;

mod endpoints;
mod error;
mod location;
mod settings;

pub use self::endpoints::{Cloud, DataPlaneEndpoints, KnownCloud, Spelled};
pub use self::error::MetadataError;
pub use self::location::canonical_location;
pub use self::settings::{Config, ConfigError, CredentialSource, Settings};
pub use self::versions::ApiVersions;
