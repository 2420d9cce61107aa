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
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut code,
    );
    for key in keys(Language::English).into_keys() {
        assert!(code.contains(&format!("\"{key}\"")), "{key}");
    }
}
