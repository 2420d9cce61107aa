//! The dry run: what a batch would do to each key that is in the bay now. Nothing is changed on any key, and nobody is asked
//! to touch one.

use std::sync::Arc;

use crate::bay::Cancel;
use crate::domain::KeyFacts;
use crate::domain::batch::Plan;
use crate::domain::policy::{Finding, Weight};
use crate::domain::unfit::{Taken, Unfit};
use crate::station::Station;
use crate::station::desk::{Face, StationDesk};
use crate::station::face::board::{Forecast, KeyForecast};
use crate::workflow::Stop;
use crate::workflow::batch::unfit;
use crate::workflow::dialogue::{Answer, Event, Question};
use async_trait::async_trait;

/// Looks at every key in the bay.
///
/// # Errors
/// [`Stop::SignedOut`], [`Stop::Store`], [`Stop::Cancelled`]; what is wrong with one key is said of that key.
pub async fn forecast(
    station: &Arc<Station>,
    plan: &Plan,
    cancel: &Cancel,
) -> Result<Forecast, Stop> {
    let mut keys = Vec::new();
    let mut people = plan.people.iter().map(|listed| listed.person.clone());
    let wanted = plan.wanted();
    let mut taking = 0_u32;
    for key in station.slots.keys() {
        let mut desk = StationDesk::new(Arc::clone(station), Arc::new(Nobody), cancel.clone());
        let mut facts = key.clone();
        let refused = match unfit(&mut desk, &plan.profile, &mut facts).await {
            Ok(None) if wanted.is_some_and(|wanted| taking >= wanted) => Some(Unfit::NotNeeded),
            Ok(unfit) => unfit,
            Err(stop @ (Stop::Store(_) | Stop::SignedOut | Stop::Cancelled)) => return Err(stop),
            Err(stop) => Some(Unfit::Failed {
                code: stop.code(),
                detail: stop.to_string(),
            }),
        };
        let takes_part = refused.is_none();
        taking += u32::from(takes_part);
        keys.push(KeyForecast {
            slot: key.slot,
            place: key.place.clone(),
            model: key.model.clone(),
            serial: key.id.serial.clone(),
            steps: if takes_part {
                plan.profile.kinds()
            } else {
                Vec::new()
            },
            person: if takes_part { people.next() } else { None },
            refused,
            warnings: warnings(station, &facts),
            lost: if takes_part && plan.profile.resets() {
                Taken::from(&facts)
            } else {
                Vec::new()
            },
        });
    }
    let each = plan.profile.budget();
    Ok(Forecast {
        keys,
        each,
        now: each.times(taking),
        whole: plan.budget(),
        further_keys: wanted.map(|wanted| wanted.saturating_sub(taking)),
    })
}

fn warnings(station: &Station, key: &KeyFacts) -> Vec<Finding> {
    let verdict = station.slots.verdict(key);
    let warned = verdict
        .findings
        .into_iter()
        .filter(|f| f.weight() == Weight::Warning);
    warned.collect()
}

/// A dry run asks nobody.
struct Nobody;

#[async_trait(?Send)]
impl Face for Nobody {
    fn tell(&self, _: Event) {}

    async fn ask(&self, _: Question) -> Result<Answer, Stop> {
        Err(Stop::Cancelled)
    }
}
