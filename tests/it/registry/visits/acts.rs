//! An act is signed: an administrator answers for a colleague, in bytes that anybody can check afterwards.

use keydesk::domain::act::{Act, Deed, challenge};
use keydesk::domain::{Bytes, OfferId};
use keydesk::wire::{ActReceipt, EnrolmentPush, Offer, TestOffer};
use keydesk::workflow::receipt;
use serde_json::json;

use super::*;

/// Somebody who lost everything is at the desk, and an administrator with a key that another operator made for them.
struct Asked {
    world: World,
    key: Authenticator,
    /// How that key was made.
    made: (Offer, EnrolmentPush),
    offer: TestOffer,
}

async fn asked() -> Asked {
    let world = world().await;
    let honest = Desk::new(&world, "H. Onest", Role::HelpDesk).await;
    let accounts = [
        (&world.session.operator.id, "1001"),
        (&honest.session.operator.id, "1002"),
    ];
    humans(&world, &accounts).await;
    world.app_enrolled(&Phone::new("e-1", 3)).await;
    world
        .sql("UPDATE factor SET removed_ms = accepted_ms")
        .await;
    let mut key = Authenticator::new(5);
    let made = honest.offer("a-1", Some(&honest.visit("a-1").await)).await;
    let made = made.unwrap();
    let mut push = world.enrolment(&made, &mut key);
    push.body.operator = honest.session.operator.id.clone();
    push.head = head(1);
    honest.client.push(entry(), &push).await.unwrap();
    let visit = world.visit_anew("e-1").await;
    let id = PersonId::new("a-1");
    let offer = world.client.test_offer(&world.session, &id, Some(visit.id));
    let offer = offer.await.unwrap();
    Asked {
        made: (made, push.body),
        world,
        key,
        offer,
    }
}

async fn receipt_of(world: &World, act: OfferId) -> ActReceipt {
    let receipt = admin::receipt(&world.db(), act).await.expect("kept");
    serde_json::from_str(&receipt).expect("a receipt")
}

#[tokio::test]
async fn who_answers_for_a_colleague_signs_what_they_do_and_anybody_can_check_it() {
    let mut asked = asked().await;
    let (world, offer) = (&asked.world, &asked.offer);
    let act = offer
        .read_act()
        .expect("is what is signed")
        .expect("an act");
    assert_eq!(act.signer.name, "A. Dmin");
    let Deed::Vouch {
        person, operator, ..
    } = &act.deed
    else {
        panic!("{act:?}");
    };
    assert_eq!(person.name, "E. Mployee");
    assert_eq!(operator.id, world.session.operator.id.as_str());
    let push = world.test(offer, "a-1", &mut asked.key);
    let assertion = push.body.assertion.clone();
    world.client.push(entry(), &push).await.unwrap();
    assert_eq!(
        world.visit("e-1").await.authority,
        Some(Authority::Administrator)
    );
    let listed = admin::acts(&world.db(), 10).await.unwrap();
    assert_eq!((listed[0].id, listed.len()), (offer.id, 1));
    let receipt = receipt_of(world, offer.id).await;
    assert_eq!(receipt::verify(&receipt).expect("holds"), act);
    // An act is kept as it was signed.
    for change in ["UPDATE act SET subject = 'e-2'", "DELETE FROM act"] {
        let done = sqlx::query(change).execute(&world.database().await).await;
        assert!(done.is_err(), "{change}");
    }
    // For those who judge what was signed with libraries of their own.
    if let Some(folder) = std::env::var_os("KEYDESK_JUDGES_DIR") {
        let (made, enrolled) = &asked.made;
        let case = json!({
            "origin": made.origin,
            "userHandle": made.creation.user.id,
            "creationOptions": made.creation,
            "registration": enrolled.registration,
            "requestOptions": offer.request,
            "assertion": assertion,
            "act": offer.act,
        });
        let folder = std::path::PathBuf::from(folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("act.json"), case.to_string()).expect("written");
    }
}

#[tokio::test]
async fn who_proves_themself_signs_that_their_own_account_may_be_changed() {
    let world = world().await;
    let mut key = Authenticator::new(5);
    let id = PersonId::new("e-1");
    let made = world.offer("e-1").await;
    let push = world.enrolment(&made, &mut key);
    world.client.push(entry(), &push).await.unwrap();
    // To be tested is nothing that one signs for.
    let plain = world.client.test_offer(&world.session, &id, None).await;
    assert_eq!(plain.unwrap().read_act(), Ok(None));

    let visit = world.visit_anew("e-1").await;
    let asked = world.client.test_offer(&world.session, &id, Some(visit.id));
    let offer = asked.await.unwrap();
    let act = offer.read_act().expect("is what is signed");
    let act = act.expect("an act");
    assert!(act.is_for_oneself(), "{act:?}");
    let Deed::ChangeOwn {
        visit: of,
        operator,
    } = &act.deed
    else {
        panic!("{act:?}");
    };
    assert_eq!(*of, visit.id);
    assert_eq!(operator.id, world.session.operator.id.as_str());
    let push = world.test(&offer, "e-1", &mut key);
    world.client.push(entry(), &push).await.unwrap();
    assert_eq!(world.visit("e-1").await.authority, Some(Authority::Factor));
    let receipt = receipt_of(&world, offer.id).await;
    assert_eq!(receipt::verify(&receipt).expect("holds"), act);
}

#[tokio::test]
async fn a_receipt_with_anything_else_in_it_proves_nothing() {
    let mut asked = asked().await;
    let push = asked.world.test(&asked.offer, "a-1", &mut asked.key);
    asked.world.client.push(entry(), &push).await.unwrap();
    let good = receipt_of(&asked.world, asked.offer.id).await;
    let flip = |bytes: &mut Bytes| *bytes.0.last_mut().expect("bytes") ^= 1;
    type Forgery = Box<dyn Fn(&mut ActReceipt)>;
    let changes: [(&str, Forgery); 8] = [
        (
            "another act",
            Box::new(|receipt| {
                let text = String::from_utf8(receipt.act.0.clone()).expect("text");
                receipt.act = Bytes(text.replace("e-1", "e-2").into_bytes());
            }),
        ),
        (
            "no act",
            Box::new(|receipt| receipt.act = Bytes(b"{}".to_vec())),
        ),
        (
            "signature",
            Box::new(move |receipt| flip(&mut receipt.assertion.response.signature)),
        ),
        (
            "data",
            Box::new(move |receipt| flip(&mut receipt.assertion.response.authenticator_data)),
        ),
        (
            "origin",
            Box::new(|receipt| receipt.origin.push_str(".evil.example")),
        ),
        (
            "relying party",
            Box::new(|receipt| receipt.rp_id = "example".to_owned()),
        ),
        (
            "key",
            Box::new(move |receipt| flip(receipt.public_key.as_mut().expect("a key"))),
        ),
        ("no key", Box::new(|receipt| receipt.public_key = None)),
    ];
    for (what, change) in changes {
        let mut receipt = good.clone();
        change(&mut receipt);
        assert!(receipt::verify(&receipt).is_err(), "{what}");
    }
    assert!(receipt::verify(&good).is_ok());
}

#[tokio::test]
async fn what_no_longer_says_what_holds_is_not_taken_when_it_is_signed() {
    let mut asked = asked().await;
    let world = &asked.world;
    world
        .sql("UPDATE person SET name = 'Somebody Else' WHERE id = 'e-1'")
        .await;
    let push = world.test(&asked.offer, "a-1", &mut asked.key);
    let refusal = refused(world.client.push(entry(), &push).await);
    assert_eq!(refusal, problem_code::ACT_CHANGED);
    assert_eq!(world.visit("e-1").await.authority, None);
    assert!(admin::acts(&world.db(), 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_station_signs_no_act_that_is_not_the_one_it_would_show() {
    let asked = asked().await;
    let good = asked.offer;
    assert!(good.check().is_ok());
    let shown = good.act.clone().expect("an act");
    let mut other = Act::read(&shown.0).expect("an act");
    other.signer.name = "Nobody".to_owned();
    let mut shows_another = good.clone();
    shows_another.act = Some(other.bytes());
    assert!(shows_another.check().is_err());
    let mut of_another_offer = good.clone();
    other.id = OfferId(uuid::Uuid::nil());
    of_another_offer.act = Some(other.bytes());
    of_another_offer.request.challenge = challenge(&other.bytes().0);
    assert!(of_another_offer.check().is_err());
}
