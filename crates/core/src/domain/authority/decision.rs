//! What the matrix says of one act.

use super::matrix::{Asker, Releaser, Row, row};
use super::{Action, Role};
use crate::domain::person::PersonKind;

/// Whether somebody may do something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// They may, where the row's conditions hold.
    Allowed(&'static Row),
    /// They may, once somebody else has released it.
    NeedsRelease(NotAllowed),
    /// They may not.
    Refused(NotAllowed),
}

/// Why not, and who may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAllowed {
    /// Who asked.
    pub role: Role,
    pub action: Action,
    /// Who may; none: nobody may do this to them.
    pub may: Option<&'static Row>,
}

/// Whether a role may do that to a person of this kind, or to nobody's key.
pub fn decide(role: Role, act: Action, kind: Option<PersonKind>) -> Decision {
    let may = row(act, kind);
    let not_now = NotAllowed {
        role,
        action: act,
        may,
    };
    match may {
        Some(row) if row.done_by.contains(&role) => match row.released_by {
            Releaser::Nobody => Decision::Allowed(row),
            Releaser::SecondAgent | Releaser::SecondMember => Decision::NeedsRelease(not_now),
        },
        Some(_) | None => Decision::Refused(not_now),
    }
}

/// Whether a role may ask for it; the row by which.
pub fn may_ask(role: Role, act: Action, kind: PersonKind) -> Result<&'static Row, NotAllowed> {
    let may = row(act, Some(kind));
    match may {
        Some(row) if row.asked_by.role() == Some(role) => Ok(row),
        Some(_) | None => Err(NotAllowed {
            role,
            action: act,
            may,
        }),
    }
}

/// Whether a role may end the reset of such an account, of which nothing has come: whoever asks for such resets may, or carries out what
/// administrators ask for.
pub fn may_end_reset(role: Role, kind: PersonKind) -> Result<(), NotAllowed> {
    let act = Action::ReplaceLost;
    match row(act, Some(kind)).map(|row| row.asked_by) {
        Some(Asker::Administrator) => decide(role, act, Some(kind)).once_released(),
        Some(_) | None => may_ask(role, act, kind).map(|_| ()),
    }
}

/// Whether a role may ask, for anybody at all, that what they lost be replaced.
pub fn asks_to_replace(role: Role) -> bool {
    let kinds = PersonKind::ALL.iter();
    kinds
        .map(|kind| may_ask(role, Action::ReplaceLost, *kind))
        .any(|may| may.is_ok())
}

/// Whether a role replaces what people lost on an administrator's asking.
pub fn carries_out_for_administrators(role: Role) -> bool {
    PersonKind::ALL.iter().any(|kind| {
        matches!(decide(role, Action::ReplaceLost, Some(*kind)), Decision::Allowed(row) if row.asked_by == Asker::Administrator)
    })
}

/// Whether a role may do that to all of these at once: the strictest decision; to nobody's key where there are none.
pub fn decide_for(role: Role, act: Action, kinds: &[PersonKind]) -> Decision {
    let each = kinds.iter().map(|kind| decide(role, act, Some(*kind)));
    let strictness = |decision: &Decision| match decision {
        Decision::Allowed(_) => 0,
        Decision::NeedsRelease(_) => 1,
        Decision::Refused(_) => 2,
    };
    each.rev()
        .max_by_key(strictness)
        .unwrap_or_else(|| decide(role, act, None))
}

impl Decision {
    /// Whether it may be done now, without anybody's release.
    pub fn at_once(self) -> Result<(), NotAllowed> {
        match self {
            Self::Allowed(_) => Ok(()),
            Self::NeedsRelease(not_now) | Self::Refused(not_now) => Err(not_now),
        }
    }

    /// Whether it may be done now that whoever has to has released it.
    pub fn once_released(self) -> Result<(), NotAllowed> {
        match self {
            Self::Allowed(_) | Self::NeedsRelease(_) => Ok(()),
            Self::Refused(not_now) => Err(not_now),
        }
    }
}
