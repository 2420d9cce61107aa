//! Who hears of it when a factor is added or ends, and what is noticed when one human ends many.

#![expect(
    clippy::indexing_slicing,
    reason = "a test that indexes wrongly fails, as it should"
)]

use jiff::{SignedDuration, Timestamp};
use keydesk::domain::authority::Role;
use keydesk::domain::factor::Replacement;
use keydesk::domain::reset::ResetCase;
use keydesk::domain::suspension::FactorRef;
use keydesk::domain::visit::SuspendedWhy;
use keydesk::domain::{Bytes, KeyId, PersonId};
use keydesk::server::admin::{self, Human, Notice};
use keydesk::server::import::{Format, import_file};
use keydesk::wire::{
    Acceptance, Ground, KeyReport, KeyResetPush, Push, SuspensionPush, VERSION, WithdrawalPush,
    problem_code,
};

use super::authenticator::Authenticator;
use super::phone::Phone;
use super::suspensions::colleagues;
use super::world::{World, entry, first_sign_in, write};

impl World {
    /// What is told since it was last asked.
    pub async fn news(&self) -> Vec<Notice> {
        let (news, more) = admin::notices(&self.db()).await.unwrap();
        assert!(!more);
        let numbers: Vec<i64> = news.iter().map(|notice| notice.number).collect();
        admin::mark_told(&self.db(), &numbers).await.unwrap();
        news
    }

    async fn alarm_kinds(&self) -> Vec<String> {
        let alarms = admin::alarms(&self.db(), 50).await.unwrap();
        alarms.into_iter().map(|alarm| alarm.kind).collect()
    }
}

/// Who is told what.
fn heard(news: &[Notice]) -> Vec<(&str, &str)> {
    let each = news.iter();
    each.map(|notice| (notice.kind.as_str(), notice.to.id.as_str()))
        .collect()
}

fn case() -> ResetCase {
    ResetCase {
        reason: "left the company".to_owned(),
        ticket: Some("T-1001".to_owned()),
        requested_by: Some("Z. Example".to_owned()),
        identification: "passport:7K31".parse().ok(),
    }
}

fn some_key() -> KeyReport {
    KeyReport {
        id: KeyId {
            aaguid: Authenticator::new(1).aaguid,
            serial: None,
            asset_tag: None,
        },
        model: "Test key".to_owned(),
        firmware: None,
    }
}

async fn reset(world: &World, credentials: &[Bytes], reset_at: Timestamp) {
    for id in credentials {
        world.let_go(id, &world.session.operator.id).await;
    }
    let push = Push {
        body: KeyResetPush {
            visits: Vec::new(),
            version: VERSION,
            key: some_key(),
            credentials: credentials.to_vec(),
            case: case(),
            operator: world.session.operator.id.clone(),
            finished_by: None,
            reset_at,
        },
        head: world.head(),
    };
    world.client.push(entry(), &push).await.unwrap();
}

async fn withdraw(world: &World, person: &str, credential: &Bytes, ground: Ground) {
    world.let_go(credential, &world.session.operator.id).await;
    let push = Push {
        body: WithdrawalPush {
            visits: Vec::new(),
            version: VERSION,
            person: PersonId::new(person),
            credential: credential.clone(),
            key: some_key(),
            ground,
            operator: world.session.operator.id.clone(),
            finished_by: None,
            withdrawn_at: Timestamp::now(),
        },
        head: world.head(),
    };
    world.client.push(entry(), &push).await.unwrap();
}

fn deleted() -> Ground {
    Ground::Deleted { case: case() }
}

async fn suspend(world: &World, person: &str, credential: &Bytes) {
    let push = Push {
        body: SuspensionPush {
            version: VERSION,
            person: PersonId::new(person),
            factor: FactorRef::Key {
                credential: credential.clone(),
            },
            why: SuspendedWhy::Lost,
            operator: world.session.operator.id.clone(),
            suspended_at: world.now(),
        },
        head: world.head(),
    };
    world.client.push(entry(), &push).await.unwrap();
}

#[tokio::test]
async fn whoever_gets_a_factor_is_told_and_of_an_administrator_s_the_others_too() {
    let world = World::new().await;
    colleagues(&world).await;
    world.enrolled("p-1", &mut Authenticator::new(1)).await;
    let news = world.news().await;
    assert_eq!(heard(&news), [("factor-added", "p-1")]);
    let facts = &news[0].facts;
    assert!(facts["sort"] == "key" && facts["name"] == "Test key");
    assert!(facts["waiting"] == false && facts["station"]["name"] == "Help desk 2");
    assert!(facts.get("why").is_none() && facts.get("serial").is_none());

    world.app_enrolled(&Phone::new("p-5", 1)).await;
    let news = world.news().await;
    let all = [("factor-added", "p-5"), ("factor-added", "p-6")];
    assert_eq!(heard(&news), all);
    let facts = &news[1].facts;
    assert!(facts["sort"] == "app" && facts["name"] == "Authenticator app");

    let token = Phone::new("SN-1", 7);
    super::tokens::stocked(&world, &[&token]).await.unwrap();
    world.next_step();
    let codes = vec![token.code(world.now(), 0)];
    let given = super::tokens::assigned(&world, "p-3", "SN-1", codes).await;
    given.unwrap();
    let news = world.news().await;
    assert_eq!(heard(&news), [("factor-added", "p-3")]);
    assert_eq!(news[0].facts["serial"], "SN-1");
}

#[tokio::test]
async fn what_waits_is_told_when_it_is_made_and_when_it_is_taken() {
    let world = World::new().await;
    let mut stock = Authenticator::new(201);
    let role = Role::StationAdministrator;
    let stock = first_sign_in(&world.client, &world.db(), "S. Tock", role, &mut stock).await;
    let phone = Phone::new("p-1", 1);
    world.app_enrolled(&phone).await;
    world.news().await;
    let who = PersonId::new("p-1");
    let offer = world.client.offer(&stock, &who, None).await.unwrap();
    let mut push = world.enrolment(&offer, &mut Authenticator::new(1));
    push.body.operator = stock.operator.id.clone();
    push.body.identification = "statement:standby keys for safe 3".parse().unwrap();
    let receipt = world.push(&push).await.unwrap();
    assert!(receipt.waiting);
    let news = world.news().await;
    assert_eq!(heard(&news), [("factor-added", "p-1")]);
    assert_eq!(news[0].facts["waiting"], true);
    let visit = world.proof(&phone).await;
    let acceptance = Acceptance {
        version: VERSION,
        factor: FactorRef::Key {
            credential: receipt.credential,
        },
        test: None,
    };
    let taken = world
        .client
        .accept(&world.session, (visit, entry()), &acceptance);
    taken.await.unwrap();
    let news = world.news().await;
    assert_eq!(heard(&news), [("factor-accepted", "p-1")]);
    assert_eq!(news[0].facts["waiting"], false);
}

#[tokio::test]
async fn whoever_s_factor_ends_is_told_however_it_ends_and_by_whose_hand() {
    let world = World::new().await;
    colleagues(&world).await;
    let told = async |why: &str, whom: &[&str]| {
        let news = world.news().await;
        let all: Vec<_> = whom.iter().map(|to| ("factor-removed", *to)).collect();
        assert_eq!(heard(&news), all, "{why}");
        assert_eq!(news[0].facts["why"], why);
        assert_eq!(news[0].facts["station"]["name"], "Help desk 2");
    };
    let everybody = ["p-1", "p-5", "p-6"];
    let enrolled = async |seed: u8| {
        let receipt = world.enrolled("p-1", &mut Authenticator::new(seed)).await;
        world.news().await;
        receipt.credential
    };
    let id = enrolled(1).await;
    reset(&world, std::slice::from_ref(&id), Timestamp::now()).await;
    told("reset", &everybody).await;
    // It has ended already.
    withdraw(&world, "p-1", &id, deleted()).await;
    assert!(world.news().await.is_empty());

    let id = enrolled(2).await;
    withdraw(&world, "p-1", &id, deleted()).await;
    told("deleted", &everybody).await;

    let offer = world.offer("p-1").await;
    let push = world.enrolment(&offer, &mut Authenticator::new(3));
    let id = world.push(&push).await.unwrap().credential;
    world.news().await;
    withdraw(&world, "p-1", &id, Ground::Undone { offer: offer.id }).await;
    told("withdrawn", &everybody).await;
}

#[tokio::test]
async fn who_ends_a_factor_of_their_own_organisation_raises_an_alarm() {
    let world = World::new().await;
    let first = world.enrolled("p-1", &mut Authenticator::new(1)).await;
    let other = world.enrolled("p-4", &mut Authenticator::new(2)).await;
    let human = Human {
        personnel_number: None,
        person: Some(PersonId::new("p-1")),
    };
    let id = &world.session.operator.id;
    admin::set_human(&world.db(), id, &human).await.unwrap();
    reset(&world, &[other.credential], Timestamp::now()).await;
    assert!(
        !world
            .alarm_kinds()
            .await
            .contains(&problem_code::VISIT_OWN.to_owned())
    );
    withdraw(&world, "p-1", &first.credential, deleted()).await;
    assert!(
        world
            .alarm_kinds()
            .await
            .contains(&problem_code::VISIT_OWN.to_owned())
    );
}

#[tokio::test]
async fn what_somebody_gives_up_or_replaces_is_told_to_them_alone() {
    let world = World::new().await;
    colleagues(&world).await;
    let phones: Vec<Phone> = (1..=3).map(|seed| Phone::new("p-1", seed)).collect();
    world.app_enrolled(&phones[0]).await;
    world.app_enrolled(&phones[1]).await;
    world
        .sql("UPDATE factor SET accepted_ms = accepted_ms - 90000000")
        .await;
    let proof = world.proof(&phones[1]).await;
    world.news().await;
    let removal = world.removal("p-1", phones[0].factor, proof);
    world.client.push(entry(), &removal).await.unwrap();
    let news = world.news().await;
    assert_eq!(heard(&news), [("factor-removed", "p-1")]);
    assert_eq!(news[0].facts["why"], "removed");

    let who = PersonId::new("p-1");
    let offer = world.client.offer(&world.session, &who, Some(proof)).await;
    let mut push = world.app_push(&offer.unwrap(), &phones[2]);
    push.body.replaces = Some(Replacement {
        factor: phones[1].factor,
    });
    world.push_app(&push).await.unwrap();
    let news = world.news().await;
    let both = [("factor-removed", "p-1"), ("factor-added", "p-1")];
    assert_eq!(heard(&news), both);
    assert_eq!(news[0].facts["why"], "replaced");
}

#[tokio::test]
async fn a_new_phone_in_the_old_one_s_place_is_no_alarm() {
    let world = World::new().await;
    let (old, new) = (Phone::new("p-1", 1), Phone::new("p-1", 2));
    world.app_enrolled(&old).await;
    world
        .sql("UPDATE factor SET accepted_ms = accepted_ms - 90000000")
        .await;
    let proof = world.proof(&old).await;
    let who = PersonId::new("p-1");
    let offer = world.client.offer(&world.session, &who, Some(proof)).await;
    let mut push = world.app_push(&offer.unwrap(), &new);
    push.body.replaces = Some(Replacement { factor: old.factor });
    world.push_app(&push).await.unwrap();
    assert_eq!(world.alarm_kinds().await, Vec::<String>::new());
}

/// A key for each of so many employees of an organisation with administrators.
async fn staff(world: &World, many: u8) -> Vec<Bytes> {
    colleagues(world).await;
    let mut csv = "record,id,name,kind,email,organisation\n".to_owned();
    for number in 0..many {
        csv.push_str(&format!(
            "person,s-{number},S. Taff,employee,s{number}@example.test,12345678\n"
        ));
    }
    let file = write(world.dir.path(), "staff.csv", csv);
    import_file(&world.db(), &file, Format::Csv).await.unwrap();
    let mut ids = Vec::new();
    for number in 0..many {
        let mut key = Authenticator::new(number + 1);
        let receipt = world.enrolled(&format!("s-{number}"), &mut key).await;
        ids.push(receipt.credential);
    }
    world.news().await;
    ids
}

#[tokio::test]
async fn one_reset_that_takes_many_people_s_keys_is_told_to_each_and_an_alarm_at_once() {
    let world = World::new().await;
    let ids = staff(&world, 7).await;
    reset(&world, &ids[..2], Timestamp::now()).await;
    assert_eq!(world.alarm_kinds().await, [problem_code::KEY_OF_SEVERAL]);
    reset(&world, &ids[2..], Timestamp::now()).await;
    let mut alarms = world.alarm_kinds().await;
    alarms.sort();
    let two = problem_code::KEY_OF_SEVERAL;
    assert_eq!(alarms, [two, two, problem_code::MANY_SUSPENSIONS]);
    let news = world.news().await;
    for number in 0..7 {
        let id = format!("s-{number}");
        let own = news.iter().filter(|notice| notice.to.id.as_str() == id);
        assert_eq!(own.count(), 1, "{id}");
    }
    let administrators = news.iter().filter(|notice| notice.to.id.as_str() == "p-5");
    assert_eq!(administrators.count(), 7);
}

#[tokio::test]
async fn what_one_human_suspends_resets_and_deletes_in_a_day_is_counted_together() {
    let world = World::new().await;
    let ids = staff(&world, 6).await;
    for (number, id) in ids.iter().enumerate() {
        assert_eq!(world.alarm_kinds().await, Vec::<String>::new(), "{number}");
        let person = format!("s-{number}");
        match number % 3 {
            0 => reset(&world, std::slice::from_ref(id), Timestamp::now()).await,
            1 => withdraw(&world, &person, id, deleted()).await,
            _ => suspend(&world, &person, id).await,
        }
    }
    assert_eq!(world.alarm_kinds().await, [problem_code::MANY_SUSPENSIONS]);
}

#[tokio::test]
async fn what_somebody_gives_up_with_a_proof_of_theirs_is_nobody_else_s_deed() {
    let world = World::new().await;
    let kept = Phone::new("p-1", 99);
    world.app_enrolled(&kept).await;
    let mut others = Vec::new();
    for seed in 1..=7 {
        let phone = Phone::new("p-1", seed);
        world.app_enrolled(&phone).await;
        others.push(phone.factor);
    }
    let proof = world.proof(&kept).await;
    for factor in others {
        let removal = world.removal("p-1", factor, proof);
        world.client.push(entry(), &removal).await.unwrap();
    }
    assert_eq!(world.alarm_kinds().await, Vec::<String>::new());
}

/// A reset is as long ago as the station says, and taken now.
#[tokio::test]
async fn resets_that_are_dated_back_count_when_they_are_taken() {
    let world = World::new().await;
    let ids = staff(&world, 6).await;
    world
        .sql("UPDATE session SET opened_ms = opened_ms - 20 * 86400000")
        .await;
    world
        .sql("UPDATE credential SET enrolled_ms = enrolled_ms - 20 * 86400000")
        .await;
    for (id, days) in ids.iter().zip(1..) {
        let at = Timestamp::now() - SignedDuration::from_hours(48 * days);
        reset(&world, std::slice::from_ref(id), at).await;
    }
    assert_eq!(world.alarm_kinds().await, [problem_code::MANY_SUSPENSIONS]);
}
