//! The only clocks in the house.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use kantor_model::Moment;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Moment;

    /// Whether somebody sets it, so that no other clock may stand in for it.
    fn is_set(&self) -> bool {
        false
    }
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let micros = since.map_or(0, |since| {
            i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
        });
        Moment::from_micros(micros)
    }
}

/// A clock that stands where it is put: for tests, the simulator and the demo. It never runs
/// backwards. Once released it shows the machine's time.
#[derive(Debug)]
pub struct SetClock {
    micros: AtomicI64,
}

/// Marks a clock that was released.
const RELEASED: i64 = i64::MAX;

impl SetClock {
    /// A clock that shows this moment.
    pub fn at(moment: Moment) -> SetClock {
        SetClock {
            micros: AtomicI64::new(moment.as_micros()),
        }
    }

    /// Moves the clock to a later moment; an earlier one leaves it where it is.
    pub fn set(&self, moment: Moment) {
        self.micros.fetch_max(moment.as_micros(), Ordering::SeqCst);
    }

    /// Moves the clock on.
    pub fn advance(&self, seconds: i64) {
        self.set(self.now().plus_seconds(seconds));
    }

    /// Shows the machine's time from now on.
    pub fn release(&self) {
        self.micros.store(RELEASED, Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Moment {
        match self.micros.load(Ordering::SeqCst) {
            RELEASED => SystemClock.now(),
            micros => Moment::from_micros(micros),
        }
    }

    fn is_set(&self) -> bool {
        self.micros.load(Ordering::SeqCst) != RELEASED
    }
}
