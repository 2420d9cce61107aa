//! Why something stopped or was refused, and what to do next: what is said of each stable word, in the reader's language. The facts
//! of one stop stand in `reason`.

use super::{Text, tr};
use crate::domain::stop_code::StopCode;
use crate::wire::problem_code;
use crate::workflow::dialogue::Remark;

/// What happened and what to do next, for a stable word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// What happened, one sentence.
    pub what: String,
    /// What to do next, one or two sentences.
    pub next: String,
}

impl Text {
    /// Why a run stopped and what to do next, in general words; [`Text::facts`] has the facts.
    pub fn stopped(&self, code: StopCode) -> Explained {
        macro_rules! explained {
            ($what:literal, $next:literal) => {
                Explained {
                    what: tr!(self, $what),
                    next: tr!(self, $next),
                }
            };
        }
        match code {
            StopCode::Cancelled => explained!("stop-cancelled", "stop-cancelled-next"),
            StopCode::Settled => explained!("stop-settled", "stop-settled-next"),
            StopCode::SignedOut => explained!("stop-signed-out", "stop-signed-out-next"),
            StopCode::NotAllowed => explained!("stop-not-allowed", "stop-not-allowed-next"),
            StopCode::KeyRefused => explained!("stop-key-refused", "stop-key-refused-next"),
            StopCode::RegistryRefused => {
                explained!("stop-registry-refused", "stop-registry-refused-next")
            }
            StopCode::Unreachable => explained!("stop-unreachable", "stop-unreachable-next"),
            StopCode::Unanswered => explained!("stop-unanswered", "stop-unanswered-next"),
            StopCode::OfferExpired => explained!("stop-offer-expired", "stop-offer-expired-next"),
            StopCode::NotIdentified => {
                explained!("stop-not-identified", "stop-not-identified-next")
            }
            StopCode::OwnFactorNeeded => explained!("stop-own-factor", "stop-own-factor-next"),
            StopCode::AdministratorNeeded => {
                explained!("stop-administrator", "stop-administrator-next")
            }
            StopCode::ReleaseNeeded => explained!("stop-release", "stop-release-next"),
            StopCode::Strands => explained!("stop-strands", "stop-strands-next"),
            StopCode::Store => explained!("stop-store", "stop-store-next"),
            StopCode::WrongCodes => explained!("stop-wrong-codes", "stop-wrong-codes-next"),
            StopCode::Unproven => explained!("stop-unproven", "stop-unproven-next"),
            StopCode::KeyGone => explained!("stop-key-gone", "stop-key-gone-next"),
            StopCode::KeyReplugged => explained!("stop-key-replugged", "stop-key-replugged-next"),
            StopCode::OpenElsewhere => {
                explained!("stop-open-elsewhere", "stop-open-elsewhere-next")
            }
            StopCode::TouchTimeout => explained!("stop-touch-timeout", "stop-touch-timeout-next"),
            StopCode::WrongPin => explained!("stop-wrong-pin", "stop-wrong-pin-next"),
            StopCode::PowerCycleNeeded => {
                explained!("stop-power-cycle-needed", "stop-power-cycle-needed-next")
            }
            StopCode::PinBlocked => explained!("stop-pin-blocked", "stop-pin-blocked-next"),
            StopCode::PinChangeNeeded => {
                explained!("stop-pin-change-needed", "stop-pin-change-needed-next")
            }
            StopCode::PinRefused => explained!("stop-pin-refused", "stop-pin-refused-next"),
            StopCode::PinTooSimple => explained!("stop-pin-too-simple", "stop-pin-too-simple-next"),
            StopCode::PinTooLong => explained!("stop-pin-too-long", "stop-pin-too-long-next"),
            StopCode::Excluded => explained!("stop-excluded", "stop-excluded-next"),
            StopCode::NoCredential => explained!("stop-no-credential", "stop-no-credential-next"),
            StopCode::StoreFull => explained!("stop-store-full", "stop-store-full-next"),
            StopCode::Unsupported => explained!("stop-unsupported", "stop-unsupported-next"),
            StopCode::KeyFailed => explained!("stop-key-failed", "stop-key-failed-next"),
            StopCode::Misused => explained!("stop-misused", "stop-misused-next"),
            StopCode::PinNotTaken => explained!("stop-pin-not-taken", "stop-pin-not-taken-next"),
        }
    }

    /// Why a run stopped that is on record: where an earlier release knew the word, the word must do.
    pub fn stopped_earlier(&self, code: &str) -> String {
        StopCode::parse(code).map_or_else(|| code.to_owned(), |code| self.stopped(code).what)
    }

    /// What the registry refused and what to do next, by the code of its refusal; `None`: its own words must do.
    pub fn refused(&self, refusal: &str) -> Option<Explained> {
        macro_rules! explained {
            ($what:literal, $next:literal) => {
                Explained {
                    what: tr!(self, $what),
                    next: tr!(self, $next),
                }
            };
        }
        Some(match refusal {
            problem_code::FACTOR_SUSPENDED => explained!("stop-suspended", "stop-suspended-next"),
            problem_code::NEVER_LIFTED => explained!("stop-never-lifted", "stop-never-lifted-next"),
            problem_code::NOT_SUSPENDED => {
                explained!("stop-not-suspended", "stop-not-suspended-next")
            }
            problem_code::CHALLENGE_EXPIRED => {
                explained!("refused-challenge", "refused-challenge-next")
            }
            problem_code::OFFER_USED => explained!("refused-used", "refused-used-next"),
            problem_code::ENROLLED_SINCE => {
                explained!("refused-enrolled-since", "refused-enrolled-since-next")
            }
            problem_code::KEY_TAKEN => explained!("refused-key-taken", "refused-key-taken-next"),
            problem_code::CREDENTIAL_GONE => explained!("refused-gone", "refused-gone-next"),
            problem_code::CREDENTIAL_UNKNOWN => {
                explained!("refused-unknown", "refused-unknown-next")
            }
            problem_code::CREDENTIAL_EXISTS => explained!("refused-exists", "refused-exists-next"),
            problem_code::FACTOR_EXISTS => {
                explained!("refused-factor-exists", "refused-factor-exists-next")
            }
            problem_code::SEAL_BROKEN => explained!("refused-seal", "refused-seal-next"),
            problem_code::OPERATOR_REVOKED => {
                explained!("refused-operator", "refused-operator-next")
            }
            problem_code::STATION_REVOKED
            | problem_code::CLIENT_REFUSED
            | problem_code::TOKEN_REFUSED => {
                explained!("door-station", "door-station-next")
            }
            problem_code::REPORT_UNBOUND => explained!("refused-unbound", "refused-unbound-next"),
            problem_code::REPORT_ALTERED => explained!("refused-altered", "refused-altered-next"),
            problem_code::AUTHORITY_NEEDED => {
                explained!("refused-authority", "refused-authority-next")
            }
            problem_code::VISIT_OVER => explained!("refused-visit", "refused-visit-next"),
            problem_code::METHOD_UNKNOWN => explained!("refused-method", "refused-method-next"),
            problem_code::IDENTIFIED_OTHERWISE => {
                explained!("refused-otherwise", "refused-otherwise-next")
            }
            problem_code::LAST_FACTOR => explained!("refused-last", "refused-last-next"),
            problem_code::TOO_MANY_ATTEMPTS => {
                explained!("refused-attempts", "refused-attempts-next")
            }
            problem_code::GUESSED_OUT => {
                explained!("refused-guessed-out", "refused-guessed-out-next")
            }
            problem_code::OPERATOR_GUESSED => {
                explained!("refused-guessed", "refused-guessed-next")
            }
            problem_code::CODE_WRONG => explained!("refused-code", "refused-code-next"),
            problem_code::TOKEN_UNAVAILABLE => explained!("refused-token", "refused-token-next"),
            problem_code::FACTOR_UNKNOWN => explained!("refused-factor", "refused-factor-next"),
            problem_code::NOT_ALLOWED => {
                explained!("refused-not-allowed", "refused-not-allowed-next")
            }
            problem_code::NOT_CALLED => explained!("refused-not-called", "refused-not-called-next"),
            problem_code::NOT_IDENTIFIED => {
                explained!("refused-not-identified", "refused-not-identified-next")
            }
            problem_code::NOT_WAITING => {
                explained!("refused-not-waiting", "refused-not-waiting-next")
            }
            problem_code::ACT_CHANGED => explained!("refused-act", "refused-act-next"),
            problem_code::RESET_OPEN => explained!("refused-reset-open", "refused-reset-open-next"),
            problem_code::RESET_OVER => explained!("refused-reset-over", "refused-reset-over-next"),
            problem_code::RESET_FALLEN => {
                explained!("refused-reset-fallen", "refused-reset-fallen-next")
            }
            problem_code::RESET_LIMIT => {
                explained!("refused-reset-limit", "refused-reset-limit-next")
            }
            problem_code::STOCK_REFUSED => explained!("refused-stock", "refused-stock-next"),
            problem_code::STOCK_MOVED => {
                explained!("refused-stock-moved", "refused-stock-moved-next")
            }
            problem_code::IDENTIFIER_TAKEN => {
                explained!("refused-identifier", "refused-identifier-next")
            }
            problem_code::NAME_DIFFERS => explained!("refused-name", "refused-name-next"),
            problem_code::KEY_REFUSED
            | problem_code::ATTESTATION_UNTRUSTED
            | problem_code::ATTESTATION_INVALID
            | problem_code::NOT_DEVICE_BOUND
            | problem_code::ALGORITHM_REFUSED => explained!("refused-key", "refused-key-next"),
            problem_code::OFFERS_OPEN => explained!("refused-offers", "refused-offers-next"),
            problem_code::COUNTER_REGRESSED => {
                explained!("refused-counter", "refused-counter-next")
            }
            _ => return None,
        })
    }

    /// Why a sign-in stopped and what to do next, by [`Stop::code`](crate::workflow::Stop::code) and the code of the
    /// registry's refusal, where it refused.
    pub fn sign_in_stopped(
        &self,
        stop: StopCode,
        refusal: Option<&str>,
        joined: bool,
    ) -> Explained {
        macro_rules! explained {
            ($what:literal, $next:literal) => {
                Explained {
                    what: tr!(self, $what),
                    next: tr!(self, $next),
                }
            };
        }
        match (stop, refusal) {
            (_, Some(problem_code::CODE_REFUSED)) => explained!("door-code", "door-code-next"),
            (_, Some(problem_code::CREDENTIAL_UNKNOWN)) => {
                explained!("door-unknown", "door-own-key-next")
            }
            (_, Some(problem_code::CREDENTIAL_REVOKED)) => {
                explained!("door-revoked", "door-revoked-next")
            }
            (_, Some(problem_code::CREDENTIAL_EXISTS)) => {
                explained!("door-exists", "door-exists-next")
            }
            (_, Some(problem_code::OPERATOR_REVOKED)) => {
                explained!("door-ended", "door-ended-next")
            }
            (
                _,
                Some(
                    problem_code::STATION_REVOKED
                    | problem_code::CLIENT_REFUSED
                    | problem_code::TOKEN_REFUSED,
                ),
            ) => {
                explained!("door-station", "door-station-next")
            }
            (_, Some(problem_code::TOO_MANY_ATTEMPTS)) => {
                explained!("door-attempts", "door-attempts-next")
            }
            (_, Some(problem_code::CHALLENGE_EXPIRED | problem_code::CHALLENGE_MISMATCH)) => {
                self.stopped(StopCode::OfferExpired)
            }
            (_, Some(_)) => explained!("door-refused", "door-refused-next"),
            (StopCode::KeyRefused, _) => explained!("door-key", "door-own-key-next"),
            (StopCode::Unreachable, _) if !joined => {
                explained!("door-not-joined", "door-not-joined-next")
            }
            (StopCode::Unreachable, _) => explained!("door-unreachable", "door-unreachable-next"),
            (StopCode::WrongPin, _) => explained!("stop-wrong-pin", "door-wrong-pin-next"),
            (StopCode::PinBlocked, _) => explained!("stop-pin-blocked", "door-pin-blocked-next"),
            (StopCode::NoCredential, _) => explained!("door-unknown", "door-own-key-next"),
            _ => self.stopped(stop),
        }
    }

    /// Something that an operator should read.
    pub fn remark(&self, remark: &Remark) -> String {
        match remark {
            // Of some reasons to stop it is said in fewer words than when a run ends.
            Remark::Stopped(StopCode::Cancelled) => tr!(self, "remark-cancelled"),
            Remark::Stopped(StopCode::SignedOut) => tr!(self, "remark-signed-out"),
            Remark::Stopped(StopCode::NotAllowed) => tr!(self, "remark-not-allowed"),
            Remark::Stopped(StopCode::Unreachable) => tr!(self, "remark-unreachable"),
            Remark::Stopped(StopCode::RegistryRefused) => tr!(self, "remark-registry-refused"),
            Remark::Stopped(StopCode::Store) => tr!(self, "remark-store"),
            Remark::Stopped(stop) => self.stopped(*stop).what,
            Remark::Busy => tr!(self, "remark-busy"),
            Remark::OtherOperator => tr!(self, "lock-other"),
            Remark::StillTyped { name } => tr!(self, "remark-still-typed", name = name.as_str()),
            Remark::TicketsFetched => tr!(self, "remark-tickets-fetched"),
            Remark::NoTickets => tr!(self, "remark-no-tickets"),
            Remark::BatchComplete => tr!(self, "remark-batch-complete"),
            Remark::BatchEnded => tr!(self, "remark-batch-ended"),
            Remark::BatchPaused => tr!(self, "remark-batch-paused"),
            Remark::BadProfile => tr!(self, "remark-bad-profile"),
            Remark::BadList { lines } if lines.is_empty() => tr!(self, "remark-bad-list-file"),
            Remark::BadList { lines } => {
                tr!(self, "remark-bad-list", lines = self.lines(lines))
            }
            Remark::BadPlan => tr!(self, "remark-bad-plan"),
            Remark::BadStatement => tr!(self, "remark-bad-statement"),
            Remark::PlanNoPeople => tr!(self, "remark-plan-no-people"),
            Remark::PlanNobody => tr!(self, "remark-plan-nobody"),
            Remark::PlanNotIdentified => tr!(self, "remark-plan-not-identified"),
            Remark::PlanKeys => tr!(self, "remark-plan-keys"),
        }
    }
}
