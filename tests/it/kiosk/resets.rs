//! Resets of accounts on the kiosk of an agent: they appear by themselves, and are withdrawn by nobody but who asked.

use std::sync::Arc;
use std::time::Duration;

use keydesk::bay::Cancel;
use keydesk::bay::soft::{Profile, SoftKey, TouchPolicy};
use keydesk::domain::account_reset::ResetState;
use keydesk::domain::authority::Role;
use keydesk::domain::{AccountResetId, PersonId};
use keydesk::program::demo::world::{OPERATOR_PIN, ScriptedFace, World};
use keydesk::station::Station;
use keydesk::station::desk::StationDesk;
use keydesk::station::face::{Command, Update};
use keydesk::station::kiosk::{self, Kiosk};
use keydesk::wire::{AccountReset, ResetEnding};
use keydesk::workflow::{self, Order};
use tokio::sync::mpsc;

use super::{FIRST, SECOND};
use crate::scenarios::SLOT;

fn own_key() -> SoftKey {
    SoftKey::new(Profile::full().with_touch(TouchPolicy::Auto))
}

/// In a visit that is over when somebody asks.
async fn lose_everything(world: &World) {
    let signed_in = world.sign_in(Role::HelpDesk, SECOND, &own_key()).await;
    signed_in.expect("signed in");
    world.lose_everything("p-2", SLOT).await.expect("lost");
    world.sign_out().await.expect("signed out");
}

async fn agent(world: &World, name: &str) {
    let key = own_key();
    let signed_in = world
        .sign_in_as(name, Role::CustomerService, FIRST, &key)
        .await;
    signed_in.expect("signed in");
}

/// What stands in for the screen of an agent.
struct Screen {
    commands: mpsc::Sender<Command>,
    updates: mpsc::Receiver<Update>,
}

impl Screen {
    fn of(station: &Arc<Station>) -> Self {
        let (commands, inbox) = mpsc::channel(kiosk::CHANNEL);
        let (screen, updates) = mpsc::channel(kiosk::CHANNEL);
        tokio::spawn(Kiosk::serve(Arc::clone(station), inbox, screen, None));
        Self { commands, updates }
    }

    async fn until<T>(&mut self, what: &str, wanted: impl Fn(&Update) -> Option<T>) -> T {
        loop {
            let next = tokio::time::timeout(Duration::from_secs(15), self.updates.recv()).await;
            let update = next.unwrap_or_else(|_| panic!("waited for {what} in vain"));
            if let Some(found) = wanted(&update.expect("a kiosk")) {
                return found;
            }
        }
    }

    /// Until its list has one in that state.
    async fn shows(&mut self, state: ResetState) -> AccountReset {
        let listed = |update: &Update| match update {
            Update::Home(home) => home.people.as_ref().and_then(|people| {
                let mut resets = people.resets.iter();
                resets.find(|reset| reset.state == state).cloned()
            }),
            _ => None,
        };
        self.until(state.as_str(), listed).await
    }
}

/// An agent at the world's station asks for the reset of somebody's account who has lost everything.
async fn asked(world: &World) -> AccountResetId {
    let face = Arc::new(ScriptedFace::new(FIRST, OPERATOR_PIN));
    let mut desk = StationDesk::new(Arc::clone(&world.station), face, Cancel::default());
    let order = Order::AskReset {
        person: PersonId::new("p-2"),
        wish: None,
    };
    workflow::run(&mut desk, order).await.expect("is asked for");
    let resets = world.station.account_resets().await.expect("a list");
    resets.first().expect("one").id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_agent_sees_within_seconds_what_waits_and_withdraws_nothing_that_is_not_theirs() {
    let world = World::build().await.expect("a world");
    lose_everything(&world).await;
    agent(&world, "Clara Service").await;
    let desk = world.neighbour("Desk 2").await.expect("a station");
    agent(&desk, "Sam Second").await;
    world.settle().await.expect("settled");
    let mut screen = Screen::of(&desk.station);

    let reset = asked(&world).await;
    assert_eq!(screen.shows(ResetState::Requested).await.id, reset);
    let how = ResetEnding::Withdraw;
    let withdraw = Command::EndReset { reset, how };
    screen.commands.send(withdraw).await.expect("a kiosk");
    let refused = |update: &Update| matches!(update, Update::Remark(_)).then_some(());
    screen.until("the refusal", refused).await;

    let ended = world
        .station
        .end_reset(reset, (ResetEnding::Withdraw, None))
        .await;
    ended.expect("withdrawn by who asked");
    assert_eq!(screen.shows(ResetState::Withdrawn).await.id, reset);

    // Nobody who stands before a locked screen learns of any.
    screen.commands.send(Command::Lock).await.expect("a kiosk");
    let locked = |update: &Update| match update {
        Update::Home(home) => home.people.is_none().then_some(()),
        _ => None,
    };
    screen.until("the lock", locked).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_who_is_no_agent_is_told_of_no_reset() {
    let world = World::build().await.expect("a world");
    let desk = world.neighbour("Desk 2").await.expect("a station");
    let signed_in = desk.sign_in(Role::HelpDesk, FIRST, &own_key()).await;
    signed_in.expect("signed in");
    let mut screen = Screen::of(&desk.station);
    lose_everything(&world).await;
    agent(&world, "Clara Service").await;
    asked(&world).await;
    // Long enough for a look, and for what it found to be shown.
    let until = tokio::time::Instant::now() + Duration::from_secs(3);
    while let Ok(Some(update)) = tokio::time::timeout_at(until, screen.updates.recv()).await {
        if let Update::Home(home) = update {
            let people = home.people.as_ref();
            assert!(people.is_none_or(|people| people.resets.is_empty()));
        }
    }
}
