//! A registry, or whatever answers in its place, against the station.

use keydesk::domain::{Bytes, PersonId};
use keydesk::registry::RegistryError;
use keydesk::registry::decode::{self, Head};
use keydesk::wire::{
    AccountReset, AccountResetDetail, AccountResetDone, AccountResets, ActToSign, ExpectedPeople,
    JoinReply, Offer, OfferFault, OperatorOffer, People, PersonDetail, Receipt, Session,
    SignInOptions, TestOffer, TokenReply, VERSION, Visit,
};
use keydesk::workflow::{Ceremony, NewAssertion, Verified, client_data, verify_assertion};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

/// What the station says of any failure fits on a screen.
const MAX_ERROR_CHARS: usize = 2000;
const MAX_WAIT_S: u64 = 3600;

/// One reply, read as the answer to everything that a station asks: success is for a status that says so, a refusal can be
/// shown, and what was read can be kept and read again.
///
/// The input is the reply as HTTP/1.1 carries it: status line, header fields, an empty line, the body. Returns how many of the
/// questions it answers.
pub fn registry_reply(data: &[u8]) -> usize {
    let Some((head, body)) = parse(data) else {
        return 0;
    };
    let _ = head.sent_at();
    let success = (200..300).contains(&head.status);
    assert_eq!(checked(decode::nothing(&head, body)).is_some(), success);
    checked::<()>(Err(decode::problem(&head, body)));
    let health = checked(decode::health(&head, body));
    let tickets = checked(decode::tickets(&head, body));
    if let Some(answer) = &tickets {
        answer.offers.iter().for_each(follow);
    }
    let offer = checked(decode::offer(&head, body));
    offer.iter().for_each(follow);
    let session = kept::<Session>(&head, body);
    session.iter().for_each(unlock);
    let test = kept::<TestOffer>(&head, body);
    let sign_in = kept::<SignInOptions>(&head, body);
    let operator = kept::<OperatorOffer>(&head, body);
    allowed(&test, TestOffer::check, |it| {
        (&it.origin, &it.request.rp_id)
    });
    allowed(&sign_in, SignInOptions::check, |it| {
        (&it.origin, &it.request.rp_id)
    });
    allowed(&operator, OperatorOffer::check, |it| {
        (&it.origin, &it.creation.rp.id)
    });
    let act = kept::<ActToSign>(&head, body);
    let read = |it: &ActToSign| it.read().map(|act| assert_eq!(act.bytes(), it.act));
    allowed(&act, read, |it| (&it.origin, &it.request.rp_id));
    let answers = [
        act.is_some(),
        kept::<AccountReset>(&head, body).is_some(),
        kept::<AccountResets>(&head, body).is_some(),
        kept::<AccountResetDetail>(&head, body).is_some(),
        kept::<AccountResetDone>(&head, body).is_some(),
        test.is_some(),
        sign_in.is_some(),
        operator.is_some(),
        health.is_some(),
        tickets.is_some(),
        offer.is_some(),
        session.is_some(),
        kept::<ExpectedPeople>(&head, body).is_some(),
        kept::<JoinReply>(&head, body).is_some(),
        kept::<People>(&head, body).is_some(),
        kept::<PersonDetail>(&head, body).is_some(),
        kept::<Receipt>(&head, body).is_some(),
        kept::<TokenReply>(&head, body).is_some(),
        kept::<Visit>(&head, body).is_some(),
    ];
    let answered = answers.into_iter().filter(|answer| *answer).count();
    assert!(success || answered == 0);
    answered
}

/// Only what the station looks at.
fn parse(data: &[u8]) -> Option<(Head, &[u8])> {
    let end = data.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    let (head, body) = data.split_at(end);
    // As the client takes header fields: what is no visible text is not there.
    let head = std::str::from_utf8(head).ok()?;
    let (first, fields) = head.split_once("\r\n").unwrap_or((head, ""));
    let field = |wanted: &str| {
        fields
            .split("\r\n")
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value.trim().to_owned())
    };
    let head = Head {
        status: first.split(' ').nth(1)?.parse().ok()?,
        content_type: field("content-type"),
        retry_after: field("retry-after"),
        date: field("date"),
    };
    Some((head, body.get(4..)?))
}

/// The value; a failure is one that can be shown and waited for.
fn checked<T>(result: Result<T, RegistryError>) -> Option<T> {
    let error = match result {
        Ok(value) => return Some(value),
        Err(error) => error,
    };
    let text = error.to_string();
    assert!(!text.chars().any(char::is_control), "{text:?}");
    assert!(
        text.chars().count() <= MAX_ERROR_CHARS,
        "{} characters",
        text.chars().count()
    );
    match error {
        RegistryError::Unreachable { retry_after, .. } => {
            assert!(retry_after.is_none_or(|wait| wait.as_secs() <= MAX_WAIT_S));
        }
        RegistryError::Refused { status, .. } => assert!((400..500).contains(&status)),
        RegistryError::NewerVersion { found } => assert!(found > VERSION),
        _ => {}
    }
    None
}

/// Sessions, tickets and receipts go to the disk and are read from there after a restart.
fn kept<T: Serialize + DeserializeOwned>(head: &Head, body: &[u8]) -> Option<T> {
    let value: T = checked(decode::reply(head, body))?;
    let written = serde_json::to_vec(&value).expect("what came as JSON goes as JSON");
    let again: Result<T, _> = serde_json::from_slice(&written);
    assert!(
        again.is_ok(),
        "cannot be read again: {}",
        String::from_utf8_lossy(&written)
    );
    Some(value)
}

/// What an enrolment makes of an offer before any key is touched.
fn follow(offer: &Offer) {
    assert!(offer.version <= VERSION);
    let other = PersonId::new(format!("not {}", offer.person.id));
    assert!(offer.check(&other).is_err());
    if offer.check(&offer.person.id).is_err() {
        return;
    }
    let client = client_data(Ceremony::Create, &offer.creation.challenge, &offer.origin);
    let said: serde_json::Value =
        serde_json::from_slice(client.json.as_ref()).expect("client data is JSON");
    assert_eq!(
        said.get("origin").and_then(|it| it.as_str()),
        Some(&*offer.origin)
    );
}

/// Options that pass are of an origin within the domain of their RP id.
fn allowed<T>(
    options: &Option<T>,
    check: impl Fn(&T) -> Result<(), OfferFault>,
    names: impl Fn(&T) -> (&String, &String),
) {
    let Some(options) = options.as_ref().filter(|options| check(options).is_ok()) else {
        return;
    };
    let (origin, rp_id) = names(options);
    let host = origin.strip_prefix("https://").expect("a secure origin");
    let host = host.split(':').next().unwrap_or_default();
    assert!(
        host == rp_id || host.ends_with(&format!(".{rp_id}")),
        "{origin}, {rp_id}"
    );
}

/// A session brings a public key, with which the station checks assertions while the registry is out of reach.
fn unlock(session: &Session) {
    let Some(unlock) = &session.unlock else {
        return;
    };
    let rp_hash: [u8; 32] = Sha256::digest(unlock.rp_id.as_bytes()).into();
    let touched_and_verified = [0x05, 0, 0, 0, 1];
    let signed = NewAssertion {
        id: unlock.credential.clone(),
        authenticator_data: Bytes([&rp_hash[..], &touched_and_verified].concat()),
        signature: Bytes(vec![0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01]),
        user_handle: None,
    };
    // Whether such a key could be checked here or not: this is no signature of it.
    let verdict = verify_assertion(&signed, &[0; 32], &unlock.rp_id, Some(&unlock.public_key));
    assert!(!matches!(verdict, Ok(Verified::Signature)));
}
