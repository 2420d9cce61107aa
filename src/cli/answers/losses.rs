//! What the arguments answer to the questions about losses.

use crate::domain::visit::SuspendedWhy;
use crate::text::{spoken, tr};
use crate::wire::Owned;
use crate::workflow::dialogue::{Answer, LossQuestion};

/// What the arguments answer to the questions about losses.
#[derive(Default)]
pub struct LossAnswers {
    /// Why it is suspended.
    pub why: Option<SuspendedWhy>,
    /// The serial number of the key or token that is meant.
    pub serial: Option<String>,
}

impl LossAnswers {
    /// The answer, or what the arguments leave open, as a stable word and in words.
    pub fn answer(&self, question: &LossQuestion) -> Result<Answer, (&'static str, String)> {
        match question {
            LossQuestion::Choose { owned, .. } => self.choose(owned),
            LossQuestion::Suspend { owned, .. } if !self.is_meant(owned) => {
                Err(("which-factor", tr!(spoken(), "cli-no-such-serial")))
            }
            LossQuestion::Suspend { offered, .. } => match self.why {
                Some(why) if offered.contains(&why) => Ok(Answer::Why(why)),
                _ => {
                    let words: Vec<&str> = offered.iter().map(|why| why.as_str()).collect();
                    let detail = tr!(
                        spoken(),
                        "cli-only-graver",
                        words = words.join(&format!(" {} ", tr!(spoken(), "cli-or")))
                    );
                    Err(("not-graver", detail))
                }
            },
        }
    }

    /// The only factor that there is was not named by anybody yet.
    fn is_meant(&self, owned: &Owned) -> bool {
        self.serial.is_none() || owned.serial() == self.serial.as_deref()
    }

    fn choose(&self, owned: &[Owned]) -> Result<Answer, (&'static str, String)> {
        let named: Vec<&Owned> = owned
            .iter()
            .filter(|owned| self.serial.is_some() && owned.serial() == self.serial.as_deref())
            .collect();
        match (named.as_slice(), &self.serial) {
            ([one], _) => return Ok(Answer::Which(one.factor())),
            ([], Some(_)) => {
                return Err(("which-factor", tr!(spoken(), "cli-no-such-serial")));
            }
            _ => {}
        }
        let text = spoken();
        let each: Vec<String> = owned
            .iter()
            .map(|owned| format!("{} ({})", owned.factor(), text.owned(owned)))
            .collect();
        let detail = tr!(spoken(), "cli-which-factor", each = each.join(", "));
        Err(("which-factor", detail))
    }
}
