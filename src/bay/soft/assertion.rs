//! authenticatorGetAssertion and authenticatorGetNextAssertion (CTAP 2.3, sections 6.2 and 6.3), with hmac-secret.
//!
//! Invariant: a credential whose protection asks for verification is as good as absent without it.

use std::time::{Duration, Instant};

use ciborium::Value;

use super::{
    authenticator::{Authenticator, Run},
    cbor::{self, Map, MapWriter, required},
    credentials::{Authorised, Credential},
    crypto::{Protocol, hmac_sha256, sha256, sign},
    pin::permission,
    state::User,
    status::{Status, Stop},
};

/// How long getNextAssertion goes on after the assertion before it.
const CONTINUATION_LIMIT: Duration = Duration::from_secs(30);

/// The assertions that were found and not fetched yet.
pub(super) struct Remembered {
    rp_id: String,
    client_data_hash: Vec<u8>,
    authorised: Authorised,
    /// Next one last.
    left: Vec<Credential>,
    expires_at: Instant,
}

/// What hmac-secret needs of a request.
struct Salts {
    shared: super::crypto::SharedSecret,
    salts: Vec<u8>,
}

impl Authenticator {
    pub(super) fn get_assertion(
        &mut self,
        request: Map<'_>,
        run: &mut Run<'_>,
    ) -> Result<Option<Value>, Stop> {
        let rp_id = required(request.text(1)?)?;
        let client_data_hash = required(request.bytes(2)?)?;
        self.evidence_for_empty_signature(request, 6, run)?;
        let options = self.options_of(request, 5, 6)?;
        if options.discoverable.is_some() {
            return Err(Status::UNSUPPORTED_OPTION.into());
        }
        let wants_presence = options.present.unwrap_or(true);
        if let Some(status) = self.profile.quirks.silent.filter(|_| !wants_presence) {
            return Err(status.into());
        }
        let mut verify = options.verify;
        if self.state.always_uv && wants_presence && request.value(6).is_none() && !verify {
            if !self.has_finger() {
                return Err(Status::PUAT_REQUIRED.into());
            }
            verify = true;
        }
        let mut authorised = self.authorise(
            request,
            (6, 7),
            client_data_hash,
            (rp_id, permission::GET_ASSERTION),
            verify,
            run,
        )?;
        let salts = self.salts(request)?;
        let found = self.applicable(request, rp_id, authorised.verified)?;
        if found.is_empty() {
            return Err(Status::NO_CREDENTIALS.into());
        }
        if wants_presence {
            if !authorised.present {
                self.presence(run)?;
            }
            authorised.present = true;
            self.spend_token();
        } else {
            authorised.present = false;
        }
        let lie: Vec<u8>;
        let signed = match self.signs_another {
            true => {
                lie = client_data_hash.iter().map(|byte| !byte).collect();
                &lie
            }
            false => client_data_hash,
        };
        self.answer_first(found, rp_id, signed, authorised, salts, run.now)
    }

    fn answer_first(
        &mut self,
        mut found: Vec<Credential>,
        rp_id: &str,
        client_data_hash: &[u8],
        authorised: Authorised,
        salts: Option<Salts>,
        now: Instant,
    ) -> Result<Option<Value>, Stop> {
        let total = found.len();
        let Some(first) = found.pop() else {
            return Err(Status::NO_CREDENTIALS.into());
        };
        let extensions = match salts {
            Some(salts) => Some(self.hmac_secret(&first, authorised.verified, &salts)?),
            None => None,
        };
        let reply = self.assertion(&first, rp_id, client_data_hash, authorised, extensions);
        if total > 1 {
            self.volatile.assertions = Some(Remembered {
                rp_id: rp_id.to_owned(),
                client_data_hash: client_data_hash.to_vec(),
                authorised,
                left: found,
                expires_at: now + CONTINUATION_LIMIT,
            });
        }
        Ok(Some(
            reply
                .with_some(5, (total > 1).then(|| cbor::count(total)))
                .done(),
        ))
    }

    pub(super) fn get_next_assertion(&mut self, run: &mut Run<'_>) -> Result<Option<Value>, Stop> {
        let Some(mut remembered) = self.volatile.assertions.take() else {
            return Err(Status::NOT_ALLOWED.into());
        };
        if remembered.expires_at < run.now {
            return Err(Status::NOT_ALLOWED.into());
        }
        let Some(next) = remembered.left.pop() else {
            return Err(Status::NOT_ALLOWED.into());
        };
        let Remembered {
            rp_id,
            client_data_hash,
            authorised,
            ..
        } = &remembered;
        let reply = self.assertion(&next, rp_id, client_data_hash, *authorised, None);
        remembered.expires_at = run.now + CONTINUATION_LIMIT;
        self.volatile.assertions = Some(remembered);
        Ok(Some(reply.done()))
    }

    /// The credentials an assertion may be made with, the one to use first last.
    fn applicable(
        &self,
        request: Map<'_>,
        rp_id: &str,
        verified: bool,
    ) -> Result<Vec<Credential>, Status> {
        if request.array(3)?.is_some_and(|list| !list.is_empty()) {
            let mut listed = self.listed(request, 3, rp_id)?;
            listed.retain(|c| c.protection < 3 || verified);
            // With an allow list the key answers for one credential only.
            listed.truncate(1);
            return Ok(listed);
        }
        let own = self.state.credentials.iter().filter(|c| c.rp_id == rp_id);
        let mut found: Vec<Credential> = own.filter_map(|c| self.recognise(&c.id, rp_id)).collect();
        found.retain(|c| c.protection < 2 || verified);
        Ok(found)
    }

    fn assertion(
        &mut self,
        credential: &Credential,
        rp_id: &str,
        client_data_hash: &[u8],
        authorised: Authorised,
        extensions: Option<Value>,
    ) -> MapWriter {
        let mut auth_data = self.data_head(rp_id, authorised, 0, extensions.is_some());
        auth_data.extend(extensions.iter().flat_map(cbor::encode));
        let signed = [auth_data.as_slice(), client_data_hash].concat();
        let signature = sign(&self.private_key(&credential.id), &signed);
        let descriptor = MapWriter::default()
            .with("id", credential.id.clone())
            .with("type", "public-key")
            .done();
        MapWriter::default()
            .with(1, descriptor)
            .with(2, auth_data)
            .with(3, signature)
            .with_some(
                4,
                credential
                    .user
                    .as_ref()
                    .map(|user| user.entity(authorised.verified)),
            )
    }

    fn salts(&self, request: Map<'_>) -> Result<Option<Salts>, Status> {
        let Some(extensions) = request
            .map(4)?
            .filter(|_| self.profile.has_extension("hmac-secret"))
        else {
            return Ok(None);
        };
        let Some(input) = extensions.map("hmac-secret")? else {
            return Ok(None);
        };
        let host = required(input.map(1)?)?;
        let encrypted = required(input.bytes(2)?)?;
        let signature = required(input.bytes(3)?)?;
        let protocol = match input.small(4)? {
            Some(number) => self.protocol(Some(number))?,
            None => Protocol::One,
        };
        let shared = protocol.decapsulate(self.volatile.agreement.of(protocol), host)?;
        shared.verify(&[encrypted], signature)?;
        let salts = shared.decrypt(encrypted)?;
        if salts.len() != 32 && salts.len() != 64 {
            return Err(Status::INVALID_PARAMETER);
        }
        Ok(Some(Salts { shared, salts }))
    }

    fn hmac_secret(
        &mut self,
        credential: &Credential,
        verified: bool,
        salts: &Salts,
    ) -> Result<Value, Status> {
        // Each credential has two secrets, so that what an unverified user gets is not what a verified one gets.
        let label: &[u8] = if verified {
            b"secret with uv"
        } else {
            b"secret"
        };
        let secret = hmac_sha256(&self.state.master, &[label, &sha256(&credential.id)]);
        let outputs: Vec<u8> = salts
            .salts
            .chunks(32)
            .flat_map(|salt| hmac_sha256(&secret, &[salt]))
            .collect();
        let encrypted = salts.shared.encrypt(&outputs, &mut self.random);
        Ok(MapWriter::default().with("hmac-secret", encrypted).done())
    }
}

impl User {
    /// The user entity; who is not verified learns no more than the id (section 6.2.2).
    pub(super) fn entity(&self, with_names: bool) -> Value {
        MapWriter::default()
            .with("id", self.id.clone())
            .with_some("name", self.name.as_deref().filter(|_| with_names))
            .with_some(
                "displayName",
                self.display_name.as_deref().filter(|_| with_names),
            )
            .done()
    }
}
