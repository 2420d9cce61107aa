//! What a second agent sees of a reset before they release it.

use jiff::Timestamp;
use ratatui::crossterm::event::KeyCode;

use super::*;
use crate::domain::account_reset::{ResetReason, ResetState};
use crate::domain::act::{ACT_VERSION, Act, Deed, Going, LookedAt, Party, ResetTerms};
use crate::domain::suspension::FactorSort;
use crate::domain::{AccountResetId, Bytes, OfferId, VisitId};
use crate::record::Remains;
use crate::station::face::Update;
use crate::text::Language;
use crate::tui::scenes::cast;
use crate::tui::screens::account_reset::scenes as made;
use crate::wire::{EarlierReset, FactorUse, ResetFacts};
use crate::workflow::Stop;
use crate::workflow::dialogue::{
    AccountResetJob, AccountResetQuestion, Ending, Event, Job, Question,
};

fn party(id: &str, name: &str) -> Party {
    Party {
        id: id.to_owned(),
        name: name.to_owned(),
    }
}

fn going(n: usize) -> Going {
    Going {
        sort: FactorSort::Key,
        id: format!("{n:096}"),
        name: "Security Key NFC by Yubico".to_owned(),
        serial: None,
    }
}

fn terms(factors: usize) -> ResetTerms {
    ResetTerms {
        reset: AccountResetId(uuid::Uuid::nil()),
        person: party("p-2", "W. Example"),
        organisation: Some(party("o-2", "Example Barge Line")),
        factors: (0..factors).map(going).collect(),
        others: None,
        reason: ResetReason::Stolen,
        remark: "bag stolen on the train".to_owned(),
        ticket: Some("T-1".to_owned()),
        identified: Some(LookedAt {
            visit: VisitId(uuid::Uuid::nil()),
            how: "passport:7K31".to_owned(),
            by: party("op-1", "A. Gent"),
            station: party("s-1", "Help desk 1"),
            at: Timestamp::UNIX_EPOCH,
        }),
        away: None,
    }
}

fn releasing(factors: usize, earlier: usize) -> (Stage, String) {
    let mut stage = Stage::new(Language::English, (80, 24), false);
    stage.begin(cast::example());
    let act = Act {
        v: ACT_VERSION,
        id: OfferId(uuid::Uuid::nil()),
        signer: party("op-2", "S. Econd"),
        deed: Deed::ReleaseReset {
            terms: terms(factors),
            asked_by: party("op-1", "A. Gent"),
            asked: Bytes(vec![1; 32]),
            signature: Bytes(vec![2; 70]),
        },
        asked_at: Timestamp::UNIX_EPOCH,
        until: Timestamp::UNIX_EPOCH,
    };
    let facts = ResetFacts {
        factors: (0..factors)
            .map(|n| FactorUse {
                factor: going(n),
                waiting: false,
                last_tested_at: Some(Timestamp::UNIX_EPOCH),
            })
            .collect(),
        earlier: (0..earlier)
            .map(|_| EarlierReset {
                state: ResetState::Refused,
                reason: ResetReason::Stolen,
                asked_at: Timestamp::UNIX_EPOCH,
                asked_by: "A. Gent".to_owned(),
                put_to: Vec::new(),
                said_by: None,
                ended_by: Some("S. Econd".to_owned()),
            })
            .collect(),
        put_to: Vec::new(),
        ticket_seen_at: Some(Timestamp::UNIX_EPOCH),
        asked_lately: 9,
    };
    stage.ask(Question::AccountReset(AccountResetQuestion::Release {
        act: Box::new(act),
        facts: Box::new(facts),
        wrong: false,
    }));
    let screen = shown(&stage);
    (stage, screen)
}

/// What does not fit is said to be there, and the line that is typed is always seen.
#[test]
fn all_that_bears_on_a_reset_is_seen_before_it_is_released() {
    for (factors, earlier) in [(1, 0), (3, 2), (6, 3), (2, 10)] {
        let (mut stage, mut screen) = releasing(factors, earlier);
        assert!(screen.contains("Last name"), "{screen}");
        let mut seen = screen.clone();
        while screen.contains("more lines below") {
            stage.press(KeyCode::Down);
            screen = shown(&stage);
            assert!(screen.contains("Last name"), "{screen}");
            seen.push_str(&screen);
        }
        for wanted in ["7K31", "same ticket", "Number 9"] {
            assert!(
                seen.contains(wanted),
                "{factors} factors, {earlier} earlier: {wanted}"
            );
        }
    }
}

/// An agent signs with their own key, and so it is theirs to put back.
#[test]
fn whoever_pulled_their_own_key_while_they_sign_is_the_one_who_is_spoken_to() {
    let mut stage = Stage::new(Language::English, (80, 24), false);
    let person = cast::main_admin();
    stage.begin(person.clone());
    let key = cast::used_key();
    stage.run(Event::Pulled { key: key.clone() });
    let screen = shown(&stage);
    assert!(screen.contains("THE PERSON  "), "{screen}");
    let what = AccountResetJob::Ask;
    stage.run(Event::Ended {
        ending: Ending::Stopped {
            stop: Stop::Cancelled,
            remains: Remains::Nothing,
        },
    });
    stage.run(Event::Began {
        job: Job::AccountReset { what, person },
    });
    stage.run(Event::Pulled { key });
    let screen = shown(&stage);
    assert!(screen.contains("OPERATOR  "), "{screen}");
    assert!(!screen.contains("THE PERSON"), "{screen}");
}

#[test]
fn what_ended_today_says_at_what_time_and_what_ended_before_on_which_day() {
    let mut stage = Stage::new(Language::English, (80, 24), false);
    let mut resets = made::resets();
    let refused = resets.last_mut().expect("one");
    refused.ended_at = Some(cast::ago(1));
    refused.asked_at = cast::ago(60 * 26);
    stage.sign_in_as(made::agent(), made::home(resets.clone()));
    stage.press(KeyCode::F(11));
    let line = |stage: &Stage| {
        let screen = shown(stage);
        let line = screen.lines().find(|line| line.contains("refused"));
        line.map(str::to_owned).unwrap_or(screen)
    };
    assert!(line(&stage).starts_with("   14:31 "), "{}", line(&stage));
    if let Some(refused) = resets.last_mut() {
        refused.ended_at = Some(cast::ago(60 * 25));
    }
    stage.say(Update::Home(std::sync::Arc::new(made::home(resets))));
    assert!(line(&stage).starts_with("   11-21 "), "{}", line(&stage));
}
