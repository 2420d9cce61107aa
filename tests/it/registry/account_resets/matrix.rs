//! The table of docs/DOMAIN.md, "Who may reset whom", at the registry, asked past any station: every role and kind of person, of one's own
//! organisation and of another, oneself, and who the second one is.
//!
//! Written down from the page and not from the code's own matrix, which would agree with itself.

use keydesk::domain::PersonKind;
use keydesk::server::import::{Format, import_file};
use keydesk::wire::AwayBegin;

use super::*;
use crate::registry::pages::browser::with_pages;

/// One of every kind, in an organisation where another administrator has a key; and somebody who is nobody's colleague there.
const PEOPLE: &str = "\
record,id,name,kind,email,organisation,coc_number
organisation,org-9,Example Dredging,,,,99999999
person,m-employee,M. Example,employee,,org-9,
person,m-user-administrator,M. Example,user-administrator,,org-9,
person,m-main-administrator,M. Example,main-administrator,,org-9,
person,m-authorised-representative,M. Example,authorised-representative,,org-9,
person,m-unaffiliated,M. Example,unaffiliated,,,
person,c-1,C. Olleague,user-administrator,,org-9,
";

/// Who may do something, in the order of [`Role::ALL`]: help desk, station administrator, Customer Service.
type Roles = [bool; 3];
const NOBODY: Roles = [false, false, false];
const DESK: Roles = [true, true, false];
const SERVICE: Roles = [false, false, true];

/// Of each kind: who asks, and who prepares for an administrator; whoever does either carries it out.
const TABLE: [(PersonKind, Roles, Roles); 5] = [
    (PersonKind::Employee, NOBODY, DESK),
    (PersonKind::UserAdministrator, NOBODY, DESK),
    (PersonKind::MainAdministrator, SERVICE, NOBODY),
    (PersonKind::AuthorisedRepresentative, SERVICE, NOBODY),
    (PersonKind::Unaffiliated, SERVICE, NOBODY),
];

fn member(kind: PersonKind) -> String {
    format!("m-{}", kind.as_str())
}

/// Everybody but the colleague has lost all they had.
async fn all_lost() -> World {
    let world = World::with(with_pages).await;
    let people = crate::registry::world::write(world.dir.path(), "matrix.csv", PEOPLE);
    import_file(&world.db(), &people, Format::Csv)
        .await
        .expect("imports");
    for (seed, kind) in (40..).zip(PersonKind::ALL) {
        let mut key = Authenticator::new(seed);
        world.enrolled(&member(kind), &mut key).await;
    }
    world
        .sql("UPDATE credential SET suspended_ms = accepted_ms, suspended_why = 'stolen'")
        .await;
    world.enrolled("c-1", &mut Authenticator::new(50)).await;
    // Who made all this is another human than whoever acts.
    let said = "UPDATE operator SET personnel_number = id";
    world.sql(said).await;
    world
}

async fn one_of_each_role(world: &World) -> [Agent; 3] {
    let mut agents = Vec::new();
    for (seed, role) in (61..).zip(Role::ALL) {
        let name = format!("O. {seed}");
        agents.push(Agent::new(world, &name, role, seed).await);
    }
    agents.try_into().ok().expect("three roles")
}

/// Whether it is taken; refused for no other reason than who asks, whom.
fn is_taken<T: std::fmt::Debug>(what: &str, answer: Result<T, RegistryError>) -> bool {
    match answer {
        Ok(_) => true,
        answer => {
            let code = refused(answer);
            assert_eq!(code, problem_code::NOT_ALLOWED, "{what}");
            false
        }
    }
}

async fn prepares(agent: &Agent, visit: &Visit) -> Result<AccountReset, RegistryError> {
    let ask = ResetAsk {
        version: VERSION,
        visit: visit.id,
        reason: ResetReason::Stolen,
        remark: String::new(),
        ticket: None,
    };
    let prepared = agent.client.prepare_reset(&agent.session, entry(), &ask);
    let prepared = prepared.await?;
    // So that the next one is refused for who they are, or not at all.
    agent
        .ends(prepared.id, ResetEnding::Withdraw)
        .await
        .expect("whoever prepared it takes it back");
    Ok(prepared)
}

async fn begins_away(agent: &Agent, person: &str) -> Result<(), RegistryError> {
    let begin = AwayBegin {
        version: VERSION,
        person: PersonId::new(person),
    };
    let begun = agent.client.begin_away(&agent.session, &begin);
    begun.await.map(drop)
}

#[tokio::test]
async fn each_role_asks_and_prepares_for_exactly_those_kinds_of_people_whom_the_table_names() {
    let world = all_lost().await;
    let agents = one_of_each_role(&world).await;
    for (kind, asks, prepared) in TABLE {
        let person = member(kind);
        let (mut found_asks, mut found_away, mut found_prepared) = (NOBODY, NOBODY, NOBODY);
        for (nth, agent) in agents.iter().enumerate() {
            let what = format!("{kind:?} by {:?}", Role::ALL[nth]);
            let visit = agent.visit(&person).await;
            found_asks[nth] = is_taken(&what, agent.asks(&visit).await);
            found_prepared[nth] = is_taken(&what, prepares(agent, &visit).await);
            found_away[nth] = is_taken(&what, begins_away(agent, &person).await);
        }
        let found = (found_asks, found_away, found_prepared);
        assert_eq!(found, (asks, asks, prepared), "{kind:?}");
    }
}

/// Who they are to the person, as an operator's account says of its human.
const RELATIONS: [(&str, Option<&str>); 3] = [
    ("nobody in the registry", None),
    ("of the same organisation", Some("c-1")),
    ("of another organisation", Some("p-4")),
];

async fn is(world: &World, agent: &Agent, number: &str, person: Option<&str>) {
    let unlinked = sqlx::query("UPDATE operator SET person = NULL WHERE id = $1");
    let database = world.database().await;
    let unlinked = unlinked.bind(agent.id()).execute(&database);
    unlinked.await.expect("runs");
    let human = Human {
        personnel_number: Some(number.to_owned()),
        person: person.map(PersonId::new),
    };
    admin::set_human(&world.db(), agent.id(), &human)
        .await
        .expect("said");
    world.sql("UPDATE operator SET changed_ms = 1000").await;
}

#[tokio::test]
async fn nobody_acts_for_themself_or_their_own_organisation_whatever_their_role() {
    let world = all_lost().await;
    let [desk, _, service] = one_of_each_role(&world).await;
    for (kind, asks, _) in TABLE {
        let person = member(kind);
        let is_service = asks == SERVICE;
        let (agent, number) = match is_service {
            true => (&service, "n-63"),
            false => (&desk, "n-61"),
        };
        let relations = RELATIONS.into_iter();
        for (relation, who) in relations.chain([("themself", Some(person.as_str()))]) {
            let what = format!("{kind:?}, {relation}");
            // A visit from before that was known is over, or serves for nothing.
            is(&world, agent, number, None).await;
            let before = agent.visit(&person).await;
            is(&world, agent, number, who).await;
            let forged = [
                agent.asks(&before).await.map(drop),
                prepares(agent, &before).await.map(drop),
            ];
            for answer in forged {
                let code = refused(answer);
                let is_refused = [problem_code::VISIT_OVER, problem_code::NOT_ALLOWED];
                assert!(is_refused.contains(&code.as_str()), "{what}: {code}");
            }
            let is_own = match relation {
                "themself" => true,
                "of the same organisation" => kind.belongs_to_organisation(),
                _ => false,
            };
            let (whose, came) = (PersonId::new(&person), arrival());
            let opened = agent.client.open_visit(&agent.session, &whose, &came).await;
            let taken = match &opened {
                Ok(visit) if is_service => is_taken(&what, agent.asks(visit).await),
                Ok(visit) => is_taken(&what, prepares(agent, visit).await),
                Err(_) => false,
            };
            let away = is_service && is_taken(&what, begins_away(agent, &person).await);
            assert_eq!((taken, away), (!is_own, !is_own && is_service), "{what}");
            assert_eq!(is_taken(&what, opened), !is_own, "{what}");
        }
    }
}

#[tokio::test]
async fn whoever_releases_is_another_human_of_customer_service_with_no_part_in_it() {
    let world = all_lost().await;
    let [desk, station, mut one] = one_of_each_role(&world).await;
    let two = Agent::new(&world, "S. Econd", Role::CustomerService, 70).await;
    for (kind, asks, _) in TABLE.into_iter().filter(|(_, asks, _)| *asks == SERVICE) {
        assert!(asks[2]);
        let person = member(kind);
        is(&world, &two, "n-70", None).await;
        let visit = one.visit(&person).await;
        let reset = one.requests(&visit).await.id;
        for (who, agent) in [("help desk", &desk), ("station", &station), ("asker", &one)] {
            let what = format!("{kind:?} by {who}");
            assert!(!is_taken(&what, agent.releasing(reset).await), "{what}");
        }
        let in_one = kind.belongs_to_organisation();
        for (number, linked, is_due) in [
            ("n-70", None, true),
            ("n-70", Some("p-4"), true),
            // The same organisation; an unaffiliated person has none.
            ("n-70", Some("c-1"), !in_one),
            ("n-70", Some(person.as_str()), false),
            // Another account of whoever asked.
            ("n-63", None, false),
        ] {
            is(&world, &two, number, linked).await;
            let what = format!("{kind:?} by {number} {linked:?}");
            let found = is_taken(&what, two.releasing(reset).await);
            assert_eq!(found, is_due, "{what}");
        }
        one.ends(reset, ResetEnding::Withdraw).await.expect("over");
    }
}

#[tokio::test]
async fn each_role_carries_out_for_exactly_those_whom_the_table_names() {
    let world = all_lost().await;
    let agents = one_of_each_role(&world).await;
    let mut asker = Agent::new(&world, "A. Sker", Role::CustomerService, 71).await;
    let mut two = Agent::new(&world, "S. Econd", Role::CustomerService, 72).await;
    for (kind, asks, prepared) in TABLE {
        let person = member(kind);
        let reset = match asks == SERVICE {
            true => {
                let visit = asker.visit(&person).await;
                let reset = asker.requests(&visit).await.id;
                two.releases(reset).await.expect("released");
                reset
            }
            false => {
                let visit = agents[0].visit(&person).await;
                let ask = ResetAsk {
                    version: VERSION,
                    visit: visit.id,
                    reason: ResetReason::Stolen,
                    remark: String::new(),
                    ticket: None,
                };
                let desk = &agents[0];
                let reset = desk.client.prepare_reset(&desk.session, entry(), &ask);
                let reset = reset.await.expect("prepared").id;
                // On the pages, whose own tests say how; by a code, an hour ago.
                let asked = "UPDATE account_reset SET state = 'released', administrator = 'c-1', ripe_ms = 1, \
                     asked_with = (SELECT hex(id) FROM credential WHERE person = 'c-1') WHERE state = 'prepared'";
                world.sql(asked).await;
                reset
            }
        };
        let due = if asks == SERVICE { asks } else { prepared };
        // Those who may not try first; nothing is left for them afterwards.
        let mut order = [0, 1, 2];
        order.sort_by_key(|nth| due[*nth]);
        let mut deleted = 0;
        for nth in order {
            let what = format!("{kind:?} by {:?}", Role::ALL[nth]);
            let visit = agents[nth].visit(&person).await;
            match agents[nth].carries_out(reset, &visit).await {
                Ok(done) => {
                    assert!(due[nth], "{what}");
                    deleted += done.deleted.len();
                }
                // Done by another one who may, before.
                Err(RegistryError::Refused { problem, .. }) if due[nth] => {
                    assert_eq!(problem.code(), problem_code::RESET_OVER, "{what}");
                    assert_eq!(deleted, 1, "{what}");
                }
                other => assert_eq!(refused(other), problem_code::NOT_ALLOWED, "{what}"),
            }
        }
        assert_eq!(deleted, 1, "{kind:?}");
    }
}

#[tokio::test]
async fn what_is_sent_past_a_station_in_anothers_session_or_too_late_or_twice_at_once_does_nothing_more()
 {
    let (world, mut one, mut two) = stolen().await;
    let third = Agent::new(&world, "T. Hird", Role::CustomerService, 27).await;
    let visit = one.visit("p-2").await;
    // Each call of one agent's session from another one's station.
    let ask = ResetAsk {
        version: VERSION,
        visit: visit.id,
        reason: ResetReason::Lost,
        remark: String::new(),
        ticket: None,
    };
    let stolen = &one.session;
    let thief = &third.client;
    let to_sign = one.asks(&visit).await.expect("may be asked for");
    let signed = ActSigned {
        version: VERSION,
        id: to_sign.id,
        assertion: Authenticator::new(21).sign(&to_sign.request, &to_sign.origin),
        last_name: None,
    };
    let unknown = |what: &str, code: String| {
        assert_eq!(code, problem_code::SESSION_REFUSED, "{what}");
    };
    unknown("asking", refused(thief.ask_reset(stolen, &ask).await));
    unknown(
        "signing",
        refused(thief.sign_reset(stolen, entry(), &signed).await),
    );
    let reset = one.requests(&visit).await.id;
    let release = ReleaseAsk {
        version: VERSION,
        by: None,
    };
    let end = ResetEnd {
        version: VERSION,
        how: ResetEnding::Withdraw,
        beside: None,
    };
    let carry_out = ResetCarryOut {
        version: VERSION,
        visit: visit.id,
    };
    let of_two = &two.session;
    unknown(
        "releasing",
        refused(thief.release_reset(of_two, reset, &release).await),
    );
    let stolen = &one.session;
    let about = (reset, entry());
    unknown(
        "ending",
        refused(thief.end_reset(stolen, about, &end).await),
    );
    two.releases(reset).await.expect("released");
    unknown(
        "carrying out",
        refused(thief.carry_out_reset(stolen, about, &carry_out).await),
    );
    unknown("seeing", refused(thief.account_reset(stolen, reset).await));
    // One's own session, and the visit of another one's station.
    let anothers = third.carries_out(reset, &visit).await;
    assert_eq!(refused(anothers), problem_code::VISIT_OVER);
    assert_eq!(world.keys_of("p-2").await, 1);

    // At two stations at once: one of them deletes.
    let (here, there) = (one.visit("p-2").await, third.visit("p-2").await);
    let both = tokio::join!(
        one.carries_out(reset, &here),
        third.carries_out(reset, &there)
    );
    let deleted = |done: &Result<AccountResetDone, RegistryError>| {
        done.as_ref().map_or(0, |done| done.deleted.len())
    };
    assert_eq!(deleted(&both.0) + deleted(&both.1), 1, "{both:?}");
    assert!(both.0.is_err() || both.1.is_err(), "{both:?}");
}

#[tokio::test]
async fn what_was_not_released_or_carried_out_in_time_is_over() {
    let (world, mut one, mut two) = stolen().await;
    let visit = one.visit("p-2").await;
    let reset = one.requests(&visit).await.id;
    let releasing = two.releasing(reset).await.expect("may be released");
    let signed = two.signs(&releasing, Some("Example"));
    world.clock_ahead_s.store(4 * 3600, Ordering::SeqCst);
    // What was drawn up in time and signed in time is handed in too late.
    let late = two.hands_in(&signed).await;
    assert!(late.is_err(), "{late:?}");
    assert_eq!(
        refused(two.releasing(reset).await),
        problem_code::RESET_OVER
    );
    world.clock_ahead_s.store(0, Ordering::SeqCst);

    let (world, mut one, mut two) = stolen().await;
    let visit = one.visit("p-2").await;
    let reset = one.requests(&visit).await.id;
    two.releases(reset).await.expect("released");
    world.clock_ahead_s.store(60 * 60, Ordering::SeqCst);
    let visit = one.visit("p-2").await;
    let late = one.carries_out(reset, &visit).await;
    assert_eq!(refused(late), problem_code::RESET_OVER);
    let shown = one.client.account_reset(&one.session, reset).await;
    assert_eq!(shown.expect("shown").reset.state, ResetState::Expired);
    assert_eq!(world.keys_of("p-2").await, 1);
}
