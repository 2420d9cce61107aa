//! An agent without a station near releases a request, or refuses it: by the same rules as at a station.

use keydesk::domain::account_reset::ResetState;
use keydesk::domain::authority::Role;
use keydesk::server::admin;
use keydesk::wire::ActReceipt;
use keydesk::workflow::receipt;

use super::browser::{Browser, ORIGIN, with_pages};
use crate::registry::account_resets::{Agent, stolen_with};
use crate::registry::authenticator::Authenticator;

impl Browser {
    async fn agent(&mut self, key: &mut Authenticator) {
        let answer = self.key(("/agents", "/agents"), key, &[]).await;
        assert_eq!(
            (answer.status, answer.location()),
            (303, "/waiting"),
            "{}",
            answer.text
        );
    }

    /// Where an agent signs that they release it.
    async fn releasing(&mut self, request: &str) -> super::browser::Page {
        let at = format!("{request}/release");
        let form = self.get(request).await.form(&at);
        self.post(&at, &[("form", &form)]).await
    }
}

#[tokio::test]
async fn a_second_agent_releases_on_a_page_what_the_first_asked_for_at_a_station() {
    let (world, mut one, mut two) = stolen_with(with_pages).await;
    let visit = one.visit("p-2").await;
    let reset = one.requests(&visit).await.id;
    let request = format!("/waiting/{reset}");
    let mut browser = Browser::new(&world);
    browser.agent(&mut two.key).await;
    assert_eq!(browser.get("/").await.location(), "/waiting");
    let list = browser.get("/waiting").await;
    assert!(
        list.text.contains(&request) && list.text.contains("waits for release"),
        "{}",
        list.text
    );
    let page = browser.get(&request).await;
    for words in [
        "bag stolen on the train",
        "T-1",
        "A. Gent",
        "What the registry knows",
    ] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    let at = browser.releasing(&request).await.location().to_owned();
    let page = browser.get(&at).await;
    assert!(page.text.contains("S. Econd releases"), "{}", page.text);
    let answer = browser
        .key((&at, &at), &mut two.key, &[("last_name", "Exam")])
        .await;
    assert_eq!(answer.status, 422);
    assert!(answer.text.contains("not the last name"), "{}", answer.text);
    let answer = browser
        .key((&at, &at), &mut one.key, &[("last_name", "Example")])
        .await;
    assert_eq!(answer.status, 422, "by whoever asked");
    let answer = browser
        .key((&at, &at), &mut two.key, &[("last_name", "Example")])
        .await;
    assert_eq!(answer.location(), request, "{}", answer.text);
    assert!(browser.get(&request).await.text.contains("released"));
    let id = at.strip_prefix("/sign/").unwrap().parse().unwrap();
    let kept = admin::receipt(&world.db(), id).await.expect("kept");
    let kept: ActReceipt = serde_json::from_str(&kept).expect("a receipt");
    receipt::verify(&kept).expect("holds");
    let done = one
        .carries_out(reset, &visit)
        .await
        .expect("is carried out");
    assert_eq!(done.reset.state, ResetState::CarriedOut);
}

#[tokio::test]
async fn refusing_takes_no_key_and_no_reason_is_asked_once_more_and_is_what_enter_leads_to_where_nothing_was_typed()
 {
    let (world, mut one, mut two) = stolen_with(with_pages).await;
    let visit = one.visit("p-2").await;
    let mut browser = Browser::new(&world);
    browser.agent(&mut two.key).await;
    for signs in [false, true] {
        let reset = one.requests(&visit).await.id;
        let request = format!("/waiting/{reset}");
        let refuse = format!("{request}/refuse");
        if signs {
            let at = browser.releasing(&request).await.location().to_owned();
            let page = browser.get(&at).await;
            // Whatever is typed, no button of that form refuses.
            assert_eq!(page.text.matches("<button").count(), 3, "{}", page.text);
            let form = page.form(&at);
            let fields = [("form", form.as_str()), ("last_name", " ")];
            let answer = browser.post(&at, &fields).await;
            assert_eq!(answer.location(), refuse, "{}", answer.text);
        }
        let links = browser.get(&request).await;
        assert!(links.text.contains(&format!("href=\"{refuse}\"")));
        let page = browser.get(&refuse).await;
        assert!(page.text.contains("autofocus"), "{}", page.text);
        let state = async || {
            let shown = one.client.account_reset(&one.session, reset).await;
            shown.expect("shown").reset.state
        };
        assert_eq!(state().await, ResetState::Requested, "nothing is done yet");
        let form = page.form(&refuse);
        for _ in 0..2 {
            let answer = browser.post(&refuse, &[("form", &form)]).await;
            assert_eq!(answer.location(), request, "{}", answer.text);
        }
        assert_eq!(state().await, ResetState::Refused);
        let over = browser.get(&refuse).await;
        assert!(!over.text.contains("autofocus"), "there is nothing left");
    }
}

#[tokio::test]
async fn whoever_asked_sees_how_to_take_it_back_and_nothing_that_is_for_others() {
    let (world, mut one, mut two) = stolen_with(with_pages).await;
    let visit = one.visit("p-2").await;
    let reset = one.requests(&visit).await.id;
    let request = format!("/waiting/{reset}");
    let mut mine = Browser::new(&world);
    mine.agent(&mut one.key).await;
    let page = mine.get(&request).await;
    for others in ["/refuse", "/release"] {
        assert!(!page.text.contains(others), "{others}: {}", page.text);
    }
    assert!(page.text.contains("passport"), "how they were identified");
    // Another agent has both pages open meanwhile.
    let mut other = Browser::new(&world);
    other.agent(&mut two.key).await;
    let release = format!("{request}/release");
    let theirs = other.get(&request).await.form(&release);
    let refuse = format!("{request}/refuse");
    let refusing = other.get(&refuse).await.form(&refuse);
    let withdraw = format!("{request}/withdraw");
    let fields = [("form", page.form(&withdraw))];
    let fields = fields.each_ref().map(|(name, form)| (*name, form.as_str()));
    let answer = mine.post(&withdraw, &fields).await;
    assert_eq!(answer.location(), request, "{}", answer.text);
    let shown = one.client.account_reset(&one.session, reset).await.unwrap();
    assert_eq!(shown.reset.state, ResetState::Withdrawn);
    // They are told how it stands, in their language, on a page from which they go on.
    let dutch = [("language", "nl"), ("back", "/waiting")];
    other.post("/language", &dutch).await;
    for (at, form) in [(&release, theirs), (&refuse, refusing)] {
        let answer = other.post(at, &[("form", &form)]).await;
        assert_eq!(answer.status, 409, "{at}");
        for words in ["ingetrokken", "href=\"/waiting\"", "/sign-out"] {
            assert!(
                answer.text.contains(words),
                "{at}: {words}: {}",
                answer.text
            );
        }
        assert!(!answer.text.contains("cannot be used"), "{}", answer.text);
    }
    let list = other.get("/waiting").await.text;
    let (waiting, others) = list.split_once("<h2>").expect("two lists");
    assert!(waiting.contains("Er wacht niets") && others.contains(&request));
}

#[tokio::test]
async fn whoever_asked_or_is_no_agent_or_is_one_no_more_releases_nothing() {
    let (world, mut one, mut two) = stolen_with(with_pages).await;
    let visit = one.visit("p-2").await;
    let reset = one.requests(&visit).await.id;
    let request = format!("/waiting/{reset}");
    let mut mine = Browser::new(&world);
    mine.agent(&mut one.key).await;
    // Nothing of that is offered to them; a form of another browser is none of theirs.
    let release = format!("{request}/release");
    let mut browser = Browser::new(&world);
    browser.agent(&mut two.key).await;
    let form = browser.get(&request).await.form(&release);
    assert_eq!(mine.post(&release, &[("form", &form)]).await.status, 403);
    let refuse = format!("{request}/refuse");
    let form = mine.get(&refuse).await.form(&refuse);
    assert_eq!(mine.post(&refuse, &[("form", &form)]).await.status, 403);
    // A help desk's operator, and an administrator of an organisation.
    let mut desk = Agent::new(&world, "D. Esk", Role::HelpDesk, 23).await;
    let mut other = Browser::new(&world);
    other.agent(&mut desk.key).await;
    for path in ["/waiting", request.as_str(), "/people", "/requests"] {
        assert_eq!(other.get(path).await.status, 403, "{path}");
    }
    let mut admin = Authenticator::new(4);
    world.enrolled("p-4", &mut admin).await;
    let mut people = Browser::new(&world);
    people.sign_in(&mut admin).await;
    assert_eq!(people.get(&request).await.status, 403);
    // Neither sort of key opens the other's door.
    let answer = Browser::new(&world)
        .key(("/agents", "/agents"), &mut admin, &[])
        .await;
    assert_eq!(answer.status, 422);
    let answer = Browser::new(&world)
        .key(("/sign-in", "/sign-in/key"), &mut desk.key, &[])
        .await;
    assert_eq!(answer.status, 422);
    // One whose access ended is out at once, and what they were about to sign is not taken.
    let at = browser.releasing(&request).await.location().to_owned();
    let page = browser.get(&at).await;
    let signed = two.key.sign(&page.asked(&at), ORIGIN);
    world
        .sql("UPDATE operator SET revoked_ms = 1 WHERE name = 'S. Econd'")
        .await;
    let fields = [("last_name", "Example")];
    let answer = browser
        .hand_in(&at, (&page.form(&at), &signed), &fields)
        .await;
    assert_eq!(answer.location(), "/sign-in");
    assert_eq!(browser.get("/waiting").await.location(), "/sign-in");
    let answer = browser.key(("/agents", "/agents"), &mut two.key, &[]).await;
    assert_eq!(answer.status, 422);
}
