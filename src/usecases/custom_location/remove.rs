//! Removing a custom location.

use crate::arm::ResourceId;
use crate::call::Call;
use crate::usecases::session::Session;

use super::error::Error;

/// Removes a custom location. One that is gone already is fine.
///
/// # Errors
///
/// Azure's, for instance while resources are still in it.
pub async fn remove(call: &Call, session: &Session, id: &ResourceId) -> Result<(), Error> {
    call.step("remove the custom location");
    let operation = session.azure.custom_locations().delete(call, id).await?;
    Ok(operation.wait(call).await?)
}
