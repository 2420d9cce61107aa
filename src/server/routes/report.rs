//! What every report of a station goes through, before and while it is believed.
//!
//! Invariant: a factor that arrives waits for its owner unless whoever brought it could vouch for them.

mod bond;
mod claim;
mod ended;

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::{IntoParams, PartialSchema};

pub(super) use claim::{
    CLOCK_SKEW_MS, Claim, Said, claimed_app_offer, claimed_offer, cut_off_there, may_then,
    offer_unknown, role_there, was_absent,
};
pub(super) use ended::{EndedAt, earliest_in_words, ended_at, ended_since};

use super::Body;
use super::desk::no_person;
use crate::domain::identification::Methods;
use crate::domain::line::{NAME_CHARS_MAX, NotOneLine};
use crate::domain::suspension::FactorRef;
use crate::domain::{
    EntryId, Identification, OfferId, OneLine, OperatorId, PersonId, StationId, VisitId,
};
use crate::server::Registry;
use crate::server::auth::IdempotencyKey;
use crate::server::database::{Connection, Write};
use crate::server::heads::{self, Seen};
use crate::server::ledger::{self, Looked, Opened, Remark};
use crate::server::lives::{self, Added, Arrived};
use crate::server::loans;
use crate::server::problem::{Answer, Refusal};
use crate::server::tables::{access, audit, operator, person};
use crate::server::visits::{self, Bringer, Fate};
use crate::wire::{self, Bond, KeyReport, Push, Report, VERSION, problem_code};
use bond::Evidence;

/// A report, with what it came under.
pub(super) struct Sent<T> {
    pub(super) push: Push<T>,
    key: IdempotencyKey,
    bond: Option<Bond>,
    /// The push as it was sent.
    body: Value,
}

/// What a report comes under, for the description.
pub(super) struct Labels;

impl IntoParams for Labels {
    fn into_params(within: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let bond = ParameterBuilder::new()
            .name("Keydesk-Bond")
            .parameter_in(ParameterIn::Header)
            .description(Some(
                "Binds it to the session in which it was recorded: what the registry calls the session, a dot, and a code made with the \
                 session's `report_key`, both in base64url",
            ))
            .schema(Some(String::schema()));
        let mut params = IdempotencyKey::into_params(within);
        params.push(bond.build());
        params
    }
}

impl<T: DeserializeOwned> FromRequest<Arc<Registry>> for Sent<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, registry: &Arc<Registry>) -> Answer<Self> {
        let (mut parts, body) = request.into_parts();
        let key = <IdempotencyKey as FromRequestParts<_>>::from_request_parts(&mut parts, registry);
        let key = key.await?;
        let bond = bond_of(&parts)?;
        let request = Request::from_parts(parts, body);
        let Body(body) = Body::<Value>::from_request(request, registry).await?;
        let push = Push::deserialize(&body).map_err(|why| {
            Refusal::new(
                problem_code::MALFORMED,
                format!("the body is not what the route takes: {why}"),
            )
        })?;
        Ok(Self {
            push,
            key,
            bond,
            body,
        })
    }
}

impl<T: Report> Sent<T> {
    /// The outbox entry that it is.
    pub(super) fn entry(&self) -> Answer<EntryId> {
        let none = |_| {
            let detail = "Idempotency-Key must be the identifier of the outbox entry";
            Refusal::new(problem_code::MALFORMED, detail)
        };
        self.key.0.parse().map_err(none)
    }

    /// Since when whoever did it is signed in, where they stand by it: in a session that was opened after the time that it states. To be
    /// asked after [`begin`], which found that this session binds it.
    pub(super) async fn stood_by(
        &self,
        db: &mut Connection,
        station: &StationId,
    ) -> Answer<Option<Timestamp>> {
        let Some(bond) = &self.bond else {
            return Ok(None);
        };
        let session = access::bonded(db, &bond.session.0, station).await?;
        let opened = session.map(|session| session.opened_at);
        Ok(opened.filter(|opened| *opened > self.push.body.about().at))
    }
}

fn bond_of(parts: &Parts) -> Answer<Option<Bond>> {
    let Some(value) = parts.headers.get(wire::BOND) else {
        return Ok(None);
    };
    let bond = value.to_str().ok().and_then(Bond::from_header);
    let bond = bond.ok_or_else(|| {
        Refusal::new(
            problem_code::MALFORMED,
            "Keydesk-Bond must be two texts in base64url with a dot between them",
        )
    })?;
    Ok(Some(bond))
}

/// What every push begins with, before anything of it is believed: its version, in which session it was recorded, how far the
/// station's journal has come, and whether it was answered before.
pub(super) async fn begin<T: Report>(
    registry: &Registry,
    station: &StationId,
    route: (&str, u16),
    sent: &Sent<T>,
) -> Answer<Opened> {
    match look(registry, station, route, sent).await? {
        Looked::Fresh(look) => look.lock(registry).await,
        Looked::Repeated(response) => Ok(Opened::Repeated(response)),
    }
}

/// The same for one that is signed.
pub(super) async fn look<T: Report>(
    registry: &Registry,
    station: &StationId,
    (route, version): (&str, u16),
    sent: &Sent<T>,
) -> Answer<Looked> {
    let (scope, body) = (station.as_str(), &sent.push.body);
    match admitted(registry, station, version, sent).await? {
        Ok(remark) => {
            let key = Some(sent.key.clone());
            let looked = ledger::look(registry, scope, key, route, body).await?;
            Ok(looked.with(remark))
        }
        Err(refusal) => {
            let before = ledger::answered(registry, scope, Some(&sent.key), route, body).await?;
            before.map(Looked::Repeated).ok_or(refusal)
        }
    }
}

/// Whether a push may be looked at, and what is to be remarked about it; otherwise only an answer that was given already may be
/// given again.
async fn admitted<T: Report>(
    registry: &Registry,
    station: &StationId,
    version: u16,
    sent: &Sent<T>,
) -> Answer<Result<Option<Remark>, Refusal>> {
    check_version(version)?;
    let evidence = Evidence {
        bond: sent.bond.as_ref(),
        entry: &sent.key.0,
        path: T::PATH,
        body: &sent.body,
        about: sent.push.body.about(),
    };
    // First of all: what nobody recorded says nothing of the journal either.
    let judged = bond::judge(registry, station, &evidence).await?;
    if judged.is_err() {
        return Ok(judged);
    }
    match heads::observe(registry, station, &sent.push.head).await? {
        Seen::Continues => Ok(judged),
        Seen::Passed(refusal) => Ok(Err(refusal)),
    }
}

pub(super) fn check_version(version: u16) -> Answer<()> {
    if version <= VERSION {
        return Ok(());
    }
    Err(Refusal::new(
        problem_code::NEWER_VERSION,
        format!(
            "version {version} is newer than {VERSION}, which this registry speaks; update the registry"
        ),
    ))
}

/// What is said of a key is shown to people at other stations.
pub(super) fn check_key(key: &KeyReport) -> Answer<()> {
    // What the device says of itself is what there is, and cleaned where it is shown; the tag was written by somebody.
    type Check = fn(&str) -> Result<(), NotOneLine>;
    let told: Check = OneLine::<NAME_CHARS_MAX>::check_kept_if_any;
    let written: Check = OneLine::<NAME_CHARS_MAX>::check_if_any;
    for (what, text, check) in [
        ("model", Some(&key.model), told),
        ("id.serial", key.id.serial.as_ref(), told),
        ("id.asset_tag", key.id.asset_tag.as_ref(), written),
    ] {
        if let Some(text) = text {
            check(text).map_err(|why| {
                let detail = format!("key.{what} may have 100 characters: {why}");
                Refusal::new(problem_code::MALFORMED, detail)
            })?;
        }
    }
    Ok(())
}

/// A statement in place of a document takes a right of its own. It is asked of whoever began the enrolment or did the test.
pub(super) async fn may_identify(
    db: &mut Connection,
    operator: &OperatorId,
    identification: &Identification,
) -> Answer<()> {
    let account = operator::account(db, operator).await?;
    let account = account.ok_or_else(|| {
        Refusal::new(
            problem_code::OFFER_FOREIGN,
            format!("operator {operator} is not known here"),
        )
    })?;
    Ok(account.operator.role.may(identification.action())?)
}

/// What the wire's types let through and the domain does not: more of a document's number than its last four characters.
pub(super) fn check_identification(found: &Identification) -> Answer<()> {
    if found.is_well_formed() {
        return Ok(());
    }
    Err(Refusal::new(
        problem_code::MALFORMED,
        "identification must be a document with exactly the last four letters or digits of its number, in upper case, or a \
         statement of one short line",
    ))
}

/// A factor that arrives, as far as it decides what becomes of it.
pub(super) struct Arrival<'a> {
    pub(super) station: &'a StationId,
    pub(super) person: &'a PersonId,
    /// Who identified the person.
    pub(super) operator: &'a OperatorId,
    /// Who ended what that one had begun.
    pub(super) finished_by: Option<&'a OperatorId>,
    pub(super) identification: &'a Identification,
    /// By which offer it came.
    pub(super) offer: OfferId,
    /// Under which visit it was offered.
    pub(super) visit: Option<VisitId>,
}

impl<'a> Claim<'a> {
    /// The factor that came of the offer.
    pub(super) fn arrival(
        &self,
        identification: &'a Identification,
        visit: Option<VisitId>,
    ) -> Arrival<'a> {
        Arrival {
            station: self.station,
            person: self.person,
            operator: self.operator,
            finished_by: self.finished_by,
            identification,
            offer: self.offer,
            visit,
        }
    }
}

impl Arrival<'_> {
    /// What becomes of it. What no longer fits is for the registry's administrator to look at, too.
    pub(super) async fn arrived(
        &self,
        tx: &mut Write,
        (methods, now): (&Methods, Timestamp),
    ) -> Answer<Arrived> {
        let person = person::by_id(tx, self.person)
            .await?
            .ok_or_else(|| no_person(self.person))?;
        let by = Bringer {
            operator: self.operator,
            finished_by: self.finished_by,
            offer: self.offer,
            station: self.station,
            identification: self.identification,
        };
        match visits::fate(tx, self.visit, (by, &person), methods, now).await? {
            Fate::Valid => Ok(Arrived::Valid),
            Fate::Lent(until) => Ok(Arrived::Lent(until)),
            Fate::Waits(None) => Ok(Arrived::Waiting),
            Fate::Waits(Some(why)) => {
                let ended = self.finished_by.map(|who| format!(", ended by {who}"));
                let detail = format!(
                    "a factor for {}, by operator {}{}",
                    self.person,
                    self.operator,
                    ended.unwrap_or_default()
                );
                audit::alarm(tx, self.station, why, &detail, now).await?;
                Ok(Arrived::Waiting)
            }
        }
    }

    pub(super) async fn done(
        &self,
        tx: &mut Write,
        factor: &FactorRef,
        arrived: Arrived,
        now: Timestamp,
    ) -> Answer<()> {
        let added = Added {
            station: self.station,
            person: self.person,
            factor,
            visit: self.visit,
            arrived,
        };
        if let (Arrived::Lent(_), FactorRef::Key { credential }) = (arrived, factor) {
            loans::lent(
                tx,
                (self.offer, self.station),
                (self.person, credential),
                now,
            )
            .await?;
        }
        lives::added(tx, &added, now).await
    }
}
