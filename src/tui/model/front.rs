//! What stands in front: no session, no page.
//!
//! Invariant: pages and runs are in front only while somebody is signed in and the screen is not locked. Drawing, keys and what the
//! station says all ask here, so that neither a sequence of keys nor a late reply can get behind the door.

use super::{Model, Page, Run};
use crate::tui::entry::Line;
use crate::wire::Operator;

/// What is drawn, and what keys are for.
pub enum Front<'a> {
    /// Somebody is to sign in. Nothing of any person is here.
    Door(&'a Door),
    /// The run at the desk.
    Run(&'a Run),
    /// A page, where no run is on.
    Page(&'a Page),
}

/// What an operator sees who is not signed in.
#[derive(Default)]
pub struct Door {
    /// The one-time code, while it is typed.
    pub code: Option<Line>,
    /// The sign-in, until its closing screen is left.
    pub run: Option<Run>,
}

/// A locked screen with a run behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// Who must sign in to see the run again.
    pub operator: Option<Operator>,
}

impl Model {
    /// Whether there is a session, and the screen is not locked over it.
    pub fn is_open(&self) -> bool {
        self.operator.is_some() && self.lock.is_none()
    }

    pub fn front(&self) -> Front<'_> {
        match &self.work {
            _ if !self.is_open() => Front::Door(&self.door),
            Some(run) => Front::Run(run),
            None => Front::Page(&self.page),
        }
    }

    /// The run in front: the one at the desk or, where that may not be seen, the sign-in.
    pub fn run(&self) -> Option<&Run> {
        match self.front() {
            Front::Door(door) => door.run.as_ref(),
            Front::Run(run) => Some(run),
            Front::Page(_) => None,
        }
    }

    /// The same, to be changed.
    pub fn run_mut(&mut self) -> Option<&mut Run> {
        match self.is_open() {
            true => self.work.as_mut(),
            false => self.door.run.as_mut(),
        }
    }
}
