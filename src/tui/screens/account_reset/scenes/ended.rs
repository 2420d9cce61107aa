//! Scenes of what an agent sees of a reset of theirs that ended, or that was carried out.

use std::sync::Arc;

use super::{agent, home, lost_all, open, reset, second};
use crate::domain::account_reset::ResetState;
use crate::domain::visit::Authority;
use crate::station::face::Update;
use crate::tui::scenes::{Scene, Stage, cast};
use crate::wire::AccountReset;

/// Its scenes.
pub static SCENES: &[Scene] = &[
    ("home-reset-refused", home_refused),
    ("person-reset-refused", page_refused),
    ("person-reset-done", page_done),
];

fn refused() -> AccountReset {
    let mut refused = reset(3, lost_all().person, agent(), 12);
    refused.state = ResetState::Refused;
    refused.ended_by = Some(second());
    refused.ended_at = Some(cast::ago(4));
    refused
}

fn home_refused(stage: &mut Stage) {
    stage.sign_in_as(agent(), home(vec![refused()]));
}

fn page_refused(stage: &mut Stage) {
    open(stage, agent(), lost_all());
    stage.say(Update::Home(Arc::new(home(vec![refused()]))));
}

/// All is deleted, and the visit goes on.
fn page_done(stage: &mut Stage) {
    let mut detail = lost_all();
    detail.credentials.clear();
    detail.visit = cast::detail_in_visit()
        .visit
        .map(|visit| crate::wire::Visit {
            authority: Some(Authority::Released),
            ..visit
        });
    open(stage, agent(), detail);
}
