//! What a notice says to whom: the reader, the language, and the page on which it is objected to.
//!
//! Invariant: only whoever was told of it as a person gets that page, of what can still be stopped.

use jiff::tz::TimeZone;

use super::settings::MailConfig;
use crate::domain::notice::{Facts, Kind};
use crate::domain::{AccountResetId, Secret};
use crate::server::config::{ConfigError, ServeConfig};
use crate::server::tables::notice::Notice;
use crate::text::mail::{House, Mail, Reader, Told};
use crate::text::{Language, Text};

/// Writes what people are told.
pub struct Letters {
    texts: [Text; Language::ALL.len()],
    /// Of whoever has not said theirs.
    language: Language,
    platform: String,
    registry: String,
    contact: Option<String>,
    zone: TimeZone,
    /// Where objections are made.
    public_url: String,
    /// Where administrators sign in, if there are pages.
    pages: Option<String>,
}

impl Letters {
    /// As it is set.
    pub fn of(config: &ServeConfig, mail: &MailConfig) -> Result<Self, ConfigError> {
        let language = Language::ALL
            .into_iter()
            .find(|one| one.tag() == mail.language);
        let language = language.ok_or_else(|| ConfigError::Range {
            setting: "mail.language",
            found: format!("{:?}", mail.language),
            must: "en or nl",
        })?;
        let public_url = match &mail.public_url {
            None => {
                let pages = config.pages_origin();
                pages.unwrap_or_else(|| format!("https://keydesk.{}", config.rp.id))
            }
            Some(url) => checked(url)?,
        };
        Ok(Self {
            texts: Language::ALL.map(Text::load),
            language,
            platform: config.rp.name.clone(),
            registry: config.name.clone(),
            contact: mail.contact.clone(),
            zone: config.zone()?,
            pages: config
                .pages
                .is_some()
                .then(|| format!("{public_url}/sign-in")),
            public_url,
        })
    }

    /// What is sent to try whether mail arrives.
    pub fn test(&self) -> Mail {
        self.text(None).test_mail(&self.registry)
    }

    /// What a notice says to whoever is told; none: this release has no words for it.
    pub fn of_notice(
        &self,
        notice: &Notice,
        language: Option<Language>,
        objection: Option<&Secret>,
    ) -> Option<Mail> {
        let kind = Kind::parse(&notice.kind)?;
        let facts = facts(notice);
        let page =
            objection.map(|token| format!("{}/objection/{}", self.public_url, token.expose()));
        let told = Told {
            kind,
            facts: &facts,
            at: notice.at,
            reader: reader(notice),
            to: &notice.to.name,
            about: &notice.about.name,
            objection: page.as_deref(),
        };
        let house = House {
            platform: &self.platform,
            registry: &self.registry,
            contact: self.contact.as_deref(),
            zone: &self.zone,
            pages: self.pages.as_deref(),
        };
        Some(self.text(language).mail(&told, &house))
    }

    fn text(&self, language: Option<Language>) -> &Text {
        let language = language.unwrap_or(self.language);
        let [english, ..] = &self.texts;
        let text = self.texts.iter().find(|text| text.language() == language);
        text.unwrap_or(english)
    }
}

/// The reset that whoever is told of this notice can object to.
pub fn objected_to(notice: &Notice) -> Option<AccountResetId> {
    let can = Kind::parse(&notice.kind).is_some_and(Kind::can_be_objected_to);
    match can && !notice.to.operator {
        true => facts(notice).reset,
        false => None,
    }
}

/// What can't be read is not told: the rest is.
fn facts(notice: &Notice) -> Facts {
    serde_json::from_value(notice.facts.clone()).unwrap_or_default()
}

fn reader(notice: &Notice) -> Reader {
    let (to, about) = (&notice.to, &notice.about);
    match to.id == about.id && to.operator == about.operator {
        true => Reader::Themself,
        false if to.operator => Reader::Service,
        false => Reader::Administrator,
    }
}

fn checked(url: &str) -> Result<String, ConfigError> {
    let url = url.trim_end_matches('/');
    let is_plain =
        url.chars().all(|c| c.is_ascii_graphic()) && !url.contains(['?', '#', '"', '<', '>']);
    let is_here = url.strip_prefix("http://").is_some_and(|rest| {
        let host = rest.split(['/', ':']).next().unwrap_or_default();
        super::settings::is_this_machine(host) || host.ends_with(".localhost")
    });
    match is_plain && (is_here || url.len() > "https://".len() && url.starts_with("https://")) {
        true => Ok(url.to_owned()),
        false => Err(ConfigError::Range {
            setting: "mail.public_url",
            found: format!("{url:?}"),
            must: "an address such as https://keydesk.example.org",
        }),
    }
}
