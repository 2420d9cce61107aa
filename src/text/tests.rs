use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::*;

/// Every key of a language, with the arguments that its text uses.
fn keys(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let source = match language {
        Language::English => ENGLISH,
        Language::Dutch => DUTCH,
    };
    let mut keys = BTreeMap::new();
    let mut current = String::new();
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        if let Some((key, _)) = line.split_once(" =").filter(|_| !line.starts_with(' ')) {
            assert!(
                keys.insert(key.to_owned(), BTreeSet::new()).is_none(),
                "{key} is in the {} file twice",
                language.tag()
            );
            key.clone_into(&mut current);
        }
        for argument in line.split('$').skip(1) {
            let name: String = argument
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_')
                .collect();
            if let Some(arguments) = keys.get_mut(&current) {
                arguments.insert(name);
            }
        }
    }
    keys
}

#[test]
fn both_languages_have_the_same_keys_with_the_same_arguments() {
    let english = keys(Language::English);
    let dutch = keys(Language::Dutch);
    assert!(english.len() > 100, "the files are read");
    for (key, arguments) in &english {
        assert_eq!(dutch.get(key), Some(arguments), "{key}");
    }
    for key in dutch.keys() {
        assert!(english.contains_key(key), "{key} is in the Dutch file only");
    }
}

#[test]
fn every_text_parses_in_both_languages() {
    for language in Language::ALL {
        let text = Text::load(language);
        let parsed: BTreeSet<String> = text
            .loader()
            .with_message_iter(&language.identifier(), |messages| {
                messages.map(|message| message.id.name.to_owned()).collect()
            });
        let written: BTreeSet<String> = keys(language).into_keys().collect();
        assert_eq!(parsed, written);
    }
}

#[test]
fn a_locale_names_its_language() {
    assert_eq!(Language::parse("nl_NL.UTF-8"), Some(Language::Dutch));
    assert_eq!(Language::parse("EN"), Some(Language::English));
    assert_eq!(Language::parse("C"), None);
}

#[test]
fn a_lookup_answers_in_the_language_that_was_loaded() {
    let document = crate::domain::identification::Document::Passport;
    assert_eq!(Text::load(Language::English).document(document), "passport");
    assert_eq!(Text::load(Language::Dutch).document(document), "paspoort");
}

fn sources(dir: &Path, into: &mut String) {
    for entry in fs::read_dir(dir).expect("a directory").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push_str(&fs::read_to_string(&path).expect("a source file"));
        }
    }
}

#[test]
fn no_text_is_kept_that_nothing_shows() {
    let mut code = String::new();
    for folder in ["src", "crates"] {
        sources(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
            &mut code,
        );
    }
    for key in keys(Language::English).into_keys() {
        assert!(code.contains(&format!("\"{key}\"")), "{key}");
    }
}

/// What the command line says of a stop, in each language.
fn on_the_command_line(stop: &crate::workflow::Stop) -> [String; 2] {
    [Language::English, Language::Dutch].map(|language| Text::load(language).stop(stop))
}

#[test]
fn the_registrys_own_words_follow_on_a_line_of_their_own_in_every_language() {
    for code in ["not-allowed", "not-found", "a-code-of-a-later-release"] {
        let stop = crate::workflow::Stop::RegistryRefused {
            code: code.to_owned(),
            detail: "a help desk carries it out".into(),
        };
        for said in on_the_command_line(&stop) {
            let last = said.lines().last().unwrap_or_default();
            assert!(last.ends_with("“a help desk carries it out”"), "{said}");
            assert!(
                !said.contains("below") && !said.contains("hieronder"),
                "{said}"
            );
            assert_eq!(said.lines().count(), 2, "{said}");
        }
    }
}

#[test]
fn what_would_be_refused_is_said_once_and_a_bad_line_names_no_key_of_the_kiosk() {
    let person = "W. Example".to_owned();
    let waits = crate::workflow::Stop::Unmet(crate::domain::reason::Unmet::NotWaiting { person });
    for said in on_the_command_line(&waits) {
        assert_eq!(said.matches("W. Example").count(), 1, "{said}");
        assert!(
            !said.contains("this person") && !said.contains("deze persoon"),
            "{said}"
        );
    }
    let gap = crate::domain::reason::Gap::Down {
        detail: "refused".to_owned(),
        known: None,
    };
    for said in on_the_command_line(&crate::workflow::Stop::Unreachable(gap)) {
        assert!(!said.contains("F7") && !said.contains("ticket"), "{said}");
    }
}

#[test]
fn beside_what_may_have_been_done_all_the_same_nobody_reads_that_nothing_was() {
    use crate::domain::reason::Gap;
    use crate::record::Remains;
    use crate::workflow::Stop;
    let down = || {
        Stop::Unreachable(Gap::Down {
            detail: "refused".to_owned(),
            known: None,
        })
    };
    let left = Stop::Left {
        cause: Box::new(down()),
        remains: Remains::MayBeAccountReset,
    };
    for (stop, nothing) in [
        (down(), true),
        (left, false),
        (Stop::Unreachable(Gap::TestWaits), false),
    ] {
        for said in on_the_command_line(&stop) {
            let says = said.contains("nothing was done") || said.contains("er is niets gedaan");
            assert_eq!(says, nothing, "{said}");
        }
    }
}
