//! Updates on their way to the screen. Hides that the screen may be slower than the station.
//!
//! Invariants: adding never waits, because a key's own thread adds too; what is kept is bounded, because an update that
//! tells the same thing anew takes the place of the one before it. Who is signed in, and how a run went, is never left out.

use std::collections::VecDeque;
use std::mem::{Discriminant, discriminant};

use parking_lot::Mutex;
use tokio::sync::{Notify, mpsc};

use crate::station::face::{SigningIn, Update};
use crate::workflow::dialogue::Event;

/// More than any run has to say between two questions.
const LIMIT: usize = 1024;

/// Updates in their order.
#[derive(Default)]
pub(super) struct Mailbox {
    waiting: Mutex<VecDeque<Update>>,
    arrived: Notify,
}

impl Mailbox {
    /// Adds an update; never waits.
    pub(super) fn add(&self, update: Update) {
        let mut waiting = self.waiting.lock();
        if let Some(kind) = replaceable(&update) {
            waiting.retain(|earlier| replaceable(earlier) != Some(kind));
        }
        if waiting.len() >= LIMIT {
            tracing::warn!("the screen takes nothing in: the oldest update is left out");
            let oldest = waiting.iter().position(|u| !is_lasting(u));
            waiting.remove(oldest.unwrap_or_default());
        }
        waiting.push_back(update);
        drop(waiting);
        self.arrived.notify_one();
    }

    /// Takes everything out.
    pub(super) fn empty(&self) -> VecDeque<Update> {
        std::mem::take(&mut *self.waiting.lock())
    }

    /// Hands the updates on, one by one as the screen takes them, until the screen is gone.
    pub(super) async fn deliver(&self, screen: mpsc::Sender<Update>) {
        loop {
            // Room first: what waits for it can still be replaced.
            let Ok(room) = screen.reserve().await else {
                return;
            };
            let next = self.waiting.lock().pop_front();
            match next {
                Some(update) => room.send(update),
                None => {
                    drop(room);
                    tokio::select! {
                        () = self.arrived.notified() => {}
                        () = screen.closed() => return,
                    }
                }
            }
        }
    }
}

fn is_lasting(update: &Update) -> bool {
    matches!(
        update,
        Update::Operator(_)
            | Update::Run(Event::Ended { .. })
            | Update::SigningIn(SigningIn::Event(Event::Ended { .. }))
    )
}

/// What an update is about, when the newest of its kind says all there is to say.
fn replaceable(update: &Update) -> Option<(Discriminant<Update>, Option<Discriminant<Event>>)> {
    let event = match update {
        Update::Bay(_)
        | Update::Board(_)
        | Update::Home(_)
        | Update::Found { .. }
        | Update::Question(_)
        | Update::SigningIn(SigningIn::Question(_)) => None,
        Update::Run(event) | Update::SigningIn(SigningIn::Event(event)) => match event {
            Event::Alive { .. }
            | Event::Withdrawn
            | Event::OtherKey { .. }
            | Event::Challenge { .. }
            | Event::Leaves { .. } => Some(discriminant(event)),
            _ => return None,
        },
        Update::Operator(_)
        | Update::Opened(_)
        | Update::KeyOpened(_)
        | Update::HandOver { .. }
        | Update::Batch(_)
        | Update::Remark(_) => return None,
    };
    Some((discriminant(update), event))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[tokio::test]
    async fn a_screen_that_takes_nothing_in_gets_the_newest_picture_and_every_change_of_operator() {
        let mailbox = Arc::new(Mailbox::default());
        let (screen, mut shown) = mpsc::channel(1);
        for _ in 0..5000 {
            mailbox.add(Update::Bay(Arc::default()));
            mailbox.add(Update::Run(Event::Alive { touch: true }));
            mailbox.add(Update::Run(Event::TouchOver));
        }
        mailbox.add(Update::Operator(None));
        let kept = mailbox.waiting.lock().len();
        assert!(kept <= LIMIT, "{kept} are kept");
        let delivery = Arc::clone(&mailbox);
        tokio::spawn(async move { delivery.deliver(screen).await });
        let mut bays = 0;
        loop {
            match shown.recv().await.expect("the operator comes last") {
                Update::Operator(None) => break,
                Update::Bay(_) => bays += 1,
                _ => {}
            }
        }
        assert!(bays <= 1, "{bays} pictures of the bay");
    }
}
