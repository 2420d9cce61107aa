//! The table of docs/DOMAIN.md, "Who may reset whom", at the station: what it refuses by itself, before anybody is asked anything.

use keydesk::domain::PersonKind;

use super::*;

/// Who asks, or has an administrator asked, and carries it out: in the order of [`Role::ALL`].
const TABLE: [(PersonKind, [bool; 3]); 5] = [
    (PersonKind::Employee, [true, true, false]),
    (PersonKind::UserAdministrator, [true, true, false]),
    (PersonKind::MainAdministrator, [false, false, true]),
    (PersonKind::AuthorisedRepresentative, [false, false, true]),
    (PersonKind::Unaffiliated, [false, false, true]),
];

fn people() -> String {
    let mut people = String::from(
        "record,id,name,kind,email,organisation,coc_number\n\
         organisation,o-1,Example Shipping,,,,12345678\n",
    );
    for kind in PersonKind::ALL {
        let organisation = if kind.belongs_to_organisation() {
            "o-1"
        } else {
            ""
        };
        let kind = kind.as_str();
        people.push_str(&format!(
            "person,{kind},M. Example,{kind},,{organisation},\n"
        ));
    }
    people
}

/// Whether it is somebody of that role to do; nothing was asked of anybody where it is not.
fn is_theirs(ended: &Result<Ending, Stop>, face: &ScriptedFace, what: &str) -> bool {
    match ended {
        Err(Stop::NotAllowed(refusal)) => {
            assert!(face.questions().is_empty(), "{what}");
            // It says who may.
            assert!(refusal.may.is_some(), "{what}");
            false
        }
        _ => true,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_station_asks_prepares_and_carries_out_for_exactly_those_whom_the_table_names() {
    let one = World::build_with(ServeConfig::default(), &people()).await;
    let one = one.expect("a world");
    let mut stations = Vec::new();
    for (nth, role) in Role::ALL.into_iter().enumerate() {
        let name = format!("Desk {nth}");
        let world = one.neighbour(&name).await.expect("a station");
        let key = operators_key();
        let signed_in = world.sign_in_as(&name, role, OPERATOR_SLOT, &key);
        signed_in.await.expect("signed in");
        stations.push(world);
    }
    let reset = AccountResetId(uuid::Uuid::nil());
    for (kind, due) in TABLE {
        let who = PersonId::new(kind.as_str());
        for (world, due) in stations.iter().zip(due) {
            let role = world.station.operator().expect("signed in").role;
            let what = format!("{kind:?} by {role:?}");
            let (mut desk, face) = agent(world);
            let asked = account_reset::ask(&mut desk, &who, wish()).await;
            assert_eq!(is_theirs(&asked, &face, &what), due, "asks: {what}");
            let (mut desk, face) = agent(world);
            let done = account_reset::carry_out(&mut desk, reset, &who).await;
            assert_eq!(is_theirs(&done, &face, &what), due, "carries out: {what}");
            // Nobody asks for whom they have not seen but an agent.
            let (mut desk, face) = agent(world);
            let away = account_reset::ask_away(&mut desk, &who, wish()).await;
            let due_away = due && role == Role::CustomerService;
            assert_eq!(is_theirs(&away, &face, &what), due_away, "away: {what}");
        }
    }
}
