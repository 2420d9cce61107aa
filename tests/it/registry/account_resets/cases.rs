//! How it went wrong elsewhere, played to its end here: what a convincing caller tries with an agent who wants to help. What is tried by
//! somebody who works here stands in `attacks` and `refused`: the same human twice, another approver after a refusal, pressure beyond what
//! is taken in a day.

use std::sync::atomic::Ordering;

use keydesk::domain::Identification;
use keydesk::server::import::{Format, import_file};

use super::super::world::{head, write};
use super::away::{WHOSE, lost};
use super::*;
use crate::registry::mails::{Post, until};

/// Somebody calls, knows all about the person, and is in a hurry. The agent alone goes each way that there is.
#[tokio::test]
async fn a_hurried_agent_alone_gets_a_caller_nowhere_and_the_person_hears_of_it() {
    let (world, mut one, _) = lost(24).await;
    kinds_told(&world).await;
    // On the phone: neither video nor a call back.
    let reset = one.begins(WHOSE).await.expect("may be asked for").reset;
    assert_eq!(
        refused(one.asks_away(reset).await),
        problem_code::NOT_IDENTIFIED
    );
    // As if they were here, with a document that nobody has seen.
    let visit = one.visit(WHOSE).await;
    let person = PersonId::new(WHOSE);
    let offered = one
        .client
        .offer(&one.session, &person, Some(visit.id))
        .await;
    assert_eq!(refused(offered), problem_code::AUTHORITY_NEEDED);
    let reset = one.requests(&visit).await.id;
    assert_eq!(
        refused(one.carries_out(reset, &visit).await),
        problem_code::RESET_OVER
    );
    assert_eq!(
        refused(one.releases(reset).await),
        problem_code::NOT_ALLOWED
    );
    let offered = one
        .client
        .offer(&one.session, &person, Some(visit.id))
        .await;
    assert_eq!(refused(offered), problem_code::AUTHORITY_NEEDED);
    // Nobody helps within four hours, and nothing is gone.
    world
        .clock_ahead_s
        .store(4 * 60 * 60 + 60, Ordering::SeqCst);
    let listed = one.client.account_resets(&one.session).await.unwrap();
    assert_eq!(listed.resets[0].state, ResetState::Expired);
    assert_eq!(world.keys_of(WHOSE).await, 1);
    let told = kinds_told(&world).await;
    assert!(told.contains(&"reset-asked".to_owned()), "{told:?}");
}

/// Whoever has a key in a safe gets to hear of it before all they have is deleted.
#[tokio::test]
async fn a_standby_key_in_the_safe_is_named_to_both_agents_before_anything_is_deleted() {
    let (world, mut one, two) = stolen().await;
    let ahead = Agent::new(&world, "S. Tation", Role::StationAdministrator, 32).await;
    let person = PersonId::new("p-2");
    let offer = ahead.client.offer(&ahead.session, &person, None).await;
    let mut push = world.enrolment(&offer.expect("made ahead"), &mut Authenticator::new(66));
    push.body.operator = ahead.id().clone();
    push.body.identification = Identification::stated("standby keys for safe 3").unwrap();
    push.head = head(1);
    ahead.client.push(entry(), &push).await.expect("taken");
    let visit = one.visit("p-2").await;
    let asking = one.asks(&visit).await.expect("may be asked for");
    let waiting: Vec<bool> = asking
        .facts
        .factors
        .iter()
        .map(|used| used.waiting)
        .collect();
    assert_eq!(waiting.iter().filter(|waits| **waits).count(), 1);
    let Deed::AskReset { terms } = act_of(&asking).deed else {
        panic!("another act");
    };
    assert_eq!(terms.factors.len(), 2, "what waits would go as well");
    let signed = one.signs(&asking, None);
    let reset = one.hands_in(&signed).await.expect("is asked for").id;
    let releasing = two.releasing(reset).await.expect("may be released");
    assert!(releasing.facts.factors.iter().any(|used| used.waiting));
}

/// Whoever can have an address changed has the mails about their deed sent to themself: the one before gets them as well.
#[tokio::test]
async fn an_address_that_was_changed_yesterday_is_told_of_a_reset_and_so_is_the_one_before() {
    let post = Post::new().await;
    let (world, mut one, _) = stolen_with(|config| config.mail = Some(post.settings())).await;
    let other = "id,name,kind,email,organisation\np-2,W. Example,main-administrator,mine@else.test,87654321\n";
    let file = write(world.dir.path(), "other.csv", other);
    let format = Format::of(&file).unwrap();
    import_file(&world.db(), &file, format)
        .await
        .expect("taken");
    let reached = |words: &'static str| {
        let mails = post.all();
        let about = mails.iter().filter(|mail| mail.says(words));
        let mut to: Vec<String> = about.map(|mail| mail.to.clone()).collect();
        to.sort();
        to
    };
    let both = ["mine@else.test", "w@example.test"];
    // Of the change itself as well.
    until("changed", async || reached("was changed") == both).await;
    world
        .sql("UPDATE contact SET until_ms = until_ms - 86400000 WHERE until_ms IS NOT NULL")
        .await;
    let visit = one.visit("p-2").await;
    one.requests(&visit).await;
    until("asked", async || reached("was asked for") == both).await;
}
