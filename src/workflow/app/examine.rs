//! Codes that people read out: is one right and, where it is not, why?
//!
//! Invariant: the search for a reason runs only for a code that was asked for in this run, and a run takes so many codes and no
//! more.

use super::super::dialogue::{Answer, AppQuestion, CodeOf, Note, Question, Step};
use super::super::steps::{begin_step, end_step};
use super::{Desk, Stop, station_clock};
use crate::domain::factor::{CodeVerdict, TotpCode};
use crate::domain::{FactorId, Identification, OfferId, PersonId, VisitId};
use crate::wire::{CodeReply, CodeRequest, Subject, VERSION};

/// How many codes a run takes.
const CODES_MAX: u8 = 12;

/// What is left of them.
pub(in crate::workflow) struct Codes(u8);

impl Codes {
    pub(in crate::workflow) fn new() -> Self {
        Self(CODES_MAX)
    }

    /// One more is about to be asked for.
    pub(super) fn take(&mut self) -> Result<(), Stop> {
        self.0 = self.0.checked_sub(1).ok_or(Stop::WrongCodes(CODES_MAX))?;
        Ok(())
    }
}

/// Asks for the code that follows a wrong one. The same once more says nothing.
pub(in crate::workflow) async fn next_code(
    desk: &mut dyn Desk,
    codes: &mut Codes,
    of: &CodeOf,
    first: &TotpCode,
) -> Result<TotpCode, Stop> {
    loop {
        codes.take()?;
        let question = AppQuestion::NextCode { of: of.clone() };
        if let Answer::Code(code) = desk.ask(Question::App(question)).await?
            && code != *first
        {
            return Ok(code);
        }
    }
}

/// Asks for a code of something that is not shown here.
pub(in crate::workflow) async fn typed_code(
    desk: &mut dyn Desk,
    codes: &mut Codes,
    of: &CodeOf,
    wrong: Option<&CodeVerdict>,
) -> Result<TotpCode, Stop> {
    loop {
        codes.take()?;
        let question = AppQuestion::TypeCode {
            of: of.clone(),
            wrong: wrong.cloned(),
        };
        if let Answer::Code(code) = desk.ask(Question::App(question)).await? {
            return Ok(code);
        }
    }
}

/// Says why codes are wrong and what to do. What a second look at the phone cures is said with the next question instead.
pub(in crate::workflow) async fn advise(
    desk: &mut dyn Desk,
    of: &CodeOf,
    verdict: &CodeVerdict,
) -> Result<(), Stop> {
    if matches!(verdict, CodeVerdict::Misread | CodeVerdict::Used) {
        return Ok(());
    }
    loop {
        let question = AppQuestion::Advice {
            of: of.clone(),
            verdict: verdict.clone(),
            station_clock: station_clock(desk),
        };
        if let Answer::Yes = desk.ask(Question::App(question)).await? {
            return Ok(());
        }
    }
}

/// What the registry is asked about.
pub(super) enum About<'a> {
    /// A factor that it holds: under a test offer, a new one for each attempt, because each takes few codes; of a visit, where it
    /// proves one.
    Active(FactorId, Option<VisitId>),
    /// One whose secret it has not been given yet.
    New(OfferId, &'a Subject),
}

/// A code that the registry found right.
pub(super) struct Right {
    pub(super) code: TotpCode,
    pub(super) reply: CodeReply,
    /// The offer under which it was examined: the proof of it.
    pub(super) offer: OfferId,
}

/// Codes that the registry is to examine.
pub(super) struct Examination<'a> {
    pub(super) person: &'a PersonId,
    pub(super) about: About<'a>,
    /// The same for people.
    pub(super) of: CodeOf,
    pub(super) identification: Option<&'a Identification>,
    /// The step of the checklist that it is.
    pub(super) step: Step,
}

/// Asks for codes until the registry finds one right.
pub(super) async fn right_at_registry(
    desk: &mut dyn Desk,
    examination: Examination<'_>,
) -> Result<Right, Stop> {
    let Examination {
        person,
        about,
        of,
        identification,
        step,
    } = examination;
    begin_step(desk, step);
    let mut codes = Codes::new();
    let mut wrong: Option<CodeVerdict> = None;
    loop {
        let first = typed_code(desk, &mut codes, &of, wrong.as_ref()).await?;
        let (offer, subject) = match &about {
            About::Active(factor, visit) => {
                let factor = *factor;
                (
                    desk.test_offer(person, *visit).await?.id,
                    Subject::Active { factor },
                )
            }
            About::New(offer, subject) => (*offer, (*subject).clone()),
        };
        let request = |codes: Vec<TotpCode>| CodeRequest {
            version: VERSION,
            offer,
            subject: subject.clone(),
            codes,
            identification: identification.cloned(),
        };
        let mut reply = desk.examine(person, request(vec![first.clone()])).await?;
        let mut code = first.clone();
        if reply.verdict == CodeVerdict::NextNeeded {
            code = next_code(desk, &mut codes, &of, &first).await?;
            let both = request(vec![first, code.clone()]);
            reply = desk.examine(person, both).await?;
        }
        if reply.verdict.is_right() {
            let verdict = reply.verdict.clone();
            end_step(desk, step, Note::Code { verdict });
            return Ok(Right { code, reply, offer });
        }
        advise(desk, &of, &reply.verdict).await?;
        wrong = Some(reply.verdict);
    }
}
