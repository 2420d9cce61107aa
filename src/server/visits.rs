//! Visits as the registry keeps them: who came, what they had when it began, and so what may be added.
//!
//! It hides their table, and is the one place that decides whether a factor becomes valid. Invariants: a visit's authority rests on
//! factors that were there when it began; once something of the person's factors changed outside a visit, nothing comes of it
//! any more but what waits for its owner; nobody who works at a desk serves themself or their own organisation.

use jiff::{SignedDuration, Timestamp};
use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::auth::AtDesk;
use super::database::{Write, from_ms, ms};
use super::people;
use super::problem::{Answer, Refusal};
use crate::domain::authority::Role;
use crate::domain::identification::Document;
use crate::domain::suspension::{FactorRef, FactorSort};
use crate::domain::visit::{Authority, Had, Takes};
use crate::domain::{
    Bytes, FactorId, Identification, OfferId, OperatorId, Person, PersonId, PersonKind, StationId,
    VisitId,
};
use crate::wire::{Visit, code};

/// A visit ends so long after the last act in it.
pub const IDLE: SignedDuration = SignedDuration::from_mins(30);

/// A factor that the operator of a visit enrolled themself vouches for others in it only when it has been there so long.
const OWN_WORK_RESTS: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What was proved with a factor within so long before it was suspended is not on its way any more only if it waits.
const VOIDED: SignedDuration = SignedDuration::from_hours(24);

/// So long after a visit's time what was done in it is taken, because the line may have been down. Later it waits.
const LINE_DOWN: SignedDuration = SignedDuration::from_hours(24);

/// Most administrators that are named.
const MAX_ADMINISTRATORS: i64 = 20;

/// A key, app or token, as the tables' views name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactorName(String);

impl FactorName {
    /// Of that factor.
    pub fn of(factor: &FactorRef) -> Self {
        match factor {
            FactorRef::Key { credential } => Self::of_key(credential),
            FactorRef::App { factor } => Self::of_app(*factor),
        }
    }

    /// Of the credential on a key.
    pub fn of_key(credential: &Bytes) -> Self {
        Self(hex::encode_upper(&credential.0))
    }

    /// Of an app or token.
    pub fn of_app(factor: FactorId) -> Self {
        Self(factor.to_string())
    }

    /// As the views `had_factor` and `valid_factor` have it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// In what a person's factors change.
#[derive(Debug, Clone, Copy)]
pub enum Within<'a> {
    /// A visit; none for what was made ahead.
    Visit(Option<VisitId>),
    /// Whatever visit that operator has open at that station.
    Desk(&'a StationId, &'a OperatorId),
}

/// What becomes of a factor that is added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is valid.
    Valid,
    /// It waits for its owner. Why, where that is for the registry's administrator to look at.
    Waits(Option<&'static str>),
}

/// A visit as it is kept.
struct Kept {
    visit: Visit,
    station: StationId,
    is_ticket: bool,
    ended_at: Option<Timestamp>,
    overtaken: bool,
}

/// Opens a visit, or goes on in the one that this operator has open with them here.
pub async fn open(
    tx: &mut Write,
    desk: &AtDesk,
    person: &Person,
    identification: &Identification,
    now: Timestamp,
) -> Answer<Visit> {
    let Identification::Shown { .. } = identification else {
        return Err(Refusal::new(
            code::NOT_IDENTIFIED,
            "nobody is identified by a statement: a visit takes a document",
        ));
    };
    refuse_own(tx, &desk.operator.id, person).await?;
    if let Some(kept) = at_desk(tx, &desk.station, &desk.operator.id, &person.id, now).await?
        && kept.visit.identification == *identification
    {
        return touched(tx, kept, person, now).await;
    }
    sqlx::query(
        "UPDATE visit SET ended_ms = ? WHERE person = ? AND ended_ms IS NULL AND NOT is_ticket",
    )
    .bind(ms(now))
    .bind(person.id.as_str())
    .execute(&mut **tx)
    .await?;
    let id = VisitId(uuid::Uuid::now_v7());
    let by = (&desk.station, &desk.operator.id);
    insert(tx, id, by, &person.id, Some(identification), now).await?;
    let kept = kept(tx, id).await?.ok_or_else(|| over(id))?;
    touched(tx, kept, person, now).await
}

/// Opens the visit that a ticket carries.
pub async fn open_ahead(
    tx: &mut Write,
    desk: &AtDesk,
    person: &Person,
    now: Timestamp,
) -> Answer<(VisitId, Had, Takes)> {
    let earlier: Option<String> = sqlx::query_scalar(
        "SELECT id FROM visit WHERE person = ? AND station = ? AND is_ticket AND overtaken_ms IS NULL \
         ORDER BY opened_ms DESC LIMIT 1",
    )
    .bind(person.id.as_str())
    .bind(desk.station.as_str())
    .fetch_optional(&mut **tx)
    .await?;
    // A second ticket for the same person carries the same visit, so that what comes of one does not overtake the other.
    if let Some(id) = earlier.and_then(|id| id.parse().ok())
        && let Some(kept) = kept(tx, id).await?
    {
        let had = kept.visit.had;
        return Ok((id, had, had.takes(person.kind)));
    }
    let id = VisitId(uuid::Uuid::now_v7());
    let by = (&desk.station, &desk.operator.id);
    let had = insert(tx, id, by, &person.id, None, now).await?;
    Ok((id, had, had.takes(person.kind)))
}

async fn insert(
    tx: &mut Write,
    id: VisitId,
    (station, operator): (&StationId, &OperatorId),
    person: &PersonId,
    identification: Option<&Identification>,
    now: Timestamp,
) -> Answer<Had> {
    let had = had(tx, person).await?;
    let authority = (had == Had::Never).then_some(Authority::First.as_str());
    sqlx::query(
        "INSERT INTO visit (id, person, station, operator, is_ticket, document, last_four, had, authority, opened_ms, \
         last_act_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(id.to_string())
    .bind(person.as_str())
    .bind(station.as_str())
    .bind(operator.as_str())
    .bind(identification.is_none())
    .bind(identification.map(Identification::kind))
    .bind(identification.map(Identification::detail))
    .bind(had.as_str())
    .bind(authority)
    .bind(ms(now))
    .bind(ms(now))
    .execute(&mut **tx)
    .await?;
    Ok(had)
}

/// What somebody has now.
pub async fn had(tx: &mut SqliteConnection, person: &PersonId) -> Answer<Had> {
    let (ever, valid): (bool, bool) = sqlx::query_as(
        "SELECT EXISTS (SELECT 1 FROM had_factor WHERE person = ?1) \
         OR EXISTS (SELECT 1 FROM person WHERE id = ?1 AND apps > 0), \
         EXISTS (SELECT 1 FROM valid_factor WHERE person = ?1)",
    )
    .bind(person.as_str())
    .fetch_one(tx)
    .await?;
    Ok(match (valid, ever) {
        (true, _) => Had::Valid,
        (false, true) => Had::Lost,
        (false, false) => Had::Never,
    })
}

/// The visit that this operator has open with somebody at this station.
pub async fn of_desk(
    tx: &mut SqliteConnection,
    desk: &AtDesk,
    person: &Person,
    now: Timestamp,
) -> Answer<Option<Visit>> {
    let kept = at_desk(tx, &desk.station, &desk.operator.id, &person.id, now).await?;
    match kept {
        Some(mut kept) => {
            complete(tx, &mut kept.visit, person, now).await?;
            Ok(Some(kept.visit))
        }
        None => Ok(None),
    }
}

async fn at_desk(
    tx: &mut SqliteConnection,
    station: &StationId,
    operator: &OperatorId,
    person: &PersonId,
    now: Timestamp,
) -> Answer<Option<Kept>> {
    let row = sqlx::query(
        "SELECT * FROM visit WHERE person = ? AND station = ? AND operator = ? AND NOT is_ticket AND ended_ms IS NULL \
         AND overtaken_ms IS NULL AND last_act_ms > ? ORDER BY opened_ms DESC LIMIT 1",
    )
    .bind(person.as_str())
    .bind(station.as_str())
    .bind(operator.as_str())
    .bind(ms(now - IDLE))
    .fetch_optional(tx)
    .await?;
    Ok(row.as_ref().map(read).transpose()?)
}

async fn kept(tx: &mut SqliteConnection, id: VisitId) -> Answer<Option<Kept>> {
    let row = sqlx::query("SELECT * FROM visit WHERE id = ?")
        .bind(id.to_string())
        .fetch_optional(tx)
        .await?;
    Ok(row.as_ref().map(read).transpose()?)
}

fn read(row: &SqliteRow) -> Result<Kept, sqlx::Error> {
    let bad = |what: &str| sqlx::Error::Decode(what.into());
    let (document, last_four): (Option<String>, Option<String>) =
        (row.try_get("document")?, row.try_get("last_four")?);
    let identification = match (document, last_four) {
        (Some(document), Some(last_four)) => {
            let mut known = Document::ALL.into_iter();
            Identification::Shown {
                document: known
                    .find(|kind| kind.as_str() == document)
                    .ok_or_else(|| bad("document"))?,
                last_four,
            }
        }
        // A ticket that nobody has come with yet.
        _ => Identification::Stated {
            statement: String::new(),
        },
    };
    let authority: Option<String> = row.try_get("authority")?;
    let had: String = row.try_get("had")?;
    let had = Had::parse(&had).ok_or_else(|| bad("had"))?;
    let last_act = from_ms(row.try_get("last_act_ms")?)?;
    let at = |column: &str| row.try_get::<Option<i64>, _>(column);
    Ok(Kept {
        visit: Visit {
            id: row
                .try_get::<String, _>("id")?
                .parse()
                .map_err(|_| bad("id"))?,
            person: PersonId::new(row.try_get::<String, _>("person")?),
            operator: OperatorId::new(row.try_get::<String, _>("operator")?),
            identification,
            had,
            takes: Takes::Identification,
            authority: authority
                .map(|text| Authority::parse(&text).ok_or_else(|| bad("authority")))
                .transpose()?,
            administrators: Vec::new(),
            opened_at: from_ms(row.try_get("opened_ms")?)?,
            expires_at: last_act + IDLE,
        },
        station: StationId::new(row.try_get::<String, _>("station")?),
        is_ticket: row.try_get("is_ticket")?,
        ended_at: at("ended_ms")?.map(from_ms).transpose()?,
        overtaken: at("overtaken_ms")?.is_some(),
    })
}

/// The visit, after something was done in it.
async fn touched(tx: &mut Write, mut kept: Kept, person: &Person, now: Timestamp) -> Answer<Visit> {
    sqlx::query("UPDATE visit SET last_act_ms = ? WHERE id = ?")
        .bind(ms(now))
        .bind(kept.visit.id.to_string())
        .execute(&mut **tx)
        .await?;
    kept.visit.expires_at = now + IDLE;
    complete(tx, &mut kept.visit, person, now).await?;
    Ok(kept.visit)
}

/// What a visit takes now: a factor of the person's that was there when it began, as long as one of those is valid.
async fn complete(
    tx: &mut SqliteConnection,
    visit: &mut Visit,
    person: &Person,
    now: Timestamp,
) -> Answer<()> {
    visit.takes = takes(tx, visit, person).await?;
    if visit.takes == Takes::Administrator && visit.authority.is_none() {
        visit.administrators = administrators(tx, visit, person, now).await?;
    }
    Ok(())
}

async fn takes(tx: &mut SqliteConnection, visit: &Visit, person: &Person) -> Answer<Takes> {
    let provable: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM valid_factor WHERE person = ? AND accepted_ms <= ? AND visit IS NOT ?)",
    )
    .bind(person.id.as_str())
    .bind(ms(visit.opened_at))
    .bind(visit.id.to_string())
    .fetch_one(tx)
    .await?;
    Ok(match (visit.had, provable) {
        (Had::Never, _) => Had::Never.takes(person.kind),
        (_, true) => Had::Valid.takes(person.kind),
        (_, false) => Had::Lost.takes(person.kind),
    })
}

/// Whether such a person may ask for others of their organisation (DOMAIN: "Who may reset whom").
fn is_administrator(kind: PersonKind) -> bool {
    matches!(
        kind,
        PersonKind::MainAdministrator | PersonKind::UserAdministrator
    )
}

/// Who could prove a factor for this person: administrators of the same organisation, never the person.
async fn administrators(
    tx: &mut SqliteConnection,
    visit: &Visit,
    person: &Person,
    now: Timestamp,
) -> Answer<Vec<Person>> {
    let Some(organisation) = &person.organisation else {
        return Ok(Vec::new());
    };
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT id FROM person WHERE organisation = ? AND id <> ? AND kind IN ('main-administrator', 'user-administrator') \
         ORDER BY name, id",
    )
    .bind(organisation.id.as_str())
    .bind(person.id.as_str())
    .fetch_all(&mut *tx)
    .await?;
    let mut found = Vec::new();
    for id in ids {
        let id = PersonId::new(id);
        let full = i64::try_from(found.len()).unwrap_or(i64::MAX) >= MAX_ADMINISTRATORS;
        if full {
            break;
        }
        if !provers(tx, visit, &id, now).await?.is_empty()
            && let Some(administrator) = people::by_id(&mut *tx, &id).await?
        {
            found.push(administrator);
        }
    }
    Ok(found)
}

/// The factors by which this person may prove that visit: their own for themself; for another the ones that the visit's operator
/// did not make, or made long ago.
async fn provers(
    tx: &mut SqliteConnection,
    visit: &Visit,
    prover: &PersonId,
    now: Timestamp,
) -> Answer<Vec<FactorName>> {
    let rows: Vec<(String, String, String, String, i64)> = sqlx::query_as(
        "SELECT id, sort, made_by, coalesce(asked_by, made_by), accepted_ms FROM valid_factor \
         WHERE person = ? AND accepted_ms <= ? AND visit IS NOT ?",
    )
    .bind(prover.as_str())
    .bind(ms(visit.opened_at))
    .bind(visit.id.to_string())
    .fetch_all(&mut *tx)
    .await?;
    let mut names = Vec::new();
    for (id, sort, made_by, asked_by, accepted_ms) in rows {
        // Whoever showed the secret of an app may have kept it, however long ago.
        let rests = sort == FactorSort::Key.as_str() && accepted_ms <= ms(now - OWN_WORK_RESTS);
        let makers = [OperatorId::new(made_by), OperatorId::new(asked_by)];
        if *prover == visit.person || rests || all_others(tx, &visit.operator, &makers).await? {
            names.push(FactorName(id));
        }
    }
    Ok(names)
}

/// What opens something for a person now.
pub async fn valid(tx: &mut SqliteConnection, person: &PersonId) -> Answer<Vec<FactorName>> {
    let ids: Vec<String> = sqlx::query_scalar("SELECT id FROM valid_factor WHERE person = ?")
        .bind(person.as_str())
        .fetch_all(tx)
        .await?;
    Ok(ids.into_iter().map(FactorName).collect())
}

/// Whether whoever made something is certainly another human: what a station says of that, and what the registry knows.
async fn all_others(
    tx: &mut SqliteConnection,
    operator: &OperatorId,
    makers: &[OperatorId],
) -> Answer<bool> {
    for maker in makers {
        if !other_humans(tx, operator, maker).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether two accounts are certainly of two humans. Accounts that do not say whose they are could be one's.
async fn other_humans(
    tx: &mut SqliteConnection,
    one: &OperatorId,
    other: &OperatorId,
) -> Answer<bool> {
    let humans: Vec<Option<String>> =
        sqlx::query_scalar("SELECT personnel_number FROM operator WHERE id IN (?, ?)")
            .bind(one.as_str())
            .bind(other.as_str())
            .fetch_all(tx)
            .await?;
    Ok(matches!(humans.as_slice(), [Some(a), Some(b)] if a != b))
}

/// Nobody serves themself, nor their own organisation.
pub async fn refuse_own(
    tx: &mut SqliteConnection,
    operator: &OperatorId,
    person: &Person,
) -> Answer<()> {
    let own: Option<(String, Option<String>)> = sqlx::query_as(
        "SELECT p.id, p.organisation FROM operator o JOIN person p ON p.id = o.person WHERE o.id = ?",
    )
    .bind(operator.as_str())
    .fetch_optional(tx)
    .await?;
    let Some((own, employer)) = own else {
        return Ok(());
    };
    let shared = person
        .organisation
        .as_ref()
        .filter(|theirs| Some(theirs.id.as_str()) == employer.as_deref());
    let whom = match shared {
        _ if own == person.id.as_str() => "yourself".to_owned(),
        Some(organisation) => format!("your own organisation, {}", organisation.name),
        None => return Ok(()),
    };
    Err(Refusal::new(
        code::NOT_ALLOWED,
        format!(
            "nobody serves themself or their own organisation: this is {whom}. Another operator may"
        ),
    ))
}

fn over(id: VisitId) -> Refusal {
    Refusal::new(
        code::VISIT_OVER,
        format!("visit {id} is not open here, or has ended: identify the person anew"),
    )
}

/// The open visit of that name, if it is this desk's.
async fn of(
    tx: &mut Write,
    (station, operator): (&StationId, &OperatorId),
    id: VisitId,
    now: Timestamp,
) -> Answer<Kept> {
    kept(tx, id)
        .await?
        .filter(|kept| {
            kept.station == *station
                && kept.visit.operator == *operator
                && !kept.is_ticket
                && kept.ended_at.is_none()
                && !kept.overtaken
                && kept.visit.expires_at > now
        })
        .ok_or_else(|| over(id))
}

/// A visit of this desk with this person, in which factors may be added; when it ends.
pub async fn authorised(
    tx: &mut Write,
    desk: &AtDesk,
    (id, person): (VisitId, &Person),
    now: Timestamp,
) -> Answer<Visit> {
    let kept = of(tx, (&desk.station, &desk.operator.id), id, now).await?;
    if kept.visit.person != person.id {
        return Err(over(id));
    }
    let visit = touched(tx, kept, person, now).await?;
    match visit.authority {
        Some(_) => Ok(visit),
        None => Err(Refusal::new(code::AUTHORITY_NEEDED, needed(&visit, person))),
    }
}

/// What is missing, and who may.
fn needed(visit: &Visit, person: &Person) -> String {
    let name = &person.name;
    match visit.takes {
        Takes::Identification => format!("{name} must be identified anew"),
        Takes::OwnFactor => format!(
            "{name} has a factor: they prove it once, by a touch with its PIN or by a code. One that is lost is suspended first"
        ),
        Takes::Administrator => {
            let may: Vec<&str> = visit
                .administrators
                .iter()
                .map(|who| who.name.as_str())
                .collect();
            match may.is_empty() {
                true => format!(
                    "{name} has lost all factors. An administrator of their organisation must prove one of theirs at the desk, and \
                     none of them has one that can: enrol one for an administrator first"
                ),
                false => format!(
                    "{name} has lost all factors: an administrator of their organisation proves one of theirs at the desk ({})",
                    may.join(", ")
                ),
            }
        }
        Takes::Release => format!(
            "{name} has lost all factors: that takes {} and the release of a second agent, which this release cannot do yet",
            Role::CustomerService.as_str()
        ),
    }
}

/// Which credentials may answer a test under that visit: those by which the prover proves it or, where the person never had one,
/// those that wait for them.
pub async fn testable(
    tx: &mut Write,
    desk: &AtDesk,
    (id, prover): (VisitId, &Person),
    now: Timestamp,
) -> Answer<Tested> {
    let kept = of(tx, (&desk.station, &desk.operator.id), id, now).await?;
    let person = people::by_id(&mut **tx, &kept.visit.person)
        .await?
        .ok_or_else(|| over(id))?;
    let visit = touched(tx, kept, &person, now).await?;
    if prover.id == visit.person && visit.had == Had::Never {
        return Ok(Tested::Waiting);
    }
    let vouches = prover.id == visit.person || vouching(&visit, &person, prover)?;
    let names = match vouches {
        true => provers(tx, &visit, &prover.id, now).await?,
        false => Vec::new(),
    };
    Ok(Tested::These(names))
}

/// What a test under a visit may be of.
pub enum Tested {
    /// What waits for its owner.
    Waiting,
    /// These factors.
    These(Vec<FactorName>),
}

fn vouching(visit: &Visit, person: &Person, prover: &Person) -> Answer<bool> {
    let same = |person: &Person| person.organisation.as_ref().map(|o| o.id.clone());
    let may = visit.takes == Takes::Administrator
        && is_administrator(prover.kind)
        && same(person).is_some()
        && same(person) == same(prover);
    match may {
        true => Ok(true),
        false => Err(Refusal::new(
            code::NOT_ALLOWED,
            format!(
                "{} cannot answer for {}: {}",
                prover.name,
                person.name,
                needed(visit, person)
            ),
        )),
    }
}

/// A test was passed under an offer: the visit that it was for is proved by it, if that factor may.
pub async fn passed(
    tx: &mut Write,
    (offer, prover): (OfferId, &PersonId),
    by: &FactorName,
    now: Timestamp,
) -> Answer<()> {
    sqlx::query("UPDATE offer SET passed_by = ? WHERE id = ?")
        .bind(by.as_str())
        .bind(offer.to_string())
        .execute(&mut **tx)
        .await?;
    let (visit, asked_by): (Option<String>, String) =
        sqlx::query_as("SELECT visit, operator FROM offer WHERE id = ?")
            .bind(offer.to_string())
            .fetch_one(&mut **tx)
            .await?;
    let Some(id) = visit.and_then(|id| id.parse().ok()) else {
        return Ok(());
    };
    let Some(kept) = kept(tx, id).await? else {
        return Ok(());
    };
    let visit = &kept.visit;
    // What was asked for before the visit was passed on was asked for by somebody else.
    let proves = visit.authority.is_none()
        && (kept.is_ticket || visit.operator.as_str() == asked_by)
        && !is_late(&kept.ended_at, visit, now)
        && provers(tx, visit, prover, now).await?.contains(by);
    let authority = match *prover == visit.person {
        true => Authority::Factor,
        false => Authority::Administrator,
    };
    sqlx::query(
        "UPDATE visit SET last_act_ms = max(last_act_ms, ?1), authority = iif(?2, ?3, authority), \
         proved_by = iif(?2, ?4, proved_by), prover = iif(?2, ?5, prover), proved_ms = iif(?2, ?1, proved_ms) WHERE id = ?6",
    )
    .bind(ms(now))
    .bind(proves)
    .bind(authority.as_str())
    .bind(by.as_str())
    .bind(prover.as_str())
    .bind(id.to_string())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whether what comes of a visit comes too late: after it was ended, or longer after its time than a line is down. When something
/// was done is only what a station says.
fn is_late(ended_at: &Option<Timestamp>, visit: &Visit, now: Timestamp) -> bool {
    ended_at.is_some() || ms(now) > ms(visit.expires_at + LINE_DOWN)
}

/// Decides once more, when a factor arrives, whether it becomes valid: by the visit of its offer, as it stands now.
pub async fn fate(
    tx: &mut Write,
    visit: Option<VisitId>,
    (operator, person): (&OperatorId, &Person),
    identification: &Identification,
    now: Timestamp,
) -> Answer<Fate> {
    let Identification::Shown { .. } = identification else {
        return Ok(Fate::Waits(None));
    };
    let Some(id) = visit else {
        return Ok(Fate::Waits(Some(code::VISIT_MISSING)));
    };
    let Some(kept) = kept(tx, id).await? else {
        return Ok(Fate::Waits(Some(code::VISIT_MISSING)));
    };
    if kept.is_ticket {
        if refuse_own(tx, operator, person).await.is_err() {
            return Ok(Fate::Waits(Some(code::VISIT_OWN)));
        }
        sqlx::query(
            "UPDATE visit SET document = ?, last_four = ? WHERE id = ? AND document IS NULL",
        )
        .bind(identification.kind())
        .bind(identification.detail())
        .bind(id.to_string())
        .execute(&mut **tx)
        .await?;
    }
    let late = !kept.is_ticket && is_late(&kept.ended_at, &kept.visit, now);
    Ok(match (kept.overtaken, kept.visit.authority) {
        (true, _) => Fate::Waits(Some(code::VISIT_OVERTAKEN)),
        (false, _) if late => Fate::Waits(Some(code::VISIT_OVER)),
        (false, None) => Fate::Waits(Some(code::VISIT_UNPROVED)),
        (false, Some(_)) => Fate::Valid,
    })
}

/// Something of a person's factors changed: whatever other visit they have, or a ticket of theirs carries, is asked anew.
pub async fn changed(
    tx: &mut Write,
    person: &PersonId,
    within: Within<'_>,
    now: Timestamp,
) -> Answer<()> {
    let within = match within {
        Within::Visit(id) => id,
        Within::Desk(station, operator) => at_desk(tx, station, operator, person, now)
            .await?
            .map(|kept| kept.visit.id),
    };
    let within = within.map(|id| id.to_string());
    sqlx::query(
        "UPDATE visit SET overtaken_ms = ?1, ended_ms = coalesce(ended_ms, ?1) \
         WHERE person = ?2 AND id IS NOT ?3 AND overtaken_ms IS NULL",
    )
    .bind(ms(now))
    .bind(person.as_str())
    .bind(&within)
    .execute(&mut **tx)
    .await?;
    sqlx::query("UPDATE visit SET last_act_ms = max(last_act_ms, ?) WHERE id IS ?")
        .bind(ms(now))
        .bind(&within)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// A factor is suspended: what it proved is not proved any more, whoever's visit it is.
pub async fn void(tx: &mut Write, by: &FactorName, now: Timestamp) -> Answer<()> {
    sqlx::query(
        "UPDATE visit SET overtaken_ms = coalesce(overtaken_ms, ?1), ended_ms = coalesce(ended_ms, ?1) \
         WHERE proved_by = ?2 AND last_act_ms > ?3",
    )
    .bind(ms(now))
    .bind(by.as_str())
    .bind(ms(now - VOIDED))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whether the person proved a factor of their own in that visit, which was this desk's at that time.
pub async fn proved_then(
    tx: &mut Write,
    (id, person): (VisitId, &PersonId),
    (station, operator): (&StationId, &OperatorId),
    (at, now): (Timestamp, Timestamp),
) -> Answer<bool> {
    let Some(kept) = kept(tx, id).await? else {
        return Ok(false);
    };
    let visit = &kept.visit;
    Ok(visit.person == *person
        && kept.station == *station
        && visit.operator == *operator
        && visit.authority == Some(Authority::Factor)
        && !kept.overtaken
        && !is_late(&kept.ended_at, visit, now)
        && ms(at) <= ms(visit.expires_at))
}

/// Whether the person proved a factor of their own in that visit.
pub async fn is_proved(tx: &mut Write, id: Option<VisitId>) -> Answer<bool> {
    let Some(id) = id else {
        return Ok(false);
    };
    let kept = kept(tx, id).await?;
    Ok(kept.is_some_and(|kept| kept.visit.authority == Some(Authority::Factor) && !kept.overtaken))
}

/// What lets this visit's person take a factor that waits for them: a factor of theirs that they proved or, where they never had
/// one, that another human made it and it passed a test here.
pub async fn may_take(
    tx: &mut Write,
    desk: &AtDesk,
    id: VisitId,
    (waiting, makers): (&FactorName, &[OperatorId]),
    test: Option<OfferId>,
    now: Timestamp,
) -> Answer<Visit> {
    let kept = of(tx, (&desk.station, &desk.operator.id), id, now).await?;
    let visit = kept.visit;
    let refused = |detail: &str| Refusal::new(code::AUTHORITY_NEEDED, detail);
    match visit.authority {
        Some(Authority::Factor) => return Ok(visit),
        Some(Authority::First) => {}
        Some(Authority::Administrator) | None => {
            return Err(refused(
                "what was made ahead is taken with a factor of one's own: prove one, or enrol anew",
            ));
        }
    }
    if !all_others(tx, &visit.operator, makers).await? {
        return Err(refused(
            "another human than its maker must have identified its owner: another operator may, whose account says whose it is \
             (`keydesk registry operators set`)",
        ));
    }
    let passed: Option<String> = match test {
        Some(test) => sqlx::query_scalar("SELECT passed_by FROM offer WHERE id = ? AND visit = ?")
            .bind(test.to_string())
            .bind(id.to_string())
            .fetch_optional(&mut **tx)
            .await?
            .flatten(),
        None => None,
    };
    match passed.as_deref() == Some(waiting.as_str()) {
        true => Ok(visit),
        false => Err(refused(
            "its owner never had another factor: they touch this one, with its PIN, or give its code first",
        )),
    }
}

/// Ends a visit of this desk.
pub async fn close(tx: &mut Write, desk: &AtDesk, id: VisitId, now: Timestamp) -> Answer<Visit> {
    let kept = of(tx, (&desk.station, &desk.operator.id), id, now).await?;
    sqlx::query("UPDATE visit SET ended_ms = ? WHERE id = ?")
        .bind(ms(now))
        .bind(id.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(kept.visit)
}

/// Another operator goes on with a visit of this desk, at the station where they are signed in.
pub async fn pass(
    tx: &mut Write,
    desk: &AtDesk,
    id: VisitId,
    to: (&OperatorId, &StationId),
    person: &Person,
    now: Timestamp,
) -> Answer<Visit> {
    of(tx, (&desk.station, &desk.operator.id), id, now).await?;
    refuse_own(tx, to.0, person).await?;
    sqlx::query("UPDATE visit SET operator = ?, station = ? WHERE id = ?")
        .bind(to.0.as_str())
        .bind(to.1.as_str())
        .bind(id.to_string())
        .execute(&mut **tx)
        .await?;
    let kept = kept(tx, id).await?.ok_or_else(|| over(id))?;
    touched(tx, kept, person, now).await
}

/// With the operator's session their visits end.
pub async fn end_all(
    tx: &mut Write,
    (station, operator): (&StationId, &OperatorId),
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE visit SET ended_ms = ? WHERE station = ? AND operator = ? AND ended_ms IS NULL AND NOT is_ticket",
    )
    .bind(ms(now))
    .bind(station.as_str())
    .bind(operator.as_str())
    .execute(&mut **tx)
    .await?;
    Ok(())
}
