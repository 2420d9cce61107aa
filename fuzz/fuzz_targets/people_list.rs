//! Lists of people for batches and tickets of any shape.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    keydesk_fuzz::lists::people_list(data);
});
