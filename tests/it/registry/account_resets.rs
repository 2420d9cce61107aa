//! The reset of an account: asked for by one human of Customer Service, released by another, carried out for whoever is at the desk, and
//! by nobody otherwise.

mod at_desk;
mod attacks;
mod away;
mod cases;
mod deputy;
mod everywhere;
mod hands;
mod killed;
mod mailed;
mod matrix;
mod prepared;
mod refused;

use std::sync::atomic::Ordering;

use keydesk::domain::account_reset::{ResetReason, ResetState};
use keydesk::domain::act::{Act, Deed};
use keydesk::domain::authority::Role;
use keydesk::domain::visit::{Authority, Takes};
use keydesk::domain::{AccountResetId, OperatorId, PersonId};
use keydesk::registry::{Client, RegistryError};
use keydesk::server::ServeConfig;
use keydesk::server::admin::{self, Human};
use keydesk::wire::webauthn::RegistrationResponse;
use keydesk::wire::{
    AccountReset, AccountResetDone, ActReceipt, ActSigned, ActToSign, NoReset, OperatorEnrolment,
    OperatorOffer, PutTo, ReleaseAsk, ResetAsk, ResetCarryOut, ResetEnd, ResetEnding, Session,
    VERSION, Visit, problem_code,
};
use keydesk::workflow::receipt;

use super::authenticator::Authenticator;
use super::world::{World, arrival, entry, joined, refused};

/// Somebody who works at a station of their own.
pub(super) struct Agent {
    pub(super) client: Client,
    pub(super) session: Session,
    pub(super) key: Authenticator,
    /// How their key was enrolled.
    made: (OperatorOffer, RegistrationResponse),
}

impl Agent {
    /// Another human than all others, whose account is as it is for long.
    pub(super) async fn new(world: &World, name: &str, role: Role, seed: u8) -> Self {
        let agent = Self::unknown(world, name, role, seed).await;
        let number = format!("n-{seed}");
        let human = Human {
            personnel_number: Some(number),
            person: None,
        };
        let id = &agent.session.operator.id;
        admin::set_human(&world.db(), id, &human).await.unwrap();
        world.sql("UPDATE operator SET changed_ms = 1000").await;
        agent
    }

    /// Their account does not say who they are.
    async fn unknown(world: &World, name: &str, role: Role, seed: u8) -> Self {
        let client = joined(&world.running, &world.db(), name).await;
        let mut key = Authenticator::new(seed);
        let code = admin::new_operator_code(&world.db(), name, role).await;
        let code = code.expect("a code").code;
        let offer = client.operator_enrolment_options(&code).await;
        let offer = offer.expect("options");
        let registration = key.register(&offer.creation, &offer.origin);
        let enrolment = OperatorEnrolment {
            code,
            registration: registration.clone(),
        };
        let session = client.enrol_operator(&enrolment).await.expect("enrols");
        Self {
            client,
            session,
            key,
            made: (offer, registration),
        }
    }

    pub(super) fn id(&self) -> &OperatorId {
        &self.session.operator.id
    }

    pub(super) async fn visit(&self, person: &str) -> Visit {
        let person = PersonId::new(person);
        let came = arrival();
        let visit = self.client.open_visit(&self.session, &person, &came);
        visit.await.expect("a visit")
    }

    async fn asks(&self, visit: &Visit) -> Result<ActToSign, RegistryError> {
        let ask = ResetAsk {
            version: VERSION,
            visit: visit.id,
            reason: ResetReason::Stolen,
            remark: "bag stolen on the train".to_owned(),
            ticket: Some("T-1".to_owned()),
        };
        self.client.ask_reset(&self.session, &ask).await
    }

    fn signs(&mut self, to_sign: &ActToSign, last_name: Option<&str>) -> ActSigned {
        ActSigned {
            version: VERSION,
            id: to_sign.id,
            assertion: self.key.sign(&to_sign.request, &to_sign.origin),
            last_name: last_name.map(ToOwned::to_owned),
        }
    }

    async fn hands_in(&self, signed: &ActSigned) -> Result<AccountReset, RegistryError> {
        self.client.sign_reset(&self.session, entry(), signed).await
    }

    /// Asks for the reset of whoever is in that visit.
    pub(super) async fn requests(&mut self, visit: &Visit) -> AccountReset {
        let to_sign = self.asks(visit).await.expect("may be asked for");
        let signed = self.signs(&to_sign, None);
        self.hands_in(&signed).await.expect("is asked for")
    }

    async fn releasing(&self, reset: AccountResetId) -> Result<ActToSign, RegistryError> {
        let ask = ReleaseAsk {
            version: VERSION,
            by: None,
        };
        self.client.release_reset(&self.session, reset, &ask).await
    }

    pub(super) async fn releases(
        &mut self,
        reset: AccountResetId,
    ) -> Result<AccountReset, RegistryError> {
        let to_sign = self.releasing(reset).await?;
        let signed = self.signs(&to_sign, Some("example"));
        self.hands_in(&signed).await
    }

    pub(super) async fn carries_out(
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

    async fn ends(
        &self,
        reset: AccountResetId,
        how: ResetEnding,
    ) -> Result<AccountReset, RegistryError> {
        self.ends_beside(reset, how, None).await
    }

    /// That agent stands beside them.
    async fn ends_beside(
        &self,
        reset: AccountResetId,
        how: ResetEnding,
        beside: Option<&OperatorId>,
    ) -> Result<AccountReset, RegistryError> {
        let end = ResetEnd {
            version: VERSION,
            how,
            beside: beside.cloned(),
        };
        self.client
            .end_reset(&self.session, (reset, entry()), &end)
            .await
    }
}

/// W. Example, a main administrator, had a key that was stolen and is suspended; two agents work at two stations.
async fn stolen() -> (World, Agent, Agent) {
    stolen_with(|_| {}).await
}

/// The same, where the registry is set up like that.
pub(super) async fn stolen_with(change: impl FnOnce(&mut ServeConfig)) -> (World, Agent, Agent) {
    let world = World::with(change).await;
    world.enrolled("p-2", &mut Authenticator::new(7)).await;
    world
        .sql("UPDATE credential SET suspended_ms = accepted_ms, suspended_why = 'stolen'")
        .await;
    let one = Agent::new(&world, "A. Gent", Role::CustomerService, 21).await;
    let two = Agent::new(&world, "S. Econd", Role::CustomerService, 22).await;
    (world, one, two)
}

/// For those who judge what was signed with libraries of their own.
fn judged(agent: &Agent, to_sign: &ActToSign, signed: &ActSigned) {
    let Some(folder) = std::env::var_os("KEYDESK_JUDGES_DIR") else {
        return;
    };
    let (offer, registration) = &agent.made;
    let case = serde_json::json!({
        "origin": offer.origin,
        "userHandle": offer.creation.user.id,
        "creationOptions": offer.creation,
        "registration": registration,
        "requestOptions": to_sign.request,
        "assertion": signed.assertion,
        "act": to_sign.act,
    });
    let folder = std::path::PathBuf::from(folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("release.json"), case.to_string()).expect("written");
}

/// What the registry answered is understood by what fuzzing gives every answer to, and kept for it where that is wanted.
fn answered(name: &str, answer: &impl serde::Serialize) {
    let body = serde_json::to_string(answer).expect("JSON");
    let reply = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{body}");
    assert!(
        crate::corpus::registry::registry_reply(reply.as_bytes()) > 0,
        "{reply}"
    );
    if let Some(folder) = std::env::var_os("KEYDESK_CORPUS_DIR") {
        let file = std::path::PathBuf::from(folder).join(format!("account-resets-{name}"));
        std::fs::write(file, reply).expect("written");
    }
}

fn act_of(to_sign: &ActToSign) -> Act {
    to_sign.read().expect("what is signed is what it says")
}

async fn kinds_told(world: &World) -> Vec<String> {
    let news = world.news().await;
    news.iter().map(|notice| notice.kind.clone()).collect()
}

#[tokio::test]
async fn an_account_is_reset_on_one_agents_asking_and_anothers_release_and_a_key_enrolled_in_the_visit()
 {
    let (world, mut one, mut two) = stolen().await;
    let person = PersonId::new("p-2");
    let visit = one.visit("p-2").await;
    assert_eq!((visit.takes, visit.authority), (Takes::Release, None));
    world.news().await;

    let to_sign = one.asks(&visit).await.expect("may be asked for");
    let Deed::AskReset { terms } = act_of(&to_sign).deed else {
        panic!("another act");
    };
    assert_eq!(terms.person.name, "W. Example");
    assert_eq!(terms.factors.len(), 1, "the stolen key");
    assert_eq!(terms.identified.as_ref().unwrap().visit, visit.id);
    assert_eq!(to_sign.facts.factors.len(), 1);
    let signed = one.signs(&to_sign, None);
    let reset = one.hands_in(&signed).await.expect("is asked for");
    assert_eq!(reset.state, ResetState::Requested);
    assert_eq!(reset.asked_by.as_ref().unwrap().name, "A. Gent");
    // What it is asked for is told to the person.
    assert!(kinds_told(&world).await.contains(&"reset-asked".to_owned()));
    let detail = one.client.person(&one.session, &person).await.unwrap();
    assert_eq!(detail.reset.map(|reset| reset.id), Some(reset.id));

    // The second agent sees it, and what they sign says all of it.
    let listed = two.client.account_resets(&two.session).await.unwrap();
    assert_eq!(listed.resets[0].id, reset.id);
    answered("asking", &to_sign);
    answered("listed", &listed);
    let shown = two.client.account_reset(&two.session, reset.id).await;
    answered("shown", &shown.unwrap());
    let releasing = two.releasing(reset.id).await.expect("may be released");
    let Deed::ReleaseReset {
        terms: again,
        asked_by,
        asked,
        signature,
    } = act_of(&releasing).deed
    else {
        panic!("another act");
    };
    assert_eq!((&again, asked_by.name.as_str()), (&terms, "A. Gent"));
    assert_eq!(asked, keydesk::domain::act::challenge(&to_sign.act.0));
    assert_eq!(signature, signed.assertion.response.signature);
    let wrong = two.signs(&releasing, Some("Exam"));
    assert_eq!(
        refused(two.hands_in(&wrong).await),
        problem_code::NAME_DIFFERS
    );
    let right = two.signs(&releasing, Some("example"));
    let released = two.hands_in(&right).await.expect("is released");
    assert_eq!(released.state, ResetState::Released);
    judged(&two, &releasing, &right);
    assert!(
        kinds_told(&world)
            .await
            .contains(&"reset-released".to_owned())
    );

    let done = one
        .carries_out(reset.id, &visit)
        .await
        .expect("is carried out");
    assert_eq!(done.deleted, terms.factors);
    answered("done", &done);
    assert_eq!(done.visit.authority, Some(Authority::Released));
    assert_eq!(done.reset.state, ResetState::CarriedOut);
    let told = kinds_told(&world).await;
    for kind in ["account-reset", "factor-removed"] {
        assert!(told.contains(&kind.to_owned()), "{kind}: {told:?}");
    }
    let detail = one.client.person(&one.session, &person).await.unwrap();
    assert!(detail.credentials.iter().all(|key| key.gone_at.is_some()));

    // What takes its place is valid at once, in the same visit.
    let offer = one.client.offer(&one.session, &person, Some(visit.id));
    let offer = offer.await.expect("an offer");
    let mut key = Authenticator::new(8);
    let mut push = world.enrolment(&offer, &mut key);
    push.body.operator = one.id().clone();
    push.head = super::world::head(1);
    one.client.push(entry(), &push).await.expect("accepted");
    assert_eq!(world.live_keys_of("p-2").await, 1);
    let alarms = admin::alarms(&world.db(), 50).await.unwrap();
    let raised: Vec<&str> = alarms.iter().map(|alarm| alarm.kind.as_str()).collect();
    assert!(
        !raised.contains(&problem_code::OLDER_FACTORS_GONE),
        "{raised:?}"
    );

    // Both acts can be checked by anybody, with the operators' site.
    for act in [to_sign.id, releasing.id] {
        let kept = admin::receipt(&world.db(), act).await.expect("kept");
        let kept: ActReceipt = serde_json::from_str(&kept).expect("a receipt");
        receipt::verify(&kept).expect("holds");
    }
}

#[tokio::test]
async fn a_second_agent_who_stands_beside_the_first_releases_there_and_nobody_is_signed_out() {
    let (_world, mut one, mut two) = stolen().await;
    let visit = one.visit("p-2").await;
    let reset = one.requests(&visit).await.id;
    let by = ReleaseAsk {
        version: VERSION,
        by: Some(two.id().clone()),
    };
    let asked = one.client.release_reset(&one.session, reset, &by).await;
    let to_sign = asked.expect("may be released");
    assert_eq!(act_of(&to_sign).signer.name, "S. Econd");
    // By the key of whoever is asked, and by no other.
    let own = one.signs(&to_sign, Some("Example"));
    assert_eq!(
        refused(one.hands_in(&own).await),
        problem_code::CREDENTIAL_UNKNOWN
    );
    let theirs = two.signs(&to_sign, Some("Example"));
    let released = one.hands_in(&theirs).await.expect("is released");
    let by = released.released_by.map(|by| by.name);
    assert_eq!(by.as_deref(), Some("S. Econd"));
    one.carries_out(reset, &visit)
        .await
        .expect("is carried out");
}

#[tokio::test]
async fn what_was_cut_off_is_carried_out_again_in_another_visit_until_something_is_enrolled() {
    let (world, mut one, mut two) = stolen().await;
    let visit = one.visit("p-2").await;
    let reset = one.requests(&visit).await.id;
    two.releases(reset).await.expect("released");
    one.carries_out(reset, &visit).await.expect("carried out");
    // The answer was lost, or the station, and the person is identified anew.
    let leave = keydesk::wire::VisitClose {
        version: VERSION,
        said: keydesk::wire::Said::Nothing,
    };
    let closed = one.client.close_visit(&one.session, visit.id, &leave);
    closed.await.unwrap();
    let visit = one.visit("p-2").await;
    assert_eq!((visit.takes, visit.authority), (Takes::Release, None));
    let done = one.carries_out(reset, &visit).await.expect("once more");
    assert!(done.deleted.is_empty(), "there was nothing left");
    assert_eq!(done.visit.authority, Some(Authority::Released));
    // Somebody else does not come after, once something was enrolled, though that is suspended at once.
    let person = PersonId::new("p-2");
    let offer = one.client.offer(&one.session, &person, Some(visit.id));
    let offer = offer.await.expect("an offer");
    let mut push = world.enrolment(&offer, &mut Authenticator::new(8));
    push.body.operator = one.id().clone();
    push.head = super::world::head(1);
    one.client.push(entry(), &push).await.expect("accepted");
    world
        .sql("UPDATE credential SET suspended_ms = accepted_ms, suspended_why = 'lost' WHERE gone_ms IS NULL")
        .await;
    let closed = one.client.close_visit(&one.session, visit.id, &leave);
    closed.await.unwrap();
    let visit = one.visit("p-2").await;
    assert_eq!(visit.takes, Takes::Release);
    let complete = one.carries_out(reset, &visit).await;
    assert_eq!(refused(complete), problem_code::RESET_OVER);
    // Its time is that of the release.
    world.clock_ahead_s.store(61 * 60, Ordering::SeqCst);
    let visit = one.visit("p-2").await;
    let late = one.carries_out(reset, &visit).await;
    assert_eq!(refused(late), problem_code::RESET_OVER);
}

#[test]
fn the_tables_words_for_what_is_open_are_those_of_its_states() {
    let sql = include_str!("../../../src/server/tables/account_reset.rs");
    let open: Vec<String> = ResetState::ALL
        .into_iter()
        .filter(|state| state.is_open())
        .map(|state| format!("'{}'", state.as_str()))
        .collect();
    let listed = format!("({})", open.join(", "));
    assert!(sql.matches(&listed).count() >= 3);
    assert_eq!(
        sql.matches("IN ('").count(),
        sql.matches(&format!("IN {listed}")).count()
    );
}

#[tokio::test]
async fn how_factors_ended_before_there_were_resets_of_accounts_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let db = dir.path().join("registry.db");
    let steps = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let steps = sqlx::migrate::Migrator::new(steps).await.unwrap();
    let earlier = steps.iter().filter(|step| step.version < 26).cloned();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&db);
    let pool = sqlx::SqlitePool::connect_with(options.create_if_missing(true));
    let pool = pool.await.unwrap();
    let earlier = sqlx::migrate::Migrator::with_migrations(earlier.collect());
    earlier.run(&pool).await.unwrap();
    for statement in [
        "INSERT INTO operator (id, name, role, user_handle) VALUES ('o-1', 'A', 'help-desk', x'01')",
        "INSERT INTO person (id, name, kind, user_handle) VALUES ('p-1', 'P', 'unaffiliated', x'03')",
        "INSERT INTO station (id, name, public_key_pem, thumbprint, joined_ms) VALUES ('s-1', 'S', '', x'04', 1)",
        "INSERT INTO factor_end (person, sort, factor, why, station, operator, ended_ms, accepted_ms) \
         VALUES ('p-1', 'key', 'AB', 'withdrawn', 's-1', 'o-1', 5, 6)",
    ] {
        sqlx::query(statement).execute(&pool).await.unwrap();
    }
    steps.run(&pool).await.unwrap();
    let kept: (String, String, i64) =
        sqlx::query_as("SELECT factor, why, ended_ms FROM factor_end")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(kept, ("AB".to_owned(), "withdrawn".to_owned(), 5));
    let broken = sqlx::query("PRAGMA foreign_key_check")
        .fetch_all(&pool)
        .await;
    assert!(broken.unwrap().is_empty());
}

#[tokio::test]
async fn what_nobody_acts_on_expires_and_what_ended_stays_as_it_is() {
    let (world, mut one, mut two) = stolen().await;
    let visit = one.visit("p-2").await;
    let asked = one.requests(&visit).await.id;
    world
        .clock_ahead_s
        .store(4 * 60 * 60 + 60, Ordering::SeqCst);
    let late = two.releases(asked).await;
    assert_eq!(refused(late), problem_code::RESET_OVER);
    let listed = two.client.account_resets(&two.session).await.unwrap();
    assert_eq!(listed.resets[0].state, ResetState::Expired);
    // Another one can be asked for then.
    let visit = one.visit("p-2").await;
    let asked = one.requests(&visit).await.id;
    two.releases(asked).await.expect("released");
    world.clock_ahead_s.store(6 * 60 * 60, Ordering::SeqCst);
    let visit = one.visit("p-2").await;
    let late = one.carries_out(asked, &visit).await;
    assert_eq!(refused(late), problem_code::RESET_OVER);
    world
        .sql("UPDATE account_reset SET state = 'expired', ended_ms = until_ms WHERE state = 'released'")
        .await;
    for change in [
        "UPDATE account_reset SET state = 'released'",
        "DELETE FROM account_reset",
    ] {
        let done = sqlx::query(change).execute(&world.database().await).await;
        assert!(done.is_err(), "{change}");
    }
}

#[tokio::test]
async fn resets_from_before_administrators_asked_are_kept_with_the_visits_that_name_them() {
    let dir = tempfile::tempdir().unwrap();
    let db = dir.path().join("registry.db");
    let steps = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let steps = sqlx::migrate::Migrator::new(steps).await.unwrap();
    let earlier = steps.iter().filter(|step| step.version < 28).cloned();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&db);
    let pool = sqlx::SqlitePool::connect_with(options.create_if_missing(true));
    let pool = pool.await.unwrap();
    let earlier = sqlx::migrate::Migrator::with_migrations(earlier.collect());
    earlier.run(&pool).await.unwrap();
    for statement in [
        "INSERT INTO operator (id, name, role, user_handle) VALUES ('o-1', 'A', 'customer-service', x'01')",
        "INSERT INTO person (id, name, kind, user_handle) VALUES ('p-1', 'P', 'unaffiliated', x'03')",
        "INSERT INTO station (id, name, public_key_pem, thumbprint, joined_ms) VALUES ('s-1', 'S', '', x'04', 1)",
        "INSERT INTO act (id, signer, subject, receipt, at_ms) VALUES ('a-1', 'o-1', 'p-1', '{}', 1)",
        "INSERT INTO visit (id, person, station, operator, is_ticket, had, opened_ms, last_act_ms) \
         VALUES ('v-1', 'p-1', 's-1', 'o-1', 0, 'lost', 1, 1)",
        "INSERT INTO account_reset (id, person, visit, station, asked_by, reason, remark, asked, signature, state, asked_ms, until_ms) \
         VALUES ('r-1', 'p-1', 'v-1', 's-1', 'o-1', 'lost', '', 'a-1', x'05', 'requested', 7, 8)",
        "UPDATE visit SET reset = 'r-1'",
    ] {
        sqlx::query(statement).execute(&pool).await.unwrap();
    }
    let mut tx = pool.begin().await.unwrap();
    steps.run_direct(None, &mut *tx, false).await.unwrap();
    tx.commit().await.unwrap();
    let kept: (String, String, String, i64) = sqlx::query_as(
        "SELECT v.reset, r.visit, r.state, r.asked_ms FROM visit v JOIN account_reset r ON r.id = v.reset",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    let expected = ["r-1", "v-1", "requested"].map(str::to_owned);
    assert_eq!(
        kept,
        (
            expected[0].clone(),
            expected[1].clone(),
            expected[2].clone(),
            7
        )
    );
    let broken = sqlx::query("PRAGMA foreign_key_check")
        .fetch_all(&pool)
        .await;
    assert!(broken.unwrap().is_empty());
}
