//! What a create hands back that did not come to its end.

/// A create that was not completed, and what exists nevertheless.
///
/// What exists has to be remembered by the caller: otherwise an object in Azure or in a cluster would belong to no one.
#[derive(Debug)]
pub struct Incomplete<T, E> {
    /// The object as it was last seen; `None` when nothing was made.
    pub reached: Option<Box<T>>,
    /// Why the create stopped.
    pub error: E,
}

impl<T, E> Incomplete<T, E> {
    /// A create that stopped before anything was made.
    pub fn nothing(error: impl Into<E>) -> Self {
        Self {
            reached: None,
            error: error.into(),
        }
    }

    /// A create that stopped after `reached` was made.
    pub(super) fn after(reached: T, error: impl Into<E>) -> Self {
        Self {
            reached: Some(Box::new(reached)),
            error: error.into(),
        }
    }
}
