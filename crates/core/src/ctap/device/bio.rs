//! Fingerprints on a [`Device`]: authenticatorBioEnrollment (CTAP 2.3, section 6.7), standard and preview.

use crate::domain::reason::Lacks;
use std::time::Duration;

use super::super::command::bio::{self, Fingerprint, FingerprintSensor, Request, Sample};
use super::super::command::{Operation, clip_to, command_byte};
use super::super::control::Control;
use super::super::error::{CtapError, ReplyFault};
use super::super::info::BioEnrollment;
use super::super::pin::PinUvAuthToken;
use super::super::status::{SampleStatus, Status};
use super::super::transport::Transport;
use super::Device;

/// No enrolment takes that many touches: a key that asks for more does not tell the truth.
const MOST_SAMPLES: u32 = 200;
/// How much sooner than the caller the key shall give up waiting for a finger, so that it says so itself.
const KEY_GIVES_UP_EARLIER: Duration = Duration::from_millis(500);
/// How long the key may take to drop an enrolment.
const CANCEL_LIMIT: Duration = Duration::from_millis(500);

impl<T: Transport> Device<T> {
    /// What the fingerprint sensor is like (section 6.7.3). Needs no token.
    ///
    /// # Errors
    /// [`CtapError::Unsupported`] on a key without one.
    pub fn fingerprint_sensor(
        &mut self,
        control: &mut Control<'_>,
    ) -> Result<FingerprintSensor, CtapError> {
        let operation = Operation::DescribeSensor;
        let malformed = |fault| CtapError::malformed(operation, fault);
        let modality = self.bio(operation, &Request::Modality, None, control)?;
        if !bio::is_fingerprint(modality).map_err(malformed)? {
            return Err(CtapError::Unsupported {
                what: Lacks::OtherBiometrics,
            });
        }
        let reply = self.bio(operation, &Request::Sensor, None, control)?;
        bio::sensor(reply).map_err(malformed)
    }

    /// Enrols a finger, touch by touch (section 6.7.4), and returns the new fingerprint's id. `on_sample` hears of every touch:
    /// whether it was good, why not, how many more are wanted. Needs
    /// [`BIO_ENROLLMENT`](super::super::Permissions::BIO_ENROLLMENT), as all but the sensor's description do.
    ///
    /// The control's time limit counts for each touch anew. Whatever ends the enrolment before its last good sample, the key
    /// is told to drop it, so that nothing of the finger stays on it; a key that does not listen may take another second for that.
    ///
    /// # Errors
    /// [`Status::FpDatabaseFull`] when there is no room, [`CtapError::Timeout`] when no finger came for one whole time limit,
    /// [`CtapError::Unsupported`] on a key without fingerprints, [`Status::PinAuthInvalid`] for a token without the permission.
    pub fn enrol_fingerprint(
        &mut self,
        token: &PinUvAuthToken,
        on_sample: &mut dyn FnMut(Sample),
        control: &mut Control<'_>,
    ) -> Result<Vec<u8>, CtapError> {
        let enrolled = self.collect_samples(token, on_sample, control);
        if enrolled.is_err() {
            self.drop_enrolment();
        }
        self.forget_info();
        enrolled
    }

    /// The fingerprints on the key (section 6.7.6).
    ///
    /// # Errors
    /// As [`Device::enrol_fingerprint`], for the token and the key.
    pub fn fingerprints(
        &mut self,
        token: &PinUvAuthToken,
        control: &mut Control<'_>,
    ) -> Result<Vec<Fingerprint>, CtapError> {
        let operation = Operation::ListFingerprints;
        match self.bio(operation, &Request::Enumerate, Some(token), control) {
            // The specification's word for "there are none".
            Err(error) if error.status() == Some(Status::InvalidOption) => Ok(Vec::new()),
            reply => {
                bio::fingerprints(reply?).map_err(|fault| CtapError::malformed(operation, fault))
            }
        }
    }

    /// Names a fingerprint (section 6.7.7). A name longer than the sensor keeps is cut between two characters; what was
    /// kept is returned.
    ///
    /// # Errors
    /// [`Status::InvalidOption`] when there is no such fingerprint; as [`Device::fingerprints`].
    pub fn name_fingerprint(
        &mut self,
        id: &[u8],
        name: &str,
        token: &PinUvAuthToken,
        control: &mut Control<'_>,
    ) -> Result<String, CtapError> {
        let sensor = self.fingerprint_sensor(control)?;
        let name = clip_to(name, sensor.max_name_bytes);
        let request = Request::Rename { id, name };
        self.bio(Operation::NameFingerprint, &request, Some(token), control)?;
        Ok(name.to_owned())
    }

    /// Removes a fingerprint (section 6.7.8).
    ///
    /// # Errors
    /// [`Status::InvalidOption`] when there is no such fingerprint; as [`Device::fingerprints`].
    pub fn remove_fingerprint(
        &mut self,
        id: &[u8],
        token: &PinUvAuthToken,
        control: &mut Control<'_>,
    ) -> Result<(), CtapError> {
        let request = Request::Remove { id };
        let result = self.bio(Operation::RemoveFingerprint, &request, Some(token), control);
        self.forget_info();
        result.map(drop)
    }

    fn collect_samples(
        &mut self,
        token: &PinUvAuthToken,
        on_sample: &mut dyn FnMut(Sample),
        control: &mut Control<'_>,
    ) -> Result<Vec<u8>, CtapError> {
        let operation = Operation::EnrolFingerprint;
        let limit = control.time_limit();
        let timeout = limit.saturating_sub(KEY_GIVES_UP_EARLIER.min(limit / 2));
        let malformed = |fault| CtapError::malformed(operation, fault);
        let begin = Request::BeginEnrolment { timeout };
        let begun = self.bio(operation, &begin, Some(token), control)?;
        let (id, mut sample) = bio::begun(begun).map_err(malformed)?;
        let next = Request::NextSample { id: &id, timeout };
        for _ in 0..MOST_SAMPLES {
            match sample.status {
                // Nobody came for as long as the caller was ready to wait.
                SampleStatus::NoUserActivity => {
                    return Err(CtapError::untouched(operation, limit));
                }
                SampleStatus::DatabaseFull => {
                    let status = Status::FpDatabaseFull;
                    return Err(CtapError::Status { operation, status });
                }
                _ => on_sample(sample),
            }
            if sample.remaining == 0 {
                return Ok(id);
            }
            control.restart(limit);
            let reply = self.bio(operation, &next, Some(token), control)?;
            sample = bio::sample(reply).map_err(malformed)?;
        }
        let endless = "the key asks for ever more samples of the finger";
        Err(CtapError::malformed(
            operation,
            ReplyFault::Contradiction(endless),
        ))
    }

    /// Tells the key to drop an enrolment, also for a caller who has cancelled. What it answers makes no difference: a key that
    /// does not listen drops it when it loses power.
    fn drop_enrolment(&mut self) {
        let mut ignore = |_| {};
        let mut control = Control::new(CANCEL_LIMIT, &|| false, &mut ignore);
        let request = Request::CancelEnrolment;
        let _ = self.bio(Operation::EnrolFingerprint, &request, None, &mut control);
    }

    fn bio(
        &mut self,
        operation: Operation,
        request: &Request<'_>,
        token: Option<&PinUvAuthToken>,
        control: &mut Control<'_>,
    ) -> Result<ciborium::Value, CtapError> {
        let code = match self.known_info(control)?.bio_enrollment() {
            Some(BioEnrollment::Standard) => command_byte::BIO_ENROLLMENT,
            Some(BioEnrollment::Preview) => command_byte::BIO_ENROLLMENT_PREVIEW,
            None => {
                return Err(CtapError::Unsupported {
                    what: Lacks::Fingerprints,
                });
            }
        };
        self.command(operation, code, &request.encode(token), control)
    }
}
