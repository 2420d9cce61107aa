//! A batch as the kiosk shows it: what can be chosen, what was chosen so far, the board, and what is asked on it.

use std::sync::Arc;

use crate::domain::KeyFacts;
use crate::domain::policy::Verdict;
use crate::station::face::Remark;
use crate::station::face::board::{
    BatchOffer, BatchWish, Board, BoardSlot, Forecast, SlotWork, TagComplaint,
};
use crate::tui::entry::Line;
use crate::tui::model::{CurrentPin, NewPin};

/// What a batch shows besides its board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BatchPage {
    /// The profiles, and the marked one. A batch that was stopped is the first line.
    Profiles(usize),
    /// The lists of people, and the marked one.
    Lists(usize),
    /// What is stated of people whom the list does not say more of.
    Statement(Line),
    /// What would be done, and the line at the top.
    Forecast(usize),
    /// The board, and the marked slot.
    Board(usize),
}

/// What is known of batches.
#[derive(Default)]
pub struct BatchState {
    /// What can be chosen, once the station has said.
    pub offer: Option<BatchOffer>,
    /// What was chosen so far.
    pub wish: BatchWish,
    /// What would be done, once the station has said.
    pub forecast: Option<Result<Forecast, Remark>>,
    /// The batch that is on, or was.
    pub board: Option<Arc<Board>>,
    /// What the batch asks now.
    pub asking: Option<BatchAsking>,
    /// Ending it was asked for once; the second time it ends.
    pub end_asked: bool,
    /// It has been asked for and has not begun yet.
    pub starting: bool,
}

/// A question of a batch.
pub enum BatchAsking {
    /// The person chooses a PIN.
    NewPin(NewPin),
    /// The person types the PIN.
    CurrentPin(CurrentPin),
    /// The operator types a tag.
    Tag {
        slot: u16,
        line: Line,
        /// What was wrong with the last one.
        complaint: Option<TagComplaint>,
    },
    /// Are keys with these warnings taken?
    Admit {
        /// The first of them.
        key: KeyFacts,
        verdict: Verdict,
    },
}

impl BatchState {
    /// The batch that goes on.
    pub fn on(&self) -> Option<&Board> {
        self.board.as_deref().filter(|board| !board.over)
    }

    /// The slots in the order in which somebody is wanted: touches first, by their turn, then typing, then decisions, then the
    /// rest by number.
    pub fn slots(&self) -> Vec<&BoardSlot> {
        let slots = self.board.as_deref().map_or(&[][..], |board| &board.slots);
        slots.iter().collect()
    }

    /// The slots whose keys wait for a finger, the one that has waited longest first.
    pub fn waiting_for_touch(&self) -> Vec<u16> {
        let mut waiting: Vec<(usize, u16)> = Vec::new();
        for slot in self.slots() {
            if let SlotWork::Touch { turn, .. } = slot.work {
                waiting.push((turn, slot.number));
            }
        }
        waiting.sort_unstable();
        waiting.into_iter().map(|(_, number)| number).collect()
    }

    /// Whether all that has to be chosen is chosen: the list, where the profile enrols, and a statement where it lacks one.
    pub fn missing(&self) -> Option<Missing> {
        let offer = self.offer.as_ref()?;
        let mut profiles = offer.profiles.iter();
        let profile = profiles.find(|profile| profile.file == self.wish.profile)?;
        let takes_people = profile
            .is
            .as_ref()
            .is_ok_and(|profile| profile.takes_people);
        let Some(people) = &self.wish.people else {
            return takes_people.then_some(Missing::List);
        };
        let list = offer.lists.iter().find(|list| list.file == *people)?;
        let identified = list.is.as_ref().is_ok_and(|(_, identified)| *identified);
        (!identified && self.wish.statement.is_none()).then_some(Missing::Statement)
    }
}

/// What has still to be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    List,
    Statement,
}
