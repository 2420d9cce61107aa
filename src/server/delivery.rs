//! Telling people: every notice goes out as mail, to each address of whoever is told, and to a webhook, where these are set.
//!
//! Invariants: a delivery is on disk before it is tried, with the time at which it is tried again, so that a stop at any point loses
//! nothing; what comes twice for that has the same id; an end that nobody was reached by is an alarm. No mail holds a secret, but for
//! the page on which a reset is objected to, whose name is kept as a hash.
//!
//! ```text
//! notices ── addressed: a delivery for each address ── tried, each on its own ─┬─ taken: sent
//!                                                         └─ not now: later ───┴─ refused, or for too long: undeliverable
//! ```

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::task::{Id, JoinSet};

mod fate;
mod letter;
mod mail;
mod settings;
mod webhook;

use super::Registry;
use super::config::{ConfigError, ServeConfig};
use super::database::{Connection, Database, Fault, Write};
use super::secret;
use super::tables::delivery::{self, Due, Way};
use super::tables::notice::{self, Notice};
use super::tables::{audit, contact, setting};
use crate::domain::PersonId;
use crate::text::Language;
use crate::wire::problem_code;
use fate::{Fate, settle};
use letter::Letters;
use mail::Mailer;
pub use settings::{MailConfig, MailTls, WebhookConfig};
use webhook::Webhook;

/// Between two looks at what is to be told.
const EVERY: Duration = Duration::from_millis(500);

/// Between two looks while the database fails.
const AFTER_FAULT: Duration = Duration::from_secs(10);

/// What is under way when the registry stops may end within this time.
const LAST: Duration = Duration::from_secs(5);

/// So many notices are addressed at once.
const ADDRESSED_AT_ONCE: usize = 50;

/// So many messages to the webhook are under way at once.
const HOOKS_AT_ONCE: usize = 4;

/// After the first try, before the second; each pause is twice as long as the one before it, and spread by a fifth.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_mins(1);

/// No pause is longer.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(4);

/// What nobody took for so long is undeliverable.
const GIVEN_UP_AFTER: SignedDuration = SignedDuration::from_hours(3 * 24);

/// For so long an ended delivery is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// The setting with the last notice that is older than [`GIVEN_UP_AFTER`] was when the registry first delivered: what nobody was told of
/// until then is no news.
const AFTER: &str = "delivered-after";

/// By what people are told.
pub struct Post {
    mail: Option<(Mailer, Letters)>,
    hook: Option<Webhook>,
    at_once: usize,
}

impl Post {
    /// What is set; none: nothing is.
    pub fn of(config: &ServeConfig) -> Result<Option<Self>, ConfigError> {
        let mail = match &config.mail {
            None => None,
            Some(mail) => Some((Mailer::of(mail)?, Letters::of(config, mail)?)),
        };
        let hook = config.webhook.as_ref().map(Webhook::of).transpose()?;
        let is_set = mail.is_some() || hook.is_some();
        Ok(is_set.then(|| Self {
            mail,
            hook,
            at_once: config.mail.as_ref().map_or(0, |mail| mail.at_once),
        }))
    }

    fn has(&self, way: Way) -> bool {
        match way {
            Way::Mail => self.mail.is_some(),
            Way::Webhook => self.hook.is_some(),
        }
    }

    fn at_once(&self, way: Way) -> usize {
        match way {
            Way::Mail => self.at_once,
            Way::Webhook => HOOKS_AT_ONCE,
        }
    }
}

/// Why a mail that was to try the settings did not get through, in the server's words or the network's.
#[derive(Debug, PartialEq, Eq)]
pub enum NotSent {
    /// The server is not reached, or takes nothing at present.
    NotNow(String),
    /// It will never take that one.
    Refused(String),
}

/// Sends one mail to try whether any arrives; what the server said.
pub async fn try_mail(
    config: &ServeConfig,
    to: &str,
) -> Result<Result<String, NotSent>, ConfigError> {
    let Some(mail) = &config.mail else {
        return Err(ConfigError::Range {
            setting: "mail",
            found: "not there".to_owned(),
            must: "a section of the configuration (--config), with server and from",
        });
    };
    let (mailer, letters) = (Mailer::of(mail)?, Letters::of(config, mail)?);
    let id = uuid::Uuid::now_v7().to_string();
    let letter = letters.test();
    let said = mailer.send((&id, to), &letter, Timestamp::now());
    Ok(match said.await {
        Fate::Taken(answer) => Ok(answer),
        Fate::NotNow(why) => Err(NotSent::NotNow(why)),
        Fate::Refused(why) => Err(NotSent::Refused(why)),
    })
}

/// Tells people, for as long as the registry serves.
pub async fn run(registry: Arc<Registry>, post: Post, mut stopping: watch::Receiver<bool>) {
    let post = Arc::new(post);
    let mut under_way = UnderWay::default();
    loop {
        let pause = match round(&registry, &post, &mut under_way).await {
            Ok(()) => EVERY,
            Err(error) => {
                tracing::error!(%error, "nobody can be told of anything just now; tried again in a moment");
                AFTER_FAULT
            }
        };
        tokio::select! {
            _ = stopping.wait_for(|stopping| *stopping) => break,
            () = under_way.one_ends() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
    let last = async {
        while !under_way.tries.is_empty() {
            under_way.one_ends().await
        }
    };
    // What is cut off here is tried again at the time that stands in its row.
    let _ = tokio::time::timeout(LAST, last).await;
}

/// What is being tried just now.
#[derive(Default)]
struct UnderWay {
    tries: JoinSet<()>,
    numbers: HashMap<Id, (Way, i64)>,
}

impl UnderWay {
    fn of(&self, way: Way) -> impl Iterator<Item = &i64> {
        let each = self.numbers.values();
        each.filter(move |(of, _)| *of == way)
            .map(|(_, number)| number)
    }

    /// Never, while there is none.
    async fn one_ends(&mut self) {
        match self.tries.join_next_with_id().await {
            Some(Ok((id, ()))) => drop(self.numbers.remove(&id)),
            Some(Err(error)) => drop(self.numbers.remove(&error.id())),
            None => std::future::pending().await,
        }
    }
}

/// Addresses what is new, and tries what is due.
async fn round(
    registry: &Arc<Registry>,
    post: &Arc<Post>,
    under_way: &mut UnderWay,
) -> Result<(), Fault> {
    while address(registry, post).await? == ADDRESSED_AT_ONCE {}
    for way in [Way::Mail, Way::Webhook] {
        let free = post.at_once(way).saturating_sub(under_way.of(way).count());
        if !post.has(way) || free == 0 {
            continue;
        }
        let now = registry.now();
        let mut read = registry.db.read().await?;
        let due = delivery::due(&mut read, way, under_way.of(way), (now, free)).await?;
        drop(read);
        for trial in begin(registry, post, due, now).await? {
            let number = trial.due.number;
            let work = attempt(Arc::clone(registry), Arc::clone(post), trial);
            let id = under_way.tries.spawn(work).id();
            under_way.numbers.insert(id, (way, number));
        }
    }
    Ok(())
}

/// Makes the deliveries of what has none yet; of how many notices that were.
async fn address(registry: &Registry, post: &Post) -> Result<usize, Fault> {
    let mut read = registry.db.read().await?;
    let after = after(&mut read).await?;
    let waiting = notice::unaddressed(&mut read, after, ADDRESSED_AT_ONCE).await?;
    drop(read);
    if waiting.is_empty() {
        return Ok(0);
    }
    let now = registry.now();
    let mut tx = registry.db.write().await?;
    let notices = notice::unaddressed(&mut tx, after, ADDRESSED_AT_ONCE).await?;
    for notice in &notices {
        let (number, person) = notice;
        let new_id = || uuid::Uuid::now_v7().to_string();
        if post.has(Way::Webhook) {
            let to = (*number, Way::Webhook, None);
            delivery::insert(&mut tx, &new_id(), to, now).await?;
        }
        if post.has(Way::Mail) {
            let reached = reached(&mut tx, person.as_ref()).await?;
            let addresses = reached.written_to(now);
            for address in &addresses {
                let to = (*number, Way::Mail, Some(*address));
                delivery::insert(&mut tx, &new_id(), to, now).await?;
            }
            if addresses.is_empty()
                && delivery::insert_nowhere(&mut tx, &new_id(), *number, now).await?
            {
                nobody_told(&mut tx, *number, now).await?;
            }
        }
        notice::set_addressed(&mut tx, *number, now).await?;
    }
    tx.commit().await?;
    Ok(notices.len())
}

async fn reached(
    db: &mut Connection,
    person: Option<&PersonId>,
) -> Result<contact::Contacts, Fault> {
    match person {
        Some(person) => contact::contacts(db, person).await,
        // Nobody said which person an operator is.
        None => Ok(contact::Contacts::default()),
    }
}

async fn nobody_told(tx: &mut Write, number: i64, now: Timestamp) -> Result<(), Fault> {
    let Some(notice) = notice::by_number(tx, number).await? else {
        return Ok(());
    };
    let detail = format!(
        "notice {number} ({} about {}): nobody could be told, because {} has no address",
        notice.kind, notice.about.id, notice.to.id
    );
    let kind = problem_code::NOTICE_UNDELIVERABLE;
    audit::raise(tx, None, (kind, &detail), now).await
}

/// The last notice of before the registry delivered any.
async fn after(db: &mut Connection) -> Result<i64, Fault> {
    let kept = setting::value(db, AFTER).await?;
    Ok(kept.and_then(|kept| kept.parse().ok()).unwrap_or(i64::MAX))
}

/// From now on the registry delivers, if it did not before.
pub async fn begin_to_deliver(db: &Database, now: Timestamp) -> Result<(), Fault> {
    let mut tx = db.write().await?;
    let old = notice::last_before(&mut tx, now - GIVEN_UP_AFTER).await?;
    setting::make(&mut tx, AFTER, &old.to_string()).await?;
    tx.commit().await
}

/// All that a try takes.
struct Trial {
    due: Due,
    notice: Notice,
    language: Option<Language>,
    /// The name of the page on which it is objected to.
    objection: Option<crate::domain::Secret>,
}

/// Notes that these are tried now, and when they are tried again unless something comes of it.
async fn begin(
    registry: &Registry,
    post: &Post,
    due: Vec<Due>,
    now: Timestamp,
) -> Result<Vec<Trial>, Fault> {
    let mut trials = Vec::with_capacity(due.len());
    if due.is_empty() {
        return Ok(trials);
    }
    let mut tx = registry.db.write().await?;
    for due in due {
        delivery::set_tried(&mut tx, due.number, next(&due, now)).await?;
        let found = notice::by_number(&mut tx, due.notice).await?;
        let notice = found.ok_or(Fault::RowNotFound)?;
        let person = notice::person(&mut tx, due.notice).await?;
        let reached = reached(&mut tx, person.as_ref()).await?;
        let objection = match post.has(Way::Mail) && due.way == Way::Mail {
            true => objection(&mut tx, &notice, now).await?,
            false => None,
        };
        trials.push(Trial {
            due,
            notice,
            language: reached.language,
            objection,
        });
    }
    tx.commit().await?;
    Ok(trials)
}

/// A name for the page on which whoever is told objects, where they can. Each try makes one: nobody knows which of them arrives.
async fn objection(
    tx: &mut Write,
    notice: &Notice,
    now: Timestamp,
) -> Result<Option<crate::domain::Secret>, Fault> {
    let Some(reset) = letter::objected_to(notice) else {
        return Ok(None);
    };
    let token = secret::new_token().map_err(|why| Fault::Io(std::io::Error::other(why)))?;
    let hash = secret::hash(token.expose().as_bytes());
    let person = PersonId::new(&notice.to.id);
    let made = notice::insert_objection(tx, &hash, (notice.number, &person, reset), now).await?;
    Ok(made.then_some(token))
}

/// When it is tried again.
fn next(due: &Due, now: Timestamp) -> Timestamp {
    let last = due.made_at + GIVEN_UP_AFTER;
    let then = now + pause(due.tries, &due.id);
    // Whatever the pauses add up to, it is tried at the end once more.
    if now < last { then.min(last) } else { then }
}

/// After so many tries before this one. By its id, so that what began at once is not tried again at once.
fn pause(tries: u32, id: &str) -> SignedDuration {
    let doubled = FIRST_PAUSE
        .checked_mul(1 << tries.min(16))
        .unwrap_or(LONGEST_PAUSE);
    let pause = doubled.min(LONGEST_PAUSE);
    let spread: u32 = id
        .bytes()
        .fold(tries, |sum, b| sum.wrapping_mul(31).wrapping_add(b.into()));
    // 80 to 120 of a hundred.
    let hundredths = i64::from(80 + spread % 41);
    SignedDuration::from_millis(
        i64::try_from(pause.as_millis()).unwrap_or(i64::MAX) / 100 * hundredths,
    )
}

/// Tries one, and keeps what came of it.
async fn attempt(registry: Arc<Registry>, post: Arc<Post>, trial: Trial) {
    let (due, notice) = (&trial.due, &trial.notice);
    let now = registry.now();
    let fate = match (due.way, &post.mail, &post.hook, &due.address) {
        (Way::Mail, Some((mailer, letters)), _, Some(address)) => {
            let page = trial.objection.as_ref();
            match letters.of_notice(notice, trial.language, page) {
                Some(letter) => mailer.send((&due.id, address), &letter, now).await,
                None => Fate::Refused("this release has no words for it".to_owned()),
            }
        }
        (Way::Webhook, _, Some(hook), _) => hook.send(&due.id, notice, now).await,
        _ => return,
    };
    let now = registry.now();
    if let Err(error) = settle(&registry, &trial, &fate, now).await {
        tracing::error!(%error, delivery = due.number, "what came of it could not be kept: it may be sent twice");
    }
}

/// Forgets what ended long ago, and what nobody could object to for as long.
pub async fn tidy(db: &Database, now: Timestamp) -> Result<(), Fault> {
    let mut tx = db.write().await?;
    delivery::forget(&mut tx, now - KEPT).await?;
    // Whoever comes later by their link still reads what became of it.
    notice::forget_objections(&mut tx, now - KEPT).await?;
    contact::forget(&mut tx, now - contact::KEPT).await?;
    tx.commit().await
}
