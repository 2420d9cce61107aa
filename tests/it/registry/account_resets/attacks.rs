//! What somebody tried who wants another one's account, or wants nobody to get theirs back. Each says what should be true.

use jiff::Timestamp;
use keydesk::domain::identification::Document;
use keydesk::domain::suspension::FactorRef;
use keydesk::domain::visit::SuspendedWhy;
use keydesk::domain::{Bytes, Identification};
use keydesk::wire::{
    Offer, Push, Receipt, Said, SuspensionPush, VisitClose, VisitPass, VisitRequest,
};

use super::super::world::head;
use super::*;

const WHOSE: &str = "p-2";

async fn offered(agent: &Agent, visit: &Visit) -> Result<Offer, RegistryError> {
    let person = PersonId::new(WHOSE);
    let offer = agent.client.offer(&agent.session, &person, Some(visit.id));
    offer.await
}

async fn enrols(
    world: &World,
    agent: &Agent,
    visit: &Visit,
    (seed, sequence): (u8, u64),
) -> Result<Receipt, RegistryError> {
    let offer = offered(agent, visit).await?;
    let mut push = world.enrolment(&offer, &mut Authenticator::new(seed));
    push.body.operator = agent.id().clone();
    push.body.identification = visit.identification.clone();
    push.head = head(sequence);
    agent.client.push(entry(), &push).await
}

async fn leaves(agent: &Agent, visit: &Visit) {
    let close = VisitClose {
        version: VERSION,
        said: Said::Confirmed,
    };
    let closed = agent.client.close_visit(&agent.session, visit.id, &close);
    closed.await.expect("closed");
}

async fn released_for(one: &mut Agent, two: &mut Agent) -> (Visit, AccountResetId) {
    let visit = one.visit(WHOSE).await;
    let reset = one.requests(&visit).await.id;
    two.releases(reset).await.expect("released");
    (visit, reset)
}

async fn passes(from: &Agent, visit: &Visit, to: &Agent) -> Result<Visit, RegistryError> {
    let pass = VisitPass {
        version: VERSION,
        to: to.id().clone(),
    };
    from.client.pass_visit(&from.session, visit.id, &pass).await
}

async fn raised(world: &World) -> Vec<String> {
    let alarms = admin::alarms(&world.db(), 50).await.unwrap();
    alarms.into_iter().map(|alarm| alarm.kind).collect()
}

/// The person left with their new key. Somebody who had no part in it suspends that, alone, and uses the reset once more.
#[tokio::test]
async fn a_reset_of_which_something_came_is_not_used_once_more_by_a_bystander() {
    let (world, mut one, mut two) = stolen().await;
    let (visit, reset) = released_for(&mut one, &mut two).await;
    one.carries_out(reset, &visit).await.expect("carried out");
    let own = enrols(&world, &one, &visit, (8, 1)).await.expect("theirs");
    assert!(!own.waiting);
    leaves(&one, &visit).await;
    let cheat = Agent::new(&world, "H. Elp", Role::HelpDesk, 31).await;
    let lost = Push {
        body: SuspensionPush {
            version: VERSION,
            person: PersonId::new(WHOSE),
            factor: FactorRef::Key {
                credential: Bytes(vec![8; 48]),
            },
            why: SuspendedWhy::Lost,
            operator: cheat.id().clone(),
            suspended_at: Timestamp::now(),
        },
        head: head(1),
    };
    let lost = cheat.client.push(entry(), &lost).await;
    lost.expect("anybody suspends");
    let before = raised(&world).await;
    let visit = cheat.visit(WHOSE).await;
    let again = cheat.carries_out(reset, &visit).await;
    if again.is_ok() {
        let taken = enrols(&world, &cheat, &visit, (66, 2))
            .await
            .expect("taken");
        panic!(
            "one operator alone has a key of the account: waiting {}, alarms before {before:?}, after {:?}, told {:?}",
            taken.waiting,
            raised(&world).await,
            kinds_told(&world).await
        );
    }
}

/// Whoever sees a person's page carries out what was released for somebody who showed another document elsewhere.
#[tokio::test]
async fn a_released_reset_is_not_for_whoever_identifies_somebody_by_another_document() {
    let (world, mut one, mut two) = stolen().await;
    let (_, reset) = released_for(&mut one, &mut two).await;
    let cheat = Agent::new(&world, "H. Elp", Role::HelpDesk, 31).await;
    let person = PersonId::new(WHOSE);
    let page = cheat.client.person(&cheat.session, &person).await.unwrap();
    assert_eq!(page.reset, None, "who has no part in it sees nothing of it");
    let agent = Agent::new(&world, "T. Hird", Role::CustomerService, 27).await;
    let came = VisitRequest {
        version: VERSION,
        identification: Identification::new(Document::IdentityCard, "0000").unwrap(),
    };
    for (by, code) in [
        (&cheat, problem_code::NOT_ALLOWED),
        (&agent, problem_code::IDENTIFIED_OTHERWISE),
    ] {
        let visit = by.client.open_visit(&by.session, &person, &came);
        let visit = visit.await.unwrap();
        assert_eq!(refused(by.carries_out(reset, &visit).await), code);
    }
}

/// The domain: a station administrator resets nobody's MFA, and a help-desk operator no main administrator's.
#[tokio::test]
async fn customer_service_alone_carries_out_for_whom_it_answers() {
    let (world, mut one, mut two) = stolen().await;
    let (_, reset) = released_for(&mut one, &mut two).await;
    let station = Agent::new(&world, "S. Tation", Role::StationAdministrator, 32).await;
    let visit = station.visit(WHOSE).await;
    let done = station.carries_out(reset, &visit).await;
    assert_eq!(refused(done), problem_code::NOT_ALLOWED);
}

/// Whose access ended, because they cheated, has asked for nothing any more.
#[tokio::test]
async fn what_a_revoked_agent_asked_for_is_not_released() {
    let (world, mut one, mut two) = stolen().await;
    let visit = one.visit(WHOSE).await;
    let reset = one.requests(&visit).await.id;
    admin::revoke_operator(&world.db(), one.id()).await.unwrap();
    let released = two.releases(reset).await;
    assert!(released.is_err(), "{released:?}");
}

/// Likewise of whoever released it: their key was stolen, say, and they had it revoked at once.
#[tokio::test]
async fn what_a_revoked_agent_released_is_not_carried_out() {
    let (world, mut one, mut two) = stolen().await;
    let (visit, reset) = released_for(&mut one, &mut two).await;
    admin::revoke_operator(&world.db(), two.id()).await.unwrap();
    let done = one.carries_out(reset, &visit).await;
    assert!(done.is_err(), "{done:?}");
}

/// Both accounts turn out to be of one human before it is carried out.
#[tokio::test]
async fn two_accounts_of_one_human_carry_out_nothing() {
    let (world, mut one, mut two) = stolen().await;
    let (_, reset) = released_for(&mut one, &mut two).await;
    let same = Human {
        personnel_number: Some("n-21".to_owned()),
        person: None,
    };
    admin::set_human(&world.db(), two.id(), &same)
        .await
        .unwrap();
    let third = Agent::new(&world, "T. Hird", Role::CustomerService, 27).await;
    let visit = third.visit(WHOSE).await;
    let done = third.carries_out(reset, &visit).await;
    assert!(done.is_err(), "{done:?}");
}

/// Some keys have long names for what is on them (up to 1,023 bytes): their owners are reset, too.
#[tokio::test]
async fn whoever_has_a_key_with_a_long_credential_is_reset() {
    let world = World::new().await;
    let mut key = Authenticator::new(7);
    key.id = vec![7; 200];
    world.enrolled(WHOSE, &mut key).await;
    world
        .sql("UPDATE credential SET suspended_ms = accepted_ms, suspended_why = 'stolen'")
        .await;
    let one = Agent::new(&world, "A. Gent", Role::CustomerService, 21).await;
    let visit = one.visit(WHOSE).await;
    let asked = one.asks(&visit).await;
    assert!(asked.is_ok(), "{:?}", asked.err());
}

/// A station says nothing of the model of a key.
#[tokio::test]
async fn whoever_has_a_key_of_no_model_is_reset() {
    let world = World::new().await;
    let offer = world.offer(WHOSE).await;
    let mut push = world.enrolment(&offer, &mut Authenticator::new(7));
    push.body.key.model = String::new();
    world.push(&push).await.expect("taken");
    world
        .sql("UPDATE credential SET suspended_ms = accepted_ms, suspended_why = 'stolen'")
        .await;
    let one = Agent::new(&world, "A. Gent", Role::CustomerService, 21).await;
    let visit = one.visit(WHOSE).await;
    let asked = one.asks(&visit).await;
    assert!(asked.is_ok(), "{:?}", asked.err());
}

/// Somebody makes a key ahead for the person, which opens nothing: it hinders nothing either.
#[tokio::test]
async fn what_only_waits_does_not_undo_a_release() {
    let (world, mut one, mut two) = stolen().await;
    let (visit, reset) = released_for(&mut one, &mut two).await;
    let cheat = Agent::new(&world, "S. Tation", Role::StationAdministrator, 32).await;
    let person = PersonId::new(WHOSE);
    let offer = cheat.client.offer(&cheat.session, &person, None).await;
    let offer = offer.expect("made ahead");
    let mut push = world.enrolment(&offer, &mut Authenticator::new(66));
    push.body.operator = cheat.id().clone();
    push.body.identification = Identification::stated("standby keys for safe 3").unwrap();
    push.head = head(1);
    let ahead = cheat.client.push(entry(), &push).await.expect("taken");
    assert!(ahead.waiting);
    // Also the visit has not been ended by it?
    let done = one.carries_out(reset, &visit).await;
    if let Err(RegistryError::Refused { problem, .. }) = &done {
        let anew = one.visit(WHOSE).await;
        let again = one.carries_out(reset, &anew).await;
        panic!("{problem:?}; in a visit anew: {again:?}");
    }
}

/// The second agent released it and does nothing else of it: they get no visit with its authority.
#[tokio::test]
async fn whoever_released_a_reset_enrols_nothing_by_it() {
    let (world, mut one, mut two) = stolen().await;
    let (visit, reset) = released_for(&mut one, &mut two).await;
    one.carries_out(reset, &visit).await.expect("carried out");
    let Ok(visit) = passes(&one, &visit, &two).await else {
        return;
    };
    let enrolled = enrols(&world, &two, &visit, (66, 1)).await;
    assert!(enrolled.is_err(), "{enrolled:?}");
}

/// Whoever says whom they identified is no second pair of eyes for it.
#[tokio::test]
async fn whoever_identified_the_person_does_not_release() {
    let (_world, mut one, mut two) = stolen().await;
    let visit = two.visit(WHOSE).await;
    let visit = passes(&two, &visit, &one).await.expect("passed");
    let reset = one.requests(&visit).await.id;
    let released = two.releases(reset).await;
    assert!(released.is_err(), "{released:?}");
}

/// The authority of a reset holds within its time, not for as long as a visit can be kept open.
#[tokio::test]
async fn the_authority_of_a_reset_ends_with_its_time() {
    let (world, mut one, mut two) = stolen().await;
    let (_, reset) = released_for(&mut one, &mut two).await;
    world.clock_ahead_s.store(58 * 60, Ordering::SeqCst);
    let visit = one.visit(WHOSE).await;
    one.carries_out(reset, &visit).await.expect("carried out");
    let mut granted = 58;
    for minutes in (60..=300).step_by(20) {
        world.clock_ahead_s.store(minutes * 60, Ordering::SeqCst);
        if offered(&one, &visit).await.is_err() {
            break;
        }
        granted = minutes;
    }
    assert!(
        granted <= 60,
        "factors may be added {granted} minutes after the release"
    );
}

/// A ticket that was given before is seen for what it is.
#[tokio::test]
async fn a_ticket_with_a_blank_behind_it_or_in_small_letters_is_the_same() {
    let (_world, mut one, _) = stolen().await;
    let visit = one.visit(WHOSE).await;
    let reset = one.requests(&visit).await.id;
    one.ends(reset, ResetEnding::Withdraw).await.unwrap();
    let mut unseen = Vec::new();
    for ticket in ["T-1 ", " T-1", "t-1"] {
        let ask = ResetAsk {
            version: VERSION,
            visit: visit.id,
            reason: ResetReason::Stolen,
            remark: String::new(),
            ticket: Some(ticket.to_owned()),
        };
        let asked = one.client.ask_reset(&one.session, &ask).await.unwrap();
        if asked.facts.ticket_seen_at.is_none() {
            unseen.push(ticket);
        }
    }
    assert!(unseen.is_empty(), "{unseen:?}");
}

/// Customer Service enrols for nobody whose organisation answers for them, and makes nothing ahead.
#[tokio::test]
async fn customer_service_enrols_only_for_whom_it_answers() {
    let (_world, one, _) = stolen().await;
    let employee = PersonId::new("p-1");
    let visit = one.visit("p-1").await;
    for under in [Some(visit.id), None] {
        let offer = one.client.offer(&one.session, &employee, under).await;
        assert_eq!(refused(offer), problem_code::NOT_ALLOWED);
    }
    let served = PersonId::new(WHOSE);
    let ahead = one.client.offer(&one.session, &served, None);
    assert_eq!(refused(ahead.await), problem_code::NOT_ALLOWED);
}

/// Who passed the visit on does nothing in it any more: an offer that they took before is not for a key of their own.
#[tokio::test]
async fn whoever_passed_the_visit_on_enrols_nothing_in_it_any_more() {
    let (world, mut one, mut two) = stolen().await;
    let (visit, reset) = released_for(&mut one, &mut two).await;
    one.carries_out(reset, &visit).await.expect("carried out");
    let kept = offered(&one, &visit).await.expect("an offer");
    let desk = Agent::new(&world, "H. Elp", Role::HelpDesk, 31).await;
    let visit = passes(&one, &visit, &desk).await.expect("passed");
    enrols(&world, &desk, &visit, (8, 1)).await.expect("theirs");
    let mut push = world.enrolment(&kept, &mut Authenticator::new(66));
    push.body.operator = one.id().clone();
    // That is only what a station says.
    push.body.excluded = Some(vec![Bytes(vec![8; 48])]);
    push.head = head(1);
    let late = one.client.push(entry(), &push).await;
    assert!(
        late.as_ref().map_or(true, |taken| taken.waiting),
        "{late:?}"
    );
}

/// Whoever makes keys ahead for somebody can't make so many that nobody can write down what would be deleted.
#[tokio::test]
async fn however_much_was_made_ahead_a_reset_can_be_asked_for() {
    let (world, one, _) = stolen().await;
    let cheat = Agent::new(&world, "S. Tation", Role::StationAdministrator, 32).await;
    let person = PersonId::new(WHOSE);
    for n in 1..=50_u8 {
        let offer = cheat.client.offer(&cheat.session, &person, None).await;
        let mut key = Authenticator::new(100 + n);
        key.id = vec![100 + n; 150];
        let mut push = world.enrolment(&offer.expect("made ahead"), &mut key);
        push.body.operator = cheat.id().clone();
        push.body.identification = Identification::stated("standby keys for safe 3").unwrap();
        push.body.key.model = "\u{10000}".repeat(100);
        push.head = head(n.into());
        cheat.client.push(entry(), &push).await.expect("taken");
    }
    let visit = one.visit(WHOSE).await;
    let asked = one.asks(&visit).await;
    assert!(asked.is_ok(), "{:?}", asked.err());
}

/// What was ended after a copy was made is not open in the copy: nothing that lets somebody in comes alive with it.
#[tokio::test]
async fn a_copy_that_is_put_back_brings_no_release_back() {
    use super::super::copies::keydesk;
    let (world, mut one, mut two) = stolen().await;
    let (visit, reset) = released_for(&mut one, &mut two).await;
    let (db, copy) = (world.db(), world.dir.path().join("copy.db"));
    let copy = copy.to_str().unwrap().to_owned();
    assert_eq!(keydesk(&["backup", &copy], &db).exit, 0);
    one.carries_out(reset, &visit).await.expect("carried out");
    let restore = |_: &std::path::Path| {
        let ran = keydesk(&["restore", &copy, "--replace"], &db);
        assert_eq!(ran.exit, 0, "{}", ran.detail);
        assert!(ran.detail.contains("1 reset(s)"), "{}", ran.detail);
    };
    let world = world.while_stopped(restore).await;
    let told: String = sqlx::query_scalar("SELECT facts FROM notice WHERE kind = 'reset-ended'")
        .fetch_one(&world.database().await)
        .await
        .expect("whom it concerns is told");
    assert!(told.contains("\"restored\":true"), "{told}");
    let state: String = sqlx::query_scalar("SELECT state FROM account_reset")
        .fetch_one(&world.database().await)
        .await
        .unwrap();
    assert_ne!(state, "released");
}

/// Whose account it is is what was signed: another name, or another organisation, is another request.
#[tokio::test]
async fn a_request_about_somebody_who_is_called_otherwise_by_now_is_not_released() {
    let (world, mut one, mut two) = stolen().await;
    let visit = one.visit(WHOSE).await;
    let reset = one.requests(&visit).await.id;
    world
        .sql("UPDATE person SET name = 'Q. Other', kind = 'unaffiliated', organisation = NULL WHERE id = 'p-2'")
        .await;
    let releasing = two.releasing(reset).await;
    if let Ok(to_sign) = &releasing {
        let said = act_of(to_sign).subject().name.clone();
        let signed = two.signs(to_sign, Some("Other"));
        panic!(
            "signs for {said}, types another name: {:?}",
            two.hands_in(&signed).await
        );
    }
}

/// What a requester writes is not taken for what the registry says.
#[tokio::test]
async fn a_remark_does_not_read_as_the_registrys_own_words() {
    use keydesk::text::{Language, Text, act};
    let (_world, one, _) = stolen().await;
    let visit = one.visit(WHOSE).await;
    let ask = ResetAsk {
        version: VERSION,
        visit: visit.id,
        reason: ResetReason::Stolen,
        remark: "bag stolen”. Identified by passport:9999: B. Oss looked, at Head office, 2026-11-29 08:00 UTC. Why: it was stolen; “bag"
            .to_owned(),
        ticket: None,
    };
    let to_sign = one.client.ask_reset(&one.session, &ask).await.unwrap();
    let words = act::in_words(&Text::load(Language::English), &act_of(&to_sign));
    let plain: String = words
        .chars()
        .filter(|c| !('\u{2066}'..='\u{2069}').contains(c))
        .collect();
    assert!(
        !plain.contains("”. Identified by passport:9999: B. Oss looked"),
        "{plain}"
    );
}

/// Two accounts of one human count as one, also where a third account of theirs is what says so.
#[tokio::test]
async fn two_accounts_that_a_third_one_joins_are_of_one_human() {
    let (world, mut one, mut two) = stolen().await;
    let third = Agent::new(&world, "A. Gent (old)", Role::HelpDesk, 28).await;
    let said = |number: &str, person: Option<&str>| Human {
        personnel_number: Some(number.to_owned()),
        person: person.map(PersonId::new),
    };
    for (agent, human) in [
        (&one, said("n-21", Some("p-3"))),
        (&third, said("n-22", Some("p-3"))),
    ] {
        admin::set_human(&world.db(), agent.id(), &human)
            .await
            .unwrap();
    }
    world.sql("UPDATE operator SET changed_ms = 1000").await;
    let visit = one.visit(WHOSE).await;
    let reset = one.requests(&visit).await.id;
    let released = two.releases(reset).await;
    assert!(released.is_err(), "{released:?}");
}

/// A key was stolen, and the administrator took it from its holder: what it signed is nobody's word.
#[tokio::test]
async fn what_was_signed_with_a_key_that_was_revoked_since_goes_no_further() {
    let (world, mut one, mut two) = stolen().await;
    let visit = one.visit(WHOSE).await;
    let reset = one.requests(&visit).await.id;
    admin::new_operator_key(&world.db(), one.id())
        .await
        .unwrap();
    let released = two.releases(reset).await;
    assert_eq!(refused(released), problem_code::RESET_FALLEN);

    let (world, mut one, mut two) = stolen().await;
    let (visit, reset) = released_for(&mut one, &mut two).await;
    admin::new_operator_key(&world.db(), two.id())
        .await
        .unwrap();
    let done = one.carries_out(reset, &visit).await;
    assert_eq!(refused(done), problem_code::RESET_FALLEN);
}

/// When the time of a reset is over before anything was enrolled, the person is not left without a way.
#[tokio::test]
async fn once_its_time_is_over_another_reset_can_be_asked_for_in_a_visit_anew() {
    let (world, mut one, mut two) = stolen().await;
    let (_, reset) = released_for(&mut one, &mut two).await;
    world.clock_ahead_s.store(50 * 60, Ordering::SeqCst);
    let visit = one.visit(WHOSE).await;
    let done = one.carries_out(reset, &visit).await.expect("carried out");
    assert_eq!(done.visit.authority, Some(Authority::Released));
    world.clock_ahead_s.store(61 * 60, Ordering::SeqCst);
    let anew = one.visit(WHOSE).await;
    assert_eq!((anew.takes, anew.authority), (Takes::Release, None));
    assert_ne!(anew.id, visit.id);
    one.requests(&anew).await;
}

/// Whoever releases has not opened the visit in which it is carried out either.
#[tokio::test]
async fn whoever_released_did_not_receive_the_person_for_the_carrying_out() {
    let (_world, mut one, mut two) = stolen().await;
    let (_, reset) = released_for(&mut one, &mut two).await;
    let theirs = two.visit(WHOSE).await;
    let Ok(visit) = passes(&two, &theirs, &one).await else {
        return;
    };
    let done = one.carries_out(reset, &visit).await;
    assert_eq!(refused(done), problem_code::NOT_ALLOWED);
}
