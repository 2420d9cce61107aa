//! Calls about the register of stock.

use reqwest::Method;

use super::{Client, Label, MAX_REPLY_BYTES, RegistryError, decode};
use crate::domain::custody::{Delivery, Place, TagBlock};
use crate::domain::{EntryId, ItemId};
use crate::wire::{DeliveryRequest, ItemHistory, PlaceRequest, Session, StockFeed, TagRequest};

impl Client {
    /// `GET /v1/stock/feed`: what happened in the register after that event. Nobody has to be signed in.
    pub async fn stock_feed(&self, after: u64) -> Result<StockFeed, RegistryError> {
        let after = after.to_string();
        let query = [("after", after.as_str())];
        let make = || {
            self.connection
                .request(Method::GET, &["stock", "feed"], &query)
        };
        let (head, body) = self
            .connection
            .send_as_station(make, None, MAX_REPLY_BYTES)
            .await?;
        decode::reply(&head, &body)
    }

    /// `GET /v1/stock/items/{id}`: an item with all that was done with it.
    pub async fn item_history(
        &self,
        session: &Session,
        item: ItemId,
    ) -> Result<ItemHistory, RegistryError> {
        let id = item.to_string();
        self.get(session, &["stock", "items", &id], &[]).await
    }

    /// `PUT /v1/stock/places/{id}`: a place as it is from now on.
    pub async fn keep_place(
        &self,
        session: &Session,
        request: &PlaceRequest,
    ) -> Result<Place, RegistryError> {
        let id = request.place.id.to_string();
        self.put(session, &["stock", "places", &id], request).await
    }

    /// `PUT /v1/stock/deliveries/{id}`: what a supplier is to send.
    pub async fn keep_delivery(
        &self,
        session: &Session,
        request: &DeliveryRequest,
    ) -> Result<Delivery, RegistryError> {
        let id = request.delivery.id.to_string();
        self.put(session, &["stock", "deliveries", &id], request)
            .await
    }

    /// `POST /v1/stock/tags`: numbers for this station's tags. Safe to repeat with the same `entry`.
    pub async fn reserve_tags(
        &self,
        entry: EntryId,
        request: &TagRequest,
    ) -> Result<TagBlock, RegistryError> {
        let label = Some(Label::from(entry));
        let (head, body) = self
            .sent(&["stock", "tags"], &[], None, label, request)
            .await?;
        decode::reply(&head, &body)
    }

    async fn put<T: serde::de::DeserializeOwned>(
        &self,
        session: &Session,
        path: &[&str],
        body: &(impl serde::Serialize + Sync),
    ) -> Result<T, RegistryError> {
        let make = || {
            let request = self.connection.request(Method::PUT, path, &[])?;
            Ok(request.json(body))
        };
        let (head, body) = self
            .connection
            .send_as_station(make, Some(session), MAX_REPLY_BYTES)
            .await?;
        decode::reply(&head, &body)
    }
}
