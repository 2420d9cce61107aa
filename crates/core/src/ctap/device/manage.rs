//! Credential management on a [`Device`], standard and preview.

use super::super::command::credential::User;
use super::super::command::manage::{
    self, CredentialsMetadata, Request, StoredCredential, StoredRp,
};
use super::super::command::{Operation, command_byte};
use super::super::control::Control;
use super::super::error::CtapError;
use super::super::info::CredentialManagement;
use super::super::pin::PinUvAuthToken;
use super::super::status::Status;
use super::super::transport::Transport;
use super::Device;
use crate::domain::reason::Lacks;

/// More than any key holds: a key that claims more does not tell the truth, and its list ends here.
const MOST_CREDENTIALS: u64 = 10_000;

impl<T: Transport> Device<T> {
    /// How many discoverable credentials the key holds and can still take. Needs
    /// [`CREDENTIAL_MANAGEMENT`](super::super::Permissions::CREDENTIAL_MANAGEMENT), as all of these methods do.
    ///
    /// # Errors
    /// [`CtapError::Unsupported`] on keys without credential management.
    pub fn credentials_metadata(
        &mut self,
        token: &PinUvAuthToken,
        control: &mut Control<'_>,
    ) -> Result<CredentialsMetadata, CtapError> {
        let operation = Operation::ListCredentials;
        let reply = self.manage(operation, &Request::Metadata, token, control)?;
        manage::metadata(reply).map_err(|fault| CtapError::malformed(operation, fault))
    }

    /// The relying parties with discoverable credentials on the key.
    ///
    /// # Errors
    /// As [`Device::credentials_metadata`].
    pub fn stored_rps(
        &mut self,
        token: &PinUvAuthToken,
        control: &mut Control<'_>,
    ) -> Result<Vec<StoredRp>, CtapError> {
        self.enumerate(
            &Request::FirstRp,
            &Request::NextRp,
            manage::stored_rp,
            token,
            control,
        )
    }

    /// The discoverable credentials for the RP with this id hash.
    ///
    /// # Errors
    /// As [`Device::credentials_metadata`].
    pub fn stored_credentials(
        &mut self,
        rp_id_hash: &[u8; 32],
        token: &PinUvAuthToken,
        control: &mut Control<'_>,
    ) -> Result<Vec<StoredCredential>, CtapError> {
        let first = Request::FirstCredential { rp_id_hash };
        self.enumerate(
            &first,
            &Request::NextCredential,
            manage::stored_credential,
            token,
            control,
        )
    }

    /// Deletes a discoverable credential.
    ///
    /// # Errors
    /// [`Status::NoCredentials`] when it is not there; as [`Device::credentials_metadata`].
    pub fn delete_credential(
        &mut self,
        id: &[u8],
        token: &PinUvAuthToken,
        control: &mut Control<'_>,
    ) -> Result<(), CtapError> {
        self.changed = true;
        self.manage(
            Operation::DeleteCredential,
            &Request::Delete { id },
            token,
            control,
        )
        .map(drop)
    }

    /// Replaces the names of a discoverable credential; the user handle must be the one it was made with.
    ///
    /// # Errors
    /// [`Status::NoCredentials`] when it is not there, [`CtapError::Unsupported`] on preview keys, which lack this.
    pub fn update_user(
        &mut self,
        id: &[u8],
        user: &User,
        token: &PinUvAuthToken,
        control: &mut Control<'_>,
    ) -> Result<(), CtapError> {
        if self.known_info(control)?.credential_management() == Some(CredentialManagement::Preview)
        {
            return Err(CtapError::Unsupported {
                what: Lacks::Renaming,
            });
        }
        self.manage(
            Operation::UpdateUser,
            &Request::UpdateUser { id, user },
            token,
            control,
        )
        .map(drop)
    }

    fn enumerate<I>(
        &mut self,
        first: &Request<'_>,
        next: &Request<'_>,
        parse: impl Fn(ciborium::Value) -> Result<(Option<I>, Option<u64>), super::cbor::FieldFault>,
        token: &PinUvAuthToken,
        control: &mut Control<'_>,
    ) -> Result<Vec<I>, CtapError> {
        let operation = Operation::ListCredentials;
        let parse = |reply| parse(reply).map_err(|fault| CtapError::malformed(operation, fault));
        let reply = match self.manage(operation, first, token, control) {
            Err(error) if error.status() == Some(Status::NoCredentials) => return Ok(Vec::new()),
            reply => reply?,
        };
        let (item, total) = parse(reply)?;
        let mut items = Vec::from_iter(item);
        for _ in 1..total.unwrap_or(1).min(MOST_CREDENTIALS) {
            items.extend(parse(self.manage(operation, next, token, control)?)?.0);
        }
        Ok(items)
    }

    fn manage(
        &mut self,
        operation: Operation,
        request: &Request<'_>,
        token: &PinUvAuthToken,
        control: &mut Control<'_>,
    ) -> Result<ciborium::Value, CtapError> {
        let code = match self.known_info(control)?.credential_management() {
            Some(CredentialManagement::Standard) => command_byte::CREDENTIAL_MANAGEMENT,
            Some(CredentialManagement::Preview) => command_byte::CREDENTIAL_MANAGEMENT_PREVIEW,
            None => {
                return Err(CtapError::Unsupported {
                    what: Lacks::Credentials,
                });
            }
        };
        self.command(operation, code, &request.encode(token), control)
    }
}
