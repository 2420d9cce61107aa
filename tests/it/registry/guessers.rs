//! Who has wrong codes examined: one human is held back, over however many people and accounts, and keeps nobody else waiting.

use keydesk::domain::PersonId;
use keydesk::domain::authority::Role;
use keydesk::domain::factor::CodeVerdict;
use keydesk::registry::RegistryError;
use keydesk::server::admin;
use keydesk::wire::{CodeReply, CodeRequest, Session, Subject, VERSION, problem_code};

use super::authenticator::Authenticator;
use super::phone::Phone;
use super::world::{World, first_sign_in, refused};

const RIGHT: CodeVerdict = CodeVerdict::Right { drift_steps: 0 };

/// People, each with an app.
async fn with_apps(people: &[&str]) -> (World, Vec<Phone>) {
    let world = World::new().await;
    let mut phones = Vec::new();
    for (seed, person) in (1..).zip(people) {
        let phone = Phone::new(person, seed);
        world.next_step();
        world.app_enrolled(&phone).await;
        phones.push(phone);
    }
    world.next_step();
    (world, phones)
}

async fn colleague(world: &World, name: &str, seed: u8) -> Session {
    let mut key = Authenticator::new(seed);
    first_sign_in(&world.client, &world.db(), name, Role::HelpDesk, &mut key).await
}

/// A code that is read out to an operator: the right one, or a wrong one.
async fn read_out(
    world: &World,
    operator: &Session,
    phone: &Phone,
    is_right: bool,
) -> Result<CodeReply, RegistryError> {
    let person = PersonId::new(&phone.owner);
    let offer = world.client.test_offer(operator, &person, None).await;
    let code = match is_right {
        true => phone.code(world.now(), 0),
        false => phone.wrong_code(world.now()),
    };
    let request = CodeRequest {
        version: VERSION,
        offer: offer.expect("an offer").id,
        subject: Subject::Active {
            factor: phone.factor,
        },
        codes: vec![code],
        identification: None,
    };
    let examined = world
        .client
        .examine_code(operator, &person, &request)
        .await?;
    assert_eq!(examined.verdict == RIGHT, is_right);
    Ok(examined)
}

async fn guesses(world: &World, operator: &Session, phone: &Phone, times: usize) {
    for _ in 0..times {
        read_out(world, operator, phone, false)
            .await
            .expect("examined");
        world.wait_s(20);
    }
}

async fn alarms(world: &World, kind: &str) -> Vec<String> {
    let all = admin::alarms(&world.db(), 99).await.expect("alarms");
    let told = all.into_iter().filter(|alarm| alarm.kind == kind);
    told.map(|alarm| alarm.detail).collect()
}

#[tokio::test]
async fn who_guesses_codes_of_many_people_is_held_back_by_name_and_nobody_else_is() {
    let (mut world, phones) = with_apps(&["p-1", "p-3", "p-4"]).await;
    let guesser = colleague(&world, "G. Uesser", 6).await;
    let honest = colleague(&world, "H. Onest", 7).await;
    let began = world.now();
    for (phone, times) in phones.iter().zip([14, 13, 13]) {
        assert!(
            alarms(&world, problem_code::OPERATOR_GUESSED)
                .await
                .is_empty()
        );
        guesses(&world, &guesser, phone, times).await;
    }
    let told = alarms(&world, problem_code::OPERATOR_GUESSED).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains(guesser.operator.id.as_str()), "{told:?}");
    world.restart().await;
    for phone in &phones {
        let answer = read_out(&world, &guesser, phone, true).await;
        let Err(RegistryError::Refused { problem, .. }) = answer else {
            panic!("examined: {answer:?}");
        };
        assert_eq!(problem.code(), problem_code::OPERATOR_GUESSED);
        let detail = problem.detail.expect("words");
        let until = began + jiff::SignedDuration::from_hours(1);
        let hour = until.strftime("%Y-%m-%d %H:").to_string();
        assert!(
            detail.contains(guesser.operator.id.as_str()) && detail.contains(&hour),
            "{detail}"
        );
        read_out(&world, &honest, phone, true)
            .await
            .expect("nobody else is held back");
    }
    assert_eq!(
        alarms(&world, problem_code::OPERATOR_GUESSED).await.len(),
        1
    );
    world.wait_s(3600);
    read_out(&world, &guesser, &phones[0], true)
        .await
        .expect("the hour is over");
}

#[tokio::test]
async fn a_human_with_two_accounts_has_no_more_guesses_than_with_one() {
    let (world, phones) = with_apps(&["p-1", "p-3", "p-4"]).await;
    let second = colleague(&world, "O. Perator too", 7).await;
    world
        .sql("UPDATE operator SET personnel_number = '4711'")
        .await;
    guesses(&world, &world.session, &phones[0], 19).await;
    guesses(&world, &second, &phones[0], 1).await;
    for operator in [&world.session, &second] {
        let answer = read_out(&world, operator, &phones[0], true).await;
        let is_held_back = matches!(
            answer,
            Err(RegistryError::Unreachable {
                status: Some(429),
                ..
            })
        );
        assert!(is_held_back, "{answer:?}");
    }
    guesses(&world, &world.session, &phones[1], 10).await;
    guesses(&world, &second, &phones[2], 10).await;
    for operator in [&world.session, &second] {
        let answer = read_out(&world, operator, &phones[1], true).await;
        assert_eq!(refused(answer), problem_code::OPERATOR_GUESSED);
    }
}

#[tokio::test]
async fn wrong_codes_at_one_operator_keep_no_owner_from_another_one() {
    let (world, phones) = with_apps(&["p-1"]).await;
    let honest = colleague(&world, "H. Onest", 7).await;
    guesses(&world, &world.session, &phones[0], 20).await;
    let answer = read_out(&world, &world.session, &phones[0], true).await;
    assert!(answer.is_err(), "{answer:?}");
    read_out(&world, &honest, &phones[0], true)
        .await
        .expect("the owner's right code");
}
