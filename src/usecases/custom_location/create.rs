//! Creating a custom location, or taking over one that is there.

use std::sync::{Mutex, PoisonError};

use crate::arm::CustomLocation;
use crate::call::Call;
use crate::cluster::Cluster;
use crate::usecases::creation::{self, Remainder};
use crate::usecases::error::Incomplete;
use crate::usecases::registration::check_registered;
use crate::usecases::session::Session;

use super::change::{change, check_cluster, observed, write};
use super::error::Error;
use super::observe::Observation;
use super::spec::Spec;

/// Resource provider of custom locations.
const NAMESPACE: &str = "Microsoft.ExtendedLocation";

/// Creates a custom location. `checkpoint` is called as soon as ARM accepted it.
///
/// # Errors
///
/// [`Incomplete`], with what has to be remembered although the work was not completed.
pub async fn create(
    call: &Call,
    session: &Session,
    spec: &Spec,
    checkpoint: impl Fn(&CustomLocation),
) -> Result<Observation, Incomplete<CustomLocation, Error>> {
    let (existing, cluster) = Box::pin(prepare(call, session, spec))
        .await
        .map_err(Incomplete::nothing)?;
    if let Some(existing) = existing.as_ref().filter(|_| spec.adopt_existing) {
        same_object(spec, existing).map_err(Incomplete::nothing)?;
        return Box::pin(change(call, session, spec))
            .await
            .map_err(Incomplete::nothing);
    }
    let id = &spec.id;
    let remainder = existing.map(|existing| Remainder {
        not_ours: Error::Exists { id: id.clone() },
        go_on: async move {
            same_object(spec, &existing)?;
            let begun = session.azure.custom_locations().follow(call, id).await?;
            Ok(creation::settle(call, begun).await?)
        },
    });
    let make = make(call, session, spec, checkpoint);
    creation::create(call, Some(&cluster), id, remainder, make).await
}

/// Has Azure make the custom location, and waits for it.
async fn make(
    call: &Call,
    session: &Session,
    spec: &Spec,
    checkpoint: impl Fn(&CustomLocation),
) -> Result<Observation, Incomplete<CustomLocation, Error>> {
    call.step("create the custom location");
    let reached = Mutex::new(None);
    let remember = |object: &CustomLocation| {
        checkpoint(object);
        *reached.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(object.clone()));
    };
    let finished = Box::pin(async {
        let (locations, body) = (
            session.azure.custom_locations(),
            spec.over(CustomLocation::default()),
        );
        let put = || locations.create(call, &spec.id, &body);
        let accepted = |object: Option<&CustomLocation>| remember(object.unwrap_or(&body));
        let written = write(call, put, accepted).await?;
        remember(&written);
        observed(call, session, spec).await
    })
    .await;
    finished.map_err(|error| Incomplete {
        reached: reached.into_inner().unwrap_or_else(PoisonError::into_inner),
        error,
    })
}

/// Everything before the first write; finds the custom location that has the name already.
async fn prepare(
    call: &Call,
    session: &Session,
    spec: &Spec,
) -> Result<(Option<CustomLocation>, Cluster), Error> {
    call.step("check the cluster for custom locations");
    let subscription = spec.id.subscription_id();
    let registered =
        async { Ok::<_, Error>(check_registered(call, session, subscription, NAMESPACE).await?) };
    let checked = Box::pin(check_cluster(call, session, spec));
    let (cluster, ()) = futures::try_join!(checked, registered)?;
    let existing = session.azure.custom_locations().get(call, &spec.id).await?;
    Ok((existing, cluster))
}

/// Whether what is there is what is wanted, in all that cannot be changed.
fn same_object(spec: &Spec, existing: &CustomLocation) -> Result<(), Error> {
    let id = spec.id.clone();
    let properties = &existing.properties;
    let host = properties.host_resource_id.clone().unwrap_or_default();
    let wanted = spec.cluster.to_string();
    if !host.eq_ignore_ascii_case(&wanted) {
        return Err(Error::Different {
            id,
            what: "cluster",
            found: host,
            wanted,
        });
    }
    let namespace = properties.namespace.clone().unwrap_or_default();
    if namespace != spec.namespace {
        return Err(Error::Different {
            id,
            what: "namespace",
            found: namespace,
            wanted: spec.namespace.clone(),
        });
    }
    Ok(())
}
