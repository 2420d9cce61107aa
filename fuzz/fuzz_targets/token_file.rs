//! Files of hardware tokens of any shape, as CSV and as PSKC.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    keydesk_fuzz::tokens::token_file(data);
});
