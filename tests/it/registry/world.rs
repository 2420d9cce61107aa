//! A registry on loopback with people in it, a station that has joined, and an operator who is signed in.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use keydesk::domain::authority::Role;
use keydesk::domain::identification::Document;
use keydesk::domain::{Bytes, EntryId, Identification, KeyId, OperatorId, PersonId};
use keydesk::registry::{Client, RegistryError, Settings, StationKey};
use keydesk::server::import::{Format, import_file};
use keydesk::server::{Clock, Running, ServeConfig, Server, admin, init};
use keydesk::wire::{
    EnrolmentPush, JournalHead, KeyReport, Offer, OperatorEnrolment, Problem, Push, Receipt, Said,
    Session, TestOffer, TestPush, VERSION, Visit, VisitClose, VisitRequest,
};

use super::authenticator::Authenticator;

pub const PEOPLE: &str = "\
record,id,name,kind,email,employee_number,organisation,coc_number,country,person,at
organisation,org-1,Example Shipping,,,,,12345678,NL,,
organisation,org-2,Exämple Barge Line,,,,,87654321,NL,,
organisation,org-3,Exemple Maritime,,,,,,FR,,
person,p-1,P. Example,employee,p@example.test,1017,org-1,,,,
person,p-2,W. Example,main-administrator,w@example.test,1018,87654321,,,,
person,p-3,T. Exampleson,unaffiliated,t@example.test,,,,,,
person,p-4,Zoë Łuczak-Østergård,user-administrator,zoe@example.test,,Exemple Maritime,,,,
";

pub struct World {
    pub dir: tempfile::TempDir,
    /// As the registry is started again.
    pub settings: ServeConfig,
    pub running: Running,
    pub client: Client,
    pub session: Session,
    pub clock_ahead_s: Arc<AtomicI64>,
    sequence: AtomicI64,
}

pub fn config(dir: &Path) -> ServeConfig {
    ServeConfig {
        listen: "127.0.0.1:0".parse().expect("an address"),
        db: dir.join("registry.db"),
        time_zone: Some("UTC".to_owned()),
        ..ServeConfig::default()
    }
}

pub fn write(dir: &Path, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, text).expect("writes");
    let private = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(&path, private).expect("its owner's alone");
    path
}

/// The code of a refusal; panics when it is something else.
pub fn refused<T: std::fmt::Debug>(result: Result<T, RegistryError>) -> String {
    match result {
        Err(RegistryError::Refused { problem, .. }) => problem.code().to_owned(),
        other => panic!("not refused: {other:?}"),
    }
}

/// A client of a station that has just joined.
pub async fn joined(running: &Running, db: &Path, name: &str) -> Client {
    let code = admin::new_station_code(db, name).await.expect("a code");
    let client = Client::new(&Settings {
        base_url: running.base_url.clone(),
        extra_roots_pem: None,
    })
    .expect("settings");
    let key = StationKey::generate().expect("a key");
    let reply = client.join(&code.code, name, &key).await.expect("joins");
    client.as_station(reply.station, reply.audience, key)
}

/// An operator with a fresh account enrols `key` and is signed in.
pub async fn first_sign_in(
    client: &Client,
    db: &Path,
    name: &str,
    role: Role,
    key: &mut Authenticator,
) -> Session {
    let code = admin::new_operator_code(db, name, role)
        .await
        .expect("a code");
    let offer = client
        .operator_enrolment_options(&code.code)
        .await
        .expect("options");
    let registration = key.register(&offer.creation, &offer.origin);
    let enrolment = OperatorEnrolment {
        code: code.code.duplicate(),
        registration,
    };
    client.enrol_operator(&enrolment).await.expect("enrols")
}

/// Somebody comes with the document that every push here names.
pub fn arrival() -> VisitRequest {
    VisitRequest {
        version: VERSION,
        identification: Identification::new(Document::Passport, "7K31").expect("four"),
    }
}

impl World {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut ServeConfig)) -> Self {
        Self::of_operator(change, &mut Authenticator::new(200)).await
    }

    /// The same, where the operator has that key.
    pub async fn of_operator(
        change: impl FnOnce(&mut ServeConfig),
        key: &mut Authenticator,
    ) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let mut config = config(dir.path());
        change(&mut config);
        let db = config.db.clone();
        let clock_ahead_s = Arc::new(AtomicI64::new(0));
        let people = write(dir.path(), "people.csv", PEOPLE);
        init(&config, Timestamp::now()).await.expect("made");
        import_file(&db, &people, Format::Csv)
            .await
            .expect("imports");
        let running = Server::start_with_clock(config.clone(), clock(&clock_ahead_s))
            .await
            .expect("starts");
        let client = joined(&running, &db, "Help desk 2").await;
        let session = first_sign_in(&client, &db, "O. Perator", Role::HelpDesk, key).await;
        Self {
            dir,
            settings: config,
            running,
            client,
            session,
            clock_ahead_s,
            sequence: AtomicI64::new(0),
        }
    }

    /// Stops the registry and starts it again, at the same address.
    pub async fn restart(&mut self) {
        let mut config = self.settings.clone();
        config.listen = self.running.addr;
        let elsewhere = Server::start(ServeConfig {
            db: self.dir.path().join("elsewhere.db"),
            ..super::world::config(self.dir.path())
        });
        let running = std::mem::replace(&mut self.running, elsewhere.await.expect("starts"));
        running.shutdown().await.expect("stops");
        self.running = Server::start_with_clock(config, clock(&self.clock_ahead_s))
            .await
            .expect("starts again");
    }

    /// Does something while the registry is stopped, and starts it again at the same address.
    pub async fn while_stopped(self, meanwhile: impl FnOnce(&Path)) -> Self {
        self.stopped_for(async |dir: &Path| meanwhile(dir)).await
    }

    /// The same for something that takes its time.
    pub async fn stopped_for(self, meanwhile: impl AsyncFnOnce(&Path)) -> Self {
        let mut config = self.settings.clone();
        config.listen = self.running.addr;
        self.running.shutdown().await.expect("stops");
        meanwhile(self.dir.path()).await;
        let running = Server::start_with_clock(config, clock(&self.clock_ahead_s)).await;
        Self {
            running: running.expect("starts again"),
            ..self
        }
    }

    pub fn db(&self) -> PathBuf {
        self.dir.path().join("registry.db")
    }

    /// The registry's database, by another connection.
    pub async fn database(&self) -> sqlx::SqlitePool {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(self.db());
        sqlx::SqlitePool::connect_with(options)
            .await
            .expect("opens")
    }

    pub async fn sql(&self, statement: &'static str) {
        let done = sqlx::query(statement).execute(&self.database().await).await;
        assert!(done.expect("runs").rows_affected() > 0);
    }

    pub fn head(&self) -> JournalHead {
        let sequence = self.sequence.fetch_add(1, Ordering::SeqCst) + 1;
        head(u64::try_from(sequence).expect("positive"))
    }

    /// The person is at the desk, identified as every push here says.
    pub async fn visit(&self, person: &str) -> Visit {
        self.client
            .open_visit(&self.session, &PersonId::new(person), &arrival())
            .await
            .expect("a visit")
    }

    pub async fn offer(&self, person: &str) -> Offer {
        let visit = self.visit(person).await;
        self.client
            .offer(&self.session, &PersonId::new(person), Some(visit.id))
            .await
            .expect("an offer")
    }

    /// The person goes: who comes next is somebody who comes anew.
    pub async fn leave(&self, visit: &Visit) {
        let close = VisitClose {
            version: VERSION,
            said: Said::Confirmed,
        };
        let closed = self.client.close_visit(&self.session, visit.id, &close);
        closed.await.expect("closed");
    }

    /// The person comes anew, with what they have by now.
    pub async fn visit_anew(&self, person: &str) -> Visit {
        self.leave(&self.visit(person).await).await;
        self.visit(person).await
    }

    pub async fn test_offer(&self, person: &str) -> TestOffer {
        self.client
            .test_offer(&self.session, &PersonId::new(person), None)
            .await
            .expect("an offer")
    }

    /// What an honest station would push.
    pub fn enrolment(&self, offer: &Offer, key: &mut Authenticator) -> Push<EnrolmentPush> {
        let registration = key.register(&offer.creation, &offer.origin);
        let assertion = key.sign(&offer.test, &offer.origin);
        Push {
            body: EnrolmentPush {
                version: 1,
                offer: offer.id,
                person: offer.person.id.clone(),
                registration,
                assertion,
                key: report(key),
                excluded: None,
                not_held: Vec::new(),
                identification: Identification::new(Document::Passport, "7K31").expect("four"),
                operator: self.session.operator.id.clone(),
                finished_by: None,
                enrolled_at: offer.issued_at,
            },
            head: self.head(),
        }
    }

    /// What an honest station would push of a test.
    pub fn test(&self, offer: &TestOffer, person: &str, key: &mut Authenticator) -> Push<TestPush> {
        Push {
            body: TestPush {
                version: 1,
                offer: offer.id,
                person: PersonId::new(person),
                assertion: key.sign(&offer.request, &offer.origin),
                key: report(key),
                identification: None,
                operator: self.session.operator.id.clone(),
                tested_at: Timestamp::now(),
            },
            head: self.head(),
        }
    }

    pub async fn push(&self, push: &Push<EnrolmentPush>) -> Result<Receipt, RegistryError> {
        self.client.push(entry(), push).await
    }

    /// Enrols a key for a person; panics when the registry refuses.
    pub async fn enrolled(&self, person: &str, key: &mut Authenticator) -> Receipt {
        let offer = self.offer(person).await;
        let push = self.enrolment(&offer, key);
        self.push(&push).await.expect("accepted")
    }

    /// How many of them open something.
    /// Its owner let it be taken by that operator, in the visit that it came in.
    pub async fn let_go(&self, credential: &Bytes, by: &OperatorId) {
        let given = "INSERT INTO leave_to_take (credential, visit, station, operator, given_ms) \
                     SELECT id, visit, station, $2, $3 FROM credential WHERE id = $1 AND visit IS NOT NULL ON CONFLICT DO NOTHING";
        sqlx::query(given)
            .bind(credential.as_ref())
            .bind(by.as_str())
            .bind(self.now().as_millisecond())
            .execute(&self.database().await)
            .await
            .expect("given");
    }

    pub async fn live_keys_of(&self, person: &str) -> u32 {
        let id = PersonId::new(person);
        let detail = self.client.person(&self.session, &id);
        detail.await.expect("a person").person.keys
    }

    pub async fn keys_of(&self, person: &str) -> usize {
        self.client
            .person(&self.session, &PersonId::new(person))
            .await
            .expect("a person")
            .credentials
            .len()
    }
}

fn clock(ahead_s: &Arc<AtomicI64>) -> Clock {
    let ahead_s = Arc::clone(ahead_s);
    Clock::new(move || Timestamp::now() + SignedDuration::from_secs(ahead_s.load(Ordering::SeqCst)))
}

pub fn entry() -> EntryId {
    EntryId(uuid::Uuid::new_v4())
}

pub fn head(sequence: u64) -> JournalHead {
    let mut hash = vec![0xab; 32];
    hash.splice(..8, sequence.to_be_bytes());
    JournalHead {
        sequence,
        hash: Bytes(hash),
        continues: None,
    }
}

fn report(key: &Authenticator) -> KeyReport {
    KeyReport {
        id: KeyId {
            aaguid: key.aaguid,
            serial: None,
            asset_tag: None,
        },
        model: "Test key".to_owned(),
        firmware: Some(328_707),
    }
}

pub fn client_of(base_url: &str, extra_roots_pem: Option<Vec<u8>>) -> Client {
    Client::new(&Settings {
        base_url: base_url.to_owned(),
        extra_roots_pem,
    })
    .unwrap()
}

pub async fn problem(response: reqwest::Response) -> (u16, String) {
    assert_eq!(
        response.headers()["content-type"],
        "application/problem+json"
    );
    let status = response.status().as_u16();
    let problem: Problem = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
    assert_eq!(problem.status, status);
    assert!(
        problem
            .detail
            .as_ref()
            .is_some_and(|detail| !detail.is_empty())
    );
    (status, problem.code().to_owned())
}
