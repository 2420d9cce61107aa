//! Enrols an authenticator app for the person at the desk, by itself or after a key.
//!
//! Invariant: from the moment the secret may have been seen there is an open intent in the journal. It is ended by the record that
//! the app is enrolled, which carries the very secret that was shown and a code that was right for it, or by one that says that the
//! phone may hold an entry which opens nothing.

use jiff::{SignedDuration, Timestamp};

use super::super::Wants;
use super::super::dialogue::{
    Answer, AppJob, AppQuestion, AppResult, CodeOf, Ending, Event, Job, Note, OnScreen, PushState,
    Question, Replaced, Step,
};
use super::super::enrol::enrol_key;
use super::super::report::push_as;
use super::super::steps::{begin_step, end_step};
use super::super::undo::end_reason;
use super::super::visit::{Guest, Visit, host, receive};
use super::examine::{Codes, advise, next_code};
use super::{Desk, Stop, app_part};
use crate::domain::characters::is_visible;
use crate::domain::factor::{CodeVerdict, Replacement, TotpCode, TotpSettings};
use crate::domain::{EntryId, FactorId, IntentId, PersonId};
use crate::record::{AppIntent, Change, Remains};
use crate::totp::{AppSetup, TotpSecret, examine};
use crate::wire::{AppPush, CodeRequest, Subject, VERSION};
use crate::workflow::conclude;

/// How long a secret stays on the screen before somebody has to say that it is still wanted.
const SHOWN: SignedDuration = SignedDuration::from_mins(5);

/// Most characters of a factor's name.
const NAME_MAX: usize = 64;

/// Enrols an app, from the person's name to a code that was right.
pub async fn enrol_app(desk: &mut dyn Desk, who: &PersonId) -> Result<Ending, Stop> {
    let result = enrol_one(desk, who).await;
    conclude(desk, result)
}

async fn enrol_one(desk: &mut dyn Desk, who: &PersonId) -> Result<Ending, Stop> {
    let visit = visit(desk, who, AppJob::Enrol).await?;
    provision(desk, &visit, None).await
}

/// Enrols a key and then an app, under the same offer and with one identification. An app that comes to nothing takes nothing away
/// from the key.
pub async fn enrol_both(desk: &mut dyn Desk, who: &PersonId) -> Result<Ending, Stop> {
    let result = enrol_two(desk, who).await;
    conclude(desk, result)
}

async fn enrol_two(desk: &mut dyn Desk, who: &PersonId) -> Result<Ending, Stop> {
    let visit = visit(desk, who, AppJob::Both).await?;
    let key = enrol_key(desk, &visit).await?;
    let app = match provision(desk, &visit, None).await {
        Ok(ending) => ending,
        Err(stop) => Ending::Stopped {
            remains: stop.remains(),
            stop,
        },
    };
    Ok(Ending::Both {
        key: Box::new(key),
        app: Box::new(app),
    })
}

async fn visit(desk: &mut dyn Desk, who: &PersonId, app: AppJob) -> Result<Visit, Stop> {
    let operator = host(desk)?;
    desk.room().await?;
    let guest = Guest {
        who,
        wants: match app {
            AppJob::Both => Wants::Both,
            _ => Wants::App,
        },
        attended: true,
    };
    let visit = receive(desk, operator, &guest, |person| Job::App { app, person }).await?;
    app_part(&visit.offer)?;
    Ok(visit)
}

/// From the secret to the push; `old`: what is removed by the same act.
pub(super) async fn provision(
    desk: &mut dyn Desk,
    visit: &Visit,
    old: Option<Replaced>,
) -> Result<Ending, Stop> {
    let name = name(desk, visit).await?;
    begin_step(desk, Step::Secret);
    let replaces = old.as_ref().map(|old| Replacement { factor: old.factor });
    let (intent, app) = begin(desk, visit, name, replaces).await?;
    end_step(desk, Step::Secret, Note::None);
    let right = first_code(desk, &intent, &app).await;
    // From here on nobody needs to see it.
    drop(app);
    match right {
        Ok((code, step)) => {
            let push = record(desk, &intent, code, step).await?;
            Ok(enrolled(&intent, old, push))
        }
        Err(stop) => Err(give_up(desk, intent.id, stop).await),
    }
}

pub(super) fn enrolled(intent: &AppIntent, old: Option<Replaced>, push: PushState) -> Ending {
    Ending::App {
        person: intent.person.clone(),
        result: AppResult::Enrolled {
            name: intent.name.clone(),
            old,
            push,
        },
    }
}

async fn name(desk: &mut dyn Desk, visit: &Visit) -> Result<String, Stop> {
    let suggested = app_part(&visit.offer)?.name.clone();
    loop {
        let question = AppQuestion::NameApp {
            person: visit.offer.person.clone(),
            suggested: suggested.clone(),
        };
        match desk.ask(Question::App(question)).await? {
            Answer::Yes => return Ok(suggested),
            Answer::Typed(text) => {
                // The registry takes no others, and nobody could read them.
                let visible = text.trim().chars().filter(|c| is_visible(*c));
                let text: String = visible.take(NAME_MAX).collect();
                return Ok(match text.is_empty() {
                    true => suggested,
                    false => text,
                });
            }
            _ => {}
        }
    }
}

/// Makes the secret and writes down, sealed, what is about to be shown.
async fn begin(
    desk: &mut dyn Desk,
    visit: &Visit,
    name: String,
    replaces: Option<Replacement>,
) -> Result<(AppIntent, OnScreen), Stop> {
    let offer = app_part(&visit.offer)?;
    let secret = TotpSecret::random(|bytes| desk.random(bytes))?;
    let factor = FactorId(desk.fresh_id());
    let person = visit.offer.person.clone();
    let sealed = desk.seal(&offer.seal_to, &secret, (factor, person.id.as_str()))?;
    let intent = AppIntent {
        id: IntentId(desk.fresh_id()),
        factor,
        name,
        person,
        offer: offer.id,
        expires_at: visit.offer.expires_at,
        settings: TotpSettings::APP,
        sealed,
        identification: visit.identification.clone(),
        replaces,
        operator: visit.operator.id.clone(),
        begun_at: desk.now(),
    };
    desk.commit(Change::AppBegun {
        intent: Box::new(intent.clone()),
    })
    .await?;
    desk.tell(Event::Leaves {
        remains: Remains::OnPhone,
    });
    let app = AppSetup::new(&offer.issuer, &offer.account, TotpSettings::APP, secret);
    Ok((intent, OnScreen::new(app)))
}

/// Shows the secret until a code of it is right: that code, and the time step that it is of.
async fn first_code(
    desk: &mut dyn Desk,
    intent: &AppIntent,
    app: &OnScreen,
) -> Result<(TotpCode, u64), Stop> {
    begin_step(desk, Step::Code);
    let of = CodeOf::NewApp {
        person: intent.person.clone(),
        name: intent.name.clone(),
    };
    let mut codes = Codes::new();
    let mut wrong: Option<CodeVerdict> = None;
    loop {
        codes.take()?;
        let first = shown(desk, intent, app, wrong.take()).await?;
        let (mut verdict, mut at) = judge(desk, app, (&first, None));
        let mut code = first.clone();
        if verdict == CodeVerdict::NextNeeded {
            code = next_code(desk, &mut codes, &of, &first).await?;
            (verdict, at) = judge(desk, app, (&first, Some(&code)));
            if verdict == CodeVerdict::NoMatch {
                verdict = known_elsewhere(desk, intent, vec![first, code.clone()]).await;
            }
        }
        if let CodeVerdict::Right { drift_steps } = verdict {
            if at >= intent.expires_at {
                return Err(Stop::OfferExpired);
            }
            let step = app.settings().step_at(at);
            let step = step.saturating_add_signed(i64::from(drift_steps));
            end_step(desk, Step::Code, Note::Code { verdict });
            return Ok((code, step));
        }
        advise(desk, &of, &verdict).await?;
        wrong = Some(verdict);
    }
}

/// What codes are for the secret that was shown, by the registry's clock; and when that was.
fn judge(
    desk: &dyn Desk,
    app: &OnScreen,
    codes: (&TotpCode, Option<&TotpCode>),
) -> (CodeVerdict, Timestamp) {
    let now = desk.registry_now();
    let verdict = examine(app.secret(), app.settings(), codes, now, 0, None);
    (verdict, now)
}

/// Puts the secret on the screen and waits for a code. After a while it leaves the screen until somebody wants it back.
async fn shown(
    desk: &mut dyn Desk,
    intent: &AppIntent,
    app: &OnScreen,
    wrong: Option<CodeVerdict>,
) -> Result<TotpCode, Stop> {
    loop {
        let left = intent.expires_at.duration_since(desk.registry_now());
        if !left.is_positive() {
            return Err(Stop::OfferExpired);
        }
        let now = desk.now();
        let until = now.saturating_add(left.min(SHOWN)).unwrap_or(now);
        let question = AppQuestion::ShowSecret {
            person: intent.person.clone(),
            enrolment: app.clone(),
            until,
            wrong: wrong.clone(),
        };
        match desk.ask_until(Question::App(question), until).await? {
            Some(Answer::Code(code)) => return Ok(code),
            Some(_) => {}
            None => again(desk, intent).await?,
        }
    }
}

/// Waits for somebody to want it again, no longer than the offer lives: a kiosk that was left alone keeps no secret overnight.
async fn again(desk: &mut dyn Desk, intent: &AppIntent) -> Result<(), Stop> {
    let left = intent.expires_at.duration_since(desk.registry_now());
    let until = desk.now().saturating_add(left).unwrap_or(intent.expires_at);
    loop {
        let question = AppQuestion::ShowAgain {
            person: intent.person.clone(),
        };
        match desk.ask_until(Question::App(question), until).await? {
            Some(Answer::Yes) => return Ok(()),
            Some(_) => {}
            None => return Err(Stop::OfferExpired),
        }
    }
}

/// Codes that fit nothing here may be of another entry on the phone: the registry knows the person's other factors. Where it can't
/// say, they fit nothing.
async fn known_elsewhere(
    desk: &mut dyn Desk,
    intent: &AppIntent,
    codes: Vec<TotpCode>,
) -> CodeVerdict {
    let request = CodeRequest {
        version: VERSION,
        offer: intent.offer,
        subject: Subject::New {
            factor: intent.factor,
            sealed: intent.sealed.clone(),
        },
        codes,
        identification: Some(intent.identification.clone()),
    };
    match desk.examine(&intent.person.id, request).await {
        Ok(reply) => match reply.verdict {
            other @ CodeVerdict::OtherFactor { .. } => other,
            _ => CodeVerdict::NoMatch,
        },
        Err(_) => CodeVerdict::NoMatch,
    }
}

/// Writes down that the app is enrolled, together with what the registry is to be told, and tells it.
pub(super) async fn record(
    desk: &mut dyn Desk,
    intent: &AppIntent,
    code: TotpCode,
    step: u64,
) -> Result<PushState, Stop> {
    begin_step(desk, Step::RecordApp);
    let entry = EntryId(desk.fresh_id());
    let finisher = desk.operator().map(|operator| operator.id);
    let push = AppPush {
        version: VERSION,
        offer: intent.offer,
        factor: intent.factor,
        person: intent.person.id.clone(),
        name: intent.name.clone(),
        settings: intent.settings,
        sealed: intent.sealed.clone(),
        code,
        step,
        identification: intent.identification.clone(),
        replaces: intent.replaces.clone(),
        operator: intent.operator.clone(),
        finished_by: finisher.filter(|finisher| *finisher != intent.operator),
        enrolled_at: desk.registry_now(),
    };
    let recorded = desk
        .commit(Change::AppEnrolled {
            intent: intent.id,
            entry,
            push: Box::new(push),
        })
        .await;
    match recorded {
        Ok(()) => {}
        // Whether it is on disk is not known: nobody must delete the entry from the phone before that is.
        Err(stop @ Stop::Store(_)) => return Err(stop.leaving(Remains::AppUnknown)),
        Err(stop) => return Err(give_up(desk, intent.id, stop).await),
    }
    end_step(desk, Step::RecordApp, Note::None);
    Ok(push_as(desk, entry, Step::PushApp).await)
}

/// Ends the intent: the phone may hold an entry that opens nothing.
async fn give_up(desk: &mut dyn Desk, intent: IntentId, stop: Stop) -> Stop {
    if stop.is_store() {
        // Nothing more can be written down: at the next start it is unfinished work.
        return stop.leaving(Remains::OnPhone);
    }
    let why = end_reason(&stop);
    let remains = Remains::OnPhone;
    match desk
        .commit(Change::IntentEnded {
            intent,
            why,
            remains,
        })
        .await
    {
        Ok(()) => stop.leaving(remains),
        Err(failed) => failed.leaving(remains),
    }
}
