//! Writers take turns in the order in which they came.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A queue of writers. A plain mutex would let an upload take its next piece again and again while
/// an order waits; here an order waits for one piece at most.
#[derive(Default)]
pub(super) struct Turns {
    queue: Mutex<Queue>,
    moved: Condvar,
}

#[derive(Default)]
struct Queue {
    next: u64,
    served: u64,
}

/// The right to write, until it is dropped.
pub(super) struct Turn<'t>(&'t Turns);

impl Turns {
    /// Waits until everybody who came earlier has gone.
    pub(super) fn take(&self) -> Turn<'_> {
        let mut queue = self.queue();
        let mine = queue.next;
        queue.next += 1;
        while queue.served != mine {
            queue = self
                .moved
                .wait(queue)
                .unwrap_or_else(PoisonError::into_inner);
        }
        Turn(self)
    }

    /// Two counters are right even when a writer panicked while he held them.
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.queue().served += 1;
        self.0.moved.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An upload that wants its next piece queues behind the order that came before it.
    #[test]
    fn who_comes_first_is_served_first() {
        let turns = &Turns::default();
        let served = &Mutex::new(Vec::new());
        let first = turns.take();
        std::thread::scope(|scope| {
            for writer in 1..=5 {
                scope.spawn(move || {
                    let _turn = turns.take();
                    served.lock().unwrap().push(writer);
                });
                // The next one comes only when this one stands in the queue.
                while turns.queue().next <= writer {
                    std::thread::yield_now();
                }
            }
            drop(first);
        });
        assert_eq!(*served.lock().unwrap(), [1, 2, 3, 4, 5]);
    }
}
