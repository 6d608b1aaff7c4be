//! What a plan of `arc_extension` needs beyond the schema.

use crate::call::Call;
use crate::fault::{Explain, Kind};
use crate::resources::shared::diagnose::failed;
use crate::resources::shared::keep::{keep_if, set};
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::resource::Plan;
use crate::sdk::value::Value;
use crate::usecases::extension::{Error, Wanted, check_new, check_offer, known};
use crate::usecases::{ResourceId, Session};

/// The type's own say. `session` is `None` while the provider block holds unknowns.
pub(super) async fn finish(call: &Call, plan: &mut Plan, session: Option<&Session>) -> Diagnostics {
    for name in [
        "connected_cluster_id",
        "name",
        "extension_type",
        "release_train",
    ] {
        keep_if(plan, name, str::eq_ignore_ascii_case);
    }
    choose_upgrades(plan);
    choose_namespace(plan);
    match session {
        Some(session) => ask_azure(call, plan, session).await,
        None => Diagnostics::default(),
    }
}

/// A pinned version stays, anything else is upgraded.
fn choose_upgrades(plan: &mut Plan) {
    const NAME: &str = "auto_upgrade_minor_version";
    if !plan.config.get(NAME).is_null() {
        return;
    }
    let upgrades = match plan.config.get("version") {
        version if version.is_unknown() => Value::unknown(),
        version => Value::Bool(version.is_null()),
    };
    set(plan, NAME, upgrades);
}

/// An extension in one namespace has no other, and some types bring theirs.
fn choose_namespace(plan: &mut Plan) {
    const NAME: &str = "release_namespace";
    if !plan.config.get(NAME).is_null() {
        return;
    }
    if !plan.config.get("target_namespace").is_null() {
        return set(plan, NAME, Value::Null);
    }
    let extension_type = plan.config.get("extension_type").as_str();
    let fixed = extension_type
        .and_then(known)
        .and_then(|known| known.release_namespace);
    if let (true, Some(namespace)) = (plan.planned.get(NAME).is_unknown(), fixed) {
        set(plan, NAME, namespace.into());
    }
}

/// Asks Azure about an extension that is to be made, or to have another version. Only an answer counts, or a login that
/// fails: whoever plans before the cluster exists, or without a way to Azure, gets the plan, and the answer at apply.
async fn ask_azure(call: &Call, plan: &Plan, session: &Session) -> Diagnostics {
    let planned = |name| plan.planned.get(name).as_str();
    let parts = (
        planned("connected_cluster_id").and_then(|id| ResourceId::parse(id).ok()),
        planned("name"),
        planned("extension_type"),
    );
    let (Some(cluster), Some(name), Some(extension_type)) = parts else {
        return Diagnostics::default();
    };
    let wanted = Wanted {
        cluster: &cluster,
        name,
        extension_type,
        version: plan.config.get("version").as_str(),
        release_train: planned("release_train"),
        identity: *plan.planned.get("identity_enabled") != Value::Bool(false),
        has_plan: !plan.planned.get("plan").is_null(),
    };
    match ask(call, plan, session, wanted).await {
        Err(error) if is_answer(&error) => failed("checking the plan with Azure", &error),
        _ => Diagnostics::default(),
    }
}

async fn ask(call: &Call, plan: &Plan, session: &Session, wanted: Wanted<'_>) -> Result<(), Error> {
    if plan.prior.is_null() {
        return check_new(call, session, wanted).await.map(drop);
    }
    let moves = ["extension_type", "version", "release_train"]
        .iter()
        .any(|name| {
            !plan.config.get(name).is_null() && plan.config.get(name) != plan.prior.get(name)
        });
    if moves {
        check_offer(call, session, wanted).await?;
    }
    Ok(())
}

fn is_answer(error: &Error) -> bool {
    match error {
        Error::TypeNotOffered { .. }
        | Error::VersionNotOffered { .. }
        | Error::SingleInstance { .. }
        | Error::IdentityRequired { .. }
        | Error::PlanRequired { .. } => true,
        other => other.kind() == Kind::Credential,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(config: &[(&'static str, Value)], planned: &[(&'static str, Value)]) -> Plan {
        Plan {
            prior: Value::Null,
            config: Value::object(config.iter().cloned()),
            planned: Value::object(planned.iter().cloned()),
            requires_replace: Vec::new(),
            private: Vec::new(),
            deferred: None,
        }
    }

    #[test]
    fn a_version_turns_automatic_upgrades_off_unless_they_are_set() {
        let chosen = |config: &[(&'static str, Value)]| {
            let mut plan = plan(config, &[("auto_upgrade_minor_version", Value::unknown())]);
            choose_upgrades(&mut plan);
            plan.planned.get("auto_upgrade_minor_version").clone()
        };
        assert_eq!(chosen(&[]), Value::Bool(true));
        assert_eq!(chosen(&[("version", "1".into())]), Value::Bool(false));
        assert_eq!(chosen(&[("version", Value::unknown())]), Value::unknown());
        let set = ("auto_upgrade_minor_version", Value::Bool(false));
        assert_eq!(chosen(&[set]), Value::unknown());
    }

    #[test]
    fn the_namespace_follows_from_scope_and_type() {
        let chosen = |config: &[(&'static str, Value)]| {
            let mut plan = plan(config, &[("release_namespace", Value::unknown())]);
            choose_namespace(&mut plan);
            plan.planned.get("release_namespace").clone()
        };
        assert_eq!(chosen(&[("target_namespace", "apps".into())]), Value::Null);
        let flux = ("extension_type", Value::from("Microsoft.Flux"));
        assert_eq!(chosen(&[flux]), Value::from("flux-system"));
        let other = ("extension_type", Value::from("contoso.demo"));
        assert_eq!(chosen(&[other]), Value::unknown());
    }
}
