//! Which key may be enrolled: everything that is checked before it is written to.
//!
//! Invariant: a key is admitted for the plug in which it was checked. Whatever is in the slot after a pull is checked from the start.

use super::dialogue::{Answer, Event, Note, Question, Step};
use super::known::{Asked, Known, answered, ask, by_journal, if_answered, owner, shown};
use super::steps::{
    Unlocked, begin_step, choose_key, end_step, is_plugged, is_replugged, on_key, refresh, wait_for,
};
use super::{Desk, KeyFault, Resident, Stop};
use crate::domain::policy::{self, Circumstances, Finding, Verdict};
use crate::domain::reason::Refusal;
use crate::domain::{Bytes, KeyFacts};
use crate::wire::Offer;

/// A key that passed, and whether it holds a credential of this person already.
pub(super) struct Admitted {
    pub(super) key: KeyFacts,
    pub(super) held: bool,
}

/// Where the key is taken from.
pub(super) enum From {
    /// The people choose one.
    Choice,
    /// It was pulled: whatever says the same of itself in the same slot, because it has been written to.
    SameSlot(Box<KeyFacts>),
}

/// A key that policy admits. The offer's exclude list is brought up to date; `fresh`: by the registry too, which could be reached
/// when the offer was asked for.
pub(super) async fn admitted_key(
    desk: &mut dyn Desk,
    (offer, fresh): (&mut Offer, bool),
    from: From,
) -> Result<Admitted, Stop> {
    let (mut at_hand, pinned) = match from {
        From::Choice => (None, None),
        From::SameSlot(key) => (Some((*key).clone()), Some(key)),
    };
    loop {
        let mut key = match (at_hand.take(), &pinned) {
            (Some(key), _) => key,
            (None, None) => {
                begin_step(desk, Step::Key);
                choose_key(desk).await?
            }
            (None, Some(pinned)) => wait_for(desk, pinned).await?,
        };
        end_step(desk, Step::Key, Note::Key { key: key.clone() });
        let plug = key.generation;
        match checked(desk, &mut key, (offer, fresh)).await {
            Ok(Some(held)) if is_plugged(desk, &key) && key.generation == plug => {
                return Ok(Admitted { key, held });
            }
            Ok(Some(_)) => at_hand = Some(anew(desk, key, plug).await?),
            // Another key is wanted.
            Ok(None) => at_hand = None,
            Err(stop) if is_replugged(&stop) => at_hand = Some(anew(desk, key, plug).await?),
            Err(stop) => return Err(stop),
        }
    }
}

/// What is in the slot after a pull, once it is there. `plug`: in which the key was checked.
pub(super) async fn anew(desk: &mut dyn Desk, key: KeyFacts, plug: u64) -> Result<KeyFacts, Stop> {
    let key = match key.generation == plug || !is_plugged(desk, &key) {
        true => wait_for(desk, &key).await?,
        false => key,
    };
    desk.tell(Event::Anew);
    Ok(key)
}

/// All checks of one key. `None`: the people want another one; else whether it holds a credential of the person.
async fn checked(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    (offer, fresh): (&mut Offer, bool),
) -> Result<Option<bool>, Stop> {
    begin_step(desk, Step::Check);
    refresh(desk, key).await?;
    let known = match fresh {
        true => ask(desk, key, offer, &[]).await?,
        false => by_journal(desk, key, offer).await?,
    };
    offer.creation.exclude_credentials = known.exclude_list();
    let verdict = verdict(desk, key, (offer, &known)).await?;
    end_step(
        desk,
        Step::Check,
        Note::Verdict {
            verdict: verdict.clone(),
        },
    );
    if verdict.worst() >= Some(policy::Weight::Warning) {
        let refused = !verdict.admits();
        let question = Question::Admit {
            key: key.clone(),
            verdict: verdict.clone(),
        };
        match desk.ask(question).await? {
            Answer::Yes if refused => return Err(verdict.refusal().into()),
            Answer::Yes => {}
            _ => return Ok(None),
        }
    }
    let rp_id = &offer.creation.rp.id;
    if shown(desk, key, rp_id, &known.of_person).await?.is_none() {
        // Another one would overwrite it, and the refused entry could still be sent again.
        return match shown(desk, key, rp_id, &known.in_conflict).await? {
            None => Ok(Some(false)),
            Some(_) => Err(holds_unresolved()),
        };
    }
    let question = Question::Retest { key: key.clone() };
    match desk.ask(question).await? {
        Answer::Yes => Ok(Some(true)),
        _ => Ok(None),
    }
}

async fn verdict(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    (offer, known): (&Offer, &Known),
) -> Result<Verdict, Stop> {
    let bound_to = bound_to_another(desk, key, (offer, known)).await?;
    let params = offer.creation.pub_key_cred_params.iter();
    let algorithms: Vec<i64> = params.map(|param| param.alg).collect();
    let about = Circumstances {
        algorithms: &algorithms,
        operators_own: is_operators_own(desk, key).await?,
        person: &offer.person,
        discoverable_required: wants_discoverable(offer),
        bound_to: bound_to.as_deref(),
    };
    Ok(policy::judge(key, desk.models(), desk.policy(), about))
}

/// Whether it is the key with which the operator signed in, as far as it says.
pub(super) async fn is_operators_own(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
) -> Result<bool, Stop> {
    if !key.is_fido2() {
        return Ok(false);
    }
    let own = on_key(desk, key, async |desk: &mut dyn Desk, key: &KeyFacts| {
        desk.is_operators_own(key).await
    })
    .await;
    Ok(if_answered(own)?.unwrap_or_default())
}

fn wants_discoverable(offer: &Offer) -> bool {
    offer
        .creation
        .authenticator_selection
        .as_ref()
        .is_some_and(|selection| {
            selection.resident_key.as_deref() == Some("required")
                || selection.require_resident_key == Some(true)
        })
}

/// Whom this very key is enrolled for, if that is somebody else: it shows a credential of theirs.
async fn bound_to_another(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    (offer, known): (&Offer, &Known),
) -> Result<Option<String>, Stop> {
    // Nothing of anybody's is made without the person being verified.
    if key.pin_set == Some(false) && !key.built_in_uv {
        return Ok(None);
    }
    // Those that may be on any key of its model are many; a key that lists what it holds is asked for that once it has its PIN.
    let others = known.of_others.iter();
    let others = others.filter(|(_, name)| name.is_some() || !key.credential_management);
    let ids: Vec<Bytes> = others.map(|(id, _)| id.clone()).collect();
    match shown(desk, key, &offer.creation.rp.id, &ids).await? {
        None => Ok(None),
        Some(id) => owner(desk, key, known, &id).await.map(Some),
    }
}

fn bound_to(person: String) -> Stop {
    let findings = vec![Finding::BoundTo { person }];
    Refusal::Found { findings }.into()
}

fn holds_unresolved() -> Stop {
    Refusal::Unresolved.into()
}

/// What a key showed right before a credential was made.
pub(super) struct LastLook {
    /// What it holds of this account, where it lists that.
    pub(super) mine: Option<Vec<Bytes>>,
    /// Other people's on a key of its serial number that it does not hold.
    pub(super) not_held: Vec<Bytes>,
}

/// The last look before a credential is made: what the key holds at this RP, as far as it tells with the PIN, against what is
/// enrolled by now. Brings the offer's exclude list up to date.
///
/// Making another one for the same account would overwrite the one that it has: right for one that nobody can know, wrong for one
/// that is in use or may come into use.
pub(super) async fn last_look(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    unlocked: &Unlocked,
    offer: &mut Offer,
) -> Result<LastLook, Stop> {
    let residents = listed(desk, key, unlocked, &offer.creation.rp.id).await?;
    let held: Vec<Bytes> = residents.iter().flatten().map(|r| r.id.clone()).collect();
    let known = ask(desk, key, offer, &held).await?;
    offer.creation.exclude_credentials = known.exclude_list();
    let Some(residents) = residents else {
        return silent_look(desk, key, (offer, known)).await;
    };
    let mut mine = Vec::new();
    for resident in residents {
        if resident.user_handle != offer.creation.user.id {
            let person = match resident.user_name {
                Some(name) => name,
                None => owner(desk, key, &known, &resident.id).await?,
            };
            return Err(bound_to(person));
        }
        if known.of_person.contains(&resident.id) {
            return Err(Stop::Key(KeyFault::Excluded));
        }
        if known.in_conflict.contains(&resident.id) {
            return Err(holds_unresolved());
        }
        known.is_nobodys()?;
        mine.push(resident.id);
    }
    Ok(LastLook {
        mine: Some(mine),
        not_held: known.by_serial,
    })
}

/// The same where the key lists nothing.
async fn silent_look(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    (offer, known): (&Offer, Known),
) -> Result<LastLook, Stop> {
    let rp_id = &offer.creation.rp.id;
    if shown(desk, key, rp_id, &known.of_person).await?.is_some() {
        return Err(Stop::Key(KeyFault::Excluded));
    }
    if let Some(person) = bound_to_another(desk, key, (offer, &known)).await? {
        return Err(bound_to(person));
    }
    let not_held = match answered(desk, key, rp_id, &known.by_serial).await? {
        Some(None) => known.by_serial,
        _ => Vec::new(),
    };
    Ok(LastLook {
        mine: None,
        not_held,
    })
}

impl Known {
    /// Whether a credential of the person that nobody has heard of is nobody's for certain.
    pub(super) fn is_nobodys(&self) -> Result<(), Stop> {
        match self.registry {
            Asked::NobodysElse => Ok(()),
            Asked::MayBeElsewhere(until) => Err(Stop::OpenElsewhere { until }),
            Asked::Not => Err(Refusal::Unasked.into()),
        }
    }
}

/// What the key lists at an RP; `None` where it can't, or does not.
pub(super) async fn listed(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    unlocked: &Unlocked,
    rp_id: &str,
) -> Result<Option<Vec<Resident>>, Stop> {
    let (Some(pin), true) = (unlocked.pin(), key.credential_management) else {
        return Ok(None);
    };
    let residents = on_key(desk, key, async |desk: &mut dyn Desk, key: &KeyFacts| {
        desk.residents(key, pin, rp_id).await
    })
    .await;
    if_answered(residents)
}
