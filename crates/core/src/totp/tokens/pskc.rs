//! Portable Symmetric Key Container (RFC 6030): TOTP keys in plain, or encrypted with AES in CBC mode under a pre-shared key
//! (section 6.1) or a password (section 6.2).
//!
//! Invariant: a value whose MAC is missing or wrong is never decrypted: CBC alone would not tell a wrong key from a right one.

mod policy;

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeDecrypt, KeyIvInit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use roxmltree::{Document, Node, ParsingOptions};
use sha1::Sha1;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{FileKey, TOKENS_MAX, Token, TokenFault, TokenFileError, name, serial};
use crate::domain::factor::{Algorithm, TotpSettings};
use crate::totp::TotpSecret;

const NS: &str = "urn:ietf:params:xml:ns:keyprov:pskc";
const TOTP: &str = "urn:ietf:params:xml:ns:keyprov:pskc:totp";

/// More would keep a station busy for seconds, token file or not.
const ITERATIONS_MAX: u32 = 1_000_000;

/// Elements and texts in all: a token has about thirty.
const NODES_MAX: u32 = 1_000_000;

/// What decrypts and checks the values of a container.
struct Crypto {
    key: Zeroizing<Vec<u8>>,
    mac: Sum,
    mac_key: Zeroizing<Vec<u8>>,
}

/// The function of the MAC.
#[derive(Clone, Copy)]
enum Sum {
    Sha1,
    Sha256,
}

pub(super) fn read(
    text: &str,
    key: Option<&FileKey>,
    now: Timestamp,
) -> Result<Vec<Token>, TokenFileError> {
    let options = ParsingOptions {
        nodes_limit: NODES_MAX,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options)
        .map_err(|why| TokenFault::NotReadable(why.to_string()).at("file"))?;
    let container = document.root_element();
    if !container.has_tag_name((NS, "KeyContainer")) {
        return Err(TokenFault::NotReadable("no KeyContainer of RFC 6030".to_owned()).at("file"));
    }
    let crypto = crypto(container, key).map_err(|fault| fault.at("key container"))?;
    let packages = container
        .children()
        .filter(|node| node.has_tag_name((NS, "KeyPackage")));
    let mut tokens = Vec::new();
    for (number, package) in packages.enumerate() {
        if number == TOKENS_MAX {
            return Err(TokenFault::TooLarge.at("file"));
        }
        let token = token(package, crypto.as_ref(), now)
            .map_err(|fault| fault.at(format!("key package {}", number + 1)))?;
        tokens.push(token);
    }
    Ok(tokens)
}

fn token(
    package: Node<'_, '_>,
    crypto: Option<&Crypto>,
    now: Timestamp,
) -> Result<Token, TokenFault> {
    let device = child(package, "DeviceInfo").ok_or(TokenFault::Missing("DeviceInfo"))?;
    let serial = serial(text_of(device, "SerialNo").unwrap_or_default())?;
    let manufacturer = text_of(device, "Manufacturer")
        .map(|text| name(text, "Manufacturer"))
        .transpose()?;
    let key = child(package, "Key").ok_or(TokenFault::Missing("Key"))?;
    match key.attribute("Algorithm") {
        Some(TOTP) => {}
        other => {
            return Err(TokenFault::Unsupported(format!(
                "the algorithm {}",
                other.unwrap_or("(none)")
            )));
        }
    }
    let expires = policy::until(device, key, now)?;
    let data = child(key, "Data").ok_or(TokenFault::Missing("Data"))?;
    let secret = child(data, "Secret").ok_or(TokenFault::Missing("Secret"))?;
    let secret = TotpSecret::new(value(secret, crypto)?.ok_or(TokenFault::Missing("the seed"))?)?;
    Ok(Token {
        serial,
        manufacturer,
        settings: settings(key, data, crypto)?,
        secret,
        expires,
    })
}

fn settings(
    key: Node<'_, '_>,
    data: Node<'_, '_>,
    crypto: Option<&Crypto>,
) -> Result<TotpSettings, TokenFault> {
    let mut settings = TotpSettings::APP;
    if let Some(parameters) = child(key, "AlgorithmParameters") {
        if let Some(suite) = text_of(parameters, "Suite") {
            settings.algorithm =
                Algorithm::parse(suite.trim()).ok_or(TokenFault::Unusable("Suite"))?;
        }
        if let Some(format) = child(parameters, "ResponseFormat") {
            if format
                .attribute("Encoding")
                .is_some_and(|encoding| encoding != "DECIMAL")
            {
                return Err(TokenFault::Unsupported(
                    "a code that is not decimal".to_owned(),
                ));
            }
            if !matches!(format.attribute("CheckDigits"), None | Some("false" | "0")) {
                return Err(TokenFault::Unsupported(
                    "a check digit in the code (CheckDigits)".to_owned(),
                ));
            }
            let length = format
                .attribute("Length")
                .ok_or(TokenFault::Missing("Length"))?;
            settings.digits = length.parse().map_err(|_| TokenFault::Unusable("Length"))?;
        }
    }
    if let Some(interval) = child(data, "TimeInterval") {
        settings.period_s = number(interval, crypto, "TimeInterval")?;
    }
    for what in ["Time", "TimeDrift", "Counter"] {
        let said = child(data, what).map(|node| number::<u64>(node, crypto, what));
        if said.transpose()?.is_some_and(|number| number != 0) {
            return Err(TokenFault::Unsupported(format!("a {what} that is not 0")));
        }
    }
    Ok(settings.checked()?)
}

/// A number: written out, or encrypted as big-endian bytes.
fn number<T: std::str::FromStr + TryFrom<u64>>(
    node: Node<'_, '_>,
    crypto: Option<&Crypto>,
    what: &'static str,
) -> Result<T, TokenFault> {
    if let Some(text) = text_of(node, "PlainValue") {
        return text.trim().parse().map_err(|_| TokenFault::Unusable(what));
    }
    let bytes = value(node, crypto)?.ok_or(TokenFault::Missing(what))?;
    if bytes.len() > 8 {
        return Err(TokenFault::Unusable(what));
    }
    let number = bytes
        .iter()
        .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    T::try_from(number).map_err(|_| TokenFault::Unusable(what))
}

/// The bytes of a value, plain or encrypted.
fn value(
    node: Node<'_, '_>,
    crypto: Option<&Crypto>,
) -> Result<Option<Zeroizing<Vec<u8>>>, TokenFault> {
    if let Some(plain) = text_of(node, "PlainValue") {
        return decode(plain, "PlainValue").map(Some);
    }
    let Some(encrypted) = child(node, "EncryptedValue") else {
        return Ok(None);
    };
    let crypto = crypto.ok_or(TokenFault::KeyNeeded("the pre-shared key or the password"))?;
    let cipher = cipher_value(encrypted)?;
    let mac = decode(
        text_of(node, "ValueMAC").ok_or(TokenFault::Missing("ValueMAC"))?,
        "ValueMAC",
    )?;
    let genuine = match crypto.mac {
        Sum::Sha1 => verify::<Hmac<Sha1>>(&crypto.mac_key, &cipher, &mac),
        Sum::Sha256 => verify::<Hmac<Sha256>>(&crypto.mac_key, &cipher, &mac),
    };
    if !genuine {
        return Err(TokenFault::NotOpened);
    }
    decrypt(&crypto.key, &cipher).map(Some)
}

fn verify<M: Mac + KeyInit>(key: &[u8], message: &[u8], mac: &[u8]) -> bool {
    <M as KeyInit>::new_from_slice(key)
        .is_ok_and(|hmac| hmac.chain_update(message).verify_slice(mac).is_ok())
}

/// How the container's values are encrypted; `None`: they are not.
fn crypto(container: Node<'_, '_>, key: Option<&FileKey>) -> Result<Option<Crypto>, TokenFault> {
    let Some(encryption) = child(container, "EncryptionKey") else {
        return Ok(None);
    };
    let derived = any(encryption, "PBKDF2-params");
    let key = match (derived, key) {
        (None, Some(FileKey::PreShared(key))) => key.clone(),
        (None, _) => return Err(TokenFault::KeyNeeded("the pre-shared key in hex")),
        (Some(parameters), Some(FileKey::Password(password))) => derive(parameters, password)?,
        (Some(_), _) => return Err(TokenFault::KeyNeeded("the password")),
    };
    let method = child(container, "MACMethod").ok_or(TokenFault::Missing("MACMethod"))?;
    let mac = match method.attribute("Algorithm") {
        Some("http://www.w3.org/2000/09/xmldsig#hmac-sha1") => Sum::Sha1,
        Some("http://www.w3.org/2001/04/xmldsig-more#hmac-sha256") => Sum::Sha256,
        other => {
            return Err(TokenFault::Unsupported(format!(
                "the MAC {}",
                other.unwrap_or("(none)")
            )));
        }
    };
    let mac_key = child(method, "MACKey").ok_or(TokenFault::Missing("MACKey"))?;
    let mac_key = decrypt(&key, &cipher_value(mac_key)?)?;
    Ok(Some(Crypto { key, mac, mac_key }))
}

/// PBKDF2 with HMAC-SHA1 (RFC 8018), the only function that RFC 6030 has a form for.
fn derive(parameters: Node<'_, '_>, password: &str) -> Result<Zeroizing<Vec<u8>>, TokenFault> {
    if any(parameters, "PRF").is_some_and(|prf| {
        prf.attribute("Algorithm")
            .is_some_and(|a| !a.ends_with("hmac-sha1"))
    }) {
        return Err(TokenFault::Unsupported(
            "a key derivation other than HMAC-SHA1".to_owned(),
        ));
    }
    let salt = any(parameters, "Specified").and_then(|node| node.text());
    let salt = decode(salt.ok_or(TokenFault::Missing("Salt"))?, "Salt")?;
    let integer = |what: &'static str| -> Result<u32, TokenFault> {
        let text = any(parameters, what).and_then(|node| node.text());
        text.ok_or(TokenFault::Missing(what))?
            .trim()
            .parse()
            .map_err(|_| TokenFault::Unusable(what))
    };
    let iterations = integer("IterationCount")?;
    let length = any(parameters, "KeyLength")
        .map(|_| integer("KeyLength"))
        .transpose()?
        .unwrap_or(16);
    if !(1..=ITERATIONS_MAX).contains(&iterations) {
        return Err(TokenFault::Unusable("IterationCount"));
    }
    let length = match length {
        16 => 16,
        24 => 24,
        32 => 32,
        _ => return Err(TokenFault::Unusable("KeyLength")),
    };
    let mut key = Zeroizing::new(vec![0; length]);
    pbkdf2::pbkdf2_hmac::<Sha1>(password.as_bytes(), &salt, iterations, &mut key);
    Ok(key)
}

/// The initialisation vector and what it begins.
fn cipher_value(node: Node<'_, '_>) -> Result<Zeroizing<Vec<u8>>, TokenFault> {
    let method = any(node, "EncryptionMethod").and_then(|method| method.attribute("Algorithm"));
    match method {
        Some(
            "http://www.w3.org/2001/04/xmlenc#aes128-cbc"
            | "http://www.w3.org/2001/04/xmlenc#aes192-cbc"
            | "http://www.w3.org/2001/04/xmlenc#aes256-cbc",
        ) => {}
        other => {
            return Err(TokenFault::Unsupported(format!(
                "the cipher {}",
                other.unwrap_or("(none)")
            )));
        }
    }
    let text = any(node, "CipherValue").and_then(|value| value.text());
    decode(
        text.ok_or(TokenFault::Missing("CipherValue"))?,
        "CipherValue",
    )
}

/// AES in CBC mode (XML Encryption, section 5.2): the first block is the initialisation vector.
fn decrypt(key: &[u8], value: &[u8]) -> Result<Zeroizing<Vec<u8>>, TokenFault> {
    fn with<C: KeyIvInit + BlockModeDecrypt>(
        key: &[u8],
        iv: &[u8],
        text: &[u8],
    ) -> Option<Vec<u8>> {
        C::new_from_slices(key, iv)
            .ok()?
            .decrypt_padded_vec::<Pkcs7>(text)
            .ok()
    }
    let (iv, text) = value
        .split_first_chunk::<16>()
        .ok_or(TokenFault::Unusable("CipherValue"))?;
    let plain = match key.len() {
        16 => with::<cbc::Decryptor<aes::Aes128>>(key, iv, text),
        24 => with::<cbc::Decryptor<aes::Aes192>>(key, iv, text),
        32 => with::<cbc::Decryptor<aes::Aes256>>(key, iv, text),
        _ => return Err(TokenFault::Unusable("the pre-shared key")),
    };
    plain.map(Zeroizing::new).ok_or(TokenFault::NotOpened)
}

fn decode(text: &str, what: &'static str) -> Result<Zeroizing<Vec<u8>>, TokenFault> {
    let mut plain = Zeroizing::new(String::with_capacity(text.len()));
    plain.extend(text.chars().filter(|c| !c.is_ascii_whitespace()));
    STANDARD
        .decode(plain.as_bytes())
        .map(Zeroizing::new)
        .map_err(|_| TokenFault::Unusable(what))
}

fn child<'a, 'i>(node: Node<'a, 'i>, tag: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| child.has_tag_name((NS, tag)))
}

/// Below, whatever its namespace: those of XML Encryption and PKCS #5 have changed between editions.
fn any<'a, 'i>(node: Node<'a, 'i>, tag: &str) -> Option<Node<'a, 'i>> {
    node.descendants()
        .find(|below| below.is_element() && below.tag_name().name() == tag)
}

fn text_of<'a>(node: Node<'a, '_>, tag: &str) -> Option<&'a str> {
    child(node, tag).and_then(|child| child.text())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One token; what RFC 6030's figures 6 and 7 encrypt is the same seed.
    fn file(head: &str, secret: &str) -> String {
        format!(
            r#"<?xml version="1.0"?><KeyContainer Version="1.0" xmlns="{NS}" xmlns:xenc="http://www.w3.org/2001/04/xmlenc#">{head}
            <KeyPackage><DeviceInfo><Manufacturer>Acme</Manufacturer><SerialNo>987654321</SerialNo></DeviceInfo>
            <Key Id="1" Algorithm="{TOTP}"><AlgorithmParameters><Suite>HMAC-SHA256</Suite><ResponseFormat Length="8" Encoding="DECIMAL"/></AlgorithmParameters>
            <Data><Secret>{secret}</Secret><Time><PlainValue>0</PlainValue></Time><TimeInterval><PlainValue>60</PlainValue></TimeInterval></Data></Key></KeyPackage></KeyContainer>"#
        )
    }

    fn cipher(value: &str) -> String {
        format!(
            r#"<xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/><xenc:CipherData><xenc:CipherValue>
            {value}</xenc:CipherValue></xenc:CipherData>"#
        )
    }

    fn encrypted(key: &str, mac_key: &str, value: &str, mac: &str) -> String {
        let head = format!(
            r#"<EncryptionKey>{key}</EncryptionKey><MACMethod Algorithm="http://www.w3.org/2000/09/xmldsig#hmac-sha1"><MACKey>{}</MACKey></MACMethod>"#,
            cipher(mac_key)
        );
        let secret = format!(
            "<EncryptedValue>{}</EncryptedValue><ValueMAC>{mac}</ValueMAC>",
            cipher(value)
        );
        file(&head, &secret)
    }

    /// RFC 6030, section 6.1, figure 6.
    fn pre_shared(mac: &str) -> String {
        encrypted(
            "<KeyName>Pre-shared-key</KeyName>",
            "ESIzRFVmd4iZABEiM0RVZgKn6WjLaTC1sbeBMSvIhRejN9vJa2BOlSaMrR7I5wSX",
            "AAECAwQFBgcICQoLDA0OD+cIHItlB3Wra1DUpxVvOx2lef1VmNPCMl8jwZqIUqGv",
            mac,
        )
    }

    fn key(hex_key: &str) -> FileKey {
        FileKey::PreShared(Zeroizing::new(hex::decode(hex_key).expect("hex")))
    }

    fn seed(text: &str, key: Option<&FileKey>) -> Result<Vec<u8>, TokenFault> {
        let tokens = read(text, key, NOW).map_err(|error| error.fault)?;
        let token = tokens.first().ok_or(TokenFault::Empty)?;
        let settings = TotpSettings {
            algorithm: Algorithm::Sha256,
            digits: 8,
            period_s: 60,
        };
        assert_eq!(
            (token.serial.as_str(), token.settings),
            ("987654321", settings)
        );
        assert_eq!(token.manufacturer.as_deref(), Some("Acme"));
        Ok(token.secret.as_bytes().to_vec())
    }

    /// 28 November 2026.
    const NOW: Timestamp = Timestamp::constant(1_795_824_000, 0);

    const SEED: &[u8] = b"12345678901234567890";

    #[test]
    fn a_plain_container_is_read() {
        let plain = file(
            "",
            "<PlainValue>MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=\n</PlainValue>",
        );
        assert_eq!(seed(&plain, None).as_deref(), Ok(SEED));
    }

    #[test]
    fn the_containers_of_rfc_6030_open_with_their_keys_alone() {
        let file = pre_shared("Su+NvtQfmvfJzF6bmQiJqoLRExc=");
        let right = key("12345678901234567890123456789012");
        assert_eq!(seed(&file, Some(&right)).as_deref(), Ok(SEED));
        assert!(matches!(seed(&file, None), Err(TokenFault::KeyNeeded(_))));
        assert_eq!(
            seed(&file, Some(&key("12345678901234567890123456789013"))),
            Err(TokenFault::NotOpened)
        );
        assert_eq!(
            seed(&file, Some(&key("1234"))),
            Err(TokenFault::Unusable("the pre-shared key"))
        );
        let tampered = pre_shared("Su+NvtQfmvfJzF6bmQiJqoLREw8=");
        assert_eq!(seed(&tampered, Some(&right)), Err(TokenFault::NotOpened));
    }

    #[test]
    fn a_container_under_a_password_opens() {
        let parameters = r#"<DerivedKey><KeyDerivationMethod Algorithm="pbkdf2"><PBKDF2-params><Salt><Specified>Ej7/PEpyEpw=</Specified></Salt>
            <IterationCount>1000</IterationCount><KeyLength>16</KeyLength></PBKDF2-params></KeyDerivationMethod></DerivedKey>"#;
        // RFC 6030, section 6.2, figure 7.
        let file = encrypted(
            parameters,
            "2GTTnLwM3I4e5IO5FkufoOEiOhNj91fhKRQBtBJYluUDsPOLTfUvoU2dStyOwYZx",
            "oTvo+S22nsmS2Z/RtcoF8Hfh+jzMe0RkiafpoDpnoZTjPYZu6V+A4aEn032yCr4f",
            "LP6xMvjtypbfT9PdkJhBZ+D6O4w=",
        );
        let password = |text: &str| FileKey::Password(Zeroizing::new(text.to_owned()));
        assert_eq!(seed(&file, Some(&password("qwerty"))).as_deref(), Ok(SEED));
        assert_eq!(
            seed(&file, Some(&password("qwertz"))),
            Err(TokenFault::NotOpened)
        );
        let endless = file.replace("1000<", "4000000000<");
        assert_eq!(
            seed(&endless, Some(&password("qwerty"))),
            Err(TokenFault::Unusable("IterationCount"))
        );
    }

    #[test]
    fn what_is_not_supported_is_named() {
        let plain = file("", "<PlainValue>MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=</PlainValue>");
        let fault = |from: &str, to: &str| seed(&plain.replace(from, to), None).err();
        assert!(matches!(
            fault("pskc:totp", "pskc:hotp"),
            Some(TokenFault::Unsupported(_))
        ));
        assert!(matches!(
            fault("DECIMAL", "HEXADECIMAL"),
            Some(TokenFault::Unsupported(_))
        ));
        assert!(matches!(
            fault("<PlainValue>0<", "<PlainValue>1500000000<"),
            Some(TokenFault::Unsupported(_))
        ));
        assert_eq!(
            fault("SerialNo", "Serial"),
            Some(TokenFault::Missing("the serial number"))
        );
        assert_eq!(
            fault("MTIz", "M?Iz"),
            Some(TokenFault::Unusable("PlainValue"))
        );
        let bomb = r#"<!DOCTYPE a [<!ENTITY b "bbbb">]><KeyContainer/>"#;
        assert!(matches!(seed(bomb, None), Err(TokenFault::NotReadable(_))));
    }
}
