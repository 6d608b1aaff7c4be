//! What differs between what was made and what is there, in words. Kept apart from the looking so that it can be tested
//! line by line.
//!
//! What concerns a role binding leaves the token alone; anything else takes a new one.

use jiff::{SignedDuration, Timestamp};

use crate::cluster::{Binding, FoundAccount, Grant, TokenSecret, Verdict};

use crate::usecases::drift::{Cure, Drift};

use super::claims;
use super::inside::Inside;
use super::spec::{Known, Spec, TokenForm};

const UNMARKED: &str = "not marked as managed here";

pub(super) fn differences(
    spec: &Spec,
    known: &Known,
    inside: &Inside,
    verdict: Option<&Verdict>,
    now: Timestamp,
) -> Vec<Drift> {
    let account = of_account(spec, known, inside.account.as_ref())
        .map(|what| format!("ServiceAccount {}: {what}", spec.account));
    let token = of_token(spec, known, verdict, now).map(|what| format!("token: {what}"));
    let grants = spec.grants.iter().filter_map(|grant| {
        let what = of_grant(spec, grant, &inside.bindings)?;
        Some(format!("{}: {what}", grant.binding(&spec.account)))
    });
    let bindings = grants.chain(surplus(spec, &inside.bindings));
    let renewing = |text: String| Drift::cluster(Cure::NewToken, text);
    account
        .into_iter()
        .map(renewing)
        .chain(bindings.map(|text| Drift::cluster(Cure::Bind, text)))
        .chain(of_secret(spec, known, inside).map(renewing))
        .chain(token.map(renewing))
        .collect()
}

fn of_account(spec: &Spec, known: &Known, found: Option<&FoundAccount>) -> Option<String> {
    let Some(found) = found else {
        return Some("missing".to_owned());
    };
    match &known.account_uid {
        Some(uid) if *uid != found.uid => Some(format!(
            "made anew (its UID is {}, and was {uid}), which ended its tokens",
            found.uid
        )),
        _ if spec.create_account && !found.ours => Some(UNMARKED.to_owned()),
        _ => None,
    }
}

fn of_grant(spec: &Spec, grant: &Grant, bindings: &[Binding]) -> Option<String> {
    let name = grant.binding_name(&spec.account);
    let Some(binding) = bindings
        .iter()
        .find(|binding| binding.name == name && binding.grant.namespace == grant.namespace)
    else {
        return Some("missing".to_owned());
    };
    if binding.grant != *grant {
        return Some(format!("grants {} instead of {grant}", binding.grant));
    }
    let what = match (binding.binds, binding.shared, binding.ours) {
        (false, ..) => "subject removed",
        (true, true, _) => "further subjects added",
        (true, false, false) => UNMARKED,
        (true, false, true) => return None,
    };
    Some(what.to_owned())
}

/// Bindings of ours that nobody wants any more.
fn surplus(spec: &Spec, bindings: &[Binding]) -> Vec<String> {
    let unwanted = |binding: &&Binding| {
        binding.ours
            && !spec.grants.iter().any(|grant| {
                grant.binding_name(&spec.account) == binding.name
                    && grant.namespace == binding.grant.namespace
            })
    };
    let line = |binding: &Binding| {
        let what = match &binding.grant.namespace {
            None => format!("ClusterRoleBinding {}", binding.name),
            Some(namespace) => format!("RoleBinding {namespace}/{}", binding.name),
        };
        format!("{what}: grants {}, which is not configured", binding.grant)
    };
    bindings.iter().filter(unwanted).map(line).collect()
}

fn of_secret(spec: &Spec, known: &Known, inside: &Inside) -> Option<String> {
    let (name, what) = match &spec.form {
        TokenForm::LongLived => (
            known
                .secret_name
                .clone()
                .unwrap_or_else(|| spec.account.secret_name()),
            of_long_lived(inside.secret.as_ref(), inside.account.as_ref()),
        ),
        TokenForm::Bound { issued: true, .. } => (
            spec.account.anchor_name(),
            of_anchor(inside.anchor.as_ref()),
        ),
        TokenForm::Bound { issued: false, .. } => return None,
    };
    what.map(|what| format!("Secret {}/{name}: {what}", spec.account.namespace))
}

fn of_long_lived(
    secret: Option<&TokenSecret>,
    account: Option<&FoundAccount>,
) -> Option<&'static str> {
    let Some(secret) = secret else {
        return Some("missing");
    };
    let account_uid = account.map(|account| &account.uid);
    if !secret.long_lived {
        Some("not of the type kubernetes.io/service-account-token")
    } else if secret.token.is_none() {
        Some("holds no token")
    } else if secret.account_uid.as_ref() != account_uid {
        Some("holds the token of an earlier service account")
    } else if !secret.ours {
        Some(UNMARKED)
    } else {
        None
    }
}

fn of_anchor(anchor: Option<&TokenSecret>) -> Option<&'static str> {
    match anchor {
        None => Some("missing, which ended the token"),
        Some(anchor) if !anchor.ours => Some(UNMARKED),
        Some(_) => None,
    }
}

fn of_token(
    spec: &Spec,
    known: &Known,
    verdict: Option<&Verdict>,
    now: Timestamp,
) -> Option<String> {
    if let TokenForm::Bound { issued: true, .. } = spec.form {
        if known.token.is_none() {
            return Some("not known here".to_owned());
        }
        if let Some(what) = of_expiry(known, now) {
            return Some(what);
        }
    }
    match verdict {
        Some(Verdict::Refused { why }) => Some(format!("refused by the API server: {why}")),
        Some(Verdict::Good { user }) if *user != spec.account.user() => {
            Some(format!("belongs to {user}"))
        }
        _ => None,
    }
}

fn of_expiry(known: &Known, now: Timestamp) -> Option<String> {
    let expires = known.expires?;
    if expires <= now {
        return Some(format!("ran out at {expires}"));
    }
    (expires.duration_since(now) <= notice(known, expires))
        .then(|| format!("runs out at {expires}, so it is due to be replaced"))
}

/// How long before its end a token is due. A cluster may issue it for less than was asked for; the notice is at most half
/// of its real life, or a new token would be due as soon as it is there.
fn notice(known: &Known, expires: Timestamp) -> SignedDuration {
    let wanted = known
        .rotate_before
        .map(|notice| SignedDuration::try_from(notice).unwrap_or(SignedDuration::MAX));
    let issued = known.token.as_ref().and_then(claims::issued_at);
    let life = issued.map(|issued| expires.duration_since(issued));
    match (wanted, life) {
        (Some(wanted), Some(life)) => wanted.min(life / 2),
        (Some(wanted), None) => wanted,
        (None, Some(life)) => life / 3,
        (None, None) => SignedDuration::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::arm::ResourceId;
    use crate::cluster::Account;

    const NOW: &str = "2026-01-02T00:00:00Z";

    fn spec(form: TokenForm) -> Spec {
        Spec {
            connected_cluster: ResourceId::connected_cluster("s", "rg", "prod"),
            connection: None,
            account: Account::new("default", "azure-user"),
            create_account: true,
            grants: vec![Grant::cluster_wide("cluster-admin")],
            form,
            replace_token: false,
            adopt_existing: false,
        }
    }

    fn bound() -> TokenForm {
        TokenForm::Bound {
            lifetime: Duration::from_hours(24),
            audiences: Vec::new(),
            issued: true,
        }
    }

    fn binding() -> Binding {
        Binding {
            name: "azure-user-binding".to_owned(),
            uid: "b1".to_owned(),
            grant: Grant::cluster_wide("cluster-admin"),
            binds: true,
            shared: false,
            ours: true,
        }
    }

    fn secret(name: &str, long_lived: bool) -> TokenSecret {
        TokenSecret {
            name: name.to_owned(),
            uid: "s1".to_owned(),
            long_lived,
            token: long_lived.then(|| "tok".into()),
            account_uid: long_lived.then(|| "u1".to_owned()),
            ours: true,
        }
    }

    fn inside() -> Inside {
        Inside {
            cluster_uid: "c1".to_owned(),
            account: Some(FoundAccount {
                uid: "u1".to_owned(),
                ours: true,
            }),
            bindings: vec![binding()],
            secret: Some(secret("azure-user-secret", true)),
            anchor: Some(secret("azure-user-bound-token", false)),
            spare: Vec::new(),
            lets_clients_through: true,
        }
    }

    fn known() -> Known {
        Known {
            cluster_uid: Some("c1".to_owned()),
            account_uid: Some("u1".to_owned()),
            secret_name: None,
            token: Some("tok".into()),
            expires: Some("2026-01-03T00:00:00Z".parse().expect("a time")),
            rotate_before: Some(Duration::from_hours(8)),
        }
    }

    fn good() -> Verdict {
        Verdict::Good {
            user: "system:serviceaccount:default:azure-user".to_owned(),
        }
    }

    fn lines(form: TokenForm, known: &Known, inside: &Inside, verdict: &Verdict) -> Vec<String> {
        let found = found(form, known, inside, verdict);
        found.into_iter().map(|one| one.text).collect()
    }

    fn found(form: TokenForm, known: &Known, inside: &Inside, verdict: &Verdict) -> Vec<Drift> {
        let now = NOW.parse().expect("a time");
        differences(&spec(form), known, inside, Some(verdict), now)
    }

    fn line(change: impl Fn(&mut Inside)) -> String {
        let mut changed = inside();
        change(&mut changed);
        lines(TokenForm::LongLived, &known(), &changed, &good()).join("; ")
    }

    #[test]
    fn what_was_made_and_is_there_makes_no_difference() {
        let none = Vec::<String>::new();
        assert_eq!(
            lines(TokenForm::LongLived, &known(), &inside(), &good()),
            none
        );
        assert_eq!(lines(bound(), &known(), &inside(), &good()), none);
    }

    #[test]
    fn a_service_account_that_was_made_anew_is_named_with_its_uid() {
        let anew = |inside: &mut Inside| {
            inside.account.as_mut().expect("an account").uid = "u2".to_owned();
        };
        assert_eq!(
            line(anew),
            "ServiceAccount default/azure-user: made anew (its UID is u2, and was u1), which ended its tokens; \
             Secret default/azure-user-secret: holds the token of an earlier service account"
        );
        assert!(
            line(|inside| inside.account = None)
                .starts_with("ServiceAccount default/azure-user: missing")
        );
    }

    #[test]
    fn each_change_of_a_binding_has_a_sentence() {
        let change = |change: fn(&mut Binding)| line(|inside| change(&mut inside.bindings[0]));
        let prefix = "ClusterRoleBinding azure-user-binding: ";
        assert_eq!(line(|i| i.bindings.clear()), format!("{prefix}missing"));
        assert_eq!(
            change(|b| b.binds = false),
            format!("{prefix}subject removed")
        );
        assert_eq!(
            change(|b| b.shared = true),
            format!("{prefix}further subjects added")
        );
        assert_eq!(change(|b| b.ours = false), format!("{prefix}{UNMARKED}"));
        assert_eq!(
            change(|b| b.grant = Grant::cluster_wide("view")),
            format!("{prefix}grants ClusterRole view instead of ClusterRole cluster-admin")
        );
        let more = |inside: &mut Inside| {
            inside.bindings.push(Binding {
                name: "azure-user-binding:view".to_owned(),
                grant: Grant::cluster_wide("view"),
                ..binding()
            });
        };
        assert_eq!(
            line(more),
            "ClusterRoleBinding azure-user-binding:view: grants ClusterRole view, which is not configured"
        );
    }

    #[test]
    fn a_secret_that_is_gone_or_empty_is_named() {
        assert_eq!(
            line(|inside| inside.secret = None),
            "Secret default/azure-user-secret: missing"
        );
        let mut without_anchor = inside();
        without_anchor.anchor = None;
        assert_eq!(
            lines(bound(), &known(), &without_anchor, &good()),
            ["Secret default/azure-user-bound-token: missing, which ended the token"]
        );
    }

    #[test]
    fn a_token_near_its_end_is_due_and_a_refused_one_is_named() {
        let with = |expires: &str| Known {
            expires: Some(expires.parse().expect("a time")),
            ..known()
        };
        assert_eq!(
            lines(bound(), &with("2026-01-02T08:00:00Z"), &inside(), &good()),
            ["token: runs out at 2026-01-02T08:00:00Z, so it is due to be replaced"]
        );
        assert_eq!(
            lines(bound(), &with("2026-01-01T00:00:00Z"), &inside(), &good()),
            ["token: ran out at 2026-01-01T00:00:00Z"]
        );
        let refused = Verdict::Refused {
            why: "secret has been invalidated".to_owned(),
        };
        assert_eq!(
            lines(TokenForm::LongLived, &known(), &inside(), &refused),
            ["token: refused by the API server: secret has been invalidated"]
        );
    }

    #[test]
    fn only_what_concerns_a_binding_leaves_the_token_alone() {
        let cures = |change: fn(&mut Inside)| -> Vec<Cure> {
            let mut changed = inside();
            change(&mut changed);
            let found = found(TokenForm::LongLived, &known(), &changed, &good());
            found.into_iter().map(|one| one.cure).collect()
        };
        assert_eq!(cures(|inside| inside.bindings.clear()), [Cure::Bind]);
        assert_eq!(
            cures(|inside| inside.bindings[0].binds = false),
            [Cure::Bind]
        );
        assert_eq!(cures(|inside| inside.secret = None), [Cure::NewToken]);
        let gone = cures(|inside| inside.account = None);
        assert!(gone.iter().all(|cure| *cure == Cure::NewToken), "{gone:?}");
    }
}
