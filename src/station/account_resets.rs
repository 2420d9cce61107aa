//! Resets of accounts, as the station asks the registry for them.
//!
//! Invariant: what is signed is what was asked for; an act that says otherwise is never shown, nor signed.

mod at_desk;
mod away;

use super::Station;
use crate::domain::account_reset::ResetWish;
use crate::domain::act::{Act, Deed, ResetTerms};
use crate::domain::reason::Gap;
use crate::domain::{AccountResetId, EntryId, OperatorId, PersonId, VisitId};
use crate::wire::{
    AccountReset, AccountResetDetail, AccountResetDone, ActSigned, ActToSign, Operator, ReleaseAsk,
    ResetAsk, ResetCarryOut, ResetEnd, ResetEnding, Session, VERSION, problem_code,
};
use crate::workflow::Stop;

impl Station {
    /// What whoever is signed in would sign to ask for the reset of a person's account, who is at the desk.
    pub async fn ask_reset(
        &self,
        (person, visit): (&PersonId, VisitId),
        wish: &ResetWish,
    ) -> Result<ActToSign, Stop> {
        let session = self.session()?;
        let ask = asking(visit, wish);
        let answer = self.registry()?.ask_reset(&session, &ask).await;
        let to_sign = self.heard_in(&session, answer)?;
        let is_so = |terms: &ResetTerms| {
            terms.person.id == person.as_str()
                && terms
                    .identified
                    .as_ref()
                    .is_some_and(|looked| looked.visit == visit)
                && terms.reason == wish.reason
                && terms.remark == wish.remark
                && terms.ticket == wish.ticket
        };
        let me = session.operator.id.as_str();
        checked(to_sign, me, |act| match &act.deed {
            Deed::AskReset { terms } => is_so(terms),
            Deed::ReleaseReset { .. }
            | Deed::VouchReset { .. }
            | Deed::Vouch { .. }
            | Deed::Lend { .. }
            | Deed::ChangeOwn { .. } => false,
        })
    }

    /// Writes down what an administrator of the person's organisation is to ask for.
    pub async fn prepare_reset(
        &self,
        (person, visit): (&PersonId, VisitId),
        wish: &ResetWish,
    ) -> Result<AccountReset, Stop> {
        let session = self.session()?;
        let client = self.registry()?;
        let entry = EntryId(uuid::Uuid::now_v7());
        let ask = asking(visit, wish);
        let prepare = async |_| client.prepare_reset(&session, entry, &ask).await;
        let reset = self.surely(&session, prepare).await?;
        match reset.person.id == *person {
            true => Ok(reset),
            false => Err(Stop::Unreachable(Gap::Unread {
                detail: "what was written down is about somebody else".to_owned(),
            })),
        }
    }

    /// What a second agent would sign to release one; `by`: who that is, where they are not signed in.
    pub async fn release_reset(
        &self,
        reset: AccountResetId,
        by: Option<&OperatorId>,
    ) -> Result<ActToSign, Stop> {
        let session = self.session()?;
        let ask = ReleaseAsk {
            version: VERSION,
            by: by.cloned(),
        };
        let answer = self.registry()?.release_reset(&session, reset, &ask).await;
        let to_sign = self.heard_in(&session, answer)?;
        let who = by.unwrap_or(&session.operator.id);
        checked(to_sign, who.as_str(), |act| match &act.deed {
            Deed::ReleaseReset { terms, .. } => terms.reset == reset,
            Deed::AskReset { .. }
            | Deed::VouchReset { .. }
            | Deed::Vouch { .. }
            | Deed::Lend { .. }
            | Deed::ChangeOwn { .. } => false,
        })
    }

    /// Hands in what was signed.
    pub async fn sign_reset(
        &self,
        entry: EntryId,
        signed: &ActSigned,
    ) -> Result<AccountReset, Stop> {
        let session = self.session()?;
        let client = self.registry()?;
        let ask = async |_| client.sign_reset(&session, entry, signed).await;
        self.surely(&session, ask).await
    }

    /// Withdraws or refuses one; `beside`: who stands there and refuses it. Whoever did so before, and had no answer, has it now.
    pub async fn end_reset(
        &self,
        reset: AccountResetId,
        (how, beside): (ResetEnding, Option<&OperatorId>),
    ) -> Result<AccountReset, Stop> {
        let session = self.session()?;
        let ended = self.end(&session, reset, (how, beside)).await;
        if ended.as_ref().err().and_then(Stop::refusal) != Some(problem_code::RESET_OVER) {
            return ended;
        }
        let stands = self.account_reset(reset).await?.reset;
        let by = stands.ended_by.as_ref().map(|by| &by.id);
        let refuser = stands.refused_by.as_ref().map(|by| &by.id);
        match stands.state == how.state() && (by, refuser) == (Some(&session.operator.id), beside) {
            true => Ok(stands),
            false => ended,
        }
    }

    async fn end(
        &self,
        session: &Session,
        reset: AccountResetId,
        (how, beside): (ResetEnding, Option<&OperatorId>),
    ) -> Result<AccountReset, Stop> {
        let client = self.registry()?;
        let entry = EntryId(uuid::Uuid::now_v7());
        let end = ResetEnd {
            version: VERSION,
            how,
            beside: beside.cloned(),
        };
        let ask = async |_| client.end_reset(session, (reset, entry), &end).await;
        self.surely(session, ask).await
    }

    /// Deletes all that opens the account, in a visit of its person.
    pub async fn carry_out_reset(
        &self,
        reset: AccountResetId,
        visit: VisitId,
    ) -> Result<AccountResetDone, Stop> {
        let session = self.session()?;
        let client = self.registry()?;
        let entry = EntryId(uuid::Uuid::now_v7());
        let carry_out = ResetCarryOut {
            version: VERSION,
            visit,
        };
        let ask = async |_| {
            client
                .carry_out_reset(&session, (reset, entry), &carry_out)
                .await
        };
        self.surely(&session, ask).await
    }

    /// The newest, those that wait first.
    pub async fn account_resets(&self) -> Result<Vec<AccountReset>, Stop> {
        let session = self.session()?;
        let answer = self.registry()?.account_resets(&session).await;
        Ok(self.heard_in(&session, answer)?.resets)
    }

    /// The same with those that were asked for elsewhere and can be carried out at this desk.
    pub async fn account_resets_everywhere(&self) -> Result<Vec<AccountReset>, Stop> {
        let session = self.session()?;
        let client = self.registry()?;
        let answer = client.account_resets_everywhere(&session).await;
        Ok(self.heard_in(&session, answer)?.resets)
    }

    /// Who may release it.
    pub async fn reset_releasers(&self, reset: AccountResetId) -> Result<Vec<Operator>, Stop> {
        let session = self.session()?;
        let answer = self.registry()?.reset_releasers(&session, reset).await;
        Ok(self.heard_in(&session, answer)?.agents)
    }

    /// One of them, with what bears on it.
    pub async fn account_reset(&self, reset: AccountResetId) -> Result<AccountResetDetail, Stop> {
        let session = self.session()?;
        let answer = self.registry()?.account_reset(&session, reset).await;
        self.heard_in(&session, answer)
    }
}

fn asking(visit: VisitId, wish: &ResetWish) -> ResetAsk {
    ResetAsk {
        version: VERSION,
        visit,
        reason: wish.reason,
        remark: wish.remark.clone(),
        ticket: wish.ticket.clone(),
    }
}

/// What is to be signed, if that is what was asked for, by whom it is asked of.
fn checked(
    to_sign: ActToSign,
    signer: &str,
    is_so: impl Fn(&Act) -> bool,
) -> Result<ActToSign, Stop> {
    let unread = |detail: String| Stop::Unreachable(Gap::Unread { detail });
    let act = to_sign
        .read()
        .map_err(|why| unread(format!("what is to be signed: {why}")))?;
    match act.signer.id == signer && is_so(&act) {
        true => Ok(to_sign),
        false => Err(unread(
            "what is to be signed is not what was asked for".to_owned(),
        )),
    }
}
