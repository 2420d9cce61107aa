//! One slot's face: answers its workflow from the plan where the plan says, and asks the people in front of it, one slot after
//! the other, where it does not.
//!
//! Invariant: what was answered once is not asked again: the identification comes from the list, a verdict is admitted once
//! for all keys that it is the same for, and a PIN that was typed for a key serves all its steps and is forgotten with them.

use std::sync::Arc;

use parking_lot::Mutex;

use super::{Crew, Shared, Told, Whose};
use crate::domain::batch::BatchChange;
use crate::domain::care::Setting;
use crate::domain::profile::label::TAG_CHARS_MAX;
use crate::domain::profile::{StepKind, TagSource};
use crate::domain::reason::{Failure, Refusal};
use crate::domain::reset::Losses;
use crate::domain::{Identification, KeyFacts, OneLine, Pin, UsbPath};
use crate::station::desk::Face;
use crate::station::face::board::{SlotWork, TagComplaint};
use crate::workflow::batch::Hand;
use crate::workflow::dialogue::{Answer, Coach, Event, Question};
use crate::workflow::{KeyFault, Stop};
use async_trait::async_trait;

/// The face of one key's run.
pub(super) struct SlotFace<C> {
    shared: Arc<Shared<C>>,
    whose: Whose,
    /// How the person was identified; `None` where nobody is enrolled.
    identification: Mutex<Option<Identification>>,
    /// What the present step sets on the key.
    settings: Mutex<Vec<Setting>>,
    /// The key's PIN, once somebody has typed it or it was drawn at random.
    pin: Mutex<Option<Pin>>,
}

impl<C: Crew> SlotFace<C> {
    pub fn new(shared: Arc<Shared<C>>, whose: Whose) -> Self {
        Self {
            shared,
            whose,
            identification: Mutex::default(),
            settings: Mutex::default(),
            pin: Mutex::default(),
        }
    }

    pub fn identify_by(&self, how: Option<Identification>) {
        *self.identification.lock() = how;
    }

    fn place(&self) -> &UsbPath {
        &self.whose.place
    }

    fn work(&self, work: SlotWork) {
        self.shared.change(|state, now| {
            if let Some(seat) = state.seats.get_mut(self.place()) {
                seat.set(work, now);
            }
        });
    }

    fn coached(&self, coach: Coach) {
        self.work(match coach {
            Coach::Pull { .. } => SlotWork::Pull,
            Coach::PutBack { window_s } => SlotWork::PutBack { window_s },
            Coach::Window { .. } => SlotWork::Working,
            Coach::Touch { until, hold_s } => SlotWork::Touch {
                nth: 1,
                of: 1,
                until,
                hold_s,
                turn: 0,
            },
        });
    }

    /// Waits for this slot's turn, asks, and gives the turn on. People type one thing at a time.
    async fn in_turn<T>(
        &self,
        work: SlotWork,
        ask: impl Future<Output = Result<T, Stop>>,
    ) -> Result<T, Stop> {
        let turn = Turn::take(self, work);
        let asked = self.shared.turn.lock().await;
        turn.wink();
        let answer = ask.await;
        drop(asked);
        answer
    }

    async fn typed_pin(&self, question: Question) -> Result<Answer, Stop> {
        let ask = self.shared.crew.pin(&self.whose, question);
        let pin = self.in_turn(SlotWork::Pin { turn: 0 }, ask).await?;
        *self.pin.lock() = Some(pin.duplicate());
        self.shared.progress();
        self.shared
            .change(|state, _| state.pins = state.pins.saturating_add(1));
        Ok(Answer::Pin(pin))
    }

    async fn admitted(&self, question: Question) -> Result<Answer, Stop> {
        let Question::Admit { key, verdict } = &question else {
            return Ok(Answer::Yes);
        };
        // Answering yes to a refusal ends the run with its reason.
        if !verdict.admits() {
            return Ok(Answer::Yes);
        }
        let what = format!("{}: {:?}", key.id.aaguid, verdict.findings);
        let known = || self.shared.look(|state| state.admitted.contains(&what));
        let ask = async {
            // Another slot may have asked the same while this one waited for its turn.
            Ok(known()
                || self
                    .shared
                    .crew
                    .admits(&self.whose, question.clone())
                    .await?)
        };
        if known() || self.in_turn(SlotWork::Working, ask).await? {
            self.shared.change(|state, _| {
                state.admitted.insert(what.clone());
            });
            return Ok(Answer::Yes);
        }
        Err(Refusal::NotWanted.into())
    }
}

/// A key that is somebody's is not emptied along with a box of others.
fn somebodys(losses: &Losses) -> Stop {
    let all = losses.enrolments.iter().chain(&losses.unsure);
    Stop::KeyRefused(Refusal::Somebodys {
        people: all.map(|lost| lost.person.name.clone()).collect(),
        surely: losses.is_somebodys(),
    })
}

/// A place in the queue of those that wait for somebody to type; left however the wait ends.
struct Turn<'a, C: Crew>(&'a SlotFace<C>);

impl<'a, C: Crew> Turn<'a, C> {
    fn take(face: &'a SlotFace<C>, work: SlotWork) -> Self {
        face.shared.change(|state, now| {
            state.typing.push_back(face.place().clone());
            if let Some(seat) = state.seats.get_mut(face.place()) {
                seat.set(work, now);
            }
        });
        Self(face)
    }

    /// The key that is meant blinks, where it can.
    fn wink(&self) {
        let (station, place) = (Arc::clone(&self.0.shared.station), self.0.place().clone());
        tokio::task::spawn_local(async move { drop(station.wink(&place).await) });
    }
}

impl<C: Crew> Drop for Turn<'_, C> {
    fn drop(&mut self) {
        self.0.shared.change(|state, now| {
            state.typing.retain(|place| place != self.0.place());
            if let Some(seat) = state.seats.get_mut(self.0.place()) {
                seat.set(SlotWork::Working, now);
            }
        });
    }
}

#[async_trait(?Send)]
impl<C: Crew> Face for SlotFace<C> {
    fn tell(&self, event: Event) {
        match &event {
            Event::Touch { nth, of, until, .. } => self.work(SlotWork::Touch {
                nth: *nth,
                of: *of,
                until: *until,
                hold_s: 0,
                turn: 0,
            }),
            Event::Coach { coach, .. } => self.coached(*coach),
            Event::TouchOver => self.shared.change(|state, now| {
                state.touches = state.touches.saturating_add(1);
                if let Some(seat) = state.seats.get_mut(self.place()) {
                    seat.set(SlotWork::Working, now);
                }
            }),
            Event::Pulled { .. } => self.work(SlotWork::Pulled),
            Event::Back { key } => self.shared.change(|state, now| {
                if let Some(seat) = state.seats.get_mut(self.place()) {
                    seat.key = key.clone();
                    seat.set(SlotWork::Working, now);
                }
            }),
            _ => {}
        }
        self.shared.crew.tell(Told::Run {
            whose: self.whose.clone(),
            event: Box::new(event),
        });
    }

    async fn ask(&self, question: Question) -> Result<Answer, Stop> {
        match &question {
            Question::Identify { person, .. } => {
                self.shared.name(self.place(), &person.name);
                let how = self.identification.lock().clone();
                how.map(Answer::Identified).ok_or(Stop::Cancelled)
            }
            Question::ChooseKey { keys } if keys.iter().any(|key| key.place == *self.place()) => {
                Ok(Answer::Key(self.place().clone()))
            }
            // Until the bay changes, and the question with it.
            Question::ChooseKey { .. } => std::future::pending().await,
            Question::Admit { .. } => self.admitted(question).await,
            Question::NewPin { .. } => self.typed_pin(question).await,
            Question::CurrentPin { wrong, .. } => {
                let known = self.pin.lock().take().filter(|_| !*wrong);
                match known {
                    Some(pin) => {
                        *self.pin.lock() = Some(pin.duplicate());
                        Ok(Answer::Pin(pin))
                    }
                    None => self.typed_pin(question).await,
                }
            }
            Question::Retest { .. } => Ok(Answer::Yes),
            Question::Settings { .. } => Ok(Answer::Settings(self.settings.lock().clone())),
            // The profile says so, and the dry run showed it.
            Question::ConfirmSettings { .. } => Ok(Answer::Yes),
            // A batch's steps list nothing and remove nothing on a key.
            Question::Credentials { .. }
            | Question::Fingerprints { .. }
            | Question::ConfirmRemoval { .. }
            | Question::App(_)
            | Question::Loss(_)
            | Question::AccountReset(_)
            | Question::Loan(_) => Err(Stop::Cancelled),
            Question::ResetCase { losses, .. } => Err(somebodys(losses)),
            Question::ConfirmReset { losses, .. } if losses.may_be_somebodys() => {
                Err(somebodys(losses))
            }
            // That everything on spares is lost was said in the dry run, once for all of them.
            Question::ConfirmReset { word, .. } => Ok(Answer::Typed(word.clone())),
            Question::TouchAgain { .. } => {
                // Nobody touched: what was counted was not a touch.
                self.shared
                    .change(|state, _| state.touches = state.touches.saturating_sub(1));
                Ok(Answer::Yes)
            }
        }
    }

    async fn hand_over(&self, key: &KeyFacts, pin: Pin) -> Result<(), Stop> {
        self.shared.crew.letter(&self.whose, key, &pin).await?;
        *self.pin.lock() = Some(pin);
        Ok(())
    }

    async fn cleared(&self) {
        self.shared.crew.cleared().await;
    }
}

#[async_trait(?Send)]
impl<C: Crew> Hand for SlotFace<C> {
    fn at_step(&self, step: StepKind) {
        *self.settings.lock() = self.shared.look(|state| state.profile().settings(step));
        self.shared.change(|state, now| {
            if let Some(seat) = state.seats.get_mut(self.place()) {
                seat.step = Some(step);
                seat.set(SlotWork::Working, now);
            }
        });
        self.shared.crew.tell(Told::Step {
            whose: self.whose.clone(),
            step,
        });
    }

    fn record(&self, change: &BatchChange) -> Result<(), Stop> {
        self.shared.record(change.clone())
    }

    async fn tag(&self, from: &TagSource) -> Result<String, Stop> {
        let pattern = match from {
            TagSource::Asked => return self.asked_tag().await,
            TagSource::Pattern(pattern) => pattern,
        };
        self.shared.look(|state| {
            let given = state
                .tags
                .iter()
                .filter_map(|tag| pattern.number(tag))
                .max();
            let next = given.map_or(pattern.first(), |last| {
                last.saturating_add(1).max(pattern.first())
            });
            let tag = pattern.tag(next).ok_or_else(|| {
                Stop::KeyRefused(Refusal::TagsUsedUp {
                    pattern: pattern.to_string(),
                })
            })?;
            state.tags.insert(tag.clone());
            Ok(tag)
        })
    }
}

impl<C: Crew> SlotFace<C> {
    async fn asked_tag(&self) -> Result<String, Stop> {
        let ask = async {
            let mut complaint = None;
            loop {
                let typed = self.shared.crew.tag(&self.whose, complaint).await?;
                let Ok(tag) = OneLine::<TAG_CHARS_MAX>::new(&typed).map(String::from) else {
                    complaint = Some(TagComplaint::Form);
                    continue;
                };
                if self.shared.look(|state| state.tags.insert(tag.clone())) {
                    return Ok(tag);
                }
                complaint = Some(TagComplaint::Taken);
            }
        };
        self.in_turn(SlotWork::Tag { turn: 0 }, ask).await
    }
}

impl From<TagComplaint> for Stop {
    fn from(complaint: TagComplaint) -> Self {
        Self::Key(KeyFault::Failed(match complaint {
            TagComplaint::Form => Failure::TagForm,
            TagComplaint::Taken => Failure::TagTaken,
        }))
    }
}
