//! A phone with an authenticator app, its clock adjustable, and the person who holds it at a station.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use keydesk::domain::factor::{CodeVerdict, TotpCode, TotpSettings};
use keydesk::domain::visit::SuspendedWhy;
use keydesk::program::demo::world::ScriptedFace;
use keydesk::station::desk::Face;
use keydesk::totp::{AppSetup, TotpSecret, code_at};
use keydesk::workflow::Stop;
use keydesk::workflow::dialogue::{
    Answer, AppQuestion, CodeOf, Event, LossQuestion, Purpose, Question,
};
use parking_lot::Mutex;

use crate::scenarios::{PIN, SLOT};

/// What everybody's clock but the station's is ahead of the machine's, in seconds: so the time goes by that people wait.
pub type Ahead = Arc<AtomicI64>;

/// The entries of an app, by the name that the registry has for each.
#[derive(Default)]
struct Entries {
    named: BTreeMap<String, TotpSecret>,
    /// The last step of each whose code was read out.
    read: BTreeMap<String, u64>,
}

/// A phone.
#[derive(Clone)]
pub struct Phone {
    entries: Arc<Mutex<Entries>>,
    ahead: Ahead,
    /// By how many seconds its own clock is fast.
    pub fast_s: Arc<AtomicI64>,
}

impl Phone {
    /// With nothing on it.
    pub fn new(ahead: &Ahead) -> Self {
        Self {
            entries: Arc::default(),
            ahead: Arc::clone(ahead),
            fast_s: Arc::default(),
        }
    }

    /// Reads the URI of a QR code, as an app does, and knows the entry by this name from then on.
    pub fn scan(&self, app: &AppSetup, name: &str) {
        self.read_uri(&app.uri(), name);
    }

    /// The same for the text of a QR code.
    pub fn read_uri(&self, uri: &str, name: &str) {
        let rest = uri.strip_prefix("otpauth://totp/").expect("a URI for TOTP");
        let (_, query) = rest.split_once('?').expect("a query");
        let secret = query
            .split('&')
            .find_map(|pair| pair.strip_prefix("secret="));
        let secret = TotpSecret::from_base32(secret.expect("a secret")).map_err(|e| e.to_string());
        let mut entries = self.entries.lock();
        entries
            .named
            .insert(name.to_owned(), secret.expect("base32"));
        entries.read.remove(name);
    }

    /// What is on it.
    pub fn names(&self) -> Vec<String> {
        self.entries.lock().named.keys().cloned().collect()
    }

    /// The secret of an entry, in base32.
    pub fn base32(&self, name: &str) -> String {
        let entries = self.entries.lock();
        let secret = entries.named.get(name).expect("an entry");
        secret.to_base32().to_string()
    }

    /// The same as it is.
    pub fn secret(&self, name: &str) -> Vec<u8> {
        let entries = self.entries.lock();
        let secret = entries.named.get(name).expect("an entry");
        secret.as_bytes().to_vec()
    }

    /// The last step of an entry whose code was read out.
    pub fn last_step(&self, name: &str) -> Option<u64> {
        self.entries.lock().read.get(name).copied()
    }

    fn now(&self) -> Timestamp {
        let ahead = self.ahead.load(Ordering::SeqCst) + self.fast_s.load(Ordering::SeqCst);
        Timestamp::now() + SignedDuration::from_secs(ahead)
    }

    /// The code that it shows; of the next step where that of this one was read out already.
    pub fn code(&self, name: &str) -> TotpCode {
        let here = TotpSettings::APP.step_at(self.now());
        let mut entries = self.entries.lock();
        let step = match entries.read.get(name) {
            Some(read) if *read >= here && *read <= here + 3 => read + 1,
            _ => here,
        };
        entries.read.insert(name.to_owned(), step);
        let secret = entries.named.get(name).expect("an entry");
        code(secret, step)
    }

    /// A code that was right days ago, each time another one.
    pub fn stale(&self, name: &str) -> TotpCode {
        let here = TotpSettings::APP.step_at(self.now());
        let mut entries = self.entries.lock();
        let last = entries.read.get(name).copied().unwrap_or(here);
        let step = last.min(here - 7000) - 13;
        entries.read.insert(name.to_owned(), step);
        code(entries.named.get(name).expect("an entry"), step)
    }
}

fn code(secret: &TotpSecret, step: u64) -> TotpCode {
    TotpCode::parse(&code_at(secret, TotpSettings::APP, step)).expect("a code")
}

/// How the person behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Scans and reads out what the phone shows.
    Willing,
    /// Reads the first code with two digits the wrong way round.
    Hasty,
    /// Reads out the entry of this name all the time.
    Mistaken(&'static str),
    /// Walks away once the secret is on the screen, having scanned it.
    Leaves,
    /// Has no code that is right: reads out stale ones.
    Hopeless,
}

/// The people in front of the screen: a practised operator, and a person with a phone.
pub struct People {
    keys: ScriptedFace,
    pub phone: Phone,
    manner: Manner,
    /// Sets the phone's clock when told that it is wrong.
    heeds: bool,
    proves_with: Mutex<Option<String>>,
    serial: Option<String>,
    /// What they say of a factor that is lost.
    why: SuspendedWhy,
    said: Mutex<Said>,
}

/// What happened.
#[derive(Default)]
struct Said {
    name: String,
    hasty: bool,
    questions: Vec<AppQuestion>,
    asked: Vec<Question>,
}

impl People {
    pub fn new(phone: &Phone, manner: Manner) -> Self {
        Self {
            keys: ScriptedFace::new(SLOT, PIN),
            phone: phone.clone(),
            manner,
            heeds: true,
            proves_with: Mutex::default(),
            serial: None,
            why: SuspendedWhy::Lost,
            said: Mutex::default(),
        }
    }

    /// Proves the person with the factor of this name, or with a key.
    #[must_use]
    pub fn proving_with(self, name: &str) -> Self {
        *self.proves_with.lock() = Some(name.to_owned());
        self
    }

    /// With a token of this serial number, which is an entry of the phone here.
    #[must_use]
    pub fn holding(self, serial: &str) -> Self {
        Self {
            serial: Some(serial.to_owned()),
            ..self
        }
    }

    /// Who say this of a factor that is lost.
    #[must_use]
    pub fn losing(self, why: SuspendedWhy) -> Self {
        Self { why, ..self }
    }

    /// What was asked of any sort, in order.
    pub fn asked(&self) -> Vec<Question> {
        self.said.lock().asked.clone()
    }

    /// What was asked about apps, in order.
    pub fn questions(&self) -> Vec<AppQuestion> {
        self.said.lock().questions.clone()
    }

    /// The advice that was given, in order.
    pub fn advice(&self) -> Vec<CodeVerdict> {
        let advice = |question: &AppQuestion| match question {
            AppQuestion::Advice { verdict, .. } => Some(verdict.clone()),
            _ => None,
        };
        self.questions().iter().filter_map(advice).collect()
    }

    fn code(&self, name: &str) -> TotpCode {
        match self.manner {
            Manner::Mistaken(other) => self.phone.code(other),
            Manner::Hopeless => self.phone.stale(name),
            Manner::Hasty if !std::mem::replace(&mut self.said.lock().hasty, true) => {
                misread(&self.phone.code(name))
            }
            Manner::Willing | Manner::Hasty | Manner::Leaves => self.phone.code(name),
        }
    }

    fn code_of(&self, of: &CodeOf) -> TotpCode {
        match of {
            CodeOf::Factor { factor } => self.code(&factor.name),
            CodeOf::NewApp { name, .. } => self.code(name),
            CodeOf::Token { serial } => self.code(serial),
        }
    }
}

/// One digit off.
fn misread(code: &TotpCode) -> TotpCode {
    let mut digits = code.as_str().as_bytes().to_vec();
    digits[3] = if digits[3] == b'7' { b'1' } else { b'7' };
    TotpCode::parse(std::str::from_utf8(&digits).expect("digits")).expect("a code")
}

#[async_trait(?Send)]
impl Face for People {
    fn tell(&self, event: Event) {
        self.keys.tell(event);
    }

    async fn ask(&self, question: Question) -> Result<Answer, Stop> {
        self.said.lock().asked.push(question.clone());
        if let Question::Loss(LossQuestion::Suspend { .. }) = question {
            return Ok(Answer::Why(self.why));
        }
        let Question::App(question) = question else {
            return self.keys.ask(question).await;
        };
        self.said.lock().questions.push(question.clone());
        match question {
            AppQuestion::NameApp { suggested, .. } => {
                self.said.lock().name = suggested;
                Ok(Answer::Yes)
            }
            AppQuestion::ShowSecret { enrolment, .. } => {
                let name = self.said.lock().name.clone();
                if !self.phone.names().contains(&name) {
                    self.phone.scan(&enrolment, &name);
                }
                match self.manner {
                    Manner::Leaves => Err(Stop::Cancelled),
                    _ => Ok(Answer::Code(self.code(&name))),
                }
            }
            AppQuestion::ShowAgain { .. } => Ok(Answer::Yes),
            AppQuestion::TypeCode { of, .. } | AppQuestion::NextCode { of } => {
                Ok(Answer::Code(self.code_of(&of)))
            }
            AppQuestion::Advice { verdict, .. } => {
                if let (CodeVerdict::Clock { .. }, true) = (verdict, self.heeds) {
                    self.phone.fast_s.store(0, Ordering::SeqCst);
                }
                Ok(Answer::Yes)
            }
            AppQuestion::ChooseFactor {
                purpose, factors, ..
            } => {
                let wanted = self.proves_with.lock().clone();
                let named = |factor: &&keydesk::wire::Factor| match purpose {
                    Purpose::Prove => wanted.as_ref() == Some(&factor.name),
                    _ => true,
                };
                let chosen = factors.iter().find(named);
                Ok(chosen.map_or(Answer::WithKey, |factor| Answer::Factor(factor.id)))
            }
            AppQuestion::ChooseAdministrator { administrators, .. } => Ok(administrators
                .first()
                .map_or(Answer::Done, |who| Answer::Administrator(who.id.clone()))),
            AppQuestion::ChooseWaiting { .. } => Ok(Answer::Nth(0)),
            AppQuestion::ConfirmFactors { .. } => Ok(Answer::Yes),
            AppQuestion::ConfirmFactorRemoval { .. } => Ok(Answer::Yes),
            AppQuestion::TokenSerial { .. } => {
                Ok(Answer::Typed(self.serial.clone().expect("a token")))
            }
        }
    }
}
