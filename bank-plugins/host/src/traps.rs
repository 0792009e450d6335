//! What a pack must not even try, and how the program learns that it did.
//!
//! A call that the walls do not know answers EPERM, so that a runtime that merely asks goes on.
//! The calls below have no such excuse: each ends the child with an exit code that says what was
//! tried, so that the attempt has a name and the pack is parked. A pack that catches the signal
//! gains nothing by it: the call is not made either way.

/// Something that no pack has any business with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attempt {
    /// Opening a file or a folder; while the library is loaded, opening one to write.
    Open,
    /// Deleting, renaming or making files and folders.
    Change,
    /// A socket.
    Connect,
    /// A process, a thread or another program.
    Start,
    /// A signal to a process, or a look into it.
    Signal,
}

impl Attempt {
    pub(crate) const ALL: [Attempt; 5] = [
        Attempt::Open,
        Attempt::Change,
        Attempt::Connect,
        Attempt::Start,
        Attempt::Signal,
    ];

    /// The exit code of a child whose pack tried it; far from those of programs and of signals.
    pub(crate) const fn code(self) -> i32 {
        match self {
            Attempt::Open => 71,
            Attempt::Change => 72,
            Attempt::Connect => 73,
            Attempt::Start => 74,
            Attempt::Signal => 75,
        }
    }

    /// What a child tried that ended with this code.
    pub(crate) fn of_code(code: i32) -> Option<Attempt> {
        Attempt::ALL.into_iter().find(|one| one.code() == code)
    }

    /// The breach in words.
    pub(crate) const fn what(self) -> &'static str {
        match self {
            Attempt::Open => "it tried to open a file",
            Attempt::Change => "it tried to change files",
            Attempt::Connect => "it tried to open a socket",
            Attempt::Start => "it tried to start a process or a thread",
            Attempt::Signal => "it tried to send a signal",
        }
    }
}

/// The exit code of a child that crashed when there was no memory left to be had: what it was
/// refused it used all the same, or its runtime gave up.
pub(crate) const OUT_OF_MEMORY: i32 = 76;

#[cfg(target_os = "linux")]
pub(crate) use system::{install, set};

#[cfg(target_os = "linux")]
#[allow(unsafe_code)] // a signal's handler is the C library's business
mod system {
    use std::collections::BTreeMap;
    use std::ffi::c_void;

    use libc::{c_int, c_long};
    use seccompiler::{
        BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition,
        SeccompFilter, SeccompRule,
    };

    use super::Attempt;

    /// Calls, what each is an attempt at, and which argument holds the flags of opening.
    const TRAPPED: &[(c_long, Attempt, Option<u8>)] = &[
        (libc::SYS_openat, Attempt::Open, Some(2)),
        #[cfg(target_arch = "x86_64")]
        (libc::SYS_open, Attempt::Open, Some(1)),
        #[cfg(target_arch = "x86_64")]
        (libc::SYS_creat, Attempt::Open, None),
        (libc::SYS_unlinkat, Attempt::Change, None),
        (libc::SYS_renameat2, Attempt::Change, None),
        (libc::SYS_mkdirat, Attempt::Change, None),
        (libc::SYS_linkat, Attempt::Change, None),
        (libc::SYS_symlinkat, Attempt::Change, None),
        (libc::SYS_truncate, Attempt::Change, None),
        (libc::SYS_fchmodat, Attempt::Change, None),
        #[cfg(target_arch = "x86_64")]
        (libc::SYS_unlink, Attempt::Change, None),
        #[cfg(target_arch = "x86_64")]
        (libc::SYS_rename, Attempt::Change, None),
        #[cfg(target_arch = "x86_64")]
        (libc::SYS_mkdir, Attempt::Change, None),
        #[cfg(target_arch = "x86_64")]
        (libc::SYS_rmdir, Attempt::Change, None),
        (libc::SYS_socket, Attempt::Connect, None),
        (libc::SYS_socketpair, Attempt::Connect, None),
        (libc::SYS_connect, Attempt::Connect, None),
        (libc::SYS_clone, Attempt::Start, None),
        (libc::SYS_clone3, Attempt::Start, None),
        (libc::SYS_execve, Attempt::Start, None),
        (libc::SYS_execveat, Attempt::Start, None),
        #[cfg(target_arch = "x86_64")]
        (libc::SYS_fork, Attempt::Start, None),
        #[cfg(target_arch = "x86_64")]
        (libc::SYS_vfork, Attempt::Start, None),
        (libc::SYS_kill, Attempt::Signal, None),
        (libc::SYS_tkill, Attempt::Signal, None),
        (libc::SYS_ptrace, Attempt::Signal, None),
        (libc::SYS_process_vm_readv, Attempt::Signal, None),
        (libc::SYS_process_vm_writev, Attempt::Signal, None),
    ];

    /// Where the kernel puts the number of the refused call: behind the three common integers of
    /// `siginfo_t`, their padding and the address of the call.
    const NUMBER_AT: usize = 24;

    extern "C" fn caught(_: c_int, info: *mut libc::siginfo_t, _: *mut c_void) {
        // SAFETY: the kernel's own structure for this signal, which is larger than that.
        let number = unsafe { info.byte_add(NUMBER_AT).cast::<c_int>().read() };
        let attempt = TRAPPED
            .iter()
            .find(|(call, _, _)| *call == c_long::from(number))
            .map_or(Attempt::Signal, |(_, attempt, _)| *attempt);
        // SAFETY: nothing of this process is used any more.
        unsafe { libc::_exit(attempt.code()) }
    }

    /// Memory is out when not even so much is to be had.
    const LITTLE: usize = 16 << 20;

    extern "C" fn crashed(signal: c_int, _: *mut libc::siginfo_t, _: *mut c_void) {
        // SAFETY: asks for memory and for the default handler, and ends the process. After the
        // return the crash happens once more, and then as if nobody had looked.
        unsafe {
            let memory = libc::mmap(
                std::ptr::null_mut(),
                LITTLE,
                libc::PROT_READ,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                -1,
                0,
            );
            if memory == libc::MAP_FAILED {
                libc::_exit(super::OUT_OF_MEMORY);
            }
            libc::signal(signal, libc::SIG_DFL);
        }
    }

    /// Prepares for what [`set`] catches, and for crashes. To be called before the first wall.
    pub(crate) fn install() -> std::io::Result<()> {
        type Handler = extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void);
        let handlers: [(c_int, Handler); 4] = [
            (libc::SIGSYS, caught),
            (libc::SIGSEGV, crashed),
            (libc::SIGBUS, crashed),
            (libc::SIGABRT, crashed),
        ];
        for (signal, handler) in handlers {
            // SAFETY: handlers that touch nothing of the interrupted code. Rust's runtime has set
            // up a stack of its own for them, so that a used-up stack is caught, too.
            let failed = unsafe {
                let mut action: libc::sigaction = std::mem::zeroed();
                action.sa_sigaction = handler as *const () as usize;
                action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
                libc::sigaction(signal, &raw const action, std::ptr::null_mut()) != 0
            };
            if failed {
                return Err(std::io::Error::last_os_error());
            }
        }
        Ok(())
    }

    /// Sets the traps. While the library is `loading`, files may be opened to be read, because
    /// that is how libraries come in.
    pub(crate) fn set(loading: bool) -> Result<(), String> {
        let program = program(loading).map_err(|error| error.to_string())?;
        seccompiler::apply_filter(&program).map_err(|error| error.to_string())
    }

    fn program(loading: bool) -> Result<BpfProgram, BackendError> {
        let to_write = |argument| {
            let mode = |bits: c_int| {
                SeccompRule::new(vec![SeccompCondition::new(
                    argument,
                    SeccompCmpArgLen::Dword,
                    SeccompCmpOp::MaskedEq(libc::O_ACCMODE as u64),
                    bits as u64,
                )?])
            };
            Ok::<_, BackendError>(vec![mode(libc::O_WRONLY)?, mode(libc::O_RDWR)?])
        };
        let mut rules = BTreeMap::new();
        for (call, _, flags) in TRAPPED {
            let when = match flags {
                Some(argument) if loading => to_write(*argument)?,
                Some(_) | None => Vec::new(),
            };
            rules.insert(*call, when);
        }
        SeccompFilter::new(
            rules,
            SeccompAction::Allow,
            SeccompAction::Trap,
            std::env::consts::ARCH.try_into()?,
        )?
        .try_into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_attempt_is_told_by_its_code() {
        for attempt in Attempt::ALL {
            assert_eq!(Attempt::of_code(attempt.code()), Some(attempt));
        }
        for code in [0, 1, OUT_OF_MEMORY] {
            assert_eq!(Attempt::of_code(code), None);
        }
    }
}
