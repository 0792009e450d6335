#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kantor_fuzz::run("pain001_v09_pair", bytes));
