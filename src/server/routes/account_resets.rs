//! Resets of accounts: an agent asks, a second one releases, each by an act that they sign with their own key; then it is carried out.
//!
//! Invariant: an act is made here from what the registry holds when it is asked for, and made once more when it is signed; only what
//! is the same is taken.

/// Its routes.
pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(ask, list))
        .routes(routes!(prepare))
        .routes(routes!(signed))
        .routes(routes!(detail))
        .routes(routes!(release))
        .routes(routes!(releasers))
        .routes(routes!(at_desk::sign))
        .routes(routes!(at_desk::object))
        .routes(routes!(end))
        .routes(routes!(carry_out))
}

pub mod at_desk;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa_axum::routes;

use super::Routes;
use super::desk::line;
use super::report::check_version;
use super::signing::{self, Signed, Taken};
use super::{Body, Named, Params, Shared};
use crate::domain::act::Deed;
use crate::domain::authority::carries_out_for_administrators;
use crate::domain::{AccountResetId, PersonId};
use crate::server::Registry;
use crate::server::account_resets::by_administrator::Proof;
use crate::server::account_resets::{self as resets, Asked as Asker, Wish, by_administrator};
use crate::server::acts;
use crate::server::auth::{AtDesk, IdempotencyKey};
use crate::server::database::{Connection, Write};
use crate::server::ledger::{self, Opened};
use crate::server::problem::{Answer, Refusal};
use crate::server::tables::account_reset as table;
use crate::server::tables::act_asked::Signer;
use crate::server::tables::{FactorName, operator};
use crate::wire::{
    AccountReset, AccountResetDetail, AccountResetDone, AccountResets, ActSigned, ActToSign,
    Because, Operator, ReleaseAsk, Releasers, ResetAsk, ResetCarryOut, ResetEnd, ResetEnding,
    problem_code,
};

/// Most resets that are listed.
const LISTED_MAX: u32 = 100;

/// An agent is about to ask for the reset of somebody's account who is at their desk.
#[utoipa::path(
    post, path = "/v1/account-resets", tag = "resets", request_body = ResetAsk,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to repeat")),
    security(("station" = [], "session" = [])),
    responses((status = CREATED, body = ActToSign))
)]
pub async fn ask(
    State(registry): Shared,
    desk: AtDesk,
    key: Option<IdempotencyKey>,
    Body(request): Body<ResetAsk>,
) -> Answer<Response> {
    check_version(request.version)?;
    let scope = desk.scope();
    let mut entry = match ledger::open(&registry, &scope, key, "account-reset", &request).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let now = registry.now();
    let id = AccountResetId(uuid::Uuid::now_v7());
    let wish = wish(&request);
    let about = (id, request.visit);
    let (terms, person) = resets::ask(&mut entry.tx, &desk, about, wish, (now, now)).await?;
    let deed = Deed::AskReset { terms };
    let whom = (&desk.operator, &person.id);
    let by = (Asker::Agent(&desk.operator.id), wish.ticket);
    let reply = to_sign(&registry, &mut entry.tx, (&desk, whom), (deed, id), by).await?;
    let detail = format!("act {}", reply.id);
    let line = line(&desk, "reset-asking", person.id.as_str(), &detail);
    entry.finish(StatusCode::CREATED, &reply, line).await
}

/// A desk writes down what an administrator of the person's organisation is to ask for, for somebody who is there.
#[utoipa::path(
    post, path = "/v1/account-resets/prepared", tag = "resets", request_body = ResetAsk,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to repeat")),
    security(("station" = [], "session" = [])),
    responses((status = CREATED, body = AccountReset))
)]
pub async fn prepare(
    State(registry): Shared,
    desk: AtDesk,
    key: Option<IdempotencyKey>,
    Body(request): Body<ResetAsk>,
) -> Answer<Response> {
    check_version(request.version)?;
    let scope = desk.scope();
    let mut entry = match ledger::open(&registry, &scope, key, "reset-prepare", &request).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let now = registry.now();
    let id = AccountResetId(uuid::Uuid::now_v7());
    let about = (id, request.visit);
    let tx = &mut entry.tx;
    let person = by_administrator::prepare(tx, &desk, about, wish(&request), now).await?;
    let reply = resets::shown_by_id(tx, id, now).await?;
    let detail = format!("reset {id}");
    let line = line(&desk, "reset-prepared", person.id.as_str(), &detail);
    entry.finish(StatusCode::CREATED, &reply, line).await
}

fn wish(request: &ResetAsk) -> Wish<'_> {
    Wish {
        reason: request.reason,
        remark: &request.remark,
        ticket: request.ticket.as_deref(),
    }
}

/// A second agent is about to release it.
#[utoipa::path(
    post, path = "/v1/account-resets/{id}/release", tag = "resets", request_body = ReleaseAsk,
    params(
        ("id" = String, Path, description = "The reset's identifier"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to repeat"),
    ),
    security(("station" = [], "session" = [])),
    responses((status = CREATED, body = ActToSign))
)]
pub async fn release(
    State(registry): Shared,
    desk: AtDesk,
    key: Option<IdempotencyKey>,
    Named(id): Named<AccountResetId>,
    Body(request): Body<ReleaseAsk>,
) -> Answer<Response> {
    check_version(request.version)?;
    let body = (&id, &request);
    let scope = desk.scope();
    let mut entry = match ledger::open(&registry, &scope, key, "reset-release", &body).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let now = registry.now();
    resets::refuse_others(&mut entry.tx, &desk.operator, now).await?;
    let releaser = request.by.as_ref().unwrap_or(&desk.operator.id);
    let tx = &mut entry.tx;
    let (deed, person) = resets::release(tx, id, releaser, now).await?;
    let signer = operator::account(tx, releaser).await?;
    let signer = signer.ok_or_else(|| Refusal::internal("a releaser who is nobody"))?;
    let reset = resets::shown_by_id(tx, id, now).await?;
    let whom = (&signer.operator, &person.id);
    let by = (resets::asker_of(&reset)?, reset.ticket.as_deref());
    let put = (releaser, &desk.operator.id);
    table::put(tx, id, put, now).await?;
    let reply = to_sign(&registry, tx, (&desk, whom), (deed, id), by).await?;
    let detail = format!("reset {id}, act {}, {releaser}", reply.id);
    let line = line(&desk, "reset-releasing", person.id.as_str(), &detail);
    entry.finish(StatusCode::CREATED, &reply, line).await
}

/// Who may release it: whoever asked has one of them come to their station.
#[utoipa::path(
    get, path = "/v1/account-resets/{id}/releasers", tag = "resets",
    params(("id" = String, Path, description = "The reset's identifier")),
    security(("station" = [], "session" = [])),
    responses((status = OK, body = Releasers))
)]
pub async fn releasers(
    State(registry): Shared,
    desk: AtDesk,
    Named(id): Named<AccountResetId>,
) -> Answer<Json<Releasers>> {
    // Nothing is written: it asks what a release asks.
    let mut tx = registry.db.write().await?;
    let now = registry.now();
    resets::refuse_others(&mut tx, &desk.operator, now).await?;
    let agents = resets::releasers(&mut tx, id, now).await?;
    Ok(Json(Releasers { agents }))
}

/// What an operator is asked to sign, with what bears on it.
pub(super) async fn to_sign(
    registry: &Registry,
    tx: &mut Write,
    (desk, (signer, person)): (&AtDesk, (&Operator, &PersonId)),
    (deed, reset): (Deed, AccountResetId),
    by: (Asker<'_>, Option<&str>),
) -> Answer<ActToSign> {
    let whom = (
        Signer::Operator(signer.id.clone()),
        signer.name.as_str(),
        person,
    );
    asked_to_sign(registry, tx, (desk, whom), (deed, reset), by).await
}

/// The same of whoever signs there.
async fn asked_to_sign(
    registry: &Registry,
    tx: &mut Write,
    (desk, (signer, name, person)): (&AtDesk, (Signer, &str, &PersonId)),
    (deed, reset): (Deed, AccountResetId),
    by: (Asker<'_>, Option<&str>),
) -> Answer<ActToSign> {
    let now = registry.now();
    let reader = match &signer {
        Signer::Operator(id) => Some(id.clone()),
        Signer::Person(_) => None,
    };
    let (to_sign, origin) = signing::to_sign(registry, tx, desk, (signer, name), deed, now).await?;
    Ok(ActToSign {
        id: to_sign.id,
        act: to_sign.act,
        request: to_sign.request,
        origin: origin.to_owned(),
        expires_at: to_sign.expires_at,
        facts: resets::facts(tx, (person, reset), (by, reader.as_ref()), now).await?,
    })
}

/// An act that was asked for is signed.
#[utoipa::path(
    post, path = "/v1/account-resets/signed", tag = "resets", request_body = ActSigned,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to repeat")),
    security(("station" = [], "session" = [])),
    responses((status = CREATED, body = AccountReset))
)]
pub async fn signed(
    State(registry): Shared,
    desk: AtDesk,
    key: Option<IdempotencyKey>,
    Body(push): Body<ActSigned>,
) -> Answer<Response> {
    check_version(push.version)?;
    let now = registry.now();
    let (write, by_key) = ((key, "act-signed", &push), (push.id, &push.assertion));
    let mut signed = match signing::take(&registry, &desk, write, by_key, now).await? {
        Taken::Fresh(signed) => signed,
        Taken::Repeated(response) => return Ok(response),
    };
    let id = done(&registry, &desk, (&push, &mut signed), now).await?;
    let reply = resets::shown_by_id(&mut signed.entry.tx, id, now).await?;
    let told = signed.act.told();
    let detail = format!("reset {id} is {}; {told}", reply.state.as_str());
    let subject = reply.person.id.to_string();
    let line = line(&desk, "reset-signed", &subject, &detail);
    signed.entry.finish(StatusCode::CREATED, &reply, line).await
}

/// What was signed is so from now on; of which reset.
async fn done(
    registry: &Registry,
    desk: &AtDesk,
    (push, signed): (&ActSigned, &mut Signed<'_>),
    now: Timestamp,
) -> Answer<AccountResetId> {
    let Signed {
        entry,
        ground,
        act: signed,
        by,
    } = signed;
    let (tx, signature) = (&mut entry.tx, &push.assertion.response.signature);
    match (&signed.act.deed, ground.signer()) {
        (Deed::AskReset { terms }, Signer::Person(administrator)) => {
            signed.keep(by, tx, now).await?;
            let proof = Proof {
                with: &FactorName::of_key(&push.assertion.raw_id),
                signed: Some((push.id, signature)),
            };
            let what = (terms, administrator);
            resets::at_desk::signed(tx, desk, &registry.days, what, proof, now).await?;
            Ok(terms.reset)
        }
        (Deed::AskReset { terms }, Signer::Operator(_)) => {
            let wish = Wish {
                reason: terms.reason,
                remark: &terms.remark,
                ticket: terms.ticket.as_deref(),
            };
            let times = (now, signed.act.asked_at);
            let methods = &registry.config.identification.methods;
            let (found, person) =
                resets::ask_again(tx, desk, terms, (wish, methods), times).await?;
            acts::refuse_changed(found == *terms)?;
            signed.keep(by, tx, now).await?;
            resets::asked(tx, desk, (&signed.act, terms), (&person, signature), now).await?;
            Ok(terms.reset)
        }
        (Deed::ReleaseReset { .. }, _) => {
            let signer = ground.operator();
            let signer = signer.ok_or_else(|| Refusal::internal("a release by no operator"))?;
            let whom = (signer, Some(desk), push.last_name.as_deref());
            let when = (registry.pace(), now);
            signed.release(by, tx, whom, when).await
        }
        (
            Deed::Vouch { .. }
            | Deed::VouchReset { .. }
            | Deed::Lend { .. }
            | Deed::ChangeOwn { .. },
            _,
        ) => Err(Refusal::new(
            problem_code::MALFORMED,
            "that act is no reset's: it is handed in where it was asked for",
        )),
    }
}

/// Withdraws or refuses one of which nothing has come.
#[utoipa::path(
    post, path = "/v1/account-resets/{id}/end", tag = "resets", request_body = ResetEnd,
    params(
        ("id" = String, Path, description = "The reset's identifier"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to repeat"),
    ),
    security(("station" = [], "session" = [])),
    responses((status = OK, body = AccountReset))
)]
pub async fn end(
    State(registry): Shared,
    desk: AtDesk,
    key: Option<IdempotencyKey>,
    Named(id): Named<AccountResetId>,
    Body(request): Body<ResetEnd>,
) -> Answer<Response> {
    check_version(request.version)?;
    let body = (&id, &request);
    let scope = desk.scope();
    let mut entry = match ledger::open(&registry, &scope, key, "reset-end", &body).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let now = registry.now();
    let by = (&desk.operator, Some(&desk));
    resets::end(&mut entry.tx, by, (id, &request), now).await?;
    let reply = resets::shown_by_id(&mut entry.tx, id, now).await?;
    let action = match request.how {
        ResetEnding::Withdraw => "reset-withdrawn",
        ResetEnding::Refuse => "reset-refused",
    };
    let detail = match &reply.refused_by {
        Some(by) => format!("reset {id}, by operator {} beside them, unsigned", by.id),
        None => format!("reset {id}"),
    };
    let subject = reply.person.id.to_string();
    let line = line(&desk, action, &subject, &detail);
    entry.finish(StatusCode::OK, &reply, line).await
}

/// Deletes all that opens the account, in a visit in which factors may be added from then on.
#[utoipa::path(
    post, path = "/v1/account-resets/{id}/carry-out", tag = "resets", request_body = ResetCarryOut,
    params(
        ("id" = String, Path, description = "The reset's identifier"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to repeat"),
    ),
    security(("station" = [], "session" = [])),
    responses((status = CREATED, body = AccountResetDone))
)]
pub async fn carry_out(
    State(registry): Shared,
    desk: AtDesk,
    key: Option<IdempotencyKey>,
    Named(id): Named<AccountResetId>,
    Body(request): Body<ResetCarryOut>,
) -> Answer<Response> {
    check_version(request.version)?;
    let body = (&id, &request);
    let scope = desk.scope();
    let mut entry = match ledger::open(&registry, &scope, key, "reset-carry-out", &body).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let now = registry.now();
    let done = resets::carry_out(&mut entry.tx, &desk, (id, request.visit), now).await?;
    let reply = AccountResetDone {
        reset: resets::shown_by_id(&mut entry.tx, id, now).await?,
        deleted: done.deleted,
        visit: done.visit,
    };
    let detail = format!(
        "reset {id} in visit {}; {} factors deleted",
        request.visit,
        reply.deleted.len()
    );
    let line = line(&desk, "account-reset", done.person.id.as_str(), &detail);
    entry.finish(StatusCode::CREATED, &reply, line).await
}

/// Which resets are listed.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Listing {
    /// For a desk: those too that administrators asked for elsewhere and that whoever is signed in can carry out now, without what was
    /// remarked of them. What was asked for on a page is among them where its person is in a visit there.
    #[serde(default)]
    everywhere: bool,
}

/// The newest resets, those that wait first.
#[utoipa::path(
    get, path = "/v1/account-resets", tag = "resets",
    params(Listing),
    security(("station" = [], "session" = [])),
    responses((status = OK, body = AccountResets))
)]
pub async fn list(
    State(registry): Shared,
    desk: AtDesk,
    Params(listing): Params<Listing>,
) -> Answer<Json<AccountResets>> {
    let mut read = registry.db.snapshot().await?;
    let now = registry.now();
    let seen = seen(&mut read, &desk, now).await?;
    let stored = match seen {
        Seen::All => table::newest(&mut read, LISTED_MAX).await?,
        Seen::OfStation => table::of_station(&mut read, &desk.station, LISTED_MAX).await?,
    };
    let mut found = Vec::new();
    for reset in stored {
        found.push(resets::shown(&mut read, reset, now).await?);
    }
    if seen == Seen::OfStation && listing.everywhere {
        for reset in table::released(&mut read, LISTED_MAX).await? {
            let is_listed = found.iter().any(|known| known.id == reset.id);
            if !is_listed
                && let Some(theirs) =
                    resets::at_desk::to_carry_out(&mut read, &desk, reset, now).await?
            {
                let whom = theirs.person.id.as_str();
                super::desk::looked(&registry, &desk, "reset-list", whom);
                found.push(theirs);
            }
        }
    }
    // What has just expired waits no more.
    found.sort_by_key(|reset| !reset.state.is_open());
    Ok(Json(AccountResets { resets: found }))
}

/// One of them, with what bears on it.
#[utoipa::path(
    get, path = "/v1/account-resets/{id}", tag = "resets",
    params(("id" = String, Path, description = "The reset's identifier")),
    security(("station" = [], "session" = [])),
    responses((status = OK, body = AccountResetDetail))
)]
pub async fn detail(
    State(registry): Shared,
    desk: AtDesk,
    Named(id): Named<AccountResetId>,
) -> Answer<Json<AccountResetDetail>> {
    let mut read = registry.db.snapshot().await?;
    let now = registry.now();
    let seen = seen(&mut read, &desk, now).await?;
    if seen == Seen::OfStation {
        refuse_hidden(&mut read, &desk, id, now).await?;
    }
    let reset = resets::shown_by_id(&mut read, id, now).await?;
    super::desk::looked(&registry, &desk, "reset-view", reset.person.id.as_str());
    let by = (resets::asker_of(&reset)?, reset.ticket.as_deref());
    let reader = Some(&desk.operator.id);
    let facts = resets::facts(&mut read, (&reset.person.id, id), (by, reader), now).await?;
    Ok(Json(AccountResetDetail { reset, facts }))
}

/// Unless it was prepared or carried out at that desk, or can be carried out there now.
async fn refuse_hidden(
    db: &mut Connection,
    desk: &AtDesk,
    id: AccountResetId,
    now: Timestamp,
) -> Answer<()> {
    let stored = resets::stored(db, id).await?;
    let is_prepared = stored.station.as_ref() == Some(&desk.station);
    let by = (&desk.station, &desk.operator.id);
    if is_prepared || table::is_visited(db, id, by).await? {
        return Ok(());
    }
    let is_open = stored.state.at(stored.until, now).is_open();
    match resets::at_desk::to_carry_out(db, desk, stored, now).await? {
        Some(_) => Ok(()),
        None if is_open => Err(Refusal::because(
            problem_code::NOT_ALLOWED,
            Because::ResetPreparedElsewhere {
                reset: id.to_string(),
            },
        )),
        None => Err(Refusal::because(
            problem_code::NOT_FOUND,
            Because::NoResetHere {
                reset: id.to_string(),
            },
        )),
    }
}

/// Which resets an operator sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    All,
    /// What was prepared, or carried out, at the station where they are signed in.
    OfStation,
}

/// Whoever carries out what administrators ask for sees what they prepared; whoever asks, or releases, all.
async fn seen(db: &mut Connection, desk: &AtDesk, now: Timestamp) -> Answer<Seen> {
    match resets::refuse_others(db, &desk.operator, now).await {
        Ok(()) => Ok(Seen::All),
        Err(_) if carries_out_for_administrators(desk.operator.role) => Ok(Seen::OfStation),
        Err(refusal) => Err(refusal),
    }
}
