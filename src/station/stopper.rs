//! What a face holds to stop a run: cancelling, without knowing the bay.

use crate::bay::Cancel;

/// Stops everything that was started with it.
#[derive(Debug, Clone, Default)]
pub struct Stopper(Cancel);

impl Stopper {
    pub fn stop(&self) {
        self.0.cancel();
    }

    /// Waits until it is stopped.
    pub async fn stopped(&self) {
        self.0.cancelled().await;
    }

    /// For a desk.
    pub fn cancel(&self) -> Cancel {
        self.0.clone()
    }
}
