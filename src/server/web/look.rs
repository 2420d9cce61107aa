//! How a page is written for whoever asks: in which language, by what their browser keeps.

use axum::http::{HeaderMap, Method, Uri, header};

use crate::text::{self, Language, Text};

/// The browser keeps which language somebody chose; that is no secret.
pub const LANGUAGE: &str = "__Host-keydesk-language";

/// How a page is written for whoever asks.
pub struct Look {
    pub text: &'static Text,
    /// Where somebody is led who changes the language there.
    pub back: String,
}

impl Look {
    /// What somebody chose, else what their browser asks for.
    pub fn of(headers: &HeaderMap, (method, uri): (&Method, &Uri)) -> Self {
        let chosen = cookie(headers, LANGUAGE).and_then(|tag| Language::parse(&tag));
        let language = chosen
            .or_else(|| asked(headers))
            .unwrap_or(Language::English);
        let path = uri.path_and_query().filter(|_| *method == Method::GET);
        Self {
            text: text::of(language),
            back: path.map_or("/", |path| path.as_str()).to_owned(),
        }
    }
}

/// The language that a browser asks for (RFC 9110, section 12.5.4): of those that are spoken here the one that it likes best, the first of
/// several that it likes as well.
fn asked(headers: &HeaderMap) -> Option<Language> {
    let lines = headers.get_all(header::ACCEPT_LANGUAGE).into_iter();
    let lines = lines.filter_map(|line| line.to_str().ok());
    let mut best = None;
    for range in lines.flat_map(|line| line.split(',')) {
        let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
        let weight = weight.trim().strip_prefix("q=").unwrap_or("0");
        let weight: f32 = weight.trim().parse().unwrap_or_default();
        if let Some(language) = Language::parse(tag.trim())
            && weight > best.map_or(0.0, |(_, best)| best)
        {
            best = Some((language, weight));
        }
    }
    best.map(|(language, _)| language)
}

/// The value of a cookie.
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).into_iter();
    let pairs = lines.filter_map(|line| line.to_str().ok());
    let mut pairs = pairs.flat_map(|line| line.split(';'));
    pairs.find_map(|pair| {
        let (found, value) = pair.trim().split_once('=')?;
        (found == name).then(|| value.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_language_is_what_somebody_chose_else_what_their_browser_asks_for() {
        let language = |pairs: &[(header::HeaderName, &'static str)]| {
            let headers = pairs.iter().cloned();
            let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
            let uri = Uri::from_static("/people?q=a");
            let look = Look::of(&headers.collect(), (&Method::GET, &uri));
            assert_eq!(look.back, "/people?q=a");
            look.text.language()
        };
        let asked = |ranges| language(&[(header::ACCEPT_LANGUAGE, ranges)]);
        assert_eq!(asked("fr, nl-NL;q=0.8, en;q=0.5"), Language::Dutch);
        assert_eq!(asked("fr"), Language::English);
        assert_eq!(asked("en;q=0.3, nl"), Language::Dutch);
        assert_eq!(asked("nl;q=0, en"), Language::English);
        assert_eq!(asked("en, nl"), Language::English);
        let lines = [
            (header::ACCEPT_LANGUAGE, "fr"),
            (header::ACCEPT_LANGUAGE, "nl"),
        ];
        assert_eq!(language(&lines), Language::Dutch, "on two lines");
        let chosen = (header::COOKIE, "a=b; __Host-keydesk-language=en");
        let dutch = (header::ACCEPT_LANGUAGE, "nl");
        assert_eq!(language(&[chosen, dutch]), Language::English);
    }
}
