//! Hardware tokens: into stock, to a person, tested, back, and to the next one.

use jiff::Timestamp;
use keydesk::domain::authority::Role;
use keydesk::domain::factor::{Algorithm, CodeVerdict, FactorKind, TotpCode, TotpSettings};
use keydesk::domain::{FactorId, OperatorId, PersonId};
use keydesk::registry::RegistryError;
use keydesk::wire::{
    FactorReceipt, Push, Session, TokenAssignment, TokenImport, TokenImportReceipt, VERSION,
};

use super::authenticator::Authenticator;
use super::phone::{Phone, passport};
use super::world::{World, entry, first_sign_in, refused};

/// A station administrator, who receives tokens.
async fn administrator(world: &World) -> Session {
    let mut key = Authenticator::new(77);
    let role = Role::StationAdministrator;
    first_sign_in(&world.client, &world.db(), "S. Admin", role, &mut key).await
}

fn import(
    world: &World,
    by: &OperatorId,
    tokens: Vec<keydesk::wire::SealedToken>,
) -> Push<TokenImport> {
    Push {
        body: TokenImport {
            version: VERSION,
            tokens,
            operator: by.clone(),
            imported_at: world.now(),
        },
        head: world.head(),
    }
}

pub async fn stocked(
    world: &World,
    tokens: &[&Phone],
) -> Result<TokenImportReceipt, RegistryError> {
    let admin = administrator(world).await;
    stocked_by(world, &admin, tokens).await
}

async fn stocked_by(
    world: &World,
    admin: &Session,
    tokens: &[&Phone],
) -> Result<TokenImportReceipt, RegistryError> {
    let key = world.client.sealing_key(admin).await.unwrap();
    let sealed = tokens.iter().map(|token| token.as_token(&key)).collect();
    let push = import(world, &admin.operator.id, sealed);
    world.client.push(entry(), &push).await
}

pub async fn assigned(
    world: &World,
    person: &str,
    serial: &str,
    codes: Vec<TotpCode>,
) -> Result<FactorReceipt, RegistryError> {
    let assignment = TokenAssignment {
        version: VERSION,
        offer: world.offer(person).await.app.unwrap().id,
        serial: serial.to_owned(),
        codes,
        identification: passport(),
    };
    let id = PersonId::new(person);
    let (client, session) = (&world.client, &world.session);
    client
        .assign_token(session, entry(), &id, &assignment)
        .await
}

fn eight_digits(serial: &str, seed: u8) -> Phone {
    let mut token = Phone::new(serial, seed);
    token.settings = TotpSettings {
        algorithm: Algorithm::Sha256,
        digits: 8,
        period_s: 60,
    };
    token
}

#[tokio::test]
async fn a_token_goes_to_a_person_is_tested_comes_back_and_goes_to_the_next() {
    let world = World::new().await;
    let token = eight_digits("HT-1001", 1);
    let receipt = stocked(&world, &[&token]).await.unwrap();
    assert_eq!((receipt.added, receipt.known.len()), (1, 0));
    world.next_step();
    let code = |fast| vec![token.code(world.now(), fast)];
    let receipt = assigned(&world, "p-1", "HT-1001", code(0)).await.unwrap();
    assert_eq!(receipt.person.apps, 1);
    let held = world.factors_of("p-1").await.remove(0);
    assert_eq!(held.id, receipt.factor);
    let serial = "HT-1001".to_owned();
    assert_eq!(
        (held.kind, held.name.as_str()),
        (FactorKind::Token { serial }, "Hardware token")
    );
    let listed = world.client.tokens(&world.session, "HT-").await.unwrap();
    assert_eq!(listed.tokens[0].holder, Some(PersonId::new("p-1")));
    let answer = assigned(&world, "p-2", "HT-1001", code(1)).await;
    assert_eq!(refused(answer), "token-unavailable");

    let phone = Phone::new("p-1", 9);
    world.app_enrolled(&phone).await;
    let proof = world.proof(&phone).await;
    let removal = world.removal("p-1", held.id, proof);
    world.client.push(entry(), &removal).await.unwrap();
    let listed = world.client.tokens(&world.session, "").await.unwrap();
    assert!(listed.tokens[0].holder.is_none());
    // Whoever had it knows the codes of then: none of them serves the next person.
    world.wait_s(60);
    let receipt = assigned(&world, "p-2", "HT-1001", code(0)).await.unwrap();
    assert_ne!(receipt.factor, held.id);
    let offer = world.test_offer("p-2").await.id;
    let reply = world.examine(("p-2", receipt.factor), offer, code(0)).await;
    assert_eq!(reply.unwrap().verdict, CodeVerdict::Used);
}

#[tokio::test]
async fn a_token_whose_clock_has_drifted_is_followed_by_two_codes_in_a_row() {
    let world = World::new().await;
    let token = Phone::new("HT-1", 1);
    stocked(&world, &[&token]).await.unwrap();
    world.next_step();
    let code = |fast| token.code(world.now(), fast);
    let answer = assigned(&world, "p-1", "HT-1", vec![code(-9)]).await;
    assert_eq!(refused(answer), "code-wrong");
    let pair = vec![code(-9), code(-8)];
    let receipt = assigned(&world, "p-1", "HT-1", pair).await.unwrap();
    world.next_step();
    // From then on one code is enough, at the drift that is known.
    let offer = world.test_offer("p-1").await.id;
    let about = ("p-1", receipt.factor);
    let reply = world.examine(about, offer, vec![code(-8)]).await.unwrap();
    assert_eq!(reply.verdict, CodeVerdict::Right { drift_steps: -8 });
    // A pair of before would set the clock back, and what was taken could be taken again.
    let replay = world
        .examine(about, offer, vec![code(-12), code(-11)])
        .await;
    assert_eq!(replay.unwrap().verdict, CodeVerdict::Used);
    // More than ten minutes are no drift.
    let far = world.examine(about, offer, vec![code(40), code(41)]).await;
    assert_eq!(far.unwrap().verdict, CodeVerdict::Clock { fast_s: 41 * 30 });
}

#[tokio::test]
async fn an_import_again_leaves_the_seeds_as_they_are() {
    let world = World::new().await;
    let (one, two) = (Phone::new("HT-1", 1), Phone::new("HT-2", 2));
    let admin = administrator(&world).await;
    stocked_by(&world, &admin, &[&one]).await.unwrap();
    let key = world.client.sealing_key(&admin).await.unwrap();
    let mut other = Phone::new("HT-1", 3);
    other.factor = FactorId(uuid::Uuid::new_v4());
    let tokens = vec![other.as_token(&key), two.as_token(&key)];
    let push = import(&world, &admin.operator.id, tokens);
    let entry = entry();
    let receipt = world.client.push(entry, &push).await.unwrap();
    assert_eq!(
        (receipt.added, &receipt.known[..]),
        (1, &["HT-1".to_owned()][..])
    );
    assert_eq!(world.client.push(entry, &push).await.unwrap(), receipt);
    world.next_step();
    let code = other.code(world.now(), 0);
    let answer = assigned(&world, "p-1", "HT-1", vec![code]).await;
    assert_eq!(refused(answer), "code-wrong");
    let code = one.code(world.now(), 0);
    assigned(&world, "p-1", "HT-1", vec![code]).await.unwrap();
}

#[tokio::test]
async fn tokens_are_imported_whole_by_who_receives_them_and_only_with_seeds_that_open() {
    let world = World::new().await;
    let admin = administrator(&world).await;
    let by = &admin.operator.id;
    let key = world.client.sealing_key(&admin).await.unwrap();
    let good = Phone::new("HT-1", 1).as_token(&key);
    let push = async |operator: &OperatorId, tokens| {
        let push = import(&world, operator, tokens);
        world.client.push(entry(), &push).await
    };
    let desk = &world.session.operator.id;
    assert_eq!(refused(push(desk, vec![good.clone()]).await), "not-allowed");
    let nobody = OperatorId::new("nobody");
    assert_eq!(
        refused(push(&nobody, vec![good.clone()]).await),
        "offer-foreign"
    );
    let mut renamed = good.clone();
    renamed.serial = "HT-2".to_owned();
    let other = Phone::new("HT-3", 3).as_token(&key);
    assert_eq!(refused(push(by, vec![other, renamed]).await), "seal-broken");
    for serial in ["", "HT 1", "HT\u{e9}", &"9".repeat(65)] {
        let mut token = good.clone();
        token.serial = serial.to_owned();
        assert_eq!(refused(push(by, vec![token]).await), "malformed");
    }
    let mut token = good.clone();
    token.settings.digits = 9;
    assert_eq!(refused(push(by, vec![token]).await), "malformed");
    assert_eq!(
        refused(push(by, vec![good.clone(); 201]).await),
        "too-large"
    );
    let mut late = import(&world, by, vec![good]);
    late.body.imported_at = Timestamp::MAX;
    assert_eq!(
        refused(world.client.push(entry(), &late).await),
        "offer-foreign"
    );
    let listed = world.client.tokens(&world.session, "").await.unwrap();
    assert!(
        listed.tokens.is_empty(),
        "nothing of a refused import stays"
    );
}

#[tokio::test]
async fn wrong_codes_of_a_token_count_although_it_is_nobody_s_yet() {
    let world = World::new().await;
    let token = Phone::new("HT-1", 1);
    stocked(&world, &[&token]).await.unwrap();
    let wrong = token.wrong_code(world.now());
    for _ in 0..20 {
        let answer = assigned(&world, "p-1", "HT-1", vec![wrong.clone()]).await;
        assert_eq!(refused(answer), "code-wrong");
    }
    let code = token.code(world.now(), 0);
    match assigned(&world, "p-1", "HT-1", vec![code]).await {
        Err(RegistryError::Unreachable { status, .. }) => assert_eq!(status, Some(429)),
        other => panic!("not limited: {other:?}"),
    }
    let unknown = assigned(&world, "p-1", "HT-2", vec![wrong]).await;
    assert_eq!(refused(unknown), "token-unavailable");
}
