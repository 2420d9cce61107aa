//! A key comes back: before anything else, is it the one that left, and what changed on it?
//!
//! Invariant: nothing is written to the key and nothing is recorded; no PIN is asked for, so that whoever found it can be served; what
//! it is compared with was learnt before it came.

use super::super::ceremony::{Checked, Verified, check_assertion};
use super::super::known::{answered, if_answered};
use super::super::steps::{anew_after_pulls, begin_step, end_step, touch};
use super::{Desk, begin, take_key};
use crate::domain::authority::Action;
use crate::domain::returned::{Held, Made, Standing, compare};
use crate::domain::{Bytes, KeyFacts, PersonId, UsbPath};
use crate::record::Enrolment;
use crate::wire::webauthn::{Descriptor, RequestOptions};
use crate::wire::{Credential, KnownCredential};
use crate::workflow::dialogue::{CareJob, CareResult, Ending, Job, Note, Step};
use crate::workflow::{Stop, conclude};

/// Where authenticator data have their flags, and the one that says that somebody was verified (WebAuthn Level 3, section 6.1).
const FLAGS_AT: usize = 32;
const FLAG_UV: u8 = 0x04;

/// Compares a key with what is known of the one that left; `at`: where it is, if that was chosen already; `person`: it is said to be
/// theirs.
pub async fn check_return(
    desk: &mut dyn Desk,
    at: Option<&UsbPath>,
    person: Option<&PersonId>,
) -> Result<Ending, Stop> {
    let result = checked(desk, at, person).await;
    conclude(desk, result)
}

async fn checked(
    desk: &mut dyn Desk,
    at: Option<&UsbPath>,
    person: Option<&PersonId>,
) -> Result<Ending, Stop> {
    let care = CareJob::CheckReturn {
        person: person.cloned(),
    };
    begin(desk, Job::Care { care }, Action::TestKey).await?;
    anew_after_pulls(desk, async |desk: &mut dyn Desk| {
        looked_at(desk, at, person).await
    })
    .await
}

async fn looked_at(
    desk: &mut dyn Desk,
    at: Option<&UsbPath>,
    person: Option<&PersonId>,
) -> Result<Ending, Stop> {
    let mut key = take_key(desk, at).await?;
    begin_step(desk, Step::Check);
    let (mut sought, registry) = sought(desk, &key, person).await?;
    ask(desk, &mut key, &mut sought).await?;
    if registry {
        name(desk, &key, &mut sought).await?;
    }
    end_step(desk, Step::Check, Note::None);
    prove(desk, &mut key, &mut sought).await?;
    // On keys that nothing tells apart, what it does not hold is on one of the others: unless it is said to be that very one.
    let is_of = |sought: &Sought| person.is_none_or(|person| sought.owner.as_ref() == Some(person));
    let is_unique = key.id.is_unique();
    let counts = |sought: &Sought| {
        person.is_some() || is_unique || matches!(sought.made.held, Held::Signed | Held::Shown)
    };
    let (theirs, others): (Vec<_>, Vec<_>) = sought.into_iter().partition(is_of);
    let made: Vec<Made> = theirs.into_iter().filter(counts).map(|s| s.made).collect();
    let others = others.into_iter().map(|sought| sought.made);
    let others = others.filter(|made| matches!(made.held, Held::Signed | Held::Shown));
    let others: Vec<String> = others.map(|made| made.person).collect();
    let returned = compare(&made, &others, &key, registry);
    Ok(Ending::Cared {
        key,
        result: Box::new(CareResult::Returned {
            returned: Box::new(returned),
        }),
    })
}

/// A credential that may be on the key.
struct Sought {
    id: Bytes,
    rp_id: String,
    /// None: the registry names nobody until the key has shown it.
    owner: Option<PersonId>,
    /// The registry has, or had, it.
    reported: bool,
    made: Made,
}

/// What was made on keys that this one may be, or for the person whose it is said to be; whether the registry was asked.
async fn sought(
    desk: &mut dyn Desk,
    key: &KeyFacts,
    person: Option<&PersonId>,
) -> Result<(Vec<Sought>, bool), Stop> {
    let here = desk.enrolments_on(key).await?;
    let mut all: Vec<Sought> = here
        .into_iter()
        .filter(Enrolment::is_live)
        .map(by_journal)
        .collect();
    let known = match desk.known_credentials(&key.id, None, &[]).await {
        Ok(known) => known,
        Err(Stop::Unreachable(_) | Stop::RegistryRefused { .. }) => return Ok((all, false)),
        Err(stop) => return Err(stop),
    };
    for found in known.known {
        add(&mut all, by_registry(found, &known.rp_id));
    }
    if let Some(person) = person {
        let detail = desk.detail(person).await?;
        // Those that ended too: a key may be found long after it was replaced.
        for credential in detail.credentials {
            let person = detail.person.clone();
            add(
                &mut all,
                by_registry(KnownCredential { person, credential }, &known.rp_id),
            );
        }
    }
    for id in known.candidates {
        if !all.iter().any(|sought| sought.id == id) {
            all.push(nobodys(id, key, &known.rp_id));
        }
    }
    Ok((all, true))
}

/// What the registry knows comes on top of what this station does: it knows what became of it since.
fn add(all: &mut Vec<Sought>, found: Sought) {
    match all.iter_mut().find(|sought| sought.id == found.id) {
        Some(sought) => {
            let facts = sought.made.facts.take();
            sought.made = Made {
                facts,
                ..found.made
            };
        }
        None => all.push(found),
    }
}

fn by_journal(made: Enrolment) -> Sought {
    let (model, firmware) = match &made.facts {
        Some(facts) => (facts.model.clone(), facts.firmware),
        None => (String::new(), None),
    };
    Sought {
        id: made.credential,
        rp_id: made.rp_id,
        owner: Some(made.person.id),
        reported: made.pushed,
        made: Made {
            person: made.person.name,
            key: made.key,
            model,
            firmware,
            at: made.at,
            facts: made.facts,
            standing: Standing::Valid,
            held: Held::Untold,
        },
    }
}

fn by_registry(found: KnownCredential, rp_id: &str) -> Sought {
    let KnownCredential { person, credential } = found;
    let Credential {
        id,
        key,
        held,
        enrolled_at,
        gone_at,
        ..
    } = credential;
    let standing = match (gone_at, held.suspended) {
        (Some(_), _) => Standing::Ended,
        (None, Some(_)) => Standing::Suspended,
        (None, None) => Standing::Valid,
    };
    Sought {
        id,
        rp_id: rp_id.to_owned(),
        owner: Some(person.id),
        reported: true,
        made: Made {
            person: person.name,
            key: key.id,
            model: key.model,
            firmware: key.firmware,
            at: enrolled_at,
            facts: None,
            standing,
            held: Held::Untold,
        },
    }
}

/// One that the registry names nobody for yet, on keys that say the same as this one.
fn nobodys(id: Bytes, key: &KeyFacts, rp_id: &str) -> Sought {
    Sought {
        id,
        rp_id: rp_id.to_owned(),
        owner: None,
        reported: true,
        made: Made {
            person: String::new(),
            key: key.id.clone(),
            model: key.model.clone(),
            firmware: None,
            at: jiff::Timestamp::UNIX_EPOCH,
            facts: None,
            standing: Standing::Valid,
            held: Held::Untold,
        },
    }
}

/// What the key says of them, without a touch and without a PIN. It names one at a time.
async fn ask(desk: &mut dyn Desk, key: &mut KeyFacts, sought: &mut [Sought]) -> Result<(), Stop> {
    // A protected credential shows itself to nobody without verification (credProtect, CTAP 2.3, section 12.1).
    let protects = key.pin_set == Some(true) && key.extensions.iter().any(|e| e == "credProtect");
    let mut rp_ids: Vec<String> = sought.iter().map(|sought| sought.rp_id.clone()).collect();
    rp_ids.sort_unstable();
    rp_ids.dedup();
    for rp_id in rp_ids {
        // What shows one that it made shows all of them.
        let mut not = if protects { Held::Hidden } else { Held::Not };
        let of_rp = |sought: &Sought| sought.rp_id == rp_id && sought.made.held == Held::Untold;
        loop {
            let asked = sought.iter().filter(|sought| of_rp(sought));
            let left: Vec<Bytes> = asked.map(|sought| sought.id.clone()).collect();
            let shown = match answered(desk, key, &rp_id, &left).await? {
                Some(Some(id)) => id,
                Some(None) => {
                    let left = sought.iter_mut().filter(|sought| of_rp(sought));
                    left.for_each(|sought| sought.made.held = not);
                    break;
                }
                None => break,
            };
            let Some(found) = sought
                .iter_mut()
                .find(|sought| of_rp(sought) && sought.id == shown)
            else {
                break;
            };
            found.made.held = Held::Shown;
            not = Held::Not;
        }
    }
    Ok(())
}

/// Whose those are that the key has shown, and what they are worth by now. What the registry named nobody for and the key did not
/// show is nobody's business.
async fn name(desk: &mut dyn Desk, key: &KeyFacts, sought: &mut Vec<Sought>) -> Result<(), Stop> {
    let is_shown = |sought: &Sought| sought.made.held == Held::Shown;
    let shown: Vec<Bytes> = sought
        .iter()
        .filter(|sought| is_shown(sought))
        .map(|sought| sought.id.clone())
        .collect();
    let known = match desk.known_credentials(&key.id, None, &shown).await {
        Ok(known) => known,
        Err(Stop::Unreachable(_) | Stop::RegistryRefused { .. }) => {
            sought.retain(|sought| sought.owner.is_some());
            return Ok(());
        }
        Err(stop) => return Err(stop),
    };
    for sought in sought.iter_mut().filter(|sought| is_shown(sought)) {
        let listed = known.known.iter();
        let mut listed = listed.filter(|found| found.credential.id == sought.id);
        match listed.next().cloned() {
            Some(found) => {
                let facts = sought.made.facts.take();
                *sought = by_registry(found, &known.rp_id);
                sought.made.facts = facts;
                sought.made.held = Held::Shown;
            }
            // It lists all but those that are gone.
            None if sought.reported => sought.made.standing = Standing::Ended,
            None => {}
        }
    }
    sought.retain(|sought| sought.owner.is_some());
    Ok(())
}

/// Has the key sign, with a touch, for the first credential that it showed and whose public key is known here. What it signs is good
/// for nothing else: nobody has the client data of that hash.
async fn prove(desk: &mut dyn Desk, key: &mut KeyFacts, sought: &mut [Sought]) -> Result<(), Stop> {
    for sought in sought
        .iter_mut()
        .filter(|sought| sought.made.held == Held::Shown)
    {
        let Some(public) = desk.public_key_of(&sought.id).await? else {
            continue;
        };
        begin_step(desk, Step::Test);
        if signs(desk, key, (&sought.id, &sought.rp_id), &public).await? {
            sought.made.held = Held::Signed;
        }
        end_step(desk, Step::Test, Note::None);
        return Ok(());
    }
    Ok(())
}

/// Whether it signs with that credential. One that signs for nobody without its PIN has shown it all the same.
async fn signs(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    (id, rp_id): (&Bytes, &str),
    public: &Bytes,
) -> Result<bool, Stop> {
    let mut hash = [0; 32];
    desk.random(&mut hash)?;
    let options = RequestOptions {
        challenge: Bytes(hash.to_vec()),
        timeout: None,
        rp_id: rp_id.to_owned(),
        allow_credentials: vec![Descriptor::new(id.clone())],
        user_verification: Some("discouraged".to_owned()),
        extensions: None,
    };
    let signed = touch(
        desk,
        key,
        (1, 1),
        async |desk: &mut dyn Desk, key: &KeyFacts| {
            desk.get_assertion(key, None, &options, hash).await
        },
    )
    .await;
    let Some(signed) = if_answered(signed)? else {
        return Ok(false);
    };
    // Some verify whomever they sign for.
    let flags = signed.authenticator_data.as_ref().get(FLAGS_AT);
    let how = match flags.is_some_and(|flags| flags & FLAG_UV != 0) {
        true => Checked::Verified,
        false => Checked::TouchedOnly,
    };
    let checked = check_assertion(&signed, &hash, rp_id, Some(public), how)?;
    Ok(checked == Verified::Signature && signed.id == *id)
}
