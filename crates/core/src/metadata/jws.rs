//! The signature around the metadata: a JSON Web Signature in compact form (RFC 7515) with its certificates in the header.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use rustls::pki_types::{CertificateDer, ServerName, SignatureVerificationAlgorithm, UnixTime};
use serde::Deserialize;
use webpki::ring as algorithms;
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};

use super::{HOST, MetadataError};

/// The largest header, in characters of base64url: a handful of certificates.
const MAX_HEADER: usize = 64 << 10;

/// More certificates than any chain needs.
const MAX_CERTIFICATES: usize = 8;

/// What a certificate in the chain may be signed with.
const CHAIN_ALGORITHMS: &[&dyn SignatureVerificationAlgorithm] = &[
    algorithms::ECDSA_P256_SHA256,
    algorithms::ECDSA_P256_SHA384,
    algorithms::ECDSA_P384_SHA256,
    algorithms::ECDSA_P384_SHA384,
    algorithms::RSA_PKCS1_2048_8192_SHA256,
    algorithms::RSA_PKCS1_2048_8192_SHA384,
    algorithms::RSA_PKCS1_2048_8192_SHA512,
];

#[derive(Deserialize)]
struct Header {
    alg: String,
    /// The certificates, the signer's first; base64, not base64url (RFC 7515, section 4.1.6).
    x5c: Vec<String>,
    /// Members that must be understood (section 4.1.11): there are none that this program does.
    #[serde(default)]
    crit: Option<serde_json::Value>,
}

fn untrusted(error: webpki::Error) -> MetadataError {
    use webpki::Error;
    let why = match error {
        Error::CertExpired { .. } => "one has expired".to_owned(),
        Error::CertNotValidYet { .. } => "one is not valid yet".to_owned(),
        Error::UnknownIssuer => "they do not lead to the root of the FIDO Alliance".to_owned(),
        Error::InvalidSignatureForPublicKey => "one is not signed by the next".to_owned(),
        other => other.to_string(),
    };
    MetadataError::Untrusted { why }
}

fn form(what: impl Into<String>) -> MetadataError {
    MetadataError::Form { what: what.into() }
}

/// The payload, once its signature is known to be good.
pub(super) fn verified(blob: &[u8], root: &[u8], now: Timestamp) -> Result<Vec<u8>, MetadataError> {
    let text = std::str::from_utf8(blob).map_err(|_| form("it is not text"))?;
    let text = text.trim_ascii();
    let (signed, signature) = text
        .rsplit_once('.')
        .ok_or_else(|| form("it is no JSON Web Signature"))?;
    let (header, payload) = signed
        .split_once('.')
        .filter(|(_, payload)| !payload.contains('.'))
        .ok_or_else(|| form("it is no JSON Web Signature of three parts"))?;
    if header.len() > MAX_HEADER {
        return Err(form("its header is too large"));
    }
    let header = read_header(&part(header, "header")?)?;
    let signature = part(signature, "signature")?;
    let chain = chain(&header)?;
    check(&header, &chain, root, now, signed.as_bytes(), &signature)?;
    part(payload, "payload")
}

fn part(text: &str, name: &str) -> Result<Vec<u8>, MetadataError> {
    URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|error| form(format!("its {name} is not base64url: {error}")))
}

fn read_header(bytes: &[u8]) -> Result<Header, MetadataError> {
    let header: Header = serde_json::from_slice(bytes)
        .map_err(|error| form(format!("its header can't be read: {error}")))?;
    if header.crit.is_some() {
        return Err(form(
            "its header demands (`crit`) what this release does not know",
        ));
    }
    Ok(header)
}

fn chain(header: &Header) -> Result<Vec<CertificateDer<'static>>, MetadataError> {
    if header.x5c.len() > MAX_CERTIFICATES {
        return Err(form("its header has too many certificates"));
    }
    header
        .x5c
        .iter()
        .zip(1..)
        .map(|(text, nth)| {
            let der = STANDARD.decode(text);
            der.map(CertificateDer::from)
                .map_err(|_| form(format!("certificate {nth} of its header is not base64")))
        })
        .collect()
}

fn check(
    header: &Header,
    chain: &[CertificateDer<'_>],
    root: &[u8],
    now: Timestamp,
    signed: &[u8],
    signature: &[u8],
) -> Result<(), MetadataError> {
    let (leaf, intermediates) = chain
        .split_first()
        .ok_or_else(|| form("its header has no certificate"))?;
    let root = CertificateDer::from(root);
    let anchor = anchor_from_trusted_cert(&root).map_err(|_| MetadataError::Root)?;
    let leaf = EndEntityCert::try_from(leaf).map_err(untrusted)?;
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    leaf.verify_for_usage(
        CHAIN_ALGORITHMS,
        &[anchor],
        intermediates,
        UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds)),
        // The FIDO Alliance signs with the certificate of its host.
        KeyUsage::server_auth(),
        None,
        None,
    )
    .map_err(untrusted)?;
    let host = ServerName::try_from(HOST).map_err(|_| MetadataError::WrongName)?;
    leaf.verify_is_valid_for_subject_name(&host)
        .map_err(|_| MetadataError::WrongName)?;
    let verified = match header.alg.as_str() {
        "RS256" => leaf.verify_signature(algorithms::RSA_PKCS1_2048_8192_SHA256, signed, signature),
        "ES256" => {
            // JWS has r and s side by side (RFC 7518, section 3.4); certificates have them in DER.
            let signature =
                p256::ecdsa::Signature::from_slice(signature).map_err(|_| MetadataError::Forged)?;
            let der = signature.to_der();
            leaf.verify_signature(algorithms::ECDSA_P256_SHA256, signed, der.as_bytes())
        }
        other => {
            return Err(MetadataError::Algorithm {
                alg: other.chars().take(20).collect(),
            });
        }
    };
    verified.map_err(|_| MetadataError::Forged)
}
