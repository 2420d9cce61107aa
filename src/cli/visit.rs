//! `keydesk visit …`: what is done about a visit besides adding factors in it.

pub mod args;

use serde_json::json;

use super::answers::Orders;
use super::answers::apps::AppAnswers;
use super::outcome::outcome_of_stop;
use super::output::Outcome;
use super::runs::Runs;
use super::totp::args::{Proof, ProofArguments};
use crate::domain::loan::Second;
use crate::domain::reason::Unmet;
use crate::domain::suspension::FactorRef;
use crate::domain::{OperatorId, PersonId};
use crate::text::{spoken, tr};
use crate::wire::{Said, Visit};
use crate::workflow::dialogue::AppJob;
use crate::workflow::loan::LoanWish;
use crate::workflow::{Order, Stop};
use args::{AcceptArguments, LendArguments, VisitCommand};

pub(super) async fn run(runs: &Runs<'_>, command: &VisitCommand) -> Outcome {
    let done = match command {
        VisitCommand::Accept(arguments) => return accept(runs, arguments).await,
        VisitCommand::Lend(arguments) => return lend(runs, arguments).await,
        VisitCommand::Close { person, confirmed } => close(runs, person, *confirmed).await,
        VisitCommand::Pass { person, to } => pass(runs, person, to).await,
    };
    done.unwrap_or_else(|stop| outcome_of_stop(&stop))
}

async fn accept(runs: &Runs<'_>, a: &AcceptArguments) -> Outcome {
    let mut answers = AppAnswers::of(&a.codes);
    answers.proof.clone_from(&a.proof);
    // In such a run every key proves something.
    answers.proof.proof_key = a.proof.proof_key.clone().or_else(|| a.key.key.clone());
    let identification = Some(a.identified_by.clone());
    let face = runs.identified_face(&a.key, identification, Orders::about_apps(answers));
    let credential = a.credential.clone();
    let which = credential
        .map(|credential| FactorRef::Key { credential })
        .or_else(|| a.factor.map(|factor| FactorRef::App { factor }));
    let order = Order::App {
        app: AppJob::Accept,
        person: a.person.clone(),
        which,
    };
    runs.carry_out(&face, order).await
}

async fn lend(runs: &Runs<'_>, a: &LendArguments) -> Outcome {
    let second = match (&a.second, &a.administrator) {
        (Some(operator), _) => Some(Second::Member {
            operator: operator.clone(),
        }),
        (None, Some(person)) => Some(Second::Administrator {
            person: person.clone(),
        }),
        (None, None) => None,
    };
    // Whoever stands by it does so with a key, before the one that is lent.
    let mut answers = AppAnswers::default();
    answers.proof = ProofArguments {
        prove_with: Some(Proof::Key),
        administrator: None,
        proof_key: a.second_key.clone(),
    };
    answers.key_follows = true;
    let identification = Some(a.identified_by.clone());
    let face = runs.identified_face(&a.key, identification, Orders::about_apps(answers));
    let wish = LoanWish {
        days: Some(a.days),
        second,
    };
    let person = a.person.clone();
    runs.carry_out(&face, Order::Lend { person, wish }).await
}

async fn open_visit(runs: &Runs<'_>, person: &PersonId) -> Result<Visit, Stop> {
    let detail = runs.station.person(person).await?;
    let person = detail.person.name;
    detail.visit.ok_or(Stop::Unmet(Unmet::NoVisit { person }))
}

async fn close(runs: &Runs<'_>, person: &PersonId, confirmed: bool) -> Result<Outcome, Stop> {
    if let Some(visit) = runs.station.closed_unanswered(person).await? {
        let facts = json!({ "visit": visit, "person": person });
        return Ok(Outcome::done(tr!(spoken(), "cli-visit-closed"), facts));
    }
    let visit = open_visit(runs, person).await?;
    let said = match confirmed {
        true => Said::Confirmed,
        false => Said::Nothing,
    };
    runs.station.close_visit(person, visit.id, said).await?;
    let facts = json!({ "visit": visit.id, "person": person, "confirmed": confirmed });
    Ok(Outcome::done(tr!(spoken(), "cli-visit-closed"), facts))
}

async fn pass(runs: &Runs<'_>, person: &PersonId, to: &OperatorId) -> Result<Outcome, Stop> {
    let visit = open_visit(runs, person).await?;
    let passed = runs.station.pass_visit(visit.id, to).await?;
    let said = tr!(
        spoken(),
        "cli-visit-passed",
        to = to.to_string(),
        until = passed.expires_at.to_string()
    );
    Ok(Outcome::done(said, json!({ "visit": passed })))
}
