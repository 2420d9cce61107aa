//! A browser that runs no script: it keeps cookies, reads forms, and says of itself what browsers say.

use std::collections::BTreeMap;

use keydesk::server::ServeConfig;
use keydesk::server::config::PagesConfig;
use keydesk::wire::webauthn::{AuthenticationResponse, RequestOptions};
use reqwest::header::{COOKIE, HeaderMap, LOCATION, SET_COOKIE};

use crate::registry::authenticator::Authenticator;
use crate::registry::world::World;

/// Where the pages are, as browsers name it.
pub const ORIGIN: &str = "https://keydesk.iamconnected.example";

/// The registry serves them.
pub fn with_pages(config: &mut ServeConfig) {
    config.pages = Some(PagesConfig {
        listen: "127.0.0.1:0".parse().expect("an address"),
        ..PagesConfig::default()
    });
}

pub struct Browser {
    http: reqwest::Client,
    pub base: String,
    pub cookies: BTreeMap<String, String>,
}

/// What came of a request.
pub struct Page {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Browser {
    pub fn new(world: &World) -> Self {
        let address = world.running.pages.expect("there are pages");
        Self {
            http: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .unwrap(),
            base: format!("http://{address}"),
            cookies: BTreeMap::new(),
        }
    }

    pub async fn get(&mut self, path: &str) -> Page {
        let request = self.http.get(format!("{}{path}", self.base));
        self.send(request).await.unwrap()
    }

    pub async fn get_with(&mut self, path: &str, headers: &[(&str, &str)]) -> Page {
        let mut request = self.http.get(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request).await.unwrap()
    }

    /// A form of the same origin.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.try_post(path, fields).await.unwrap()
    }

    /// The same, where nobody may answer.
    pub async fn try_post(&mut self, path: &str, fields: &[(&str, &str)]) -> reqwest::Result<Page> {
        let own = [("origin", "null"), ("sec-fetch-site", "same-origin")];
        let request = self.posting(path, fields, &own);
        self.send(request).await
    }

    pub async fn post_with(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Page {
        let request = self.posting(path, fields, headers);
        self.send(request).await.unwrap()
    }

    fn posting(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> reqwest::RequestBuilder {
        let written = |text: &str| {
            text.bytes().fold(String::new(), |mut all, byte| {
                match byte.is_ascii_alphanumeric() {
                    true => all.push(char::from(byte)),
                    false => all.push_str(&format!("%{byte:02X}")),
                }
                all
            })
        };
        let pairs = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", written(value)));
        let mut request = self
            .http
            .post(format!("{}{path}", self.base))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(pairs.collect::<Vec<_>>().join("&"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> reqwest::Result<Page> {
        let pairs = self.cookies.iter();
        let cookies: Vec<_> = pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let answer = request.header(COOKIE, cookies.join("; ")).send().await?;
        for line in answer.headers().get_all(SET_COOKIE) {
            let line = line.to_str().unwrap();
            for part in ["Path=/", "Secure", "HttpOnly", "SameSite="] {
                assert!(line.contains(part), "{line}");
            }
            let (name, rest) = line.split_once('=').unwrap();
            assert!(name.starts_with("__Host-"), "{line}");
            let value = rest.split(';').next().unwrap();
            match rest.contains("Max-Age=0") {
                true => self.cookies.remove(name),
                false => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        Ok(Page {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            text: answer.text().await?,
        })
    }

    /// Sends what that key signs of what a form asks it; the origin is whatever the page's is.
    pub async fn key(
        &mut self,
        (page, action): (&str, &str),
        key: &mut Authenticator,
        besides: &[(&str, &str)],
    ) -> Page {
        let shown = self.get(page).await;
        let signed = key.sign(&shown.asked(action), ORIGIN);
        self.hand_in(action, (&shown.form(action), &signed), besides)
            .await
    }

    pub async fn hand_in(
        &mut self,
        action: &str,
        (form, signed): (&str, &AuthenticationResponse),
        besides: &[(&str, &str)],
    ) -> Page {
        let assertion = serde_json::to_string(signed).unwrap();
        let mut fields = vec![("form", form), ("assertion", assertion.as_str())];
        fields.extend(besides);
        self.post(action, &fields).await
    }

    /// Signs an administrator in; panics when that is refused.
    pub async fn sign_in(&mut self, key: &mut Authenticator) {
        let answer = self.key(("/sign-in", "/sign-in/key"), key, &[]).await;
        assert_eq!(
            (answer.status, answer.location()),
            (303, "/people"),
            "{}",
            answer.text
        );
    }

    /// Types a code at the door.
    pub async fn type_code(&mut self, email: &str, code: &str) -> Page {
        let form = self.get("/sign-in").await.form("/sign-in/code");
        let fields = [("form", form.as_str()), ("email", email), ("code", code)];
        self.post("/sign-in/code", &fields).await
    }
}

impl Page {
    pub fn location(&self) -> &str {
        let location = self.headers.get(LOCATION);
        location.map_or("", |location| location.to_str().unwrap())
    }

    /// The part of the page that is the form which is sent there.
    fn part(&self, action: &str) -> &str {
        let begin = format!("action=\"{action}\"");
        let rest = self.text.split(&begin).nth(1);
        let rest = rest.unwrap_or_else(|| panic!("no form for {action}: {}", self.text));
        rest.split("</form>").next().unwrap()
    }

    /// What that form carries.
    pub fn form(&self, action: &str) -> String {
        let rest = self.part(action).split("name=\"form\" value=\"").nth(1);
        rest.unwrap().split('"').next().unwrap().to_owned()
    }

    /// What it asks a key.
    pub fn asked(&self, action: &str) -> RequestOptions {
        let rest = self.part(action).split("data-key=\"").nth(1);
        let json = rest.unwrap().split('"').next().unwrap();
        serde_json::from_str(&json.replace("&quot;", "\"").replace("&amp;", "&")).unwrap()
    }
}
