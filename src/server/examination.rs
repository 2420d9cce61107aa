//! What a code that somebody read out turns out to be, and how often it may be asked.
//!
//! What it hides: the clock doctor's search, hardware tokens whose clock nobody can set, and the limits. Invariants: every
//! examination is counted, in the same transaction as what came of it; no code is taken twice; two codes that are off by the clock
//! are never right for an app; a factor of which a hundred codes in a row were wrong opens nothing any more.

use jiff::{SignedDuration, Timestamp};

use super::Registry;
use super::database::Write;
use super::keyring::Ring;
use super::problem::{Answer, Refusal};
use super::suspensions::{self, Report};
use super::tables::factor::{self, WithSecret};
use super::tables::secret::{self, StoredSecret, Taken};
use super::tables::{At, attempt, audit, person};
use crate::domain::factor::{CodeVerdict, TotpCode};
use crate::domain::suspension::FactorRef;
use crate::domain::visit::SuspendedWhy;
use crate::domain::{FactorId, OfferId, OperatorId, PersonId, StationId};
use crate::totp::{self, Check, TotpSecret};
use crate::wire::{Because, problem_code};

/// Examinations under one offer: an operator can ask for another one.
const PER_OFFER: i64 = 6;

/// Wrong ones of one subject in a window that one human examines; what others examined keeps nobody's owner out. The chance of guessing
/// a code that way is 60 in a million an hour, and 300 in a million by however many people, because of [`WRONG_IN_A_ROW`].
const WRONG_PER_SUBJECT: usize = 20;

/// Wrong ones that one human examines in a window, of whomever. A busy desk mistypes a few, and a phone whose clock is off costs two or
/// three.
const WRONG_PER_OPERATOR: usize = 40;

/// Wrong ones in a row of one subject, over whatever time (NIST SP 800-63B-4, section 3.2.2).
const WRONG_IN_A_ROW: i64 = 100;

/// The window.
const WINDOW: SignedDuration = SignedDuration::from_hours(1);

/// How long it is known what was examined under an offer: longer than any offer lives.
const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Other factors of the person that are searched.
const OTHERS: u32 = 50;

/// What is examined, for whom, and where.
pub struct Examination<'a> {
    pub station: &'a StationId,
    pub operator: &'a OperatorId,
    pub offer: OfferId,
    pub person: &'a PersonId,
    /// The person's factor that the secret is of, where it is one already.
    pub factor: Option<FactorId>,
    /// What it counts for: a secret, or the person while a new secret is tried.
    pub subject: &'a str,
    /// It is being enrolled: whoever asks has the secret, so that nothing is told by its own verdict.
    pub is_new: bool,
    pub secret: &'a StoredSecret,
    pub is_token: bool,
    /// One, or two that followed each other.
    pub codes: (&'a TotpCode, Option<&'a TotpCode>),
    pub now: Timestamp,
}

/// What came of it.
pub struct Examined {
    pub verdict: CodeVerdict,
    /// A code that is right.
    pub taken: Option<Taken>,
}

/// The first code and the second, if there is one.
pub fn in_a_row(codes: &[TotpCode]) -> Answer<(&TotpCode, Option<&TotpCode>)> {
    match codes {
        [one] => Ok((one, None)),
        [one, next] => Ok((one, Some(next))),
        _ => Err(Refusal::new(
            problem_code::MALFORMED,
            "codes must be one code, or two that followed each other",
        )),
    }
}

/// Examines, and counts it. The caller commits, also when the code is wrong.
pub async fn examine(
    registry: &Registry,
    tx: &mut Write,
    about: &Examination<'_>,
) -> Answer<Examined> {
    check_operator(tx, about).await?;
    if !about.is_new {
        check_offer(tx, about).await?;
    }
    check_subject(tx, about).await?;
    let ring = registry.keyring.ring();
    let opened = ring.open(&about.secret.sealed, about.secret.to());
    let secret = opened.map_err(|why| seal_broken(&why))?;
    let mut examined = judge(&secret, about);
    if !about.is_new && about.codes.1.is_none() && examined.verdict == CodeVerdict::Misread {
        // "Nearly" would tell a guesser that they are warm. Two in a row that are both nearly right are no guesses.
        examined.verdict = CodeVerdict::NextNeeded;
    }
    let may_be_another = matches!(
        examined.verdict,
        CodeVerdict::Misread | CodeVerdict::NextNeeded | CodeVerdict::NoMatch
    );
    // Whatever is examined, its wrong codes try the person's other factors too: that has limits of its own, the person's.
    let person = about.person.as_str();
    if may_be_another && may_try_others(tx, about).await? {
        if let Some(other) = other_factor(&ring, tx, about).await? {
            examined.verdict = other;
        }
        if about.subject != person {
            note(tx, about, (None, person), true).await?;
        }
    }
    count(tx, about, &examined.verdict).await?;
    Ok(examined)
}

async fn may_try_others(tx: &mut Write, about: &Examination<'_>) -> Answer<bool> {
    let person = about.person.as_str();
    Ok(attempt::wrong_in_a_row(tx, person).await? < WRONG_IN_A_ROW
        && attempt::wrong(tx, person, about.now - WINDOW, WRONG_PER_SUBJECT)
            .await?
            .len()
            < WRONG_PER_SUBJECT)
}

/// A secret that does not open: what is wrong with it is nothing to tell.
pub fn seal_broken(why: &crate::seal::SealError) -> Refusal {
    Refusal::new(
        problem_code::SEAL_BROKEN,
        format!("{why}: the secret must be made anew, under a new offer"),
    )
}

/// What the codes are against the one secret.
fn judge(secret: &TotpSecret, about: &Examination<'_>) -> Examined {
    let stored = about.secret;
    let settings = stored.settings;
    let verdict = totp::examine(
        secret,
        settings,
        about.codes,
        about.now,
        stored.drift_steps,
        stored.last_step,
    );
    let drift_steps = match verdict {
        CodeVerdict::Right { drift_steps } => Some(drift_steps),
        CodeVerdict::Clock { fast_s }
            if about.is_token && fast_s.unsigned_abs() <= u64::from(totp::DRIFT_MAX_S) =>
        {
            i32::try_from(fast_s / i64::from(settings.period_s.max(1))).ok()
        }
        _ => None,
    };
    let step_of = |drift_steps: i32| {
        let here = settings.step_at(about.now);
        here.checked_add_signed(i64::from(drift_steps))
    };
    let is_sure = matches!(verdict, CodeVerdict::Clock { .. });
    match drift_steps.and_then(|drift| Some((step_of(drift)?, drift))) {
        // The doctor looks for a pair at any time, also before the last code that was taken.
        Some((step, _)) if stored.last_step.is_some_and(|last| step <= last) => Examined {
            verdict: CodeVerdict::Used,
            taken: None,
        },
        Some((step, drift_steps)) => Examined {
            verdict: CodeVerdict::Right { drift_steps },
            taken: Some(Taken {
                step,
                drift_steps,
                is_sure,
            }),
        },
        None => Examined {
            verdict,
            taken: None,
        },
    }
}

/// The factor of the same person, of now or earlier, that the last code is right for. It is used up by that: whoever guesses would know
/// a code that proves somebody.
async fn other_factor(
    ring: &Ring,
    tx: &mut Write,
    about: &Examination<'_>,
) -> Answer<Option<CodeVerdict>> {
    let (first, second) = about.codes;
    let last = second.unwrap_or(first);
    for other in factor::others(tx, about.person, about.secret.id, OTHERS).await? {
        if let Some(step) = fitting(ring, &other, last, about.now) {
            let stored = &other.secret;
            if stored.last_step.is_none_or(|before| before < step) {
                let taken = Taken {
                    step,
                    drift_steps: stored.drift_steps,
                    is_sure: false,
                };
                secret::set_taken(tx, stored.id, taken).await?;
            }
            return Ok(Some(CodeVerdict::OtherFactor {
                name: other.name,
                enrolled_at: other.enrolled_at,
                removed: other.removed,
            }));
        }
    }
    Ok(None)
}

/// The time step of it that the code is of.
fn fitting(ring: &Ring, other: &WithSecret, code: &TotpCode, now: Timestamp) -> Option<u64> {
    let stored = &other.secret;
    match ring.open(&stored.sealed, stored.to()) {
        Ok(secret) => {
            let drift_steps = stored.drift_steps;
            match totp::check(&secret, stored.settings, code, now, drift_steps, None) {
                Check::Right { step, .. } => Some(step),
                Check::Used | Check::Wrong => None,
            }
        }
        Err(error) => {
            tracing::error!(secret = %stored.id, %error, "a stored secret does not open");
            None
        }
    }
}

async fn check_offer(tx: &mut Write, about: &Examination<'_>) -> Answer<()> {
    let under_offer = attempt::under(tx, about.offer, about.subject).await?;
    if under_offer < PER_OFFER {
        return Ok(());
    }
    Err(Refusal::because(
        problem_code::OFFER_USED,
        Because::CodesUsedUp {
            count: counted(PER_OFFER),
            offer: about.offer.to_string(),
        },
    ))
}

/// Whoever tries a few codes of each of many people guesses as well.
async fn check_operator(tx: &mut Write, about: &Examination<'_>) -> Answer<()> {
    let wrong = wrong_ones(tx, about, None, WRONG_PER_OPERATOR).await?;
    let Some((until, wait_s)) = full(&wrong, WRONG_PER_OPERATOR, about.now) else {
        return Ok(());
    };
    let why = Because::OperatorGuessed {
        count: counted(WRONG_PER_OPERATOR),
        operator: about.operator.to_string(),
        until,
    };
    Err(Refusal::because(problem_code::OPERATOR_GUESSED, why).retry_after(wait_s))
}

async fn check_subject(tx: &mut Write, about: &Examination<'_>) -> Answer<()> {
    // A new secret is no secret to whoever asks.
    if !about.is_new && attempt::wrong_in_a_row(tx, about.subject).await? >= WRONG_IN_A_ROW {
        let count = counted(WRONG_IN_A_ROW);
        return Err(Refusal::because(
            problem_code::GUESSED_OUT,
            Because::GuessedOut { count },
        ));
    }
    let wrong = wrong_ones(tx, about, Some(about.subject), WRONG_PER_SUBJECT).await?;
    let Some((until, wait_s)) = full(&wrong, WRONG_PER_SUBJECT, about.now) else {
        return Ok(());
    };
    let why = Because::SubjectGuessed {
        count: counted(WRONG_PER_SUBJECT),
        operator: about.operator.to_string(),
        until,
    };
    Err(Refusal::because(problem_code::TOO_MANY_ATTEMPTS, why).retry_after(wait_s))
}

/// One of the limits, as it is said.
fn counted(limit: impl TryInto<u32>) -> u32 {
    limit.try_into().unwrap_or(u32::MAX)
}

/// When the operator's last wrong ones were, of a subject or of all, newest first.
async fn wrong_ones(
    tx: &mut Write,
    about: &Examination<'_>,
    subject: Option<&str>,
    most: usize,
) -> Answer<Vec<At>> {
    let after = about.now - WINDOW;
    Ok(attempt::wrong_by(tx, (about.operator, subject), after, most).await?)
}

/// Until when there are too many, and how many seconds that is.
fn full(wrong: &[At], most: usize, now: Timestamp) -> Option<(Timestamp, u32)> {
    let oldest = wrong.last().filter(|_| wrong.len() >= most)?;
    let free_at = oldest.0 + WINDOW;
    let wait_s = free_at.as_second().saturating_sub(now.as_second());
    Some((free_at, u32::try_from(wait_s.max(1)).unwrap_or(3600)))
}

/// Notes the examination; the wrong one that is the last for now raises an alarm.
async fn count(tx: &mut Write, about: &Examination<'_>, verdict: &CodeVerdict) -> Answer<()> {
    let wrong = !matches!(verdict, CodeVerdict::Right { .. } | CodeVerdict::Used);
    attempt::forget(tx, about.now - KEPT).await?;
    note(tx, about, (Some(about.operator), about.subject), wrong).await?;
    // Whoever enrols a secret of their own knows its codes: that ends no row of the person's.
    if verdict.is_right() && !about.is_new {
        attempt::end_run(tx, about.subject).await?;
        attempt::end_run(tx, about.person.as_str()).await?;
    }
    if wrong {
        watch(tx, about).await?;
    }
    Ok(())
}

/// The wrong one that is the last for now, of that subject or of that operator, is an alarm.
async fn watch(tx: &mut Write, about: &Examination<'_>) -> Answer<()> {
    let Examination {
        operator, person, ..
    } = about;
    let subject = wrong_ones(tx, about, Some(about.subject), WRONG_PER_SUBJECT).await?;
    if subject.len() == WRONG_PER_SUBJECT {
        let detail = format!(
            "{WRONG_PER_SUBJECT} wrong codes of {person} within an hour, examined for operator {operator}"
        );
        let kind = problem_code::TOO_MANY_ATTEMPTS;
        audit::alarm(tx, about.station, kind, &detail, about.now).await?;
    }
    let all = wrong_ones(tx, about, None, WRONG_PER_OPERATOR).await?;
    if all.len() == WRONG_PER_OPERATOR {
        let detail = format!(
            "{WRONG_PER_OPERATOR} wrong codes within an hour, of however many people, examined for operator {operator}; the newest: of {person}"
        );
        let kind = problem_code::OPERATOR_GUESSED;
        audit::alarm(tx, about.station, kind, &detail, about.now).await?;
    }
    Ok(())
}

async fn note(
    tx: &mut Write,
    about: &Examination<'_>,
    (operator, subject): (Option<&OperatorId>, &str),
    wrong: bool,
) -> Answer<()> {
    attempt::insert(tx, (about.offer, operator), (subject, wrong), about.now).await?;
    if wrong && attempt::wrong_once_more(tx, subject).await? == WRONG_IN_A_ROW {
        guessed_out(tx, about, subject).await?;
    }
    Ok(())
}

/// A hundred wrong ones in a row: whoever has the factor would have had a right one by now.
async fn guessed_out(tx: &mut Write, about: &Examination<'_>, subject: &str) -> Answer<()> {
    let of = match subject == about.person.as_str() {
        true => format!(
            "new secrets or other factors of {}: none of theirs is looked for any more",
            about.person
        ),
        false => format!("{} of {}", about.secret.id, about.person),
    };
    let detail = format!("{WRONG_IN_A_ROW} wrong codes in a row: {of}");
    audit::alarm(
        tx,
        about.station,
        problem_code::GUESSED_OUT,
        &detail,
        about.now,
    )
    .await?;
    let (Some(factor), Some(person)) = (
        about.factor.filter(|_| subject != about.person.as_str()),
        person::by_id(tx, about.person).await?,
    ) else {
        return Ok(());
    };
    let report = Report {
        station: about.station,
        person: &person,
        factor: &FactorRef::App { factor },
        why: SuspendedWhy::Suspected,
        operator: about.operator,
        at: about.now,
    };
    suspensions::suspend(tx, &report, about.now).await?;
    Ok(())
}

/// The audit's words for it; the code is not among them.
pub fn told(factor: FactorId, offer: OfferId, verdict: &CodeVerdict) -> String {
    let what = match verdict {
        CodeVerdict::Right { drift_steps } => format!("right, drift {drift_steps} step(s)"),
        CodeVerdict::Used => "used already".to_owned(),
        CodeVerdict::Clock { fast_s } => format!("clock fast by {fast_s} s"),
        CodeVerdict::OtherFactor { name, .. } => format!("of another factor, {name:?}"),
        CodeVerdict::Misread => "misread".to_owned(),
        CodeVerdict::NextNeeded => "wrong, next needed".to_owned(),
        CodeVerdict::NoMatch => "no match".to_owned(),
    };
    format!("factor {factor}, offer {offer}: {what}")
}
