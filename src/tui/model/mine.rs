//! What is an operator's own at this desk beyond the page and the run that are in front: it outlives a lock, for them alone.
//!
//! Invariant: nothing of it is drawn for anybody else, and whoever else signs in finds nothing of it.

use jiff::Timestamp;

use crate::domain::account_reset::ResetReason;
use crate::domain::{OperatorId, PersonId};
use crate::tui::entry::Line;
use crate::wire::PersonDetail;

/// What belongs to one operator.
#[derive(Default)]
pub struct Mine {
    /// Whose it is; none before anybody has signed in.
    pub whose: Option<OperatorId>,
    /// What they had typed when the screen was locked.
    pub draft: Option<Draft>,
    visits: Vec<Visiting>,
}

/// What somebody had typed to ask for the reset of an account.
pub struct Draft {
    pub person: PersonId,
    pub name: String,
    pub wish: WishTyped,
}

/// Why it is asked for, and what else was typed.
#[derive(Clone)]
pub struct WishTyped {
    pub reason: ResetReason,
    pub lines: [Line; 2],
    /// The line that was being typed.
    pub at: usize,
}

/// A visit that is open with the operator, as the registry said last.
struct Visiting {
    person: PersonId,
    name: String,
    until: Timestamp,
}

impl Mine {
    /// They have signed in, and find what is theirs.
    pub fn enter(&mut self, operator: &OperatorId) {
        if self.whose.as_ref() != Some(operator) {
            *self = Self {
                whose: Some(operator.clone()),
                ..Self::default()
            };
        }
    }

    /// The registry said whether a visit is open with a person; another operator's ends with theirs.
    pub fn opened(&mut self, detail: &PersonDetail) {
        self.visit_over(&detail.person.id);
        let visit = detail.visit.as_ref();
        let visit = visit.filter(|visit| Some(&visit.operator) == self.whose.as_ref());
        self.visits.extend(visit.map(|visit| Visiting {
            person: detail.person.id.clone(),
            name: detail.person.name.clone(),
            until: visit.expires_at,
        }));
    }

    /// A run of theirs opened a visit, or went on in one.
    pub fn visits(&mut self, person: PersonId, name: String, until: Timestamp) {
        self.visit_over(&person);
        self.visits.push(Visiting {
            person,
            name,
            until,
        });
    }

    /// They have gone.
    pub fn visit_over(&mut self, person: &PersonId) {
        self.visits.retain(|visit| visit.person != *person);
    }

    /// The session is over at the registry, and with it every visit.
    pub fn visits_over(&mut self) {
        self.visits.clear();
    }

    /// Whose visits are open.
    pub fn visiting(&self, now: Timestamp) -> impl Iterator<Item = &str> {
        let open = self.visits.iter().filter(move |visit| visit.until > now);
        open.map(|visit| visit.name.as_str())
    }
}
