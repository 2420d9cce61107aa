//! The table of transitions: every stock act, from what, to what, by whom, with whom, and what must have been seen (docs/CUSTODY.md has it
//! as a page, written from here).
//!
//! Invariant: an act on an item in one condition and in one way somewhere has one row at most, once it is chosen what it comes to.

use serde::{Deserialize, Serialize};

use super::act::StockActKind;
use super::state::{Condition, Whereabouts};
use crate::domain::authority::Role;
use crate::domain::visit::SuspendedWhy;
use crate::domain::words::words;

/// What an act makes of an item, and what it takes.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    pub act: StockActKind,
    /// From any of these; nothing: it is new.
    pub from: &'static [Condition],
    /// In any of these ways somewhere.
    pub at: &'static [Whereabouts],
    /// None: as it was.
    pub to: Option<Condition>,
    /// None: where it was.
    pub then: Option<Whereabouts>,
    pub who: &'static [Role],
    /// Which of them.
    pub tie: Tie,
    /// Whether somebody else has to stand by it.
    pub second: bool,
    pub needs: Needs,
    /// What becomes of what its person has on it.
    pub credentials: Fate,
}

/// Which operator, and which places, an act is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tie {
    Anybody,
    /// Both places have one custodian.
    OneCustodian,
    /// The custodian gives, to another one.
    Giver,
    /// Whoever is to receive it, at a place of theirs.
    Receiver,
    /// Whoever gave or is to receive it.
    EitherEnd,
    /// Somebody takes it upon themself: where the custodian changes, the new one says so.
    Taker,
}

words! {Tie {
    Anybody => "anybody",
    OneCustodian => "one-custodian",
    Giver => "giver",
    Receiver => "receiver",
    EitherEnd => "either-end",
    Taker => "taker",
}}

/// What must have been seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Needs {
    Nothing,
    /// There is nothing on it, and the policy takes it.
    Blank,
    /// It works for the person whose it is.
    Works,
    /// The person's own, by touch or by name.
    Receipt,
    /// Why it is done.
    Reason,
}

words! {Needs {
    Nothing => "nothing",
    Blank => "blank",
    Works => "works",
    Receipt => "receipt",
    Reason => "reason",
}}

/// What becomes of the credentials on an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    AsTheyAre,
    Suspended(SuspendedWhy),
    /// They are gone with what was on it.
    Removed,
}

use Condition::*;
use Whereabouts::*;

/// What can lie at a place.
const KEPT: &[Condition] = &[
    Spare,
    Promised,
    Standby,
    Returned,
    Quarantined,
    Rejected,
    Damaged,
];
/// What can be with a person and works, as far as it is known.
const OUT: &[Condition] = &[Issued, OnLoan];
const HERE: &[Whereabouts] = &[Stored];
const HERE_OR_MOVING: &[Whereabouts] = &[Stored, Moving];
const WITH_PERSON: &[Whereabouts] = &[Held];
const NOWHERE: &[Whereabouts] = &[Gone];

const DESK: &[Role] = &[Role::HelpDesk, Role::StationAdministrator];
const STATION: &[Role] = &[Role::StationAdministrator];

/// A row by which nothing changes, and which takes nothing but one of any role.
const fn row(act: StockActKind, from: &'static [Condition], at: &'static [Whereabouts]) -> Row {
    Row {
        act,
        from,
        at,
        to: None,
        then: None,
        who: &Role::ALL,
        tie: Tie::Anybody,
        second: false,
        needs: Needs::Nothing,
        credentials: Fate::AsTheyAre,
    }
}

/// A row by which an item becomes something else where it is.
const fn becomes(row: Row, to: Condition) -> Row {
    Row {
        to: Some(to),
        ..row
    }
}

const fn goes(row: Row, then: Whereabouts) -> Row {
    Row {
        then: Some(then),
        ..row
    }
}

const fn received(to: Condition, needs: Needs) -> Row {
    Row {
        who: STATION,
        needs,
        ..goes(becomes(row(StockActKind::Receive, &[], &[]), to), Stored)
    }
}

const fn issued(from: &'static [Condition], to: Condition) -> Row {
    Row {
        needs: Needs::Receipt,
        ..goes(becomes(row(StockActKind::Issue, from, HERE), to), Held)
    }
}

const fn counted(row: Row) -> Row {
    Row {
        tie: Tie::Taker,
        ..goes(row, Stored)
    }
}

const fn lost(from: &'static [Condition], at: &'static [Whereabouts]) -> Row {
    Row {
        credentials: Fate::Suspended(SuspendedWhy::Lost),
        ..goes(becomes(row(StockActKind::ReportLost, from, at), Lost), Gone)
    }
}

const fn stolen(from: &'static [Condition], at: &'static [Whereabouts]) -> Row {
    Row {
        credentials: Fate::Suspended(SuspendedWhy::Stolen),
        ..goes(
            becomes(row(StockActKind::ReportStolen, from, at), Stolen),
            Gone,
        )
    }
}

const fn corrected(row: Row) -> Row {
    Row {
        who: STATION,
        needs: Needs::Reason,
        ..row
    }
}

/// Every row.
pub(super) const TABLE: &[Row] = &[
    received(Spare, Needs::Blank),
    received(Quarantined, Needs::Nothing),
    received(Rejected, Needs::Nothing),
    Row {
        tie: Tie::OneCustodian,
        ..row(StockActKind::Move, KEPT, HERE)
    },
    Row {
        tie: Tie::Giver,
        ..goes(row(StockActKind::HandOver, KEPT, HERE), Moving)
    },
    Row {
        tie: Tie::Receiver,
        ..goes(row(StockActKind::Confirm, KEPT, &[Moving]), Stored)
    },
    Row {
        tie: Tie::EitherEnd,
        ..goes(row(StockActKind::CallOff, KEPT, &[Moving]), Stored)
    },
    becomes(row(StockActKind::Promise, &[Spare], HERE), Promised),
    becomes(row(StockActKind::Free, &[Promised], HERE_OR_MOVING), Spare),
    Row {
        who: DESK,
        needs: Needs::Works,
        ..becomes(
            row(StockActKind::Prepare, &[Spare, Promised], HERE),
            Standby,
        )
    },
    issued(&[Spare, Promised, Standby], Issued),
    issued(&[Spare, Promised], OnLoan),
    goes(
        becomes(row(StockActKind::Return, OUT, WITH_PERSON), Returned),
        Stored,
    ),
    goes(row(StockActKind::Return, &[Damaged], WITH_PERSON), Stored),
    Row {
        needs: Needs::Works,
        ..goes(
            becomes(
                row(StockActKind::GiveBack, &[Returned, Quarantined], HERE),
                Issued,
            ),
            Held,
        )
    },
    Row {
        who: DESK,
        needs: Needs::Blank,
        credentials: Fate::Removed,
        ..becomes(
            row(StockActKind::Restock, &[Standby, Returned], HERE),
            Spare,
        )
    },
    counted(row(StockActKind::Count, KEPT, HERE)),
    counted(becomes(
        row(StockActKind::Count, OUT, WITH_PERSON),
        Returned,
    )),
    counted(row(StockActKind::Count, &[Damaged], WITH_PERSON)),
    counted(becomes(
        row(StockActKind::Count, &[Lost, Stolen], NOWHERE),
        Quarantined,
    )),
    lost(KEPT, HERE_OR_MOVING),
    lost(&[Issued, OnLoan, Damaged], WITH_PERSON),
    stolen(KEPT, HERE_OR_MOVING),
    stolen(&[Issued, OnLoan, Damaged], WITH_PERSON),
    stolen(&[Lost], NOWHERE),
    goes(
        becomes(
            row(StockActKind::Find, &[Lost, Stolen], NOWHERE),
            Quarantined,
        ),
        Stored,
    ),
    becomes(
        row(
            StockActKind::ReportDamaged,
            &[Spare, Promised, Standby, Returned, Quarantined, Rejected],
            HERE_OR_MOVING,
        ),
        Damaged,
    ),
    becomes(row(StockActKind::ReportDamaged, OUT, WITH_PERSON), Damaged),
    becomes(
        row(
            StockActKind::Quarantine,
            &[Spare, Promised, Standby, Returned, Rejected, Damaged],
            HERE_OR_MOVING,
        ),
        Quarantined,
    ),
    Row {
        who: STATION,
        needs: Needs::Blank,
        credentials: Fate::Removed,
        ..becomes(row(StockActKind::Release, &[Quarantined], HERE), Spare)
    },
    Row {
        who: STATION,
        ..becomes(row(StockActKind::Reject, &[Quarantined], HERE), Rejected)
    },
    Row {
        who: STATION,
        ..goes(
            becomes(
                row(StockActKind::SendBack, &[Spare, Rejected], HERE),
                SentBack,
            ),
            Gone,
        )
    },
    Row {
        who: STATION,
        second: true,
        credentials: Fate::Removed,
        ..goes(
            becomes(
                row(
                    StockActKind::Destroy,
                    &[Spare, Standby, Returned, Quarantined, Rejected, Damaged],
                    HERE,
                ),
                Destroyed,
            ),
            Gone,
        )
    },
    Row {
        who: DESK,
        ..row(StockActKind::Label, KEPT, HERE)
    },
    corrected(goes(
        row(StockActKind::CorrectPlace, KEPT, HERE_OR_MOVING),
        Stored,
    )),
    corrected(goes(
        becomes(row(StockActKind::CorrectPlace, OUT, WITH_PERSON), Returned),
        Stored,
    )),
    corrected(goes(
        row(StockActKind::CorrectPlace, &[Damaged], WITH_PERSON),
        Stored,
    )),
    corrected(goes(
        becomes(
            row(
                StockActKind::CorrectPlace,
                &[Lost, Stolen, SentBack],
                NOWHERE,
            ),
            Quarantined,
        ),
        Stored,
    )),
    corrected(row(
        StockActKind::CorrectHolder,
        &[Issued, OnLoan, Damaged],
        WITH_PERSON,
    )),
    corrected(row(StockActKind::CorrectItem, KEPT, HERE_OR_MOVING)),
    corrected(row(
        StockActKind::CorrectItem,
        &[Issued, OnLoan, Damaged],
        WITH_PERSON,
    )),
    corrected(row(
        StockActKind::CorrectItem,
        &[Lost, Stolen, SentBack],
        NOWHERE,
    )),
];

/// Every row, as the page of the rules has them.
pub fn rows() -> &'static [Row] {
    TABLE
}

/// The row of an act on such an item; `chosen` where the act can come to different things. None: it can't be done.
pub fn row_of(
    act: StockActKind,
    from: Option<(Condition, Whereabouts)>,
    chosen: Option<Condition>,
) -> Option<&'static Row> {
    TABLE.iter().find(|row| {
        let starts = match from {
            None => row.from.is_empty(),
            Some((condition, at)) => row.from.contains(&condition) && row.at.contains(&at),
        };
        row.act == act && starts && chosen.is_none_or(|chosen| row.to == Some(chosen))
    })
}

/// Who may do that to some item, whatever it is: of each role once.
pub fn who_may(act: StockActKind) -> Vec<Role> {
    let may = |role: &Role| {
        let of_act = TABLE.iter().filter(|row| row.act == act);
        of_act.into_iter().any(|row| row.who.contains(role))
    };
    Role::ALL.into_iter().filter(may).collect()
}

/// What has to be done first with such an item, so that an act can be done then: the first of the fewest acts that put something right.
/// None: there is no way, or the item is what the act would make of it.
pub fn way_to(act: StockActKind, from: (Condition, Whereabouts)) -> Option<StockActKind> {
    let is_so = |row: &Row| row.act == act && row.to == Some(from.0);
    if from.0.has_person() != Some(true) && TABLE.iter().any(is_so) {
        return None;
    }
    let mut seen = vec![from];
    let mut ways = vec![(from, None)];
    while !ways.is_empty() {
        let mut next = Vec::new();
        for (here, first) in ways {
            if first.is_some() && row_of(act, Some(here), None).is_some() {
                return first;
            }
            let starts = |row: &&Row| {
                row.act.puts_right() && row.from.contains(&here.0) && row.at.contains(&here.1)
            };
            for row in TABLE.iter().filter(starts) {
                let there = (row.to.unwrap_or(here.0), row.then.unwrap_or(here.1));
                if !seen.contains(&there) {
                    seen.push(there);
                    next.push((there, first.or(Some(row.act))));
                }
            }
        }
        ways = next;
    }
    None
}

impl StockActKind {
    /// Whether it settles what is open, so that somebody can be told to do it first: neither a misfortune nor an end, and nothing that has
    /// another purpose of its own.
    fn puts_right(self) -> bool {
        match self {
            Self::Confirm
            | Self::Free
            | Self::Return
            | Self::Restock
            | Self::Find
            | Self::Release => true,
            Self::Receive
            | Self::Move
            | Self::HandOver
            | Self::CallOff
            | Self::Promise
            | Self::Prepare
            | Self::Issue
            | Self::GiveBack
            | Self::Count
            | Self::ReportLost
            | Self::ReportStolen
            | Self::ReportDamaged
            | Self::Quarantine
            | Self::Reject
            | Self::SendBack
            | Self::Destroy
            | Self::Label
            | Self::CorrectPlace
            | Self::CorrectHolder
            | Self::CorrectItem => false,
        }
    }
}
