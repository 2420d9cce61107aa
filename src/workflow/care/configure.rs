//! How a key behaves: what authenticatorConfig sets, read back afterwards.
//!
//! Invariant: a setting counts as done only once the key itself shows it. None but always-UV is taken back other than by a
//! reset, so that they are confirmed once, by name, and have an intent on disk before.

use super::super::steps::{anew_after_pulls, begin_step, end_step, on_key};
use super::intent::{Known, done, give_up, plan};
use super::{Desk, begin, commit, look, take_key, unlocked};
use crate::domain::authority::Action;
use crate::domain::care::{Care, Portrait, Setting};
use crate::domain::key::TEST_RP_ID;
use crate::domain::reason::{Failure, Flaw, Lacks};
use crate::domain::{KeyFacts, Pin, UsbPath};
use crate::workflow::dialogue::{Answer, CareJob, CareResult, Ending, Job, Note, Question, Step};
use crate::workflow::{KeyFault, Stop, conclude};

/// Lets the operator choose settings, and applies them.
pub async fn configure(desk: &mut dyn Desk, at: Option<&UsbPath>) -> Result<Ending, Stop> {
    let result = choose_and_apply(desk, at).await;
    conclude(desk, result)
}

async fn choose_and_apply(desk: &mut dyn Desk, at: Option<&UsbPath>) -> Result<Ending, Stop> {
    let job = Job::Care {
        care: CareJob::Configure,
    };
    begin(desk, job, Action::ConfigureKey).await?;
    let (mut key, mut portrait) = anew_after_pulls(desk, async |desk: &mut dyn Desk| {
        let mut key = take_key(desk, at).await?;
        let portrait = look(desk, &mut key).await?;
        Ok((portrait.key.clone(), portrait))
    })
    .await?;
    // What is chosen from here on is meant for this very key: one that nothing shows to be the same does not get it.
    let settings = chosen(desk, &portrait).await?;
    let pin = unlocked(desk, &mut key, TEST_RP_ID).await?;
    begin_step(desk, Step::Change);
    let mut done = Vec::new();
    for setting in settings {
        let care = Care::Configured {
            setting: setting.clone(),
        };
        // A longer minimum may have brought about the forced change that was asked for too; the key gives no token then.
        if shows(&setting, &portrait) {
            commit(desk, &key, &care).await?;
        } else {
            portrait = apply(desk, &mut key, pin.as_ref(), setting).await?;
        }
        done.push(care);
    }
    end_step(desk, Step::Change, Note::None);
    end_step(desk, Step::ReadBack, Note::Verified);
    end_step(desk, Step::Record, Note::None);
    let result = Box::new(CareResult::Changes { done });
    Ok(Ending::Cared { key, result })
}

/// The settings that the operator wants, each of which the key offers, in an order in which each can still be reached.
async fn chosen(desk: &mut dyn Desk, portrait: &Portrait) -> Result<Vec<Setting>, Stop> {
    loop {
        let question = Question::Settings {
            key: portrait.key.clone(),
            offered: offered(portrait),
        };
        let Answer::Settings(mut settings) = desk.ask(question).await? else {
            continue;
        };
        for setting in &settings {
            check(setting, portrait)?;
        }
        // These two may make the key demand a new PIN, after which it opens nothing more.
        settings.sort_by_key(|setting| match setting {
            Setting::MinPinLength { .. } => 1,
            Setting::ForcePinChange => 2,
            Setting::AlwaysUv { .. }
            | Setting::EnterpriseAttestation
            | Setting::LongTouchForReset
            | Setting::PinComplexity => 0,
        });
        let question = Question::ConfirmSettings {
            key: portrait.key.clone(),
            settings: settings.clone(),
        };
        if let Answer::Yes = desk.ask(question).await? {
            return Ok(settings);
        }
    }
}

/// What the key offers and does not have yet, for a face that shows a list.
fn offered(portrait: &Portrait) -> Vec<Setting> {
    let length = |length| Setting::MinPinLength {
        length,
        rp_ids: Vec::new(),
    };
    let now = portrait.key.pin_min_length;
    [
        length(6),
        length(8),
        length(10),
        Setting::ForcePinChange,
        Setting::AlwaysUv {
            on: !portrait.key.always_uv,
        },
        Setting::EnterpriseAttestation,
        Setting::LongTouchForReset,
        Setting::PinComplexity,
    ]
    .into_iter()
    .filter(|setting| setting.is_offered_by(portrait) && !setting.holds_on(portrait))
    .filter(|setting| !matches!(setting, Setting::MinPinLength { length, .. } if *length < now))
    .collect()
}

fn check(setting: &Setting, portrait: &Portrait) -> Result<(), Stop> {
    if !setting.is_offered_by(portrait) {
        let setting = setting.clone();
        return Err(KeyFault::Unsupported(Lacks::Setting { setting }).into());
    }
    let now = portrait.key.pin_min_length;
    match setting {
        Setting::MinPinLength { length, .. } if *length < now => {
            Err(KeyFault::Failed(Failure::MinPinLength { min: now }).into())
        }
        _ => Ok(()),
    }
}

/// Whether the key shows all of a setting. It never tells which RP ids may read its minimum length.
fn shows(setting: &Setting, portrait: &Portrait) -> bool {
    let unseen = matches!(setting, Setting::MinPinLength { rp_ids, .. } if !rp_ids.is_empty());
    !unseen && setting.holds_on(portrait)
}

/// Applies one setting, reads it back and records it: the key as it is then.
pub(super) async fn apply(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    pin: Option<&Pin>,
    setting: Setting,
) -> Result<Portrait, Stop> {
    let care = Care::Configured {
        setting: setting.clone(),
    };
    if !setting.is_final() {
        let portrait = put(desk, key, pin, &setting).await?;
        commit(desk, key, &care).await?;
        return Ok(portrait);
    }
    let intent = plan(desk, key, care).await?;
    match put(desk, key, pin, &setting).await {
        Ok(portrait) => done(desk, &intent, key).await.map(|()| portrait),
        Err(stop) => Err(give_up(desk, &intent, key, Known::Nothing, stop).await),
    }
}

async fn put(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    pin: Option<&Pin>,
    setting: &Setting,
) -> Result<Portrait, Stop> {
    on_key(desk, key, async |desk: &mut dyn Desk, key: &KeyFacts| {
        desk.configure(key, pin, setting).await
    })
    .await?;
    let portrait = on_key(desk, key, async |desk: &mut dyn Desk, key: &KeyFacts| {
        desk.portrait(key).await
    })
    .await?;
    *key = portrait.key.clone();
    if setting.holds_on(&portrait) {
        return Ok(portrait);
    }
    let setting = setting.clone();
    Err(Flaw::SettingNotShown { setting }.into())
}
