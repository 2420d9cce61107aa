//! Keys that are odd in what they say of themselves.

use super::*;

/// What tells one key from another.
pub fn identity() -> Vec<Odd> {
    let numbered = |name, serial: fn() -> SoftKey| Odd {
        name,
        from: "serial numbers in USB descriptors of cheap keys",
        make: serial,
        ..PLAIN
    };
    vec![
        PLAIN,
        numbered("serial number 1000000000, as its whole batch", || {
            of(able().with_serial("1000000000"))
        }),
        numbered("serial number 12341234, one part twice", || {
            of(able().with_serial("12341234"))
        }),
        numbered("serial number 123456789, which counts", || {
            of(able().with_serial("123456789"))
        }),
        numbered("serial number of a hundred characters", || {
            of(able().with_serial(&"7C31A9".repeat(17)))
        }),
        Odd {
            name: "no serial number, and firmware with a published weakness",
            from: "Security Key NFC, firmware 5.4.3 (YSA-2024-03)",
            make: || of(Profile::security_key_nfc()),
            said: &["YSA-2024-03"],
            ..PLAIN
        },
        Odd {
            name: "two interfaces: the same key in two slots",
            from: "keys with two HID interfaces",
            make: || of(able().with_serial("7C31A9")),
            twice: true,
            ..PLAIN
        },
        Odd {
            name: "no model: the AAGUID is all zero",
            from: "keys that state none, such as those with U2F firmware that was extended",
            make: || but(|p| p.aaguid = [0; 16]),
            said: &["states no model"],
            ..PLAIN
        },
        Odd {
            name: "says another model than its credentials do",
            from: "clones",
            make: || stating(3, Value::Bytes(vec![0x2f; 16])),
            said: &["does not know"],
            ..PLAIN
        },
    ]
}

/// What it can do.
pub fn abilities() -> Vec<Odd> {
    vec![
        Odd {
            name: "U2F only",
            from: "keys of before 2018",
            make: || of(Profile::u2f_only()),
            said: &["U2F only"],
            test: "U2F only",
            set_pin: "U2F only",
            change_pin: "U2F only",
            reset: "U2F only",
            ..refused("U2F only")
        },
        Odd {
            name: "keeps no discoverable credentials",
            from: "CTAP 2.0 keys without storage",
            make: || but(|p| p.abilities.discoverable = false),
            said: &[NO_DISCOVERABLE],
            ..refused(NO_DISCOVERABLE)
        },
        Odd {
            name: "can have no PIN, and verifies nobody",
            from: SPECIFICATION,
            make: || but(|p| p.abilities.client_pin = false),
            said: &["cannot have a PIN"],
            set_pin: "can have no PIN",
            change_pin: "can have no PIN",
            ..refused("cannot have a PIN")
        },
        Odd {
            name: "EdDSA only",
            from: "keys of a maker that signs with Ed25519 alone",
            make: || but(|p| p.abilities.algorithms = vec![-8]),
            said: &["ES256"],
            test: "UnsupportedAlgorithm|0x26",
            ..refused("EdDSA")
        },
        Odd {
            name: "ML-DSA only",
            from: "prototypes of keys after quantum computers",
            make: || but(|p| p.abilities.algorithms = vec![-48, -49]),
            said: &["ES256"],
            test: "UnsupportedAlgorithm|0x26",
            ..refused("ML-DSA-44, ML-DSA-65")
        },
        Odd {
            name: "ES256 last among its algorithms",
            from: "firmware 5.8 and open firmware",
            make: || but(|p| p.abilities.algorithms = vec![-49, -8, -257, -7]),
            ..PLAIN
        },
        Odd {
            name: "states no algorithms",
            from: "CTAP 2.0",
            make: || lacking(0x0a),
            ..PLAIN
        },
        Odd {
            name: "always verifies the person",
            from: SPECIFICATION,
            make: || remembering(able(), |memory| memory["always_uv"] = json!(true)),
            ..with_pin(&["always asks for the PIN or a finger"])
        },
        Odd {
            name: "verifies by itself and can have no PIN",
            from: "keys with a sensor and no PIN",
            make: || knowing(fingers(false, |_| {})),
            set_pin: "can have no PIN",
            change_pin: "can have no PIN",
            ..PLAIN
        },
        Odd {
            name: "its PIN makes and uses no credential; a finger does",
            from: "CTAP 2.3, section 6.4, noMcGaPermissionsWithClientPin",
            make: || knowing(fingers(true, |p| p.abilities.pin_only_manages = true)),
            said: &["takes its own verification"],
            ..PLAIN
        },
        Odd {
            name: "its PIN makes and uses no credential, and it knows no finger yet",
            from: "CTAP 2.3, section 6.4, noMcGaPermissionsWithClientPin",
            make: || fingers(true, |p| p.abilities.pin_only_manages = true),
            said: &["takes its own verification", "enrol a fingerprint"],
            ..refused("enrol a fingerprint")
        },
    ]
}

/// Members of getInfo that are not as the specification has them.
pub fn wrong_members() -> Vec<Odd> {
    let noted = |name, said: &'static [&'static str], make: fn() -> SoftKey| Odd {
        name,
        from: MALFORMED,
        make,
        said,
        ..PLAIN
    };
    vec![
        Odd {
            name: "versions as a map",
            from: MALFORMED,
            make: || stating(1, Value::Map(vec![(text("FIDO_2_1"), Value::from(true))])),
            ..unreadable(&["`versions` is missing"])
        },
        Odd {
            name: "no versions",
            from: MALFORMED,
            make: || lacking(1),
            ..unreadable(&["`versions` is missing"])
        },
        noted("a number among its versions", &["versions"], || {
            stating(
                1,
                list([Value::from(2), text("FIDO_2_0"), text("FIDO_2_1")]),
            )
        }),
        Odd {
            change_pin: SAYS_NO_PIN,
            ..noted("a number among its options", &["options"], || {
                let options = ["rk", "up", "pinUvAuthToken", "credMgmt"];
                let named = options.map(|name| (text(name), Value::from(true)));
                let odd = [
                    (text("clientPin"), Value::from(false)),
                    (text("alwaysUv"), Value::from(1)),
                ];
                stating(4, Value::Map(named.into_iter().chain(odd).collect()))
            })
        },
        Odd {
            said: &["options"],
            set_pin: "can have no PIN",
            change_pin: "can have no PIN",
            name: "options as a list, so that it has none",
            from: MALFORMED,
            make: || stating(4, list([text("rk"), text("clientPin")])),
            ..refused("cannot have a PIN")
        },
        noted(
            "an AAGUID of 15 bytes",
            &["aaguid", "states no model"],
            || stating(3, Value::Bytes(vec![7; 15])),
        ),
        noted("no AAGUID", &["aaguid", "states no model"], || lacking(3)),
        noted("a negative message size", &["maxMsgSize"], || {
            stating(5, Value::from(-1))
        }),
        noted("messages of 512 bytes", &["messages of 512 bytes"], || {
            stating(5, Value::from(512))
        }),
        noted("transports as a text", &["transports"], || {
            stating(9, text("usb"))
        }),
        noted("transports without USB", &["does not name USB"], || {
            stating(9, list([text("nfc")]))
        }),
        noted("firmware as a text", &["firmwareVersion"], || {
            stating(0x0e, text("5.7.1"))
        }),
        noted("algorithms as texts", &["algorithms"], || {
            stating(0x0a, list([text("ES256")]))
        }),
        noted("a least PIN length as a text", &["minPINLength"], || {
            stating(0x0d, text("8"))
        }),
        noted("encIdentifier as a text", &["encIdentifier"], || {
            stating(0x19, text("who am I"))
        }),
        noted("certifications as a list", &["certifications"], || {
            stating(0x13, list([text("FIDO")]))
        }),
    ]
}

/// Replies that are odd as a whole.
pub fn odd_replies() -> Vec<Odd> {
    let bare = |name, make: fn() -> SoftKey| Odd {
        name,
        from: MALFORMED,
        make,
        ..PLAIN
    };
    vec![
        Odd {
            change_pin: SAYS_NO_PIN,
            ..bare("members out of order", || {
                telling(&[b"\xa4", PROTOCOLS, OPTIONS, AAGUID, VERSIONS])
            })
        },
        Odd {
            said: &["1 thing that this release does not know"],
            ..bare("a member of a later version", || {
                stating(0x77, list([text("later")]))
            })
        },
        Odd {
            said: &["1 thing that this release does not know"],
            ..bare("a reply of six thousand bytes", || {
                stating(0x78, Value::Bytes(vec![0x5a; 6000]))
            })
        },
        Odd {
            name: "a member twice",
            from: MALFORMED,
            make: || telling(&[b"\xa4", VERSIONS, VERSIONS, AAGUID, OPTIONS]),
            ..unreadable(&["a map key that occurs twice"])
        },
        Odd {
            name: "bytes after the reply",
            from: MALFORMED,
            make: || telling(&[b"\xa4", VERSIONS, AAGUID, OPTIONS, PROTOCOLS, b"\x00\x00"]),
            ..unreadable(&["2 bytes too many"])
        },
        Odd {
            name: "a reply cut short",
            from: MALFORMED,
            make: || telling(&[b"\xa4", VERSIONS, AAGUID]),
            ..unreadable(&["ends inside a value"])
        },
    ]
}
