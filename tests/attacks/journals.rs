//! Another journal in the place of a station's.

use serde_json::{Value, json};

use crate::authenticator::Authenticator;
use crate::desk::{Desk, hash, head};
use crate::registry::Registry;

/// The head of a journal that goes on from that record, as far as a build asks for that.
fn after(continued: u64, sequence: u64, of: u8) -> Value {
    let mut head = head(sequence, of);
    head["continues"] = json!({ "sequence": continued, "hash": hash(continued, 0xab) });
    head
}

/// Enrols a key with this head; whether it was taken.
async fn pushed(desk: &mut Desk, nth: u8, head: Value) -> bool {
    // Somebody else each time, who has nothing yet.
    let person = format!("p-{}", 1 + nth % 3);
    let offer = desk.offer(&person).await.taken("an offer");
    let mut push = desk.enrolment(&offer, &mut Authenticator::new(nth));
    push["head"] = head;
    desk.post("/enrolments", push).await.is_taken()
}

#[tokio::test]
async fn a_copy_of_a_journal_that_has_grown_is_not_taken_for_it() {
    let registry = Registry::new();
    let mut desk = Desk::new(&registry, "Desk", "help-desk").await;
    assert!(pushed(&mut desk, 1, after(0, 10, 0xab)).await);
    assert!(pushed(&mut desk, 2, after(10, 20, 0xab)).await);
    // The copy is from record 10, and has grown to 30 in its own way.
    let mut copied = after(20, 30, 0xcd);
    copied["continues"] = json!({ "sequence": 20, "hash": hash(20, 0xcd) });
    assert!(!pushed(&mut desk, 3, copied).await);
    assert_eq!(registry.alarms(), ["journal-regressed"]);
}

#[tokio::test]
async fn after_an_alarm_the_next_push_of_a_replaced_journal_is_not_taken() {
    let registry = Registry::new();
    let mut desk = Desk::new(&registry, "Desk", "help-desk").await;
    assert!(pushed(&mut desk, 1, after(0, 20, 0xab)).await);
    let mut short = after(0, 10, 0xab);
    short["continues"] = json!({ "sequence": 20, "hash": "" });
    assert!(!pushed(&mut desk, 2, short).await);
    assert!(!pushed(&mut desk, 3, after(20, 30, 0xab)).await);
}
