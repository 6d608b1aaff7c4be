//! Regions in which connected clusters are offered.

use std::collections::HashMap;

use tokio::sync::{Mutex, MutexGuard};

use crate::arm::canonical_location;
use crate::call::Call;

use super::Session;
use crate::usecases::error::PlaneError;

/// Resource provider of connected clusters.
pub const NAMESPACE: &str = "Microsoft.Kubernetes";
/// Resource type of connected clusters.
const RESOURCE_TYPE: &str = "connectedClusters";

/// The regions of each subscription, asked for once in the life of a session.
#[derive(Debug, Default)]
pub struct OfferedLocations(Mutex<HashMap<String, Vec<String>>>);

impl OfferedLocations {
    /// What is known, once no other check asks Azure. The wait ends with the call.
    async fn known(
        &self,
        call: &Call,
    ) -> Result<MutexGuard<'_, HashMap<String, Vec<String>>>, PlaneError> {
        Ok(call.race(self.0.lock()).await?)
    }
}

/// Checks a region before anything is touched. Many checks at once cost one request.
///
/// # Errors
///
/// [`PlaneError::LocationNotOffered`], or Azure's when it cannot be asked.
pub async fn check_location(
    call: &Call,
    session: &Session,
    subscription: &str,
    location: &str,
) -> Result<(), PlaneError> {
    let mut known = session.offered.known(call).await?;
    if !known.contains_key(subscription) {
        let provider = session
            .azure
            .resource_providers()
            .get(call, subscription, NAMESPACE)
            .await?;
        known.insert(subscription.to_owned(), provider.locations(RESOURCE_TYPE));
    }
    require_offered(location, &known[subscription])
}

/// An empty list says nothing: some clouds do not publish it.
fn require_offered(location: &str, offered: &[String]) -> Result<(), PlaneError> {
    let wanted = canonical_location(location);
    if offered.is_empty() || offered.iter().any(|one| canonical_location(one) == wanted) {
        return Ok(());
    }
    Err(PlaneError::LocationNotOffered {
        location: location.to_owned(),
        offered: offered.iter().map(|one| canonical_location(one)).collect(),
    })
}

/// Whether two spellings mean the same region, as `Korea Central` and `koreacentral` do.
#[must_use]
pub fn same_location(one: &str, other: &str) -> bool {
    canonical_location(one) == canonical_location(other)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::fault::{Explain as _, Kind};

    #[tokio::test(start_paused = true)]
    async fn who_waits_for_another_check_sees_the_end_of_its_own_call() {
        let offered = OfferedLocations::default();
        let _asking = offered.0.lock().await;
        let call = Call::new(CancellationToken::new(), "test").within(Duration::from_secs(5));
        let known = offered.known(&call);
        let error = tokio::time::timeout(Duration::from_mins(1), known).await;
        let error = error
            .expect("at the deadline")
            .expect_err("nothing is known");
        assert_eq!(error.kind(), Kind::Deadline);
    }

    #[test]
    fn a_location_matches_in_any_spelling() {
        let offered = vec!["Korea Central".to_owned(), "East US".to_owned()];
        assert!(require_offered("koreacentral", &offered).is_ok());
        assert!(require_offered("KOREA CENTRAL", &offered).is_ok());
        let error = require_offered("mars", &offered).expect_err("not offered");
        assert_eq!(
            error.to_string(),
            r#"Azure Arc-enabled Kubernetes is not offered in "mars"; offered are koreacentral, eastus"#
        );
    }
}
