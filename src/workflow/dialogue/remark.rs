//! What an operator should read besides what a run asks and tells.

use crate::domain::stop_code::StopCode;

/// Something that an operator should read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// What was asked for ended early.
    Stopped(StopCode),
    /// Something else is going on.
    Busy,
    /// Somebody else than who locked the station is at its door.
    OtherOperator,
    /// What was typed about this person before the station was locked waits for whoever typed it.
    StillTyped {
        name: String,
    },
    TicketsFetched,
    /// Nobody is expected today.
    NoTickets,
    BatchComplete,
    BatchEnded,
    /// It can be taken up again.
    BatchPaused,
    BadProfile,
    BadList {
        /// At fault; none: the file as a whole.
        lines: Vec<u64>,
    },
    BadPlan,
    BadStatement,
    /// The profile enrols for the people of a list, and there is none.
    PlanNoPeople,
    /// There is a list, and the profile enrols nobody.
    PlanNobody,
    PlanNotIdentified,
    /// None, or more than people.
    PlanKeys,
}

impl Remark {
    /// Whether it is about a person.
    pub fn names_somebody(&self) -> bool {
        matches!(self, Self::StillTyped { .. })
    }

    /// Whether it tells of something that was done, and asks for nothing.
    pub fn is_good(&self) -> bool {
        match self {
            Self::StillTyped { .. }
            | Self::TicketsFetched
            | Self::BatchComplete
            | Self::BatchPaused => true,
            Self::Stopped(_)
            | Self::Busy
            | Self::OtherOperator
            | Self::NoTickets
            | Self::BatchEnded
            | Self::BadProfile
            | Self::BadList { .. }
            | Self::BadPlan
            | Self::BadStatement
            | Self::PlanNoPeople
            | Self::PlanNobody
            | Self::PlanNotIdentified
            | Self::PlanKeys => false,
        }
    }
}
