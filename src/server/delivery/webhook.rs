//! The webhook: one message for each notice, signed as Standard Webhooks does, so that its receiver knows whose it is.
//!
//! Invariant: a redirection is never followed, and what was signed is what is sent.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use reqwest::Url;
use serde_json::json;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::fate::{Fate, chain, told};
use super::settings::{self, WebhookConfig, is_this_machine};
use crate::server::config::ConfigError;
use crate::server::tables::notice::Notice;

/// Until a connection stands.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// One message, with its answer.
const LIMIT: Duration = Duration::from_secs(30);

/// What a secret is recognised by.
const PREFIX: &str = "whsec_";

/// The way to a webhook.
pub struct Webhook {
    url: Url,
    secret: Zeroizing<Vec<u8>>,
    http: reqwest::Client,
}

impl Webhook {
    /// The one that is set.
    pub fn of(config: &WebhookConfig) -> Result<Self, ConfigError> {
        let bad_url = || ConfigError::Range {
            setting: "webhook.url",
            found: format!("{:?}", config.url),
            must: "an https address; http goes to this machine only",
        };
        let url = Url::parse(&config.url).map_err(|_| bad_url())?;
        let host = url.host_str().unwrap_or_default();
        if !(url.scheme() == "https" || url.scheme() == "http" && is_this_machine(host)) {
            return Err(bad_url());
        }
        let bad_ca = |why: reqwest::Error| ConfigError::Certificate {
            path: config.ca.clone().unwrap_or_default(),
            why: chain(&why),
        };
        // An error says that a provider is installed already, which is what is wanted.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .connect_timeout(CONNECT_LIMIT)
            .timeout(LIMIT)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .user_agent(concat!("keydesk/", env!("CARGO_PKG_VERSION")));
        if let Some(pem) = settings::certificates(config.ca.as_deref())? {
            let roots = reqwest::Certificate::from_pem_bundle(&pem).map_err(bad_ca)?;
            builder = builder.tls_certs_merge(roots);
        } else if url.scheme() == "http" {
            // No certificate will be looked at, and a machine may have none.
            builder = builder.tls_certs_only([]);
        }
        Ok(Self {
            url,
            secret: key(config)?,
            http: builder.build().map_err(bad_ca)?,
        })
    }

    /// Posts one, and says what came of it.
    pub async fn send(&self, id: &str, notice: &Notice, at: Timestamp) -> Fate {
        let body = json!({ "type": notice.kind, "timestamp": notice.at, "data": notice });
        let body = body.to_string();
        let at = at.as_second().to_string();
        let signature = signature(&self.secret, (id, &at), &body);
        let request = self
            .http
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", at)
            .header("webhook-signature", signature)
            .body(body);
        match request.send().await {
            Ok(reply) if reply.status().is_success() => Fate::Taken(told(reply.status().as_str())),
            // It wants no more of us.
            Ok(reply) if reply.status() == reqwest::StatusCode::GONE => {
                Fate::Refused(told(reply.status().as_str()))
            }
            Ok(reply) => Fate::NotNow(told(reply.status().as_str())),
            Err(why) => Fate::NotNow(chain(&why.without_url())),
        }
    }
}

fn key(config: &WebhookConfig) -> Result<Zeroizing<Vec<u8>>, ConfigError> {
    let secret = settings::secret(&config.secret_file)?;
    let bytes = secret
        .expose()
        .strip_prefix(PREFIX)
        .and_then(|text| STANDARD.decode(text).ok())
        .map(Zeroizing::new)
        .filter(|bytes| (24..=64).contains(&bytes.len()));
    bytes.ok_or_else(|| ConfigError::Range {
        setting: "webhook.secret_file",
        found: format!("{}", config.secret_file.display()),
        must: "a file with whsec_ and 24 to 64 bytes in base64 on its first line, e.g. of `echo whsec_$(head -c 32 /dev/urandom | base64)`",
    })
}

fn signature(secret: &[u8], (id, at): (&str, &str), body: &str) -> String {
    // A key of any length is one.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else {
        return String::new();
    };
    mac.update(format!("{id}.{at}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification.
    #[test]
    fn a_message_is_signed_as_the_specification_does() {
        let secret = STANDARD
            .decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
            .expect("base64");
        let signed = signature(
            &secret,
            ("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330"),
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
