//! A registry with people in it and a station that has joined it, made for measuring.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use keydesk::bay::Cancel;
use keydesk::bay::soft::{Profile, SoftKey, TouchPolicy};
use keydesk::domain::authority::Role;
use keydesk::domain::{PersonId, UsbPath};
use keydesk::program::demo::world::{Rack, ScriptedFace, World};
use keydesk::server::ServeConfig;
use keydesk::station::Station;
use keydesk::station::desk::StationDesk;
use keydesk::workflow;
use tokio::runtime::Runtime;

use super::Fallible;

/// Where the operator's own key is.
pub const OPERATOR_SLOT: &str = "1-1.1";

/// Where the keys for people go.
pub const SLOT: &str = "1-1.2";

/// The PIN that people choose.
pub const PIN: &str = "2468-person";

/// How long a key may take to say what it is.
const PATIENCE: Duration = Duration::from_secs(10);

/// The threads that the program itself has.
pub fn runtime() -> Fallible<Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?)
}

/// The world with so many employees, and an operator who is signed in with the key that is returned.
pub async fn world(people: usize) -> Fallible<(World, SoftKey)> {
    let world = World::build_with(ServeConfig::default(), &people_list(people)).await?;
    let own = SoftKey::new(Profile::full().with_touch(TouchPolicy::Auto));
    world.sign_in(Role::HelpDesk, OPERATOR_SLOT, &own).await?;
    Ok((world, own))
}

/// A list of employees, numbered from 1, for import.
fn people_list(count: usize) -> String {
    let mut csv = String::from(
        "record,id,name,kind,email,employee_number,organisation,coc_number\n\
         organisation,o-1,Example Shipping,,,,,12345678\n",
    );
    for n in 1..=count {
        csv.push_str(&format!(
            "person,p-{n},Person {n},employee,{},{n},o-1,\n",
            email(n)
        ));
    }
    csv
}

/// An employee's e-mail address, which finds nobody else.
pub fn email(n: usize) -> String {
    format!("number-{n}-@example.com")
}

/// An employee.
pub fn person(n: usize) -> PersonId {
    PersonId::new(format!("p-{n}"))
}

/// A key as it comes from the shop, whose person touches it as soon as it asks.
pub fn fresh_key() -> SoftKey {
    SoftKey::new(Profile::yubikey_5_nfc().with_touch(TouchPolicy::Auto))
}

/// Puts a key in and waits until it has said what it is.
pub async fn put(rack: &Rack, station: &Station, place: &str, key: &SoftKey) -> Fallible<()> {
    rack.put(place, key);
    let place = UsbPath::new(place);
    let mut bay = station.slots().watch();
    let ready = async {
        while !station.slots().keys().iter().any(|key| key.place == place) {
            station.slots().changed(&mut bay).await;
        }
    };
    tokio::time::timeout(PATIENCE, ready)
        .await
        .map_err(|_| format!("the key at {place} does not say what it is"))?;
    Ok(())
}

/// Enrols the key in [`SLOT`] for an employee.
pub async fn enrol(world: &World, n: usize, key: &SoftKey) -> Fallible<()> {
    put(&world.rack, &world.station, SLOT, key).await?;
    let face = Arc::new(ScriptedFace::new(SLOT, PIN));
    let mut desk = StationDesk::new(Arc::clone(&world.station), face, Cancel::default());
    workflow::enrol(&mut desk, &person(n)).await?;
    Ok(())
}

/// The bytes of the journal's segments.
pub fn journal_bytes(data: &Path) -> Fallible<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(data.join("journal"))? {
        let entry = entry?;
        if entry.path().extension().is_some_and(|e| e == "kdj") {
            bytes += entry.metadata()?.len();
        }
    }
    Ok(bytes)
}
