//! What waits for the registry when the registry, the line or the disk misbehaves, and who may decide on it.

#![expect(
    clippy::indexing_slicing,
    reason = "a test that indexes wrongly fails, as it should"
)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use keydesk::bay::Cancel;
use keydesk::bay::soft::{Profile, SoftKey, TouchPolicy};
use keydesk::domain::authority::Role;
use keydesk::domain::suspension::FactorRef;
use keydesk::domain::visit::SuspendedWhy;
use keydesk::domain::{Bytes, EntryId, PersonId, UsbPath};
use keydesk::program::demo::world::{OPERATOR_PIN, ScriptedFace, World};
use keydesk::record::{Change, EntryState, OutboxEntry, Resolution};
use keydesk::server::{ServeConfig, admin};
use keydesk::station::desk::StationDesk;
use keydesk::wire::{SuspensionPush, TicketRequest, VERSION};
use keydesk::workflow::dialogue::{Ending, PushState};
use keydesk::workflow::{self, Pushed, Stop, Wants};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::faulty_desk::{FaultyDesk, Mishap};
use crate::scenarios::{SLOT, enrol, operators_key, world};

const OPERATOR_SLOT: &str = "1-1.1";

/// Runs a statement on the registry's database, by another connection.
pub async fn sql(world: &World, statement: &'static str) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(world.database());
    let pool = sqlx::SqlitePool::connect_with(options)
        .await
        .expect("opens");
    sqlx::query(statement).execute(&pool).await.expect("runs");
    pool.close().await;
}

/// Enrols person `n` with the registry out of reach, by a ticket.
pub async fn enrol_later(world: &mut World, count: usize) {
    fetch_tickets(world, count).await;
    world.stop_registry().await;
    for n in 1..=count {
        let key = SoftKey::new(Profile::yubikey_5_nfc().with_touch(TouchPolicy::Auto));
        world.rack.put(SLOT, &key);
        let ending = enrol(world, n).await.expect("enrolled");
        assert!(
            matches!(
                &ending,
                Ending::Enrolled {
                    push: PushState::Queued,
                    ..
                }
            ),
            "{ending:?}"
        );
    }
}

/// Tickets for the first `count` people.
async fn fetch_tickets(world: &World, count: usize) {
    let request = TicketRequest {
        people: (1..=count)
            .map(|n| PersonId::new(format!("p-{n}")))
            .collect(),
        ..TicketRequest::of_day(jiff::Zoned::now().date())
    };
    world
        .station
        .fetch_tickets(&request)
        .await
        .expect("tickets");
}

pub async fn back(world: &mut World) {
    let started = world.start_registry(ServeConfig::default()).await;
    started.expect("back");
}

pub fn waiting(world: &World) -> Vec<OutboxEntry> {
    world.station.store().outbox().expect("read")
}

/// An entry that the registry has refused: its ticket expired meanwhile.
async fn in_conflict(world: &mut World) -> OutboxEntry {
    let key = SoftKey::new(Profile::yubikey_5_nfc().with_touch(TouchPolicy::Auto));
    in_conflict_on(world, &key).await
}

/// The same, on this key.
pub async fn in_conflict_on(world: &mut World, key: &SoftKey) -> OutboxEntry {
    fetch_tickets(world, 1).await;
    world.stop_registry().await;
    world.rack.put(SLOT, key);
    enrol(world, 1).await.expect("enrolled");
    sql(
        world,
        "UPDATE offer SET expires_ms = unixepoch() * 1000 - 1000",
    )
    .await;
    back(world).await;
    let round = world.station.push_outbox().await.expect("pushed");
    assert_eq!(round.rejected, 1);
    waiting(world).remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_in_conflict_stays_refused_and_is_not_sent_again_by_itself() {
    let mut world = world(1).await;
    let entry = in_conflict(&mut world).await;
    sql(&world, "UPDATE offer SET expires_ms = 99999999999999").await;
    let pushed = world.station.push_entry(entry.id).await.expect("an answer");
    assert!(
        matches!(&pushed, Pushed::Rejected { code, .. } if code == "challenge-expired"),
        "{pushed:?}"
    );
    let again = world
        .station
        .resolve_conflict(entry.id, Resolution::Retry)
        .await
        .expect("resolved");
    assert_eq!(again.accepted, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_revoked_station_still_pushes_becomes_a_conflict_and_stays() {
    let mut world = world(1).await;
    enrol_later(&mut world, 1).await;
    let name = world.station.name().to_owned();
    let revoked = admin::revoke_station(&world.database(), &name).await;
    revoked.expect("revoked");
    back(&mut world).await;
    for _ in 0..2 {
        let round = world.station.push_outbox().await.expect("pushed");
        assert_eq!((round.rejected, round.queued), (1, 0));
        let EntryState::Conflict { code, detail } = waiting(&world).remove(0).state else {
            panic!("no conflict");
        };
        assert_eq!(code, "station-revoked");
        assert!(detail.words.contains("administrator"), "{detail}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_is_resolved_by_whoever_may_enrol_once_they_are_signed_in() {
    let mut world = world(1).await;
    let entry = in_conflict(&mut world).await;
    let station = Arc::clone(&world.station);
    station.close_session().await.expect("signed out");
    let withdraw = || station.resolve_conflict(entry.id, Resolution::Withdrawn);
    assert_eq!(withdraw().await, Err(Stop::SignedOut));
    sql(&world, "UPDATE operator SET role = 'customer-service'").await;
    let face = Arc::new(ScriptedFace::new(OPERATOR_SLOT, OPERATOR_PIN));
    let mut desk = StationDesk::new(Arc::clone(&station), face, Cancel::default());
    workflow::sign_in(&mut desk).await.expect("signed in");
    // An agent of Customer Service enrols what takes the place of what they reset.
    let again = station.resolve_conflict(entry.id, Resolution::Retry);
    again.await.expect("resolved");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_the_registry_stumbles_over_does_not_hold_up_those_behind_it() {
    let mut world = world(2).await;
    enrol_later(&mut world, 2).await;
    sql(
        &world,
        "CREATE TRIGGER stumble BEFORE INSERT ON credential WHEN NEW.person = 'p-1' \
         BEGIN SELECT RAISE(ABORT, 'no'); END",
    )
    .await;
    back(&mut world).await;
    let round = world.station.push_outbox().await.expect("pushed");
    assert_eq!((round.accepted, round.queued, round.rejected), (1, 1, 0));
    let left = waiting(&world);
    assert_eq!(left[0].body.person(), Some(&PersonId::new("p-1")));
}

/// Answers everything at the registry's address with this, until the handle is dropped.
pub async fn in_between(world: &mut World, answer: &'static str) -> tokio::task::JoinHandle<()> {
    world.stop_registry().await;
    let address = world.url.rsplit('/').next().unwrap_or_default();
    let listener = tokio::net::TcpListener::bind(address).await.expect("binds");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 8192]).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    })
}

/// The same, and keeps what was asked.
async fn listening(world: &mut World) -> Arc<Mutex<Vec<String>>> {
    world.stop_registry().await;
    let address = world.url.rsplit('/').next().unwrap_or_default();
    let listener = tokio::net::TcpListener::bind(address).await.expect("binds");
    let heard = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&heard);
    tokio::spawn(async move {
        let answer = "HTTP/1.1 500 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut asked = [0; 8192];
            let read = stream.read(&mut asked).await.unwrap_or_default();
            let asked = String::from_utf8_lossy(asked.get(..read).unwrap_or_default());
            kept.lock().expect("kept").push(asked.to_lowercase());
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    heard
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_line_delivers_twice_is_asked_for_with_a_key_of_its_own() {
    let mut world = world(1).await;
    let station = Arc::clone(&world.station);
    // The token that it has goes on.
    station.person(&PersonId::new("p-1")).await.expect("a page");
    let heard = listening(&mut world).await;
    let document = "passport:7K31".parse().expect("a document");
    let _ = station.open_visit(&PersonId::new("p-1"), &document).await;
    let heard = heard.lock().expect("kept").clone();
    let path = "/v1/people/p-1/visits ";
    let asked: Vec<_> = heard.iter().filter(|asked| asked.contains(path)).collect();
    assert!(!asked.is_empty(), "{heard:?}");
    let keyed = asked
        .iter()
        .filter(|asked| asked.contains("\r\nidempotency-key: "));
    assert_eq!(keyed.count(), asked.len(), "{asked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_a_proxy_is_no_refusal_so_that_the_ticket_is_used() {
    let mut world = world(1).await;
    let person = PersonId::new("p-1");
    let request = TicketRequest {
        people: vec![person.clone()],
        ..TicketRequest::of_day(jiff::Zoned::now().date())
    };
    world
        .station
        .fetch_tickets(&request)
        .await
        .expect("tickets");
    let page = "HTTP/1.1 403 Forbidden\r\ncontent-type: text/html\r\ncontent-length: 6\r\nconnection: close\r\n\r\n<html>";
    let proxy = in_between(&mut world, page).await;
    let asked = world.station.offer(&person, None).await;
    assert!(matches!(asked, Err(Stop::Unreachable(_))), "{asked:?}");
    let ticket = world.station.ticket(&person, Wants::Key).expect("read");
    assert_eq!(ticket.expect("the ticket").offer.person.id, person);
    proxy.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_that_asks_for_patience_is_left_alone_by_new_work_too() {
    let mut world = world(1).await;
    enrol_later(&mut world, 1).await;
    let entry = waiting(&world).remove(0);
    let busy = "HTTP/1.1 503 Service Unavailable\r\nretry-after: 600\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let proxy = in_between(&mut world, busy).await;
    let pushed = world.station.push_entry(entry.id).await.expect("answered");
    assert_eq!(pushed, Pushed::Queued);
    proxy.abort();
    let _ = proxy.await;
    back(&mut world).await;
    let pushed = world.station.push_entry(entry.id).await.expect("answered");
    assert_eq!(pushed, Pushed::Queued, "600 s have not gone by");
    let round = world.station.push_outbox().await.expect("pushed");
    assert_eq!(round.accepted, 1, "an operator may ask all the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_fails_anywhere_signs_nobody_in() {
    let world = world(1).await;
    for is_locked in [true, false] {
        for at in 0.. {
            match is_locked {
                true => world.station.lock().expect("locked"),
                false => world.station.close_session().await.expect("signed out"),
            }
            let face = Arc::new(ScriptedFace::new(OPERATOR_SLOT, OPERATOR_PIN));
            let station = Arc::clone(&world.station);
            let desk = StationDesk::new(station, face, Cancel::default());
            let mut faulty = FaultyDesk::new(desk, Some(at), Mishap::FailsBefore);
            let run = workflow::sign_in(&mut faulty);
            let ending = tokio::time::timeout(Duration::from_secs(20), run)
                .await
                .expect("ends");
            let hit = faulty.hit;
            assert_eq!(
                world.station.operator().is_some(),
                ending.is_ok(),
                "{ending:?} after a failure of {hit:?}"
            );
            if hit.is_none() {
                break;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_session_at_the_registry_although_the_journal_has_its_end_already() {
    let world = world(1).await;
    let operator = world.station.operator().expect("signed in");
    let closed = Change::SessionClosed {
        operator: operator.id,
    };
    world.station.commit(closed).expect("recorded");
    world.station.close_session().await.expect("signed out");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(world.database());
    let pool = sqlx::SqlitePool::connect_with(options)
        .await
        .expect("opens");
    let open: i64 = sqlx::query_scalar("SELECT count(*) FROM session WHERE ended_ms IS NULL")
        .fetch_one(&pool)
        .await
        .expect("counted");
    assert_eq!(open, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_station_that_was_restarted_says_what_its_journal_goes_on_from_and_another_journal_is_refused()
 {
    let mut world = world(3).await;
    enrol_later(&mut world, 3).await;
    back(&mut world).await;
    let entries = waiting(&world);
    let first = world.station.push_entry(entries[0].id).await;
    assert!(matches!(first, Ok(Pushed::Accepted { .. })), "{first:?}");
    let world = world.reopen().expect("opens again");
    let second = world.station.push_entry(entries[1].id).await;
    assert!(matches!(second, Ok(Pushed::Accepted { .. })), "{second:?}");
    // To the registry it is as if another journal had been put in the place of the one that it knows.
    sql(&world, "UPDATE journal_head SET hash = zeroblob(32)").await;
    let world = world.reopen().expect("opens again");
    let third = world.station.push_entry(entries[2].id).await;
    assert!(
        matches!(&third, Ok(Pushed::Rejected { code, .. }) if code == "journal-regressed"),
        "{third:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nothing_binds_is_refused_until_whoever_did_it_stands_by_it() {
    let world = world(1).await;
    let key = SoftKey::new(Profile::yubikey_5_nfc().with_touch(TouchPolicy::Auto));
    world.rack.put(SLOT, &key);
    enrol(&world, 1).await.expect("enrolled");
    let did_it = world.station.operator().expect("signed in").id;
    let own = world.rack.key(&UsbPath::new(OPERATOR_SLOT)).expect("a key");
    let at = world.station.registry_now();

    // The station stopped in between, and with it went what binds: this is recorded in nobody's session.
    let world = world.reopen().expect("opens again");
    let entry = EntryId(uuid::Uuid::now_v7());
    let push = SuspensionPush {
        version: VERSION,
        person: PersonId::new("p-1"),
        factor: FactorRef::Key {
            credential: Bytes(key.credentials().remove(0).id),
        },
        why: SuspendedWhy::Lost,
        operator: did_it,
        suspended_at: at,
    };
    let push = Box::new(push);
    let recorded = world
        .station
        .commit(Change::FactorSuspended { entry, push });
    recorded.expect("recorded");
    let pushed = world.station.push_entry(entry).await.expect("an answer");
    assert!(
        matches!(&pushed, Pushed::Rejected { code, .. } if code == "report-unbound"),
        "{pushed:?}"
    );

    let retry = async || {
        let round = world.station.resolve_conflict(entry, Resolution::Retry);
        let round = round.await.expect("resolved");
        (round.accepted, round.rejected)
    };
    let theirs = operators_key();
    let colleague = world.sign_in_as("Otto", Role::HelpDesk, "1-1.3", &theirs);
    colleague.await.expect("signed in");
    assert_eq!(retry().await, (0, 1), "a colleague's word");
    world.rack.pull(&UsbPath::new("1-1.3"));
    world.rack.put(OPERATOR_SLOT, &own);
    let face = Arc::new(ScriptedFace::new(OPERATOR_SLOT, OPERATOR_PIN));
    let mut desk = StationDesk::new(Arc::clone(&world.station), face, Cancel::default());
    workflow::sign_in(&mut desk).await.expect("signed in");
    assert_eq!(retry().await, (1, 0), "their own");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_that_is_dated_before_the_enrolment_is_sent_again_by_whoever_signs_in_anew() {
    let world = world(1).await;
    let key = SoftKey::new(Profile::yubikey_5_nfc().with_touch(TouchPolicy::Auto));
    world.rack.put(SLOT, &key);
    enrol(&world, 1).await.expect("enrolled");
    // The registry's clock was an hour ahead then.
    sql(
        &world,
        "UPDATE credential SET enrolled_ms = enrolled_ms + 3600000",
    )
    .await;
    // What a station hears of the registry's clock is full seconds: by that much this session could seem newer than the reset.
    tokio::time::sleep(Duration::from_millis(2100)).await;
    let (ended, _) = crate::resets::run(&world, crate::resets::order()).await;
    ended.expect("reset");
    let entry = waiting(&world).remove(0);
    let EntryState::Conflict { code, detail } = entry.state else {
        panic!("no conflict");
    };
    assert_eq!(code, "reset-foreign");
    assert!(
        detail.words.contains("sign in anew and send it again"),
        "{detail}"
    );
    let retry = async || {
        let round = world.station.resolve_conflict(entry.id, Resolution::Retry);
        let round = round.await.expect("resolved");
        (round.accepted, round.rejected)
    };
    assert_eq!(retry().await, (0, 1), "in the same session");
    world.station.close_session().await.expect("signed out");
    let face = Arc::new(ScriptedFace::new(OPERATOR_SLOT, OPERATOR_PIN));
    let mut desk = StationDesk::new(Arc::clone(&world.station), face, Cancel::default());
    workflow::sign_in(&mut desk).await.expect("signed in");
    assert_eq!(retry().await, (1, 0), "stood by");
}
