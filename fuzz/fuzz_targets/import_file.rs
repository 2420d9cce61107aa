//! Files of people of any shape, as CSV and as JSON.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    keydesk_fuzz::import::import_file(data);
});
