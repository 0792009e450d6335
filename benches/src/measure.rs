//! How much processor time and memory a step takes.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// What a step took.
#[derive(Clone, Copy, Debug)]
pub struct Figures {
    /// Processor time of all threads, in the program and in the kernel. Says the same on a busy
    /// machine as on an idle one, within some per cent.
    pub processor: Duration,
    /// Time on the wall.
    pub wall: Duration,
    /// How far memory grew above what was in use before, in KiB; `None` where the system does not
    /// tell.
    pub peak: Option<u64>,
}

/// Runs a step and measures it.
pub fn measure<T>(step: impl FnOnce() -> T) -> (T, Figures) {
    let before = memory_in_use();
    let (wall, processor) = (Instant::now(), processor_time());
    let result = step();
    let figures = Figures {
        processor: processor_time().saturating_sub(processor),
        wall: wall.elapsed(),
        peak: before.and_then(|before| Some(status("VmHWM:")?.saturating_sub(before))),
    };
    (result, figures)
}

/// Processor time of this process so far.
pub fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    Duration::from_secs(seconds) + Duration::from_nanos(time.tv_nsec.unsigned_abs())
}

/// Memory in use now, and the high-water mark set back to it.
fn memory_in_use() -> Option<u64> {
    // 5 sets the mark back (proc_pid_clear_refs(5)).
    std::fs::write("/proc/self/clear_refs", "5").ok()?;
    status("VmHWM:")
}

/// A figure of `/proc/self/status`, in KiB.
fn status(field: &str) -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(field))?;
    line.split_whitespace().next()?.parse().ok()
}
