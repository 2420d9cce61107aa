//! The register of stock at this station: what is known of it, what is done with it, and what the registry tells of it.
//!
//! Invariant: what is done is judged by the same function as at the registry, on what is known here, and is in the journal before it is
//! said to be done. Whatever moved meanwhile elsewhere makes a conflict of it, which the outbox shows; it is not lost.

use jiff::Timestamp;

use super::Station;
use crate::domain::authority::Action;
use crate::domain::custody::{
    Delivery, Doubt, Evidence, Identifier, Intake, Item, ItemState, Model, Movement, NoSpot, Owner,
    Place, Remark, Serial, SerialId, Spot, StockAct, Tag, TagBlock, Thing, follows,
};
use crate::domain::reason::{StockFault, Unmet};
use crate::domain::{DeliveryId, EntryId, ItemId, KeyFacts, OperatorId, PlaceId};
use crate::record::Change;
pub use crate::store::stock::KnownItem;
use crate::store::stock::{FeedFault, Heard, Register};
use crate::wire::{DeliveryRequest, ItemHistory, MovementPush, PlaceRequest, TagRequest, VERSION};
use crate::workflow::Stop;

/// What is to be done with an item, besides the act.
#[derive(Debug, Clone, Default)]
pub struct Besides {
    /// Who stands by it.
    pub second: Option<OperatorId>,
    /// What was seen.
    pub evidence: Option<Evidence>,
    /// Why.
    pub remark: Option<Remark>,
}

/// Something that was done.
#[derive(Debug, Clone)]
pub struct Done {
    /// The outbox entry that tells the registry.
    pub entry: EntryId,
    /// The item as it is by it.
    pub state: ItemState,
}

/// What is said of a thing that is new to the register.
#[derive(Debug, Clone)]
pub struct New {
    pub tag: Option<Tag>,
    pub owner: Owner,
    /// The delivery that it came in.
    pub delivery: Option<Delivery>,
    /// Where it is put down.
    pub at: Spot,
    /// What speaks against it besides what is found.
    pub doubt: Option<Doubt>,
    /// Why, in words.
    pub why: Option<Remark>,
}

impl From<StockFault> for Stop {
    fn from(fault: StockFault) -> Self {
        Self::Unmet(Unmet::Stock { fault })
    }
}

impl Station {
    /// The register as it is known here.
    pub fn stock(&self) -> Register<'_> {
        Register::of(&self.store, &self.stock)
    }

    /// Asks the registry what happened in its register since it was asked last.
    pub async fn hear_stock(&self) -> Result<Heard, Stop> {
        let client = self.registry()?;
        let mut forgot = false;
        loop {
            let heard = self.stock().heard()?;
            let feed = self.heard(client.stock_feed(heard.after).await)?;
            if feed.last < heard.after {
                tracing::warn!("the registry has lost events of its stock");
                self.stock().forget()?;
                continue;
            }
            match self.stock().take(&feed, heard.after, Timestamp::now()) {
                // One that says that more follows, and tells nothing, would be asked for ever.
                Ok(()) if feed.more && !feed.events.is_empty() => {}
                Ok(()) => {
                    if !feed.events.is_empty() {
                        self.touch();
                    }
                    return Ok(self.stock().heard()?);
                }
                Err(FeedFault::Store(error)) => return Err(error.into()),
                // Another registry, or one that was restored: what it tells now is what holds.
                Err(fault @ FeedFault::Broken { .. }) => {
                    tracing::warn!(%fault, "what is known of the stock is asked for anew");
                    self.stock().forget()?;
                    if std::mem::replace(&mut forgot, true) {
                        let detail = fault.to_string();
                        return Err(Stop::Unreachable(crate::domain::reason::Gap::Unread {
                            detail,
                        }));
                    }
                }
            }
        }
    }

    /// Does something with an item: writes it down, and tells the registry when it can be reached.
    pub fn do_with_item(
        &self,
        item: ItemId,
        what: StockAct,
        besides: Besides,
    ) -> Result<Done, Stop> {
        let operator = self.operator().ok_or(Stop::SignedOut)?;
        self.room()?;
        let known = self.stock().item(item)?;
        let says = what.says();
        if let Some(spot) = says.spot {
            self.check_spot(spot)?;
        }
        let movement = Movement {
            item,
            saw: known.as_ref().map_or(0, |known| known.state.version),
            role: operator.role,
            operator: operator.id,
            second: besides.second,
            evidence: besides.evidence,
            remark: besides.remark,
            at: self.registry_now(),
            what,
        };
        let state = follows(known.as_ref().map(|known| &known.state), &movement)
            .map_err(|refusal| StockFault::Refused { refusal })?;
        self.check_names(item, &movement)?;
        let entry = EntryId(uuid::Uuid::now_v7());
        self.commit(Change::StockMoved {
            entry,
            push: Box::new(MovementPush {
                version: VERSION,
                movement,
            }),
        })?;
        Ok(Done { entry, state })
    }

    /// Takes a key into the register, as it is judged: by what it says, the policy, and what was to come.
    pub fn receive_key(&self, key: &KeyFacts, new: New) -> Result<Done, Stop> {
        let verdict = self.slots.verdict(key);
        let intake = Intake::of_key(key, &verdict, new.delivery.as_ref());
        let thing = Thing::SecurityKey {
            aaguid: key.id.aaguid,
            serial: SerialId::of(&key.id).map(|id| id.serial),
            firmware: key.firmware,
        };
        // What a device calls itself may be nothing.
        let numbers = || format!("USB {:04x}:{:04x}", key.vendor_id, key.product_id);
        let model = Model::named(&key.model).or_else(|| Model::named(&numbers()));
        let name = key.model.clone();
        let model = model.ok_or(StockFault::NoItem { name })?;
        self.receive((thing, model), intake, new)
    }

    /// Takes a hardware token into the register.
    pub fn receive_token(&self, serial: Serial, model: Model, new: New) -> Result<Done, Stop> {
        let came = new.delivery.as_ref();
        let came = came.is_some_and(|came| came.tells_of(&model, Some(&serial)));
        let intake = match came {
            true => Intake::Spare {},
            false => Intake::Quarantined {
                doubt: Doubt::NoDelivery,
            },
        };
        self.receive((Thing::HardwareToken { serial }, model), intake, new)
    }

    fn receive(
        &self,
        (thing, model): (Thing, Model),
        intake: Intake,
        new: New,
    ) -> Result<Done, Stop> {
        let intake = match (intake, new.doubt) {
            (Intake::Spare {}, Some(doubt)) => Intake::Quarantined { doubt },
            (found, _) => found,
        };
        // A new item is blank as far as it is a spare: it says that it has no PIN, and nobody had it in hand before.
        let evidence = (intake == Intake::Spare {}).then_some(Evidence::Blank { touched: false });
        let item = Item {
            id: ItemId(uuid::Uuid::now_v7()),
            thing,
            model,
            owner: new.owner,
            tag: new.tag,
            delivery: new.delivery.map(|delivery| delivery.id),
        };
        let id = item.id;
        let what = StockAct::Receive {
            item: Box::new(item),
            at: new.at,
            intake,
        };
        let besides = Besides {
            evidence,
            remark: new.why,
            ..Besides::default()
        };
        self.do_with_item(id, what, besides)
    }

    /// The tag that somebody means: as scanned or typed, or "next" for the next of this station's.
    pub fn tag_said(&self, text: &str) -> Result<Tag, Stop> {
        if text.trim() == "next" {
            return self.next_tag();
        }
        let text = text.trim();
        Ok(Tag::parse(text).map_err(|_| StockFault::NoTag {
            text: text.to_owned(),
        })?)
    }

    /// Whether what an item is called by it calls no other one, and a tag is one of this station's.
    fn check_names(&self, item: ItemId, movement: &Movement) -> Result<(), Stop> {
        for named in movement.what.names() {
            if self
                .stock()
                .named(&named)?
                .iter()
                .any(|other| other.state.id() != item)
            {
                return Err(StockFault::Taken { named }.into());
            }
            if let Identifier::Tag { tag } = named {
                self.check_tag(tag)?;
            }
        }
        Ok(())
    }

    fn check_tag(&self, tag: Tag) -> Result<(), Stop> {
        match self.tag_blocks()?.iter().any(|block| block.holds(tag)) {
            true => Ok(()),
            false => {
                let tag = tag.to_string();
                Err(StockFault::TagForeign { tag }.into())
            }
        }
    }

    fn check_spot(&self, spot: &Spot) -> Result<(), Stop> {
        let places = self.stock().places()?;
        let Some(place) = places.iter().find(|place| place.id == spot.place) else {
            let name = spot.place.to_string();
            return Err(StockFault::NoPlace { name }.into());
        };
        let label = place.label.to_string();
        place.takes(spot).map_err(|why| {
            match why {
                NoSpot::Another { .. } => StockFault::NoPlace { name: label },
                NoSpot::Closed => StockFault::Closed { place: label },
                NoSpot::Custodian { now } => StockFault::AnsweredBy {
                    place: label,
                    operator: now,
                },
            }
            .into()
        })
    }

    /// The item that somebody means: by tag, as scanned or typed, by serial number, or by its identifier.
    pub fn item_called(&self, name: &str) -> Result<KnownItem, Stop> {
        if let Ok(id) = name.parse() {
            let found = self.stock().item(ItemId(id))?;
            return found.ok_or_else(|| no_item(name));
        }
        if let Ok(tag) = Tag::parse(name)
            && let Some(found) = self
                .stock()
                .named(&Identifier::Tag { tag })?
                .into_iter()
                .next()
        {
            return Ok(found);
        }
        let serial = Serial::said(name.trim());
        let items = self.stock().items()?;
        let is_called = |known: &&KnownItem| {
            known
                .state
                .item
                .identifiers()
                .iter()
                .any(|named| match named {
                    Identifier::Key { serial: own, .. } | Identifier::Token { serial: own } => {
                        Some(own) == serial.as_ref()
                    }
                    Identifier::Tag { .. } => false,
                })
        };
        let mut found = items.iter().filter(is_called);
        match (found.next(), found.count()) {
            (None, _) => Err(no_item(name)),
            (Some(one), 0) => Ok(one.clone()),
            (Some(_), more) => Err(StockFault::SeveralItems {
                name: name.to_owned(),
                count: u32::try_from(more).unwrap_or(u32::MAX).saturating_add(1),
            }
            .into()),
        }
    }

    /// The place that somebody means: by label, tag, or identifier.
    pub fn place_called(&self, name: &str) -> Result<Place, Stop> {
        let id = name.parse().ok().map(PlaceId);
        let tag = Tag::parse(name).ok();
        let wanted = name.trim().to_lowercase();
        let mut found = self.stock().places()?;
        found.retain(|place| {
            Some(place.id) == id
                || (tag.is_some() && place.tag == tag)
                || place.label.to_lowercase() == wanted
        });
        let count = u32::try_from(found.len()).unwrap_or(u32::MAX);
        let name = name.to_owned();
        match (found.pop(), count) {
            (Some(place), 1) => Ok(place),
            (None, _) => Err(StockFault::NoPlace { name }.into()),
            (Some(_), count) => Err(StockFault::SeveralPlaces { name, count }.into()),
        }
    }

    /// The delivery that somebody means: by the number of its order, or by its identifier.
    pub fn delivery_called(&self, name: &str) -> Result<Delivery, Stop> {
        let id = name.parse().ok().map(DeliveryId);
        let found = self.stock().deliveries()?;
        let is_called = |one: &Delivery| Some(one.id) == id || *one.order == *name.trim();
        let found = found.into_iter().rev().find(is_called);
        let name = name.to_owned();
        Ok(found.ok_or(StockFault::NoDelivery { name })?)
    }

    /// Has the registry keep a place as it is from now on.
    pub async fn keep_place(&self, place: Place) -> Result<Place, Stop> {
        self.may_keep()?;
        let session = self.session()?;
        let version = VERSION;
        let request = PlaceRequest { version, place };
        let kept = self.registry()?.keep_place(&session, &request).await;
        let kept = self.heard_in(&session, kept)?;
        self.hear_stock().await?;
        Ok(kept)
    }

    /// Has the registry expect a delivery.
    pub async fn keep_delivery(&self, delivery: Delivery) -> Result<Delivery, Stop> {
        self.may_keep()?;
        let session = self.session()?;
        let version = VERSION;
        let request = DeliveryRequest { version, delivery };
        let kept = self.registry()?.keep_delivery(&session, &request).await;
        let kept = self.heard_in(&session, kept)?;
        self.hear_stock().await?;
        Ok(kept)
    }

    fn may_keep(&self) -> Result<(), Stop> {
        let operator = self.operator().ok_or(Stop::SignedOut)?;
        Ok(operator.role.may(Action::KeepStock)?)
    }

    /// The numbers of which this station makes tags.
    pub fn tag_blocks(&self) -> Result<Vec<TagBlock>, Stop> {
        match &self.joined {
            Some(joined) => Ok(self.stock().blocks(&joined.id)?),
            None => Ok(Vec::new()),
        }
    }

    /// All that was done with an item, as the registry has it.
    pub async fn item_history(&self, item: ItemId) -> Result<ItemHistory, Stop> {
        let session = self.session()?;
        let history = self.registry()?.item_history(&session, item).await;
        self.heard_in(&session, history)
    }

    /// Gets more numbers for tags from the registry.
    pub async fn reserve_tags(&self, count: Option<u32>) -> Result<TagBlock, Stop> {
        let entry = EntryId(uuid::Uuid::now_v7());
        let version = VERSION;
        let request = TagRequest { version, count };
        let block = self.registry()?.reserve_tags(entry, &request).await;
        let block = self.heard(block)?;
        self.hear_stock().await?;
        Ok(block)
    }

    /// The next tag of this station's that no item or place has.
    pub fn next_tag(&self) -> Result<Tag, Stop> {
        let places = self.stock().places()?;
        for block in self.tag_blocks()? {
            for tag in block.tags_from(block.first()) {
                let is_of_place = places.iter().any(|place| place.tag == Some(tag));
                if !is_of_place && !self.stock().was_given(tag)? {
                    return Ok(tag);
                }
            }
        }
        Err(StockFault::NoTags.into())
    }
}

fn no_item(name: &str) -> Stop {
    let name = name.to_owned();
    StockFault::NoItem { name }.into()
}
