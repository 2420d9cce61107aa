//! What comes in: deliveries that are expected, keys and tokens that are received.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::json;

use super::args::{self, DeliveryArguments, DeliveryCommand, ReceiveArguments};
use super::{shown, told};
use crate::cli::face::named as named_key;
use crate::cli::files::{read_text, unusable};
use crate::cli::output::{Exit, Outcome, Output};
use crate::domain::custody::{Delivery, Expected, Model, Serial};
use crate::domain::{DeliveryId, KeyFacts};
use crate::station::Station;
use crate::station::stock::New;
use crate::text::{spoken, tr};
use crate::workflow::Stop;

pub(super) async fn deliveries(
    station: &Station,
    command: &DeliveryCommand,
    output: &Output,
) -> Result<Outcome, Stop> {
    match command {
        DeliveryCommand::List => shown::deliveries(station, output),
        DeliveryCommand::Show { delivery } => shown::delivery(station, delivery, output),
        DeliveryCommand::Add(arguments) => {
            let delivery = match expected(arguments) {
                Ok(expected) => Delivery {
                    id: DeliveryId(uuid::Uuid::now_v7()),
                    supplier: arguments.supplier.clone(),
                    order: arguments.order.clone(),
                    owner: args::owner(arguments.owner.as_deref()),
                    boxes: arguments.boxes,
                    expected,
                },
                Err(outcome) => return Ok(*outcome),
            };
            let kept = station.keep_delivery(delivery).await?;
            let order = kept.order.to_string();
            Ok(Outcome::done(
                tr!(spoken(), "cli-delivery-kept", order = order),
                json!({ "delivery": kept }),
            ))
        }
    }
}

/// What is to come, as the arguments say it.
fn expected(a: &DeliveryArguments) -> Result<Vec<Expected>, Box<Outcome>> {
    let mut expected: Vec<Expected> = Vec::new();
    for said in &a.models {
        let line = said.rsplit_once('=').and_then(|(model, count)| {
            let count = count.trim().parse().ok().filter(|count| *count > 0)?;
            Some((Model::named(model)?, count))
        });
        let Some((model, count)) = line else {
            return Err(usage(tr!(spoken(), "cli-bad-model", text = said.as_str())));
        };
        if expected.iter().any(|line| line.model == model) {
            return Err(usage(tr!(
                spoken(),
                "cli-model-twice",
                text = model.as_str()
            )));
        }
        expected.push(Expected {
            model,
            count,
            serials: BTreeSet::new(),
        });
    }
    if let Some(file) = &a.serials {
        let [line] = expected.as_mut_slice() else {
            return Err(usage(tr!(spoken(), "cli-serials-of-one")));
        };
        line.serials = serials(file)?;
    }
    Ok(expected)
}

fn serials(file: &Path) -> Result<BTreeSet<Serial>, Box<Outcome>> {
    let mut serials = BTreeSet::new();
    for (nth, line) in read_text(file)?.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let serial = Serial::said(line);
        if !serial.is_some_and(|serial| serials.insert(serial)) {
            let why = tr!(
                spoken(),
                "cli-bad-serial",
                line = (nth + 1).to_string(),
                text = line
            );
            return Err(Box::new(unusable("bad-list", file, &why)));
        }
    }
    Ok(serials)
}

fn usage(detail: String) -> Box<Outcome> {
    Box::new(Outcome::failed(Exit::Usage, "usage", detail))
}

pub(super) async fn receive(station: &Station, a: &ReceiveArguments) -> Result<Outcome, Stop> {
    let delivery = a
        .delivery
        .as_deref()
        .map(|name| station.delivery_called(name));
    let delivery = delivery.transpose()?;
    let tag = a.tag.as_deref().map(|tag| station.tag_said(tag));
    let owner = match &delivery {
        Some(delivery) => delivery.owner.clone(),
        None => args::owner(a.owner.as_deref()),
    };
    let new = New {
        tag: tag.transpose()?,
        owner,
        delivery,
        at: station.place_called(&a.at)?.spot(),
        doubt: a.quarantine,
        why: a.why.clone(),
    };
    let done = match (&a.token, &a.model) {
        (Some(serial), Some(model)) => {
            let (Some(serial), Some(model)) = (Serial::said(serial), Model::named(model)) else {
                return Ok(*usage(tr!(
                    spoken(),
                    "cli-bad-model",
                    text = model.as_str()
                )));
            };
            station.receive_token(serial, model, new)?
        }
        (_, _) => match meant(station, a.key.as_deref()) {
            Ok(key) => station.receive_key(&key, new)?,
            Err(outcome) => return Ok(*outcome),
        },
    };
    let said = shown::stands(station, &done.state);
    let outcome = told(station, std::slice::from_ref(&done)).await?;
    Ok(Outcome {
        detail: format!("{said}\n{}", outcome.detail),
        ..outcome
    })
}

/// The key in the bay that is meant: by its place or serial number, or the only one.
fn meant(station: &Station, name: Option<&str>) -> Result<KeyFacts, Box<Outcome>> {
    let several = |detail| Box::new(Outcome::failed(Exit::Usage, "several-keys", detail));
    let keys = station.slots().keys();
    let found = match (name, keys.as_slice()) {
        (Some(name), keys) => named_key(keys, name).map_err(|why| several(why.to_string()))?,
        (None, [one]) => Some(one),
        (None, []) => None,
        (None, [_, ..]) => return Err(several(tr!(spoken(), "cli-several-keys"))),
    };
    found.cloned().ok_or_else(|| {
        let detail = tr!(spoken(), "cli-no-such-key");
        Box::new(Outcome::failed(Exit::Key, "no-such-key", detail))
    })
}
