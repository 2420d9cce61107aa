//! What a reset would destroy, found before anything is done.
//!
//! A key with a serial number is looked up by it, one without by its model; then it is asked, without a touch, which of those
//! credentials it holds, whichever of them it takes to ask. One that answers nobody without a PIN, and that nothing tells from its twins,
//! lists them with its PIN or is not reset. Invariants: what the registry can't be asked about is not reset; what is said to be lost was shown
//! by this very key.

use super::super::admit::is_operators_own;
use super::super::known;
use super::super::steps::{current_pin, end_step, on_key};
use super::Desk;
use crate::domain::reason::{Lacks, Refusal};
use crate::domain::reset::{Losses, LostEnrolment, OtherCredential};
use crate::domain::{Bytes, KeyFacts};
use crate::record::Enrolment;
use crate::wire::KnownCredentials;
use crate::wire::webauthn::Descriptor;
use crate::workflow::dialogue::{Note, Step};
use crate::workflow::{KeyFault, Stop};

/// Whether the key can be reset here at all; whether it has to be held.
pub(super) async fn check_key(desk: &mut dyn Desk, key: &mut KeyFacts) -> Result<bool, Stop> {
    if !key.is_fido2() {
        return Err(KeyFault::Unsupported(Lacks::Fido2).into());
    }
    let portrait = on_key(desk, key, async |desk: &mut dyn Desk, key: &KeyFacts| {
        desk.portrait(key).await
    })
    .await?;
    if let Some(over) = portrait.resets_elsewhere() {
        let over = over.to_vec();
        return Err(KeyFault::Unsupported(Lacks::UsbReset { over }).into());
    }
    if is_operators_own(desk, key).await? {
        return Err(Refusal::OperatorsOwn.into());
    }
    Ok(portrait.long_touch_for_reset)
}

/// Who is enrolled on this key, as far as station and registry know: surely, where it shows the credential.
pub(super) async fn find(desk: &mut dyn Desk, key: &mut KeyFacts) -> Result<Losses, Stop> {
    let here = live(desk.enrolments_on(key).await?);
    let known = all_known(desk, key).await?;
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
    let (shown, silent) = shown(desk, key, &sought).await?;
    // The registry names whom a candidate is of only once the key has shown it.
    let known = match known.candidates.iter().any(|id| shown.contains(id)) {
        true => desk.known_credentials(&key.id, None, &shown).await?,
        false => known,
    };
    let (enrolments, mut unsure): (Vec<_>, Vec<_>) = merged(known, here)
        .into_iter()
        .map(|lost| LostEnrolment {
            shown: shown.contains(&lost.credential),
            ..lost
        })
        .partition(|lost| lost.shown);
    // On keys that nothing tells apart it is on one of the others.
    unsure.retain(|_| key.id.is_unique());
    Ok(Losses {
        enrolments,
        unsure,
        silent,
        others: None,
    })
}

/// Of so many keys that nothing tells apart none is asked which it is: it would not answer within the time that it takes a reset.
const CANDIDATES_MAX: usize = 50_000;

/// What the registry knows of such a key, however much that is: of what it did not name, nobody can be asked.
async fn all_known(desk: &mut dyn Desk, key: &KeyFacts) -> Result<KnownCredentials, Stop> {
    let mut known = desk.known_credentials(&key.id, None, &[]).await?;
    while known.more_candidates
        && let Some(last) = known.candidates.last().cloned()
    {
        // A registry that names ever more is not believed, and nobody waits for it.
        if known.candidates.len() > CANDIDATES_MAX {
            return Err(Refusal::TellsNothing.into());
        }
        let further = desk.further_candidates(&key.id, &last).await?;
        known.more_candidates = further.more_candidates && !further.candidates.is_empty();
        known.candidates.extend(further.candidates);
    }
    Ok(known)
}

/// Enrolments whose credential has not been deleted or reset away.
fn live(mut here: Vec<Enrolment>) -> Vec<Enrolment> {
    here.retain(Enrolment::is_live);
    here
}

/// What the registry says comes first: it knows the person as they are today. What it does not know yet, the station adds.
fn merged(known: KnownCredentials, here: Vec<Enrolment>) -> Vec<LostEnrolment> {
    let mut lost: Vec<LostEnrolment> = Vec::new();
    for found in known.known {
        lost.push(LostEnrolment {
            shown: false,
            credential: found.credential.id,
            rp_id: known.rp_id.clone(),
            person: found.person,
            enrolled_at: found.credential.enrolled_at,
        });
    }
    for enrolment in here {
        let id = &enrolment.credential;
        if !lost.iter().any(|lost| lost.credential == *id) {
            lost.push(LostEnrolment {
                shown: false,
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

/// Which of these the key shows without a touch, and whether it answered that at all. One that is protected shows itself to nobody
/// without a PIN.
async fn shown(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    sought: &[(String, Bytes)],
) -> Result<(Vec<Bytes>, bool), Stop> {
    let (mut shown, mut silent) = (Vec::new(), false);
    let mut rp_ids: Vec<&String> = sought.iter().map(|(rp_id, _)| rp_id).collect();
    rp_ids.sort_unstable();
    rp_ids.dedup();
    for rp_id in rp_ids {
        let of_rp = sought.iter().filter(|(rp, _)| rp == rp_id);
        let mut left: Vec<Bytes> = of_rp.map(|(_, id)| id.clone()).collect();
        // The key names one at a time.
        loop {
            match known::answered(desk, key, rp_id, &left).await? {
                Some(Some(id)) => {
                    left.retain(|other| *other != id);
                    shown.push(id);
                }
                Some(None) => break,
                None => {
                    silent = true;
                    break;
                }
            }
        }
    }
    Ok((shown, silent))
}

/// Whether it said nothing, and nothing but what it says could tell whose it is.
pub(super) fn tells_nothing(key: &KeyFacts, losses: &Losses) -> bool {
    losses.silent && !key.id.is_unique()
}

/// Adds what the key lists besides those enrolments, with its PIN, where it can. What it lists of an enrolment that it did not show
/// makes that one sure; whose that is which nobody named yet, the registry is asked.
pub(super) async fn list_others(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    losses: &mut Losses,
) -> Result<(), Stop> {
    let has_pin = key.pin_set == Some(true) && key.pin_retries != Some(0);
    if !has_pin || !key.credential_management || key.pin_change_required {
        return Ok(());
    }
    let pin = current_pin(desk, key, crate::domain::key::TEST_RP_ID, false).await?;
    end_step(desk, Step::Pin, Note::Verified);
    let list = on_key(desk, key, async |desk: &mut dyn Desk, key: &KeyFacts| {
        desk.credentials(key, &pin).await
    })
    .await;
    let Some(list) = known::if_answered(list)? else {
        return Ok(());
    };
    let is_listed = |lost: &LostEnrolment| {
        let mut listed = list.credentials.iter();
        listed.any(|credential| credential.id == lost.credential)
    };
    let (sure, unsure): (Vec<_>, Vec<_>) = losses.unsure.drain(..).partition(is_listed);
    losses.enrolments.extend(sure);
    losses.enrolments.sort_by_key(|lost| lost.enrolled_at);
    losses.unsure = unsure;
    let known = losses.credentials();
    let others = list.credentials.into_iter();
    let mut others: Vec<_> = others
        .filter(|credential| !known.contains(&credential.id))
        .collect();
    let listed: Vec<Bytes> = others.iter().map(|other| other.id.clone()).collect();
    let found = whose(desk, key, &listed).await?;
    others.retain(|other| !found.iter().any(|lost| lost.credential == other.id));
    losses.enrolments.extend(found);
    losses.enrolments.sort_by_key(|lost| lost.enrolled_at);
    let others = others.into_iter();
    let named = others.map(|credential| OtherCredential {
        account: credential.name().map(str::to_owned),
        rp_id: credential.rp_id,
    });
    losses.others = Some(named.collect());
    losses.silent = false;
    Ok(())
}

/// The enrolments among what it listed and did not show.
async fn whose(
    desk: &mut dyn Desk,
    key: &KeyFacts,
    listed: &[Bytes],
) -> Result<Vec<LostEnrolment>, Stop> {
    if listed.is_empty() {
        return Ok(Vec::new());
    }
    let here = live(desk.enrolments_on(key).await?);
    let known = desk.known_credentials(&key.id, None, listed).await?;
    let mut found = merged(known, here);
    found.retain(|lost| listed.contains(&lost.credential));
    Ok(found)
}

/// Whether the key shows an enrolment that nobody confirmed: it is another key, or somebody was enrolled on it since. One that did
/// not answer when it was confirmed, and does now, is looked at from the start.
pub(super) async fn shows_more(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    confirmed: &Losses,
) -> Result<bool, Stop> {
    let now = find(desk, key).await?;
    let known = confirmed.credentials();
    let more = now.enrolments.iter();
    let mut more = more.filter(|lost| !known.contains(&lost.credential));
    match more.next() {
        None => Ok(false),
        Some(lost) if confirmed.silent => {
            let person = lost.person.name.clone();
            Err(Refusal::ShowsMore { person }.into())
        }
        Some(_) => Ok(true),
    }
}

/// Whether the key still shows one of the credentials that it showed before.
pub(super) async fn still_shows(
    desk: &mut dyn Desk,
    key: &KeyFacts,
    losses: &Losses,
) -> Result<bool, KeyFault> {
    for lost in losses.enrolments.iter().filter(|lost| lost.shown) {
        let ids = [Descriptor::new(lost.credential.clone())];
        match desk.holds(key, &lost.rp_id, &ids).await {
            Ok(Some(_)) => return Ok(true),
            Err(fault @ (KeyFault::Gone | KeyFault::Cancelled)) => return Err(fault),
            // What it says instead of "none" does not show it either.
            Ok(None) | Err(_) => {}
        }
    }
    Ok(false)
}
