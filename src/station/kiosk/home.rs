//! When the home screen's facts are gathered anew, from the station's memory and the registry.
//!
//! Invariant: pictures are taken one after the other, so that an older one never comes last; waiting for the registry
//! never holds one up.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::mailbox::Mailbox;
use super::remark;
use crate::domain::account_reset::ResetState;
use crate::station::Station;
use crate::station::face::home::sees_resets;
use crate::station::face::{HomeView, Update};
use crate::wire::{AccountReset, Expected};

/// How often resets of accounts are looked for while somebody is signed in whom they concern: somebody waits for each.
const LOOK: Duration = Duration::from_secs(1);

/// The same while the registry does not answer.
const LOOK_WHILE_DOWN: Duration = Duration::from_secs(5);

/// What the home screen shows, kept up to date.
pub(super) struct Home {
    station: Arc<Station>,
    screen: Arc<Mailbox>,
    demo: bool,
    changed: Notify,
    asked: Notify,
    looked: Notify,
    expected: Mutex<Vec<Expected>>,
    resets: Mutex<Vec<AccountReset>>,
}

impl Home {
    pub(super) fn new(station: Arc<Station>, screen: Arc<Mailbox>, demo: bool) -> Arc<Self> {
        Arc::new(Self {
            station,
            screen,
            demo,
            changed: Notify::new(),
            asked: Notify::new(),
            looked: Notify::new(),
            expected: Mutex::default(),
            resets: Mutex::default(),
        })
    }

    /// Something of it changed: it is shown anew.
    pub(super) fn show(&self) {
        self.changed.notify_one();
    }

    /// Today's appointments may have changed: the registry is asked.
    pub(super) fn ask(&self) {
        self.asked.notify_one();
    }

    /// Resets of accounts may have changed: they are looked for at once, and not when it is time.
    pub(super) fn look(&self) {
        self.looked.notify_one();
    }

    /// Shows and asks whenever it is told to, for as long as the kiosk runs.
    pub(super) async fn serve(&self) {
        tokio::join!(self.showing(), self.asking(), self.looking());
    }

    async fn showing(&self) {
        loop {
            self.changed.notified().await;
            let expected = self.expected.lock().clone();
            let resets = self.resets.lock().clone();
            let view = HomeView::of(&self.station, self.demo, (expected, resets));
            self.screen.add(match view {
                Ok(home) => Update::Home(Arc::new(home)),
                Err(stop) => Update::Remark(remark(&stop)),
            });
        }
    }

    async fn asking(&self) {
        loop {
            self.asked.notified().await;
            // Out of reach, the last list is better than none; the screen says that the registry does not answer.
            if let Ok(today) = self.station.expected_today().await {
                *self.expected.lock() = today;
                self.show();
            }
        }
    }

    async fn looking(&self) {
        loop {
            let is_agent = self.station.operator().is_some_and(|o| sees_resets(&o));
            let answer = match is_agent {
                true => self.station.account_resets().await,
                false => Ok(Vec::new()),
            };
            let pause = if answer.is_ok() {
                LOOK
            } else {
                LOOK_WHILE_DOWN
            };
            // Out of reach, the last list is better than none.
            if let Ok(mut resets) = answer {
                resets.sort_by_key(waits);
                let mut known = self.resets.lock();
                if *known != resets {
                    *known = resets;
                    self.show();
                }
            }
            // Told to, or when it is time.
            let _ = tokio::time::timeout(pause, self.looked.notified()).await;
        }
    }
}

/// In which order they are listed: what waits for a release since longest, what was released, and the newest of the others.
fn waits(reset: &AccountReset) -> (u8, i64) {
    let asked = reset.asked_at.as_millisecond();
    match reset.state {
        ResetState::Prepared | ResetState::Requested => (0, asked),
        ResetState::Released => (1, asked),
        ResetState::Withdrawn
        | ResetState::Refused
        | ResetState::Expired
        | ResetState::Objected
        | ResetState::CarriedOut => (2, -asked),
    }
}
