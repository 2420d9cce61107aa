//! The fleet of odd keys, through every job: each key of the table comes to the verdict that stands beside it.

mod table;

use std::sync::Arc;

use keydesk::bay::soft::SoftKey;
use keydesk::bay::{Cancel, SlotState};
use keydesk::domain::care::oddities;
use keydesk::domain::profile::Profile as BatchProfile;
use keydesk::domain::{KeyFacts, UsbPath};
use keydesk::program::demo::world::{ScriptedFace, World};
use keydesk::station::desk::StationDesk;
use keydesk::text::english;
use keydesk::workflow::care::{PinWish, change_pin, set_pin, test_key};
use keydesk::workflow::{self, Stop, batch};

use crate::scenarios::{SLOT, answering, person, world};
use table::{Odd, WORKS, fleet};

/// Where a key with two interfaces is as well.
const OTHER_SLOT: &str = "1-1.7";

/// What came of a job: nothing, or the words of what stopped it.
type Came = Result<(), String>;

fn said(ended: Result<impl Sized, Stop>) -> Came {
    ended.map(|_| ()).map_err(|stop| english().stop(&stop))
}

/// Whether that is what the table has. Words between bars are alternatives.
fn is_right(came: &Came, right: &str) -> bool {
    match came {
        Ok(()) => right == WORKS,
        Err(words) => right.split('|').any(|right| words.contains(right)),
    }
}

fn desk(world: &World, odd: &Odd) -> StationDesk {
    let face = Arc::new(ScriptedFace::new(SLOT, odd.pin).choosing(odd.new_pin));
    StationDesk::new(Arc::clone(&world.station), face, Cancel::default())
}

/// Puts the key in; its facts, or why it can't be worked with.
async fn put(world: &World, odd: &Odd) -> Result<(SoftKey, KeyFacts), String> {
    let key = (odd.make)();
    world.rack.pull(&UsbPath::new(OTHER_SLOT));
    world.rack.put(SLOT, &key);
    if odd.twice {
        world.rack.put(OTHER_SLOT, &key);
    }
    answering(world).await;
    let slots = world.station.slots();
    let raw = slots.raw();
    let slot = raw.iter().find(|slot| slot.place.as_str() == SLOT);
    let slot = slot.expect("it is in");
    match (&slot.state, slots.facts(slot)) {
        (SlotState::Ready(_) | SlotState::U2fOnly, Some(facts)) => Ok((key, facts)),
        _ => {
            let (_, why) = slots.unready(&[SLOT]).expect("a reason");
            Err(english().unusable_in_full(&why))
        }
    }
}

/// Runs a job with every key of the fleet, each in its turn, and compares.
async fn compare(
    right: fn(&Odd) -> &'static str,
    job: impl AsyncFn(&World, &Odd, usize, (SoftKey, KeyFacts)) -> Came,
) {
    let fleet = fleet();
    let world = world(fleet.len() + 1).await;
    let mut wrong = Vec::new();
    for (n, odd) in fleet.iter().enumerate() {
        let came = match put(&world, odd).await {
            Ok(there) => job(&world, odd, n + 1, there).await,
            Err(why) => Err(why),
        };
        if !is_right(&came, right(odd)) {
            wrong.push(format!("{}: {came:?}, and not {:?}", odd.name, right(odd)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_fleet_is_large_and_each_key_of_it_has_a_name_of_its_own() {
    let fleet = fleet();
    assert!(fleet.len() >= 40, "{}", fleet.len());
    let mut names: Vec<&str> = fleet.iter().map(|odd| odd.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), fleet.len());
}

/// The row of a key in the page.
fn row(odd: &Odd) -> String {
    let jobs = [
        odd.enrol,
        odd.test,
        odd.set_pin,
        odd.change_pin,
        odd.reset,
        odd.batch,
    ];
    let verdicts = jobs.map(|right| match right {
        WORKS => "✓".to_owned(),
        words => words.replace('|', " or "),
    });
    let two = [odd.name, odd.from].map(|text| text.replace('|', "/"));
    format!("| {} | {} |", two.join(" | "), verdicts.join(" | "))
}

#[test]
fn the_page_of_keys_has_the_verdicts_of_the_whole_fleet() {
    const BEGIN: &str = "<!-- the fleet: written by a test -->\n";
    const END: &str = "<!-- end of the fleet -->";
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/KEYS.md");
    let page = std::fs::read_to_string(&path).expect("the page");
    let (before, rest) = page.split_once(BEGIN).expect("where the fleet begins");
    let (_, after) = rest.split_once(END).expect("where it ends");
    let head = "| what is odd | where that is from | enrol | test | first PIN | another PIN | reset | batch |\n\
                |---|---|---|---|---|---|---|---|";
    let rows: Vec<String> = fleet().iter().map(row).collect();
    let written = format!("{before}{BEGIN}{head}\n{}\n{END}{after}", rows.join("\n"));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &written).expect("written");
        return;
    }
    assert!(
        page == written,
        "docs/KEYS.md is out of date: UPDATE=1 cargo test --test it the_page_of_keys"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_odd_about_each_key_of_the_fleet_is_said_of_it() {
    let world = world(1).await;
    let mut wrong = Vec::new();
    for odd in fleet() {
        let told = match put(&world, &odd).await {
            Err(why) => vec![why],
            Ok((_, facts)) => told(&world, &facts).await,
        };
        let told = told.join("\n");
        for words in odd.said.iter().filter(|words| !told.contains(**words)) {
            wrong.push(format!("{}: no {words:?} in\n{told}", odd.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Everything that `key info` says.
async fn told(world: &World, facts: &KeyFacts) -> Vec<String> {
    let (slots, text) = (world.station.slots(), english());
    let portrait = slots.portrait(facts).await.expect("read");
    let lines = text.portrait(&portrait, slots.models()).into_iter();
    let mut told: Vec<String> = lines
        .map(|(label, value)| format!("{label}: {value}"))
        .collect();
    let verdict = slots.verdict(&portrait.key);
    told.extend(verdict.findings.iter().map(|finding| text.finding(finding)));
    let odd = oddities(&portrait, slots.models());
    told.extend(odd.iter().map(|oddity| text.oddity(oddity)));
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn each_key_of_the_fleet_is_enrolled_or_refused_as_it_should_be() {
    compare(
        |odd| odd.enrol,
        async |world: &World, odd: &Odd, n, _| {
            let ended = workflow::enrol(&mut desk(world, odd), &person(n)).await;
            said(ended.inspect(|_| {
                assert!(world.station.store().unfinished().expect("read").is_empty());
            }))
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_key_of_the_fleet_is_tested_as_it_should_be() {
    compare(
        |odd| odd.test,
        async |world: &World, odd: &Odd, _, _| {
            use keydesk::domain::care::{Care, TestVerdict};
            use keydesk::workflow::dialogue::{CareResult, Ending};
            let at = UsbPath::new(SLOT);
            let ended = test_key(&mut desk(world, odd), Some(&at)).await;
            let ending = ended.map_err(|stop| english().stop(&stop))?;
            let Ending::Cared { result, .. } = ending else {
                return Err(format!("{ending:?}"));
            };
            let CareResult::Done {
                care: Care::Tested { report },
            } = *result
            else {
                return Err(format!("{result:?}"));
            };
            match (report.verdict(), report.failure()) {
                (TestVerdict::Fails, Some((_, why))) => Err(english().test_why(why)),
                _ => Ok(()),
            }
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_key_of_the_fleet_gets_its_first_pin_as_it_should() {
    compare(
        |odd| odd.set_pin,
        async |world: &World, odd: &Odd, _, _| {
            let at = UsbPath::new(SLOT);
            said(set_pin(&mut desk(world, odd), Some(&at), &PinWish::default()).await)
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_key_of_the_fleet_gets_another_pin_as_it_should() {
    compare(
        |odd| odd.change_pin,
        async |world: &World, odd: &Odd, _, (_, facts)| {
            let (at, wish) = (UsbPath::new(SLOT), PinWish::default());
            if facts.pin_set != Some(true) {
                said(set_pin(&mut desk(world, odd), Some(&at), &wish).await)?;
            }
            said(change_pin(&mut desk(world, odd), Some(&at), &wish).await)
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_key_of_the_fleet_is_reset_or_says_that_it_is_not() {
    compare(
        |odd| odd.reset,
        async |world: &World, _: &Odd, _, _| {
            let (ended, _) = crate::resets::run(world, crate::resets::order()).await;
            said(ended)
        },
    )
    .await;
}

const BATCH: &str = r#"
version = 1
name = "Keys for today's visitors"

[[step]]
do = "pin"
how = "typed"

[[step]]
do = "enrol"
for = "list"
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_takes_of_the_fleet_what_an_enrolment_would_take() {
    compare(
        |odd| odd.batch,
        async |world: &World, odd: &Odd, _, (_, mut facts)| {
            let profile = BatchProfile::parse(BATCH).expect("a profile");
            let mut desk = desk(world, odd);
            match batch::unfit(&mut desk, &profile, &mut facts).await {
                Ok(None) => Ok(()),
                Ok(Some(unfit)) => Err(english().unfit(&unfit)),
                Err(stop) => Err(english().stop(&stop)),
            }
        },
    )
    .await;
}
