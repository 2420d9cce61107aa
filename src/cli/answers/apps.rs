//! What the arguments answer to the questions about apps and tokens.
//!
//! Invariant: a code is asked for only when a question wants one, and each line of a descriptor is one code.

use parking_lot::Mutex;

use crate::cli::output::Output;
use crate::cli::secret::{Lines, line_from_terminal};
use crate::cli::totp::args::{CodeSource, Proof, ProofArguments, Qr};
use crate::cli::totp::picture::Shown;
use crate::domain::factor::TotpCode;
use crate::text::{spoken, tr};
use crate::totp::AppSetup;
use crate::wire::Factor;
use crate::workflow::dialogue::{Answer, AppQuestion, CodeOf, Purpose};

/// What the arguments leave open, as a stable word and in words.
pub struct Open {
    /// The word.
    pub code: &'static str,
    pub detail: String,
}

fn open(code: &'static str, detail: impl Into<String>) -> Open {
    let detail = detail.into();
    Open { code, detail }
}

/// The answers of one command.
#[derive(Default)]
pub struct AppAnswers {
    codes: Option<Lines>,
    /// How the secret is shown; nothing of it where this does not say.
    pub qr: Option<Qr>,
    /// What a new app is called.
    pub name: Option<String>,
    /// What a visit is proved with.
    pub proof: ProofArguments,
    /// After the proof comes a key of the run's own: another one, with another PIN.
    pub key_follows: bool,
    /// The token.
    pub serial: Option<String>,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    /// The line of the next code.
    line: usize,
    shown: Option<Shown>,
    said_serial: bool,
}

impl AppAnswers {
    /// Codes from there, and nothing else.
    pub fn of(source: &CodeSource) -> Self {
        Self {
            codes: source.code_fd.map(Lines::of),
            ..Self::default()
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut Memory) -> T) -> T {
        act(&mut self.memory.lock())
    }

    /// Where codes are read from.
    pub fn code_fd(&self) -> Option<u32> {
        self.codes.as_ref().map(Lines::fd)
    }

    /// Takes the secret away from wherever it was put.
    pub fn forget(&self) {
        drop(self.with(|memory| memory.shown.take()));
    }

    /// Answers a question, or says what the arguments leave open.
    pub async fn answer(&self, question: &AppQuestion, output: &Output) -> Result<Answer, Open> {
        match question {
            AppQuestion::NameApp { .. } => Ok(match &self.name {
                Some(name) => Answer::Typed(name.clone()),
                None => Answer::Yes,
            }),
            AppQuestion::ShowSecret {
                enrolment, wrong, ..
            } => {
                self.show(enrolment)?;
                if let Some(verdict) = wrong {
                    output.item("code", verdict, &spoken().code_verdict(verdict));
                }
                self.code(&tr!(spoken(), "cli-code-phone")).await
            }
            AppQuestion::ShowAgain { .. } => Err(open("no-code", tr!(spoken(), "cli-no-code"))),
            AppQuestion::TypeCode { of, wrong } => {
                if let Some(verdict) = wrong {
                    output.item("code", verdict, &spoken().code_verdict(verdict));
                }
                self.code(&tr!(spoken(), "cli-code-of", of = named(of)))
                    .await
            }
            AppQuestion::NextCode { of } => {
                let prompt = tr!(spoken(), "cli-code-next", of = named(of));
                self.code(&prompt).await
            }
            AppQuestion::Advice { of, verdict, .. } => {
                let said = format!("{}: {}", named(of), spoken().code_verdict(verdict));
                output.item("advice", question, &said);
                Ok(Answer::Yes)
            }
            AppQuestion::ChooseFactor {
                purpose,
                factors,
                with_key,
                ..
            } => self.choose(*purpose, factors, *with_key),
            AppQuestion::ChooseAdministrator { administrators, .. } => {
                let named = self.proof.administrator.as_ref();
                let found = administrators.iter().find(|who| Some(&who.id) == named);
                found
                    .map(|who| Answer::Administrator(who.id.clone()))
                    .ok_or_else(|| {
                        let each = administrators.iter();
                        let each: Vec<String> = each
                            .map(|who| format!("{} ({})", who.id, who.name))
                            .collect();
                        let detail =
                            tr!(spoken(), "cli-which-administrator", each = each.join(", "));
                        open("which-administrator", detail)
                    })
            }
            AppQuestion::ChooseWaiting { names, .. } => Err(open(
                "which-factor",
                tr!(spoken(), "cli-which-waiting", each = names.join(", ")),
            )),
            // Asked at the kiosk only: `visit close --confirmed` says it.
            AppQuestion::ConfirmFactors { .. } | AppQuestion::ConfirmFactorRemoval { .. } => {
                Ok(Answer::Yes)
            }
            AppQuestion::TokenSerial { wrong, .. } => {
                let again = self.with(|memory| std::mem::replace(&mut memory.said_serial, true));
                match &self.serial {
                    Some(serial) if !again && !wrong => Ok(Answer::Typed(serial.clone())),
                    _ => Err(open("no-serial", tr!(spoken(), "cli-no-serial"))),
                }
            }
        }
    }

    /// The second time it is there already.
    fn show(&self, app: &AppSetup) -> Result<(), Open> {
        let Some(way) = &self.qr else {
            let detail = tr!(spoken(), "cli-no-qr");
            return Err(open("not-shown", detail));
        };
        self.with(|memory| {
            if memory.shown.is_none() {
                let shown = Shown::new(app, way);
                memory.shown = Some(shown.map_err(|e| open("not-shown", e.to_string()))?);
            }
            Ok(())
        })
    }

    async fn code(&self, prompt: &str) -> Result<Answer, Open> {
        let unreadable = |e: crate::cli::secret::SecretError| {
            open(
                "no-code",
                tr!(
                    spoken(),
                    "cli-code-wanted",
                    prompt = prompt.to_string(),
                    e = e.to_string()
                ),
            )
        };
        loop {
            let text = match &self.codes {
                Some(lines) => {
                    let line = self.with(|memory| {
                        memory.line += 1;
                        memory.line - 1
                    });
                    lines.line(line).await.map_err(unreadable)?
                }
                None => line_from_terminal(prompt, &tr!(spoken(), "cli-a-code"), "--code-fd")
                    .await
                    .map_err(unreadable)?
                    .into(),
            };
            match (TotpCode::parse(&text), &self.codes) {
                (Ok(code), _) => return Ok(Answer::Code(code)),
                (Err(error), Some(_)) => return Err(open("not-a-code", error.to_string())),
                // Typed by a person: asked once more.
                (Err(_), None) => {}
            }
        }
    }

    fn choose(&self, purpose: Purpose, factors: &[Factor], with_key: bool) -> Result<Answer, Open> {
        if purpose == Purpose::Prove {
            match &self.proof.prove_with {
                Some(Proof::Key) if with_key => return Ok(Answer::WithKey),
                Some(Proof::Factor(id)) if factors.iter().any(|f| f.id == *id) => {
                    return Ok(Answer::Factor(*id));
                }
                _ => {}
            }
        }
        let each = factors.iter().map(|f| format!("{} ({})", f.id, f.name));
        let key = with_key.then(|| "key".to_owned());
        let each: Vec<String> = each.chain(key).collect();
        let option = match purpose {
            Purpose::Prove => "--prove-with",
            Purpose::Test | Purpose::Replace | Purpose::Remove => "--factor",
        };
        let detail = tr!(
            spoken(),
            "cli-which-of",
            option = option.to_string(),
            each = each.join(", ")
        );
        Err(open("which-factor", detail))
    }
}

fn named(of: &CodeOf) -> String {
    match of {
        CodeOf::Factor { factor } => factor.name.clone(),
        CodeOf::NewApp { name, .. } => name.clone(),
        CodeOf::Token { serial } => tr!(spoken(), "cli-token", serial = serial.to_string()),
    }
}
