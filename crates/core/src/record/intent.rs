//! What is about to be done that can't be taken back: on disk before it is done, with everything needed to finish or undo it after
//! a stop.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{CareIntent, Unfinished};
use crate::domain::act::Going;
use crate::domain::care::StoredCredential;
use crate::domain::factor::{Replacement, SealedSecret, TotpSettings};
use crate::domain::reset::{Losses, ResetCase};
use crate::domain::{
    AccountResetId, Bytes, EntryId, FactorId, Identification, IntentId, KeyFacts, OfferId,
    OperatorId, Person, VisitId,
};
use crate::wire::webauthn::RegistrationResponse;
use crate::wire::{Offer, OperatorOffer};

/// What every intent says of itself, whatever is about to be done.
pub trait Begun {
    fn id(&self) -> IntentId;
    fn begun_at(&self) -> Timestamp;
    /// The work, of which nothing more is known yet.
    fn unfinished(&self) -> Unfinished;
    /// [`Self::key`] and [`Self::person`].
    fn about(&self) -> (Option<&KeyFacts>, Option<&Person>);
    /// The key that it is about, as it was then; none where it is about a phone or a hardware token.
    fn key(&self) -> Option<&KeyFacts> {
        self.about().0
    }
    /// The person that it concerns; none where it is an operator's own key, nobody's, or about a key and not about whose it is.
    fn person(&self) -> Option<&Person> {
        self.about().1
    }
    /// The name of the person or operator that it concerns; of a key that is nobody's or was cared for, its model.
    fn name(&self) -> &str {
        let model = self.key().map_or("", |key| &key.model);
        self.person().map_or(model, |person| &person.name)
    }
}

/// Every intent has these two members; which work it is, and where its key, its person and its name are, differs.
macro_rules! begun {
    ($($intent:ident => $work:expr, |$it:ident| $key:expr, $person:expr $(, $name:expr)?;)*) => {$(
        impl Begun for $intent {
            fn id(&self) -> IntentId {
                self.id
            }
            fn begun_at(&self) -> Timestamp {
                self.begun_at
            }
            fn unfinished(&self) -> Unfinished {
                $work(self.clone())
            }
            fn about(&self) -> (Option<&KeyFacts>, Option<&Person>) {
                let $it = self;
                ($key, $person)
            }
            $(fn name(&self) -> &str {
                let $it = self;
                $name
            })?
        }
    )*};
}

begun! {
    Intent => Unfinished::enrolment, |it| Some(&it.key), Some(&it.offer.person);
    OwnKey => Unfinished::OwnKey, |it| Some(&it.key), None, &it.offer.operator.name;
    Withdrawal => Unfinished::Withdrawal, |it| Some(&it.key), Some(&it.person);
    KeyReset => Unfinished::Reset, |it| Some(&it.key), it.losses.people().first().copied();
    Deletion => Unfinished::Deletion, |it| Some(&it.key), it.losses.people().first().copied();
    CareIntent => Unfinished::Care, |it| Some(&it.key), None;
    AppIntent => Unfinished::App, |it| None, Some(&it.person);
    TokenIntent => Unfinished::Token, |it| None, Some(&it.person);
    PersonReset => Unfinished::Person, |it| None, Some(&it.person);
}

/// What is about to be done to a key, and everything needed to finish or undo it after a stop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    pub id: IntentId,
    /// The registry's offer: person, options, challenges.
    pub offer: Offer,
    /// The key that it is about.
    pub key: KeyFacts,
    pub identification: Identification,
    pub operator: OperatorId,
    pub begun_at: Timestamp,
    /// SHA-256 of the policy that admitted the key, where the station has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Bytes>,
}

/// A credential that is about to be made on an operator's own key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OwnKey {
    pub id: IntentId,
    /// The registry's offer: operator, options, challenge. The one-time code is no part of it.
    pub offer: OperatorOffer,
    /// The key that it is about.
    pub key: KeyFacts,
    pub begun_at: Timestamp,
}

/// A credential that opens nothing and is about to be deleted from its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    pub id: IntentId,
    /// The outbox entry that the registry refused.
    pub entry: EntryId,
    /// Whose enrolment it was.
    pub person: Person,
    pub credential: Bytes,
    /// At which relying party.
    pub rp_id: String,
    /// The key that it is on.
    pub key: KeyFacts,
    /// Who withdraws it.
    pub operator: OperatorId,
    pub begun_at: Timestamp,
}

/// A hardware token that is about to be given to a person: only the registry can say whether its code is right, and after a stop
/// only the registry knows whether it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenIntent {
    pub id: IntentId,
    pub person: Person,
    /// As it is printed on it.
    pub serial: String,
    pub operator: OperatorId,
    pub begun_at: Timestamp,
}

/// A credential as the key made it: the registration that the registry will verify.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Made {
    /// The response for the registry.
    pub registration: RegistrationResponse,
    /// The credential's public key, COSE_Key in CBOR.
    pub public_key: Bytes,
    /// Whether user verification was done.
    pub user_verified: bool,
    /// Why policy refuses the key, going by how it vouches for the credential: then it can only be undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// What the key was told to make nothing beside; earlier releases did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excluded: Option<Vec<Bytes>>,
    /// Other people's credentials on a key of this serial number that this one does not hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_held: Vec<Bytes>,
}

/// A key that is about to be reset, and everything needed to go on after a stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyReset {
    pub id: IntentId,
    pub key: KeyFacts,
    pub losses: Losses,
    /// Why, and who asked.
    pub case: ResetCase,
    /// By which visits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub visits: Vec<VisitId>,
    pub operator: OperatorId,
    pub begun_at: Timestamp,
}

impl KeyReset {
    /// Whether a key that was reset would look otherwise than this one did: only then does its look tell that it was.
    pub fn would_show(&self) -> bool {
        self.key.pin_set == Some(true)
            || self.key.built_in_uv
            || self.losses.enrolments.iter().any(|lost| lost.shown)
    }
}

/// An enrolled credential that is about to be deleted from its key, and everything needed to go on after a stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    pub id: IntentId,
    pub key: KeyFacts,
    /// The credential, as the key listed it.
    pub credential: StoredCredential,
    /// Who loses it: this one enrolment.
    pub losses: Losses,
    /// Why, and who asked.
    pub case: ResetCase,
    /// By which visits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub visits: Vec<VisitId>,
    pub operator: OperatorId,
    pub begun_at: Timestamp,
}

/// An app that is about to be enrolled, and everything needed to finish or undo that after a stop. The secret is in it only as
/// the registry can open it: after a stop nobody can show it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppIntent {
    pub id: IntentId,
    /// The factor that it will be.
    pub factor: FactorId,
    /// What it will be called.
    pub name: String,
    pub person: Person,
    pub offer: OfferId,
    /// From then on the registry refuses it, by its own clock.
    pub expires_at: Timestamp,
    /// How codes come of the secret.
    pub settings: TotpSettings,
    pub sealed: SealedSecret,
    pub identification: Identification,
    /// What it takes the place of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<Replacement>,
    pub operator: OperatorId,
    pub begun_at: Timestamp,
}

/// All that opens a person's account, which the registry is about to be asked to delete: after a stop only the registry knows whether
/// it did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonReset {
    pub id: IntentId,
    /// The reset, as the registry names it.
    pub reset: AccountResetId,
    pub person: Person,
    /// In which factors may be added then; none: the person is not at a desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<VisitId>,
    /// What there was, as it was shown and confirmed.
    pub factors: Vec<Going>,
    pub operator: OperatorId,
    pub begun_at: Timestamp,
}
