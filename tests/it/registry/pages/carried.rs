//! From an administrator's asking on a page to a new key at a desk; and what ends that.

use keydesk::domain::account_reset::{ResetReason, ResetState};
use keydesk::domain::authority::Role;
use keydesk::domain::visit::Authority;
use keydesk::domain::{AccountResetId, PersonId};
use keydesk::registry::{Client, RegistryError};
use keydesk::wire::{
    AccountResetDone, Receipt, ResetAsk, ResetCarryOut, Session, VERSION, Visit, problem_code,
};

use super::asking::{organisation, signing};
use super::browser::Browser;
use crate::registry::authenticator::Authenticator;
use crate::registry::world::{World, arrival, entry, first_sign_in, head, joined, refused};

/// Somebody of a help desk, at a station of their own.
struct Desk {
    client: Client,
    session: Session,
}

impl Desk {
    async fn new(world: &World, name: &str, seed: u8) -> Self {
        let (db, mut own) = (world.db(), Authenticator::new(seed));
        let client = joined(&world.running, &db, name).await;
        let session = first_sign_in(&client, &db, name, Role::HelpDesk, &mut own).await;
        world.sql("UPDATE operator SET personnel_number = id").await;
        Self { client, session }
    }

    async fn visit(&self) -> Visit {
        let (person, came) = (PersonId::new("p-1"), arrival());
        let visit = self.client.open_visit(&self.session, &person, &came);
        visit.await.expect("a visit")
    }

    async fn prepares(&self, visit: &Visit) -> AccountResetId {
        let ask = ResetAsk {
            version: VERSION,
            visit: visit.id,
            reason: ResetReason::Lost,
            remark: String::new(),
            ticket: None,
        };
        let prepared = self.client.prepare_reset(&self.session, entry(), &ask);
        prepared.await.expect("prepared").id
    }

    async fn carries_out(
        &self,
        reset: AccountResetId,
        visit: &Visit,
    ) -> Result<AccountResetDone, RegistryError> {
        let carry_out = ResetCarryOut {
            version: VERSION,
            visit: visit.id,
        };
        let about = (reset, entry());
        self.client
            .carry_out_reset(&self.session, about, &carry_out)
            .await
    }

    async fn enrols(&self, world: &World, visit: &Visit) -> Result<Receipt, RegistryError> {
        let person = PersonId::new("p-1");
        let offer = self.client.offer(&self.session, &person, Some(visit.id));
        let mut push = world.enrolment(&offer.await?, &mut Authenticator::new(99));
        push.body.operator = self.session.operator.id.clone();
        push.body.identification = visit.identification.clone();
        push.head = head(1);
        self.client.push(entry(), &push).await
    }
}

async fn all_lost(world: &World) {
    world
        .sql("UPDATE credential SET suspended_ms = accepted_ms, suspended_why = 'lost' WHERE person = 'p-1'")
        .await;
}

/// The administrator signs what the desk prepared.
async fn signs(browser: &mut Browser, key: &mut Authenticator, reset: AccountResetId) {
    let request = format!("/requests/{reset}");
    let ask = format!("{request}/ask");
    let form = browser.get(&request).await.form(&ask);
    let answer = browser.post(&ask, &[("form", &form)]).await;
    let at = answer.location().to_owned();
    let answer = browser.key((&at, &at), key, &[]).await;
    assert_eq!(answer.location(), request, "{}", answer.text);
}

async fn asked_for(world: &World) -> AccountResetId {
    let id: String = sqlx::query_scalar("SELECT id FROM account_reset")
        .fetch_one(&world.database().await)
        .await
        .unwrap();
    id.parse().expect("an identifier")
}

#[tokio::test]
async fn whoever_came_alone_leaves_with_a_key_that_their_administrator_asked_for_meanwhile() {
    let (world, mut key, _) = organisation().await;
    all_lost(&world).await;
    let desk = Desk::new(&world, "D. Esk", 210).await;
    let visit = desk.visit().await;
    let reset = desk.prepares(&visit).await;
    let early = desk.carries_out(reset, &visit).await;
    // It says how it stands, and never that it ended.
    let said = format!("{early:?}");
    assert!(said.contains("waits for an administrator"), "{said}");
    assert_eq!(refused(early), problem_code::RESET_OVER);
    assert!(desk.enrols(&world, &visit).await.is_err());
    let mut browser = Browser::new(&world);
    browser.sign_in(&mut key).await;
    signs(&mut browser, &mut key, reset).await;
    // The waiting desk sees it.
    let listed = desk.client.account_resets(&desk.session).await.unwrap();
    assert_eq!(listed.resets[0].state, ResetState::Released);
    assert_eq!(listed.resets[0].asker(), "W. Example");
    let done = desk.carries_out(reset, &visit).await.expect("carried out");
    assert_eq!(done.deleted.len(), 1);
    assert_eq!(done.visit.authority, Some(Authority::Released));
    desk.enrols(&world, &visit).await.expect("enrolled");
    assert_eq!(world.live_keys_of("p-1").await, 1);
    // Once.
    let again = desk.carries_out(reset, &visit).await;
    assert_eq!(refused(again), problem_code::RESET_OVER);
}

#[tokio::test]
async fn whoever_made_the_administrators_key_carries_nothing_out_by_it() {
    let (world, mut key, _) = organisation().await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&mut key).await;
    let at = signing(&mut browser, "p-1").await;
    browser.key((&at, &at), &mut key, &[]).await;
    all_lost(&world).await;
    let reset = asked_for(&world).await;
    // The station's operator enrolled that key this morning.
    world.sql("UPDATE visit SET ended_ms = opened_ms").await;
    let visit = world.visit("p-1").await;
    let carry_out = ResetCarryOut {
        version: VERSION,
        visit: visit.id,
    };
    let about = (reset, entry());
    let own = world
        .client
        .carry_out_reset(&world.session, about, &carry_out);
    assert_eq!(refused(own.await), problem_code::NOT_ALLOWED);
    let desk = Desk::new(&world, "D. Esk", 210).await;
    let visit = desk.visit().await;
    // Nor does an account that could be the administrator's own.
    world
        .sql("UPDATE operator SET personnel_number = NULL WHERE name = 'D. Esk'")
        .await;
    let unknown = desk.carries_out(reset, &visit).await;
    assert_eq!(refused(unknown), problem_code::NOT_ALLOWED);
    world.sql("UPDATE operator SET personnel_number = id").await;
    desk.carries_out(reset, &visit).await.expect("another may");
}

#[tokio::test]
async fn nothing_is_carried_out_on_the_word_of_a_key_that_was_suspended_since_or_of_nobody_in_charge()
 {
    for since in [
        "UPDATE credential SET suspended_ms = accepted_ms, suspended_why = 'suspected' WHERE person = 'p-2'",
        "UPDATE person SET kind = 'employee' WHERE id = 'p-2'",
        "UPDATE person SET organisation = 'org-3' WHERE id = 'p-2'",
        "UPDATE person SET kind = 'main-administrator' WHERE id = 'p-1'",
    ] {
        let (world, mut key, _) = organisation().await;
        let mut browser = Browser::new(&world);
        browser.sign_in(&mut key).await;
        let at = signing(&mut browser, "p-1").await;
        browser.key((&at, &at), &mut key, &[]).await;
        all_lost(&world).await;
        let (reset, desk) = (
            asked_for(&world).await,
            Desk::new(&world, "D. Esk", 210).await,
        );
        world.sql(since).await;
        let visit = desk.visit().await;
        let done = desk.carries_out(reset, &visit).await;
        assert!(done.is_err(), "{since}: {done:?}");
        assert!(desk.enrols(&world, &visit).await.is_err(), "{since}");
    }
}
