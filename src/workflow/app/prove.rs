//! A factor that the person has already: does it work, and so, is it them?
//!
//! Invariant: what counts as a proof was found right by the registry, under an offer of this run.

use super::super::care::{ForPerson, sign_for};
use super::super::dialogue::{
    Answer, AppJob, AppQuestion, AppResult, CodeOf, Ending, Event, Note, Purpose, PushState,
    Question, Step,
};
use super::super::steps::{begin_step, end_step};
use super::examine::{About, Examination, Right, right_at_registry};
use super::{Desk, Stop, active, begin, chosen, keys};
use crate::domain::authority::Action;
use crate::domain::reason::Gap;
use crate::domain::{FactorId, Identification, PersonId, VisitId};
use crate::record::Change;
use crate::wire::{Factor, Operator, PersonDetail};
use crate::workflow::conclude;

/// Tests an app or a token; `factor`: which, if that was chosen already.
pub async fn test_app(
    desk: &mut dyn Desk,
    who: &PersonId,
    factor: Option<FactorId>,
) -> Result<Ending, Stop> {
    let result = test(desk, who, factor).await;
    conclude(desk, result)
}

async fn test(
    desk: &mut dyn Desk,
    who: &PersonId,
    factor: Option<FactorId>,
) -> Result<Ending, Stop> {
    let (_, detail) = begin(desk, AppJob::Test, Action::TestKey, who).await?;
    let factor = chosen(desk, &detail, factor, Purpose::Test).await?;
    let right = tested(desk, who, &factor, (None, None), Step::Code).await?;
    Ok(Ending::App {
        person: detail.person,
        result: AppResult::Tested {
            factor,
            verdict: right.reply.verdict,
        },
    })
}

/// A code that the registry finds right, and writes down.
pub(super) async fn tested(
    desk: &mut dyn Desk,
    who: &PersonId,
    factor: &Factor,
    (identification, visit): (Option<&Identification>, Option<VisitId>),
    step: Step,
) -> Result<Right, Stop> {
    let examination = Examination {
        person: who,
        about: About::Active(factor.id, visit),
        of: CodeOf::Factor {
            factor: factor.clone(),
        },
        identification,
        step,
    };
    let right = right_at_registry(desk, examination).await?;
    desk.commit(Change::AppTested {
        person: who.clone(),
        factor: factor.id,
        verdict: right.reply.verdict.clone(),
    })
    .await?;
    Ok(right)
}

/// Who proves a visit.
pub(in crate::workflow) struct Prover<'a> {
    /// The person themself, or who answers for them.
    pub(in crate::workflow) detail: &'a PersonDetail,
    pub(in crate::workflow) visit: VisitId,
    /// Of the person themself.
    pub(in crate::workflow) identification: Option<&'a Identification>,
    /// Which of their apps and tokens is offered first: the old phone's, where a new one comes.
    pub(in crate::workflow) first: Option<FactorId>,
}

/// Somebody proves a factor that they have: one touch with the PIN, or one code. The registry takes it for the visit.
pub(in crate::workflow) async fn prove(
    desk: &mut dyn Desk,
    operator: &Operator,
    prover: Prover<'_>,
) -> Result<(), Stop> {
    begin_step(desk, Step::Prove);
    let detail = prover.detail;
    desk.tell(Event::Prover {
        name: detail.person.name.clone(),
    });
    let who = &detail.person.id;
    let name = match with(desk, detail, prover.first).await? {
        Some(factor) => {
            let visit = Some(prover.visit);
            let how = (prover.identification, visit);
            tested(desk, who, &factor, how, Step::Prove).await?;
            Some(factor.name)
        }
        None => {
            let offer = desk.test_offer(who, Some(prover.visit)).await?;
            // Looked at when it came: what is shown is what is signed.
            if let Ok(Some(act)) = offer.read_act() {
                desk.tell(Event::Signing { act });
            }
            let asked = ForPerson {
                person: who,
                offer: &offer,
                identification: prover.identification.cloned(),
                operator: operator.id.clone(),
            };
            match sign_for(desk, asked, None).await?.1 {
                PushState::Accepted | PushState::Waiting => None,
                PushState::Queued => {
                    return Err(Stop::Unreachable(Gap::TestWaits));
                }
                PushState::Conflict { detail, .. } => {
                    let code = crate::wire::problem_code::AUTHORITY_NEEDED.to_owned();
                    return Err(Stop::RegistryRefused { code, detail });
                }
            }
        }
    };
    end_step(desk, Step::Prove, Note::Proved { name });
    Ok(())
}

/// What the person proves themself with; `None`: a key.
async fn with(
    desk: &mut dyn Desk,
    detail: &PersonDetail,
    first: Option<FactorId>,
) -> Result<Option<Factor>, Stop> {
    let mut factors: Vec<Factor> = active(detail)
        .into_iter()
        .filter(Factor::is_valid)
        .collect();
    factors.sort_by_key(|factor| Some(factor.id) != first);
    let with_key = keys(detail) > 0;
    match factors.as_slice() {
        [] => return Ok(None),
        [only] if !with_key => return Ok(Some(only.clone())),
        _ => {}
    }
    loop {
        let question = AppQuestion::ChooseFactor {
            person: detail.person.clone(),
            purpose: Purpose::Prove,
            factors: factors.clone(),
            with_key,
        };
        match desk.ask(Question::App(question)).await? {
            Answer::WithKey if with_key => return Ok(None),
            Answer::Factor(id) => {
                if let Some(factor) = factors.iter().find(|factor| factor.id == id) {
                    return Ok(Some(factor.clone()));
                }
            }
            _ => {}
        }
    }
}
