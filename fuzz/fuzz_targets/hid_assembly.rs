//! CTAPHID packets from a hostile key.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    keydesk_fuzz::ctap::hid_assembly(data);
});
