//! Changing and repairing a service account, its roles and its token in place.

use crate::call::Call;
use crate::usecases::error::Incomplete;
use crate::usecases::session::Session;

use super::error::Error;
use super::provide::{Made, Provided, provide};
use super::spec::{Known, Spec};

/// Brings what is there to what is wanted. `checkpoint` is called as soon as something may have changed.
///
/// # Errors
///
/// [`Incomplete`], with what has to be remembered although the work was not completed.
pub async fn change(
    call: &Call,
    session: &Session,
    spec: &Spec,
    known: &Known,
    checkpoint: impl Fn(&Made),
) -> Result<Provided, Incomplete<Made, Error>> {
    provide(call, session, spec, known, checkpoint).await
}
