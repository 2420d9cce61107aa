//! authenticatorConfig (CTAP 2.3, section 6.11).

use ciborium::Value;

use super::{
    authenticator::{Authenticator, Run, command},
    cbor::{self, Map, required},
    pin::permission,
    state::Token,
    status::{Status, Stop},
};

/// maxRPIDsForSetMinPINLength.
pub(super) const MAX_MIN_PIN_RP_IDS: usize = 8;

impl Authenticator {
    pub(super) fn config(
        &mut self,
        request: Map<'_>,
        run: &mut Run<'_>,
    ) -> Result<Option<Value>, Stop> {
        let subcommand = required(request.small(1)?)?;
        let abilities = &self.profile.abilities;
        let known = match subcommand {
            0x01 => abilities.enterprise_rp_ids.is_some(),
            0x02 | 0x03 => true,
            0x04 => abilities.long_touch_for_reset.is_some(),
            _ => false,
        };
        if !known {
            return Err(Status::INVALID_PARAMETER.into());
        }
        if self.is_protected() {
            self.check_config_token(request, subcommand, run)?;
        }
        match subcommand {
            0x01 => self.state.enterprise_enabled = true,
            0x02 => self.state.always_uv = !self.state.always_uv,
            0x04 => self.state.long_touch_for_reset = true,
            _ => self.set_min_pin_length(request.map(2)?)?,
        }
        Ok(None)
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

    fn set_min_pin_length(&mut self, parameters: Option<Map<'_>>) -> Result<(), Status> {
        let Some(parameters) = parameters else {
            return Ok(());
        };
        let length = match parameters.integer(0x01)? {
            None => self.state.min_pin_length,
            Some(wanted) => match u8::try_from(wanted) {
                Ok(wanted) if (self.state.min_pin_length..=63).contains(&wanted) => wanted,
                _ => return Err(Status::PIN_POLICY_VIOLATION),
            },
        };
        let rp_ids = parameters.array(0x02)?.map(texts).transpose()?;
        if rp_ids
            .as_ref()
            .is_some_and(|list| list.len() > MAX_MIN_PIN_RP_IDS)
        {
            return Err(Status::KEY_STORE_FULL);
        }
        let asked = parameters.flag(0x03)?.unwrap_or(false);
        if asked && self.state.pin.is_none() {
            return Err(Status::PIN_NOT_SET);
        }
        let too_short = self
            .state
            .pin
            .as_ref()
            .is_some_and(|pin| pin.code_points < length);
        self.state.min_pin_length = length;
        if let Some(rp_ids) = rp_ids {
            self.state.min_pin_rp_ids = rp_ids;
        }
        if asked || too_short {
            self.state.force_pin_change = true;
            self.volatile.token = Token::new(&mut self.random);
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
