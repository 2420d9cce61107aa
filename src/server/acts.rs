//! Acts: what somebody signs with their own key besides showing that they have it, and what stays of that.
//!
//! Invariant: what an act says is made here from what the registry holds, when it is asked for and once more when it is signed; no
//! station has a say in it.

use jiff::Timestamp;

use super::database::{Connection, Write, from_ms, ms};
use super::problem::{Answer, Refusal};
use super::tables::act::{self as kept, NewAct};
use super::tables::{operator, person, visit};
use super::verify::{RelyingParty, claimed_challenge};
use crate::domain::act::{ACT_VERSION, Act, Deed, Party, challenge};
use crate::domain::visit::Had;
use crate::domain::{OfferId, OperatorId, PersonId, VisitId};
use crate::wire::webauthn::AuthenticationResponse;
use crate::wire::{ActReceipt, Because, VERSION, problem_code};

/// Under which terms somebody is asked to sign.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub offer: OfferId,
    /// Who signs.
    pub signer: &'a PersonId,
    /// Under which visit.
    pub visit: Option<VisitId>,
    /// Who asks.
    pub operator: &'a OperatorId,
    pub at: Timestamp,
    pub until: Timestamp,
}

/// The act that signing under those terms is; none: it shows that somebody has their key, and says nothing else.
pub async fn of(db: &mut Connection, asked: Asked<'_>) -> Answer<Option<Act>> {
    let Some(id) = asked.visit else {
        return Ok(None);
    };
    let Some(visit) = visit::find(db, id).await? else {
        return Ok(None);
    };
    let gone = || Refusal::internal(format!("visit {id} names nobody who is known"));
    let signer = person::by_id(db, asked.signer).await?.ok_or_else(gone)?;
    let desk = operator::account(db, asked.operator)
        .await?
        .ok_or_else(gone)?;
    let operator = party(desk.operator.id.as_str(), desk.operator.name);
    let deed = if visit.person != *asked.signer {
        let served = person::by_id(db, &visit.person).await?.ok_or_else(gone)?;
        // Only somebody of the same organisation is ever asked to.
        let organisation = signer.organisation.ok_or_else(gone)?;
        Deed::Vouch {
            person: party(served.id.as_str(), served.name),
            organisation: party(organisation.id.as_str(), organisation.name),
            visit: id,
            operator,
        }
    } else if visit.had == Had::Valid && !visit.is_ticket {
        Deed::ChangeOwn {
            visit: id,
            operator,
        }
    } else {
        // The first factor of somebody changes nothing, and a ticket's challenge was drawn before anybody came.
        return Ok(None);
    };
    Ok(Some(Act {
        v: ACT_VERSION,
        id: asked.offer,
        signer: party(signer.id.as_str(), signer.name),
        deed,
        asked_at: from_ms(ms(asked.at))?,
        until: from_ms(ms(asked.until))?,
    }))
}

fn party(id: &str, name: String) -> Party {
    Party {
        id: id.to_owned(),
        name,
    }
}

/// Whether that is what was signed: the assertion was found to hold for the challenge that it names.
pub fn check_signed(act: Option<&Act>, assertion: &AuthenticationResponse) -> Answer<()> {
    let Some(act) = act else {
        return Ok(());
    };
    match claimed_challenge(&assertion.response.client_data_json)? == challenge(&act.bytes().0) {
        true => Ok(()),
        false => Err(Refusal::because(
            problem_code::ACT_CHANGED,
            Because::ActChanged {},
        )),
    }
}

/// Keeps what anybody can check of an act that was signed, with whoever verified it.
pub async fn keep(
    verified_by: &RelyingParty,
    tx: &mut Write,
    act: &Act,
    (assertion, verifier): (&AuthenticationResponse, &str),
    now: Timestamp,
) -> Answer<()> {
    let receipt = ActReceipt {
        version: VERSION,
        act: act.bytes(),
        assertion: assertion.clone(),
        public_key: verified_by
            .unlock(verifier)?
            .map(|unlock| unlock.public_key),
        rp_id: verified_by.rp_id().to_owned(),
        origin: verified_by.origin().to_owned(),
        accepted_at: now,
    };
    let new = NewAct {
        id: act.id,
        signer: &act.signer.id,
        subject: &act.subject().id,
        receipt: &serde_json::to_string(&receipt).map_err(Refusal::internal)?,
    };
    Ok(kept::insert(tx, &new, now).await?)
}

/// What was signed is still so.
pub fn refuse_changed(is_same: bool) -> Answer<()> {
    match is_same {
        true => Ok(()),
        false => Err(Refusal::because(
            problem_code::ACT_CHANGED,
            Because::ActChanged {},
        )),
    }
}
