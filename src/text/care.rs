//! Keys and what is done to them, in the reader's language: portraits, oddities, tests.

use super::{Text, tr};
use crate::domain::care::{
    Care, Fingerprint, Management, Oddity, PinOrigin, Portrait, Readiness, SampleFault, Setting,
    StepOutcome, StoredCredential, TestStep, TestVerdict, TestedStep,
};
use crate::domain::history::Handling;
use crate::domain::models::Models;
use crate::workflow::dialogue::CareJob;

/// A line of a portrait: what it is about, and what the key says.
pub type Line = (String, String);

impl Text {
    /// Everything that a key says of itself, one line a subject.
    pub fn portrait(&self, portrait: &Portrait, models: &Models) -> Vec<Line> {
        let key = &portrait.key;
        let unstated = || tr!(self, "portrait-unstated");
        let place = tr!(
            self,
            "portrait-slot-at",
            slot = key.slot,
            place = key.place.as_str()
        );
        let mut lines = vec![
            (tr!(self, "portrait-model"), key.model.clone()),
            (tr!(self, "portrait-slot"), place),
            (
                tr!(self, "portrait-serial"),
                key.id.serial.clone().unwrap_or_else(unstated),
            ),
        ];
        if !key.is_fido2() {
            lines.push((tr!(self, "portrait-speaks"), tr!(self, "portrait-u2f")));
            return lines;
        }
        lines.extend(self.model_lines(portrait, models));
        lines.extend(self.verification_lines(portrait));
        lines.extend(self.credential_lines(portrait));
        lines.extend(self.setting_lines(portrait));
        lines
    }

    fn model_lines(&self, portrait: &Portrait, models: &Models) -> Vec<Line> {
        let key = &portrait.key;
        let unstated = || tr!(self, "portrait-unstated");
        let stated = portrait
            .certifications
            .iter()
            .map(|(name, level)| format!("{name} {level}"));
        let listed = models
            .certification(key.id.aaguid)
            .map(|level| tr!(self, "portrait-certified-listed", level = level.as_str()));
        vec![
            (
                tr!(self, "portrait-firmware"),
                key.firmware_text().unwrap_or_else(unstated),
            ),
            (
                tr!(self, "portrait-device"),
                portrait
                    .device_version
                    .map_or_else(unstated, |[a, b, c]| format!("{a}.{b}.{c}")),
            ),
            (tr!(self, "portrait-aaguid"), key.id.aaguid.to_string()),
            (
                tr!(self, "portrait-certified"),
                self.joined(stated.chain(listed)),
            ),
            (
                tr!(self, "portrait-speaks"),
                self.joined(key.versions.iter().cloned()),
            ),
            (
                tr!(self, "portrait-transports"),
                self.joined(portrait.transports.iter().cloned()),
            ),
        ]
    }

    fn verification_lines(&self, portrait: &Portrait) -> Vec<Line> {
        let key = &portrait.key;
        let mut lines = Vec::new();
        let state = self.pin_state(key);
        let pin = match key.pin_set {
            None => state,
            Some(_) => tr!(
                self,
                "portrait-pin-bounds",
                state = state,
                min = key.pin_min_length,
                max = portrait.pin_max_length
            ),
        };
        lines.push((tr!(self, "portrait-pin"), pin));
        let protocols = portrait.pin_protocols.iter().map(u64::to_string);
        lines.push((tr!(self, "portrait-pin-protocols"), self.joined(protocols)));
        let complexity = match (portrait.pin_complexity, &portrait.pin_complexity_url) {
            (None, _) => None,
            (Some(false), _) => Some(tr!(self, "portrait-complexity-off")),
            (Some(true), None) => Some(tr!(self, "portrait-complexity-on")),
            (Some(true), Some(url)) => {
                Some(tr!(self, "portrait-complexity-url", url = url.as_str()))
            }
        };
        lines.extend(complexity.map(|words| (tr!(self, "portrait-complexity"), words)));
        lines.push((tr!(self, "portrait-uv"), self.built_in_uv(portrait)));
        lines.push((
            tr!(self, "portrait-fingerprints"),
            self.readiness(portrait.fingerprints),
        ));
        lines.push((
            tr!(self, "portrait-always-uv"),
            self.yes_or_no(key.always_uv),
        ));
        lines
    }

    fn built_in_uv(&self, portrait: &Portrait) -> String {
        let own = portrait.built_in_uv;
        let mut state = self.readiness(own.state);
        let ways = own.modality.map(|bits| self.modalities(bits));
        if let Some(ways) = ways.filter(|ways| !ways.is_empty()) {
            state = format!("{state} ({})", ways.join(", "));
        }
        match own.retries {
            Some(retries) => tr!(
                self,
                "portrait-uv-retries",
                state = state,
                retries = retries
            ),
            None => state,
        }
    }

    /// The bits of `uvModality` (FIDO Registry of Predefined Values, section 3.1).
    fn modalities(&self, bits: u64) -> Vec<String> {
        [
            (0x0001, tr!(self, "modality-touch")),
            (0x0002, tr!(self, "modality-finger")),
            (0x0004, tr!(self, "modality-passcode")),
            (0x0008, tr!(self, "modality-voice")),
            (0x0010, tr!(self, "modality-face")),
            (0x0020, tr!(self, "modality-location")),
            (0x0040, tr!(self, "modality-eye")),
            (0x0080, tr!(self, "modality-pattern")),
            (0x0100, tr!(self, "modality-hand")),
        ]
        .into_iter()
        .filter_map(|(bit, name)| (bits & bit != 0).then_some(name))
        .collect()
    }

    fn credential_lines(&self, portrait: &Portrait) -> Vec<Line> {
        let key = &portrait.key;
        let kept = match (key.discoverable, key.free_credential_slots) {
            (false, _) => tr!(self, "portrait-credentials-no"),
            (true, None) => tr!(self, "portrait-credentials-yes"),
            (true, Some(count)) => tr!(self, "portrait-credentials-room", count = count),
        };
        let management = match portrait.management {
            Management::Absent => tr!(self, "portrait-management-none"),
            Management::Preview => tr!(self, "portrait-management-preview"),
            Management::Standard => tr!(self, "portrait-management-standard"),
        };
        let algorithms = key.algorithms.iter().map(|id| algorithm(*id));
        vec![
            (tr!(self, "portrait-credentials"), kept),
            (tr!(self, "portrait-management"), management),
            (tr!(self, "portrait-algorithms"), self.joined(algorithms)),
            (
                tr!(self, "portrait-attestation"),
                self.joined(portrait.attestation_formats.iter().cloned()),
            ),
            (
                tr!(self, "portrait-enterprise"),
                self.readiness(portrait.enterprise_attestation),
            ),
            (
                tr!(self, "portrait-extensions"),
                self.joined(portrait.extensions.iter().cloned()),
            ),
        ]
    }

    fn setting_lines(&self, portrait: &Portrait) -> Vec<Line> {
        let options = portrait
            .options
            .iter()
            .map(|(name, on)| format!("{name} {}", if *on { "✓" } else { "–" }));
        let config = match &portrait.config_commands {
            Some(commands) => self.joined(commands.iter().map(|c| format!("{c:#04x}"))),
            None if portrait.is_on("authnrCfg") => tr!(self, "portrait-unstated"),
            None => tr!(self, "portrait-config-none"),
        };
        let how = if portrait.long_touch_for_reset {
            tr!(self, "portrait-reset-long")
        } else {
            tr!(self, "portrait-reset-touch")
        };
        let reset = match portrait.reset_transports.as_deref() {
            None => how,
            Some([]) => tr!(self, "portrait-reset-none"),
            Some(over) => tr!(
                self,
                "portrait-reset-over",
                how = how,
                transports = over.join(", ")
            ),
        };
        vec![
            (tr!(self, "portrait-options"), self.joined(options)),
            (tr!(self, "portrait-config"), config),
            (tr!(self, "portrait-reset"), reset),
            (tr!(self, "portrait-limits"), self.limits(portrait)),
        ]
    }

    fn limits(&self, portrait: &Portrait) -> String {
        let limits = &portrait.limits;
        let message = tr!(self, "portrait-limit-message", bytes = limits.message_bytes);
        let stated = [
            limits
                .credentials_in_list
                .map(|count| tr!(self, "portrait-limit-list", count = count)),
            limits
                .credential_id_bytes
                .map(|bytes| tr!(self, "portrait-limit-id", bytes = bytes)),
            limits
                .large_blob_bytes
                .map(|bytes| tr!(self, "portrait-limit-large-blob", bytes = bytes)),
            limits
                .cred_blob_bytes
                .map(|bytes| tr!(self, "portrait-limit-cred-blob", bytes = bytes)),
            limits
                .min_pin_rp_ids
                .map(|count| tr!(self, "portrait-limit-rp-ids", count = count)),
        ];
        self.joined(std::iter::once(message).chain(stated.into_iter().flatten()))
    }

    fn joined(&self, parts: impl Iterator<Item = String>) -> String {
        let parts: Vec<String> = parts.collect();
        if parts.is_empty() {
            tr!(self, "portrait-unstated")
        } else {
            parts.join(", ")
        }
    }

    fn readiness(&self, readiness: Readiness) -> String {
        match readiness {
            Readiness::Unsupported => tr!(self, "portrait-ready-unsupported"),
            Readiness::NotSetUp => tr!(self, "portrait-ready-not-set"),
            Readiness::SetUp => tr!(self, "portrait-ready-set"),
        }
    }

    fn yes_or_no(&self, yes: bool) -> String {
        if yes {
            tr!(self, "portrait-yes")
        } else {
            tr!(self, "portrait-no")
        }
    }

    /// Something unusual about a key.
    pub fn oddity(&self, oddity: &Oddity) -> String {
        match oddity {
            Oddity::U2fOnly => tr!(self, "oddity-u2f-only"),
            Oddity::Advisory { id, summary } => self.advisory(id, summary),
            Oddity::NoModel => tr!(self, "oddity-no-model"),
            Oddity::UnknownModel => tr!(self, "oddity-unknown-model"),
            Oddity::PinBlocked => tr!(self, "oddity-pin-blocked"),
            Oddity::FewPinRetries { retries } => {
                tr!(self, "oddity-few-retries", retries = (*retries))
            }
            Oddity::PinChangeRequired => tr!(self, "oddity-pin-change"),
            Oddity::NoPin => tr!(self, "oddity-no-pin"),
            Oddity::NoVerification => tr!(self, "oddity-no-verification"),
            Oddity::UvBlocked => tr!(self, "oddity-uv-blocked"),
            Oddity::NoFingerprint => tr!(self, "oddity-no-fingerprint"),
            Oddity::StoreFull => tr!(self, "oddity-store-full"),
            Oddity::StoreNearlyFull { free } => {
                tr!(self, "oddity-store-nearly-full", free = (*free))
            }
            Oddity::NotDiscoverable => tr!(self, "oddity-not-discoverable"),
            Oddity::NoManagement => tr!(self, "oddity-no-management"),
            Oddity::Preview => tr!(self, "oddity-preview"),
            Oddity::NoEs256 => tr!(self, "oddity-no-es256"),
            Oddity::AlwaysUv => tr!(self, "oddity-always-uv"),
            Oddity::EnterpriseAttestation => tr!(self, "oddity-enterprise"),
            Oddity::LongTouchForReset => tr!(self, "oddity-long-touch"),
            Oddity::NoUsbReset { over } if over.is_empty() => tr!(self, "oddity-no-reset"),
            Oddity::NoUsbReset { over } => {
                tr!(self, "oddity-no-usb-reset", over = over.join(", "))
            }
            Oddity::OwnVerificationOnly => tr!(self, "oddity-own-verification"),
            Oddity::OddMembers { members } => {
                tr!(self, "oddity-odd-members", members = members.join(", "))
            }
            Oddity::MinPinRaised { length } => {
                tr!(self, "oddity-min-pin", length = (*length))
            }
            Oddity::ShortPins { length } => {
                tr!(self, "oddity-short-pins", length = (*length))
            }
            Oddity::NoTouch => tr!(self, "oddity-no-touch"),
            Oddity::Platform => tr!(self, "oddity-platform"),
            Oddity::NotUsb => tr!(self, "oddity-not-usb"),
            Oddity::SmallMessages { bytes } => {
                tr!(self, "oddity-small-messages", bytes = (*bytes))
            }
            Oddity::NoPermissions => tr!(self, "oddity-no-permissions"),
            Oddity::UnknownMembers { count } => {
                tr!(self, "oddity-unknown-members", count = (*count))
            }
        }
    }

    /// What a run is about, as the title of its screen.
    pub fn care_job(&self, job: &CareJob) -> String {
        match job {
            CareJob::Test => tr!(self, "care-test"),
            CareJob::TestFor { .. } => tr!(self, "care-test-for"),
            CareJob::SetPin => tr!(self, "care-set-pin"),
            CareJob::ChangePin => tr!(self, "care-change-pin"),
            CareJob::CheckReturn { .. } => tr!(self, "care-check-return"),
            CareJob::VerifyPin => tr!(self, "care-verify-pin"),
            CareJob::Configure => tr!(self, "care-configure"),
            CareJob::Credentials => tr!(self, "care-credentials"),
            CareJob::Fingerprints => tr!(self, "care-fingerprints"),
        }
    }

    /// A step of a test, one or two words.
    pub fn test_step(&self, step: TestStep) -> String {
        match step {
            TestStep::Make => tr!(self, "step-create"),
            TestStep::SignVerified => tr!(self, "step-test"),
            TestStep::SignTouched => tr!(self, "step-sign-touched"),
            TestStep::Exclude => tr!(self, "step-exclude"),
            TestStep::Clean => tr!(self, "step-clean"),
        }
    }

    /// How a step of a test went.
    pub fn tested(&self, tested: &TestedStep) -> String {
        match (&tested.outcome, tested.usual_ms) {
            (StepOutcome::Passed, None) => tr!(self, "test-took", took = tested.took_ms),
            (StepOutcome::Passed, Some(usual)) => tr!(
                self,
                "test-took-usual",
                took = tested.took_ms,
                usual = usual
            ),
            (StepOutcome::Skipped { why }, _) => {
                tr!(self, "test-skipped", why = self.test_why(why))
            }
            (StepOutcome::Failed { why }, _) => tr!(self, "test-failed", why = self.test_why(why)),
        }
    }

    /// What a test came to, in a sentence that anyone understands.
    pub fn verdict(&self, verdict: TestVerdict) -> String {
        match verdict {
            TestVerdict::Works => tr!(self, "verdict-works"),
            TestVerdict::WorksSlowly => tr!(self, "verdict-works-slowly"),
            TestVerdict::WorksUnverified => tr!(self, "verdict-works-unverified"),
            TestVerdict::Fails => tr!(self, "verdict-fails"),
        }
    }
}

impl Text {
    /// Something that was done to a key, for its history and for a closing screen.
    pub fn care(&self, care: &Care) -> String {
        match care {
            Care::Tested { report } => {
                tr!(self, "did-tested", verdict = self.verdict(report.verdict()))
            }
            Care::PinSet {
                origin: PinOrigin::Person,
            } => tr!(self, "did-pin-set"),
            Care::PinSet {
                origin: PinOrigin::Random,
            } => tr!(self, "did-pin-set-random"),
            Care::PinChanged {
                origin: PinOrigin::Person,
            } => tr!(self, "did-pin-changed"),
            Care::PinChanged {
                origin: PinOrigin::Random,
            } => tr!(self, "did-pin-changed-random"),
            Care::Configured { setting } => {
                tr!(self, "did-configured", setting = self.setting(setting))
            }
            Care::CredentialDeleted { credential, .. } => tr!(
                self,
                "did-credential-deleted",
                what = self.credential(credential)
            ),
            Care::CredentialRenamed { credential, name } => tr!(
                self,
                "did-credential-renamed",
                what = self.credential(credential),
                name = name.as_str()
            ),
            Care::FingerprintAdded { fingerprint } => {
                tr!(self, "did-finger-added", name = self.finger(fingerprint))
            }
            Care::FingerprintRenamed { fingerprint } => {
                tr!(self, "did-finger-renamed", name = self.finger(fingerprint))
            }
            Care::FingerprintRemoved { fingerprint } => {
                tr!(self, "did-finger-removed", name = self.finger(fingerprint))
            }
        }
    }

    /// A line of a key's history.
    pub fn handling(&self, handling: &Handling) -> String {
        match handling {
            Handling::Cared { care } => self.care(care),
            Handling::Enrolled { name, .. } => tr!(self, "did-enrolled", name = name.as_str()),
            Handling::Tested { person, name } => {
                let name = name.as_deref().unwrap_or(person.as_str());
                tr!(self, "did-tested-for", name = name)
            }
            Handling::Reset { names } if names.is_empty() => tr!(self, "did-reset"),
            Handling::Reset { names } => tr!(self, "did-reset-of", names = names.join(", ")),
        }
    }

    /// The PIN was right.
    pub fn pin_verified(&self, retries: Option<u8>) -> String {
        match retries {
            Some(retries) => tr!(self, "did-pin-verified", retries = retries),
            None => tr!(self, "note-verified"),
        }
    }

    /// A credential by its account and RP.
    pub fn credential(&self, credential: &StoredCredential) -> String {
        let unnamed = || tr!(self, "no-name");
        let name = credential.name().map_or_else(unnamed, str::to_owned);
        tr!(
            self,
            "credential-at",
            name = name,
            rp = credential.rp_id.as_str()
        )
    }

    /// A fingerprint by its name.
    pub fn finger(&self, finger: &Fingerprint) -> String {
        let unnamed = || tr!(self, "no-name");
        finger.name.clone().unwrap_or_else(unnamed)
    }

    /// What a setting makes of a key.
    pub fn setting(&self, setting: &Setting) -> String {
        match setting {
            Setting::MinPinLength { length, rp_ids } if rp_ids.is_empty() => {
                tr!(self, "setting-min-pin", length = (*length))
            }
            Setting::MinPinLength { length, rp_ids } => tr!(
                self,
                "setting-min-pin-readable",
                length = (*length),
                rps = rp_ids.join(", ")
            ),
            Setting::ForcePinChange => tr!(self, "setting-force-pin"),
            Setting::AlwaysUv { on: true } => tr!(self, "setting-always-uv-on"),
            Setting::AlwaysUv { on: false } => tr!(self, "setting-always-uv-off"),
            Setting::EnterpriseAttestation => tr!(self, "setting-enterprise"),
            Setting::LongTouchForReset => tr!(self, "setting-long-touch"),
            Setting::PinComplexity => tr!(self, "setting-complexity"),
        }
    }

    /// What was with a sample of a finger.
    pub fn sample(&self, fault: Option<SampleFault>) -> String {
        match fault {
            None => tr!(self, "sample-good"),
            Some(SampleFault::TooHigh) => tr!(self, "sample-too-high"),
            Some(SampleFault::TooLow) => tr!(self, "sample-too-low"),
            Some(SampleFault::TooLeft) => tr!(self, "sample-too-left"),
            Some(SampleFault::TooRight) => tr!(self, "sample-too-right"),
            Some(SampleFault::TooFast) => tr!(self, "sample-too-fast"),
            Some(SampleFault::TooSlow) => tr!(self, "sample-too-slow"),
            Some(SampleFault::PoorQuality) => tr!(self, "sample-poor"),
            Some(SampleFault::TooSkewed) => tr!(self, "sample-askew"),
            Some(SampleFault::TooShort) => tr!(self, "sample-short"),
            Some(SampleFault::Unlike) => tr!(self, "sample-unlike"),
            Some(SampleFault::Exists) => tr!(self, "sample-exists"),
            Some(SampleFault::Full) => tr!(self, "sample-full"),
            Some(SampleFault::NoFinger) => tr!(self, "sample-no-finger"),
            Some(SampleFault::NotLifted) => tr!(self, "sample-not-lifted"),
            Some(SampleFault::Other) => tr!(self, "sample-other"),
        }
    }
}

pub use crate::domain::key::algorithm;
