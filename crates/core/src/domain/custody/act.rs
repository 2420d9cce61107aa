//! What is done to an item of the register, and what is recorded of it.
//!
//! Invariant: a movement says all by which it is decided, so that whoever adds up movements later comes to the same.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::item::{Identifier, Item, Owner};
use super::place::Spot;
use super::state::{Condition, Doubt};
use super::tag::Tag;
use crate::domain::authority::Role;
use crate::domain::line::NotOneLine;
use crate::domain::words::words;
use crate::domain::{Bytes, ItemId, OneLine, OperatorId, PersonId, TransferId};

/// The longest remark, in characters.
pub const REMARK_CHARS_MAX: usize = 200;

/// What somebody says besides.
pub type Remark = OneLine<REMARK_CHARS_MAX>;

/// What is done to an item. Places come with who answers for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "act", rename_all = "kebab-case", deny_unknown_fields)]
pub enum StockAct {
    /// It is new here.
    Receive {
        item: Box<Item>,
        at: Spot,
        intake: Intake,
    },
    /// Between two places of one custodian. What was received is put away so.
    Move {
        to: Spot,
    },
    /// To another custodian: the giver's end.
    HandOver {
        transfer: TransferId,
        to: OperatorId,
    },
    /// The receiver's end.
    Confirm {
        at: Spot,
    },
    /// The receiver does not take it, or the giver keeps it: it lies where it lay.
    CallOff {},
    /// It is kept for somebody.
    Promise {
        person: PersonId,
        until: Timestamp,
    },
    /// It is kept for nobody any more.
    Free {},
    /// It was enrolled for somebody who is not there.
    Prepare {
        person: PersonId,
    },
    /// Somebody gets it.
    Issue {
        person: PersonId,
        /// They bring it back by then; none: it is theirs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lent_until: Option<Timestamp>,
    },
    /// Somebody brings it back.
    Return {
        at: Spot,
    },
    /// They take it along again.
    GiveBack {
        person: PersonId,
    },
    /// It was reset, and is a spare again.
    Restock {},
    /// A count found it there, and it is recorded elsewhere.
    Count {
        at: Spot,
    },
    ReportLost {},
    ReportStolen {},
    /// It is there again.
    Find {
        at: Spot,
    },
    ReportDamaged {},
    /// It is not to be given to anybody until it was looked at.
    Quarantine {
        doubt: Doubt,
    },
    /// It was looked at, and is a spare.
    Release {},
    /// It was looked at, and is to go.
    Reject {
        doubt: Doubt,
    },
    /// To its supplier or owner.
    SendBack {},
    /// By two people.
    Destroy {},
    /// It gets its first tag.
    Label {
        tag: Tag,
    },
    /// The register is wrong, and says so from now on.
    Correct {
        correction: Correction,
    },
}

/// What came of looking at a new item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "outcome", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Intake {
    Spare {},
    Quarantined { doubt: Doubt },
    Rejected { doubt: Doubt },
}

impl Intake {
    /// What the item is then.
    pub fn condition(self) -> Condition {
        match self {
            Self::Spare {} => Condition::Spare,
            Self::Quarantined { .. } => Condition::Quarantined,
            Self::Rejected { .. } => Condition::Rejected,
        }
    }

    /// Why it is no spare.
    pub fn doubt(self) -> Option<Doubt> {
        match self {
            Self::Spare {} => None,
            Self::Quarantined { doubt } | Self::Rejected { doubt } => Some(doubt),
        }
    }
}

/// What of the register was wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "wrong", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Correction {
    /// It lies there. What was gone, or with somebody, is to be looked at.
    Place {
        at: Spot,
    },
    /// Another person has it.
    Holder {
        person: PersonId,
    },
    /// It bears another tag; the one before is never given again.
    Tag {
        tag: Tag,
    },
    Owner {
        owner: Owner,
    },
}

/// Which stock act it is.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum StockActKind {
    Receive,
    Move,
    HandOver,
    Confirm,
    CallOff,
    Promise,
    Free,
    Prepare,
    Issue,
    Return,
    GiveBack,
    Restock,
    Count,
    ReportLost,
    ReportStolen,
    Find,
    ReportDamaged,
    Quarantine,
    Release,
    Reject,
    SendBack,
    Destroy,
    Label,
    CorrectPlace,
    CorrectHolder,
    CorrectItem,
}

words! {StockActKind {
    Receive => "receive",
    Move => "move",
    HandOver => "hand-over",
    Confirm => "confirm",
    CallOff => "call-off",
    Promise => "promise",
    Free => "free",
    Prepare => "prepare",
    Issue => "issue",
    Return => "return",
    GiveBack => "give-back",
    Restock => "restock",
    Count => "count",
    ReportLost => "report-lost",
    ReportStolen => "report-stolen",
    Find => "find",
    ReportDamaged => "report-damaged",
    Quarantine => "quarantine",
    Release => "release",
    Reject => "reject",
    SendBack => "send-back",
    Destroy => "destroy",
    Label => "label",
    CorrectPlace => "correct-place",
    CorrectHolder => "correct-holder",
    CorrectItem => "correct-item",
}}

impl StockAct {
    /// Which it is.
    pub fn kind(&self) -> StockActKind {
        match self {
            Self::Receive { .. } => StockActKind::Receive,
            Self::Move { .. } => StockActKind::Move,
            Self::HandOver { .. } => StockActKind::HandOver,
            Self::Confirm { .. } => StockActKind::Confirm,
            Self::CallOff {} => StockActKind::CallOff,
            Self::Promise { .. } => StockActKind::Promise,
            Self::Free {} => StockActKind::Free,
            Self::Prepare { .. } => StockActKind::Prepare,
            Self::Issue { .. } => StockActKind::Issue,
            Self::Return { .. } => StockActKind::Return,
            Self::GiveBack { .. } => StockActKind::GiveBack,
            Self::Restock {} => StockActKind::Restock,
            Self::Count { .. } => StockActKind::Count,
            Self::ReportLost {} => StockActKind::ReportLost,
            Self::ReportStolen {} => StockActKind::ReportStolen,
            Self::Find { .. } => StockActKind::Find,
            Self::ReportDamaged {} => StockActKind::ReportDamaged,
            Self::Quarantine { .. } => StockActKind::Quarantine,
            Self::Release {} => StockActKind::Release,
            Self::Reject { .. } => StockActKind::Reject,
            Self::SendBack {} => StockActKind::SendBack,
            Self::Destroy {} => StockActKind::Destroy,
            Self::Label { .. } => StockActKind::Label,
            Self::Correct { correction } => match correction {
                Correction::Place { .. } => StockActKind::CorrectPlace,
                Correction::Holder { .. } => StockActKind::CorrectHolder,
                Correction::Tag { .. } | Correction::Owner { .. } => StockActKind::CorrectItem,
            },
        }
    }

    /// By what the item is told from others from then on, besides what it was before.
    pub fn names(&self) -> Vec<Identifier> {
        match (self, self.says().tag) {
            (Self::Receive { item, .. }, _) => item.identifiers(),
            (_, Some(tag)) => vec![Identifier::Tag { tag }],
            (_, None) => Vec::new(),
        }
    }

    /// What it says besides, each where the same of any act is asked for.
    pub fn says(&self) -> Says<'_> {
        let nothing = Says::default();
        match self {
            Self::Receive { at, intake, .. } => Says {
                spot: Some(at),
                chooses: Some(intake.condition()),
                doubt: intake.doubt(),
                ..nothing
            },
            Self::Move { to: at }
            | Self::Confirm { at }
            | Self::Return { at }
            | Self::Count { at }
            | Self::Find { at } => Says {
                spot: Some(at),
                ..nothing
            },
            Self::Promise { person, until } => Says {
                person: Some(person),
                until: Some(*until),
                ..nothing
            },
            Self::Issue { person, lent_until } => Says {
                person: Some(person),
                until: *lent_until,
                chooses: Some(match lent_until {
                    None => Condition::Issued,
                    Some(_) => Condition::OnLoan,
                }),
                ..nothing
            },
            Self::Prepare { person } | Self::GiveBack { person } => Says {
                person: Some(person),
                ..nothing
            },
            Self::Quarantine { doubt } | Self::Reject { doubt } => Says {
                doubt: Some(*doubt),
                ..nothing
            },
            Self::HandOver { transfer, to } => Says {
                transfer: Some((*transfer, to)),
                ..nothing
            },
            Self::Label { tag } => Says {
                tag: Some(*tag),
                ..nothing
            },
            Self::Correct { correction } => correction.says(),
            Self::CallOff {}
            | Self::Free {}
            | Self::Restock {}
            | Self::ReportLost {}
            | Self::ReportStolen {}
            | Self::ReportDamaged {}
            | Self::Release {}
            | Self::SendBack {}
            | Self::Destroy {} => nothing,
        }
    }
}

impl Correction {
    fn says(&self) -> Says<'_> {
        let nothing = Says::default();
        match self {
            Self::Place { at } => Says {
                spot: Some(at),
                ..nothing
            },
            Self::Holder { person } => Says {
                person: Some(person),
                ..nothing
            },
            Self::Tag { tag } => Says {
                tag: Some(*tag),
                ..nothing
            },
            Self::Owner { owner } => Says {
                owner: Some(owner),
                ..nothing
            },
        }
    }
}

/// What a stock act says besides which it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Says<'a> {
    /// Where it puts the item down.
    pub spot: Option<&'a Spot>,
    /// Who gets the item, or is to.
    pub person: Option<&'a PersonId>,
    /// When what it begins is to end.
    pub until: Option<Timestamp>,
    /// What the item is to be, where the act can come to different things.
    pub chooses: Option<Condition>,
    /// Why the item is not taken for good.
    pub doubt: Option<Doubt>,
    /// The transfer that it begins, and who is to receive it.
    pub transfer: Option<(TransferId, &'a OperatorId)>,
    /// The tag that it gets.
    pub tag: Option<Tag>,
    /// Whose it is from now on.
    pub owner: Option<&'a Owner>,
}

/// What was seen on the item, or of its person, when it was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "evidence", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Evidence {
    /// Nothing of anybody is on it, and the policy takes it. Of a token: nobody has it.
    Blank {
        /// It answered to a touch.
        touched: bool,
    },
    /// It signed, or showed a code, for the person whose it is.
    Works {},
    /// Their touch on it signed the receipt.
    Signed {
        /// The SHA-256 of the act that they signed.
        act: Bytes,
    },
    /// They typed their name for it: there is nothing on it that could sign.
    Typed {
        #[schema(value_type = String, max_length = 200)]
        name: OneLine<200>,
    },
}

/// One stock act as it is recorded: on which item, as it was then, by whom, and when. An item's history is all of its movements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Movement {
    pub item: ItemId,
    /// The version that whoever did it saw; of a new item 0.
    pub saw: u64,
    pub what: StockAct,
    pub operator: OperatorId,
    /// Theirs, at that time.
    pub role: Role,
    /// Who stood by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<OperatorId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// Why, where whoever did it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 200)]
    pub remark: Option<Remark>,
    pub at: Timestamp,
}

impl Movement {
    /// As it is told to stations that had no part in it: nobody's name is in it. What is decided by it is the same.
    pub fn without_names(mut self) -> Self {
        if let Some(Evidence::Typed { name }) = &mut self.evidence
            && let Ok(untold) = OneLine::new("…")
        {
            *name = untold;
        }
        self
    }

    /// Whether what people wrote in it can be shown to others: to be asked where it arrives from outside, because what was kept is read
    /// as it is.
    pub fn check_texts(&self) -> Result<(), NotOneLine> {
        if let Some(remark) = &self.remark {
            Remark::check(remark)?;
        }
        match &self.evidence {
            Some(Evidence::Typed { name }) => OneLine::<200>::check(name),
            Some(Evidence::Blank { .. } | Evidence::Works {} | Evidence::Signed { .. }) | None => {
                Ok(())
            }
        }
    }
}
