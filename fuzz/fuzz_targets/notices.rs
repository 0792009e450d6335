#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kantor_fuzz::run("notices", bytes));
