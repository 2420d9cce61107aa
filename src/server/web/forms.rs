//! Forms: what lets a browser send one, and that whatever it sends is done once.
//!
//! Invariant: a form's token is worth something to the browser alone that it was made for, for that form, and once.

use axum::Form;
use axum::extract::rejection::{FormRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::session::Visitor;
use super::{Trouble, on_to};
use crate::domain::Bytes;
use crate::server::database::{Connection, Write};
use crate::server::problem::{Answer, Refusal};
use crate::server::secret;
use crate::server::tables::audit::{self, Line};
use crate::server::tables::repeat::{self, Answered};
use crate::wire::problem_code;

/// A form in the body.
#[derive(FromRequest)]
#[from_request(via(Form), rejection(Trouble))]
pub struct Sent<T>(pub T);

/// What the path names. What it could never name is not there.
#[derive(FromRequestParts)]
#[from_request(via(Path), rejection(Trouble))]
pub struct Named<T>(pub T);

/// The query.
#[derive(FromRequestParts)]
#[from_request(via(Query), rejection(Trouble))]
pub struct Params<T>(pub T);

/// Nothing but that it is meant.
#[derive(Deserialize, Serialize)]
pub struct Meant {
    #[serde(skip_serializing)]
    pub form: String,
}

impl From<PathRejection> for Trouble {
    fn from(_: PathRejection) -> Self {
        Self::Refused(Refusal::new(
            problem_code::NOT_FOUND,
            "there is no such page",
        ))
    }
}

impl From<QueryRejection> for Trouble {
    fn from(rejection: QueryRejection) -> Self {
        Self::Refused(rejection.into())
    }
}

impl From<FormRejection> for Trouble {
    fn from(rejection: FormRejection) -> Self {
        Self::Refused(rejection.into())
    }
}

/// One sending of a form.
pub struct Once {
    scope: String,
    key: String,
    fingerprint: Vec<u8>,
}

impl Visitor {
    /// What a form that is sent there carries.
    pub fn form_token(&self, action: &str) -> Answer<String> {
        let nonce: [u8; 16] = secret::random_bytes().map_err(Refusal::internal)?;
        let nonce = Bytes(nonce.to_vec()).to_base64url();
        let seal = self.sealed(&[b"keydesk form 1", action.as_bytes(), nonce.as_bytes()])?;
        Ok(format!("{nonce}.{}", Bytes(seal).to_base64url()))
    }

    /// The sending of a form with that token; `what` is all that it says.
    pub fn once(&self, action: &str, token: &str, what: &impl Serialize) -> Answer<Once> {
        let refused = || {
            Refusal::new(
                problem_code::ORIGIN_MISMATCH,
                "the form was not made for this browser, or is too old: open the page again",
            )
        };
        let (nonce, seal) = token.split_once('.').ok_or_else(refused)?;
        let seal = Bytes::from_base64url(seal).ok_or_else(refused)?;
        let mac = self.mac(&[b"keydesk form 1", action.as_bytes(), nonce.as_bytes()])?;
        mac.verify_slice(&seal.0).map_err(|_| refused())?;
        let what = serde_json::to_vec(what).map_err(Refusal::internal)?;
        Ok(Once {
            scope: format!("page {}", hex::encode(self.hash())),
            key: nonce.to_owned(),
            fingerprint: self.sealed(&[b"keydesk sent 1", action.as_bytes(), &what])?,
        })
    }

    fn sealed(&self, parts: &[&[u8]]) -> Answer<Vec<u8>> {
        Ok(self.mac(parts)?.finalize().into_bytes().to_vec())
    }

    fn mac(&self, parts: &[&[u8]]) -> Answer<Hmac<Sha256>> {
        mac(self.token.expose().as_bytes(), parts)
    }
}

/// HMAC-SHA-256 over the parts, each with its length before it.
pub fn mac(key: &[u8], parts: &[&[u8]]) -> Answer<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(Refusal::internal)?;
    for part in parts {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part);
    }
    Ok(mac)
}

impl Once {
    /// Where it led, if it was done before.
    pub async fn before(&self, db: &mut Connection) -> Answer<Option<Response>> {
        let Some(done) = repeat::answered(db, &self.scope, &self.key).await? else {
            return Ok(None);
        };
        match done.fingerprint == self.fingerprint {
            true => Ok(Some(on_to(&done.body))),
            false => Err(Refusal::new(
                problem_code::IDEMPOTENCY_KEY_REUSED,
                "the form was sent before, and said something else: open the page again",
            )),
        }
    }

    /// Writes down that it is done and where it leads, and makes it true.
    pub async fn done(
        self,
        mut tx: Write,
        (path, line): (&str, Line<'_>),
        now: Timestamp,
    ) -> Answer<Response> {
        audit::note(&mut tx, &line, now).await?;
        let answer = Answered {
            fingerprint: self.fingerprint,
            status: StatusCode::SEE_OTHER.as_u16(),
            body: path.to_owned(),
        };
        repeat::insert(&mut tx, (&self.scope, &self.key), &answer, now).await?;
        tx.commit().await?;
        Ok(on_to(path))
    }
}
