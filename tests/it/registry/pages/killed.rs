//! The registry is killed at every step from what a desk prepares, over an administrator's signature on a page, to the new key.

use keydesk::domain::PersonId;
use keydesk::domain::account_reset::ResetReason;
use keydesk::domain::authority::Role;
use keydesk::server::import::{Format, import_file};
use keydesk::wire::{ResetAsk, ResetCarryOut, VERSION};

use super::browser::{Browser, ORIGIN, with_pages};
use crate::registry::account_resets::Agent;
use crate::registry::authenticator::Authenticator;
use crate::registry::killed::{Killed, holds, rounds};
use crate::registry::world::{World, entry, head, write};

/// So many employees who lost two keys, and an administrator of their organisation who has one.
async fn lost_by(count: u32) -> (World, Authenticator) {
    let world = World::with(with_pages).await;
    let mut people = String::from(
        "record,id,name,kind,email,organisation,coc_number\n\
         organisation,org-9,Example Dredging,,,,99999999\n\
         person,c-1,C. Olleague,user-administrator,,org-9,\n",
    );
    for n in 0..count {
        people.push_str(&format!("person,k-{n},K. Example,employee,,org-9,\n"));
    }
    let file = write(world.dir.path(), "killed.csv", people);
    import_file(&world.db(), &file, Format::Csv)
        .await
        .expect("imports");
    for n in 0..count {
        for key in [0, 1] {
            let mut own = Authenticator::new(100 + key);
            own.id = [n.to_be_bytes().as_slice(), &[key; 44]].concat();
            world.enrolled(&format!("k-{n}"), &mut own).await;
        }
    }
    world
        .sql("UPDATE credential SET suspended_ms = accepted_ms, suspended_why = 'lost'")
        .await;
    let mut administrator = Authenticator::new(110);
    world.enrolled("c-1", &mut administrator).await;
    // Who made all this is another human than whoever acts.
    let said = "UPDATE operator SET personnel_number = id";
    world.sql(said).await;
    (world, administrator)
}

/// The administrator reads what would go, and is asked for their key: the browser, the form and where it is sent.
async fn asked(
    (world, registry): (&World, &Killed),
    key: &mut Authenticator,
    reset: &str,
) -> (Browser, String, String) {
    let mut browser = Browser::new(world);
    browser.base = format!("http://{}", registry.pages);
    browser.sign_in(key).await;
    let request = format!("/requests/{reset}");
    let ask = format!("{request}/ask");
    let form = browser.get(&request).await.form(&ask);
    let answer = browser.post(&ask, &[("form", &form)]).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    (browser, request, answer.location().to_owned())
}

/// Nobody waits five minutes between two of them for what was drawn up and never signed.
async fn forget_what_was_asked(world: &World) {
    let database = world.database().await;
    let forgotten = sqlx::query("DELETE FROM act_asked").execute(&database);
    forgotten.await.unwrap();
    database.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whenever_the_registry_is_killed_what_an_administrator_asks_for_goes_on_where_it_was() {
    let rounds = rounds();
    let (mut world, mut key) = lost_by(rounds).await;
    let desk = Agent::new(&world, "H. Elp", Role::HelpDesk, 31).await;
    let mut registry = Killed::of(&mut world).await;
    for n in 0..rounds {
        let person = format!("k-{n}");
        forget_what_was_asked(&world).await;
        let visit = desk.visit(&person).await;
        let prepare = ResetAsk {
            version: VERSION,
            visit: visit.id,
            reason: ResetReason::Lost,
            remark: String::new(),
            ticket: None,
        };
        let (client, session) = (&desk.client, &desk.session);
        let once = entry();
        drop(
            registry
                .cut(client.prepare_reset(session, once, &prepare))
                .await,
        );
        holds(&world, &person, 2).await;
        let again = client.prepare_reset(session, once, &prepare).await;
        let reset = again.expect("prepared").id;
        assert_eq!(holds(&world, &person, 2).await, "prepared");

        let id = reset.to_string();
        let (mut browser, _, at) = asked((&world, &registry), &mut key, &id).await;
        let shown = browser.get(&at).await;
        let signed = key.sign(&shown.asked(&at), ORIGIN);
        let assertion = serde_json::to_string(&signed).unwrap();
        let form = shown.form(&at);
        let fields = [("form", form.as_str()), ("assertion", &assertion)];
        drop(registry.cut(browser.try_post(&at, &fields)).await);
        if holds(&world, &person, 2).await == "prepared" {
            let (mut browser, request, at) = asked((&world, &registry), &mut key, &id).await;
            let answer = browser.key((&at, &at), &mut key, &[]).await;
            assert_eq!(answer.location(), request, "{}", answer.text);
        }
        assert_eq!(holds(&world, &person, 2).await, "released");

        let about = (reset, entry());
        let carry_out = ResetCarryOut {
            version: VERSION,
            visit: visit.id,
        };
        let done = client.carry_out_reset(session, about, &carry_out);
        drop(registry.cut(done).await);
        holds(&world, &person, 2).await;
        let again = client.carry_out_reset(session, about, &carry_out).await;
        assert_eq!(again.expect("is carried out").deleted.len(), 2);
        assert_eq!(holds(&world, &person, 2).await, "carried-out");

        let whose = PersonId::new(&person);
        let offer = client.offer(session, &whose, Some(visit.id)).await;
        let mut own = Authenticator::new(102);
        own.id = [n.to_be_bytes().as_slice(), &[2; 44]].concat();
        let mut push = world.enrolment(&offer.expect("an offer"), &mut own);
        push.body.operator = desk.id().clone();
        push.head = head(u64::from(n) + 1);
        let once = entry();
        drop(registry.cut(client.push(once, &push)).await);
        let again = client.push(once, &push).await.expect("accepted");
        assert!(!again.waiting);
        let detail = client.person(session, &whose).await.unwrap();
        assert_eq!(detail.person.keys, 1);
    }
}
