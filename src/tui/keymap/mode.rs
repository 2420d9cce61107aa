//! Which screen is in front, as far as keys are concerned.

use crate::domain::factor::FactorKind;
use crate::domain::visit::SuspendedWhy;
use crate::tui::model::{
    AppAsking, Asking, BatchAsking, BatchPage, BatchState, CareAsking, Front, LossAsking, Model,
    Page, PersonPage, Run,
};
use crate::wire::Owned;
use crate::workflow::dialogue::Ending;

/// What is marked on a person's page, as far as something can be done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Chosen {
    /// Nothing, or something that is over.
    Nothing,
    /// A key that is enrolled.
    Key,
    /// An app that is active.
    App,
    /// A token that is.
    Token,
    /// Something that waits for its owner.
    Waiting,
    /// Something that is lost, and that its owner may find.
    Lost,
}

impl Chosen {
    fn of(page: Option<&PersonPage>) -> Self {
        match page.and_then(PersonPage::marked) {
            None => Self::Nothing,
            Some(owned) if owned.is_gone() => Self::Nothing,
            Some(owned) => match (owned.suspended(), owned) {
                (Some(held), _) if held.why == SuspendedWhy::Lost => Self::Lost,
                (Some(_), _) => Self::Nothing,
                (None, owned) if owned.waiting_since().is_some() => Self::Waiting,
                (None, Owned::Key(_)) => Self::Key,
                (None, Owned::App(factor)) => match factor.kind {
                    FactorKind::App => Self::App,
                    FactorKind::Token { .. } => Self::Token,
                },
            },
        }
    }
}

/// What is on the screen, as far as keys are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Nobody is signed in.
    SignIn,
    /// The one-time code is typed.
    Code,
    /// Home: typing searches.
    Home,
    /// A person's page, by what is marked on it.
    Person(Chosen),
    Outbox,
    /// Something is given up by typing a name.
    GiveUp,
    Unfinished,
    /// The keys in the bay.
    Keys,
    Key,
    Settings,
    /// Something that can't be undone is confirmed.
    ConfirmCare,
    Credentials,
    Fingerprints,
    Naming,
    SeePin,
    /// A profile or a list is chosen.
    Batches,
    Statement,
    /// The dry run.
    Forecast,
    Board,
    /// The board of a batch that is over.
    BoardOver,
    /// On the board, a PIN or a tag is typed.
    BoardTyping,
    /// On the board, keys with warnings are admitted.
    BoardAdmit,
    /// A run is working or waits for something that is not a key press.
    Running,
    /// Identification: the document is chosen.
    Document,
    /// Identification: its characters are typed.
    LastFour,
    ChooseKey,
    /// No key to choose from.
    InsertKey,
    /// A key with warnings.
    Admit,
    /// A key that policy refuses.
    Refused,
    Pin,
    /// Test instead?
    Retest,
    TouchAgain,
    /// The secret of an app is on the screen as a QR code; the code is typed.
    Scan,
    /// The same, as text.
    ByHand,
    /// The code of an app or token is typed.
    TotpCode,
    /// The secret again?
    ShowAgain,
    /// Why a code is wrong.
    Advice,
    ChooseFactor,
    /// One of a list.
    Pick,
    /// Are these the person's own?
    Theirs,
    RemoveFactor,
    /// A factor of any sort is chosen.
    ChooseOwned,
    Suspend,
    /// A run has ended with an enrolled key.
    Enrolled,
    /// A run has ended otherwise.
    Ended,
    /// Locked over a run.
    Locked,
    NotSignedIn,
}

impl Mode {
    #[cfg(test)]
    pub const ALL: [Self; 52] = [
        Self::SignIn,
        Self::Code,
        Self::Home,
        Self::Person(Chosen::Nothing),
        Self::Person(Chosen::Key),
        Self::Person(Chosen::App),
        Self::Person(Chosen::Token),
        Self::Person(Chosen::Waiting),
        Self::Person(Chosen::Lost),
        Self::Outbox,
        Self::GiveUp,
        Self::Unfinished,
        Self::Keys,
        Self::Key,
        Self::Settings,
        Self::ConfirmCare,
        Self::Credentials,
        Self::Fingerprints,
        Self::Naming,
        Self::SeePin,
        Self::Batches,
        Self::Statement,
        Self::Forecast,
        Self::Board,
        Self::BoardOver,
        Self::BoardTyping,
        Self::BoardAdmit,
        Self::Running,
        Self::Document,
        Self::LastFour,
        Self::ChooseKey,
        Self::InsertKey,
        Self::Admit,
        Self::Refused,
        Self::Pin,
        Self::Retest,
        Self::TouchAgain,
        Self::Scan,
        Self::ByHand,
        Self::TotpCode,
        Self::ShowAgain,
        Self::Advice,
        Self::ChooseFactor,
        Self::Pick,
        Self::Theirs,
        Self::RemoveFactor,
        Self::ChooseOwned,
        Self::Suspend,
        Self::Enrolled,
        Self::Ended,
        Self::Locked,
        Self::NotSignedIn,
    ];

    /// The mode that the model is in. The help is no mode of its own: any key closes it.
    pub fn of(model: &Model) -> Self {
        let page = match model.front() {
            Front::Door(door) => {
                return match &door.run {
                    Some(run) if run.ending.is_some() => Self::NotSignedIn,
                    Some(run) => Self::of_run(run),
                    None if model.lock.is_some() => Self::Locked,
                    None if door.code.is_some() => Self::Code,
                    None => Self::SignIn,
                };
            }
            Front::Run(run) => return Self::of_run(run),
            Front::Page(page) => page,
        };
        match page {
            Page::Home => Self::Home,
            Page::Person => Self::Person(Chosen::of(model.desk.person.as_ref())),
            Page::Outbox(_) => Self::Outbox,
            Page::GiveUp(_) => Self::GiveUp,
            Page::Unfinished(_) => Self::Unfinished,
            Page::Keys(_) => Self::Keys,
            Page::Key { .. } => Self::Key,
            Page::Batch(page) => Self::of_batch(page, &model.batch),
        }
    }

    fn of_batch(page: &BatchPage, batch: &BatchState) -> Self {
        match (page, &batch.asking) {
            (BatchPage::Profiles(_) | BatchPage::Lists(_), _) => Self::Batches,
            (BatchPage::Statement(_), _) => Self::Statement,
            (BatchPage::Forecast(_), _) => Self::Forecast,
            (BatchPage::Board(_), None) if batch.on().is_none() => Self::BoardOver,
            (BatchPage::Board(_), None) => Self::Board,
            (BatchPage::Board(_), Some(BatchAsking::Admit { .. })) => Self::BoardAdmit,
            (BatchPage::Board(_), Some(_)) => Self::BoardTyping,
        }
    }

    fn of_run(run: &Run) -> Self {
        match &run.ending {
            Some(Ending::Enrolled { .. } | Ending::Retested { .. } | Ending::Both { .. }) => {
                return Self::Enrolled;
            }
            Some(_) => return Self::Ended,
            None => {}
        }
        match &run.asking {
            None => Self::Running,
            Some(Asking::Identify(identify)) if identify.document.is_none() => Self::Document,
            Some(Asking::Identify(_)) => Self::LastFour,
            Some(Asking::ChooseKey { keys, .. }) if keys.is_empty() => Self::InsertKey,
            Some(Asking::ChooseKey { .. }) => Self::ChooseKey,
            Some(Asking::Admit { verdict, .. }) if !verdict.admits() => Self::Refused,
            Some(Asking::Admit { .. }) => Self::Admit,
            Some(Asking::NewPin(_) | Asking::CurrentPin(_)) => Self::Pin,
            Some(Asking::Retest { .. }) => Self::Retest,
            Some(Asking::TouchAgain { .. }) => Self::TouchAgain,
            Some(Asking::Care(asking)) => Self::of_care(asking),
            Some(Asking::Reset(_)) => Self::Naming,
            Some(Asking::App(asking)) => Self::of_app(asking),
            Some(Asking::Loss(asking)) => match **asking {
                LossAsking::Choose { .. } => Self::ChooseOwned,
                LossAsking::Suspend { .. } => Self::Suspend,
            },
        }
    }

    fn of_app(asking: &AppAsking) -> Self {
        match asking {
            AppAsking::Name { .. } | AppAsking::Serial { .. } => Self::Naming,
            AppAsking::Secret(shown) if shown.by_hand => Self::ByHand,
            AppAsking::Secret(_) => Self::Scan,
            AppAsking::ShowAgain => Self::ShowAgain,
            AppAsking::Code { .. } => Self::TotpCode,
            AppAsking::Advice { .. } => Self::Advice,
            AppAsking::Choose { .. } => Self::ChooseFactor,
            AppAsking::Pick { .. } => Self::Pick,
            AppAsking::Theirs { .. } => Self::Theirs,
            AppAsking::Remove { .. } => Self::RemoveFactor,
        }
    }

    fn of_care(asking: &CareAsking) -> Self {
        match asking {
            asking if asking.is_naming() => Self::Naming,
            CareAsking::Settings { .. } => Self::Settings,
            CareAsking::ConfirmSettings { .. } | CareAsking::ConfirmRemoval { .. } => {
                Self::ConfirmCare
            }
            CareAsking::Credentials { .. } => Self::Credentials,
            CareAsking::Fingerprints { .. } => Self::Fingerprints,
            CareAsking::SeePin { .. } => Self::SeePin,
        }
    }

    /// Whether characters are typed here rather than being commands.
    pub fn takes_text(self) -> bool {
        matches!(
            self,
            Self::Code
                | Self::Home
                | Self::GiveUp
                | Self::LastFour
                | Self::Pin
                | Self::Naming
                | Self::Statement
                | Self::BoardTyping
        )
    }

    /// Whether digits are typed here, and letters are commands.
    pub fn takes_digits(self) -> bool {
        matches!(self, Self::Scan | Self::ByHand | Self::TotpCode)
    }

    pub(super) fn is_typed(self) -> bool {
        self.takes_text() || self.takes_digits()
    }

    pub(super) fn is_run(self) -> bool {
        matches!(
            self,
            Self::Running
                | Self::Document
                | Self::LastFour
                | Self::ChooseKey
                | Self::InsertKey
                | Self::Admit
                | Self::Refused
                | Self::Pin
                | Self::Retest
                | Self::TouchAgain
                | Self::Settings
                | Self::ConfirmCare
                | Self::Credentials
                | Self::Fingerprints
                | Self::Naming
                | Self::SeePin
                | Self::Scan
                | Self::ByHand
                | Self::TotpCode
                | Self::ShowAgain
                | Self::Advice
                | Self::ChooseFactor
                | Self::Pick
                | Self::Theirs
                | Self::RemoveFactor
                | Self::ChooseOwned
                | Self::Suspend
        )
    }

    /// Pages that an operator moves between by function keys.
    pub fn is_page(self) -> bool {
        matches!(
            self,
            Self::Home | Self::Person(_) | Self::Outbox | Self::Unfinished | Self::Keys
        )
    }

    pub(super) fn is_list(self) -> bool {
        matches!(
            self,
            Self::Home
                | Self::Outbox
                | Self::Unfinished
                | Self::Keys
                | Self::Key
                | Self::Person(_)
                | Self::ChooseKey
                | Self::ChooseFactor
                | Self::Pick
                | Self::ChooseOwned
                | Self::Suspend
                | Self::Settings
                | Self::Credentials
                | Self::Fingerprints
                | Self::Batches
                | Self::Forecast
                | Self::Board
                | Self::BoardOver
        )
    }
}
