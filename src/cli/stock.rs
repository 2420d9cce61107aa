//! `keydesk place …` and `keydesk stock …`: what there is, where it is, whose it is, and what is done with it.

pub mod args;
mod intake;
mod shown;

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::json;

use super::outcome::outcome_of_stop;
use super::output::{Exit, Outcome, Output};
use crate::domain::custody::{Correction, Count, Evidence, Place, Remark, Seen, StockAct};
use crate::domain::{PlaceId, TransferId};
use crate::station::Station;
use crate::station::stock::{Besides, Done, KnownItem};
use crate::text::{spoken, tr};
use crate::workflow::Stop;
use args::{AtPlace, CorrectArguments, Doubted, PlaceArguments, PlaceCommand, StockCommand};

/// `place …`
pub(super) async fn places(
    station: &Station,
    command: &PlaceCommand,
    output: &Output,
) -> Result<Outcome, Stop> {
    match command {
        PlaceCommand::List => shown::places(station, output),
        PlaceCommand::Add(arguments) => add_place(station, arguments).await,
        PlaceCommand::Set {
            place,
            label,
            custodian,
            close,
            open,
        } => {
            let now = station.place_called(place)?;
            let place = Place {
                label: label.clone().unwrap_or(now.label),
                custodian: custodian.clone().unwrap_or(now.custodian),
                closed: (now.closed || *close) && !open,
                ..now
            };
            kept(&station.keep_place(place).await?)
        }
    }
}

async fn add_place(station: &Station, a: &PlaceArguments) -> Result<Outcome, Stop> {
    let operator = station.operator().ok_or(Stop::SignedOut)?;
    let place = Place {
        id: PlaceId(uuid::Uuid::now_v7()),
        kind: a.kind,
        label: a.label.clone(),
        tag: a.tag.then(|| station.next_tag()).transpose()?,
        site: a.site.clone(),
        custodian: a.custodian.clone().unwrap_or(operator.id),
        closed: false,
    };
    kept(&station.keep_place(place).await?)
}

fn kept(place: &Place) -> Result<Outcome, Stop> {
    let label = place.label.to_string();
    Ok(Outcome::done(
        tr!(spoken(), "cli-place-kept", place = label),
        json!({ "place": place }),
    ))
}

/// `stock …`
pub(super) async fn run(
    station: &Station,
    command: &StockCommand,
    output: &Output,
) -> Result<Outcome, Stop> {
    match command {
        StockCommand::Report => shown::report(station, output),
        StockCommand::List { place, condition } => {
            shown::items(station, (place.as_deref(), *condition), output)
        }
        StockCommand::Show { item } => shown::item(station, item, output).await,
        StockCommand::Update => {
            let heard = station.hear_stock().await?;
            let detail = tr!(spoken(), "cli-stock-updated");
            Ok(Outcome::done(detail, json!({ "heard": heard })))
        }
        StockCommand::Tags { more, count } => tags(station, *more, *count).await,
        StockCommand::Delivery(command) => intake::deliveries(station, command, output).await,
        StockCommand::Receive(arguments) => intake::receive(station, arguments).await,
        StockCommand::Count { items, at, settle } => {
            count(station, (items, at, *settle), output).await
        }
        act => {
            // All of them are known before anything is done with one.
            let named = named(act).iter().map(|name| station.item_called(name));
            let items: Vec<KnownItem> = named.collect::<Result<_, Stop>>()?;
            let (done, stop) = acted(station, act, &items, output);
            let told = told(station, &done).await?;
            match stop {
                None => Ok(told),
                Some(stop) => Ok(ended(&stop, &done, told)),
            }
        }
    }
}

/// Does one thing with each item, in their order, up to the first with which it can't be done. What was done before that stays.
fn acted(
    station: &Station,
    act: &StockCommand,
    items: &[KnownItem],
    output: &Output,
) -> (Vec<Done>, Option<Stop>) {
    let mut done = Vec::new();
    for item in items {
        let one = wanted(station, act).and_then(|wanted| match wanted {
            Some((what, besides)) => {
                let id = item.state.id();
                station.do_with_item(id, what, besides).map(Some)
            }
            None => Ok(None),
        });
        match one {
            Ok(Some(one)) => {
                shown::line(station, &one.state, output);
                done.push(one);
            }
            Ok(None) => {}
            Err(stop) => return (done, Some(stop)),
        }
    }
    (done, None)
}

/// How a command ends that could not be done with all items.
fn ended(stop: &Stop, done: &[Done], told: Outcome) -> Outcome {
    let ended = outcome_of_stop(stop);
    match done.is_empty() {
        true => ended,
        false => Outcome {
            detail: format!("{}\n{}", ended.detail, told.detail),
            facts: told.facts,
            ..ended
        },
    }
}

/// Compares what was found at a place with what is recorded there.
async fn count(
    station: &Station,
    (names, at, settle): (&[String], &str, bool),
    output: &Output,
) -> Result<Outcome, Stop> {
    let place = station.place_called(at)?;
    let found = names.iter().map(|name| station.item_called(name));
    let found: Vec<KnownItem> = found.collect::<Result<_, Stop>>()?;
    let items = station.stock().items()?;
    let states = items.iter().map(|known| &known.state);
    let mut count = Count::of(place.id, states, station.registry_now());
    let mut strange = Vec::new();
    for item in &found {
        if let Seen::Elsewhere { .. } = count.see(&item.state, station.registry_now()) {
            strange.push(item);
        }
    }
    let missing: Vec<&KnownItem> = items
        .iter()
        .filter(|known| count.missing().any(|id| id == known.state.id()))
        .collect();
    for (word, items) in [("missing", &missing), ("found", &strange)] {
        for item in items {
            shown::counted(station, word, &item.state, output);
        }
    }
    let mut done = Vec::new();
    if settle {
        for item in &strange {
            let act = StockAct::Count { at: place.spot() };
            done.push(station.do_with_item(item.state.id(), act, Besides::default())?);
        }
    }
    let told = told(station, &done).await?;
    let (seen, expected) = count.done();
    let detail = tr!(
        spoken(),
        "cli-counted",
        seen = seen.to_string(),
        expected = expected.to_string(),
        found = strange.len().to_string()
    );
    let facts = json!({
        "place": place.id,
        "seen": seen,
        "expected": expected,
        "missing": missing.iter().map(|known| known.state.id()).collect::<Vec<_>>(),
        "found": strange.iter().map(|known| known.state.id()).collect::<Vec<_>>(),
        "settled": done.len(),
    });
    Ok(Outcome {
        detail,
        facts,
        ..told
    })
}

/// The items that an act is for.
fn named(act: &StockCommand) -> &[String] {
    match act {
        StockCommand::Move { items, .. }
        | StockCommand::HandOver { items, .. }
        | StockCommand::Destroy { items, .. } => items,
        StockCommand::Confirm(at) | StockCommand::Return(at) | StockCommand::Find(at) => &at.items,
        StockCommand::CallOff(these)
        | StockCommand::Free(these)
        | StockCommand::SendBack(these) => &these.items,
        StockCommand::Lost(said) | StockCommand::Stolen(said) | StockCommand::Damaged(said) => {
            &said.items
        }
        StockCommand::Quarantine(doubted) | StockCommand::Reject(doubted) => &doubted.items,
        StockCommand::Promise { item, .. }
        | StockCommand::Issue { item, .. }
        | StockCommand::Label { item, .. } => std::slice::from_ref(item),
        StockCommand::Correct(correct) => std::slice::from_ref(&correct.item),
        StockCommand::Report
        | StockCommand::List { .. }
        | StockCommand::Show { .. }
        | StockCommand::Update
        | StockCommand::Tags { .. }
        | StockCommand::Delivery(_)
        | StockCommand::Count { .. }
        | StockCommand::Receive(_) => &[],
    }
}

/// What is to be done with each of them.
fn wanted(station: &Station, act: &StockCommand) -> Result<Option<(StockAct, Besides)>, Stop> {
    let spot = |place: &str| Ok::<_, Stop>(station.place_called(place)?.spot());
    let at = |at: &AtPlace| spot(&at.at);
    let said = |why: &Option<Remark>| Besides {
        remark: why.clone(),
        ..Besides::default()
    };
    let plain = |act: StockAct| Ok(Some((act, Besides::default())));
    match act {
        StockCommand::Move { to, .. } => plain(StockAct::Move { to: spot(to)? }),
        StockCommand::HandOver { to, .. } => plain(StockAct::HandOver {
            transfer: TransferId(uuid::Uuid::now_v7()),
            to: to.clone(),
        }),
        StockCommand::Confirm(a) => plain(StockAct::Confirm { at: at(a)? }),
        StockCommand::CallOff(_) => plain(StockAct::CallOff {}),
        StockCommand::Promise { person, until, .. } => {
            let until = end_of(*until);
            let person = person.clone();
            plain(StockAct::Promise { person, until })
        }
        StockCommand::Free(_) => plain(StockAct::Free {}),
        StockCommand::Issue {
            person, receipt, ..
        } => {
            let act = StockAct::Issue {
                person: person.clone(),
                lent_until: None,
            };
            let evidence = Some(Evidence::Typed {
                name: receipt.clone(),
            });
            let besides = Besides {
                evidence,
                ..Besides::default()
            };
            Ok(Some((act, besides)))
        }
        StockCommand::Return(a) => plain(StockAct::Return { at: at(a)? }),
        StockCommand::Lost(a) => Ok(Some((StockAct::ReportLost {}, said(&a.why)))),
        StockCommand::Stolen(a) => Ok(Some((StockAct::ReportStolen {}, said(&a.why)))),
        StockCommand::Damaged(a) => Ok(Some((StockAct::ReportDamaged {}, said(&a.why)))),
        StockCommand::Find(a) => plain(StockAct::Find { at: at(a)? }),
        StockCommand::Quarantine(Doubted { reason, why, .. }) => {
            let act = StockAct::Quarantine { doubt: *reason };
            Ok(Some((act, said(why))))
        }
        StockCommand::Reject(Doubted { reason, why, .. }) => {
            let act = StockAct::Reject { doubt: *reason };
            Ok(Some((act, said(why))))
        }
        StockCommand::SendBack(_) => plain(StockAct::SendBack {}),
        StockCommand::Destroy { second, .. } => {
            let besides = Besides {
                second: Some(second.clone()),
                ..Besides::default()
            };
            Ok(Some((StockAct::Destroy {}, besides)))
        }
        StockCommand::Label { tag, .. } => plain(StockAct::Label {
            tag: station.tag_said(tag.as_deref().unwrap_or("next"))?,
        }),
        StockCommand::Correct(correct) => {
            let correction = corrected(station, correct)?;
            let why = Some(correct.why.clone());
            Ok(Some((StockAct::Correct { correction }, said(&why))))
        }
        StockCommand::Report
        | StockCommand::List { .. }
        | StockCommand::Show { .. }
        | StockCommand::Update
        | StockCommand::Tags { .. }
        | StockCommand::Delivery(_)
        | StockCommand::Count { .. }
        | StockCommand::Receive(_) => Ok(None),
    }
}

fn corrected(station: &Station, correct: &CorrectArguments) -> Result<Correction, Stop> {
    let right = &correct.right;
    Ok(match (&right.place, &right.holder, &right.tag) {
        (Some(place), ..) => Correction::Place {
            at: station.place_called(place)?.spot(),
        },
        (None, Some(person), _) => Correction::Holder {
            person: person.clone(),
        },
        (None, None, Some(tag)) => Correction::Tag {
            tag: station.tag_said(tag)?,
        },
        (None, None, None) => Correction::Owner {
            owner: args::owner(right.owner.as_deref()),
        },
    })
}

/// Tells the registry what was done, and says whether it knows.
async fn told(station: &Station, done: &[Done]) -> Result<Outcome, Stop> {
    let round = station.push_outbox().await?;
    let mut waiting = Vec::new();
    let mut refused = Vec::new();
    for one in done {
        match station.store().outbox_entry(one.entry)? {
            None => {}
            Some(entry) => match entry.state {
                crate::record::EntryState::Queued => waiting.push(one.entry),
                crate::record::EntryState::Conflict { detail, .. } => {
                    refused.push(spoken().registry_said(&detail).unwrap_or_default());
                }
            },
        }
    }
    let items: BTreeSet<String> = done.iter().map(|one| one.state.id().to_string()).collect();
    let facts = json!({ "items": items, "entries": done.iter().map(|one| one.entry).collect::<Vec<_>>(), "round": round });
    let count = done.len().to_string();
    let (exit, code, detail) = match (refused.first(), waiting.is_empty()) {
        (Some(why), _) => (
            Exit::Refused,
            "conflict",
            tr!(spoken(), "cli-stock-refused", why = why.to_string()),
        ),
        (None, false) => (
            Exit::Queued,
            "queued",
            tr!(spoken(), "cli-stock-queued", count = count),
        ),
        (None, true) => (
            Exit::Done,
            "done",
            tr!(spoken(), "cli-stock-done", count = count),
        ),
    };
    Ok(Outcome {
        exit,
        code: code.to_owned(),
        detail,
        facts,
    })
}

async fn tags(station: &Station, more: bool, count: Option<u32>) -> Result<Outcome, Stop> {
    if more {
        station.reserve_tags(count).await?;
    }
    let blocks = station.tag_blocks()?;
    let next = station.next_tag()?;
    Ok(Outcome::done(
        tr!(spoken(), "cli-next-tag", tag = next.to_string()),
        json!({ "next": next, "blocks": blocks }),
    ))
}

/// When a day ends here.
fn end_of(day: Date) -> Timestamp {
    let next = day
        .tomorrow()
        .and_then(|next| next.to_zoned(TimeZone::system()));
    next.map_or(Timestamp::MAX, |next| next.timestamp())
}
