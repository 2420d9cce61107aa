//! A key, app or token of somebody, whichever it is.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Credential, Factor, PersonDetail};
use crate::domain::factor::FactorKind;
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

    /// Whether it is removed, and never valid again.
    pub fn is_gone(&self) -> bool {
        match self {
            Self::Key(credential) => credential.gone_at.is_some(),
            Self::App(factor) => factor.removed_at.is_some(),
        }
    }

    /// Whether it opens something.
    pub fn is_valid(&self) -> bool {
        match self {
            Self::Key(credential) => credential.is_valid(),
            Self::App(factor) => factor.is_valid(),
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
