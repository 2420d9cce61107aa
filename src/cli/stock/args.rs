//! The arguments of `stock …` and `place …`.

use clap::{Args, Subcommand};
use jiff::civil::Date;

use crate::cli::choice::{operator_id, person_id};
use crate::domain::custody::{Condition, Doubt, PlaceKind};
use crate::domain::{OneLine, OperatorId, OrganisationId, PersonId, SiteId};

/// `place …`
#[derive(Debug, Subcommand)]
pub enum PlaceCommand {
    /// The places of the stock, and who answers for each.
    List,
    /// A new place.
    Add(PlaceArguments),
    /// Another label, another custodian, closed or open again: what is not said stays. Whoever answers for it changes only while
    /// nothing lies there.
    Set {
        /// Its label, tag or identifier.
        place: String,
        /// What it is called from now on.
        #[arg(long, value_parser = line::<60>)]
        label: Option<OneLine<60>>,
        /// Who answers for it from now on.
        #[arg(long, value_name = "ID", value_parser = operator_id)]
        custodian: Option<OperatorId>,
        /// Nothing is put there any more.
        #[arg(long, conflicts_with = "open")]
        close: bool,
        /// It is used again.
        #[arg(long)]
        open: bool,
    },
}

/// `place add`
#[derive(Debug, Args)]
pub struct PlaceArguments {
    /// What people call it.
    #[arg(value_parser = line::<60>)]
    pub label: OneLine<60>,
    /// Which kind: stock-room, desk, drawer or safe.
    #[arg(long, value_parser = kind)]
    pub kind: PlaceKind,
    /// In which building.
    #[arg(long, value_name = "ID", value_parser = site)]
    pub site: SiteId,
    /// Who answers for it; without it whoever is signed in.
    #[arg(long, value_name = "ID", value_parser = operator_id)]
    pub custodian: Option<OperatorId>,
    /// It gets the next tag of this station's.
    #[arg(long)]
    pub tag: bool,
}

/// `stock …`
#[derive(Debug, Subcommand)]
pub enum StockCommand {
    /// What there is: of each model at each place how many are free, promised and otherwise there.
    Report,
    /// The items, one line each.
    List {
        /// Only what lies there, or went from there.
        #[arg(long)]
        place: Option<String>,
        /// Only those in this condition.
        #[arg(long, value_parser = condition)]
        condition: Option<Condition>,
    },
    /// An item: what it is, how it stands, and all that was done with it.
    Show {
        /// Its tag, as scanned or typed, its serial number or its identifier.
        item: String,
    },
    /// Ask the registry what other stations did.
    Update,
    /// This station's numbers for tags, and the next tag.
    Tags {
        /// Get more of them from the registry.
        #[arg(long)]
        more: bool,
        /// How many; as many as the registry gives at a time where it is not said.
        #[arg(long, requires = "more")]
        count: Option<u32>,
    },
    /// The deliveries, or one that is to come.
    #[command(subcommand)]
    Delivery(DeliveryCommand),
    /// A key or token that is new: it is judged, and put down.
    Receive(Box<ReceiveArguments>),
    /// To another place of the same custodian.
    Move {
        /// Each by tag, serial number or identifier.
        #[arg(required = true)]
        items: Vec<String>,
        /// Where to.
        #[arg(long, value_name = "PLACE")]
        to: String,
    },
    /// To another custodian, who confirms it.
    HandOver {
        /// Each by tag, serial number or identifier.
        #[arg(required = true)]
        items: Vec<String>,
        /// To whom.
        #[arg(long, value_name = "ID", value_parser = operator_id)]
        to: OperatorId,
    },
    /// Whoever receives it says so.
    Confirm(AtPlace),
    /// The receiver does not take it, or the giver keeps it.
    CallOff(These),
    /// Keep it for somebody until a day.
    Promise {
        /// By tag, serial number or identifier.
        item: String,
        /// For whom.
        #[arg(long, value_name = "ID", value_parser = person_id)]
        person: PersonId,
        /// Until the end of that day.
        #[arg(long, value_name = "DATE")]
        until: Date,
    },
    /// Keep it for nobody any more.
    Free(These),
    /// Somebody gets it, and gives a receipt with their name.
    Issue {
        /// By tag, serial number or identifier.
        item: String,
        /// Who.
        #[arg(long, value_name = "ID", value_parser = person_id)]
        person: PersonId,
        /// The name that they typed for it.
        #[arg(long, value_name = "NAME", value_parser = line::<200>)]
        receipt: OneLine<200>,
    },
    /// Somebody brings it back.
    Return(AtPlace),
    /// A count found them there, whatever is recorded.
    Count {
        /// Each that was found, by tag, serial number or identifier.
        items: Vec<String>,
        /// The place that is counted.
        #[arg(long, value_name = "PLACE")]
        at: String,
        /// Put down there what was found and is recorded elsewhere.
        #[arg(long)]
        settle: bool,
    },
    /// Nobody knows where it is: what its person has on it is suspended.
    Lost(Said),
    /// Somebody took it: what its person has on it is suspended for good.
    Stolen(Said),
    /// It does not work.
    Damaged(Said),
    /// It was lost or stolen, and is there again.
    Find(AtPlace),
    /// Not to be given to anybody before it was looked at.
    Quarantine(Doubted),
    /// It was looked at, and is to go.
    Reject(Doubted),
    /// To its supplier or owner.
    SendBack(These),
    /// By two people.
    Destroy {
        /// Each by tag, serial number or identifier.
        #[arg(required = true)]
        items: Vec<String>,
        /// The second person.
        #[arg(long, value_name = "ID", value_parser = operator_id)]
        second: OperatorId,
    },
    /// Its first tag: the one that is said, or the next of this station's.
    Label {
        /// By serial number or identifier.
        item: String,
        /// The tag that is stuck on it.
        #[arg(long)]
        tag: Option<String>,
    },
    /// The register is wrong: what is right is said, and why.
    Correct(CorrectArguments),
}

/// `stock delivery …`
#[derive(Debug, Subcommand)]
pub enum DeliveryCommand {
    /// What is to come, or came.
    List,
    /// What a supplier is to send.
    Add(DeliveryArguments),
    /// How what came differs from what was to come.
    Show {
        /// The number of its order, or its identifier.
        delivery: String,
    },
}

/// `stock delivery add`
#[derive(Debug, Args)]
pub struct DeliveryArguments {
    /// The number of the order.
    #[arg(value_parser = line::<60>)]
    pub order: OneLine<60>,
    /// Who sends it.
    #[arg(long, value_parser = line::<100>)]
    pub supplier: OneLine<100>,
    /// Whose the items are: an organisation; without it the desk's.
    #[arg(long, value_name = "ID")]
    pub owner: Option<String>,
    /// How many of which model, e.g. "YubiKey 5 NFC=20"; once for each.
    #[arg(long = "model", value_name = "MODEL=COUNT", required = true)]
    pub models: Vec<String>,
    /// The serial numbers of the only model, one a line.
    #[arg(long, value_name = "FILE")]
    pub serials: Option<std::path::PathBuf>,
    /// How many boxes.
    #[arg(long, default_value_t = 1)]
    pub boxes: u32,
}

/// `stock receive`
#[derive(Debug, Args)]
pub struct ReceiveArguments {
    /// The key in the bay: its place (USB path), slot number or serial number. Without it: the only key.
    #[arg(long, value_name = "PLACE|SERIAL")]
    pub key: Option<String>,
    /// A hardware token in place of a key: its serial number.
    #[arg(
        long,
        value_name = "SERIAL",
        conflicts_with = "key",
        requires = "model"
    )]
    pub token: Option<String>,
    /// The token's model.
    #[arg(long, requires = "token")]
    pub model: Option<String>,
    /// The delivery that it came in: the number of its order.
    #[arg(long, value_name = "ORDER")]
    pub delivery: Option<String>,
    /// Where it is put down.
    #[arg(long, value_name = "PLACE")]
    pub at: String,
    /// The tag that is stuck on it; "next": the next of this station's.
    #[arg(long)]
    pub tag: Option<String>,
    /// Whose it is, where no delivery says so: an organisation; without it the desk's.
    #[arg(long, value_name = "ID", conflicts_with = "delivery")]
    pub owner: Option<String>,
    /// Not to be given to anybody before it was looked at, and why, besides what is found.
    #[arg(long, value_name = "REASON", value_parser = doubt)]
    pub quarantine: Option<Doubt>,
    /// Why, in words: needed where it came in no delivery.
    #[arg(long, value_parser = line::<200>)]
    pub why: Option<OneLine<200>>,
}

/// Items.
#[derive(Debug, Args)]
pub struct These {
    /// Each by tag, serial number or identifier.
    #[arg(required = true)]
    pub items: Vec<String>,
}

/// Items, and where they are put down.
#[derive(Debug, Args)]
pub struct AtPlace {
    /// Each by tag, serial number or identifier.
    #[arg(required = true)]
    pub items: Vec<String>,
    /// Where.
    #[arg(long, value_name = "PLACE")]
    pub at: String,
}

/// Items, and what is doubted about them.
#[derive(Debug, Args)]
pub struct Doubted {
    /// Each by tag, serial number or identifier.
    #[arg(required = true)]
    pub items: Vec<String>,
    /// advisory, policy, used-before, no-delivery, known-already, faulty or other.
    #[arg(long, value_parser = doubt)]
    pub reason: Doubt,
    /// In words.
    #[arg(long, value_parser = line::<200>)]
    pub why: Option<OneLine<200>>,
}

/// Items, and what is said of them.
#[derive(Debug, Args)]
pub struct Said {
    /// Each by tag, serial number or identifier.
    #[arg(required = true)]
    pub items: Vec<String>,
    /// In words.
    #[arg(long, value_parser = line::<200>)]
    pub why: Option<OneLine<200>>,
}

/// `stock correct`
#[derive(Debug, Args)]
pub struct CorrectArguments {
    /// By tag, serial number or identifier.
    pub item: String,
    /// What is right.
    #[command(flatten)]
    pub right: Right,
    /// Why, in words.
    #[arg(long, value_parser = line::<200>)]
    pub why: OneLine<200>,
}

/// What is right of an item.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Right {
    /// It lies there.
    #[arg(long)]
    pub place: Option<String>,
    /// They have it.
    #[arg(long, value_name = "ID", value_parser = person_id)]
    pub holder: Option<PersonId>,
    /// It bears that tag.
    #[arg(long)]
    pub tag: Option<String>,
    /// It is that organisation's; "desk": the desk's.
    #[arg(long, value_name = "ID")]
    pub owner: Option<String>,
}

/// Whose an item is, as the command line says it.
pub(super) fn owner(said: Option<&str>) -> crate::domain::custody::Owner {
    use crate::domain::custody::Owner;
    match said {
        None | Some("desk") => Owner::Desk {},
        Some(id) => Owner::Organisation {
            organisation: OrganisationId::new(id),
        },
    }
}

fn kind(text: &str) -> Result<PlaceKind, String> {
    PlaceKind::parse(text)
        .ok_or_else(|| words("it is one of", PlaceKind::ALL.map(PlaceKind::as_str)))
}

fn condition(text: &str) -> Result<Condition, String> {
    Condition::parse(text)
        .ok_or_else(|| words("it is one of", Condition::ALL.map(Condition::as_str)))
}

fn doubt(text: &str) -> Result<Doubt, String> {
    Doubt::parse(text).ok_or_else(|| words("it is one of", Doubt::ALL.map(Doubt::as_str)))
}

fn words<const N: usize>(said: &str, words: [&str; N]) -> String {
    format!("{said} {}", words.join(", "))
}

fn line<const N: usize>(text: &str) -> Result<OneLine<N>, String> {
    OneLine::new(text).map_err(|why| why.to_string())
}

fn site(text: &str) -> Result<SiteId, String> {
    match text.is_empty() {
        true => Err("not an identifier".to_owned()),
        false => Ok(SiteId::new(text)),
    }
}
