//! The reset of the account of somebody who is not at a desk: two identifications that differ in kind, time to object, and an exception
//! with a date.

mod excepted;
mod in_vain;
mod vouched;

use jiff::{SignedDuration, Timestamp};
use keydesk::domain::identification::{AwayMeans, AwaySaid, Document};
use keydesk::domain::working_days::WorkingDays;
use keydesk::server::config::ServeConfig;
use keydesk::wire::{
    AwayAsk, AwayBegin, AwayBegun, AwayIdentified, ResetExcept, ResetExcepted, SignIn,
};

use super::*;

/// Whose account it is.
pub(super) const WHOSE: &str = "p-2";

const DAY_S: i64 = 24 * 60 * 60;

/// W. Example has lost the only key, and is called back at a number that has been on record for long.
pub(super) async fn lost(wait_hours: u8) -> (World, Agent, Agent) {
    lost_with(|config| config.resets.wait_hours = wait_hours).await
}

async fn lost_with(change: impl FnOnce(&mut ServeConfig)) -> (World, Agent, Agent) {
    let world = World::with(change).await;
    world.enrolled(WHOSE, &mut Authenticator::new(7)).await;
    world
        .sql("UPDATE credential SET suspended_ms = accepted_ms, suspended_why = 'lost'")
        .await;
    world
        .sql("INSERT INTO contact (person, sort, value, since_ms) VALUES ('p-2', 'phone', '+31 10 252 1010', 0)")
        .await;
    let one = Agent::new(&world, "A. Gent", Role::CustomerService, 21).await;
    let two = Agent::new(&world, "S. Econd", Role::CustomerService, 22).await;
    (world, one, two)
}

fn video() -> AwaySaid {
    AwaySaid::video(Document::Passport, "7K31").expect("four characters")
}

impl Agent {
    pub(super) async fn begins(&self, person: &str) -> Result<AwayBegun, RegistryError> {
        let begin = AwayBegin {
            version: VERSION,
            person: PersonId::new(person),
        };
        self.client.begin_away(&self.session, &begin).await
    }

    async fn identifies(
        &self,
        (reset, person): (AccountResetId, &str),
        how: AwaySaid,
    ) -> Result<keydesk::domain::identification::AwayCheck, RegistryError> {
        let identified = AwayIdentified {
            version: VERSION,
            person: PersonId::new(person),
            how,
        };
        self.client
            .identify_away(&self.session, reset, &identified)
            .await
    }

    pub(super) async fn asks_away(
        &self,
        reset: AccountResetId,
    ) -> Result<ActToSign, RegistryError> {
        let ask = AwayAsk {
            version: VERSION,
            person: PersonId::new(WHOSE),
            reason: ResetReason::Lost,
            remark: "abroad until March".to_owned(),
            ticket: None,
        };
        self.client.ask_away(&self.session, reset, &ask).await
    }

    /// Asks for it, as is right.
    async fn requests_away(&mut self) -> AccountReset {
        let reset = self.begins(WHOSE).await.expect("may be asked for").reset;
        for how in [video(), AwaySaid::CallBack {}] {
            let looked = self.identifies((reset, WHOSE), how).await;
            looked.expect("identified");
        }
        let to_sign = self.asks_away(reset).await.expect("may be asked for");
        let signed = self.signs(&to_sign, None);
        self.hands_in(&signed).await.expect("is asked for")
    }

    async fn excepts(
        &self,
        reset: AccountResetId,
        days: u8,
    ) -> Result<ResetExcepted, RegistryError> {
        let except = ResetExcept {
            version: VERSION,
            days,
        };
        let about = (reset, entry());
        self.client
            .except_reset(&self.session, about, &except)
            .await
    }

    /// Signs in again: a session does not last until tomorrow.
    async fn back(&mut self) {
        let options = self.client.sign_in_options().await.expect("options");
        let assertion = self.key.sign(&options.request, &options.origin);
        let session = self.client.sign_in(&SignIn { assertion }).await;
        self.session = session.expect("signs in");
    }
}

/// Asked for and released.
async fn released(one: &mut Agent, two: &mut Agent) -> AccountReset {
    let asked = one.requests_away().await;
    two.releases(asked.id).await.expect("released")
}

async fn enrols(
    world: &World,
    agent: &Agent,
    visit: &Visit,
    (seed, sequence): (u8, u64),
) -> Result<keydesk::wire::Receipt, RegistryError> {
    let person = PersonId::new(WHOSE);
    let offer = agent.client.offer(&agent.session, &person, Some(visit.id));
    let mut push = world.enrolment(&offer.await?, &mut Authenticator::new(seed));
    push.body.operator = agent.id().clone();
    push.head = super::super::world::head(sequence);
    agent.client.push(entry(), &push).await
}

async fn leaves(agent: &Agent, visit: &Visit) {
    let leave = keydesk::wire::VisitClose {
        version: VERSION,
        said: keydesk::wire::Said::Confirmed,
    };
    let closed = agent.client.close_visit(&agent.session, visit.id, &leave);
    closed.await.expect("closed");
}

async fn exceptions(world: &World) -> Vec<admin::Exception> {
    admin::exceptions(&world.db()).await.expect("listed")
}

#[tokio::test]
async fn whoever_is_away_is_identified_twice_has_a_day_to_object_and_gets_a_key_at_a_desk_afterwards()
 {
    let (world, mut one, mut two) = lost(24).await;
    let mut desk = Agent::new(&world, "H. Elp", Role::HelpDesk, 41).await;
    let begun = one.begins(WHOSE).await.expect("may be asked for");
    let number = begun.ways.iter().find(|way| way.number.is_some());
    let number = number.expect("a number is on record");
    assert_eq!(number.means, AwayMeans::CallBack);
    assert_eq!(number.number.as_deref(), Some("+31 10 252 1010"));
    let reset = begun.reset;
    for (how, is) in [
        (video(), "video:passport:7K31"),
        (AwaySaid::CallBack {}, "call-back:1010"),
    ] {
        let look = one.identifies((reset, WHOSE), how.clone()).await;
        let look = look.expect("identified");
        assert_eq!(look.look.to_string(), is);
        // Said once more, it is the same one.
        let again = one.identifies((reset, WHOSE), how).await.expect("again");
        assert_eq!(again, look);
    }
    let to_sign = one.asks_away(reset).await.expect("may be asked for");
    let Deed::AskReset { terms } = act_of(&to_sign).deed else {
        panic!("another act");
    };
    let away = terms.away.as_ref().expect("identified twice");
    assert_eq!(terms.identified, None);
    let hows: Vec<&str> = away.both().map(|looked| looked.how.as_str()).to_vec();
    assert_eq!(hows, ["video:passport:7K31", "call-back:1010"]);
    let signed = one.signs(&to_sign, None);
    let asked = one.hands_in(&signed).await.expect("is asked for");
    assert!(asked.away && asked.station.is_some());

    world.news().await;
    let before = Timestamp::now();
    let released = two.releases(reset).await.expect("released");
    let ripe_at = released.ripe_at.expect("it waits");
    let wait = ripe_at.duration_since(before);
    assert!(
        wait >= SignedDuration::from_secs(DAY_S - 1)
            && wait < SignedDuration::from_secs(DAY_S + 60)
    );
    let days = WorkingDays::new(jiff::tz::TimeZone::UTC, Default::default());
    assert_eq!(released.until, days.end_of(1, ripe_at));
    let news = world.news().await;
    let told = news.iter().find(|notice| notice.kind == "reset-released");
    let told = serde_json::to_value(told.expect("the person is told")).expect("JSON");
    assert!(told.to_string().contains("not_before"), "{told}");
    let early = one.excepts(reset, 3).await;
    assert_eq!(refused(early), problem_code::RESET_OVER);

    world.clock_ahead_s.store(DAY_S + 60, Ordering::SeqCst);
    one.back().await;
    let done = one.excepts(reset, 3).await.expect("carried out");
    assert_eq!(done.deleted, terms.factors);
    let exception = done.reset.exception.clone().expect("with a date");
    assert_eq!(exception.owner.name, "A. Gent");
    assert_eq!(exception.until, done.reset.until);
    assert_eq!(exception.until, days.end_of(3, exception.began_at));
    let detail = one.client.person(&one.session, &PersonId::new(WHOSE)).await;
    assert_eq!(detail.unwrap().person.keys, 0);
    let listed = exceptions(&world).await;
    assert_eq!((listed.len(), listed[0].overdue), (1, false));

    // They come to a help desk two days later, with their document.
    let there = exception.until.duration_since(Timestamp::now()).as_secs() - 60;
    world.clock_ahead_s.store(there, Ordering::SeqCst);
    desk.back().await;
    let visit = desk.visit(WHOSE).await;
    assert_eq!(visit.authority, Some(Authority::Released));
    let own = enrols(&world, &desk, &visit, (8, 1)).await.expect("theirs");
    assert!(!own.waiting);
    assert!(exceptions(&world).await.is_empty());
    // A standby key in the same visit, and nothing by it in another one.
    let standby = enrols(&world, &desk, &visit, (9, 2)).await.expect("theirs");
    assert!(!standby.waiting);
    leaves(&desk, &visit).await;
    let visit = desk.visit(WHOSE).await;
    assert_eq!(visit.authority, None);
}
