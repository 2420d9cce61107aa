//! The key's own settings on a [`Device`]: authenticatorConfig (CTAP 2.3, section 6.11).
//!
//! Every method takes a token with [`AUTHENTICATOR_CONFIG`](super::super::Permissions::AUTHENTICATOR_CONFIG), or none on a key
//! that is not protected yet: then the key takes the setting from anybody. Whoever sets something reads it back from
//! [`Device::info`], which asks the key anew after each of these.

use super::super::command::config::{PinPolicy, Request};
use super::super::command::{Operation, command_byte};
use super::super::control::Control;
use super::super::error::CtapError;
use super::super::info::{Info, Setup};
use super::super::pin::PinUvAuthToken;
use super::super::transport::Transport;
use super::Device;
use crate::domain::reason::Lacks;

impl<T: Transport> Device<T> {
    /// Lets the key identify itself to relying parties that may ask for it (section 6.11.1). Nothing but a reset takes this back.
    ///
    /// # Errors
    /// [`CtapError::Unsupported`] when the key can't, [`Status::PuatRequired`](super::super::Status::PuatRequired) when it is
    /// protected and no token was given, [`Status::PinAuthInvalid`](super::super::Status::PinAuthInvalid) when the token is
    /// over or lacks the permission.
    pub fn enable_enterprise_attestation(
        &mut self,
        token: Option<&PinUvAuthToken>,
        control: &mut Control<'_>,
    ) -> Result<(), CtapError> {
        let what = Lacks::Configuring;
        let supported = |info: &Info| info.enterprise_attestation() != Setup::Unsupported;
        self.must(supported, what, control)?;
        let request = Request::EnableEnterpriseAttestation;
        self.configure(Operation::SetEnterpriseAttestation, request, token, control)
    }

    /// Makes the key demand user verification for everything, or no longer (section 6.11.2). The key knows only how to change
    /// over, so it is asked first how it stands, and nothing is sent when it stands right.
    ///
    /// # Errors
    /// As [`Device::enable_enterprise_attestation`]; [`Status::OperationDenied`](super::super::Status::OperationDenied) from a
    /// key on which it can't be switched off.
    pub fn set_always_uv(
        &mut self,
        on: bool,
        token: Option<&PinUvAuthToken>,
        control: &mut Control<'_>,
    ) -> Result<(), CtapError> {
        match self.info(control)?.option("alwaysUv") {
            None => Err(CtapError::Unsupported {
                what: Lacks::Configuring,
            }),
            Some(now) if now == on => Ok(()),
            Some(_) => self.configure(
                Operation::SetAlwaysUv,
                Request::ToggleAlwaysUv,
                token,
                control,
            ),
        }
    }

    /// Sets what PINs the key takes, and who may read it (section 6.11.4). Where the PIN in place is shorter than the new
    /// minimum, the key demands its change. Tokens may be over after this.
    ///
    /// # Errors
    /// As [`Device::enable_enterprise_attestation`], and before anything is sent [`CtapError::MinPinLength`] and, when there are
    /// more RP ids than the key keeps, [`CtapError::TooManyRpIds`]; [`Status::PinNotSet`](super::super::Status::PinNotSet) when
    /// a change is forced of a PIN that is not there.
    pub fn set_pin_policy(
        &mut self,
        policy: &PinPolicy,
        token: Option<&PinUvAuthToken>,
        control: &mut Control<'_>,
    ) -> Result<(), CtapError> {
        check(policy, &*self.known_info(control)?)?;
        let request = Request::SetPinPolicy(policy);
        self.configure(Operation::SetPinPolicy, request, token, control)
    }

    /// Makes the key ask for a touch of several seconds before it resets itself (CTAP 2.3, section 6.11.5). Nothing but that
    /// reset takes this back.
    ///
    /// # Errors
    /// As [`Device::enable_enterprise_attestation`].
    pub fn enable_long_touch_for_reset(
        &mut self,
        token: Option<&PinUvAuthToken>,
        control: &mut Control<'_>,
    ) -> Result<(), CtapError> {
        let request = Request::EnableLongTouchForReset;
        let listed = |info: &Info| info.lists_config_command(request.number());
        self.must(listed, Lacks::Configuring, control)?;
        self.configure(Operation::SetLongTouchForReset, request, token, control)
    }

    fn must(
        &mut self,
        supported: impl Fn(&Info) -> bool,
        what: Lacks,
        control: &mut Control<'_>,
    ) -> Result<(), CtapError> {
        let info = self.known_info(control)?;
        supported(&info)
            .then_some(())
            .ok_or(CtapError::Unsupported { what })
    }

    fn configure(
        &mut self,
        operation: Operation,
        request: Request<'_>,
        token: Option<&PinUvAuthToken>,
        control: &mut Control<'_>,
    ) -> Result<(), CtapError> {
        let possible = |info: &Info| {
            info.configurable()
                && (info.authenticator_config_commands.is_none()
                    || info.lists_config_command(request.number()))
        };
        self.must(possible, Lacks::Configuring, control)?;
        let result = self.command(
            operation,
            command_byte::CONFIG,
            &request.encode(token),
            control,
        );
        self.forget_info();
        result.map(drop)
    }
}

/// What the key would refuse in words that say less.
fn check(policy: &PinPolicy, info: &Info) -> Result<(), CtapError> {
    let unsupported = |what| Err(CtapError::Unsupported { what });
    if info.option("setMinPINLength") != Some(true) {
        return unsupported(Lacks::Configuring);
    }
    let (min, max) = (info.min_pin_length, info.max_pin_length);
    if let Some(wanted) = policy.min_length
        && !(min..=max).contains(&wanted)
    {
        return Err(CtapError::MinPinLength { wanted, min, max });
    }
    if !policy.rp_ids.is_empty() {
        if !info.has_extension("minPinLength") {
            return unsupported(Lacks::Configuring);
        }
        // A key that does not say how many takes at least one (section 6.4, maxRPIDsForSetMinPINLength).
        let max = info.max_rpids_for_set_min_pin_length;
        let wanted = u64::try_from(policy.rp_ids.len()).unwrap_or(u64::MAX);
        if let Some(max) = max.filter(|max| wanted > *max) {
            return Err(CtapError::TooManyRpIds { wanted, max });
        }
    }
    if policy.complexity && info.pin_complexity_policy.is_none() {
        return unsupported(Lacks::Configuring);
    }
    Ok(())
}
