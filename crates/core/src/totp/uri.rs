//! What an app is given: an `otpauth` URI (Google Authenticator's key URI format), as a QR code or to be typed by hand.

use zeroize::Zeroizing;

use super::{Picture, TotpSecret};
use crate::domain::factor::TotpSettings;

/// What an app needs to make codes. Shown to the person once; has no `Debug` that tells, and is zeroised.
pub struct AppSetup {
    issuer: String,
    account: String,
    settings: TotpSettings,
    secret: TotpSecret,
}

impl AppSetup {
    /// Of a secret that the app does not have yet.
    pub fn new(issuer: &str, account: &str, settings: TotpSettings, secret: TotpSecret) -> Self {
        Self {
            issuer: issuer.to_owned(),
            account: account.to_owned(),
            settings,
            secret,
        }
    }

    /// What the app shows above the codes.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// What the app shows as account.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// How codes come of the secret.
    pub fn settings(&self) -> TotpSettings {
        self.settings
    }

    /// The secret, to check codes and to seal it.
    pub fn secret(&self) -> &TotpSecret {
        &self.secret
    }

    /// The secret to be typed by hand: base32 in groups of four.
    pub fn typed(&self) -> Zeroizing<String> {
        grouped(&self.secret.to_base32())
    }

    /// `otpauth://totp/LABEL?secret=BASE32&issuer=ISSUER`. What is at its default (SHA1, 6 digits, 30 s) is left out: that keeps
    /// the QR code small enough for 24 lines, and apps that know no other value take offence at none.
    pub fn uri(&self) -> Zeroizing<String> {
        let mut uri = Zeroizing::new(String::with_capacity(512));
        uri.push_str("otpauth://totp/");
        if self.account != self.issuer {
            escape(&mut uri, &self.issuer);
            uri.push(':');
        }
        escape(&mut uri, &self.account);
        uri.push_str("?secret=");
        uri.push_str(&self.secret.to_base32());
        uri.push_str("&issuer=");
        escape(&mut uri, &self.issuer);
        let TotpSettings {
            algorithm,
            digits,
            period_s,
        } = self.settings;
        if algorithm != TotpSettings::APP.algorithm {
            uri.push_str("&algorithm=");
            uri.push_str(algorithm.as_str());
        }
        if digits != TotpSettings::APP.digits {
            uri.push_str(&format!("&digits={digits}"));
        }
        if period_s != TotpSettings::APP.period_s {
            uri.push_str(&format!("&period={period_s}"));
        }
        uri
    }

    /// The URI as a QR code; `None` where issuer and account are too long for one.
    pub fn picture(&self) -> Option<Picture> {
        Picture::of(self.uri().as_bytes())
    }
}

impl std::fmt::Debug for AppSetup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppSetup")
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

/// A text in groups of four.
pub fn grouped(text: &str) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(text.len() + text.len() / 4 + 1));
    for (i, c) in text.chars().enumerate() {
        if i > 0 && i % 4 == 0 {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

/// Percent-encodes all but unreserved characters (RFC 3986, section 2.3).
fn escape(out: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte))
            }
            _ => {
                out.push('%');
                out.push_str(&hex::encode_upper([byte]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::factor::Algorithm;

    fn enrolment(issuer: &str, account: &str, settings: TotpSettings) -> AppSetup {
        let secret = TotpSecret::from_base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").expect("a secret");
        AppSetup::new(issuer, account, settings, secret)
    }

    #[test]
    fn the_uri_of_the_domain_is_short_and_says_all() {
        let app = enrolment("IAMconnected", "IAMconnected", TotpSettings::APP);
        assert_eq!(
            app.uri().as_str(),
            "otpauth://totp/IAMconnected?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=IAMconnected"
        );
        assert_eq!(
            app.typed().as_str(),
            "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"
        );
        assert!(!format!("{app:?}").contains("GEZD"));
    }

    #[test]
    fn what_is_not_default_is_said_and_what_would_break_the_uri_is_escaped() {
        let settings = TotpSettings {
            algorithm: Algorithm::Sha256,
            digits: 8,
            period_s: 60,
        };
        let uri = enrolment("A & B", "j@x.nl?#é", settings).uri();
        assert_eq!(
            uri.as_str(),
            "otpauth://totp/A%20%26%20B:j%40x.nl%3F%23%C3%A9?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=A%20%26%20B\
             &algorithm=SHA256&digits=8&period=60"
        );
    }
}
