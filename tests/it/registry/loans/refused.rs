//! What is lent to nobody, and by whom nobody is lent anything.

use keydesk::domain::authority::Role;
use keydesk::wire::VisitPass;

use super::super::world::first_sign_in;

use super::*;

fn told<T: std::fmt::Debug>(answer: Result<T, RegistryError>) -> (String, String) {
    match answer {
        Err(RegistryError::Refused { problem, .. }) => (
            problem.code().to_owned(),
            problem.detail.clone().unwrap_or_default(),
        ),
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn whoever_is_served_otherwise_is_told_what_they_do_instead() {
    let (world, second) = forgotten().await;
    let service = Agent::new(&world, "C. Service", Role::CustomerService, 23).await;
    for (seed, who) in (30..).zip(["a-2", "r-1", "p-3"]) {
        world.enrolled(who, &mut another(seed)).await;
        let visit = world.visit_anew(who).await;
        let (code, said) = told(asks(&world, visit.id, (1, &member(&second))).await);
        assert_eq!(code, problem_code::NOT_ALLOWED);
        assert!(
            said.contains("standby") && said.contains("suspended"),
            "{who}: {said}"
        );
        let named = world.client.loan_seconds(&world.session, visit.id).await;
        assert_eq!(told(named).0, problem_code::NOT_ALLOWED);
    }
    // Customer Service lends nobody anything.
    let visit = service.visit("e-1").await;
    let ask = LoanAsk {
        version: VERSION,
        days: days(1),
        second: member(&second),
    };
    let asked = service
        .client
        .ask_loan(&service.session, visit.id, &ask)
        .await;
    let (code, said) = told(asked);
    assert_eq!(code, problem_code::NOT_ALLOWED);
    assert!(said.contains("second member of staff"), "{said}");
}

#[tokio::test]
async fn who_has_nothing_to_forget_or_has_it_with_them_is_lent_nothing() {
    let (world, mut second) = forgotten().await;
    let visit = world.visit("p-1").await;
    let (code, said) = told(asks(&world, visit.id, (1, &member(&second))).await);
    assert_eq!(code, problem_code::NOT_ALLOWED);
    assert!(said.contains("enrol"), "{said}");
    // Lost is not forgotten.
    let own = credentials(&world).await.swap_remove(0);
    reported(&world, &own, SuspendedWhy::Lost).await;
    let visit = world.visit_anew("e-1").await;
    let (_, said) = told(asks(&world, visit.id, (1, &member(&second))).await);
    assert!(said.contains("lost all"), "{said}");
    world
        .sql("UPDATE credential SET suspended_ms = NULL, suspended_why = NULL")
        .await;
    // One at a time, and one a visit.
    let (visit, receipt) = lent(&world, &mut second, &mut another(8)).await;
    let (_, said) = told(asks(&world, visit.id, (1, &member(&second))).await);
    assert!(said.contains("on loan until"), "{said}");
    assert_eq!(
        refused(offer(&world, visit.id).await),
        problem_code::NOT_ALLOWED
    );
    let lent = credentials(&world).await;
    let lent = lent
        .iter()
        .find(|key| key.id == receipt.credential)
        .unwrap();
    reported(&world, lent, SuspendedWhy::Lost).await;
    let (_, said) = told(offer(&world, visit.id).await);
    assert!(said.contains("one loan a visit"), "{said}");
    // A loan that was lost is found for nothing.
    let lift = keydesk::wire::LiftRequest {
        version: VERSION,
        person: PersonId::new("e-1"),
        factor: FactorRef::Key {
            credential: receipt.credential,
        },
    };
    let lift = world.client.lift_offer(&world.session, &lift).await;
    assert_eq!(refused(lift), problem_code::NEVER_LIFTED);
}

#[tokio::test]
async fn the_second_is_another_human_neither_the_person_nor_of_their_organisation_and_settled() {
    let (world, second) = forgotten().await;
    let visit = world.visit_anew("e-1").await.id;
    let not = async |second: &Second, why: &str| {
        let (code, said) = told(asks(&world, visit, (1, second)).await);
        assert_eq!(code, problem_code::NOT_ALLOWED, "{said}");
        assert!(said.contains(why), "{why}: {said}");
        let seconds = world
            .client
            .loan_seconds(&world.session, visit)
            .await
            .unwrap();
        let Second::Member { operator } = second else {
            panic!("no member");
        };
        assert!(seconds.members.iter().all(|who| who.id != *operator));
    };
    let myself = Second::Member {
        operator: world.session.operator.id.clone(),
    };
    not(&myself, "another human").await;
    let same = Agent::new(&world, "S. Ame", Role::HelpDesk, 24).await;
    human(&world, same.id(), "n-1", None).await;
    not(&member(&same), "another human").await;
    let oneself = Agent::new(&world, "E. Mployee", Role::HelpDesk, 25).await;
    human(&world, oneself.id(), "n-25", Some("e-1")).await;
    not(&member(&oneself), "yourself").await;
    let colleague = Agent::new(&world, "C. Olleague", Role::HelpDesk, 26).await;
    human(&world, colleague.id(), "n-26", Some("r-1")).await;
    not(&member(&colleague), "your own organisation").await;
    world
        .sql("UPDATE operator SET personnel_number = NULL WHERE name = 'S. Econd'")
        .await;
    not(&member(&second), "which human").await;
    world
        .sql("UPDATE operator SET personnel_number = 'n-21', changed_ms = 99999999999999 WHERE name = 'S. Econd'")
        .await;
    not(&member(&second), "lately").await;
    // Nor does anybody lend for themself, or for their own organisation.
    human(&world, &world.session.operator.id, "n-1", Some("r-1")).await;
    let who = PersonId::new("e-1");
    let came = super::super::world::arrival();
    let received = world.client.open_visit(&world.session, &who, &came).await;
    assert_eq!(refused(received), problem_code::NOT_ALLOWED);
}

#[tokio::test]
async fn what_was_signed_for_something_else_by_somebody_else_or_twice_is_refused() {
    let (world, mut second) = forgotten().await;
    let mut third = Agent::new(&world, "T. Hird", Role::StationAdministrator, 27).await;
    let visit = world.visit_anew("e-1").await.id;
    // Six working days are nobody's to lend.
    let six = serde_json::json!({ "version": VERSION, "days": 6, "second": "member", "operator": second.id() });
    assert!(serde_json::from_value::<LoanAsk>(six).is_err());
    let to_sign = asks(&world, visit, (5, &member(&second))).await.unwrap();
    // By another one's key, of a longer loan, at another station.
    let by_third = signed(&to_sign, &mut third.key);
    assert_eq!(
        refused(hands_in(&world, &by_third).await),
        problem_code::CREDENTIAL_UNKNOWN
    );
    let other = asks(&world, visit, (1, &member(&third))).await.unwrap();
    let mut swapped = signed(&other, &mut second.key);
    swapped.id = to_sign.id;
    assert!(hands_in(&world, &swapped).await.is_err());
    let right = signed(&to_sign, &mut second.key);
    let elsewhere = third
        .client
        .sign_loan(&third.session, entry(), &right)
        .await;
    assert_eq!(refused(elsewhere), problem_code::OFFER_UNKNOWN);
    hands_in(&world, &right).await.expect("is agreed to");
    assert_eq!(
        refused(hands_in(&world, &right).await),
        problem_code::OFFER_UNKNOWN
    );
    // Whoever stood by it does not go on with the visit.
    let pass = VisitPass {
        version: VERSION,
        to: second.id().clone(),
    };
    let passed = world.client.pass_visit(&world.session, visit, &pass).await;
    assert_eq!(refused(passed), problem_code::NOT_ALLOWED);
}

#[tokio::test]
async fn what_arrives_when_it_is_no_loan_any_more_waits_for_its_owner() {
    let (world, mut second) = forgotten().await;
    let visit = world.visit_anew("e-1").await.id;
    agreed(&world, visit, &mut second, 1).await;
    let first = offer(&world, visit).await.unwrap();
    let other = offer(&world, visit).await.unwrap();
    let receipt = world
        .push(&world.enrolment(&first, &mut another(8)))
        .await
        .unwrap();
    assert!(receipt.lent_until.is_some());
    let receipt = world
        .push(&world.enrolment(&other, &mut another(9)))
        .await
        .unwrap();
    assert!(
        receipt.waiting && receipt.lent_until.is_none(),
        "one key a loan"
    );
    // Whoever stood by it is gone by the time that the key arrives.
    world
        .sql("UPDATE credential SET suspended_ms = accepted_ms, suspended_why = 'stolen' WHERE lent_until_ms IS NOT NULL")
        .await;
    let visit = world.visit_anew("e-1").await.id;
    agreed(&world, visit, &mut second, 1).await;
    let late = offer(&world, visit).await.unwrap();
    admin::revoke_operator(&world.db(), second.id())
        .await
        .unwrap();
    let receipt = world
        .push(&world.enrolment(&late, &mut another(10)))
        .await
        .unwrap();
    assert!(receipt.waiting && receipt.lent_until.is_none());
}

async fn asks_there(
    desk: &Agent,
    visit: VisitId,
    second: &Agent,
) -> Result<LoanToSign, RegistryError> {
    let ask = LoanAsk {
        version: VERSION,
        days: days(1),
        second: member(second),
    };
    desk.client.ask_loan(&desk.session, visit, &ask).await
}

#[tokio::test]
async fn what_is_drawn_up_at_one_desk_keeps_nobody_from_signing_elsewhere_and_the_newest_is_signed()
{
    let (world, mut second) = forgotten().await;
    let third = Agent::new(&world, "T. Hird", Role::HelpDesk, 27).await;
    let visit = world.visit_anew("e-1").await.id;
    let former = asks(&world, visit, (1, &member(&second))).await.unwrap();
    for _ in 0..4 {
        asks(&world, visit, (1, &member(&second))).await.unwrap();
    }
    // The former one is nobody's to sign any more.
    let late = signed(&former, &mut second.key);
    assert_eq!(
        refused(hands_in(&world, &late).await),
        problem_code::OFFER_UNKNOWN
    );
    // One operator has so many drawn up at a desk, for whomever and however often for the same: the same signer is not kept waiting
    // elsewhere, and once the time of those is over not here either.
    let fourth = Agent::new(&world, "F. Ourth", Role::HelpDesk, 28).await;
    for _ in 5..10 {
        asks(&world, visit, (1, &member(&fourth))).await.unwrap();
    }
    for signer in [&fourth, &second] {
        let here = asks(&world, visit, (1, &member(signer))).await;
        assert_eq!(refused(here), problem_code::OFFERS_OPEN);
    }
    let elsewhere = third.visit("e-1").await.id;
    for signer in [&fourth, &second] {
        asks_there(&third, elsewhere, signer).await.expect("there");
    }
    // Nothing of one desk is replaced by what the other one draws up.
    let newest: i64 = sqlx::query_scalar("SELECT count(*) FROM act_asked WHERE NOT replaced")
        .fetch_one(&world.database().await)
        .await
        .unwrap();
    assert_eq!(newest, 4);
}

/// One human would be both: the word is that of a key that they may have made for themself.
#[tokio::test]
async fn whoever_made_an_administrators_key_has_no_hand_in_what_they_stand_by_however_long_ago() {
    let (world, _) = forgotten().await;
    let maker = Agent::new(&world, "M. Aker", Role::HelpDesk, 22).await;
    // The same human has an account at the other desk too.
    let mut second_key = Authenticator::new(29);
    let role = Role::HelpDesk;
    let client = &world.client;
    let here = first_sign_in(client, &world.db(), "M. Aker", role, &mut second_key).await;
    human(&world, &here.operator.id, "n-22", None).await;
    let mut theirs = another(5);
    made_by(&world, &maker, "a-1", &mut theirs).await;
    world
        .sql(
            "UPDATE credential SET accepted_ms = accepted_ms - 400 * 86400000 WHERE person = 'a-1'",
        )
        .await;
    let administrator = Second::Administrator {
        person: PersonId::new("a-1"),
    };
    // Not as whoever serves the person.
    let own = maker.visit("e-1").await.id;
    let seconds = maker.client.loan_seconds(&maker.session, own).await;
    assert!(seconds.unwrap().administrators.is_empty());
    let ask = LoanAsk {
        version: VERSION,
        days: days(1),
        second: administrator.clone(),
    };
    let asked = maker.client.ask_loan(&maker.session, own, &ask).await;
    assert_eq!(refused(asked), problem_code::NOT_ALLOWED);
    // Nor as whoever goes on with the visit of another one, or ends what they began.
    let visit = world.visit_anew("e-1").await.id;
    let to_sign = asks(&world, visit, (1, &administrator)).await.unwrap();
    hands_in(&world, &signed(&to_sign, &mut theirs))
        .await
        .expect("another one made it");
    let pass = VisitPass {
        version: VERSION,
        to: maker.id().clone(),
    };
    let passed = world.client.pass_visit(&world.session, visit, &pass).await;
    assert_eq!(refused(passed), problem_code::NOT_ALLOWED);
    let offer = offer(&world, visit).await.unwrap();
    let mut push = world.enrolment(&offer, &mut another(8));
    push.body.finished_by = Some(here.operator.id.clone());
    push.body.enrolled_at = world.now();
    let receipt = world.push(&push).await.unwrap();
    assert!(receipt.waiting && receipt.lent_until.is_none());
}
