//! Questions about authenticator apps and hardware tokens, with what has been entered so far.
//!
//! Invariant: a secret is in here only while it is asked for; what was typed of a code is zeroised.

use jiff::Timestamp;
use zeroize::{Zeroize, Zeroizing};

use crate::domain::factor::{CodeVerdict, FactorKind, TotpCode, TotpSettings};
use crate::domain::{Person, PersonId};
use crate::totp::Picture;
use crate::tui::entry::Line;
use crate::wire::Factor;
use crate::workflow::dialogue::{
    Answer, AppQuestion, CodeOf, OnScreen, Purpose, StationClock, Theirs,
};

/// A question about an app or a token.
pub enum AppAsking {
    /// What is the new app called?
    Name {
        /// What it is called otherwise.
        suggested: String,
        /// What was typed instead.
        line: Line,
    },
    /// The secret is shown, and the code that comes of it asked for.
    Secret(Shown),
    /// The secret has left the screen: once more?
    ShowAgain,
    /// The code of something.
    Code {
        of: CodeOf,
        /// The one that follows a wrong one.
        next: bool,
        /// What the codes before came to.
        wrong: Option<CodeVerdict>,
        code: CodeLine,
    },
    /// Why the codes are wrong.
    Advice {
        of: CodeOf,
        verdict: CodeVerdict,
        /// Whether the station's own clock is to be looked at first.
        station_clock: StationClock,
    },
    Choose {
        purpose: Purpose,
        factors: Vec<Factor>,
        /// A security key will do as well.
        with_key: bool,
        marked: usize,
    },
    /// Which of a list?
    Pick {
        pick: Pick,
        lines: Vec<String>,
        marked: usize,
    },
    /// The person goes: are these theirs?
    Theirs {
        /// All factors of the account.
        factors: Vec<Theirs>,
        /// That one is not was said once: the next time it is meant.
        denied: bool,
    },
    Remove {
        factor: Factor,
        /// The apps and tokens that are left.
        left: Vec<Factor>,
    },
    /// The serial of a hardware token.
    Serial {
        line: Line,
        /// The last answer can't be one.
        wrong: bool,
    },
}

/// What is picked from a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pick {
    /// The administrator who is at the desk and answers for this person.
    Administrator {
        person: String,
        /// Those who can, in the order of the lines.
        ids: Vec<PersonId>,
    },
    /// What this person takes of what waits for them.
    Waiting { person: String },
}

/// A secret on the screen.
pub struct Shown {
    pub enrolment: OnScreen,
    /// The same as a QR code, made once; none where it would be too large for one.
    pub picture: Option<Picture>,
    pub person: Person,
    /// It leaves the screen then.
    pub until: Timestamp,
    /// It is shown as text, for somebody who can't scan.
    pub by_hand: bool,
    /// The QR code's colours are turned round.
    pub inverted: bool,
    /// What the codes before came to.
    pub wrong: Option<CodeVerdict>,
    pub code: CodeLine,
}

impl AppAsking {
    /// The question as it is first shown.
    pub fn of(question: AppQuestion) -> Self {
        match question {
            AppQuestion::NameApp { suggested, .. } => Self::Name {
                suggested,
                line: Line::default(),
            },
            AppQuestion::ShowSecret {
                person,
                enrolment,
                until,
                wrong,
            } => Self::Secret(Shown {
                picture: enrolment.picture(),
                code: CodeLine::of(Some(enrolment.settings())),
                by_hand: false,
                inverted: false,
                enrolment,
                person,
                until,
                wrong,
            }),
            AppQuestion::ShowAgain { .. } => Self::ShowAgain,
            AppQuestion::TypeCode { of, wrong } => Self::code(of, false, wrong),
            AppQuestion::NextCode { of } => Self::code(of, true, None),
            AppQuestion::Advice {
                of,
                verdict,
                station_clock,
            } => Self::Advice {
                of,
                verdict,
                station_clock,
            },
            AppQuestion::ChooseFactor {
                purpose,
                factors,
                with_key,
                ..
            } => Self::Choose {
                purpose,
                factors,
                with_key,
                marked: 0,
            },
            AppQuestion::ChooseAdministrator {
                person,
                administrators,
            } => Self::Pick {
                lines: administrators.iter().map(|who| who.name.clone()).collect(),
                pick: Pick::Administrator {
                    person: person.name,
                    ids: administrators.into_iter().map(|who| who.id).collect(),
                },
                marked: 0,
            },
            AppQuestion::ChooseWaiting { person, names } => Self::Pick {
                pick: Pick::Waiting {
                    person: person.name,
                },
                lines: names,
                marked: 0,
            },
            AppQuestion::ConfirmFactors { factors, .. } => Self::Theirs {
                factors,
                denied: false,
            },
            AppQuestion::ConfirmFactorRemoval { factor, left, .. } => Self::Remove { factor, left },
            AppQuestion::TokenSerial { wrong, .. } => Self::Serial {
                line: Line::default(),
                wrong,
            },
        }
    }

    fn code(of: CodeOf, next: bool, wrong: Option<CodeVerdict>) -> Self {
        let settings = match &of {
            CodeOf::NewApp { .. } => Some(TotpSettings::APP),
            CodeOf::Factor { factor } => {
                (factor.kind == FactorKind::App).then_some(TotpSettings::APP)
            }
            CodeOf::Token { .. } => None,
        };
        Self::Code {
            code: CodeLine::of(settings),
            of,
            next,
            wrong,
        }
    }

    /// The code that is being typed.
    pub fn code_mut(&mut self) -> Option<&mut CodeLine> {
        match self {
            Self::Secret(shown) => Some(&mut shown.code),
            Self::Code { code, .. } => Some(code),
            Self::Name { .. }
            | Self::ShowAgain
            | Self::Advice { .. }
            | Self::Choose { .. }
            | Self::Pick { .. }
            | Self::Theirs { .. }
            | Self::Remove { .. }
            | Self::Serial { .. } => None,
        }
    }

    /// The text that is being typed.
    pub fn line(&mut self) -> Option<&mut Line> {
        match self {
            Self::Name { line, .. } | Self::Serial { line, .. } => Some(line),
            Self::Secret(_)
            | Self::ShowAgain
            | Self::Code { .. }
            | Self::Advice { .. }
            | Self::Choose { .. }
            | Self::Pick { .. }
            | Self::Theirs { .. }
            | Self::Remove { .. } => None,
        }
    }

    /// The mark, and in how many lines.
    pub fn mark(&mut self) -> Option<(&mut usize, usize)> {
        match self {
            Self::Choose {
                factors, marked, ..
            } => Some((marked, factors.len())),
            Self::Pick { lines, marked, .. } => Some((marked, lines.len())),
            Self::Name { .. }
            | Self::Secret(_)
            | Self::ShowAgain
            | Self::Code { .. }
            | Self::Advice { .. }
            | Self::Theirs { .. }
            | Self::Remove { .. }
            | Self::Serial { .. } => None,
        }
    }

    /// One of the factors is not theirs: the answer, once it was said twice.
    pub fn deny(&mut self) -> Option<Answer> {
        match self {
            Self::Theirs { denied, .. } => std::mem::replace(denied, true).then_some(Answer::Keep),
            _ => None,
        }
    }

    /// Enter: the answer, where there is one already.
    pub fn confirm(&mut self) -> Option<Answer> {
        match self {
            Self::Name { line, .. } | Self::Serial { line, .. }
                if !line.as_str().trim().is_empty() =>
            {
                Some(Answer::Typed(line.as_str().trim().to_owned()))
            }
            Self::Serial { wrong, .. } => {
                *wrong = true;
                None
            }
            Self::Secret(shown) => shown.code.take().map(Answer::Code),
            Self::Code { code, .. } => code.take().map(Answer::Code),
            Self::Choose {
                factors, marked, ..
            } => factors.get(*marked).map(|factor| Answer::Factor(factor.id)),
            Self::Pick { pick, marked, .. } => match pick {
                Pick::Administrator { ids, .. } => {
                    ids.get(*marked).cloned().map(Answer::Administrator)
                }
                Pick::Waiting { .. } => Some(Answer::Nth(*marked)),
            },
            Self::Theirs { .. } => Some(Answer::Yes),
            Self::Name { .. } | Self::ShowAgain | Self::Advice { .. } | Self::Remove { .. } => {
                Some(Answer::Yes)
            }
        }
    }

    /// Forgets what has been entered; the question stays.
    pub fn forget_entry(&mut self) {
        if let Some(code) = self.code_mut() {
            code.clear();
        }
        if let Some(line) = self.line() {
            line.clear();
        }
    }
}

/// The most digits of a code.
const DIGITS_MAX: usize = 8;

/// Digits that are being typed.
pub struct CodeLine {
    digits: Zeroizing<String>,
    wanted: Option<u8>,
    /// Enter was pressed too early.
    pub early: bool,
}

impl CodeLine {
    /// For codes of these settings; where they are not known, of 6 to 8 digits.
    fn of(settings: Option<TotpSettings>) -> Self {
        Self {
            digits: Zeroizing::new(String::with_capacity(DIGITS_MAX)),
            wanted: settings.map(|settings| settings.digits),
            early: false,
        }
    }

    pub fn as_str(&self) -> &str {
        &self.digits
    }

    /// How many digits are drawn, typed or not.
    pub fn places(&self) -> u16 {
        let typed = u8::try_from(self.digits.len()).unwrap_or(u8::MAX);
        self.wanted.unwrap_or(6.max(typed)).into()
    }

    /// How many digits the code has, where that is known.
    pub fn wanted(&self) -> Option<u8> {
        self.wanted
    }

    /// Takes a digit and nothing else. Whether the code is complete then, where its length is known.
    pub fn push(&mut self, c: char) -> bool {
        self.early = false;
        let most = self.wanted.map_or(DIGITS_MAX, usize::from);
        if !c.is_ascii_digit() || self.digits.len() >= most {
            return false;
        }
        self.digits.push(c);
        self.wanted.is_some() && self.digits.len() == most
    }

    pub fn pop(&mut self) {
        self.early = false;
        self.digits.pop();
    }

    pub fn clear(&mut self) {
        self.early = false;
        self.digits.zeroize();
    }

    /// The code, where it is complete; it is gone from here then.
    fn take(&mut self) -> Option<TotpCode> {
        let complete = self
            .wanted
            .is_none_or(|wanted| self.digits.len() == usize::from(wanted));
        let code = complete
            .then(|| TotpCode::parse(&self.digits).ok())
            .flatten();
        match code {
            Some(_) => self.clear(),
            None => self.early = true,
        }
        code
    }
}
