//! A pack that speaks version 2 of the plugin contract only, for the tests of the host. It must be
//! refused with both numbers, and never called.

/// The name that a pack of the next major version would export.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub extern "C" fn bank_plugin_entry_v2() -> *const u8 {
    std::process::abort()
}
