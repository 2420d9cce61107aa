//! The key file: what is sealed stays sealed, the file is guarded, and its keys are replaced while work is on its way.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use base64::{Engine, engine::general_purpose::STANDARD};
use keydesk::server::admin::{self, AdminError};
use keydesk::server::{KeyringError, ServeError, Server};
use keydesk::totp::AppSetup;

use super::phone::Phone;
use super::world::{World, config, refused};

fn key_file(world: &World) -> PathBuf {
    world.dir.path().join("registry.keys")
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect()
}

fn holds(path: &Path, needle: &[u8]) -> bool {
    let bytes = std::fs::read(path).unwrap();
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[tokio::test]
async fn no_file_of_the_registry_holds_a_secret_in_any_form() {
    let world = World::new().await;
    let phone = Phone::new("p-1", 1);
    world.app_enrolled(&phone).await;
    world.proof(&phone).await;
    admin::rotate_secrets(&world.db(), &key_file(&world))
        .await
        .unwrap();
    world.proof(&phone).await;
    let raw = phone.secret().as_bytes();
    let base32 = phone.secret().to_base32();
    let secret = keydesk::totp::TotpSecret::from_base32(&base32);
    let secret = secret.unwrap_or_else(|why| panic!("{why}"));
    let app = AppSetup::new("IAMconnected", "IAMconnected", phone.settings, secret);
    let (uri, typed) = (app.uri(), app.typed());
    let (hex, upper, base64) = (
        hex::encode(raw),
        hex::encode_upper(raw),
        STANDARD.encode(raw),
    );
    let forms: [&[u8]; 7] = [
        raw,
        base32.as_bytes(),
        uri.as_bytes(),
        typed.as_bytes(),
        hex.as_bytes(),
        upper.as_bytes(),
        base64.trim_end_matches('=').as_bytes(),
    ];
    let searched = files(world.dir.path());
    let names: Vec<_> = searched
        .iter()
        .filter_map(|path| path.extension())
        .collect();
    assert!(names.iter().any(|name| *name == "db-wal"), "{names:?}");
    // The search finds what is there: the factor's name is.
    let found = |needle: &[u8]| searched.iter().filter(|path| holds(path, needle)).count();
    assert!(found(b"Authenticator app") > 0);
    for form in forms {
        assert_eq!(found(form), 0);
    }
}

#[tokio::test]
async fn a_rotation_leaves_nobody_out_also_not_what_was_sealed_before_it() {
    let world = World::new().await;
    let (one, two, late) = (
        Phone::new("p-1", 1),
        Phone::new("p-1", 2),
        Phone::new("p-2", 3),
    );
    world.app_enrolled(&one).await;
    let queued = world.app_push(&world.offer("p-1").await, &two);
    let held = world.offer("p-2").await;
    let before = std::fs::read(key_file(&world)).unwrap();

    let rotated = admin::rotate_secrets(&world.db(), &key_file(&world))
        .await
        .unwrap();
    assert_eq!(rotated.secrets, 1);
    let offered = world.offer("p-1").await.app.unwrap().seal_to;
    assert_eq!(offered.id, rotated.key);
    world.proof(&one).await;
    world.push_app(&queued).await.unwrap();
    world.proof(&two).await;

    // The old key stays for the second app, and for the offer that still holds.
    let pruned = admin::prune_secrets(&world.db(), &key_file(&world))
        .await
        .unwrap();
    let [old] = &pruned.kept[..] else {
        panic!("one old key: {pruned:?}");
    };
    assert_eq!((old.secrets, old.offers), (1, 1));
    let rotated = admin::rotate_secrets(&world.db(), &key_file(&world))
        .await
        .unwrap();
    assert_eq!(rotated.secrets, 2);
    world.push_app(&world.app_push(&held, &late)).await.unwrap();
    world
        .sql("UPDATE app_offer SET expires_ms = 0 WHERE used_ms IS NULL")
        .await;
    admin::rotate_secrets(&world.db(), &key_file(&world))
        .await
        .unwrap();
    let pruned = admin::prune_secrets(&world.db(), &key_file(&world))
        .await
        .unwrap();
    assert_eq!((pruned.dropped.len(), pruned.kept.len()), (3, 0));
    for phone in [&one, &two, &late] {
        world.proof(phone).await;
    }
    // What was sealed to a key that is gone does not open any more; nor does the file of then open what is there.
    let stale = world.app_push(&held, &Phone::new("p-2", 4));
    assert_eq!(refused(world.push_app(&stale).await), "offer-used");
    std::fs::write(key_file(&world), before).unwrap();
    let shown = admin::secrets(&world.db(), &key_file(&world)).await;
    let Err(AdminError::Keyring(KeyringError::Lost { secrets: 3, .. })) = shown else {
        panic!("not missed: {shown:?}");
    };
}

#[tokio::test]
async fn a_key_that_a_station_asked_for_stays_for_its_import() {
    let world = World::new().await;
    world.client.sealing_key(&world.session).await.unwrap();
    admin::rotate_secrets(&world.db(), &key_file(&world))
        .await
        .unwrap();
    let pruned = admin::prune_secrets(&world.db(), &key_file(&world))
        .await
        .unwrap();
    assert!(pruned.dropped.is_empty() && pruned.kept[0].told);
    world.sql("UPDATE sealing_key SET told_ms = 0").await;
    let pruned = admin::prune_secrets(&world.db(), &key_file(&world))
        .await
        .unwrap();
    assert_eq!(pruned.dropped.len(), 1);
}

#[tokio::test]
async fn a_registry_does_not_serve_without_the_key_that_its_secrets_need() {
    let world = World::new().await;
    world.app_enrolled(&Phone::new("p-1", 1)).await;
    let kept = std::fs::read(key_file(&world)).unwrap();
    let World { dir, running, .. } = world;
    running.shutdown().await.unwrap();
    let path = dir.path().join("registry.keys");
    let started = async || Server::start(config(dir.path())).await;

    std::fs::remove_file(&path).unwrap();
    let refused = started().await.unwrap_err();
    assert!(
        matches!(
            refused,
            ServeError::Keyring(KeyringError::Lost { secrets: 1, .. })
        ),
        "{refused}"
    );
    assert!(!path.exists(), "no other key is made in its place");
    std::fs::write(&path, &kept).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let refused = started().await.unwrap_err();
    assert!(
        matches!(refused, ServeError::Keyring(KeyringError::Open { .. })),
        "{refused}"
    );
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    started().await.unwrap().shutdown().await.unwrap();
}

/// The last line that the program printed, and how it ended.
fn keydesk(world: &World, verb: &str) -> (i32, Vec<serde_json::Value>) {
    let done = std::process::Command::new(env!("CARGO_BIN_EXE_keydesk"))
        .args(["registry", "secrets", verb, "--json", "--db"])
        .arg(world.db())
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8(done.stdout).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    (done.status.code().unwrap(), lines.collect())
}

#[tokio::test]
async fn the_administrator_shows_rotates_and_prunes_keys_by_commands() {
    let world = World::new().await;
    world.app_enrolled(&Phone::new("p-1", 1)).await;
    let (exit, lines) = keydesk(&world, "show");
    assert_eq!((exit, lines.len()), (0, 2), "{lines:?}");
    assert_eq!(
        (&lines[0]["item"]["current"], &lines[0]["item"]["secrets"]),
        (&true.into(), &1.into())
    );
    let (exit, lines) = keydesk(&world, "rotate");
    assert_eq!(
        (exit, &lines[0]["facts"]["secrets"]),
        (0, &1.into()),
        "{lines:?}"
    );
    let (exit, lines) = keydesk(&world, "prune");
    let dropped = lines[0]["facts"]["dropped"].as_array().map(Vec::len);
    assert_eq!((exit, dropped), (0, Some(1)), "{lines:?}");
    std::fs::remove_file(key_file(&world)).unwrap();
    for verb in ["show", "rotate", "prune"] {
        let (exit, lines) = keydesk(&world, verb);
        assert_eq!(exit, 3, "{verb}: {lines:?}");
    }
    let admin = "SELECT action FROM audit WHERE action LIKE '%-secrets' ORDER BY number";
    let done: Vec<String> = sqlx::query_scalar(admin)
        .fetch_all(&world.database().await)
        .await
        .unwrap();
    assert_eq!(done, ["rotate-secrets", "prune-secrets"]);
}
