//! The codes with which a key refuses: CTAP2 status (CTAP 2.3, section 8.2) and CTAPHID errors (section 11.2.9.1.6); and what it
//! says of a fingerprint sample (section 6.7.4).
//!
//! Hides the numbers. Invariant: every byte has exactly one value here and comes back as the same byte; what this version
//! does not know is kept as a number, never guessed.

/// Makes an enum of byte codes with a text for operators, an `Unknown(u8)` and both conversions.
macro_rules! codes {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $code:literal, $text:literal;)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $(#[doc = $text] $(#[$doc])* $variant,)*
            /// A code that this version does not know.
            Unknown(u8),
        }

        impl $name {
            /// The value that `code` stands for.
            pub const fn from_code(code: u8) -> Self {
                match code {
                    $($code => Self::$variant,)*
                    other => Self::Unknown(other),
                }
            }

            /// The code as a key sends it.
            pub const fn code(self) -> u8 {
                match self {
                    $(Self::$variant => $code,)*
                    Self::Unknown(code) => code,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let text = match self {
                    $(Self::$variant => $text,)*
                    Self::Unknown(_) => "a code unknown to this version",
                };
                write!(f, "{text} (0x{:02X})", self.code())
            }
        }
    };
}

codes! {
    /// The first byte of every CTAP2 reply that is not a success.
    Status {
        InvalidCommand = 0x01, "the key does not know this command";
        InvalidParameter = 0x02, "the key rejected a parameter";
        InvalidLength = 0x03, "the key found the message too short or too long";
        InvalidSequence = 0x04, "the key saw packets out of order";
        Timeout = 0x05, "the key gave up waiting for the message";
        ChannelBusy = 0x06, "the key is busy with another request";
        LockRequired = 0x0A, "the key is locked by another program";
        InvalidChannel = 0x0B, "the key does not know this channel";
        CborUnexpectedType = 0x11, "the key found a value of the wrong type";
        InvalidCbor = 0x12, "the key could not read the request";
        MissingParameter = 0x14, "the key misses a parameter";
        LimitExceeded = 0x15, "a limit of the key is exceeded";
        FpDatabaseFull = 0x17, "the key has no room for another fingerprint";
        LargeBlobStorageFull = 0x18, "the key's large-blob storage is full";
        CredentialExcluded = 0x19, "the key already holds a credential for this account";
        Processing = 0x21, "the key is still processing";
        InvalidCredential = 0x22, "the credential is not valid for this key";
        UserActionPending = 0x23, "the key waits for the person";
        OperationPending = 0x24, "the key has an operation pending";
        NoOperations = 0x25, "the key has no operation pending";
        UnsupportedAlgorithm = 0x26, "the key supports none of the algorithms asked for";
        OperationDenied = 0x27, "the key or the person denied it";
        KeyStoreFull = 0x28, "the key has no room for another credential";
        NoOperationPending = 0x2A, "there is nothing to cancel";
        UnsupportedOption = 0x2B, "the key does not support an option asked for";
        InvalidOption = 0x2C, "the key rejected an option";
        KeepaliveCancel = 0x2D, "the request was cancelled";
        NoCredentials = 0x2E, "the key holds no such credential";
        UserActionTimeout = 0x2F, "the key was not touched in time";
        NotAllowed = 0x30, "the key does not allow this now";
        PinInvalid = 0x31, "the PIN is wrong";
        PinBlocked = 0x32, "the PIN is blocked for good; only a reset of the key helps";
        PinAuthInvalid = 0x33, "the PIN or fingerprint token was not accepted";
        PinAuthBlocked = 0x34, "too many wrong PINs in a row; unplug the key and plug it in again";
        PinNotSet = 0x35, "the key has no PIN";
        PuatRequired = 0x36, "the key asks for its PIN or fingerprint first";
        PinPolicyViolation = 0x37, "the PIN does not satisfy the key's policy";
        /// Was `PIN_TOKEN_EXPIRED` in CTAP 2.0.
        PinTokenExpired = 0x38, "the PIN token has expired";
        RequestTooLarge = 0x39, "the request is too large for the key";
        ActionTimeout = 0x3A, "the key gave up waiting";
        UpRequired = 0x3B, "the key asks for a touch";
        UvBlocked = 0x3C, "built-in user verification is blocked; use the PIN";
        IntegrityFailure = 0x3D, "the key found its own data damaged";
        InvalidSubcommand = 0x3E, "the key does not know this subcommand";
        UvInvalid = 0x3F, "the fingerprint was not recognised";
        UnauthorizedPermission = 0x40, "the token does not carry the permission asked for";
        Other = 0x7F, "the key failed for a reason it does not name";
        SpecLast = 0xDF, "the last code of the specification";
        ExtensionFirst = 0xE0, "an error of an extension";
        ExtensionLast = 0xEF, "an error of an extension";
        VendorFirst = 0xF0, "an error of the key's vendor";
        VendorLast = 0xFF, "an error of the key's vendor";
    }
}

codes! {
    /// What a CTAPHID_ERROR message carries.
    HidError {
        InvalidCommand = 0x01, "the key does not know this message type";
        InvalidParameter = 0x02, "the key rejected a parameter of the message";
        InvalidLength = 0x03, "the key found the message's length wrong";
        InvalidSequence = 0x04, "the key saw packets out of order";
        MessageTimeout = 0x05, "the key missed a packet";
        ChannelBusy = 0x06, "the key is busy with another program's request";
        LockRequired = 0x0A, "the key is locked by another program";
        InvalidChannel = 0x0B, "the key does not know this channel";
        Other = 0x7F, "the key failed for a reason it does not name";
    }
}

codes! {
    /// What was with one sample of a finger during an enrolment (lastEnrollSampleStatus, section 6.7.4).
    SampleStatus {
        Good = 0x00, "good";
        TooHigh = 0x01, "the finger was too high";
        TooLow = 0x02, "the finger was too low";
        TooLeft = 0x03, "the finger was too far left";
        TooRight = 0x04, "the finger was too far right";
        TooFast = 0x05, "the finger was too fast";
        TooSlow = 0x06, "the finger was too slow";
        PoorQuality = 0x07, "the picture was poor";
        TooSkewed = 0x08, "the finger was askew";
        TooShort = 0x09, "the touch was too short";
        MergeFailure = 0x0A, "the sample did not fit those before it";
        Exists = 0x0B, "this finger is enrolled already";
        /// Of the preview; later versions leave this number out.
        DatabaseFull = 0x0C, "there is no room for another fingerprint";
        NoUserActivity = 0x0D, "no finger came";
        NoUserPresenceTransition = 0x0E, "the finger was not lifted in between";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_survives_as_a_code() {
        for code in 0..=u8::MAX {
            assert_eq!(Status::from_code(code).code(), code);
            assert_eq!(HidError::from_code(code).code(), code);
            assert_eq!(SampleStatus::from_code(code).code(), code);
        }
    }

    #[test]
    fn an_unknown_code_is_shown_by_its_number() {
        assert_eq!(Status::from_code(0x99), Status::Unknown(0x99));
        assert_eq!(
            Status::Unknown(0x99).to_string(),
            "a code unknown to this version (0x99)"
        );
        assert_eq!(Status::PinInvalid.to_string(), "the PIN is wrong (0x31)");
    }
}
