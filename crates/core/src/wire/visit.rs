//! Bodies about visits.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Loan;
use super::api::TestOffer;
use crate::domain::identification::{Earlier, IdentityCheck};
use crate::domain::suspension::FactorRef;
use crate::domain::visit::{Authority, Had, Takes};
use crate::domain::{Identification, OfferId, OperatorId, Person, PersonId, VisitId};

/// `POST /v1/people/{id}/visits`, in a session: somebody is at the desk. Who has an open visit with this operator at this station,
/// identified in the same way, goes on in it; any other open one ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct VisitRequest {
    /// Version of this form.
    pub version: u16,
    /// How they were identified: a document. A statement opens no visit.
    pub identification: Identification,
}

/// A visit: who came, how they were identified, and what they had when it began. Reply to [`VisitRequest`], and part of
/// [`PersonDetail`](super::PersonDetail) while it is open at the station that asks.
///
/// It ends when it is closed, when its operator signs out, 30 minutes after the last act in it, and as soon as anything of the
/// person's factors changes outside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Visit {
    /// Names it in what is asked for under it.
    pub id: VisitId,
    /// Who came.
    pub person: PersonId,
    /// Whose visit it is.
    pub operator: OperatorId,
    /// How they were identified.
    pub identification: Identification,
    /// The same as it is kept: who looked, when and where. An older registry does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identified: Option<Identified>,
    /// How they were identified the last time, where that was otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identified_before: Option<Earlier>,
    /// What they had when it began.
    pub had: Had,
    /// What it takes, or took, to add factors.
    pub takes: Takes,
    /// By what factors may be added; none: it is to be proved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<Authority>,
    /// Where it takes an administrator of the same organisation: those who could prove a factor; at most 20.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub administrators: Vec<Person>,
    /// The key that is lent in it, or may be: of whoever forgot theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loan: Option<Loan>,
    /// When it began.
    pub opened_at: Timestamp,
    /// It ends then, unless something is done in it.
    pub expires_at: Timestamp,
}

/// An identification, with the names of who looked and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Identified {
    /// What is kept of it.
    #[serde(flatten)]
    pub check: IdentityCheck,
    /// The name of the operator.
    pub operator_name: String,
    /// The name of their station.
    pub station_name: String,
}

/// The visit that another desk has open with somebody. It ends when one is opened here: nobody is served at two desks at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ServedBy {
    /// The name of the operator.
    pub operator: String,
    /// The name of their station.
    pub station: String,
    /// When something was last done in it.
    pub last_act_at: Timestamp,
}

/// The visit that a ticket carries: opened when the ticket was fetched, for whoever it is for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TicketVisit {
    /// Names it.
    pub id: VisitId,
    /// What the person had then.
    pub had: Had,
    /// What it takes to add factors. Without the registry only [`Takes::Identification`], and [`Takes::OwnFactor`] with a key, are
    /// served.
    pub takes: Takes,
    /// What one of their keys signs to prove them, once; none: they had no key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<TestOffer>,
}

/// `POST /v1/visits/{id}/acceptance`, in a session: the person takes what was made for them while they were not there, or was
/// overtaken. It takes a visit that a factor of theirs has proved or, where they never had one, a visit with another human than its
/// maker, in which the waiting factor itself passed a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Acceptance {
    /// Version of this form.
    pub version: u16,
    /// What is taken.
    #[serde(flatten)]
    pub factor: FactorRef,
    /// The test that it passed in this visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<OfferId>,
}

/// `POST /v1/visits/{id}/close`, in a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct VisitClose {
    /// Version of this form.
    pub version: u16,
    /// What the person said of the factors of their account.
    pub said: Said,
}

/// What somebody said when all factors of their account were shown to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Said {
    /// They were not asked.
    Nothing,
    /// All of them are theirs.
    Confirmed,
    /// One of them is not: an alarm.
    Denied,
}

/// `POST /v1/visits/{id}/pass`, in a session: another operator goes on with it, at any station.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct VisitPass {
    /// Version of this form.
    pub version: u16,
    /// To whom.
    pub to: OperatorId,
}
