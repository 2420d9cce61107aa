//! An operator signs in with their own security key; the registry checks the assertion.

use super::ceremony::{Ceremony, authentication_response, client_data, registration_response};
use super::dialogue::{Ending, Event, Job, Note, Step};
use super::steps::{
    Unlocked, begin_step, choose_key, end_step, pin_was_written, refresh, touch, unlock,
};
use super::undo::{Progress, undo_own};
use super::{Desk, SignedIn, Stop, conclude};
use crate::domain::{Change, EntryId, KeyFacts, Secret};
use crate::wire::{
    Operator, OperatorEnrolment, OperatorOffer, SignIn, SignInOptions, UnlockPush, VERSION,
};

/// The least PIN length, in code points, for an operator's own key (NIST SP 800-63B-4, 3.2.10: should be 6).
const OPERATOR_PIN_MIN: u8 = 6;

/// Signs in: any operator's discoverable credential will do, with user verification.
pub async fn sign_in<D: Desk>(desk: &mut D) -> Result<Ending, Stop> {
    desk.tell(Event::Began { job: Job::SignIn });
    let result = sign_in_with_own_key(desk).await;
    conclude(desk, result)
}

async fn sign_in_with_own_key<D: Desk>(desk: &mut D) -> Result<Ending, Stop> {
    let options = desk.sign_in_options().await?;
    begin_step(desk, Step::Key);
    let mut key = choose_key(desk).await?;
    refresh(desk, &mut key).await?;
    end_step(desk, Step::Key, Note::Key { key: key.clone() });
    if key.pin_set == Some(false) {
        return Err(Stop::KeyRefused(
            "it has no PIN, so it is no operator's key: take your own, or sign in for the first time with a code"
                .to_owned(),
        ));
    }
    let unlocked = own_pin(desk, &mut key, &options.request.rp_id, &mut false).await?;
    prove(desk, &mut key, &unlocked, options).await
}

async fn own_pin<D: Desk>(
    desk: &mut D,
    key: &mut KeyFacts,
    rp_id: &str,
    sent: &mut bool,
) -> Result<Unlocked, Stop> {
    begin_step(desk, Step::Pin);
    let (unlocked, _) = unlock(desk, key, rp_id, OPERATOR_PIN_MIN, sent).await?;
    end_step(desk, Step::Pin, Note::Verified);
    Ok(unlocked)
}

async fn prove<D: Desk>(
    desk: &mut D,
    key: &mut KeyFacts,
    unlocked: &Unlocked,
    options: SignInOptions,
) -> Result<Ending, Stop> {
    begin_step(desk, Step::Test);
    let request = options.request;
    let client = client_data(Ceremony::Get, &request.challenge, &options.origin);
    let pin = unlocked.pin();
    let signed = touch(desk, key, (1, 1), async |desk: &mut D, key: &KeyFacts| {
        desk.get_assertion(key, pin, &request, client.hash).await
    })
    .await?;
    end_step(desk, Step::Test, Note::None);
    begin_step(desk, Step::Push);
    let proof = SignIn {
        assertion: authentication_response(signed, client),
    };
    let signed_in = desk.sign_in(proof).await?;
    opened(desk, signed_in).await
}

async fn opened<D: Desk>(desk: &mut D, signed_in: SignedIn) -> Result<Ending, Stop> {
    let change = match signed_in {
        SignedIn::AtRegistry(operator) => Change::SessionOpened { operator },
        SignedIn::AtStation(operator) => Change::SessionUnlocked {
            entry: EntryId(desk.fresh_id()),
            push: Box::new(UnlockPush {
                version: VERSION,
                operator: operator.id.clone(),
                unlocked_at: desk.registry_now(),
            }),
            operator,
        },
    };
    desk.commit(change).await?;
    end_step(desk, Step::Push, Note::None);
    Ok(Ending::SignedIn)
}

/// First sign-in: the one-time code lets the operator enrol their own key, which signs them in.
pub async fn first_sign_in<D: Desk>(desk: &mut D, code: &Secret) -> Result<Ending, Stop> {
    desk.tell(Event::Began {
        job: Job::FirstSignIn,
    });
    let result = enrol_own_key(desk, code).await;
    conclude(desk, result)
}

async fn enrol_own_key<D: Desk>(desk: &mut D, code: &Secret) -> Result<Ending, Stop> {
    let offer = desk.operator_offer(code).await?;
    begin_step(desk, Step::Key);
    let mut key = choose_key(desk).await?;
    refresh(desk, &mut key).await?;
    end_step(desk, Step::Key, Note::Key { key: key.clone() });
    let before = key.clone();
    let mut progress = Progress::default();
    let mut sent = false;
    let unlocked = own_pin(desk, &mut key, &offer.creation.rp.id, &mut sent).await;
    progress.pin_written = match sent {
        true => pin_was_written(desk, &key, &before).await,
        false => false,
    };
    let result = match unlocked {
        Ok(unlocked) => make_own(desk, &offer, code, &mut key, unlocked, &mut progress).await,
        Err(stop) => Err(stop),
    };
    match result {
        Ok(operator) => opened(desk, SignedIn::AtRegistry(operator)).await,
        Err(stop) => {
            let remains = undo_own(desk, &offer.creation.rp.id, &key, &progress).await;
            Err(stop.leaving(remains))
        }
    }
}

/// Makes the operator's credential and hands it to the registry.
async fn make_own<D: Desk>(
    desk: &mut D,
    offer: &OperatorOffer,
    code: &Secret,
    key: &mut KeyFacts,
    unlocked: Unlocked,
    progress: &mut Progress,
) -> Result<Operator, Stop> {
    begin_step(desk, Step::Create);
    let client = client_data(Ceremony::Create, &offer.creation.challenge, &offer.origin);
    let pin = unlocked.pin();
    let new = touch(desk, key, (1, 1), async |desk: &mut D, key: &KeyFacts| {
        desk.make_credential(key, pin, &offer.creation, client.hash)
            .await
    })
    .await;
    progress.create_sent = true;
    progress.unlocked = Some(unlocked);
    let new = new?;
    progress.credential = Some(new.id.clone());
    end_step(desk, Step::Create, Note::None);
    begin_step(desk, Step::Push);
    let enrolment = OperatorEnrolment {
        code: code.duplicate(),
        registration: registration_response(new, client),
    };
    desk.operator_enrol(enrolment).await
}
