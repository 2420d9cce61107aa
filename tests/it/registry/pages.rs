//! The registry's pages as a browser without scripts sees them: what each answer carries, who gets in, and what does not.

mod asking;
pub(super) mod browser;
mod carried;
mod killed;
mod language;
mod matrix;
mod objecting;
mod releasing;
mod sign_in;

use reqwest::Method;

use super::authenticator::Authenticator;
use super::world::World;
use browser::{Browser, ORIGIN, with_pages};

#[tokio::test]
async fn each_answer_has_the_same_headers_and_nothing_of_the_api_answers_there_nor_a_page_where_the_api_is()
 {
    let world = World::with(with_pages).await;
    let browser = Browser::new(&world);
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    for (method, path) in [
        (Method::GET, "/"),
        (Method::GET, "/sign-in"),
        (Method::GET, "/agents"),
        (Method::GET, "/people"),
        (Method::GET, "/people/p-1"),
        (Method::GET, "/people/p-1/reset"),
        (Method::GET, "/requests"),
        (
            Method::GET,
            "/requests/00000000-0000-0000-0000-000000000000",
        ),
        (Method::GET, "/sign/00000000-0000-0000-0000-000000000000"),
        (Method::GET, "/waiting"),
        (Method::GET, "/objection/none"),
        (Method::GET, "/objected"),
        (
            Method::POST,
            "/waiting/00000000-0000-0000-0000-000000000000/release",
        ),
        (Method::GET, "/keydesk.css"),
        (Method::GET, "/keydesk.js"),
        (Method::GET, "/nothing"),
        (Method::POST, "/sign-in/key"),
        (Method::DELETE, "/people"),
    ] {
        let at = format!("{}{path}", browser.base);
        let answer = http.request(method, at).send().await.unwrap();
        let policy = answer.headers()["content-security-policy"].to_str();
        let policy = policy.unwrap();
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ] {
            assert!(
                policy.split("; ").any(|found| found == part),
                "{path}: {part}"
            );
        }
        for (name, value) in [
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
        ] {
            assert_eq!(answer.headers()[name], value, "{path}");
        }
        let text = answer.text().await.unwrap();
        assert!(
            !text.contains("style="),
            "{path}: nothing is styled in line"
        );
    }
    for path in ["/v1/health", "/v1/openapi.json", "/v1/people?q=a"] {
        let answer = http.get(format!("{}{path}", browser.base)).send().await;
        assert_eq!(answer.unwrap().status(), 404, "{path}");
    }
    for path in ["/", "/sign-in", "/people", "/keydesk.css"] {
        let answer = http.get(format!("{}{path}", world.running.base_url)).send();
        assert_eq!(answer.await.unwrap().status(), 404, "{path}");
    }
}

#[tokio::test]
async fn what_does_not_come_from_a_page_of_the_registry_is_not_taken() {
    let world = World::with(with_pages).await;
    let mut browser = Browser::new(&world);
    let page = browser.get("/sign-in").await;
    let form = page.form("/sign-in/code");
    let fields = [
        ("form", form.as_str()),
        ("email", "a@b.test"),
        ("code", "123456"),
    ];
    type Headers<'a> = &'a [(&'a str, &'a str)];
    let cases: [(Headers<'_>, u16); 8] = [
        (&[], 403),
        (&[("origin", "https://iamconnected.example")], 403),
        (&[("origin", "null")], 403),
        (&[("origin", ORIGIN), ("sec-fetch-site", "cross-site")], 403),
        (&[("origin", ORIGIN), ("sec-fetch-site", "same-site")], 403),
        (
            &[
                ("origin", "https://evil.example"),
                ("sec-fetch-site", "same-origin"),
            ],
            403,
        ),
        (
            &[("origin", "null"), ("sec-fetch-site", "same-origin")],
            422,
        ),
        (&[("origin", ORIGIN)], 422),
    ];
    for (headers, status) in cases {
        let answer = browser.post_with("/sign-in/code", &fields, headers).await;
        assert_eq!(answer.status, status, "{headers:?}");
    }
    let other = Browser::new(&world)
        .get("/sign-in")
        .await
        .form("/sign-in/code");
    let other_form = page.form("/sign-in/key");
    for forged in [other.as_str(), other_form.as_str(), "", "a.b", "."] {
        let fields = [("form", forged), ("email", "a@b.test"), ("code", "123456")];
        let answer = browser.post("/sign-in/code", &fields).await;
        assert_eq!(answer.status, 403, "{forged}");
    }
}

#[tokio::test]
async fn an_administrator_sees_their_own_organisation_and_nobody_else() {
    let world = World::with(with_pages).await;
    let mut key = Authenticator::new(2);
    world.enrolled("p-2", &mut key).await;
    world.enrolled("p-1", &mut Authenticator::new(1)).await;
    world
        .sql("UPDATE person SET organisation = 'org-2', name = '<b>P.</b> \"Example\"' WHERE id = 'p-1'")
        .await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&mut key).await;
    let people = browser.get("/people").await;
    assert_eq!(people.status, 200);
    assert!(
        people.text.contains("&lt;b&gt;P.&lt;/b&gt;"),
        "{}",
        people.text
    );
    assert!(people.text.contains("W. Example"));
    assert!(!people.text.contains("Zoë") && !people.text.contains("<b>P."));
    let found = browser.get("/people?q=w%40example").await;
    assert!(found.text.contains("/people/p-2") && !found.text.contains("/people/p-1"));
    for sought in ["zoe", "%22+OR+%22", "*", "Łuczak"] {
        let found = browser.get(&format!("/people?q={sought}")).await;
        assert_eq!(found.status, 200, "{sought}");
        assert!(!found.text.contains("/people/p-4"), "{sought}");
    }
    let person = browser.get("/people/p-1").await;
    assert_eq!(person.status, 200);
    assert!(person.text.contains("Test key"), "{}", person.text);
    for other in ["/people/p-3", "/people/p-4", "/people/p-99", "/people/%2F"] {
        assert_eq!(browser.get(other).await.status, 404, "{other}");
    }
    // What nobody could be called, or counted by, is a page as well.
    for (odd, status) in [
        ("/requests/p-1", 404),
        ("/sign/%FF", 404),
        ("/people?page=-1", 400),
        ("/people?page=4294967295", 200),
    ] {
        let page = browser.get(odd).await;
        assert_eq!(page.status, status, "{odd}");
        assert!(
            page.text.starts_with("<!DOCTYPE html>"),
            "{odd}: {}",
            page.text
        );
    }
}

#[tokio::test]
async fn people_come_in_pages() {
    let world = World::with(with_pages).await;
    let mut key = Authenticator::new(2);
    world.enrolled("p-2", &mut key).await;
    world
        .sql(
            "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 60) INSERT INTO person \
             (id, name, kind, organisation, user_handle) SELECT 'm-' || n, 'Member ' || n, 'employee', 'org-2', randomblob(16) FROM n",
        )
        .await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&mut key).await;
    let mut seen = std::collections::BTreeSet::new();
    for page in 1..=3 {
        let people = browser.get(&format!("/people?page={page}")).await.text;
        let links = people.split("href=\"/people/").skip(1);
        seen.extend(links.map(|rest| rest.split('"').next().unwrap().to_owned()));
        assert_eq!(people.contains("rel=\"next\""), page < 3, "{page}");
        assert_eq!(people.contains("rel=\"prev\""), page > 1, "{page}");
    }
    assert_eq!(seen.len(), 61);
}

#[tokio::test]
async fn a_page_speaks_the_language_that_somebody_chose() {
    let world = World::with(with_pages).await;
    let mut browser = Browser::new(&world);
    let page = browser.get("/sign-in").await;
    assert!(page.text.contains("<html lang=\"en\">"));
    let back = [("language", "nl"), ("back", "/sign-in")];
    let answer = browser.post("/language", &back).await;
    assert_eq!((answer.status, answer.location()), (303, "/sign-in"));
    let page = browser.get("/sign-in").await;
    assert!(page.text.contains("<html lang=\"nl\">") && page.text.contains("Aanmelden"));
    let away = [("language", "en"), ("back", "//evil.example/")];
    assert_eq!(browser.post("/language", &away).await.location(), "/");
}

#[tokio::test]
async fn whoever_follows_a_link_of_another_site_is_still_who_they_were() {
    let world = World::with(with_pages).await;
    let mut key = Authenticator::new(2);
    world.enrolled("p-2", &mut key).await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&mut key).await;
    let cookies = std::mem::take(&mut browser.cookies);
    // A browser that comes from elsewhere sends no cookie: it is given none either, and comes again by itself.
    let led = [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-dest", "document"),
    ];
    let page = browser.get_with("/people/p-2?a=%22b", &led).await;
    assert_eq!(page.status, 200);
    assert!(
        page.text.contains("content=\"0; url=/people/p-2?a=%22b\""),
        "{}",
        page.text
    );
    assert!(browser.cookies.is_empty());
    browser.cookies = cookies;
    assert_eq!(browser.get("/people/p-2").await.status, 200);
}
