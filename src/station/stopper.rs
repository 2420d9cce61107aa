//! What a face holds to stop a run: cancelling, without knowing the bay.

use crate::bay::Cancel;

/// Stops everything that was started with it.
#[derive(Debug, Clone, Default)]
pub struct Stopper(Cancel);

impl Stopper {
    /// Stops.
    pub fn stop(&self) {
        self.0.cancel();
    }

    /// For a desk.
    pub fn cancel(&self) -> Cancel {
        self.0.clone()
    }
}
