//! Mail: one message to one address, handed to the server that is set.
//!
//! Hides SMTP and how a message is written. Invariant: whatever it is made of, a message has the head that is written here and no
//! other; its id is the delivery's, so that whoever gets it twice can tell.

use std::time::Duration;

use jiff::Timestamp;
use lettre::message::header::{ContentType, HeaderName, HeaderValue, MIME_VERSION_1_0};
use lettre::message::{Mailbox, MessageBuilder};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use lettre::{Address, Message};

use super::fate::{Fate, chain, told};
use super::settings::{self, MailConfig, MailTls};
use crate::server::config::ConfigError;
use crate::text;

/// What is asked of a server that has taken a mail already.
const GOODBYE: Duration = Duration::from_secs(2);

/// The way to a mail server.
pub struct Mailer {
    server: String,
    port: u16,
    tls: MailTls,
    parameters: Option<TlsParameters>,
    credentials: Option<Credentials>,
    from: Mailbox,
    timeout: Duration,
}

/// How a mail came to be refused.
enum Refused {
    /// The server takes no mail now, or not of us.
    Server(String),
    /// It does not take this one.
    Mail(lettre::transport::smtp::Error),
}

impl Mailer {
    /// The one that is set.
    pub fn of(config: &MailConfig) -> Result<Self, ConfigError> {
        config.check()?;
        let from: Mailbox = config.from.parse().map_err(|_| ConfigError::Range {
            setting: "mail.from",
            found: format!("{:?}", config.from),
            must: "an address, or Name <address>",
        })?;
        let credentials = match (&config.user, &config.password_file) {
            (Some(user), Some(file)) => Some(Credentials::new(
                user.clone(),
                settings::secret(file)?.expose().to_owned(),
            )),
            _ => None,
        };
        let parameters = match config.tls {
            MailTls::None => None,
            MailTls::Starttls | MailTls::Implicit => Some(parameters(config)?),
        };
        Ok(Self {
            server: config.server.clone(),
            port: config.port(),
            tls: config.tls,
            parameters,
            credentials,
            from,
            timeout: config.timeout(),
        })
    }

    /// Hands one over, and says what came of it.
    pub async fn send(
        &self,
        (id, to): (&str, &str),
        mail: &text::mail::Mail,
        at: Timestamp,
    ) -> Fate {
        let message = match self.message((id, to), mail, at) {
            Ok(message) => message,
            Err(why) => return Fate::Refused(why),
        };
        match tokio::time::timeout(self.timeout, self.hand_over(&message)).await {
            Ok(Ok((response, mut connection))) => {
                // It has taken the mail: whatever it says to a goodbye changes nothing.
                let _ = tokio::time::timeout(GOODBYE, connection.quit()).await;
                Fate::Taken(answer(&response))
            }
            Ok(Err(Refused::Mail(why))) if why.is_permanent() || why.is_client() => {
                Fate::Refused(chain(&why))
            }
            Ok(Err(Refused::Mail(why))) => Fate::NotNow(chain(&why)),
            Ok(Err(Refused::Server(why))) => Fate::NotNow(why),
            Err(_) => Fate::NotNow(format!("no answer within {} s", self.timeout.as_secs())),
        }
    }

    /// One that nobody's program answers by itself.
    fn message(
        &self,
        (id, to): (&str, &str),
        mail: &text::mail::Mail,
        at: Timestamp,
    ) -> Result<Message, String> {
        let to: Address = to.parse().map_err(|why| format!("no address: {why}"))?;
        let domain = self.from.email.domain();
        let builder: MessageBuilder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(mail.subject.as_str())
            .message_id(Some(format!("<{id}@{domain}>")))
            .date(at.into())
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        builder
            .header(MIME_VERSION_1_0)
            .header(ContentType::TEXT_PLAIN)
            .body(mail.body.clone())
            .map_err(|why| chain(&why))
    }

    async fn hand_over(
        &self,
        message: &Message,
    ) -> Result<(Response, AsyncSmtpConnection), Refused> {
        let mut connection = self.connect().await?;
        let sent = connection
            .send(message.envelope(), &message.formatted())
            .await;
        Ok((sent.map_err(Refused::Mail)?, connection))
    }

    /// A connection on which the server takes mail of ours.
    async fn connect(&self) -> Result<AsyncSmtpConnection, Refused> {
        let refused = |why: lettre::transport::smtp::Error| Refused::Server(chain(&why));
        let name = ClientId::Domain(self.from.email.domain().to_owned());
        let first = match self.tls {
            MailTls::Implicit => self.parameters.clone(),
            MailTls::Starttls | MailTls::None => None,
        };
        let to = (self.server.as_str(), self.port);
        let connection =
            AsyncSmtpConnection::connect_tokio1(to, Some(self.timeout), &name, first, None);
        let mut connection = connection.await.map_err(refused)?;
        if let (MailTls::Starttls, Some(parameters)) = (self.tls, &self.parameters) {
            let encrypted = connection.starttls(parameters.clone(), &name).await;
            encrypted.map_err(refused)?;
        }
        if let Some(credentials) = &self.credentials {
            let ways = [Mechanism::Plain, Mechanism::Login];
            let signed_in = connection.auth(&ways, credentials).await;
            signed_in.map_err(refused)?;
        }
        Ok(connection)
    }
}

fn parameters(config: &MailConfig) -> Result<TlsParameters, ConfigError> {
    let bad = |why: lettre::transport::smtp::Error| ConfigError::Certificate {
        path: config.ca.clone().unwrap_or_default(),
        why: chain(&why),
    };
    let mut builder = TlsParameters::builder(config.server.clone());
    if let Some(pem) = settings::certificates(config.ca.as_deref())? {
        builder = builder.add_root_certificate(Certificate::from_pem(&pem).map_err(bad)?);
    }
    builder.build_rustls().map_err(bad)
}

fn answer(response: &Response) -> String {
    let lines: Vec<&str> = response.message().collect();
    told(&format!("{} {}", response.code(), lines.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailer() -> Mailer {
        let config = "server = '127.0.0.1'\ntls = 'none'\nfrom = 'Keydesk <keydesk@example.test>'";
        Mailer::of(&toml::from_str(config).expect("settings")).expect("a mailer")
    }

    #[test]
    fn nothing_of_a_mail_becomes_a_line_of_its_head() {
        let mail = text::mail::Mail {
            subject: "a\r\nBcc: e@vil.example\r\n\r\nbody".to_owned(),
            body: "b\r\n.\r\nMAIL FROM:<e@vil.example>".to_owned(),
        };
        let message = mailer().message(("d-1", "p@example.test"), &mail, Timestamp::UNIX_EPOCH);
        let message = message.expect("a message");
        let written = String::from_utf8(message.formatted()).expect("text");
        let (head, _) = written.split_once("\r\n\r\n").expect("a head");
        assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
        assert!(head.contains("Message-ID: <d-1@example.test>"), "{head}");
        let to: Vec<_> = message
            .envelope()
            .to()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(to, ["p@example.test"]);
        for address in [
            "p@example.test\r\nRCPT TO:<e@vil.example>",
            "p@example.test> <e@vil.example",
            "nobody",
        ] {
            let refused = mailer().message(("d-1", address), &mail, Timestamp::UNIX_EPOCH);
            assert!(refused.is_err(), "{address}");
        }
    }
}
