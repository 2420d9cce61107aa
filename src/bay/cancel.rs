//! A cancel that both a plain thread and an async task can heed.

use std::sync::Arc;

use tokio::sync::watch;

/// Cloning gives another handle on the same cancel. Once cancelled, always cancelled.
#[derive(Debug, Clone)]
pub struct Cancel {
    cancelled: Arc<watch::Sender<bool>>,
    parent: Option<Arc<Cancel>>,
}

impl Default for Cancel {
    fn default() -> Self {
        Self::new()
    }
}

impl Cancel {
    /// One that is not cancelled yet.
    pub fn new() -> Self {
        Self {
            cancelled: Arc::new(watch::Sender::new(false)),
            parent: None,
        }
    }

    /// One that is cancelled with this one, or on its own.
    #[must_use]
    pub fn child(&self) -> Self {
        Self {
            parent: Some(Arc::new(self.clone())),
            ..Self::new()
        }
    }

    pub fn cancel(&self) {
        self.cancelled.send_replace(true);
    }

    /// Whether it was cancelled.
    pub fn is_cancelled(&self) -> bool {
        *self.cancelled.borrow()
            || self
                .parent
                .as_ref()
                .is_some_and(|parent| parent.is_cancelled())
    }

    /// Waits until it is cancelled.
    pub async fn cancelled(&self) {
        let mut own = self.cancelled.subscribe();
        // The sender lives as long as `self`, so that waiting cannot fail.
        let own = async { drop(own.wait_for(|cancelled| *cancelled).await) };
        match &self.parent {
            None => own.await,
            Some(parent) => {
                tokio::select! {
                    () = own => {}
                    () = Box::pin(parent.cancelled()) => {}
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_child_ends_with_its_parent_and_not_the_other_way_round() {
        let parent = Cancel::new();
        let (first, second) = (parent.child(), parent.child());
        first.cancel();
        first.cancelled().await;
        assert!(!parent.is_cancelled() && !second.is_cancelled());
        let waiting = tokio::spawn(async move { second.cancelled().await });
        parent.cancel();
        waiting.await.expect("ends with its parent");
    }
}
