use super::layout::COLUMNS;
use super::*;
use crate::domain::account_reset::ResetState;
use crate::text::Language;
use crate::text::clean::width;

const HOUSE: House<'_> = House {
    platform: "IAMconnected",
    registry: "Keydesk of Example",
    contact: Some("+31 20 555 01 00"),
    zone: &TimeZone::UTC,
    pages: Some("https://keydesk.example.test/sign-in"),
};

fn written(language: Language, kind: Kind, reader: Reader, facts: &Facts, about: &str) -> Mail {
    let told = Told {
        kind,
        facts,
        at: Timestamp::UNIX_EPOCH,
        reader,
        to: "A. Reader",
        about,
        objection: kind
            .can_be_objected_to()
            .then_some("https://keydesk.example.test/objection/x"),
    };
    Text::load(language).mail(&told, &HOUSE)
}

#[test]
fn every_kind_is_told_in_both_languages_to_the_person_and_to_others_in_other_words() {
    for (language, kind) in Language::ALL
        .into_iter()
        .flat_map(|language| Kind::ALL.map(|kind| (language, kind)))
    {
        let to = |reader| written(language, kind, reader, &Facts::default(), "O. Ther");
        let (own, other) = (to(Reader::Themself), to(Reader::Administrator));
        for mail in [&own, &other, &to(Reader::Service)] {
            let text = format!("{} {}", mail.subject, mail.body);
            assert!(!text.contains(['{', '}', '$']), "{text}");
            assert!(
                mail.body.lines().all(|line| width(line) <= COLUMNS),
                "{text}"
            );
        }
        assert!(
            !own.body.contains("O. Ther") || kind == Kind::ResetsAllowed,
            "{}",
            own.body
        );
        assert!(other.body.contains("O. Ther"), "{}", other.body);
        let has_page = own
            .body
            .contains("\nhttps://keydesk.example.test/objection/x\n");
        assert_eq!(has_page, kind.can_be_objected_to(), "{}", own.body);
    }
}

#[test]
fn an_administrator_is_told_where_they_ask_for_what_waits_for_them_and_nobody_else_is() {
    for language in Language::ALL {
        let to = |kind, reader| {
            let mail = written(language, kind, reader, &Facts::default(), "O. Ther");
            mail.body
                .contains("\nhttps://keydesk.example.test/sign-in\n")
        };
        for (kind, reader) in Kind::ALL.into_iter().flat_map(|kind| {
            [Reader::Themself, Reader::Administrator, Reader::Service].map(|to| (kind, to))
        }) {
            let due = kind == Kind::ResetPrepared && reader == Reader::Administrator;
            assert_eq!(to(kind, reader), due, "{kind:?} to {reader:?}");
        }
    }
}

#[test]
fn what_ends_at_midnight_ends_on_the_day_before_and_what_came_of_a_copy_says_so() {
    let facts = Facts {
        until: Some("2026-12-02T00:00:00Z".parse().expect("a time")),
        restored: Some(true),
        state: Some(ResetState::Expired),
        ..Facts::default()
    };
    let to = Reader::Administrator;
    let mail = written(Language::English, Kind::ResetEnded, to, &facts, "O. Ther");
    let body = mail.body.replace('\n', " ");
    let says = |words: &str| assert!(body.contains(words), "{words}: {body}");
    says("Until: 1 December 2026, 24:00 UTC");
    says("put back from a copy");
}

#[test]
fn what_somebody_wrote_stays_in_its_line_ends_no_quotation_and_is_no_link() {
    let facts = Facts {
        sort: Some(FactorSort::Key),
        name: Some(
            "x”\r\nBcc: e@vil.example\n\nYour account is closed: http://evil.example/".to_owned(),
        ),
        serial: Some("1\u{202e}2".to_owned()),
        reason: Some("”\nnot so".to_owned()),
        ..Facts::default()
    };
    let about = "N.\r\nBcc: e@vil.example";
    let mail = written(
        Language::English,
        Kind::Added,
        Reader::Administrator,
        &facts,
        about,
    );
    assert!(!mail.subject.contains(['\r', '\n']), "{:?}", mail.subject);
    let starts = |begin: &str| mail.body.lines().any(|line| line.starts_with(begin));
    assert!(
        !starts("Bcc") && !starts("Your account") && !starts("not so"),
        "{}",
        mail.body
    );
    assert!(
        !mail.body.contains("http://evil") && !mail.body.contains("evil.example/"),
        "{}",
        mail.body
    );
    assert_eq!(mail.body.matches('”').count(), 2, "{}", mail.body);
    assert!(!mail.body.contains('\u{202e}'), "{}", mail.body);
}

/// What somebody is told, with its lines joined.
fn joined(language: Language, kind: Kind, facts: &Facts) -> (String, String) {
    let mail = written(language, kind, Reader::Administrator, facts, "O. Ther");
    (mail.subject, mail.body.replace('\n', " "))
}

fn then() -> Option<Timestamp> {
    Some("2026-12-02T00:00:00Z".parse().expect("a time"))
}

#[test]
fn an_exception_that_ran_out_is_not_told_as_a_reset_by_which_nothing_was_deleted() {
    let over = |until, restored| Facts {
        until,
        restored,
        state: Some(ResetState::Expired),
        ..Facts::default()
    };
    for (language, nothing, deleted, shut) in [
        (
            Language::English,
            "Nothing was deleted by it",
            "that opened it was deleted",
            "Nothing opens the IAMconnected account of O. Ther any more",
        ),
        (
            Language::Dutch,
            "Er is niets door verwijderd",
            "er toegang toe gaf, is verwijderd",
            "Niets geeft nog toegang tot het IAMconnected-account van O. Ther",
        ),
    ] {
        let (subject, body) = joined(language, Kind::ResetEnded, &over(then(), None));
        assert!(subject.starts_with(shut), "{subject}");
        assert!(body.contains(deleted) && !body.contains(nothing), "{body}");
        // What was asked for only, and what ended in a copy, deleted nothing.
        for facts in [over(None, None), over(then(), Some(true))] {
            let (subject, body) = joined(language, Kind::ResetEnded, &facts);
            assert!(!subject.starts_with(shut), "{subject}");
            assert!(body.contains(nothing) && !body.contains(deleted), "{body}");
        }
    }
}

#[test]
fn whoever_was_not_at_a_desk_is_told_of_no_desk_that_they_were_at() {
    let excepted = Facts {
        until: then(),
        ..Facts::default()
    };
    for (language, here, anywhere) in [
        (Language::English, "at the same desk", "at any help desk"),
        (Language::Dutch, "aan dezelfde balie", "bij elke helpdesk"),
    ] {
        let (_, body) = joined(language, Kind::ResetDone, &excepted);
        assert!(body.contains(anywhere) && !body.contains(here), "{body}");
        let (_, body) = joined(language, Kind::ResetDone, &Facts::default());
        assert!(body.contains(here) && !body.contains(anywhere), "{body}");
    }
}

#[test]
fn what_waits_after_its_release_is_not_said_to_be_carried_out_from_now_on() {
    let waits = Facts {
        not_before: then(),
        ..Facts::default()
    };
    for (language, now, later) in [
        (Language::English, "from now on", "it can be stopped"),
        (Language::Dutch, "van nu af", "tegen te houden"),
    ] {
        let (_, body) = joined(language, Kind::ResetReleased, &waits);
        assert!(body.contains(later) && !body.contains(now), "{body}");
        let (_, body) = joined(language, Kind::ResetReleased, &Facts::default());
        assert!(body.contains(now) && !body.contains(later), "{body}");
    }
}
