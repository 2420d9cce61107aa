//! The reset of an account: all that opens it is deleted, on one agent's request and another one's release, or because an administrator
//! of the person's organisation asked for it.
//!
//! See docs/DOMAIN.md, "Who may reset whom".
//!
//! Invariant: what is final stays so; a request that nobody acts on ends by itself.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::search::fold;
use super::words::words;

/// A request that nobody released by then has expired.
pub const RELEASED_WITHIN: SignedDuration = SignedDuration::from_hours(4);

/// What was released is carried out by then, or not at all.
pub const CARRIED_OUT_WITHIN: SignedDuration = SignedDuration::from_mins(60);

/// What an administrator asked for by a code, which signs nothing, is not carried out sooner.
pub const CODE_WAITS: SignedDuration = SignedDuration::from_mins(60);

/// The most characters of what a requester writes besides the reason.
pub const REMARK_CHARS_MAX: usize = 200;

/// The most characters of a ticket's number.
pub const TICKET_CHARS_MAX: usize = 60;

/// Why somebody asks for a reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ResetReason {
    /// They do not find what they had.
    Lost,
    /// Somebody took it.
    Stolen,
    /// It does not work any more.
    Broken,
    /// Its PIN is not known, or blocked.
    PinGone,
    /// The phone with the app is another one, and the old one is not there.
    NewPhone,
    /// What they had is suspected to be in other hands.
    Suspected,
}

words! {ResetReason {
    Lost => "lost",
    Stolen => "stolen",
    Broken => "broken",
    PinGone => "pin-gone",
    NewPhone => "new-phone",
    Suspected => "suspected",
}}

/// What somebody says who asks for a reset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ResetWish {
    pub reason: ResetReason,
    /// What else there is to say; may be empty.
    pub remark: String,
    /// The number of the ticket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
}

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ResetState {
    /// A desk wrote it down for somebody who is there: it waits for an administrator of their organisation to ask for it.
    Prepared,
    /// It waits for a second agent.
    Requested,
    /// Whoever asked took it back.
    Withdrawn,
    /// A second agent refused it.
    Refused,
    /// Nobody asked for it, released it, or carried it out, in time.
    Expired,
    /// A second agent released it, or an administrator asked for it: it can be carried out.
    Released,
    /// The person, or an administrator of their organisation, objected.
    Objected,
    /// The account has nothing that opens it, until something is enrolled.
    CarriedOut,
}

words! {ResetState {
    Prepared => "prepared",
    Requested => "requested",
    Withdrawn => "withdrawn",
    Refused => "refused",
    Expired => "expired",
    Released => "released",
    Objected => "objected",
    CarriedOut => "carried-out",
}}

impl ResetState {
    /// Whether something can still come of it.
    pub fn is_open(self) -> bool {
        match self {
            Self::Prepared | Self::Requested | Self::Released => true,
            Self::Withdrawn | Self::Refused | Self::Expired | Self::Objected | Self::CarriedOut => {
                false
            }
        }
    }

    /// Where it stands at that time, if it can go on until then.
    pub fn at(self, until: Timestamp, now: Timestamp) -> Self {
        match self.is_open() && until <= now {
            true => Self::Expired,
            false => self,
        }
    }
}

/// Whether somebody typed the last name of that person: the end of the name from a word's beginning, whichever case and accents it is in.
/// One word is enough, e.g. `Berg` or `van den Berg` of *Anna van den Berg*; the whole name is as well.
pub fn is_last_name(name: &str, typed: &str) -> bool {
    let plain = |text: &str| -> Vec<String> {
        text.split_whitespace()
            .map(|word| fold(word).replace(|c: char| !c.is_alphanumeric(), ""))
            .filter(|word| !word.is_empty())
            .collect()
    };
    let (name, typed) = (plain(name), plain(typed));
    !typed.is_empty() && name.ends_with(&typed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_last_name_is_the_end_of_a_name_however_it_is_typed() {
        for (name, typed) in [
            ("Kees Jansen", "jansen"),
            ("Zoë Ångström", "Angstrom"),
            ("Zoë Ångström", " ÅNGSTRÖM "),
            ("Anna van den Berg", "Berg"),
            ("Anna van den Berg", "van den berg"),
            ("Anna de Vries-Smit", "vriessmit"),
            ("Prince", "prince"),
        ] {
            assert!(is_last_name(name, typed), "{name}: {typed}");
        }
        for (name, typed) in [
            ("Kees Jansen", ""),
            ("Kees Jansen", "-"),
            ("Kees Jansen", "sen"),
            ("Kees Jansen", "Kees"),
            ("Anna van den Berg", "van Berg"),
            ("Jansen", "Kees Jansen"),
        ] {
            assert!(!is_last_name(name, typed), "{name}: {typed}");
        }
    }

    #[test]
    fn what_is_open_ends_by_itself_and_what_is_final_stays() {
        let until: Timestamp = "2026-11-29T12:00:00Z".parse().expect("a time");
        let before = until - SignedDuration::from_millis(1);
        for state in ResetState::ALL {
            assert_eq!(state.at(until, before), state);
            let then = match state.is_open() {
                true => ResetState::Expired,
                false => state,
            };
            assert_eq!(state.at(until, until), then);
        }
    }
}
