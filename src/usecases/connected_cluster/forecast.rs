//! Whether a create that may take over what is there might have to delete it: what a user has to know beforehand.

use crate::call::Call;
use crate::cluster::Connection;

use super::decision::{Decision, Findings, KeyFinding, ReleaseFinding, decide};
use super::error::Error;
use super::preflight::found_key;
use super::spec::Adopt;
use crate::arm::ResourceId;
use crate::usecases::session::Session;

/// What a create that may take over what is there might have to delete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Forecast {
    /// Nothing.
    DeletesNothing,
    /// The object in Azure, and why.
    MayDelete(String),
}

/// Asks both planes. What cannot be asked now counts as possible; a `connection` that is not known yet is `None`.
pub async fn forecast(
    call: &Call,
    session: &Session,
    id: &ResourceId,
    connection: Option<Option<&Connection>>,
) -> Forecast {
    let object = match session.azure.connected_clusters().get(call, id).await {
        Ok(None) => return Forecast::DeletesNothing,
        Ok(Some(object)) => object,
        Err(_) => {
            return Forecast::MayDelete("Azure could not be asked whether it exists".to_owned());
        }
    };
    let key = match connection {
        Some(connection) => key(call, session, connection).await.unwrap_or_default(),
        None => KeyFinding::default(),
    };
    let decision = decide(&Findings {
        wanted: id,
        azure: Some(&object),
        release: ReleaseFinding::None,
        key,
        adopt: Adopt::Replacing,
    });
    match decision {
        Ok(Decision::DeleteAndCreate) => {
            Forecast::MayDelete("it is Expired, and Azure does not take it back".to_owned())
        }
        Ok(Decision::Rekey) => Forecast::MayDelete(
            "it exists, the cluster does not hold its key as far as can be seen now, and Azure may take no other".to_owned(),
        ),
        Ok(Decision::Create | Decision::CleanAndCreate | Decision::Resume) | Err(_) => {
            Forecast::DeletesNothing
        }
    }
}

async fn key(
    call: &Call,
    session: &Session,
    connection: Option<&Connection>,
) -> Result<KeyFinding, Error> {
    let cluster = session.cluster(call, connection).await?;
    let key = cluster.private_key(call).await?;
    Ok(found_key(key.as_ref()).await)
}
