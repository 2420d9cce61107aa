//! Why a run stopped, in the reader's language: the line of facts beside what happened and what to do. Matches are exhaustive, so
//! that a reason can't be without words. What is known only in the words of a system (the machine, the network, the registry) is
//! quoted in every language, marked as that one's words; it is never left out, and never told as if it were ours.

use jiff::Timestamp;

use super::clean::clean;
use super::stopped::Explained;
use super::{Text, tr};
use crate::domain::authority::{Action, row};
use crate::domain::list::FileFault;
use crate::domain::pin::PinError;
use crate::domain::reason::{
    Failure, Flaw, Gap, KeyFault, Lacks, Refusal, Said, Skip, Trouble, Unmet, Why,
};
use crate::domain::reset::CaseFault;
use crate::domain::visit::Takes;
use crate::wire::WhyNot;
use crate::workflow::{Decider, Stop};

fn lines<const N: usize>(parts: [Option<String>; N], between: &str) -> String {
    let said: Vec<String> = parts.into_iter().flatten().collect();
    said.join(between)
}

/// What whoever answers in a person's place said of it: that is all there is to say.
fn own_words(stop: &Stop) -> Option<&str> {
    match stop.cause() {
        Stop::Misused { detail, .. } => Some(detail),
        Stop::Key(KeyFault::Failed(Failure::Told { words })) => Some(words),
        _ => None,
    }
}

impl Text {
    /// The facts of a stop, beside what [`Text::stopped`] says of its kind; none: that says it all.
    pub fn facts(&self, stop: &Stop) -> Option<String> {
        Some(match stop.cause() {
            Stop::Cancelled
            | Stop::Settled
            | Stop::SignedOut
            | Stop::OfferExpired
            | Stop::WrongCodes(_)
            | Stop::Left { .. } => return None,
            // Which file it was stands in the words only.
            Stop::Store(Said { known, words }) => {
                let known = known.map(|known| self.trouble(known));
                let words = tr!(self, "why-store", reason = words.as_str());
                lines([known, Some(words)], " ")
            }
            Stop::NotAllowed(refused) => self.not_allowed(refused),
            Stop::KeyRefused(why) => self.refusal(why),
            Stop::RegistryRefused { code, detail } => return self.registrys(code, detail),
            Stop::Unmet(unmet) => return self.unmet(unmet),
            Stop::Unreachable(gap) | Stop::Unanswered(gap) => return self.gap(gap),
            Stop::OpenElsewhere { until } => {
                let there = until.to_zoned(self.zone.clone());
                let until = there.strftime("%H:%M %Z").to_string();
                tr!(self, "why-until", until = until)
            }
            Stop::Key(fault) => return self.key_fault(fault),
            Stop::Strands { account, may } => self.strands(account, may),
            Stop::Authority { person, takes, may } => return self.authority(person, *takes, may),
            Stop::Unproven(flaw) => self.flaw(flaw),
            Stop::Misused { detail, .. } => detail.clone(),
            Stop::PinNotTaken(error) => self.pin_error(error),
        })
    }

    /// What happened and what to do next.
    pub fn explained(&self, stop: &Stop) -> Explained {
        let refused = stop.refusal().and_then(|code| self.refused(code));
        refused.unwrap_or_else(|| self.stopped(stop.code()))
    }

    /// A stop as the command line says it: what happened, with its facts, what it leaves and what to do next; below that what stands in
    /// others' words, or what the next step points at.
    pub fn stop(&self, stop: &Stop) -> String {
        let left = matches!(stop, Stop::Left { .. }).then(|| self.remains(stop.remains()));
        if let Some(words) = own_words(stop) {
            return lines([Some(words.to_owned()), left], "\n");
        }
        let said = self.explained(stop);
        let (what, next) = match stop.cause() {
            // A ticket helps with an enrolment only, and there is no key F7 here.
            Stop::Unreachable(gap) => {
                // Something may have been done all the same, or waits to be sent.
                let what = match left.is_some() || *gap == Gap::TestWaits {
                    true => tr!(self, "cli-unreachable-left"),
                    false => tr!(self, "cli-unreachable"),
                };
                (what, tr!(self, "cli-unreachable-next"))
            }
            _ => (said.what, said.next),
        };
        let facts = self.facts(stop);
        match stop.cause() {
            Stop::RegistryRefused { detail, .. } => {
                let words = self.registry_said(detail);
                let said = lines([Some(what), left, Some(next)], " ");
                lines([Some(said), words], "\n")
            }
            Stop::Strands { .. } => {
                let said = lines([Some(what), left, Some(next)], " ");
                lines([Some(said), facts], "\n")
            }
            // Its fact is the same sentence with the name in it.
            Stop::Unmet(Unmet::NotWaiting { .. } | Unmet::ResetOver { .. }) => {
                lines([facts, left, Some(next)], " ")
            }
            _ => lines([Some(what), facts, left, Some(next)], " "),
        }
    }

    /// Why the registry refused; where that is not known here, in its own words.
    pub fn registry_said(&self, said: &WhyNot) -> Option<String> {
        match &said.why {
            Some(why) => Some(self.because(why)),
            None => self.registry_words(&said.words),
        }
    }

    /// The registry's own words, marked as such: it speaks English, whoever reads it. None: it said nothing.
    fn registry_words(&self, words: &str) -> Option<String> {
        (!words.is_empty()).then(|| tr!(self, "cli-registry-words", words = words))
    }

    /// Why a file is of no use here.
    pub fn file_fault(&self, fault: &FileFault) -> String {
        match fault {
            FileFault::Elsewhere => tr!(self, "file-elsewhere"),
            FileFault::TooLarge => tr!(self, "file-too-large"),
            FileFault::Unreadable {
                known: Some(known), ..
            } => tr!(self, "file-unread", why = self.trouble(*known)),
            FileFault::Unreadable {
                known: None,
                reason,
            } => tr!(self, "file-unreadable", reason = reason.as_str()),
            FileFault::Lines(lines) => tr!(self, "file-lines", lines = self.lines(lines)),
        }
    }

    pub(super) fn lines(&self, lines: &[u64]) -> String {
        let lines: Vec<String> = lines.iter().map(u64::to_string).collect();
        lines.join(", ")
    }

    /// What the registry adds to what its code says.
    fn registrys(&self, code: &str, said: &WhyNot) -> Option<String> {
        if let Some(why) = &said.why {
            return Some(self.because(why));
        }
        let unexplained = self.refused(code).is_none();
        let code = unexplained.then(|| tr!(self, "why-code", code = code));
        let said = lines([code, self.registry_words(&said.words)], " ");
        (!said.is_empty()).then_some(said)
    }

    /// What the registry said when it refused, where nothing else says it: why, or what its code means, else its own words. There is
    /// room for one of them where the next step must not be pushed off a small screen.
    pub fn said(&self, code: &str, said: &WhyNot) -> String {
        let explained = match said.why {
            Some(_) => None,
            None => self.refused(code).map(|said| said.what),
        };
        let said = explained.or_else(|| self.registrys(code, said));
        said.unwrap_or_default()
    }

    /// What went wrong outside the rules.
    fn trouble(&self, trouble: Trouble) -> String {
        match trouble {
            Trouble::ConnectionRefused => tr!(self, "trouble-refused"),
            Trouble::ConnectionLost => tr!(self, "trouble-lost"),
            Trouble::TimedOut => tr!(self, "trouble-timed-out"),
            Trouble::Unreachable => tr!(self, "trouble-unreachable"),
            Trouble::NameUnknown => tr!(self, "trouble-name"),
            Trouble::PermissionDenied => tr!(self, "trouble-permission"),
            Trouble::DiskFull => tr!(self, "trouble-full"),
            Trouble::NotFound => tr!(self, "trouble-not-found"),
            Trouble::Randomness => tr!(self, "trouble-random"),
            Trouble::Broke => tr!(self, "trouble-broke"),
        }
    }

    /// Until when something goes on, here.
    fn until(&self, at: Timestamp) -> String {
        let (day, time) = super::until(at, &self.zone);
        format!("{day} {time}")
    }

    fn strands(&self, account: &str, may: &Decider) -> String {
        match may {
            Decider::Row(row) => {
                tr!(
                    self,
                    "why-strands",
                    account = account,
                    may = self.who_may(row)
                )
            }
            Decider::Enroller => tr!(self, "why-strands-enroller", account = account),
            Decider::RegistryAdministrator => tr!(self, "why-strands-own"),
        }
    }

    fn authority(&self, person: &str, takes: Takes, may: &[String]) -> Option<String> {
        match takes {
            Takes::Administrator if may.is_empty() => {
                Some(tr!(self, "why-no-administrator", person = person))
            }
            Takes::Administrator => Some(tr!(
                self,
                "why-administrator",
                person = person,
                may = may.join(" / ")
            )),
            Takes::Identification | Takes::OwnFactor | Takes::Release => None,
        }
    }

    fn refusal(&self, why: &Refusal) -> String {
        match why {
            Refusal::Found { findings } => self.findings(findings),
            Refusal::Unfit { why } => self.unfit(why),
            Refusal::TestFailed { why } => {
                let why = why
                    .as_ref()
                    .map(|why| self.test_why(why))
                    .unwrap_or_default();
                tr!(self, "refusal-test", why = why)
            }
            Refusal::Anothers {
                person: Some(person),
            } => {
                tr!(self, "refusal-anothers", person = person.as_str())
            }
            Refusal::Anothers { person: None } => tr!(self, "refusal-somebody-elses"),
            Refusal::Unresolved => tr!(self, "refusal-unresolved"),
            Refusal::Unasked => tr!(self, "refusal-unasked"),
            Refusal::NoPin => tr!(self, "refusal-no-pin"),
            Refusal::OperatorsOwn => tr!(self, "refusal-operators-own"),
            Refusal::Case { fault } => self.case_fault(*fault),
            Refusal::TellsNothing => tr!(self, "refusal-tells-nothing"),
            Refusal::UsedSince => tr!(self, "refusal-used-since"),
            Refusal::ShowsMore { person } => {
                tr!(self, "refusal-shows-more", person = person.as_str())
            }
            Refusal::NotWanted => tr!(self, "refusal-not-wanted"),
            Refusal::Somebodys { people, .. } if people.is_empty() => tr!(self, "refusal-silent"),
            Refusal::Somebodys { people, surely } => match surely {
                true => tr!(self, "refusal-somebodys", people = people.join(", ")),
                false => tr!(self, "refusal-maybe-somebodys", people = people.join(", ")),
            },
            Refusal::TagsUsedUp { pattern } => {
                tr!(self, "refusal-tags", pattern = pattern.as_str())
            }
        }
    }

    /// What is missing of a reset's case.
    pub fn case_fault(&self, fault: CaseFault) -> String {
        match fault {
            CaseFault::NoReason => tr!(self, "case-no-reason"),
            CaseFault::NoTicket => tr!(self, "case-no-ticket"),
            CaseFault::NoRequester => tr!(self, "case-no-requester"),
            CaseFault::NotIdentified => tr!(self, "case-not-identified"),
            CaseFault::Form => tr!(self, "case-form"),
        }
    }

    fn unmet(&self, unmet: &Unmet) -> Option<String> {
        Some(match unmet {
            Unmet::NoApps => tr!(self, "unmet-no-apps"),
            Unmet::NoFactor { person } => tr!(self, "unmet-no-factor", person = person.as_str()),
            Unmet::Suspended { person, factor } => tr!(
                self,
                "unmet-suspended",
                person = person.as_str(),
                factor = factor.as_str()
            ),
            Unmet::NoVisit { person } => tr!(self, "unmet-no-visit", person = person.as_str()),
            Unmet::OwnMake { person } => tr!(self, "unmet-own-make", person = person.as_str()),
            Unmet::NotWaiting { person } => {
                tr!(self, "unmet-not-waiting", person = person.as_str())
            }
            Unmet::ResetOver { person } => {
                tr!(self, "unmet-reset-over", person = person.as_str())
            }
            Unmet::Document => tr!(self, "unmet-document"),
            Unmet::NothingToSign => tr!(self, "unmet-nothing-to-sign"),
            Unmet::Gone { person } => tr!(self, "unmet-gone", person = person.as_str()),
            Unmet::SuspendedForGood { person } => {
                tr!(self, "unmet-suspended-for-good", person = person.as_str())
            }
            Unmet::NoKey { person } => tr!(self, "unmet-no-key", person = person.as_str()),
            Unmet::NotSuspended { person } => {
                tr!(self, "unmet-not-suspended", person = person.as_str())
            }
            Unmet::BeganWithout { person } => {
                tr!(self, "unmet-began-without", person = person.as_str())
            }
            Unmet::OpensStill { person } => {
                tr!(self, "unmet-opens-still", person = person.as_str())
            }
            Unmet::NothingOpen { person } => {
                tr!(self, "unmet-nothing-open", person = person.as_str())
            }
            Unmet::NobodyReleases => tr!(self, "unmet-nobody-releases"),
            Unmet::Stock { fault } => self.stock_fault(fault),
            Unmet::NotLent { person, kind } => self.not_lent(person, *kind),
            Unmet::NothingForgotten { person } => {
                tr!(self, "unmet-nothing-forgotten", person = person.as_str())
            }
            Unmet::NobodyStandsBy => tr!(self, "unmet-nobody-stands-by"),
            Unmet::NeedsNoReset { person } => {
                tr!(self, "unmet-needs-no-reset", person = person.as_str())
            }
            Unmet::OneWay {
                person,
                organisation: Some(organisation),
            } => tr!(
                self,
                "unmet-one-way",
                person = person.as_str(),
                organisation = organisation.as_str()
            ),
            Unmet::OneWay {
                person,
                organisation: None,
            } => tr!(self, "unmet-one-way-alone", person = person.as_str()),
            Unmet::MayObject { person, until } => {
                let until = self.until(*until);
                tr!(
                    self,
                    "unmet-may-object",
                    person = person.as_str(),
                    until = until
                )
            }
            Unmet::MayStillCome { person, until } => {
                let until = self.until(*until);
                tr!(
                    self,
                    "unmet-may-still-come",
                    person = person.as_str(),
                    until = until
                )
            }
            Unmet::LostAccess { person, kind } => {
                let may = row(Action::ReplaceLost, Some(*kind));
                let may = may.map_or_else(String::new, |row| self.who_may(row));
                tr!(
                    self,
                    "unmet-lost-access",
                    person = person.as_str(),
                    may = may
                )
            }
            Unmet::AppHeld { person } => tr!(self, "unmet-app-held", person = person.as_str()),
            Unmet::Held | Unmet::NotSealed => return None,
        })
    }

    fn gap(&self, gap: &Gap) -> Option<String> {
        Some(match gap {
            Gap::Down {
                known: Some(known), ..
            } => self.trouble(*known),
            Gap::Down {
                known: None,
                detail,
            } => tr!(self, "gap-down", detail = detail.as_str()),
            Gap::Unserved { status, .. } => tr!(self, "gap-unserved", status = (*status)),
            Gap::InBetween { status, media } => {
                tr!(
                    self,
                    "gap-between",
                    status = (*status),
                    media = media.as_str()
                )
            }
            Gap::Unread { .. } => tr!(self, "gap-unread"),
            Gap::NotJoined => tr!(self, "gap-not-joined"),
            Gap::Stock => tr!(self, "gap-stock"),
            Gap::TestWaits => tr!(self, "gap-test-waits"),
            Gap::MayBeHeld => tr!(self, "gap-may-be-held"),
            Gap::Unknown => tr!(self, "gap-unknown"),
            Gap::VisitPassed => tr!(self, "gap-visit-passed"),
            Gap::NotAsked => return None,
        })
    }

    /// The facts of what a key did not do; none: its kind says it all.
    fn key_fault(&self, fault: &KeyFault) -> Option<String> {
        match fault {
            KeyFault::WrongPin {
                retries: Some(tries),
            } => Some(tr!(self, "pin-retries", retries = (*tries))),
            KeyFault::PinTooSimple {
                explained_at: Some(url),
            } => Some(tr!(self, "pin-rules-at", url = clean(url))),
            KeyFault::PinTooLong { max } => Some(tr!(self, "pin-at-most", max = (*max))),
            KeyFault::Unsupported(lacks) => Some(self.lacks(lacks)),
            KeyFault::Failed(failure) => Some(self.failure(failure)),
            KeyFault::Gone
            | KeyFault::Replugged
            | KeyFault::Cancelled
            | KeyFault::TouchTimeout
            | KeyFault::WrongPin { retries: None }
            | KeyFault::PowerCycleNeeded
            | KeyFault::PinBlocked
            | KeyFault::PinChangeNeeded
            | KeyFault::PinRefused
            | KeyFault::PinTooSimple { explained_at: None }
            | KeyFault::Excluded
            | KeyFault::NoCredential
            | KeyFault::StoreFull => None,
        }
    }

    /// Why a PIN that was typed is none that is taken.
    pub fn pin_error(&self, error: &PinError) -> String {
        match error {
            PinError::TooShort { min } => tr!(self, "pin-too-short", min = (*min)),
            PinError::TooLong => tr!(self, "pin-too-long"),
            PinError::Common => tr!(self, "pin-common"),
            PinError::Control => tr!(self, "pin-control"),
        }
    }

    /// Why a key did not take a new PIN, where another one is chosen next.
    pub fn pin_refused(&self, fault: &KeyFault) -> String {
        let facts = self.key_fault(fault);
        let what = match fault {
            KeyFault::PinTooSimple { .. } | KeyFault::PinTooLong { .. } => {
                self.stopped(fault.code()).what
            }
            _ => tr!(self, "new-pin-refused"),
        };
        [Some(what), facts]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn lacks(&self, lacks: &Lacks) -> String {
        match lacks {
            Lacks::Fido2 => tr!(self, "lacks-fido2"),
            Lacks::Pins => tr!(self, "lacks-pins"),
            Lacks::FirstPin => tr!(self, "lacks-first-pin"),
            Lacks::PinChange => tr!(self, "lacks-pin-change"),
            Lacks::ForcedPinChange => tr!(self, "lacks-forced-change"),
            Lacks::Credentials => tr!(self, "lacks-credentials"),
            Lacks::CredentialsWithoutPin => tr!(self, "lacks-credentials-without-pin"),
            Lacks::Renaming => tr!(self, "lacks-renaming"),
            Lacks::LastingToken => tr!(self, "lacks-lasting-token"),
            Lacks::Fingerprints => tr!(self, "lacks-fingerprints"),
            Lacks::OtherBiometrics => tr!(self, "lacks-other-biometrics"),
            Lacks::FingerprintsWithoutPin => tr!(self, "lacks-fingerprints-without-pin"),
            Lacks::BuiltInUv => tr!(self, "lacks-built-in-uv"),
            Lacks::FingerToken => tr!(self, "lacks-finger-token"),
            Lacks::ByPin => tr!(self, "lacks-by-pin"),
            Lacks::ByFinger => tr!(self, "lacks-by-finger"),
            Lacks::Blinking => tr!(self, "lacks-blinking"),
            Lacks::Selection => tr!(self, "lacks-selection"),
            Lacks::UsbReset { over } if over.is_empty() => tr!(self, "lacks-any-reset"),
            Lacks::Reset => tr!(self, "lacks-reset"),
            Lacks::UsbReset { over } => tr!(self, "lacks-usb-reset", over = over.join(", ")),
            Lacks::Setting { setting } => {
                tr!(self, "lacks-setting", setting = self.setting(setting))
            }
            Lacks::Configuring => tr!(self, "lacks-configuring"),
            Lacks::HandOver => tr!(self, "lacks-hand-over"),
            Lacks::Letters => tr!(self, "lacks-letters"),
        }
    }

    fn failure(&self, failure: &Failure) -> String {
        match failure {
            Failure::Refused { operation, status } => tr!(
                self,
                "failure-refused",
                operation = operation.as_str(),
                status = status.as_str()
            ),
            Failure::Silent {
                operation,
                limit_ms,
            } => tr!(
                self,
                "failure-silent",
                operation = operation.as_str(),
                limit = (*limit_ms)
            ),
            Failure::OtherProgram { limit_ms } => {
                tr!(self, "failure-other-program", limit = (*limit_ms))
            }
            Failure::System { reason } => tr!(self, "failure-system", reason = reason.as_str()),
            Failure::Garbled { operation, .. } => {
                tr!(self, "failure-garbled", operation = operation.as_str())
            }
            Failure::TooLarge { bytes, limit } => {
                tr!(
                    self,
                    "failure-too-large",
                    bytes = (*bytes),
                    limit = (*limit)
                )
            }
            Failure::Randomness => tr!(self, "failure-randomness"),
            Failure::MinPinLength { min } => tr!(self, "failure-min-pin", min = (*min)),
            Failure::RelyingParties { max } => tr!(self, "failure-rps", max = (*max)),
            Failure::NoKey => tr!(self, "failure-no-key"),
            Failure::NotReady => tr!(self, "failure-not-ready"),
            Failure::Crowded => tr!(self, "failure-crowded"),
            Failure::NoFinger => tr!(self, "failure-no-finger"),
            Failure::NoName => tr!(self, "failure-no-name"),
            Failure::PinLength { characters } => {
                tr!(self, "failure-pin-length", characters = (*characters))
            }
            Failure::TagForm => tr!(self, "failure-tag-form"),
            Failure::TagTaken => tr!(self, "failure-tag-taken"),
            Failure::Told { words } => words.clone(),
        }
    }

    /// What is wrong with a signature.
    pub fn flaw(&self, flaw: &Flaw) -> String {
        match flaw {
            Flaw::DataShort => tr!(self, "flaw-data-short"),
            Flaw::OtherParty => tr!(self, "flaw-other-party"),
            Flaw::Untouched => tr!(self, "flaw-untouched"),
            Flaw::Unverified => tr!(self, "flaw-unverified"),
            Flaw::VerifiedNobody => tr!(self, "flaw-verified-nobody"),
            Flaw::SignatureMalformed => tr!(self, "flaw-signature-malformed"),
            Flaw::SignatureWrong => tr!(self, "flaw-signature-wrong"),
            Flaw::PublicKey => tr!(self, "flaw-public-key"),
            Flaw::OtherCredential => tr!(self, "flaw-other-credential"),
            Flaw::Counter { from, to } => tr!(self, "flaw-counter", from = (*from), to = (*to)),
            Flaw::Algorithm { algorithm } => {
                let algorithm = crate::domain::key::algorithm(*algorithm);
                tr!(self, "flaw-algorithm", algorithm = algorithm)
            }
            Flaw::SecondCredential => tr!(self, "flaw-second-credential"),
            Flaw::TestLeft => tr!(self, "flaw-test-left"),
            Flaw::CredentialStays => tr!(self, "flaw-credential-stays"),
            Flaw::NameNotShown => tr!(self, "flaw-name-not-shown"),
            Flaw::FingerNotListed => tr!(self, "flaw-finger-not-listed"),
            Flaw::FingerNotNamed => tr!(self, "flaw-finger-not-named"),
            Flaw::FingerStays => tr!(self, "flaw-finger-stays"),
            Flaw::OwnerChanged => tr!(self, "flaw-owner-changed"),
            Flaw::PinNotTaken => tr!(self, "flaw-pin-not-taken"),
            Flaw::NotEmpty => tr!(self, "flaw-not-empty"),
            Flaw::SettingNotShown { setting } => {
                tr!(
                    self,
                    "flaw-setting-not-shown",
                    setting = self.setting(setting)
                )
            }
            Flaw::NotOperators => tr!(self, "flaw-not-operators"),
            Flaw::OnlyRegistry => tr!(self, "flaw-only-registry"),
        }
    }

    /// Why a step of a test was left out, or failed.
    pub fn test_why(&self, why: &Why) -> String {
        match why {
            Why::Skip(Skip::VerifiesNobody) => tr!(self, "skip-verifies-nobody"),
            Why::Skip(Skip::NoPinYet) => tr!(self, "skip-no-pin-yet"),
            Why::Skip(Skip::AlwaysVerifies) => tr!(self, "skip-always-verifies"),
            Why::Skip(Skip::Unchecked) => tr!(self, "skip-unchecked"),
            Why::Skip(Skip::Unlisted) => tr!(self, "skip-unlisted"),
            Why::Flaw(flaw) => self.flaw(flaw),
            Why::Fault(fault) => {
                let facts = self.key_fault(fault);
                facts.unwrap_or_else(|| self.stopped(fault.code()).what)
            }
            Why::Told(words) => words.clone(),
        }
    }
}
