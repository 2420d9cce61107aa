//! What a reset would destroy, found before anything is done.
//!
//! A key with a serial number is looked up by it. One without is asked, without a touch, which of the credentials it holds that
//! are enrolled on keys of its model. Invariant: what the registry can't be asked about is not reset.

use super::super::steps::{current_pin, end_step, on_key};
use super::ResetDesk;
use crate::domain::change::Enrolment;
use crate::domain::reset::{Losses, LostEnrolment, OtherCredential};
use crate::domain::{Bytes, KeyFacts};
use crate::wire::KnownCredentials;
use crate::wire::webauthn::Descriptor;
use crate::workflow::dialogue::{Note, Step};
use crate::workflow::{Desk, KeyFault, Stop};

/// Whether the key can be reset here at all; whether it has to be held.
pub(super) async fn check_key<D: ResetDesk>(
    desk: &mut D,
    key: &mut KeyFacts,
) -> Result<bool, Stop> {
    if !key.is_fido2() {
        let what = "FIDO2: it speaks U2F only and keeps nothing that a reset could delete";
        return Err(Stop::Key(KeyFault::Unsupported(what.to_owned())));
    }
    let portrait = on_key(desk, key, async |desk: &mut D, key: &KeyFacts| {
        desk.portrait(key).await
    })
    .await?;
    let over = &portrait.reset_transports;
    if !over.is_empty() && !over.iter().any(|transport| transport == "usb") {
        let what = format!("a reset over USB, only over {}", over.join(", "));
        return Err(Stop::Key(KeyFault::Unsupported(what)));
    }
    let own = on_key(desk, key, async |desk: &mut D, key: &KeyFacts| {
        desk.is_operators_own(key).await
    })
    .await?;
    if own {
        return Err(Stop::KeyRefused(
            "it is the operator's own: without it they can't sign in; the registry's administrator gives them another first"
                .to_owned(),
        ));
    }
    Ok(portrait.long_touch_for_reset)
}

/// Who is enrolled on this key, as far as station and registry know.
pub(super) async fn find<D: ResetDesk>(desk: &mut D, key: &mut KeyFacts) -> Result<Losses, Stop> {
    let here = live(desk.enrolments_on(key).await?);
    let mut known = desk.known_credentials(&key.id, None, &[]).await?;
    let mut sought: Vec<(String, Bytes)> = Vec::new();
    for enrolment in &here {
        sought.push((enrolment.rp_id.clone(), enrolment.credential.clone()));
    }
    let at_registry = known.known.iter().map(|found| &found.credential.id);
    for id in at_registry.chain(&known.candidates) {
        if !sought.iter().any(|(_, sought)| sought == id) {
            sought.push((known.rp_id.clone(), id.clone()));
        }
    }
    let shown = shown(desk, key, &sought).await?;
    if !key.id.is_unique() && !shown.is_empty() {
        known = desk.known_credentials(&key.id, None, &shown).await?;
    }
    let is_on_key = |id: &Bytes| key.id.is_unique() || shown.contains(id);
    Ok(Losses {
        enrolments: merged(known, here, &shown, is_on_key),
        others: None,
    })
}

/// Enrolments whose credential has not been deleted or reset away.
fn live(mut here: Vec<Enrolment>) -> Vec<Enrolment> {
    here.retain(Enrolment::is_live);
    here
}

/// What the registry says comes first: it knows the person as they are today. What it does not know yet, the station adds.
fn merged(
    known: KnownCredentials,
    here: Vec<Enrolment>,
    shown: &[Bytes],
    is_on_key: impl Fn(&Bytes) -> bool,
) -> Vec<LostEnrolment> {
    let mut lost: Vec<LostEnrolment> = Vec::new();
    for found in known.known {
        let id = found.credential.id;
        if is_on_key(&id) {
            lost.push(LostEnrolment {
                shown: shown.contains(&id),
                credential: id,
                rp_id: known.rp_id.clone(),
                person: found.person,
                enrolled_at: found.credential.enrolled_at,
            });
        }
    }
    for enrolment in here {
        let id = &enrolment.credential;
        if is_on_key(id) && !lost.iter().any(|lost| lost.credential == *id) {
            lost.push(LostEnrolment {
                shown: shown.contains(id),
                credential: enrolment.credential,
                rp_id: enrolment.rp_id,
                person: enrolment.person,
                enrolled_at: enrolment.at,
            });
        }
    }
    lost.sort_by_key(|lost| lost.enrolled_at);
    lost
}

/// Which of these the key shows without a touch. One that is protected shows itself to nobody without a PIN.
async fn shown<D: ResetDesk>(
    desk: &mut D,
    key: &mut KeyFacts,
    sought: &[(String, Bytes)],
) -> Result<Vec<Bytes>, Stop> {
    let mut shown = Vec::new();
    let mut rp_ids: Vec<&String> = sought.iter().map(|(rp_id, _)| rp_id).collect();
    rp_ids.sort_unstable();
    rp_ids.dedup();
    for rp_id in rp_ids {
        let of_rp = sought.iter().filter(|(rp, _)| rp == rp_id);
        let mut left: Vec<Descriptor> = of_rp.map(|(_, id)| Descriptor::new(id.clone())).collect();
        // The key names one at a time.
        while !left.is_empty() {
            let held = on_key(desk, key, async |desk: &mut D, key: &KeyFacts| {
                desk.holds(key, rp_id, &left).await
            })
            .await?;
            let Some(id) = held else { break };
            left.retain(|descriptor| descriptor.id != id);
            shown.push(id);
        }
    }
    Ok(shown)
}

/// What the key lists besides those enrolments, with its PIN; `None` where it can't.
pub(super) async fn list_others<D: ResetDesk>(
    desk: &mut D,
    key: &mut KeyFacts,
    losses: &Losses,
) -> Result<Option<Vec<OtherCredential>>, Stop> {
    let has_pin = key.pin_set == Some(true) && key.pin_retries != Some(0);
    if !has_pin || !key.credential_management || key.pin_change_required {
        return Ok(None);
    }
    let pin = current_pin(desk, key, crate::workflow::care::TEST_RP_ID, false).await?;
    end_step(desk, Step::Pin, Note::Verified);
    let list = on_key(desk, key, async |desk: &mut D, key: &KeyFacts| {
        desk.credentials(key, &pin).await
    })
    .await?;
    let known = losses.credentials();
    let others = list.credentials.into_iter();
    let others = others.filter(|credential| !known.contains(&credential.id));
    let named = others.map(|credential| OtherCredential {
        account: credential.name().map(str::to_owned),
        rp_id: credential.rp_id,
    });
    Ok(Some(named.collect()))
}

/// Whether the key still shows one of the credentials that it showed before.
pub(super) async fn still_shows<D: Desk>(
    desk: &mut D,
    key: &KeyFacts,
    losses: &Losses,
) -> Result<bool, KeyFault> {
    for lost in losses.enrolments.iter().filter(|lost| lost.shown) {
        let ids = [Descriptor::new(lost.credential.clone())];
        if desk.holds(key, &lost.rp_id, &ids).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}
