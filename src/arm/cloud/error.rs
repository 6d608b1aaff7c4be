//! Why the description of a cloud is not enough.

/// Why a metadata document does not describe the cloud.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// The document is not of the documented shape.
    #[error("the metadata document of the cloud cannot be read: {0}")]
    Malformed(String),
    /// Several clouds are described and none bears the wanted name.
    #[error("the metadata host knows no cloud named '{wanted}'; it knows {known}")]
    Unknown {
        /// The value of `environment`.
        wanted: String,
        /// The names in the document.
        known: String,
    },
    /// The described cloud lacks an address, or the address cannot be used.
    #[error("the metadata of cloud '{cloud}' has no usable {field}")]
    Unusable {
        /// Name of the cloud.
        cloud: String,
        /// Path of the member in the document.
        field: &'static str,
    },
    /// What was given as a region cannot be a part of a host name.
    #[error("'{location}' is not an Azure region, which has letters and digits only")]
    NotARegion {
        /// What was given.
        location: String,
    },
    /// A metadata host with more than a host and a port.
    #[error("'{0}' is not a host name, with a port or without one")]
    Host(String),
    /// The data plane can neither be looked up nor derived.
    #[error(
        "cloud '{cloud}' announces no dataplaneEndpoints.arcConfigEndpoint and its login authority has no domain to \
         derive one for region '{location}' from"
    )]
    NoDataPlane {
        /// Name of the cloud.
        cloud: String,
        /// The region asked for.
        location: String,
    },
}
