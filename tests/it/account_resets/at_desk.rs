//! An administrator signs at another desk what was prepared at this one, or somebody objects: nobody is signed in or out by it.

use keydesk::cli::output::Exit;
use keydesk::domain::reason::Unmet;
use keydesk::workflow::dialogue::{AccountResetQuestion, Question};

use super::headless::run_with;
use super::prepared::{desks, stands};
use super::*;
use crate::scenarios::PIN;

const BY: &str = "passport:7K31";

/// P. came alone to the first desk, which prepared a reset; at the other one lies the key of their administrator, which a third one made.
async fn waiting() -> (World, World, AccountResetId) {
    // A registry without pages: it is signed at a desk.
    let (here, other) = desks(ServeConfig::default()).await;
    let (mut desk, _) = agent(&here);
    let asked = account_reset::ask(&mut desk, &person(1), wish()).await;
    let Ok(Ending::AccountReset {
        result: AccountResetResult::Prepared { reset },
        ..
    }) = asked
    else {
        panic!("{asked:?}");
    };
    (here, other, reset.id)
}

/// An operator at a desk where the key in the persons' slot is the administrator's.
fn beside(world: &World) -> (StationDesk, Arc<ScriptedFace>) {
    let face = Arc::new(ScriptedFace::new(SLOT, PIN));
    let station = Arc::clone(&world.station);
    let desk = StationDesk::new(station, Arc::clone(&face), Cancel::default());
    (desk, face)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_signs_at_another_desk_what_they_read_there() {
    let (here, other, reset) = waiting().await;
    let (mut desk, face) = beside(&other);
    let signed = account_reset::sign_prepared(&mut desk, &person(2), None).await;
    let Ok(Ending::AccountReset {
        person: who,
        result: AccountResetResult::Signed { reset: asked },
    }) = signed
    else {
        panic!("{signed:?}");
    };
    assert_eq!((who.id, asked.id), (person(2), reset));
    assert!(
        face.questions()
            .iter()
            .any(|asked| matches!(asked, Question::AccountReset(AccountResetQuestion::Ask { act, .. }) if act.signer.id == "p-2"))
    );
    let named =
        |event: &Event| matches!(event, Event::Prover { name } if name == "Ada Ministrator");
    assert!(face.events().iter().any(named));
    // Nobody was signed out by it, and where the person waits it is known.
    assert_eq!(other.station.operator().expect("signed in").name, "O. Ther");
    assert_eq!(stands(&here).await, Some(ResetState::Released));
    carry_out(&here, reset, &person(1))
        .await
        .expect("carried out");
    // Nothing is left to be signed.
    let (mut desk, _) = beside(&other);
    let nothing = account_reset::sign_prepared(&mut desk, &person(2), None).await;
    let stop = nothing.expect_err("nothing");
    assert!(
        matches!(stop, Stop::Unmet(Unmet::NothingOpen { .. })),
        "{stop:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_objects_at_a_desk() {
    let (here, other, reset) = waiting().await;
    let (mut desk, face) = beside(&other);
    let objected = account_reset::object(&mut desk, &person(2), None).await;
    let Ok(Ending::AccountReset {
        result: AccountResetResult::Objected { reset: ended },
        ..
    }) = objected
    else {
        panic!("{objected:?}");
    };
    assert_eq!((ended.id, ended.state), (reset, ResetState::Objected));
    let asked = face.questions();
    let is_asked = |asked: &Question| {
        matches!(
            asked,
            Question::AccountReset(AccountResetQuestion::Object { .. })
        )
    };
    assert!(asked.iter().any(is_asked));
    assert_eq!(stands(&here).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_are_done_by_their_commands() {
    let (here, other, reset) = waiting().await;
    let name = reset.to_string();
    let who = ["--administrator", "p-2", "--identified-by", BY];
    let sign = [&["sign", &name][..], &who[..]].concat();
    let (outcome, printed) = run_with(&other, &sign, Some((SLOT, PIN))).await;
    assert_eq!(outcome.exit, Exit::Done, "{}", outcome.detail);
    assert_eq!(outcome.code, "reset-signed");
    assert!(
        printed.contains("Zoë Person") && !printed.contains(PIN),
        "{printed}"
    );
    assert_eq!(stands(&here).await, Some(ResetState::Released));
    let who = ["--objector", "p-2", "--identified-by", BY];
    let object = [&["object", &name][..], &who[..]].concat();
    let (outcome, _) = run_with(&other, &object, None).await;
    assert_eq!(outcome.code, "reset-objected", "{}", outcome.detail);
    assert_eq!(outcome.facts["state"], "objected");
    let (outcome, _) = run_with(&other, &object, None).await;
    // It is over, and was not prepared there.
    assert_eq!(outcome.exit, Exit::Usage, "{}", outcome.detail);
}

#[tokio::test(flavor = "multi_thread")]
async fn for_a_reset_that_is_not_there_nobody_is_identified() {
    let (_here, other, _) = waiting().await;
    let name = "018f0000-0000-7000-8000-000000000000";
    let object = ["object", name, "--objector", "p-2", "--identified-by", BY];
    let sign = [
        "sign",
        name,
        "--administrator",
        "p-2",
        "--identified-by",
        BY,
    ];
    for (arguments, key) in [(&object, None), (&sign, Some((SLOT, PIN)))] {
        let (outcome, printed) = run_with(&other, arguments, key).await;
        assert_eq!(outcome.exit, Exit::Usage, "{}", outcome.detail);
        assert!(printed.contains("There is no reset"), "{printed}");
        let detail = other.station.person(&person(2)).await.expect("a person");
        assert!(detail.visit.is_none(), "{arguments:?}: {:?}", detail.visit);
    }
}
