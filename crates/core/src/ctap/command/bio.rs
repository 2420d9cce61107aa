//! authenticatorBioEnrollment for fingerprints (CTAP 2.3, section 6.7), also in its preview form.

use std::time::Duration;

use ciborium::Value;

use super::super::cbor::{self, FieldFault, Fields, required};
use super::super::pin::PinUvAuthToken;
use super::super::status::SampleStatus;

/// The one modality that there is.
const FINGERPRINT: u8 = 0x01;
/// The longest friendly name of a sensor that does not state one, in bytes; preview keys do not.
const DEFAULT_MAX_NAME_BYTES: usize = 64;

/// How a finger meets the sensor (CTAP 2.3, section 6.7.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FingerprintKind {
    /// It is laid upon it.
    Touch,
    /// It is drawn over it.
    Swipe,
    /// In a way that this version does not know.
    Other(u64),
}

/// The key's fingerprint sensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct FingerprintSensor {
    /// How a finger meets it.
    pub kind: FingerprintKind,
    /// How many good samples an enrolment takes at most.
    pub max_samples: u64,
    /// The longest friendly name of a fingerprint, in bytes of UTF-8.
    pub max_name_bytes: usize,
}

/// What came of one touch of the sensor during an enrolment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// Whether it was good, and if not, why.
    pub status: SampleStatus,
    /// How many more good samples the key wants; 0: the fingerprint is enrolled.
    pub remaining: u64,
}

/// A fingerprint on the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// What the key calls it.
    pub id: Vec<u8>,
    pub name: Option<String>,
}

/// A subcommand with its parameters. Only those that read nothing secret and change nothing go without a token.
pub(in super::super) enum Request<'a> {
    Modality,
    Sensor,
    CancelEnrolment,
    BeginEnrolment { timeout: Duration },
    NextSample { id: &'a [u8], timeout: Duration },
    Enumerate,
    Rename { id: &'a [u8], name: &'a str },
    Remove { id: &'a [u8] },
}

impl Request<'_> {
    /// The parameters. Without a token none of the signed subcommands can succeed.
    pub(in super::super) fn encode(&self, token: Option<&PinUvAuthToken>) -> Value {
        let millis = |timeout: &Duration| {
            Some(Value::from(
                u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX),
            ))
        };
        let id = |id: &[u8]| Some(Value::Bytes(id.to_vec()));
        let (subcommand, parameters) = match self {
            Self::Modality => return cbor::map([(0x06, Some(Value::from(true)))]),
            Self::BeginEnrolment { timeout } => (0x01, Some([(0x03, millis(timeout)), ABSENT])),
            Self::NextSample { id: of, timeout } => {
                (0x02, Some([(0x01, id(of)), (0x03, millis(timeout))]))
            }
            Self::CancelEnrolment => (0x03, None),
            Self::Enumerate => (0x04, None),
            Self::Rename { id: of, name } => (
                0x05,
                Some([(0x01, id(of)), (0x02, Some(Value::from(*name)))]),
            ),
            Self::Remove { id: of } => (0x06, Some([(0x01, id(of)), ABSENT])),
            Self::Sensor => (0x07, None),
        };
        let parameters = parameters.map(cbor::map);
        let signature = token.map(|token| {
            let mut message = vec![FINGERPRINT, subcommand];
            message.extend(parameters.as_ref().map(cbor::write).unwrap_or_default());
            Value::Bytes(token.authenticate(&message))
        });
        cbor::map([
            (0x01, Some(Value::from(FINGERPRINT))),
            (0x02, Some(Value::from(subcommand))),
            (0x03, parameters),
            (
                0x04,
                token.map(|token| Value::from(token.protocol().number())),
            ),
            (0x05, signature),
        ])
    }
}

const ABSENT: (i64, Option<Value>) = (0, None);

/// Whether the reply to [`Request::Modality`] says that fingerprints are meant.
pub(in super::super) fn is_fingerprint(reply: Value) -> Result<bool, FieldFault> {
    let mut fields = Fields::of(reply, "bioEnrollment")?;
    let modality = required(fields.unsigned(0x01, "modality")?, "modality")?;
    Ok(modality == u64::from(FINGERPRINT))
}

/// Reads the reply to [`Request::Sensor`].
pub(in super::super) fn sensor(reply: Value) -> Result<FingerprintSensor, FieldFault> {
    const SAMPLES: &str = "maxCaptureSamplesRequiredForEnroll";
    let mut fields = Fields::of(reply, "bioEnrollment")?;
    let kind = required(fields.unsigned(0x02, "fingerprintKind")?, "fingerprintKind")?;
    let name_bytes = fields.unsigned(0x08, "maxTemplateFriendlyName")?;
    Ok(FingerprintSensor {
        kind: match kind {
            1 => FingerprintKind::Touch,
            2 => FingerprintKind::Swipe,
            other => FingerprintKind::Other(other),
        },
        max_samples: required(fields.unsigned(0x03, SAMPLES)?, SAMPLES)?,
        max_name_bytes: name_bytes.map_or(DEFAULT_MAX_NAME_BYTES, |bytes| {
            usize::try_from(bytes).unwrap_or(usize::MAX)
        }),
    })
}

/// Reads the reply to [`Request::BeginEnrolment`]: the new fingerprint's id and the first sample.
pub(in super::super) fn begun(reply: Value) -> Result<(Vec<u8>, Sample), FieldFault> {
    let mut fields = Fields::of(reply, "bioEnrollment")?;
    let id = required(fields.bytes(0x04, "templateId")?, "templateId")?;
    Ok((id, read_sample(&mut fields)?))
}

/// Reads the reply to [`Request::NextSample`].
pub(in super::super) fn sample(reply: Value) -> Result<Sample, FieldFault> {
    read_sample(&mut Fields::of(reply, "bioEnrollment")?)
}

fn read_sample(fields: &mut Fields) -> Result<Sample, FieldFault> {
    const STATUS: &str = "lastEnrollSampleStatus";
    const REMAINING: &str = "remainingSamples";
    let status = required(fields.unsigned(0x05, STATUS)?, STATUS)?;
    let status = u8::try_from(status).map_err(|_| FieldFault::Invalid {
        member: STATUS,
        expected: "a number below 256",
    })?;
    Ok(Sample {
        status: SampleStatus::from_code(status),
        remaining: required(fields.unsigned(0x06, REMAINING)?, REMAINING)?,
    })
}

/// Reads the reply to [`Request::Enumerate`].
pub(in super::super) fn fingerprints(reply: Value) -> Result<Vec<Fingerprint>, FieldFault> {
    let mut fields = Fields::of(reply, "bioEnrollment")?;
    let listed = fields.list(0x07, "templateInfos", |value, member| {
        let mut fields = Fields::of(value, member)?;
        Ok(Fingerprint {
            id: required(fields.bytes(0x01, "templateId")?, "templateId")?,
            name: fields.text(0x02, "templateFriendlyName")?,
        })
    })?;
    required(listed, "templateInfos")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::pin::PinProtocol;
    use super::*;

    fn sent(request: &Request<'_>, protocol: Option<PinProtocol>) -> String {
        let token = protocol.map(|protocol| PinUvAuthToken::known(protocol, [7; 32]));
        hex::encode(cbor::write(&request.encode(token.as_ref())))
    }

    // Made with the CBOR encoder of python-fido2 2.2 and the HMAC of Python's standard library, for a token of 32 × 0x07.
    #[test]
    fn each_subcommand_is_what_an_independent_encoder_writes() {
        let (id, timeout) = (&[0xab, 0xcd][..], Duration::from_secs(15));
        let cases = [
            (
                Request::BeginEnrolment { timeout },
                "a50101020103a103193a9804020558209ccefb391ad4b3990869819ac48939f77c8f1e77729657c98196e485329e3e3a",
                "a50101020103a103193a98040105509ccefb391ad4b3990869819ac48939f7",
            ),
            (
                Request::NextSample { id, timeout },
                "a50101020203a20142abcd03193a980402055820055a464a962dcbe581ed70c8d70eed37966648e285096935a7b0609ccd2138a3",
                "a50101020203a20142abcd03193a9804010550055a464a962dcbe581ed70c8d70eed37",
            ),
            (
                Request::Enumerate,
                "a401010204040205582085c917abe24ee8a86676532b9f2368700a1d03ea155c09d01b13a95a279069cf",
                "a4010102040401055085c917abe24ee8a86676532b9f236870",
            ),
            (
                Request::Rename {
                    id,
                    name: "left thumb",
                },
                "a50101020503a20142abcd026a6c656674207468756d620402055820bb4c7a8c76f39cf05c04ad50e1ea49f0d596a1e4c105af06b67e5a0d4fb700bf",
                "a50101020503a20142abcd026a6c656674207468756d6204010550bb4c7a8c76f39cf05c04ad50e1ea49f0",
            ),
            (
                Request::Remove { id },
                "a50101020603a10142abcd0402055820cc8f9692b262e931ffe37d1bf2f8e50980941e2ed04ab8070c2a707818129749",
                "a50101020603a10142abcd04010550cc8f9692b262e931ffe37d1bf2f8e509",
            ),
        ];
        for (request, two, one) in cases {
            assert_eq!(sent(&request, Some(PinProtocol::Two)), two);
            assert_eq!(sent(&request, Some(PinProtocol::One)), one);
        }
    }

    #[test]
    fn what_reads_nothing_secret_goes_without_a_token() {
        assert_eq!(sent(&Request::Modality, None), "a106f5");
        assert_eq!(sent(&Request::CancelEnrolment, None), "a201010203");
        assert_eq!(sent(&Request::Sensor, None), "a201010207");
    }

    #[test]
    fn a_sensor_is_described_and_one_that_states_no_name_length_takes_64_bytes() {
        let described = |members| sensor(cbor::map(members));
        let touch = described([
            (2, Some(Value::from(1))),
            (3, Some(Value::from(4))),
            (8, Some(Value::from(32))),
        ]);
        let expected = FingerprintSensor {
            kind: FingerprintKind::Touch,
            max_samples: 4,
            max_name_bytes: 32,
        };
        assert_eq!(touch, Ok(expected));
        let preview = described([
            (2, Some(Value::from(9))),
            (3, Some(Value::from(5))),
            (8, None),
        ]);
        let preview = preview.expect("complete");
        assert_eq!(
            (preview.kind, preview.max_name_bytes),
            (FingerprintKind::Other(9), 64)
        );
    }

    #[test]
    fn a_member_that_is_missing_or_wrong_is_named() {
        let begun_without_id = cbor::map([(5, Some(Value::from(0))), (6, Some(Value::from(3)))]);
        assert_eq!(
            begun(begun_without_id),
            Err(FieldFault::Missing {
                member: "templateId"
            })
        );
        let large = cbor::map([(5, Some(Value::from(256))), (6, Some(Value::from(3)))]);
        assert_eq!(
            sample(large),
            Err(FieldFault::Invalid {
                member: "lastEnrollSampleStatus",
                expected: "a number below 256"
            })
        );
        let nameless = cbor::map([(7, Some(Value::Array(vec![Value::from(1)])))]);
        assert_eq!(
            fingerprints(nameless),
            Err(FieldFault::Invalid {
                member: "templateInfos",
                expected: "a map"
            })
        );
    }

    proptest! {
        #[test]
        fn no_reply_panics_the_parsers(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            if let Ok(reply) = cbor::read(&bytes) {
                let _ = sensor(reply.clone());
                let _ = begun(reply.clone());
                let _ = fingerprints(reply);
            }
        }

        #[test]
        fn every_sample_is_read_as_it_was_sent(status in any::<u8>(), remaining in any::<u64>()) {
            let reply = cbor::map([(5, Some(Value::from(status))), (6, Some(Value::from(remaining)))]);
            let read = sample(reply).expect("complete");
            prop_assert_eq!((read.status.code(), read.remaining), (status, remaining));
        }
    }
}
