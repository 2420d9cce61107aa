//! What an operator starts on a person's page about the factor that is marked there: it is lost, or it turned up.

use super::Effect;
use super::desk::start as start_once;
use crate::station::face::Command;
use crate::tui::model::Model;
use crate::wire::Owned;
use crate::workflow::loss::SuspendOrder;

/// The marked factor is lost. What the page shows of it goes along: it will do where the registry can't be reached.
pub(super) fn lost(model: &mut Model) -> Vec<Effect> {
    let Some(page) = &model.desk.person else {
        return Vec::new();
    };
    let Some(owned) = page.marked().filter(|owned| !owned.is_gone()) else {
        return Vec::new();
    };
    let order = SuspendOrder {
        person: page.person.id.clone(),
        factor: Some(owned.factor()),
        shown: page.detail.clone(),
    };
    let order = Box::new(order);
    start_once(model, Command::Suspend { order })
}

/// The marked factor turned up.
pub(super) fn found(model: &mut Model) -> Vec<Effect> {
    let Some(page) = &model.desk.person else {
        return Vec::new();
    };
    let Some(owned) = page.marked().filter(|owned| owned.suspended().is_some()) else {
        return Vec::new();
    };
    let command = Command::Lift {
        person: page.person.id.clone(),
        factor: owned.factor(),
    };
    start_once(model, command)
}

/// Does the key in the bay work for this person? Asked where a key of theirs is marked; `None`: it is none.
pub(super) fn test_key(model: &mut Model) -> Option<Vec<Effect>> {
    let page = model.desk.person.as_ref()?;
    let Some(Owned::Key(_)) = page.marked() else {
        return None;
    };
    let person = page.person.id.clone();
    Some(start_once(model, Command::TestFor { person }))
}
