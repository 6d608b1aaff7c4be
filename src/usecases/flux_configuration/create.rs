//! Creating a Flux configuration, or taking over one that is there.

use crate::arm::{self, FluxConfiguration};
use crate::call::Call;
use crate::cluster::Cluster;
use crate::usecases::creation::{self, Remainder};
use crate::usecases::error::Incomplete;
use crate::usecases::registration::{KUBERNETES_CONFIGURATION, check_registered};
use crate::usecases::session::Session;

use super::change::{change, check_cluster, explained, settle};
use super::error::Error;
use super::spec::Spec;

/// The extension that carries them out.
const FLUX: &str = "microsoft.flux";

/// Creates a configuration. `checkpoint` is called as soon as ARM accepted it.
///
/// # Errors
///
/// [`Incomplete`], with what has to be remembered although the work was not completed.
pub async fn create(
    call: &Call,
    session: &Session,
    spec: &Spec,
    checkpoint: impl Fn(&FluxConfiguration),
) -> Result<FluxConfiguration, Incomplete<FluxConfiguration, Error>> {
    let (existing, cluster) = prepare(call, session, spec)
        .await
        .map_err(Incomplete::nothing)?;
    if existing.is_some() && spec.adopt_existing {
        call.step("take over the Flux configuration that is there");
        return change(call, session, spec)
            .await
            .map_err(Incomplete::nothing);
    }
    let id = &spec.id();
    let remainder = existing.map(|_| Remainder {
        not_ours: Error::Exists { id: id.clone() },
        go_on: async move {
            let begun = session.azure.flux_configurations().follow(call, id).await?;
            Ok(creation::settle(call, begun).await?)
        },
    });
    let make = make(call, session, spec, checkpoint);
    creation::create(call, cluster.as_ref(), id, remainder, make).await
}

/// Has Azure make the configuration, and waits for it.
async fn make(
    call: &Call,
    session: &Session,
    spec: &Spec,
    checkpoint: impl Fn(&FluxConfiguration),
) -> Result<FluxConfiguration, Incomplete<FluxConfiguration, Error>> {
    call.step("create the Flux configuration");
    let body = FluxConfiguration {
        properties: spec.properties.clone(),
        ..FluxConfiguration::default()
    };
    let configurations = session.azure.flux_configurations();
    let operation = configurations.create(call, &spec.id(), &body).await;
    let operation = operation.map_err(Incomplete::nothing)?;
    let mut reached = operation.initial().cloned().unwrap_or(body);
    checkpoint(&reached);
    let finished = async {
        reached = explained(call, session, spec, operation.wait(call).await).await?;
        checkpoint(&reached);
        settle(call, session, spec, reached.clone()).await
    }
    .await;
    finished.map_err(|error| Incomplete::after(reached, error))
}

/// Everything before the first write; finds the configuration that has the name already, and the cluster if it is in reach.
async fn prepare(
    call: &Call,
    session: &Session,
    spec: &Spec,
) -> Result<(Option<FluxConfiguration>, Option<Cluster>), Error> {
    call.step("check the cluster and its Flux extension");
    let subscription = spec.cluster.subscription_id();
    let cluster = Box::pin(check_cluster(call, session, spec));
    let registered = async {
        Ok::<_, Error>(
            check_registered(call, session, subscription, KUBERNETES_CONFIGURATION).await?,
        )
    };
    let (cluster, ()) = futures::try_join!(cluster, registered)?;
    let extensions = session.azure.extensions();
    let configurations = session.azure.flux_configurations();
    let id = spec.id();
    let (installed, existing) = futures::try_join!(
        extensions.list(call, &spec.cluster),
        configurations.get(call, &id),
    )?;
    let is_flux = |extension: &arm::Extension| {
        let of = extension.properties.extension_type.as_deref();
        of.is_some_and(|of| of.eq_ignore_ascii_case(FLUX))
    };
    if installed.iter().any(is_flux) {
        return Ok((existing, cluster));
    }
    Err(Error::NoFlux {
        cluster: spec.cluster.clone(),
    })
}
