//! Reports that are bound to the session in which they were recorded: what a station's disk is worth without one, and what comes of an
//! entry that was changed on its way.

#![expect(
    clippy::indexing_slicing,
    reason = "a test that indexes wrongly fails, as it should"
)]

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use keydesk::domain::authority::Role;
use keydesk::domain::reset::ResetCase;
use keydesk::domain::suspension::FactorRef;
use keydesk::domain::visit::SuspendedWhy;
use keydesk::domain::{Bytes, EntryId, KeyId, PersonId, Secret, StationId};
use keydesk::registry::{Client, Label, RegistryError};
use keydesk::server::admin;
use keydesk::wire::{
    Bond, Ground, KeyReport, KeyResetPush, Offer, Push, Report, ReportKey, Reported, Session,
    SignIn, SuspensionPush, TicketRequest, VERSION, WithdrawalPush, problem_code,
};

use super::authenticator::Authenticator;
use super::world::{World, arrival, entry, first_sign_in, head, joined, refused};

/// A station of today, and the operator who is signed in there.
struct Bound {
    client: Client,
    session: Session,
    station: StationId,
    /// The operator's own key.
    key: Authenticator,
}

impl Bound {
    async fn at(world: &World) -> Self {
        let client = joined(&world.running, &world.db(), "Help desk 3").await;
        Self::signed_in(world, client.binding_reports(), ("B. Ound", 210)).await
    }

    async fn signed_in(world: &World, client: Client, (name, key): (&str, u8)) -> Self {
        let mut key = Authenticator::new(key);
        let session = first_sign_in(&client, &world.db(), name, Role::HelpDesk, &mut key).await;
        let station: String = sqlx::query_scalar(
            "SELECT station FROM session WHERE operator = $1 ORDER BY opened_ms DESC LIMIT 1",
        )
        .bind(session.operator.id.as_str())
        .fetch_one(&world.database().await)
        .await
        .unwrap();
        Self {
            client,
            session,
            station: StationId::new(station),
            key,
        }
    }

    /// The same operator signs in anew.
    async fn again(mut self) -> Self {
        let options = self.client.sign_in_options().await.unwrap();
        let assertion = self.key.sign(&options.request, &options.origin);
        let session = self.client.sign_in(&SignIn { assertion }).await;
        Self {
            session: session.unwrap(),
            ..self
        }
    }

    fn bond<R: Report>(&self, entry: EntryId, push: &Push<R>) -> Bond {
        bond(self.session.report_key.as_ref().unwrap(), self, entry, push)
    }

    async fn push<R: Report>(&self, push: &Push<R>) -> Result<R::Receipt, RegistryError> {
        let entry = entry();
        let bond = self.bond(entry, push);
        self.labelled(entry, &bond, push).await
    }

    async fn labelled<R: Report>(
        &self,
        entry: EntryId,
        bond: &Bond,
        push: &Push<R>,
    ) -> Result<R::Receipt, RegistryError> {
        let bond = Some(bond);
        self.client.push(Label { entry, bond }, push).await
    }

    async fn offer(&self, person: &str) -> Offer {
        let (session, person) = (&self.session, PersonId::new(person));
        let visit = self.client.open_visit(session, &person, &arrival()).await;
        let visit = Some(visit.unwrap().id);
        self.client.offer(session, &person, visit).await.unwrap()
    }

    async fn enrolled(&self, world: &World, person: &str, key: &mut Authenticator) -> Bytes {
        let mut push = world.enrolment(&self.offer(person).await, key);
        push.body.operator = self.session.operator.id.clone();
        self.push(&push).await.unwrap().credential
    }

    fn reset(&self, world: &World, key: &Authenticator, credential: &Bytes) -> Push<KeyResetPush> {
        Push {
            body: KeyResetPush {
                visits: Vec::new(),
                version: VERSION,
                key: report(key),
                credentials: vec![credential.clone()],
                case: case(),
                operator: self.session.operator.id.clone(),
                finished_by: None,
                reset_at: world.now(),
            },
            head: world.head(),
        }
    }
}

fn bond<R: Report>(key: &ReportKey, at: &Bound, entry: EntryId, push: &Push<R>) -> Bond {
    let reported = Reported {
        station: &at.station,
        entry: &entry.to_string(),
        path: R::PATH,
        body: &serde_json::to_value(&push.body).unwrap(),
    };
    key.bind(reported).unwrap()
}

fn report(key: &Authenticator) -> KeyReport {
    KeyReport {
        id: KeyId {
            aaguid: key.aaguid,
            serial: None,
            asset_tag: None,
        },
        model: "Test key".to_owned(),
        firmware: None,
    }
}

fn case() -> ResetCase {
    ResetCase {
        reason: "PIN forgotten".to_owned(),
        ticket: Some("T-1001".to_owned()),
        requested_by: Some("Z. Łuczak".to_owned()),
        identification: "passport:7K31".parse().ok(),
    }
}

fn suspension(
    world: &World,
    by: &Session,
    credential: &Bytes,
    at: Timestamp,
) -> Push<SuspensionPush> {
    Push {
        body: SuspensionPush {
            version: VERSION,
            person: PersonId::new("p-1"),
            factor: FactorRef::Key {
                credential: credential.clone(),
            },
            why: SuspendedWhy::Lost,
            operator: by.operator.id.clone(),
            suspended_at: at,
        },
        head: world.head(),
    }
}

/// The kinds of the alarms about reports, newest first.
async fn alarms(world: &World) -> Vec<String> {
    let alarms = admin::alarms(&world.db(), 50).await.unwrap();
    let kinds = alarms.into_iter().map(|alarm| alarm.kind);
    kinds.filter(|kind| kind.starts_with("report-")).collect()
}

#[tokio::test]
async fn a_stations_disk_alone_enrols_nobody_and_resets_nothing_in_anybodys_name() {
    let world = World::new().await;
    let desk = Bound::at(&world).await;
    let mut key = Authenticator::new(1);
    let credential = desk.enrolled(&world, "p-1", &mut key).await;
    let today = world.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let wanted = TicketRequest {
        day: today,
        people: vec![PersonId::new("p-3")],
    };
    let tickets = desk.client.tickets(&desk.session, &wanted).await.unwrap();
    desk.client.sign_out(&desk.session).await.unwrap();

    // The thief has the station's key, its journal with the tickets, and what earlier reports were bound by; nobody is signed in.
    let mut own = Authenticator::new(2);
    let mut enrolment = world.enrolment(&tickets.offers[0], &mut own);
    enrolment.body.operator = desk.session.operator.id.clone();
    enrolment.body.enrolled_at = world.now();
    let reset = desk.reset(&world, &key, &credential);
    let lost = suspension(&world, &desk.session, &credential, world.now());
    let withdrawal = Push {
        body: WithdrawalPush {
            visits: Vec::new(),
            version: VERSION,
            person: PersonId::new("p-1"),
            credential: credential.clone(),
            key: report(&key),
            ground: Ground::Deleted { case: case() },
            operator: desk.session.operator.id.clone(),
            finished_by: None,
            withdrawn_at: world.now(),
        },
        head: world.head(),
    };
    let plain = [
        refused(desk.client.push(entry(), &enrolment).await),
        refused(desk.client.push(entry(), &reset).await),
        refused(desk.client.push(entry(), &lost).await),
        refused(desk.client.push(entry(), &withdrawal).await),
    ];
    assert_eq!(plain, [problem_code::REPORT_UNBOUND; 4]);
    let guessed = ReportKey {
        session: desk.session.report_key.as_ref().unwrap().session.clone(),
        key: Secret::from("guessed"),
    };
    let id = entry();
    let forged = desk
        .labelled(id, &bond(&guessed, &desk, id, &reset), &reset)
        .await;
    assert_eq!(refused(forged), problem_code::REPORT_ALTERED);
    // Nor by saying that it was done before anything was bound: nobody was there then.
    for days in [1, 29, 90] {
        let mut earlier = desk.reset(&world, &key, &credential);
        earlier.body.reset_at = world.now() - SignedDuration::from_hours(24 * days);
        let refusal = desk.client.push(entry(), &earlier).await;
        assert_eq!(refused(refusal), problem_code::RESET_FOREIGN, "{days} days");
    }

    assert_eq!(world.keys_of("p-3").await, 0, "nobody was enrolled");
    assert_eq!(world.live_keys_of("p-1").await, 1, "nothing was taken");
    let told = alarms(&world).await;
    let unbound = told
        .iter()
        .filter(|kind| *kind == problem_code::REPORT_UNBOUND);
    assert_eq!(unbound.count(), 4, "{told:?}");
    assert!(
        told.contains(&problem_code::REPORT_ALTERED.to_owned()),
        "{told:?}"
    );
    world.wait_s(31 * 24 * 3600);
    let late = desk.reset(&world, &key, &credential);
    let late = desk.client.push(entry(), &late).await;
    assert_eq!(refused(late), problem_code::REPORT_UNBOUND);
}

#[tokio::test]
async fn an_edited_outbox_entry_is_not_believed_and_the_one_that_was_recorded_is() {
    let world = World::new().await;
    let desk = Bound::at(&world).await;
    let mut key = Authenticator::new(1);
    let credential = desk.enrolled(&world, "p-1", &mut key).await;
    let mut other = Authenticator::new(2);
    let others = desk.enrolled(&world, "p-2", &mut other).await;
    let (id, recorded) = (
        entry(),
        suspension(&world, &desk.session, &credential, world.now()),
    );
    let bond = desk.bond(id, &recorded);

    let mut whom = recorded.clone();
    whom.body.person = PersonId::new("p-2");
    whom.body.factor = FactorRef::Key { credential: others };
    let mut when = recorded.clone();
    when.body.suspended_at = world.now() - SignedDuration::from_secs(60);
    let mut why = recorded.clone();
    why.body.why = SuspendedWhy::Stolen;
    for edited in [&whom, &when, &why] {
        let refusal = desk.labelled(id, &bond, edited).await;
        assert_eq!(refused(refusal), problem_code::REPORT_ALTERED);
    }
    let again = desk.labelled(entry(), &bond, &recorded).await;
    assert_eq!(
        refused(again),
        problem_code::REPORT_ALTERED,
        "as another entry"
    );
    let reset = desk.reset(&world, &key, &credential);
    let as_another = desk.labelled(id, &bond, &reset).await;
    assert_eq!(
        refused(as_another),
        problem_code::REPORT_ALTERED,
        "of another kind"
    );
    let elsewhere = world.client.push(
        Label {
            entry: id,
            bond: Some(&bond),
        },
        &recorded,
    );
    assert_eq!(
        refused(elsewhere.await),
        problem_code::REPORT_UNBOUND,
        "at another station"
    );

    desk.labelled(id, &bond, &recorded).await.unwrap();
    let told = alarms(&world).await;
    assert_eq!(told.len(), 6, "{told:?}");
}

#[tokio::test]
async fn a_report_that_nothing_binds_moves_nothing_on_that_is_known_of_the_journal() {
    let world = World::new().await;
    let desk = Bound::at(&world).await;
    let mut key = Authenticator::new(1);
    let credential = desk.enrolled(&world, "p-1", &mut key).await;
    let mut ahead = desk.reset(&world, &key, &credential);
    ahead.head = head(1_000_000);
    let refusal = desk.client.push(entry(), &ahead).await;
    assert_eq!(refused(refusal), problem_code::REPORT_UNBOUND);
    let next = desk.reset(&world, &key, &credential);
    desk.push(&next).await.unwrap();
}

#[tokio::test]
async fn what_was_recorded_in_a_session_is_taken_after_it_ended_and_the_keys_were_changed() {
    let world = World::new().await;
    let desk = Bound::at(&world).await;
    let mut key = Authenticator::new(1);
    let credential = desk.enrolled(&world, "p-1", &mut key).await;
    let reset = desk.reset(&world, &key, &credential);
    desk.client.sign_out(&desk.session).await.unwrap();
    let keys = world.db().with_extension("keys");
    admin::rotate_secrets(&world.db(), &keys).await.unwrap();
    let pruned = admin::prune_secrets(&world.db(), &keys).await.unwrap();
    assert!(
        pruned.dropped.is_empty() && pruned.kept[0].binds,
        "{pruned:?}"
    );
    world.wait_s(20 * 24 * 3600);
    // Nothing lets it be taken any more after so long, and that is another matter.
    let taken = desk.push(&reset).await.unwrap();
    assert_eq!(taken.suspended, [credential]);
    assert!(alarms(&world).await.is_empty());
}

#[tokio::test]
async fn what_was_recorded_before_a_station_bound_its_reports_is_taken_for_thirty_days_and_looked_at()
 {
    let world = World::new().await;
    let client = joined(&world.running, &world.db(), "Help desk 3").await;
    let before = Bound::signed_in(&world, client, ("B. Efore", 211)).await;
    assert!(
        before.session.report_key.is_none(),
        "it did not ask for one"
    );
    let mut credentials = Vec::new();
    for seed in [1, 2] {
        let offer = before.offer("p-1").await;
        let mut push = world.enrolment(&offer, &mut Authenticator::new(seed));
        push.body.operator = before.session.operator.id.clone();
        let receipt = before.client.push(entry(), &push).await;
        credentials.push(receipt.unwrap().credential);
    }
    let recorded = world.now();
    assert!(
        alarms(&world).await.is_empty(),
        "a station of an earlier release"
    );

    world.wait_s(400);
    let after = Bound::signed_in(&world, before.client.binding_reports(), ("A. Fter", 212)).await;
    let old = |nth: usize| suspension(&world, &before.session, &credentials[nth], recorded);
    after.client.push(entry(), &old(0)).await.unwrap();
    assert_eq!(alarms(&world).await, [problem_code::REPORT_UNBOUND]);
    world.wait_s(31 * 24 * 3600);
    let refusal = after.client.push(entry(), &old(1)).await;
    assert_eq!(refused(refusal), problem_code::REPORT_UNBOUND);
}

#[tokio::test]
async fn a_registry_that_requires_it_takes_nothing_from_stations_that_bind_nothing() {
    let world = World::with(|config| config.require_bonds = true).await;
    let offer = world.offer("p-1").await;
    let push = world.enrolment(&offer, &mut Authenticator::new(1));
    assert_eq!(
        refused(world.push(&push).await),
        problem_code::REPORT_UNBOUND
    );
    assert_eq!(world.keys_of("p-1").await, 0);
    let desk = Bound::at(&world).await;
    desk.enrolled(&world, "p-3", &mut Authenticator::new(2))
        .await;
}

#[tokio::test]
async fn a_session_reports_what_its_own_operator_did_and_what_they_stand_by_later_is_looked_at() {
    let world = World::new().await;
    let desk = Bound::at(&world).await;
    let mut key = Authenticator::new(1);
    let credential = desk.enrolled(&world, "p-1", &mut key).await;
    let Bound {
        client, session, ..
    } = desk;
    let other = Bound::signed_in(&world, client, ("O. Ther", 211)).await;
    let theirs = suspension(&world, &session, &credential, world.now());
    let refusal = other.push(&theirs).await;
    assert_eq!(
        refused(refusal),
        problem_code::REPORT_ALTERED,
        "in a colleague's name"
    );

    // Half a day later they are signed in anew, and stand by what nothing had bound.
    let earlier = suspension(&world, &other.session, &credential, world.now());
    world.wait_s(12 * 3600);
    let again = other.again().await;
    again.push(&earlier).await.unwrap();
    let told = alarms(&world).await;
    assert_eq!(
        told,
        [problem_code::REPORT_VOUCHED, problem_code::REPORT_ALTERED]
    );
}

#[tokio::test]
async fn what_binds_reports_is_nowhere_in_the_registrys_database() {
    let world = World::new().await;
    let desk = Bound::at(&world).await;
    desk.enrolled(&world, "p-1", &mut Authenticator::new(1))
        .await;
    let key = &desk.session.report_key.as_ref().unwrap().key;
    let bytes = Bytes::from_base64url(key.expose()).unwrap();
    assert_eq!(bytes.0.len(), 32);
    for file in ["registry.db", "registry.db-wal"] {
        let found = std::fs::read(world.dir.path().join(file)).unwrap_or_default();
        let holds = |part: &[u8]| found.windows(part.len()).any(|window| window == part);
        assert!(
            !holds(key.expose().as_bytes()) && !holds(&bytes.0),
            "{file}"
        );
    }
}

#[tokio::test]
async fn each_session_at_a_station_is_given_what_opens_its_tickets_also_after_the_keys_were_changed()
 {
    let world = World::new().await;
    let desk = Bound::at(&world).await;
    let today = world.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let of_today = |desk: &Bound| -> Vec<String> {
        let keys = desk
            .session
            .ticket_keys
            .iter()
            .filter(|key| key.day == today);
        keys.map(|key| key.key.expose().to_owned()).collect()
    };
    let first = of_today(&desk);
    assert_eq!(first.len(), 1);
    let days: BTreeSet<_> = desk.session.ticket_keys.iter().map(|key| key.day).collect();
    assert_eq!(days.len(), 17, "eight days before and after");
    let elsewhere = joined(&world.running, &world.db(), "Help desk 4").await;
    let other = Bound::signed_in(&world, elsewhere.binding_reports(), ("O. Ther", 211)).await;
    assert_ne!(of_today(&other), first, "another station's");

    let keys = world.db().with_extension("keys");
    admin::rotate_secrets(&world.db(), &keys).await.unwrap();
    let desk = desk.again().await;
    let both = of_today(&desk);
    assert_eq!(both.len(), 2);
    assert_eq!(both[1], first[0], "the newest comes first");
    world.wait_s(15 * 24 * 3600);
    let later = desk.again().await;
    assert_eq!(
        later.session.ticket_keys.len(),
        17,
        "what the older one sealed has expired"
    );
    let database = std::fs::read(world.db()).unwrap();
    let is_there = |key: &String| {
        database
            .windows(key.len())
            .any(|part| part == key.as_bytes())
    };
    assert!(!both.iter().any(is_there), "nowhere in the database");
}
