//! What is stored after a look and after an apply, alike for all types.

use std::fmt::Display;

use crate::resources::shared::diagnose::{About, failed, half_seen, warned};
use crate::resources::shared::private::Private;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::resource::{Applied, ApplyFailure, Refreshed, Stored};
use crate::sdk::timeouts::Operation;
use crate::usecases::{Cure, Drift, Incomplete, Plane, Session};

use super::{CommonAttributes as _, Failure, Outcome, Seen, TwoPlanes};

impl<E: About> Failure<E> {
    pub(super) fn report(self, attempted: &str, id: &impl Display) -> Diagnostics {
        match self {
            Self::Error(error) => failed(attempted, &error),
            Self::Gone(error) => failed(&of_gone(attempted), &error),
            Self::NotImportable(error) => failed(&format!("importing {id}"), &error),
            Self::Diagnostics(diagnostics) => diagnostics,
        }
    }
}

/// What a refresh makes of an object that is gone in Azure while its cluster could not be asked.
pub(super) fn gone<S, E: About>(
    session: &Session,
    attempted: &str,
    error: &E,
) -> Result<Refreshed<S>, Diagnostics> {
    half_seen(session, &of_gone(attempted), error).map(Refreshed::Gone)
}

fn of_gone(attempted: &str) -> String {
    format!(
        "{attempted}, which is gone in Azure; what it left in the cluster is not known and would be forgotten"
    )
}

/// What a refresh stores. Of a plane that could not be looked at, the differences that were known before are kept: that
/// nothing was seen does not mean that they are gone.
pub(super) fn refreshed<T: TwoPlanes>(
    session: &Session,
    attempted: &str,
    known: &Private,
    seen: Seen<T::State, T::Error>,
) -> Result<Refreshed<T::State>, Diagnostics> {
    let diagnostics = match &seen.unseen {
        None => Diagnostics::default(),
        Some((_, error)) => half_seen(session, attempted, error)?,
    };
    let drift = with_known(known, seen.drift, seen.unseen.map(|(plane, _)| plane));
    let mut state = seen.state;
    state.set_drift(drift.iter().map(|one| one.text.clone()).collect());
    let private = Private {
        drift,
        baseline: seen.baseline,
    };
    Ok(Refreshed::Present(Applied {
        stored: Stored {
            state,
            private: private.to_bytes(),
        },
        diagnostics,
    }))
}

/// What was seen to differ, and what is known to differ on the plane that could not be looked at, Azure's first.
fn with_known(known: &Private, seen: Vec<Drift>, unseen: Option<Plane>) -> Vec<Drift> {
    let kept = unseen.map(|plane| known.seen_on(plane).map(as_known));
    let mut drift: Vec<_> = seen.into_iter().chain(kept.into_iter().flatten()).collect();
    drift.sort_by_key(|one| one.plane);
    drift
}

/// A difference that was not seen again. An object is never replaced for it: only a look can tell that it is still so.
fn as_known(one: &Drift) -> Drift {
    match one.replacement() {
        Some(_) => Drift {
            cure: Cure::Wait,
            ..one.clone()
        },
        None => one.clone(),
    }
}

/// What an apply stores. After one that ended well nothing differs; what it did not put right, the next look finds. After
/// one that failed, what was noted beside the object stays.
pub(super) fn applied<T: TwoPlanes>(
    operation: Operation,
    id: &T::Id,
    private: &[u8],
    outcome: Outcome<T>,
) -> Result<Applied<T::State>, ApplyFailure<T::State>> {
    match outcome {
        Ok(mut seen) => {
            seen.state.set_drift(Vec::new());
            let private = Private {
                drift: Vec::new(),
                baseline: seen.baseline,
            };
            let looking = T::attempting(Operation::Read, id);
            let unseen = seen.unseen.map(|(_, error)| warned(&looking, &error));
            Ok(Applied {
                stored: Stored {
                    state: seen.state,
                    private: private.to_bytes(),
                },
                diagnostics: unseen.unwrap_or_default(),
            })
        }
        Err(Incomplete { reached, error }) => Err(ApplyFailure {
            saved: reached.map(|mut state| {
                if operation == Operation::Create {
                    state.set_drift(Vec::new());
                }
                Stored {
                    state: *state,
                    private: private.to_vec(),
                }
            }),
            diagnostics: error.report(&T::attempting(operation, id), id),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usecases::Replacement;

    #[test]
    fn what_is_known_of_a_plane_that_could_not_be_looked_at_is_kept() {
        let azure = |text| Drift::azure(Cure::Write, text);
        let cluster = |text| Drift::cluster(Cure::Reinstall, text);
        let known = Private {
            drift: vec![azure("old object"), cluster("agent scaled to 0")],
            baseline: None,
        };
        let seen = vec![azure("new object")];
        assert_eq!(
            with_known(&known, seen.clone(), Some(Plane::Cluster)),
            [azure("new object"), cluster("agent scaled to 0")]
        );
        assert_eq!(with_known(&known, seen, None), [azure("new object")]);
        assert_eq!(
            with_known(&known, vec![cluster("Secret: missing")], Some(Plane::Azure)),
            [azure("old object"), cluster("Secret: missing")]
        );
    }

    #[test]
    fn an_object_is_replaced_only_for_what_was_seen() {
        let foreign = Drift::cluster(
            Cure::Replace(Replacement::ForeignKey),
            "secret: another key",
        );
        let known = Private {
            drift: vec![foreign.clone()],
            baseline: None,
        };
        let kept = with_known(&known, Vec::new(), Some(Plane::Cluster));
        assert_eq!(kept, [Drift::cluster(Cure::Wait, "secret: another key")]);
        let seen = with_known(&known, vec![foreign.clone()], None);
        assert_eq!(seen, [foreign]);
    }
}
