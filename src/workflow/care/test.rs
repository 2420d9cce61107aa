//! Does this key work? A throwaway credential at an RP of the station's own.
//!
//! Invariant: a test leaves nothing on the key. Its credential is not discoverable; where a key keeps it all the same, or
//! kept one of a test that was cut short, it is found and deleted.

use super::super::ceremony::{Ceremony, Checked, ClientData, check_assertion, client_data};
use super::super::steps::{anew_after_pulls, begin_step, end_step, is_replugged, on_key, touch};
use super::{Desk, begin, look, record, take_key, unlocked};
use crate::domain::authority::Action;
use crate::domain::care::{
    Care, Portrait, Readiness, StepOutcome, TestReport, TestStep, TestedStep, UsualTimes,
    usual_times,
};
use crate::domain::key::TEST_RP_ID;
use crate::domain::reason::{Flaw, Skip, Why};
use crate::domain::{Bytes, KeyFacts, Pin, UsbPath};
use crate::wire::webauthn::{
    Algorithm, AuthenticatorSelection, CreationOptions, Descriptor, RelyingParty, RequestOptions,
    User,
};
use crate::workflow::dialogue::{CareJob, Ending, Job, Note, Step};
use crate::workflow::{KeyFault, NewAssertion, NewCredential, Stop, Verified, conclude};

const TEST_ORIGIN: &str = "https://station.keydesk.invalid";
/// Always the same user, so that what a test left behind is overwritten by the next one.
const TEST_USER: &[u8] = b"keydesk-test";

/// Tests a key with a throwaway credential; `at`: where it is, if that was chosen already.
pub async fn test_key(desk: &mut dyn Desk, at: Option<&UsbPath>) -> Result<Ending, Stop> {
    let result = test_with_throwaway(desk, at).await;
    conclude(desk, result)
}

async fn test_with_throwaway(desk: &mut dyn Desk, at: Option<&UsbPath>) -> Result<Ending, Stop> {
    let job = Job::Care {
        care: CareJob::Test,
    };
    begin(desk, job, Action::TestKey).await?;
    anew_after_pulls(desk, async |desk: &mut dyn Desk| try_out(desk, at).await).await
}

async fn try_out(desk: &mut dyn Desk, at: Option<&UsbPath>) -> Result<Ending, Stop> {
    let mut key = take_key(desk, at).await?;
    let portrait = look(desk, &mut key).await?;
    let pin = match key.verifies_itself() {
        // Its PIN makes no credential, not even one that is thrown away.
        true => None,
        false => unlocked(desk, &mut key, TEST_RP_ID).await?,
    };
    let before = desk.tests_before(&key).await?;
    let usual = usual_times(&before);
    let mut trial = Trial::new(&portrait, pin, usual);
    // What a power cut leaves of a test is deleted by the next one.
    let tried = trial.run(desk, &mut key).await;
    let Trial { report, .. } = trial;
    match tried {
        Ok(()) | Err(Failed::Step) => record(desk, key, Care::Tested { report }).await,
        Err(Failed::Run(stop)) => Err(stop),
    }
}

/// Why a trial ended early.
enum Failed {
    /// A step failed; the report says how.
    Step,
    /// The run itself ended.
    Run(Stop),
}

impl From<Stop> for Failed {
    fn from(stop: Stop) -> Self {
        Self::Run(stop)
    }
}

/// A test under way.
struct Trial {
    pin: Option<Pin>,
    built_in_uv: bool,
    always_uv: bool,
    management: bool,
    algorithms: Vec<i64>,
    usual: UsualTimes,
    touches: (u8, u8),
    report: TestReport,
}

impl Trial {
    fn new(portrait: &Portrait, pin: Option<Pin>, usual: UsualTimes) -> Self {
        let key = &portrait.key;
        let mut trial = Self {
            built_in_uv: pin.is_none() && portrait.built_in_uv.state == Readiness::SetUp,
            always_uv: key.always_uv,
            management: key.credential_management,
            algorithms: key.algorithms.clone(),
            pin,
            usual,
            touches: (0, 0),
            report: TestReport::default(),
        };
        // One to make, one to be refused, one for each way of signing.
        let ways = u8::from(trial.verifies()) + u8::from(!trial.always_uv);
        trial.touches.1 = 2 + ways;
        trial
    }

    fn verifies(&self) -> bool {
        self.pin.is_some() || self.built_in_uv
    }

    async fn run(&mut self, desk: &mut dyn Desk, key: &mut KeyFacts) -> Result<(), Failed> {
        let tried = self.try_out(desk, key).await;
        if matches!(&tried, Err(Failed::Run(stop)) if is_replugged(stop)) {
            // Another key may be in the slot by now. What is left on this one is deleted by its next test.
            return tried;
        }
        // Whatever went wrong: deleting is possible after a cancel too.
        let cleaned = self.clean(desk, key).await;
        tried.and(cleaned)
    }

    async fn try_out(&mut self, desk: &mut dyn Desk, key: &mut KeyFacts) -> Result<(), Failed> {
        let made = self.make(desk, key).await?;
        let counter = self.sign_verified(desk, key, &made).await?;
        self.sign_touched(desk, key, &made, counter).await?;
        self.exclude(desk, key, &made).await
    }

    async fn make(
        &mut self,
        desk: &mut dyn Desk,
        key: &mut KeyFacts,
    ) -> Result<NewCredential, Failed> {
        begin_step(desk, Step::Create);
        let (options, client) = self.creation(desk, Vec::new())?;
        let (pin, nth) = (self.pin.as_ref(), (1, self.touches.1));
        self.touches.0 = 1;
        let made = touch(
            desk,
            key,
            nth,
            async |desk: &mut dyn Desk, key: &KeyFacts| {
                desk.make_credential(key, pin, &options, client.hash)
                    .await
                    .map_err(|not_made| not_made.fault)
            },
        )
        .await;
        let checked = made.map(|made| {
            let fault = self.fault_of_made(&made);
            (made, fault)
        });
        match checked {
            Ok((made, None)) => {
                self.passed(desk, TestStep::Make);
                Ok(made)
            }
            Ok((_, Some(flaw))) => Err(self.failed(desk, TestStep::Make, Why::Flaw(flaw))),
            Err(stop) => Err(self.failed_by(desk, TestStep::Make, stop)),
        }
    }

    /// What is wrong with a new credential, if anything (WebAuthn Level 3, section 7.1, steps 13 to 20).
    fn fault_of_made(&self, made: &NewCredential) -> Option<Flaw> {
        let data = made.authenticator_data.as_ref();
        match Flags::of(data) {
            None => Some(Flaw::DataShort),
            Some(flags) if !flags.up() => Some(Flaw::Untouched),
            Some(flags) if self.verifies() && !flags.uv() => Some(Flaw::Unverified),
            Some(flags) if !self.verifies() && flags.uv() => Some(Flaw::VerifiedNobody),
            Some(_)
                if !self.algorithms.is_empty() && !self.algorithms.contains(&made.algorithm) =>
            {
                let algorithm = made.algorithm;
                Some(Flaw::Algorithm { algorithm })
            }
            Some(_) => None,
        }
    }

    /// Signs with the person verified; the signature counter, or that of the credential where this can't be done.
    async fn sign_verified(
        &mut self,
        desk: &mut dyn Desk,
        key: &mut KeyFacts,
        made: &NewCredential,
    ) -> Result<u32, Failed> {
        let counter = counter_of(&made.authenticator_data);
        if !self.verifies() {
            let why = match key.pin_set {
                None => Skip::VerifiesNobody,
                Some(_) => Skip::NoPinYet,
            };
            self.skipped(desk, TestStep::SignVerified, why);
            return Ok(counter);
        }
        self.sign(desk, key, made, counter, Checked::Verified).await
    }

    async fn sign_touched(
        &mut self,
        desk: &mut dyn Desk,
        key: &mut KeyFacts,
        made: &NewCredential,
        counter: u32,
    ) -> Result<(), Failed> {
        if self.always_uv {
            self.skipped(desk, TestStep::SignTouched, Skip::AlwaysVerifies);
            return Ok(());
        }
        self.sign(desk, key, made, counter, Checked::TouchedOnly)
            .await
            .map(drop)
    }

    async fn sign(
        &mut self,
        desk: &mut dyn Desk,
        key: &mut KeyFacts,
        made: &NewCredential,
        counter: u32,
        how: Checked,
    ) -> Result<u32, Failed> {
        let (step, pin) = match how {
            Checked::Verified => (TestStep::SignVerified, self.pin.as_ref()),
            Checked::TouchedOnly => (TestStep::SignTouched, None),
        };
        begin_step(desk, step_of(step));
        let challenge = challenge(desk)?;
        let client = client_data(Ceremony::Get, &challenge, TEST_ORIGIN);
        let request = RequestOptions {
            challenge,
            timeout: None,
            rp_id: TEST_RP_ID.to_owned(),
            allow_credentials: vec![Descriptor::new(made.id.clone())],
            user_verification: Some(verification(how == Checked::Verified)),
            extensions: None,
        };
        self.touches.0 += 1;
        let signed = touch(
            desk,
            key,
            self.touches,
            async |desk: &mut dyn Desk, key: &KeyFacts| {
                desk.get_assertion(key, pin, &request, client.hash).await
            },
        )
        .await;
        match signed.and_then(|signed| judged(&signed, &client, made, counter, how)) {
            Ok((Verified::Signature, counter)) => {
                self.passed(desk, step);
                Ok(counter)
            }
            Ok((Verified::LeftToRegistry, counter)) => {
                self.skipped(desk, step, Skip::Unchecked);
                Ok(counter)
            }
            Err(Stop::Unproven(flaw)) => Err(self.failed(desk, step, Why::Flaw(flaw))),
            Err(stop) => Err(self.failed_by(desk, step, stop)),
        }
    }

    /// Where the credential is excluded, another must not be made.
    async fn exclude(
        &mut self,
        desk: &mut dyn Desk,
        key: &mut KeyFacts,
        made: &NewCredential,
    ) -> Result<(), Failed> {
        begin_step(desk, Step::Exclude);
        let (options, client) = self.creation(desk, vec![Descriptor::new(made.id.clone())])?;
        let pin = self.pin.as_ref();
        self.touches.0 += 1;
        let again = touch(
            desk,
            key,
            self.touches,
            async |desk: &mut dyn Desk, key: &KeyFacts| {
                desk.make_credential(key, pin, &options, client.hash)
                    .await
                    .map_err(|not_made| not_made.fault)
            },
        )
        .await;
        match again {
            Err(Stop::Key(KeyFault::Excluded)) => {
                self.passed(desk, TestStep::Exclude);
                Ok(())
            }
            Ok(_) => {
                let flaw = Why::Flaw(Flaw::SecondCredential);
                Err(self.failed(desk, TestStep::Exclude, flaw))
            }
            Err(stop) => Err(self.failed_by(desk, TestStep::Exclude, stop)),
        }
    }

    /// Nothing may be left at the RP of tests: neither of this one nor of one that was cut short.
    async fn clean(&mut self, desk: &mut dyn Desk, key: &mut KeyFacts) -> Result<(), Failed> {
        begin_step(desk, Step::Clean);
        let Some(pin) = self.pin.as_ref().filter(|_| self.management) else {
            self.skipped(desk, TestStep::Clean, Skip::Unlisted);
            return Ok(());
        };
        match swept(desk, key, pin).await {
            Ok(true) => {
                self.passed(desk, TestStep::Clean);
                Ok(())
            }
            Ok(false) => {
                let flaw = Why::Flaw(Flaw::TestLeft);
                Err(self.failed(desk, TestStep::Clean, flaw))
            }
            Err(stop) => Err(self.failed_by(desk, TestStep::Clean, stop)),
        }
    }

    fn creation(
        &self,
        desk: &mut dyn Desk,
        exclude: Vec<Descriptor>,
    ) -> Result<(CreationOptions, ClientData), Stop> {
        let challenge = challenge(desk)?;
        let client = client_data(Ceremony::Create, &challenge, TEST_ORIGIN);
        // Its signatures are checked here. A key that is offered others besides may take one of them, whatever their order.
        let algorithms = match self.algorithms.contains(&ES256) {
            true => vec![ES256],
            false => std::iter::once(ES256)
                .chain(self.algorithms.iter().copied())
                .collect(),
        };
        let options = CreationOptions {
            rp: RelyingParty {
                id: TEST_RP_ID.to_owned(),
                name: "Keydesk test".to_owned(),
            },
            user: User {
                id: Bytes(TEST_USER.to_vec()),
                name: "test".to_owned(),
                display_name: "Keydesk test".to_owned(),
            },
            challenge,
            pub_key_cred_params: algorithms
                .into_iter()
                .map(|alg| Algorithm {
                    kind: "public-key".to_owned(),
                    alg,
                })
                .collect(),
            timeout: None,
            exclude_credentials: exclude,
            authenticator_selection: Some(AuthenticatorSelection {
                resident_key: Some("discouraged".to_owned()),
                require_resident_key: Some(false),
                user_verification: Some(verification(self.verifies())),
                authenticator_attachment: None,
            }),
            attestation: None,
            extensions: None,
        };
        Ok((options, client))
    }

    fn passed(&mut self, desk: &mut dyn Desk, step: TestStep) {
        self.note(desk, step, StepOutcome::Passed);
    }

    fn skipped(&mut self, desk: &mut dyn Desk, step: TestStep, why: Skip) {
        let why = Why::Skip(why);
        self.note(desk, step, StepOutcome::Skipped { why });
    }

    fn failed(&mut self, desk: &mut dyn Desk, step: TestStep, why: Why) -> Failed {
        self.note(desk, step, StepOutcome::Failed { why });
        Failed::Step
    }

    /// What the people or the world did ends the run; what the key did wrong is what the test is about.
    fn failed_by(&mut self, desk: &mut dyn Desk, step: TestStep, stop: Stop) -> Failed {
        match stop {
            Stop::Key(
                fault @ (KeyFault::Failed(_)
                | KeyFault::Unsupported(_)
                | KeyFault::NoCredential
                | KeyFault::Excluded
                | KeyFault::StoreFull),
            ) => self.failed(desk, step, Why::Fault(fault)),
            stop => Failed::Run(stop),
        }
    }

    fn note(&mut self, desk: &mut dyn Desk, step: TestStep, outcome: StepOutcome) {
        let took_ms = match outcome {
            StepOutcome::Skipped { .. } => 0,
            _ => desk.key_time().own_ms(),
        };
        let tested = TestedStep {
            step,
            outcome,
            took_ms,
            usual_ms: self.usual.of(step),
        };
        self.report.steps.push(tested.clone());
        end_step(desk, step_of(step), Note::Tested { tested });
    }
}

/// COSE's number for ECDSA with SHA-256 on P-256.
const ES256: i64 = -7;

fn verification(verified: bool) -> String {
    if verified { "required" } else { "discouraged" }.to_owned()
}

fn step_of(step: TestStep) -> Step {
    match step {
        TestStep::Make => Step::Create,
        TestStep::SignVerified => Step::Test,
        TestStep::SignTouched => Step::SignTouched,
        TestStep::Exclude => Step::Exclude,
        TestStep::Clean => Step::Clean,
    }
}

fn challenge(desk: &mut dyn Desk) -> Result<Bytes, Stop> {
    let mut challenge = vec![0; 32];
    desk.random(&mut challenge)?;
    Ok(Bytes(challenge))
}

/// Checks a signature and its counter (WebAuthn Level 3, section 7.2, steps 15 to 22): it rises, or the key counts none.
fn judged(
    signed: &NewAssertion,
    client: &ClientData,
    made: &NewCredential,
    counter: u32,
    how: Checked,
) -> Result<(Verified, u32), Stop> {
    let checked = check_assertion(
        signed,
        &client.hash,
        TEST_RP_ID,
        Some(&made.public_key),
        how,
    )?;
    if signed.id != made.id {
        return Err(Flaw::OtherCredential.into());
    }
    let now = counter_of(&signed.authenticator_data);
    if now <= counter && (now, counter) != (0, 0) {
        let (from, to) = (counter, now);
        return Err(Flaw::Counter { from, to }.into());
    }
    Ok((checked, now))
}

/// Deletes what is left at the RP of tests; whether it is gone then.
async fn swept(desk: &mut dyn Desk, key: &mut KeyFacts, pin: &Pin) -> Result<bool, Stop> {
    let left = on_key(desk, key, async |desk: &mut dyn Desk, key: &KeyFacts| {
        desk.residents(key, pin, TEST_RP_ID).await
    })
    .await?;
    for resident in &left {
        on_key(desk, key, async |desk: &mut dyn Desk, key: &KeyFacts| {
            desk.delete_credential(key, pin, TEST_RP_ID, &resident.id)
                .await
        })
        .await?;
    }
    if left.is_empty() {
        return Ok(true);
    }
    let still = on_key(desk, key, async |desk: &mut dyn Desk, key: &KeyFacts| {
        desk.residents(key, pin, TEST_RP_ID).await
    })
    .await?;
    Ok(still.is_empty())
}

/// The flags of authenticator data (WebAuthn Level 3, section 6.1).
struct Flags(u8);

impl Flags {
    fn of(data: &[u8]) -> Option<Self> {
        let (_, rest) = data.split_first_chunk::<32>()?;
        rest.first().copied().map(Self)
    }

    fn up(&self) -> bool {
        self.0 & 0x01 != 0
    }

    fn uv(&self) -> bool {
        self.0 & 0x04 != 0
    }
}

/// The signature counter of authenticator data; 0 where there is none to read.
fn counter_of(data: &Bytes) -> u32 {
    let counter = data.as_ref().get(33..37);
    let counter = counter.and_then(|bytes| <[u8; 4]>::try_from(bytes).ok());
    counter.map(u32::from_be_bytes).unwrap_or_default()
}
