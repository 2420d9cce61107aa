//! The station's side of [`ResetDesk`].

use super::{Face, StationDesk, WITH_TOUCH, fault_of_bay};
use crate::bay::KeyError;
use crate::ctap::AnyDevice;
use crate::domain::KeyFacts;
use crate::station::keys;
use crate::workflow::{KeyFault, NotReset, ResetDesk};

impl<F: Face + Sync + 'static> ResetDesk for StationDesk<F> {
    async fn reset_key(&mut self, key: &KeyFacts) -> Result<(), NotReset> {
        self.cleared().await.map_err(|_| NotReset::Failed {
            fault: KeyFault::Cancelled,
            nothing_done: true,
        })?;
        self.run(key, WITH_TOUCH, AnyDevice::reset)
            .await
            .map_err(|failed| match &failed.error {
                KeyError::Ctap { error, .. } => keys::reset::not_reset(error),
                KeyError::NoKey
                | KeyError::NotReady { .. }
                | KeyError::Busy { .. }
                | KeyError::Gone { begun: false, .. } => NotReset::Failed {
                    fault: fault_of_bay(&failed.error),
                    nothing_done: true,
                },
                KeyError::Gone { begun: true, .. } | KeyError::Cancelled { .. } => {
                    NotReset::Failed {
                        fault: fault_of_bay(&failed.error),
                        nothing_done: false,
                    }
                }
            })
    }
}
