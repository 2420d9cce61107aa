//! What is kept in the register, and by what each of it is told from the others.
//!
//! Invariant: identifiers are of different types, so that a serial number is never taken for a tag. Each of them names one item at most;
//! whoever keeps many holds that by an index, or a constraint, over [`Item::identifiers`].

use serde::{Deserialize, Serialize};

use super::tag::Tag;
use crate::domain::words::words;
use crate::domain::{Aaguid, DeliveryId, ItemId, KeyId, OneLine, OrganisationId};

/// A serial number, as the device or its maker says it: it may have been seen elsewhere.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(transparent)]
#[schema(value_type = String, max_length = 200)]
pub struct Serial(pub OneLine<200>);

impl Serial {
    /// Takes what a device or a list says; none: nothing that could be kept.
    pub fn said(text: &str) -> Option<Self> {
        OneLine::kept(text).ok().map(Self)
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// By what a model is counted: the name that the list of models has for it, else the one that it says itself.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(transparent)]
#[schema(value_type = String, max_length = 200)]
pub struct Model(pub OneLine<200>);

impl Model {
    /// Takes the name; none: nothing that could be kept.
    pub fn named(name: &str) -> Option<Self> {
        OneLine::kept(name).ok().map(Self)
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What tells one security key from all others, as long as nothing contradicts it.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(deny_unknown_fields)]
pub struct SerialId {
    pub aaguid: Aaguid,
    pub serial: Serial,
}

impl SerialId {
    /// Of a key that was plugged in; none: its serial number tells it from no other, its tag has to.
    pub fn of(key: &KeyId) -> Option<Self> {
        Some(Self {
            aaguid: key.aaguid,
            serial: Serial::said(key.telling_serial()?)?,
        })
    }
}

/// By what an item is found.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(tag = "by", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Identifier {
    Tag {
        tag: Tag,
    },
    /// What a security key says of itself.
    Key {
        aaguid: Aaguid,
        serial: Serial,
    },
    /// What is printed on a hardware token.
    Token {
        serial: Serial,
    },
}

impl From<SerialId> for Identifier {
    fn from(id: SerialId) -> Self {
        Self::Key {
            aaguid: id.aaguid,
            serial: id.serial,
        }
    }
}

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ItemKind {
    SecurityKey,
    HardwareToken,
}

words! {ItemKind {
    SecurityKey => "security-key",
    HardwareToken => "hardware-token",
}}

/// An item with what only its kind has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Thing {
    SecurityKey {
        aaguid: Aaguid,
        /// Where it tells this key from others.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        serial: Option<Serial>,
        /// As the key states it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        firmware: Option<u64>,
    },
    HardwareToken {
        /// As it is printed on it.
        serial: Serial,
    },
}

impl Thing {
    /// Which kind it is.
    pub fn kind(&self) -> ItemKind {
        match self {
            Self::SecurityKey { .. } => ItemKind::SecurityKey,
            Self::HardwareToken { .. } => ItemKind::HardwareToken,
        }
    }
}

/// Whose a thing is, whoever keeps or uses it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "owner", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Owner {
    /// The desk's own.
    Desk {},
    /// The organisation's that bought it.
    Organisation { organisation: OrganisationId },
}

/// Something that is kept in the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Item {
    pub id: ItemId,
    pub thing: Thing,
    pub model: Model,
    pub owner: Owner,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<Tag>,
    /// With which it came; none: in none that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<DeliveryId>,
}

impl Item {
    /// Whatever it is found by; nothing: it could not be told from others.
    pub fn identifiers(&self) -> Vec<Identifier> {
        let tag = self.tag.map(|tag| Identifier::Tag { tag });
        let own = match &self.thing {
            Thing::SecurityKey { aaguid, serial, .. } => {
                serial.clone().map(|serial| Identifier::Key {
                    aaguid: *aaguid,
                    serial,
                })
            }
            Thing::HardwareToken { serial } => Some(Identifier::Token {
                serial: serial.clone(),
            }),
        };
        tag.into_iter().chain(own).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_told_by_a_serial_number_only_where_that_tells_it() {
        let key = |serial: Option<&str>| KeyId {
            aaguid: Aaguid([7; 16]),
            serial: serial.map(str::to_owned),
            asset_tag: None,
        };
        let id = SerialId::of(&key(Some("28461397"))).expect("told");
        assert_eq!(id.serial.as_str(), "28461397");
        for none in [None, Some("0000000000"), Some(""), Some("12341234")] {
            assert_eq!(SerialId::of(&key(none)), None, "{none:?}");
        }
    }

    #[test]
    fn an_item_is_found_by_all_that_tells_it_and_the_kinds_stay_apart() {
        let tag = Tag::numbered(7).expect("a tag");
        let serial = Serial::said("C00007H").expect("a serial");
        let item = Item {
            id: ItemId(uuid::Uuid::nil()),
            thing: Thing::HardwareToken {
                serial: serial.clone(),
            },
            model: Model::named("c200").expect("a name"),
            owner: Owner::Desk {},
            tag: Some(tag),
            delivery: None,
        };
        let found = item.identifiers();
        assert_eq!(
            found,
            [Identifier::Tag { tag }, Identifier::Token { serial }]
        );
        let text = serde_json::to_string(&found).expect("written");
        assert_eq!(
            text,
            format!(r#"[{{"by":"tag","tag":"{tag}"}},{{"by":"token","serial":"C00007H"}}]"#)
        );
        let read: Vec<Identifier> = serde_json::from_str(&text).expect("read");
        assert_eq!(read, found);
        let more = text.replace("\"by\":\"tag\"", "\"by\":\"tag\",\"more\":1");
        assert!(serde_json::from_str::<Vec<Identifier>>(&more).is_err());
        for kind in ItemKind::ALL {
            assert_eq!(ItemKind::parse(kind.as_str()), Some(kind));
        }
    }
}
