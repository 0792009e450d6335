//! Pipes between program and child that hold more than the system gives at first, so that neither
//! side waits for the other at every few hundred entries.

/// How much a pipe is asked to hold, in bytes: what Linux allows everybody.
#[cfg(target_os = "linux")]
const WIDE: usize = 1 << 20;

/// Asks the system for a wide pipe. One that is refused stays as it is, which is slower and
/// nothing else.
#[cfg(target_os = "linux")]
pub(crate) fn widen(pipe: &impl std::os::fd::AsFd) {
    let _ = rustix::pipe::fcntl_setpipe_size(pipe, WIDE);
}

/// Other systems give what they give.
#[cfg(not(target_os = "linux"))]
pub(crate) fn widen<P>(_: &P) {}
