//! The simulator's time: the machine's clock, moved by as much as a test wants.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// A clock that can be moved. Access tokens do not follow it, since their holders judge them by their own clock.
#[derive(Default)]
pub(super) struct Clock {
    offset_seconds: AtomicI64,
}

impl Clock {
    /// The simulated instant.
    pub(super) fn now(&self) -> Timestamp {
        Timestamp::now() + SignedDuration::from_secs(self.offset_seconds())
    }

    /// How far the clock is ahead of the machine's.
    pub(super) fn offset_seconds(&self) -> i64 {
        self.offset_seconds.load(Ordering::Relaxed)
    }

    /// Puts the clock ahead of the machine's, or back on it.
    pub(super) fn set_offset_seconds(&self, seconds: i64) {
        self.offset_seconds.store(seconds, Ordering::Relaxed);
    }
}
