//! The register of stock, in the reader's language: what an item is, where it is, what was done with it, and why something is not done.

use super::clean::clean;
use super::{Text, tr};
use crate::domain::authority::Role;
use crate::domain::custody::{
    Condition, Doubt, Identifier, ItemKind, Needs, Next, PlaceKind, Refusal, StockActKind, Why,
};
use crate::domain::reason::StockFault;

impl Text {
    /// What an item is in the eyes of whoever needs one.
    pub fn condition(&self, condition: Condition) -> String {
        match condition {
            Condition::Spare => tr!(self, "condition-spare"),
            Condition::Promised => tr!(self, "condition-promised"),
            Condition::Standby => tr!(self, "condition-standby"),
            Condition::Issued => tr!(self, "condition-issued"),
            Condition::OnLoan => tr!(self, "condition-on-loan"),
            Condition::Returned => tr!(self, "condition-returned"),
            Condition::Quarantined => tr!(self, "condition-quarantined"),
            Condition::Rejected => tr!(self, "condition-rejected"),
            Condition::Damaged => tr!(self, "condition-damaged"),
            Condition::Lost => tr!(self, "condition-lost"),
            Condition::Stolen => tr!(self, "condition-stolen"),
            Condition::SentBack => tr!(self, "condition-sent-back"),
            Condition::Destroyed => tr!(self, "condition-destroyed"),
        }
    }

    /// What is done with an item.
    pub fn stock_act(&self, act: StockActKind) -> String {
        match act {
            StockActKind::Receive => tr!(self, "stock-act-receive"),
            StockActKind::Move => tr!(self, "stock-act-move"),
            StockActKind::HandOver => tr!(self, "stock-act-hand-over"),
            StockActKind::Confirm => tr!(self, "stock-act-confirm"),
            StockActKind::CallOff => tr!(self, "stock-act-call-off"),
            StockActKind::Promise => tr!(self, "stock-act-promise"),
            StockActKind::Free => tr!(self, "stock-act-free"),
            StockActKind::Prepare => tr!(self, "stock-act-prepare"),
            StockActKind::Issue => tr!(self, "stock-act-issue"),
            StockActKind::Return => tr!(self, "stock-act-return"),
            StockActKind::GiveBack => tr!(self, "stock-act-give-back"),
            StockActKind::Restock => tr!(self, "stock-act-restock"),
            StockActKind::Count => tr!(self, "stock-act-count"),
            StockActKind::ReportLost => tr!(self, "stock-act-report-lost"),
            StockActKind::ReportStolen => tr!(self, "stock-act-report-stolen"),
            StockActKind::Find => tr!(self, "stock-act-find"),
            StockActKind::ReportDamaged => tr!(self, "stock-act-report-damaged"),
            StockActKind::Quarantine => tr!(self, "stock-act-quarantine"),
            StockActKind::Release => tr!(self, "stock-act-release"),
            StockActKind::Reject => tr!(self, "stock-act-reject"),
            StockActKind::SendBack => tr!(self, "stock-act-send-back"),
            StockActKind::Destroy => tr!(self, "stock-act-destroy"),
            StockActKind::Label => tr!(self, "stock-act-label"),
            StockActKind::CorrectPlace => tr!(self, "stock-act-correct-place"),
            StockActKind::CorrectHolder => tr!(self, "stock-act-correct-holder"),
            StockActKind::CorrectItem => tr!(self, "stock-act-correct-item"),
        }
    }

    /// Why an item is not taken for good.
    pub fn doubt(&self, doubt: Doubt) -> String {
        match doubt {
            Doubt::Advisory => tr!(self, "doubt-advisory"),
            Doubt::Policy => tr!(self, "doubt-policy"),
            Doubt::UsedBefore => tr!(self, "doubt-used-before"),
            Doubt::NoDelivery => tr!(self, "doubt-no-delivery"),
            Doubt::KnownAlready => tr!(self, "doubt-known-already"),
            Doubt::Faulty => tr!(self, "doubt-faulty"),
            Doubt::Found => tr!(self, "doubt-found"),
            Doubt::Other => tr!(self, "doubt-other"),
        }
    }

    /// A kind of place.
    pub fn place_kind(&self, kind: PlaceKind) -> String {
        match kind {
            PlaceKind::StockRoom => tr!(self, "place-stock-room"),
            PlaceKind::Desk => tr!(self, "place-desk"),
            PlaceKind::Drawer => tr!(self, "place-drawer"),
            PlaceKind::Safe => tr!(self, "place-safe"),
        }
    }

    /// A kind of item.
    pub fn item_kind(&self, kind: ItemKind) -> String {
        match kind {
            ItemKind::SecurityKey => tr!(self, "item-security-key"),
            ItemKind::HardwareToken => tr!(self, "item-hardware-token"),
        }
    }

    /// By what an item is known.
    pub fn identifier(&self, named: &Identifier) -> String {
        match named {
            Identifier::Tag { tag } => tr!(self, "identifier-tag", tag = tag.to_string()),
            Identifier::Key { serial, .. } | Identifier::Token { serial } => {
                let serial = clean(serial.as_str()).into_owned();
                tr!(self, "identifier-serial", serial = serial)
            }
        }
    }

    /// Why something is not done with the stock, found here.
    pub fn stock_fault(&self, fault: &StockFault) -> String {
        let clean = |text: &str| clean(text).into_owned();
        match fault {
            StockFault::Refused { refusal } => self.stock_refusal(refusal),
            StockFault::Taken { named } => tr!(
                self,
                "because-identifier-taken",
                named = self.identifier(named)
            ),
            StockFault::NoItem { name } => tr!(self, "because-item-unknown", item = clean(name)),
            StockFault::SeveralItems { name, count } => tr!(
                self,
                "stock-several-items",
                name = clean(name),
                count = count.to_string()
            ),
            StockFault::NoPlace { name } => tr!(self, "because-place-unknown", place = clean(name)),
            StockFault::SeveralPlaces { name, count } => tr!(
                self,
                "stock-several-places",
                name = clean(name),
                count = count.to_string()
            ),
            StockFault::Closed { place } => tr!(self, "because-place-closed", place = clean(place)),
            StockFault::AnsweredBy { place, operator } => tr!(
                self,
                "because-place-answered",
                place = clean(place),
                operator = clean(operator.as_str())
            ),
            StockFault::NoDelivery { name } => {
                tr!(self, "because-delivery-unknown", delivery = clean(name))
            }
            StockFault::TagForeign { tag } => tr!(self, "because-tag-foreign", tag = clean(tag)),
            StockFault::NoTags => tr!(self, "stock-no-tags"),
            StockFault::NoTag { text } => tr!(self, "stock-no-tag", text = clean(text)),
        }
    }

    /// Why a stock act is not done: which item, how it stands, why not, who may, and what next.
    pub fn stock_refusal(&self, refusal: &Refusal) -> String {
        let named: Vec<String> = refusal
            .named
            .iter()
            .map(|one| self.identifier(one))
            .collect();
        let item = match named.is_empty() {
            true => tr!(self, "stock-refusal-item"),
            false => named.join(", "),
        };
        let why = self.stock_why(refusal);
        let stands = match &refusal.stands {
            Some(stands) => tr!(
                self,
                "stock-refusal-stands",
                condition = self.condition(stands.condition)
            ),
            None => tr!(self, "stock-refusal-stands-nowhere"),
        };
        let next = self.stock_next(&refusal.next);
        tr!(
            self,
            "stock-refusal",
            act = self.stock_act(refusal.act),
            item = item,
            why = why,
            stands = stands,
            next = next
        )
    }

    fn stock_why(&self, refusal: &Refusal) -> String {
        match &refusal.why {
            Why::Unknown {} => tr!(self, "stock-why-unknown"),
            Why::KnownAlready {} => tr!(self, "stock-why-known-already"),
            Why::Another { .. } => tr!(self, "stock-why-another"),
            Why::Moved { saw, is } => tr!(
                self,
                "stock-why-moved",
                saw = saw.to_string(),
                is = is.to_string()
            ),
            Why::NotNow { from } if from.is_empty() => tr!(self, "stock-why-not-so"),
            Why::NotNow { from } => {
                let from: Vec<String> = from.iter().map(|one| self.condition(*one)).collect();
                tr!(self, "stock-why-not-now", from = from.join(", "))
            }
            Why::Role { role } => tr!(
                self,
                "stock-why-role",
                role = self.role(*role),
                may = self.roles(&refusal.may)
            ),
            Why::OtherCustodian { here, there } => tr!(
                self,
                "stock-why-other-custodian",
                here = here.as_str(),
                there = there.as_str()
            ),
            Why::SameCustodian { custodian } => {
                tr!(
                    self,
                    "stock-why-same-custodian",
                    custodian = custodian.as_str()
                )
            }
            Why::Custodian { custodian } => {
                tr!(self, "stock-why-custodian", custodian = custodian.as_str())
            }
            Why::NoSecond {} => tr!(self, "stock-why-no-second"),
            Why::SecondIsFirst { operator } => {
                tr!(
                    self,
                    "stock-why-second-is-first",
                    operator = operator.as_str()
                )
            }
            Why::NotSeen { needs } => self.stock_needs(*needs),
            Why::AlreadyThere {} => tr!(self, "stock-why-already-there"),
            Why::AlreadySo {} => tr!(self, "stock-why-already-so"),
            Why::NotTheirs { whose: Some(whose) } => {
                tr!(self, "stock-why-not-theirs", whose = whose.as_str())
            }
            Why::NotTheirs { whose: None } => tr!(self, "stock-why-nobodys"),
            Why::StillTheirs { whose } => {
                tr!(self, "stock-why-still-theirs", whose = whose.as_str())
            }
            Why::Over { .. } => tr!(self, "stock-why-over"),
            Why::NothingTells {} => tr!(self, "stock-why-nothing-tells"),
            Why::HasTag { tag } => tr!(self, "stock-why-has-tag", tag = tag.to_string()),
        }
    }

    fn stock_needs(&self, needs: Needs) -> String {
        match needs {
            Needs::Nothing => tr!(self, "stock-why-not-so"),
            Needs::Blank => tr!(self, "stock-needs-blank"),
            Needs::Works => tr!(self, "stock-needs-works"),
            Needs::Receipt => tr!(self, "stock-needs-receipt"),
            Needs::Reason => tr!(self, "stock-needs-reason"),
        }
    }

    fn stock_next(&self, next: &Next) -> String {
        match next {
            Next::LookAgain {} => tr!(self, "stock-next-look-again"),
            Next::Do { act } => tr!(self, "stock-next-do", act = self.stock_act(*act)),
            Next::AskRole { roles } => tr!(self, "stock-next-ask", who = self.roles(roles)),
            Next::Ask { operator } => tr!(self, "stock-next-ask", who = operator.as_str()),
            Next::FindSecond {} => tr!(self, "stock-next-find-second"),
            Next::See { needs } => self.stock_needs(*needs),
            Next::Nothing {} => tr!(self, "stock-next-nothing"),
        }
    }

    fn roles(&self, roles: &[Role]) -> String {
        let roles: Vec<String> = roles.iter().map(|role| self.role(*role)).collect();
        roles.join(" / ")
    }
}
