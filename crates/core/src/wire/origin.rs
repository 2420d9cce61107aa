//! Which origin may use which relying party: the registry refuses settings, and a station refuses offers, that contradict
//! themselves.

use super::{
    ActToSign, AppOffer, LiftOffer, Offer, OperatorOffer, SignInOptions, TestOffer, Unlock,
};
use crate::domain::act::{self, Act, ActFault};
use crate::domain::factor::SealingKey;
use crate::domain::line::NAME_CHARS_MAX;
use crate::domain::{OneLine, PersonId};

/// Whether it is a domain name in lower case, at most 253 characters.
pub fn is_domain(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 253
        && text.split('.').all(|label| {
            !label.is_empty()
                && label
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        })
}

/// Whether a browser would let that origin use the RP id (WebAuthn Level 3, section 5.1.3). Keys
/// enrolled for another one would open nothing.
pub fn is_origin_of(origin: &str, rp_id: &str) -> bool {
    let Some(authority) = origin.strip_prefix("https://") else {
        return false;
    };
    let host = match authority.split_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok() => host,
        Some(_) => return false,
        None => authority,
    };
    is_domain(host)
        && host
            .strip_suffix(rp_id)
            .is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// Why options for a key must not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OfferFault {
    /// The registry answered with somebody else's.
    #[error(
        "the offer is for {found}, not for {wanted}: nothing was done; tell the registry's administrator"
    )]
    Person {
        /// Who stands at the desk.
        wanted: PersonId,
        found: PersonId,
    },
    /// The credential and its test would be of different relying parties.
    #[error(
        "the offer makes a credential of {created:?} and tests one of {tested:?}: nothing was done; tell the registry's administrator"
    )]
    TwoParties {
        /// The RP id of the creation options.
        created: String,
        /// The RP id of the test.
        tested: String,
    },
    /// No browser would let that origin use that RP id.
    #[error(
        "the registry names the RP id {rp_id:?}, which the origin {origin:?} may not use: nothing was done; tell the registry's administrator"
    )]
    Origin { rp_id: String, origin: String },
    /// The registry was joined with others.
    #[error(
        "the registry names the RP id {rp_id:?}, and named {pinned} when this station joined it: nothing was done; tell the registry's \
         administrator. Where the change is meant, join it anew (`keydesk station join`, with another data directory)"
    )]
    NotPinned { rp_id: String, pinned: String },
    /// What an app is to show cannot be shown, or would not fit its URI.
    #[error(
        "the registry's {what} for an authenticator app cannot be used: it must be one short line; tell the registry's administrator"
    )]
    AppText {
        /// Which text.
        what: &'static str,
    },
    /// Nothing can be sealed to it.
    #[error(
        "the registry's sealing key has {found_bytes} bytes where X25519 has 32; tell the registry's administrator"
    )]
    SealingKey { found_bytes: usize },
    /// What is to be signed is not what would be shown.
    #[error(
        "the registry asks for a signature under an act that cannot be shown ({0}): nothing was done; tell the registry's administrator"
    )]
    Act(#[from] ActFault),
}

impl Offer {
    /// Whether it is for that person, of one relying party, and from an origin that may use it (WebAuthn Level 3, section
    /// 5.1.3), and whether an app can be enrolled by what it says of one.
    ///
    /// # Errors
    /// [`OfferFault`] names what contradicts what.
    pub fn check(&self, person: &PersonId) -> Result<(), OfferFault> {
        let rp_id = &self.creation.rp.id;
        if self.person.id != *person {
            return Err(OfferFault::Person {
                wanted: person.clone(),
                found: self.person.id.clone(),
            });
        }
        if self.test.rp_id != *rp_id {
            return Err(OfferFault::TwoParties {
                created: rp_id.clone(),
                tested: self.test.rp_id.clone(),
            });
        }
        if let Some(app) = &self.app {
            app.check()?;
        }
        may_use(&self.origin, rp_id)
    }
}

impl AppOffer {
    /// Whether its texts are lines that an app can show and a URI can carry (no colon in the issuer or account: Google
    /// Authenticator's key URI format), and whether a secret can be sealed to its key.
    ///
    /// # Errors
    /// [`OfferFault::AppText`] and [`OfferFault::SealingKey`]
    pub fn check(&self) -> Result<(), OfferFault> {
        let line = |text: &str| OneLine::<NAME_CHARS_MAX>::check(text).is_ok();
        let label = |text: &str| line(text) && !text.contains(':');
        for (what, good) in [
            ("issuer", label(&self.issuer)),
            ("account", label(&self.account)),
            ("name", line(&self.name)),
        ] {
            if !good {
                return Err(OfferFault::AppText { what });
            }
        }
        self.seal_to.check()
    }
}

impl SealingKey {
    /// Whether it has the size of an X25519 key.
    ///
    /// # Errors
    /// [`OfferFault::SealingKey`]
    pub fn check(&self) -> Result<(), OfferFault> {
        match self.public_key.0.len() {
            32 => Ok(()),
            found_bytes => Err(OfferFault::SealingKey { found_bytes }),
        }
    }
}

impl TestOffer {
    /// Whether its origin may use its relying party's id, and its act is what is signed.
    ///
    /// # Errors
    /// [`OfferFault::Origin`], [`OfferFault::Act`]
    pub fn check(&self) -> Result<(), OfferFault> {
        self.read_act()?;
        may_use(&self.origin, &self.request.rp_id)
    }

    /// The act that is signed, if passing it is one.
    ///
    /// # Errors
    /// Where something else would be signed than it says.
    pub fn read_act(&self) -> Result<Option<Act>, ActFault> {
        let Some(bytes) = &self.act else {
            return Ok(None);
        };
        let act = Act::read(&bytes.0)?;
        match act.id == self.id && self.request.challenge == act::challenge(&bytes.0) {
            true => Ok(Some(act)),
            false => Err(ActFault::Another),
        }
    }
}

impl ActToSign {
    /// The act that is signed.
    ///
    /// # Errors
    /// Where something else would be signed than it says, or for another site than its own.
    pub fn read(&self) -> Result<Act, OfferFault> {
        may_use(&self.origin, &self.request.rp_id)?;
        let act = Act::read(&self.act.0)?;
        match act.id == self.id && self.request.challenge == act::challenge(&self.act.0) {
            true => Ok(act),
            false => Err(ActFault::Another.into()),
        }
    }
}

impl LiftOffer {
    /// Likewise.
    ///
    /// # Errors
    /// [`OfferFault::Origin`]
    pub fn check(&self) -> Result<(), OfferFault> {
        match &self.request {
            Some(request) => may_use(&self.origin, &request.rp_id),
            None => Ok(()),
        }
    }
}

impl OperatorOffer {
    /// Likewise.
    ///
    /// # Errors
    /// [`OfferFault::Origin`]
    pub fn check(&self) -> Result<(), OfferFault> {
        may_use(&self.origin, &self.creation.rp.id)
    }
}

impl SignInOptions {
    /// Likewise.
    ///
    /// # Errors
    /// [`OfferFault::Origin`]
    pub fn check(&self) -> Result<(), OfferFault> {
        may_use(&self.origin, &self.request.rp_id)
    }
}

impl Unlock {
    /// Likewise.
    ///
    /// # Errors
    /// [`OfferFault::Origin`]
    pub fn check(&self) -> Result<(), OfferFault> {
        may_use(&self.origin, &self.rp_id)
    }
}

/// What a key signs for an RP id must be what a browser at that origin could have had it sign.
fn may_use(origin: &str, rp_id: &str) -> Result<(), OfferFault> {
    if is_origin_of(origin, rp_id) {
        return Ok(());
    }
    Err(OfferFault::Origin {
        rp_id: rp_id.to_owned(),
        origin: origin.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_must_be_the_relying_party_s() {
        for origin in ["https://example.org", "https://login.example.org:8443"] {
            assert!(is_origin_of(origin, "example.org"), "{origin}");
        }
        for origin in [
            "http://example.org",
            "https://badexample.org",
            "https://example.org/",
            "https://example.org:x",
            "https://org",
        ] {
            assert!(!is_origin_of(origin, "example.org"), "{origin}");
        }
    }

    #[test]
    fn an_app_is_enrolled_only_by_texts_that_fit_a_uri_and_a_key_that_can_be_sealed_to() {
        let offer = AppOffer {
            id: crate::domain::OfferId(uuid::Uuid::from_u128(1)),
            seal_to: SealingKey {
                id: "0011223344556677".to_owned(),
                public_key: vec![9; 32].into(),
            },
            issuer: "IAMconnected".to_owned(),
            account: "IAMconnected".to_owned(),
            name: "Authenticator app: new".to_owned(),
        };
        assert_eq!(offer.check(), Ok(()));
        for issuer in ["", "a:b", "a\u{1b}[2J", &"x".repeat(101)] {
            let wrong = AppOffer {
                issuer: issuer.to_owned(),
                ..offer.clone()
            };
            assert_eq!(wrong.check(), Err(OfferFault::AppText { what: "issuer" }));
        }
        let mut short = offer;
        short.seal_to.public_key = vec![9; 31].into();
        assert_eq!(
            short.check(),
            Err(OfferFault::SealingKey { found_bytes: 31 })
        );
    }

    #[test]
    fn a_sign_in_for_another_site_s_rp_id_is_not_asked_of_a_key() {
        let options = |origin: &str, rp_id: &str| SignInOptions {
            request: crate::wire::webauthn::RequestOptions {
                challenge: vec![7; 16].into(),
                timeout: None,
                rp_id: rp_id.to_owned(),
                allow_credentials: Vec::new(),
                user_verification: None,
                extensions: None,
            },
            origin: origin.to_owned(),
            pin_min_length: None,
        };
        assert_eq!(
            options("https://keydesk.example.org", "example.org").check(),
            Ok(())
        );
        assert_eq!(
            options("https://example.org", "bank.example").check(),
            Err(OfferFault::Origin {
                rp_id: "bank.example".to_owned(),
                origin: "https://example.org".to_owned(),
            })
        );
    }
}
