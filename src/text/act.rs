//! What somebody signs, in words.

use super::{Text, tr};
use crate::domain::act::{Act, Deed, ResetTerms};

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
        Deed::ChangeOwn { operator, .. } => tr!(
            t,
            "act-change-own",
            signer = act.signer.name.clone(),
            operator = operator.name.clone()
        ),
        Deed::AskReset { terms } => {
            let asks = tr!(t, "act-ask-reset", signer = act.signer.name.clone());
            format!("{asks} {}", reset(t, terms))
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
            format!("{releases} {}", reset(t, terms))
        }
    }
}

/// All that the reset of an account does, and why.
fn reset(t: &Text, terms: &ResetTerms) -> String {
    let names: Vec<String> = terms
        .factors
        .iter()
        .map(|factor| match &factor.serial {
            Some(serial) => format!("{} ({serial})", factor.name),
            None => factor.name.clone(),
        })
        .collect();
    let factors = match names.is_empty() {
        true => tr!(t, "account-reset-of-nothing"),
        false => names.join(", "),
    };
    let mut lines = vec![tr!(
        t,
        "account-reset-deletes",
        person = terms.person.name.clone(),
        id = terms.person.id.clone(),
        organisation = terms.organisation.as_ref().map_or("–", |o| &o.name),
        factors = factors
    )];
    if let Some(others) = &terms.others {
        lines.push(tr!(t, "account-reset-others", count = others.count));
    }
    let why = t.reset_reason(terms.reason);
    lines.push(tr!(t, "account-reset-why", why = why));
    if let Some(ticket) = &terms.ticket {
        lines.push(tr!(t, "account-reset-ticket", ticket = ticket.clone()));
    }
    lines.push(tr!(
        t,
        "account-reset-identified",
        how = terms.identified.how.clone(),
        by = terms.identified.by.name.clone(),
        station = terms.identified.station.name.clone(),
        at = terms
            .identified
            .at
            .strftime("%Y-%m-%d %H:%M UTC")
            .to_string()
    ));
    // Last, and without what ends a quotation: nothing of it reads as the registry's words.
    if !terms.remark.is_empty() {
        let remark = terms.remark.replace(['“', '”', '„', '"', '«', '»'], "'");
        lines.push(tr!(t, "account-reset-remark", remark = remark));
    }
    lines.join(" ")
}
