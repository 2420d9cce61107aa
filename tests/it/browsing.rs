//! The registry's pages in Debian's Chromium: `tests/pages/run` has it done. The registry is the real binary with TLS; what the
//! browser's virtual security key holds was enrolled at a station, with a software key.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::{Engine, engine::general_purpose::STANDARD};
use keydesk::bay::Cancel;
use keydesk::bay::soft::SoftKey;
use keydesk::domain::authority::Role;
use keydesk::domain::{PersonId, UsbPath};
use keydesk::program::demo::world::World;
use keydesk::server::ServeConfig;
use keydesk::station::desk::StationDesk;
use keydesk::workflow::app;
use rcgen::PublicKeyData;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::account_resets::ask;
use crate::apps::phone::{Manner, People, Phone};
use crate::scenarios::{OPERATOR_SLOT, SLOT, enrol, fresh_key, operators_key, person};

/// The name under which browsers reach the pages.
const HOST: &str = "keydesk.iamconnected.example";

const PEOPLE: &str = "\
record,id,name,kind,email,employee_number,organisation,coc_number
organisation,o-1,Example Shipping,,,,,12345678
organisation,o-2,Example Barge Line,,,,,23456789
person,p-1,Anna de Vries,employee,a.devries@shipping.example,1001,o-1,
person,p-2,Céline Dubois,main-administrator,c.dubois@shipping.example,1002,o-1,
person,p-3,Zoë Łuczak-Østergård,user-administrator,z.luczak@shipping.example,1003,o-1,
person,p-4,Bram Jansen,employee,b.jansen@shipping.example,1004,o-1,
person,p-5,T. Exampleson,unaffiliated,t.exampleson@mail.example,,,
person,p-6,U. Exampleson,unaffiliated,u.exampleson@mail.example,,,
person,p-7,V. Exampleson,unaffiliated,v.exampleson@mail.example,,,
person,p-9,Daan Bakker,employee,d.bakker@barge.example,3001,o-2,
";

/// A colleague who lost everything, for whom an administrator asks.
const MEMBER: &str = "p-4";

/// Those for whom Customer Service asks.
const SERVED: [&str; 3] = ["p-5", "p-6", "p-7"];

/// What somebody is sent who is told of the reset of their account.
async fn link(world: &World, person: &str) -> String {
    let token = "a-token-as-it-is-sent-by-mail-43-characters";
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(world.database());
    let database = sqlx::SqlitePool::connect_with(options)
        .await
        .expect("opens");
    let kept = sqlx::query(
        "INSERT INTO objection (token, notice, person, reset) SELECT $1, (SELECT max(number) FROM notice), person, id \
         FROM account_reset WHERE person = $2",
    )
    .bind(Sha256::digest(token.as_bytes()).to_vec())
    .bind(person)
    .execute(&database)
    .await;
    assert_eq!(kept.expect("kept").rows_affected(), 1);
    format!("/objection/{token}")
}

/// A key that a browser's virtual authenticator can hold.
fn held(key: &SoftKey) -> Value {
    let exported = key.exported();
    let credential = exported.last().expect("a credential");
    json!({
        "rpId": credential.rp_id,
        "credentialId": STANDARD.encode(&credential.id),
        "userHandle": STANDARD.encode(&credential.user_id),
        "privateKey": STANDARD.encode(credential.private_key.as_slice()),
        "signCount": credential.sign_count,
    })
}

async fn enrolled(world: &World, n: usize) -> SoftKey {
    let key = fresh_key();
    world.rack.put(SLOT, &key);
    enrol(world, n).await.expect("enrolled");
    world.rack.pull(&UsbPath::new(SLOT));
    key
}

/// People with what stations gave them, and requests that wait for a second agent.
async fn people() -> (World, Value) {
    let world = World::build_with(ServeConfig::default(), PEOPLE).await;
    let world = world.expect("a world");
    let sign_in = async |name: &str, role, key: &SoftKey| {
        let signed_in = world.sign_in_as(name, role, OPERATOR_SLOT, key);
        signed_in.await.expect("signed in");
    };
    sign_in("D. Esk", Role::HelpDesk, &operators_key()).await;
    let admin = enrolled(&world, 2).await;
    let employee = enrolled(&world, 1).await;
    let phone = Phone::new(&Default::default());
    let hand = Arc::new(People::new(&phone, Manner::Willing));
    let station = Arc::clone(&world.station);
    let mut desk = StationDesk::new(station, hand, Cancel::default());
    let ended = app::enrol_app(&mut desk, &person(3)).await;
    ended.expect("an app");
    let name = phone.names().pop().expect("an entry");
    for lost in SERVED.into_iter().chain([MEMBER]) {
        world.lose_everything(lost, SLOT).await.expect("lost");
    }
    world.sign_out().await.expect("signed out");
    let agents = [operators_key(), operators_key()];
    sign_in("R. Eleaser", Role::CustomerService, &agents[1]).await;
    world.sign_out().await.expect("signed out");
    sign_in("A. Gent", Role::CustomerService, &agents[0]).await;
    world.settle().await.expect("settled");
    for lost in SERVED {
        ask(&world, &PersonId::new(lost)).await.expect("asked for");
    }
    let objection = link(&world, "p-7").await;
    let secret = phone.secret(&name);
    let case = json!({
        "host": HOST,
        "admin": held(&admin),
        "employee": held(&employee),
        "agent": held(&agents[1]),
        "app": { "email": "z.luczak@shipping.example", "secretHex": hex::encode(secret), "lastStep": phone.last_step(&name) },
        "objection": objection,
        "elsewhere": "p-9",
        "member": MEMBER,
        "lastName": "Exampleson",
    });
    (world, case)
}

fn write_private(path: &Path, text: &str) {
    let folder = path.parent().expect("a folder");
    let name = path.file_name().expect("a name").to_string_lossy();
    crate::registry::world::write(folder, &name, text);
}

/// The registry, until it is dropped.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        // What cannot be stopped has stopped.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn serve(database: &Path, port: u16, folder: &Path) -> (Served, String) {
    let made = rcgen::generate_simple_self_signed(vec![HOST.to_owned()]).expect("a certificate");
    let (cert, key) = (folder.join("pages.crt"), folder.join("pages.key"));
    std::fs::write(&cert, made.cert.pem()).expect("written");
    write_private(&key, &made.signing_key.serialize_pem());
    let config = folder.join("registry.toml");
    let settings = format!(
        "name = \"Registry of the port community\"\ntime_zone = \"Europe/Amsterdam\"\n\
         [pages]\nlisten = \"127.0.0.1:{port}\"\n[pages.tls]\ncert = {cert:?}\nkey = {key:?}\n"
    );
    std::fs::write(&config, settings).expect("written");
    let child = Command::new(env!("CARGO_BIN_EXE_keydesk"))
        .args(["registry", "serve", "--listen", "127.0.0.1:0", "--db"])
        .arg(database)
        .arg("--config")
        .arg(&config)
        .stdout(std::process::Stdio::null())
        .spawn();
    let served = Served(child.expect("it starts"));
    let patience = Instant::now() + Duration::from_secs(20);
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < patience, "the registry serves");
        std::thread::sleep(Duration::from_millis(50));
    }
    let spki = Sha256::digest(made.signing_key.subject_public_key_info());
    (served, STANDARD.encode(spki))
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs chromium and node: tests/pages/run"]
async fn what_a_station_made_works_in_a_browser_that_nobody_here_wrote() {
    let home = std::env::var_os("KEYDESK_PAGES_DIR").map(PathBuf::from);
    let home = home.expect("tests/pages/run says where");
    let (mut world, mut case) = people().await;
    world.stop_registry().await;
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("bound").port();
    drop(free);
    let folder = tempfile::tempdir().expect("a folder");
    let (_served, spki) = serve(&world.database(), port, folder.path());
    case["port"] = port.into();
    case["spki"] = spki.into();
    let file = folder.path().join("case.json");
    write_private(&file, &case.to_string());
    let browsed = Command::new("node")
        .arg(home.join("browse.mjs"))
        .arg(&file)
        .arg(&home)
        .status()
        .expect("node runs");
    assert!(browsed.success());
}
