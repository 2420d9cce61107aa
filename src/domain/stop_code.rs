//! The stable words of why a run ends early: part of the command line's output and of records, and what `text` explains.
//!
//! What each stands for is said where its facts are: [`KeyFault`](super::reason::KeyFault) and the workflow's `Stop`.

use serde::Serialize;

use super::words::words;

/// Why a run ended early, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StopCode {
    Cancelled,
    Settled,
    SignedOut,
    NotAllowed,
    KeyRefused,
    RegistryRefused,
    Unreachable,
    Unanswered,
    OfferExpired,
    NotIdentified,
    OwnFactorNeeded,
    AdministratorNeeded,
    ReleaseNeeded,
    Strands,
    Store,
    WrongCodes,
    Unproven,
    KeyGone,
    KeyReplugged,
    OpenElsewhere,
    TouchTimeout,
    WrongPin,
    PowerCycleNeeded,
    PinBlocked,
    PinChangeNeeded,
    PinRefused,
    PinTooSimple,
    PinTooLong,
    Excluded,
    NoCredential,
    StoreFull,
    Unsupported,
    KeyFailed,
}

words!(StopCode {
    Cancelled => "cancelled",
    Settled => "settled",
    SignedOut => "signed-out",
    NotAllowed => "not-allowed",
    KeyRefused => "key-refused",
    RegistryRefused => "registry-refused",
    Unreachable => "unreachable",
    Unanswered => "unanswered",
    OfferExpired => "offer-expired",
    NotIdentified => "not-identified",
    OwnFactorNeeded => "own-factor-needed",
    AdministratorNeeded => "administrator-needed",
    ReleaseNeeded => "release-needed",
    Strands => "strands",
    Store => "store",
    WrongCodes => "wrong-codes",
    Unproven => "unproven",
    KeyGone => "key-gone",
    KeyReplugged => "key-replugged",
    OpenElsewhere => "open-elsewhere",
    TouchTimeout => "touch-timeout",
    WrongPin => "wrong-pin",
    PowerCycleNeeded => "power-cycle-needed",
    PinBlocked => "pin-blocked",
    PinChangeNeeded => "pin-change-needed",
    PinRefused => "pin-refused",
    PinTooSimple => "pin-too-simple",
    PinTooLong => "pin-too-long",
    Excluded => "excluded",
    NoCredential => "no-credential",
    StoreFull => "store-full",
    Unsupported => "unsupported",
    KeyFailed => "key-failed",
});
