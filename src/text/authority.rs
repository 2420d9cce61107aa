//! Who may do what, in the reader's language: made of the matrix's rows, for the station's refusals and the registry's alike.

use super::{Text, tr};
use crate::domain::PersonKind;
use crate::domain::authority::{Asker, NotAllowed, Releaser, Row, WhoMay};

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
        self.they_may(&WhoMay::from(row))
    }

    /// The same as the registry says it.
    pub fn they_may(&self, may: &WhoMay) -> String {
        if may.done_by.is_empty() {
            return tr!(self, "may-nobody");
        }
        let roles: Vec<String> = may.done_by.iter().map(|role| self.role(*role)).collect();
        let roles = roles.join(" / ");
        match (may.asked_by, may.released_by) {
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
            kind = self.kind(kind),
            may = self.they_may(&WhoMay::replaces(kind))
        )
    }
}
