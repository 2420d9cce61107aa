//! The runs, and what each of them finds when it begins.

use keydesk::domain::UsbPath;
use keydesk::domain::authority::Role;
use keydesk::domain::care::Setting;
use keydesk::program::demo::world::ScriptedFace;
use keydesk::workflow::care::PinWish;
use keydesk::workflow::dialogue::{Answer, CareJob, Ending};
use keydesk::workflow::loss::SuspendOrder;
use keydesk::workflow::{self, Desk, How, Order, Stop};

use super::scene::Scene;
use crate::resets;
use crate::scenarios::{PIN, SLOT};

/// Whose run it is.
pub const OURS: usize = 1;

/// A run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    Enrol,
    Second,
    Again,
    Test,
    TestFor,
    FirstPin,
    ChangePin,
    Configure,
    Delete,
    Reset,
    Resolve,
    Withdraw,
    Suspend,
    Lift,
}

/// What the key in the slot is when the run begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// As it came out of its box.
    Blank,
    /// Enrolled for the person.
    Enrolled,
    /// Enrolled for the person, who reported it lost.
    Suspended,
    /// Blank; another key of the person proves who they are.
    Beside,
    /// It holds a credential that nobody has proven.
    Unproven,
    /// It holds a credential that the registry refused.
    Refused,
}

impl Work {
    pub fn start(self) -> Start {
        match self {
            Self::Enrol | Self::FirstPin => Start::Blank,
            Self::Second => Start::Beside,
            Self::Again
            | Self::Test
            | Self::TestFor
            | Self::ChangePin
            | Self::Configure
            | Self::Delete
            | Self::Reset
            | Self::Suspend => Start::Enrolled,
            Self::Resolve => Start::Unproven,
            Self::Withdraw => Start::Refused,
            Self::Lift => Start::Suspended,
        }
    }

    /// Who does it.
    pub fn role(self) -> Role {
        match self {
            Self::Configure => Role::StationAdministrator,
            _ => Role::HelpDesk,
        }
    }

    /// Whether another run finds the desks as this one found them.
    pub fn leaves_desks_as_they_are(self) -> bool {
        self.role() == Role::HelpDesk && self.start() != Start::Refused
    }

    /// How the operator and the person answer.
    pub fn face(self, scene: &Scene) -> ScriptedFace {
        let face = ScriptedFace::new(SLOT, PIN).telling(resets::order().case);
        match self {
            Self::Configure => {
                face.wanting([Answer::Settings(vec![Setting::AlwaysUv { on: true }])])
            }
            Self::Delete => face.wanting([Answer::Remove(scene.enrolled().into())]),
            Self::ChangePin => face.choosing("8642-person"),
            _ => face,
        }
    }

    /// Carries it out.
    pub async fn run(self, desk: &mut dyn Desk, scene: &Scene) -> Result<Ending, Stop> {
        let person = scene.person();
        let care = |care| Order::Care {
            at: Some(UsbPath::new(SLOT)),
            care,
            pin: PinWish::default(),
        };
        let order = match self {
            Self::Enrol | Self::Second | Self::Again => Order::Enrol { person },
            Self::Test => care(CareJob::Test),
            Self::TestFor => Order::TestFor {
                person,
                identification: None,
            },
            Self::FirstPin => care(CareJob::SetPin),
            Self::ChangePin => care(CareJob::ChangePin),
            Self::Configure => care(CareJob::Configure),
            Self::Delete => care(CareJob::Credentials),
            Self::Reset => Order::Reset(resets::order()),
            Self::Resolve => {
                let open = scene.first.station.store().unfinished().expect("read");
                let work = open.into_iter().next().expect("unfinished work");
                Order::Resolve {
                    intent: work.id(),
                    how: How::WithKey,
                }
            }
            Self::Withdraw => {
                let waiting = scene.first.station.store().outbox().expect("read");
                Order::Withdraw {
                    entry: waiting.first().expect("refused").id,
                    how: How::WithKey,
                }
            }
            Self::Suspend => Order::Suspend(Box::new(SuspendOrder {
                person,
                factor: None,
                shown: None,
            })),
            Self::Lift => Order::Lift {
                person,
                factor: None,
            },
        };
        workflow::run(desk, order).await
    }
}
