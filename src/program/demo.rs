//! `keydesk demo`: the kiosk with software keys, people and a registry of its own; nothing is kept.
//!
//! Without a terminal it does the main job once, headless, and prints its events.

pub mod world;

use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::bay::Cancel;
use crate::bay::soft::{Profile, SoftKey, TouchPolicy};
use crate::cli::args::Global;
use crate::cli::outcome::{outcome_of, outcome_of_stop};
use crate::cli::output::{Exit, Outcome, Output};
use crate::domain::authority::Role;
use crate::domain::{PersonId, UsbPath};
use crate::station::Station;
use crate::station::config::Config;
use crate::station::desk::StationDesk;
use crate::station::face::SoftCommand;
use crate::station::kiosk::SoftHand;
use crate::tui::TuiConfig;
use crate::workflow;
use world::{Rack, ScriptedFace, World, WorldError};

/// The slot of the operator's own key.
const OPERATOR_SLOT: &str = "1-1.1";

/// The slots of the keys for people.
const SLOTS: [&str; 5] = ["1-1.2", "1-1.3", "1-1.4", "1-2", "1-3"];

/// Whom the headless run enrols, and the PIN that the software person chooses.
const FIRST_PERSON: &str = "p-1";
const PERSONS_PIN: &str = "2580-demo";

/// The agents of Customer Service: who asks for a reset and who releases it, and the slot of the second one's key.
const AGENTS: [&str; 2] = ["Clara Service", "Sam Second"];
const SECOND_SLOT: &str = SLOTS[0];

/// Who has lost everything then. Their key was in the same slot, so that slots are numbered in their order.
const LOSER: &str = "p-2";

/// `agents`: with Customer Service at the desk, on the screen only.
pub(super) async fn run(global: &Global, agents: bool, output: Arc<Output>) -> Outcome {
    let on_screen = std::io::stdout().is_terminal() && std::io::stdin().is_terminal();
    if on_screen && !output.is_json() {
        return show(global, agents).await;
    }
    match set_up().await {
        Ok(world) => headless(&world, output).await,
        Err(error) => no_demo(&error),
    }
}

fn no_demo(error: &WorldError) -> Outcome {
    Outcome::failed(Exit::Store, "no-demo", error.to_string())
}

/// Keys in every slot, and an operator who has signed in once before.
async fn set_up() -> Result<World, WorldError> {
    let world = World::build().await?;
    let own = SoftKey::new(
        Profile::full()
            .with_serial("OPERATOR")
            .with_touch(TouchPolicy::Auto),
    );
    world.sign_in(Role::HelpDesk, OPERATOR_SLOT, &own).await?;
    let profiles = [
        Profile::yubikey_5_nfc(),
        Profile::epass_fido2(),
        Profile::security_key_nfc(),
        Profile::u2f_only(),
        Profile::biometric(),
    ];
    for (slot, profile) in SLOTS.iter().zip(profiles) {
        world.rack.put(slot, &SoftKey::new(profile));
    }
    own.set_touch(TouchPolicy::Manual);
    world.station.slots().settled(Duration::from_secs(2)).await;
    Ok(world)
}

/// Two agents, and somebody for whom they are needed.
async fn set_up_agents() -> Result<World, WorldError> {
    let world = World::build().await?;
    let [asks, releases] = AGENTS;
    let keys = ["AGENT-1", "AGENT-2"].map(|serial| {
        let own = Profile::full().with_serial(serial);
        SoftKey::new(own.with_touch(TouchPolicy::Auto))
    });
    // What somebody had they got from a help desk.
    let desk = SoftKey::new(Profile::full().with_touch(TouchPolicy::Auto));
    world.sign_in(Role::HelpDesk, OPERATOR_SLOT, &desk).await?;
    world.lose_everything(LOSER, SECOND_SLOT).await?;
    world.sign_out().await?;
    let role = Role::CustomerService;
    world
        .sign_in_as(asks, role, OPERATOR_SLOT, &keys[0])
        .await?;
    world.sign_out().await?;
    world
        .sign_in_as(releases, role, SECOND_SLOT, &keys[1])
        .await?;
    world.settle().await?;
    let profiles = [
        Profile::epass_fido2(),
        Profile::security_key_nfc(),
        Profile::u2f_only(),
        Profile::biometric(),
    ];
    for (slot, profile) in SLOTS.iter().skip(1).zip(profiles) {
        world.rack.put(slot, &SoftKey::new(profile));
    }
    keys.iter()
        .for_each(|key| key.set_touch(TouchPolicy::Manual));
    world.station.slots().settled(Duration::from_secs(2)).await;
    Ok(world)
}

/// The screen is drawn first; what is pressed before its registry is up waits for it.
async fn show(global: &Global, agents: bool) -> Outcome {
    let mut config = Config::default();
    if let Some(language) = &global.language {
        config.language.clone_from(language);
    }
    let models = match Station::models(&config) {
        Ok(models) => models,
        Err(error) => return super::refused(&error),
    };
    let screen = super::OpenScreen::draw(TuiConfig {
        demo_sign_in: Some((1, world::OPERATOR_PIN)),
        demo_agents: agents.then_some(AGENTS),
        ..super::screen_config(&config, models, true)
    });
    let world = match agents {
        true => set_up_agents().await,
        false => set_up().await,
    };
    let world = match world {
        Ok(world) => world,
        Err(error) => {
            screen.close().await;
            return no_demo(&error);
        }
    };
    if let Err(stop) = world.station.close_session().await {
        screen.close().await;
        return outcome_of_stop(&stop);
    }
    let hand = soft_hand(world.rack.clone());
    screen.serve(Arc::clone(&world.station), Some(hand)).await
}

/// What the demonstration's keys on the keyboard do.
fn soft_hand(rack: Rack) -> SoftHand {
    Box::new(move |command| match command {
        SoftCommand::Touch => {
            rack.touch();
        }
        SoftCommand::TogglePlug { slot } => {
            let places = [OPERATOR_SLOT].into_iter().chain(SLOTS);
            let place = usize::from(slot)
                .checked_sub(1)
                .and_then(|index| places.map(UsbPath::new).nth(index));
            if let Some(place) = place {
                match rack.key(&place) {
                    Some(key) if key.is_plugged() => rack.pull(&place),
                    _ => rack.put_back(&place),
                }
            }
        }
    })
}

async fn headless(world: &World, output: Arc<Output>) -> Outcome {
    let slot = SLOTS[0];
    if let Some(key) = world.rack.key(&UsbPath::new(slot)) {
        key.set_touch(TouchPolicy::After(Duration::from_millis(300)));
    }
    let events = Arc::clone(&output);
    let face = ScriptedFace::new(slot, PERSONS_PIN).hearing(move |event| events.event(event));
    let mut desk = StationDesk::new(
        Arc::clone(&world.station),
        Arc::new(face),
        Cancel::default(),
    );
    output.item(
        "demo",
        &json!({ "registry": world.url, "person": FIRST_PERSON, "slot": slot }),
        &format!("demo: software keys, and a registry at {}", world.url),
    );
    match workflow::enrol(&mut desk, &PersonId::new(FIRST_PERSON)).await {
        Ok(ending) => outcome_of(&ending),
        Err(stop) => outcome_of_stop(&stop),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn with_customer_service_somebody_waits_who_has_lost_everything() {
        let world = set_up_agents().await.expect("set up");
        let loser = world.station.person(&PersonId::new(LOSER)).await;
        assert!(loser.expect("a person").person.lost.all);
        let agent = world.station.operator().expect("signed in");
        assert_eq!(
            (agent.role, agent.name.as_str()),
            (Role::CustomerService, AGENTS[1])
        );
    }
}
