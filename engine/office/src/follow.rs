//! What other processes write to the same office: read from the log as soon as it is heard of, so
//! that readers and browsers of this process see it too.

use std::sync::Weak;
use std::time::Duration;

use kantor_store::View;

use crate::error::ExecuteError;
use crate::runtime::Shared;
use crate::state::State;

/// How long one wait may take: so long after the last handle is gone the follower may still live.
const WAIT: Duration = Duration::from_secs(2);

/// How long to leave a store alone that has failed.
const AGAIN: Duration = Duration::from_secs(1);

/// Follows until the office is closed.
pub(crate) fn run(shared: &Weak<Shared>) {
    while let Some(shared) = shared.upgrade() {
        match follow(&shared, WAIT) {
            Ok(true) => {}
            Ok(false) => return,
            // The writer meets the same fault, and tells it to somebody who asked for something.
            Err(_) => {
                drop(shared);
                std::thread::sleep(AGAIN);
            }
        }
    }
}

/// Waits at most so long for something new and reads what there is; `false` where nobody else can
/// write.
pub(crate) fn follow(shared: &Shared, at_most: Duration) -> Result<bool, ExecuteError> {
    let seen = shared.seq();
    let office = shared.settings.office;
    let Some(head) = shared.store.follow(office, seen, at_most)? else {
        return Ok(false);
    };
    // What this process wrote meanwhile, its writer has published.
    if shared.seq() < head {
        catch_up(shared)?;
    }
    Ok(true)
}

/// Reads what is committed and not seen here yet, and shows it to readers.
pub(crate) fn catch_up(shared: &Shared) -> Result<(), ExecuteError> {
    show_up_to(shared, &*shared.store.view(shared.settings.office)?)
}

/// Shows readers of this process everything that a picture of the store knows. Costs nothing where
/// they have it.
pub(crate) fn show_up_to(shared: &Shared, view: &dyn View) -> Result<(), ExecuteError> {
    let (seen, head) = (shared.state(), view.head());
    if seen.seq == head.seq {
        return seen.is_of(head);
    }
    if seen.seq > head.seq {
        return Ok(());
    }
    let mut state = State::clone(&seen);
    while state.seq < head.seq {
        state.take_page(view)?;
        shared.publish(state.clone());
    }
    Ok(())
}
