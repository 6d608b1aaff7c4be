//! What has to be done to a service account, given what is there. A table, kept apart from the doing so that it can be
//! tested row by row, and so that an object of somebody else is found before anything is touched.

use crate::cluster::{Binding, Grant, TokenSecret};

use super::error::Error;
use super::inside::Inside;
use super::spec::{Known, Spec, TokenForm};

/// One change, in the order in which changes are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Make the service account.
    CreateAccount,
    /// Mark a service account that is there.
    TakeOverAccount,
    /// Delete a binding that grants what nobody wants, or the wrong role under the name of the right one.
    Unbind(Binding),
    /// Make a binding.
    Bind(Grant),
    /// Mark a binding that is there, and make the service account its only subject.
    Restore(Grant),
    /// Delete a Secret, and so revoke its token.
    DropSecret {
        /// Its name.
        name: String,
        /// Its UID.
        uid: String,
    },
    /// Mark a Secret that is there.
    TakeOverSecret {
        /// Its name.
        name: String,
    },
}

/// Decides. Takes over what belongs to somebody else only where that is asked for; an account that somebody made anew in the
/// place of ours counts as ours.
pub(super) fn decide(spec: &Spec, known: &Known, inside: &Inside) -> Result<Vec<Step>, Error> {
    let mut steps = Vec::new();
    steps.extend(for_account(spec, known, inside)?);
    for binding in inside.bindings.iter().filter(|binding| binding.ours) {
        if !spec.grants.contains(&binding.grant) || misnamed(spec, binding) {
            steps.push(Step::Unbind(binding.clone()));
        }
    }
    for grant in &spec.grants {
        steps.extend(for_grant(spec, grant, inside)?);
    }
    steps.extend(for_secrets(spec, inside)?);
    Ok(steps)
}

fn for_account(spec: &Spec, known: &Known, inside: &Inside) -> Result<Option<Step>, Error> {
    match (&inside.account, spec.create_account) {
        (None, true) => Ok(Some(Step::CreateAccount)),
        (None, false) => Err(Error::AccountMissing(spec.account.clone())),
        (Some(account), true) if !account.ours => {
            if known.account_uid.is_none() {
                adopt(spec, format!("ServiceAccount {}", spec.account))?;
            }
            Ok(Some(Step::TakeOverAccount))
        }
        (Some(_), _) => Ok(None),
    }
}

fn misnamed(spec: &Spec, binding: &Binding) -> bool {
    binding.grant.binding_name(&spec.account) != binding.name
}

fn for_grant(spec: &Spec, grant: &Grant, inside: &Inside) -> Result<Vec<Step>, Error> {
    let name = grant.binding_name(&spec.account);
    let found = inside
        .bindings
        .iter()
        .find(|binding| binding.name == name && binding.grant.namespace == grant.namespace);
    let Some(binding) = found else {
        return Ok(vec![Step::Bind(grant.clone())]);
    };
    if !binding.ours {
        adopt(spec, grant.binding(&spec.account))?;
    }
    // The role of a binding cannot be changed.
    Ok(if binding.grant != *grant {
        let wrong = (!binding.ours).then(|| Step::Unbind(binding.clone()));
        wrong
            .into_iter()
            .chain([Step::Bind(grant.clone())])
            .collect()
    } else if !binding.ours || !binding.binds || binding.shared {
        vec![Step::Restore(grant.clone())]
    } else {
        Vec::new()
    })
}

fn for_secrets(spec: &Spec, inside: &Inside) -> Result<Vec<Step>, Error> {
    let (wanted, unwanted) = match spec.form {
        TokenForm::LongLived => (inside.secret.as_ref(), [inside.anchor.as_ref(), None]),
        TokenForm::Bound { issued: true, .. } => {
            (inside.anchor.as_ref(), [inside.secret.as_ref(), None])
        }
        TokenForm::Bound { issued: false, .. } => {
            (None, [inside.secret.as_ref(), inside.anchor.as_ref()])
        }
    };
    let spare = inside.spare.iter().filter(|secret| secret.long_lived);
    let mut steps: Vec<_> = unwanted
        .into_iter()
        .flatten()
        .chain(spare)
        .filter(|secret| secret.ours)
        .map(dropping)
        .collect();
    if let Some(secret) = wanted {
        steps.extend(for_wanted_secret(spec, secret, inside)?);
    }
    Ok(steps)
}

fn for_wanted_secret(
    spec: &Spec,
    secret: &TokenSecret,
    inside: &Inside,
) -> Result<Option<Step>, Error> {
    if !secret.ours {
        adopt(
            spec,
            format!("Secret {}/{}", spec.account.namespace, secret.name),
        )?;
    }
    let is_long_lived = spec.form == TokenForm::LongLived;
    let outdated = is_long_lived
        && inside.account.as_ref().is_none_or(|account| {
            secret
                .account_uid
                .as_ref()
                .is_some_and(|uid| *uid != account.uid)
        });
    Ok(
        if spec.replace_token || outdated || secret.long_lived != is_long_lived {
            Some(dropping(secret))
        } else if secret.ours {
            None
        } else {
            Some(Step::TakeOverSecret {
                name: secret.name.clone(),
            })
        },
    )
}

fn dropping(secret: &TokenSecret) -> Step {
    Step::DropSecret {
        name: secret.name.clone(),
        uid: secret.uid.clone(),
    }
}

fn adopt(spec: &Spec, object: String) -> Result<(), Error> {
    if spec.adopt_existing {
        return Ok(());
    }
    Err(Error::Foreign { object })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::arm::ResourceId;
    use crate::cluster::{Account, FoundAccount};

    fn spec() -> Spec {
        Spec {
            connected_cluster: ResourceId::connected_cluster("s", "rg", "prod"),
            connection: None,
            account: Account::new("default", "azure-user"),
            create_account: true,
            grants: vec![admin()],
            form: TokenForm::LongLived,
            replace_token: false,
            adopt_existing: false,
        }
    }

    fn admin() -> Grant {
        Grant::cluster_wide("cluster-admin")
    }

    fn binding(grant: Grant, ours: bool) -> Binding {
        Binding {
            name: grant.binding_name(&spec().account),
            uid: "b1".to_owned(),
            grant,
            binds: true,
            shared: false,
            ours,
        }
    }

    fn secret(long_lived: bool, ours: bool) -> TokenSecret {
        TokenSecret {
            name: "azure-user-secret".to_owned(),
            uid: "s1".to_owned(),
            long_lived,
            token: None,
            account_uid: Some("u1".to_owned()),
            ours,
        }
    }

    fn nothing() -> Inside {
        Inside {
            cluster_uid: "c1".to_owned(),
            account: None,
            bindings: Vec::new(),
            secret: None,
            anchor: None,
            spare: Vec::new(),
            lets_clients_through: true,
        }
    }

    fn complete() -> Inside {
        Inside {
            account: Some(FoundAccount {
                uid: "u1".to_owned(),
                ours: true,
            }),
            bindings: vec![binding(admin(), true)],
            secret: Some(secret(true, true)),
            ..nothing()
        }
    }

    fn foreign(spec: &Spec, inside: &Inside) -> String {
        decide(spec, &Known::default(), inside)
            .expect_err("it belongs to somebody else")
            .to_string()
    }

    #[test]
    fn nothing_is_made_from_nothing_and_a_complete_one_is_left_alone() {
        assert_eq!(
            decide(&spec(), &Known::default(), &nothing()).expect("decided"),
            [Step::CreateAccount, Step::Bind(admin())]
        );
        assert_eq!(
            decide(&spec(), &Known::default(), &complete()).expect("decided"),
            []
        );
    }

    #[test]
    fn what_belongs_to_somebody_else_is_taken_over_only_when_asked() {
        let account = Some(FoundAccount {
            uid: "u1".to_owned(),
            ours: false,
        });
        let inside = Inside {
            account,
            bindings: vec![binding(admin(), false)],
            secret: Some(secret(true, false)),
            ..nothing()
        };
        assert!(foreign(&spec(), &inside).starts_with("ServiceAccount default/azure-user exists"));
        let not_ours_to_make = Spec {
            create_account: false,
            ..spec()
        };
        assert!(
            foreign(&not_ours_to_make, &inside)
                .starts_with("ClusterRoleBinding azure-user-binding")
        );
        let without_roles = Spec {
            grants: Vec::new(),
            ..not_ours_to_make
        };
        assert!(foreign(&without_roles, &inside).starts_with("Secret default/azure-user-secret"));
        let adopting = Spec {
            adopt_existing: true,
            ..spec()
        };
        let name = "azure-user-secret".to_owned();
        assert_eq!(
            decide(&adopting, &Known::default(), &inside).expect("decided"),
            [
                Step::TakeOverAccount,
                Step::Restore(admin()),
                Step::TakeOverSecret { name }
            ]
        );
    }

    #[test]
    fn an_account_that_is_not_ours_to_make_must_exist() {
        let spec = Spec {
            create_account: false,
            ..spec()
        };
        assert!(matches!(
            decide(&spec, &Known::default(), &nothing()),
            Err(Error::AccountMissing(_))
        ));
    }

    #[test]
    fn a_changed_binding_is_restored_and_a_wrong_one_replaced() {
        let mut inside = complete();
        inside.bindings[0].binds = false;
        assert_eq!(
            decide(&spec(), &Known::default(), &inside).expect("decided"),
            [Step::Restore(admin())]
        );
        let mut inside = complete();
        inside.bindings[0].grant = Grant::cluster_wide("view");
        let wrong = inside.bindings[0].clone();
        assert_eq!(
            decide(&spec(), &Known::default(), &inside).expect("decided"),
            [Step::Unbind(wrong), Step::Bind(admin())]
        );
    }

    #[test]
    fn a_role_that_is_no_longer_wanted_is_unbound() {
        let mut inside = complete();
        inside
            .bindings
            .push(binding(Grant::cluster_wide("view"), true));
        let unwanted = inside.bindings[1].clone();
        assert_eq!(
            decide(&spec(), &Known::default(), &inside).expect("decided"),
            [Step::Unbind(unwanted)]
        );
    }

    #[test]
    fn a_rotation_or_another_form_drops_the_old_secret() {
        let rotating = Spec {
            replace_token: true,
            ..spec()
        };
        let drop = || {
            [Step::DropSecret {
                name: "azure-user-secret".to_owned(),
                uid: "s1".to_owned(),
            }]
        };
        assert_eq!(
            decide(&rotating, &Known::default(), &complete()).expect("decided"),
            drop()
        );
        let bound = Spec {
            form: TokenForm::Bound {
                lifetime: Duration::from_hours(1),
                audiences: Vec::new(),
                issued: true,
            },
            ..spec()
        };
        assert_eq!(
            decide(&bound, &Known::default(), &complete()).expect("decided"),
            drop()
        );
        let mut recreated = complete();
        recreated.account.as_mut().expect("an account").uid = "u2".to_owned();
        assert_eq!(
            decide(&spec(), &Known::default(), &recreated).expect("decided"),
            drop()
        );
    }

    #[test]
    fn an_account_that_took_the_place_of_ours_is_taken_over() {
        let mut inside = complete();
        inside.account = Some(FoundAccount {
            uid: "u2".to_owned(),
            ours: false,
        });
        inside.secret = None;
        let known = Known {
            account_uid: Some("u1".to_owned()),
            ..Known::default()
        };
        let rotating = Spec {
            replace_token: true,
            ..spec()
        };
        assert_eq!(
            decide(&rotating, &known, &inside).expect("decided"),
            [Step::TakeOverAccount]
        );
    }

    #[test]
    fn a_second_long_lived_token_is_revoked_and_a_lent_one_is_not() {
        let mut inside = complete();
        let spare = |name: &str, long_lived| TokenSecret {
            name: name.to_owned(),
            uid: name.to_owned(),
            ..secret(long_lived, true)
        };
        inside.spare = vec![spare("second", true), spare("lent", false)];
        let steps = decide(&spec(), &Known::default(), &inside).expect("ours");
        let dropped = steps.iter().filter_map(|step| match step {
            Step::DropSecret { name, .. } => Some(name.as_str()),
            _ => None,
        });
        assert!(dropped.eq(["second"]));
    }
}
