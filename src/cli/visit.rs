//! `keydesk visit …`: what is done about a visit besides adding factors in it.

use clap::{Args, Subcommand};
use serde_json::json;

use super::args::{KeyChoice, person_id};
use super::commands::Runs;
use super::face::Orders;
use super::outcome::outcome_of_stop;
use super::output::Outcome;
use super::totp::answers::AppAnswers;
use super::totp::args::{CodeSource, ProofArguments, factor_id};
use crate::domain::suspension::FactorRef;
use crate::domain::{Bytes, FactorId, Identification, OperatorId, PersonId};
use crate::wire::{Said, Visit, code};
use crate::workflow::dialogue::AppJob;
use crate::workflow::{Order, Stop};

/// `visit …`
#[derive(Debug, Subcommand)]
pub enum VisitCommand {
    /// The person takes what was made for them while they were not there: with a factor of their own or, where they never had one,
    /// with a touch or a code of it, before another human than its maker.
    Accept(AcceptArguments),
    /// The person goes. Without it a visit ends with the session, or after 30 minutes.
    Close {
        /// Whose.
        #[arg(long, value_name = "ID", value_parser = person_id)]
        person: PersonId,
        /// The person was shown all factors of their account and confirmed that they are theirs.
        #[arg(long)]
        confirmed: bool,
    },
    /// Another operator, who is signed in somewhere, goes on with it there. Both are on record.
    Pass {
        /// Whose.
        #[arg(long, value_name = "ID", value_parser = person_id)]
        person: PersonId,
        /// To whom: the operator's identifier, as `registry operators list` prints it.
        #[arg(long, value_name = "OPERATOR", value_parser = operator_id)]
        to: OperatorId,
    },
}

/// `visit accept`
#[derive(Debug, Args)]
pub struct AcceptArguments {
    /// Who takes it.
    #[arg(long, value_name = "ID", value_parser = person_id)]
    pub person: PersonId,
    /// How the person was identified.
    #[arg(long, value_name = "DOCUMENT:LAST4")]
    pub identified_by: Identification,
    /// Which credential, as `totp list` prints it; needed where several wait.
    #[arg(long, value_name = "ID", value_parser = credential_id, conflicts_with = "factor")]
    pub credential: Option<Bytes>,
    /// Which app or token, likewise.
    #[arg(long, value_name = "ID", value_parser = factor_id)]
    pub factor: Option<FactorId>,
    /// What proves the person.
    #[command(flatten)]
    pub proof: ProofArguments,
    /// The codes, where an app or token proves them.
    #[command(flatten)]
    pub codes: CodeSource,
    /// The key that waits or, where it is another one, that proves the person.
    #[command(flatten)]
    pub key: KeyChoice,
}

fn operator_id(text: &str) -> Result<OperatorId, String> {
    match text.is_empty() {
        true => Err("not an identifier: see `keydesk registry operators list`".to_owned()),
        false => Ok(OperatorId::new(text)),
    }
}

fn credential_id(text: &str) -> Result<Bytes, String> {
    Bytes::from_base64url(text)
        .filter(|id| !id.0.is_empty())
        .ok_or_else(|| "not a credential's identifier: see `keydesk totp list`".to_owned())
}

pub(super) async fn run(runs: &Runs<'_>, command: &VisitCommand) -> Outcome {
    let done = match command {
        VisitCommand::Accept(arguments) => return accept(runs, arguments).await,
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

async fn open_visit(runs: &Runs<'_>, person: &PersonId) -> Result<Visit, Stop> {
    let detail = runs.station.person(person).await?;
    detail.visit.ok_or_else(|| Stop::RegistryRefused {
        code: code::VISIT_OVER.to_owned(),
        detail: format!(
            "you have no open visit with {} at this station",
            detail.person.name
        ),
    })
}

async fn close(runs: &Runs<'_>, person: &PersonId, confirmed: bool) -> Result<Outcome, Stop> {
    if let Some(visit) = runs.station.closed_unanswered(person).await? {
        let facts = json!({ "visit": visit, "person": person });
        return Ok(Outcome::done("the visit is closed".to_owned(), facts));
    }
    let visit = open_visit(runs, person).await?;
    let said = match confirmed {
        true => Said::Confirmed,
        false => Said::Nothing,
    };
    runs.station.close_visit(person, visit.id, said).await?;
    let facts = json!({ "visit": visit.id, "person": person, "confirmed": confirmed });
    Ok(Outcome::done("the visit is closed".to_owned(), facts))
}

async fn pass(runs: &Runs<'_>, person: &PersonId, to: &OperatorId) -> Result<Outcome, Stop> {
    let visit = open_visit(runs, person).await?;
    let passed = runs.station.pass_visit(visit.id, to).await?;
    let said = format!("{to} goes on with the visit until {}", passed.expires_at);
    Ok(Outcome::done(said, json!({ "visit": passed })))
}
