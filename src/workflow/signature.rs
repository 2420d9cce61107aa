//! Somebody signs an act with their own key.
//!
//! Invariant: a key that is not theirs ends nothing: theirs is asked for, and what they said before stands.

use super::dialogue::{Event, Wanted};
use super::steps::anew_after_pulls;
use super::{Desk, Stop};
use crate::domain::act::Act;
use crate::domain::reason::{KeyFault, Refusal};
use crate::wire::problem_code;

/// They sign, and it is taken: `once` does both, with the key that is chosen in it.
pub(super) async fn with_own_key<R>(
    desk: &mut dyn Desk,
    act: &Act,
    mut once: impl AsyncFnMut(&mut dyn Desk) -> Result<R, Stop>,
) -> Result<R, Stop> {
    loop {
        let done = anew_after_pulls(desk, async |desk: &mut dyn Desk| {
            desk.tell(Event::Signing { act: act.clone() });
            once(desk).await
        });
        match done.await {
            Err(stop) if is_anothers(&stop) => {
                let name = act.signer.name.clone();
                desk.tell(Event::OtherKey {
                    wanted: Wanted::Of { name },
                });
            }
            ended => return ended,
        }
    }
}

/// The key that was taken is none of theirs: it knows none of their credentials, has no PIN, or the registry knows it as another's.
fn is_anothers(stop: &Stop) -> bool {
    match stop {
        Stop::Key(KeyFault::NoCredential) | Stop::KeyRefused(Refusal::NoPin) => true,
        Stop::RegistryRefused { code, .. } => code == problem_code::CREDENTIAL_UNKNOWN,
        _ => false,
    }
}
