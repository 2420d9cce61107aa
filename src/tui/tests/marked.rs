//! No language but its own on any screen: with every letter of every message marked, what has no mark must be data.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;

use super::{THEME, text_of};
use crate::domain::PersonKind;
use crate::domain::authority::{Action, Role};
use crate::domain::care::Setting;
use crate::domain::policy::Finding;
use crate::domain::reason::{
    Failure, Flaw, Gap, KeyFault, Lacks, Refusal, Said, StockFault, Trouble, Unmet, Why,
};
use crate::domain::reset::CaseFault;
use crate::domain::stop_code::StopCode;
use crate::domain::unfit::Unfit;
use crate::domain::visit::Takes;
use crate::record::Remains;
use crate::text::Language;
use crate::tui::scenes::{self, Stage, cast};
use crate::tui::view::View;
use crate::wire::{Because, WhyNot, problem_code};
use crate::workflow::dialogue::Ending;
use crate::workflow::{Decider, Stop};

/// What people, companies, makers, networks, systems and specifications call themselves and each other, what somebody typed or named,
/// and what stands on the keys of a keyboard. `#` is a number.
const DATA: &str = "
    KEYDESK
    IAMconnected
    P. Example
    W. Example
    M. Example
    T. Exampleson
    Person # Example
    Person #
    Example
    M. Desk
    S. Service
    K. Second
    A. Dmin
    S. Admin
    M. Bakker
    authenticator app
    bag stolen on the train, reported to the police
    bag stolen on the train, reported to the police; the phone was in it as well
    a very long word to the second agent
    a very long word to the second agent a very long word to the second agent a very long word to the second agent a very long word to the second agent a very long word to the second agent
    R. de Boer
    Example Shipping
    Example Barge Line
    Help desk
    Desk #
    YubiKey # NFC
    YubiKey FIDO
    Security Key NFC
    Feitian ePass FIDO2
    Old U2F Token
    Authenticator app
    Hardware token
    Work phone
    KD-###
    Standby keys for a safe
    standby keys for safe
    Spares
    right thumb
    PIN forgotten
    left the company
    pat
    Pat from
    AAE
    AAI
    GEZD
    GNBV
    document in de lezer
    QOJQ
    EdDSA
    GetAssertion
    clientPin
    credMgmt
    credProtect
    hmac-secret
    minPinLength
    packed
    pinUvAuthToken
    rk
    up
    usb
    nfc
    NFC
    UTC
    challenge-expired
    offer-foreign
    Esc
    Tab
    Shift-Tab
    Ctrl-U
    Ctrl-W
    PgUp
    PgDn
    Ctrl-L
";

fn plain(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

/// Whether a word is that part of something known; what did not fit is cut off with a mark.
fn is_part(word: &str, part: &str) -> bool {
    match part {
        "#" => plain(word).chars().all(|c| c.is_ascii_digit()),
        part if word.ends_with('…') => plain(part).starts_with(plain(word)),
        part => plain(part) == plain(word),
    }
}

/// A screen without what it quotes: another program's words stand between these marks, behind a sentence of ours that says whose they
/// are. Where the end of it was cut off, nothing of that is left out.
fn unquoted(screen: &str) -> String {
    let mut parts = screen.split('“');
    let mut said = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        said.push(' ');
        said.push_str(part.split_once('”').map_or(part, |(_, after)| after));
    }
    said
}

/// The words without a mark on a screen that are no data.
fn unmarked(screen: &str) -> BTreeSet<String> {
    let screen = unquoted(screen);
    let words: Vec<&str> = screen.split_whitespace().collect();
    let known: Vec<Vec<&str>> = DATA
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    // How many of the next words something known takes.
    let taken = |rest: &[&str], parts: &[&str]| {
        let cut = rest.iter().position(|word| word.ends_with('…'));
        let length = cut.map_or(parts.len(), |cut| parts.len().min(cut + 1));
        let fits = rest.len() >= length
            && rest
                .iter()
                .zip(parts)
                .take(length)
                .all(|(w, p)| is_part(w, p));
        if fits { length } else { 0 }
    };
    let mut found = BTreeSet::new();
    let mut rest = words.as_slice();
    while let [word, after @ ..] = rest {
        let longest = known.iter().map(|parts| taken(rest, parts)).max();
        if let Some(length @ 1..) = longest {
            rest = rest.get(length..).unwrap_or_default();
            continue;
        }
        let whole = plain(word);
        // Addresses, numbers, paths and codes are no words of a language, and a single letter is a key to press.
        let is_code = whole.contains(|c: char| c.is_ascii_digit() || "@/_.#".contains(c));
        let is_word = whole.len() > 1 && whole.contains(|c: char| c.is_ascii_alphabetic());
        // What stands before the caret was typed.
        if is_word && !is_code && !word.contains('▏') {
            found.insert((*word).to_owned());
        }
        rest = after;
    }
    found
}

fn drawn(play: impl Fn(&mut Stage)) -> BTreeSet<String> {
    let view = View::marked(THEME);
    let sizes = [(80, 24), (200, 60)];
    let screens = sizes.map(|size| {
        let mut stage = Stage::new(Language::Dutch, size, false);
        play(&mut stage);
        unmarked(&text_of(&stage.draw(&view)))
    });
    screens.into_iter().flatten().collect()
}

#[test]
fn only_what_is_quoted_to_its_end_is_another_programs() {
    assert!(unmarked("“no such device”").is_empty());
    assert_eq!(unmarked("no “such” device").len(), 2);
    assert_eq!(unmarked("“no such device").len(), 3);
}

#[test]
fn a_screen_has_no_word_of_another_language() {
    let faults: Vec<String> = scenes::all()
        .map(|(name, scene)| (name, drawn(scene)))
        .filter(|(_, words)| !words.is_empty())
        .map(|(name, words)| format!("{name}: {words:?}"))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn nor_has_any_reason_why_a_run_stopped() {
    let mut faults = Vec::new();
    for stop in stops() {
        let words = drawn(|stage| {
            stage.until_key();
            stage.end(Ending::Stopped {
                stop: stop.clone(),
                remains: Remains::Credential,
            });
        });
        if !words.is_empty() {
            faults.push(format!("{stop}: {words:?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The registry's refusals for which its own words and the code must do: what an honest station never sends, what is wrong with the
/// machines or the line and not with what an operator did, and what has words of its own where it can come (the door, a key's answer).
const WITHOUT_WORDS: &[&str] = &[
    problem_code::MALFORMED,
    problem_code::NEWER_VERSION,
    problem_code::NOT_FOUND,
    problem_code::METHOD_NOT_ALLOWED,
    problem_code::TOO_LARGE,
    problem_code::MEDIA_TYPE,
    problem_code::BUSY,
    problem_code::INTERNAL,
    problem_code::CODE_REFUSED,
    problem_code::STATION_KNOWN,
    problem_code::SESSION_REFUSED,
    problem_code::CREDENTIAL_REVOKED,
    problem_code::IDEMPOTENCY_KEY_MISSING,
    problem_code::IDEMPOTENCY_KEY_REUSED,
    problem_code::JOURNAL_REGRESSED,
    problem_code::JOURNAL_PASSED,
    problem_code::OFFER_UNKNOWN,
    problem_code::UNLOCK_FOREIGN,
    problem_code::RESET_FOREIGN,
    problem_code::PROOF_MISSING,
    problem_code::CHALLENGE_MISMATCH,
    problem_code::ORIGIN_MISMATCH,
    problem_code::RP_MISMATCH,
    problem_code::USER_NOT_PRESENT,
    problem_code::USER_NOT_VERIFIED,
    problem_code::RESPONSE_MALFORMED,
    problem_code::SIGNATURE_INVALID,
];

/// Every reason there is.
fn stops() -> Vec<Stop> {
    let mut stops = vec![
        Stop::Cancelled,
        Stop::Settled,
        Stop::SignedOut,
        Stop::NotAllowed(
            Role::CustomerService
                .may(Action::TidyKey)
                .expect_err("refused"),
        ),
        Stop::RegistryRefused {
            code: "offer-foreign".to_owned(),
            detail: "the offer is for another person".into(),
        },
        Stop::Unanswered(Gap::VisitPassed),
        Stop::OpenElsewhere { until: cast::NOW },
        Stop::OfferExpired,
        Stop::Strands {
            account: "P. Example".to_owned(),
            may: Decider::Enroller,
        },
        Stop::Strands {
            account: "P. Example".to_owned(),
            may: Decider::RegistryAdministrator,
        },
        Stop::Store("no space left on device".to_owned().into()),
        Stop::Store(Said::known(Trouble::DiskFull, "no space left on device")),
        Stop::WrongCodes(3),
    ];
    let takes = [
        Takes::Identification,
        Takes::OwnFactor,
        Takes::Administrator,
        Takes::Release,
    ];
    // Whoever the matrix refuses, whatever they asked for.
    for role in Role::ALL {
        for kind in PersonKind::ALL {
            let refused = role.may_for(Action::ReplaceLost, kind);
            stops.extend(refused.err().map(Stop::NotAllowed));
            let row = crate::domain::authority::row(Action::ResetKey, Some(kind));
            stops.extend(row.map(|row| Stop::Strands {
                account: "P. Example".to_owned(),
                may: Decider::Row(row),
            }));
        }
    }
    let worded = |code: &&&str| !WITHOUT_WORDS.contains(*code);
    for code in problem_code::REFUSALS.iter().filter(worded) {
        stops.push(Stop::RegistryRefused {
            code: (*code).to_owned(),
            detail: "in its words".into(),
        });
    }
    for (takes, may) in takes.into_iter().flat_map(|takes| [(takes, 0), (takes, 1)]) {
        stops.push(Stop::Authority {
            person: "P. Example".to_owned(),
            takes,
            may: vec!["W. Example".to_owned(); may],
        });
    }
    stops.extend(
        Because::samples()
            .into_iter()
            .map(|why| Stop::RegistryRefused {
                code: problem_code::NOT_ALLOWED.to_owned(),
                detail: WhyNot {
                    words: "in its words".to_owned(),
                    why: Some(Box::new(why)),
                },
            }),
    );
    stops.extend(unmet().into_iter().map(Stop::Unmet));
    stops.extend(faults().into_iter().map(Stop::Key));
    stops.extend(flaws().into_iter().map(Stop::Unproven));
    stops.extend(gaps().into_iter().map(Stop::Unreachable));
    stops.extend(refusals().into_iter().map(Stop::KeyRefused));
    stops
}

fn setting() -> Setting {
    Setting::AlwaysUv { on: true }
}

/// As many as there are, so that none is forgotten: what can't be read names all that could.
fn all<T: DeserializeOwned + ToString>(facts: &[&str]) -> Vec<T> {
    let unknown = serde_json::from_str::<T>("\"?\"")
        .err()
        .map(|error| error.to_string());
    let unknown = unknown.unwrap_or_default();
    let names: Vec<&str> = unknown.split('`').skip(1).step_by(2).skip(1).collect();
    assert!(names.len() > 5, "{unknown}");
    let read = |name: &&str| {
        let with_facts = facts
            .iter()
            .find(|fact| fact.starts_with(&format!("{{\"{name}\"")));
        let json = with_facts.map_or_else(|| format!("\"{name}\""), |fact| (*fact).to_owned());
        serde_json::from_str(&json).unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    names.iter().map(read).collect()
}

fn faults() -> Vec<KeyFault> {
    let failures: Vec<Failure> = all(&[
        r#"{"refused":{"operation":"GetAssertion","status":"0x7F"}}"#,
        r#"{"silent":{"operation":"GetAssertion","limit_ms":500}}"#,
        r#"{"other-program":{"limit_ms":500}}"#,
        r#"{"system":{"reason":"no such device"}}"#,
        r#"{"garbled":{"operation":"GetAssertion","detail":"the reply ends early"}}"#,
        r#"{"too-large":{"bytes":7000,"limit":1200}}"#,
        r#"{"min-pin-length":{"min":8}}"#,
        r#"{"relying-parties":{"max":1}}"#,
        r#"{"pin-length":{"characters":99}}"#,
        r#"{"told":{"words":"W."}}"#,
    ]);
    let lacks: Vec<Lacks> = all(&[
        r#"{"usb-reset":{"over":["NFC"]}}"#,
        &format!(
            r#"{{"setting":{{"setting":{}}}}}"#,
            serde_json::json!(setting())
        ),
    ]);
    let mut faults: Vec<KeyFault> = all(&[
        r#"{"wrong-pin":{"retries":3}}"#,
        r#"{"pin-too-simple":{"explained_at":"https://keys.example/pin"}}"#,
        r#"{"pin-too-long":{"max":16}}"#,
        r#"{"unsupported":"pins"}"#,
        r#"{"failed":"no-key"}"#,
    ]);
    faults.extend(failures.into_iter().map(KeyFault::Failed));
    faults.extend(lacks.into_iter().map(KeyFault::Unsupported));
    faults
}

fn flaws() -> Vec<Flaw> {
    let setting = serde_json::json!(setting());
    all(&[
        r#"{"counter":{"from":5,"to":3}}"#,
        r#"{"algorithm":{"algorithm":-7}}"#,
        &format!(r#"{{"setting-not-shown":{{"setting":{setting}}}}}"#),
    ])
}

fn unmet() -> Vec<Unmet> {
    let of = |word: &str| {
        format!(
            r#"{{"{word}":{{"person":"P. Example","factor":"Example","kind":"employee","until":"2026-11-29T12:00:00Z"}}}}"#
        )
    };
    let words = [
        "no-factor",
        "suspended",
        "no-visit",
        "own-make",
        "not-waiting",
        "reset-over",
        "gone",
        "suspended-for-good",
        "no-key",
        "not-suspended",
        "opens-still",
        "needs-no-reset",
        "began-without",
        "may-object",
        "may-still-come",
        "one-way",
        "not-lent",
        "nothing-forgotten",
        "nothing-open",
        "lost-access",
        "app-held",
    ];
    let mut facts: Vec<String> = words.iter().map(|word| of(word)).collect();
    facts.push(r#"{"stock":{"fault":"no-tags"}}"#.to_owned());
    let facts: Vec<&str> = facts.iter().map(String::as_str).collect();
    let mut unmet: Vec<Unmet> = all(&facts);
    unmet.extend(
        stock_faults()
            .into_iter()
            .map(|fault| Unmet::Stock { fault }),
    );
    unmet
}

/// What stands in the way of what is done with the stock; and for each reason why an item does not allow it, a refusal for that.
fn stock_faults() -> Vec<StockFault> {
    let of = |why: &str, next: &str| {
        format!(
            r#"{{"refused":{{"refusal":{{"item":"00000000-0000-0000-0000-000000000000","named":[{{"by":"token","serial":"77"}}],
               "act":"move","may":["help-desk"],"why":{why},"next":{next}}}}}}}"#
        )
    };
    let whys = [
        r#"{"why":"unknown"}"#,
        r#"{"why":"known-already"}"#,
        r#"{"why":"another","item":"00000000-0000-0000-0000-000000000000"}"#,
        r#"{"why":"moved","saw":1,"is":2}"#,
        r#"{"why":"not-now","from":["spare","damaged"]}"#,
        r#"{"why":"not-now","from":[]}"#,
        r#"{"why":"role","role":"help-desk"}"#,
        r#"{"why":"other-custodian","here":"7","there":"8"}"#,
        r#"{"why":"same-custodian","custodian":"7"}"#,
        r#"{"why":"custodian","custodian":"7"}"#,
        r#"{"why":"no-second"}"#,
        r#"{"why":"second-is-first","operator":"7"}"#,
        r#"{"why":"not-seen","needs":"blank"}"#,
        r#"{"why":"not-seen","needs":"works"}"#,
        r#"{"why":"not-seen","needs":"receipt"}"#,
        r#"{"why":"not-seen","needs":"reason"}"#,
        r#"{"why":"already-there"}"#,
        r#"{"why":"already-so"}"#,
        r#"{"why":"not-theirs","whose":"7"}"#,
        r#"{"why":"not-theirs"}"#,
        r#"{"why":"still-theirs","whose":"7"}"#,
        r#"{"why":"over","until":"2026-11-29T12:00:00Z"}"#,
        r#"{"why":"nothing-tells"}"#,
    ];
    let nexts = [
        r#"{"next":"look-again"}"#,
        r#"{"next":"do","act":"hand-over"}"#,
        r#"{"next":"ask-role","roles":["customer-service"]}"#,
        r#"{"next":"ask","operator":"7"}"#,
        r#"{"next":"find-second"}"#,
        r#"{"next":"nothing"}"#,
    ];
    let refused = whys.iter().zip(nexts.iter().cycle());
    let refused = refused.map(|(why, next)| of(why, next));
    let refused = refused.map(|json| serde_json::from_str(&json).expect("a refusal"));
    let named = |word: &str| {
        format!(
            r#"{{"{word}":{{"name":"7","count":2,"place":"7","operator":"8","tag":"7","text":"7"}}}}"#
        )
    };
    let words = [
        "no-item",
        "several-items",
        "no-place",
        "several-places",
        "closed",
        "answered-by",
        "no-delivery",
        "tag-foreign",
        "no-tag",
    ];
    let mut facts: Vec<String> = words.iter().map(|word| named(word)).collect();
    facts.push(of(r#"{"why":"unknown"}"#, r#"{"next":"nothing"}"#));
    facts.push(r#"{"taken":{"named":{"by":"token","serial":"77"}}}"#.to_owned());
    let facts: Vec<&str> = facts.iter().map(String::as_str).collect();
    let mut faults: Vec<StockFault> = all(&facts);
    faults.extend(refused);
    faults
}

fn gaps() -> Vec<Gap> {
    let troubles: Vec<Trouble> = all(&[]);
    let down = troubles.into_iter().map(|known| Gap::Down {
        detail: "connection refused".to_owned(),
        known: Some(known),
    });
    let mut gaps: Vec<Gap> = all(&[
        r#"{"down":{"detail":"connection refused"}}"#,
        r#"{"unserved":{"status":503,"words":"too much to do"}}"#,
        r#"{"in-between":{"status":502,"media":"text/html"}}"#,
        r#"{"unread":{"detail":"expected value at line 1"}}"#,
    ]);
    gaps.extend(down);
    gaps
}

fn refusals() -> Vec<Refusal> {
    let person = || "W. Example".to_owned();
    let findings = vec![Finding::BoundTo { person: person() }];
    let mut refusals = vec![
        Refusal::Found { findings },
        Refusal::TestFailed {
            why: Some(Why::Flaw(Flaw::Untouched)),
        },
        Refusal::Anothers { person: None },
        Refusal::Anothers {
            person: Some(person()),
        },
        Refusal::Unresolved,
        Refusal::Unasked,
        Refusal::NoPin,
        Refusal::OperatorsOwn,
        Refusal::ShowsMore { person: person() },
        Refusal::TellsNothing,
        Refusal::UsedSince,
        Refusal::NotWanted,
        Refusal::TagsUsedUp {
            pattern: "KD-###".to_owned(),
        },
    ];
    let unfit = [
        Unfit::PinUnknown,
        Unfit::PinUnwanted,
        Unfit::NotNeeded,
        Unfit::Failed {
            code: StopCode::KeyGone,
            detail: "key-gone".to_owned(),
        },
    ];
    refusals.extend(unfit.into_iter().map(|why| Refusal::Unfit { why }));
    let cases = [
        CaseFault::NoReason,
        CaseFault::NoTicket,
        CaseFault::NoRequester,
        CaseFault::NotIdentified,
        CaseFault::Form,
    ];
    refusals.extend(cases.into_iter().map(|fault| Refusal::Case { fault }));
    let somebodys = [(0, false), (1, false), (1, true)];
    refusals.extend(
        somebodys
            .into_iter()
            .map(|(people, surely)| Refusal::Somebodys {
                people: vec![person(); people],
                surely,
            }),
    );
    refusals
}
