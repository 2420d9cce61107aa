//! What a container says of when and how a key may be used (RFC 6030, section 5): honoured, or the token is refused by the name of
//! what can't be.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use roxmltree::Node;

use super::{NS, child, text_of};
use crate::totp::tokens::TokenFault;

/// What each element may have in it. What is elsewhere in the container says nothing of codes.
const KNOWN: [(&str, &[&str]); 4] = [
    (
        "Key",
        &[
            "AlgorithmParameters",
            "Data",
            "Policy",
            "Issuer",
            "FriendlyName",
            "UserId",
            "Extensions",
        ],
    ),
    ("AlgorithmParameters", &["Suite", "ResponseFormat"]),
    (
        "Data",
        &["Secret", "Time", "TimeInterval", "TimeDrift", "Counter"],
    ),
    (
        "Policy",
        &["StartDate", "ExpiryDate", "PINPolicy", "KeyUsage"],
    ),
];

/// Whether a key may be used now, and until when.
pub(super) fn until(
    device: Node<'_, '_>,
    key: Node<'_, '_>,
    now: Timestamp,
) -> Result<Option<Timestamp>, TokenFault> {
    let policy = child(key, "Policy");
    for node in [
        Some(key),
        child(key, "AlgorithmParameters"),
        child(key, "Data"),
        policy,
    ] {
        node.map_or(Ok(()), understood)?;
    }
    if [device, key]
        .iter()
        .any(|node| child(*node, "UserId").is_some())
    {
        return Err(TokenFault::Owned);
    }
    if let Some(policy) = policy {
        usage(policy)?;
    }
    let mut until: Option<Timestamp> = None;
    for node in [Some(device), policy].into_iter().flatten() {
        if let Some((at, text)) = date(node, "StartDate")?
            && at > now
        {
            return Err(TokenFault::NotYet(text));
        }
        if let Some((at, text)) = date(node, "ExpiryDate")? {
            if at <= now {
                return Err(TokenFault::Expired(text));
            }
            until = Some(until.map_or(at, |before| before.min(at)));
        }
    }
    Ok(until)
}

fn understood(node: Node<'_, '_>) -> Result<(), TokenFault> {
    let name = node.tag_name().name();
    let known = KNOWN.iter().find(|(of, _)| *of == name);
    let known = known.map_or(&[][..], |(_, known)| known);
    let stranger = node.children().find(|child| {
        let tag = child.tag_name();
        child.is_element() && tag.namespace() == Some(NS) && !known.contains(&tag.name())
    });
    match stranger {
        None => Ok(()),
        Some(child) => Err(TokenFault::Unsupported(format!(
            "{} in {name}",
            child.tag_name().name()
        ))),
    }
}

fn usage(policy: Node<'_, '_>) -> Result<(), TokenFault> {
    let pin = child(policy, "PINPolicy").and_then(|pin| pin.attribute("PINUsageMode"));
    // "Local": the token itself asks for it.
    if let Some(mode) = pin.filter(|mode| *mode != "Local") {
        return Err(TokenFault::Unsupported(format!(
            "a PIN that is part of the code (PINUsageMode {mode:?})"
        )));
    }
    let mut usages = policy
        .children()
        .filter(|node| node.has_tag_name((NS, "KeyUsage")))
        .map(|node| node.text().unwrap_or_default().trim())
        .peekable();
    if usages.peek().is_some() && !usages.any(|usage| usage == "OTP") {
        return Err(TokenFault::Unsupported("a KeyUsage without OTP".to_owned()));
    }
    Ok(())
}

/// A moment and how the file writes it; without a zone it is taken for UTC.
fn date(node: Node<'_, '_>, tag: &'static str) -> Result<Option<(Timestamp, String)>, TokenFault> {
    let Some(text) = text_of(node, tag).map(str::trim) else {
        return match child(node, tag) {
            Some(_) => Err(TokenFault::Unusable(tag)),
            None => Ok(None),
        };
    };
    let in_utc = || {
        let civil: DateTime = text.parse().ok()?;
        Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
    };
    let at = text.parse().ok().or_else(in_utc);
    let at: Timestamp = at.ok_or(TokenFault::Unusable(tag))?;
    Ok(Some((at, text.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::super::{TOTP, read};
    use super::*;

    /// 28 November 2026.
    const NOW: Timestamp = Timestamp::constant(1_795_824_000, 0);

    #[test]
    fn a_policy_is_honoured_or_the_token_is_refused_by_name() {
        let plain = format!(
            r#"<KeyContainer Version="1.0" xmlns="{NS}"><KeyPackage><DeviceInfo><SerialNo>KD1</SerialNo></DeviceInfo>
            <Key Id="1" Algorithm="{TOTP}"><Data><Secret><PlainValue>MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=</PlainValue></Secret></Data></Key>
            </KeyPackage></KeyContainer>"#
        );
        let with =
            |policy: &str| plain.replace("</Key>", &format!("<Policy>{policy}</Policy></Key>"));
        let said = |text: &str| read(text, None, NOW).err().map(|error| error.to_string());
        for (policy, wanted) in [
            (
                "<ExpiryDate>2020-01-01T00:00:00Z</ExpiryDate>",
                "key package 1: the token expired on 2020-01-01T00:00:00Z",
            ),
            (
                "<StartDate>2030-01-01T00:00:00</StartDate>",
                "key package 1: the token may not be used before 2030-01-01T00:00:00",
            ),
            (
                "<ExpiryDate>soon</ExpiryDate>",
                "key package 1: ExpiryDate cannot be used",
            ),
            (
                r#"<PINPolicy PINUsageMode="Append"/>"#,
                r#"key package 1: a PIN that is part of the code (PINUsageMode "Append") is not supported"#,
            ),
            (
                "<KeyUsage>Encrypt</KeyUsage>",
                "key package 1: a KeyUsage without OTP is not supported",
            ),
            (
                "<NumberOfTransactions>9</NumberOfTransactions>",
                "key package 1: NumberOfTransactions in Policy is not supported",
            ),
        ] {
            assert_eq!(said(&with(policy)).as_deref(), Some(wanted));
        }
        let owned = plain.replace("</DeviceInfo>", "<UserId>CN=P</UserId></DeviceInfo>");
        assert!(
            said(&owned).is_some_and(|why| why.contains("somebody's")),
            "{owned}"
        );
        let good = with(
            "<StartDate>2020-01-01T00:00:00Z</StartDate><ExpiryDate>2030-01-01T00:00:00Z</ExpiryDate>\
             <PINPolicy PINUsageMode=\"Local\"/><KeyUsage>OTP</KeyUsage>",
        );
        let tokens = read(&good, None, NOW).unwrap_or_else(|error| panic!("{error}"));
        let until = tokens.first().and_then(|token| token.expires);
        assert_eq!(
            until.map(|at| at.to_string()).as_deref(),
            Some("2030-01-01T00:00:00Z")
        );
    }
}
