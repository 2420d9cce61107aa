//! authenticatorConfig (CTAP 2.3, section 6.11).

use ciborium::Value;

use super::{
    authenticator::{Authenticator, Run, command},
    cbor::{self, Map, required},
    pin::permission,
    state::PinUvAuthTokens,
    status::{Status, Stop},
};

/// maxRPIDsForSetMinPINLength.
pub(super) const MAX_MIN_PIN_RP_IDS: usize = 8;

const ENABLE_ENTERPRISE_ATTESTATION: u8 = 0x01;
const TOGGLE_ALWAYS_UV: u8 = 0x02;
const SET_MIN_PIN_LENGTH: u8 = 0x03;
const ENABLE_LONG_TOUCH_FOR_RESET: u8 = 0x04;

impl Authenticator {
    pub(super) fn config(
        &mut self,
        request: Map<'_>,
        run: &mut Run<'_>,
    ) -> Result<Option<Value>, Stop> {
        let subcommand = required(request.small(1)?)?;
        if !self.config_commands().contains(&subcommand) {
            return Err(Status::INVALID_PARAMETER.into());
        }
        // An unprotected key that came with alwaysUv on could never be set up if that could not be taken off it (step 3).
        let sets_up = subcommand == TOGGLE_ALWAYS_UV && !self.is_protected();
        if !sets_up && (self.is_protected() || self.state.always_uv) {
            self.check_config_token(request, subcommand, run)?;
        }
        match subcommand {
            ENABLE_ENTERPRISE_ATTESTATION => self.state.enterprise_enabled = true,
            TOGGLE_ALWAYS_UV => self.state.always_uv = !self.state.always_uv,
            ENABLE_LONG_TOUCH_FOR_RESET => self.state.long_touch_for_reset = true,
            _ => self.set_min_pin_length(required(request.map(2)?)?)?,
        }
        Ok(None)
    }

    /// The subcommands that this model knows; it states them from CTAP 2.2 on.
    pub(super) fn config_commands(&self) -> Vec<u8> {
        let abilities = &self.profile.abilities;
        [
            (
                ENABLE_ENTERPRISE_ATTESTATION,
                abilities.enterprise_rp_ids.is_some(),
            ),
            (TOGGLE_ALWAYS_UV, true),
            (SET_MIN_PIN_LENGTH, abilities.client_pin),
            (
                ENABLE_LONG_TOUCH_FOR_RESET,
                abilities.long_touch_for_reset.is_some(),
            ),
        ]
        .into_iter()
        .filter_map(|(subcommand, known)| known.then_some(subcommand))
        .collect()
    }

    fn check_config_token(
        &mut self,
        request: Map<'_>,
        subcommand: u8,
        run: &mut Run<'_>,
    ) -> Result<(), Status> {
        let signature = request.bytes(4)?.ok_or(Status::PUAT_REQUIRED)?;
        let protocol = self.protocol(request.small(3)?)?;
        let parameters = request.value(2).map(cbor::encode).unwrap_or_default();
        let message: [&[u8]; 4] = [&[0xff; 32], &[command::CONFIG], &[subcommand], &parameters];
        self.check_token(protocol, &message, signature, permission::CONFIG, run.now)
            .map(|_| ())
    }

    fn set_min_pin_length(&mut self, parameters: Map<'_>) -> Result<(), Status> {
        let length = match parameters.integer(0x01)? {
            None => self.state.min_pin_length,
            Some(wanted) => match u8::try_from(wanted) {
                Ok(wanted) if (self.state.min_pin_length..=63).contains(&wanted) => wanted,
                _ => return Err(Status::PIN_POLICY_VIOLATION),
            },
        };
        let rp_ids = parameters.array(0x02)?.map(texts).transpose()?;
        let asked = parameters.flag(0x03)?.unwrap_or(false);
        // False changes nothing: a policy, once in force, ends with a reset.
        let complexity = parameters.flag(0x04)?.unwrap_or(false);
        let unknown = (rp_ids.is_some() && !self.profile.has_extension("minPinLength"))
            || (complexity && self.profile.abilities.pin_complexity.is_none());
        if unknown {
            return Err(Status::INVALID_PARAMETER);
        }
        if asked && self.state.pin.is_none() {
            return Err(Status::PIN_NOT_SET);
        }
        let rp_ids = rp_ids.filter(|list| !list.is_empty());
        if rp_ids
            .as_ref()
            .is_some_and(|list| list.len() > MAX_MIN_PIN_RP_IDS)
        {
            return Err(Status::KEY_STORE_FULL);
        }
        self.state.min_pin_length = length;
        self.state.pin_complexity |= complexity;
        if let Some(rp_ids) = rp_ids {
            self.state.min_pin_rp_ids = rp_ids;
        }
        let falls_short = self.state.pin.as_ref().is_some_and(|pin| {
            pin.code_points < length || (self.state.pin_complexity && pin.simple)
        });
        if asked || falls_short {
            self.state.force_pin_change = true;
            self.volatile.token = PinUvAuthTokens::new(&mut self.random);
        }
        Ok(())
    }
}

fn texts(items: &[Value]) -> Result<Vec<String>, Status> {
    items
        .iter()
        .map(|item| {
            item.as_text()
                .map(str::to_owned)
                .ok_or(Status::CBOR_UNEXPECTED_TYPE)
        })
        .collect()
}
