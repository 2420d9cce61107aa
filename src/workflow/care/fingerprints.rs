//! The fingerprints on a key: added touch by touch, named, removed.
//!
//! Invariants: after each change the list is read again from the key; what does not show there was not done. A removal has
//! an intent on disk before.

use super::super::steps::{begin_step, end_step, on_key};
use super::intent::{Known, done, give_up, plan};
use super::{Desk, begin, commit, take_key, unlocked};
use crate::domain::authority::Action;
use crate::domain::care::{Care, Fingerprint, Readiness};
use crate::domain::key::TEST_RP_ID;
use crate::domain::reason::{Failure, Flaw, Lacks};
use crate::domain::{Bytes, KeyFacts, Pin, UsbPath};
use crate::workflow::dialogue::{
    Answer, CareJob, CareResult, Ending, Job, Note, Question, Removal, Step,
};
use crate::workflow::{KeyFault, Stop, conclude};

/// Lists the fingerprints and lets the operator add, name and remove until they are done.
pub async fn fingerprints(desk: &mut dyn Desk, at: Option<&UsbPath>) -> Result<Ending, Stop> {
    let result = manage(desk, at).await;
    conclude(desk, result)
}

async fn manage(desk: &mut dyn Desk, at: Option<&UsbPath>) -> Result<Ending, Stop> {
    let job = Job::Care {
        care: CareJob::Fingerprints,
    };
    begin(desk, job, Action::TidyKey).await?;
    let mut key = take_key(desk, at).await?;
    let portrait = on_key(
        desk,
        &mut key,
        async |desk: &mut dyn Desk, key: &KeyFacts| desk.portrait(key).await,
    )
    .await?;
    if portrait.fingerprints == Readiness::Unsupported {
        return Err(KeyFault::Unsupported(Lacks::Fingerprints).into());
    }
    let Some(pin) = unlocked(desk, &mut key, TEST_RP_ID).await? else {
        return Err(KeyFault::Unsupported(Lacks::FingerprintsWithoutPin).into());
    };
    let mut done = Vec::new();
    loop {
        begin_step(desk, Step::ReadBack);
        let list = listed(desk, &mut key, &pin).await?;
        end_step(desk, Step::ReadBack, Note::Held { count: list.len() });
        let question = Question::Fingerprints {
            key: key.clone(),
            list: list.clone(),
        };
        let care = match desk.ask(question).await? {
            Answer::Done => {
                let result = Box::new(CareResult::Fingerprints { list, done });
                return Ok(Ending::Cared { key, result });
            }
            Answer::AddFinger(name) => {
                let care = add(desk, &mut key, &pin, &list, name.as_deref()).await?;
                Some(recorded(desk, &key, care).await?)
            }
            Answer::Rename(id, name) => {
                let finger = one(&list, &id)?;
                let fingerprint = named(desk, &mut key, &pin, &finger.id, &name).await?;
                let care = Care::FingerprintRenamed { fingerprint };
                Some(recorded(desk, &key, care).await?)
            }
            Answer::Remove(id) => remove(desk, &mut key, &pin, one(&list, &id)?).await?,
            _ => None,
        };
        if let Some(care) = care {
            end_step(desk, Step::Record, Note::None);
            done.push(care);
        }
    }
}

async fn recorded(desk: &mut dyn Desk, key: &KeyFacts, care: Care) -> Result<Care, Stop> {
    begin_step(desk, Step::Record);
    commit(desk, key, &care).await?;
    Ok(care)
}

fn one<'a>(list: &'a [Fingerprint], id: &Bytes) -> Result<&'a Fingerprint, Stop> {
    let finger = list.iter().find(|finger| finger.id == *id);
    finger.ok_or(Stop::Key(KeyFault::Failed(Failure::NoFinger)))
}

async fn listed(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    pin: &Pin,
) -> Result<Vec<Fingerprint>, Stop> {
    on_key(desk, key, async |desk: &mut dyn Desk, key: &KeyFacts| {
        desk.fingerprints(key, pin).await
    })
    .await
}

/// Enrols a finger. Pulled meanwhile, the key forgets the samples: the finger is then asked for from the beginning.
async fn add(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    pin: &Pin,
    before: &[Fingerprint],
    name: Option<&str>,
) -> Result<Care, Stop> {
    begin_step(desk, Step::Finger);
    let id = on_key(desk, key, async |desk: &mut dyn Desk, key: &KeyFacts| {
        desk.enrol_fingerprint(key, pin).await
    })
    .await?;
    let list = listed(desk, key, pin).await?;
    let added = list.into_iter().find(|finger| finger.id == id);
    let Some(fingerprint) = added.filter(|new| before.iter().all(|old| old.id != new.id)) else {
        return Err(Flaw::FingerNotListed.into());
    };
    end_step(desk, Step::Finger, Note::None);
    let fingerprint = match name.map(str::trim).filter(|name| !name.is_empty()) {
        Some(name) => named(desk, key, pin, &id, name).await?,
        None => fingerprint,
    };
    Ok(Care::FingerprintAdded { fingerprint })
}

async fn named(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    pin: &Pin,
    id: &Bytes,
    name: &str,
) -> Result<Fingerprint, Stop> {
    begin_step(desk, Step::Change);
    let kept = on_key(desk, key, async |desk: &mut dyn Desk, key: &KeyFacts| {
        desk.name_fingerprint(key, pin, id, name).await
    })
    .await?;
    let list = listed(desk, key, pin).await?;
    let shown = list.into_iter().find(|finger| finger.id == *id);
    match shown.filter(|finger| finger.name.as_deref() == Some(kept.as_str())) {
        Some(finger) => {
            end_step(desk, Step::Change, Note::None);
            Ok(finger)
        }
        None => Err(Flaw::FingerNotNamed.into()),
    }
}

async fn remove(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    pin: &Pin,
    finger: &Fingerprint,
) -> Result<Option<Care>, Stop> {
    let question = Question::ConfirmRemoval {
        key: key.clone(),
        what: Removal::Fingerprint {
            fingerprint: finger.clone(),
        },
    };
    let Answer::Yes = desk.ask(question).await? else {
        return Ok(None);
    };
    let care = Care::FingerprintRemoved {
        fingerprint: finger.clone(),
    };
    let intent = plan(desk, key, care.clone()).await?;
    if let Err(stop) = erase(desk, key, pin, finger).await {
        return Err(give_up(desk, &intent, key, Known::Pin(pin), stop).await);
    }
    begin_step(desk, Step::Record);
    done(desk, &intent, key).await?;
    Ok(Some(care))
}

/// Removes it and looks whether it is gone.
async fn erase(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    pin: &Pin,
    finger: &Fingerprint,
) -> Result<(), Stop> {
    begin_step(desk, Step::Change);
    on_key(desk, key, async |desk: &mut dyn Desk, key: &KeyFacts| {
        desk.remove_fingerprint(key, pin, &finger.id).await
    })
    .await?;
    let list = listed(desk, key, pin).await?;
    if list.iter().any(|other| other.id == finger.id) {
        return Err(Flaw::FingerStays.into());
    }
    end_step(desk, Step::Change, Note::None);
    Ok(())
}
