//! What somebody is asked to sign of a reset, at a station or on a page, and what they signed.
//!
//! Invariants: whoever is asked signs the act that was made for them, with a key of theirs that still opens something, where they were
//! asked, within five minutes and once.

use jiff::{SignedDuration, Timestamp};

use super::{Pace, act_of, party, release, released};
use crate::domain::act::{Act, Deed, challenge};
use crate::domain::suspension::FactorSort;
use crate::domain::{AccountResetId, Bytes, OfferId, PersonId, StationId};
use crate::server::Registry;
use crate::server::acts;
use crate::server::auth::AtDesk;
use crate::server::database::{Connection, Write};
use crate::server::problem::{Answer, Refusal, operator_revoked};
use crate::server::tables::act_asked::{self, Asked, AskedWhere, Signer};
use crate::server::tables::operator::OwnKey;
use crate::server::tables::{audit, credential, operator, standing};
use crate::server::verify::RelyingParty;
use crate::wire::webauthn::{AuthenticationResponse, Descriptor, RequestOptions};
use crate::wire::{Because, Operator, problem_code};

/// Whoever signs stands there with their key in hand.
const SIGNED_WITHIN: SignedDuration = SignedDuration::from_mins(5);

/// So many acts may be drawn up at one place within the time in which each can be signed, whoever is to sign them, until one is: each
/// leaves a line of the audit. Nothing that is drawn up elsewhere keeps anybody from signing here.
const ASKED_AT_MOST: u32 = 10;

/// What somebody is asked to sign.
pub struct ToSign {
    pub id: OfferId,
    pub act: Bytes,
    pub request: RequestOptions,
    pub expires_at: Timestamp,
}

/// Asks somebody of that name to sign, there, with a key under that relying party.
pub async fn to_sign(
    by: &RelyingParty,
    tx: &mut Write,
    (signer, name): (Signer, &str),
    (place, deed): (AskedWhere, Deed),
    now: Timestamp,
) -> Answer<ToSign> {
    let id = OfferId(uuid::Uuid::now_v7());
    let expires_at = now + SIGNED_WITHIN;
    let act = act_of(id, party(signer.as_str(), name), deed, (now, expires_at)).bytes();
    Act::read(&act.0).map_err(|why| {
        Refusal::new(
            problem_code::MALFORMED,
            format!("what would be signed cannot be written down: {why}"),
        )
    })?;
    let (state, request) = requested(by, tx, &signer, &act).await?;
    let asked = Asked {
        signer,
        place,
        act: act.clone(),
        state,
        expires_at,
    };
    if act_asked::count(tx, &asked.place, now).await? >= ASKED_AT_MOST {
        let count = ASKED_AT_MOST;
        return Err(Refusal::because(
            problem_code::OFFERS_OPEN,
            Because::ActsOpen { count },
        ));
    }
    act_asked::replace(tx, &asked).await?;
    act_asked::insert(tx, id, &asked).await?;
    Ok(ToSign {
        id,
        act,
        request,
        expires_at,
    })
}

/// What a key is asked that signs the act, and the verifier's own state of that.
async fn requested(
    by: &RelyingParty,
    db: &mut Connection,
    signer: &Signer,
    act: &Bytes,
) -> Answer<(String, RequestOptions)> {
    let keys = match signer {
        Signer::Operator(id) => operator::keys(db, id).await?,
        Signer::Person(id) => keys_of(db, id).await?,
    };
    let allow = keys.into_iter().map(Descriptor::new).collect();
    let life = u64::try_from(SIGNED_WITHIN.as_millis()).unwrap_or_default();
    let issued = by.request_of(Some(challenge(&act.0)), allow, life)?;
    Ok((issued.state, issued.options))
}

/// The same for whoever looks at it once more.
pub async fn request(
    by: &RelyingParty,
    db: &mut Connection,
    asked: &Asked,
) -> Answer<RequestOptions> {
    let (_, request) = requested(by, db, &asked.signer, &asked.act).await?;
    Ok(request)
}

async fn keys_of(db: &mut Connection, person: &PersonId) -> Answer<Vec<Bytes>> {
    let valid = standing::valid(db, person).await?.into_iter();
    let keys = valid.filter(|factor| factor.sort == FactorSort::Key);
    Ok(keys.filter_map(|factor| factor.id.as_key()).collect())
}

/// What somebody was asked to sign there.
pub async fn asked_there(
    db: &mut Connection,
    (id, place): (OfferId, &AskedWhere),
    now: Timestamp,
) -> Answer<Asked> {
    let asked = act_asked::find(db, id).await?;
    let asked = asked
        .filter(|asked| asked.place == *place)
        .ok_or_else(|| Refusal::because(problem_code::OFFER_UNKNOWN, Because::NotAskedToSign {}))?;
    match asked.expires_at > now {
        true => Ok(asked),
        false => Err(Refusal::because(
            problem_code::CHALLENGE_EXPIRED,
            Because::SignedLate {},
        )),
    }
}

/// The key that signed.
#[derive(PartialEq)]
enum Key {
    Operator(Box<OwnKey>),
    Person(credential::Signer),
}

/// What a signature is judged by: what its signer was asked for there, and their key.
#[derive(PartialEq)]
pub struct Ground {
    id: OfferId,
    asked: Asked,
    key: Key,
}

impl Ground {
    /// As it is now.
    pub async fn of(
        db: &mut Connection,
        (id, place): (OfferId, &AskedWhere),
        credential: &Bytes,
        now: Timestamp,
    ) -> Answer<Self> {
        let asked = asked_there(db, (id, place), now).await?;
        let another = || Refusal::because(problem_code::CREDENTIAL_UNKNOWN, Because::OthersKey {});
        let key = match &asked.signer {
            Signer::Operator(id) => {
                let own = operator::own_key(db, credential).await?;
                let own = own.filter(|own| own.account.operator.id == *id);
                Key::Operator(Box::new(own.ok_or_else(another)?))
            }
            Signer::Person(id) => {
                let signer = credential::signer(db, credential).await?;
                let signer = signer.filter(|signer| signer.person == *id);
                Key::Person(signer.ok_or_else(another)?)
            }
        };
        key.refuse_closed()?;
        Ok(Self { id, asked, key })
    }

    /// The act, if that is its signature.
    pub fn verified_act<'a>(
        &self,
        by: &RelyingParty,
        assertion: &'a AuthenticationResponse,
    ) -> Answer<SignedAct<'a>> {
        let (verifier, handle) = match &self.key {
            Key::Operator(own) => (&own.verifier, &own.user_handle),
            Key::Person(signer) => (&signer.verifier, &signer.user_handle),
        };
        let verifier = by.assertion(&self.asked.state, verifier, assertion, &handle.0, false)?;
        let act = Act::read(&self.asked.act.0).map_err(Refusal::internal)?;
        acts::check_signed(Some(&act), assertion)?;
        Ok(SignedAct {
            act,
            assertion,
            verifier,
        })
    }

    /// A counter that went back may mean a copied key: that stays on record although nothing is signed.
    pub async fn on_record(
        &self,
        registry: &Registry,
        station: Option<&StationId>,
        refusal: Refusal,
    ) -> Answer<Refusal> {
        let signer = self.asked.signer.as_str();
        if refusal.code() == problem_code::COUNTER_REGRESSED {
            let detail = match &self.key {
                Key::Operator(_) => format!("operator {signer}'s own credential"),
                Key::Person(_) => format!("a credential of {signer}"),
            };
            let mut tx = registry.db.write().await?;
            let kind = problem_code::COUNTER_REGRESSED;
            audit::raise(&mut tx, station, (kind, &detail), registry.now()).await?;
            tx.commit().await?;
        }
        Ok(refusal.about(signer))
    }

    /// Who was asked.
    pub fn signer(&self) -> &Signer {
        &self.asked.signer
    }

    /// The operator who was asked.
    pub fn operator(&self) -> Option<&Operator> {
        match &self.key {
            Key::Operator(own) => Some(&own.account.operator),
            Key::Person(_) => None,
        }
    }

    /// It is signed: nobody signs it again, and the key's counter has come so far.
    pub async fn take(&self, tx: &mut Write, signed: &SignedAct<'_>, now: Timestamp) -> Answer<()> {
        act_asked::take(tx, self.id).await?;
        let (id, verifier) = (&signed.assertion.raw_id, &signed.verifier);
        match &self.key {
            Key::Operator(_) => operator::set_verifier(tx, id, verifier).await?,
            Key::Person(_) => credential::set_tested(tx, id, verifier, now).await?,
        }
        Ok(())
    }
}

impl Key {
    fn refuse_closed(&self) -> Answer<()> {
        let closed = |why: Because| Err(Refusal::because(problem_code::CREDENTIAL_REVOKED, why));
        match self {
            Self::Operator(own) => match (own.account.revoked_at, own.key_revoked_at) {
                (Some(at), _) => Err(operator_revoked(&own.account.operator.id, at)),
                (None, Some(at)) => closed(Because::KeyRevoked { at }),
                (None, None) => Ok(()),
            },
            Self::Person(signer) if signer.gone_at.is_some() || !signer.held.is_free() => {
                closed(Because::KeyShut {})
            }
            Self::Person(_) => Ok(()),
        }
    }
}

/// An act with its signature, which holds.
pub struct SignedAct<'a> {
    pub act: Act,
    pub assertion: &'a AuthenticationResponse,
    verifier: String,
}

impl SignedAct<'_> {
    /// Keeps what anybody can check of it.
    pub async fn keep(&self, by: &RelyingParty, tx: &mut Write, now: Timestamp) -> Answer<()> {
        let signed = (self.assertion, self.verifier.as_str());
        acts::keep(by, tx, &self.act, signed, now).await
    }

    /// What the audit says of it.
    pub fn told(&self) -> String {
        let hash = challenge(&self.act.bytes().0);
        let signer = &self.act.signer.id;
        format!("signed act {} ({hash}) by {signer}", self.act.id)
    }

    /// A second agent's release. `typed`: the last name, as they typed it.
    pub async fn release(
        &self,
        by: &RelyingParty,
        tx: &mut Write,
        (signer, desk, typed): (&Operator, Option<&AtDesk>, Option<&str>),
        (pace, now): (Pace<'_>, Timestamp),
    ) -> Answer<AccountResetId> {
        let Deed::ReleaseReset {
            terms, asked_by, ..
        } = &self.act.deed
        else {
            return Err(Refusal::internal("an act that releases nothing"));
        };
        let (found, person) = release(tx, terms.reset, &signer.id, now).await?;
        acts::refuse_changed(found == self.act.deed)?;
        self.keep(by, tx, now).await?;
        let whom = (signer, asked_by.name.as_str(), desk);
        let when = (pace, now);
        released(tx, (&self.act, terms), whom, (&person, typed), when).await?;
        Ok(terms.reset)
    }
}
