//! authenticatorConfig (CTAP 2.3, section 6.11). Its vendor prototype subcommands are not spoken.

use ciborium::Value;

use super::super::cbor;
use super::super::pin::PinUvAuthToken;
use super::command_byte;

/// What setMinPINLength shall change (CTAP 2.3, section 6.11.4); what is `None`, empty or false stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PinPolicy {
    /// The least PIN length in code points. It can be raised, and is lowered by nothing but a reset.
    pub min_length: Option<u8>,
    /// RP ids that may read the minimum with the `minPinLength` extension. They replace those set before; the ones that the
    /// vendor built in stay.
    pub rp_ids: Vec<String>,
    /// The PIN must be changed before it opens anything again.
    pub force_change: bool,
    /// The key refuses PINs that it finds too simple. Nothing but a reset takes this back.
    pub complexity: bool,
}

/// A subcommand with its parameters.
#[derive(Clone, Copy)]
pub(in super::super) enum Request<'a> {
    EnableEnterpriseAttestation,
    ToggleAlwaysUv,
    SetPinPolicy(&'a PinPolicy),
    EnableLongTouchForReset,
}

impl Request<'_> {
    /// Its number, as `authenticatorConfigCommands` of getInfo lists it.
    pub(in super::super) const fn number(self) -> u8 {
        match self {
            Self::EnableEnterpriseAttestation => 0x01,
            Self::ToggleAlwaysUv => 0x02,
            Self::SetPinPolicy(_) => 0x03,
            Self::EnableLongTouchForReset => 0x04,
        }
    }

    /// The parameters. A key that is not protected yet takes them without a token.
    pub(in super::super) fn encode(self, token: Option<&PinUvAuthToken>) -> Value {
        let number = self.number();
        let parameters = match self {
            Self::SetPinPolicy(policy) => Some(policy.encode()),
            _ => None,
        };
        let signature = token.map(|token| {
            // 32 bytes that no client data hash is, so that a signature for one command never fits another.
            let mut message = vec![0xff; 32];
            message.extend([command_byte::CONFIG, number]);
            message.extend(parameters.as_ref().map(cbor::write).unwrap_or_default());
            Value::Bytes(token.authenticate(&message))
        });
        cbor::map([
            (0x01, Some(Value::from(number))),
            (0x02, parameters),
            (
                0x03,
                token.map(|token| Value::from(token.protocol().number())),
            ),
            (0x04, signature),
        ])
    }
}

impl PinPolicy {
    fn encode(&self) -> Value {
        let rp_ids = self.rp_ids.iter().map(|id| Value::from(id.as_str()));
        let rp_ids: Vec<Value> = rp_ids.collect();
        let on = |on: bool| on.then_some(Value::from(true));
        cbor::map([
            (0x01, self.min_length.map(Value::from)),
            (0x02, (!rp_ids.is_empty()).then_some(Value::Array(rp_ids))),
            (0x03, on(self.force_change)),
            (0x04, on(self.complexity)),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::pin::PinProtocol;
    use super::*;

    fn sent(request: Request<'_>, protocol: Option<PinProtocol>) -> String {
        let token = protocol.map(|protocol| PinUvAuthToken::known(protocol, [7; 32]));
        hex::encode(cbor::write(&request.encode(token.as_ref())))
    }

    // Made with the CBOR encoder of python-fido2 2.2 and the HMAC of Python's standard library, for a token of 32 × 0x07.
    #[test]
    fn each_subcommand_is_what_an_independent_encoder_writes() {
        let policy = PinPolicy {
            min_length: Some(8),
            rp_ids: vec!["login.example".into(), "iam.example".into()],
            force_change: true,
            complexity: true,
        };
        let cases = [
            (
                Request::EnableEnterpriseAttestation,
                "a30101030204582058f5b2ff5024843023de3be9f0f96e6be71625b64872412cdd931047b98319c0",
                "a301010301045058f5b2ff5024843023de3be9f0f96e6b",
            ),
            (
                Request::ToggleAlwaysUv,
                "a30102030204582012ce5c61722f9e67962b9f143ef475049eba0d183b179a140c64892b0fde20e0",
                "a301020301045012ce5c61722f9e67962b9f143ef47504",
            ),
            (
                Request::SetPinPolicy(&policy),
                "a4010302a4010802826d6c6f67696e2e6578616d706c656b69616d2e6578616d706c6503f504f50302045820f58b0458ed2af10d8207a6e389e97f2acd825639f40facf2cf7d6724775fa3b7",
                "a4010302a4010802826d6c6f67696e2e6578616d706c656b69616d2e6578616d706c6503f504f503010450f58b0458ed2af10d8207a6e389e97f2a",
            ),
            (
                Request::EnableLongTouchForReset,
                "a30104030204582064fc2669a9ba6f63f8120e43f21a8e91dd8db9bab1b52c49730f0f7c0caa588f",
                "a301040301045064fc2669a9ba6f63f8120e43f21a8e91",
            ),
        ];
        for (request, two, one) in cases {
            assert_eq!(sent(request, Some(PinProtocol::Two)), two);
            assert_eq!(sent(request, Some(PinProtocol::One)), one);
        }
    }

    #[test]
    fn an_unprotected_key_is_sent_neither_a_protocol_nor_a_signature() {
        assert_eq!(sent(Request::ToggleAlwaysUv, None), "a10102");
    }

    #[test]
    fn what_shall_stay_as_it_is_is_not_mentioned() {
        let policy = PinPolicy {
            force_change: true,
            ..PinPolicy::default()
        };
        assert_eq!(sent(Request::SetPinPolicy(&policy), None), "a2010302a103f5");
    }
}
