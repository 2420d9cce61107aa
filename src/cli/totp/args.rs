//! The arguments of `totp …`. No code, no seed and no password is among them.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Subcommand};

use crate::cli::choice::{KeyChoice, factor_id, person_id};
use crate::domain::{FactorId, Identification, PersonId};

/// `totp …`
#[derive(Debug, Subcommand)]
pub enum TotpCommand {
    /// Enrol an authenticator app for a person; with --with-key a key and then an app, in one visit.
    Enrol(EnrolAppArguments),
    /// Test an app or a hardware token: is its code right and, where it is not, why?
    Test(TestAppArguments),
    /// A person's apps, tokens and keys.
    List {
        /// Whose: the registry's identifier, as `person find` prints it.
        #[arg(long, value_name = "ID", value_parser = person_id)]
        person: PersonId,
    },
    /// Enrol an app in the place of another one, e.g. on a new phone. The person proves a factor that they still have.
    Replace(ReplaceArguments),
    /// Remove an app, or take back a token. The person proves a factor that they still have; the last one is never removed.
    Remove(RemoveArguments),
    /// Read hardware tokens from a file (CSV or PSKC, RFC 6030) into the registry's stock.
    Import(ImportArguments),
    /// Give a hardware token of the stock to a person.
    Assign(AssignArguments),
}

/// Where codes come from.
#[derive(Debug, Clone, Default, Args)]
pub struct CodeSource {
    /// Read codes from this file descriptor, one a line, each when it is asked for. Without it: asked on the terminal.
    #[arg(long, value_name = "N")]
    pub code_fd: Option<u32>,
}

/// How the secret of a new app gets onto the phone. Nothing of it is printed unless this says so.
#[derive(Debug, Clone, Args)]
pub struct ShowArguments {
    /// Where the QR code goes: `text` prints it to standard error, with the secret to be typed by hand; FILE.png or FILE.svg is a
    /// new file that only its owner can read, and that is removed when the run ends.
    #[arg(long, value_name = "text|FILE.png|FILE.svg")]
    pub qr: Qr,
    /// What the app is called in the registry, instead of what it suggests.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
}

/// Where a QR code goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Qr {
    /// Standard error.
    Text,
    /// A new PNG file.
    Png(PathBuf),
    /// A new SVG file.
    Svg(PathBuf),
}

impl FromStr for Qr {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let path = PathBuf::from(text);
        let extension = path.extension().and_then(|e| e.to_str());
        match (text, extension) {
            ("text", _) => Ok(Self::Text),
            (_, Some("png")) => Ok(Self::Png(path)),
            (_, Some("svg")) => Ok(Self::Svg(path)),
            _ => Err("it is `text`, or a file whose name ends in .png or .svg".to_owned()),
        }
    }
}

/// What a person proves themself with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// A security key.
    Key,
    /// An app or token.
    Factor(FactorId),
}

impl FromStr for Proof {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "key" => Ok(Self::Key),
            _ => factor_id(text).map(Self::Factor),
        }
    }
}

/// `totp enrol`
#[derive(Debug, Args)]
pub struct EnrolAppArguments {
    /// For whom: the registry's identifier, as `person find` prints it.
    #[arg(long, value_name = "ID", value_parser = person_id)]
    pub person: PersonId,
    /// How the person was identified: document and its last four characters, e.g. passport:7K31.
    #[arg(long, value_name = "DOCUMENT:LAST4")]
    pub identified_by: Identification,
    /// A security key first, in the same visit.
    #[arg(long)]
    pub with_key: bool,
    /// What proves the person, where they have a factor.
    #[command(flatten)]
    pub proof: ProofArguments,
    /// The secret.
    #[command(flatten)]
    pub show: ShowArguments,
    /// The codes.
    #[command(flatten)]
    pub codes: CodeSource,
    /// The key, where there is one.
    #[command(flatten)]
    pub key: KeyChoice,
}

/// What proves a visit, where the person has, or had, a factor.
#[derive(Debug, Clone, Default, Args)]
pub struct ProofArguments {
    /// What is proved with: `key`, or an app or token as `totp list` prints it; needed where there are several.
    #[arg(long, value_name = "key|ID")]
    pub prove_with: Option<Proof>,
    /// All factors are lost: the administrator of the organisation who is at the desk and proves one of theirs.
    #[arg(long, value_name = "ID", value_parser = person_id)]
    pub administrator: Option<PersonId>,
    /// The key that proves, by place, slot or serial number; else it is chosen like any other. Where a key is named so, or by
    /// `--prove-with key`, the first line of `--pin-fd` is its PIN, whether it is asked for or not.
    #[arg(long, value_name = "PLACE|SLOT|SERIAL")]
    pub proof_key: Option<String>,
}

impl ProofArguments {
    /// Whether it is said that a key proves.
    pub fn names_a_key(&self) -> bool {
        self.proof_key.is_some() || matches!(self.prove_with, Some(Proof::Key))
    }
}

/// `totp test`
#[derive(Debug, Args)]
pub struct TestAppArguments {
    /// Whose.
    #[arg(long, value_name = "ID", value_parser = person_id)]
    pub person: PersonId,
    /// Which app or token, as `totp list` prints it; needed where there are several.
    #[arg(long, value_name = "ID", value_parser = factor_id)]
    pub factor: Option<FactorId>,
    /// The codes.
    #[command(flatten)]
    pub codes: CodeSource,
}

/// `totp replace`
#[derive(Debug, Args)]
pub struct ReplaceArguments {
    /// Whose.
    #[arg(long, value_name = "ID", value_parser = person_id)]
    pub person: PersonId,
    /// Which app or token is replaced, as `totp list` prints it; needed where there are several.
    #[arg(long, value_name = "ID", value_parser = factor_id)]
    pub factor: Option<FactorId>,
    /// How the person was identified.
    #[arg(long, value_name = "DOCUMENT:LAST4")]
    pub identified_by: Identification,
    /// What the person proves themself with.
    #[command(flatten)]
    pub proof: ProofArguments,
    /// The secret.
    #[command(flatten)]
    pub show: ShowArguments,
    /// The codes: first of the factor that is proved, then of the new app.
    #[command(flatten)]
    pub codes: CodeSource,
    /// The key that proves the person, where it is one.
    #[command(flatten)]
    pub key: KeyChoice,
}

/// `totp remove`
#[derive(Debug, Args)]
pub struct RemoveArguments {
    /// Whose.
    #[arg(long, value_name = "ID", value_parser = person_id)]
    pub person: PersonId,
    /// Which app or token, as `totp list` prints it.
    #[arg(long, value_name = "ID", value_parser = factor_id)]
    pub factor: FactorId,
    /// How the person was identified.
    #[arg(long, value_name = "DOCUMENT:LAST4")]
    pub identified_by: Identification,
    /// What the person proves themself with.
    #[command(flatten)]
    pub proof: ProofArguments,
    /// The codes of the factor that is proved.
    #[command(flatten)]
    pub codes: CodeSource,
    /// The key that proves the person, where it is one.
    #[command(flatten)]
    pub key: KeyChoice,
}

/// `totp import`
#[derive(Debug, Args)]
pub struct ImportArguments {
    /// The file as it came with the tokens.
    pub file: PathBuf,
    /// PSKC under a pre-shared key: read it from this file descriptor, in hexadecimal digits.
    #[arg(long, value_name = "N", conflicts_with = "password_fd")]
    pub key_fd: Option<u32>,
    /// PSKC under a password: read it from this file descriptor.
    #[arg(long, value_name = "N")]
    pub password_fd: Option<u32>,
}

/// `totp assign`
#[derive(Debug, Args)]
pub struct AssignArguments {
    /// For whom.
    #[arg(long, value_name = "ID", value_parser = person_id)]
    pub person: PersonId,
    /// How the person was identified.
    #[arg(long, value_name = "DOCUMENT:LAST4")]
    pub identified_by: Identification,
    /// The token's serial number, as it is printed on it.
    #[arg(long, value_name = "SERIAL")]
    pub serial: String,
    /// The codes.
    #[command(flatten)]
    pub codes: CodeSource,
    /// What proves the person, where they have a factor.
    #[command(flatten)]
    pub proof: ProofArguments,
    /// The key that proves them, where it is one.
    #[command(flatten)]
    pub key: KeyChoice,
}
