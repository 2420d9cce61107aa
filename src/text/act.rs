//! What somebody signs, in words.

use jiff::Timestamp;

use super::{Text, tr};
use crate::domain::act::{Act, Deed, LookedAt, ResetTerms};

/// All that an act says that its signer has to know.
pub fn in_words(t: &Text, act: &Act) -> String {
    match &act.deed {
        Deed::Vouch {
            person,
            organisation,
            operator,
            ..
        } => tr!(
            t,
            "act-vouch",
            signer = act.signer.name.clone(),
            person = person.name.clone(),
            organisation = organisation.name.clone(),
            operator = operator.name.clone()
        ),
        Deed::Lend {
            person,
            organisation,
            identified,
            days,
            lent_until,
            operator,
        } => tr!(
            t,
            "act-lend",
            signer = act.signer.name.clone(),
            person = person.name.clone(),
            organisation = organisation.name.clone(),
            how = how(t, identified),
            operator = operator.name.clone(),
            days = u8::from(*days),
            until = minute(*lent_until)
        ),
        Deed::ChangeOwn { operator, .. } => tr!(
            t,
            "act-change-own",
            signer = act.signer.name.clone(),
            operator = operator.name.clone()
        ),
        Deed::AskReset { terms } => {
            let asks = tr!(t, "act-ask-reset", signer = act.signer.name.clone());
            format!(
                "{asks} {}",
                reset(t, terms, tr!(t, "account-reset-seen-by-nobody"))
            )
        }
        Deed::VouchReset { terms } => {
            let vouches = tr!(t, "act-vouch-reset", signer = act.signer.name.clone());
            format!("{vouches} {}", reset(t, terms, tr!(t, "away-by-the-agent")))
        }
        Deed::ReleaseReset {
            terms, asked_by, ..
        } => {
            let releases = tr!(
                t,
                "act-release-reset",
                signer = act.signer.name.clone(),
                asked_by = asked_by.name.clone()
            );
            format!(
                "{releases} {}",
                reset(t, terms, tr!(t, "account-reset-seen-by-nobody"))
            )
        }
    }
}

/// The same as a heading and its parts, each with what it is called. No parts: the heading says all.
pub fn in_parts(t: &Text, act: &Act) -> (String, Vec<(String, String)>) {
    match &act.deed {
        Deed::Vouch { .. } | Deed::ChangeOwn { .. } => (in_words(t, act), Vec::new()),
        Deed::Lend {
            person,
            organisation,
            identified,
            days,
            lent_until,
            operator,
        } => {
            let whom = format!("{} · {} · {}", person.name, person.id, organisation.name);
            let (days, until) = (u8::from(*days), minute(*lent_until));
            let until = tr!(t, "act-lend-until", days = days, until = until);
            let parts = vec![
                (tr!(t, "act-lend-whom"), whom),
                (tr!(t, "account-reset-identified-label"), how(t, identified)),
                (tr!(t, "act-lend-end"), until),
                (tr!(t, "act-lend-by"), operator.name.clone()),
            ];
            let signer = act.signer.name.clone();
            (tr!(t, "act-lend-head", signer = signer), parts)
        }
        Deed::AskReset { terms } => {
            let signer = act.signer.name.clone();
            (
                tr!(t, "act-ask-reset-head", signer = signer),
                parts(t, terms, tr!(t, "account-reset-seen-by-nobody")),
            )
        }
        Deed::VouchReset { terms } => {
            let signer = act.signer.name.clone();
            (
                tr!(t, "act-vouch-reset-head", signer = signer),
                parts(t, terms, tr!(t, "away-by-the-agent")),
            )
        }
        Deed::ReleaseReset {
            terms, asked_by, ..
        } => {
            let head = tr!(
                t,
                "act-release-reset-head",
                signer = act.signer.name.clone(),
                asked_by = asked_by.name.clone()
            );
            (
                head,
                parts(t, terms, tr!(t, "account-reset-seen-by-nobody")),
            )
        }
    }
}

/// `unseen`: what is said where nobody has seen the person yet.
fn parts(t: &Text, terms: &ResetTerms, unseen: String) -> Vec<(String, String)> {
    let account = match &terms.organisation {
        Some(organisation) => format!(
            "{} · {} · {}",
            terms.person.name, terms.person.id, organisation.name
        ),
        None => format!("{} · {}", terms.person.name, terms.person.id),
    };
    let mut parts = vec![
        (tr!(t, "account-reset-account-label"), account),
        (tr!(t, "account-reset-factors-label"), factors(t, terms)),
        (
            tr!(t, "account-reset-why-label"),
            t.reset_reason(terms.reason),
        ),
    ];
    if !terms.remark.is_empty() {
        let remark = format!("“{}”", quoted(&terms.remark));
        parts.push((tr!(t, "account-reset-remark-label"), remark));
    }
    if let Some(ticket) = &terms.ticket {
        parts.push((tr!(t, "account-reset-ticket-label"), ticket.clone()));
    }
    let looked = identified(t, terms).unwrap_or(unseen);
    parts.push((tr!(t, "account-reset-identified-label"), looked));
    parts
}

/// How the person was identified for it, by whom, where and when; none: nobody has seen them yet.
pub fn identified(t: &Text, terms: &ResetTerms) -> Option<String> {
    match &terms.identified {
        Some(looked) => Some(tr!(
            t,
            "account-reset-looked",
            how = how(t, looked),
            by = looked.by.name.clone(),
            station = looked.station.name.clone(),
            at = minute(looked.at)
        )),
        None => away(t, terms),
    }
}

/// All that goes.
fn factors(t: &Text, terms: &ResetTerms) -> String {
    let names: Vec<String> = terms
        .factors
        .iter()
        .map(|factor| match &factor.serial {
            Some(serial) => format!("{} ({serial})", factor.name),
            None => factor.name.clone(),
        })
        .collect();
    match (names.is_empty(), &terms.others) {
        (true, _) => tr!(t, "account-reset-of-nothing"),
        (false, None) => names.join(", "),
        (false, Some(others)) => {
            let others = tr!(t, "account-reset-others", count = others.count);
            format!("{}; {others}", names.join(", "))
        }
    }
}

/// What somebody wrote, without what ends a quotation: nothing of it reads as the registry's words.
pub fn quoted(written: &str) -> String {
    let quotes = ['“', '”', '„', '"', '«', '»'];
    written.replace(quotes, "'")
}

/// The document; as it is written, where this release knows none like it.
fn how(t: &Text, looked: &LookedAt) -> String {
    let written = &looked.how;
    match written.parse() {
        Ok(how) => t.identified(&how),
        Err(_) => written.clone(),
    }
}

/// Both ways in which somebody was identified who is not at a desk.
fn away(t: &Text, terms: &ResetTerms) -> Option<String> {
    let [first, second] = terms.away.as_ref()?.both().map(|looked| {
        let (how, by) = (t.looked_away(&looked.how), looked.by.name.clone());
        let at = minute(looked.at);
        match &looked.station {
            Some(station) => tr!(
                t,
                "away-looked-by",
                how = how,
                by = by,
                station = station.name.clone(),
                at = at
            ),
            None => tr!(t, "away-signed-by", how = how, by = by, at = at),
        }
    });
    Some(tr!(t, "away-looked", first = first, second = second))
}

/// The same for whoever signs, wherever they are.
fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// All that the reset of an account does, and why. `unseen`: what is said where nobody has seen the person yet.
fn reset(t: &Text, terms: &ResetTerms, unseen: String) -> String {
    let mut lines = vec![tr!(
        t,
        "account-reset-deletes",
        person = terms.person.name.clone(),
        id = terms.person.id.clone(),
        organisation = terms.organisation.as_ref().map_or("–", |o| &o.name),
        factors = factors(t, terms)
    )];
    let why = t.reset_reason(terms.reason);
    lines.push(tr!(t, "account-reset-why", why = why));
    if let Some(ticket) = &terms.ticket {
        lines.push(tr!(t, "account-reset-ticket", ticket = ticket.clone()));
    }
    lines.push(match &terms.identified {
        None if terms.away.is_some() => away(t, terms).unwrap_or_default(),
        Some(looked) => tr!(
            t,
            "account-reset-identified",
            how = how(t, looked),
            by = looked.by.name.clone(),
            station = looked.station.name.clone(),
            at = minute(looked.at)
        ),
        None => unseen,
    });
    if !terms.remark.is_empty() {
        lines.push(tr!(
            t,
            "account-reset-remark",
            remark = quoted(&terms.remark)
        ));
    }
    lines.join(" ")
}
