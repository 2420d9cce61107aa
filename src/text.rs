//! What people read, in English and Dutch: `assets/text/<language>/keydesk.ftl`, looked up through keys that are
//! checked when the program is compiled.
//!
//! Hides Fluent and where the texts come from. Invariant: both languages have the same keys (a test compares them), so a
//! lookup always finds a text.

mod account_reset;
pub mod act;
mod app;
mod authority;
mod because;
pub mod care;
pub mod clean;
mod loss;
pub mod mail;
mod reason;
mod returned;
mod stock;
mod stopped;
pub mod unfinished;
mod words;

use std::borrow::Cow;
use std::sync::{LazyLock, OnceLock};

use i18n_embed::fluent::FluentLanguageLoader;
use i18n_embed::unic_langid::LanguageIdentifier;
use i18n_embed::{I18nAssets, LanguageLoader};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

/// Looks up a text: `tr!(text, "key")` or `tr!(text, "key", name = value)`. Key and arguments are checked at compile time
/// against the English file. An argument that is an expression with operators goes in parentheses.
macro_rules! tr {
    ($text:expr, $($rest:tt)*) => {
        i18n_embed_fl::fl!($text.loader(), $($rest)*)
    };
}
pub(crate) use tr;

/// A language that the program speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// English, also what is shown where nothing else is said.
    English,
    Dutch,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::English, Self::Dutch];

    /// The tag of BCP 47: `en` or `nl`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Dutch => "nl",
        }
    }

    /// Reads a tag or a locale such as `nl_NL.UTF-8`; `None` when the language is another one.
    pub fn parse(text: &str) -> Option<Self> {
        let tag = text.split(['_', '-', '.', '@']).next()?;
        Self::ALL
            .into_iter()
            .find(|language| language.tag().eq_ignore_ascii_case(tag))
    }

    /// The other one, for the key that changes the language.
    pub fn other(self) -> Self {
        match self {
            Self::English => Self::Dutch,
            Self::Dutch => Self::English,
        }
    }

    fn identifier(self) -> LanguageIdentifier {
        // Both tags are well-formed, so the undetermined language is never taken.
        self.tag().parse().unwrap_or_default()
    }
}

/// The texts of one language.
pub struct Text {
    loader: FluentLanguageLoader,
    language: Language,
    /// In which times of day are said.
    zone: TimeZone,
}

/// English, for whoever reads a shell.
pub fn english() -> &'static Text {
    static ENGLISH: LazyLock<Text> = LazyLock::new(|| Text::load(Language::English));
    &ENGLISH
}

/// The texts of a language, loaded once: for whoever speaks several at a time.
pub fn of(language: Language) -> &'static Text {
    static DUTCH: LazyLock<Text> = LazyLock::new(|| Text::load(Language::Dutch));
    match language {
        Language::English => english(),
        Language::Dutch => &DUTCH,
    }
}

/// What the command line speaks, once somebody said which language.
static SPOKEN: OnceLock<Text> = OnceLock::new();

/// Says in which language the command line speaks and where it is read, once and for the whole process.
pub fn speak(language: Language, zone: TimeZone) {
    // Whoever said so first is who was asked.
    SPOKEN.get_or_init(|| Text::load(language).there(zone));
}

/// The texts of the command line: English, as long as nobody said another language.
pub fn spoken() -> &'static Text {
    SPOKEN.get().unwrap_or_else(|| english())
}

/// The texts as the program carries them.
struct Shipped;

const ENGLISH: &str = include_str!("../assets/text/en/keydesk.ftl");
const DUTCH: &str = include_str!("../assets/text/nl/keydesk.ftl");

impl I18nAssets for Shipped {
    fn get_files(&self, file_path: &str) -> Vec<Cow<'_, [u8]>> {
        match file_path {
            "en/keydesk.ftl" => vec![Cow::Borrowed(ENGLISH.as_bytes())],
            "nl/keydesk.ftl" => vec![Cow::Borrowed(DUTCH.as_bytes())],
            _ => Vec::new(),
        }
    }

    fn filenames_iter(&self) -> Box<dyn Iterator<Item = String> + '_> {
        Box::new(
            Language::ALL
                .into_iter()
                .map(|language| format!("{}/keydesk.ftl", language.tag())),
        )
    }
}

impl Text {
    /// Loads the texts of a language. English stands behind Dutch, but is never needed: the keys are the same.
    pub fn load(language: Language) -> Self {
        let loader = FluentLanguageLoader::new("keydesk", Language::English.identifier());
        if let Err(error) = loader.load_languages(&Shipped, &[language.identifier()]) {
            // The files are part of the program, so this is a mistake of ours that the tests find.
            tracing::error!(%error, "the texts can't be loaded");
        }
        // The marks would be drawn as blanks or boxes by some terminals; both languages run from left to right.
        loader.set_use_isolating(false);
        Self {
            loader,
            language,
            zone: TimeZone::UTC,
        }
    }

    /// The same, read where it is that time of day.
    pub fn there(self, zone: TimeZone) -> Self {
        Self { zone, ..self }
    }

    pub fn language(&self) -> Language {
        self.language
    }

    /// The texts whose keys end so.
    #[cfg(test)]
    pub(crate) fn ending_in(&self, end: &str, arguments: &[(&str, &str)]) -> Vec<String> {
        let keys: Vec<String> =
            self.loader
                .with_message_iter(&self.language.identifier(), |messages| {
                    messages
                        .map(|message| message.id.name.to_owned())
                        .filter(|key| key.ends_with(end))
                        .collect()
                });
        keys.iter()
            .map(|key| {
                self.loader
                    .get_args(key, arguments.iter().copied().collect())
            })
            .collect()
    }

    /// English with every letter of every message marked, as it is in any other language: what has no mark is no message's.
    #[cfg(test)]
    pub(crate) fn marked() -> Self {
        let text = Self {
            language: Language::Dutch,
            ..Self::load(Language::English)
        };
        text.loader
            .with_bundles_mut(|bundle| bundle.set_transform(Some(mark)));
        text
    }

    pub(crate) fn loader(&self) -> &FluentLanguageLoader {
        &self.loader
    }
}

/// Until when something goes on, as people there say it: the day, and the time of it. Midnight is the end of the day before: read as
/// the day that begins then, it is a day too long.
pub fn until(at: Timestamp, zone: &TimeZone) -> (Date, String) {
    let there = at.to_zoned(zone.clone());
    let (day, time) = match there.time() == Time::midnight() {
        true => (there.date().yesterday().unwrap_or(there.date()), "24:00 %Z"),
        false => (there.date(), "%H:%M %Z"),
    };
    (day, there.strftime(time).to_string())
}

/// Each letter as another one, of the same case and as wide, that no text has.
#[cfg(test)]
fn mark(text: &str) -> Cow<'_, str> {
    let marked = |c: char| {
        let nth = u32::from(c).saturating_sub(u32::from('A'));
        let at = u32::from('\u{410}').saturating_add(nth);
        char::from_u32(at)
            .filter(|_| c.is_ascii_alphabetic())
            .unwrap_or(c)
    };
    Cow::Owned(text.chars().map(marked).collect())
}

#[cfg(test)]
mod tests;
