//! What the project ships besides the program: the API's description and the examples. They are held to the code.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use keydesk::server::import::{Format, Imported, import_file};
use keydesk::server::{ServeConfig, init, openapi_json};

use super::world::{World, config};

fn asset(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("assets")
        .join(name)
}

#[test]
fn the_shipped_description_is_the_one_that_the_code_makes() {
    let made = openapi_json().unwrap() + "\n";
    let path = asset("openapi.json");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let shipped = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        shipped == made,
        "assets/openapi.json is stale: run this test with UPDATE=1"
    );
}

#[tokio::test]
async fn every_route_that_is_described_is_served_and_described_as_openapi_3_1() {
    let world = World::new().await;
    let http = reqwest::Client::new();
    let base = &world.running.base_url;
    let served = http
        .get(format!("{base}/v1/openapi.json"))
        .send()
        .await
        .unwrap();
    let description: serde_json::Value =
        serde_json::from_slice(&served.bytes().await.unwrap()).unwrap();
    assert_eq!(description["openapi"], "3.1.0");
    let paths = description["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 59);
    for (path, operations) in paths {
        for method in operations.as_object().unwrap().keys() {
            let method = method.to_uppercase().parse().unwrap();
            let url = format!("{base}{}", path.replace("{id}", "p-1"));
            let status = http
                .request(method, url)
                .send()
                .await
                .unwrap()
                .status()
                .as_u16();
            assert!(![404, 405, 500].contains(&status), "{path}: {status}");
        }
    }
}

#[test]
fn the_example_configuration_is_the_default_written_out() {
    let example = ServeConfig::load(&asset("examples/registry.toml")).unwrap();
    let default = ServeConfig {
        time_zone: Some("Europe/Amsterdam".to_owned()),
        ..ServeConfig::default()
    };
    assert_eq!(example, default);
}

#[tokio::test]
async fn the_example_files_of_people_say_the_same() {
    let expected = Imported {
        organisations: 3,
        people: 6,
        appointments: 3,
    };
    for name in ["examples/people.csv", "examples/people.json"] {
        let dir = tempfile::tempdir().unwrap();
        let file = asset(name);
        let format = Format::of(&file).unwrap();
        let settings = config(dir.path());
        init(&settings, Timestamp::now()).await.unwrap();
        let imported = import_file(&settings.db, &file, format).await;
        assert_eq!(imported.unwrap(), expected, "{name}");
    }
}
