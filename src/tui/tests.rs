//! What is seen and what happens, on the model and the drawn buffer.

mod account_resets;
mod apps;
mod batch;
mod behaviour;
mod closing;
mod door;
mod keyboard;
mod leaving;
mod loans;
mod locking;
mod losses;
mod marked;
mod offered;
mod qr;
mod random;
mod resets;
mod screens;
mod searching;
mod terminal;
mod typing;

use ratatui::buffer::Buffer;

use super::scenes::Stage;
use super::theme::Theme;
use super::update::Effect;
use super::view::View;
use crate::domain::UsbPath;
use crate::station::face::Command;
use crate::station::face::board::{BatchAnswer, BatchCommand};
use crate::wire::ResetEnding;
use crate::workflow::account_reset::ReleasedBy;
use crate::workflow::{How, Order};

const THEME: Theme = Theme {
    colour: true,
    marks: true,
};

/// The buffer's text, a line a row, without blanks at the ends.
fn text_of(buf: &Buffer) -> String {
    let area = buf.area;
    let mut text = String::new();
    for y in 0..area.height {
        let line: String = (0..area.width)
            .filter_map(|x| buf.cell((x, y)))
            .map(|cell| cell.symbol())
            .collect();
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// What is on the screen now.
fn shown(stage: &Stage) -> String {
    text_of(&stage.draw(&View::new(THEME)))
}

/// What the kiosk has asked of the station since the last look, in words.
fn sent(stage: &mut Stage) -> Vec<String> {
    std::mem::take(&mut stage.effects)
        .into_iter()
        .map(|effect| match effect {
            Effect::Repaint => "repaint".to_owned(),
            Effect::Quit => "quit".to_owned(),
            Effect::Send(command) => in_words(&command),
        })
        .collect()
}

fn in_words(command: &Command) -> String {
    match command {
        Command::Run(order) => order_in_words(order),
        Command::Lock => "lock".to_owned(),
        Command::SignOut => "sign out".to_owned(),
        Command::Find { serial, text } => format!("find {serial} {text}"),
        Command::Open { person } => format!("open {person}"),
        Command::Answer(answer) => format!("answer {}", answer.name()),
        Command::Cancel => "cancel".to_owned(),
        Command::OpenKey { place } => format!("open key {place}"),
        Command::Wink { place } => format!("wink {place}"),
        Command::PushOutbox => "push".to_owned(),
        Command::ResolveConflict { how, .. } => format!("conflict {how:?}"),
        Command::EndReset { reset, how } => match how {
            ResetEnding::Withdraw => format!("withdraw {reset}"),
            ResetEnding::Refuse => format!("refuse {reset}"),
        },
        Command::FetchTickets { day } => format!("tickets {day}"),
        Command::Batch(command) => batch_in_words(command),
        Command::Soft(soft) => format!("{soft:?}"),
    }
}

fn order_in_words(order: &Order) -> String {
    let without = |how: &How| match how {
        How::WithKey => "",
        How::WithoutKey => " without key",
    };
    let place = |at: &Option<UsbPath>| at.as_ref().map_or(String::new(), ToString::to_string);
    match order {
        Order::SignIn => "sign in".to_owned(),
        Order::FirstSignIn { code } => format!("first sign-in {}", code.expose()),
        Order::Enrol { person } => format!("enrol {person}"),
        Order::Lend { person, .. } => format!("lend to {person}"),
        Order::App { app, person, .. } => format!("app {app:?} {person}"),
        Order::Suspend(order) => format!(
            "suspend {} of {}{}",
            order
                .factor
                .as_ref()
                .map_or(String::new(), ToString::to_string),
            order.person,
            if order.shown.is_some() { ", shown" } else { "" }
        ),
        Order::Lift { person, factor } => {
            let factor = factor.as_ref().map_or(String::new(), ToString::to_string);
            format!("lift {factor} of {person}")
        }
        Order::AskReset { person, .. } => format!("ask for the reset of {person}"),
        Order::SignPrepared { administrator, .. } => format!("{administrator} signs"),
        Order::ObjectReset { objector, .. } => format!("{objector} objects"),
        Order::ReleaseReset { reset, by } => match by {
            ReleasedBy::SignedIn => format!("release {reset}"),
            ReleasedBy::Beside(_) | ReleasedBy::WhoeverCame => format!("release {reset} here"),
        },
        Order::CarryOutReset { person, .. } => format!("reset the account of {person}"),
        Order::AskAway { person, .. } => format!("ask for the reset of {person}, who is away"),
        Order::ExceptReset { reset } => {
            format!("reset the account of {reset}, whose person is away")
        }
        Order::TestFor { person, .. } => format!("test for {person}"),
        Order::Resolve { intent, how } => format!("resolve {intent}{}", without(how)),
        Order::Withdraw { how, .. } => format!("withdraw{}", without(how)),
        Order::Reset(order) => format!("Reset {}", place(&order.at)),
        Order::Care { at, care, pin } => {
            let random = pin.random.as_ref().map_or("", |_| " at random");
            format!("{care:?} {}{random}", place(at))
        }
    }
}

fn batch_in_words(command: &BatchCommand) -> String {
    match command {
        BatchCommand::Look => "batch look".to_owned(),
        BatchCommand::Forecast(wish) => format!("batch forecast {wish:?}"),
        BatchCommand::Begin(wish) => format!("batch begin {}", wish.profile),
        BatchCommand::Resume(id) => format!("batch resume {id}"),
        BatchCommand::Order(order) => format!("batch {order:?}"),
        BatchCommand::Answer(BatchAnswer::Pin(_)) => "batch pin".to_owned(),
        BatchCommand::Answer(BatchAnswer::Tag(tag)) => format!("batch tag {tag}"),
        BatchCommand::Answer(BatchAnswer::Admit(yes)) => format!("batch admit {yes}"),
    }
}
