//! Who may do what, in the reader's language: made of the matrix's rows, for the station's refusals and the registry's alike.

use super::{Text, tr};
use crate::domain::PersonKind;
use crate::domain::authority::{Action, Asker, LastFactor, NotAllowed, Releaser, Role, Row, row};

impl Text {
    /// Why the matrix refuses, and who may.
    pub fn not_allowed(&self, refused: &NotAllowed) -> String {
        let role = self.role(refused.role);
        match refused.may {
            Some(row) => tr!(
                self,
                "why-not-allowed",
                role = role,
                may = self.who_may(row)
            ),
            None => tr!(self, "why-nobody-may", role = role),
        }
    }

    /// Who may do what a row of the matrix is about.
    pub fn who_may(&self, row: &Row) -> String {
        let roles: Vec<String> = row
            .done_by
            .iter()
            .map(|role: &Role| self.role(*role))
            .collect();
        let roles = roles.join(" / ");
        match (row.asked_by, row.released_by) {
            (_, Releaser::SecondAgent) => tr!(self, "may-released", roles = roles),
            (_, Releaser::SecondMember) => tr!(self, "may-seconded", roles = roles),
            (Asker::Administrator, Releaser::Nobody) => tr!(self, "may-asked", roles = roles),
            (Asker::Owner, Releaser::Nobody) => tr!(self, "may-owner", roles = roles),
            (Asker::Operator | Asker::CustomerService, Releaser::Nobody) => roles,
        }
    }

    /// Why somebody is lent nothing whose administrators do not answer for them, and what they do instead.
    pub fn not_lent(&self, person: &str, kind: PersonKind) -> String {
        tr!(
            self,
            "why-not-lent",
            person = person,
            kind = self.kind(kind)
        )
    }

    /// Why somebody's last factor is not taken.
    pub fn last_factor(&self, last: &LastFactor) -> String {
        let person = last.person.as_str();
        match last.may {
            Some(row) => tr!(self, "why-last", person = person, may = self.who_may(row)),
            None => tr!(self, "why-last-nobody", person = person),
        }
    }

    /// What it takes to take from somebody what opens their account, and who serves them where they cannot prove anything.
    pub fn taken_from(&self, person: &str, kind: PersonKind) -> String {
        let may = row(Action::ReplaceLost, Some(kind));
        let may = may.map_or_else(String::new, |row| self.who_may(row));
        tr!(self, "why-taken", person = person, may = may)
    }

    /// What somebody takes who has nothing left, and whose account only a reset opens again; none may: nobody.
    pub fn release_needed(&self, person: &str, may: Option<&Row>) -> String {
        match may {
            Some(row) => tr!(
                self,
                "why-released",
                person = person,
                may = self.who_may(row)
            ),
            None => tr!(self, "why-released-nobody", person = person),
        }
    }
}
