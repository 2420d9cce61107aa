//! `key test`, `key pin …` and their kind: arguments in, one outcome out.

pub mod args;
pub mod hand_over;
mod letter;

use super::answers::Orders;
use super::choice::KeyChoice;
use super::outcome::outcome_of;
use super::output::Outcome;
use super::runs::Runs;
use crate::text::clean::columns;
use crate::text::{Language, Text, spoken, tr};
use crate::workflow::Stake;
use crate::workflow::care::PinWish;
use crate::workflow::dialogue::{Answer, CareJob, CareResult, Ending, HeldCredential};
use crate::workflow::{self, Order, ResetOrder};
use args::{
    CareCommand, CredentialsCommand, FingerprintCommand, NewPinArguments, PinCommand,
    ResetArguments, TestArguments,
};
use hand_over::{HandOver, Way};

pub(super) async fn run(runs: &Runs<'_>, command: &CareCommand) -> Outcome {
    runs.station.note_keys(&mut Vec::new()).ok();
    match command {
        CareCommand::Test(arguments) => test(runs, arguments).await,
        CareCommand::Pin(PinCommand::Set(arguments)) => new_pin(runs, arguments, true).await,
        CareCommand::Pin(PinCommand::Change(arguments)) => new_pin(runs, arguments, false).await,
        CareCommand::Pin(PinCommand::Verify { key }) => {
            let face = runs.face(key, None, None);
            runs.carry_out(&face, order(CareJob::VerifyPin)).await
        }
        CareCommand::Reset(arguments) => reset(runs, arguments).await,
        CareCommand::Config(arguments) => {
            let orders = Orders::of(vec![Answer::Settings(arguments.settings())]);
            ordered(runs, &arguments.key, orders, CareJob::Configure).await
        }
        CareCommand::Credentials(command) => {
            let (key, orders) = match command {
                CredentialsCommand::List { key } => (key, Orders::default()),
                CredentialsCommand::Delete(a) => {
                    let orders = Orders::of(vec![Answer::Remove(a.id.clone())]);
                    let orders = orders.confirming(&a.case);
                    (&a.key, orders.proving(&a.codes, &a.proof))
                }
                CredentialsCommand::Rename { id, name, key } => {
                    let answer = Answer::Rename(id.clone(), name.clone());
                    (key, Orders::of(vec![answer]))
                }
            };
            ordered(runs, key, orders, CareJob::Credentials).await
        }
        CareCommand::Fingerprint(command) => {
            let (key, orders) = match command {
                FingerprintCommand::List { key } => (key, None),
                FingerprintCommand::Enrol { name, key } => {
                    (key, Some(Answer::AddFinger(name.clone())))
                }
                FingerprintCommand::Rename { id, name, key } => {
                    (key, Some(Answer::Rename(id.clone(), name.clone())))
                }
                FingerprintCommand::Remove { id, key } => (key, Some(Answer::Remove(id.clone()))),
            };
            let orders = Orders::of(orders.into_iter().collect());
            ordered(runs, key, orders, CareJob::Fingerprints).await
        }
    }
}

/// An order for the key that the arguments name.
fn order(care: CareJob) -> Order {
    let (at, pin) = (None, PinWish::default());
    Order::Care { at, care, pin }
}

async fn ordered(runs: &Runs<'_>, key: &KeyChoice, orders: Orders, care: CareJob) -> Outcome {
    let face = runs.ordered_face(key, orders);
    match workflow::run(&mut runs.desk(&face), order(care)).await {
        Ok(ending) => {
            tell_lists(runs, &ending);
            outcome_of(&ending)
        }
        Err(stop) => face.outcome_of_stop(stop),
    }
}

/// Lists come as one item a line, like every list of the command line.
fn tell_lists(runs: &Runs<'_>, ending: &Ending) {
    let Ending::Cared { result, .. } = ending else {
        return;
    };
    match &**result {
        CareResult::Credentials { held, .. } => {
            for held in held {
                runs.output.item("credential", held, &credential_line(held));
            }
        }
        CareResult::Fingerprints { list, .. } => {
            for finger in list {
                let line = columns(&[&finger.id, &finger.name.as_deref().unwrap_or("-")]);
                runs.output.item("fingerprint", finger, &line);
            }
        }
        _ => {}
    }
}

fn credential_line(held: &HeldCredential) -> String {
    let whose = match &held.stake {
        Stake::Nobody => "-".to_owned(),
        Stake::Operator => tr!(spoken(), "cli-whose-own"),
        Stake::Account { person } => format!("{} ({})", person.name, person.id),
        Stake::Unknown => tr!(spoken(), "cli-whose-unknown"),
    };
    let credential = &held.credential;
    columns(&[
        &credential.id,
        &credential.rp_id,
        &credential.name().unwrap_or("-"),
        &whose,
    ])
}

async fn new_pin(runs: &Runs<'_>, arguments: &NewPinArguments, first: bool) -> Outcome {
    let wish = PinWish {
        random: arguments.rule(),
        force_change: arguments.force_change,
        min_length: 0,
    };
    let way = match (&arguments.letter, arguments.new_pin_to_fd) {
        (Some(path), _) => {
            let tag = &runs.station.config().language;
            let language = Language::parse(tag).unwrap_or(Language::English);
            Some(Way::Letter {
                path: path.clone(),
                text: Box::new(Text::load(language)),
                station: runs.station.name().to_owned(),
            })
        }
        (None, Some(fd)) => Some(Way::Descriptor(fd)),
        (None, None) => None,
    };
    let orders = Orders::handing(way.map(HandOver::new));
    let face = runs.ordered_face(&arguments.key, orders);
    let care = match first {
        true => CareJob::SetPin,
        false => CareJob::ChangePin,
    };
    let order = Order::Care {
        at: None,
        care,
        pin: wish,
    };
    match workflow::run(&mut runs.desk(&face), order).await {
        Ok(ending) => outcome_of(&ending),
        Err(stop) => {
            // The new PIN may be the key's all the same: then the letter is the only one to know it.
            if stop.remains() == crate::record::Remains::Nothing {
                face.take_back();
            }
            face.outcome_of_stop(stop)
        }
    }
}

async fn test(runs: &Runs<'_>, arguments: &TestArguments) -> Outcome {
    let face = runs.face(&arguments.key, None, None);
    let order = match &arguments.person {
        person if arguments.returned => order(CareJob::CheckReturn {
            person: person.clone(),
        }),
        Some(person) => Order::TestFor {
            person: person.clone(),
            identification: arguments.identified_by.clone(),
        },
        None => order(CareJob::Test),
    };
    runs.carry_out(&face, order).await
}

/// What is lost is confirmed by an argument; then the key is really pulled, put back and touched.
async fn reset(runs: &Runs<'_>, arguments: &ResetArguments) -> Outcome {
    let order = ResetOrder {
        at: None,
        case: arguments.case.case(),
        list: arguments.key.pin_fd.is_some(),
    };
    let orders = Orders::default()
        .confirming(&arguments.case)
        .proving(&arguments.codes, &arguments.proof);
    let face = runs.ordered_face(&arguments.key, orders);
    runs.carry_out(&face, Order::Reset(order)).await
}
