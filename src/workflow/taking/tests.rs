use serde_json::json;

use super::*;

fn detail(others: u8, apps: u8) -> PersonDetail {
    let key = |n: u8| {
        json!({
            "id": Bytes(vec![n]),
            "key": { "id": { "aaguid": "00000000-0000-0000-0000-000000000000" }, "model": "Key" },
            "enrolled_at": "2026-01-01T00:00:00Z",
            "station": "s-1",
            "operator": "o-1",
        })
    };
    let app = |n: u8| {
        json!({
            "id": uuid::Uuid::from_bytes([n; 16]),
            "kind": { "kind": "app" },
            "name": "App",
            "enrolled_at": "2026-01-01T00:00:00Z",
            "station": "s-1",
            "operator": "o-1",
        })
    };
    let detail = json!({
        "person": { "id": "p-1", "name": "P. Example", "kind": "employee", "keys": 1, "apps": apps },
        "credentials": Vec::from_iter((0..=others).map(key)),
        "factors": Vec::from_iter((0..apps).map(app)),
    });
    serde_json::from_value(detail).expect("a page")
}

#[test]
fn access_is_lost_only_where_neither_this_key_nor_anything_else_verifies_them() {
    let taken = [Bytes(vec![0])];
    let key = |pin_set, pin_retries, built_in_uv| KeyFacts {
        pin_set: Some(pin_set),
        pin_retries,
        built_in_uv,
        ..KeyFacts::sample()
    };
    let (able, blocked) = (key(true, Some(8), false), key(true, Some(0), false));
    let (elsewhere, finger) = (key(false, None, false), key(true, Some(0), true));
    for (key, verifies) in [
        (Some(&able), true),
        (Some(&finger), true),
        (Some(&blocked), false),
        (Some(&elsewhere), false),
        (None, false),
    ] {
        for (others, apps) in [(0, 0), (1, 0), (0, 1)] {
            let detail = detail(others, apps);
            let lost = has_lost_access((key, &taken), &detail);
            let expected = !verifies && others + apps == 0;
            assert_eq!(lost, expected, "{key:?}, {others} others, {apps} apps");
        }
    }
    // Two credentials of theirs on this very key are one way to prove, not two.
    let both = [Bytes(vec![0]), Bytes(vec![1])];
    assert!(has_lost_access((Some(&blocked), &both), &detail(1, 0)));
}
