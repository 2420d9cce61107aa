//! Why the registry refused, in the reader's language and time zone: for the station that was refused, for the registry's pages, and in
//! English for whoever reads the answer itself.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::clean::clean;
use super::{Text, tr, until};
use crate::domain::account_reset::{ResetReason, ResetState};
use crate::domain::authority::{Role, WhoMay};
use crate::domain::custody::{Identifier, Refusal as StockRefusal};
use crate::domain::identification::AwayMeans;
use crate::domain::visit::SuspendedWhy;
use crate::domain::{Identification, PersonKind};
use crate::wire::{Because, Look, Until, because_rows};

impl Text {
    /// Why the registry refused, here.
    pub fn because(&self, why: &Because) -> String {
        self.because_at(why, &self.zone)
    }

    /// The same where it is that time of day.
    pub fn because_at(&self, why: &Because, zone: &TimeZone) -> String {
        macro_rules! worded {
            ($($name:ident { $($fact:ident: $kind:ty),* } $key:literal;)*) => {
                match why {
                    $(Because::$name { $($fact),* } => {
                        tr!(self, $key $(, $fact = $fact.said(self, zone))*)
                    })*
                }
            };
        }
        because_rows!(worded)
    }

    /// A way to identify somebody who is not at a desk.
    fn away_means(&self, means: AwayMeans) -> String {
        match means {
            AwayMeans::Video => tr!(self, "because-means-video"),
            AwayMeans::CallBack => tr!(self, "because-means-call-back"),
            AwayMeans::Vouching => tr!(self, "because-means-vouching"),
        }
    }
}

/// What stands in a sentence.
trait Fact {
    fn said(&self, text: &Text, zone: &TimeZone) -> String;
}

macro_rules! facts {
    ($(|$fact:ident: $kind:ty, $text:ident, $zone:ident| $said:expr;)*) => {
        $(impl Fact for $kind {
            fn said(&self, $text: &Text, $zone: &TimeZone) -> String {
                let $fact = self;
                $said
            }
        })*
    };
}

facts! {
    |name: String, _text, _zone| clean(name).into_owned();
    |names: Vec<String>, _text, _zone| clean(&names.join(", ")).into_owned();
    |count: u32, _text, _zone| count.to_string();
    |at: Timestamp, _text, zone| {
        at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M %Z").to_string()
    };
    |end: Until, _text, zone| {
        let (day, time) = until(end.0, zone);
        format!("{day} {time}")
    };
    |look: Look, text, _zone| clean(&text.looked_away(&look.0)).into_owned();
    |role: Role, text, _zone| text.role(*role);
    |kind: PersonKind, text, _zone| text.kind(*kind);
    |why: SuspendedWhy, text, _zone| text.why(*why);
    |state: ResetState, text, _zone| text.reset_state(*state);
    |reason: ResetReason, text, _zone| text.reset_reason(*reason);
    |means: AwayMeans, text, _zone| text.away_means(*means);
    |how: Identification, text, _zone| clean(&text.identified(how)).into_owned();
    |may: WhoMay, text, _zone| text.they_may(may);
    |named: Identifier, text, _zone| text.identifier(named);
    |refusal: Box<StockRefusal>, text, _zone| text.stock_refusal(refusal);
    |why: Box<Because>, text, zone| text.because_at(why, zone);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;
    use crate::wire::WhyNot;
    use crate::workflow::Stop;

    #[test]
    fn every_reason_is_worded_in_the_readers_language_and_nothing_of_it_is_the_registrys() {
        let text = Text::marked();
        for why in Because::samples() {
            let said = text.because(&why).replace("UTC", "");
            assert!(
                !said.contains(|c: char| c.is_ascii_alphabetic()),
                "{why:?}: {said}"
            );
        }
    }

    #[test]
    fn a_station_says_the_reason_in_place_of_the_registrys_words_and_its_words_where_it_knows_none()
    {
        for language in Language::ALL {
            let text = Text::load(language);
            let stop = |why: Option<Box<Because>>| Stop::RegistryRefused {
                code: "not-allowed".to_owned(),
                detail: WhyNot {
                    words: "in its words".to_owned(),
                    why,
                },
            };
            for why in Because::samples() {
                let said = text.because(&why);
                let stop = stop(Some(Box::new(why)));
                assert_eq!(text.facts(&stop).as_ref(), Some(&said));
                let whole = text.stop(&stop);
                assert!(
                    whole.ends_with(&said) && !whole.contains("in its words"),
                    "{whole}"
                );
            }
            let unknown = text.stop(&stop(None));
            assert!(unknown.contains("“in its words”"), "{unknown}");
        }
    }

    #[test]
    fn a_time_is_that_of_where_it_is_read_and_midnight_ends_the_day_before() {
        let amsterdam = TimeZone::get("Europe/Amsterdam").expect("known");
        let dutch = Text::load(Language::Dutch).there(amsterdam);
        let at: Timestamp = "2026-11-30T23:00:00Z".parse().expect("a time");
        let said = dutch.because(&Because::Ripens {
            from: "2026-07-01T12:30:00Z".parse().expect("a time"),
            until: Until(at),
        });
        assert!(
            said.contains("van 2026-07-01 14:30 CEST tot 2026-11-30 24:00 CET"),
            "{said}"
        );
    }

    #[test]
    fn a_reason_holds_nothing_that_moves_the_cursor() {
        let said = Text::load(Language::English).because(&Because::NoNumber {
            person: "\u{1b}[2JE. Vil".to_owned(),
        });
        assert!(
            said.contains("E. Vil") && !said.contains('\u{1b}'),
            "{said}"
        );
    }
}
