//! Keys that are odd in what they do.

use super::*;

/// PINs.
pub fn pins() -> Vec<Odd> {
    let long = "long-enough-for-a-key-that-asks-for-sixty-three-characters-9513";
    vec![
        Odd {
            name: "PINs of at least 8 characters",
            from: SPECIFICATION,
            make: || but(|p| p.min_pin_length = 8),
            said: &["at least 8 characters"],
            ..PLAIN
        },
        Odd {
            name: "PINs of exactly 63 characters",
            from: SPECIFICATION,
            make: || but(|p| p.min_pin_length = 63),
            pin: long,
            new_pin: long,
            said: &["at least 63 characters"],
            ..PLAIN
        },
        Odd {
            name: "says PINs of at least 64 characters, which no key can take",
            from: MALFORMED,
            make: || stating(0x0d, Value::from(64)),
            said: &["minPINLength"],
            ..PLAIN
        },
        Odd {
            name: "demands PINs of at least 70 characters, which nobody can type",
            from: MALFORMED,
            make: || but(|p| p.min_pin_length = 70),
            said: &["minPINLength"],
            enrol: "refuses this PIN",
            set_pin: "refuses this PIN",
            change_pin: "refuses this PIN",
            ..PLAIN
        },
        Odd {
            name: "PINs of at most 8 characters",
            from: SPECIFICATION,
            make: || stating(0x1d, Value::from(8)),
            said: &["at most 8 characters"],
            enrol: "at most 8 characters",
            set_pin: "at most 8 characters",
            change_pin: "at most 8 characters",
            ..PLAIN
        },
        Odd {
            name: "refuses simple PINs, and says where that is explained",
            from: "CTAP 2.3, section 6.4, pinComplexityPolicy",
            make: complex,
            // Simple to the key, and none of the common ones, which it is never given.
            new_pin: "αβγδεζηθ",
            enrol: "https://keydesk.example/pin",
            set_pin: "Its length is not why",
            change_pin: "Its length is not why",
            ..PLAIN
        },
        Odd {
            name: "refuses simple PINs, and explains that at no address",
            from: MALFORMED,
            make: || {
                let address = Value::Bytes(b"javascript:alert(1)\x1b[2J".to_vec());
                let mut profile =
                    Profile::ctap23().with_quirks(Quirks::default().stating(0x1c, &address));
                profile.abilities.pin_complexity = Some(true);
                of(profile)
            },
            // Simple to the key, and none of the common ones, which it is never given.
            new_pin: "αβγδεζηθ",
            enrol: "Its length is not why",
            set_pin: "Its length is not why",
            change_pin: "Its length is not why",
            ..PLAIN
        },
        Odd {
            name: "the PIN must be changed",
            from: SPECIFICATION,
            make: || remembering(able(), |memory| memory["force_pin_change"] = json!(true)),
            new_pin: "1357-person",
            test: "Change its PIN",
            ..with_pin(&["PIN must be changed"])
        },
        Odd {
            name: "one attempt left",
            from: SPECIFICATION,
            make: || remembering(able(), |memory| memory["pin_retries"] = json!(1)),
            ..with_pin(&["1"])
        },
        Odd {
            name: "no attempt left",
            from: SPECIFICATION,
            make: || remembering(able(), |memory| memory["pin_retries"] = json!(0)),
            enrol: "PIN blocked",
            batch: "PIN blocked",
            test: "Every attempt is used up",
            change_pin: "Every attempt is used up",
            ..with_pin(&["blocked"])
        },
        Odd {
            name: "its attempts as a text",
            from: MALFORMED,
            make: || {
                let key = remembering(able(), |_| {});
                let bytes = b"\x00\xa1\x03\x61x".to_vec();
                key.inject(Fault::Instead {
                    command: 0x06,
                    bytes,
                });
                key
            },
            ..with_pin(&[])
        },
        Odd {
            name: "PIN protocol one only",
            from: "CTAP 2.0",
            make: || but(|p| p.abilities.pin_protocols = vec![1]),
            ..PLAIN
        },
        Odd {
            name: "an unknown PIN protocol first",
            from: "a later version",
            make: || stating(6, list([Value::from(3), Value::from(2), Value::from(1)])),
            ..PLAIN
        },
        Odd {
            name: "an unknown PIN protocol only",
            from: "a later version",
            make: || stating(6, list([Value::from(3)])),
            enrol: "can have no PIN",
            set_pin: "can have no PIN",
            change_pin: "can have no PIN",
            ..PLAIN
        },
    ]
}

fn complex() -> SoftKey {
    let mut profile = Profile::ctap23();
    profile.abilities.pin_complexity = Some(true);
    of(profile)
}

/// Room, lists and ids.
pub fn lists() -> Vec<Odd> {
    let works = |name, make: fn() -> SoftKey| Odd {
        name,
        from: SPECIFICATION,
        make,
        ..PLAIN
    };
    vec![
        Odd {
            said: &["no room"],
            name: "no room for a discoverable credential",
            from: "keys of 25 places, full",
            make: || but(|p| p.storage_slots = 0),
            ..refused("no room")
        },
        works("does not say how much room it has", || lacking(0x14)),
        works("one credential in a list", || stating(7, Value::from(1))),
        works("says a list of no credentials", || {
            stating(7, Value::from(0))
        }),
        Odd {
            // What is longer than it says is not sent to it, so that nothing is excluded.
            test: "second credential",
            ..works("says ids shorter than its own", || {
                stating(8, Value::from(16))
            })
        },
        works("credential ids of 127 bytes", || {
            of(able().with_quirks(Quirks {
                longer_ids: 77,
                ..Quirks::default()
            }))
        }),
        works("credential ids of 823 bytes", || {
            let quirks = Quirks {
                longer_ids: 773,
                ..Quirks::default()
            };
            of(able().with_quirks(quirks.stating(8, &Value::from(823))))
        }),
    ]
}

/// Resets.
pub fn resets() -> Vec<Odd> {
    let refusing = |name, make: fn() -> SoftKey| Odd {
        name,
        from: "CTAP 2.3, section 6.6: a reset is a SHOULD",
        make,
        ..kept(NO_RESET)
    };
    vec![
        refusing("refuses each reset in time as too late", || {
            refusing_reset(0x30)
        }),
        refusing("denies each reset at once", || refusing_reset(0x27)),
        Odd {
            reset: "takes no reset",
            ..refusing("does not know the reset", || refusing_reset(0x01))
        },
        Odd {
            name: "a reset takes a long touch",
            from: "CTAP 2.3, section 6.6",
            make: || {
                let mut profile = Profile::ctap23();
                profile.abilities.long_touch_for_reset = Some(true);
                of(profile)
            },
            said: &["5 seconds, up to 10 on older firmware"],
            ..PLAIN
        },
        Odd {
            name: "a reset over NFC only",
            from: "CTAP 2.3, section 6.4, transportsForReset",
            make: || stating(0x1a, list([text("nfc")])),
            said: &["no reset over USB, only over nfc"],
            ..kept("only over nfc")
        },
        Odd {
            name: "no reset over anything",
            from: "CTAP 2.3, section 6.4, transportsForReset",
            make: || stating(0x1a, list([])),
            said: &["takes no reset, over whatever connection"],
            ..kept("takes no reset, over whatever connection")
        },
        Odd {
            name: "a reset within five seconds",
            from: "YubiKey firmware before 5.5.2",
            make: || {
                but(|p| {
                    p.firmware_version = Some(0x05_02_04);
                    p.reset_window = std::time::Duration::from_secs(5);
                })
            },
            said: &["YSA-2024-03"],
            ..PLAIN
        },
    ]
}

/// Manners on the wire, and how it vouches.
pub fn manners() -> Vec<Odd> {
    let says = |name, make: fn() -> SoftKey| Odd {
        name,
        from: SILENT,
        make,
        ..PLAIN
    };
    let vouches = |name, make: fn() -> SoftKey| Odd {
        name,
        from: "WebAuthn Level 3, section 6.5.3",
        make,
        ..PLAIN
    };
    vec![
        says("answers a silent question with 0x22", || silent(0x22)),
        says("answers a silent question with 0x12", || silent(0x12)),
        says("answers a silent question with 0x36", || silent(0x36)),
        says("answers a silent question with 0x2b", || silent(0x2b)),
        says("answers a silent question with 0x03", || silent(0x03)),
        says("answers a silent question with 0x30", || silent(0x30)),
        says("answers a silent question with 0x27", || silent(0x27)),
        Odd {
            name: "keepalives without end",
            from: "firmware that hangs",
            make: || with_fault(Fault::EndlessKeepalive),
            ..unreadable(&["did not finish"])
        },
        Odd {
            name: "busy with another program at first",
            from: "browsers that hold a key for a moment",
            make: || with_fault(Fault::Busy(5)),
            ..PLAIN
        },
        vouches("no attestation", || vouching(Vouching::Nothing)),
        vouches("attestation by the credential's own key", || {
            vouching(Vouching::Own)
        }),
        Odd {
            ..vouches("attestation with another model's certificate", || {
                vouching(Vouching::OthersChain)
            })
        },
    ]
}

/// Versions.
pub fn generations() -> Vec<Odd> {
    vec![
        Odd {
            name: "CTAP 2.0 and nothing later",
            from: "keys of 2018",
            make: || of(Profile::ctap20()),
            said: &["cannot be listed or deleted"],
            ..PLAIN
        },
        Odd {
            name: "the preview of CTAP 2.1, commands 0x40 and 0x41",
            from: "Feitian ePass FIDO2",
            make: || of(Profile::epass_fido2()),
            said: &["preview of CTAP 2.1"],
            ..PLAIN
        },
        Odd {
            name: "the preview of CTAP 2.1, with a finger",
            from: "FIDO_2_1_PRE keys with a sensor",
            make: || of(Profile::ctap21_preview()),
            said: &["preview of CTAP 2.1"],
            ..PLAIN
        },
        Odd {
            name: "credential management that it does not have",
            from: MALFORMED,
            make: || but(|p| p.abilities.management = Management::Absent),
            said: &["cannot be listed or deleted"],
            ..PLAIN
        },
        Odd {
            name: "all of CTAP 2.3",
            from: SPECIFICATION,
            make: || of(Profile::ctap23()),
            ..PLAIN
        },
        Odd {
            name: "extensions of CTAP 2.3: hmac-secret-mc, thirdPartyPayment",
            from: "CTAP 2.3, section 12",
            make: || {
                let mut profile = Profile::ctap23();
                let more = ["hmac-secret-mc", "thirdPartyPayment", "credBlob"];
                profile.abilities.extensions.extend(more.map(str::to_owned));
                of(profile)
            },
            said: &["hmac-secret-mc"],
            ..PLAIN
        },
    ]
}
