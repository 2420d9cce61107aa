//! Keeping stations out, and a registry that was taken over and stations that obey it.

use crate::desk::Desk;
use crate::registry::{Registry, run, text};

#[test]
fn a_registry_that_was_taken_over_has_no_key_sign_for_another_relying_party() {
    let mut registry = Registry::new();
    let code = registry.station_code("Desk");
    let data = registry.path("station");
    let url = registry.url.clone();
    let data = text(&data).to_owned();
    let joined = run(
        &[
            "--data",
            &data,
            "station",
            "join",
            "--registry",
            &url,
            "--name",
            "Desk",
            "--code-fd",
            "0",
        ],
        &code,
    );
    assert_eq!(joined.code, 0, "{}", joined.all);
    let address = registry.address().to_owned();
    registry.stop();
    registry.serve(&address, "operator_rp_id = \"taken-over.example\"\n");
    // Whatever key were in the bay, it would be asked to sign for that one.
    let asked = run(&["--data", &data, "session", "open", "--wait", "1"], "");
    assert_ne!(asked.code, 0, "{}", asked.all);
    assert!(asked.all.contains("taken-over.example"), "{}", asked.all);
}

#[tokio::test]
async fn wrong_join_codes_do_not_shut_out_a_right_one() {
    let registry = Registry::new();
    let code = registry.station_code("Desk");
    // Behind a proxy everybody comes from one address.
    let wrong: String = code.chars().rev().collect();
    for _ in 0..15 {
        let guessed = Desk::joined(&registry, "Another desk", &wrong).await;
        assert!(guessed.is_err());
    }
    let joined = Desk::joined(&registry, "Desk", &code).await;
    joined.map(drop).expect("a right code is taken");
}
