//! Operators' accounts, the humans behind them, and the keys that sign them in.
//!
//! Invariant: an account or key that was revoked stays, because earlier records name it.

use jiff::Timestamp;
use serde::Serialize;
use sqlx::{FromRow, Row as _};

use super::At;
use super::column::MaybeAt;
use crate::domain::authority::{Role, settled_at};
use crate::domain::{Bytes, OperatorId, OrganisationId, PersonId, StationId};
use crate::server::database::{Connection, Fault, Row, Write};
use crate::wire::Operator;

/// An operator's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OperatorAccess {
    pub id: OperatorId,
    /// For people.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The human: the same for every account of theirs. Not said: the account could be anybody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub personnel_number: Option<String>,
    /// Who they are among the people of the registry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// How many keys of theirs sign them in.
    pub keys: u32,
    /// When it was last made or changed.
    pub changed_at: Timestamp,
    /// For Customer Service: before that it releases nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub releases_from: Option<Timestamp>,
    /// When they last signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_in_at: Option<Timestamp>,
    /// From then on they are refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}

impl FromRow<'_, Row> for OperatorAccess {
    fn from_row(row: &Row) -> Result<Self, Fault> {
        let role: Role = row.try_get("role")?;
        let changed_at = row.try_get::<At, _>("changed_ms")?.0;
        Ok(Self {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            role,
            changed_at,
            releases_from: role.releases().then(|| settled_at(changed_at)),
            personnel_number: row.try_get("personnel_number")?,
            person: row.try_get("person")?,
            keys: row.try_get("keys")?,
            signed_in_at: row.try_get::<MaybeAt, _>("opened_ms")?.0,
            revoked_at: row.try_get::<MaybeAt, _>("revoked_ms")?.0,
        })
    }
}

/// An account, and since when it is revoked.
#[derive(PartialEq, sqlx::FromRow)]
pub struct Account {
    #[sqlx(flatten)]
    pub operator: Operator,
    /// From then on they are refused.
    #[sqlx(rename = "revoked_ms", try_from = "MaybeAt")]
    pub revoked_at: Option<Timestamp>,
}

/// Every account, by name.
pub async fn all(db: &mut Connection) -> Result<Vec<OperatorAccess>, Fault> {
    sqlx::query_as(
        "SELECT o.id, o.name, o.role, o.revoked_ms, o.changed_ms, o.personnel_number, o.person, \
         (SELECT count(*) FROM operator_credential c WHERE c.operator = o.id AND c.revoked_ms IS NULL) AS keys, \
         (SELECT max(opened_ms) FROM session s WHERE s.operator = o.id) AS opened_ms \
         FROM operator o ORDER BY o.name",
    )
    .fetch_all(db)
    .await
}

/// The account of that identifier.
pub async fn account(db: &mut Connection, id: &OperatorId) -> Result<Option<Account>, Fault> {
    sqlx::query_as("SELECT id, name, role, revoked_ms FROM operator WHERE id = $1")
        .bind(id)
        .fetch_optional(db)
        .await
}

/// The account of that name.
pub async fn called(db: &mut Connection, name: &str) -> Result<Option<Account>, Fault> {
    sqlx::query_as("SELECT id, name, role, revoked_ms FROM operator WHERE name = $1")
        .bind(name)
        .fetch_optional(db)
        .await
}

/// Makes an account.
pub async fn insert(tx: &mut Write, operator: &Operator, user_handle: &[u8]) -> Result<(), Fault> {
    sqlx::query("INSERT INTO operator (id, name, role, user_handle) VALUES ($1, $2, $3, $4)")
        .bind(&operator.id)
        .bind(&operator.name)
        .bind(operator.role)
        .bind(user_handle)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Notes that an account was made or changed.
pub async fn set_changed(tx: &mut Write, id: &OperatorId, now: Timestamp) -> Result<(), Fault> {
    sqlx::query("UPDATE operator SET changed_ms = $1 WHERE id = $2")
        .bind(At(now))
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Revokes an account that is not revoked.
pub async fn revoke(tx: &mut Write, id: &OperatorId, now: Timestamp) -> Result<(), Fault> {
    sqlx::query("UPDATE operator SET revoked_ms = $1 WHERE id = $2 AND revoked_ms IS NULL")
        .bind(At(now))
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Says which human an account is of; what is not said stays as it is.
pub async fn set_human(
    tx: &mut Write,
    id: &OperatorId,
    (personnel_number, person): (Option<&str>, Option<&PersonId>),
) -> Result<(), Fault> {
    sqlx::query(
        "UPDATE operator SET personnel_number = coalesce($1, personnel_number), person = coalesce($2, person) WHERE id = $3",
    )
    .bind(personnel_number)
    .bind(person)
    .bind(id)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Where the human behind an account is that person, by whichever of their accounts, or of their organisation: who they are
/// themselves, and of which organisation.
pub async fn own(
    db: &mut Connection,
    operator: &OperatorId,
    (person, organisation): (&PersonId, Option<&OrganisationId>),
) -> Result<Option<(PersonId, Option<OrganisationId>)>, Fault> {
    sqlx::query_as(
        "SELECT p.id, p.organisation FROM account_of_human h JOIN operator o ON o.id = h.same JOIN person p ON p.id = o.person \
         WHERE h.account = $1 AND (p.id = $2 OR p.organisation = $3) ORDER BY p.id <> $2 LIMIT 1",
    )
    .bind(operator)
    .bind(person)
    .bind(organisation)
    .fetch_optional(db)
    .await
}

/// Whether two accounts are of one human, as far as they say whose they are; one account is.
pub async fn is_same_human(
    db: &mut Connection,
    one: &OperatorId,
    other: &OperatorId,
) -> Result<bool, Fault> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM account_of_human WHERE account = $1 AND same = $2)",
    )
    .bind(one)
    .bind(other)
    .fetch_one(db)
    .await
}

/// Whether an account says which human it is of.
pub async fn is_somebody(db: &mut Connection, id: &OperatorId) -> Result<bool, Fault> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM operator WHERE id = $1 AND personnel_number IS NOT NULL)",
    )
    .bind(id)
    .fetch_one(db)
    .await
}

/// When an account was last made or changed.
pub async fn changed_at(db: &mut Connection, id: &OperatorId) -> Result<Timestamp, Fault> {
    let at: At = sqlx::query_scalar("SELECT changed_ms FROM operator WHERE id = $1")
        .bind(id)
        .fetch_one(db)
        .await?;
    Ok(at.0)
}

/// Whether two accounts are certainly of two humans. Accounts that do not say whose they are could be one's.
pub async fn are_two_humans(
    db: &mut Connection,
    one: &OperatorId,
    other: &OperatorId,
) -> Result<bool, Fault> {
    Ok(is_somebody(db, one).await?
        && is_somebody(db, other).await?
        && !is_same_human(db, one, other).await?)
}

/// The keys that sign an operator in.
pub async fn keys(db: &mut Connection, id: &OperatorId) -> Result<Vec<Bytes>, Fault> {
    sqlx::query_scalar(
        "SELECT id FROM operator_credential WHERE operator = $1 AND revoked_ms IS NULL",
    )
    .bind(id)
    .fetch_all(db)
    .await
}

/// Keeps a key that signs an operator in; whether it was nobody's yet.
pub async fn insert_key(
    tx: &mut Write,
    (credential, verifier): (&Bytes, &str),
    (operator, station): (&OperatorId, &StationId),
    now: Timestamp,
) -> Result<bool, Fault> {
    let done = sqlx::query(
        "INSERT INTO operator_credential (id, operator, verifier, station, enrolled_ms) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (id) DO NOTHING",
    )
    .bind(credential)
    .bind(operator)
    .bind(verifier)
    .bind(station)
    .bind(At(now))
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A key that signs somebody in, or did.
#[derive(PartialEq, sqlx::FromRow)]
pub struct OwnKey {
    /// Whose, and since when their account is revoked.
    #[sqlx(flatten)]
    pub account: Account,
    /// That their keys carry.
    pub user_handle: Bytes,
    /// The credential in the verifier's own form.
    pub verifier: String,
    /// Since when the key is.
    #[sqlx(rename = "key_revoked_ms", try_from = "MaybeAt")]
    pub key_revoked_at: Option<Timestamp>,
}

/// The operator's key with that credential.
pub async fn own_key(db: &mut Connection, credential: &Bytes) -> Result<Option<OwnKey>, Fault> {
    sqlx::query_as(
        "SELECT o.id, o.name, o.role, o.user_handle, o.revoked_ms, c.verifier, c.revoked_ms AS key_revoked_ms \
         FROM operator_credential c JOIN operator o ON o.id = c.operator WHERE c.id = $1",
    )
    .bind(credential)
    .fetch_optional(db)
    .await
}

/// How far the counter of an operator's key has come.
pub async fn set_verifier(tx: &mut Write, credential: &Bytes, verifier: &str) -> Result<(), Fault> {
    sqlx::query("UPDATE operator_credential SET verifier = $1 WHERE id = $2")
        .bind(verifier)
        .bind(credential)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Revokes the keys that sign an operator in; how many.
pub async fn revoke_keys(tx: &mut Write, id: &OperatorId, now: Timestamp) -> Result<u64, Fault> {
    let done = sqlx::query(
        "UPDATE operator_credential SET revoked_ms = $1 WHERE operator = $2 AND revoked_ms IS NULL",
    )
    .bind(At(now))
    .bind(id)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}
