//! Replies of a hostile registry to everything that a station asks.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    keydesk_fuzz::registry::registry_reply(data);
});
