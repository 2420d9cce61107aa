//! What people write down for others to read: nothing is taken in it that nobody sees, or that turns the line round.

use keydesk::domain::authority::Role;
use keydesk::domain::reset::ResetCase;
use keydesk::domain::{Identification, KeyId};
use keydesk::registry::{RegistryError, StationKey};
use keydesk::server::admin;
use keydesk::wire::{KeyReport, KeyResetPush, Push, VERSION};

use super::authenticator::Authenticator;
use super::phone::Phone;
use super::world::{World, client_of, entry};

/// A name that reads as another one.
const TURNED: &str = "K. Desk\u{202e}nimda";

fn said(answer: Result<impl std::fmt::Debug, RegistryError>) -> String {
    match answer {
        Err(RegistryError::Refused { problem, .. }) => problem.detail.unwrap_or_default(),
        other => panic!("not refused: {other:?}"),
    }
}

fn reset(world: &World, key: KeyReport, case: ResetCase) -> Push<KeyResetPush> {
    Push {
        body: KeyResetPush {
            visits: Vec::new(),
            version: VERSION,
            key,
            credentials: Vec::new(),
            case,
            operator: world.session.operator.id.clone(),
            finished_by: None,
            reset_at: world.now(),
        },
        head: world.head(),
    }
}

fn key(model: &str, serial: Option<&str>, asset_tag: Option<&str>) -> KeyReport {
    KeyReport {
        id: KeyId {
            aaguid: Authenticator::new(1).aaguid,
            serial: serial.map(str::to_owned),
            asset_tag: asset_tag.map(str::to_owned),
        },
        model: model.to_owned(),
        firmware: None,
    }
}

#[tokio::test]
async fn what_nobody_sees_is_refused_by_name_in_whatever_somebody_writes() {
    let world = World::new().await;
    let mut told = Vec::new();
    let operator = admin::new_operator_code(&world.db(), TURNED, Role::HelpDesk).await;
    told.push(operator.err().expect("no name").to_string());
    let station = admin::new_station_code(&world.db(), TURNED).await;
    told.push(station.err().expect("no name").to_string());
    let code = admin::new_station_code(&world.db(), "Desk").await;
    let client = client_of(&world.running.base_url, None);
    let own = StationKey::generate().unwrap();
    told.push(said(client.join(&code.unwrap().code, TURNED, &own).await));

    let mut enrolment = {
        let offer = world.offer("p-1").await;
        world.enrolment(&offer, &mut Authenticator::new(60))
    };
    enrolment.body.key.id.asset_tag = Some(TURNED.to_owned());
    told.push(said(world.push(&enrolment).await));
    enrolment.body.key.id.asset_tag = None;
    enrolment.body.identification = Identification::Stated {
        statement: TURNED.to_owned(),
    };
    assert!(said(world.push(&enrolment).await).contains("one short line"));

    let offer = world.offer("p-3").await;
    let mut app = world.app_push(&offer, &Phone::new("p-3", 1));
    app.body.name = TURNED.to_owned();
    told.push(said(world.push_app(&app).await));

    let plain = || key("Key", None, None);
    for case in [
        ResetCase {
            reason: TURNED.to_owned(),
            ..ResetCase::default()
        },
        ResetCase {
            requested_by: Some(TURNED.to_owned()),
            ..ResetCase::default()
        },
    ] {
        let push = reset(&world, plain(), case);
        let answer = world.client.push(entry(), &push).await;
        assert!(said(answer).contains("invisible"));
    }
    for detail in told {
        assert!(detail.contains("U+202E"), "{detail}");
    }
    // What a device says is what there is: the key was reset all the same.
    let odd = reset(
        &world,
        key(TURNED, Some("1\u{200b}2"), None),
        ResetCase::default(),
    );
    world.client.push(entry(), &odd).await.unwrap();
}
