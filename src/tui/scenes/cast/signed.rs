//! What people sign.

use uuid::Uuid;

use super::{ago, example, main_admin};
use crate::domain::act::{ACT_VERSION, Act, Deed, Party};
use crate::domain::{OfferId, VisitId};

fn party(id: &str, name: &str) -> Party {
    Party {
        id: id.to_owned(),
        name: name.to_owned(),
    }
}

/// What an administrator signs for a colleague.
pub fn act() -> Act {
    Act {
        v: ACT_VERSION,
        id: OfferId(Uuid::nil()),
        signer: party("p-2", &main_admin().name),
        deed: Deed::Vouch {
            person: party("p-1", &example().name),
            organisation: party("o-1", "Example Shipping B.V."),
            visit: VisitId(Uuid::nil()),
            operator: party("op-2", "R. de Boer"),
        },
        asked_at: ago(0),
        until: ago(-300),
    }
}

/// What somebody signs for themself.
pub fn own_act() -> Act {
    Act {
        signer: party("p-1", &example().name),
        deed: Deed::ChangeOwn {
            visit: VisitId(Uuid::nil()),
            operator: party("op-2", "R. de Boer"),
        },
        ..act()
    }
}
