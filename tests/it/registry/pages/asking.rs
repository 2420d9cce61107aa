//! An administrator asks for a reset on the pages: by their key over what would go, or by a code; and follows what becomes of it.

use keydesk::domain::PersonId;
use keydesk::domain::account_reset::{ResetReason, ResetState};
use keydesk::domain::act::{Act, Deed};
use keydesk::domain::authority::Role;
use keydesk::server::admin;
use keydesk::wire::{ActReceipt, ResetAsk, VERSION};
use keydesk::workflow::receipt;

use super::browser::{Browser, ORIGIN, Page, with_pages};
use crate::registry::authenticator::Authenticator;
use crate::registry::phone::Phone;
use crate::registry::world::{World, arrival, entry, first_sign_in, joined};

const WHY: [(&str, &str); 3] = [
    ("reason", "lost"),
    ("remark", "left <in> the \"train\""),
    ("ticket", "T-7"),
];

/// Everybody is of one organisation; W. Example has a key, and P. Example another one.
pub(super) async fn organisation() -> (World, Authenticator, Authenticator) {
    let world = World::with(with_pages).await;
    let (mut admin, mut member) = (Authenticator::new(2), Authenticator::new(1));
    world.enrolled("p-2", &mut admin).await;
    world.enrolled("p-1", &mut member).await;
    world
        .sql("UPDATE person SET organisation = 'org-2' WHERE id IN ('p-1', 'p-4')")
        .await;
    (world, admin, member)
}

/// Draws up what an administrator would sign; the path where they do.
async fn drawn_up(browser: &mut Browser, person: &str, why: &[(&str, &str)]) -> Page {
    let at = format!("/people/{person}/reset");
    let form = browser.get(&at).await.form(&at);
    let mut fields = vec![("form", form.as_str())];
    fields.extend(why);
    browser.post(&at, &fields).await
}

pub(super) async fn signing(browser: &mut Browser, person: &str) -> String {
    let page = drawn_up(browser, person, &WHY).await;
    assert_eq!(page.status, 303, "{}", page.text);
    assert!(page.location().starts_with("/sign/"), "{}", page.location());
    page.location().to_owned()
}

async fn resets(world: &World) -> Vec<(String, String, Option<String>, bool, bool)> {
    sqlx::query_as(
        "SELECT state, person, administrator, asked IS NOT NULL, ripe_ms IS NOT NULL FROM account_reset ORDER BY asked_ms",
    )
    .fetch_all(&world.database().await)
    .await
    .unwrap()
}

#[tokio::test]
async fn what_an_administrator_signs_is_what_stands_there_and_is_kept_for_anybody_to_check() {
    let (world, mut key, _) = organisation().await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&mut key).await;
    let at = signing(&mut browser, "p-1").await;
    let page = browser.get(&at).await;
    for words in [
        "W. Example asks",
        "P. Example · p-1 · Exämple Barge Line",
        "Test key",
        "T-7",
    ] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    assert!(
        page.text.contains("left &lt;in&gt; the 'train'"),
        "{}",
        page.text
    );
    assert!(resets(&world).await.is_empty(), "nothing is asked for yet");
    let signed = key.sign(&page.asked(&at), ORIGIN);
    let form = page.form(&at);
    let answer = browser.hand_in(&at, (&form, &signed), &[]).await;
    let request = answer.location().to_owned();
    assert!(request.starts_with("/requests/"), "{}", answer.text);
    let asked = (
        "released".to_owned(),
        "p-1".to_owned(),
        Some("p-2".to_owned()),
        true,
        false,
    );
    assert_eq!(resets(&world).await, std::slice::from_ref(&asked));
    // The very same once more leads to the same, and changes nothing.
    let again = browser.hand_in(&at, (&form, &signed), &[]).await;
    assert_eq!((again.status, again.location()), (303, request.as_str()));
    assert_eq!(resets(&world).await, [asked]);
    assert_eq!(browser.get(&at).await.status, 404, "it is signed once");

    let id = at.strip_prefix("/sign/").unwrap().parse().unwrap();
    let kept = admin::receipt(&world.db(), id).await.expect("kept");
    let kept: ActReceipt = serde_json::from_str(&kept).expect("a receipt");
    receipt::verify(&kept).expect("holds");
    assert_eq!(kept.origin, ORIGIN);
    let Deed::AskReset { terms } = Act::read(&kept.act.0).unwrap().deed else {
        panic!("another act");
    };
    assert_eq!(
        (terms.person.name.as_str(), terms.factors.len()),
        ("P. Example", 1)
    );

    // It stands in the list, on the person's page, and can be taken back by whoever asked.
    for path in ["/requests", "/people/p-1", request.as_str()] {
        assert!(browser.get(path).await.text.contains("asked for"), "{path}");
    }
    let again = drawn_up(&mut browser, "p-1", &WHY).await;
    assert_eq!(again.status, 409, "one at a time");
    // It is that request, with what can be done about it, and where to go from there.
    for words in [
        "open already",
        &format!("{request}/withdraw"),
        "href=\"/people\"",
        "/sign-out",
    ] {
        assert!(again.text.contains(words), "{words}: {}", again.text);
    }
    assert!(
        !again.text.contains("lang=\"en\">a reset"),
        "{}",
        again.text
    );
    let withdraw = format!("{request}/withdraw");
    let form = browser.get(&request).await.form(&withdraw);
    for _ in 0..2 {
        let answer = browser.post(&withdraw, &[("form", &form)]).await;
        assert_eq!(answer.location(), request);
    }
    assert_eq!(resets(&world).await[0].0, "withdrawn");
    let page = browser.get(&request).await;
    assert!(page.text.contains("withdrawn") && !page.text.contains("<form class=\"card\""));
    // What was open in another window is told how it stands.
    let answer = browser
        .post(&withdraw, &[("form", &again.form(&withdraw))])
        .await;
    assert_eq!(answer.status, 409);
    assert!(
        answer.text.contains("withdrawn") && answer.text.contains("Nothing was done"),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn a_time_says_its_zone_and_what_ends_at_midnight_ends_on_the_day_before() {
    let world = World::with(|config| {
        with_pages(config);
        config.time_zone = Some("Europe/Amsterdam".to_owned());
    })
    .await;
    let (mut admin, mut member) = (Authenticator::new(2), Authenticator::new(1));
    world.enrolled("p-2", &mut admin).await;
    world.enrolled("p-1", &mut member).await;
    world
        .sql("UPDATE person SET organisation = 'org-2' WHERE id = 'p-1'")
        .await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&mut admin).await;
    let at = signing(&mut browser, "p-1").await;
    let request = browser.key((&at, &at), &mut admin, &[]).await;
    let page = browser.get(request.location()).await.text;
    assert!(
        page.contains(" 24:00 CE") && !page.contains("00:00<"),
        "{page}"
    );
}

/// Nothing would be deleted, and nobody has to wait for anything.
#[tokio::test]
async fn nobody_asks_for_somebody_who_never_had_anything_that_opens_their_account() {
    let (world, mut key, _) = organisation().await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&mut key).await;
    let had = "UPDATE person SET earlier_factors = 1 WHERE id = 'p-4'";
    world.sql(had).await;
    let lost = browser.get("/people/p-4").await;
    assert!(
        lost.text.contains("all that opened it is lost"),
        "{}",
        lost.text
    );
    let at = "/people/p-4/reset";
    assert!(lost.text.contains(at), "{}", lost.text);
    let form = browser.get(at).await.form(at);
    world
        .sql("UPDATE person SET earlier_factors = 0 WHERE id = 'p-4'")
        .await;
    for path in ["/people/p-4", at] {
        let page = browser.get(path).await;
        assert!(
            page.text.contains("no reset is needed") && !page.text.contains("name=\"reason\""),
            "{path}: {}",
            page.text
        );
    }
    let fields = [("form", form.as_str()), ("reason", "lost")];
    let answer = browser.post(at, &fields).await;
    assert_eq!(answer.status, 403, "{}", answer.text);
    assert!(resets(&world).await.is_empty());
}

#[tokio::test]
async fn a_signature_is_for_one_act_in_one_session_by_one_key() {
    let (world, mut key, mut member) = organisation().await;
    let mut other_admin = Authenticator::new(4);
    world.sql("UPDATE visit SET ended_ms = opened_ms").await;
    world.enrolled("p-4", &mut other_admin).await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&mut key).await;
    let former = signing(&mut browser, "p-1").await;
    let other = browser.get(&former).await.asked(&former);
    // What they were asked for there before is not asked of them any more.
    let one = signing(&mut browser, "p-1").await;
    let page = browser.get(&one).await;
    let asked = page.asked(&one);
    assert_eq!(browser.get(&former).await.status, 404);
    assert_ne!(asked.challenge, other.challenge);
    let mut hand_in = async |signed: &_| {
        let form = browser.get(&one).await.form(&one);
        browser.hand_in(&one, (&form, signed), &[]).await.status
    };
    assert_eq!(hand_in(&key.sign(&other, ORIGIN)).await, 422, "another act");
    assert_eq!(
        hand_in(&other_admin.sign(&asked, ORIGIN)).await,
        422,
        "another administrator"
    );
    assert_eq!(
        hand_in(&member.sign(&asked, ORIGIN)).await,
        422,
        "the person themself"
    );
    let elsewhere = key.sign(&asked, "https://iamconnected.example");
    assert_eq!(hand_in(&elsewhere).await, 403, "another origin");
    let mut changed = key.sign(&asked, ORIGIN);
    changed.response.authenticator_data.0[36] ^= 1;
    assert_eq!(hand_in(&changed).await, 422, "one byte");
    let mut changed = key.sign(&asked, ORIGIN);
    let json = String::from_utf8(changed.response.client_data_json.0).unwrap();
    changed.response.client_data_json.0 = json.replace("false", "true").into_bytes();
    assert_eq!(hand_in(&changed).await, 422, "one word");
    let signed = key.sign(&asked, ORIGIN);
    // Another session of the same administrator, and one of another.
    let mut elsewhere = Browser::new(&world);
    elsewhere.sign_in(&mut key).await;
    assert_eq!(elsewhere.get(&one).await.status, 404);
    let mut another = Browser::new(&world);
    another.sign_in(&mut other_admin).await;
    assert_eq!(another.get(&one).await.status, 404);
    let form = elsewhere.get("/people").await.form("/sign-out");
    let answer = elsewhere.hand_in(&one, (&form, &signed), &[]).await;
    assert_eq!(answer.status, 403, "a form of another page");
    assert!(resets(&world).await.is_empty());
    // What was read five minutes ago is read again.
    world.wait_s(301);
    assert_eq!(browser.get(&one).await.status, 422);
}

#[tokio::test]
async fn what_changed_since_it_was_read_is_not_signed() {
    let (world, mut key, mut member) = organisation().await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&mut key).await;
    let at = signing(&mut browser, "p-1").await;
    let page = browser.get(&at).await;
    // Meanwhile they get another key.
    let visit = world.visit_anew("p-1").await;
    let owner = PersonId::new("p-1");
    let proof = world
        .client
        .test_offer(&world.session, &owner, Some(visit.id));
    let proof = world.test(&proof.await.unwrap(), "p-1", &mut member);
    world.client.push(entry(), &proof).await.unwrap();
    world.enrolled("p-1", &mut Authenticator::new(9)).await;
    let signed = key.sign(&page.asked(&at), ORIGIN);
    let answer = browser.hand_in(&at, (&page.form(&at), &signed), &[]).await;
    assert_eq!(answer.status, 409);
    assert!(resets(&world).await.is_empty());
}

#[tokio::test]
async fn nobody_asks_for_themself_for_a_main_administrator_or_for_anybody_elsewhere() {
    let (world, mut key, _) = organisation().await;
    let mut user_admin = Authenticator::new(4);
    world.enrolled("p-4", &mut user_admin).await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&mut user_admin).await;
    for person in ["p-4", "p-2"] {
        let page = browser.get(&format!("/people/{person}/reset")).await;
        assert!(
            page.status == 200 && !page.text.contains("<form class=\"card\""),
            "{person}"
        );
    }
    assert_eq!(browser.get("/people/p-3/reset").await.status, 404);
    // Who may is said as it is for whoever asks.
    let own = browser.get("/people/p-4").await.text;
    assert!(
        own.contains("Another administrator of your organisation does."),
        "{own}"
    );
    let mut main = Browser::new(&world);
    main.sign_in(&mut key).await;
    let own = main.get("/people/p-2").await.text;
    assert!(
        own.contains("For you, Customer Service does") && !own.contains("Another administrator"),
        "{own}"
    );
    // What is another's page leads back to their own ones.
    let page = main.get("/waiting").await;
    assert_eq!(page.status, 403);
    assert!(
        page.text.contains("href=\"/people\"") && !page.text.contains("account of yours"),
        "{}",
        page.text
    );
    // A form that was made for somebody else does nothing; nor does one that is right, for somebody who is moved meanwhile.
    let at = "/people/p-1/reset";
    let form = browser.get(at).await.form(at);
    let fields = [("form", form.as_str()), ("reason", "lost")];
    for other in [
        "/people/p-2/reset",
        "/people/p-4/reset",
        "/people/p-3/reset",
    ] {
        assert_eq!(browser.post(other, &fields).await.status, 403, "{other}");
    }
    world
        .sql("UPDATE person SET organisation = 'org-1' WHERE id = 'p-1'")
        .await;
    assert_eq!(browser.post(at, &fields).await.status, 404);
    world.sql("UPDATE person SET organisation = 'org-2', kind = 'main-administrator' WHERE id = 'p-1'").await;
    assert_eq!(browser.post(at, &fields).await.status, 403);
    // What another organisation asked for is not there.
    world
        .sql("UPDATE person SET kind = 'employee' WHERE id = 'p-1'")
        .await;
    let mut one = Browser::new(&world);
    one.sign_in(&mut key).await;
    let signing = signing(&mut one, "p-1").await;
    let request = one.key((&signing, &signing), &mut key, &[]).await;
    let request = request.location().to_owned();
    world
        .sql("UPDATE person SET organisation = 'org-3' WHERE id = 'p-4'")
        .await;
    assert_eq!(browser.get(&request).await.status, 404);
    assert!(!browser.get("/requests").await.text.contains("P. Example"));
    let form = one.get(&request).await.form(&format!("{request}/withdraw"));
    let answer = browser
        .post(&format!("{request}/object"), &[("form", &form)])
        .await;
    assert_eq!(answer.status, 403);
    assert_eq!(resets(&world).await[0].0, "released");
}

#[tokio::test]
async fn why_is_chosen_and_what_is_said_is_one_short_line() {
    let (world, mut key, _) = organisation().await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&mut key).await;
    let long = "x".repeat(201);
    for why in [
        [("reason", ""), ("remark", ""), ("ticket", "")],
        [("reason", "because"), ("remark", ""), ("ticket", "")],
        [
            ("reason", "lost"),
            ("remark", long.as_str()),
            ("ticket", ""),
        ],
        [("reason", "lost"), ("remark", "two\nlines"), ("ticket", "")],
        [("reason", "lost"), ("remark", "a\u{202e}b"), ("ticket", "")],
        [
            ("reason", "lost"),
            ("remark", ""),
            ("ticket", long.as_str()),
        ],
    ] {
        let page = drawn_up(&mut browser, "p-1", &why).await;
        assert_eq!(page.status, 422, "{why:?}");
        assert!(page.text.contains("role=\"alert\""), "{why:?}");
        let is_of_text = why[0].1 == "lost";
        assert_eq!(page.text.contains("200 characters"), is_of_text, "{why:?}");
    }
    let why = [("reason", "stolen"), ("remark", ""), ("ticket", " ")];
    assert_eq!(drawn_up(&mut browser, "p-1", &why).await.status, 303);
}

#[tokio::test]
async fn by_a_code_it_is_asked_for_as_well_and_waits_and_another_administrator_objects() {
    let (world, mut key, _) = organisation().await;
    let phone = Phone::new("p-4", 1);
    world.app_enrolled(&phone).await;
    world.wait_s(60);
    world.next_step();
    let mut browser = Browser::new(&world);
    let code = phone.code(world.now(), 0);
    browser.type_code("zoe@example.test", code.as_str()).await;
    let at = signing(&mut browser, "p-1").await;
    let page = browser.get(&at).await;
    assert!(page.text.contains("waits for an hour"), "{}", page.text);
    assert!(!page.text.contains("signs with"), "{}", page.text);
    let typed = async |browser: &mut Browser, code: &str| {
        let form = browser.get(&at).await.form(&at);
        browser.post(&at, &[("form", &form), ("code", code)]).await
    };
    assert_eq!(
        typed(&mut browser, code.as_str()).await.status,
        422,
        "it was taken already"
    );
    assert_eq!(typed(&mut browser, "12").await.status, 422);
    let signed = key.sign(
        &{
            let mut one = Browser::new(&world);
            one.get("/sign-in").await.asked("/sign-in/key")
        },
        ORIGIN,
    );
    let form = browser.get(&at).await.form(&at);
    let answer = browser.hand_in(&at, (&form, &signed), &[]).await;
    assert_eq!(answer.status, 422, "somebody's key is no code of theirs");
    world.next_step();
    let code = phone.code(world.now(), 0);
    let answer = typed(&mut browser, code.as_str()).await;
    let request = answer.location().to_owned();
    assert!(request.starts_with("/requests/"), "{}", answer.text);
    let asked = (
        "released".to_owned(),
        "p-1".to_owned(),
        Some("p-4".to_owned()),
        false,
        true,
    );
    assert_eq!(resets(&world).await, [asked]);
    let page = browser.get(&request).await;
    for words in ["by a code, which signs nothing", "Not before", "it waits"] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    // The other administrator sees it, and objects.
    let mut other = Browser::new(&world);
    other.sign_in(&mut key).await;
    assert!(other.get("/requests").await.text.contains("P. Example"));
    let page = other.get(&request).await;
    assert!(
        !page.text.contains("/withdraw\""),
        "only whoever asked takes it back"
    );
    let object = format!("{request}/object");
    let answer = other.post(&object, &[("form", &page.form(&object))]).await;
    assert_eq!(answer.location(), request);
    assert_eq!(resets(&world).await[0].0, "objected");
    let again = browser.get(&request).await;
    assert!(
        again.text.contains("objected to") && again.text.contains("W. Example"),
        "{}",
        again.text
    );
}

#[tokio::test]
async fn what_a_desk_prepared_stands_first_and_is_signed_like_any_other() {
    let (world, mut key, _) = organisation().await;
    world.sql("UPDATE credential SET suspended_ms = accepted_ms, suspended_why = 'lost' WHERE person = 'p-1'").await;
    // Somebody else is at the desk than whoever enrolled the administrator's key.
    let db = world.db();
    let mut own = Authenticator::new(210);
    let client = joined(&world.running, &db, "Help desk 3").await;
    let role = Role::HelpDesk;
    let session = first_sign_in(&client, &db, "D. Esk", role, &mut own).await;
    world.sql("UPDATE operator SET personnel_number = id").await;
    let (person, came) = (PersonId::new("p-1"), arrival());
    let visit = client.open_visit(&session, &person, &came);
    let ask = ResetAsk {
        version: VERSION,
        visit: visit.await.expect("a visit").id,
        reason: ResetReason::Lost,
        remark: String::new(),
        ticket: None,
    };
    let prepared = client.prepare_reset(&session, entry(), &ask).await;
    assert_eq!(prepared.expect("prepared").state, ResetState::Prepared);
    let mut browser = Browser::new(&world);
    browser.sign_in(&mut key).await;
    let page = browser.get("/requests").await;
    assert!(
        page.text.contains("waits for your signature"),
        "{}",
        page.text
    );
    let link = page.text.split("href=\"/requests/").nth(1).unwrap();
    let request = format!("/requests/{}", link.split('"').next().unwrap());
    let ask = format!("{request}/ask");
    let form = browser.get(&request).await.form(&ask);
    let answer = browser.post(&ask, &[("form", &form)]).await;
    let at = answer.location().to_owned();
    let page = browser.get(&at).await;
    assert!(
        page.text.contains("passport") && page.text.contains("D. Esk"),
        "{}",
        page.text
    );
    let answer = browser.key((&at, &at), &mut key, &[]).await;
    assert_eq!(answer.location(), request, "{}", answer.text);
    let asked = (
        "released".to_owned(),
        "p-1".to_owned(),
        Some("p-2".to_owned()),
        true,
        false,
    );
    assert_eq!(resets(&world).await, [asked]);
}

/// Whoever looks over somebody's shoulder has no use for what was typed, whatever came of it.
#[tokio::test]
async fn a_right_code_is_used_up_also_where_the_act_is_refused() {
    let (world, mut key, _) = organisation().await;
    let phone = Phone::new("p-4", 1);
    world.app_enrolled(&phone).await;
    world.wait_s(60);
    world.next_step();
    let mut browser = Browser::new(&world);
    let code = phone.code(world.now(), 0);
    browser.type_code("zoe@example.test", code.as_str()).await;
    let at = signing(&mut browser, "p-1").await;
    let form = browser.get(&at).await.form(&at);
    // Meanwhile somebody else asks for it.
    let mut other = Browser::new(&world);
    other.sign_in(&mut key).await;
    let theirs = signing(&mut other, "p-1").await;
    other.key((&theirs, &theirs), &mut key, &[]).await;
    world.next_step();
    let code = phone.code(world.now(), 0);
    let fields = [("form", form.as_str()), ("code", code.as_str())];
    let answer = browser.post(&at, &fields).await;
    assert_eq!(answer.status, 409, "{}", answer.text);
    let again = Browser::new(&world)
        .type_code("zoe@example.test", code.as_str())
        .await;
    assert_eq!(again.status, 422, "it opens nothing any more");
}
