//! Cases for WebAuthn servers that nobody here wrote: what the product sent, taken from its own journal.
//!
//! With `KEYDESK_JUDGES_DIR` set, each case is written there for `tests/judges/run`.

use keydesk::bay::soft::{Profile, SoftKey, TouchPolicy};
use keydesk::program::demo::world::World;
use keydesk::record::Change;
use keydesk::store::audit;
use serde_json::{Value, json};

use crate::scenarios;

/// The cases in a station's journal: one for each finished enrolment.
fn cases(world: &World) -> Vec<Value> {
    let mut intents = Vec::new();
    let mut cases = Vec::new();
    for entry in audit::records(&world.data()).expect("a journal") {
        match entry.expect("a whole chain").record.change {
            Change::IntentBegun { intent } => intents.push(intent),
            Change::Enrolled { intent, push, .. } => {
                let begun = intents
                    .iter()
                    .find(|begun| begun.id == intent)
                    .expect("an intent before its enrolment");
                cases.push(json!({
                    "origin": begun.offer.origin,
                    "userHandle": begun.offer.creation.user.id,
                    "creationOptions": begun.offer.creation,
                    "registration": push.registration,
                    "requestOptions": begun.offer.test,
                    "assertion": push.assertion,
                }));
            }
            _ => {}
        }
    }
    cases
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_for_each_kind_of_key_is_laid_before_the_judges() {
    let profiles = [
        ("yubikey", Profile::yubikey_5_nfc()),
        ("epass", Profile::epass_fido2()),
        ("security-key", Profile::security_key_nfc()),
        ("ctap20", Profile::ctap20()),
        ("preview", Profile::ctap21_preview()),
    ];
    let world = scenarios::world(profiles.len()).await;
    for (n, (_, profile)) in profiles.iter().enumerate() {
        let key = SoftKey::new(profile.clone().with_touch(TouchPolicy::Auto));
        world.rack.put(scenarios::SLOT, &key);
        scenarios::enrol(&world, n + 1).await.expect("enrolled");
    }
    let cases = cases(&world);
    assert_eq!(cases.len(), profiles.len());
    let folder = std::env::var_os("KEYDESK_JUDGES_DIR").map(std::path::PathBuf::from);
    for ((name, _), case) in profiles.iter().zip(&cases) {
        let challenge = case.pointer("/creationOptions/challenge");
        let signed = case.pointer("/registration/response/clientDataJSON");
        assert!(challenge.is_some() && signed.is_some(), "{name}");
        if let Some(folder) = &folder {
            std::fs::create_dir_all(folder).expect("a folder");
            std::fs::write(folder.join(format!("{name}.json")), case.to_string()).expect("written");
        }
    }
}
