//! How people in the scenes are identified.

use uuid::Uuid;

use super::{ago, detail, operator};
use crate::domain::identification::{
    Case, DeskMethod, Document, Earlier, IdentityCheck, MethodId, MethodName, Strength,
};
use crate::domain::visit::{Authority, Had, Takes};
use crate::domain::{Identification, IdentificationId, OperatorId, PersonId, StationId, VisitId};
use crate::wire::{Identified, PersonDetail, Visit};

pub fn identification() -> Identification {
    shown(Document::Passport, "7K31")
}

fn shown(document: Document, last_four: &str) -> Identification {
    Identification::Shown {
        document,
        last_four: last_four.to_owned(),
        method: MethodId::default(),
    }
}

/// The last time it was another document.
pub fn identified_before() -> Earlier {
    Earlier {
        how: shown(Document::ResidencePermit, "90A2"),
        at: ago(60 * 24 * 90),
        weaker: false,
    }
}

/// Of a registry that has a reader for documents besides.
pub fn methods() -> Vec<DeskMethod> {
    let reader = MethodName {
        en: "document in the reader".to_owned(),
        nl: "document in de lezer".to_owned(),
    };
    let ids = [("document", None), ("reader", Some(reader))];
    let method = |(id, name)| {
        Some(DeskMethod {
            id: MethodId::new(id).ok()?,
            name,
        })
    };
    ids.into_iter().filter_map(method).collect()
}

/// Somebody whose visit here is open, and was passed on by the desk where they were identified.
pub fn detail_in_visit() -> PersonDetail {
    let mut detail = detail();
    detail.visit = Some(visit(&detail.person.id));
    detail
}

fn visit(person: &PersonId) -> Visit {
    let id = VisitId(Uuid::nil());
    let check = IdentityCheck {
        id: IdentificationId(Uuid::nil()),
        person: person.clone(),
        case: Case::Visit(id),
        how: identification(),
        strength: Strength::Strong,
        operator: OperatorId::new("op-2"),
        station: StationId::new("s-2"),
        at: ago(4),
    };
    Visit {
        id,
        person: person.clone(),
        operator: operator().id,
        identification: identification(),
        identified: Some(Identified {
            check,
            operator_name: "R. de Boer".to_owned(),
            station_name: "Desk 2".to_owned(),
        }),
        identified_before: None,
        had: Had::Valid,
        takes: Takes::OwnFactor,
        authority: Some(Authority::Factor),
        administrators: Vec::new(),
        loan: None,
        opened_at: ago(4),
        expires_at: ago(-26),
    }
}
