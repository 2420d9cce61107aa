//! What people are told of, as mail: in the reader's language, to whoever it happened to and to others in different words.
//!
//! Invariants: a subject is one line; what somebody is called, or wrote, stays in its line, ends no quotation and is no link.

mod layout;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use layout::{body, label, quotation, shown};

use super::{Text, tr};
use crate::domain::authority::SETTLED_AFTER;
use crate::domain::notice::{AccountEvent, EndedWhy, Facts, Kind};
use crate::domain::suspension::FactorSort;
use crate::domain::visit::SuspendedWhy;

/// Who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// It happened to their own account.
    Themself,
    /// Somebody of the same organisation, whom they answer for.
    Administrator,
    /// Customer Service.
    Service,
}

/// What somebody is told.
pub struct Told<'a> {
    pub kind: Kind,
    pub facts: &'a Facts,
    /// When it became true.
    pub at: Timestamp,
    pub reader: Reader,
    /// The reader's name.
    pub to: &'a str,
    /// The name of whose account it is.
    pub about: &'a str,
    /// The page on which it is objected to, where it can be.
    pub objection: Option<&'a str>,
}

/// What every mail of a registry has in common.
pub struct House<'a> {
    /// What the accounts open.
    pub platform: &'a str,
    pub registry: &'a str,
    /// Whom to call.
    pub contact: Option<&'a str>,
    /// In which times are told.
    pub zone: &'a TimeZone,
    /// Where an organisation's administrators sign in, if there are pages.
    pub pages: Option<&'a str>,
}

/// A mail without its head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    pub subject: String,
    pub body: String,
}

impl Text {
    /// What somebody is told, as a mail.
    pub fn mail(&self, told: &Told<'_>, house: &House<'_>) -> Mail {
        let writer = Writer {
            text: self,
            told,
            house,
        };
        let (subject, happened) = writer.happened();
        let mut parts = vec![
            tr!(self, "mail-greeting", name = shown(told.to)),
            happened,
            writer.facts().join("\n"),
        ];
        parts.extend(writer.how_to_sign());
        parts.extend(writer.what_to_do());
        parts.push(tr!(self, "mail-never"));
        Mail {
            subject,
            body: body(&parts, house.registry),
        }
    }

    /// What is sent to try whether mail arrives.
    pub fn test_mail(&self, registry: &str) -> Mail {
        let name = || shown(registry);
        let says = tr!(self, "mail-test", registry = name());
        Mail {
            subject: tr!(self, "mail-test-subject", registry = name()),
            body: body(&[says], registry),
        }
    }
}

struct Writer<'a> {
    text: &'a Text,
    told: &'a Told<'a>,
    house: &'a House<'a>,
}

impl Writer<'_> {
    /// The subject, and what happened in a sentence or two.
    fn happened(&self) -> (String, String) {
        let (t, account) = (self.text, self.account());
        /// A subject and what it stands over, from two texts that take the same.
        macro_rules! both {
            ($subject:literal, $happened:literal $(, $name:ident = $value:expr)*) => {
                (
                    tr!(t, $subject, account = account.clone() $(, $name = $value)*),
                    tr!(t, $happened, account = account $(, $name = $value)*),
                )
            };
        }
        match self.told.kind {
            Kind::Added if self.told.facts.waiting == Some(true) => (
                tr!(
                    t,
                    "mail-waiting-subject",
                    account = account.clone(),
                    sort = self.sort()
                ),
                tr!(
                    t,
                    "mail-waiting",
                    account = account,
                    sort = self.sort(),
                    own = self.own()
                ),
            ),
            Kind::Added => both!("mail-added-subject", "mail-added", sort = self.sort()),
            Kind::Accepted => both!("mail-accepted-subject", "mail-accepted", sort = self.sort()),
            Kind::Ended => (
                tr!(
                    t,
                    "mail-ended-subject",
                    account = account.clone(),
                    sort = self.sort()
                ),
                tr!(
                    t,
                    "mail-ended",
                    account = account,
                    sort = self.sort(),
                    why = self.ended_why()
                ),
            ),
            Kind::Suspended => self.suspended(account),
            Kind::Lifted => both!("mail-lifted-subject", "mail-lifted", sort = self.sort()),
            Kind::Removed => both!("mail-removed-subject", "mail-removed", sort = self.sort()),
            Kind::Lent => {
                let subject = tr!(t, "mail-lent-subject", account = account.clone());
                let (own, until) = (self.own(), self.until());
                let lent = tr!(t, "mail-lent", account = account, own = own, until = until);
                match self.told.facts.again {
                    Some(days) => {
                        let again = tr!(t, "mail-lent-again", days = days);
                        (subject, format!("{lent} {again}"))
                    }
                    None => (subject, lent),
                }
            }
            Kind::LoanEnds => {
                let subject = tr!(t, "mail-loan-ends-subject", account = account.clone());
                let (own, until) = (self.own(), self.until());
                let ends = tr!(
                    t,
                    "mail-loan-ends",
                    account = account,
                    own = own,
                    until = until
                );
                (subject, ends)
            }
            Kind::ResetPrepared => both!("mail-reset-prepared-subject", "mail-reset-prepared"),
            Kind::ResetVouched => both!("mail-reset-vouched-subject", "mail-reset-vouched"),
            Kind::ResetAsked => both!("mail-reset-asked-subject", "mail-reset-asked"),
            // It waits where its person is not at a desk, and can be stopped until then.
            Kind::ResetReleased if self.told.facts.not_before.is_some() => {
                both!("mail-reset-released-subject", "mail-reset-released-away")
            }
            Kind::ResetReleased => both!("mail-reset-released-subject", "mail-reset-released"),
            // An exception came of it: its person was at no desk.
            Kind::ResetDone if self.told.facts.until.is_some() => {
                both!("mail-reset-done-subject", "mail-reset-done-away")
            }
            Kind::ResetDone => both!("mail-reset-done-subject", "mail-reset-done"),
            Kind::ResetEnded => self.reset_ended(account),
            Kind::ServiceAccount => self.service_account(account),
            Kind::DeputyNamed => (
                tr!(t, "mail-deputy-subject"),
                tr!(t, "mail-deputy", account = account),
            ),
            Kind::ResetsAllowed => both!("mail-resets-allowed-subject", "mail-resets-allowed"),
            Kind::Reached => both!("mail-reached-subject", "mail-reached"),
        }
    }

    fn sort(&self) -> &'static str {
        match self.told.facts.sort {
            Some(FactorSort::App) => "app",
            Some(FactorSort::Key) | None => "key",
        }
    }

    /// Until when a key is lent.
    fn until(&self) -> String {
        self.time_until(self.told.facts.until.unwrap_or(self.told.at))
    }

    fn suspended(&self, account: String) -> (String, String) {
        let (t, sort, why) = (self.text, self.sort(), self.suspended_why());
        let subject = tr!(
            t,
            "mail-suspended-subject",
            account = account.clone(),
            sort = sort
        );
        let happened = tr!(t, "mail-suspended", account = account, sort = sort);
        let suspended = self.told.facts.suspended;
        match suspended.map(|suspended| suspended.why) {
            // Nobody reported that.
            Some(SuspendedWhy::LoanOver) => (subject, why),
            _ => (subject, format!("{happened} {why}")),
        }
    }

    fn reset_ended(&self, account: String) -> (String, String) {
        let (t, facts) = (self.text, self.told.facts);
        if facts.until.is_some() && facts.restored != Some(true) {
            // It was carried out, and what came of it is over: only that one has a time.
            return (
                tr!(t, "mail-exception-over-subject", account = account.clone()),
                tr!(t, "mail-exception-over", account = account),
            );
        }
        let state = match facts.restored {
            Some(true) => Some(tr!(t, "mail-ended-restored")),
            _ => facts.state.map(|state| t.reset_state(state)),
        };
        let state = state.unwrap_or_else(|| tr!(t, "mail-ended-somehow"));
        let subject = tr!(t, "mail-reset-ended-subject", account = account.clone());
        let ended = tr!(t, "mail-reset-ended", account = account, state = state);
        match &facts.operator {
            Some(_) => (subject, format!("{ended} {}", tr!(t, "mail-ended-at-desk"))),
            None => (subject, ended),
        }
    }

    fn service_account(&self, account: String) -> (String, String) {
        let t = self.text;
        (
            tr!(t, "mail-service-account-subject", account = account.clone()),
            tr!(
                t,
                "mail-service-account",
                account = account,
                change = self.change(),
                days = (SETTLED_AFTER.as_hours() / 24)
            ),
        )
    }

    /// Whose account it is, to its reader.
    fn account(&self) -> String {
        let (t, name) = (self.text, shown(self.told.about));
        let own = self.told.reader == Reader::Themself;
        match self.told.kind {
            Kind::ServiceAccount | Kind::DeputyNamed if own => tr!(t, "mail-own-service-account"),
            Kind::ServiceAccount | Kind::DeputyNamed => {
                tr!(t, "mail-service-account-of", name = name)
            }
            Kind::Added
            | Kind::Accepted
            | Kind::Ended
            | Kind::Suspended
            | Kind::Lifted
            | Kind::Removed
            | Kind::Lent
            | Kind::LoanEnds
            | Kind::ResetPrepared
            | Kind::ResetVouched
            | Kind::ResetAsked
            | Kind::ResetReleased
            | Kind::ResetDone
            | Kind::ResetEnded
            | Kind::ResetsAllowed
            | Kind::Reached => {
                let platform = shown(self.house.platform);
                match own {
                    true => tr!(t, "mail-own-account", platform = platform),
                    false => tr!(t, "mail-account-of", platform = platform, name = name),
                }
            }
        }
    }

    /// Whether it is the reader's own, as the texts ask it.
    fn own(&self) -> &'static str {
        match self.told.reader {
            Reader::Themself => "yes",
            Reader::Administrator | Reader::Service => "no",
        }
    }

    fn ended_why(&self) -> String {
        let t = self.text;
        match self.told.facts.why {
            Some(EndedWhy::Reset) => tr!(t, "mail-ended-reset"),
            Some(EndedWhy::Deleted) => tr!(t, "mail-ended-deleted"),
            Some(EndedWhy::Withdrawn) => tr!(t, "mail-ended-withdrawn"),
            Some(EndedWhy::Removed) => tr!(t, "mail-ended-removed", own = self.own()),
            Some(EndedWhy::Replaced) => tr!(t, "mail-ended-replaced"),
            Some(EndedWhy::AccountReset) => tr!(t, "mail-ended-account-reset"),
            None => tr!(t, "mail-ended-somehow"),
        }
    }

    fn suspended_why(&self) -> String {
        let (t, facts) = (self.text, self.told.facts);
        match facts.suspended.map(|suspended| suspended.why) {
            Some(SuspendedWhy::Lost) if facts.lent => {
                tr!(t, "mail-suspended-lent", own = self.own())
            }
            Some(SuspendedWhy::Lost) => {
                let until = facts.suspended.map(|suspended| suspended.until());
                let until = facts.lifted_until.or(until).unwrap_or(self.told.at);
                tr!(
                    t,
                    "mail-suspended-lost",
                    until = self.time(until),
                    own = self.own()
                )
            }
            Some(SuspendedWhy::Stolen) => tr!(t, "mail-suspended-stolen"),
            Some(SuspendedWhy::LoanOver) => tr!(t, "mail-suspended-loan-over"),
            Some(SuspendedWhy::Suspected) | None => tr!(t, "mail-suspended-suspected"),
        }
    }

    fn change(&self) -> String {
        let t = self.text;
        match self.told.facts.change {
            Some(AccountEvent::Made) => tr!(t, "mail-change-made"),
            Some(AccountEvent::CodeIssued) => tr!(t, "mail-change-code-issued"),
            Some(AccountEvent::KeyEnrolled) => tr!(t, "mail-change-key-enrolled"),
            Some(AccountEvent::KeysRevoked) => tr!(t, "mail-change-keys-revoked"),
            Some(AccountEvent::HumanSaid) => tr!(t, "mail-change-human-said"),
            Some(AccountEvent::Revoked) => tr!(t, "mail-change-revoked"),
            None => tr!(t, "mail-change-unknown"),
        }
    }

    /// What is known besides, a line each.
    fn facts(&self) -> Vec<String> {
        let (t, facts) = (self.text, self.told.facts);
        let mut lines = Vec::new();
        if let Some(name) = &facts.name {
            let name = format!("“{}”", label(name));
            let what = match &facts.serial {
                Some(serial) => tr!(t, "mail-serial", name = name, serial = label(serial)),
                None => name,
            };
            lines.push(tr!(t, "mail-what", value = what));
        }
        lines.push(tr!(t, "mail-when", value = self.time(self.told.at)));
        if let Some(station) = &facts.station {
            lines.push(tr!(t, "mail-where", value = shown(&station.name)));
        }
        if let Some(by) = &facts.asked_by {
            lines.push(match self.told.kind {
                Kind::ResetPrepared => tr!(t, "mail-prepared-by", value = shown(by)),
                Kind::ResetVouched => tr!(t, "mail-vouched-by", value = shown(by)),
                Kind::Added
                | Kind::Accepted
                | Kind::Ended
                | Kind::Suspended
                | Kind::Lifted
                | Kind::Removed
                | Kind::Lent
                | Kind::LoanEnds
                | Kind::ResetAsked
                | Kind::ResetReleased
                | Kind::ResetDone
                | Kind::ResetEnded
                | Kind::ServiceAccount
                | Kind::DeputyNamed
                | Kind::ResetsAllowed
                | Kind::Reached => tr!(t, "mail-asked-by", value = shown(by)),
            });
        }
        if let Some(by) = &facts.second {
            lines.push(tr!(t, "mail-second", value = shown(by)));
        }
        if let Some(by) = &facts.released_by {
            lines.push(tr!(t, "mail-released-by", value = shown(by)));
        }
        if let Some(by) = &facts.objector {
            lines.push(tr!(t, "mail-ended-by", value = shown(by)));
        }
        if let Some(by) = &facts.operator {
            lines.push(tr!(t, "mail-operator", value = shown(by)));
        }
        let words = || facts.reason.as_deref().map(quotation);
        let reason = facts.reset_reason().map(|reason| t.reset_reason(reason));
        if let Some(reason) = reason.or_else(words) {
            lines.push(tr!(t, "mail-reason", value = reason));
        }
        if let Some(then) = facts.not_before {
            lines.push(tr!(t, "mail-not-before", value = self.time(then)));
        }
        if let Some(until) = facts.until {
            lines.push(tr!(t, "mail-until", value = self.time_until(until)));
        }
        lines
    }

    /// How an administrator asks for what waits for one, a paragraph each.
    fn how_to_sign(&self) -> Vec<String> {
        let t = self.text;
        match (self.told.kind, self.told.reader, self.house.pages) {
            (Kind::ResetPrepared, Reader::Administrator, Some(pages)) => {
                vec![tr!(t, "mail-sign-on-page"), pages.to_owned()]
            }
            (Kind::ResetPrepared, Reader::Administrator, None) => {
                vec![tr!(t, "mail-sign-at-desk")]
            }
            _ => Vec::new(),
        }
    }

    /// How it is objected to, a paragraph each.
    fn what_to_do(&self) -> Vec<String> {
        let (t, name) = (self.text, shown(self.told.about));
        let contact = || match self.house.contact {
            Some(contact) => shown(contact),
            None => tr!(t, "mail-help-desk"),
        };
        match (self.told.reader, self.told.objection) {
            (Reader::Service, _) => vec![tr!(t, "mail-call-service")],
            (reader, Some(page)) => vec![
                match reader {
                    Reader::Themself => tr!(t, "mail-object-own"),
                    Reader::Administrator | Reader::Service => {
                        tr!(t, "mail-object-other", name = name)
                    }
                },
                page.to_owned(),
                tr!(t, "mail-object-call", contact = contact()),
            ],
            (Reader::Themself, None) => vec![tr!(t, "mail-call-own", contact = contact())],
            (Reader::Administrator, None) => {
                vec![tr!(t, "mail-call-other", name = name, contact = contact())]
            }
        }
    }

    /// A time as people there say it.
    fn time(&self, at: Timestamp) -> String {
        let at = at.to_zoned(self.house.zone.clone());
        self.written(at.date(), at.strftime("%H:%M %Z").to_string())
    }

    /// The same of when something is over.
    fn time_until(&self, at: Timestamp) -> String {
        let (day, time) = super::until(at, self.house.zone);
        self.written(day, time)
    }

    fn written(&self, day: Date, time: String) -> String {
        tr!(
            self.text,
            "mail-date",
            day = day.day().to_string(),
            month = i64::from(day.month()),
            year = day.year().to_string(),
            time = time
        )
    }
}
