//! Errors are in the reader's language, whoever reads them and whatever they asked for.

use std::collections::BTreeSet;

use reqwest::header::{ACCEPT_LANGUAGE, COOKIE};

use super::asking::organisation;
use super::*;

/// Every address of the pages, with something in the place of a name that nobody has.
fn addresses() -> Vec<String> {
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/server/web.rs");
    let source = std::fs::read_to_string(source).expect("the routes");
    let texts = source.split('"').skip(1).step_by(2);
    let mut found: Vec<String> = texts
        .filter(|text| text.starts_with('/'))
        .map(|text| text.replace("{id}", "00000000-0000-0000-0000-000000000000"))
        .collect();
    assert!(found.len() > 20, "the routes were not found: {found:?}");
    found.extend(["/people/p-2/reset", "/people/none", "/nothing"].map(str::to_owned));
    found
}

/// What a reader sees, piece by piece.
fn pieces(page: &str) -> BTreeSet<String> {
    let texts = page.split('<').filter_map(|tag| tag.split_once('>'));
    let texts = texts.map(|(_, text)| text.trim().to_owned());
    texts.filter(|text| !text.is_empty()).collect()
}

struct Asked<'a> {
    browser: &'a Browser,
    method: Method,
    path: &'a str,
    is_own: bool,
}

impl Asked<'_> {
    /// The answer to a reader of that language; by a choice that is kept, or as the browser asks.
    async fn answer(&self, language: &str, is_chosen: bool) -> (u16, String) {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        let address = format!("{}{}", self.browser.base, self.path);
        let mut request = http.build().unwrap().request(self.method.clone(), address);
        let mut cookies: Vec<String> = self
            .browser
            .cookies
            .iter()
            .map(|(k, v)| format!("{k}={v}"))
            .collect();
        match is_chosen {
            true => cookies.push(format!("__Host-keydesk-language={language}")),
            false => {
                request = request.header(ACCEPT_LANGUAGE, format!("fr, {language};q=0.8, de;q=0.9"))
            }
        }
        if self.is_own {
            request = request
                .header("origin", ORIGIN)
                .header("sec-fetch-site", "same-origin");
        }
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = request.header(COOKIE, cookies.join("; ")).body("a=b");
        let answer = answer.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}

#[tokio::test]
async fn every_error_of_the_pages_is_in_its_readers_language_and_no_word_of_it_in_another() {
    let (world, mut admin, _) = organisation().await;
    let mut signed_in = Browser::new(&world);
    signed_in.sign_in(&mut admin).await;
    for (browser, home) in [(Browser::new(&world), "/sign-in"), (signed_in, "/people")] {
        let at = |method, path, is_own| Asked {
            browser: &browser,
            method,
            path,
            is_own,
        };
        // What is the same on a page that is no error is data.
        let home = at(Method::GET, home, true);
        let (dutch, english) = (home.answer("nl", true).await, home.answer("en", true).await);
        let mut data = pieces(&dutch.1);
        data.retain(|piece| pieces(&english.1).contains(piece));
        let mut errors = BTreeSet::new();
        for path in &addresses() {
            for (method, is_own) in [
                (Method::GET, true),
                (Method::POST, true),
                (Method::POST, false),
                (Method::PUT, true),
                (Method::DELETE, true),
            ] {
                let what = format!("{method} {path}");
                let asked = at(method, path, is_own);
                let (status, dutch) = asked.answer("nl", errors.len() % 2 == 0).await;
                if status < 400 {
                    continue;
                }
                errors.insert((status, what.clone()));
                assert!(dutch.contains("<html lang=\"nl\">"), "{what}: {dutch}");
                let (again, english) = asked.answer("en", true).await;
                assert_eq!(again, status, "{what}");
                assert!(english.contains("<html lang=\"en\">"), "{what}: {english}");
                let english = pieces(&english);
                let same = pieces(&dutch).into_iter();
                let same: Vec<_> = same
                    .filter(|p| english.contains(p) && !data.contains(p))
                    .collect();
                assert!(same.is_empty(), "{what}: {same:?}");
            }
        }
        let statuses: BTreeSet<u16> = errors.iter().map(|(status, _)| *status).collect();
        assert!(
            [403, 404, 405]
                .iter()
                .all(|status| statuses.contains(status)),
            "{statuses:?}"
        );
    }
}
