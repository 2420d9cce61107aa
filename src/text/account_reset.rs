//! The reset of an account, in words.

use jiff::Timestamp;

use super::{Text, tr};
use crate::domain::account_reset::{ResetReason, ResetState};
use crate::domain::identification::AwayLook;
use crate::domain::{Identification, Person};
use crate::wire::{AccountReset, EarlierReset, PutTo, ResetFacts};
use crate::workflow::dialogue::{AccountResetJob, AccountResetResult};

impl Text {
    /// What a run is about.
    pub fn account_reset_job(&self, job: AccountResetJob) -> String {
        match job {
            AccountResetJob::Ask => tr!(self, "run-ask-reset"),
            AccountResetJob::Prepare => tr!(self, "run-prepare-reset"),
            AccountResetJob::Sign => tr!(self, "run-sign-reset"),
            AccountResetJob::Object => tr!(self, "run-object-reset"),
            AccountResetJob::Release => tr!(self, "run-release-reset"),
            AccountResetJob::CarryOut => tr!(self, "run-carry-out-reset"),
            AccountResetJob::AskAway => tr!(self, "run-ask-away"),
            AccountResetJob::Except => tr!(self, "run-except-reset"),
        }
    }

    /// Why a reset is asked for.
    pub fn reset_reason(&self, reason: ResetReason) -> String {
        match reason {
            ResetReason::Lost => tr!(self, "account-reset-lost"),
            ResetReason::Stolen => tr!(self, "account-reset-stolen"),
            ResetReason::Broken => tr!(self, "account-reset-broken"),
            ResetReason::PinGone => tr!(self, "account-reset-pin-gone"),
            ResetReason::NewPhone => tr!(self, "account-reset-new-phone"),
            ResetReason::Suspected => tr!(self, "account-reset-suspected"),
        }
    }

    /// Where a reset stands.
    pub fn reset_state(&self, state: ResetState) -> String {
        match state {
            ResetState::Prepared => tr!(self, "account-reset-is-prepared"),
            ResetState::Requested => tr!(self, "account-reset-is-requested"),
            ResetState::Withdrawn => tr!(self, "account-reset-is-withdrawn"),
            ResetState::Refused => tr!(self, "account-reset-is-refused"),
            ResetState::Expired => tr!(self, "account-reset-is-expired"),
            ResetState::Released => tr!(self, "account-reset-is-released"),
            ResetState::Objected => tr!(self, "account-reset-is-objected"),
            ResetState::CarriedOut => tr!(self, "account-reset-is-carried-out"),
        }
    }

    /// Where a reset stands, and what came of it where its person was not at a desk.
    pub fn reset_standing(&self, reset: &AccountReset) -> String {
        match &reset.exception {
            Some(exception) if exception.overdue => tr!(self, "account-reset-is-overdue"),
            Some(exception) if exception.is_pending() => tr!(self, "account-reset-is-excepted"),
            Some(_) | None => self.reset_state(reset.state),
        }
    }

    /// How somebody was identified who is not at a desk, as an act has it; as it is written, where this release knows none like it.
    pub fn looked_away(&self, written: &str) -> String {
        match written.parse() {
            Ok(AwayLook::Video {
                document,
                last_four,
            }) => {
                let shown = Identification::new(document, &last_four);
                let document = shown.map_or(last_four, |shown| self.identified(&shown));
                tr!(self, "away-looked-video", document = document)
            }
            Ok(AwayLook::CallBack { digits }) => {
                tr!(self, "away-looked-called", digits = digits)
            }
            Ok(AwayLook::Vouching { .. }) => tr!(self, "away-looked-vouched"),
            Err(()) => written.to_owned(),
        }
    }

    /// What the registry knows that bears on a reset, a line each, and whether it is a warning.
    pub fn reset_facts(
        &self,
        facts: &ResetFacts,
        day: impl Fn(Timestamp) -> String,
    ) -> Vec<(bool, String)> {
        let mut lines = Vec::new();
        for used in &facts.factors {
            let name = used.factor.name.clone();
            lines.push(match (used.waiting, used.last_tested_at) {
                // Theirs already: it has only to be taken.
                (true, _) => (true, tr!(self, "account-reset-waiting", name = name)),
                (false, Some(at)) => (
                    false,
                    tr!(self, "account-reset-used", name = name, day = day(at)),
                ),
                (false, None) => (false, tr!(self, "account-reset-unused", name = name)),
            });
        }
        if let Some(at) = facts.ticket_seen_at {
            let line = tr!(self, "account-reset-ticket-seen", day = day(at));
            lines.push((true, line));
        }
        if facts.asked_lately > 1 {
            let line = tr!(self, "account-reset-lately", count = facts.asked_lately);
            lines.push((false, line));
        }
        if !facts.put_to.is_empty() {
            let line = tr!(self, "account-reset-put", to = self.put_to(&facts.put_to));
            lines.push((true, line));
        }
        for earlier in &facts.earlier {
            lines.push((
                true,
                tr!(
                    self,
                    "account-reset-earlier",
                    day = day(earlier.asked_at),
                    by = earlier.asked_by.clone(),
                    why = self.reset_reason(earlier.reason),
                    state = self.earlier_end(earlier)
                ),
            ));
        }
        lines
    }

    /// Whom one was put to, by name, and at whose desk.
    fn put_to(&self, all: &[PutTo]) -> String {
        let named = |put: &PutTo| match &put.at_desk_of {
            Some(desk) => {
                let (agent, desk) = (put.agent.clone(), desk.clone());
                tr!(self, "account-reset-put-beside", agent = agent, desk = desk)
            }
            None => put.agent.clone(),
        };
        all.iter().map(named).collect::<Vec<_>>().join(", ")
    }

    /// How an earlier one ended, by whom, and whom it had been put to.
    fn earlier_end(&self, earlier: &EarlierReset) -> String {
        let state = self.reset_state(earlier.state);
        if let (Some(by), Some(desk)) = (&earlier.ended_by, &earlier.said_by) {
            let (by, desk) = (by.clone(), desk.clone());
            return tr!(
                self,
                "account-reset-earlier-beside",
                state = state,
                by = by,
                desk = desk
            );
        }
        match (earlier.state, earlier.put_to.as_slice(), &earlier.ended_by) {
            (ResetState::Withdrawn, [_, ..], _) => {
                let to = self.put_to(&earlier.put_to);
                tr!(self, "account-reset-earlier-put", state = state, to = to)
            }
            (ResetState::Refused | ResetState::Objected, _, Some(by)) => {
                tr!(
                    self,
                    "account-reset-earlier-by",
                    state = state,
                    by = by.clone()
                )
            }
            (_, _, _) => state,
        }
    }

    /// One of several: whose account, why, and who asked for it or prepared it, where.
    pub fn reset_line(&self, reset: &AccountReset) -> String {
        let by = match &reset.station {
            Some(station) => format!("{}, {station}", reset.asker()),
            None => reset.asker().to_owned(),
        };
        let why = self.reset_reason(reset.reason);
        format!("{} · {why} · {by}", reset.person.name)
    }

    /// What came of a run.
    pub fn account_reset_done(&self, person: &Person, result: &AccountResetResult) -> String {
        let name = person.name.clone();
        match result {
            AccountResetResult::Prepared { .. } => {
                tr!(self, "account-reset-prepared", name = name)
            }
            AccountResetResult::Signed { reset } => tr!(
                self,
                "account-reset-signed",
                name = name,
                person = reset.person.name.clone()
            ),
            AccountResetResult::Objected { reset } => tr!(
                self,
                "account-reset-objected",
                name = name,
                person = reset.person.name.clone()
            ),
            AccountResetResult::Asked { .. } => tr!(self, "account-reset-asked", name = name),
            AccountResetResult::Released { .. } => {
                tr!(self, "account-reset-released", name = name)
            }
            AccountResetResult::Refused { reset } if reset.state == ResetState::Withdrawn => {
                tr!(self, "account-reset-withdrawn", name = name)
            }
            AccountResetResult::Refused { .. } => tr!(self, "account-reset-refused", name = name),
            AccountResetResult::Excepted { done } => {
                let count = done.deleted.len();
                tr!(self, "away-excepted", name = name, count = count)
            }
            AccountResetResult::CarriedOut { done } => {
                let count = done.deleted.len();
                tr!(self, "account-reset-done", name = name, count = count)
            }
        }
    }
}
