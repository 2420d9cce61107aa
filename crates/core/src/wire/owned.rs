//! A key, app or token of somebody, whichever it is.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Credential, Factor, PersonDetail};
use crate::domain::act::{Going, challenge};
use crate::domain::factor::FactorKind;
use crate::domain::key::ModelBy;
use crate::domain::models::Models;
use crate::domain::suspension::{FactorRef, FactorSort};
use crate::domain::visit::{Held, Suspended};

/// A factor of any sort, as the registry holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "sort", rename_all = "kebab-case")]
pub enum Owned {
    /// On a security key.
    Key(Credential),
    /// An app or a token.
    App(Factor),
}

impl Owned {
    /// By its name at the registry.
    pub fn factor(&self) -> FactorRef {
        match self {
            Self::Key(credential) => FactorRef::Key {
                credential: credential.id.clone(),
            },
            Self::App(factor) => FactorRef::App { factor: factor.id },
        }
    }

    pub fn sort(&self) -> FactorSort {
        match self {
            Self::Key(_) => FactorSort::Key,
            Self::App(_) => FactorSort::App,
        }
    }

    /// Of a key or a token, where it has one.
    pub fn serial(&self) -> Option<&str> {
        match self {
            Self::Key(credential) => credential.key.id.serial.as_deref(),
            Self::App(factor) => match &factor.kind {
                FactorKind::App => None,
                FactorKind::Token { serial } => Some(serial),
            },
        }
    }

    /// As an act names it.
    pub fn going(&self) -> Going {
        let (id, name) = match self {
            Self::Key(credential) => (
                challenge(&credential.id.0).to_base64url(),
                credential.key.model.clone(),
            ),
            Self::App(factor) => (factor.id.to_string(), factor.name.clone()),
        };
        Going {
            sort: self.sort(),
            id,
            name,
            serial: self.serial().map(str::to_owned),
        }
    }

    fn held(&self) -> &Held {
        match self {
            Self::Key(credential) => &credential.held,
            Self::App(factor) => &factor.held,
        }
    }

    /// Since when it is suspended, and why; not where it is removed already.
    pub fn suspended(&self) -> Option<Suspended> {
        self.held().suspended.filter(|_| !self.is_gone())
    }

    /// Since when it waits for its owner; not where it is suspended or removed.
    pub fn waiting_since(&self) -> Option<Timestamp> {
        let waits = !self.is_gone() && self.suspended().is_none();
        self.held().waiting_since.filter(|_| waits)
    }

    /// Whether it is not its person's own, but lent to them, whatever became of it.
    pub fn is_lent(&self) -> bool {
        self.held().lent_until.is_some()
    }

    /// Until when it is lent; not where that is over, or it is suspended, removed or waits.
    pub fn lent_until(&self) -> Option<Timestamp> {
        let opens = !self.is_gone() && self.suspended().is_none() && self.waiting_since().is_none();
        self.held().lent_until.filter(|_| opens)
    }

    /// Whether it is removed, and never valid again.
    pub fn is_gone(&self) -> bool {
        match self {
            Self::Key(credential) => credential.gone_at.is_some(),
            Self::App(factor) => factor.removed_at.is_some(),
        }
    }

    /// Whether it opens something, and proves its owner. What is lent does not.
    pub fn is_valid(&self) -> bool {
        match self {
            Self::Key(credential) => credential.is_valid(),
            Self::App(factor) => factor.is_valid(),
        }
    }
}

impl Credential {
    /// What its model is called, and on whose word. A maker vouches for an AAGUID, not for what a station calls it: that is for the list
    /// to say, and of a model that is in none only the station's word is left.
    pub fn model<'a>(&'a self, models: &'a Models) -> (&'a str, Option<ModelBy>) {
        let reported = &*self.key.model;
        match self.model_by {
            Some(ModelBy::Maker) => match models.name(self.key.id.aaguid) {
                Some(name) => (name, Some(ModelBy::Maker)),
                None => (reported, Some(ModelBy::Said)),
            },
            by => (reported, by),
        }
    }
}

impl PersonDetail {
    /// All that the person has or had: keys before apps and tokens, oldest first.
    pub fn owned(&self) -> Vec<Owned> {
        let keys = self.credentials.iter().cloned().map(Owned::Key);
        let apps = self.factors.iter().cloned().map(Owned::App);
        keys.chain(apps).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Bytes, KeyId, OperatorId, StationId};
    use crate::wire::KeyReport;

    #[test]
    fn an_attested_key_is_called_by_the_list_and_never_by_what_its_station_said() {
        let models = Models::shipped().expect("a list");
        let credential = |aaguid: &str, model_by| Credential {
            id: Bytes(vec![1]),
            key: KeyReport {
                id: KeyId {
                    aaguid: aaguid.parse().expect("an AAGUID"),
                    serial: None,
                    asset_tag: None,
                },
                model: "Something grander".to_owned(),
                firmware: None,
            },
            model_by,
            enrolled_at: Timestamp::UNIX_EPOCH,
            station: StationId::new("s-1"),
            operator: OperatorId::new("o-1"),
            last_tested_at: None,
            gone_at: None,
            held: Held::default(),
        };
        let listed = "2fc0579f-8113-47ea-b116-bb5a8db9202a";
        let attested = credential(listed, Some(ModelBy::Maker));
        let (name, by) = attested.model(&models);
        assert!(name.starts_with("YubiKey"), "{name}");
        assert_eq!(by, Some(ModelBy::Maker));
        for (aaguid, by, shown) in [
            (listed, Some(ModelBy::Said), Some(ModelBy::Said)),
            (listed, None, None),
            (
                "00000000-0000-0000-0000-00000000abcd",
                Some(ModelBy::Maker),
                Some(ModelBy::Said),
            ),
        ] {
            let other = credential(aaguid, by);
            assert_eq!(other.model(&models), ("Something grander", shown));
        }
    }
}
