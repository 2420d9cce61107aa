//! CTAP2 replies from a hostile key to a whole enrolment, and to its being configured and taught a finger.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    keydesk_fuzz::ctap::ctap_reply(data);
});
