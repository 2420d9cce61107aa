//! A phone with an authenticator app, or a hardware token, and what an honest station does with one.

use std::sync::atomic::Ordering;

use jiff::{SignedDuration, Timestamp};
use keydesk::domain::factor::{SealedSecret, SealingKey, TotpCode, TotpSettings};
use keydesk::domain::identification::Document;
use keydesk::domain::{FactorId, Identification, OfferId, PersonId, VisitId};
use keydesk::registry::RegistryError;
use keydesk::seal::{For, seal};
use keydesk::totp::{TotpSecret, code_at};
use keydesk::wire::{
    AppPush, CodeReply, CodeRequest, Factor, FactorReceipt, Offer, Push, Removal, SealedToken,
    Subject, VERSION,
};

use super::world::{World, entry};

pub struct Phone {
    pub factor: FactorId,
    pub owner: String,
    pub settings: TotpSettings,
    secret: TotpSecret,
}

impl Phone {
    /// Of a person, or a token by its serial number.
    pub fn new(owner: &str, seed: u8) -> Self {
        let mut bytes = *b"0123456789 a secret!";
        bytes[0] ^= seed;
        Self::with(
            owner,
            TotpSecret::new(bytes.to_vec().into()).expect("a secret"),
            TotpSettings::APP,
        )
    }

    pub fn with(owner: &str, secret: TotpSecret, settings: TotpSettings) -> Self {
        Self {
            factor: FactorId(uuid::Uuid::new_v4()),
            owner: owner.to_owned(),
            settings,
            secret,
        }
    }

    pub fn secret(&self) -> &TotpSecret {
        &self.secret
    }

    pub fn sealed(&self, to: &SealingKey) -> SealedSecret {
        let bound = For {
            factor: self.factor,
            owner: &self.owner,
        };
        seal(to, self.secret.as_bytes(), bound).expect("seals")
    }

    /// The code so many steps from that time.
    pub fn code(&self, at: Timestamp, fast_steps: i64) -> TotpCode {
        let step = self.settings.step_at(at);
        let step = step.checked_add_signed(fast_steps).expect("in range");
        TotpCode::parse(&code_at(&self.secret, self.settings, step)).expect("a code")
    }

    /// A code that is right at no step of the day before or after that time, and at a glance like none of now.
    pub fn wrong_code(&self, at: Timestamp) -> TotpCode {
        let day: Vec<_> = (-2890..2890).map(|fast| self.code(at, fast)).collect();
        let unlike = |right: &TotpCode, code: &TotpCode| {
            let pairs = right.as_str().bytes().zip(code.as_str().bytes());
            pairs.filter(|(a, b)| a != b).count() > 2
        };
        (0..1_000_000)
            .map(|n| TotpCode::parse(&format!("{n:06}")).expect("a code"))
            .find(|code| {
                (-1..=1).all(|near| unlike(&self.code(at, near), code)) && !day.contains(code)
            })
            .expect("most are wrong")
    }

    pub fn as_token(&self, to: &SealingKey) -> SealedToken {
        SealedToken {
            factor: self.factor,
            serial: self.owner.clone(),
            manufacturer: Some("Example tokens".to_owned()),
            settings: self.settings,
            sealed: self.sealed(to),
        }
    }
}

pub fn passport() -> Identification {
    Identification::new(Document::Passport, "7K31").expect("four")
}

impl World {
    /// By the registry's clock.
    pub fn now(&self) -> Timestamp {
        Timestamp::now() + SignedDuration::from_secs(self.clock_ahead_s.load(Ordering::SeqCst))
    }

    pub fn wait_s(&self, seconds: i64) {
        self.clock_ahead_s.fetch_add(seconds, Ordering::SeqCst);
    }

    /// To the beginning of a time step, so that none ends while a test looks.
    pub fn next_step(&self) {
        self.wait_s(30 - self.now().as_second().rem_euclid(30));
    }

    /// What an honest station would push.
    pub fn app_push(&self, offer: &Offer, phone: &Phone) -> Push<AppPush> {
        let app = offer.app.as_ref().expect("an app may be enrolled");
        let now = self.now();
        Push {
            body: AppPush {
                version: VERSION,
                offer: app.id,
                factor: phone.factor,
                person: offer.person.id.clone(),
                name: app.name.clone(),
                settings: phone.settings,
                sealed: phone.sealed(&app.seal_to),
                code: phone.code(now, 0),
                step: phone.settings.step_at(now),
                identification: passport(),
                replaces: None,
                operator: self.session.operator.id.clone(),
                finished_by: None,
                enrolled_at: now,
            },
            head: self.head(),
        }
    }

    pub async fn push_app(&self, push: &Push<AppPush>) -> Result<FactorReceipt, RegistryError> {
        self.client.push(entry(), push).await
    }

    /// Enrols an app for its owner; panics when the registry refuses.
    pub async fn app_enrolled(&self, phone: &Phone) -> FactorReceipt {
        let offer = self.offer(&phone.owner).await;
        let push = self.app_push(&offer, phone);
        self.push_app(&push).await.expect("accepted")
    }

    pub async fn factors_of(&self, person: &str) -> Vec<Factor> {
        self.client
            .person(&self.session, &PersonId::new(person))
            .await
            .expect("a person")
            .factors
    }

    /// Codes of an active factor, under an offer.
    pub async fn examine(
        &self,
        (person, factor): (&str, FactorId),
        offer: OfferId,
        codes: Vec<TotpCode>,
    ) -> Result<CodeReply, RegistryError> {
        self.examine_as(person, Subject::Active { factor }, offer, codes)
            .await
    }

    pub async fn examine_as(
        &self,
        person: &str,
        subject: Subject,
        offer: OfferId,
        codes: Vec<TotpCode>,
    ) -> Result<CodeReply, RegistryError> {
        let request = CodeRequest {
            version: VERSION,
            offer,
            subject,
            codes,
            identification: None,
        };
        let person = PersonId::new(person);
        self.client
            .examine_code(&self.session, &person, &request)
            .await
    }

    /// A test that the person passes with a fresh code of that phone.
    pub async fn tested(&self, phone: &Phone, visit: Option<VisitId>) -> OfferId {
        self.next_step();
        let owner = PersonId::new(&phone.owner);
        let offer = self.client.test_offer(&self.session, &owner, visit).await;
        let offer = offer.expect("an offer").id;
        let codes = vec![phone.code(self.now(), 0)];
        let about = (phone.owner.as_str(), phone.factor);
        let reply = self.examine(about, offer, codes).await.expect("examined");
        assert!(reply.verdict.is_right(), "{reply:?}");
        offer
    }

    /// The person comes anew, and proves that phone.
    pub async fn proof(&self, phone: &Phone) -> VisitId {
        let visit = self.visit_anew(&phone.owner).await.id;
        self.tested(phone, Some(visit)).await;
        visit
    }

    pub fn removal(&self, person: &str, factor: FactorId, visit: VisitId) -> Push<Removal> {
        Push {
            body: Removal {
                version: VERSION,
                person: PersonId::new(person),
                factor,
                visit: Some(visit),
                identification: passport(),
                operator: self.session.operator.id.clone(),
                removed_at: self.now(),
            },
            head: self.head(),
        }
    }
}
