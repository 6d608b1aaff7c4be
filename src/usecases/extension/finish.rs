//! What a create and a change have in common: the cluster that is needed to look, and what follows on Azure's word that
//! it is done.

use crate::arm::Extension;
use crate::call::Call;
use crate::cluster::Cluster;
use crate::usecases::session::Session;
use crate::usecases::target::{Expected, ParentError};

use super::error::Error;
use super::observe::{Observation, look_inside};
use super::spec::Spec;
use super::workloads::{Baseline, wait_until_available};

/// The cluster, or why there is none: that only stops who wants to wait for workloads, or has named the wrong cluster.
pub(super) async fn reach(
    call: &Call,
    session: &Session,
    spec: &Spec,
) -> Result<Result<Cluster, ParentError>, ParentError> {
    let expected = Expected::agents_of(&spec.cluster);
    match expected
        .reach(call, session, spec.connection.as_ref())
        .await
    {
        Ok(target) => Ok(Ok(target.cluster)),
        Err(error) if error.is_wrong_cluster() || spec.wait_for_workloads => Err(error.into()),
        Err(error) => Ok(Err(error.into())),
    }
}

/// What follows on Azure's word that it is done: a wait for the workloads, with what is expected of them, if something was
/// written and a wait is wanted, and a look at them.
pub(super) async fn complete(
    call: &Call,
    cluster: Result<Cluster, ParentError>,
    spec: &Spec,
    object: Extension,
    expected: Option<&Baseline>,
) -> Result<Observation, Error> {
    let inside = match cluster {
        Err(error) => Err(error),
        Ok(cluster) => match (object.namespace(), expected) {
            (Some(namespace), Some(expected)) if spec.wait_for_workloads => {
                let id = spec.id();
                Ok(wait_until_available(call, &cluster, &id, namespace, expected).await?)
            }
            _ => look_inside(call, &cluster, &spec.id(), &object).await,
        },
    };
    Ok(Observation { object, inside })
}
