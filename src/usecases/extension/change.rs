//! Changing an extension in place, and repairing one.

use std::collections::BTreeMap;

use crate::arm::{Extension, ExtensionPatch};
use crate::call::Call;

use super::diagnosis::Failed;
use super::error::Error;
use super::finish::{complete, reach};
use super::observe::{Observation, failure};
use super::spec::Spec;
use super::workloads::Baseline;
use crate::usecases::error::Work;
use crate::usecases::session::Session;
use crate::usecases::target::require_connected;

/// What has to be put right beside the differences that Azure shows.
#[derive(Clone, Debug, Default)]
pub struct Repair {
    /// Whether Azure is written to even when it shows no difference: secrets changed, which it does not show, or
    /// something is missing in the cluster, which the agents put back when they install anew.
    pub rewrite: bool,
    /// The workloads that have to be there afterwards, as long as the version stays.
    pub expected: Baseline,
}

/// Brings an extension to what is wanted. All settings are sent whenever anything is: Azure drops those secret ones that
/// are not sent again.
///
/// # Errors
///
/// [`Error`]; the extension is then as Azure shows it.
pub async fn change(
    call: &Call,
    session: &Session,
    spec: &Spec,
    repair: &Repair,
) -> Result<Observation, Error> {
    let id = spec.id();
    let found = session.azure.extensions().get(call, &id).await?;
    let mut object = found.ok_or_else(|| Error::Vanished { id: id.clone() })?;
    if object.is_system() {
        return Err(Error::System { id });
    }
    let cluster = Box::pin(reach(call, session, spec)).await?;
    let differs = differs(&object, spec);
    let writes = repair.rewrite || differs || failure(&object).is_some();
    if writes {
        require_connected(call, session, &spec.cluster).await?;
        call.check()?;
        call.step("change the extension");
        let namespace = object.namespace().map(str::to_owned);
        object = match write(call, session, spec, object).await {
            Ok(object) => object,
            Err(error) => {
                let failed = Failed {
                    id: &id,
                    work: Work::Change,
                    cluster: cluster.as_ref().ok(),
                    namespace: namespace.as_deref(),
                };
                return Err(failed.explain(call, session, error).await);
            }
        };
    }
    let nothing = Baseline::default();
    // Other settings or another version may have other workloads.
    let same = !differs && repair.expected.applies_to(&object);
    let expected = if same { &repair.expected } else { &nothing };
    complete(call, cluster, spec, object, writes.then_some(expected)).await
}

/// By PATCH, which leaves alone what it does not name. Only a PUT can take a setting away.
async fn write(
    call: &Call,
    session: &Session,
    spec: &Spec,
    mut object: Extension,
) -> Result<Extension, crate::arm::Error> {
    let (extensions, id) = (session.azure.extensions(), spec.id());
    let changed = spec.changeable();
    let operation = if takes_away(&object, spec) {
        let properties = &mut object.properties;
        properties.release_train = changed.release_train.or(properties.release_train.take());
        properties.auto_upgrade_minor_version = changed.auto_upgrade_minor_version;
        properties.version = changed.version;
        properties.configuration_settings = changed.configuration_settings;
        properties.configuration_protected_settings = changed.configuration_protected_settings;
        extensions.put(call, &id, &object).await?
    } else {
        let patch = ExtensionPatch {
            properties: changed,
        };
        extensions.patch(call, &id, &patch).await?
    };
    operation.wait(call).await
}

fn takes_away(object: &Extension, spec: &Spec) -> bool {
    let Some(wanted) = &spec.settings else {
        return false;
    };
    let mut found = object.properties.configuration_settings.iter().flatten();
    found.any(|(name, _)| !wanted.contains_key(name))
}

/// Whether Azure shows anything else than what is wanted.
fn differs(object: &Extension, spec: &Spec) -> bool {
    let properties = &object.properties;
    let settings = properties
        .configuration_settings
        .clone()
        .unwrap_or_default();
    let other_settings = |wanted: &BTreeMap<String, String>| *wanted != settings;
    let train = properties.release_train.as_deref().unwrap_or("Stable");
    let wanted_train = spec.release_train.as_deref().unwrap_or(train);
    spec.settings.as_ref().is_some_and(other_settings)
        || properties.auto_upgrade_minor_version.unwrap_or(true) != spec.auto_upgrade_minor_version
        || !train.eq_ignore_ascii_case(wanted_train)
        || (spec.version.is_some() && properties.version != spec.version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::ResourceId;
    use crate::usecases::extension::Scope;
    use serde_json::json;

    fn spec() -> Spec {
        Spec {
            cluster: ResourceId::connected_cluster(
                "00000000-0000-0000-0000-000000000001",
                "rg",
                "c1",
            ),
            name: "flux".to_owned(),
            extension_type: "microsoft.flux".to_owned(),
            version: None,
            auto_upgrade_minor_version: true,
            release_train: None,
            scope: Scope::Default,
            settings: Some([("a".to_owned(), "b".to_owned())].into()),
            protected_settings: BTreeMap::new(),
            identity: None,
            plan: None,
            connection: None,
            wait_for_workloads: true,
            adopt_existing: false,
        }
    }

    fn stored(properties: serde_json::Value) -> Extension {
        let mut object = json!({});
        object["properties"] = properties;
        serde_json::from_value(object).expect("an extension")
    }

    #[test]
    fn only_what_is_wanted_makes_a_difference() {
        let settings = json!({"a": "b"});
        // Azure fills the version that automatic upgrades chose.
        let same = stored(
            json!({"version": "1.6.3", "releaseTrain": "stable", "configurationSettings": settings}),
        );
        assert!(!differs(&same, &spec()));
        let unmanaged = Spec {
            settings: None,
            ..spec()
        };
        assert!(!differs(
            &stored(json!({"configurationSettings": {"x": "y"}})),
            &unmanaged
        ));
        for properties in [
            json!({"configurationSettings": {"a": "c"}}),
            json!({"configurationSettings": settings, "autoUpgradeMinorVersion": false}),
        ] {
            assert!(differs(&stored(properties), &spec()));
        }
        let pinned = Spec {
            version: Some("1.7.0".to_owned()),
            ..spec()
        };
        assert!(differs(&same, &pinned));
        let other_train = Spec {
            release_train: Some("Preview".to_owned()),
            ..spec()
        };
        assert!(differs(&same, &other_train));
    }

    #[test]
    fn a_setting_that_goes_needs_a_put() {
        assert!(!takes_away(
            &stored(json!({"configurationSettings": {"a": "old"}})),
            &spec()
        ));
        assert!(takes_away(
            &stored(json!({"configurationSettings": {"x": "y"}})),
            &spec()
        ));
    }
}
