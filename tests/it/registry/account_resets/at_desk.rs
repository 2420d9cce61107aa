//! What one of the people does about a reset at a desk: an administrator asks for what was prepared there or elsewhere, with their own key;
//! whoever may object does.

use keydesk::domain::VisitId;
use keydesk::wire::{PreparedSign, ResetObjection, Said, VisitClose};

use super::prepared::{alone_with, prepares, raised};
use super::*;

async fn signing(
    desk: &Agent,
    reset: AccountResetId,
    visit: VisitId,
) -> Result<ActToSign, RegistryError> {
    let ask = PreparedSign {
        version: VERSION,
        visit,
    };
    desk.client.sign_prepared(&desk.session, reset, &ask).await
}

fn signed(to_sign: &ActToSign, key: &mut Authenticator) -> ActSigned {
    ActSigned {
        version: VERSION,
        id: to_sign.id,
        assertion: key.sign(&to_sign.request, &to_sign.origin),
        last_name: None,
    }
}

async fn objects(
    desk: &Agent,
    reset: AccountResetId,
    visit: VisitId,
) -> Result<AccountReset, RegistryError> {
    let objection = ResetObjection {
        version: VERSION,
        visit,
    };
    let about = (reset, entry());
    desk.client
        .object_reset(&desk.session, about, &objection)
        .await
}

async fn shown_of_others(desk: &Agent, person: &str) -> Vec<AccountReset> {
    let person = PersonId::new(person);
    let page = desk.client.person(&desk.session, &person).await;
    page.expect("a page").resets_of_others
}

async fn leaves(desk: &Agent, visit: VisitId) {
    let close = VisitClose {
        version: VERSION,
        said: Said::Confirmed,
    };
    let closed = desk.client.close_visit(&desk.session, visit, &close).await;
    closed.expect("closed");
}

/// P. Example came alone to one desk, which prepared a reset; W. Example, their administrator, has that key and stands at another desk.
async fn waiting() -> (World, Agent, Agent, Authenticator, AccountResetId) {
    let mut key = Authenticator::new(8);
    let (world, desk, other) = alone_with(&mut key).await;
    world
        .sql("UPDATE operator SET personnel_number = 'maker' WHERE personnel_number IS NULL")
        .await;
    let visit = desk.visit("p-1").await;
    let reset = prepares(&desk, &visit).await.expect("prepared").id;
    (world, desk, other, key, reset)
}

#[tokio::test]
async fn an_administrator_signs_at_another_desk_and_where_the_person_waits_it_is_carried_out() {
    let (world, desk, other, mut key, reset) = waiting().await;
    let administrator = PersonId::new("p-2");
    let page = other.client.person(&other.session, &administrator).await;
    let page = page.expect("a page");
    let theirs: Vec<_> = page.to_sign().iter().map(|reset| reset.id).collect();
    assert_eq!(theirs, [reset], "before anybody is identified");
    let visit = other.visit("p-2").await;
    kinds_told(&world).await;

    let to_sign = signing(&other, reset, visit.id).await.expect("may sign");
    let act = act_of(&to_sign);
    assert_eq!(act.signer.id, "p-2");
    let Deed::AskReset { terms } = &act.deed else {
        panic!("another act");
    };
    assert_eq!(
        (terms.person.name.as_str(), terms.factors.len()),
        ("P. Example", 1)
    );
    let signed = signed(&to_sign, &mut key);
    let asked = other.hands_in(&signed).await.expect("is asked for");
    assert_eq!(asked.state, ResetState::Released);
    assert_eq!(asked.administrator.as_ref().expect("who").id, administrator);
    assert!(!asked.by_code && asked.ripe_at.is_none());
    let told = kinds_told(&world).await;
    assert!(told.contains(&"reset-asked".to_owned()), "{told:?}");
    assert_eq!(
        refused(other.hands_in(&signed).await),
        problem_code::OFFER_UNKNOWN,
        "it is signed once"
    );
    let kept = admin::receipt(&world.db(), to_sign.id).await.expect("kept");
    let kept: ActReceipt = serde_json::from_str(&kept).expect("a receipt");
    receipt::verify(&kept).expect("holds");

    // Both are signed in where they were, and the person is served where they wait.
    let visit = desk.visit("p-1").await;
    let done = desk.carries_out(reset, &visit).await.expect("carried out");
    assert_eq!(done.deleted.len(), 1);
    let page = other.client.person(&other.session, &administrator).await;
    assert!(page.expect("a page").resets_of_others.is_empty());
}

#[tokio::test]
async fn whoever_is_not_in_a_visit_there_or_may_not_ask_on_their_page_signs_at_no_desk() {
    let (world, desk, other, _, reset) = waiting().await;
    // Nobody is there; or in another operator's visit.
    let nobody = VisitId(uuid::Uuid::now_v7());
    assert_eq!(
        refused(signing(&other, reset, nobody).await),
        problem_code::VISIT_OVER
    );
    let theirs = other.visit("p-2").await;
    assert_eq!(
        refused(signing(&desk, reset, theirs.id).await),
        problem_code::VISIT_OVER
    );
    // Not the person themself.
    let own = desk.visit("p-1").await;
    assert_eq!(
        refused(signing(&desk, reset, own.id).await),
        problem_code::NOT_ALLOWED
    );
    // Nor an administrator of another organisation, who is not even told that there is one.
    world.sql("UPDATE visit SET ended_ms = opened_ms").await;
    world.enrolled("p-4", &mut Authenticator::new(9)).await;
    world
        .sql("UPDATE person SET organisation = 'org-2' WHERE id = 'p-4'")
        .await;
    let elsewhere = other.visit("p-4").await;
    assert_eq!(
        refused(signing(&other, reset, elsewhere.id).await),
        problem_code::NOT_FOUND
    );
    assert!(shown_of_others(&other, "p-4").await.is_empty());
    // Nor whoever is no administrator.
    world
        .sql("UPDATE person SET organisation = 'org-1', kind = 'employee' WHERE id = 'p-4'")
        .await;
    assert_eq!(
        refused(signing(&other, reset, elsewhere.id).await),
        problem_code::NOT_ALLOWED
    );
    assert!(shown_of_others(&other, "p-4").await.is_empty());
}

/// One human would be on both sides: the word is that of a key that they may have made for themself.
#[tokio::test]
async fn nobody_lets_sign_with_a_key_that_they_made_however_long_ago() {
    let (world, _, _, _, reset) = waiting().await;
    world.sql("UPDATE visit SET ended_ms = opened_ms").await;
    let visit = world.visit("p-2").await;
    let ask = PreparedSign {
        version: VERSION,
        visit: visit.id,
    };
    let sign = || world.client.sign_prepared(&world.session, reset, &ask);
    assert_eq!(refused(sign().await), problem_code::NOT_ALLOWED);
    world
        .sql(
            "UPDATE credential SET accepted_ms = accepted_ms - 400 * 86400000 WHERE person = 'p-2'",
        )
        .await;
    assert_eq!(refused(sign().await), problem_code::NOT_ALLOWED);
}

#[tokio::test]
async fn what_changed_between_the_reading_and_the_signature_is_not_taken() {
    let (world, desk, other, mut key, reset) = waiting().await;
    let visit = other.visit("p-2").await;
    let to_sign = signing(&other, reset, visit.id).await.expect("may sign");
    let answer = signed(&to_sign, &mut key);
    // It is for the desk where they were asked.
    assert_eq!(
        refused(desk.hands_in(&answer).await),
        problem_code::OFFER_UNKNOWN
    );
    // By their own key, which still opens something.
    let stranger = signed(&to_sign, &mut Authenticator::new(99));
    assert_eq!(
        refused(other.hands_in(&stranger).await),
        problem_code::CREDENTIAL_UNKNOWN
    );
    let suspended = "UPDATE credential SET suspended_ms = accepted_ms, suspended_why = 'lost' WHERE person = 'p-2'";
    world.sql(suspended).await;
    assert_eq!(
        refused(other.hands_in(&answer).await),
        problem_code::CREDENTIAL_REVOKED
    );
    world
        .sql("UPDATE credential SET suspended_ms = NULL, suspended_why = NULL WHERE person = 'p-2'")
        .await;
    // Who left does not sign.
    leaves(&other, visit.id).await;
    assert_eq!(
        refused(other.hands_in(&answer).await),
        problem_code::VISIT_OVER
    );
    // Nor with a key that came in the very visit.
    let visit = other.visit("p-2").await;
    world
        .sql("UPDATE credential SET accepted_ms = accepted_ms + 3600000 WHERE person = 'p-2'")
        .await;
    assert_eq!(
        refused(other.hands_in(&answer).await),
        problem_code::NOT_ALLOWED
    );
    assert_eq!(
        refused(signing(&other, reset, visit.id).await),
        problem_code::NOT_ALLOWED
    );
    // What was taken back is nobody's to ask for.
    world
        .sql("UPDATE credential SET accepted_ms = accepted_ms - 3600000 WHERE person = 'p-2'")
        .await;
    desk.ends(reset, ResetEnding::Withdraw)
        .await
        .expect("withdrawn");
    assert_eq!(
        refused(other.hands_in(&answer).await),
        problem_code::RESET_OVER
    );
}

#[tokio::test]
async fn an_administrator_or_the_person_objects_at_a_desk_once_and_nobody_else() {
    let (world, desk, other, _, reset) = waiting().await;
    world.enrolled("p-4", &mut Authenticator::new(9)).await;
    world
        .sql("UPDATE person SET organisation = 'org-2' WHERE id = 'p-4'")
        .await;
    let elsewhere = other.visit("p-4").await;
    assert_eq!(
        refused(objects(&other, reset, elsewhere.id).await),
        problem_code::NOT_FOUND
    );
    let administrator = other.visit("p-2").await;
    assert_eq!(
        refused(objects(&desk, reset, administrator.id).await),
        problem_code::VISIT_OVER,
        "in another operator's visit"
    );
    let ended = objects(&other, reset, administrator.id).await;
    let ended = ended.expect("objected");
    assert_eq!(ended.state, ResetState::Objected);
    assert_eq!(ended.objector.expect("who").id, PersonId::new("p-2"));
    assert_eq!(raised(&world, problem_code::RESET_OBJECTED).await, 1);
    is_told_who_says_so(&world, &other).await;
    assert_eq!(
        refused(objects(&other, reset, administrator.id).await),
        problem_code::RESET_OVER
    );
    // The person themself does so as well.
    let own = desk.visit("p-1").await;
    let reset = prepares(&desk, &own).await.expect("prepared anew").id;
    let ended = objects(&desk, reset, own.id).await.expect("objected");
    assert_eq!(ended.objector.expect("who").id, PersonId::new("p-1"));
}

/// It is one operator's word that somebody was there: whoever looks into it, and whoever is told, sees whose and where.
async fn is_told_who_says_so(world: &World, desk: &Agent) {
    let alarms = admin::alarms(&world.db(), 100).await.expect("alarms");
    let of_kind = |alarm: &&admin::Alarm| alarm.kind == problem_code::RESET_OBJECTED;
    let alarm = alarms.iter().find(of_kind).expect("an alarm");
    let station = alarm.station.as_ref().expect("of a station");
    for named in [desk.id().as_str(), station.as_str()] {
        assert!(alarm.detail.contains(named), "{alarm:?}");
    }
    let news = world.news().await;
    let mut told = 0;
    for notice in news.iter().filter(|notice| notice.kind == "reset-ended") {
        assert_eq!(notice.facts["operator"], "O. Ther", "{notice:?}");
        assert_eq!(notice.facts["objector"], "W. Example", "{notice:?}");
        assert_eq!(notice.facts["station"]["id"], station.as_str());
        told += 1;
    }
    assert!(told > 0, "{news:?}");
}

/// A help desk has no part in the reset of a main administrator; they come there all the same to say that it was not them who asked.
#[tokio::test]
async fn a_desk_without_a_part_in_it_hears_that_there_is_one_once_its_person_is_there() {
    let (world, mut one, mut two) = stolen().await;
    let desk = Agent::new(&world, "H. Elp", Role::HelpDesk, 31).await;
    let visit = one.visit("p-2").await;
    let reset = one.requests(&visit).await.id;
    two.releases(reset).await.expect("released");
    let person = PersonId::new("p-2");
    let page = desk.client.person(&desk.session, &person).await.unwrap();
    assert_eq!(page.reset, None);
    let here = desk.visit("p-2").await;
    let page = desk.client.person(&desk.session, &person).await.unwrap();
    let seen = page.reset.expect("seen by who is there");
    assert_eq!(seen.id, reset);
    assert_eq!((seen.remark.as_str(), seen.ticket.as_deref()), ("", None));
    let ended = objects(&desk, reset, here.id).await.expect("objected");
    assert_eq!((ended.remark.as_str(), ended.ticket), ("", None));
    let visit = one.visit("p-2").await;
    assert_eq!(
        refused(one.carries_out(reset, &visit).await),
        problem_code::RESET_OVER
    );
}

#[tokio::test]
async fn whoever_carried_it_out_sees_that_it_goes_on_until_something_came_of_it() {
    let (world, mut one, mut two) = stolen().await;
    let visit = one.visit("p-2").await;
    let reset = one.requests(&visit).await.id;
    two.releases(reset).await.expect("released");
    one.carries_out(reset, &visit).await.expect("carried out");
    leaves(&one, visit.id).await;
    let person = PersonId::new("p-2");
    let seen = async |agent: &Agent| {
        let page = agent.client.person(&agent.session, &person).await;
        page.expect("a page").reset.map(|reset| reset.state)
    };
    assert_eq!(seen(&one).await, Some(ResetState::CarriedOut));
    assert_eq!(seen(&two).await, None, "who goes on is who carried it out");
    let visit = one.visit("p-2").await;
    let again = one.carries_out(reset, &visit).await.expect("goes on");
    assert!(again.deleted.is_empty());
    let offer = one.client.offer(&one.session, &person, Some(visit.id));
    let offer = offer.await.expect("an offer");
    let mut push = world.enrolment(&offer, &mut Authenticator::new(8));
    push.body.operator = one.id().clone();
    push.head = super::super::world::head(1);
    one.client.push(entry(), &push).await.expect("accepted");
    assert_eq!(seen(&one).await, None, "something came of it");
}
