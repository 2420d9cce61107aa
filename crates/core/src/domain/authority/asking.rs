//! Which of the people asks for something that is done to another one: an administrator of the same organisation, never for themself.

use super::Action;
use super::matrix::{Asker, Row, row};
use crate::domain::person::Person;

/// Why somebody does not ask for that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotTheirs {
    Oneself,
    /// They are no administrator.
    NoAdministrator,
    /// They are of another organisation, or of none.
    Elsewhere,
    /// Administrators do not ask for this; who may, if anybody.
    Others(Option<&'static Row>),
}

/// Whether that person may ask that something be done to another one.
pub fn may_ask_for(
    asker: &Person,
    act: Action,
    person: &Person,
) -> Result<&'static Row, NotTheirs> {
    if asker.id == person.id {
        return Err(NotTheirs::Oneself);
    }
    if !asker.kind.is_administrator() {
        return Err(NotTheirs::NoAdministrator);
    }
    if !are_colleagues(asker, person) {
        return Err(NotTheirs::Elsewhere);
    }
    match row(act, Some(person.kind)) {
        Some(row) if row.asked_by == Asker::Administrator => Ok(row),
        other => Err(NotTheirs::Others(other)),
    }
}

/// Whether that one is an administrator of the other's organisation, and not the other themself.
pub fn is_administrator_of(who: &Person, person: &Person) -> bool {
    who.id != person.id && who.kind.is_administrator() && are_colleagues(who, person)
}

/// Whether both are of one organisation.
fn are_colleagues(one: &Person, other: &Person) -> bool {
    let of = |person: &Person| person.organisation.as_ref().map(|o| o.id.clone());
    of(one).is_some() && of(one) == of(other)
}

/// Whether that person may answer for another one, for whom Customer Service asks, by a key of their own. None: they do not.
pub fn may_vouch_for(asker: &Person, act: Action, person: &Person) -> Option<&'static Row> {
    match may_ask_for(asker, act, person) {
        Err(NotTheirs::Others(Some(row))) if row.asked_by == Asker::CustomerService => Some(row),
        Ok(_) | Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Organisation, OrganisationId, PersonId, PersonKind};

    fn person(id: &str, kind: PersonKind, organisation: Option<&str>) -> Person {
        Person {
            id: PersonId::new(id),
            name: id.to_owned(),
            email: None,
            employee_number: None,
            kind,
            organisation: organisation.map(|id| Organisation {
                id: OrganisationId::new(id),
                name: id.to_owned(),
                coc_number: None,
            }),
            keys: 0,
            apps: 0,
            lost: Default::default(),
        }
    }

    #[test]
    fn administrators_ask_for_the_members_of_their_own_organisation_and_never_for_themselves() {
        use PersonKind::*;
        for asker in PersonKind::ALL {
            for whom in PersonKind::ALL {
                for same in [true, false] {
                    let other = if same { "o-1" } else { "o-2" };
                    let (of_asker, of_whom) = [(asker, "o-1"), (whom, other)]
                        .map(|(kind, id)| kind.belongs_to_organisation().then_some(id))
                        .into();
                    let found = may_ask_for(
                        &person("p-1", asker, of_asker),
                        Action::ReplaceLost,
                        &person("p-2", whom, of_whom),
                    );
                    let admin = matches!(asker, UserAdministrator | MainAdministrator);
                    let member = matches!(whom, Employee | UserAdministrator);
                    let what = format!("{asker:?} for {whom:?}, {same}");
                    assert_eq!(found.is_ok(), admin && member && same, "{what}");
                    let vouches = may_vouch_for(
                        &person("p-1", asker, of_asker),
                        Action::ReplaceLost,
                        &person("p-2", whom, of_whom),
                    );
                    let others = matches!(whom, MainAdministrator | AuthorisedRepresentative);
                    assert_eq!(vouches.is_some(), admin && others && same, "{what}");
                    match found {
                        Err(NotTheirs::NoAdministrator) => assert!(!admin, "{what}"),
                        Err(NotTheirs::Others(row)) => {
                            assert!(
                                same && row
                                    .is_some_and(|row| row.asked_by == Asker::CustomerService)
                            );
                        }
                        Err(NotTheirs::Elsewhere) => {
                            assert!(!same || whom == Unaffiliated, "{what}")
                        }
                        Err(NotTheirs::Oneself) => panic!("{what}"),
                        Ok(_) => {}
                    }
                }
            }
        }
        let me = person("p-1", UserAdministrator, Some("o-1"));
        assert_eq!(
            may_ask_for(&me, Action::ReplaceLost, &me).map(|_| ()),
            Err(NotTheirs::Oneself)
        );
    }
}
