//! What a station needs before it touches a key: offers to enrol one, and offers to test the keys that somebody has.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use utoipa_axum::routes;

use super::Routes;
use super::desk::no_person;
use super::desk::{Terms, Under, known, line, may, may_for};
use super::{Named, Params, Shared, apps};
use crate::domain::act::challenge;
use crate::domain::authority::Action;
use crate::domain::suspension::FactorRef;
use crate::domain::visit::Authority;
use crate::domain::{Bytes, OfferId, OperatorId, Person, PersonId, StationId};
use crate::server::Registry;
use crate::server::acts::{self, Asked};
use crate::server::auth::{AtDesk, IdempotencyKey};
use crate::server::database::{Connection, Write};
use crate::server::ledger::{self, Opened};
use crate::server::problem::{Answer, Refusal};
use crate::server::suspensions;
use crate::server::tables::credential;
use crate::server::tables::offer::{self, NewOfApp, NewOfKey, Sort};
use crate::server::tables::person;
use crate::server::tables::{FactorName, standing};
use crate::server::visits::{self, Tested};
use crate::wire::webauthn::{Descriptor, User};
use crate::wire::{Because, Credential, Offer, TestOffer, VERSION, problem_code};

/// Its routes.
pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(offer))
        .routes(routes!(test_options))
}

/// Offers that hold and were not used, of one operator at one station: two weeks of tickets for as many people as there may be.
const OPEN_PER_OPERATOR: i64 = 10_000;

/// The same of a station, whoever asked for them.
const OPEN_PER_STATION: i64 = 20_000;

/// Creation options for a person, and the challenge of the test that follows.
#[utoipa::path(
    post, path = "/v1/people/{id}/offers", tag = "enrolment",
    params(
        ("id" = String, Path, description = "The person's identifier"),
        Under,
        ("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to repeat"),
    ),
    security(("station" = [], "session" = [])),
    responses((status = CREATED, body = Offer))
)]
pub async fn offer(
    State(registry): Shared,
    desk: AtDesk,
    key: Option<IdempotencyKey>,
    Named(id): Named<PersonId>,
    Params(under): Params<Under>,
) -> Answer<Response> {
    let body = (&id, under);
    let scope = desk.scope();
    let mut entry = match ledger::open(&registry, &scope, key, "offer", &body).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let tx = &mut entry.tx;
    let person = known(tx, &id).await?;
    may_for(&desk, Action::Enrol, &person)?;
    if under.visit.is_none() {
        // Nobody is there.
        may(&desk, Action::ProvisionStandby)?;
    }
    let mut life = registry.config.challenge_life();
    if let Some(visit) = under.visit {
        let visit = visits::authorised(tx, &desk, (visit, &person), registry.now()).await?;
        // Whoever resets accounts gives what takes the place of what a reset deleted, and nothing else.
        if visit.authority != Some(Authority::Released) {
            may(&desk, Action::Enrol)?;
        }
        // It ends with the visit, which this has just prolonged.
        life = life.min(visits::IDLE);
    }
    let terms = Terms {
        sort: Sort::Enrolment,
        visit: under.visit,
        life,
    };
    let (offer, row, app) = prepared(&registry, tx, person, terms).await?;
    insert(tx, &desk, &[row], registry.now()).await?;
    apps::insert(&registry, tx, &desk, &[app]).await?;
    let subject = offer.id.to_string();
    let line = line(&desk, "offer", &subject, id.as_str());
    entry.finish(StatusCode::CREATED, &offer, line).await
}

/// Options for an assertion by one of a person's keys; a code of an app or token is examined under the same offer.
#[utoipa::path(
    post, path = "/v1/people/{id}/tests/options", tag = "enrolment",
    params(
        ("id" = String, Path, description = "The person's identifier"),
        Under,
        ("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to repeat"),
    ),
    security(("station" = [], "session" = [])),
    responses((status = CREATED, body = TestOffer))
)]
pub async fn test_options(
    State(registry): Shared,
    desk: AtDesk,
    key: Option<IdempotencyKey>,
    Named(id): Named<PersonId>,
    Params(under): Params<Under>,
) -> Answer<Response> {
    // Whoever receives people has them prove themselves.
    let action = under.visit.map_or(Action::TestKey, |_| Action::Receive);
    may(&desk, action)?;
    let body = (&id, under);
    let scope = desk.scope();
    let mut entry = match ledger::open(&registry, &scope, key, "test-offer", &body).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let tx = &mut entry.tx;
    let person = known(tx, &id).await?;
    let tested = match under.visit {
        Some(visit) => {
            let prover = (visit, &person);
            Some(visits::testable(tx, &desk, prover, registry.now()).await?)
        }
        None => None,
    };
    let terms = Terms {
        sort: Sort::Test,
        visit: under.visit,
        life: registry.config.challenge_life(),
    };
    let (reply, row) = prepared_test(
        &registry,
        tx,
        (&id, tested),
        (terms, Some(&desk.operator.id)),
    )
    .await?;
    insert(tx, &desk, &[row], registry.now()).await?;
    let subject = reply.id.to_string();
    let line = line(&desk, "test-offer", &subject, id.as_str());
    entry.finish(StatusCode::CREATED, &reply, line).await
}

/// Options for an assertion by those of the person's credentials that may answer; whoever asked for it is named where that is an
/// act. Nobody has them before they are [`insert`]ed.
pub(super) async fn prepared_test(
    registry: &Registry,
    db: &mut Connection,
    (person, tested): (&PersonId, Option<Tested>),
    (terms, asked_by): (Terms, Option<&OperatorId>),
) -> Answer<(TestOffer, NewOfKey)> {
    let issued_at = registry.now();
    let expires_at = issued_at + terms.life;
    let (allow, suspended) = match &tested {
        None => allowed(db, person, issued_at).await?,
        Some(tested) => {
            let meant = |held: &Credential| match tested {
                Tested::Waiting => held.held.waiting_since.is_some(),
                Tested::These(names) => names.contains(&FactorName::of_key(&held.id)),
            };
            (descriptors(db, person, meant).await?, Vec::new())
        }
    };
    let id = OfferId(uuid::Uuid::now_v7());
    let asked = asked_by.map(|operator| Asked {
        offer: id,
        signer: person,
        visit: terms.visit,
        operator,
        at: issued_at,
        until: expires_at,
    });
    let act = match asked {
        Some(asked) => acts::of(db, asked).await?.map(|act| act.bytes()),
        None => None,
    };
    let signed = act.as_ref().map(|act| challenge(&act.0));
    let people = &registry.people;
    let issued = people.request_of(signed, allow, life_ms(terms.life))?;
    let offer = TestOffer {
        id,
        request: issued.options,
        origin: registry.people.origin().to_owned(),
        expires_at,
        suspended,
        act,
    };
    let row = NewOfKey {
        id: offer.id,
        kind: terms.sort,
        person: person.clone(),
        registration_state: None,
        assertion_state: issued.state,
        issued_at,
        expires_at,
        visit: terms.visit,
    };
    Ok((offer, row))
}

/// Makes an offer, of a key and of an app. Nobody has it before both are inserted.
pub(super) async fn prepared(
    registry: &Registry,
    db: &mut Connection,
    person: Person,
    terms: Terms,
) -> Answer<(Offer, NewOfKey, NewOfApp)> {
    let life = terms.life;
    let handle = person::user_handle(db, &person.id)
        .await?
        .ok_or_else(|| no_person(&person.id))?;
    let user = User {
        id: handle,
        name: person.email.clone().unwrap_or_else(|| person.name.clone()),
        display_name: person.name.clone(),
    };
    // What is suspended or waits is on its key all the same.
    let exclude = descriptors(db, &person.id, |_| true).await?;
    let creation = registry.people.creation(&user, exclude, life_ms(life))?;
    let test = registry.people.request(Vec::new(), life_ms(life))?;
    let issued_at = registry.now();
    let expires_at = issued_at + life;
    let row = NewOfKey {
        id: OfferId(uuid::Uuid::now_v7()),
        kind: terms.sort,
        person: person.id.clone(),
        registration_state: Some(creation.state),
        assertion_state: test.state,
        issued_at,
        expires_at,
        visit: terms.visit,
    };
    let times = (issued_at, expires_at);
    let (app, app_row) = apps::prepared(registry, db, &person.id, terms, times).await?;
    let offer = Offer {
        app: Some(app),
        visit: None,
        lent_until: None,
        version: VERSION,
        id: row.id,
        creation: creation.options,
        test: test.options,
        origin: registry.people.origin().to_owned(),
        pin_min_length: registry.config.pin_min_length,
        issued_at,
        expires_at,
        person,
    };
    Ok((offer, row, app_row))
}

/// Issues them, in one statement.
pub(super) async fn insert(
    tx: &mut Write,
    desk: &AtDesk,
    rows: &[NewOfKey],
    now: Timestamp,
) -> Answer<()> {
    let by = (&desk.station, &desk.operator.id);
    refuse_full(tx, by, now).await?;
    Ok(offer::insert_of_keys(tx, by, rows).await?)
}

/// Offers end by themselves, and only so many are open at a time: nobody fills the registry with them.
pub(super) async fn refuse_full(
    db: &mut Connection,
    (station, operator): (&StationId, &OperatorId),
    now: Timestamp,
) -> Answer<()> {
    let (own, all) = offer::open_at(db, (station, operator), now).await?;
    let open = match (own >= OPEN_PER_OPERATOR, all >= OPEN_PER_STATION) {
        (true, _) => own,
        (false, true) => all,
        (false, false) => return Ok(()),
    };
    let count = u32::try_from(open).unwrap_or(u32::MAX);
    Err(Refusal::because(
        problem_code::OFFERS_OPEN,
        Because::OffersOpen { count },
    ))
}

/// The credentials that a person has, that are not gone and that are meant, as WebAuthn lists them.
async fn descriptors(
    db: &mut Connection,
    person: &PersonId,
    meant: impl Fn(&Credential) -> bool,
) -> Answer<Vec<Descriptor>> {
    let known = credential::all(db, person).await?;
    Ok(known
        .into_iter()
        .filter(|credential| credential.gone_at.is_none() && meant(credential))
        .map(|credential| descriptor(credential.id))
        .collect())
}

/// The credentials by which somebody can prove themself, and those that are suspended. Where nothing but what is suspended is left,
/// nothing is to be tested.
async fn allowed(
    db: &mut Connection,
    person: &PersonId,
    now: Timestamp,
) -> Answer<(Vec<Descriptor>, Vec<Bytes>)> {
    let known = credential::all(db, person).await?;
    let (mut allowed, mut suspended, mut refusal) = (Vec::new(), Vec::new(), None);
    for held in known {
        let lent = held.gone_at.is_none() && held.held.is_lent(now);
        if held.is_valid() || lent {
            allowed.push(descriptor(held.id));
        } else if let (None, Some(since)) = (held.gone_at, held.held.at(now).suspended) {
            let credential = held.id.clone();
            let key = FactorRef::Key { credential };
            let since = (since, held.held.lent_until);
            refusal = Some(suspensions::refused(person, &key, since));
            suspended.push(held.id);
        }
    }
    match refusal {
        Some(refusal) if allowed.is_empty() && standing::valid(db, person).await?.is_empty() => {
            Err(refusal)
        }
        _ => Ok((allowed, suspended)),
    }
}

pub(super) fn descriptor(id: Bytes) -> Descriptor {
    Descriptor {
        transports: Some(vec!["usb".to_owned()]),
        ..Descriptor::new(id)
    }
}

pub(super) fn life_ms(life: SignedDuration) -> u64 {
    u64::try_from(life.as_millis()).unwrap_or_default()
}
