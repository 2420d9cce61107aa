//! Acts that somebody signs at a station, whatever is signed: what they are asked for, and what comes back.
//!
//! Invariant: a signature is verified before anybody has to wait for it, and taken only where what it rests on is still the same then.

use axum::response::Response;
use jiff::Timestamp;
use serde::Serialize;

use crate::domain::OfferId;
use crate::domain::act::Deed;
use crate::server::Registry;
use crate::server::account_resets::signing::{self, Ground, SignedAct, ToSign};
use crate::server::auth::{AtDesk, IdempotencyKey};
use crate::server::database::Write;
use crate::server::ledger::{self, Entry, Looked, Opened};
use crate::server::problem::Answer;
use crate::server::tables::act_asked::{AskedWhere, Signer};
use crate::server::verify::RelyingParty;
use crate::wire::webauthn::AuthenticationResponse;

/// Asks somebody of that name to sign there; with the origin under which their key does.
pub(super) async fn to_sign<'a>(
    registry: &'a Registry,
    tx: &mut Write,
    desk: &AtDesk,
    (signer, name): (Signer, &str),
    deed: Deed,
    now: Timestamp,
) -> Answer<(ToSign, &'a str)> {
    let party = party_of(registry, &signer);
    let what = (place(desk), deed);
    let to_sign = signing::to_sign(party, tx, (signer, name), what, now).await?;
    Ok((to_sign, party.origin()))
}

/// What was signed, and holds.
pub(super) struct Signed<'a> {
    pub entry: Entry,
    pub ground: Ground,
    pub act: SignedAct<'a>,
    /// Under which relying party.
    pub by: &'a RelyingParty,
}

/// How taking a signature went.
pub(super) enum Taken<'a> {
    /// It was not done before. Nobody signs the same once more.
    Fresh(Box<Signed<'a>>),
    /// It was done before; this was the answer.
    Repeated(Response),
}

/// Takes the signature of what somebody was asked for there.
pub(super) async fn take<'a>(
    registry: &'a Registry,
    desk: &AtDesk,
    (key, route, body): (Option<IdempotencyKey>, &str, &impl Serialize),
    (id, assertion): (OfferId, &'a AuthenticationResponse),
    now: Timestamp,
) -> Answer<Taken<'a>> {
    let mut look = match ledger::look(registry, &desk.scope(), key, route, body).await? {
        Looked::Fresh(look) => look,
        Looked::Repeated(response) => return Ok(Taken::Repeated(response)),
    };
    let asked = (id, &place(desk));
    let with = &assertion.raw_id;
    let ground = Ground::of(&mut look.db, asked, with, now).await?;
    let by = party_of(registry, ground.signer());
    let act = match ground.verified_act(by, assertion) {
        Ok(act) => act,
        Err(refusal) => {
            drop(look);
            let station = Some(&desk.station);
            return Err(ground.on_record(registry, station, refusal).await?);
        }
    };
    let mut entry = match look.lock(registry).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(Taken::Repeated(response)),
    };
    let ground_now = Ground::of(&mut entry.tx, asked, with, now).await?;
    ledger::refuse_changed(&ground, &ground_now)?;
    ground.take(&mut entry.tx, &act, now).await?;
    Ok(Taken::Fresh(Box::new(Signed {
        entry,
        ground,
        act,
        by,
    })))
}

/// Whose keys sign: operators' and people's are of two relying parties.
fn party_of<'a>(registry: &'a Registry, signer: &Signer) -> &'a RelyingParty {
    match signer {
        Signer::Operator(_) => &registry.operators,
        Signer::Person(_) => &registry.people,
    }
}

fn place(desk: &AtDesk) -> AskedWhere {
    AskedWhere::Station(desk.station.clone(), desk.operator.id.clone())
}
