//! What the station does to one key besides enrolling it, with the firmware in the slot of a real station: tests, PINs, settings,
//! credentials. What the firmware lacks is refused before anything is sent to it.

mod desk;
mod reset;

use keydesk::{
    domain::{
        authority::Role,
        care::{Care, PinOrigin, PinRule, Setting, StepOutcome, TestStep, TestVerdict},
        pin::PinError,
        reason::{Failure, Lacks},
    },
    workflow::{
        KeyFault, Keys, Stake, Stop,
        care::{self, PinWish},
        dialogue::{Answer, CareResult, Ending, Event, PushState, Question},
    },
};

use desk::{PIN, Seat, done, pin, touching};

const OTHER_PIN: &str = "314195";

/// A station with a firmware key in the slot that has [`PIN`].
async fn with_pin(role: Role) -> Seat {
    let seat = Seat::take(role).await;
    seat.put(&touching());
    let (mut desk, _) = seat.desk([PIN], []).await;
    care::set_pin(&mut desk, None, &PinWish::default())
        .await
        .expect("set");
    seat
}

fn drawn(force_change: bool) -> PinWish {
    PinWish {
        random: Some(PinRule::default()),
        force_change,
        min_length: 0,
    }
}

fn passed(ending: &Ending) -> (TestVerdict, Vec<TestStep>) {
    let care = done(ending);
    let [Care::Tested { report }] = care.as_slice() else {
        panic!("not a test: {ending:?}");
    };
    let passed = report
        .steps
        .iter()
        .filter(|step| step.outcome == StepOutcome::Passed);
    (report.verdict(), passed.map(|step| step.step).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_tested_by_touch_and_with_its_pin_and_keeps_nothing_of_it() {
    let seat = Seat::take(Role::HelpDesk).await;
    seat.put(&touching());
    let (mut desk, _) = seat.desk([], []).await;
    let ending = care::test_key(&mut desk, None).await.expect("tested");
    let (verdict, steps) = passed(&ending);
    assert_eq!(verdict, TestVerdict::WorksUnverified, "{steps:?}");
    assert!(!steps.contains(&TestStep::SignVerified), "{steps:?}");

    let (mut desk, _) = seat.desk([PIN], []).await;
    care::set_pin(&mut desk, None, &PinWish::default())
        .await
        .expect("set");
    let (mut desk, _) = seat.desk([PIN], []).await;
    let ending = care::test_key(&mut desk, None).await.expect("tested");
    let (verdict, steps) = passed(&ending);
    assert_eq!(verdict, TestVerdict::Works, "{steps:?}");
    for step in [
        TestStep::Make,
        TestStep::SignVerified,
        TestStep::SignTouched,
        TestStep::Exclude,
    ] {
        assert!(steps.contains(&step), "{step:?} is not among {steps:?}");
    }
    let held = desk.credentials(&seat.facts(), &pin(PIN)).await;
    assert_eq!(held.expect("listed").credentials, []);
    assert_eq!(seat.history().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_pulled_at_its_touch_is_waited_for_and_tested_from_the_start() {
    let seat = with_pin(Role::HelpDesk).await;
    let slot = seat.hand();
    let pulls = std::sync::atomic::AtomicUsize::new(0);
    let hear = move |event: &Event| match event {
        Event::Touch { .. } if pulls.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0 => {
            slot.pull();
        }
        Event::Pulled { .. } => slot.put_back(),
        _ => {}
    };
    let (mut desk, person) = seat.desk_hearing([PIN, PIN], [], hear).await;
    let ending = care::test_key(&mut desk, None).await.expect("tested");
    assert_eq!(passed(&ending).0, TestVerdict::Works);
    let events = person.events();
    assert!(
        events
            .iter()
            .any(|event| matches!(event, Event::Back { .. })),
        "{events:?}"
    );
    // Nothing tells it from another one of its model.
    assert!(events.contains(&Event::Anew), "{events:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pin_is_set_proven_with_the_attempts_left_told_and_changed() {
    let seat = with_pin(Role::HelpDesk).await;
    let (mut desk, person) = seat.desk(["000000", PIN], []).await;
    let ending = care::verify_pin(&mut desk, None).await.expect("right");
    assert_eq!(
        person.attempts_told(),
        [(Some(8), false), (Some(7), true)],
        "the key's own count is shown"
    );
    let Ending::Cared { result, .. } = &ending else {
        panic!("{ending:?}");
    };
    assert_eq!(
        **result,
        CareResult::PinVerified { retries: Some(8) },
        "a right PIN gives all of them back"
    );

    let (mut desk, _) = seat.desk([PIN, OTHER_PIN], []).await;
    let ending = care::change_pin(&mut desk, None, &PinWish::default()).await;
    let origin = PinOrigin::Person;
    assert_eq!(
        done(&ending.expect("changed")),
        [Care::PinChanged { origin }]
    );
    let key = seat.facts();
    let old = desk
        .verify_pin(&key, &pin(PIN), keydesk::domain::key::TEST_RP_ID)
        .await;
    assert_eq!(old, Err(KeyFault::WrongPin { retries: Some(7) }));
    let new = desk
        .verify_pin(&key, &pin(OTHER_PIN), keydesk::domain::key::TEST_RP_ID)
        .await;
    assert_eq!(new, Ok(()));

    let (mut desk, _) = seat.desk([PIN], []).await;
    let again = care::set_pin(&mut desk, None, &PinWish::default()).await;
    assert!(
        matches!(
            &again,
            Err(Stop::Key(KeyFault::Unsupported(Lacks::FirstPin)))
        ),
        "{again:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn three_wrong_pins_in_a_row_end_in_a_pull_and_eight_block_the_key() {
    let seat = with_pin(Role::HelpDesk).await;
    let slot = seat.hand();
    let hear = move |event: &Event| {
        if matches!(event, Event::Pulled { .. }) {
            slot.pull();
            slot.put_back();
        }
    };
    let wrong = ["000000"; 8];
    let (mut desk, person) = seat.desk_hearing(wrong, [], hear).await;
    let blocked = care::verify_pin(&mut desk, None).await;
    assert_eq!(blocked, Err(Stop::Key(KeyFault::PinBlocked)));
    let left: Vec<_> = person
        .attempts_told()
        .into_iter()
        .filter_map(|(left, _)| left)
        .collect();
    assert_eq!(left, [8, 7, 6, 5, 4, 3, 2, 1]);
    let pulled = |event: &&Event| matches!(event, Event::Pulled { .. });
    assert_eq!(person.events().iter().filter(pulled).count(), 2);

    // The right one opens it no more, and nothing asks for it.
    let (mut desk, person) = seat.desk([PIN], []).await;
    let tested = care::test_key(&mut desk, None).await;
    assert_eq!(tested, Err(Stop::Key(KeyFault::PinBlocked)));
    let changed = care::change_pin(&mut desk, None, &PinWish::default()).await;
    assert_eq!(changed, Err(Stop::Key(KeyFault::PinBlocked)));
    assert_eq!(person.attempts_told(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pin_by_lot_that_must_be_changed_opens_nothing_until_the_person_has_changed_it() {
    let seat = Seat::take(Role::HelpDesk).await;
    seat.put(&touching());
    let (mut desk, person) = seat.desk([], []).await;
    let ending = care::set_pin(&mut desk, None, &drawn(true)).await;
    let Ok(Ending::Cared { key, .. }) = &ending else {
        panic!("{ending:?}");
    };
    assert!(key.pin_change_required);
    let handed = person.handed().expect("handed over");

    let (mut desk, _) = seat.desk([], []).await;
    let tested = care::test_key(&mut desk, None).await;
    assert_eq!(tested, Err(Stop::Key(KeyFault::PinChangeNeeded)));
    let (mut desk, _) = seat.desk_of([handed, pin(PIN)], []).await;
    care::change_pin(&mut desk, None, &PinWish::default())
        .await
        .expect("changed");
    assert!(!seat.read().await.pin_change_required);
    let (mut desk, _) = seat.desk([PIN], []).await;
    let ending = care::test_key(&mut desk, None).await.expect("tested");
    assert_eq!(passed(&ending).0, TestVerdict::Works);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_applied_in_an_order_that_reaches_each_and_the_key_shows_them() {
    let seat = with_pin(Role::StationAdministrator).await;
    let minimum = Setting::MinPinLength {
        length: 8,
        rp_ids: vec!["login.example".to_owned()],
    };
    let always_uv = Setting::AlwaysUv { on: true };
    let wanted = vec![minimum, Setting::ForcePinChange, always_uv];
    let (mut desk, person) = seat.desk([PIN], [Answer::Settings(wanted.clone())]).await;
    let ending = care::configure(&mut desk, None).await.expect("configured");
    assert_eq!(done(&ending).len(), wanted.len());
    let offered = person.offered();
    assert!(offered.contains(&Setting::ForcePinChange), "{offered:?}");
    let portrait = desk.portrait(&seat.facts()).await.expect("read");
    assert!(wanted.iter().all(|s| s.holds_on(&portrait)), "{portrait:?}");

    // The PIN of six is too short now, and so is another of seven: the key itself says so, and is not asked.
    let (mut desk, _) = seat.desk([PIN, "3141952"], []).await;
    let (key, old, short) = (seat.facts(), pin(PIN), pin("3141952"));
    let refused = desk.change_pin(&key, &old, &short).await;
    let refused = refused.expect_err("too short for the key");
    assert!(refused.refuses_pin(), "{refused:?}");
    let refused = care::change_pin(&mut desk, None, &PinWish::default()).await;
    assert_eq!(
        refused,
        Err(Stop::PinNotTaken(PinError::TooShort { min: 8 }))
    );
    let (mut desk, person) = seat.desk([PIN, "31419526"], []).await;
    care::change_pin(&mut desk, None, &PinWish::default())
        .await
        .expect("changed");
    assert_eq!(person.new_pins_asked(), [(8, false)]);

    let off = Setting::AlwaysUv { on: false };
    let orders = [Answer::Settings(vec![off.clone()])];
    let (mut desk, _) = seat.desk(["31419526"], orders).await;
    let ending = care::configure(&mut desk, None).await.expect("configured");
    assert_eq!(done(&ending), [Care::Configured { setting: off }]);
    assert!(!seat.read().await.always_uv);
    let lower = Setting::MinPinLength {
        length: 6,
        rp_ids: Vec::new(),
    };
    let (mut desk, _) = seat.desk([], [Answer::Settings(vec![lower])]).await;
    let refused = care::configure(&mut desk, None).await;
    assert!(
        matches!(
            &refused,
            Err(Stop::Key(KeyFault::Failed(Failure::MinPinLength { .. })))
        ),
        "{refused:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_firmware_lacks_is_refused_before_a_pin_is_asked_for() {
    let seat = with_pin(Role::StationAdministrator).await;
    for setting in [
        Setting::EnterpriseAttestation,
        Setting::LongTouchForReset,
        Setting::PinComplexity,
    ] {
        let orders = [Answer::Settings(vec![setting.clone()])];
        let (mut desk, person) = seat.desk([], orders).await;
        let refused = care::configure(&mut desk, None).await;
        assert!(
            matches!(&refused, Err(Stop::Key(KeyFault::Unsupported(Lacks::Setting { setting: named }))) if *named == setting),
            "{refused:?}"
        );
        assert!(!person.offered().contains(&setting));
    }
    let (mut desk, person) = seat.desk([], []).await;
    let fingers = care::fingerprints(&mut desk, None).await;
    assert!(
        matches!(fingers, Err(Stop::Key(KeyFault::Unsupported(_)))),
        "{fingers:?}"
    );
    assert_eq!(person.attempts_told(), []);
    assert_eq!(seat.history().len(), 1, "nothing but the PIN was done");
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_are_listed_with_whose_they_are_renamed_and_deleted_and_an_enrolled_one_takes_a_reset_s_word()
 {
    let seat = Seat::take(Role::HelpDesk).await;
    seat.put(&touching());
    seat.enrol(1).await.expect("enrolled");
    for user in ["a@elsewhere.example", "b@elsewhere.example"] {
        seat.elsewhere(user).await;
    }
    let (mut desk, _) = seat.desk([PIN], []).await;
    let ending = care::credentials(&mut desk, None).await.expect("listed");
    let held = desk::held(&ending);
    let (theirs, others): (Vec<_>, Vec<_>) = held
        .iter()
        .partition(|held| matches!(held.stake, Stake::Account { .. }));
    let ([theirs], [first, second]) = (theirs.as_slice(), others.as_slice()) else {
        panic!("{held:?}");
    };

    let name = format!("Zoë {}", "x".repeat(80));
    let orders = [
        Answer::Rename(first.credential.id.clone(), name),
        Answer::Remove(second.credential.id.clone()),
    ];
    let (mut desk, _) = seat.desk([PIN], orders).await;
    let ending = care::credentials(&mut desk, None).await.expect("changed");
    assert!(
        matches!(
            done(&ending).as_slice(),
            [
                Care::CredentialRenamed { name, .. },
                Care::CredentialDeleted { credential, .. }
            ] if name.starts_with("Zoë x") && name.len() <= 64 && credential.id == second.credential.id
        ),
        "{ending:?}"
    );

    let remove = || [Answer::Remove(theirs.credential.id.clone())];
    let (mut desk, _) = seat.desk([PIN], remove()).await;
    let untold = care::credentials(&mut desk, None).await;
    assert_eq!(untold, Err(Stop::Cancelled), "nobody said why");
    let gone = [Answer::Remove(second.credential.id.clone())];
    let (mut desk, _) = seat.desk([PIN], gone).await;
    let refused = care::credentials(&mut desk, None).await;
    assert_eq!(refused, Err(Stop::Key(KeyFault::NoCredential)));

    let (mut desk, _) = seat.desk([PIN], []).await;
    let ending = care::credentials(&mut desk, None).await.expect("listed");
    assert_eq!(desk::held(&ending).len(), 2);
    let works = care::test_for(&mut desk, &desk::person(1), None, None).await;
    assert!(
        matches!(works, Err(Stop::Cancelled)),
        "no PIN is left to type"
    );
    let (mut desk, _) = seat.desk([PIN], []).await;
    let works = care::test_for(&mut desk, &desk::person(1), None, None).await;
    assert!(matches!(works, Ok(Ending::WorksFor { .. })), "{works:?}");

    let (mut desk, _) = seat.desk_telling([PIN], remove(), reset::case()).await;
    let ending = care::credentials(&mut desk, None).await.expect("deleted");
    assert!(
        matches!(
            &ending,
            Ending::Cared { result, .. }
                if matches!(**result, CareResult::Credentials { told: Some(PushState::Accepted), .. })
        ),
        "{ending:?}"
    );
    assert_eq!(desk::held(&ending).len(), 1);
    let (mut desk, _) = seat.desk([PIN], []).await;
    let works = care::test_for(&mut desk, &desk::person(1), None, None).await;
    assert!(
        matches!(&works, Err(stop) if stop.refusal() == Some("no-key")),
        "{works:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_about_settings_names_only_what_the_key_can() {
    let seat = with_pin(Role::StationAdministrator).await;
    let (mut desk, person) = seat.desk([], [Answer::Settings(Vec::new())]).await;
    let ended = care::configure(&mut desk, None).await;
    assert_eq!(ended, Err(Stop::Cancelled), "no PIN is typed");
    let lengths = [6, 8, 10].map(|length| Setting::MinPinLength {
        length,
        rp_ids: Vec::new(),
    });
    let mut expected = lengths.to_vec();
    expected.extend([Setting::ForcePinChange, Setting::AlwaysUv { on: true }]);
    assert_eq!(person.offered(), expected);
    let confirmed = |question: &Question| match question {
        Question::ConfirmSettings { settings, .. } => Some(settings.len()),
        _ => None,
    };
    assert_eq!(person.asked(confirmed), [0]);
}
