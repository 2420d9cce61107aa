//! Requests and replies of the CTAP2 commands (CTAP 2.3, section 6), as pure functions over CBOR values.
//!
//! Hides member numbers. Invariant: a reply that contradicts its request (another RP, no credential) is an error, so that
//! nobody behind this module need check it again.

use std::fmt;

pub mod bio;
pub mod client_pin;
pub mod config;
pub mod credential;
pub mod manage;

/// What a key is asked to do. Its text fits after "to".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// CTAPHID_INIT.
    Init,
    /// CTAPHID_PING.
    Ping,
    /// CTAPHID_WINK.
    Wink,
    /// authenticatorMakeCredential.
    MakeCredential,
    /// authenticatorGetAssertion.
    GetAssertion,
    /// authenticatorGetNextAssertion.
    GetNextAssertion,
    /// authenticatorGetInfo.
    GetInfo,
    /// authenticatorClientPIN: retries.
    ReadRetries,
    /// authenticatorClientPIN: key agreement.
    AgreeOnKey,
    /// authenticatorClientPIN: setPIN.
    SetPin,
    /// authenticatorClientPIN: changePIN.
    ChangePin,
    /// authenticatorClientPIN: a token for the PIN.
    VerifyPin,
    /// authenticatorClientPIN: a token for built-in user verification.
    VerifyUser,
    /// authenticatorReset.
    Reset,
    /// authenticatorSelection.
    Selection,
    /// authenticatorCredentialManagement: reading.
    ListCredentials,
    /// authenticatorCredentialManagement: deleteCredential.
    DeleteCredential,
    /// authenticatorCredentialManagement: updateUserInformation.
    UpdateUser,
    /// authenticatorBioEnrollment: modality and sensor.
    DescribeSensor,
    /// authenticatorBioEnrollment: enrollBegin and enrollCaptureNextSample.
    EnrolFingerprint,
    /// authenticatorBioEnrollment: enumerateEnrollments.
    ListFingerprints,
    /// authenticatorBioEnrollment: setFriendlyName.
    NameFingerprint,
    /// authenticatorBioEnrollment: removeEnrollment.
    RemoveFingerprint,
    /// authenticatorConfig: enableEnterpriseAttestation.
    SetEnterpriseAttestation,
    /// authenticatorConfig: toggleAlwaysUv.
    SetAlwaysUv,
    /// authenticatorConfig: setMinPINLength.
    SetPinPolicy,
    /// authenticatorConfig: enableLongTouchForReset.
    SetLongTouchForReset,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Init => "open a channel",
            Self::Ping => "echo",
            Self::Wink => "blink",
            Self::MakeCredential => "make a credential",
            Self::GetAssertion => "sign in",
            Self::GetNextAssertion => "sign in with another credential",
            Self::GetInfo => "say what it is",
            Self::ReadRetries => "say how many tries are left",
            Self::AgreeOnKey => "prepare for the PIN",
            Self::SetPin => "set its PIN",
            Self::ChangePin => "change its PIN",
            Self::VerifyPin => "check the PIN",
            Self::VerifyUser => "check the fingerprint",
            Self::Reset => "reset itself",
            Self::Selection => "be chosen by touch",
            Self::ListCredentials => "list its credentials",
            Self::DeleteCredential => "delete a credential",
            Self::UpdateUser => "rename a credential",
            Self::DescribeSensor => "describe its fingerprint sensor",
            Self::EnrolFingerprint => "learn a fingerprint",
            Self::ListFingerprints => "list its fingerprints",
            Self::NameFingerprint => "name a fingerprint",
            Self::RemoveFingerprint => "delete a fingerprint",
            Self::SetEnterpriseAttestation => "enable enterprise attestation",
            Self::SetAlwaysUv => "change whether it always verifies the user",
            Self::SetPinPolicy => "change what PINs it takes",
            Self::SetLongTouchForReset => "ask for a long touch before a reset",
        })
    }
}

/// Command bytes.
pub(super) mod command_byte {
    pub const MAKE_CREDENTIAL: u8 = 0x01;
    pub const GET_ASSERTION: u8 = 0x02;
    pub const GET_INFO: u8 = 0x04;
    pub const CLIENT_PIN: u8 = 0x06;
    pub const RESET: u8 = 0x07;
    pub const GET_NEXT_ASSERTION: u8 = 0x08;
    pub const BIO_ENROLLMENT: u8 = 0x09;
    pub const CREDENTIAL_MANAGEMENT: u8 = 0x0a;
    pub const SELECTION: u8 = 0x0b;
    pub const CONFIG: u8 = 0x0d;
    pub const BIO_ENROLLMENT_PREVIEW: u8 = 0x40;
    pub const CREDENTIAL_MANAGEMENT_PREVIEW: u8 = 0x41;
}

/// The most bytes of a name that every key keeps (WebAuthn level 3, section 6.4.1).
const NAME_BYTES: usize = 64;

/// Cuts a name to what every key keeps, between two characters.
pub fn clip(name: &str) -> &str {
    clip_to(name, NAME_BYTES)
}

/// Cuts a name to so many bytes, between two characters.
pub fn clip_to(name: &str, bytes: usize) -> &str {
    let end = name.floor_char_boundary(bytes);
    name.get(..end).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_clipped_to_64_bytes_between_characters() {
        assert_eq!(clip("short"), "short");
        assert_eq!(clip(&"a".repeat(70)), "a".repeat(64));
        let wide = format!("{}€€", "a".repeat(60));
        assert_eq!(clip(&wide), format!("{}€", "a".repeat(60)));
    }
}
