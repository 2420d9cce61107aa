//! What was done with items of the stock here, kept beside what the registry says of them until that has it too.

use super::super::View;
use super::super::rows::{OwnFate, OwnMovement, item_named, own_movement_row, value};
use super::{NotApplied, Pending};
use crate::domain::EntryId;
use crate::record::OutboxBody;
use crate::wire::MovementPush;

impl<V: View> Pending<'_, V> {
    pub(super) fn move_item(
        &mut self,
        sequence: u64,
        entry: EntryId,
        push: &MovementPush,
    ) -> Result<(), NotApplied> {
        for named in push.movement.what.names() {
            self.point(item_named(&named, push.movement.item));
        }
        let own = OwnMovement {
            entry,
            fate: OwnFate::Waiting,
            movement: push.movement.clone(),
        };
        self.put(own_movement_row(push.movement.item, sequence), &own)
    }

    /// Notes what became of the stock act that an entry reports, if it reports one.
    pub(super) fn mark_movement(
        &mut self,
        made: u64,
        body: &OutboxBody,
        fate: OwnFate,
    ) -> Result<(), NotApplied> {
        let OutboxBody::Movement { push } = body else {
            return Ok(());
        };
        let row = own_movement_row(push.movement.item, made);
        match value::<OwnMovement>(self, &row)? {
            Some(own) => self.put(row, &OwnMovement { fate, ..own }),
            None => Ok(()),
        }
    }
}
