//! What a cluster can have, for whoever wants to choose.

use std::collections::BTreeMap;

use futures::future::try_join_all;

use crate::arm::{Extension, ExtensionType, ResourceId};
use crate::call::Call;
use crate::usecases::session::Session;

use super::error::Error;

/// A type, and its versions as far as they were asked for.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The type.
    pub of: ExtensionType,
    /// Versions by release train.
    pub versions: BTreeMap<String, Vec<String>>,
}

/// The types that a cluster can have, and the versions of some of them.
///
/// # Errors
///
/// Azure's; [`Error::TypeNotOffered`] for a wanted type that is none.
pub async fn catalogue(
    call: &Call,
    session: &Session,
    cluster: &ResourceId,
    versions_of: &[String],
    trains: &[String],
) -> Result<Vec<Offer>, Error> {
    let types = session.azure.extension_types().list(call, cluster).await?;
    let named = |wanted: &String| {
        types
            .iter()
            .any(|offered| offered.name.eq_ignore_ascii_case(wanted))
    };
    if let Some(unknown) = versions_of.iter().find(|wanted| !named(wanted)) {
        return Err(Error::TypeNotOffered {
            extension_type: unknown.clone(),
            offered: types.into_iter().map(|offered| offered.name).collect(),
        });
    }
    let offers = types.into_iter().map(|of| async {
        let wanted = versions_of
            .iter()
            .any(|wanted| wanted.eq_ignore_ascii_case(&of.name));
        let trains = if wanted { trains } else { &[] };
        let versions = versions(call, session, cluster, &of.name, trains).await?;
        Ok::<_, Error>(Offer { of, versions })
    });
    try_join_all(offers).await
}

async fn versions(
    call: &Call,
    session: &Session,
    cluster: &ResourceId,
    of: &str,
    trains: &[String],
) -> Result<BTreeMap<String, Vec<String>>, Error> {
    let catalogue = session.azure.extension_types();
    let listed = trains.iter().map(|train| async {
        let versions = catalogue.versions(call, cluster, of, Some(train)).await?;
        Ok::<_, Error>((train.clone(), versions))
    });
    Ok(try_join_all(listed).await?.into_iter().collect())
}

/// An extension that has to be there, whoever made it.
///
/// # Errors
///
/// [`Error::Missing`], or Azure's.
pub async fn find(call: &Call, session: &Session, id: &ResourceId) -> Result<Extension, Error> {
    let found = session.azure.extensions().get(call, id).await?;
    found.ok_or_else(|| Error::Missing { id: id.clone() })
}
