//! One key's way through a batch: the steps of the profile, one after the other, each recorded when it is done.
//!
//! The steps are the workflows that a single key goes through too; what is added is that nothing which is recorded as done is
//! done again, so that the same function begins a key, tries it again and takes it up after a stop.
//!
//! Invariant: a key that is somebody's already, or the operator's own, is refused before anything is changed on it.

use super::admit::is_operators_own;
use super::care::{PinWish, configure, set_pin, test_key};
use super::dialogue::{CareResult, Ending, PushState};
use super::enrol::enrol_unattended;
use super::known::{owner_of, shown};
use super::resolve::resolve;
use super::steps::{is_plugged, refresh, tells_apart, unlock, wait_for};
use super::undo::How;
use super::{Desk, KeyFault, ResetOrder, Stop, reset};
use crate::domain::batch::{BatchChange, KeyRun};
use crate::domain::care::{Care, PinRule, TestVerdict};
use crate::domain::key::TEST_RP_ID;
use crate::domain::policy::{self, Finding, REGISTRY_ALGORITHMS, Weight};
use crate::domain::profile::{LabelFacts, PinSource, PinStep, Profile, Step, StepKind, TagSource};
use crate::domain::reason::Refusal;
use crate::domain::unfit::Unfit;
use crate::domain::{BatchId, Bytes, KeyFacts, PersonId};
use crate::record::{Enrolment, Unfinished};
use async_trait::async_trait;

/// What a batch needs of the world besides a [`Desk`].
#[async_trait(?Send)]
pub trait Hand {
    fn at_step(&self, step: StepKind);
    /// Writes a change of the batch down; on disk when it returns.
    fn record(&self, change: &BatchChange) -> Result<(), Stop>;
    /// A tag that no key has: the next one of the pattern, or what the operator types.
    async fn tag(&self, from: &TagSource) -> Result<String, Stop>;
}

/// What one key is to go through.
pub struct KeyJob {
    pub batch: BatchId,
    /// What is done to it.
    pub profile: Profile,
    /// For whom, where the profile enrols.
    pub person: Option<PersonId>,
    /// What was stopped half-way on this key in this batch, oldest first.
    pub unfinished: Vec<Unfinished>,
}

/// Looks at a key before it takes part; nothing is changed on it.
///
/// # Errors
/// [`Stop::KeyRefused`] with the reason, for the operator to take another key.
pub async fn admit(desk: &mut dyn Desk, profile: &Profile, key: &mut KeyFacts) -> Result<(), Stop> {
    match unfit(desk, profile, key).await? {
        Some(why) => Err(Refusal::Unfit { why }.into()),
        None => Ok(()),
    }
}

/// Why a key can't take part; `None`: it can. Nothing is changed on it.
pub async fn unfit(
    desk: &mut dyn Desk,
    profile: &Profile,
    key: &mut KeyFacts,
) -> Result<Option<Unfit>, Stop> {
    refresh(desk, key).await?;
    if is_operators_own(desk, key).await? {
        let findings = vec![Finding::OperatorsOwn];
        return Ok(Some(Unfit::Found { findings }));
    }
    let verdict = policy::judge_key(key, desk.models(), desk.policy());
    let findings: Vec<Finding> = verdict
        .findings
        .into_iter()
        .filter(|finding| finding.weight() == Weight::Refusal)
        .filter(|finding| !(profile.resets() && *finding == Finding::PinBlocked))
        .collect();
    if !findings.is_empty() {
        return Ok(Some(Unfit::Found { findings }));
    }
    if profile.takes_people() {
        let mut findings = policy::judge_ability(key, &REGISTRY_ALGORITHMS).findings;
        // A reset comes first, and makes room.
        let is_mended =
            |finding: &Finding| matches!(finding, Finding::StoreFull | Finding::PinBlocked);
        findings.retain(|finding| !(profile.resets() && is_mended(finding)));
        if !findings.is_empty() {
            return Ok(Some(Unfit::Found { findings }));
        }
    }
    if let Some(why) = pin_in_the_way(profile, key) {
        return Ok(Some(why));
    }
    let owner = owner(desk, key).await?;
    Ok(owner.map(|person| Unfit::Found {
        findings: vec![Finding::BoundTo { person }],
    }))
}

/// Why the key's PIN keeps it from taking part: known without asking the key anything.
fn pin_in_the_way(profile: &Profile, key: &KeyFacts) -> Option<Unfit> {
    if key.pin_set != Some(true) || profile.resets() {
        return None;
    }
    match profile.pin()?.how {
        PinSource::Typed => None,
        PinSource::Random => Some(Unfit::PinUnknown),
        PinSource::None => Some(Unfit::PinUnwanted),
    }
}

/// For whom this very key is enrolled: by this station's journal, or by the registry where it can be asked.
async fn owner(desk: &mut dyn Desk, key: &mut KeyFacts) -> Result<Option<String>, Stop> {
    // Nothing of anybody's is made without the person being verified.
    if key.pin_set == Some(false) && !key.built_in_uv {
        return Ok(None);
    }
    let mut enrolments = desk.enrolments_on(key).await?;
    enrolments.retain(Enrolment::is_live);
    if let Some(enrolment) = first_held(desk, key, &enrolments).await? {
        return Ok(Some(enrolment.person.name.clone()));
    }
    let answer = match desk.known_credentials(&key.id, None, &[]).await {
        Ok(answer) => answer,
        Err(Stop::Unreachable(_) | Stop::RegistryRefused { .. }) => return Ok(None),
        Err(stop) => return Err(stop),
    };
    let listed = answer.known.iter().map(|known| &known.credential.id);
    let ids: Vec<Bytes> = listed.chain(&answer.candidates).cloned().collect();
    match shown(desk, key, &answer.rp_id, &ids).await? {
        None => Ok(None),
        Some(id) => owner_of(desk, &key.id, &id).await.map(Some),
    }
}

/// The first of these enrolments whose credential the key holds, asked without a touch.
async fn first_held<'a>(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    enrolments: &'a [Enrolment],
) -> Result<Option<&'a Enrolment>, Stop> {
    let mut rp_ids: Vec<&String> = enrolments.iter().map(|e| &e.rp_id).collect();
    rp_ids.sort_unstable();
    rp_ids.dedup();
    for rp_id in rp_ids {
        let at_rp = enrolments.iter().filter(|e| e.rp_id == *rp_id);
        let ids: Vec<Bytes> = at_rp.map(|e| e.credential.clone()).collect();
        let held = shown(desk, key, rp_id, &ids).await?;
        if let Some(of) = held.and_then(|id| enrolments.iter().find(|e| e.credential == id)) {
            return Ok(Some(of));
        }
    }
    Ok(None)
}

/// Does every step that is not done yet. Whatever ends it early, what is done is recorded.
///
/// # Errors
/// [`Stop`]; the next call goes on at the step where this one stopped.
pub async fn provision(
    desk: &mut dyn Desk,
    hand: &dyn Hand,
    job: &KeyJob,
    run: &mut KeyRun,
) -> Result<(), Stop> {
    let settled = settle(desk, job, run).await?;
    let mut seen = None;
    while let Some(kind) = run.next(&job.profile) {
        hand.at_step(kind);
        seen = Some(in_place(desk, job, run, seen).await?);
        let text = match job.profile.steps.iter().find(|step| step.kind() == kind) {
            _ if settled.contains(&kind) => None,
            Some(step) => do_step(desk, hand, (job, step), run).await?,
            // The only one that no step of the profile is named after.
            None => set_up(desk, run).await.map(|()| None)?,
        };
        let change = BatchChange::StepDone {
            batch: job.batch,
            run: run.id,
            step: kind,
            text,
        };
        hand.record(&change)?;
        run.apply(&change, &job.profile, desk.now())
            .map_err(|fault| Stop::Store(fault.to_string().into()))?;
    }
    Ok(())
}

/// Sees that what is in the place is the run's own key, and in which plug. `seen`: in which it was seen before.
///
/// A step acts on the key in its place. Between two steps a key may have been pulled, and where nothing tells it from its twins,
/// somebody else's may be there: it is the run's by the credential that was made for it or, before that, by being nobody's.
async fn in_place(
    desk: &mut dyn Desk,
    job: &KeyJob,
    run: &mut KeyRun,
    seen: Option<u64>,
) -> Result<u64, Stop> {
    if !is_plugged(desk, &run.key) {
        run.key = wait_for(desk, &run.key).await?;
    }
    let plug = run.key.generation;
    if seen == Some(plug) || tells_apart(desk, &run.key) {
        return Ok(plug);
    }
    let mut key = run.key.clone();
    refresh(desk, &mut key).await?;
    run.key = key.clone();
    if let Some(person) = &job.person
        && is_enrolled(desk, run, person).await?
    {
        return Ok(run.key.generation);
    }
    if job.person.is_some() && run.done.contains(&StepKind::Enrol) {
        return Err(Stop::Key(KeyFault::Replugged));
    }
    if let Some(person) = owner(desk, &mut key).await? {
        let findings = vec![Finding::BoundTo { person }];
        return Err(Refusal::Found { findings }.into());
    }
    Ok(run.key.generation)
}

/// Ends what a stop left open on the key, but for an enrolment, which is finished at its own step. The steps that turn out to be
/// done by that.
async fn settle(
    desk: &mut dyn Desk,
    job: &KeyJob,
    run: &mut KeyRun,
) -> Result<Vec<StepKind>, Stop> {
    let mut done = Vec::new();
    for work in &job.unfinished {
        if matches!(work, Unfinished::Enrolment(_)) {
            continue;
        }
        match resolve(desk, work.clone(), How::WithKey).await? {
            Ending::Reset { key, .. } => {
                run.key = key;
                done.push(StepKind::Reset);
            }
            Ending::Cared { result, .. } => {
                let care = match *result {
                    CareResult::Done { care } => care,
                    _ => continue,
                };
                // The person has just proved it: nobody is asked for it twice.
                if let Care::PinSet { .. } = care {
                    done.push(StepKind::Pin);
                }
            }
            _ => {}
        }
    }
    Ok(done)
}

async fn do_step(
    desk: &mut dyn Desk,
    hand: &dyn Hand,
    (job, step): (&KeyJob, &Step),
    run: &mut KeyRun,
) -> Result<Option<String>, Stop> {
    match step {
        Step::Pin(pin) if pin.how == PinSource::None => Ok(None),
        Step::Pin(pin) => give_pin(desk, run, *pin).await.map(|()| None),
        Step::Enrol { .. } => match &job.person {
            Some(person) => enrol_for(desk, job, run, person).await.map(|()| None),
            None => Ok(None),
        },
        Step::Tag { from } => hand.tag(from).await.map(Some),
        Step::Label { text } => {
            let enrolments = desk.enrolments_on(&run.key).await?;
            let person = enrolments
                .iter()
                .rfind(|e| Some(&e.person.id) == job.person.as_ref())
                .map(|e| &e.person);
            let organisation = person.and_then(|person| person.organisation.as_ref());
            Ok(Some(text.text(LabelFacts {
                tag: run.tag.as_deref(),
                person: person.map(|person| person.name.as_str()),
                organisation: organisation.map(|organisation| organisation.name.as_str()),
                model: &run.key.model,
                serial: run.key.id.serial.as_deref(),
            })))
        }
        Step::Test => test(desk, run).await.map(|()| None),
        Step::Policy(_) => set_up(desk, run).await.map(|()| None),
        Step::Reset => empty(desk, run).await.map(|()| None),
    }
}

/// The key is pulled and put back, so that it is another plug afterwards.
async fn empty(desk: &mut dyn Desk, run: &mut KeyRun) -> Result<(), Stop> {
    let order = ResetOrder {
        at: Some(run.key.place.clone()),
        ..ResetOrder::default()
    };
    match reset(desk, order).await? {
        Ending::Reset { key, push, .. } => {
            run.key = key;
            accepted(&push)
        }
        _ => Ok(()),
    }
}

/// The test is recorded whatever came of it; a key that fails it goes no further.
async fn test(desk: &mut dyn Desk, run: &KeyRun) -> Result<(), Stop> {
    let ending = test_key(desk, Some(&run.key.place)).await?;
    let Ending::Cared { result, .. } = ending else {
        return Ok(());
    };
    match *result {
        CareResult::Done {
            care: Care::Tested { report },
        } if report.verdict() == TestVerdict::Fails => {
            let why = report.failure().map(|(_, why)| why.clone());
            Err(Refusal::TestFailed { why }.into())
        }
        _ => Ok(()),
    }
}

/// A new key gets its PIN; one that has it already, because the station stopped before it was recorded, proves it.
async fn give_pin(desk: &mut dyn Desk, run: &mut KeyRun, pin: PinStep) -> Result<(), Stop> {
    refresh(desk, &mut run.key).await?;
    if run.key.pin_set == Some(true) {
        let mut sent = false;
        return unlock(desk, &mut run.key, TEST_RP_ID, pin.min_length, &mut sent)
            .await
            .map(drop);
    }
    let wish = PinWish {
        random: (pin.how == PinSource::Random).then(PinRule::default),
        force_change: false,
        min_length: pin.min_length,
    };
    let ending = set_pin(desk, Some(&run.key.place), &wish).await?;
    if let Ending::Cared { key, .. } = ending {
        run.key = key;
    }
    Ok(())
}

/// The settings of the step that the hand was told of; it answers the question which of them are wanted.
async fn set_up(desk: &mut dyn Desk, run: &mut KeyRun) -> Result<(), Stop> {
    let ending = configure(desk, Some(&run.key.place)).await?;
    if let Ending::Cared { key, .. } = ending {
        run.key = key;
    }
    Ok(())
}

async fn enrol_for(
    desk: &mut dyn Desk,
    job: &KeyJob,
    run: &mut KeyRun,
    person: &PersonId,
) -> Result<(), Stop> {
    let is_enrolment = |work: &&Unfinished| matches!(work, Unfinished::Enrolment(_));
    if let Some(work) = job.unfinished.iter().find(is_enrolment) {
        // Finished where it can be, undone where it can't; in both cases nothing is left over.
        let ending = resolve(desk, work.clone(), How::WithKey).await?;
        if let Ending::Enrolled { push, .. } = &ending {
            return accepted(push);
        }
    }
    if is_enrolled(desk, run, person).await? {
        return Ok(());
    }
    match enrol_unattended(desk, person).await? {
        Ending::Enrolled { push, .. } | Ending::Retested { push, .. } => accepted(&push),
        _ => Ok(()),
    }
}

/// Whether the enrolment was done and only its step was not recorded any more: the key itself is asked, without a touch. When it
/// took part it held nothing of anybody, so what it holds for this person is of this run. An enrolment that the registry
/// refused does not count.
async fn is_enrolled(
    desk: &mut dyn Desk,
    run: &mut KeyRun,
    person: &PersonId,
) -> Result<bool, Stop> {
    let valid = desk.enrolled_here(person).await?;
    let valid: Vec<Bytes> = valid.into_iter().map(|here| here.credential).collect();
    let mut made = desk.enrolments_on(&run.key).await?;
    made.retain(|e| e.person.id == *person && valid.contains(&e.credential));
    Ok(first_held(desk, &mut run.key, &made).await?.is_some())
}

fn accepted(push: &PushState) -> Result<(), Stop> {
    match push {
        PushState::Accepted | PushState::Waiting | PushState::Queued => Ok(()),
        PushState::Conflict { code, detail } => Err(Stop::RegistryRefused {
            code: code.clone(),
            detail: detail.clone(),
        }),
    }
}
