//! Keys that are made ahead, without their people: statements, spares, standby keys, used keys that are emptied first.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_for_everybody_takes_a_station_administrator() {
    let world = world(1, Role::HelpDesk).await;
    let plan = Plan {
        identification: Some(Identification::stated("standby keys for safe 3").expect("a line")),
        ..plan(&world, ENROL, 1)
    };
    let running = Running::begin(&world, Start::New(Box::new(plan)), ScriptedCrew::default());
    let refusal = running.result().await.expect_err("refused");
    let BatchError::Plan(keydesk::domain::batch::PlanError::NotAllowed(refused)) = refusal else {
        panic!("{refusal:?}");
    };
    let may = refused.may.expect("somebody may");
    assert_eq!(may.done_by, [Role::StationAdministrator]);
    assert!(world.station.store().batches().expect("read").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_station_administrators_statement_is_accepted_by_the_registry() {
    let world = world(1, Role::StationAdministrator).await;
    put(&world, 1);
    let plan = Plan {
        identification: Some(Identification::stated("standby keys for safe 3").expect("a line")),
        ..plan(&world, ENROL, 1)
    };
    let running = Running::begin(&world, Start::New(Box::new(plan)), ScriptedCrew::default());
    assert_eq!(running.end().await.1, Finish::Complete);
    let page = world.station.person(&person(1)).await.expect("a page");
    assert_eq!(page.credentials.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn spares_are_tested_and_tagged_without_a_person() {
    let profile = "version = 1\nname = \"Spares\"\n[[step]]\ndo = \"test\"\n[[step]]\ndo = \"tag\"\npattern = \"SP-##\"\n\
        first = 40\n[[step]]\ndo = \"enrol\"\nfor = \"nobody\"\n";
    let world = world(1, Role::StationAdministrator).await;
    let keys = [put(&world, 1), put(&world, 2)];
    let plan = Plan {
        keys: Some(2),
        identification: None,
        ..plan(&world, profile, 0)
    };
    let running = Running::begin(&world, Start::New(Box::new(plan)), ScriptedCrew::default());
    let crew = Arc::clone(&running.crew);
    let (batch, finish) = running.end().await;
    assert_eq!(finish, Finish::Complete);
    let kinds = vec![StepKind::Test, StepKind::Tag, StepKind::Enrol];
    assert!(batch.runs.iter().all(|run| run.done == kinds));
    let mut tags: Vec<_> = batch
        .runs
        .iter()
        .filter_map(|run| run.tag.clone())
        .collect();
    tags.sort_unstable();
    assert_eq!(tags, ["SP-40", "SP-41"]);
    let board = crew.last_board().expect("a board");
    assert_eq!(
        Some(board.touches),
        board.budget.map(|budget| budget.touches)
    );
    for key in keys {
        assert!(key.credentials().is_empty(), "nothing is left of the test");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shipped_profile_makes_standby_keys_with_a_letter_a_tag_and_a_pin_that_must_be_changed()
{
    let world = world(2, Role::StationAdministrator).await;
    let keys: Vec<SoftKey> = (1..=2)
        .map(|n| {
            let model = Model::full()
                .with_serial(&serial(n))
                .with_touch(TouchPolicy::Auto);
            let key = SoftKey::new(model);
            world.rack.put(&slot(n), &key);
            key
        })
        .collect();
    let plan = plan(
        &world,
        include_str!("../../../assets/examples/batch.toml"),
        2,
    );
    let running = Running::begin(&world, Start::New(Box::new(plan)), ScriptedCrew::default());
    let crew = Arc::clone(&running.crew);
    let (batch, finish) = running.end().await;
    assert_eq!(finish, Finish::Complete);
    let letters = crew.letters();
    assert_eq!(letters.len(), 2);
    assert!(letters.iter().all(|pin| pin.len() == 8) && letters[0] != letters[1]);
    for (n, key) in keys.iter().enumerate() {
        assert_eq!(key.credentials().len(), 1);
        let place = UsbPath::new(slot(n + 1));
        let shows_it = || {
            let facts = world.station.slots().keys();
            let known = facts.into_iter().find(|facts| facts.place == place);
            known.is_some_and(|known| known.pin_min_length == 6 && known.pin_change_required)
        };
        for _ in 0..100 {
            if shows_it() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(shows_it(), "key {n}");
    }
    let said = crew.told().join("\n");
    for record in audit::records(&world.data()).expect("readable") {
        let record = serde_json::to_string(&record.expect("whole")).expect("json");
        assert!(
            letters
                .iter()
                .all(|pin| !record.contains(pin.as_str()) && !said.contains(pin.as_str()))
        );
    }
    let tags: Vec<_> = batch
        .runs
        .iter()
        .filter_map(|run| run.label.clone())
        .collect();
    assert!(
        tags.iter().all(|label| label.starts_with("KD-000")),
        "{tags:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn used_keys_without_an_owner_are_emptied_first_pulled_and_put_back_when_the_board_says_so() {
    let profile = "version = 1\nname = \"Refill\"\n[[step]]\ndo = \"reset\"\n[[step]]\ndo = \"pin\"\nhow = \"random\"\n";
    let world = world(1, Role::StationAdministrator).await;
    let serialless = SoftKey::new(Model::security_key_nfc().with_touch(TouchPolicy::Auto));
    world.rack.put(&slot(1), &serialless);
    put(&world, 2);
    let spares = |text: &str| Plan {
        keys: Some(2),
        identification: None,
        ..plan(&world, text, 0)
    };
    // A batch before gave them PINs that nobody knows any more.
    let before = spares(&profile.replace("[[step]]\ndo = \"reset\"\n", ""));
    let running = Running::begin(
        &world,
        Start::New(Box::new(before)),
        ScriptedCrew::default(),
    );
    assert_eq!(running.end().await.1, Finish::Complete);
    let again = spares(profile);
    let start = Start::New(Box::new(again));
    let running = Running::begin(&world, start, ScriptedCrew::default());
    let crew = Arc::clone(&running.crew);
    for n in 1..=2 {
        let place = UsbPath::new(slot(n));
        let at = |board: &keydesk::station::face::board::Board, code: &str| {
            board
                .slots
                .iter()
                .any(|slot| slot.place == place && slot.work.code() == code)
        };
        running.crew.until(|board| at(board, "pull")).await;
        world.rack.pull(&place);
        running.crew.until(|board| at(board, "put-back")).await;
        world.rack.put_back(&place);
    }
    let (batch, finish) = running.end().await;
    assert_eq!(finish, Finish::Complete);
    assert_eq!(batch.runs.len(), 2, "put back, a key is still the same one");
    assert_eq!(crew.letters().len(), 2, "each has a new PIN");
}
