//! Why the registry refused, with the facts: what a problem carries besides its words, so that whoever shows it says it in the
//! reader's language and in their own time zone.
//!
//! Hides nothing but how leniently it is read. Invariant: a row is what is said once, its facts and the text that words them; rows are
//! added, and never given another fact; one that nothing says any more goes. What another release says is unknown here, and its words
//! must do.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};

use crate::domain::Identification;
use crate::domain::account_reset::{ResetReason, ResetState};
use crate::domain::authority::{LastFactor, NotAllowed, Role, WhoMay};
use crate::domain::custody::{Identifier, Refusal as StockRefusal};
use crate::domain::identification::AwayMeans;
use crate::domain::person::PersonKind;
use crate::domain::visit::SuspendedWhy;

/// Until when something goes on: midnight is the end of the day before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Until(pub Timestamp);

/// How somebody was identified who is not at a desk, as an act has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Look(pub String);

/// Every reason, with its facts and the text that words them, for the macro that is named.
#[macro_export]
macro_rules! because_rows {
    ($then:ident) => {
        $then! {
            // Who may, by the matrix.
            NotAllowed { role: Role, may: WhoMay } "why-not-allowed";
            NobodyMay { role: Role } "why-nobody-may";
            LastFactor { person: String, may: WhoMay } "why-last";
            LastFactorOfAll { person: String } "why-last-nobody";
            LentNothing { person: String, kind: PersonKind, may: WhoMay } "why-not-lent";
            Taken { person: String, may: WhoMay } "why-taken";
            Released { person: String, may: WhoMay } "why-released";
            NobodyReplaces { person: String } "why-released-nobody";
            Both { first: Box<Because>, then: Box<Because> } "because-both";
            // Visits and identifications.
            OneselfServed {} "because-oneself-served";
            OwnOrganisation { organisation: String } "because-own-organisation";
            VisitGone { visit: String } "because-visit-gone";
            ServedElsewhere { operator: String, station: String } "because-served-elsewhere";
            ReleaseOver { until: Until, needed: Box<Because> } "because-release-over";
            IdentifyAnew { person: String } "because-identify-anew";
            ProveOwn { person: String } "because-prove-own";
            AdministratorProves { person: String, may: Vec<String> } "because-administrator-proves";
            NoProver { person: String } "because-no-prover";
            AnswersNot { prover: String, person: String, needed: Box<Because> } "because-answers-not";
            AccountOfNobody { operator: String } "because-account-of-nobody";
            MadeAhead {} "because-made-ahead";
            MakerIdentified {} "because-maker-identified";
            TouchFirst {} "because-touch-first";
            ReleaserGoesOn {} "because-releaser-goes-on";
            MakerGoesOn {} "because-maker-goes-on";
            HandInAnswer {} "because-hand-in-answer";
            SignedInNowhere { operator: String } "because-signed-in-nowhere";
            NothingWaits {} "because-nothing-waits";
            NothingProved { person: String } "because-nothing-proved";
            IdentifiedOtherwise { person: String, how: Identification } "because-identified-otherwise";
            IdentifiedThen { now: Identification } "because-identified-then";
            RefusedBesideAsker {} "because-refused-beside-asker";
            StatedAlone {} "because-stated-alone";
            MethodUnknown { method: String, known: String } "because-method-unknown";
            MethodNotAtDesk { method: String } "because-method-not-at-desk";
            NobodyIdentified {} "because-nobody-identified";
            IdentifiedLongAgo {} "because-identified-long-ago";
            NoPerson { person: String } "because-no-person";
            NoOperator { operator: String } "because-no-operator";
            OperatorRevoked { operator: String, at: Timestamp } "because-operator-revoked";
            OperatorKeyRevoked { operator: String, at: Timestamp } "because-operator-key-revoked";
            StationRevoked { station: String, at: Timestamp } "because-station-revoked";
            // Asking for the reset of an account, releasing it and carrying it out.
            AskerOfNobody { operator: String } "because-asker-of-nobody";
            EnrolNow { person: String } "because-enrol-now";
            ProveInstead { person: String } "because-prove-instead";
            EnrolAsAnybody { person: String } "because-enrol-as-anybody";
            AdministratorAsks { person: String } "because-administrator-asks";
            ServiceAsks { person: String } "because-service-asks";
            NoAdministratorAsks { person: String } "because-no-administrator-asks";
            OthersReset { person: String, may: WhoMay } "because-others-reset";
            OwnResetServed {} "because-own-reset-served";
            OwnReset {} "because-own-reset";
            OnlyAdministrators {} "because-only-administrators";
            NoAskingAdministrator { person: String } "because-no-asking-administrator";
            NotInOrganisation {} "because-not-in-organisation";
            AccountChanged { operator: String, at: Timestamp } "because-account-changed";
            OtherByNow { person: String } "because-other-by-now";
            NoReset { reset: String } "because-no-reset";
            NoResetHere { reset: String } "because-no-reset-here";
            ResetPreparedElsewhere { reset: String } "because-reset-prepared-elsewhere";
            ResetOver { reset: String, how: Box<Because> } "because-reset-over";
            ResetOpen { person: String, how: Box<Because> } "because-reset-open";
            ResetLimit { count: u32, person: String } "because-reset-limit";
            Prepared { until: Until } "because-prepared";
            Requested { until: Until } "because-requested";
            Ripens { from: Timestamp, until: Until } "because-ripens";
            Ripe { until: Until } "because-ripe";
            ResetIs { state: ResetState } "because-reset-is";
            AskedAlready {} "because-asked-already";
            OfAnother {} "because-of-another";
            PersonNotAtDesk {} "because-person-not-at-desk";
            CarriedOutInVisit {} "because-carried-out-in-visit";
            CarriedOutByAnother {} "because-carried-out-by-another";
            Complete {} "because-complete";
            ReleasedNoMore {} "because-released-no-more";
            AskedForNoMore {} "because-asked-for-no-more";
            EnrolledSince {} "because-enrolled-since";
            CalledOtherwise {} "because-called-otherwise";
            ExceptionOver { person: String, at: Timestamp } "because-exception-over";
            ExceptionOpen { person: String, until: Until } "because-exception-open";
            ReleaserHasPart {} "because-releaser-has-part";
            ReleaseNotAsked { person: String } "because-release-not-asked";
            ReleasesNothing { role: Role, may: WhoMay } "because-releases-nothing";
            ReleaserNew { operator: String, at: Timestamp } "because-releaser-new";
            ReleaserSameHuman { operator: String } "because-releaser-same-human";
            NameDiffers {} "because-name-differs";
            ReleaserCarriesOut {} "because-releaser-carries-out";
            EndsOwn {} "because-ends-own";
            WithdrawsOwn {} "because-withdraws-own";
            NoSuchReset {} "because-no-such-reset";
            FactorEnded {} "because-factor-ended";
            MakerServes {} "because-maker-serves";
            NoKeyHere { person: String } "because-no-key-here";
            SignerAtDesk {} "because-signer-at-desk";
            // Who is not at a desk, and an administrator's word.
            NoMethod { means: AwayMeans } "because-no-method";
            NoNumber { person: String } "because-no-number";
            YoungNumber { person: String, since: Timestamp } "because-young-number";
            NotANumber { person: String } "because-not-a-number";
            NumberChanged { person: String } "because-number-changed";
            WayTaken { person: String, look: Look } "because-way-taken";
            OthersWork {} "because-others-work";
            NoWay { person: String } "because-no-way";
            OneWay { person: String, look: Look } "because-one-way";
            AwayLongAgo {} "because-away-long-ago";
            VouchesNotForThem {} "because-vouches-not-for-them";
            KeyYoung {} "because-key-young";
            VoucherKeyMade {} "because-voucher-key-made";
            OtherReason { administrator: String, reason: ResetReason } "because-other-reason";
            VouchingFallen { person: String } "because-vouching-fallen";
            // What is signed with a key.
            ActsOpen { count: u32 } "because-acts-open";
            NotAskedToSign {} "because-not-asked-to-sign";
            SignedLate {} "because-signed-late";
            OthersKey {} "because-others-key";
            KeyRevoked { at: Timestamp } "because-key-revoked";
            KeyShut {} "because-key-shut";
            ActChanged {} "because-act-changed";
            RequestChanged {} "because-request-changed";
            // Loans.
            OnLoan { person: String, until: Until } "because-on-loan";
            LentAlready { person: String } "because-lent-already";
            NothingForgotten { person: String } "because-nothing-forgotten";
            LostNotForgotten { person: String } "because-lost-not-forgotten";
            LoanNotAsked { person: String } "because-loan-not-asked";
            StandsByNothing { role: Role } "because-stands-by-nothing";
            SecondNew { operator: String, at: Timestamp } "because-second-new";
            SecondSameHuman { operator: String } "because-second-same-human";
            SecondNotTheirs { administrator: String, person: String } "because-second-not-theirs";
            SecondFirst { person: String } "because-second-first";
            LoanOver { until: Until } "because-loan-over";
            LoanKeyMade {} "because-loan-key-made";
            // Suspensions, and factors.
            NoFactor { person: String, factor: String } "because-no-factor";
            Suspended { factor: String, person: String, at: Timestamp, why: SuspendedWhy, after: Box<Because> } "because-suspended";
            LiftedUntil { until: Until } "because-lifted-until";
            LentNeverLifted {} "because-lent-never-lifted";
            NeverLifted {} "because-never-lifted";
            LoanNeverResumed {} "because-loan-never-resumed";
            LentNotLifted { factor: String } "because-lent-not-lifted";
            Removed { factor: String, at: Timestamp } "because-removed";
            NotSuspended { factor: String } "because-not-suspended";
            ReportedAs { factor: String, why: SuspendedWhy } "because-reported-as";
            RunOut { factor: String, at: Timestamp } "because-run-out";
            ProveAnother {} "because-prove-another";
            NewOneFrom { may: WhoMay } "because-new-one-from";
            DocumentToLift {} "because-document-to-lift";
            NoApp { person: String, factor: String } "because-no-app";
            CounterBehind {} "because-counter-behind";
            CredentialGone { credential: String, at: Timestamp } "because-credential-gone";
            CredentialExists { credential: String, person: String } "because-credential-exists";
            KeyTaken { person: String } "because-key-taken";
            EnrolledElsewhere { person: String, station: String, credential: String } "because-enrolled-elsewhere";
            TokenNotInStock { serial: String } "because-token-not-in-stock";
            TokenLost { serial: String } "because-token-lost";
            TokenOfSomebody { serial: String } "because-token-of-somebody";
            // Codes and offers.
            OperatorGuessed { count: u32, operator: String, until: Timestamp } "because-operator-guessed";
            SubjectGuessed { count: u32, operator: String, until: Timestamp } "because-subject-guessed";
            GuessedOut { count: u32 } "because-guessed-out";
            CodesUsedUp { count: u32, offer: String } "because-codes-used-up";
            CodeNotOfSecret {} "because-code-not-of-secret";
            CodeOutsideOffer {} "because-code-outside-offer";
            TokenNextCode {} "because-token-next-code";
            TokenCodeUsed {} "because-token-code-used";
            TokenCodeMisread {} "because-token-code-misread";
            TokenClock {} "because-token-clock";
            TokenOtherFactor {} "because-token-other-factor";
            TokenOtherSerial {} "because-token-other-serial";
            OfferUsed { offer: String } "because-offer-used";
            OfferExpired { offer: String } "because-offer-expired";
            OffersOpen { count: u32 } "because-offers-open";
            WasAbsent { operator: String, at: Timestamp } "because-was-absent";
            OfferersAbsence { operator: String, at: Timestamp } "because-offerers-absence";
            DatedAhead { operator: String, at: Timestamp, now: Timestamp } "because-dated-ahead";
            EndedBefore { ended: Timestamp, enrolled: Timestamp } "because-ended-before";
            // Stock.
            StockRefused { refusal: Box<StockRefusal> } "because-stock-refused";
            IdentifierTaken { named: Identifier } "because-identifier-taken";
            TagForeign { tag: String } "because-tag-foreign";
            TagsOver {} "because-tags-over";
            PlaceUnknown { place: String } "because-place-unknown";
            PlaceClosed { place: String } "because-place-closed";
            PlaceAnswered { place: String, operator: String } "because-place-answered";
            PlaceFull { place: String } "because-place-full";
            DeliveryUnknown { delivery: String } "because-delivery-unknown";
            DeliveryBegun { delivery: String } "because-delivery-begun";
            OneHuman { operator: String, second: String } "because-one-human";
            RoleThen { operator: String, role: Role } "because-role-then";
            ItemUnknown { item: String } "because-item-unknown";
            NoSuchAccount { operator: String } "because-no-such-account";
            // The rest.
            WaitingNoMore {} "because-waiting-no-more";
            NotCome { credential: String, offer: String, otherwise: Box<Because> } "because-not-come";
            NothingToTakeBack {} "because-nothing-to-take-back";
            NobodyVouched { organisation: String, person: String } "because-nobody-vouched";
            NobodyVouches { person: String } "because-nobody-vouches";
            NotTakenBack { credential: String, minutes: u32 } "because-not-taken-back";
            EnrolledBy { credential: String, operators: Vec<String>, otherwise: Box<Because> } "because-enrolled-by";
            CredentialNotHere { person: String } "because-credential-not-here";
            NoCredential { person: String, credential: String } "because-no-credential";
        }
    };
}
pub use because_rows;

macro_rules! reasons {
    ($($name:ident { $($fact:ident: $kind:ty),* } $key:literal;)*) => {
        /// Why the registry refused.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "because", rename_all = "kebab-case")]
        pub enum Because {
            $($name { $($fact: $kind),* },)*
        }

        #[cfg(any(test, feature = "samples"))]
        impl Because {
            /// One of each, for the tests of whoever words them.
            pub fn samples() -> Vec<Self> {
                vec![$(Self::$name { $($fact: <$kind as samples::Sample>::sample()),* }),*]
            }
        }
    };
}
because_rows!(reasons);

impl From<NotAllowed> for Because {
    fn from(refused: NotAllowed) -> Self {
        let role = refused.role;
        match refused.may {
            Some(row) => Self::NotAllowed {
                role,
                may: row.into(),
            },
            None => Self::NobodyMay { role },
        }
    }
}

impl From<LastFactor> for Because {
    fn from(last: LastFactor) -> Self {
        let person = last.person;
        match last.may {
            Some(row) => Self::LastFactor {
                person,
                may: row.into(),
            },
            None => Self::LastFactorOfAll { person },
        }
    }
}

/// What was said of a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WhyNot {
    /// In the registry's words.
    #[serde(rename = "detail")]
    pub words: String,
    /// Why, where that is known here; then the words add nothing to it.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "known"
    )]
    pub why: Option<Box<Because>>,
}

impl<W: Into<String>> From<W> for WhyNot {
    fn from(words: W) -> Self {
        Self {
            words: words.into(),
            why: None,
        }
    }
}

impl fmt::Display for WhyNot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

/// Reads a reason that is known here; none: there is none, or it is of a later release.
pub(super) fn known<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Box<Because>>, D::Error> {
    let said = Option::<serde_json::Value>::deserialize(deserializer)?;
    Ok(said.and_then(|said| serde_json::from_value(said).ok()))
}

#[cfg(any(test, feature = "samples"))]
mod samples {
    use super::*;
    use crate::domain::identification::Document;

    /// A fact that has no letter of any language.
    pub trait Sample {
        fn sample() -> Self;
    }

    macro_rules! sampled {
        ($($kind:ty => $sample:expr;)*) => {
            $(impl Sample for $kind {
                fn sample() -> Self {
                    $sample
                }
            })*
        };
    }

    sampled! {
        String => "⟨7⟩".to_owned();
        Vec<String> => vec!["⟨7⟩".to_owned(), "⟨8⟩".to_owned()];
        u32 => 40;
        Timestamp => Timestamp::from_second(1_796_047_200).unwrap_or_default();
        Until => Until(Timestamp::sample());
        Look => Look("call-back:1010".to_owned());
        Role => Role::HelpDesk;
        PersonKind => PersonKind::Employee;
        SuspendedWhy => SuspendedWhy::Stolen;
        ResetState => ResetState::Objected;
        ResetReason => ResetReason::NewPhone;
        AwayMeans => AwayMeans::CallBack;
        Identification => Identification::new(Document::Passport, "7731").expect("a document");
        Identifier => Identifier::Token {
            serial: crate::domain::custody::Serial::said("77").expect("a serial"),
        };
        Box<StockRefusal> => Box::new(StockRefusal {
            item: crate::domain::ItemId(uuid::Uuid::nil()),
            named: vec![Identifier::sample()],
            stands: None,
            act: crate::domain::custody::StockActKind::Move,
            why: crate::domain::custody::Why::Unknown {},
            may: Role::ALL.to_vec(),
            next: crate::domain::custody::Next::LookAgain {},
        });
        Box<Because> => Box::new(Because::NothingWaits {});
        WhoMay => WhoMay {
            done_by: Role::ALL.to_vec(),
            asked_by: crate::domain::authority::Asker::Operator,
            released_by: crate::domain::authority::Releaser::SecondAgent,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_read_as_it_was_said_and_one_of_a_later_release_leaves_the_words() {
        for why in Because::samples() {
            let said = WhyNot {
                words: "in words".to_owned(),
                why: Some(Box::new(why)),
            };
            let json = serde_json::to_string(&said).expect("JSON");
            assert!(json.contains(r#""why":{"because":""#), "{json}");
            assert_eq!(serde_json::from_str::<WhyNot>(&json).expect("read"), said);
        }
        let at = serde_json::to_value(Because::Ripe {
            until: Until(Timestamp::UNIX_EPOCH),
        });
        let at = at.expect("JSON");
        assert_eq!(at["until"], "1970-01-01T00:00:00Z", "RFC 3339");
        for later in [
            r#"{"because":"of-a-later-release","until":7}"#,
            r#"{"because":"ripe","until":"soon"}"#,
            r#""ripe""#,
            "null",
        ] {
            let json = format!(r#"{{"detail":"in words","why":{later}}}"#);
            let said: WhyNot = serde_json::from_str(&json).expect("read");
            assert_eq!(said, WhyNot::from("in words"), "{later}");
        }
        let earlier: WhyNot = serde_json::from_str(r#"{"detail":"in words"}"#).expect("read");
        assert_eq!(earlier, WhyNot::from("in words"));
    }
}
