//! People as the registry holds them: finding one, and telling several apart.
//!
//! Search is by full text (FTS5) over a folded form, so that case and diacritics do not matter. Invariant: what
//! somebody types is data to the search, never a query of its language.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteExecutor, SqlitePool, SqliteRow};

use super::database::from_ms;
use crate::domain::search::{fold, sought, words};
use crate::domain::visit::{Held, Suspended, SuspendedWhy};
use crate::domain::{
    Bytes, KeyId, Lost, OperatorId, Organisation, OrganisationId, Person, PersonId, PersonKind,
    StationId,
};
use crate::wire::{Credential, Expected, KeyReport, KnownCredential, People};

macro_rules! select_person {
    ($tail:literal) => {
        concat!(
            "SELECT p.id, p.name, p.email, p.employee_number, p.kind, o.id AS organisation_id, \
             o.name AS organisation_name, o.coc_number, \
             (SELECT count(*) FROM valid_factor f WHERE f.person = p.id AND f.sort = 'key') AS keys, \
             (SELECT count(*) FROM valid_factor f WHERE f.person = p.id AND f.sort = 'app') AS apps, \
             (SELECT count(*) FROM had_factor f WHERE f.person = p.id AND f.sort = 'key' AND f.suspended_ms IS NOT NULL \
             AND f.gone_ms IS NULL) AS lost_keys, \
             (SELECT count(*) FROM had_factor f WHERE f.person = p.id AND f.sort = 'app' AND f.suspended_ms IS NOT NULL \
             AND f.gone_ms IS NULL) AS lost_apps, \
             p.earlier_factors > 0 OR EXISTS (SELECT 1 FROM had_factor f WHERE f.person = p.id) AS had_any ",
            $tail
        )
    };
}

macro_rules! select_credential {
    ($tail:literal) => {
        concat!(
            "SELECT c.id, c.person, k.aaguid, k.serial, k.asset_tag, k.model, k.firmware, c.enrolled_ms, c.station, \
             c.operator, c.last_tested_ms, c.gone_ms, c.waiting_ms, c.taken_ms, c.suspended_ms, c.suspended_why FROM credential c JOIN security_key k ON k.number = c.security_key ",
            $tail
        )
    };
}

/// People of whom every word of `text` begins a word of their name, e-mail address, employee number, or their
/// organisation's name or Chamber of Commerce number. Best match first.
pub async fn find(pool: &SqlitePool, text: &str, limit: u32) -> Result<People, sqlx::Error> {
    let Some(query) = full_text_query(text) else {
        return Ok(People {
            people: Vec::new(),
            more: false,
        });
    };
    let rows = sqlx::query(select_person!(
        "FROM person_text t JOIN person p ON p.number = t.rowid \
         LEFT JOIN organisation o ON o.id = p.organisation \
         WHERE person_text MATCH ? ORDER BY bm25(person_text, 8.0, 8.0, 1.0), p.name, p.id LIMIT ?"
    ))
    .bind(query)
    .bind(i64::from(limit) + 1)
    .fetch_all(pool)
    .await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let people = rows
        .iter()
        .take(limit)
        .map(person)
        .collect::<Result<_, _>>()?;
    Ok(People {
        people,
        more: rows.len() > limit,
    })
}

/// One person.
pub async fn by_id(
    db: impl SqliteExecutor<'_>,
    id: &PersonId,
) -> Result<Option<Person>, sqlx::Error> {
    sqlx::query(select_person!(
        "FROM person p LEFT JOIN organisation o ON o.id = p.organisation WHERE p.id = ?"
    ))
    .bind(id.as_str())
    .fetch_optional(db)
    .await?
    .as_ref()
    .map(person)
    .transpose()
}

/// The user handle that a person's credentials carry.
pub async fn user_handle(
    db: impl SqliteExecutor<'_>,
    id: &PersonId,
) -> Result<Option<Bytes>, sqlx::Error> {
    let handle: Option<Vec<u8>> = sqlx::query_scalar("SELECT user_handle FROM person WHERE id = ?")
        .bind(id.as_str())
        .fetch_optional(db)
        .await?;
    Ok(handle.map(Bytes))
}

/// Who has an appointment from `start` until before `end`, in order of time.
pub async fn expected(
    db: impl SqliteExecutor<'_>,
    start_ms: i64,
    end_ms: i64,
) -> Result<Vec<Expected>, sqlx::Error> {
    let rows = sqlx::query(select_person!(
        ", a.at_ms, EXISTS (SELECT 1 FROM credential c WHERE c.person = p.id AND c.enrolled_ms >= ?1 AND c.gone_ms IS NULL \
         AND c.suspended_ms IS NULL) OR EXISTS (SELECT 1 FROM factor f WHERE f.person = p.id AND f.enrolled_ms >= ?1 \
         AND f.removed_ms IS NULL AND f.suspended_ms IS NULL) AS done \
         FROM appointment a JOIN person p ON p.id = a.person \
         LEFT JOIN organisation o ON o.id = p.organisation \
         WHERE a.at_ms >= ?1 AND a.at_ms < ?2 ORDER BY a.at_ms, p.name, p.id"
    ))
    .bind(start_ms)
    .bind(end_ms)
    .fetch_all(db)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Expected {
                at: from_ms(row.try_get("at_ms")?)?,
                person: person(row)?,
                done: row.try_get("done")?,
            })
        })
        .collect()
}

/// A person's credentials, oldest first, those that are gone included.
pub async fn credentials(
    db: impl SqliteExecutor<'_>,
    person: &PersonId,
) -> Result<Vec<Credential>, sqlx::Error> {
    let rows = sqlx::query(select_credential!(
        "WHERE c.person = ? ORDER BY c.enrolled_ms, c.id"
    ))
    .bind(person.as_str())
    .fetch_all(db)
    .await?;
    rows.iter().map(credential).collect()
}

/// A credential that is not gone, and whose it is.
pub async fn known_credential(
    db: &mut SqliteConnection,
    id: &Bytes,
) -> Result<Option<KnownCredential>, sqlx::Error> {
    let row = sqlx::query(select_credential!("WHERE c.id = ? AND c.gone_ms IS NULL"))
        .bind(&id.0)
        .fetch_optional(&mut *db)
        .await?;
    match row {
        Some(row) => whose(db, &row).await.map(Some),
        None => Ok(None),
    }
}

/// What is enrolled on this very key and not gone; nothing where neither serial number nor asset tag tells which it is.
pub async fn on_key(
    db: &mut SqliteConnection,
    key: &KeyId,
) -> Result<Vec<KnownCredential>, sqlx::Error> {
    let rows = sqlx::query(select_credential!(
        "WHERE k.aaguid = ? AND (k.serial = ? OR k.asset_tag = ?) AND c.gone_ms IS NULL ORDER BY c.enrolled_ms, c.id"
    ))
    .bind(key.aaguid.to_string())
    .bind(key.telling_serial())
    .bind(&key.asset_tag)
    .fetch_all(&mut *db)
    .await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        found.push(whose(db, row).await?);
    }
    Ok(found)
}

/// The ids of what is enrolled, and not gone, on keys of this model that nothing tells from this one; newest first.
pub async fn on_model(
    db: &mut SqliteConnection,
    key: &KeyId,
    limit: usize,
) -> Result<Vec<Bytes>, sqlx::Error> {
    let ids: Vec<Vec<u8>> = sqlx::query_scalar(
        "SELECT c.id FROM credential c JOIN security_key k ON k.number = c.security_key \
         WHERE k.aaguid = ? AND (k.serial IS NULL OR k.serial = ?) AND k.asset_tag IS NULL AND c.gone_ms IS NULL \
         ORDER BY c.enrolled_ms DESC LIMIT ?",
    )
    .bind(key.aaguid.to_string())
    .bind(&key.serial)
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(db)
    .await?;
    Ok(ids.into_iter().map(Bytes).collect())
}

async fn whose(db: &mut SqliteConnection, row: &SqliteRow) -> Result<KnownCredential, sqlx::Error> {
    let id = PersonId::new(row.try_get::<String, _>("person")?);
    Ok(KnownCredential {
        person: by_id(db, &id).await?.ok_or(sqlx::Error::RowNotFound)?,
        credential: credential(row)?,
    })
}

fn credential(row: &SqliteRow) -> Result<Credential, sqlx::Error> {
    let firmware: Option<i64> = row.try_get("firmware")?;
    Ok(Credential {
        id: Bytes(row.try_get("id")?),
        key: KeyReport {
            id: KeyId {
                aaguid: row
                    .try_get::<String, _>("aaguid")?
                    .parse()
                    .map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
                serial: row.try_get("serial")?,
                asset_tag: row.try_get("asset_tag")?,
            },
            model: row.try_get("model")?,
            firmware: firmware.and_then(|version| u64::try_from(version).ok()),
        },
        enrolled_at: from_ms(row.try_get("enrolled_ms")?)?,
        station: StationId::new(row.try_get::<String, _>("station")?),
        operator: OperatorId::new(row.try_get::<String, _>("operator")?),
        last_tested_at: Some(from_ms(row.try_get("last_tested_ms")?)?),
        gone_at: row
            .try_get::<Option<i64>, _>("gone_ms")?
            .map(from_ms)
            .transpose()?,
        held: held(row)?,
    })
}

/// What keeps a factor from opening anything.
pub fn held(row: &SqliteRow) -> Result<Held, sqlx::Error> {
    let at = |column: &str| -> Result<Option<Timestamp>, sqlx::Error> {
        let at_ms: Option<i64> = row.try_get(column)?;
        at_ms.map(from_ms).transpose()
    };
    let why: Option<String> = row.try_get("suspended_why")?;
    let suspended = match (at("suspended_ms")?, why) {
        (Some(at), Some(why)) => Some(Suspended {
            at,
            why: SuspendedWhy::parse(&why)
                .ok_or_else(|| sqlx::Error::Decode(format!("suspended for {why:?}").into()))?,
        }),
        _ => None,
    };
    Ok(Held {
        waiting_since: at("waiting_ms")?.filter(|_| matches!(at("taken_ms"), Ok(None))),
        suspended,
    })
}

fn person(row: &SqliteRow) -> Result<Person, sqlx::Error> {
    let kind: String = row.try_get("kind")?;
    let organisation: Option<String> = row.try_get("organisation_id")?;
    let (keys, apps): (u32, u32) = (row.try_get("keys")?, row.try_get("apps")?);
    Ok(Person {
        id: PersonId::new(row.try_get::<String, _>("id")?),
        name: row.try_get("name")?,
        email: row.try_get("email")?,
        employee_number: row.try_get("employee_number")?,
        kind: PersonKind::parse(&kind)
            .ok_or_else(|| sqlx::Error::Decode(format!("kind {kind:?}").into()))?,
        organisation: organisation
            .map(|id| -> Result<Organisation, sqlx::Error> {
                Ok(Organisation {
                    id: OrganisationId::new(id),
                    name: row.try_get("organisation_name")?,
                    coc_number: row.try_get("coc_number")?,
                })
            })
            .transpose()?,
        keys,
        apps,
        lost: Lost {
            keys: row.try_get("lost_keys")?,
            apps: row.try_get("lost_apps")?,
            all: keys + apps == 0 && row.try_get::<bool, _>("had_any")?,
        },
    })
}

/// What somebody is found by: the columns of the full-text index.
pub struct Findable {
    /// Words of their name.
    pub name: String,
    /// Their e-mail address, and the words of its first part and of their numbers.
    pub numbers: String,
    /// Words of their organisation's name.
    pub organisation: String,
}

impl Findable {
    /// From what the registry holds of them; `numbers` are employee and Chamber of Commerce number.
    pub fn new(
        name: &str,
        email: Option<&str>,
        numbers: &[Option<&str>],
        organisation: Option<&str>,
    ) -> Self {
        let email = email.unwrap_or_default();
        let mut found_by = vec![fold(email)];
        found_by.extend(words(email.rsplit_once('@').map_or("", |(local, _)| local)));
        for number in numbers.iter().flatten() {
            found_by.extend(words(number));
        }
        Self {
            name: words(name).join(" "),
            numbers: found_by.join(" "),
            organisation: words(organisation.unwrap_or_default()).join(" "),
        }
    }
}

/// Every word as a quoted prefix; `None` when there is no word in it.
fn full_text_query(text: &str) -> Option<String> {
    let prefixes: Vec<String> = sought(text)
        .iter()
        .map(|word| format!("\"{word}\"*"))
        .collect();
    (!prefixes.is_empty()).then(|| prefixes.join(" "))
}

/// The start of a day and of the next in a time zone, as milliseconds; `None` beyond the calendar.
pub fn day_bounds_ms(day: jiff::civil::Date, zone: &jiff::tz::TimeZone) -> Option<(i64, i64)> {
    let start = |day: jiff::civil::Date| -> Option<Timestamp> {
        day.to_zoned(zone.clone())
            .ok()
            .map(|start| start.timestamp())
    };
    Some((
        start(day)?.as_millisecond(),
        start(day.tomorrow().ok()?)?.as_millisecond(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_never_a_query_of_its_own() {
        assert_eq!(
            full_text_query(r#"jan" OR name:* NOT a"@b"#).as_deref(),
            Some(r#""jan"* "or"* "name"* "not"* "a@b"*"#)
        );
        assert_eq!(full_text_query(" \" ** - "), None);
    }
}
