//! Which human an operator's account is of: two accounts of one human count as one, and nobody serves themself or their own
//! organisation.

use std::path::Path;

use super::access::known_operator;
use super::{AdminError, by_admin};
use crate::domain::authority::SETTLED_AFTER;
use crate::domain::{OneLine, OperatorId, PersonId};
use crate::server::accounts::{self, AccountEvent};
use crate::server::database::{Database, Write};
use crate::server::tables::visit;
use crate::server::tables::{audit, operator, person};
use jiff::Timestamp;
use unicode_normalization::UnicodeNormalization as _;

/// What is said of the human behind an account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Human {
    /// Their number as an employee of the desk: the same for every account of theirs.
    pub personnel_number: Option<String>,
    /// Who they are among the people of the registry.
    pub person: Option<PersonId>,
}

/// Records it; what is not said stays as it is.
///
/// # Errors
/// [`AdminError::NoOperator`], [`AdminError::NoPerson`], [`AdminError::Name`] for a number that can't be one: nothing was changed.
pub async fn set_human(db: &Path, id: &OperatorId, human: &Human) -> Result<(), AdminError> {
    if let Some(number) = &human.personnel_number
        && (OneLine::<64>::check(number).is_err() || !number.chars().all(|c| c.is_ascii_graphic()))
    {
        return Err(AdminError::PersonnelNumber(number.clone()));
    }
    let db = Database::open(db).await?;
    let mut tx = db.write().await?;
    if let Some(person) = &human.person
        && person::earlier_factors(&mut tx, person).await?.is_none()
    {
        return Err(AdminError::NoPerson(person.clone()));
    }
    let account = known_operator(&mut tx, id).await?;
    if let Some(number) = &human.personnel_number {
        refuse_alike(&mut tx, id, number).await?;
    }
    let said = (human.personnel_number.as_deref(), human.person.as_ref());
    operator::set_human(&mut tx, id, said).await?;
    let now = Timestamp::now();
    // Whom they may serve was decided before.
    visit::end_at(&mut tx, (None, Some(id)), now).await?;
    let told = format!(
        "personnel number {}, person {}",
        human.personnel_number.as_deref().unwrap_or("as it was"),
        human.person.as_ref().map_or("as it was", PersonId::as_str)
    );
    let line = by_admin("operator-human", id.as_str(), &told);
    audit::note(&mut tx, &line, now).await?;
    let whose = (&account.operator, None);
    accounts::changed(&mut tx, whose, AccountEvent::HumanSaid, now).await?;
    tx.commit().await?;
    db.close().await;
    Ok(())
}

/// Accounts of one human are told by the same number: two that differ in their spelling alone would pass for two humans.
async fn refuse_alike(tx: &mut Write, id: &OperatorId, number: &str) -> Result<(), AdminError> {
    let wanted = folded(number);
    for access in operator::all(tx).await? {
        let Some(theirs) = access.personnel_number.filter(|_| access.id != *id) else {
            continue;
        };
        if theirs != number && folded(&theirs) == wanted {
            return Err(AdminError::PersonnelNumberAlike {
                number: number.to_owned(),
                other: access.id,
                theirs,
            });
        }
    }
    Ok(())
}

/// A number without what people write in different ways.
fn folded(number: &str) -> String {
    let letters = number.nfkc().filter(|c| c.is_alphanumeric());
    let letters: String = letters.flat_map(char::to_lowercase).collect();
    letters.trim_start_matches('0').to_owned()
}

/// For a demonstration, of which nothing is kept: every account is as it was for as long as it takes to release something.
pub(crate) async fn settle_accounts(db: &Path) -> Result<(), AdminError> {
    let db = Database::open(db).await?;
    let mut tx = db.write().await?;
    let long_ago = Timestamp::now() - SETTLED_AFTER;
    for access in operator::all(&mut tx).await? {
        operator::set_changed(&mut tx, &access.id, long_ago).await?;
    }
    tx.commit().await?;
    db.close().await;
    Ok(())
}
