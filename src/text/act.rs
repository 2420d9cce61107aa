//! What somebody signs, in words.

use super::{Text, tr};
use crate::domain::act::{Act, Deed};

/// All that an act says that its signer has to know.
pub fn in_words(t: &Text, act: &Act) -> String {
    match &act.deed {
        Deed::Vouch {
            person,
            organisation,
            operator,
            ..
        } => tr!(
            t,
            "act-vouch",
            signer = act.signer.name.clone(),
            person = person.name.clone(),
            organisation = organisation.name.clone(),
            operator = operator.name.clone()
        ),
        Deed::ChangeOwn { operator, .. } => tr!(
            t,
            "act-change-own",
            signer = act.signer.name.clone(),
            operator = operator.name.clone()
        ),
    }
}
