//! Making a service account with its roles and its token.

use crate::call::Call;
use crate::usecases::error::Incomplete;
use crate::usecases::session::Session;

use super::change::{Made, Provided, change};
use super::error::Error;
use super::spec::{Known, Spec};

/// Makes a token and what it needs. `checkpoint` is called as soon as something exists.
///
/// # Errors
///
/// [`Incomplete`], with what has to be remembered although the work was not completed.
pub async fn create(
    call: &Call,
    session: &Session,
    spec: &Spec,
    checkpoint: impl Fn(&Made),
) -> Result<Provided, Incomplete<Made, Error>> {
    change(call, session, spec, &Known::default(), checkpoint).await
}
