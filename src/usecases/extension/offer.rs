//! What Azure offers to a cluster, and what the cluster has already.

use crate::arm::{Extension, ExtensionType, ResourceId};
use crate::call::Call;
use crate::fault::{Explain, Kind};

use super::error::Error;
use super::known::known;
use crate::usecases::session::Session;

/// At most this many versions or types are listed in a message.
const LISTED: usize = 40;

/// What is asked of a type.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The connected cluster.
    pub cluster: &'a ResourceId,
    /// Name of the extension.
    pub name: &'a str,
    /// The type.
    pub extension_type: &'a str,
    /// The pinned version.
    pub version: Option<&'a str>,
    /// The release train.
    pub release_train: Option<&'a str>,
    /// Whether it gets a managed identity.
    pub identity: bool,
    /// Whether a Marketplace plan is given.
    pub has_plan: bool,
}

/// Checks type, version, identity and plan with Azure's catalogue, and returns what it says about the type. The catalogue
/// is a preview: where it gives no answer, the installation itself will.
///
/// # Errors
///
/// What the catalogue says against it, with what there is instead; a refused login; the end of the call.
pub async fn check_offer(
    call: &Call,
    session: &Session,
    wanted: Wanted<'_>,
) -> Result<Option<ExtensionType>, Error> {
    let catalogue = session.azure.extension_types();
    let listed = answered(catalogue.list(call, wanted.cluster).await)?;
    let Some(types) = listed.filter(|types| !types.is_empty()) else {
        return Ok(None);
    };
    let offered = check_type(types, wanted)?;
    if let Some(version) = wanted.version {
        let (cluster, train) = (wanted.cluster, wanted.release_train);
        let versions = catalogue
            .versions(call, cluster, wanted.extension_type, train)
            .await;
        check_version(&answered(versions)?.unwrap_or_default(), version, wanted)?;
    }
    Ok(Some(offered))
}

/// Checks a new extension with the catalogue, and that no other one is there of a type that a cluster can have once.
/// Finds the one of this name.
///
/// # Errors
///
/// Those of [`check_offer`], [`Error::SingleInstance`], or Azure's.
pub async fn check_new(
    call: &Call,
    session: &Session,
    wanted: Wanted<'_>,
) -> Result<Option<Extension>, Error> {
    let extensions = session.azure.extensions();
    let installed = async { Ok(extensions.list(call, wanted.cluster).await?) };
    let (offered, installed) = futures::try_join!(check_offer(call, session, wanted), installed)?;
    let known = known(wanted.extension_type).is_some_and(|known| known.single_instance);
    let single = known || offered.is_some_and(|offered| offered.single_instance());
    place(installed, single, wanted)
}

fn place(
    installed: Vec<Extension>,
    single: bool,
    wanted: Wanted<'_>,
) -> Result<Option<Extension>, Error> {
    let named = |extension: &Extension| {
        let name = extension.name.as_deref().unwrap_or_default();
        name.eq_ignore_ascii_case(wanted.name)
    };
    let same_type = |extension: &&Extension| {
        let of = extension.properties.extension_type.as_deref();
        of.is_some_and(|of| of.eq_ignore_ascii_case(wanted.extension_type))
    };
    let other = installed
        .iter()
        .find(|extension| single && same_type(extension) && !named(extension));
    if let Some(other) = other {
        return Err(Error::SingleInstance {
            extension_type: wanted.extension_type.to_owned(),
            existing: other.name.clone().unwrap_or_default(),
            cluster: wanted.cluster.clone(),
        });
    }
    Ok(installed.into_iter().find(named))
}

/// An answer, or nothing where nobody answered the question itself.
fn answered<T>(answer: Result<T, crate::arm::Error>) -> Result<Option<T>, Error> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) => match error.kind() {
            Kind::Credential | Kind::Interrupted | Kind::Deadline => Err(error.into()),
            _ => {
                tracing::debug!(%error, "the catalogue of extensions gives no answer");
                Ok(None)
            }
        },
    }
}

fn check_type(types: Vec<ExtensionType>, wanted: Wanted<'_>) -> Result<ExtensionType, Error> {
    let extension_type = wanted.extension_type.to_owned();
    let found = types
        .iter()
        .find(|offered| offered.name.eq_ignore_ascii_case(&extension_type));
    let Some(found) = found.cloned() else {
        let mut offered: Vec<_> = types.into_iter().map(|offered| offered.name).collect();
        offered.sort();
        offered.truncate(LISTED);
        return Err(Error::TypeNotOffered {
            extension_type,
            offered,
        });
    };
    if found.properties.is_managed_identity_required == Some(true) && !wanted.identity {
        return Err(Error::IdentityRequired { extension_type });
    }
    match &found.properties.plan_info {
        Some(plan) if plan.plan_id.is_some() && !wanted.has_plan => Err(Error::PlanRequired {
            extension_type,
            plan: plan.clone(),
        }),
        _ => Ok(found),
    }
}

/// An empty list says nothing.
fn check_version(offered: &[String], version: &str, wanted: Wanted<'_>) -> Result<(), Error> {
    if offered.is_empty() || offered.iter().any(|one| one == version) {
        return Ok(());
    }
    let mut offered = offered.to_vec();
    offered.truncate(LISTED);
    Err(Error::VersionNotOffered {
        extension_type: wanted.extension_type.to_owned(),
        version: version.to_owned(),
        release_train: wanted.release_train.map(str::to_owned),
        offered,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn cluster() -> ResourceId {
        ResourceId::connected_cluster("00000000-0000-0000-0000-000000000001", "rg", "c1")
    }

    fn wanted(cluster: &ResourceId) -> Wanted<'_> {
        Wanted {
            cluster,
            name: "flux",
            extension_type: "Microsoft.Flux",
            version: None,
            release_train: None,
            identity: true,
            has_plan: false,
        }
    }

    fn types(properties: Value) -> Vec<ExtensionType> {
        let mut document = json!([{"name": "microsoft.flux"}, {"name": "a.b"}]);
        document[0]["properties"] = properties;
        serde_json::from_value(document).expect("types")
    }

    #[test]
    fn a_type_is_known_in_any_casing_and_an_unknown_one_names_the_others() {
        let cluster = cluster();
        let good = wanted(&cluster);
        assert!(check_type(types(json!({})), good).is_ok());
        let bad = Wanted {
            extension_type: "microsoft.flex",
            ..good
        };
        let error = check_type(types(json!({})), bad).expect_err("unknown");
        assert!(
            error.to_string().ends_with("a.b, microsoft.flux"),
            "{error}"
        );
    }

    #[test]
    fn identity_and_plan_are_asked_for_where_the_type_needs_them() {
        let cluster = cluster();
        let without = Wanted {
            identity: false,
            ..wanted(&cluster)
        };
        let needs_identity = || types(json!({"isManagedIdentityRequired": true}));
        assert!(check_type(needs_identity(), wanted(&cluster)).is_ok());
        assert!(matches!(
            check_type(needs_identity(), without),
            Err(Error::IdentityRequired { .. })
        ));
        let paid = types(json!({"planInfo": {"planId": "p", "publisherId": "q", "offerId": "o"}}));
        let error = check_type(paid, wanted(&cluster)).expect_err("no plan");
        assert!(
            format!("{:?}", error.remedies()).contains("product = \\\"o\\\""),
            "{error:?}"
        );
    }

    #[test]
    fn a_version_that_is_not_offered_names_those_that_are() {
        let cluster = cluster();
        let offered = ["1.7.0".to_owned(), "1.6.3".to_owned()];
        assert!(check_version(&offered, "1.6.3", wanted(&cluster)).is_ok());
        assert!(check_version(&[], "9", wanted(&cluster)).is_ok());
        let error = check_version(&offered, "9.9.9", wanted(&cluster)).expect_err("not offered");
        assert!(error.to_string().contains("1.7.0, 1.6.3"), "{error}");
    }

    #[test]
    fn one_instance_is_enough_and_its_own_name_is_found() {
        let cluster = cluster();
        let named = |name: &str| -> Vec<Extension> {
            let document =
                json!([{"name": name, "properties": {"extensionType": "microsoft.flux"}}]);
            serde_json::from_value(document).expect("extensions")
        };
        assert!(
            place(named("FLUX"), true, wanted(&cluster))
                .expect("free")
                .is_some()
        );
        let error = place(named("flux2"), true, wanted(&cluster)).expect_err("taken");
        assert!(error.to_string().contains("flux2"), "{error}");
    }
}
