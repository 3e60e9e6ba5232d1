#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ostraka_fuzz::challenge::run(data));
