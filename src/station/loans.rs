//! Keys that are lent, as the station asks the registry for them.
//!
//! Invariant: what is signed is what was asked for; an act that says otherwise is never shown, nor signed.

use super::Station;
use super::people::check_offer;
use crate::domain::act::Deed;
use crate::domain::loan::{LoanDays, Second};
use crate::domain::reason::Gap;
use crate::domain::{EntryId, PersonId, VisitId};
use crate::wire::{LoanAsk, LoanSigned, LoanToSign, Offer, Seconds, VERSION, Visit};
use crate::workflow::Stop;

impl Station {
    /// Who may stand by it that the person of a visit is lent a key.
    pub async fn loan_seconds(&self, visit: VisitId) -> Result<Seconds, Stop> {
        let session = self.session()?;
        let answer = self.registry()?.loan_seconds(&session, visit).await;
        self.heard_in(&session, answer)
    }

    /// What they would sign.
    pub async fn ask_loan(
        &self,
        (person, visit): (&PersonId, VisitId),
        (days, second): (LoanDays, &Second),
    ) -> Result<LoanToSign, Stop> {
        let session = self.session()?;
        let ask = LoanAsk {
            version: VERSION,
            days,
            second: second.clone(),
        };
        let answer = self.registry()?.ask_loan(&session, visit, &ask).await;
        let to_sign = self.heard_in(&session, answer)?;
        let unread = |detail: String| Stop::Unreachable(Gap::Unread { detail });
        let act = to_sign
            .read()
            .map_err(|why| unread(format!("what is to be signed: {why}")))?;
        let signer = match second {
            Second::Member { operator } => operator.as_str(),
            Second::Administrator { person } => person.as_str(),
        };
        let is_so = match &act.deed {
            Deed::Lend {
                person: whom,
                identified,
                days: for_days,
                ..
            } => whom.id == person.as_str() && identified.visit == visit && *for_days == days,
            Deed::AskReset { .. }
            | Deed::VouchReset { .. }
            | Deed::ReleaseReset { .. }
            | Deed::Vouch { .. }
            | Deed::ChangeOwn { .. } => false,
        };
        match act.signer.id == signer && is_so {
            true => Ok(to_sign),
            false => Err(unread(
                "what is to be signed is not what was asked for".to_owned(),
            )),
        }
    }

    /// Hands in what was signed: the visit in which a key may be lent.
    pub async fn sign_loan(&self, entry: EntryId, signed: &LoanSigned) -> Result<Visit, Stop> {
        let session = self.session()?;
        let client = self.registry()?;
        let ask = async |_| client.sign_loan(&session, entry, signed).await;
        self.surely(&session, ask).await
    }

    /// What the key that is lent must make.
    pub async fn loan_offer(&self, person: &PersonId, visit: VisitId) -> Result<Offer, Stop> {
        let session = self.session()?;
        let answer = self.registry()?.loan_offer(&session, visit).await;
        let offer = self.heard_in(&session, answer)?;
        check_offer(&offer, Some(person))?;
        Ok(offer)
    }
}
