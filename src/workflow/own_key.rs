//! An operator's own key: made at the first sign-in, and looked at again when that was stopped half-way.
//!
//! Invariant: from the moment the key may have been changed there is an open intent in the journal. It ends with the session
//! that the credential opens, or once it is known what remains on the key.

use super::admit::{anew, listed};
use super::ceremony::{Ceremony, client_data, registration_response};
use super::dialogue::{Ending, Event, Job, Note, Step};
use super::enrol::make;
use super::sign_in::{opened, own_pin, sign};
use super::steps::{
    PinChange, Unlocked, begin_step, choose_key, end_step, is_replugged, pin_was_written, refresh,
    touch_in_this_plug,
};
use super::undo::{Before, Progress, Seen, delete_known, give_up};
use super::{Desk, KeyFault, SignedIn, Stop, conclude};
use crate::domain::policy;
use crate::domain::{Bytes, IntentId, KeyFacts, Secret};
use crate::record::{Change, EndReason, OwnKey, Remains};
use crate::wire::webauthn::{Descriptor, RegistrationResponse, RequestOptions};
use crate::wire::{OperatorEnrolment, OperatorOffer, SignInOptions};

/// First sign-in: the one-time code lets the operator enrol their own key, which signs them in.
pub async fn first_sign_in(desk: &mut dyn Desk, code: &Secret) -> Result<Ending, Stop> {
    desk.tell(Event::Began {
        job: Job::FirstSignIn,
    });
    let result = enrol_own_key(desk, code).await;
    conclude(desk, result)
}

async fn enrol_own_key(desk: &mut dyn Desk, code: &Secret) -> Result<Ending, Stop> {
    let offer = desk.operator_offer(code).await?;
    begin_step(desk, Step::Key);
    let mut key = choose_key(desk).await?;
    refresh(desk, &mut key).await?;
    end_step(desk, Step::Key, Note::Key { key: key.clone() });
    let params = offer.creation.pub_key_cred_params.iter();
    let taken: Vec<i64> = params.map(|param| param.alg).collect();
    let verdict = policy::judge_ability(&key, &taken);
    if !verdict.admits() {
        return Err(verdict.refusal().into());
    }
    let own = OwnKey {
        id: IntentId(desk.fresh_id()),
        offer,
        key: key.clone(),
        begun_at: desk.now(),
    };
    desk.commit(Change::OwnKeyBegun {
        intent: Box::new(own.clone()),
    })
    .await?;
    let subject = (own.id, &own.offer.creation);
    let mut progress = Progress::default();
    let registration = match make_own(desk, &own.offer, &mut key, &mut progress).await {
        Ok(registration) => registration,
        Err(stop) => return Err(give_up(desk, subject, &key, &progress, stop).await),
    };
    begin_step(desk, Step::Push);
    let enrolment = OperatorEnrolment {
        code: code.duplicate(),
        registration,
    };
    match desk.operator_enrol(enrolment).await {
        Ok(operator) => opened(desk, SignedIn::AtRegistry(operator), Some(own.id)).await,
        // The answer was lost, so that the registry may hold the credential: deleting it could lock the operator out.
        Err(stop @ Stop::Unreachable(_)) => Err(stop.leaving(progress.remains())),
        Err(stop) => Err(give_up(desk, subject, &key, &progress, stop).await),
    }
}

/// Makes the operator's credential; from the PIN on again as often as the key is pulled.
async fn make_own(
    desk: &mut dyn Desk,
    offer: &OperatorOffer,
    key: &mut KeyFacts,
    progress: &mut Progress,
) -> Result<RegistrationResponse, Stop> {
    loop {
        let plug = key.generation;
        match make_in_this_plug(desk, offer, key, progress).await {
            Err(stop) if is_replugged(&stop) => {}
            made => return made,
        }
        *key = anew(desk, key.clone(), plug).await?;
        refresh(desk, key).await?;
    }
}

async fn make_in_this_plug(
    desk: &mut dyn Desk,
    offer: &OperatorOffer,
    key: &mut KeyFacts,
    progress: &mut Progress,
) -> Result<RegistrationResponse, Stop> {
    let options = &offer.creation;
    let before = key.clone();
    let mut sent = false;
    let unlocked = own_pin(desk, key, &options.rp.id, &mut sent).await;
    progress.pin_written |= match &unlocked {
        Ok((_, change)) => *change != PinChange::Kept,
        Err(_) => sent && pin_was_written(desk, key, &before).await,
    };
    let (unlocked, _) = unlocked?;
    let held = listed(desk, key, &unlocked, &options.rp.id).await?;
    if key.generation != before.generation {
        return Err(Stop::Key(KeyFault::Replugged));
    }
    if held.is_some() {
        progress.looked_at();
    }
    progress.before = held.map(|held| Before {
        plug: key.generation,
        ids: held.into_iter().map(|resident| resident.id).collect(),
    });
    begin_step(desk, Step::Create);
    let client = client_data(Ceremony::Create, &options.challenge, &offer.origin);
    let pin = unlocked.pin();
    let new = touch_in_this_plug(
        desk,
        key,
        (1, 1),
        async |desk: &mut dyn Desk, key: &KeyFacts| {
            make(desk, key, pin, (options, client.hash), progress).await
        },
    )
    .await;
    progress.unlocked = Some(unlocked);
    let new = new?;
    progress.credential = Some(new.id.clone());
    end_step(desk, Step::Create, Note::None);
    Ok(registration_response(new, client))
}

/// What is on the key of a first sign-in that was stopped: where the registry takes a signature of it for an operator's, it
/// is in use; anything else is deleted.
pub(super) async fn settle(
    desk: &mut dyn Desk,
    own: &OwnKey,
    key: &mut KeyFacts,
) -> Result<(EndReason, Remains), Stop> {
    let ended = |remains| Ok((EndReason::ResolvedAfterStop, remains));
    if key.pin_set == Some(false) {
        // Without a PIN the key would have made nothing.
        return ended(Remains::Nothing);
    }
    let challenge = desk.own_key_challenge().await?;
    let options = &own.offer.creation;
    let (unlocked, _) = own_pin(desk, key, &options.rp.id, &mut false).await?;
    let kept = match own.key.pin_set {
        Some(false) => Remains::Pin,
        _ => Remains::Nothing,
    };
    let listed = listed(desk, key, &unlocked, &options.rp.id).await?;
    let found: Option<Vec<Bytes>> = listed.map(|residents| {
        let own = residents.into_iter();
        let own = own.filter(|resident| resident.user_handle == options.user.id);
        own.map(|resident| resident.id).collect()
    });
    if found.as_ref().is_some_and(Vec::is_empty) {
        return ended(kept);
    }
    let is_known = is_known(desk, own, &unlocked, challenge, found.as_deref(), key).await;
    match (is_known, found) {
        (Ok(Signed::InUse), _) => Ok((EndReason::AlreadyEnrolled, Remains::InUse)),
        (Ok(Signed::Nobodys(id)), Some(_)) => {
            // It has just signed with this one, in this plug.
            let id = (&id, Seen::ThisPlug);
            let left = delete_known(desk, &options.rp.id, key, unlocked.pin(), id).await;
            ended(left.map_err(|fault| Stop::Key(fault).leaving(Remains::Credential))?)
        }
        (Ok(Signed::Nobodys(_)), None) => ended(Remains::Credential),
        (Ok(Signed::AnotherOperators), _) => ended(Remains::Unknown),
        (Err(Stop::Key(KeyFault::NoCredential)), None) => ended(kept),
        (Err(stop), _) => Err(stop),
    }
}

/// Whose the credential is that signed.
enum Signed {
    /// The registry takes it for an operator's.
    InUse,
    /// The registry does not know it.
    Nobodys(Bytes),
    /// It names another account.
    AnotherOperators,
}

/// Whether the registry knows the operator's credential on the key.
async fn is_known(
    desk: &mut dyn Desk,
    own: &OwnKey,
    unlocked: &Unlocked,
    challenge: SignInOptions,
    found: Option<&[Bytes]>,
    key: &mut KeyFacts,
) -> Result<Signed, Stop> {
    let ids = found.unwrap_or_default().iter();
    let options = SignInOptions {
        request: RequestOptions {
            allow_credentials: ids.map(|id| Descriptor::new(id.clone())).collect(),
            ..challenge.request.clone()
        },
        ..challenge
    };
    let proof = sign(desk, key, unlocked, options).await?;
    let handle = proof.assertion.response.user_handle.as_ref();
    if found.is_none() && handle != Some(&own.offer.creation.user.id) {
        return Ok(Signed::AnotherOperators);
    }
    let id = proof.assertion.raw_id.clone();
    Ok(match desk.is_operators(proof).await? {
        true => Signed::InUse,
        false => Signed::Nobodys(id),
    })
}
