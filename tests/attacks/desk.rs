//! Whoever has a station's key and an operator's session, and speaks HTTP by hand.

use std::sync::atomic::{AtomicU8, Ordering};

use jiff::Timestamp;
use keydesk::domain::FactorId;
use keydesk::domain::factor::{SealingKey, TotpSettings};
use keydesk::seal::{For, seal};
use keydesk::totp::{TotpSecret, code_at};
use keydesk::wire::client_assertion::{self, Claims};
use keydesk::wire::webauthn::{CreationOptions, RequestOptions};
use p256::ecdsa::SigningKey;
use p256::pkcs8::{EncodePublicKey, LineEnding};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::authenticator::Authenticator;
use crate::registry::Registry;

/// The document that everybody here shows.
fn passport() -> Value {
    json!({ "document": "passport", "last_four": "7K31" })
}

/// Keys of operators begin here; those of people are below.
static NEXT: AtomicU8 = AtomicU8::new(100);

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Answer {
    pub fn is_taken(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The code of a refusal.
    pub fn code(&self) -> &str {
        let kind = self.body.get("type").and_then(Value::as_str);
        kind.and_then(|kind| kind.rsplit('/').next())
            .unwrap_or_default()
    }

    /// What must be there, for the attack to have been made at all.
    pub fn taken(self, what: &str) -> Value {
        assert!(self.is_taken(), "{what}: {self:?}");
        self.body
    }

    pub fn part<T: DeserializeOwned>(body: &Value, pointer: &str) -> T {
        let part = body.pointer(pointer).cloned();
        let part = part.unwrap_or_else(|| panic!("no {pointer}: {body}"));
        serde_json::from_value(part).unwrap_or_else(|e| panic!("{pointer}: {e}"))
    }
}

/// A station and who is signed in at it.
pub struct Desk {
    http: reqwest::Client,
    base: String,
    token: String,
    session: Option<String>,
    /// Who is signed in.
    pub operator: String,
    sequence: u64,
}

/// A phone's secret.
pub struct Phone {
    pub factor: FactorId,
    owner: &'static str,
    secret: TotpSecret,
}

impl Phone {
    pub fn new(owner: &'static str, seed: u8) -> Self {
        let mut bytes = *b"0123456789 a secret!";
        bytes[0] ^= seed;
        Self {
            factor: FactorId(uuid::Uuid::new_v4()),
            owner,
            secret: TotpSecret::new(bytes.to_vec().into()).expect("a secret"),
        }
    }

    /// What it shows so many steps from now.
    fn code(&self, steps_on: u64) -> (String, u64) {
        let step = TotpSettings::APP.step_at(Timestamp::now()) + steps_on;
        let code = code_at(&self.secret, TotpSettings::APP, step);
        (code.to_string(), step)
    }
}

/// A head of a journal, without what it goes on from.
pub fn head(sequence: u64, of: u8) -> Value {
    json!({ "sequence": sequence, "hash": hash(sequence, of) })
}

/// The hash of a record in a journal of its own.
pub fn hash(sequence: u64, of: u8) -> String {
    let mut hash = vec![of; 32];
    hash.splice(..8, sequence.to_be_bytes());
    keydesk::domain::Bytes(hash).to_base64url()
}

impl Desk {
    /// Joins as a station, and signs an operator in with a key of their own.
    pub async fn new(registry: &Registry, name: &str, role: &str) -> Self {
        let code = registry.station_code(name);
        let mut desk = Self::joined(registry, name, &code).await.expect("joined");
        desk.sign_in(registry, role).await;
        desk
    }

    /// Joins with a code, where it is taken.
    pub async fn joined(registry: &Registry, name: &str, code: &str) -> Result<Self, Answer> {
        // An error says that there is one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let random = [uuid::Uuid::new_v4(), uuid::Uuid::new_v4()];
        let random: Vec<u8> = random
            .iter()
            .flat_map(uuid::Uuid::as_bytes)
            .copied()
            .collect();
        let key = SigningKey::from_slice(&random).expect("a scalar");
        let mut desk = Self {
            http: reqwest::Client::new(),
            base: format!("{}/v1", registry.url),
            token: String::new(),
            session: None,
            operator: String::new(),
            sequence: 0,
        };
        let pem = key.verifying_key().to_public_key_pem(LineEnding::LF);
        let asked = json!({ "code": code, "name": name, "public_key_pem": pem.expect("encodes") });
        let joined = desk.post("/stations/join", asked).await;
        if !joined.is_taken() {
            return Err(joined);
        }
        let joined = joined.body;
        let station: String = Answer::part(&joined, "/station");
        let audience: String = Answer::part(&joined, "/audience");
        let now = Timestamp::now().as_second();
        let claims = Claims {
            iss: keydesk::domain::StationId::new(&station),
            sub: keydesk::domain::StationId::new(&station),
            aud: audience,
            jti: uuid::Uuid::new_v4().to_string(),
            iat: now,
            exp: now + 60,
        };
        let assertion = client_assertion::sign(&claims, &key).expect("signs");
        let form = format!(
            "grant_type=client_credentials&client_assertion_type={}&client_assertion={assertion}",
            client_assertion::ASSERTION_TYPE.replace(':', "%3A")
        );
        let request = desk
            .http
            .post(format!("{}/token", desk.base))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        let token = answer(request).await.taken("a token");
        desk.token = Answer::part(&token, "/access_token");
        Ok(desk)
    }

    /// A new operator of that role signs in.
    pub async fn sign_in(&mut self, registry: &Registry, role: &str) {
        let code = registry.operator_code("O. Perator", role);
        let options = self
            .post("/operators/enrolment/options", json!({ "code": code }))
            .await
            .taken("options");
        let creation: CreationOptions = Answer::part(&options, "/creation");
        let origin: String = Answer::part(&options, "/origin");
        let seed = NEXT.fetch_add(1, Ordering::SeqCst);
        let registration = Authenticator::new(seed).register(&creation, &origin);
        let session = self
            .post(
                "/operators/enrolment",
                json!({ "code": code, "registration": registration }),
            )
            .await
            .taken("signed in");
        self.session = Some(Answer::part(&session, "/token"));
        self.operator = Answer::part(&session, "/operator/id");
    }

    pub async fn get(&self, path: &str) -> Answer {
        answer(self.as_desk(self.http.get(format!("{}{path}", self.base)))).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        let entry = uuid::Uuid::new_v4().to_string();
        let request = self.http.post(format!("{}{path}", self.base));
        let request = request.header("idempotency-key", entry).json(&body);
        answer(self.as_desk(request)).await
    }

    fn as_desk(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        let request = match self.token.as_str() {
            "" => request,
            token => request.bearer_auth(token),
        };
        match &self.session {
            Some(session) => request.header("keydesk-session", session),
            None => request,
        }
    }

    /// The next head of this station's journal.
    pub fn next_head(&mut self) -> Value {
        self.sequence += 1;
        head(self.sequence, 0xab)
    }

    /// Says that the person is at the desk. Old builds know no visits, and want none.
    pub async fn visit(&self, person: &str) -> Option<Value> {
        let asked = json!({ "version": 1, "identification": passport() });
        let opened = self.post(&format!("/people/{person}/visits"), asked).await;
        opened.is_taken().then_some(opened.body)
    }

    /// An offer for them.
    pub async fn offer(&self, person: &str) -> Answer {
        let under = under(self.visit(person).await.as_ref());
        let path = format!("/people/{person}/offers{under}");
        self.post(&path, Value::Null).await
    }

    /// What a station would push of this offer.
    pub fn enrolment(&mut self, offer: &Value, key: &mut Authenticator) -> Value {
        let creation: CreationOptions = Answer::part(offer, "/creation");
        let test: RequestOptions = Answer::part(offer, "/test");
        let origin: String = Answer::part(offer, "/origin");
        let registration = key.register(&creation, &origin);
        json!({
            "version": 1,
            "offer": offer.get("id"),
            "person": offer.pointer("/person/id"),
            "registration": registration,
            "assertion": key.sign(&test, &origin),
            "key": report(key),
            "identification": passport(),
            "operator": self.operator,
            "enrolled_at": offer.get("issued_at"),
            "head": self.next_head(),
        })
    }

    /// Enrols a key for somebody who has none, as an honest desk does; the offer.
    pub async fn enrol(&mut self, person: &str, key: &mut Authenticator) -> Value {
        let offer = self.offer(person).await.taken("an offer");
        let push = self.enrolment(&offer, key);
        self.post("/enrolments", push).await.taken("enrolled");
        offer
    }

    /// Tests a person's key: what the registry says of it.
    pub async fn test(&mut self, person: &str, key: &mut Authenticator) -> Answer {
        let path = format!("/people/{person}/tests/options");
        let options = self.post(&path, Value::Null).await;
        if !options.is_taken() {
            return options;
        }
        let request: RequestOptions = Answer::part(&options.body, "/request");
        let origin: String = Answer::part(&options.body, "/origin");
        let push = json!({
            "version": 1,
            "offer": options.body.get("id"),
            "person": person,
            "assertion": key.sign(&request, &origin),
            "key": report(key),
            "operator": self.operator,
            "tested_at": now(),
            "head": self.next_head(),
        });
        self.post("/tests", push).await
    }

    /// Enrols an app under an offer.
    pub async fn push_app(&mut self, offer: &Value, phone: &Phone) -> Answer {
        let seal_to: SealingKey = Answer::part(offer, "/app/seal_to");
        let bound = For {
            factor: phone.factor,
            owner: phone.owner,
        };
        let sealed = seal(&seal_to, phone.secret.as_bytes(), bound).expect("seals");
        let (code, step) = phone.code(0);
        let push = json!({
            "version": 1,
            "offer": offer.pointer("/app/id"),
            "factor": phone.factor,
            "person": phone.owner,
            "name": offer.pointer("/app/name"),
            "settings": TotpSettings::APP,
            "sealed": sealed,
            "code": code,
            "step": step,
            "identification": passport(),
            "operator": self.operator,
            "enrolled_at": now(),
            "head": self.next_head(),
        });
        self.post("/apps", push).await
    }

    /// Reads out a code of an app, under an offer for a test; the offer, which is a proof once the code was right.
    pub async fn read_out(&mut self, phone: &Phone, steps_on: u64) -> (Option<Value>, Answer) {
        let under = under(self.visit(phone.owner).await.as_ref());
        let path = format!("/people/{}/tests/options{under}", phone.owner);
        let options = self.post(&path, Value::Null).await;
        let Some(offer) = options.body.get("id").cloned() else {
            return (None, options);
        };
        let asked = json!({
            "version": 1,
            "offer": offer,
            "subject": "active",
            "factor": phone.factor,
            "codes": [phone.code(steps_on).0],
        });
        let path = format!("/people/{}/codes", phone.owner);
        (Some(offer), self.post(&path, asked).await)
    }

    /// Removes an app: by the proof of a test, and under the visit that is open.
    pub async fn remove(&mut self, phone: &Phone, proof: Option<Value>) -> Answer {
        let visit = self.visit(phone.owner).await;
        let push = json!({
            "version": 1,
            "person": phone.owner,
            "factor": phone.factor,
            "proof": proof,
            "visit": visit.as_ref().and_then(|visit| visit.get("id")),
            "identification": passport(),
            "operator": self.operator,
            "removed_at": now(),
            "head": self.next_head(),
        });
        self.post("/removals", push).await
    }

    /// Takes an enrolment back as a mistake.
    pub async fn undo(&mut self, person: &str, offer: &Value, key: &Authenticator) -> Answer {
        let push = json!({
            "version": 1,
            "person": person,
            "credential": keydesk::domain::Bytes(key.id.clone()),
            "key": report(key),
            "ground": { "ground": "undone", "offer": offer.get("id") },
            "operator": self.operator,
            "withdrawn_at": now(),
            "head": self.next_head(),
        });
        self.post("/withdrawals", push).await
    }

    /// Says that a key was reset at that time.
    pub async fn reset(&mut self, key: &Authenticator, at: Timestamp) -> Answer {
        let push = json!({
            "version": 1,
            "key": report(key),
            "credentials": [keydesk::domain::Bytes(key.id.clone())],
            "case": {
                "reason": "PIN forgotten",
                "ticket": "T-1",
                "requested_by": "W. Example",
                "identification": passport(),
            },
            "operator": self.operator,
            "reset_at": at,
            "head": self.next_head(),
        });
        self.post("/key-resets", push).await
    }

    /// What a person's page shows.
    pub async fn page(&self, person: &str) -> Value {
        self.get(&format!("/people/{person}")).await.taken("a page")
    }
}

/// Says under which visit something is asked for.
fn under(visit: Option<&Value>) -> String {
    let id = visit
        .and_then(|visit| visit.get("id"))
        .and_then(Value::as_str);
    id.map(|id| format!("?visit={id}")).unwrap_or_default()
}

/// What is said of a key.
pub fn report(key: &Authenticator) -> Value {
    json!({ "id": { "aaguid": key.aaguid }, "model": "Test key", "firmware": 328_707 })
}

pub fn now() -> Value {
    json!(Timestamp::now())
}

async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.expect("an answer");
    let status = response.status().as_u16();
    let body = response.bytes().await.expect("a body");
    Answer {
        status,
        body: serde_json::from_slice(&body).unwrap_or_default(),
    }
}
