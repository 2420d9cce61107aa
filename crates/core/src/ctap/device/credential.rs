//! Making and using credentials on a [`Device`].

use super::super::command::client_pin::Permissions;
use super::super::command::credential::{Assertion, Attestation, GetAssertion, MakeCredential};
use super::super::command::{Operation, command_byte};
use super::super::control::Control;
use super::super::error::CtapError;
use super::super::info::Info;
use super::super::pin::PinUvAuthToken;
use super::super::status::Status;
use super::super::transport::Transport;
use super::{Device, verified};

/// What a getAssertion takes apart from the ids in its list: command, RP id, hash, signature and the members' heads.
const ASSERTION_OVERHEAD_BYTES: usize = 160;
/// What one descriptor takes apart from its id.
const DESCRIPTOR_OVERHEAD_BYTES: usize = 24;

impl<T: Transport> Device<T> {
    /// Makes a credential. It can't be taken back except by [`Device::delete_credential`] or a reset.
    ///
    /// An exclude list that is too long for the key is probed beforehand in parts, without a touch. A credential that is protected
    /// against discovery is found so only if the token may also use credentials
    /// ([`GET_ASSERTION`](Permissions::GET_ASSERTION)).
    ///
    /// # Errors
    /// [`Status::CredentialExcluded`] when one of the exclude list is on the key (after a touch), [`Status::KeyStoreFull`],
    /// [`Status::UnsupportedAlgorithm`], [`Status::PuatRequired`] when a token is needed, [`Status::UserActionTimeout`].
    /// After a cancel, a timeout or [`CtapError::Gone`] a credential may have been made unless [`CtapError::nothing_done`].
    pub fn make_credential(
        &mut self,
        request: &MakeCredential,
        token: Option<&PinUvAuthToken>,
        control: &mut Control<'_>,
    ) -> Result<Attestation, CtapError> {
        let operation = Operation::MakeCredential;
        let exclude = self.fitting_exclude_list(request, token, control)?;
        let parameters = request.encode(&exclude, token);
        self.changed = true;
        let reply = self.command(
            operation,
            command_byte::MAKE_CREDENTIAL,
            &parameters,
            control,
        )?;
        let attestation = request
            .parse(reply)
            .map_err(|fault| CtapError::malformed(operation, fault))?;
        verified(operation, &attestation.auth_data, token.is_some())?;
        Ok(attestation)
    }

    /// Signs with a credential.
    ///
    /// # Errors
    /// [`Status::NoCredentials`] when the key holds none that will do, [`Status::UserActionTimeout`].
    pub fn assertion(
        &mut self,
        request: &GetAssertion,
        token: Option<&PinUvAuthToken>,
        control: &mut Control<'_>,
    ) -> Result<Assertion, CtapError> {
        let operation = Operation::GetAssertion;
        let reply = self.command(
            operation,
            command_byte::GET_ASSERTION,
            &request.encode(token),
            control,
        )?;
        let assertion = request
            .parse(reply)
            .map_err(|fault| CtapError::malformed(operation, fault))?;
        if request.user_presence {
            verified(operation, &assertion.auth_data, token.is_some())?;
        }
        Ok(assertion)
    }

    /// The signature with the next credential, after an [`Assertion`] that said there were several.
    ///
    /// # Errors
    /// [`Status::NotAllowed`] when there is none left or the key was asked something else in between.
    pub fn next_assertion(
        &mut self,
        request: &GetAssertion,
        control: &mut Control<'_>,
    ) -> Result<Assertion, CtapError> {
        let operation = Operation::GetNextAssertion;
        let body = self.request(operation, &[command_byte::GET_NEXT_ASSERTION], control)?;
        let malformed = |fault| CtapError::malformed(operation, fault);
        let reply = super::cbor::read(&body)
            .map_err(|fault| malformed(super::cbor::FieldFault::Cbor(fault).into()))?;
        request.parse(reply).map_err(malformed)
    }

    /// Finds one of `ids` on the key without a touch (CTAP 2.3, section 6.1.2: pre-flight). Credentials that are protected
    /// against discovery are found only with a token that may use credentials.
    ///
    /// # Errors
    /// As [`Device::assertion`], except that holding none is no error.
    pub fn find_credential(
        &mut self,
        rp_id: &str,
        ids: &[Vec<u8>],
        token: Option<&PinUvAuthToken>,
        control: &mut Control<'_>,
    ) -> Result<Option<Vec<u8>>, CtapError> {
        let info = self.known_info(control)?;
        let limit = self.message_limit();
        for batch in batches(ids, &info, limit, FOR_CERTAIN) {
            let request = GetAssertion {
                rp_id: rp_id.to_owned(),
                // Nobody verifies this signature: it only has to exist.
                client_data_hash: [0; 32],
                allow: batch,
                user_presence: false,
                built_in_uv: false,
            };
            match self.assertion(&request, token, control) {
                Ok(assertion) => return Ok(Some(assertion.credential_id)),
                Err(error) if error.status().is_some_and(says_none) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// The exclude list as the key can take it. What does not fit is looked for first; then one id says it all. A key that answers
    /// no such question gets as much of the list as fits.
    fn fitting_exclude_list(
        &mut self,
        request: &MakeCredential,
        token: Option<&PinUvAuthToken>,
        control: &mut Control<'_>,
    ) -> Result<Vec<Vec<u8>>, CtapError> {
        let info = self.known_info(control)?;
        let limit = self.message_limit();
        let parts = batches(&request.exclude, &info, limit, FOR_CERTAIN);
        let fitting = match parts.as_slice() {
            [] => Some(Vec::new()),
            [only] => Some(only.clone()),
            [_, _, ..] => None,
        };
        // One byte more, for the command.
        let fits = |list: &Vec<_>| super::cbor::write(&request.encode(list, token)).len() < limit;
        if let Some(list) = fitting.filter(fits) {
            return Ok(list);
        }
        let token = token.filter(|token| token.permits(Permissions::GET_ASSERTION));
        match self.find_credential(&request.rp.id, &request.exclude, token, control) {
            Ok(found) => Ok(found.into_iter().collect()),
            Err(CtapError::Status { .. } | CtapError::Malformed { .. }) => {
                let most = batches(&request.exclude, &info, limit, usize::MAX);
                Ok(most.into_iter().next().unwrap_or_default())
            }
            Err(error) => Err(error),
        }
    }
}

/// Whether a key says by this that it holds none of the credentials asked for. Some find those of others invalid.
fn says_none(status: Status) -> bool {
    matches!(status, Status::NoCredentials | Status::InvalidCredential)
}

/// How many ids a key that does not say takes in one list for certain.
const FOR_CERTAIN: usize = 1;

/// Splits a list of credential ids into lists that the key takes; `unstated`: how many where it does not say. Ids longer than it can
/// have made are left out.
fn batches(ids: &[Vec<u8>], info: &Info, limit: usize, unstated: usize) -> Vec<Vec<Vec<u8>>> {
    let longest = info
        .max_credential_id_length
        .and_then(|bytes| usize::try_from(bytes).ok());
    let count = info
        .max_credential_count_in_list
        .and_then(|count| usize::try_from(count).ok());
    let count = count.unwrap_or(unstated).max(1);
    let room = limit.saturating_sub(ASSERTION_OVERHEAD_BYTES);
    let mut batches: Vec<Vec<Vec<u8>>> = Vec::new();
    let mut bytes = 0;
    for id in ids
        .iter()
        .filter(|id| longest.is_none_or(|longest| id.len() <= longest))
    {
        let size = id.len() + DESCRIPTOR_OVERHEAD_BYTES;
        match batches
            .last_mut()
            .filter(|batch| batch.len() < count && bytes + size <= room)
        {
            Some(batch) => batch.push(id.clone()),
            None => {
                batches.push(vec![id.clone()]);
                bytes = 0;
            }
        }
        bytes += size;
    }
    batches
}
