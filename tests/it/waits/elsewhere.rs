//! What happens elsewhere while a run waits.

use std::sync::Arc;

use keydesk::bay::Cancel;
use keydesk::bay::soft::SoftKey;
use keydesk::domain::{KeyFacts, PersonId, Pin, UsbPath};
use keydesk::program::demo::world::{Rack, ScriptedFace, World};
use keydesk::server::admin;
use keydesk::station::desk::StationDesk;
use keydesk::workflow::dialogue::{Ending, Event, Step};
use keydesk::workflow::loss::{self, SuspendOrder};
use keydesk::workflow::{self, Keys, Stop, ports::Visits};

use super::scene::{Scene, ids};
use super::work::OURS;
use crate::resets;
use crate::scenarios::{PIN, SLOT, answering, enrol, fresh_key};

/// Somebody who has no key until then.
const THIRD: usize = 3;

/// What changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Elsewhere {
    /// The key was out of the slot for a moment.
    PutBack,
    /// Another key of the model is put in, blank and with the same PIN.
    Twin,
    /// Somebody else's key is put in, with the same PIN.
    SomebodyElses,
    /// The key was at the other desk, and is the person's now.
    EnrolledThere,
    /// The key was at the other desk, and is another person's now.
    EnrolledForAnother,
    /// The other desk reset the key.
    ResetThere,
    /// Somebody reset the key, and told nobody.
    ResetBySomebody,
    /// The key has another PIN.
    OtherPin,
    /// The other desk enrolled another key for the person.
    PersonEnrolled,
    /// The other desk suspended what the person has.
    PersonSuspended,
    /// The other desk opened a visit with the person.
    PersonServed,
    /// The operator's account is closed.
    OperatorRevoked,
}

impl Elsewhere {
    pub const ALL: [Self; 12] = [
        Self::PutBack,
        Self::Twin,
        Self::SomebodyElses,
        Self::EnrolledThere,
        Self::EnrolledForAnother,
        Self::ResetThere,
        Self::ResetBySomebody,
        Self::OtherPin,
        Self::PersonEnrolled,
        Self::PersonSuspended,
        Self::PersonServed,
        Self::OperatorRevoked,
    ];

    /// Whether another run finds the desks as this one found them.
    pub fn leaves_desks_as_they_are(self) -> bool {
        self != Self::OperatorRevoked
    }

    pub async fn happens(self, scene: &Scene) {
        let there = &scene.second;
        match self {
            Self::PutBack => scene.put(&scene.ours),
            Self::Twin => {
                let twin = scene.new_key();
                give_pin(there, &twin).await;
                scene.put(&twin);
            }
            Self::SomebodyElses => scene.put(&scene.theirs),
            Self::EnrolledThere => {
                elsewhere(scene, async || told(enrol(there, scene.number(OURS)).await)).await
            }
            Self::EnrolledForAnother => {
                elsewhere(scene, async || {
                    told(enrol(there, scene.number(THIRD)).await)
                })
                .await;
            }
            Self::ResetThere => {
                // What the registry has not heard of by then is on a key without a serial number, of which it hears nothing either.
                scene.is_lost(scene.unheard_of().await);
                elsewhere(scene, async || {
                    told(resets::run(there, resets::order()).await.0)
                })
                .await;
            }
            Self::ResetBySomebody => {
                scene.is_lost(ids(&scene.ours));
                elsewhere(scene, async || {
                    let mut desk = quiet_desk(there);
                    let key = in_slot(&desk);
                    desk.reset_key(&key).await.expect("reset");
                })
                .await;
            }
            Self::OtherPin => {
                elsewhere(scene, async || {
                    let mut desk = quiet_desk(there);
                    let key = in_slot(&desk);
                    let [old, new] =
                        [PIN, "1357-other"].map(|pin| Pin::new(pin, 4).expect("a PIN"));
                    // It is set where there was none, and stays where it was changed already.
                    if key.pin_set == Some(true) {
                        let _ = desk.change_pin(&key, &old, &new).await;
                    } else {
                        desk.set_pin(&key, &new).await.expect("set");
                    }
                })
                .await;
            }
            Self::PersonEnrolled => {
                // With the key that the person has, which they take along.
                let prover = scene
                    .first
                    .rack
                    .key(&UsbPath::new(SLOT))
                    .expect("in the slot");
                scene.first.rack.pull(&UsbPath::new(SLOT));
                let another = scene.new_key();
                told(enrol_another(there, &scene.person(), (&prover, &another)).await);
                there.rack.pull(&UsbPath::new(SLOT));
                scene.put(&prover);
            }
            Self::PersonSuspended => suspend(there, &scene.person()).await,
            Self::PersonServed => {
                let mut desk = quiet_desk(there);
                let document = "passport:7K31".parse().expect("a document");
                let visit = desk.open_visit(&scene.person(), &document).await;
                visit.expect("a visit");
            }
            Self::OperatorRevoked => {
                let operator = scene.first.station.operator().expect("signed in");
                let db = there.database();
                admin::revoke_operator(&db, &operator.id)
                    .await
                    .expect("revoked");
            }
        }
    }
}

/// What came of it there need not be what was wished for: the two desks may be in each other's way. It ended.
fn told(_: Result<Ending, Stop>) {}

/// Takes the key to the other desk, and brings it back.
async fn elsewhere(scene: &Scene, what: impl AsyncFnOnce()) {
    let there = &scene.second;
    scene.first.rack.pull(&UsbPath::new(SLOT));
    there.rack.put(SLOT, &scene.ours);
    answering(there).await;
    what().await;
    there.rack.pull(&UsbPath::new(SLOT));
    scene.put(&scene.ours);
}

fn quiet_desk(world: &World) -> StationDesk {
    crate::scenarios::desk(world, &Cancel::default()).0
}

fn in_slot(desk: &StationDesk) -> KeyFacts {
    let key = desk.keys().into_iter().find(|k| k.place.as_str() == SLOT);
    key.expect("in the slot")
}

/// Gives a blank key the PIN that everybody has here, in a slot of that desk.
pub async fn give_pin(world: &World, key: &SoftKey) {
    world.rack.put(SLOT, key);
    answering(world).await;
    let mut desk = quiet_desk(world);
    let facts = in_slot(&desk);
    let pin = Pin::new(PIN, 4).expect("a PIN");
    desk.set_pin(&facts, &pin).await.expect("set");
    world.rack.pull(&UsbPath::new(SLOT));
}

/// Reports the first of what the person has as lost.
pub async fn suspend(world: &World, who: &PersonId) {
    let mut desk = quiet_desk(world);
    let order = SuspendOrder {
        person: who.clone(),
        factor: None,
        shown: None,
    };
    told(loss::suspend(&mut desk, order).await);
}

/// Enrols a key for the person, who proves who they are with the one that they have, if it is theirs already.
async fn enrol_another(
    world: &World,
    who: &PersonId,
    (prover, key): (&SoftKey, &SoftKey),
) -> Result<Ending, Stop> {
    let detail = world.station.person(who).await.expect("a page");
    let has_one = detail.credentials.iter().any(|held| held.gone_at.is_none());
    let begins_with = if has_one { prover } else { key };
    world.rack.put(SLOT, begins_with);
    answering(world).await;
    let hear = exchanged_once_proven(&world.rack, key);
    let face = ScriptedFace::new(SLOT, PIN).hearing(hear);
    let station = Arc::clone(&world.station);
    let mut desk = StationDesk::new(station, Arc::new(face), Cancel::default());
    let run = workflow::enrol(&mut desk, who);
    let ended = tokio::time::timeout(super::scene::PATIENCE, run).await;
    ended.unwrap_or(Err(Stop::Cancelled))
}

/// Once the person has proven who they are, the key that is to be enrolled takes the place of the one that proved it.
pub fn exchanged_once_proven(
    rack: &Rack,
    key: &SoftKey,
) -> impl Fn(&Event) + Send + Sync + 'static {
    let (rack, key) = (rack.clone(), key.clone());
    move |event| {
        if let Event::StepDone {
            step: Step::Prove, ..
        } = event
        {
            rack.pull(&UsbPath::new(SLOT));
            rack.put(SLOT, &key);
        }
    }
}

/// A key of the model that all of them have here.
pub fn model() -> SoftKey {
    fresh_key()
}
