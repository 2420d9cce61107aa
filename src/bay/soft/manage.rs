//! authenticatorCredentialManagement (CTAP 2.3, section 6.8), also under the preview's command byte.
//!
//! Invariant: nothing of a credential is shown or changed without a token that may, and a token bound to one RP sees
//! no other.

use ciborium::Value;

use super::{
    authenticator::{Authenticator, Run},
    cbor::{self, Map, MapWriter, required},
    credentials::{ES256, clipped},
    crypto::{cose_key, sha256},
    pin::permission,
    state::{Resident, User},
    status::{Status, Stop},
};

impl Authenticator {
    pub(super) fn credential_management(
        &mut self,
        request: Map<'_>,
        run: &mut Run<'_>,
    ) -> Result<Option<Value>, Stop> {
        let subcommand = required(request.small(1)?)?;
        let parameters = request.map(2)?;
        match subcommand {
            0x03 => return self.next_rp(),
            0x05 => return self.next_credential(),
            _ => {}
        }
        if !(0x01..=0x07).contains(&subcommand) {
            return Err(Status::INVALID_SUBCOMMAND.into());
        }
        let bound = self.check_management_token(request, subcommand, run)?;
        match subcommand {
            0x01 if bound.is_none() => Ok(Some(self.metadata())),
            0x02 if bound.is_none() => self.first_rp(),
            0x04 => self.first_credential(required(parameters)?, bound.as_deref()),
            0x06 => self.delete(required(parameters)?, bound.as_deref()),
            0x07 => self.update(required(parameters)?, bound.as_deref()),
            _ => Err(Status::PIN_AUTH_INVALID.into()),
        }
    }

    /// The RP the token is bound to, once it proved good.
    fn check_management_token(
        &mut self,
        request: Map<'_>,
        subcommand: u8,
        run: &mut Run<'_>,
    ) -> Result<Option<String>, Stop> {
        let Some(signature) = request.bytes(4)? else {
            return Err(Status::PUAT_REQUIRED.into());
        };
        let protocol = self.protocol(request.small(3)?)?;
        let signed = request.value(2).map(cbor::encode).unwrap_or_default();
        let lists = matches!(subcommand, 0x01 | 0x02 | 0x04);
        if let Some(lasting) = self.state.persistent_token.filter(|_| lists)
            && protocol
                .verify(&lasting, &[&[subcommand], &signed], signature)
                .is_ok()
        {
            return Ok(None);
        }
        let needed = permission::CREDENTIAL_MANAGEMENT;
        let token = self.check_token(
            protocol,
            &[&[subcommand], &signed],
            signature,
            needed,
            run.now,
        )?;
        Ok(token.rp_id.clone())
    }

    fn metadata(&self) -> Value {
        let existing = self.state.credentials.len();
        MapWriter::default()
            .with(0x01, cbor::count(existing))
            .with(
                0x02,
                cbor::count(self.profile.storage_slots.saturating_sub(existing)),
            )
            .done()
    }

    fn first_rp(&mut self) -> Result<Option<Value>, Stop> {
        let mut rps: Vec<String> = Vec::new();
        for credential in &self.state.credentials {
            if !rps.contains(&credential.rp_id) {
                rps.push(credential.rp_id.clone());
            }
        }
        let total = rps.len();
        let Some(first) = rps.pop() else {
            return Err(Status::NO_CREDENTIALS.into());
        };
        self.volatile.rps_left = rps;
        Ok(Some(rp_entry(&first).with(0x05, cbor::count(total)).done()))
    }

    fn next_rp(&mut self) -> Result<Option<Value>, Stop> {
        match self.volatile.rps_left.pop() {
            Some(rp_id) => Ok(Some(rp_entry(&rp_id).done())),
            None => Err(Status::NOT_ALLOWED.into()),
        }
    }

    fn first_credential(
        &mut self,
        parameters: Map<'_>,
        bound: Option<&str>,
    ) -> Result<Option<Value>, Stop> {
        let rp_id_hash = required(parameters.bytes(0x01)?)?;
        if bound.is_some_and(|rp_id| sha256(rp_id.as_bytes()) != rp_id_hash) {
            return Err(Status::PIN_AUTH_INVALID.into());
        }
        let of_rp = self
            .state
            .credentials
            .iter()
            .filter(|c| sha256(c.rp_id.as_bytes()) == rp_id_hash);
        let mut found: Vec<Resident> = of_rp.cloned().collect();
        let total = found.len();
        let Some(first) = found.pop() else {
            return Err(Status::NO_CREDENTIALS.into());
        };
        self.volatile.credentials_left = found;
        Ok(Some(
            self.credential_entry(&first)
                .with(0x09, cbor::count(total))
                .done(),
        ))
    }

    fn next_credential(&mut self) -> Result<Option<Value>, Stop> {
        match self.volatile.credentials_left.pop() {
            Some(credential) => Ok(Some(self.credential_entry(&credential).done())),
            None => Err(Status::NOT_ALLOWED.into()),
        }
    }

    fn credential_entry(&self, credential: &Resident) -> MapWriter {
        let protection = self
            .recognise(&credential.id, &credential.rp_id)
            .map_or(1, |c| c.protection);
        let public = self.private_key(&credential.id).public_key();
        MapWriter::default()
            .with(0x06, credential.user.entity(true))
            .with(0x07, descriptor(&credential.id))
            .with(0x08, cose_key(&public, ES256))
            .with_some(
                0x0a,
                self.profile
                    .has_extension("credProtect")
                    .then_some(protection),
            )
    }

    fn position(&self, parameters: Map<'_>, bound: Option<&str>) -> Result<usize, Status> {
        let id = required(required(parameters.map(0x02)?)?.bytes("id")?)?;
        let found = self.state.credentials.iter().position(|c| c.id == id);
        let position = found.ok_or(Status::NO_CREDENTIALS)?;
        let rp_id = self
            .state
            .credentials
            .get(position)
            .map(|c| c.rp_id.as_str());
        if bound.is_some() && bound != rp_id {
            return Err(Status::PIN_AUTH_INVALID);
        }
        Ok(position)
    }

    fn delete(&mut self, parameters: Map<'_>, bound: Option<&str>) -> Result<Option<Value>, Stop> {
        let position = self.position(parameters, bound)?;
        self.state.credentials.remove(position);
        self.state.store_changes += 1;
        Ok(None)
    }

    fn update(&mut self, parameters: Map<'_>, bound: Option<&str>) -> Result<Option<Value>, Stop> {
        let position = self.position(parameters, bound)?;
        let entity = required(parameters.map(0x03)?)?;
        let id = required(entity.bytes("id")?)?;
        let name = entity
            .text("name")?
            .filter(|text| !text.is_empty())
            .map(clipped);
        let display_name = entity
            .text("displayName")?
            .filter(|text| !text.is_empty())
            .map(clipped);
        match self.state.credentials.get_mut(position) {
            Some(credential) if credential.user.id == id => {
                credential.user = User {
                    id: id.to_vec(),
                    name,
                    display_name,
                };
                self.state.store_changes += 1;
                Ok(None)
            }
            _ => Err(Status::INVALID_PARAMETER.into()),
        }
    }
}

fn rp_entry(rp_id: &str) -> MapWriter {
    let entity = MapWriter::default().with("id", rp_id).done();
    MapWriter::default()
        .with(0x03, entity)
        .with(0x04, sha256(rp_id.as_bytes()).to_vec())
}

fn descriptor(id: &[u8]) -> Value {
    MapWriter::default()
        .with("id", id.to_vec())
        .with("type", "public-key")
        .done()
}
