//! What the arguments answer to the questions about the reset of an account.

use crate::domain::exception::EXCEPTION_DAYS_MAX;
use crate::domain::identification::AwayMeans;
use crate::text::{spoken, tr};
use crate::workflow::dialogue::{AccountResetQuestion, Answer};

/// What the arguments answer to the questions about the reset of an account.
#[derive(Default)]
pub struct AccountResetAnswers {
    /// The person's, which confirms a release.
    pub last_name: Option<String>,
    /// They were called back.
    pub called_back: bool,
    /// They were seen by video.
    pub seen: bool,
    /// In how many working days the person may come.
    pub days: Option<u8>,
}

impl AccountResetAnswers {
    /// The answer, or what the arguments leave open, as a stable word and in words.
    pub fn answer(
        &self,
        question: &AccountResetQuestion,
    ) -> Result<Answer, (&'static str, String)> {
        match question {
            AccountResetQuestion::Why { .. } => Err(("no-reason", tr!(spoken(), "cli-no-reason"))),
            AccountResetQuestion::Way {
                means: AwayMeans::CallBack,
                other,
                ..
            } if !self.called_back => match (*other, self.seen) {
                (true, true) => Ok(Answer::OtherWay),
                (true, false) => Err(("which-way", tr!(spoken(), "cli-which-way"))),
                (false, _) => Err(("not-called-back", tr!(spoken(), "cli-not-called-back"))),
            },
            AccountResetQuestion::Way {
                means: AwayMeans::Video,
                other: true,
                ..
            } if !self.seen && self.called_back => Ok(Answer::OtherWay),
            AccountResetQuestion::Way {
                means: AwayMeans::Video,
                ..
            } if !self.seen => Err(("not-seen", tr!(spoken(), "cli-not-seen"))),
            AccountResetQuestion::Way { .. } => Ok(Answer::Yes),
            AccountResetQuestion::Except { wrong: false, .. } => match self.days {
                Some(days) => Ok(Answer::Typed(days.to_string())),
                None => Err(("no-days", tr!(spoken(), "cli-no-days"))),
            },
            AccountResetQuestion::Except { wrong: true, .. } => {
                let max = u32::from(EXCEPTION_DAYS_MAX);
                Err(("no-days", tr!(spoken(), "cli-wrong-days", max = max)))
            }
            // Asking for it, with all that it says, is the answer.
            AccountResetQuestion::Ask { .. }
            | AccountResetQuestion::Object { .. }
            | AccountResetQuestion::CarryOut { .. } => Ok(Answer::Yes),
            AccountResetQuestion::Which { .. } => Err(("no-reset", tr!(spoken(), "cli-no-reset"))),
            AccountResetQuestion::Releaser { .. } => {
                Err(("no-releaser", tr!(spoken(), "cli-no-releaser")))
            }
            AccountResetQuestion::Release { wrong: false, .. } => match &self.last_name {
                Some(name) => Ok(Answer::Typed(name.clone())),
                None => Err(("no-last-name", tr!(spoken(), "cli-no-last-name"))),
            },
            AccountResetQuestion::Release {
                wrong: true, act, ..
            } => Err((
                "name-differs",
                tr!(
                    spoken(),
                    "cli-name-differs",
                    person = (act.subject().id).to_string()
                ),
            )),
        }
    }
}
