//! Hardware tokens: the stock, and how one becomes somebody's. It comes back by a removal.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa_axum::routes;

use super::Routes;
use super::apps::receipt;
use super::codes::on_record;
use super::desk::{known, line, may, may_for};
use super::report::{
    Claim, Labels, Said, Sent, begin, check_identification, check_version, claimed_app_offer,
    may_then,
};
use super::{Body, Named, Params, Shared};
use crate::domain::authority::Action;
use crate::domain::factor::{CodeVerdict, SealingKey};
use crate::domain::line::NAME_CHARS_MAX;
use crate::domain::suspension::FactorRef;
use crate::domain::{FactorId, OneLine, PersonId, StationId, VisitId};
use crate::seal::For;
use crate::server::Registry;
use crate::server::auth::{AtDesk, AtStation, IdempotencyKey};
use crate::server::database::Write;
use crate::server::examination::{self, Examination};
use crate::server::factors;
use crate::server::ledger::{self, Opened};
use crate::server::lives::Arrived;
use crate::server::problem::{Answer, Refusal};
use crate::server::tables::audit::Line;
use crate::server::tables::factor::{self, NewFactor};
use crate::server::tables::secret::{self, NewToken, Stock, StoredSecret};
use crate::server::tables::{offer, setting};
use crate::wire::{
    Because, FactorReceipt, Push, SealedToken, TokenAssignment, TokenImport, TokenImportReceipt,
    Tokens, problem_code,
};

/// Its routes.
pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(sealing_key))
        .routes(routes!(list, import))
        .routes(routes!(assign))
}

/// Most tokens in one import.
const MAX_TOKENS: usize = 200;

/// Longest serial number.
const MAX_SERIAL: usize = 64;

/// Where seeds of hardware tokens are sealed to.
#[utoipa::path(
    get, path = "/v1/sealing-key", tag = "factors",
    security(("station" = [], "session" = [])),
    responses((status = OK, body = SealingKey))
)]
pub async fn sealing_key(State(registry): Shared, _desk: AtDesk) -> Answer<Json<SealingKey>> {
    // Asked and noted under the write lock, so that no key is dropped in between.
    let mut tx = registry.db.write().await?;
    let ring = registry.keyring.ring();
    let key = ring
        .current()
        .ok_or_else(|| Refusal::internal("the key ring is empty"))?;
    setting::tell_key(&mut tx, &key.id, registry.now()).await?;
    tx.commit().await?;
    Ok(Json(key.clone()))
}

/// What is looked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Search {
    /// How the serial number begins; empty: any.
    #[serde(default)]
    q: String,
}

/// Hardware tokens, in stock or somebody's.
#[utoipa::path(
    get, path = "/v1/tokens", tag = "factors",
    params(Search),
    security(("station" = [], "session" = [])),
    responses((status = OK, body = Tokens))
)]
pub async fn list(
    State(registry): Shared,
    _desk: AtDesk,
    Params(search): Params<Search>,
) -> Answer<Json<Tokens>> {
    if search.q.len() > MAX_SERIAL {
        return Err(Refusal::new(problem_code::MALFORMED, "q may have 64 bytes"));
    }
    Ok(Json(
        factors::tokens(&mut *registry.db.read().await?, &search.q).await?,
    ))
}

/// Takes hardware tokens into stock. One whose serial number is known is left as it is.
#[utoipa::path(
    post, path = "/v1/tokens", tag = "factors", request_body = Push<TokenImport>,
    params(Labels), security(("station" = [])),
    responses((status = CREATED, body = TokenImportReceipt))
)]
pub async fn import(
    State(registry): Shared,
    AtStation(station): AtStation,
    sent: Sent<TokenImport>,
) -> Answer<Response> {
    let _turn = registry.turns.take(station.as_str()).await?;
    let sealed = looked_into(&registry, &sent.push.body.tokens).await?;
    let route = ("tokens", sent.push.body.version);
    let mut entry = match begin(&registry, &station, route, &sent).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let stood_by = sent.stood_by(&mut entry.tx, &station).await?;
    let push = sent.push.body;
    let by = Said {
        operator: &push.operator,
        at: push.imported_at,
        stood_by,
    };
    may_then(&registry, &mut entry.tx, &station, by, Action::ImportTokens).await?;
    let now = registry.now();
    let mut known = Vec::new();
    for (token, opens) in push.tokens.iter().zip(sealed) {
        check_token(token)?;
        if secret::token(&mut entry.tx, &token.serial).await?.is_some() {
            known.push(token.serial.clone());
            continue;
        }
        opens?;
        stock(&registry, &mut entry.tx, &station, &push, token, now).await?;
    }
    let added = push.tokens.len() - known.len();
    let detail = format!("{added} new, {} known", known.len());
    let reply = TokenImportReceipt {
        added: u32::try_from(added).unwrap_or(u32::MAX),
        known,
        accepted_at: now,
    };
    let line = Line {
        station: Some(station.as_str()),
        operator: Some(push.operator.as_str()),
        action: "import-tokens",
        subject: "stock",
        detail: &detail,
    };
    entry.finish(StatusCode::CREATED, &reply, line).await
}

/// Whether each seed opens: asked before anybody has to wait for that.
async fn looked_into(registry: &Registry, tokens: &[SealedToken]) -> Answer<Vec<Answer<()>>> {
    if tokens.len() > MAX_TOKENS {
        return Err(Refusal::new(
            problem_code::TOO_LARGE,
            format!(
                "{} tokens in one import; at most {MAX_TOKENS} are taken",
                tokens.len()
            ),
        ));
    }
    let ring = registry.keyring.ring();
    let mut found = Vec::with_capacity(tokens.len());
    for token in tokens {
        let to = For {
            factor: token.factor,
            owner: &token.serial,
        };
        found.push(ring.open(&token.sealed, to).map(drop).map_err(|why| {
            Refusal::new(
                problem_code::SEAL_BROKEN,
                format!("token {}: {why}; import its file anew", token.serial),
            )
        }));
        tokio::task::yield_now().await;
    }
    Ok(found)
}

fn check_token(token: &SealedToken) -> Answer<()> {
    let malformed = |what: String| Refusal::new(problem_code::MALFORMED, what);
    let serial = &token.serial;
    if !(1..=MAX_SERIAL).contains(&serial.len()) || !serial.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(malformed(
            "serial must be 1 to 64 visible ASCII characters".to_owned(),
        ));
    }
    let maker = token.manufacturer.as_deref().unwrap_or_default();
    if let Err(why) = OneLine::<NAME_CHARS_MAX>::check_if_any(maker) {
        return Err(malformed(format!(
            "token {serial}: manufacturer may have 100 characters: {why}"
        )));
    }
    let checked = token.settings.checked();
    checked.map_err(|fault| malformed(format!("token {serial}: {fault}")))?;
    Ok(())
}

/// Puts one token into stock, whose seed opens.
async fn stock(
    registry: &Registry,
    tx: &mut Write,
    station: &StationId,
    push: &TokenImport,
    token: &SealedToken,
    now: Timestamp,
) -> Answer<()> {
    let stored = StoredSecret {
        id: token.factor,
        owner: token.serial.clone(),
        settings: token.settings,
        sealed: token.sealed.clone(),
        drift_steps: 0,
        last_step: None,
    };
    if secret::is_known(tx, stored.id).await? {
        return Err(Refusal::new(
            problem_code::FACTOR_EXISTS,
            format!(
                "token {}: {} is another one's already",
                token.serial, stored.id
            ),
        ));
    }
    // It opened just now; no key is dropped from here on.
    if !registry.keyring.ring().holds(&stored.sealed.key) {
        return Err(Refusal::new(
            problem_code::BUSY,
            "the key ring has just changed; try again",
        )
        .retry_after(1));
    }
    secret::insert(tx, &stored).await?;
    let new = NewToken {
        serial: &token.serial,
        secret: stored.id,
        manufacturer: token.manufacturer.as_deref(),
        station,
        operator: &push.operator,
        imported_at: push.imported_at,
    };
    Ok(secret::insert_token(tx, &new, now).await?)
}

/// Makes a token of the stock a factor of this person. Its code must be right; two that follow each other set its clock.
#[utoipa::path(
    post, path = "/v1/people/{id}/tokens", tag = "factors", request_body = TokenAssignment,
    params(
        ("id" = String, Path, description = "The person's identifier"),
        ("Idempotency-Key" = String, Header, description = "One value an assignment"),
    ),
    security(("station" = [], "session" = [])),
    responses((status = CREATED, body = FactorReceipt))
)]
pub async fn assign(
    State(registry): Shared,
    desk: AtDesk,
    key: IdempotencyKey,
    Named(id): Named<PersonId>,
    Body(request): Body<TokenAssignment>,
) -> Answer<Response> {
    check_version(request.version)?;
    check_identification(&request.identification)?;
    may(&desk, request.identification.action())?;
    let codes = examination::in_a_row(&request.codes)?;
    let body = (&id, &request);
    let scope = desk.scope();
    let mut entry = match ledger::open(&registry, &scope, Some(key), "assign-token", &body).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let person = known(&mut entry.tx, &id).await?;
    may_for(&desk, Action::EnrolApp, &person)?;
    let now = registry.now();
    let claim = Claim {
        station: &desk.station,
        offer: request.offer,
        person: &id,
        operator: &desk.operator.id,
        finished_by: None,
        at: now,
    };
    let visit = claimed_app_offer(&registry, &mut entry.tx, &claim)
        .await?
        .visit;
    let arrival = claim.arrival(&request.identification, visit);
    let methods = &registry.config.identification.methods;
    let arrived = arrival.arrived(&mut entry.tx, (methods, now)).await?;
    let waiting = arrived == Arrived::Waiting;
    let secret = in_stock(&mut entry.tx, &request.serial).await?;
    let limited = secret.id.to_string();
    let about = Examination {
        station: &desk.station,
        operator: &desk.operator.id,
        offer: request.offer,
        person: &id,
        factor: None,
        subject: &limited,
        is_new: false,
        secret: &secret,
        is_token: true,
        codes,
        now,
    };
    let examined = match examination::examine(&registry, &mut entry.tx, &about).await {
        Ok(examined) => examined,
        Err(refusal) => {
            let told = format!("token {}: not examined", request.serial);
            on_record(entry, &desk, &id, &told, now).await?;
            return Err(refusal);
        }
    };
    let told = examination::told(secret.id, request.offer, &examined.verdict);
    let Some(taken) = examined.taken else {
        on_record(entry, &desk, &id, &told, now).await?;
        return Err(not_right(&examined.verdict));
    };
    factors::note_taken(&mut entry.tx, secret.id, taken, now).await?;
    let given = (secret.id, visit, waiting);
    let factor = give(&mut entry.tx, &desk, (&id, &request), given, now).await?;
    let given = FactorRef::App { factor };
    arrival.done(&mut entry.tx, &given, arrived, now).await?;
    let reply = receipt(&mut entry.tx, (factor, &id), (now, waiting)).await?;
    let detail = assigned(&request, factor, &told);
    let line = line(&desk, "assign-token", id.as_str(), &detail);
    entry.finish(StatusCode::CREATED, &reply, line).await
}

/// The audit's words for it.
fn assigned(request: &TokenAssignment, factor: FactorId, examined: &str) -> String {
    let (serial, how) = (&request.serial, &request.identification);
    format!("token {serial} as {factor}; identified by {how}; {examined}")
}

/// Makes the token a factor of this person, and uses the offer up.
async fn give(
    tx: &mut Write,
    desk: &AtDesk,
    (person, request): (&PersonId, &TokenAssignment),
    (secret, visit, waiting): (FactorId, Option<VisitId>, bool),
    now: Timestamp,
) -> Answer<FactorId> {
    let name = factors::free_name(tx, person, true).await?;
    let new = NewFactor {
        id: FactorId(uuid::Uuid::now_v7()),
        person,
        secret,
        serial: Some(&request.serial),
        name: &name,
        offer: request.offer,
        station: &desk.station,
        operator: &desk.operator.id,
        begun_by: None,
        identification: &request.identification,
        enrolled_at: now,
        visit,
        waiting,
    };
    factor::insert(tx, &new, now).await?;
    offer::use_of_app(tx, request.offer, now).await?;
    Ok(new.id)
}

async fn in_stock(tx: &mut Write, serial: &str) -> Answer<StoredSecret> {
    match secret::token(tx, serial).await? {
        Some((secret, Stock::Here)) => Ok(secret),
        found => {
            let serial = serial.to_owned();
            let why = match found {
                None => Because::TokenNotInStock { serial },
                Some((_, Stock::Lost)) => Because::TokenLost { serial },
                Some(_) => Because::TokenOfSomebody { serial },
            };
            Err(Refusal::because(problem_code::TOKEN_UNAVAILABLE, why))
        }
    }
}

/// What to do about a code by which nothing was assigned.
fn not_right(verdict: &CodeVerdict) -> Refusal {
    let why = match verdict {
        CodeVerdict::NextNeeded => Because::TokenNextCode {},
        CodeVerdict::Used => Because::TokenCodeUsed {},
        CodeVerdict::Misread => Because::TokenCodeMisread {},
        CodeVerdict::Clock { .. } => Because::TokenClock {},
        CodeVerdict::OtherFactor { .. } => Because::TokenOtherFactor {},
        CodeVerdict::Right { .. } | CodeVerdict::NoMatch => Because::TokenOtherSerial {},
    };
    Refusal::because(problem_code::CODE_WRONG, why)
}
