//! Whose attestation is trusted: the roots that were given, for which models, and what policy makes of a key that leads
//! to none of them (WebAuthn Level 3, section 7.1, steps 22 to 24).

use std::collections::BTreeMap;

use base64::Engine;
use webauthn_attestation_ca::{AttestationCaList, AttestationCaListBuilder};
use webauthn_rs_core::proto::Credential;

use crate::domain::Aaguid;
use crate::server::config::AttestationPolicy;
use crate::server::problem::Refusal;
use crate::wire::problem_code;

/// Which attestation is trusted, and who is refused without it.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    policy: AttestationPolicy,
    roots: AttestationCaList,
}

/// A certificate of a root can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a certificate in PEM or DER: {0}")]
pub struct BadRoot(pub String);

impl Trust {
    /// No roots yet.
    pub fn new(policy: AttestationPolicy) -> Self {
        Self {
            policy,
            roots: AttestationCaList::default(),
        }
    }

    /// Adds every certificate of a PEM file, or the one of a DER file, for these models; an empty list stands for any.
    pub fn add_roots(&mut self, file: &[u8], aaguids: &[Aaguid]) -> Result<(), BadRoot> {
        const END: &str = "-----END CERTIFICATE-----";
        let pem = match std::str::from_utf8(file) {
            Ok(text) if text.contains(END) => text.to_owned(),
            _ => armoured(file),
        };
        for certificate in pem.split_inclusive(END).filter(|part| part.contains(END)) {
            let list = root(certificate.trim_start().as_bytes(), aaguids)
                .map_err(|error| BadRoot(format!("{error:?}")))?;
            self.roots.union(&list);
        }
        Ok(())
    }

    /// Whether the attestation leads to a root that stands for the model; refuses by policy.
    pub(super) fn judge(&self, credential: &Credential, aaguid: Aaguid) -> Result<bool, Refusal> {
        let model = uuid::Uuid::from_bytes(aaguid.0);
        let trusted = !self.roots.is_empty()
            && matches!(
                credential.verify_attestation(&self.roots),
                Ok(Some(root)) if root.blanket_allow() || root.aaguids().contains_key(&model)
            );
        let named = || {
            self.roots
                .cas()
                .values()
                .any(|root| root.aaguids().contains_key(&model))
        };
        let refused = !trusted
            && match self.policy {
                AttestationPolicy::Any => false,
                AttestationPolicy::Verify => named(),
                AttestationPolicy::Require => true,
            };
        if refused {
            return Err(Refusal::new(
                problem_code::ATTESTATION_UNTRUSTED,
                format!(
                    "the attestation of model {aaguid} leads to no root that this registry trusts for it; use a key of \
                     a trusted model, or have the root added to the registry's configuration"
                ),
            ));
        }
        Ok(trusted)
    }
}

/// One root in PEM, for these models.
fn root(
    pem: &[u8],
    aaguids: &[Aaguid],
) -> Result<AttestationCaList, webauthn_attestation_ca::Error> {
    if aaguids.is_empty() {
        return AttestationCaList::try_from(pem);
    }
    let mut builder = AttestationCaListBuilder::new();
    for aaguid in aaguids {
        let id = uuid::Uuid::from_bytes(aaguid.0);
        builder.insert_device_pem(pem, id, id.to_string(), BTreeMap::new())?;
    }
    Ok(builder.build())
}

/// A certificate in DER as PEM, which is what the library reads.
fn armoured(der: &[u8]) -> String {
    let body = base64::engine::general_purpose::STANDARD.encode(der);
    let mut pem = "-----BEGIN CERTIFICATE-----\n".to_owned();
    for (place, letter) in body.chars().enumerate() {
        if place > 0 && place % 64 == 0 {
            pem.push('\n');
        }
        pem.push(letter);
    }
    pem.push_str("\n-----END CERTIFICATE-----\n");
    pem
}
