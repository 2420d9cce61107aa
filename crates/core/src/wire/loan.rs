//! Bodies about keys that are lent.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Operator;
use super::webauthn::{AuthenticationResponse, RequestOptions};
use crate::domain::act::{Act, ActFault, challenge};
use crate::domain::loan::{LoanDays, Second};
use crate::domain::{Bytes, OfferId, Person};

/// `POST /v1/visits/{id}/loan`, in a session: somebody who forgot their key is to be lent one. Reply: [`LoanToSign`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LoanAsk {
    /// Version of this form.
    pub version: u16,
    /// For how many working days: 1 to 5.
    pub days: LoanDays,
    /// Who stands by it with their own key, beside whoever is signed in: nobody is signed out by it.
    #[serde(flatten)]
    pub second: Second,
}

/// `GET /v1/visits/{id}/loan/seconds`, in a session: who may stand by it, as things are now.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Seconds {
    /// Members of staff, by name; at most 50.
    pub members: Vec<Operator>,
    /// Administrators of the person's organisation who have a key; at most 20.
    pub administrators: Vec<Person>,
}

impl Seconds {
    pub fn is_empty(&self) -> bool {
        self.members.is_empty() && self.administrators.is_empty()
    }
}

/// What they are asked to sign.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LoanToSign {
    /// Names it when it is signed.
    pub id: OfferId,
    /// The act: what the screen shows, and whose SHA-256 is the challenge ([`Act`]).
    pub act: Bytes,
    pub request: RequestOptions,
    /// The origin that client data must name.
    pub origin: String,
    /// It can't be signed after that.
    pub expires_at: Timestamp,
}

impl LoanToSign {
    /// The act, if it is what is signed.
    pub fn read(&self) -> Result<Act, ActFault> {
        let act = Act::read(&self.act.0)?;
        match act.id == self.id && self.request.challenge == challenge(&self.act.0) {
            true => Ok(act),
            false => Err(ActFault::Another),
        }
    }
}

/// `POST /v1/loans/signed`, in a session: that was signed. Reply: [`Visit`](super::Visit), in which a key may be lent now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LoanSigned {
    /// Version of this form.
    pub version: u16,
    pub id: OfferId,
    pub assertion: AuthenticationResponse,
}

/// A key that is lent in a visit, or may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Loan {
    /// For how many working days.
    pub days: LoanDays,
    /// When it ends.
    pub until: Timestamp,
    /// The name of whoever stood by it.
    pub second: String,
    /// It was enrolled.
    pub lent: bool,
}
