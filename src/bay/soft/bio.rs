//! authenticatorBioEnrollment for fingerprints (CTAP 2.3, section 6.7), also under the preview's command byte.
//!
//! Invariant: a fingerprint counts only once its last sample was good; a cancelled or interrupted enrolment leaves nothing.

use std::time::Duration;

use ciborium::Value;

use super::{
    authenticator::{Authenticator, Run},
    cbor::{self, Map, MapWriter, required},
    pin::permission,
    profile::Management,
    state::Fingerprint,
    status::{Status, Stop},
};

const MODALITY_FINGERPRINT: u8 = 0x01;
/// Good samples that make a fingerprint.
const SAMPLES: u8 = 4;
const MAX_NAME_BYTES: usize = 32;
const MAX_PREVIEW_NAME_BYTES: usize = 64;
const SAMPLE_GOOD: u8 = 0x00;
const SAMPLE_NO_USER_ACTIVITY: u8 = 0x0d;

/// A fingerprint of which samples are being taken.
pub(super) struct Sampling {
    id: u16,
    remaining: u8,
}

impl Authenticator {
    pub(super) fn bio_enrolment(
        &mut self,
        request: Map<'_>,
        run: &mut Run<'_>,
    ) -> Result<Option<Value>, Stop> {
        if request.flag(6)? == Some(true) {
            return Ok(Some(
                MapWriter::default().with(0x01, MODALITY_FINGERPRINT).done(),
            ));
        }
        if required(request.small(1)?)? != MODALITY_FINGERPRINT {
            return Err(Status::INVALID_PARAMETER.into());
        }
        let subcommand = required(request.small(2)?)?;
        match subcommand {
            0x03 => {
                self.volatile.bio_enrolment = None;
                return Ok(None);
            }
            0x07 => return Ok(Some(self.sensor_info())),
            0x01 | 0x02 | 0x04..=0x06 => self.check_bio_token(request, subcommand, run)?,
            _ => return Err(Status::INVALID_SUBCOMMAND.into()),
        }
        let parameters = request.map(3)?;
        match subcommand {
            0x01 => self.enrol_begin(parameters, run),
            0x02 => self.enrol_next(required(parameters)?, run),
            0x04 => self.enumerate_fingerprints(),
            0x05 => self.name_fingerprint(required(parameters)?),
            _ => self.remove_fingerprint(required(parameters)?),
        }
    }

    fn check_bio_token(
        &mut self,
        request: Map<'_>,
        subcommand: u8,
        run: &mut Run<'_>,
    ) -> Result<(), Status> {
        let signature = request.bytes(5)?.ok_or(Status::PUAT_REQUIRED)?;
        let protocol = self.protocol(request.small(4)?)?;
        let parameters = request.value(3).map(cbor::encode).unwrap_or_default();
        let message: [&[u8]; 3] = [&[MODALITY_FINGERPRINT], &[subcommand], &parameters];
        self.check_token(
            protocol,
            &message,
            signature,
            permission::BIO_ENROLMENT,
            run.now,
        )
        .map(|_| ())
    }

    fn enrol_begin(
        &mut self,
        parameters: Option<Map<'_>>,
        run: &mut Run<'_>,
    ) -> Result<Option<Value>, Stop> {
        if self.state.fingerprints.len() >= self.profile.fingerprint_slots {
            return Err(Status::FP_DATABASE_FULL.into());
        }
        let quality = sample(parameters, run)?;
        let id = self.state.next_fingerprint;
        self.state.next_fingerprint = id.wrapping_add(1);
        self.volatile.bio_enrolment = Some(Sampling {
            id,
            remaining: SAMPLES,
        });
        let (quality, remaining) = self.count_sample(quality);
        Ok(Some(
            MapWriter::default()
                .with(0x04, id.to_be_bytes().to_vec())
                .with(0x05, quality)
                .with(0x06, remaining)
                .done(),
        ))
    }

    fn enrol_next(
        &mut self,
        parameters: Map<'_>,
        run: &mut Run<'_>,
    ) -> Result<Option<Value>, Stop> {
        let id = template_id(parameters)?;
        if self
            .volatile
            .bio_enrolment
            .as_ref()
            .is_none_or(|under_way| under_way.id != id)
        {
            return Err(Status::INVALID_PARAMETER.into());
        }
        let quality = sample(Some(parameters), run)?;
        let (quality, remaining) = self.count_sample(quality);
        Ok(Some(
            MapWriter::default()
                .with(0x05, quality)
                .with(0x06, remaining)
                .done(),
        ))
    }

    /// lastEnrollSampleStatus and remainingSamples after one sample; the last good one makes the fingerprint.
    fn count_sample(&mut self, quality: u8) -> (u8, u8) {
        let Some(under_way) = &mut self.volatile.bio_enrolment else {
            return (quality, 0);
        };
        if quality == SAMPLE_GOOD {
            under_way.remaining = under_way.remaining.saturating_sub(1);
        }
        let (id, remaining) = (under_way.id, under_way.remaining);
        if remaining == 0 {
            self.volatile.bio_enrolment = None;
            self.state.fingerprints.push(Fingerprint { id, name: None });
        }
        (quality, remaining)
    }

    /// A finger that it has learnt.
    pub(super) fn learn_finger(&mut self) {
        let id = self.state.next_fingerprint;
        self.state.next_fingerprint = id.saturating_add(1);
        self.state.fingerprints.push(Fingerprint { id, name: None });
    }

    fn sensor_info(&self) -> Value {
        // The preview did not know this member, and its keys took longer names.
        let standard = self.profile.abilities.management == Management::Standard;
        MapWriter::default()
            .with(0x01, MODALITY_FINGERPRINT)
            // a touch sensor, not a swipe sensor
            .with(0x02, 0x01)
            .with(0x03, SAMPLES)
            .with_some(0x08, standard.then(|| cbor::count(MAX_NAME_BYTES)))
            .done()
    }

    fn enumerate_fingerprints(&self) -> Result<Option<Value>, Stop> {
        if self.state.fingerprints.is_empty() {
            return Err(Status::INVALID_OPTION.into());
        }
        let entries = self.state.fingerprints.iter().map(|fingerprint| {
            MapWriter::default()
                .with(0x01, fingerprint.id.to_be_bytes().to_vec())
                .with_some(0x02, fingerprint.name.as_deref())
                .done()
        });
        Ok(Some(
            MapWriter::default()
                .with(0x07, entries.collect::<Vec<_>>())
                .done(),
        ))
    }

    fn name_fingerprint(&mut self, parameters: Map<'_>) -> Result<Option<Value>, Stop> {
        let name = required(parameters.text(0x02)?)?;
        let longest = match self.profile.abilities.management {
            Management::Standard => MAX_NAME_BYTES,
            _ => MAX_PREVIEW_NAME_BYTES,
        };
        if name.len() > longest {
            return Err(Status::INVALID_LENGTH.into());
        }
        let id = template_id(parameters)?;
        let found = self.state.fingerprints.iter_mut().find(|f| f.id == id);
        found.ok_or(Status::INVALID_OPTION)?.name = Some(name.to_owned());
        Ok(None)
    }

    fn remove_fingerprint(&mut self, parameters: Map<'_>) -> Result<Option<Value>, Stop> {
        let id = template_id(parameters)?;
        let before = self.state.fingerprints.len();
        self.state.fingerprints.retain(|f| f.id != id);
        if self.state.fingerprints.len() == before {
            return Err(Status::INVALID_OPTION.into());
        }
        Ok(None)
    }
}

fn sample(parameters: Option<Map<'_>>, run: &mut Run<'_>) -> Result<u8, Stop> {
    let timeout_ms = parameters.map_or(Ok(None), |map| map.integer(0x03))?;
    run.consents.timeout = timeout_ms
        .and_then(|ms| u64::try_from(ms).ok())
        .map(Duration::from_millis);
    Ok(run.consents.sample()?.unwrap_or(SAMPLE_NO_USER_ACTIVITY))
}

fn template_id(parameters: Map<'_>) -> Result<u16, Status> {
    let id = required(parameters.bytes(0x01)?)?;
    id.try_into()
        .map(u16::from_be_bytes)
        .map_err(|_| Status::INVALID_OPTION)
}
