//! What a stop left open of an app or a token.
//!
//! An app whose secret may have been scanned is finished by a code that the registry finds right for the sealed secret, or ended:
//! the secret can't be shown again. A token is the person's if the registry says so.

use super::super::dialogue::{CodeOf, Ending, Replaced, Step};
use super::super::undo::{How, end};
use super::assign::{assigned, record as record_token};
use super::enrol::{enrolled, record};
use super::examine::{About, Examination, right_at_registry};
use super::replace::replaced;
use super::{Desk, Stop, active};
use crate::domain::factor::{CodeVerdict, FactorKind};
use crate::record::{AppIntent, EndReason, Remains, TokenIntent};
use crate::wire::Subject;

/// Finishes an app, or ends it where there is no phone or no time left.
pub(in crate::workflow) async fn resume_app(
    desk: &mut dyn Desk,
    intent: &AppIntent,
    how: How,
) -> Result<Ending, Stop> {
    let undone = Remains::OnPhone;
    // What stays unfinished work needs its entry on the phone.
    let open = Remains::AppUnknown;
    if how == How::WithoutKey {
        return end(desk, intent.id, EndReason::ResolvedAfterStop, undone).await;
    }
    if desk.registry_now() >= intent.expires_at {
        return end(desk, intent.id, EndReason::OfferExpired, undone).await;
    }
    let of = CodeOf::NewApp {
        person: intent.person.clone(),
        name: intent.name.clone(),
    };
    let subject = Subject::New {
        factor: intent.factor,
        sealed: intent.sealed.clone(),
    };
    let examination = Examination {
        person: &intent.person.id,
        about: About::New(intent.offer, &subject),
        of,
        identification: Some(&intent.identification),
        step: Step::Code,
    };
    // Before the code, which is used up by being right.
    let old = old(desk, intent).await.map_err(|stop| stop.leaving(open))?;
    // Cancelled, out of reach or never right: it stays unfinished work, as it was.
    let right = right_at_registry(desk, examination)
        .await
        .map_err(|stop| stop.leaving(open))?;
    let drift = match right.reply.verdict {
        CodeVerdict::Right { drift_steps } => i64::from(drift_steps),
        _ => 0,
    };
    let step = intent.settings.step_at(right.reply.examined_at);
    let step = step.saturating_add_signed(drift);
    let push = record(desk, intent, right.code, step).await?;
    Ok(enrolled(intent, old, push))
}

/// What it takes the place of, by the name that the registry has.
async fn old(desk: &mut dyn Desk, intent: &AppIntent) -> Result<Option<Replaced>, Stop> {
    let Some(replaces) = &intent.replaces else {
        return Ok(None);
    };
    let detail = desk.detail(&intent.person.id).await?;
    let mut factors = detail.factors.iter();
    let old = factors.find(|factor| factor.id == replaces.factor);
    Ok(old.map(replaced))
}

/// Asks the registry whose the token is, and writes that down.
pub(in crate::workflow) async fn resume_token(
    desk: &mut dyn Desk,
    intent: &TokenIntent,
    how: How,
) -> Result<Ending, Stop> {
    let why = EndReason::ResolvedAfterStop;
    if how == How::WithoutKey {
        return end(desk, intent.id, why, Remains::MayBeAssigned).await;
    }
    let detail = desk.detail(&intent.person.id).await?;
    let is_it = |kind: &FactorKind| matches!(kind, FactorKind::Token { serial } if *serial == intent.serial);
    let held = active(&detail)
        .into_iter()
        .find(|factor| is_it(&factor.kind));
    match held {
        Some(factor) => {
            record_token(desk, intent, factor.id).await?;
            Ok(assigned(intent.clone(), factor.id))
        }
        None => end(desk, intent.id, why, Remains::NotAssigned).await,
    }
}
