//! Resets of accounts: an agent asks, a second one releases, each by an act that they sign with their own key; then it is carried out.
//!
//! Invariant: an act is made here from what the registry holds when it is asked for, and made once more when it is signed; only what
//! is the same is taken.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};

use super::desk::line;
use super::report::check_version;
use super::{Body, Named, Shared};
use crate::domain::act::{Act, Deed, challenge};
use crate::domain::authority::{Action, carries_out_for_administrators, may_ask};
use crate::domain::{AccountResetId, OfferId, PersonId, PersonKind};
use crate::server::Registry;
use crate::server::account_resets::{
    self as resets, Asked as Asker, Wish, act_of, by_administrator, party,
};
use crate::server::acts;
use crate::server::auth::{AtDesk, IdempotencyKey};
use crate::server::database::{Connection, Write};
use crate::server::ledger::{self, Looked, Opened};
use crate::server::problem::{Answer, Refusal, operator_revoked};
use crate::server::tables::account_reset as table;
use crate::server::tables::act_asked::{self, Asked, AskedWhere, Signer};
use crate::server::tables::audit;
use crate::server::tables::operator::{self, OwnKey};
use crate::wire::webauthn::Descriptor;
use crate::wire::{
    AccountReset, AccountResetDetail, AccountResetDone, AccountResets, ActSigned, ActToSign,
    Operator, ReleaseAsk, Releasers, ResetAsk, ResetCarryOut, ResetEnd, ResetEnding, problem_code,
};

/// Whoever signs stands there with their key in hand.
const SIGNED_WITHIN: SignedDuration = SignedDuration::from_mins(5);

/// So many acts somebody may be asked to sign at a time.
const ASKED_AT_MOST: u32 = 10;

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
    refuse_others(&mut entry.tx, &desk, now).await?;
    let releaser = request.by.as_ref().unwrap_or(&desk.operator.id);
    let tx = &mut entry.tx;
    let (deed, person) = resets::release(tx, id, releaser, now).await?;
    let signer = operator::account(tx, releaser).await?;
    let signer = signer.ok_or_else(|| Refusal::internal("a releaser who is nobody"))?;
    let reset = resets::shown_by_id(tx, id, now).await?;
    let whom = (&signer.operator, &person.id);
    let by = (asker(&reset)?, reset.ticket.as_deref());
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
    refuse_others(&mut tx, &desk, now).await?;
    let agents = resets::releasers(&mut tx, id, now).await?;
    Ok(Json(Releasers { agents }))
}

/// What somebody is asked to sign, with what bears on it.
async fn to_sign(
    registry: &Registry,
    tx: &mut Write,
    (desk, (signer, person)): (&AtDesk, (&Operator, &PersonId)),
    (deed, reset): (Deed, AccountResetId),
    by: (Asker<'_>, Option<&str>),
) -> Answer<ActToSign> {
    let now = registry.now();
    let id = OfferId(uuid::Uuid::now_v7());
    let expires_at = now + SIGNED_WITHIN;
    let party = party(signer.id.as_str(), &signer.name);
    let act = act_of(id, party, deed, (now, expires_at)).bytes();
    Act::read(&act.0).map_err(|why| {
        Refusal::new(
            problem_code::MALFORMED,
            format!("what would be signed cannot be written down: {why}"),
        )
    })?;
    let keys = operator::keys(tx, &signer.id).await?;
    let allow = keys.into_iter().map(Descriptor::new).collect();
    let life = u64::try_from(SIGNED_WITHIN.as_millis()).unwrap_or_default();
    let issued = registry
        .operators
        .request_of(Some(challenge(&act.0)), allow, life)?;
    let asked = Asked {
        signer: Signer::Operator(signer.id.clone()),
        place: AskedWhere::Station(desk.station.clone(), desk.operator.id.clone()),
        act: act.clone(),
        state: issued.state,
        expires_at,
    };
    if act_asked::count(tx, &asked, now).await? >= ASKED_AT_MOST {
        return Err(Refusal::new(
            problem_code::OFFERS_OPEN,
            format!("{ASKED_AT_MOST} acts wait to be signed: sign one, or wait five minutes"),
        ));
    }
    act_asked::insert(tx, id, &asked).await?;
    Ok(ActToSign {
        id,
        act,
        request: issued.options,
        origin: registry.operators.origin().to_owned(),
        expires_at,
        facts: resets::facts(tx, (person, reset), by, now).await?,
    })
}

/// Who asked for it.
fn asker(reset: &AccountReset) -> Answer<Asker<'_>> {
    match (&reset.administrator, &reset.asked_by) {
        (Some(person), _) => Ok(Asker::Administrator(&person.id)),
        (None, Some(operator)) => Ok(Asker::Agent(&operator.id)),
        (None, None) => Err(Refusal::internal("a reset that nobody asked for")),
    }
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
    let scope = desk.scope();
    let mut look = match ledger::look(&registry, &scope, key, "act-signed", &push).await? {
        Looked::Fresh(look) => look,
        Looked::Repeated(response) => return Ok(response),
    };
    let now = registry.now();
    let ground = ground(&mut look.db, &desk, &push, now).await?;
    let (asked, own) = &ground;
    let verified = registry.operators.assertion(
        &asked.state,
        &own.verifier,
        &push.assertion,
        &own.user_handle.0,
        false,
    );
    let verifier = match verified {
        Ok(verifier) => verifier,
        Err(refusal) => {
            drop(look);
            return Err(on_record(&registry, &desk, asked, refusal).await?);
        }
    };
    let act = Act::read(&asked.act.0).map_err(Refusal::internal)?;
    acts::check_signed(Some(&act), &push.assertion)?;
    let mut entry = match look.lock(&registry).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let tx = &mut entry.tx;
    let ground_now = self::ground(tx, &desk, &push, now).await?;
    ledger::refuse_changed(&ground, &ground_now)?;
    act_asked::take(tx, push.id).await?;
    operator::set_verifier(tx, &push.assertion.raw_id, &verifier).await?;
    let signed = (&push.assertion, verifier.as_str());
    let by = &registry.operators;
    let id = match &act.deed {
        Deed::AskReset { terms } => {
            let wish = Wish {
                reason: terms.reason,
                remark: &terms.remark,
                ticket: terms.ticket.as_deref(),
            };
            let visit = terms.identified.as_ref().map(|looked| looked.visit);
            let visit = visit.ok_or_else(|| Refusal::internal("an agent who saw nobody"))?;
            let about = (terms.reset, visit);
            let (found, person) = resets::ask(tx, &desk, about, wish, (now, act.asked_at)).await?;
            refuse_changed(found == *terms)?;
            acts::keep(by, tx, &act, signed, now).await?;
            let signature = &push.assertion.response.signature;
            resets::asked(tx, &desk, (&act, terms), (&person, signature), now).await?;
            terms.reset
        }
        Deed::ReleaseReset {
            terms, asked_by, ..
        } => {
            let signer = &own.account.operator;
            let (found, person) = resets::release(tx, terms.reset, &signer.id, now).await?;
            refuse_changed(found == act.deed)?;
            acts::keep(by, tx, &act, signed, now).await?;
            let typed = (&person, push.last_name.as_deref());
            let whom = (signer, asked_by.name.as_str(), Some(&desk.station));
            resets::released(tx, (&act, terms), whom, typed, now).await?;
            terms.reset
        }
        Deed::Vouch { .. } | Deed::ChangeOwn { .. } => {
            return Err(Refusal::internal("an act that no operator is asked for"));
        }
    };
    let reply = resets::shown_by_id(tx, id, now).await?;
    let hash = challenge(&asked.act.0);
    let detail = format!(
        "reset {id} is {}; signed act {} ({hash}) by {}",
        reply.state.as_str(),
        act.id,
        asked.signer.as_str()
    );
    let subject = reply.person.id.to_string();
    let line = line(&desk, "reset-signed", &subject, &detail);
    entry.finish(StatusCode::CREATED, &reply, line).await
}

/// What a signature is judged by: what its signer was asked for here, and their key.
async fn ground(
    db: &mut Connection,
    desk: &AtDesk,
    push: &ActSigned,
    now: Timestamp,
) -> Answer<(Asked, OwnKey)> {
    let asked = act_asked::find(db, push.id).await?;
    let here = AskedWhere::Station(desk.station.clone(), desk.operator.id.clone());
    let asked = asked.filter(|asked| asked.place == here).ok_or_else(|| {
        Refusal::new(
            problem_code::OFFER_UNKNOWN,
            "nobody was asked here to sign that, or it was signed already: begin anew",
        )
    })?;
    if asked.expires_at <= now {
        return Err(Refusal::new(
            problem_code::CHALLENGE_EXPIRED,
            "it was to be signed within five minutes: begin anew",
        ));
    }
    let own = operator::own_key(db, &push.assertion.raw_id).await?;
    let own = own
        .filter(|own| Signer::Operator(own.account.operator.id.clone()) == asked.signer)
        .ok_or_else(|| {
            Refusal::new(
                problem_code::CREDENTIAL_UNKNOWN,
                "this is not a key of whoever was asked to sign: take theirs",
            )
        })?;
    if let Some(at) = own.account.revoked_at {
        return Err(operator_revoked(&own.account.operator.id, at));
    }
    match own.key_revoked_at {
        None => Ok((asked, own)),
        Some(at) => Err(Refusal::new(
            problem_code::CREDENTIAL_REVOKED,
            format!("this key was revoked at {at}: sign with the one that took its place"),
        )),
    }
}

/// A counter that went back may mean a copied key: that stays on record although nothing is signed.
async fn on_record(
    registry: &Registry,
    desk: &AtDesk,
    asked: &Asked,
    refusal: Refusal,
) -> Answer<Refusal> {
    if refusal.code() == problem_code::COUNTER_REGRESSED {
        let detail = format!("operator {}'s own credential", asked.signer.as_str());
        let mut tx = registry.db.write().await?;
        let kind = problem_code::COUNTER_REGRESSED;
        audit::alarm(&mut tx, &desk.station, kind, &detail, registry.now()).await?;
        tx.commit().await?;
    }
    Ok(refusal.about(asked.signer.as_str()))
}

fn refuse_changed(is_same: bool) -> Answer<()> {
    match is_same {
        true => Ok(()),
        false => Err(Refusal::new(
            problem_code::ACT_CHANGED,
            "what was signed says something that no longer holds: begin anew",
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
    resets::end(&mut entry.tx, &desk, (id, request.how), now).await?;
    let reply = resets::shown_by_id(&mut entry.tx, id, now).await?;
    let action = match request.how {
        ResetEnding::Withdraw => "reset-withdrawn",
        ResetEnding::Refuse => "reset-refused",
    };
    let detail = format!("reset {id}");
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

/// The newest resets, those that wait first.
#[utoipa::path(
    get, path = "/v1/account-resets", tag = "resets",
    security(("station" = [], "session" = [])),
    responses((status = OK, body = AccountResets))
)]
pub async fn list(State(registry): Shared, desk: AtDesk) -> Answer<Json<AccountResets>> {
    let mut read = registry.db.snapshot().await?;
    let now = registry.now();
    let stored = match seen(&mut read, &desk, now).await? {
        Seen::All => table::newest(&mut read, LISTED_MAX).await?,
        Seen::OfStation => table::of_station(&mut read, &desk.station, LISTED_MAX).await?,
    };
    let mut found = Vec::new();
    for reset in stored {
        found.push(resets::shown(&mut read, reset, now).await?);
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
    let stored = table::find(&mut read, id).await?;
    let is_here = stored.is_some_and(|reset| reset.station.as_ref() == Some(&desk.station));
    if seen == Seen::OfStation && !is_here {
        return Err(Refusal::new(
            problem_code::NOT_FOUND,
            format!("no reset {id} was prepared at this station"),
        ));
    }
    let reset = resets::shown_by_id(&mut read, id, now).await?;
    super::desk::looked(&registry, &desk, "reset-view", reset.person.id.as_str());
    let by = (asker(&reset)?, reset.ticket.as_deref());
    let facts = resets::facts(&mut read, (&reset.person.id, id), by, now).await?;
    Ok(Json(AccountResetDetail { reset, facts }))
}

/// Which resets an operator sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    All,
    /// What was prepared at the station where they are signed in.
    OfStation,
}

/// Whoever carries out what administrators ask for sees what they prepared; whoever asks, or releases, all.
async fn seen(db: &mut Connection, desk: &AtDesk, now: Timestamp) -> Answer<Seen> {
    let role = desk.operator.role;
    match refuse_others(db, desk, now).await {
        Ok(()) => Ok(Seen::All),
        Err(_) if carries_out_for_administrators(role) => Ok(Seen::OfStation),
        Err(refusal) => Err(refusal),
    }
}

/// Resets are for whoever could ask for one, or release one as a deputy.
async fn refuse_others(db: &mut Connection, desk: &AtDesk, now: Timestamp) -> Answer<()> {
    let role = desk.operator.role;
    let asked = PersonKind::ALL.map(|kind| may_ask(role, Action::ReplaceLost, kind));
    if asked.iter().any(Result::is_ok) || table::is_deputy(db, &desk.operator.id, now).await? {
        return Ok(());
    }
    let of_served = may_ask(role, Action::ReplaceLost, PersonKind::MainAdministrator);
    of_served.map_or_else(|why| Err(resets::not_allowed(why)), |_| Ok(()))
}
