//! The domain's words in the reader's language. Matches are exhaustive, so a new variant can't be forgotten.

use super::{Language, Text, tr};
use crate::domain::authority::Role;
use crate::domain::identification::{DeskMethod, Document, Earlier};
use crate::domain::key::algorithm;
use crate::domain::models::{Source, Status};
use crate::domain::policy::{Finding, Ruling, Why};
use crate::domain::profile::StepKind;
use crate::domain::reason::{Failure, KeyFault};
use crate::domain::unfit::{Taken, Unfit, Unusable};
use crate::domain::{Identification, KeyFacts, Person, PersonKind};
use crate::record::{IntentStage, OutboxBody, Remains, Unfinished, outbox_rows};
use crate::workflow::Stop;
use crate::workflow::dialogue::Step;

impl Text {
    /// What a person is to their organisation.
    pub fn kind(&self, kind: PersonKind) -> String {
        match kind {
            PersonKind::Employee => tr!(self, "kind-employee"),
            PersonKind::UserAdministrator => tr!(self, "kind-user-administrator"),
            PersonKind::MainAdministrator => tr!(self, "kind-main-administrator"),
            PersonKind::Unaffiliated => tr!(self, "kind-unaffiliated"),
            PersonKind::AuthorisedRepresentative => tr!(self, "kind-authorised-representative"),
        }
    }

    /// What is reported to the registry.
    pub fn outbox(&self, body: &OutboxBody) -> String {
        macro_rules! worded {
            ($($(#[$doc:meta])* $kind:ident { $($field:tt)* } $left:ident $text:literal $($urgent:ident)?;)*) => {
                match body {
                    $(OutboxBody::$kind { .. } => tr!(self, $text),)*
                }
            };
        }
        outbox_rows!(worded)
    }

    /// What an operator is.
    pub fn role(&self, role: Role) -> String {
        match role {
            Role::HelpDesk => tr!(self, "role-help-desk"),
            Role::StationAdministrator => tr!(self, "role-station-administrator"),
            Role::CustomerService => tr!(self, "role-customer-service"),
        }
    }

    /// A kind of document.
    pub fn document(&self, document: Document) -> String {
        match document {
            Document::Passport => tr!(self, "document-passport"),
            Document::IdentityCard => tr!(self, "document-identity-card"),
            Document::DrivingLicence => tr!(self, "document-driving-licence"),
            Document::ResidencePermit => tr!(self, "document-residence-permit"),
        }
    }

    /// How a person was identified, e.g. "passport ending 7K31".
    pub fn identified(&self, how: &Identification) -> String {
        match how {
            Identification::Shown {
                document,
                last_four,
                ..
            } => tr!(
                self,
                "note-identified",
                document = self.document(*document),
                characters = last_four.as_str()
            ),
            Identification::Stated { statement } => {
                tr!(self, "note-stated", statement = statement.as_str())
            }
        }
    }

    /// A method of identification.
    pub fn method(&self, method: &DeskMethod) -> String {
        match (&method.name, self.language) {
            (Some(name), Language::English) => name.en.clone(),
            (Some(name), Language::Dutch) => name.nl.clone(),
            (None, _) if method.id.is_default() => tr!(self, "method-document"),
            (None, _) => method.id.as_str().to_owned(),
        }
    }

    /// How a person was identified the last time, on that day, where it was otherwise than now.
    pub fn identified_before(&self, before: &Earlier, day: String) -> String {
        let how = self.identified(&before.how);
        match before.weaker {
            true => tr!(self, "identified-before-better", day = day, how = how),
            false => tr!(self, "identified-before", day = day, how = how),
        }
    }

    /// How many keys and apps a person has, and what of them is suspended, e.g. "1 key, app".
    pub fn factors(&self, person: &Person) -> String {
        let keys = (person.keys > 0).then(|| tr!(self, "factors-keys", keys = person.keys));
        let apps = (person.apps > 0).then(|| tr!(self, "factors-apps", apps = person.apps));
        let lost = person.lost;
        let lost_keys = (lost.keys > 0).then(|| tr!(self, "factors-lost-keys", keys = lost.keys));
        let lost_apps = (lost.apps > 0).then(|| tr!(self, "factors-lost-apps", apps = lost.apps));
        let valid = keys.into_iter().chain(apps);
        let factors: Vec<String> = valid.chain(lost_keys).chain(lost_apps).collect();
        match factors.is_empty() {
            false => factors.join(", "),
            true if lost.all => tr!(self, "factors-lost"),
            true => tr!(self, "factors-none"),
        }
    }

    /// A step of the checklist, one or two words.
    pub fn step(&self, step: Step) -> String {
        match step {
            Step::Offer => tr!(self, "step-offer"),
            Step::Identify => tr!(self, "step-identify"),
            Step::Key => tr!(self, "step-key"),
            Step::Check => tr!(self, "step-check"),
            Step::Pin => tr!(self, "step-pin"),
            Step::Create => tr!(self, "step-create"),
            Step::Test => tr!(self, "step-test"),
            Step::SignTouched => tr!(self, "step-sign-touched"),
            Step::Exclude => tr!(self, "step-exclude"),
            Step::Clean => tr!(self, "step-clean"),
            Step::Finger => tr!(self, "step-finger"),
            Step::Change => tr!(self, "step-change"),
            Step::ReadBack => tr!(self, "step-read-back"),
            Step::Confirm => tr!(self, "step-confirm"),
            Step::Reset => tr!(self, "step-reset"),
            Step::Empty => tr!(self, "step-empty"),
            Step::Record => tr!(self, "step-record"),
            Step::Push => tr!(self, "step-push"),
            Step::Prove => tr!(self, "step-prove"),
            Step::Secret => tr!(self, "step-secret"),
            Step::Code => tr!(self, "step-code"),
            Step::RecordApp => tr!(self, "step-record"),
            Step::PushApp => tr!(self, "step-push"),
        }
    }

    /// Something found about a key, with what to do where it weighs.
    pub fn finding(&self, finding: &Finding) -> String {
        match finding {
            Finding::TestedModel => tr!(self, "finding-tested-model"),
            Finding::UntestedModel => tr!(self, "finding-untested-model"),
            Finding::UnknownModel => tr!(self, "finding-unknown-model"),
            Finding::Certified { level, source } => {
                let words = tr!(self, "finding-certified", level = level.as_str());
                self.as_published(words, *source)
            }
            Finding::NotCertified { source } => {
                self.as_published(tr!(self, "finding-not-certified"), Some(*source))
            }
            Finding::Reported { status, source, .. } => self.report(status, *source),
            Finding::Advisory { id, summary } => self.advisory(id, summary),
            Finding::Rule { ruling, why, .. } => self.rule(*ruling, why),
            Finding::Lifted { what } => {
                tr!(self, "finding-lifted", what = self.finding(what))
            }
            Finding::NotFido2 => tr!(self, "finding-not-fido2"),
            Finding::NoPinSupport => tr!(self, "finding-no-pin-support"),
            Finding::FingerNeeded => tr!(self, "finding-finger-needed"),
            Finding::PinBlocked => tr!(self, "finding-pin-blocked"),
            Finding::FewPinRetries { retries } => {
                tr!(self, "finding-few-retries", retries = (*retries))
            }
            Finding::PinChangeRequired => tr!(self, "finding-pin-change"),
            Finding::StoreFull => tr!(self, "finding-store-full"),
            Finding::NotDiscoverable => tr!(self, "finding-not-discoverable"),
            Finding::NoCommonAlgorithm { has } => {
                let has: Vec<String> = has.iter().map(|id| algorithm(*id)).collect();
                tr!(self, "finding-no-algorithm", has = has.join(", "))
            }
            Finding::BoundTo { person } => {
                tr!(self, "finding-bound-to", person = person.as_str())
            }
            Finding::OperatorsOwn => tr!(self, "finding-operators-own"),
            Finding::NoStandby => tr!(self, "finding-no-standby"),
        }
    }

    /// With the release of the metadata that says so.
    fn as_published(&self, words: String, source: Option<Source>) -> String {
        match source {
            Some(source) => {
                let no = source.no.to_string();
                tr!(self, "finding-from-metadata", what = words, no = no)
            }
            None => words,
        }
    }

    /// What the FIDO Alliance reports against a model, and where.
    pub fn report(&self, status: &Status, source: Source) -> String {
        self.as_published(self.reported(status), Some(source))
    }

    fn reported(&self, status: &Status) -> String {
        match status {
            Status::Revoked => tr!(self, "finding-revoked"),
            Status::UserVerificationBypass => tr!(self, "finding-uv-bypass"),
            Status::AttestationKeyCompromise => tr!(self, "finding-attestation-compromise"),
            Status::UserKeyRemoteCompromise => tr!(self, "finding-remote-compromise"),
            Status::UserKeyPhysicalCompromise => tr!(self, "finding-physical-compromise"),
            other => tr!(self, "finding-reported", status = other.as_str()),
        }
    }

    /// What a rule of the policy says, with its reason in this language where it has one.
    fn rule(&self, ruling: Ruling, why: &Why) -> String {
        let why = match self.language() {
            Language::Dutch => why.nl.as_ref().unwrap_or(&why.en),
            Language::English => &why.en,
        };
        match ruling {
            Ruling::Allow => tr!(self, "finding-rule-allow", why = why.as_str()),
            Ruling::Warn => tr!(self, "finding-rule-warn", why = why.as_str()),
            Ruling::Refuse => tr!(self, "finding-rule-refuse", why = why.as_str()),
        }
    }

    /// A published weakness. Its summary comes with the list of models, in English, unless it is a well-known one.
    pub fn advisory(&self, id: &str, summary: &str) -> String {
        let summary = match id {
            "YSA-2024-03" => tr!(self, "advisory-ysa-2024-03"),
            _ => summary.to_owned(),
        };
        tr!(self, "finding-advisory", id = id, summary = summary)
    }

    /// Several of them, in one line.
    pub fn findings(&self, findings: &[Finding]) -> String {
        let words: Vec<String> = findings.iter().map(|f| self.finding(f)).collect();
        words.join("; ")
    }

    /// Why a key takes no part in a batch.
    pub fn unfit(&self, why: &Unfit) -> String {
        match why {
            Unfit::Found { findings } => self.findings(findings),
            Unfit::PinUnknown => tr!(self, "unfit-pin-unknown"),
            Unfit::PinUnwanted => tr!(self, "unfit-pin-unwanted"),
            Unfit::NotNeeded => tr!(self, "unfit-not-needed"),
            Unfit::Failed { code, .. } => self.stopped(*code).what,
        }
    }

    /// What a reset takes from a key.
    pub fn taken(&self, what: Taken) -> String {
        match what {
            Taken::Credentials => tr!(self, "taken-credentials"),
            Taken::Pin => tr!(self, "taken-pin"),
            Taken::Fingerprints => tr!(self, "taken-fingerprints"),
        }
    }

    /// What a stop at this moment would leave behind, as half a sentence.
    pub fn would_leave(&self, remains: Remains) -> String {
        match remains {
            Remains::Nothing => tr!(self, "leaves-nothing"),
            Remains::Pin => tr!(self, "leaves-pin"),
            Remains::CredentialDeleted => tr!(self, "leaves-credential-deleted"),
            Remains::Credential => tr!(self, "leaves-credential"),
            Remains::Unknown => tr!(self, "leaves-unknown"),
            Remains::InUse | Remains::PinProven => tr!(self, "leaves-in-use"),
            Remains::Reset => tr!(self, "leaves-reset"),
            Remains::MayBeReset => tr!(self, "leaves-may-be-reset"),
            Remains::Deleted => tr!(self, "leaves-deleted"),
            Remains::MayBeDeleted => tr!(self, "leaves-may-be-deleted"),
            Remains::Changed => tr!(self, "leaves-changed"),
            Remains::MayBeChanged => tr!(self, "leaves-may-be-changed"),
            Remains::OnPhone => tr!(self, "leaves-on-phone"),
            Remains::AppUnknown => tr!(self, "leaves-app-unknown"),
            Remains::NotAssigned => tr!(self, "leaves-not-assigned"),
            Remains::MayBeAssigned => tr!(self, "leaves-may-be-assigned"),
            Remains::AccountReset => tr!(self, "leaves-account-reset"),
            Remains::AccountKept => tr!(self, "leaves-unchanged"),
            Remains::MayBeAccountReset => tr!(self, "leaves-may-be-account-reset"),
        }
    }

    /// What remains on the key after a run, in whole sentences.
    pub fn remains(&self, remains: Remains) -> String {
        match remains {
            Remains::Nothing => tr!(self, "remains-nothing"),
            Remains::Pin => tr!(self, "remains-pin"),
            Remains::CredentialDeleted => tr!(self, "remains-credential-deleted"),
            Remains::Credential => tr!(self, "remains-credential"),
            Remains::Unknown => tr!(self, "remains-unknown"),
            Remains::InUse => tr!(self, "remains-in-use"),
            Remains::Reset => tr!(self, "remains-reset"),
            Remains::MayBeReset => tr!(self, "remains-may-be-reset"),
            Remains::Deleted => tr!(self, "remains-deleted"),
            Remains::MayBeDeleted => tr!(self, "remains-may-be-deleted"),
            Remains::Changed => tr!(self, "remains-changed"),
            Remains::MayBeChanged => tr!(self, "remains-may-be-changed"),
            Remains::PinProven => tr!(self, "remains-pin-proven"),
            Remains::OnPhone => tr!(self, "remains-on-phone"),
            Remains::AppUnknown => tr!(self, "remains-app-unknown"),
            Remains::NotAssigned => tr!(self, "remains-not-assigned"),
            Remains::MayBeAssigned => tr!(self, "remains-may-be-assigned"),
            Remains::AccountReset => tr!(self, "remains-account-reset"),
            Remains::AccountKept => tr!(self, "remains-account-kept"),
            Remains::MayBeAccountReset => tr!(self, "remains-may-be-account-reset"),
        }
    }

    /// The same once nothing about it is unfinished any more.
    pub fn recorded(&self, remains: Remains) -> String {
        match remains {
            Remains::Credential => tr!(self, "recorded-credential"),
            Remains::Unknown => tr!(self, "recorded-unknown"),
            Remains::MayBeReset => tr!(self, "recorded-may-be-reset"),
            Remains::MayBeDeleted => tr!(self, "recorded-may-be-deleted"),
            Remains::MayBeChanged => tr!(self, "recorded-may-be-changed"),
            Remains::MayBeAssigned => tr!(self, "recorded-may-be-assigned"),
            Remains::MayBeAccountReset => tr!(self, "recorded-may-be-account-reset"),
            other => self.remains(other),
        }
    }

    /// What a person must know who takes a key home.
    pub fn must_know(&self, key: &KeyFacts) -> Vec<String> {
        let mut facts = vec![tr!(self, "done-know-rdp"), tr!(self, "done-know-second")];
        if key.pin_set.is_some() {
            facts.insert(0, tr!(self, "done-know-pin"));
        }
        facts
    }

    /// What is left to do for a main administrator who has one key.
    pub fn lacks_standby_key(&self) -> String {
        tr!(self, "left-standby")
    }

    /// What a withdrawal leaves on the key.
    pub fn withdrawn(&self, remains: Remains) -> String {
        match remains {
            Remains::Nothing | Remains::Pin => tr!(self, "withdrawn-gone"),
            Remains::CredentialDeleted => tr!(self, "withdrawn-deleted"),
            other => self.recorded(other),
        }
    }

    pub fn batch_step(&self, step: StepKind) -> String {
        match step {
            StepKind::Test => tr!(self, "batch-step-test"),
            StepKind::Reset => tr!(self, "batch-step-reset"),
            StepKind::Policy => tr!(self, "batch-step-policy"),
            StepKind::Pin => tr!(self, "batch-step-pin"),
            StepKind::Enrol => tr!(self, "batch-step-enrol"),
            StepKind::Tag => tr!(self, "batch-step-tag"),
            StepKind::Label => tr!(self, "batch-step-label"),
            StepKind::ForceChange => tr!(self, "batch-step-force-change"),
        }
    }

    /// How far unfinished work had come.
    pub fn stage(&self, work: &Unfinished) -> String {
        match work {
            Unfinished::Enrolment(open) => match open.stage {
                IntentStage::Begun => tr!(self, "stage-begun"),
                IntentStage::PinSet => tr!(self, "stage-pin-set"),
                IntentStage::Made => tr!(self, "stage-made"),
            },
            Unfinished::OwnKey(_) => tr!(self, "stage-own-key"),
            Unfinished::Withdrawal(_) => tr!(self, "stage-withdrawal"),
            Unfinished::Reset(_) => tr!(self, "stage-reset"),
            Unfinished::Deletion(_) => tr!(self, "stage-deletion"),
            Unfinished::Care(_) => tr!(self, "stage-care"),
            Unfinished::App(_) => tr!(self, "stage-app"),
            Unfinished::Token(_) => tr!(self, "stage-token"),
            Unfinished::Person(_) => tr!(self, "stage-person"),
        }
    }

    /// Where a key's PIN stands.
    pub fn pin_state(&self, key: &KeyFacts) -> String {
        match (key.pin_set, key.pin_retries) {
            (None, _) if key.built_in_uv => tr!(self, "pin-finger"),
            (None, _) => tr!(self, "pin-unsupported"),
            (Some(false), _) => tr!(self, "pin-none"),
            (Some(true), Some(0)) => tr!(self, "pin-blocked"),
            (Some(true), _) if key.pin_change_required => tr!(self, "pin-change"),
            (Some(true), Some(tries)) => tr!(self, "pin-set-tries", tries = tries),
            (Some(true), None) => tr!(self, "pin-set"),
        }
    }

    /// Why a slot's key can't be used, in a few words.
    pub fn unusable(&self, why: &Unusable) -> String {
        match why {
            Unusable::NoPermission { .. } => tr!(self, "slot-no-permission"),
            Unusable::NoRoom { .. } => tr!(self, "slot-no-room"),
            Unusable::System { .. } | Unusable::Failed { .. } | Unusable::Broke => {
                tr!(self, "slot-failed")
            }
        }
    }

    /// The same with its facts.
    pub fn unusable_in_full(&self, why: &Unusable) -> String {
        match why {
            Unusable::NoPermission { node } => {
                tr!(self, "slot-no-permission-at", node = node.as_str())
            }
            Unusable::NoRoom { limit } => tr!(self, "slot-no-room-for", limit = (*limit)),
            Unusable::System { reason } => tr!(self, "slot-system", reason = reason.as_str()),
            Unusable::Failed { why } => {
                let told = self.stop(&Stop::Key(why.clone()));
                match why {
                    // Whoever asks its vendor needs it.
                    KeyFault::Failed(Failure::Garbled { detail, .. }) => {
                        let read = tr!(self, "slot-garbled", detail = detail.as_str());
                        format!("{told} {read}")
                    }
                    _ => told,
                }
            }
            Unusable::Broke => tr!(self, "slot-broke"),
        }
    }
}
