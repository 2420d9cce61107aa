//! A hostile key against the client: packets, and replies.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use keydesk::ctap::exchange::Exchange;
use keydesk::ctap::frame::{
    Assembled, Assembler, ChannelId, HidCommand, MAX_MESSAGE_BYTES, Packet, split,
};
use keydesk::ctap::{
    Attestation, Control, CtapError, Device, Entropy, EntropyError, GetAssertion, MakeCredential,
    Permissions, PinPolicy, PinUvAuthToken, RelyingParty, Report, TokenRequest, Transport,
    TransportError, User, VerifyBy,
};
use keydesk::domain::pin::Pin;

const CHANNEL: ChannelId = ChannelId(0x1122_3344);
const RP: &str = "login.example";
/// The time limit of each request. A key that says nothing may take as long again to be brought back into step.
const LIMIT: Duration = Duration::from_secs(2);

/// Packets in any order: what is assembled is whole, within limits, and comes out of its own packets again.
///
/// The input is 64-byte reports; the first byte of each says whether it is for our channel. True when a message came together.
pub fn hid_assembly(data: &[u8]) -> bool {
    let mut assembler = Assembler::new(CHANNEL);
    let Ok(mut exchange) = Exchange::new(CHANNEL, HidCommand::Cbor, &[4]) else {
        return false;
    };
    let mut any = false;
    for report in data.as_chunks::<64>().0 {
        let mut report = *report;
        if report[0] & 1 == 0 {
            report[..4].copy_from_slice(&CHANNEL.0.to_be_bytes());
        }
        let _ = exchange.receive(&report);
        if let Ok(Assembled::Whole(message)) = assembler.push(&report) {
            assert!(message.payload.len() <= MAX_MESSAGE_BYTES);
            let mut again = Assembler::new(CHANNEL);
            let packets =
                split(CHANNEL, message.command, &message.payload).expect("it came in packets");
            let whole = packets.iter().map(|packet| again.push(packet)).last();
            assert_eq!(whole, Some(Ok(Assembled::Whole(message))));
            any = true;
        }
    }
    any
}

/// Replies of any shape to everything that an enrolment asks: the client neither panics nor waits for ever, and what it accepts
/// can be handed on.
///
/// The input is a list of replies: a kind, a length of two bytes, the bytes. Kinds: 0 message, 1 single packet, 2 keepalive and
/// message, 3 CTAPHID_ERROR and message; others silence. True when the enrolment succeeded.
pub fn ctap_reply(data: &[u8]) -> bool {
    let wire = Wire {
        input: data.to_vec().into(),
        now: Instant::now(),
        packets: VecDeque::new(),
    };
    within(|control| Device::open(wire, Box::new(Counting(0)), control))
        .is_ok_and(|mut device| enrol(&mut device))
}

/// Everything that is asked of a key when a person is enrolled and when it is set up, going on whatever it answers. True when the credential was made,
/// proved and deleted again.
pub fn enrol<T: Transport>(device: &mut Device<T>) -> bool {
    let _ = within(|control| device.info(control));
    let _ = within(|control| device.pin_retries(control));
    let Ok(pin) = Pin::new("123456", 4) else {
        return false;
    };
    let _ = within(|control| device.set_pin(&pin, control));
    let all = Permissions::MAKE_CREDENTIAL.and(Permissions::GET_ASSERTION);
    let token = |permissions, rp_id| TokenRequest {
        by: VerifyBy::Pin(&pin),
        permissions,
        rp_id,
    };
    let proof = within(|control| device.token(&token(all, Some(RP)), control)).ok();
    let made = within(|control| device.make_credential(&request(), proof.as_ref(), control)).ok();
    let id = made.as_ref().map_or_else(|| vec![1; 16], checked_id);
    let get = GetAssertion {
        rp_id: RP.into(),
        client_data_hash: [2; 32],
        allow: vec![id.clone()],
        user_presence: true,
        built_in_uv: false,
    };
    let proof = within(|control| device.token(&token(all, Some(RP)), control)).ok();
    let proved = within(|control| device.assertion(&get, proof.as_ref(), control));
    let _ = within(|control| device.next_assertion(&get, control));
    let deleted = manage(
        device,
        &token(Permissions::CREDENTIAL_MANAGEMENT, None),
        &id,
    );
    let _ = within(|control| device.selection(control));
    let own = Permissions::AUTHENTICATOR_CONFIG.and(Permissions::BIO_ENROLLMENT);
    if let Ok(proof) = within(|control| device.token(&token(own, None), control)) {
        configure(device, &proof);
        fingerprints(device, &proof);
    }
    identify(
        device,
        &token(Permissions::PERSISTENT_CREDENTIAL_MANAGEMENT, None),
    );
    made.is_some() && proved.is_ok() && deleted
}

/// The new credential's id; what goes to the relying party is readable.
fn checked_id(made: &Attestation) -> Vec<u8> {
    let object: ciborium::Value =
        ciborium::from_reader(&made.attestation_object()[..]).expect("it is CBOR");
    assert_eq!(object.as_map().map(Vec::len), Some(3));
    made.credential.id.clone()
}

fn manage<T: Transport>(device: &mut Device<T>, token: &TokenRequest<'_>, id: &[u8]) -> bool {
    let Ok(proof) = within(|control| device.token(token, control)) else {
        return false;
    };
    let _ = within(|control| device.credentials_metadata(&proof, control));
    let rps = within(|control| device.stored_rps(&proof, control)).unwrap_or_default();
    for rp in rps.iter().take(2) {
        let _ = within(|control| device.stored_credentials(&rp.id_hash, &proof, control));
    }
    within(|control| device.delete_credential(id, &proof, control)).is_ok()
}

/// Every setting of the key.
fn configure<T: Transport>(device: &mut Device<T>, proof: &PinUvAuthToken) {
    let some = Some(proof);
    let policy = PinPolicy {
        min_length: Some(8),
        rp_ids: vec![RP.into()],
        force_change: true,
        complexity: true,
    };
    let _ = within(|control| device.enable_enterprise_attestation(some, control));
    let _ = within(|control| device.set_always_uv(true, some, control));
    let _ = within(|control| device.set_pin_policy(&policy, some, control));
    let _ = within(|control| device.enable_long_touch_for_reset(some, control));
}

/// A finger's life on the key: what the client accepts of it is within what the key said of its sensor.
fn fingerprints<T: Transport>(device: &mut Device<T>, proof: &PinUvAuthToken) {
    let _ = within(|control| device.fingerprint_sensor(control));
    let mut samples = 0;
    let enrolled =
        within(|control| device.enrol_fingerprint(proof, &mut |_| samples += 1, control));
    assert!(samples <= 200, "an enrolment ends");
    let _ = within(|control| device.fingerprints(proof, control));
    let id = enrolled.unwrap_or_else(|_| vec![1, 2]);
    let long = "ä".repeat(100);
    if let Ok(kept) = within(|control| device.name_fingerprint(&id, &long, proof, control)) {
        assert!(long.starts_with(&kept));
    }
    let _ = within(|control| device.remove_fingerprint(&id, proof, control));
}

/// Which key it is, where it says so.
fn identify<T: Transport>(device: &mut Device<T>, token: &TokenRequest<'_>) {
    let Ok(proof) = within(|control| device.token(token, control)) else {
        return;
    };
    if let Ok(info) = within(|control| device.info(control)) {
        let _ = (info.identifier(&proof), info.credential_store_state(&proof));
    }
}

fn request() -> MakeCredential {
    MakeCredential {
        client_data_hash: [1; 32],
        rp: RelyingParty {
            id: RP.into(),
            name: None,
        },
        user: User {
            id: b"user-1".to_vec(),
            name: Some("p.example".into()),
            display_name: None,
        },
        algorithms: vec![-7, -8, -257],
        exclude: vec![vec![9; 64]; 3],
        discoverable: true,
        built_in_uv: false,
        cred_protect: None,
        min_pin_length: true,
        hmac_secret: true,
        enterprise_attestation: None,
    }
}

fn within<R>(work: impl FnOnce(&mut Control<'_>) -> Result<R, CtapError>) -> Result<R, CtapError> {
    work(&mut Control::new(LIMIT, &|| false, &mut |_| {}))
}

/// Randomness that repeats itself, so that recorded replies fit again.
pub struct Counting(pub u8);

impl Entropy for Counting {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        for byte in bytes {
            self.0 = self.0.wrapping_add(1);
            *byte = self.0;
        }
        Ok(())
    }
}

/// The far end of the wire: takes its replies from the input, in a time of its own.
struct Wire {
    input: VecDeque<u8>,
    now: Instant,
    packets: VecDeque<Report>,
}

impl Wire {
    fn take(&mut self, bytes: usize) -> Vec<u8> {
        let end = bytes.min(self.input.len());
        self.input.drain(..end).collect()
    }

    fn queue(&mut self, channel: ChannelId, command: HidCommand, payload: &[u8]) {
        self.packets
            .extend(split(channel, command, payload).unwrap_or_default());
    }

    fn reply(&mut self, command: HidCommand) {
        let head = self.take(3);
        let [kind, high, low] = head[..] else { return };
        let bytes = self.take(u16::from_be_bytes([high, low]).into());
        match kind {
            0 => self.queue(CHANNEL, command, &bytes),
            1 => {
                let mut report = [0; 64];
                report
                    .iter_mut()
                    .skip(4)
                    .zip(&bytes)
                    .for_each(|(to, from)| *to = *from);
                report[..4].copy_from_slice(&CHANNEL.0.to_be_bytes());
                self.packets.push_back(report);
            }
            2 => {
                self.queue(CHANNEL, HidCommand::Keepalive, &[2]);
                self.queue(CHANNEL, command, &bytes);
            }
            3 => {
                self.queue(
                    CHANNEL,
                    HidCommand::Error,
                    bytes.get(..1).unwrap_or_default(),
                );
                self.queue(CHANNEL, command, &bytes);
            }
            _ => {}
        }
    }
}

impl Transport for Wire {
    fn send(&mut self, report: &Report) -> Result<(), TransportError> {
        match Packet::parse(report) {
            Packet::Initial {
                channel,
                command: HidCommand::Init,
                data,
                ..
            } => {
                self.packets.clear();
                let nonce = data.first_chunk::<8>().copied().unwrap_or_default();
                let reply = [&nonce[..], &CHANNEL.0.to_be_bytes(), &[2, 1, 0, 0, 0x05]].concat();
                self.queue(channel, HidCommand::Init, &reply);
            }
            Packet::Initial {
                command: HidCommand::Cancel,
                ..
            } => self.queue(CHANNEL, HidCommand::Cbor, &[0x2d]),
            Packet::Initial { command, .. } => self.reply(command),
            Packet::Continuation { .. } => {}
        }
        Ok(())
    }

    fn receive(&mut self, timeout: Duration) -> Result<Option<Report>, TransportError> {
        let packet = self.packets.pop_front();
        self.now += if packet.is_some() {
            Duration::from_millis(1)
        } else {
            timeout
        };
        Ok(packet)
    }

    fn now(&self) -> Instant {
        self.now
    }
}
