//! The reset of an account at two stations with software keys and the real registry: the whole of it, and with a mishap at every call.

mod at_desk;
mod away;
mod begun;
mod headless;
mod killed;
mod matrix;
mod prepared;

use std::sync::Arc;

use keydesk::bay::Cancel;
use keydesk::domain::account_reset::{ResetReason, ResetState, ResetWish};
use keydesk::domain::authority::Role;
use keydesk::domain::visit::Authority;
use keydesk::domain::{AccountResetId, PersonId};
use keydesk::program::demo::world::{OPERATOR_PIN, ScriptedFace, World};
use keydesk::server::ServeConfig;
use keydesk::station::desk::StationDesk;
use keydesk::wire::{AccountReset, ResetEnding, problem_code};
use keydesk::workflow::account_reset::ReleasedBy;
use keydesk::workflow::dialogue::{AccountResetResult, Ending, Event, PushState, Wanted};
use keydesk::workflow::{Stop, account_reset};

use crate::faulty_desk::{FaultyDesk, Mishap};
use crate::outbox::sql;
use crate::scenarios::{OPERATOR_SLOT, SLOT, enrol, fresh_key, operators_key, person, state_of};

const MISHAPS: [Mishap; 3] = [Mishap::FailsBefore, Mishap::FailsAfter, Mishap::StopsAfter];

/// Two agents of Customer Service at two stations, and people for whom they answer.
struct Service {
    one: World,
    two: World,
    /// A help desk, where people got what they had.
    desk: World,
}

impl Service {
    async fn new(count: usize) -> Self {
        Self::with(ServeConfig::default(), count).await
    }

    async fn with(config: ServeConfig, count: usize) -> Self {
        let mut people = String::from("record,id,name,kind,email\n");
        for n in 1..=count {
            people.push_str(&format!(
                "person,p-{n},Zoë Person,unaffiliated,p{n}@example.com\n"
            ));
        }
        let one = World::build_with(config, &people).await;
        let one = one.expect("a world");
        let two = one
            .neighbour("Customer Service 2")
            .await
            .expect("a station");
        let desk = one.neighbour("Help desk 3").await.expect("a station");
        let agent = Role::CustomerService;
        for (world, name, role) in [
            (&one, "A. Gent", agent),
            (&two, "S. Econd", agent),
            (&desk, "H. Elp", Role::HelpDesk),
        ] {
            let key = operators_key();
            let signed_in = world.sign_in_as(name, role, OPERATOR_SLOT, &key);
            signed_in.await.expect("signed in");
        }
        // They have been there for long.
        sql(&one, "UPDATE operator SET changed_ms = 1000").await;
        Self { one, two, desk }
    }

    /// Person `n` had a key that was stolen.
    async fn stolen(&self, n: usize) {
        self.desk.rack.put(SLOT, &fresh_key());
        enrol(&self.desk, n).await.expect("enrolled");
        let suspended =
            "UPDATE credential SET suspended_ms = accepted_ms, suspended_why = 'stolen'";
        sql(&self.one, suspended).await;
        // They come back another day.
        sql(
            &self.one,
            "UPDATE visit SET ended_ms = opened_ms WHERE ended_ms IS NULL",
        )
        .await;
        // Nobody waits five minutes between two of these tests.
        sql(&self.one, "DELETE FROM act_asked").await;
    }

    /// What is open about person `n`.
    async fn open(&self, n: usize) -> Option<AccountReset> {
        let detail = self.one.station.person(&person(n)).await;
        let reset = detail.expect("a person").reset.map(|reset| *reset);
        reset.filter(|reset| reset.state.is_open())
    }

    async fn live_on_keys(&self, n: usize) -> usize {
        let detail = self.one.station.person(&person(n)).await;
        detail.expect("a person").held_on_keys().count()
    }
}

/// An agent at their desk, whose own key is in its slot.
fn agent(world: &World) -> (StationDesk, Arc<ScriptedFace>) {
    let face = Arc::new(ScriptedFace::new(OPERATOR_SLOT, OPERATOR_PIN));
    let station = Arc::clone(&world.station);
    let desk = StationDesk::new(station, Arc::clone(&face), Cancel::default());
    (desk, face)
}

fn wish() -> Option<ResetWish> {
    Some(ResetWish {
        reason: ResetReason::Stolen,
        remark: "bag stolen".to_owned(),
        ticket: None,
    })
}

pub async fn ask(world: &World, who: &PersonId) -> Result<AccountResetId, Stop> {
    let (mut desk, _) = agent(world);
    match account_reset::ask(&mut desk, who, wish()).await? {
        Ending::AccountReset {
            result: AccountResetResult::Asked { reset },
            ..
        } => Ok(reset.id),
        other => panic!("not asked for: {other:?}"),
    }
}

async fn release(world: &World, reset: AccountResetId) -> Result<Ending, Stop> {
    let (mut desk, _) = agent(world);
    account_reset::release(&mut desk, reset, &ReleasedBy::SignedIn).await
}

async fn carry_out(world: &World, reset: AccountResetId, who: &PersonId) -> Result<Ending, Stop> {
    let (mut desk, _) = agent(world);
    account_reset::carry_out(&mut desk, reset, who).await
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_whose_key_was_stolen_is_back_with_another_one_in_one_visit() {
    let service = Service::new(1).await;
    service.stolen(1).await;
    let (mut desk, face) = agent(&service.one);
    let asked = account_reset::ask(&mut desk, &person(1), wish()).await;
    let Ok(Ending::AccountReset {
        result: AccountResetResult::Asked { reset },
        ..
    }) = asked
    else {
        panic!("{asked:?}");
    };
    // What was signed was shown before the key was touched.
    let shown = face
        .events()
        .into_iter()
        .position(|event| matches!(&event, Event::Signing { act } if act.subject().id == "p-1"));
    let touched = face
        .events()
        .into_iter()
        .position(|event| matches!(event, Event::Touch { .. }));
    assert!(shown.is_some() && shown < touched, "{shown:?} {touched:?}");
    // Enrolling is not possible before it is carried out.
    let early = enrol(&service.one, 1).await;
    assert!(matches!(early, Err(Stop::Authority { .. })), "{early:?}");
    // Nor does who asked release it.
    let own = release(&service.one, reset.id).await.expect_err("refused");
    assert_eq!(own.refusal(), Some(problem_code::NOT_ALLOWED));

    release(&service.two, reset.id).await.expect("released");
    let done = carry_out(&service.one, reset.id, &person(1)).await;
    let Ok(Ending::AccountReset {
        result: AccountResetResult::CarriedOut { done },
        ..
    }) = done
    else {
        panic!("{done:?}");
    };
    assert_eq!(done.deleted.len(), 1);
    assert_eq!(done.visit.authority, Some(Authority::Released));
    service.one.rack.put(SLOT, &fresh_key());
    let ending = enrol(&service.one, 1).await.expect("enrolled");
    assert_eq!(state_of(&ending), &PushState::Accepted);
    assert_eq!(service.live_on_keys(1).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_agent_refuses_at_the_desk_of_whoever_asked_and_that_is_what_the_record_says() {
    let service = Service::new(1).await;
    service.stolen(1).await;
    let id = ask(&service.one, &person(1)).await.expect("asked for");
    let face = Arc::new(ScriptedFace::new(OPERATOR_SLOT, OPERATOR_PIN).refusing());
    let station = Arc::clone(&service.one.station);
    let mut desk = StationDesk::new(station, face, Cancel::default());
    let ending = account_reset::release(&mut desk, id, &ReleasedBy::WhoeverCame).await;
    let Ok(Ending::AccountReset {
        result: AccountResetResult::Refused { reset },
        ..
    }) = ending
    else {
        panic!("{ending:?}");
    };
    assert_eq!(reset.state, ResetState::Refused);
    assert_eq!(reset.ender(), Some("S. Econd"));
    let said_by = reset.ended_by.expect("somebody");
    assert_eq!(said_by.name, "A. Gent", "by whose word it is");
    // Whoever is asked next reads it.
    let next = ask(&service.one, &person(1)).await.expect("asked for anew");
    let detail = service.two.station.account_reset(next).await;
    let facts = detail.expect("is shown").facts;
    let before = facts.earlier.first().expect("the one before");
    assert_eq!(before.state, ResetState::Refused);
    assert_eq!(before.ended_by.as_deref(), Some("S. Econd"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_received_elsewhere_while_their_key_is_made_gets_it_once_it_is_carried_out_again()
 {
    let service = Service::new(1).await;
    service.stolen(1).await;
    let id = ask(&service.one, &person(1)).await.expect("asked for");
    release(&service.two, id).await.expect("released");
    carry_out(&service.one, id, &person(1))
        .await
        .expect("carried out");
    let key = fresh_key();
    service.one.rack.put(SLOT, &key);
    enrol(&service.one, 1).await.expect("made");
    // As if the visit had ended between the offer and the push: it waits, and nobody could take it.
    let late = "UPDATE credential SET waiting_ms = accepted_ms WHERE gone_ms IS NULL";
    sql(&service.one, late).await;
    let over = "UPDATE visit SET ended_ms = opened_ms WHERE ended_ms IS NULL";
    sql(&service.one, over).await;
    let (mut desk, _) = agent(&service.one);
    let again = account_reset::carry_out(&mut desk, id, &person(1)).await;
    let Ok(Ending::AccountReset {
        result: AccountResetResult::CarriedOut { done },
        ..
    }) = again
    else {
        panic!("{again:?}");
    };
    assert_eq!(done.deleted.len(), 1, "what came too late");
    let ending = enrol(&service.one, 1)
        .await
        .expect("enrolled on the same key");
    assert_eq!(state_of(&ending), &PushState::Accepted);
    assert_eq!(service.live_on_keys(1).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_had_no_answer_does_the_same_once_more_and_has_it() {
    let service = Service::new(2).await;
    service.stolen(1).await;
    let id = ask(&service.one, &person(1)).await.expect("asked for");
    let again = ask(&service.one, &person(1)).await;
    assert_eq!(again.expect("the same"), id);
    // Not whoever else asks, nor for other reasons.
    let other = ask(&service.two, &person(1)).await.expect_err("refused");
    assert_eq!(other.refusal(), Some(problem_code::RESET_OPEN));
    release(&service.two, id).await.expect("released");
    let again = release(&service.two, id).await.expect("the same");
    assert!(matches!(
        again,
        Ending::AccountReset {
            result: AccountResetResult::Released { .. },
            ..
        }
    ));
    let station = &service.one.station;
    let how = ResetEnding::Withdraw;
    station.end_reset(id, (how, None)).await.expect("withdrawn");
    let again = station.end_reset(id, (how, None)).await.expect("the same");
    assert_eq!(again.state, ResetState::Withdrawn);
    let other = service
        .two
        .station
        .end_reset(id, (ResetEnding::Refuse, None));
    let other = other.await.expect_err("it is over");
    assert_eq!(other.refusal(), Some(problem_code::RESET_OVER));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_somebody_else_signs_nothing_and_ends_nothing() {
    let service = Arc::new(Service::new(1).await);
    service.stolen(1).await;
    let (world, own, anothers) = (&service.desk, operators_key(), operators_key());
    let third = ("T. Hird", Role::CustomerService);
    let signed_in = world
        .sign_in_as(third.0, third.1, OPERATOR_SLOT, &own)
        .await;
    signed_in.expect("signed in");
    sql(world, "UPDATE operator SET changed_ms = 1000").await;
    world.rack.put(OPERATOR_SLOT, &anothers);
    let there = Arc::clone(&service);
    let face = ScriptedFace::new(OPERATOR_SLOT, OPERATOR_PIN).hearing(move |event| {
        if matches!(event, Event::OtherKey { .. }) {
            there.desk.rack.put(OPERATOR_SLOT, &own);
        }
    });
    let face = Arc::new(face);
    let station = Arc::clone(&world.station);
    let mut desk = StationDesk::new(station, Arc::clone(&face), Cancel::default());
    let asked = account_reset::ask(&mut desk, &person(1), wish()).await;
    assert!(
        matches!(
            &asked,
            Ok(Ending::AccountReset {
                result: AccountResetResult::Asked { .. },
                ..
            })
        ),
        "{asked:?}"
    );
    let events = face.events();
    let told: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::OtherKey { wanted } => Some(wanted),
            _ => None,
        })
        .collect();
    let name = "T. Hird".to_owned();
    assert_eq!(told, [&Wanted::Of { name }]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_was_mistyped_at_the_carrying_out_is_asked_for_anew() {
    let service = Service::new(1).await;
    service.stolen(1).await;
    let reset = ask(&service.one, &person(1)).await.expect("asked for");
    release(&service.two, reset).await.expect("released");
    let over = "UPDATE visit SET ended_ms = opened_ms WHERE ended_ms IS NULL";
    sql(&service.one, over).await;
    let typed = "passport:9999".parse().expect("an identification");
    let opened = service.one.station.open_visit(&person(1), &typed).await;
    opened.expect("opened");
    let mistyped = carry_out(&service.one, reset, &person(1)).await;
    let mistyped = mistyped.expect_err("another document than before");
    assert_eq!(mistyped.refusal(), Some(problem_code::IDENTIFIED_OTHERWISE));
    let detail = service.one.station.person(&person(1)).await;
    assert_eq!(detail.expect("a person").visit, None);
    let done = carry_out(&service.one, reset, &person(1)).await;
    done.expect("carried out");
}

/// Plays a run until it ends or the world stops in it; whether the chosen call was reached.
async fn plays<T>(
    mut desk: FaultyDesk<StationDesk>,
    run: impl AsyncFnOnce(&mut FaultyDesk<StationDesk>) -> T,
) -> bool {
    let stopped = desk.stopped();
    tokio::select! {
        _ = run(&mut desk) => {}
        () = stopped.notified() => {}
    }
    desk.hit.is_some()
}

fn faulty(world: &World, at: usize, mishap: Mishap) -> FaultyDesk<StationDesk> {
    FaultyDesk::new(agent(world).0, Some(at), mishap)
}

/// Each mishap at each call of one run, for a person of their own: `before` says what is so when it begins, `after` looks at what was
/// left and goes on.
async fn each_mishap(
    run: impl AsyncFn(&Service, FaultyDesk<StationDesk>, usize, Option<AccountResetId>) -> bool,
    before: impl AsyncFn(&Service, usize) -> Option<AccountResetId>,
    after: impl AsyncFn(&Service, usize, Option<AccountResetId>, &str),
    at_station_two: bool,
) {
    let service = Service::new(120).await;
    each_mishap_of(service, run, before, after, at_station_two).await;
}

/// The same in that service.
async fn each_mishap_of(
    service: Service,
    run: impl AsyncFn(&Service, FaultyDesk<StationDesk>, usize, Option<AccountResetId>) -> bool,
    before: impl AsyncFn(&Service, usize) -> Option<AccountResetId>,
    after: impl AsyncFn(&Service, usize, Option<AccountResetId>, &str),
    at_station_two: bool,
) {
    let mut n = 0;
    for mishap in MISHAPS {
        for at in 0.. {
            n += 1;
            service.stolen(n).await;
            let reset = before(&service, n).await;
            let world = match at_station_two {
                true => &service.two,
                false => &service.one,
            };
            let desk = faulty(world, at, mishap);
            let hit = run(&service, desk, n, reset).await;
            after(&service, n, reset, &format!("{mishap:?} at {at}")).await;
            if !hit {
                break;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_while_it_is_asked_for_it_is_asked_for_once_and_nothing_is_deleted() {
    each_mishap(
        async |_, desk, n, _| {
            plays(desk, async |desk: &mut FaultyDesk<StationDesk>| {
                account_reset::ask(desk, &person(n), wish()).await
            })
            .await
        },
        async |_, _| None,
        async |service, n, _, when| {
            match ask(&service.one, &person(n)).await {
                Ok(_) => {}
                Err(stop) => {
                    let refusal = stop.refusal();
                    assert_eq!(refusal, Some(problem_code::RESET_OPEN), "{when}: {stop:?}");
                }
            }
            let open = service.open(n).await.unwrap_or_else(|| panic!("{when}"));
            assert_eq!(open.state, ResetState::Requested, "{when}");
            assert_eq!(service.live_on_keys(n).await, 1, "{when}");
        },
        false,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_while_it_is_released_it_is_released_once_and_nothing_is_deleted() {
    each_mishap(
        async |_, desk, _, reset| {
            let reset = reset.expect("asked for");
            plays(desk, async |desk: &mut FaultyDesk<StationDesk>| {
                account_reset::release(desk, reset, &ReleasedBy::SignedIn).await
            })
            .await
        },
        async |service, n| Some(ask(&service.one, &person(n)).await.expect("asked for")),
        async |service, n, reset, when| {
            let reset = reset.expect("asked for");
            if let Err(stop) = release(&service.two, reset).await {
                let refusal = stop.refusal();
                assert_eq!(refusal, Some(problem_code::RESET_OVER), "{when}: {stop:?}");
            }
            let open = service.open(n).await.unwrap_or_else(|| panic!("{when}"));
            assert_eq!(open.state, ResetState::Released, "{when}");
            assert_eq!(service.live_on_keys(n).await, 1, "{when}");
        },
        true,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_while_it_is_carried_out_all_is_deleted_or_nothing_and_it_goes_on() {
    each_mishap(
        async |_, desk, n, reset| {
            let reset = reset.expect("released");
            plays(desk, async |desk: &mut FaultyDesk<StationDesk>| {
                account_reset::carry_out(desk, reset, &person(n)).await
            })
            .await
        },
        async |service, n| {
            let reset = ask(&service.one, &person(n)).await.expect("asked for");
            release(&service.two, reset).await.expect("released");
            Some(reset)
        },
        async |service, n, reset, when| {
            let left = service.live_on_keys(n).await;
            let open = service.open(n).await;
            assert_eq!(left, usize::from(open.is_some()), "{when}");
            let again = carry_out(&service.one, reset.expect("released"), &person(n)).await;
            again.unwrap_or_else(|stop| panic!("{when}: {stop:?}"));
            begun::is_recorded_once(&service.one, reset.expect("released"), when);
            service.one.rack.put(SLOT, &fresh_key());
            let ending = enrol(&service.one, n).await;
            let ending = ending.unwrap_or_else(|stop| panic!("{when}: {stop:?}"));
            assert_eq!(state_of(&ending), &PushState::Accepted, "{when}");
            assert_eq!(service.live_on_keys(n).await, 1, "{when}");
        },
        false,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_request_in_a_visit_says_that_the_last_identification_was_another_one() {
    let service = Service::new(1).await;
    service.stolen(1).await;
    // Nobody can in earnest.
    sql(&service.one, "DROP TRIGGER identification_is_never_changed").await;
    let otherwise = "UPDATE identification SET document = 'passport', last_four = '9999'";
    sql(&service.one, otherwise).await;
    for nth in 1..=2 {
        let (mut desk, face) = agent(&service.one);
        // The second one is another, and refused, as one is open by then: it was said before.
        let wish = wish().map(|wish| ResetWish {
            remark: format!("bag stolen, told {nth} times"),
            ..wish
        });
        let asked = account_reset::ask(&mut desk, &person(1), wish).await;
        assert_eq!(asked.is_ok(), nth == 1, "{asked:?}");
        let mut heard = face.events().into_iter();
        let said = heard.find_map(|event| match event {
            Event::IdentifiedBefore { before } => Some(before),
            _ => None,
        });
        assert_eq!(
            said.expect("said").how.to_string(),
            "passport:9999",
            "run {nth}"
        );
    }
}
