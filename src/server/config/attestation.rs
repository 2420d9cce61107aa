//! What is asked of keys' attestation.

use std::path::PathBuf;

use serde::Deserialize;

use crate::domain::Aaguid;

/// What is asked of attestation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AttestationConfig {
    /// Who is refused.
    pub policy: AttestationPolicy,
    /// Certificates that attestation may lead to.
    pub roots: Vec<AttestationRoot>,
}

/// Who is refused for their attestation. The statement's own signature is always verified, and whether it leads to a
/// root is always recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttestationPolicy {
    /// Nobody.
    #[default]
    Any,
    /// A key that states a model which a root is given for, and does not lead to it.
    Verify,
    /// Every key that leads to no root.
    Require,
}

/// A root of attestation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttestationRoot {
    /// Certificates in PEM, or one in DER.
    pub file: PathBuf,
    /// The models that it stands for; empty: any.
    #[serde(default)]
    pub aaguids: Vec<Aaguid>,
}
