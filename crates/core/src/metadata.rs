//! The metadata of the FIDO Alliance (MDS3): a signed list of models, from the bytes of `blob.jwt` to a [`Catalogue`].
//!
//! Hides JWS, certificates and the blob's JSON. Invariant: a [`Catalogue`] comes out only of a blob whose signature chains
//! to the given root, in the name of [`HOST`], at the given time. Reads no file and no clock.
//!
//! The root is an argument, so that tests can have their own; the program passes [`root`] and no configuration can
//! replace it. Revocation of the signing certificates is not looked up: the station may have no line, and a blob that was
//! signed with a stolen key would still have to bear a higher number than the last one.

mod blob;
mod jws;

use jiff::Timestamp;

pub use crate::domain::models::Catalogue;

/// In whose name the blob must be signed (FIDO Metadata Service 3, section 3.2).
pub const HOST: &str = "mds.fidoalliance.org";

/// The largest blob that is read, in bytes. That of October 2026 has some 9 MB.
pub const MAX_BYTES: usize = 48 << 20;

/// "GlobalSign Root CA - R3", to which the FIDO Alliance's chain leads. Kept here, because collections of roots for the web
/// will drop it before it expires in 2029.
const ROOT: &str = include_str!("../../../assets/globalsign-root-r3.pem");

/// Why a blob is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// Larger than any blob.
    #[error(
        "{bytes} bytes are too large for the metadata of the FIDO Alliance, which has at most {MAX_BYTES}: fetch blob.jwt again"
    )]
    TooLarge { bytes: usize },
    /// Not the expected form.
    #[error("this is not the metadata of the FIDO Alliance: {what}; fetch blob.jwt again")]
    Form {
        /// Which part, and what is wrong with it.
        what: String,
    },
    /// Signed in a way that is not accepted.
    #[error("the metadata is signed with {alg:?}: only RS256 and ES256 are accepted")]
    Algorithm {
        /// As the header names it.
        alg: String,
    },
    /// The certificates do not lead to the root, or not at this time.
    #[error(
        "the certificates of the metadata are not trusted: {why}; fetch blob.jwt again, and check the clock"
    )]
    Untrusted {
        /// As the verifier puts it.
        why: String,
    },
    /// Signed by somebody else.
    #[error("the metadata is not signed in the name of {HOST}: do not use this file")]
    WrongName,
    /// Changed after it was signed.
    #[error("the signature of the metadata does not verify: do not use this file")]
    Forged,
    /// The root that the program carries can't be read; a test reads it.
    #[error("the root certificate can't be read")]
    Root,
}

impl MetadataError {
    /// Whether the file is whole but not to be trusted, rather than no metadata at all.
    pub fn is_refusal(&self) -> bool {
        !matches!(self, Self::TooLarge { .. } | Self::Form { .. })
    }
}

/// The root to which the metadata must chain, DER.
pub fn root() -> Result<Vec<u8>, MetadataError> {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;
    let root = CertificateDer::from_pem_slice(ROOT.as_bytes());
    root.map(|root| root.to_vec())
        .map_err(|_| MetadataError::Root)
}

/// Verifies a blob at a moment and reads its models. `root` is a certificate, DER.
///
/// # Errors
/// A [`MetadataError`]; nothing of a blob that does not verify is read.
pub fn verify(blob: &[u8], root: &[u8], now: Timestamp) -> Result<Catalogue, MetadataError> {
    if blob.len() > MAX_BYTES {
        return Err(MetadataError::TooLarge { bytes: blob.len() });
    }
    let payload = jws::verified(blob, root, now)?;
    blob::catalogue(&payload)
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn the_root_is_globalsigns_r3() {
        let root = root().expect("readable");
        assert_eq!(
            hex::encode(Sha256::digest(&root)),
            "cbb522d7b7f127ad6a0113865bdf1cd4102e7d0759af635a7cf4720dc963c53b"
        );
    }

    #[test]
    fn what_is_larger_than_any_blob_is_refused_unread() {
        let bytes = vec![b'a'; MAX_BYTES + 1];
        let error = verify(&bytes, &[], Timestamp::UNIX_EPOCH).expect_err("too large");
        assert!(matches!(error, MetadataError::TooLarge { .. }));
    }
}
