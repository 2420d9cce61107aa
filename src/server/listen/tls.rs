//! The certificate that the registry shows. HTTP/1.1 is all that is offered.

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::server::config::{ConfigError, TlsFiles};

/// Reads both files.
///
/// # Errors
/// [`ConfigError`] names the file, and what is wrong with it.
pub fn acceptor(files: &TlsFiles) -> Result<TlsAcceptor, ConfigError> {
    // An error says that a provider is installed already, which is what is wanted.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let unfit = |path: &Path, why: String| ConfigError::Certificate {
        path: path.to_owned(),
        why,
    };
    let pem = read(&files.cert)?;
    let chain: Vec<_> = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .map_err(|why| unfit(&files.cert, why.to_string()))?;
    if chain.is_empty() {
        let why = "there is no certificate in it (PEM, beginning with -----BEGIN CERTIFICATE-----)";
        return Err(unfit(&files.cert, why.to_owned()));
    }
    let pem = read(&files.key)?;
    let key = PrivateKeyDer::from_pem_slice(&pem).map_err(|why| {
        unfit(
            &files.key,
            format!("no private key without a password: {why}"),
        )
    })?;
    let mut config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|why| {
            let key = files.key.display();
            unfit(&files.cert, format!("not with the key {key}: {why}"))
        })?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn read(path: &Path) -> Result<Vec<u8>, ConfigError> {
    crate::files::read(path).map_err(|why| ConfigError::Unreadable {
        path: path.to_owned(),
        why,
    })
}
