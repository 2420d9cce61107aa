//! authenticatorGetInfo (CTAP 2.3, section 6.4): what the key says of itself.
//!
//! Invariant: a model states no member that its version of CTAP did not know.

use ciborium::Value;

use super::{
    authenticator::{Authenticator, MAX_LIST},
    cbor::{self, MapWriter},
    config::MAX_MIN_PIN_RP_IDS,
    crypto::{hmac_sha256, seal},
    profile::Management,
};

/// pinComplexityPolicyURL.
const PIN_POLICY_URL: &str = "https://keydesk.example/pin";
/// maxPINLength, in code points.
const MAX_PIN_LENGTH: u8 = 63;

impl Authenticator {
    pub(super) fn info(&mut self) -> Value {
        let abilities = &self.profile.abilities;
        let since_21 = abilities.token_permissions;
        let protocols = abilities
            .pin_protocols
            .iter()
            .map(|&p| Value::from(p))
            .collect::<Vec<_>>();
        let left = self
            .profile
            .storage_slots
            .saturating_sub(self.state.credentials.len());
        let algorithms: Vec<Value> = abilities
            .algorithms
            .iter()
            .map(|id| {
                MapWriter::default()
                    .with("alg", *id)
                    .with("type", "public-key")
                    .done()
            })
            .collect();
        let up_to_2_1 = MapWriter::default()
            .with(0x01, texts(&self.profile.versions))
            .with_some(
                0x02,
                (!abilities.extensions.is_empty()).then(|| texts(&abilities.extensions)),
            )
            .with(0x03, self.profile.aaguid.to_vec())
            .with(0x04, self.options())
            .with(0x05, 1200)
            .with_some(0x06, (!protocols.is_empty()).then_some(protocols))
            .with_some(0x07, since_21.then(|| cbor::count(MAX_LIST)))
            .with_some(0x08, since_21.then_some(128))
            .with_some(0x09, since_21.then(|| vec![Value::from("usb")]))
            .with_some(0x0a, since_21.then_some(algorithms))
            .with_some(0x0c, since_21.then_some(self.state.force_pin_change))
            .with_some(0x0d, since_21.then_some(self.state.min_pin_length))
            .with_some(0x0e, self.profile.firmware_version)
            .with_some(
                0x10,
                abilities.config.then(|| cbor::count(MAX_MIN_PIN_RP_IDS)),
            )
            .with_some(0x11, abilities.fingerprints.then_some(3))
            // uvModality: fingerprint_internal
            .with_some(0x12, abilities.fingerprints.then_some(0x02))
            .with_some(
                0x14,
                (since_21 && abilities.management != Management::Absent).then(|| cbor::count(left)),
            );
        let told = self.since_2_2(up_to_2_1).done();
        self.profile.quirks.told(told)
    }

    /// What CTAP 2.2 and 2.3 added.
    fn since_2_2(&mut self, members: MapWriter) -> MapWriter {
        let sealed = self.sealed_members();
        let abilities = &self.profile.abilities;
        let knows = self.profile.is_ctap_2_3();
        let commands = (knows && abilities.config).then(|| {
            let commands = self.config_commands().into_iter();
            commands.map(Value::from).collect::<Vec<_>>()
        });
        let (identifier, store_state) = sealed.unzip();
        members
            .with_some(0x16, knows.then(|| vec![Value::from("packed")]))
            .with_some(
                0x17,
                (knows && abilities.fingerprints).then_some(self.state.uv_since_pin),
            )
            .with_some(
                0x18,
                abilities
                    .long_touch_for_reset
                    .map(|_| self.state.long_touch_for_reset),
            )
            .with_some(0x19, identifier)
            .with_some(0x1a, knows.then(|| vec![Value::from("usb")]))
            .with_some(
                0x1b,
                abilities.pin_complexity.map(|_| self.state.pin_complexity),
            )
            .with_some(
                0x1c,
                abilities
                    .pin_complexity
                    .map(|_| PIN_POLICY_URL.as_bytes().to_vec()),
            )
            .with_some(0x1d, knows.then_some(MAX_PIN_LENGTH))
            .with_some(0x1e, store_state)
            .with_some(0x1f, commands)
    }

    /// encIdentifier and encCredStoreState, for holders of the persistent token.
    fn sealed_members(&mut self) -> Option<(Vec<u8>, Vec<u8>)> {
        let token = self.state.persistent_token?;
        let (master, changes) = (&self.state.master, self.state.store_changes);
        // Both come from the master secret, so that a reset replaces them.
        let device = hmac_sha256(master, &[b"device"]);
        let store = hmac_sha256(master, &[b"store", &changes.to_be_bytes()]);
        let mut sealed = |purpose, plain| seal(&token, purpose, plain, &mut self.random);
        Some((
            sealed(b"encIdentifier", &device),
            sealed(b"encCredStoreState", &store),
        ))
    }

    fn options(&self) -> Value {
        let abilities = &self.profile.abilities;
        let config = abilities.config;
        let standard = abilities.management == Management::Standard;
        let preview = abilities.management == Management::Preview;
        let has_finger = abilities.fingerprints.then(|| self.has_finger());
        MapWriter::default()
            .with("rk", abilities.discoverable)
            .with("up", true)
            .with("plat", false)
            .with_some(
                "clientPin",
                abilities.client_pin.then_some(self.state.pin.is_some()),
            )
            .with_some("uv", has_finger)
            .with_some(
                "noMcGaPermissionsWithClientPin",
                abilities.pin_only_manages.then_some(true),
            )
            .with_some(
                "pinUvAuthToken",
                abilities.token_permissions.then_some(true),
            )
            .with_some("credMgmt", standard.then_some(true))
            .with_some(
                "perCredMgmtRO",
                (standard && abilities.persistent_management).then_some(true),
            )
            .with_some("credentialMgmtPreview", preview.then_some(true))
            .with_some("bioEnroll", has_finger.filter(|_| standard))
            .with_some(
                "userVerificationMgmtPreview",
                has_finger.filter(|_| preview),
            )
            .with_some("authnrCfg", config.then_some(true))
            .with_some("setMinPINLength", config.then_some(true))
            .with_some("alwaysUv", config.then_some(self.state.always_uv))
            .with_some(
                "ep",
                abilities
                    .enterprise_rp_ids
                    .as_ref()
                    .map(|_| self.state.enterprise_enabled),
            )
            .with_some(
                "makeCredUvNotRqd",
                abilities
                    .token_permissions
                    .then(|| self.creates_without_uv()),
            )
            .done()
    }
}

fn texts(items: &[String]) -> Vec<Value> {
    items
        .iter()
        .map(|item| Value::from(item.as_str()))
        .collect()
}
