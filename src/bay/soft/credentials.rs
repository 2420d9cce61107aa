//! Credentials: their ids and keys, and authenticatorMakeCredential (CTAP 2.3, section 6.1).
//!
//! Hides where a credential's key comes from: it is derived from the key's master secret and the credential id, which
//! carries its protection level and a MAC. Invariant: an id of another key, of another RP, or of a discoverable
//! credential that was deleted, opens nothing.

use ciborium::Value;
use p256::SecretKey;
use subtle::ConstantTimeEq;

use super::{
    attestation,
    authenticator::{Authenticator, MAX_LIST, Run},
    cbor::{self, Map, MapWriter, required},
    crypto::{cose_key, derived_key, hmac_sha256, sha256, sign},
    pin::permission,
    quirks::Vouching,
    state::{Resident, User},
    status::{Status, Stop},
};

pub(super) const ES256: i64 = -7;

pub(super) mod flag {
    pub const USER_PRESENT: u8 = 0x01;
    pub const USER_VERIFIED: u8 = 0x04;
    pub const ATTESTED: u8 = 0x40;
    pub const EXTENSIONS: u8 = 0x80;
}

/// Names longer than this are cut, as the specification lets a key do (section 6.1.2).
const MAX_NAME_BYTES: usize = 64;

/// What a credential id is made of: kind and protection, a nonce, and the MAC over them.
const MADE_BYTES: usize = 34 + 16;

/// A credential id that this key made and still honours.
#[derive(Clone)]
pub(super) struct Credential {
    pub(super) id: Vec<u8>,
    pub(super) protection: u8,
    /// Who it is for, when it is discoverable.
    pub(super) user: Option<User>,
}

/// What the options map of makeCredential or getAssertion says.
pub(super) struct Options {
    pub(super) discoverable: Option<bool>,
    pub(super) present: Option<bool>,
    pub(super) verify: bool,
}

/// How the user of one command was verified and whether they were seen.
#[derive(Clone, Copy, Default)]
pub(super) struct Authorised {
    pub(super) verified: bool,
    pub(super) present: bool,
}

struct Enterprise {
    individual: bool,
}

impl Authenticator {
    pub(super) fn make_credential(
        &mut self,
        request: Map<'_>,
        run: &mut Run<'_>,
    ) -> Result<Option<Value>, Stop> {
        let client_data_hash = required(request.bytes(1)?)?;
        let rp_id = required(required(request.map(2)?)?.text("id")?)?;
        let user = user_of(required(request.map(3)?)?)?;
        choose_algorithm(
            required(request.array(4)?)?,
            &self.profile.abilities.algorithms,
        )?;
        self.evidence_for_empty_signature(request, 8, run)?;
        let options = self.options_of(request, 7, 8)?;
        let discoverable = options.discoverable.unwrap_or(false);
        if options.present == Some(false) {
            return Err(Status::INVALID_OPTION.into());
        }
        let verify =
            self.creation_needs(request.value(8).is_some(), options.verify, discoverable)?;
        let enterprise = self.enterprise(request, rp_id)?;
        let protection = self.requested_protection(request)?;
        let extensions = self.creation_extensions(request, rp_id, protection)?;

        let mut authorised = self.authorise(
            request,
            (8, 9),
            client_data_hash,
            (rp_id, permission::MAKE_CREDENTIAL),
            verify,
            run,
        )?;
        let excluded = self
            .listed(request, 5, rp_id)?
            .into_iter()
            .any(|c| c.protection < 3 || authorised.verified);
        if excluded {
            if !authorised.present {
                run.consents.presence_or_not()?;
            }
            return Err(Status::CREDENTIAL_EXCLUDED.into());
        }
        if !authorised.present {
            self.presence(run)?;
            authorised.present = true;
        }
        self.spend_token();

        let level = protection.unwrap_or(1).max(self.profile.least_protection);
        let credential = self.create(rp_id, user, level, discoverable)?;
        let auth_data = self.attested_data(rp_id, &credential, authorised, extensions);
        Ok(Some(self.attest(
            auth_data,
            client_data_hash,
            &enterprise,
            &credential,
        )))
    }

    /// An empty pinUvAuthParam is how old hosts ask for a touch to select a key (section 6.1.2, step 1).
    pub(super) fn evidence_for_empty_signature(
        &self,
        request: Map<'_>,
        key: i32,
        run: &mut Run<'_>,
    ) -> Result<(), Stop> {
        if request
            .bytes(key)?
            .is_none_or(|signature| !signature.is_empty())
        {
            return Ok(());
        }
        self.presence(run)?;
        Err(if self.state.pin.is_some() {
            Status::PIN_INVALID
        } else {
            Status::PIN_NOT_SET
        }
        .into())
    }

    /// The options; a uv beside a pinUvAuthParam counts as false (section 6.1.2, step 5).
    pub(super) fn options_of(
        &self,
        request: Map<'_>,
        key: i32,
        signature: i32,
    ) -> Result<Options, Status> {
        let options = request.map(key)?;
        let flag = |name: &str| options.map_or(Ok(None), |map| map.flag(name));
        let verify = flag("uv")?.unwrap_or(false) && request.value(signature).is_none();
        if verify && !self.has_finger() {
            return Err(Status::INVALID_OPTION);
        }
        Ok(Options {
            discoverable: flag("rk")?,
            present: flag("up")?,
            verify,
        })
    }

    /// Whether built-in verification must happen, or the error that a token is missing.
    fn creation_needs(
        &self,
        signed: bool,
        verify: bool,
        discoverable: bool,
    ) -> Result<bool, Status> {
        if signed || verify {
            return Ok(verify);
        }
        if self.state.always_uv {
            return if self.has_finger() {
                Ok(true)
            } else {
                Err(Status::PUAT_REQUIRED)
            };
        }
        if self.is_protected() && (discoverable || !self.creates_without_uv()) {
            return Err(Status::PUAT_REQUIRED);
        }
        Ok(false)
    }

    fn enterprise(&self, request: Map<'_>, rp_id: &str) -> Result<Enterprise, Status> {
        let Some(wanted) = request.small(10)? else {
            return Ok(Enterprise { individual: false });
        };
        let built_in = match &self.profile.abilities.enterprise_rp_ids {
            Some(list) if self.state.enterprise_enabled => list,
            _ => return Err(Status::INVALID_PARAMETER),
        };
        match wanted {
            1 => Ok(Enterprise {
                individual: built_in.iter().any(|id| id == rp_id),
            }),
            2 => Ok(Enterprise { individual: true }),
            _ => Err(Status::INVALID_OPTION),
        }
    }

    fn requested_protection(&self, request: Map<'_>) -> Result<Option<u8>, Status> {
        let Some(extensions) = request
            .map(6)?
            .filter(|_| self.profile.has_extension("credProtect"))
        else {
            return Ok(None);
        };
        match extensions.integer("credProtect")? {
            None => Ok(None),
            Some(level) => match u8::try_from(level) {
                Ok(level @ 1..=3) => Ok(Some(level)),
                _ => Err(Status::INVALID_OPTION),
            },
        }
    }

    /// Checks the token, or asks for a finger; says how far the user is known.
    pub(super) fn authorise(
        &mut self,
        request: Map<'_>,
        (signature, protocol): (i32, i32),
        client_data_hash: &[u8],
        (rp_id, permission): (&str, u8),
        verify: bool,
        run: &mut Run<'_>,
    ) -> Result<Authorised, Stop> {
        if let Some(signature) = request.bytes(signature)? {
            let protocol = self.protocol(request.small(protocol)?)?;
            let now = run.now;
            let knows_permissions = self.profile.abilities.token_permissions;
            let token =
                self.check_token(protocol, &[client_data_hash], signature, permission, now)?;
            if knows_permissions {
                token.bind(rp_id)?;
            }
            if !token.user_verified {
                return Err(Status::PIN_AUTH_INVALID.into());
            }
            return Ok(Authorised {
                verified: true,
                present: token.is_present(now),
            });
        }
        if verify {
            self.verify_by_finger(run, Status::PIN_BLOCKED, Status::OPERATION_DENIED)?;
            return Ok(Authorised {
                verified: true,
                present: true,
            });
        }
        Ok(Authorised::default())
    }

    /// Ends what a token may do, on keys that know permissions; older tokens serve until the next power cycle.
    pub(super) fn spend_token(&mut self) {
        if self.profile.abilities.token_permissions
            && let Some(token) = &mut self.volatile.token.in_use
        {
            token.spend();
        }
    }

    /// The credentials of an exclude or allow list that this key honours for this RP.
    pub(super) fn listed(
        &self,
        request: Map<'_>,
        key: i32,
        rp_id: &str,
    ) -> Result<Vec<Credential>, Status> {
        let list = request.array(key)?.unwrap_or_default();
        if list.len() > MAX_LIST {
            return Err(Status::LIMIT_EXCEEDED);
        }
        let mut found = Vec::new();
        for item in list {
            let descriptor = Map::of(item)?;
            let id = required(descriptor.bytes("id")?)?;
            if required(descriptor.text("type")?)? == "public-key" {
                found.extend(self.recognise(id, rp_id));
            }
        }
        Ok(found)
    }

    /// A credential id, if this key made it for this RP and still honours it.
    pub(super) fn recognise(&self, id: &[u8], rp_id: &str) -> Option<Credential> {
        let (made, padding) = id.split_at_checked(MADE_BYTES)?;
        if padding.len() != self.profile.quirks.longer_ids || padding.iter().any(|byte| *byte != 0)
        {
            return None;
        }
        let (head, mac) = made.split_at_checked(34)?;
        let &[discoverable, protection, ..] = head else {
            return None;
        };
        if !bool::from(self.id_mac(head, rp_id).ct_eq(mac)) {
            return None;
        }
        let stored = self.state.credentials.iter().find(|c| c.id == id);
        if discoverable == 1 && stored.is_none() {
            return None;
        }
        Some(Credential {
            id: id.to_vec(),
            protection,
            user: stored.map(|c| c.user.clone()),
        })
    }

    fn id_mac(&self, head: &[u8], rp_id: &str) -> Vec<u8> {
        let mac = hmac_sha256(
            &self.state.master,
            &[b"id", &sha256(rp_id.as_bytes()), head],
        );
        mac.split_at(16).0.to_vec()
    }

    pub(super) fn private_key(&self, id: &[u8]) -> SecretKey {
        derived_key(&self.state.master, &[b"key", id])
    }

    fn create(
        &mut self,
        rp_id: &str,
        user: User,
        protection: u8,
        discoverable: bool,
    ) -> Result<Vec<u8>, Status> {
        let nonce: [u8; 32] = self.random.bytes();
        let head = [&[u8::from(discoverable), protection], nonce.as_slice()].concat();
        let mut id = [head.as_slice(), &self.id_mac(&head, rp_id)].concat();
        id.resize(MADE_BYTES + self.profile.quirks.longer_ids, 0);
        if discoverable {
            self.state
                .credentials
                .retain(|c| c.rp_id != rp_id || c.user.id != user.id);
            if self.state.credentials.len() >= self.profile.storage_slots {
                return Err(Status::KEY_STORE_FULL);
            }
            self.state.store_changes += 1;
            self.state.credentials.push(Resident {
                id: id.clone(),
                rp_id: rp_id.to_owned(),
                user,
            });
        }
        Ok(id)
    }

    fn creation_extensions(
        &self,
        request: Map<'_>,
        rp_id: &str,
        protection: Option<u8>,
    ) -> Result<Option<Value>, Status> {
        let Some(asked) = request.map(6)? else {
            return Ok(None);
        };
        let secret =
            self.profile.has_extension("hmac-secret") && asked.flag("hmac-secret")? == Some(true);
        let told = self.state.min_pin_rp_ids.iter().any(|id| id == rp_id);
        let policy = |name: &str| {
            let wanted = asked.flag(name)? == Some(true);
            Ok::<_, Status>(told && wanted && self.profile.has_extension(name))
        };
        let min_pin = policy("minPinLength")?;
        let complexity = policy("pinComplexityPolicy")?;
        if protection.is_none() && !secret && !min_pin && !complexity {
            return Ok(None);
        }
        Ok(Some(
            MapWriter::default()
                .with_some("credProtect", protection)
                .with_some("hmac-secret", secret.then_some(true))
                .with_some("minPinLength", min_pin.then_some(self.state.min_pin_length))
                .with_some(
                    "pinComplexityPolicy",
                    complexity.then_some(self.state.pin_complexity),
                )
                .done(),
        ))
    }

    fn attested_data(
        &mut self,
        rp_id: &str,
        id: &[u8],
        authorised: Authorised,
        extensions: Option<Value>,
    ) -> Vec<u8> {
        let mut data = self.data_head(rp_id, authorised, flag::ATTESTED, extensions.is_some());
        data.extend(self.profile.aaguid);
        data.extend(u16::try_from(id.len()).unwrap_or(u16::MAX).to_be_bytes());
        data.extend(id);
        data.extend(cbor::encode(&cose_key(
            &self.private_key(id).public_key(),
            ES256,
        )));
        data.extend(extensions.iter().flat_map(cbor::encode));
        data
    }

    /// The first 37 bytes of authData; counts the signature.
    pub(super) fn data_head(
        &mut self,
        rp_id: &str,
        authorised: Authorised,
        extra_flags: u8,
        has_extensions: bool,
    ) -> Vec<u8> {
        self.state.sign_count += 1;
        let mut flags = extra_flags;
        for (is_set, bit) in [
            (authorised.present, flag::USER_PRESENT),
            (authorised.verified, flag::USER_VERIFIED),
            (has_extensions, flag::EXTENSIONS),
        ] {
            flags |= if is_set { bit } else { 0 };
        }
        let mut data = sha256(rp_id.as_bytes()).to_vec();
        data.push(flags);
        data.extend(self.state.sign_count.to_be_bytes());
        data
    }

    fn attest(
        &self,
        auth_data: Vec<u8>,
        client_data_hash: &[u8],
        enterprise: &Enterprise,
        credential: &[u8],
    ) -> Value {
        let serial = enterprise
            .individual
            .then(|| self.profile.serial.as_deref().unwrap_or("unnumbered"));
        let vouching = self.profile.quirks.vouching;
        let (key, certificate) = attestation::leaf(attestation::Model {
            product: &self.profile.product,
            aaguid: match vouching {
                Vouching::OthersChain => [0xee; 16],
                _ => self.profile.aaguid,
            },
            serial,
        });
        let key = match vouching {
            Vouching::Own => self.private_key(credential),
            _ => key,
        };
        let with_chain = matches!(vouching, Vouching::Chain | Vouching::OthersChain);
        let signature = sign(&key, &[auth_data.as_slice(), client_data_hash].concat());
        let statement = MapWriter::default()
            .with("alg", ES256)
            .with("sig", signature)
            .with_some("x5c", with_chain.then(|| vec![Value::from(certificate)]))
            .done();
        let (format, statement) = match vouching {
            Vouching::Nothing => ("none", MapWriter::default().done()),
            _ => ("packed", statement),
        };
        MapWriter::default()
            .with(1, format)
            .with(2, auth_data)
            .with(3, statement)
            .with_some(4, enterprise.individual.then_some(true))
            .done()
    }
}

fn user_of(map: Map<'_>) -> Result<User, Status> {
    let id = required(map.bytes("id")?)?;
    if id.is_empty() || id.len() > 64 {
        return Err(Status::INVALID_LENGTH);
    }
    Ok(User {
        id: id.to_vec(),
        name: map.text("name")?.map(clipped),
        display_name: map.text("displayName")?.map(clipped),
    })
}

pub(super) fn clipped(text: &str) -> String {
    let mut end = text.len().min(MAX_NAME_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}

/// The first algorithm of the list that the key has; it checks every entry, also those after it (section 6.1.2, step 3).
fn choose_algorithm(list: &[Value], has: &[i64]) -> Result<(), Status> {
    let mut chosen = false;
    for item in list {
        let entry = Map::of(item)?;
        let kind = required(entry.text("type")?)?;
        let algorithm = required(entry.integer("alg")?)?;
        chosen |= kind == "public-key" && algorithm == i128::from(ES256);
    }
    chosen &= has.contains(&ES256);
    if chosen {
        Ok(())
    } else {
        Err(Status::UNSUPPORTED_ALGORITHM)
    }
}
