//! An administrator of the organisation answers for somebody who is not at a desk, with their own key on a page.

use keydesk::domain::act::{Act, Deed};
use keydesk::server::admin;
use keydesk::wire::{ActReceipt, Vouched};
use keydesk::workflow::receipt;

use super::*;
use crate::registry::pages::browser::{Browser, ORIGIN, with_pages};

const WHY: [(&str, &str); 2] = [("reason", "lost"), ("remark", "abroad, spoke with her")];

/// Zoë administers the users of the organisation of W. Example, and has had her key for long.
async fn organisation() -> (World, Agent, Agent, Authenticator) {
    let (world, one, two) = lost_with(|config| {
        with_pages(config);
        config.resets.wait_hours = 24;
    })
    .await;
    let mut zoe = Authenticator::new(4);
    world.sql("UPDATE visit SET ended_ms = opened_ms").await;
    // Whoever enrolled her key is known to be another human than the agents.
    world
        .sql("UPDATE operator SET personnel_number = id WHERE personnel_number IS NULL")
        .await;
    world.enrolled("p-4", &mut zoe).await;
    let rested =
        "UPDATE credential SET accepted_ms = accepted_ms - 8 * 86400000 WHERE person = 'p-4'";
    world.sql(rested).await;
    let same = "UPDATE person SET organisation = (SELECT organisation FROM person WHERE id = 'p-2') WHERE id = 'p-4'";
    world.sql(same).await;
    world.sql("DELETE FROM contact WHERE sort = 'phone'").await;
    (world, one, two, zoe)
}

/// What an administrator is shown before they sign: its path, or why not.
async fn drawn_up(browser: &mut Browser, whose: &str) -> Result<String, (u16, String)> {
    let at = format!("/people/{whose}/vouch");
    let page = browser.get(&at).await;
    if !page.text.contains("name=\"form\"") || !page.text.contains(&format!("action=\"{at}\"")) {
        return Err((page.status, page.text));
    }
    let form = page.form(&at);
    let mut fields = vec![("form", form.as_str())];
    fields.extend(WHY);
    let answer = browser.post(&at, &fields).await;
    match answer.status {
        303 => Ok(answer.location().to_owned()),
        status => Err((status, answer.text)),
    }
}

/// They answer for W. Example.
async fn vouches(world: &World, key: &mut Authenticator) -> (Browser, String) {
    let mut browser = Browser::new(world);
    browser.sign_in(key).await;
    let at = drawn_up(&mut browser, WHOSE).await.expect("may answer");
    let page = browser.get(&at).await;
    for words in [
        "vouches that",
        "W. Example · p-2",
        "Test key",
        "abroad, spoke with her",
    ] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    let signed = key.sign(&page.asked(&at), ORIGIN);
    let form = page.form(&at);
    let answer = browser.hand_in(&at, (&form, &signed), &[]).await;
    assert_eq!(answer.location(), "/people/p-2", "{}", answer.text);
    // The same once more changes nothing.
    let again = browser.hand_in(&at, (&form, &signed), &[]).await;
    assert_eq!(again.location(), "/people/p-2");
    (browser, at)
}

fn vouched(begun: &AwayBegun) -> Option<&Vouched> {
    let way = begun
        .ways
        .iter()
        .find(|way| way.means == AwayMeans::Vouching);
    way.and_then(|way| way.vouched.as_ref())
}

/// What somebody answered for, without the refusal where the person needs none any more.
async fn vouched_now(world: &World, agent: &Agent) -> Option<Vouched> {
    world
        .sql("UPDATE reset_exception SET ended_ms = began_ms, how = 'expired' WHERE ended_ms IS NULL")
        .await;
    let begun = agent.begins(WHOSE).await;
    begun.ok().and_then(|begun| vouched(&begun).cloned())
}

impl Agent {
    /// Asks with one way of the agent's own.
    async fn asks_by_video(
        &self,
        person: &str,
    ) -> Result<(AccountResetId, ActToSign), RegistryError> {
        let reset = self.begins(person).await?.reset;
        self.identifies((reset, person), video()).await?;
        Ok((reset, self.asks_away(reset).await?))
    }
}

#[tokio::test]
async fn with_an_administrators_word_one_more_way_is_enough_and_the_second_agent_reads_both() {
    let (world, mut one, mut two, mut zoe) = organisation().await;
    let alone = one.asks_by_video(WHOSE).await;
    assert_eq!(refused(alone), problem_code::NOT_IDENTIFIED);
    let (mut browser, act) = vouches(&world, &mut zoe).await;
    let page = browser.get("/people/p-2").await;
    for words in ["vouched for W. Example", "call Customer Service now"] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    let list = browser.get("/requests").await.text;
    assert!(
        list.contains("call Customer Service now") && list.contains("/people/p-2"),
        "{list}"
    );

    // Whoever mistypes, or leaves it to another agent, begins anew: nothing is used up by it.
    let wrong = two.begins(WHOSE).await.expect("may be asked for").reset;
    two.identifies((wrong, WHOSE), video()).await.expect("seen");
    let begun = one.begins(WHOSE).await.expect("may be asked for");
    let theirs = vouched(&begun).expect("somebody answered");
    assert!(theirs.by.starts_with("Zoë"));
    assert_eq!(
        (theirs.reason, theirs.remark.as_str()),
        (ResetReason::Lost, WHY[1].1)
    );
    // That alone is one way.
    let alone = one.asks_away(begun.reset).await;
    assert_eq!(refused(alone), problem_code::NOT_IDENTIFIED);
    one.identifies((begun.reset, WHOSE), video())
        .await
        .expect("seen");
    let to_sign = one.asks_away(begun.reset).await.expect("both ways");
    let Deed::AskReset { terms } = act_of(&to_sign).deed else {
        panic!("another act");
    };
    let away = terms.away.expect("not at a desk");
    let act: keydesk::domain::OfferId = act.strip_prefix("/sign/").unwrap().parse().unwrap();
    assert_eq!(away.first.how, format!("vouching:{act}"));
    assert!(away.first.by.name.starts_with("Zoë") && away.first.station.is_none());
    assert_eq!(away.second.how, "video:passport:7K31");
    let signed = one.signs(&to_sign, None);
    one.hands_in(&signed).await.expect("asked for");
    two.releases(begun.reset).await.expect("released");
    world
        .clock_ahead_s
        .store(24 * 60 * 60 + 60, Ordering::SeqCst);
    one.back().await;
    let done = one.excepts(begun.reset, 5).await.expect("carried out");
    assert_eq!(done.deleted.len(), 1);

    // What was answered for is on record for anybody to check.
    let kept = admin::receipt(&world.db(), act).await.expect("kept");
    let kept: ActReceipt = serde_json::from_str(&kept).expect("a receipt");
    receipt::verify(&kept).expect("holds");
    let Deed::VouchReset { terms } = Act::read(&kept.act.0).unwrap().deed else {
        panic!("another act");
    };
    assert_eq!((terms.reason, terms.factors.len()), (ResetReason::Lost, 1));
    let told: Vec<String> =
        sqlx::query_scalar("SELECT DISTINCT kind FROM notice WHERE kind LIKE 'reset-vouched'")
            .fetch_all(&world.database().await)
            .await
            .unwrap();
    assert_eq!(
        told,
        ["reset-vouched"],
        "the person and the administrators hear of it"
    );
    // It is used up.
    assert!(vouched_now(&world, &one).await.is_none());
}

/// They would be the administrator's word, and receive whom it lets in.
#[tokio::test]
async fn whoever_made_the_key_that_answered_has_no_hand_in_what_the_exception_lets_in() {
    let (world, mut one, mut two, mut zoe) = organisation().await;
    let mut maker = Agent::new(&world, "M. Aker", Role::HelpDesk, 35).await;
    let human = Human {
        personnel_number: Some(world.session.operator.id.to_string()),
        person: None,
    };
    let said = admin::set_human(&world.db(), maker.id(), &human).await;
    said.expect("of the human who enrolled her key");
    vouches(&world, &mut zoe).await;
    let (reset, to_sign) = one.asks_by_video(WHOSE).await.expect("both ways");
    let signed = one.signs(&to_sign, None);
    one.hands_in(&signed).await.expect("asked for");
    two.releases(reset).await.expect("released");
    world
        .clock_ahead_s
        .store(24 * 60 * 60 + 60, Ordering::SeqCst);
    one.back().await;
    maker.back().await;
    one.excepts(reset, 5).await.expect("carried out");

    let visit = maker.visit(WHOSE).await;
    assert_eq!(visit.authority, None);
    let own_hand = enrols(&world, &maker, &visit, (8, 1)).await;
    assert_eq!(refused(own_hand), problem_code::NOT_ALLOWED);
    // Nor as the one who ends what another one had begun.
    let options = one.client.sign_in_options().await.expect("options");
    let assertion = maker.key.sign(&options.request, &options.origin);
    let beside = one.client.sign_in(&SignIn { assertion }).await;
    beside.expect("signs in beside the agent");
    let visit = one.visit(WHOSE).await;
    assert_eq!(visit.authority, Some(Authority::Released));
    let person = PersonId::new(WHOSE);
    let offer = one.client.offer(&one.session, &person, Some(visit.id));
    let mut push = world.enrolment(&offer.await.unwrap(), &mut Authenticator::new(8));
    push.body.operator = one.id().clone();
    push.body.finished_by = Some(maker.id().clone());
    push.head = super::super::super::world::head(1);
    let pushed = one.client.push(entry(), &push).await;
    assert!(pushed.expect("kept").waiting, "it opens nothing");
    let alarms = admin::alarms(&world.db(), 50).await.expect("alarms");
    let is_told = |alarm: &admin::Alarm| alarm.kind == problem_code::VISIT_HAND;
    assert!(alarms.iter().any(is_told), "{alarms:?}");
    let own = enrols(&world, &one, &visit, (9, 2)).await.expect("theirs");
    assert!(!own.waiting);
}

#[tokio::test]
async fn a_word_is_for_one_request_for_hours_and_falls_with_the_key_that_gave_it() {
    let (world, mut one, _, mut zoe) = organisation().await;
    vouches(&world, &mut zoe).await;
    let begun = one.begins(WHOSE).await.unwrap();
    one.identifies((begun.reset, WHOSE), video()).await.unwrap();
    // For another reason than the one that was answered for: it is not asked for by that.
    let other = AwayAsk {
        version: VERSION,
        person: PersonId::new(WHOSE),
        reason: ResetReason::Stolen,
        remark: String::new(),
        ticket: None,
    };
    let asked = one.client.ask_away(&one.session, begun.reset, &other).await;
    assert_eq!(refused(asked), problem_code::ACT_CHANGED);
    // Drawn up while she answers, signed when she does no more.
    let to_sign = one.asks_away(begun.reset).await.expect("still good");
    world
        .sql("UPDATE credential SET suspended_ms = accepted_ms, suspended_why = 'lost' WHERE person = 'p-4'")
        .await;
    let signed = one.signs(&to_sign, None);
    assert_eq!(
        refused(one.hands_in(&signed).await),
        problem_code::NOT_IDENTIFIED
    );
    assert!(vouched(&one.begins(WHOSE).await.unwrap()).is_none());
    world
        .sql("UPDATE credential SET suspended_ms = NULL, suspended_why = NULL WHERE person = 'p-4'")
        .await;
    assert!(vouched(&one.begins(WHOSE).await.unwrap()).is_some());
    world
        .clock_ahead_s
        .store(4 * 60 * 60 + 60, Ordering::SeqCst);
    one.back().await;
    assert!(vouched(&one.begins(WHOSE).await.unwrap()).is_none());
    assert_eq!(
        refused(one.asks_away(begun.reset).await),
        problem_code::NOT_IDENTIFIED
    );
}

#[tokio::test]
async fn a_release_falls_with_whoever_answered() {
    let (world, mut one, mut two, mut zoe) = organisation().await;
    vouches(&world, &mut zoe).await;
    let (reset, to_sign) = one.asks_by_video(WHOSE).await.expect("both ways");
    let signed = one.signs(&to_sign, None);
    one.hands_in(&signed).await.expect("asked for");
    // She is of another organisation by now.
    let gone = "UPDATE person SET organisation = NULL, kind = 'unaffiliated' WHERE id = 'p-4'";
    world.sql(gone).await;
    assert_eq!(
        refused(two.releases(reset).await),
        problem_code::NOT_ALLOWED
    );
}

#[tokio::test]
async fn nobody_answers_with_a_new_key_for_themself_for_an_employee_or_for_anybody_elsewhere() {
    let (world, _, _, mut zoe) = organisation().await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&mut zoe).await;
    let ask = async |browser: &mut Browser, whose: &str| {
        let refused = drawn_up(browser, whose).await;
        refused.expect_err("nobody may answer for them").0
    };
    assert_eq!(
        ask(&mut browser, "p-4").await,
        200,
        "themself: told on the page"
    );
    assert_eq!(ask(&mut browser, "p-1").await, 404, "another organisation");
    world
        .sql("UPDATE person SET organisation = (SELECT organisation FROM person WHERE id = 'p-2') WHERE id = 'p-1'")
        .await;
    assert_eq!(
        ask(&mut browser, "p-1").await,
        200,
        "an employee: told on the page"
    );
    // A form of one page does not serve for another person.
    let form = browser
        .get("/people/p-2/vouch")
        .await
        .form("/people/p-2/vouch");
    let mut fields = vec![("form", form.as_str())];
    fields.extend(WHY);
    assert_eq!(browser.post("/people/p-1/vouch", &fields).await.status, 403);
    // Six days are too few.
    world
        .sql("UPDATE credential SET accepted_ms = accepted_ms + 2 * 86400000 WHERE person = 'p-4'")
        .await;
    assert_eq!(
        ask(&mut browser, WHOSE).await,
        200,
        "a key of six days: told on the page"
    );
    assert_eq!(browser.post("/people/p-2/vouch", &fields).await.status, 403);
}

/// What cannot be done is not offered: it is said there why not.
#[tokio::test]
async fn whoever_cannot_answer_is_told_so_before_they_fill_in_anything() {
    let (world, mut one, mut two, mut zoe) = organisation().await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&mut zoe).await;
    let offers = async |browser: &mut Browser, why: &str| {
        for at in ["/people/p-2", "/people/p-2/vouch"] {
            let page = browser.get(at).await.text;
            let offers = page.contains("<a class=\"deed\"") || page.contains("name=\"reason\"");
            assert_eq!(offers, why.is_empty(), "{at}: {page}");
            assert!(page.contains(why), "{at}: {why}: {page}");
        }
    };
    offers(&mut browser, "").await;
    world
        .sql("UPDATE credential SET suspended_ms = NULL, suspended_why = NULL WHERE person = 'p-2'")
        .await;
    offers(&mut browser, "they prove that, and no reset is needed").await;
    world
        .sql("UPDATE credential SET suspended_ms = accepted_ms, suspended_why = 'lost' WHERE person = 'p-2'")
        .await;
    // As if she had come in by the code of an app.
    world.sql("UPDATE page_session SET sort = 'app'").await;
    offers(&mut browser, "sign in with your security key").await;
    world.sql("UPDATE page_session SET sort = 'key'").await;

    world
        .sql("INSERT INTO contact (person, sort, value, since_ms) VALUES ('p-2', 'phone', '+31 10 252 1010', 0)")
        .await;
    let reset = one.requests_away().await.id;
    offers(&mut browser, "there is nothing to vouch for").await;
    // The second agent reads where the person is, and how they were identified; and until when it waits.
    let mut agent = Browser::new(&world);
    agent.key(("/agents", "/agents"), &mut two.key, &[]).await;
    let request = format!("/waiting/{reset}");
    let page = agent.get(&request).await.text;
    for words in ["The person is not at a desk", "video", "called back"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    two.releases(reset).await.expect("released");
    let page = agent.get(&request).await.text;
    for words in ["Not before", "released: it waits"] {
        assert!(page.contains(words), "{words}: {page}");
    }
}

#[tokio::test]
async fn a_word_that_was_drawn_up_in_one_session_or_for_another_act_is_nobodys() {
    let (world, one, _, mut zoe) = organisation().await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&mut zoe).await;
    let at = drawn_up(&mut browser, WHOSE).await.expect("may answer");
    let page = browser.get(&at).await;
    let mut signed = zoe.sign(&page.asked(&at), ORIGIN);
    signed.response.signature.0[8] ^= 1;
    let form = page.form(&at);
    let answer = browser.hand_in(&at, (&form, &signed), &[]).await;
    assert_eq!(answer.status, 422, "one byte");
    let mut elsewhere = Browser::new(&world);
    elsewhere.sign_in(&mut zoe).await;
    assert_eq!(elsewhere.get(&at).await.status, 404);
    assert!(vouched(&one.begins(WHOSE).await.unwrap()).is_none());
    // An agent says nothing of it themself.
    let said = r#"{"by":"vouching"}"#;
    assert!(serde_json::from_str::<AwaySaid>(said).is_err());
}

#[tokio::test]
async fn no_agent_asks_or_releases_by_the_word_of_a_key_that_they_enrolled() {
    let (world, mut one, mut two, mut zoe) = organisation().await;
    vouches(&world, &mut zoe).await;
    let made_by = async |agent: &Agent| {
        let id = agent.id().as_str();
        let pool = world.database().await;
        sqlx::query("UPDATE credential SET operator = $1 WHERE person = 'p-4'")
            .bind(id)
            .execute(&pool)
            .await
            .expect("changed");
    };
    made_by(&one).await;
    assert!(vouched(&one.begins(WHOSE).await.unwrap()).is_none());
    let own = one.asks_by_video(WHOSE).await;
    assert_eq!(refused(own), problem_code::NOT_IDENTIFIED);
    made_by(&two).await;
    let (reset, to_sign) = one.asks_by_video(WHOSE).await.expect("another's work");
    let signed = one.signs(&to_sign, None);
    one.hands_in(&signed).await.expect("asked for");
    assert_eq!(
        refused(two.releases(reset).await),
        problem_code::NOT_ALLOWED
    );
}

#[tokio::test]
async fn a_word_is_taken_back_by_any_administrator_before_anybody_asked_by_it() {
    let (world, one, _, mut zoe) = organisation().await;
    let (mut browser, _) = vouches(&world, &mut zoe).await;
    assert!(vouched(&one.begins(WHOSE).await.unwrap()).is_some());
    let back = "/people/p-2/vouch/withdraw";
    let form = browser.get("/people/p-2").await.form(back);
    for _ in 0..2 {
        let answer = browser.post(back, &[("form", &form)]).await;
        assert_eq!(answer.location(), "/people/p-2");
    }
    assert!(vouched(&one.begins(WHOSE).await.unwrap()).is_none());
}

#[tokio::test]
async fn a_newer_word_takes_the_place_of_another_and_one_of_what_is_no_more_so_is_none() {
    let (world, one, _, mut zoe) = organisation().await;
    vouches(&world, &mut zoe).await;
    let first = vouched(&one.begins(WHOSE).await.unwrap()).unwrap().at;
    world.wait_s(60);
    vouches(&world, &mut zoe).await;
    let second = vouched(&one.begins(WHOSE).await.unwrap()).unwrap().at;
    assert!(second > first);
    // What only waits hinders nothing; what opens the account does.
    world
        .sql("UPDATE person SET name = 'W. Other' WHERE id = 'p-2'")
        .await;
    assert!(vouched(&one.begins(WHOSE).await.unwrap()).is_none());
}
