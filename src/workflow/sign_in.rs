//! An operator signs in with their own security key; the registry checks the assertion.

use super::ceremony::{Ceremony, authentication_response, client_data};
use super::dialogue::{Ending, Event, Job, Note, Step};
use super::steps::{
    PinChange, Unlocked, anew_after_pulls, begin_step, choose_key, end_step, pin_note, refresh,
    touch, unlock,
};
use super::{Desk, SignedIn, Stop, conclude};
use crate::domain::reason::Refusal;
use crate::domain::{EntryId, IntentId, KeyFacts};
use crate::record::Change;
use crate::wire::{SignIn, SignInOptions, UnlockPush, VERSION};

/// Signs in: any operator's discoverable credential will do, with user verification.
pub async fn sign_in(desk: &mut dyn Desk) -> Result<Ending, Stop> {
    desk.tell(Event::Began { job: Job::SignIn });
    let result = anew_after_pulls(desk, async |desk: &mut dyn Desk| {
        sign_in_with_own_key(desk).await
    });
    let result = result.await;
    conclude(desk, result)
}

async fn sign_in_with_own_key(desk: &mut dyn Desk) -> Result<Ending, Stop> {
    let options = desk.sign_in_options().await?;
    begin_step(desk, Step::Key);
    let mut key = choose_key(desk).await?;
    refresh(desk, &mut key).await?;
    end_step(desk, Step::Key, Note::Key { key: key.clone() });
    if key.pin_set == Some(false) {
        return Err(Refusal::NoPin.into());
    }
    let rp_id = &options.request.rp_id;
    let (unlocked, _) = own_pin(desk, &mut key, rp_id, &mut false).await?;
    let proof = sign(desk, &mut key, &unlocked, options).await?;
    begin_step(desk, Step::Push);
    let operator = desk.sign_in(proof).await?;
    opened(desk, operator, None).await
}

/// The PIN of an operator's own key.
pub(super) async fn own_pin(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    rp_id: &str,
    sent: &mut bool,
) -> Result<(Unlocked, PinChange), Stop> {
    begin_step(desk, Step::Pin);
    let (unlocked, change) = unlock(desk, key, rp_id, 0, sent).await?;
    end_step(desk, Step::Pin, pin_note(change));
    Ok((unlocked, change))
}

/// One touch: the key signs what signs an operator in.
pub(super) async fn sign(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    unlocked: &Unlocked,
    options: SignInOptions,
) -> Result<SignIn, Stop> {
    begin_step(desk, Step::Test);
    let request = options.request;
    let client = client_data(Ceremony::Get, &request.challenge, &options.origin);
    let pin = unlocked.pin();
    let signed = touch(
        desk,
        key,
        (1, 1),
        async |desk: &mut dyn Desk, key: &KeyFacts| {
            desk.get_assertion(key, pin, &request, client.hash).await
        },
    )
    .await?;
    end_step(desk, Step::Test, Note::None);
    Ok(SignIn {
        assertion: authentication_response(signed, client),
    })
}

/// The session begins once it is in the journal. `intent`: the own key that was made for it.
pub(super) async fn opened(
    desk: &mut dyn Desk,
    signed_in: SignedIn,
    intent: Option<IntentId>,
) -> Result<Ending, Stop> {
    let change = match signed_in {
        SignedIn::AtRegistry(operator) => Change::SessionOpened { operator, intent },
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
