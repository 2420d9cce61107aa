//! Everything that the client asks of a key, so that a misbehaviour can be tried on each.

use ciborium::Value;
use keydesk::bay::soft::{Fault, Profile, SoftKey, SoftState, TouchPolicy};
use keydesk::ctap::{
    Control, CtapError, Device, Permissions, PinPolicy, PinUvAuthToken, TokenRequest, Transport,
    VerifyBy,
};

use crate::client::{get, make, open, pin, within_s};
use crate::suite::raw::{encode, entry};

const PIN: &str = "271828";
pub const P256_X: &str = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
pub const P256_Y: &str = "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";

/// One request, the last of those that a method of the client sends; the ones before it are answered as they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    Info,
    Retries,
    UvRetries,
    AgreeOnKey,
    Token,
    UvToken,
    SetPin,
    ChangePin,
    Make,
    Get,
    Next,
    Metadata,
    FirstRp,
    NextRp,
    FirstCredential,
    NextCredential,
    Delete,
    UpdateUser,
    Selection,
    Reset,
    Modality,
    Sensor,
    BeginFinger,
    NextSample,
    Fingers,
    NameFinger,
    RemoveFinger,
    Enterprise,
    AlwaysUv,
    PinPolicy,
    LongTouch,
}

/// Those whose reply says something.
pub const READERS: [Ask; 18] = [
    Ask::Info,
    Ask::Retries,
    Ask::UvRetries,
    Ask::AgreeOnKey,
    Ask::Token,
    Ask::Make,
    Ask::Get,
    Ask::Next,
    Ask::Metadata,
    Ask::FirstRp,
    Ask::NextRp,
    Ask::FirstCredential,
    Ask::NextCredential,
    Ask::Modality,
    Ask::Sensor,
    Ask::BeginFinger,
    Ask::NextSample,
    Ask::Fingers,
];

/// Those whose reply is a status and nothing else.
pub const WRITERS: [Ask; 10] = [
    Ask::SetPin,
    Ask::ChangePin,
    Ask::Delete,
    Ask::UpdateUser,
    Ask::NameFinger,
    Ask::RemoveFinger,
    Ask::Enterprise,
    Ask::AlwaysUv,
    Ask::PinPolicy,
    Ask::LongTouch,
];

/// A successful reply with these members.
pub fn ok(members: Vec<(Value, Value)>) -> Vec<u8> {
    [&[0][..], &encode(&Value::Map(members))].concat()
}

pub fn map(members: Vec<(Value, Value)>) -> Value {
    Value::Map(members)
}

/// A COSE key on P-256 for ECDH, from its coordinates.
pub fn agreement_key(x: &[u8], y: &[u8]) -> Vec<(Value, Value)> {
    vec![
        entry(1, 2),
        entry(3, -25),
        entry(-1, 1),
        entry(-2, x.to_vec()),
        entry(-3, y.to_vec()),
    ]
}

pub fn rp_entry(total: Option<u32>) -> Vec<(Value, Value)> {
    let mut members = vec![
        entry(3, map(vec![entry("id", "login.example")])),
        entry(4, vec![7; 32]),
    ];
    members.extend(total.map(|total| entry(5, total)));
    members
}

pub fn credential_entry(total: Option<u32>) -> Vec<(Value, Value)> {
    let mut members = vec![
        entry(6, map(vec![entry("id", b"user-1".to_vec())])),
        entry(
            7,
            map(vec![entry("id", vec![1; 16]), entry("type", "public-key")]),
        ),
    ];
    members.extend(total.map(|total| entry(9, total)));
    members
}

pub fn sample(status: i32, remaining: i32) -> Vec<(Value, Value)> {
    vec![entry(5, status), entry(6, remaining)]
}

pub fn first_sample() -> Vec<(Value, Value)> {
    let mut members = sample(0, 3);
    members.push(entry(4, vec![0, 9]));
    members
}

impl Ask {
    /// The CTAP2 command byte.
    pub const fn command(self) -> u8 {
        match self {
            Self::Info => 0x04,
            Self::Retries
            | Self::UvRetries
            | Self::AgreeOnKey
            | Self::Token
            | Self::UvToken
            | Self::SetPin
            | Self::ChangePin => 0x06,
            Self::Make => 0x01,
            Self::Get => 0x02,
            Self::Next => 0x08,
            Self::Metadata
            | Self::FirstRp
            | Self::NextRp
            | Self::FirstCredential
            | Self::NextCredential
            | Self::Delete
            | Self::UpdateUser => 0x0a,
            Self::Selection => 0x0b,
            Self::Reset => 0x07,
            Self::Modality
            | Self::Sensor
            | Self::BeginFinger
            | Self::NextSample
            | Self::Fingers
            | Self::NameFinger
            | Self::RemoveFinger => 0x09,
            Self::Enterprise | Self::AlwaysUv | Self::PinPolicy | Self::LongTouch => 0x0d,
        }
    }

    /// Good answers to the requests with the same command byte that come before.
    pub fn lead_in(self) -> Vec<Fault> {
        let point = |text| hex::decode(text).unwrap();
        let agreed = || {
            let key = agreement_key(&point(P256_X), &point(P256_Y));
            ok(vec![entry(1, map(key))])
        };
        let fingerprints = || ok(vec![entry(1, 1)]);
        let sensor = || ok(vec![entry(1, 1), entry(2, 1), entry(3, 4), entry(8, 32)]);
        let replies = match self {
            Self::Token | Self::UvToken | Self::SetPin | Self::ChangePin => vec![agreed()],
            Self::NextRp => vec![ok(rp_entry(Some(2)))],
            Self::NextCredential => vec![ok(credential_entry(Some(2)))],
            Self::Sensor => vec![fingerprints()],
            Self::NextSample => vec![ok(first_sample())],
            Self::NameFinger => vec![fingerprints(), sensor()],
            _ => Vec::new(),
        };
        let command = self.command();
        let replies = replies.into_iter();
        replies
            .map(|bytes| Fault::Instead { command, bytes })
            .collect()
    }

    /// Asks it.
    pub fn run<T: Transport>(
        self,
        device: &mut Device<T>,
        token: &PinUvAuthToken,
        control: &mut Control<'_>,
    ) -> Result<(), CtapError> {
        let person = pin(PIN);
        let policy = PinPolicy {
            min_length: Some(6),
            ..PinPolicy::default()
        };
        let some = Some(token);
        match self {
            Self::Info => device.info(control).map(drop),
            Self::Retries => device.pin_retries(control).map(drop),
            Self::UvRetries => device.uv_retries(control).map(drop),
            Self::AgreeOnKey | Self::Token => device
                .token(&asking(VerifyBy::Pin(&person)), control)
                .map(drop),
            Self::UvToken => device
                .token(&asking(VerifyBy::BuiltInUv), control)
                .map(drop),
            Self::SetPin => device.set_pin(&person, control),
            Self::ChangePin => device.change_pin(&person, &pin("31415926"), control),
            Self::Make => device.make_credential(&make(&[]), some, control).map(drop),
            Self::Get => device
                .assertion(&get(&[vec![1; 16]]), some, control)
                .map(drop),
            Self::Next => device.next_assertion(&get(&[]), control).map(drop),
            Self::Metadata => device.credentials_metadata(token, control).map(drop),
            Self::FirstRp | Self::NextRp => device.stored_rps(token, control).map(drop),
            Self::FirstCredential | Self::NextCredential => device
                .stored_credentials(&[7; 32], token, control)
                .map(drop),
            Self::Delete => device.delete_credential(&[1; 16], token, control),
            Self::UpdateUser => device.update_user(&[1; 16], &make(&[]).user, token, control),
            Self::Selection => device.selection(control),
            Self::Reset => device.reset(control),
            Self::Modality | Self::Sensor => device.fingerprint_sensor(control).map(drop),
            Self::BeginFinger | Self::NextSample => device
                .enrol_fingerprint(token, &mut |_| {}, control)
                .map(drop),
            Self::Fingers => device.fingerprints(token, control).map(drop),
            Self::NameFinger => device
                .name_fingerprint(&[0, 1], "thumb", token, control)
                .map(drop),
            Self::RemoveFinger => device.remove_fingerprint(&[0, 1], token, control),
            Self::Enterprise => device.enable_enterprise_attestation(some, control),
            Self::AlwaysUv => device.set_always_uv(true, some, control),
            Self::PinPolicy => device.set_pin_policy(&policy, some, control),
            Self::LongTouch => device.enable_long_touch_for_reset(some, control),
        }
    }
}

fn asking(by: VerifyBy<'_>) -> TokenRequest<'_> {
    TokenRequest {
        by,
        permissions: Permissions::CREDENTIAL_MANAGEMENT,
        rp_id: None,
    }
}

/// A token to ask with.
pub fn any_token<T: Transport>(
    device: &mut Device<T>,
    control: &mut Control<'_>,
) -> Result<PinUvAuthToken, CtapError> {
    device.token(&asking(VerifyBy::Pin(&pin(PIN))), control)
}

/// A model that knows every command.
pub fn model() -> Profile {
    let mut model = Profile::ctap23().with_touch(TouchPolicy::Auto);
    model.abilities.fingerprints = true;
    model.fingerprint_slots = 5;
    model
}

/// What such a key remembers once it has a PIN and a finger.
pub fn lived_in() -> SoftState {
    let key = SoftKey::in_virtual_time(model());
    let mut device = open(&key);
    within_s(5, |control| device.set_pin(&pin(PIN), control)).unwrap();
    let person = pin(PIN);
    let request = TokenRequest {
        by: VerifyBy::Pin(&person),
        permissions: Permissions::BIO_ENROLLMENT,
        rp_id: None,
    };
    let token = within_s(5, |control| device.token(&request, control)).unwrap();
    within_s(5, |control| {
        device.enrol_fingerprint(&token, &mut |_| {}, control)
    })
    .unwrap();
    key.state()
}
