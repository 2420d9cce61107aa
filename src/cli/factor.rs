//! `factor suspend` and `factor resume`: a factor that is lost, and one that turned up.

pub mod args;

use super::answers::Orders;
use super::answers::apps::AppAnswers;
use super::answers::losses::LossAnswers;
use super::choice::KeyChoice;
use super::output::Outcome;
use super::runs::Runs;
use crate::workflow::Order;
use crate::workflow::loss::SuspendOrder;
use args::FactorCommand;

pub(super) async fn run(runs: &Runs<'_>, command: &FactorCommand) -> Outcome {
    match command {
        FactorCommand::Suspend(a) => {
            let answers = LossAnswers {
                why: Some(a.why),
                serial: a.key.clone(),
            };
            let nothing = KeyChoice::default();
            let face = runs.ordered_face(&nothing, Orders::about_losses(answers));
            let order = Box::new(SuspendOrder {
                person: a.person.clone(),
                factor: a.which.factor(),
                shown: None,
            });
            runs.carry_out(&face, Order::Suspend(order)).await
        }
        FactorCommand::Resume(a) => {
            runs.station.note_keys(&mut Vec::new()).ok();
            let orders = Orders::about_apps(AppAnswers::of(&a.codes));
            let how = Some(a.identified_by.clone());
            let face = runs.identified_face(&a.key, how, orders);
            let order = Order::Lift {
                person: a.person.clone(),
                factor: a.which.factor(),
            };
            runs.carry_out(&face, order).await
        }
    }
}
