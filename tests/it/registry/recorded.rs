//! What a real registry answers, as it comes over the wire: each answer is one that the station can read.
//!
//! With `KEYDESK_CORPUS_DIR` set, each is written there, as a seed for the fuzz target `registry_reply`.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use keydesk::domain::authority::Role;
use keydesk::domain::{PersonId, StationId};
use keydesk::registry::{Client, Settings, StationKey};
use keydesk::server::admin;
use keydesk::server::import::{Format, import_file};
use keydesk::wire::{Session, SignIn, TicketRequest};

use super::authenticator::Authenticator;
use super::world::{World, entry, first_sign_in, refused, write};
use crate::corpus::registry::registry_reply;

/// By what was asked and the status.
const ANSWERS: [&str; 25] = [
    "enrolments-201",
    "enrolments-422",
    "health-200",
    "operators-enrolment-201",
    "operators-enrolment-options-200",
    "people-200",
    "people-401",
    "people-expected-200",
    "people-p-1-200",
    "people-p-1-offers-201",
    "people-p-1-tests-options-201",
    "people-p-1-visits-201",
    "people-p-2-offers-201",
    "people-p-2-visits-201",
    "people-p-99-404",
    "sessions-201",
    "sessions-current-204",
    "sessions-options-200",
    "stations-join-201",
    "stations-join-403",
    "stations-join-429",
    "tests-201",
    "tickets-201",
    "token-200",
    "token-401",
];

/// Stands between a station and its registry and listens. One request a connection: the registry's answer is what comes until
/// it closes.
struct Wire {
    url: String,
    heard: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
}

impl Wire {
    fn to(registry: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let registry = registry.strip_prefix("http://").unwrap().to_owned();
        let heard = Arc::new(Mutex::new(BTreeMap::new()));
        let hear = Arc::clone(&heard);
        std::thread::spawn(move || {
            for station in listener.incoming().map_while(Result::ok) {
                let registry = TcpStream::connect(&registry).unwrap();
                let hear = Arc::clone(&hear);
                std::thread::spawn(move || pass(station, registry, &hear));
            }
        });
        Self { url, heard }
    }

    fn answers(&self) -> BTreeMap<String, Vec<u8>> {
        self.heard.lock().unwrap().clone()
    }
}

/// One request with its answer, under the name of both.
fn pass(mut station: TcpStream, mut registry: TcpStream, heard: &Mutex<BTreeMap<String, Vec<u8>>>) {
    let request = message(&mut station);
    registry.write_all(&closing(&request)).unwrap();
    let mut answer = Vec::new();
    registry.read_to_end(&mut answer).unwrap();
    let said = String::from_utf8_lossy(&request);
    let target = said.split(' ').nth(1).unwrap();
    let path = target.split('?').next().unwrap().replace('/', "-");
    let status = String::from_utf8_lossy(&answer);
    let status = status.split(' ').nth(1).unwrap();
    let name = format!("{}-{status}", path.trim_start_matches("-v1-"));
    heard.lock().unwrap().insert(name, answer.clone());
    station.write_all(&answer).unwrap();
    let _ = station.shutdown(Shutdown::Both);
}

/// The registry ends the connection after its answer.
fn closing(request: &[u8]) -> Vec<u8> {
    let end = request.iter().position(|b| *b == b'\n').unwrap() + 1;
    let (first, rest) = request.split_at(end);
    [first, b"connection: close\r\n", rest].concat()
}

/// Head and body of a request.
fn message(station: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        let read = station.read(&mut part).unwrap();
        assert!(read > 0, "the station hung up");
        bytes.extend(part.iter().take(read));
        let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |length| length.parse().unwrap());
        if body.len() >= length {
            return bytes;
        }
    }
}

/// Tickets are for days from today on.
fn today() -> jiff::civil::Date {
    Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// A desk behind a wire, with a station and an operator of its own.
async fn desk() -> (World, Wire, Authenticator) {
    let mut world = World::new().await;
    let appointments = format!("record,person,at\nappointment,p-3,{}T14:30:00Z\n", today());
    let file = write(world.dir.path(), "appointments.csv", appointments);
    import_file(&world.db(), &file, Format::Csv).await.unwrap();
    let wire = Wire::to(&world.running.base_url);
    let client = stranger(&wire);
    let key = StationKey::generate().unwrap();
    let code = admin::new_station_code(&world.db(), "Recorded").await;
    let joined = client.join(&code.unwrap().code, "Recorded", &key).await;
    let joined = joined.unwrap();
    world.client = client.as_station(joined.station, joined.audience, key);
    let mut own_key = Authenticator::new(201);
    let (client, role) = (&world.client, Role::StationAdministrator);
    world.session = first_sign_in(client, &world.db(), "R. Corder", role, &mut own_key).await;
    (world, wire, own_key)
}

fn stranger(wire: &Wire) -> Client {
    let settings = Settings {
        base_url: wire.url.clone(),
        extra_roots_pem: None,
    };
    Client::new(&settings).unwrap()
}

/// Asks once for everything that the registry answers with a value; a session that has ended.
async fn ask_everything(world: &World, own_key: &mut Authenticator) -> Session {
    let (client, session) = (&world.client, &world.session);
    client.health().await.unwrap();
    client.find_people(session, "example", 3).await.unwrap();
    let day = today();
    let expected = client.expected(session, day).await.unwrap();
    assert_eq!(expected.expected.len(), 1);
    let mut wanted = TicketRequest::of_day(day);
    wanted.people = vec![PersonId::new("p-2"), PersonId::new("p-3")];
    client.tickets(session, &wanted).await.unwrap();
    let mut key = Authenticator::new(7);
    world.enrolled("p-1", &mut key).await;
    let offer = world.test_offer("p-1").await;
    key.counter += 1;
    let test = world.test(&offer, "p-1", &mut key);
    client.push(entry(), &test).await.unwrap();
    client.person(session, &PersonId::new("p-1")).await.unwrap();
    let options = client.sign_in_options().await.unwrap();
    own_key.counter += 1;
    let assertion = own_key.sign(&options.request, &options.origin);
    let again = client.sign_in(&SignIn { assertion }).await.unwrap();
    client.sign_out(&again).await.unwrap();
    again
}

/// Asks for what is refused: by policy, by WebAuthn's rules, for want of a session, for good and for now.
async fn ask_in_vain(world: &World, wire: &Wire, ended: &Session) {
    let (client, session) = (&world.client, &world.session);
    let nobody = PersonId::new("p-99");
    assert_eq!(refused(client.person(session, &nobody).await), "not-found");
    let offer = world.offer("p-2").await;
    let mut key = Authenticator::new(8);
    key.flags = 0;
    let push = world.enrolment(&offer, &mut key);
    assert_eq!(refused(world.push(&push).await), "user-not-present");
    let found = client.find_people(ended, "example", 3).await;
    assert_eq!(refused(found), "session-refused");
    let station = StationId::new("made-up");
    let key = StationKey::generate().unwrap();
    let unknown = stranger(wire).as_station(station, "urn:made-up".to_owned(), key);
    assert_eq!(refused(unknown.sign_in_options().await), "client-refused");
    let guess = "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA".to_owned().into();
    let key = StationKey::generate().unwrap();
    for _ in 0..11 {
        stranger(wire)
            .join(&guess, "Guesser", &key)
            .await
            .unwrap_err();
    }
}

#[tokio::test]
async fn every_answer_of_a_registry_is_one_that_a_station_can_read() {
    let (world, wire, mut own_key) = desk().await;
    let ended = ask_everything(&world, &mut own_key).await;
    ask_in_vain(&world, &wire, &ended).await;
    let answers = wire.answers();
    for (name, answer) in &answers {
        let answered = registry_reply(answer);
        let value = name.ends_with("-200") || name.ends_with("-201");
        assert_eq!(
            answered > 0,
            value,
            "{name}: {}",
            String::from_utf8_lossy(answer)
        );
    }
    let names: Vec<&str> = answers.keys().map(String::as_str).collect();
    assert_eq!(names, ANSWERS);
    if let Some(folder) = std::env::var_os("KEYDESK_CORPUS_DIR") {
        for (name, answer) in &answers {
            std::fs::write(std::path::Path::new(&folder).join(name), answer).unwrap();
        }
    }
}
